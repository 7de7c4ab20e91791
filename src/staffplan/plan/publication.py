"""A plan as it is published: its tables as they stand, the forecast with the overrides apart, and what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from staffplan import __version__
from staffplan.control.published import published_forecast
from staffplan.control.told import told
from staffplan.errors import DataError, Note, Problem, UsageError
from staffplan.files.change_log import ChangeLog, read_changes
from staffplan.files.disk import sha256
from staffplan.files.ledger import Ledger
from staffplan.files.read import read_table
from staffplan.files.write import table_bytes
from staffplan.plan.changed_days import last_changes
from staffplan.plan.directory import PLAN_TOML, OpenPlan
from staffplan.plan.run import status
from staffplan.tables.cost import CostReport
from staffplan.tables.forecast import ForecastTotals, OverrideLog, VolumeForecast
from staffplan.tables.ledger import RosterMessages, RosterTold
from staffplan.tables.people import Absences
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.roster_book import DayOf
from staffplan.tables.schema import Table
from staffplan.tables.standby import Standby
from staffplan.tables.waits import Coverage, DayService

AS_THEY_ARE: tuple[type[Table], ...] = (ForecastTotals, StaffingRequirement, Coverage, DayService, CostReport)
"""Tables of a plan that are published as they stand, where the plan has them."""
STEP = "publish"
PUBLISHED_STEPS = ("forecast", "staff", "roster", "standby", "simulate", "cost")
"""Steps whose tables are published."""


@dataclass(frozen=True)
class Publication:
    """The files of an entry by their names, its facts, and what people must be told since the last one."""

    files: Mapping[str, bytes]
    facts: Mapping[str, Any]
    told: RosterTold
    messages: RosterMessages
    was_told: bool
    """Whether people had been told of some of these days before."""
    roster: Roster
    """What people are told now."""
    standby: Standby
    notes: tuple[Note, ...]
    timezone: str


def publication_of(plan: OpenPlan, ledger: Ledger, made_at: pd.Timestamp | None) -> Publication:
    """A plan directory as an entry that follows those of a ledger; `made_at` where it was not made now.

    Raises DataError where a table cannot be read, or the plan knows of days after the time it is said to be made.
    """
    workspace = plan.workspace
    zone, names = workspace.config.plan.timezone, workspace.config.ledger.agent_names
    forecast = workspace.forecast()
    tables: list[Table] = [published_forecast(forecast, workspace.table_if_there(OverrideLog))]
    tables += [found for kind in AS_THEY_ARE if (found := workspace.table_if_there(kind)) is not None]
    roster, before = _roster(plan, names=names), told_before(ledger, workspace.first_day, workspace.planned.last)
    if roster is not None:
        tables += [roster.shifts, roster.activities]
    stood = standby_before(ledger, workspace.first_day, workspace.planned.last)
    standby = stood if roster is None else _standby(plan, names=names)
    if roster is not None and workspace.table_if_there(Standby) is not None:
        tables.append(standby)
    off = _days_off(workspace.table_if_there(Absences))
    changes, messages = told(before, roster or before, zone, off, (stood, standby))
    if names:
        changes = _explained(changes, read_changes(workspace.folder))
    if len(changes):
        tables.append(changes)
    files = {table.file_name: table_bytes(table.frame, zone) for table in tables}
    files[PLAN_TOML] = _read(workspace.folder / PLAN_TOML)
    known_until = _known_until(plan, forecast)
    if made_at is not None:
        _refuse_foresight(made_at, known_until, zone)
    facts = {**_facts(plan), "known_until": known_until.isoformat()}
    notes = tuple(_stale(plan))
    was_told = len(before.shifts) + len(stood) > 0
    return Publication(files, facts, changes, messages, was_told, roster or before, standby, notes, zone)


def _days_off(absences: Absences | None) -> dict[DayOf, str]:
    """The kind of each whole day off that was written into the plan."""
    frame = (absences or Absences.empty()).whole.frame
    rows = zip(frame["agent_id"], frame["first_day"], frame["last_day"], frame["kind"], strict=True)
    return {(agent, day.date()): kind for agent, first, last, kind in rows for day in pd.date_range(first, last)}


def _explained(changes: RosterTold, log: ChangeLog) -> RosterTold:
    """The days with who changed them by hand, and why."""
    last = last_changes(log)
    keys = zip(changes.frame["agent_id"], changes.frame["schedule_date"].dt.date, strict=True)
    facts = [last[key].facts if key in last else {} for key in keys]
    columns = {name: [str(one.get(name, "")) for one in facts] for name in ("who", "why")}
    return RosterTold.of(changes.frame.assign(**columns)) if len(changes) and any(facts) else changes


NOBODY = Roster(RosterShifts.empty(), RosterActivities.empty())


def _roster(plan: OpenPlan, *, names: bool) -> Roster | None:
    """The roster of a plan, without the names of its people where they are not wanted."""
    workspace = plan.workspace
    if workspace.table_if_there(RosterShifts) is None:
        return None
    roster = workspace.roster()
    if names:
        return roster
    return Roster(RosterShifts.of(roster.shifts.frame.assign(name=""), roster.shifts.source), roster.activities)


def _standby(plan: OpenPlan, *, names: bool) -> Standby:
    """The standby of a plan, without the names of its people where they are not wanted."""
    table = plan.workspace.table_if_there(Standby) or Standby.empty()
    return table if names or not len(table) else Standby.of(table.frame.assign(name=""), table.source)


def standby_before(ledger: Ledger, first: date, last: date) -> Standby:
    """The standby that people were told of, of the same entries as `told_before`."""
    days = pd.date_range(first, last)
    found = Standby.empty().frame
    for entry in ledger.entries:
        own = days[(days >= entry.facts["first_day"]) & (days <= entry.facts["last_day"])]
        if RosterShifts.file_name not in entry.files or not len(own):
            continue
        new, zone = Standby.empty(), entry.facts["timezone"]
        if Standby.file_name in entry.files:
            new = read_table(entry.path(ledger.folder, Standby.file_name), Standby, timezone=zone)
        found = _replaced(found, new.frame, own)
    return Standby.of(found)


def told_before(ledger: Ledger, first: date, last: date) -> Roster:
    """What people were told of the days from `first` to `last`: of each the last entry with a roster for it."""
    days = pd.date_range(first, last)
    shifts, activities = NOBODY.shifts.frame, NOBODY.activities.frame
    for entry in ledger.entries:
        own = days[(days >= entry.facts["first_day"]) & (days <= entry.facts["last_day"])]
        if RosterShifts.file_name not in entry.files or not len(own):
            continue
        new = [
            read_table(entry.path(ledger.folder, table.file_name), table, timezone=entry.facts["timezone"]).frame
            for table in (RosterShifts, RosterActivities)
        ]
        shifts, activities = (_replaced(old, now, own) for old, now in zip((shifts, activities), new, strict=True))
    return Roster(RosterShifts.of(shifts), RosterActivities.of(activities))


def _replaced(old: pd.DataFrame, new: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """The rows with those of some days taken from the new ones."""
    parts = [old[~old["schedule_date"].isin(days)], new[new["schedule_date"].isin(days)]]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _facts(plan: OpenPlan) -> dict[str, Any]:
    """What an entry says of its plan: the settings' hash tells whether they were the same."""
    workspace = plan.workspace
    config = workspace.config.plan
    cost = workspace.table_if_there(CostReport)
    money = {} if cost is None else {"cost": _loaded_cost(cost.frame), "currency": config.currency}
    return {
        "plan": config.name,
        "first_day": workspace.first_day.isoformat(),
        "last_day": workspace.planned.last.isoformat(),
        "timezone": config.timezone,
        "interval_minutes": config.interval_minutes,
        "settings_sha256": sha256(workspace.folder / PLAN_TOML),
        **money,
        "staffplan": __version__,
    }


def _loaded_cost(frame: pd.DataFrame) -> float:
    """The loaded cost of the whole plan, in currency units."""
    of_all = (frame["period"] == "total") & (frame["planning_group"] == "")
    found = frame[of_all & (frame["ledger"] == "cost") & (frame["line"] == "loaded cost")]["amount"]
    return round(float(found.sum()), 2)


def _known_until(plan: OpenPlan, forecast: VolumeForecast) -> pd.Timestamp:
    """The end of the last interval with contacts that the forecast knew: of the history, or of the plan's own days
    once they were updated by what had come."""
    minutes = pd.Timedelta(minutes=plan.workspace.config.plan.interval_minutes)
    came = forecast.frame.loc[forecast.frame["method"] == "actual", "interval_start"]
    last = plan.workspace.history.frame["interval_start"].max()
    return pd.Timestamp(max([last, came.max()] if len(came) else [last]) + minutes)


def _refuse_foresight(made_at: pd.Timestamp, known_until: pd.Timestamp, zone: str) -> None:
    if made_at < known_until:
        local = known_until.tz_convert(zone)
        message = f"the plan knows contacts up to {local:%Y-%m-%d %H:%M}: it cannot have been made before"
        raise UsageError(Problem("--at", message, "give a later time, or plan with a history that ends earlier"))


def _stale(plan: OpenPlan) -> Iterator[Note]:
    """Steps whose files do not belong to the others as they are now."""
    try:
        states = status(plan.workspace, plan.manifest)
    except DataError:
        return
    late = [state.name for state in states if state.state in ("stale", "not run") and state.name in PUBLISHED_STEPS]
    if late:
        said = f"published as they stand, though not up to date: {', '.join(late)}; staffplan plan brings them up"
        yield Note(STEP, "warning", "", said)
