"""Cells of a file as people write them: numbers, durations, times and dates to values, or what is wrong."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from staffplan.clock import localize

Wrong = dict[int, tuple[str, str]]
"""Position in the column: (what is so, what to do)."""

_DURATION = re.compile(r"(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_MIXED_COMMA = re.compile(r"-?\d{1,3}(\.\d{3})+,\d+")
_OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")
_DOTTED = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")
_BLANKS = ("", "nan", "null", "none", "n/a", "na")


def read_numbers(values: pd.Series, *, decimal_comma: bool) -> tuple[pd.Series, Wrong]:
    """Numbers; also "12,5" with a decimal comma, "1 234" with spaces, and durations "0:05:12" in seconds.

    `decimal_comma`: the file's separator is not a comma, so that "1,234" means 1.234. Otherwise a lone
    "1,234" could be either and is refused. Blank cells are NaN.
    """
    if values.dtype != object and not isinstance(values.dtype, pd.StringDtype):
        return pd.to_numeric(values).astype(float), {}
    quick = pd.to_numeric(values, errors="coerce").astype(float)
    wrong: Wrong = {}
    numbers = quick.to_numpy(copy=True)
    for position in np.flatnonzero(quick.isna().to_numpy()).tolist():
        text = re.sub(r"[\s\u00a0\u202f]", "", str(values.iloc[position]))
        if text.lower() in _BLANKS:
            continue
        number = _number(text, decimal_comma=decimal_comma)
        if number is None:
            wrong[position] = _why_no_number(text)
        else:
            numbers[position] = number
    return pd.Series(numbers, index=values.index), wrong


def _number(text: str, *, decimal_comma: bool) -> float | None:
    duration = _DURATION.fullmatch(text)
    if duration:
        return int(duration[1]) * 3600 + int(duration[2]) * 60 + float(duration[3])
    if _MIXED_COMMA.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    if _DECIMAL_COMMA.fullmatch(text) and (decimal_comma or not _THOUSANDS.fullmatch(text)):
        return float(text.replace(",", "."))
    try:
        return float(text)
    except ValueError:
        return None


def _why_no_number(text: str) -> tuple[str, str]:
    if _THOUSANDS.fullmatch(text):
        return (
            f"{text!r} could be thousands or decimals",
            f"write {text.replace(',', '')} or {text.replace(',', '.')}",
        )
    if re.fullmatch(r"\d+:\d\d", text):
        return f"{text!r} could be hours or minutes", "write seconds, or h:mm:ss"
    return f"{text!r} is not a number", "write a number such as 12 or 12.5"


def read_instants(values: pd.Series, timezone: str) -> tuple[pd.Series, Wrong]:
    """Instants (UTC) from ISO 8601 text: with an offset as it says, without one as local time of `timezone`.

    Also "31.12.2026 08:30". Blank cells are NaT. A local time that the clock change skips or doubles is wrong.
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.tz_convert("UTC").dt.as_unit("ns"), {}
    if np.issubdtype(getattr(values.dtype, "type", object), np.datetime64):
        return _localized(values, pd.Series(values.notna()), timezone)
    texts = values.where(values.notna(), "").astype(str).str.strip()
    texts = texts.str.replace(_DOTTED, lambda m: f"{m[3]}-{int(m[2]):02d}-{int(m[1]):02d}", regex=True)
    with_offset = texts.str.contains(_OFFSET, regex=True) & texts.str.contains(":")
    filled = ~texts.str.lower().isin(_BLANKS)
    given = _parsed(texts.where(with_offset & filled), utc=True).dt.as_unit("ns")
    local, wrong = _localized(_parsed(texts.where(~with_offset & filled), utc=False), filled, timezone)
    instants = given.where(with_offset, local)
    unread = filled & instants.isna()
    for position in np.flatnonzero(unread.to_numpy()).tolist():
        hint = "write 2026-12-31 08:30, or with an offset 2026-12-31T08:30:00+01:00"
        wrong.setdefault(position, (f"{texts.iloc[position]!r} is not a date and time", hint))
    return instants, wrong


def _parsed(texts: pd.Series, *, utc: bool) -> pd.Series:
    iso = texts.where(texts.str.contains(_ISO_DAY, regex=True, na=False))
    return pd.to_datetime(iso, format="ISO8601", errors="coerce", utc=utc)


def _localized(local: pd.Series, filled: pd.Series, timezone: str) -> tuple[pd.Series, Wrong]:
    instants, trouble = localize(local, timezone)
    hint = f"write the offset too (2026-12-31T08:30:00+01:00); the zone is {timezone}"
    wrong = {
        position: (f"local time {local.iloc[position]:%Y-%m-%d %H:%M} {trouble.iloc[position]}", hint)
        for position in np.flatnonzero((filled & (trouble != "")).to_numpy()).tolist()
    }
    return instants, wrong


def read_dates(values: pd.Series) -> tuple[pd.Series, Wrong]:
    """Calendar days from "2026-12-31" or "31.12.2026"; blank cells are NaT."""
    if np.issubdtype(getattr(values.dtype, "type", object), np.datetime64):
        return values.dt.normalize().dt.as_unit("ns"), {}
    texts = values.where(values.notna(), "").astype(str).str.strip()
    texts = texts.str.replace(_DOTTED, lambda m: f"{m[3]}-{int(m[2]):02d}-{int(m[1]):02d}", regex=True)
    dates = _parsed(texts, utc=False).dt.normalize().dt.as_unit("ns")
    unread = dates.isna() & ~texts.str.lower().isin(_BLANKS)
    wrong = {
        position: (f"{texts.iloc[position]!r} is not a day", "write 2026-12-31")
        for position in np.flatnonzero(unread.to_numpy()).tolist()
    }
    return dates, wrong
