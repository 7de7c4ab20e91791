"""When the interval of each row begins: the time as text, put together from what an export gives."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from staffplan.errors import QUESTION, DataError, Note, Problem
from staffplan.files.joined import clock_times, plain_texts
from staffplan.files.month_names import days_by_name
from staffplan.files.records import Records
from staffplan.files.stamps import UNKNOWN, day_order, iso_texts
from staffplan.ingest.asked import Asked
from staffplan.ingest.columns import Source, texts_of
from staffplan.ingest.preset import Preset

_TIME_ALONE = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp]\.?[Mm]\.?)?|24:00")
_PERIOD = re.compile(r"^(\d{4}-\d{2}-\d{2}T[^/]+)/.+$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})?(Z?)$")
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}([./-]\d{2,4})?|\d{1,2}\.?[ -][^\W\d_]{3,}\.?,?[ -]\d{2,4}")
_SERIAL = re.compile(r"[3-6]\d{4}(\.\d+)?|0?\.\d+")
FIRST_SERIAL = pd.Timestamp("1899-12-30")
"""Day 0 of a spreadsheet's dates."""
MINUTES_OF_HALF_A_DAY, MINUTES_OF_A_DAY = 720, 1440


def start_texts(
    records: Records, found: dict[str, Source], preset: Preset, asked: Asked
) -> tuple[pd.Series, tuple[Note, ...]]:
    """The start of each row as text: ISO where it can be told, else as it stands; and the order of day and month
    where it is assumed.

    Where a row has the end of its interval alone, the start is so much before as the rows are apart.
    """
    frame = records.frame
    ends = preset.label == "end" or "interval_start" not in found
    texts = moment_texts(frame, found["interval_start" if "interval_start" in found else "interval_end"])
    texts = texts.str.replace(_PERIOD, r"\1", regex=True)
    texts = texts.str.replace(_COMPACT, lambda m: f"{m[1]}-{m[2]}-{m[3]} {m[4]}:{m[5]}{m[7]}", regex=True)
    if is_time_alone(texts):
        texts = clock_times(texts)
        if "interval_end" in found and not ends:
            texts = _half_days_of_ends(texts, texts_of(frame, found["interval_end"]))
        day = day_above(records, preset.above.get("date", ""))
        _refuse_without_day(records, texts, day)
        times = texts.str.fullmatch(_TIME_ALONE)
        texts = texts.where(~times, f"{day} " + texts) if day else texts
    texts, assumed = in_order(_first_of_months(texts), records.place, preset, asked)
    return _before_ends(texts, asked.interval_minutes) if ends else texts, assumed


def in_order(texts: pd.Series, place: str, preset: Preset, asked: Asked) -> tuple[pd.Series, tuple[Note, ...]]:
    """Moments as `iso_texts` writes them; and a question where the preset alone tells which number is the day."""
    read = iso_texts(texts, asked.date_order or preset.date_order)
    if asked.date_order is not None or preset.date_order == UNKNOWN or day_order(texts) != UNKNOWN:
        return read, ()
    first = texts[texts.str.contains(r"\d")].iloc[0]
    said = f"days like {first!r} are read as {preset.date_order}, the usual order of this system, as no day of the "
    said += "file is above 12; if they are written in another order, say so (--date-order, input.date_order)"
    return read, (Note("ingest", QUESTION, place, said),)


def moment_texts(frame: pd.DataFrame, source: Source) -> pd.Series:
    """A date and time as text, also where a spreadsheet's numbers stand for them: 46328 and 0.3333."""
    columns = {name: _from_serials(plain_texts(frame[name])) for name in source.columns}
    return texts_of(pd.DataFrame(columns, index=frame.index), source)


def _from_serials(texts: pd.Series) -> pd.Series:
    """Days since the end of 1899 as dates, with their time, and parts of a day as times."""
    numbers = pd.to_numeric(texts.where(texts.str.fullmatch(_SERIAL), np.nan), errors="coerce")
    if not numbers.notna().any():
        return texts
    moments = FIRST_SERIAL + pd.to_timedelta((numbers * MINUTES_OF_A_DAY).round(), unit="min")
    written = moments.dt.strftime("%Y-%m-%d %H:%M").where(numbers >= 1, moments.dt.strftime("%H:%M"))
    return texts.where(numbers.isna(), written.str.removesuffix(" 00:00"))


def _first_of_months(texts: pd.Series) -> pd.Series:
    """Months, as totals have them ("2025-01", "Jan 2025"), as their first day."""
    texts = texts.str.replace(r"^(\d{4})[-/](\d{1,2})$", r"\1-\2-01", regex=True)
    return texts.str.replace(r"^([^\W\d_]{3,}\.?)[ -](\d{4})$", r"1 \1 \2", regex=True)


def _before_ends(ends: pd.Series, minutes: int) -> pd.Series:
    """Starts of intervals whose ends are given as local or UTC times; 24:00 is the midnight after."""
    midnight = ends.str.contains(r"[T ]24:00(?::00)?$")
    plain = ends.str.replace(r"([T ])24:00(:00)?$", r"\g<1>00:00", regex=True)
    moments = pd.to_datetime(plain, format="ISO8601", errors="coerce", utc=True)
    moments += pd.to_timedelta(midnight.astype(int), unit="D")
    apart = moments.drop_duplicates().sort_values().diff().min()
    length = apart if apart == apart and apart <= pd.Timedelta(hours=1) else pd.Timedelta(minutes=minutes)
    suffix = ends.str.extract(r"(Z|[+-]\d{2}:?\d{2})$")[0].fillna("")
    with_offset = suffix.str.startswith(("+", "-"))
    written = (moments - length).dt.strftime("%Y-%m-%d %H:%M") + suffix.where(~with_offset, "Z")
    return ends.where(moments.isna(), written)


def is_time_alone(texts: pd.Series) -> bool:
    """Whether most of the cells that hold a digit are times of day without a date."""
    distinct = pd.Series(texts.unique(), dtype=object)
    distinct = clock_times(distinct[distinct.str.contains(r"\d")])
    return len(distinct) > 0 and bool(distinct.str.fullmatch(_TIME_ALONE).mean() > 0.5)


def _refuse_without_day(records: Records, texts: pd.Series, day: str) -> None:
    if not day:
        message = f"times like {texts[texts != ''].iloc[0]!r} have no date, and no date with a year stands above them"
        hint = "write the date above the header, add a column for it, or name it with --map mapping.toml"
        raise DataError(Problem(f"{records.place}:{max(records.header_row, 1)}:interval_start", message, hint))


def day_above(records: Records, label: str = "") -> str:
    """The day that stands above the header, by its label or alone, or in the sheet's name; "" where none does."""
    cells = [cell.strip() for row in records.above for cell in row]
    for text in (value_above(records, label), *cells, records.sheet):
        match = _DAY.search(days_by_name(text)) if text else None
        if match and len(re.findall(r"\d+", match[0])) + len(re.findall(r"[^\W\d_]+", match[0])) > 2:
            return match[0]
    return ""


def value_above(records: Records, label: str) -> str:
    """What stands behind a label above the header, in its cell ("Date: 11/2/2026") or in the next one."""
    if not label:
        return ""
    for row in records.above:
        for place, cell in enumerate(row):
            name, _, value = cell.partition(":")
            if name.strip().casefold() == label.casefold():
                return value.strip() or next((other.strip() for other in row[place + 1 :] if other.strip()), "")
    return ""


def _half_days_of_ends(starts: pd.Series, ends: pd.Series) -> pd.Series:
    """Starts of the twelve-hour clock whose half of the day is given for the end alone: 8:00 - 8:30AM."""
    bare = ~starts.str.contains("[AaPp]\\.?[Mm]", regex=True) & ends.str.contains("[AaPp]\\.?[Mm]", regex=True)
    if not bare.any():
        return starts
    till = pd.to_datetime(ends.where(bare), format="%I:%M%p", errors="coerce")
    from_ = pd.to_datetime(starts.where(bare), format="%H:%M", errors="coerce")
    minutes_till, minutes_from = till.dt.hour * 60 + till.dt.minute, from_.dt.hour % 12 * 60 + from_.dt.minute
    before = (minutes_till - minutes_from) % (2 * MINUTES_OF_HALF_A_DAY)
    late = (before > MINUTES_OF_HALF_A_DAY) | (before == 0)
    minute = minutes_from + late * MINUTES_OF_HALF_A_DAY
    known = minute.notna()
    whole = minute.fillna(0).astype(int)
    return starts.where(~known, (whole // 60).astype(str) + ":" + (whole % 60).astype(str).str.zfill(2))
