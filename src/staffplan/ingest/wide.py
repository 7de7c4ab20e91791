"""Sheets whose columns are times of the day, or days: unfolded to a row for each interval; and typical weeks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from staffplan.files.cells import read_numbers
from staffplan.files.month_names import weekday_of_name
from staffplan.files.records import Records
from staffplan.files.stamps import iso_texts
from staffplan.ingest.columns import Header, Source, is_blank, texts_of
from staffplan.ingest.rows import TOTAL
from staffplan.ingest.starts import day_above
from staffplan.tables.names import HISTORY_NAMES, plain

DAY, TIME, QUEUE, CONTACTS = "day of the row", "time of the column", "queue", "contacts of the cell"
HANDLING = "handling time of the cell"
"""Columns of an unfolded sheet, by which the preset "wide" recognises it."""
FEW_TIMES, FEW_HOURS, MOST_WEEKDAYS = 4, 8, 7
HOURS_OF_A_DAY, MINUTES_OF_A_DAY = 24, 1440
_TIME = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2})?)?(?::\d{2})? ?([ap]\.?m\.?)?"
    r"(?: ?(?:[-–—]|to|bis|до) ?\d{1,2}(?:[:.h]\d{0,2})?(?::\d{2})? ?(?:[ap]\.?m\.?)?)?"
)
_FRACTION = re.compile(r"0(\.\d+)?")


@dataclass(frozen=True)
class TypicalWeek:
    """Contacts by weekday and minute of the day, (weekdays, slots), as planners keep them: an average, no history."""

    place: str
    frame: pd.DataFrame
    """weekday (Monday 0), minute, contacts."""


def unfolded(records: Records) -> Records:
    """A row for each day and time of a sheet with times as columns, or days as columns; other tables as they are."""
    times = _times(records)
    if len(times) >= FEW_TIMES and not _has_weekdays(records.frame, times):
        return _unfolded_times(records, times)
    days = {name: iso for name in _names(records) if (iso := _day_of_header(name))}
    if len(days) >= FEW_TIMES:
        return _unfolded_days(records, days)
    return records


def typical_week(records: Records) -> TypicalWeek | None:
    """The typical week in a sheet of weekdays by times; None for other tables."""
    frame = records.frame
    names = _names(records)
    weekdays = {name: day for name in names if (day := weekday_of_name(name)) is not None}
    times = _times(records)
    if FEW_TIMES < len(weekdays) <= MOST_WEEKDAYS and len(set(weekdays.values())) == len(weekdays):
        rows = _first_column(frame, lambda text: minute_of_header(text) is not None, weekdays)
        return None if rows is None else _week(records, rows.map(minute_of_header), weekdays, by_row="minute")
    if len(times) >= FEW_TIMES and _has_weekdays(frame, times):
        rows = _first_column(frame, lambda text: weekday_of_name(text) is not None, times)
        return None if rows is None else _week(records, rows.map(weekday_of_name), times, by_row="weekday")
    return None


def minute_of_header(name: str) -> int | None:
    """Minutes after midnight of a header such as 08:00, 8-9, 08:00-08:30, 8:00 AM, 8h or 0.3333; None for others."""
    text = name.strip().lower()
    if _FRACTION.fullmatch(text):
        return round(float(text) * MINUTES_OF_A_DAY) if float(text) or text != "0" else 0
    match = _TIME.fullmatch(text)
    if match is None or text.isdigit():
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        hour = hour % 12 + (12 if match[3].startswith("p") else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _names(records: Records) -> list[str]:
    return [str(name) for name in records.frame.columns if name != "_row"]


def _times(records: Records) -> dict[str, int]:
    """Columns that are times of the day, with their minutes after midnight: also whole hours in a row, 8, 9, 10."""
    names = _names(records)
    times = {name: minute for name in names if (minute := minute_of_header(name)) is not None}
    hours = [int(name) for name in names if name.isdigit() and int(name) < HOURS_OF_A_DAY]
    if len(times) < FEW_TIMES and len(hours) >= FEW_HOURS and hours == list(range(hours[0], hours[0] + len(hours))):
        return {str(name): int(name) * 60 for name in names if name.isdigit()}
    return times


def with_handling_times(tables: list[Records]) -> list[Records]:
    """Unfolded sheets of contacts, with the handling times of the sheet beside them that has these alone."""
    times = [table for table in tables if HANDLING in table.frame.columns]
    contacts = [table for table in tables if CONTACTS in table.frame.columns]
    if len(times) != 1 or not contacts:
        return tables
    key = [name for name in (DAY, TIME, QUEUE) if name in times[0].frame.columns]
    beside = times[0].frame[[*key, HANDLING]].drop_duplicates(key)
    joined = {id(table): replace(table, frame=table.frame.merge(beside, how="left", on=key)) for table in contacts}
    return [joined.get(id(table), table) for table in tables if table is not times[0]]


def _day_of_header(name: str) -> str:
    """A day as 2026-12-31, of a header that is one; "" for others."""
    iso = str(iso_texts(pd.Series([name]), "day/month/year").iloc[0])
    return iso[:10] if re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ]00:00(:00)?)?", iso) else ""


def _has_weekdays(frame: pd.DataFrame, beside: dict[str, int]) -> bool:
    """Whether a column beside the times holds weekdays without a date, and none holds dates."""
    others = [name for name in frame.columns if name not in beside and name != "_row"]
    texts = [texts_of(frame, Source((str(name),))) for name in others]
    dated = any(bool(column.str.contains(r"\d[./-]\d").any()) for column in texts)
    return not dated and any(_share(column, lambda text: weekday_of_name(text) is not None) > 0.5 for column in texts)


def _share(texts: pd.Series, fits: Callable[[str], bool]) -> float:
    filled = texts[~is_blank(texts) & ~texts.str.fullmatch(TOTAL)]
    return float(filled.map(fits).mean()) if len(filled) else 0.0


def _first_column(frame: pd.DataFrame, fits: Callable[[str], bool], beside: dict[str, int]) -> pd.Series | None:
    for name in frame.columns:
        if name not in beside and name != "_row":
            texts = texts_of(frame, Source((str(name),)))
            if _share(texts, fits) > 0.5:
                return texts
    return None


def _week(records: Records, rows: pd.Series, columns: dict[str, int], *, by_row: str) -> TypicalWeek:
    by_column = "weekday" if by_row == "minute" else "minute"
    parts = []
    for name, value in columns.items():
        numbers, _ = read_numbers(texts_of(records.frame, Source((name,))), decimal_comma=records.decimal_comma)
        parts.append(pd.DataFrame({by_row: rows, by_column: value, "contacts": numbers}))
    frame = pd.concat(parts, ignore_index=True).dropna()
    return TypicalWeek(
        records.place, frame.astype({"weekday": int, "minute": int}).sort_values(["weekday", "minute"])
    )


def _unfolded_times(records: Records, times: dict[str, int]) -> Records:
    frame, header = records.frame, Header(name for name in records.frame.columns if name not in times)
    day = header.source((*HISTORY_NAMES["date"], *HISTORY_NAMES["interval_start"]))
    days = texts_of(frame, day) if day else _dated_column(frame, header)
    if days is None:
        days = pd.Series(day_above(records), index=frame.index, dtype=object)
    queue = header.source(HISTORY_NAMES["queue"])
    told = {DAY: days.to_numpy()} | ({QUEUE: texts_of(frame, queue).to_numpy()} if queue else {})
    parts = [
        pd.DataFrame({**told, TIME: _clock(minute), "cell": texts_of(frame, Source((name,))), "_row": frame["_row"]})
        for name, minute in times.items()
    ]
    return _long(records, parts)


def _unfolded_days(records: Records, days: dict[str, str]) -> Records:
    frame = records.frame
    header = Header(name for name in frame.columns if name not in days)
    time = header.source((*HISTORY_NAMES["time"], *HISTORY_NAMES["interval_start"]))
    if time is None:
        return records
    queue = header.source(HISTORY_NAMES["queue"])
    told = {TIME: texts_of(frame, time).to_numpy()} | ({QUEUE: texts_of(frame, queue).to_numpy()} if queue else {})
    parts = [
        pd.DataFrame({**told, DAY: day, "cell": texts_of(frame, Source((name,))), "_row": frame["_row"]})
        for name, day in days.items()
    ]
    return _long(records, parts)


def _long(records: Records, parts: list[pd.DataFrame]) -> Records:
    long = pd.concat(parts, ignore_index=True)
    value = HANDLING if plain(records.sheet) in HISTORY_NAMES["aht"] else CONTACTS
    long = long[~is_blank(long["cell"])].rename(columns={"cell": value}).reset_index(drop=True)
    names = [name for name in (DAY, TIME, QUEUE, value) if name in long.columns]
    return replace(records, frame=long[[*names, "_row"]])


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _dated_column(frame: pd.DataFrame, header: Header) -> pd.Series | None:
    for name in header.names:
        texts = texts_of(frame, Source((name,)))
        if _share(texts, lambda text: bool(re.search(r"\d[./ -]\w+[./ -]?\d", text))) > 0.5:
            return texts
    return None
