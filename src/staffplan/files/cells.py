"""Cells of a file as people write them: numbers, durations, times and dates to values, or what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from staffplan.clock import FIRST_YEAR, LAST_YEAR, localize
from staffplan.files.stamps import is_slashed, iso_texts, stripped, why_no_order

Wrong = dict[int, tuple[str, str]]
"""Position in the column: (what is so, what to do)."""

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DURATION = re.compile(r"\d+:[0-5]\d(:[0-5]\d(\.\d+)?)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_COMMA_GROUP = re.compile(r"[+-]?\d{1,3},\d{3}", re.ASCII)
_COMMA_GROUPS = re.compile(r"[+-]?\d{1,3}(,\d{3}){2,}|[+-]?\d{1,3}(,\d{3})+\.\d+", re.ASCII)
_DOT_GROUP = re.compile(r"[+-]?\d{1,3}\.\d{3}", re.ASCII)
_DOT_GROUPS = re.compile(r"[+-]?\d{1,3}(\.\d{3}){2,}|[+-]?\d{1,3}(\.\d{3})+,\d+", re.ASCII)
_DAY = r"\d{4}-\d{2}-\d{2}"
_TIME = r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_OFFSET = r" ?(?:Z|[+-]\d{2}(?::?\d{2})?)"
_LOCAL = rf"{_DAY}(?:{_TIME})?"
_GIVEN = rf"{_DAY}{_TIME}{_OFFSET}"
_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?", re.ASCII)
_DASHES = ("-", "--", "---", "–", "—")
"""What reports show for the average of nothing."""
_SHEET_ERRORS = ("#n/a", "#div/0!", "#value!", "#ref!", "#name?", "#null!", "#num!", "#nv", "#н/д", "#дел/0!")
"""Error values of spreadsheets, in English, German and Russian."""
BLANKS = ("", "nan", "null", "none", "n/a", "na", "[none]", *_DASHES, *_SHEET_ERRORS)
"""Cells, in small letters, that say nothing: they are read as empty."""


def read_numbers(values: pd.Series, *, decimal_comma: bool = False, percent: bool = False) -> tuple[pd.Series, Wrong]:
    """Numbers; also "12,5" with a decimal comma, "1 234" with spaces, "1,234,567"; blank cells are NaN.

    `decimal_comma`: the file's separator is not a comma, so that "1,234" means 1.234. Otherwise a lone
    "1,234" could be either and is refused, as is "1.234" in a column whose other cells have decimal commas.
    `percent`: "+10 %" is read as 0.1.
    """
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        return values.dt.total_seconds(), {}
    if values.dtype != object and not isinstance(values.dtype, pd.StringDtype):
        return pd.to_numeric(values).astype(float), {}
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, copy=True)
    wrong: Wrong = {}
    commas = False
    cells = values.to_numpy(dtype=object)
    for position in np.flatnonzero(np.isnan(numbers)).tolist():
        text = re.sub(r"[\s\u00a0\u202f]", "", str(cells[position]))
        if cells[position] is None or text.lower() in BLANKS:
            continue
        hundredths = percent and text.endswith("%")
        number = _number(text[:-1] if hundredths else text, decimal_comma=decimal_comma)
        if number is not None and hundredths:
            number = round(number / 100, 12)
        if number is None:
            wrong[position] = _why_no_number(text)
        else:
            commas |= _DECIMAL_COMMA.fullmatch(text) is not None
            numbers[position] = number
    if commas:
        wrong |= _dots_among_commas(values)
    return pd.Series(numbers, index=values.index), wrong


def read_distinct(
    values: pd.Series, reader: Callable[[pd.Series], tuple[pd.Series, Wrong]]
) -> tuple[pd.Series, Wrong]:
    """What `reader` makes of the cells; of a categorical column it is given each distinct one once."""
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return reader(values)
    return of_each(*reader(pd.Series(values.cat.categories, dtype=object)), values.cat.codes.to_numpy(), values.index)


def of_each(read: pd.Series, wrong: Wrong, codes: np.ndarray, index: pd.Index) -> tuple[pd.Series, Wrong]:
    """What was made of the distinct cells, for each cell. codes: (cells,) places of its text among the distinct."""
    places = np.flatnonzero(np.isin(codes, list(wrong))).tolist() if wrong else []
    return read.take(codes).set_axis(index), {place: wrong[int(codes[place])] for place in places}


def _number(text: str, *, decimal_comma: bool) -> float | None:
    if _DOT_GROUPS.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    if _COMMA_GROUPS.fullmatch(text):
        return float(text.replace(",", ""))
    if _DECIMAL_COMMA.fullmatch(text) and (decimal_comma or not _COMMA_GROUP.fullmatch(text)):
        return float(text.replace(",", "."))
    return float(text) if _PLAIN.fullmatch(text) else None


def _dots_among_commas(values: pd.Series) -> Wrong:
    texts = values.where(values.notna(), "").astype(str).str.strip()
    doubtful = texts.str.fullmatch(_DOT_GROUP.pattern).to_numpy(dtype=bool)
    return {position: _two_readings(texts.iloc[position], ".") for position in np.flatnonzero(doubtful).tolist()}


def _two_readings(text: str, mark: str) -> tuple[str, str]:
    decimal = text.replace(mark, "," if mark == "." else ".")
    return f"{text!r} could be thousands or decimals", f"write {text.replace(mark, '')} or {decimal}"


def _why_no_number(text: str) -> tuple[str, str]:
    if _COMMA_GROUP.fullmatch(text):
        return _two_readings(text, ",")
    if _DURATION.fullmatch(text):
        return f"{text!r} is a duration, not a number", "write a number such as 12 or 12.5"
    return f"{text!r} is not a number", "write a number such as 12 or 12.5"


def read_instants(values: pd.Series, timezone: str) -> tuple[pd.Series, Wrong]:
    """Instants (UTC) from ISO 8601 text: with an offset as it says, without one as local time of `timezone`.

    Also "31.12.2026 08:30", "8:30 PM", and "12/31/2026" where the column tells day from month. Blank cells are NaT.
    A local time that the clock change skips or doubles is wrong.
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        kept, wrong = _of_our_years(values.dt.tz_convert("UTC"))
        return kept.dt.as_unit("ns"), wrong
    if np.issubdtype(getattr(values.dtype, "type", object), np.datetime64):
        kept, wrong = _of_our_years(values)
        instants, wrong_locally = _localized(kept, timezone)
        return instants, wrong | wrong_locally
    texts = iso_texts(values)
    given = _parsed(texts.where(texts.str.fullmatch(_GIVEN)), utc=True)
    local, wrong = _localized(_parsed(texts.where(texts.str.fullmatch(_LOCAL)), utc=False), timezone)
    instants = given.where(given.notna(), local)
    hint = "write 2026-12-31 08:30, or with an offset 2026-12-31T08:30:00+01:00"
    return instants, _unreadable(values, instants, "a date and time", hint) | wrong


def _of_our_years(times: pd.Series) -> tuple[pd.Series, Wrong]:
    """Times of a Parquet file, NaT where the year is one that nobody plans for, and what is wrong there."""
    inside = times.dt.year.between(FIRST_YEAR, LAST_YEAR) | times.isna()
    wrong = {place: _other_year(f"{times.iloc[place]}") for place in np.flatnonzero(~inside.to_numpy()).tolist()}
    return times.where(inside), wrong


def _other_year(text: str) -> tuple[str, str]:
    return f"{text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}", "write a date between these years"


def local_times(values: pd.Series) -> pd.Series:
    """The times without an offset, as the clock on the wall shows them; NaT for all others."""
    if np.issubdtype(getattr(values.dtype, "type", object), np.datetime64):
        return values
    texts = iso_texts(values)
    return _parsed(texts.where(texts.str.fullmatch(_LOCAL)), utc=False)


def _filled(texts: pd.Series) -> pd.Series:
    return ~texts.str.lower().isin(BLANKS)


def _unreadable(values: pd.Series, read: pd.Series, wanted: str, hint: str) -> Wrong:
    """Why each filled cell that could not be read could not."""
    if not read.isna().any():
        return {}
    texts = stripped(values)
    missed = np.flatnonzero((read.isna() & _filled(texts)).to_numpy()).tolist()
    if not missed:
        return {}
    disordered = why_no_order(texts)
    return {
        position: disordered
        if disordered is not None and is_slashed(texts.iloc[position])
        else _why_no_time(texts.iloc[position], wanted, hint)
        for position in missed
    }


def _why_no_time(text: str, wanted: str, hint: str) -> tuple[str, str]:
    year = re.match(r"(\d{4})[-/]|\d{1,2}\.\d{1,2}\.(\d{4})", text)
    if year and not FIRST_YEAR <= int(year[1] or year[2]) <= LAST_YEAR:
        return _other_year(text)
    if re.search(r"[T ]24:00(:00)?\b", text):
        return (
            f"{text!r}: no interval starts at 24:00",
            "write 00:00 of the next day; or are these the intervals' ends?",
        )
    if _SERIAL.fullmatch(text):
        return (
            f"{text!r} is not {wanted}",
            "it looks like a spreadsheet date number: format the column as a date",
        )
    return f"{text!r} is not {wanted}", hint


def _parsed(texts: pd.Series, *, utc: bool) -> pd.Series:
    """Instants of ISO texts, NaT where there is none."""
    parsed = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=utc)
    return parsed.where(parsed.dt.year.between(FIRST_YEAR, LAST_YEAR)).dt.as_unit("ns")


def _localized(local: pd.Series, timezone: str) -> tuple[pd.Series, Wrong]:
    instants, trouble = localize(local, timezone)
    hint = f"write the offset too (2026-12-31T08:30:00+01:00), or correct the zone: it is {timezone}"
    wrong = {
        position: (f"local time {local.iloc[position]:%Y-%m-%d %H:%M} {trouble.iloc[position]}", hint)
        for position in np.flatnonzero((trouble != "").to_numpy()).tolist()
    }
    return instants, wrong


def read_dates(values: pd.Series) -> tuple[pd.Series, Wrong]:
    """Calendar days, written as read_instants reads them, a time behind them left out; blank cells are NaT."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None)
    if np.issubdtype(getattr(values.dtype, "type", object), np.datetime64):
        kept, wrong = _of_our_years(values)
        return kept.dt.normalize().dt.as_unit("ns"), wrong
    texts = iso_texts(values)
    readable = texts.str.fullmatch(f"{_LOCAL}|{_GIVEN}")
    dates = _parsed(texts.str.slice(0, 10).where(readable), utc=False)
    return dates, _unreadable(values, dates, "a day", "write 2026-12-31")
