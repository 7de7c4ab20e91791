"""What `check` does between reading the command line and printing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.work.common import config_and_workspace, site_of
from staffplan.cli.work.delivery import say_notes
from staffplan.clock import SiteCalendar
from staffplan.errors import ConfigError, DataError, Note, Problem, UsageError, nearest, place_of
from staffplan.files.read import bytes_of, read_table
from staffplan.files.rosters import is_other_table, our_names, read_foreign_roster, shifts_alone
from staffplan.plan.directory import PLAN_TOML, open_existing
from staffplan.plan.manifest import is_plan
from staffplan.plan.text import text_table
from staffplan.plan.workspace import Workspace
from staffplan.settings.config import Config
from staffplan.tables.exchange import ExternalIds, PlainShifts
from staffplan.tables.people import Agents
from staffplan.tables.requirement import PeopleNeeded
from staffplan.tables.roster import Roster, RosterActivities, RosterBreaches, RosterShifts
from staffplan.tables.schema import Table
from staffplan.tables.wishes import Fairness

if TYPE_CHECKING:
    from staffplan.roster.case.case import Case
    from staffplan.roster.check.report import CheckReport


@dataclass(frozen=True)
class Checked:
    """A roster, what it was measured against, and what was found."""

    roster: Roster
    case: Case
    report: CheckReport
    left_empty: tuple[Note, ...] = ()
    """Days with nobody on duty, though people who could work then have hours to spare."""

    @property
    def calendar(self) -> SiteCalendar:
        return self.case.site.calendar

    def tables(self) -> tuple[Table, ...]:
        """What is written: the broken rules, and what fell to everybody in this roster."""
        from staffplan.roster.case.fairness_table import fairness_of

        return self.report.table(), fairness_of(self.roster, self.case)


def check_files(
    place: Path,
    requirement_path: Path | None,
    agents: Path | None,
    config_path: Path | None,
    given: Mapping[str, Path | None],
    ids_path: Path | None = None,
) -> Checked:
    """Check the roster in a folder, or in a file that `export` or another system wrote.

    A plan directory brings its own settings, people and requirement. ids_path: ids of the other system.
    """
    from staffplan.cli.work.own_tables import read_requirement
    from staffplan.plan.standby import with_standby
    from staffplan.roster.case.case import Case
    from staffplan.roster.check.check import check

    folder = place.parent if place.is_file() else place
    workspace = workspace_of(folder, config_path)
    config = workspace.config
    zone = config.plan.timezone
    needed_path = requirement_path or folder / PeopleNeeded.file_name
    if not needed_path.is_file():
        raise UsageError(Problem(str(folder), "has no requirement.csv", "give --requirement requirement.csv"))
    requirement = read_requirement(needed_path, zone)
    say_notes(requirement.notes)
    site = site_of(config, requirement.frame, workspace)
    groups = {*requirement.frame["planning_group"], *site.groups()}
    people = workspace.people_of(folder, agents, **given).serving(groups)
    roster, alone = _roster_at(place, config, people.agents, ids_path)
    report = check(
        roster,
        people,
        config.roster,
        requirement=requirement,
        shifts=config.shifts,
        work_plans=config.work_plans,
        site=site,
        shifts_alone=alone,
    )
    case = Case(requirement, people, config.roster, config.shifts, config.work_plans, site)
    report = with_standby(report, roster, case, workspace)
    return Checked(roster, case, report, () if alone else _left_empty(roster, case))


def _left_empty(roster: Roster, case: Case) -> tuple[Note, ...]:
    """Nothing where the tables cannot be rostered at all: a check tells of them what it can."""
    from staffplan.roster.check.cover import coverage
    from staffplan.roster.why.empty_days import empty_day_notes

    cover = coverage(roster, case.requirement, case.site)
    try:
        return tuple(empty_day_notes(case, roster, cover))
    except (ConfigError, DataError):
        return ()


def _roster_at(place: Path, config: Config, agents: Agents, ids_path: Path | None) -> tuple[Roster, bool]:
    """The roster, and whether its shifts alone are known."""
    zone, plain = config.plan.timezone, place / PlainShifts.file_name
    if place.is_file() or (plain.is_file() and not (place / RosterShifts.file_name).is_file()):
        ids = None if ids_path is None else read_table(ids_path, ExternalIds)
        return _foreign(place if place.is_file() else plain, config, agents, ids), True
    alone = (place / RosterShifts.file_name).is_file() and not (place / RosterActivities.file_name).is_file()
    return (read_shifts(place, zone) if alone else read_roster(place, zone)), alone


def _foreign(path: Path, config: Config, agents: Agents, ids: ExternalIds | None) -> Roster:
    """A roster in the shape of another system; a table that is not shifts.csv is a template that was filled."""
    from staffplan.export.filled import shifts_in

    zone, data = config.plan.timezone, bytes_of(path, place_of(path))
    if not is_other_table(data, path):
        return read_foreign_roster(path, zone, ids)
    known = {} if ids is None else our_names(ids, "agent")
    return shifts_alone(shifts_in(data, place_of(path), agents, known, config.export, zone), zone, place_of(path))


def read_shifts(folder: Path, zone: str) -> Roster:
    """A roster of which only the shifts are known, as other systems export them."""
    shifts = read_table(folder / RosterShifts.file_name, RosterShifts, timezone=zone)
    return Roster(shifts, RosterActivities.empty())


def read_roster(folder: Path, zone: str) -> Roster:
    """Both tables of a roster; the problems of both together."""
    found: list[Table] = []
    problems: list[Problem] = []
    for table in (RosterShifts, RosterActivities):
        try:
            found.append(read_table(folder / table.file_name, table, timezone=zone))
        except DataError as error:
            problems += error.problems
    match found:
        case [RosterShifts() as shifts, RosterActivities() as activities]:
            return Roster(shifts, activities)
    raise DataError(problems)


def refuse_strangers(roster: Roster, agents: Agents) -> None:
    """Raise DataError with every agent of a roster that the agents table does not have, where each is first."""
    known = agents.frame["agent_id"].tolist()
    seen = set(known)
    problems: list[Problem] = []
    for table in (roster.shifts, roster.activities):
        order = np.argsort(table.rows, kind="stable")
        for position, agent_id in zip(order.tolist(), table.frame["agent_id"].iloc[order], strict=True):
            if agent_id not in seen:
                message = f"{agent_id!r} is not in {agents.source}"
                problems.append(Problem(table.place(position, "agent_id"), message, nearest(agent_id, known)))
                seen.add(agent_id)
    if problems:
        raise DataError(problems)


def workspace_of(folder: Path, config_path: Path | None) -> Workspace:
    """Settings, and the paths that they name; those of a plan directory if none are given."""
    if not folder.is_dir():
        raise UsageError(Problem(place_of(folder), "there is no such folder", "give a folder with a roster"))
    if config_path is not None:
        return config_and_workspace(config_path, {})[1]
    if is_plan(folder) and (folder / PLAN_TOML).exists():
        return open_existing(folder).workspace
    raise UsageError(
        Problem(
            str(folder),
            "is not a plan directory, so the rules are unknown",
            "give -c plan.toml, --requirement and --agents",
        )
    )


SHOWN_SPANS = 40


def output_paths(output: Path) -> tuple[Path, ...]:
    """Where the tables of a check go; not into a plan directory, which keeps its own."""
    if is_plan(output):
        hint = f"staffplan plan {output / PLAN_TOML} -o {output} updates its check.csv and fairness.csv"
        raise UsageError(Problem(str(output), "is a plan directory", hint))
    return tuple(output / table.file_name for table in (RosterBreaches, Fairness))


def check_json(checked: Checked) -> dict[str, object]:
    report, calendar = checked.report, checked.calendar
    broken, missed = ([vars(row) for row in rows] for rows in (report.breaches, report.missed_wishes))
    short = records(report.uncovered, calendar.timezone)
    found = {"broken_rules": broken, "uncovered": short, "wishes_not_granted": missed}
    empty = [{"place": note.place, "message": note.message} for note in checked.left_empty]
    return {**found, "not_checked": list(report.not_checked), "days_left_empty": empty}


def check_text(checked: Checked) -> str:
    """Broken rules, understaffed times and wishes not granted, as text."""
    report, calendar = checked.report, checked.calendar
    number = len(report.breaches)
    kept = "every rule that shifts alone can show is kept" if report.not_checked else "every rule is kept"
    lines = [_counted(number, "broken rule") if number else kept]
    rows = [(b.agent_id, f"{b.day:%a %Y-%m-%d}", b.rule, b.message) for b in report.breaches]
    if rows:
        lines.append(text_table(rows, ("agent", "day", "rule", "problem")))
    if report.not_checked:
        reason = f"{RosterActivities.file_name} is missing"
        lines += ["", f"not checked, because {reason}: {', '.join(report.not_checked)}"]
        return "\n".join([*lines, *_wish_lines(report)])
    short = len(report.uncovered)
    lines += ["", f"{_counted(short, 'interval')} understaffed" if short else "every interval is covered"]
    spans = uncovered_spans(report.uncovered, calendar)
    if spans:
        header = ("day", "from", "to", "planning group", "most missing", "understaffed hours")
        lines.append(text_table(spans[:SHOWN_SPANS], header, right=(4, 5)))
    if len(spans) > SHOWN_SPANS:
        lines.append(f"and {_counted(len(spans) - SHOWN_SPANS, 'more line')}; --json lists all intervals")
    lines += [line for note in checked.left_empty for line in ("", f"{note.place}: {note.message}")]
    return "\n".join([*lines, *_wish_lines(report)])


def _wish_lines(report: CheckReport) -> list[str]:
    """Nothing where nobody wished for anything."""
    if not report.wished_days:
        return []
    wished, missed = _counted(report.wished_days, "wished day"), len(report.missed_wishes)
    if not missed:
        return ["", f"{wished}: every wish is granted"]
    rows = [(wish.agent_id, f"{wish.day:%a %Y-%m-%d}", wish.message) for wish in report.missed_wishes]
    return [
        "",
        f"{wished}: {_counted(missed, 'wish', 'wishes')} not granted",
        text_table(rows, ("agent", "day", "reason")),
    ]


def _counted(number: int, what: str, many: str = "") -> str:
    return f"{number} {what if number == 1 else many or what + 's'}"


def uncovered_spans(uncovered: pd.DataFrame, calendar: SiteCalendar) -> list[tuple[str, ...]]:
    """Neighbouring intervals of a group and local day joined: day, from, to, group, most missing, hours missing."""
    if uncovered.empty:
        return []
    frame = uncovered.sort_values(["planning_group", "interval_start"], ignore_index=True)
    length = pd.Timedelta(minutes=calendar.interval_minutes)
    local = frame["interval_start"].dt.tz_convert(calendar.timezone)
    neighbours = frame["interval_start"].diff() == length
    same = (frame["planning_group"] == frame["planning_group"].shift()) & (local.dt.date == local.dt.date.shift())
    runs = np.cumsum(~(neighbours & same))
    spans = []
    for _, run in frame.assign(local=local).groupby(runs):
        first, last = run["local"].iloc[0], run["local"].iloc[-1] + length
        hours = run["missing"].sum() * (length / pd.Timedelta(hours=1))
        names = (f"{first:%a %Y-%m-%d}", f"{first:%H:%M}", f"{last:%H:%M}", str(run["planning_group"].iloc[0]))
        spans.append((first, (*names, f"{run['missing'].max():g}", f"{hours:.1f}")))
    return [span for _, span in sorted(spans, key=lambda pair: pair[0])]
