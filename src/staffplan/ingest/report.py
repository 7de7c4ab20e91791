"""What `ingest` tells of its work: a line for each thing a planner may want to contradict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.ingest.days import calendar_text, days_of, missing_days
from staffplan.ingest.intervals import Part
from staffplan.ingest.step import Ingested
from staffplan.tables.history import ContactHistory

CERTAINTY = {
    "documented": "documented by the vendor",
    "seen": "as public programs read it",
    "own": "by usual names",
}
ROWS_SHOWN, DAYS_SHOWN = 3, 5
FEWEST_DAYS = 8
"""Days that make a calendar worth its lines."""


def report(ingested: Ingested, timezone: str, interval_minutes: int) -> dict[str, Any]:
    """The report as plain values: of each table how it was read, and of the history what is there and what is not."""
    return {
        "tables": [_table(part) for part in ingested.parts],
        "history": _history(ingested.history, timezone, interval_minutes),
        "calendar": (calendar := days_of(ingested.history, timezone)),
        "missing_days": [{"queue": queue, "days": days} for queue, days in missing_days(calendar)],
        "notes": [vars(note) for note in ingested.notes],
    }


def _table(part: Part) -> dict[str, Any]:
    preset = part.preset
    reasons = [
        {"reason": str(reason), "rows": len(rows), "first_rows": [int(row) for row in rows["row"][:ROWS_SHOWN]]}
        for reason, rows in part.rejects.groupby("reason", sort=False)
    ]
    return {
        "file": part.place,
        "preset": preset.name,
        "system": preset.title,
        "why": part.why,
        "certainty": CERTAINTY[preset.certainty],
        **{name.replace(" ", "_"): said for name, said in part.facts.items()},
        "rows_used": len(part.frame),
        "rows_not_used": reasons,
    }


def _history(history: ContactHistory, timezone: str, minutes: int) -> dict[str, Any]:
    frame = history.frame
    days = pd.Series(local_dates(pd.DatetimeIndex(frame["interval_start"]), timezone))
    first, last = days.min(), days.max()
    return {
        "rows": len(frame),
        "queues": sorted(frame["queue"].unique()),
        "first_day": f"{first}",
        "last_day": f"{last}",
        "interval_minutes": minutes,
        "offered": float(frame["offered"].sum()),
        "days_without_rows": int((last - first).days + 1 - days.nunique()),
        "intervals_absent": _absent(frame, days, minutes),
    }


def _absent(frame: pd.DataFrame, days: pd.Series, minutes: int) -> int:
    """Intervals without a row between the first and the last one of a queue's day."""
    spans = frame.groupby([frame["queue"], days.to_numpy()])["interval_start"].agg(["min", "max", "size"])
    slots = (spans["max"] - spans["min"]).dt.total_seconds() / (60 * minutes) + 1
    return int(np.maximum(slots - spans["size"], 0).sum())


def report_text(told: dict[str, Any]) -> str:
    """The report as lines."""
    lines: list[str] = []
    for table in alike(told["tables"]):
        lines += [f"{table['file']}: {table['system']} ({table['preset']}): {table['why']}; {table['certainty']}"]
        lines += [f"    {name}: {table[name.replace(' ', '_')]}" for name in _facts(table)]
        lines += [f"    rows used: {table['rows_used']:,}", *_reasons(table["rows_not_used"])]
    history = told["history"]
    lines += [
        f"history: {history['rows']:,} rows of {_queues(history['queues'])}, {history['offered']:,.0f} contacts, "
        f"{history['first_day']} to {history['last_day']}, intervals of {history['interval_minutes']} minutes",
        f"    absent: {history['intervals_absent']:,} intervals between the first and the last of a day, "
        f"{history['days_without_rows']:,} days; they are not written, the forecast decides "
        "(forecast.missing_rows)",
    ]
    return "\n".join([*lines, *_calendar(told)])


def _calendar(told: dict[str, Any]) -> list[str]:
    """The calendar of all queues together and the missing days of each; nothing for a week or less."""
    days = told["calendar"][0]["days"]
    if len(days) < FEWEST_DAYS:
        return []
    busiest = max(days, key=lambda day: day["offered"] or 0.0)
    lines = [
        f"    contacts by day: 9 = {busiest['offered']:,.0f} ({busiest['day']}, the most), . = no rows, "
        "! = no rows although that weekday usually has some",
        *(f"        {line}" for line in calendar_text(days)),
    ]
    for missing in told["missing_days"]:
        shown = ", ".join(missing["days"][:DAYS_SHOWN])
        more = f" and {len(missing['days']) - DAYS_SHOWN} more" if len(missing["days"]) > DAYS_SHOWN else ""
        lines.append(f"    missing days, {missing['queue']}: {shown}{more}")
    return lines


def alike(tables: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tables that were read in the same way as one, with their rows added up."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in tables:
        how = {name: said for name, said in table.items() if name not in ("file", "rows_used")}
        found.setdefault(repr(how), []).append(table)
    together = []
    for same in found.values():
        more = f" and {len(same) - 1} tables like it" if len(same) > 1 else ""
        used = sum(table["rows_used"] for table in same)
        together.append({**same[0], "file": f"{same[0]['file']}{more}", "rows_used": used})
    return together


def _facts(table: dict[str, Any]) -> Sequence[str]:
    known = ("form", "columns", "zone", "unit of durations", "handling time", "offered", "booked by", "counted")
    return [name for name in known if name.replace(" ", "_") in table]


def _queues(names: Sequence[str]) -> str:
    return f"queue {names[0]}" if len(names) == 1 else f"{len(names)} queues"


def _reasons(reasons: Sequence[dict[str, Any]]) -> list[str]:
    return [
        f"    not used: {reason['rows']:,} rows, {reason['reason']} (row "
        f"{', '.join(map(str, reason['first_rows']))}{', ...' if reason['rows'] > ROWS_SHOWN else ''})"
        for reason in reasons
    ]
