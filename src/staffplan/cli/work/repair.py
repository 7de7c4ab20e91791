"""What `repair` does between reading the command line and writing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from staffplan.cli.work.check import read_roster, refuse_strangers, workspace_of
from staffplan.cli.work.common import site_of
from staffplan.cli.work.delivery import say_notes
from staffplan.cli.work.own_tables import read_requirement
from staffplan.clock import day_minute, midnight
from staffplan.errors import DataError, Problem, UsageError, nearest
from staffplan.files.read import read_table
from staffplan.plan.manifest import FILE_NAME as MANIFEST
from staffplan.plan.workspace import names_known
from staffplan.progress import OnProgress
from staffplan.roster.case.case import Case
from staffplan.settings.cost import CostSettings
from staffplan.settings.open_shifts import OpenShiftsSettings
from staffplan.settings.standby import StandbySettings
from staffplan.tables.people import Absences, Agents, TimeOff
from staffplan.tables.requirement import PeopleNeeded, ServiceWorth
from staffplan.tables.roster import Roster, RosterActivities, RosterChanges, RosterShifts
from staffplan.tables.schema import Table
from staffplan.tables.standby import CallOuts, Standby
from staffplan.tables.waits import Coverage
from staffplan.tables.wishes import Fairness

if TYPE_CHECKING:
    from staffplan.roster.repair.absences import Absence
    from staffplan.roster.repair.repair import RepairResult

MADE_BY_THE_PLAN = (Coverage, Fairness)
"""Not written into a plan directory, whose next run makes them."""
ABSENT = re.compile(
    r"(?P<agent>.+):(?P<first>\d{4}-\d\d-\d\d)(?:\.\.(?P<last>\d{4}-\d\d-\d\d))?(?:,(?P<begin>[\d:]+)-(?P<end>[\d:]+))?"
)


@dataclass(frozen=True)
class RepairInput:
    """What a repair begins from. Where something is left out, the folder of the roster has it."""

    folder: Path
    requirement: Path | None
    agents: Path | None
    config: Path | None
    given: Mapping[str, Path | None]
    """Files about people by their name in [input], those that the command line names."""
    worth: Path | None
    seed: int | None


@dataclass(frozen=True)
class RepairFlags:
    """What is to change, as the command line has it."""

    absent: Sequence[str]
    since: str | None
    hours_of_a_change: float


@dataclass(frozen=True)
class RepairWork:
    """A roster that exists and what it is made from."""

    case: Case
    roster: Roster
    seed: int
    cost: CostSettings
    open_shifts: OpenShiftsSettings
    standby: tuple[StandbySettings, ...]
    given_standby: Standby | None
    """The standby of the folder."""
    published_standby: Standby | None
    past_standby: Standby
    call_outs: CallOuts
    currency: str
    settings_place: str
    noted: Absences
    """Absences that the folder has already."""

    @property
    def timezone(self) -> str:
        return self.case.site.calendar.timezone

    @property
    def days(self) -> tuple[date, date]:
        """First and last day planned."""
        planned = self.case.site.days_of(pd.DatetimeIndex(self.case.requirement.frame["interval_start"]))
        return planned.first, planned.last


def repair_work(source: RepairInput) -> RepairWork:
    """The roster of a folder; a plan directory brings its own settings, people and requirement."""
    folder, given, seed = source.folder, source.given, source.seed
    workspace = workspace_of(folder, source.config)
    config, zone = workspace.config, workspace.config.plan.timezone
    needed_path = source.requirement or folder / PeopleNeeded.file_name
    if not needed_path.is_file():
        raise UsageError(Problem(str(folder), "has no requirement.csv", "give --requirement requirement.csv"))
    needed = read_requirement(needed_path, zone)
    say_notes(needed.notes)
    known = source.worth or folder / ServiceWorth.file_name
    case = Case(
        needed,
        workspace.people_of(folder, source.agents, names_known(config, needed.frame["planning_group"]), **given),
        config.roster,
        config.shifts,
        config.work_plans,
        site_of(config, needed.frame, workspace),
        read_table(known, ServiceWorth, timezone=zone) if known.is_file() else None,
    )
    roster, standby = read_roster(folder, zone), folder / Standby.file_name
    refuse_strangers(roster, case.workforce.agents)
    return RepairWork(
        case,
        roster,
        config.plan.seed if seed is None else seed,
        config.cost,
        config.open_shifts,
        config.standby,
        read_table(standby, Standby, timezone=zone) if standby.is_file() else None,
        workspace.published_standby,
        workspace.past_standby,
        workspace.call_outs,
        config.plan.currency,
        workspace.config_place,
        _noted(folder, zone),
    )


def _noted(folder: Path, zone: str) -> Absences:
    path = folder / Absences.file_name
    return read_table(path, Absences, timezone=zone) if path.is_file() else Absences.empty()


def output_paths(output: Path) -> dict[type[Table], Path]:
    """Where each table goes."""
    tables = (RosterShifts, RosterActivities, Coverage, Fairness, RosterChanges, Absences)
    planned = (output / MANIFEST).exists()
    return {table: output / table.file_name for table in tables if not planned or table not in MADE_BY_THE_PLAN}


def repair_of(work: RepairWork, flags: RepairFlags, on_progress: OnProgress) -> RepairResult:
    from staffplan.roster.repair.repair import repair

    absences, since = understood(flags, work)
    refuse_other_period(work)
    return repair(
        work.case,
        work.roster,
        absences,
        since,
        hours_of_a_change=flags.hours_of_a_change,
        seed=work.seed,
        on_progress=on_progress,
    )


def refuse_other_period(work: RepairWork) -> None:
    """Raise DataError where the roster has shifts, and none on a day of the requirement."""
    days, (first, last) = work.roster.shifts.frame["schedule_date"].dt.date, work.days
    if len(days) and not ((days >= first) & (days <= last)).any():
        message = f"its shifts run from {days.min()} to {days.max()}, the requirement from {first} to {last}"
        raise DataError(
            Problem(work.roster.shifts.source, message, "give the requirement for the days of the roster")
        )


def repair_tables(result: RepairResult, cost: CostSettings, noted: Absences) -> dict[type[Table], Table]:
    """All that a repair can write. Shifts have their premium hours where the given ones had. Absences of other kinds
    that were noted stay."""
    from staffplan.cost import norms_of, premium_hours
    from staffplan.roster.case.fairness_table import fairness_of
    from staffplan.tables.roster import ABSENCE

    roster, case = result.roster, result.case
    shifts = roster.shifts
    if (shifts.frame["premium_hours"] != "").any():
        days = case.site.days_of(pd.DatetimeIndex(case.requirement.frame["interval_start"])).days
        zone, starts = case.site.calendar.timezone, case.settings.week_starts
        norms = norms_of(case.workforce, days, case.work_plans, starts, timezone=zone)
        shifts = RosterShifts.of(shifts.frame.assign(premium_hours=premium_hours(roster, cost, case.site, norms)))
    off, key = case.workforce.time_off.frame, list(TimeOff.key)
    known = pd.MultiIndex.from_frame(off[key]).isin(pd.MultiIndex.from_frame(noted.frame[key]))
    absences = Absences.of(off[(off["kind"] == ABSENCE) | known])
    tables = (shifts, roster.activities, result.coverage, fairness_of(roster, case), result.changes, absences)
    return {type(table): table for table in tables}


def understood(flags: RepairFlags, work: RepairWork) -> tuple[list[Absence], pd.Timestamp]:
    """Who is absent when, and from when on the roster may change; all that is wrong with either at once."""
    problems: list[Problem] = []
    absences = [absence for text in flags.absent if (absence := _absence(text, work, problems))]
    first = min((absence.first_day for absence in absences), default=work.days[0])
    since = midnight(max(first, work.days[0]), work.timezone)
    if flags.since is not None:
        since = _instant(flags.since, work, problems) or since
    if problems:
        raise UsageError(problems)
    return absences, since


def _absence(text: str, work: RepairWork, problems: list[Problem]) -> Absence | None:
    from staffplan.roster.repair.absences import Absence

    found = ABSENT.fullmatch(text.strip())
    if found is None:
        hint = (
            "write AGENT:DATE or AGENT:DATE..DATE, as in A012:2026-12-01..2026-12-03, or A012:2026-12-01,08:00-11:00"
        )
        problems.append(Problem("--absent", f"{text!r} is not an absence", hint))
        return None
    try:
        first = date.fromisoformat(found["first"])
        last = date.fromisoformat(found["last"] or found["first"])
        begin, end = day_minute(found["begin"] or "00:00"), day_minute(found["end"] or "24:00")
    except ValueError as error:
        problems.append(Problem("--absent", f"{text!r}: {error}", "write dates as 2026-12-01, times as 08:00"))
        return None
    absence = Absence(found["agent"], first, last, begin, end)
    problems += [Problem("--absent", f"{text!r}: {said}", hint) for said, hint in _absence_words(absence, work)]
    return replace(absence, last_day=min(last, work.days[1]))


def _absence_words(absence: Absence, work: RepairWork) -> Iterator[tuple[str, str]]:
    """What is wrong with an absence, and what to do."""
    known = [str(agent_id) for agent_id in work.case.workforce.agents.frame["agent_id"]]
    if absence.agent_id not in known:
        yield f"{absence.agent_id} is not in {Agents.file_name}", nearest(absence.agent_id, known)
    if absence.last_day < absence.first_day:
        yield "the last day is before the first day", "swap the two"
    if absence.end <= absence.begin:
        yield "the hours end before they begin", "over midnight give two absences, to 24:00 and from 00:00"
    first, last = work.days
    if absence.last_day < first or absence.first_day > last:
        yield "the days are outside the period of the roster", f"the period is {first} to {last}"


def _instant(text: str, work: RepairWork, problems: list[Problem]) -> pd.Timestamp | None:
    """A local time, or one with an offset, within the period."""
    try:
        at = pd.Timestamp(datetime.fromisoformat(text.strip()))
    except ValueError:
        problems.append(Problem("--from", f"{text!r} is not a time", "write it as 2026-12-01T10:00"))
        return None
    try:
        at = at.tz_localize(work.timezone) if at.tzinfo is None else at
    except ValueError:
        message = f"{text!r}: the clocks change then, so this time occurs twice or not at all"
        problems.append(Problem("--from", message, "write it with its offset: 2026-10-25T02:30+02:00"))
        return None
    first, last = work.days
    if not midnight(first, work.timezone) <= at < midnight(last + timedelta(days=1), work.timezone):
        problems.append(
            Problem("--from", f"{text!r} is outside the period of the roster", f"the period is {first} to {last}")
        )
    return at


def standby_words(work: RepairWork, result: RepairResult) -> list[str]:
    """Standby of the folder that its people cannot have with the repaired roster, and who can."""
    from staffplan.roster.standby.lost import lost_duties, words_of

    if work.given_standby is None or not work.standby:
        return []
    agents = result.case.workforce.agents.frame
    names = dict(zip(agents["agent_id"], agents["name"], strict=True))
    lost = lost_duties(result.case, result.roster, work.standby, work.given_standby, work.days[0])
    return [words_of(one, names) for one in lost]


def repair_text(result: RepairResult) -> str:
    """What was repaired, in one line."""
    hours = {name: float(result.facts[f"missing_hours_{name}"]) for name in ("given", "absent", "repaired")}
    days, people, inside = (int(result.facts[name]) for name in ("changed_days", "changed_people", "changed_inside"))
    absent = f"{hours['absent']:,.1f} with the absences, " if result.facts["absent_days"] else ""
    return (
        f"understaffed hours from then on: {hours['given']:,.1f} before, {absent}{hours['repaired']:,.1f} "
        f"after the repair; {people} agents affected: {days} days with changed shifts, {inside} with other breaks or "
        "queues only"
    )
