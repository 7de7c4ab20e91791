"""What `check` does between reading the command line and printing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from staffplan.cli.work import config_and_workspace, site_of
from staffplan.clock import SiteCalendar
from staffplan.errors import DataError, Problem, UsageError
from staffplan.files import read_table
from staffplan.plan.directory import PLAN_TOML, open_existing
from staffplan.plan.manifest import FILE_NAME as MANIFEST
from staffplan.plan.workspace import Workspace
from staffplan.schema import Table
from staffplan.tables import Roster, RosterActivities, RosterShifts, StaffingRequirement
from staffplan.text import text_table

if TYPE_CHECKING:
    from staffplan.roster import CheckReport


def check_files(
    folder: Path,
    requirement_path: Path | None,
    agents: Path | None,
    config_path: Path | None,
    given: Mapping[str, Path | None],
) -> tuple[CheckReport, SiteCalendar]:
    """Check the roster in a folder; a plan directory brings its own settings, people and requirement."""
    from staffplan.roster import check

    workspace = _workspace_of(folder, config_path)
    config = workspace.config
    zone = config.plan.timezone
    needed_path = requirement_path or folder / StaffingRequirement.file_name
    if not needed_path.is_file():
        raise UsageError(Problem(str(folder), "has no requirement.csv", "give --requirement requirement.csv"))
    requirement = read_table(needed_path, StaffingRequirement, timezone=zone)
    people = workspace.people(agents, **given)
    site = site_of(config, requirement.frame, workspace)
    report = check(
        read_roster(folder, zone),
        people,
        config.roster,
        requirement=requirement,
        shifts=config.shifts,
        work_plans=config.work_plans,
        site=site,
    )
    return report, site.calendar


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


def _workspace_of(folder: Path, config_path: Path | None) -> Workspace:
    if config_path is not None:
        return config_and_workspace(config_path, {})[1]
    if (folder / MANIFEST).exists() and (folder / PLAN_TOML).exists():
        return open_existing(folder).workspace
    hint = "give -c plan.toml, --requirement requirement.csv and --agents agents.csv"
    raise UsageError(Problem(str(folder), "is not a plan directory, so the rules are not known", hint))


SHOWN_SPANS = 40


def check_text(report: CheckReport, calendar: SiteCalendar) -> str:
    """Broken rules, then the times below their need, as a person reads them."""
    number = len(report.breaches)
    lines = [_counted(number, "broken rule") if number else "every rule is kept"]
    rows = [(b.agent_id, f"{b.day:%a %Y-%m-%d}", b.rule, b.message) for b in report.breaches]
    if rows:
        lines.append(text_table(rows, ("agent", "day", "rule", "what is so")))
    short = len(report.uncovered)
    lines += ["", f"{_counted(short, 'interval')} below the need" if short else "every interval is covered"]
    spans = uncovered_spans(report.uncovered, calendar)
    if spans:
        header = ("day", "from", "to", "planning group", "missing at most", "hours missing")
        lines.append(text_table(spans[:SHOWN_SPANS], header, right=(4, 5)))
    if len(spans) > SHOWN_SPANS:
        lines.append(f"and {_counted(len(spans) - SHOWN_SPANS, 'more line')}; --json lists all intervals")
    return "\n".join(lines)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


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
