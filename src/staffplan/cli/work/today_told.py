"""How `today` is told: tables for a person, levers as CSV, or everything as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import show, show_json, show_text
from staffplan.cli.work.delivery import put_tables
from staffplan.files.write import table_bytes
from staffplan.plan.text import percent, text_table
from staffplan.tables.control import ComingIntervals, DaySoFar, Levers, ToTell
from staffplan.tables.schema import Table

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes
    from staffplan.cli.work.today import Told

TO_TELL = ToTell.file_name
FILES = (DaySoFar.file_name, ComingIntervals.file_name, Levers.file_name)


def tell(told: Told, paths: Mapping[str, Path], before: Hashes, *, as_json: bool) -> None:
    """Tables for a person, the levers as CSV, or everything as JSON; then the files."""
    if as_json:
        show_json({**rows_of(told), "written": [str(path) for path in paths.values()]})
    elif paths or sys.stdout.isatty():
        show_text(day_words(told))
    else:
        show(table_bytes(told.found.levers.frame, told.zone).decode())
    if paths:
        put_tables({path: tables_of(told)[name] for name, path in paths.items()}, told.zone, before)


def tables_of(told: Told) -> dict[str, Table]:
    """By file name."""
    found = told.found
    return {table.file_name: table for table in (found.so_far, found.coming, found.levers)}


def rows_of(told: Told) -> dict[str, object]:
    """The day for a program."""
    rows = {name.removesuffix(".csv"): records(table.frame, told.zone) for name, table in tables_of(told).items()}
    away = {
        who: [[at.tz_convert(told.zone).isoformat() for at in span] for span in spans]
        for who, spans in told.day.stage.presence.away.items()
    }
    return {"at": told.day.at.tz_convert(told.zone).isoformat(), **rows, "away": away}


def day_words(told: Told) -> str:
    """The day for a person."""
    return "\n\n".join(_texts(told))


def _texts(told: Told) -> Iterator[str]:
    yield f"{told.day.at.tz_convert(told.zone):%a %d %b %Y %H:%M} ({told.zone})"
    yield text_table(
        [_so_far_row(row) for row in _rows(told.found.so_far.frame)],
        ("queue", "expected so far", "came", "rest planned", "rest expected", "from", "to"),
        right=(1, 2, 3, 4, 5, 6),
    )
    header = ("from", "group", "planned", "expected", "people", "needed", "service", "goal")
    rows = [_coming_row(row, told.zone) for row in _rows(told.found.coming.frame)]
    yield text_table(rows, header, right=(2, 3, 4, 5, 6, 7)) if rows else "nobody is needed or on queue any more"
    if told.day.stage.presence.away:
        yield _away_words(told)
    levers = [_lever_row(row, told) for row in _rows(told.found.levers.frame)]
    if levers:
        names = ("", "who", "change", "helps", "points", f"cost {told.currency}", "tell by")
        yield text_table(levers, names, right=(0, 4, 5))
    else:
        yield "no change is known that helps and keeps every rule"
    if told.waits_hours:
        yield f"not projected, as it waits hours: {', '.join(told.waits_hours)}; a skill lent by it delays it"


def _away_words(told: Told) -> str:
    """Who is not there, and until when that is counted on."""
    rows = [
        (who, told.names.get(who, ""), clock_words(max(start, told.day.at), told.zone), clock_words(end, told.zone))
        for who, spans in sorted(told.day.stage.presence.away.items())
        for start, end in spans
    ]
    hint = "counted until the shift ends, unless the log says when the person comes"
    return f"not there though rostered; {hint}\n{text_table(rows, ('agent', 'name', 'from', 'until'))}"


def _so_far_row(row: Any) -> tuple[str, ...]:
    numbers = (row.expected, row.came, row.rest_planned, row.rest, row.rest_p10, row.rest_p90)
    return (row.queue, *("" if pd.isna(number) else f"{number:,.0f}" for number in numbers))


def _coming_row(row: Any, zone: str) -> tuple[str, ...]:
    shares = ("" if pd.isna(share) else percent(share, 0) for share in (row.service_level, row.goal))
    people = (f"{row.scheduled:.1f}", f"{row.required:.1f}")
    contacts = (f"{row.planned:.1f}", f"{row.offered:.1f}")
    return (clock_words(row.interval_start, zone), row.planning_group, *contacts, *people, *shares)


def _lever_row(row: Any, told: Told) -> tuple[str, ...]:
    points = f"{row.gain_points:+.2f} ± {row.error_points:.2f}"
    what = (row.name or row.agent_id, f"{row.kind}: {row.change}", row.planning_group)
    return (f"{row.number:.0f}", *what, points, f"{row.cost:.2f}", clock_words(row.deadline, told.zone))


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples(index=False)


def clock_words(at: pd.Timestamp, zone: str) -> str:
    """Hours and minutes on the clock of a zone."""
    return f"{at.tz_convert(zone):%H:%M}"
