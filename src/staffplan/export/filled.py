"""A template that was filled, read back: who works from when to when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import pandas as pd

from staffplan.clock import wall_instant
from staffplan.errors import DataError, Problem
from staffplan.export.template import Header, sheets_of
from staffplan.settings.export import ExportSettings
from staffplan.tables.people import Agents

Cells = Mapping[str, object]
"""The cells of a row by the fields of its columns."""
SECOND = pd.Timedelta(seconds=1)


def shifts_in(
    data: bytes, place: str, agents: Agents, ids: Mapping[str, str], settings: ExportSettings, timezone: str
) -> pd.DataFrame:
    """agent_id, schedule_date, start, end, paid (minutes) and shift of every row of a filled template of shifts.

    ids: our agents by the other system's ids. Raises DataError with every row that cannot be read, or where the file
    is no such template.
    """
    header, rows = next(((h, rows) for h, rows in sheets_of(data, place) if h and h.kind == "shifts"), (None, ()))
    if header is None:
        raise DataError(Problem(place, "has no header that names a person and a start", "give a roster"))
    people = _people(agents, ids)
    zone, found, problems = settings.timezone or timezone, [], []
    for number, row in enumerate(rows[header.row + 1 :], start=header.row + 2):
        if any(cell not in (None, "") for cell in row):
            try:
                found.append(_shift(_cells(header, row), people, settings, zone))
            except ValueError as error:
                problems.append(Problem(f"{place}:{number}", str(error), "correct the row"))
    if problems:
        raise DataError(problems)
    return pd.DataFrame(found, columns=["agent_id", "schedule_date", "start", "end", "paid", "shift"])


def _cells(header: Header, row: Sequence[object]) -> Cells:
    return {field: cell for field, cell in zip(header.fields, row, strict=False) if field and cell not in (None, "")}


def _people(agents: Agents, ids: Mapping[str, str]) -> dict[str, str]:
    """Our agents by whatever may stand for them: id, name (where it is one person's), the other system's id."""
    frame = agents.frame
    once = ~frame["name"].duplicated(keep=False)
    names = dict(zip(frame["name"][once], frame["agent_id"][once], strict=True))
    return {**names, **{agent: agent for agent in frame["agent_id"]}, **ids}


def _shift(cells: Cells, people: Mapping[str, str], settings: ExportSettings, zone: str) -> tuple[object, ...]:
    agent = next(iter(_agents(cells, people)), None)
    if agent is None:
        raise ValueError("nobody of this name or id is among the agents")
    day, start = _moment(cells, "start", None, settings)
    last, end = _moment(cells, "end", day, settings)
    if "end_date" not in cells and "end_datetime" not in cells and (last, end) <= (day, start):
        last += timedelta(days=1)
    first, until = (wall_instant(d, t.hour * 60 + t.minute, zone) for d, t in ((day, start), (last, end)))
    length = (until - first) / SECOND / 60
    breaks = cells.get("unpaid_break_minutes", 0)
    paid = float(str(cells["paid_hours"])) * 60 if "paid_hours" in cells else length - float(str(breaks))
    schedule = _day(cells["date"], settings) if "date" in cells else day
    return agent, pd.Timestamp(schedule), first, until, paid, str(cells.get("shift", ""))


def _agents(cells: Cells, people: Mapping[str, str]) -> Iterator[str]:
    full = f"{cells.get('first_name', '')} {cells.get('last_name', '')}".strip()
    for word in (cells.get("agent_id"), cells.get("email"), cells.get("name"), full):
        if word is not None and str(word) in people:
            yield people[str(word)]


def _moment(cells: Cells, which: str, day: date | None, settings: ExportSettings) -> tuple[date, time]:
    """Local day and time of a start or an end. day: where the row does not say it."""
    both = cells.get(f"{which}_datetime")
    if isinstance(both, datetime):
        return both.date(), both.time()
    if both is not None:
        found = _parsed(str(both), (f"{settings.date_format} {settings.time_format}", "%Y-%m-%d %H:%M"))
        return found.date(), found.time()
    own = cells.get(f"{which}_date", cells.get("date") if day is None else day)
    if own is None or which not in cells:
        raise ValueError(f"the {which} has no day or no time")
    return _day(own, settings), _time(cells[which], settings)


def _day(cell: object, settings: ExportSettings) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, date) else _parsed(str(cell), (settings.date_format, "%Y-%m-%d")).date()


def _time(cell: object, settings: ExportSettings) -> time:
    if isinstance(cell, datetime):
        return cell.time()
    return cell if isinstance(cell, time) else _parsed(str(cell), (settings.time_format, "%H:%M", "%H:%M:%S")).time()


def _parsed(text: str, formats: Sequence[str]) -> datetime:
    for shape in formats:
        try:
            return datetime.strptime(text.strip(), shape)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is not written as {formats[0]}; export.date_format and time_format say how it is")
