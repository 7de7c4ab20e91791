"""What `handoff` does between reading the command line and writing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

import pandas as pd

from staffplan.cli.work.check import read_roster, refuse_strangers
from staffplan.cli.work.common import config_and_workspace
from staffplan.cli.work.flags import flags_named
from staffplan.cli.work.standby_paid import StandbyPaid, paid_calls, standby_beside, standby_paid, with_amounts
from staffplan.errors import DataError, Problem, UsageError, place_of
from staffplan.files.change_log import read_changes
from staffplan.files.disk import sha256
from staffplan.files.read import read_table
from staffplan.plan.directory import PLAN_TOML, open_existing
from staffplan.plan.edits import written
from staffplan.plan.manifest import is_plan
from staffplan.plan.workspace import Workspace
from staffplan.planned import days_planned
from staffplan.report import Handoff, build_roster_json, build_roster_workbook, calendars
from staffplan.tables.people import Absences, Agents, TimeOff
from staffplan.tables.roster import Roster, RosterShifts
from staffplan.tables.roster_book import RosterState
from staffplan.tables.schema import Table
from staffplan.tables.standby import Standby
from staffplan.tables.waits import Coverage
from staffplan.words import SOURCE

T = TypeVar("T", bound=Table)
Files = dict[Path, Callable[[], bytes]]
"""What is written where; the content is made when it is asked for."""
LONGEST_NAME = 100
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
"""Names that Windows keeps for devices, with whatever extension."""
ALL = "all"


def read_handoff(
    folder: Path, *, agents: Path | None, time_off: Path | None, timezone: str | None, config_path: Path | None
) -> Handoff:
    """The roster in a folder, with what is known beside it; a plan directory brings its own people and zone."""
    workspace = workspace_if_any(folder, config_path)
    zone = zone_of(folder, timezone, workspace)
    first, last = _period(workspace) if config_path is None and workspace is not None else (None, None)
    roster, people = read_roster(folder, zone), _named(agents, "agents", workspace, Agents, zone)
    if people is not None:
        refuse_strangers(roster, people)
    paid = _standby(folder, workspace, roster, (agents, time_off), zone)
    return Handoff(
        roster=roster,
        timezone=zone,
        title="" if workspace is None else workspace.config.plan.name,
        language=SOURCE if workspace is None else workspace.config.report.language,
        coverage=_read(folder / Coverage.file_name, Coverage, zone),
        agents=people,
        time_off=_time_off(folder, _named(time_off, "time_off", workspace, TimeOff, zone), zone),
        first_day=first,
        last_day=last,
        state=roster_state(folder) if is_plan(folder) else None,
        standby=with_amounts(paid) if (folder / Standby.file_name).is_file() else None,
        call_outs=paid_calls(paid),
    )


def _standby(
    folder: Path, workspace: Workspace | None, roster: Roster, given: tuple[Path | None, Path | None], zone: str
) -> StandbyPaid:
    """Standby and call-outs beside a roster, with what they pay where the settings say it. given: agents and time
    off."""
    book = standby_beside(folder, workspace, zone)
    days = set(roster.shifts.frame["schedule_date"].dt.date)
    agents, time_off = given
    file = agents or (None if workspace is None else workspace.input_path("agents"))
    if workspace is None or not book.kinds or not days or file is None or not file.is_file():
        return StandbyPaid(book)
    people = workspace.people_of(folder, agents, None, time_off=time_off)
    planned = days_planned(days, workspace.days_given(days))
    return standby_paid(book, roster, people, planned.days, workspace.config, workspace, "handoff")


def roster_state(folder: Path) -> RosterState:
    """Which state of a plan its roster is."""
    changes = read_changes(folder).changes
    number, last = (changes[-1].number, changes[-1].hash) if changes else (0, "")
    return RosterState(number, last, sha256(folder / RosterShifts.file_name) or "")


def _time_off(folder: Path, given: TimeOff | None, zone: str) -> TimeOff | None:
    """The time off with what changes by hand wrote into the folder; what was given first holds."""
    off = written(folder, Absences, zone)
    if not len(off):
        return given
    rows = [table.frame for table in (given, off) if table is not None and len(table)]
    return TimeOff.of(pd.concat(rows, ignore_index=True).drop_duplicates(list(TimeOff.key), ignore_index=True))


def workspace_if_any(folder: Path, config_path: Path | None) -> Workspace | None:
    """What the settings file, or the plan directory, brings; None where there is neither."""
    if config_path is not None:
        return config_and_workspace(config_path, {})[1]
    if is_plan(folder) and (folder / PLAN_TOML).exists():
        return open_existing(folder).workspace
    return None


def zone_of(folder: Path, timezone: str | None, workspace: Workspace | None) -> str:
    """The zone given, else that of the settings. Raises UsageError where there is neither."""
    if timezone is not None:
        with flags_named({"plan.timezone": "--timezone"}):
            return config_and_workspace(None, {"plan.timezone": timezone})[0].plan.timezone
    if workspace is None:
        hint = "give --timezone Europe/Madrid, or -c plan.toml"
        message = "is not a plan directory, so its time zone is unknown"
        raise UsageError(Problem(place_of(folder), message, hint))
    return workspace.config.plan.timezone


def _period(workspace: Workspace) -> tuple[date | None, date | None]:
    """First and last day of a plan; days at its ends may be without work."""
    planned = workspace.days_given(())
    return (None, None) if planned is None else (planned.first, planned.last)


def _named(path: Path | None, name: str, workspace: Workspace | None, table: type[T], zone: str) -> T | None:
    """A file given on the command line, or the one that the settings name, where it is there."""
    if path is not None:
        return read_table(path, table, timezone=zone)
    found = None if workspace is None else workspace.input_path(name)
    return None if found is None else _read(found, table, zone)


def _read(path: Path, table: type[T], zone: str) -> T | None:
    return read_table(path, table, timezone=zone) if path.is_file() else None


def handoff_files(handoff: Handoff, forms: Collection[str], output: Path, *, with_agents: bool) -> Files:
    """The files of the wanted forms ("xlsx", "ics", "json"). with_agents: a sheet for each agent in the workbook."""
    files: Files = {}
    if "xlsx" in forms:
        files[output / "roster.xlsx"] = partial(build_roster_workbook, handoff, with_agents=with_agents)
    if "json" in forms:
        files[output / "roster.json"] = partial(build_roster_json, handoff)
    return files | (_calendar_files(handoff, output / "calendars") if "ics" in forms else {})


def _calendar_files(handoff: Handoff, folder: Path) -> Files:
    made = _calendars(handoff, folder / f"{ALL}.ics")
    names = safe_names(sorted(agent for agent in made if agent))
    return {folder / f"{names.get(agent, ALL)}.ics": partial(bytes, content) for agent, content in made.items()}


def _calendars(handoff: Handoff, before: Path) -> dict[str, bytes]:
    try:
        return calendars(handoff, before.read_bytes() if before.is_file() else None)
    except ValueError as error:
        hint = "choose another folder, or remove the file"
        raise DataError(Problem(place_of(before), f"is not a calendar of a roster: {error}", hint)) from error


def safe_names(agents: Iterable[str]) -> dict[str, str]:
    """A file name without extension for each agent: letters, digits and "-_." alone, told apart on every system."""
    names: dict[str, str] = {}
    taken = {ALL}
    for agent in agents:
        base = _safe(agent)
        tries = (base if number == 1 else f"{base}-{number}" for number in range(1, len(names) + 3))
        names[agent] = next(name for name in tries if name.casefold() not in taken)
        taken.add(names[agent].casefold())
    return names


def _safe(agent: str) -> str:
    text = unicodedata.normalize("NFKC", agent)
    name = "".join(char if char.isalnum() or char in "-_." else "_" for char in text)[:LONGEST_NAME].strip(".") or "_"
    return f"_{name}" if name.split(".")[0].casefold() in _RESERVED else name
