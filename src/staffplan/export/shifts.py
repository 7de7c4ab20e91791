"""shifts.csv: a row a shift, for people and for systems that take any CSV file."""

from __future__ import annotations

import pandas as pd

from staffplan.export.source import Exported, Source
from staffplan.export.work import Shift, shifts_of
from staffplan.tables.exchange import PlainShifts


def make(source: Source) -> Exported:
    """All shifts, with their breaks."""
    rows = [_row(shift, source.timezone) for shift in shifts_of(source)]
    names = [column.name for column in PlainShifts.columns]
    table = PlainShifts.of(pd.DataFrame(rows, columns=names)) if rows else PlainShifts.empty()
    return Exported({PlainShifts.file_name: table})


def _row(shift: Shift, timezone: str) -> tuple[object, ...]:
    minutes = (shift.break_minutes(), shift.break_minutes(unpaid_only=True))
    span = (pd.Timestamp(shift.day), shift.start, shift.end)
    return shift.agent_id, shift.name, *span, shift.shift, *minutes, shift.paid_hours, break_text(shift, timezone)


def break_text(shift: Shift, timezone: str) -> str:
    """ "12:00-12:30 meal (unpaid); 15:00-15:15 break"."""
    parts = []
    for one in shift.activities:
        if one.is_break:
            start, end = (instant.tz_convert(timezone) for instant in (one.start, one.end))
            parts.append(f"{start:%H:%M}-{end:%H:%M} {one.kind}{'' if one.paid else ' (unpaid)'}")
    return "; ".join(parts)
