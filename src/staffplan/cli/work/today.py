"""What `today` does between reading the command line and writing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import show, show_json, show_text
from staffplan.cli.work.delivery import put_tables, say_notes
from staffplan.cli.work.reforecast import to_the_end
from staffplan.cli.work.repair import RepairInput, RepairWork, repair_work
from staffplan.clock import local_dates, midnight
from staffplan.errors import Problem, UsageError
from staffplan.files.cells import read_instants
from staffplan.files.write import table_bytes
from staffplan.ingest import read_history
from staffplan.plan.directory import open_existing
from staffplan.plan.text import percent, text_table
from staffplan.plan.workspace import Workspace
from staffplan.process.workers import Workers
from staffplan.tables.control import ComingIntervals, DaySoFar, Levers
from staffplan.tables.history import ContactHistory
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.schema import Table

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes
    from staffplan.control.today import Today

FILES = (DaySoFar.file_name, ComingIntervals.file_name, Levers.file_name)


@dataclass(frozen=True)
class Asked:
    """The command line: contacts of today, the local time, and what may change."""

    plan: Path
    actuals: Path
    at: str | None
    freeze_minutes: int
    most: int


@dataclass(frozen=True)
class Told:
    """What is known of today at an instant, on the clock of a zone; money in a currency."""

    at: pd.Timestamp
    zone: str
    currency: str
    waits_hours: tuple[str, ...]
    """Planning groups whose work waits hours."""
    found: Today


def today_of(asked: Asked, workers: Workers) -> Told:
    """The day of a plan directory. Raises UsageError for a moment that its days do not have."""
    from staffplan.control.today import today
    from staffplan.control.today.play import make_stage
    from staffplan.control.today.step import Day
    from staffplan.forecast import reforecast

    opened = open_existing(asked.plan)
    workspace, config = opened.workspace, opened.workspace.config
    given = read_history(asked.actuals, to_the_end(config))
    at = _moment(asked.at, given, workspace)
    history = _with_today(workspace, given, at)
    planned = workspace.forecast()
    result = reforecast(planned, history, config.forecast, site=workspace.site, now=at, workers=workers)
    say_notes(note for note in result.notes if note.kind != "left out")
    work = repair_work(RepairInput(asked.plan, None, None, None, {}, None, None))
    stage = make_stage(
        result.forecast,
        workspace.table(StaffingRequirement),
        workspace.site,
        (config.simulate, config.staffing),
        at,
        config.plan.seed,
    )
    since = at + pd.Timedelta(minutes=asked.freeze_minutes)
    day = Day(work.case, work.roster, planned, result.forecast, stage, since, asked.most, _rates(work))
    groups = workspace.site.groups().items()
    waiting = tuple(sorted(name for name, queues in groups if queues[0].work_type == "deferred"))
    return Told(at, config.plan.timezone, config.plan.currency, waiting, today(day))


def _moment(text: str | None, given: ContactHistory, workspace: Workspace) -> pd.Timestamp:
    """The instant of --at, else the end of the contacts given."""
    zone, minutes = workspace.config.plan.timezone, workspace.config.plan.interval_minutes
    if text is None:
        at = pd.Timestamp(given.frame["interval_start"].max()) + pd.Timedelta(minutes=minutes)
    else:
        read, wrong = read_instants(pd.Series([text], dtype=object), zone)
        if wrong or read.isna().any():
            message, hint = wrong.get(0, (f"{text!r} is not a time", "write it as 2026-12-01T10:30"))
            raise UsageError(Problem("--at", message, hint))
        at = pd.Timestamp(read.iloc[0])
    [day] = local_dates(pd.DatetimeIndex([at]), zone)
    if not workspace.planned.contains(day):
        days = workspace.planned
        message = f"{day:%a %d %b %Y} is not in the plan, which runs from {days.first} to {days.last}"
        raise UsageError(Problem("--at" if text else str(given.source), message, "give the contacts of a day of it"))
    return at


def _with_today(workspace: Workspace, given: ContactHistory, at: pd.Timestamp) -> ContactHistory:
    """The plan's history with the contacts of the file, which count from their first day on."""
    zone = workspace.config.plan.timezone
    [first] = local_dates(pd.DatetimeIndex([given.frame["interval_start"].min()]), zone)
    past = workspace.full_history.frame
    past = past[past["interval_start"] < midnight(first, zone)]
    both = pd.concat([past, given.frame], ignore_index=True)
    return ContactHistory.of(both[both["interval_start"] < at].reset_index(drop=True), given.source)


def _rates(work: RepairWork) -> dict[str, float]:
    """Base pay an hour: the agent's own, else the contract's, else the default."""
    frame = work.case.workforce.agents.frame
    found = {}
    for agent_id, rate, plan in zip(frame["agent_id"], frame["hourly_rate"], frame["work_plan"], strict=True):
        contract = work.case.work_plans[plan].hourly_rate if plan in work.case.work_plans else None
        choices = (rate, contract, work.cost.default_hourly_rate)
        found[str(agent_id)] = next(float(one) for one in choices if one is not None and not np.isnan(one))
    return found


def tell(told: Told, paths: Mapping[str, Path], before: Hashes, *, as_json: bool) -> None:
    """Tables for a person, the levers as CSV, or everything as JSON; then the files."""
    tables: dict[str, Table] = {
        DaySoFar.file_name: told.found.so_far,
        ComingIntervals.file_name: told.found.coming,
        Levers.file_name: told.found.levers,
    }
    if as_json:
        rows = {name.removesuffix(".csv"): records(table.frame, told.zone) for name, table in tables.items()}
        written = [str(path) for path in paths.values()]
        show_json({"at": told.at.tz_convert(told.zone).isoformat(), **rows, "written": written})
    elif paths or sys.stdout.isatty():
        show_text("\n\n".join(_texts(told)))
    else:
        show(table_bytes(told.found.levers.frame, told.zone).decode())
    if paths:
        put_tables({path: tables[name] for name, path in paths.items()}, told.zone, before)


def _texts(told: Told) -> Iterator[str]:
    yield f"{told.at.tz_convert(told.zone):%a %d %b %Y %H:%M} ({told.zone})"
    yield text_table(
        [_so_far_row(row) for row in _rows(told.found.so_far.frame)],
        ("queue", "expected so far", "came", "rest planned", "rest expected", "from", "to"),
        right=(1, 2, 3, 4, 5, 6),
    )
    header = ("from", "group", "planned", "expected", "people", "needed", "service", "goal")
    rows = [_coming_row(row, told.zone) for row in _rows(told.found.coming.frame)]
    yield text_table(rows, header, right=(2, 3, 4, 5, 6, 7)) if rows else "nobody is needed or on queue any more"
    levers = [_lever_row(row, told) for row in _rows(told.found.levers.frame)]
    if levers:
        names = ("", "who", "change", "helps", "points", f"cost {told.currency}", "tell by")
        yield text_table(levers, names, right=(0, 4, 5))
    else:
        yield "no change is known that helps and keeps every rule"
    if told.waits_hours:
        yield f"not projected, as it waits hours: {', '.join(told.waits_hours)}; a skill lent by it delays it"


def _so_far_row(row: Any) -> tuple[str, ...]:
    numbers = (row.expected, row.came, row.rest_planned, row.rest, row.rest_p10, row.rest_p90)
    return (row.queue, *("" if pd.isna(number) else f"{number:,.0f}" for number in numbers))


def _coming_row(row: Any, zone: str) -> tuple[str, ...]:
    shares = ("" if pd.isna(share) else percent(share, 0) for share in (row.service_level, row.goal))
    people = (f"{row.scheduled:.1f}", f"{row.required:.1f}")
    contacts = (f"{row.planned:.1f}", f"{row.offered:.1f}")
    return (_clock(row.interval_start, zone), row.planning_group, *contacts, *people, *shares)


def _lever_row(row: Any, told: Told) -> tuple[str, ...]:
    points = f"{row.gain_points:+.2f} ± {row.error_points:.2f}"
    what = (row.name or row.agent_id, f"{row.kind}: {row.change}", row.planning_group)
    return (f"{row.number:.0f}", *what, points, f"{row.cost:.2f}", _clock(row.deadline, told.zone))


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples(index=False)


def _clock(at: pd.Timestamp, zone: str) -> str:
    return f"{at.tz_convert(zone):%H:%M}"
