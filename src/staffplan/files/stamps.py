"""How days and times are written: which number is the day, twelve-hour clocks, offsets that are not the zone's."""

from __future__ import annotations

import re
from typing import Literal
from zoneinfo import available_timezones

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import utc_offsets, zones_with
from staffplan.files.month_names import days_by_name

Order = Literal["no slashes", "day/month/year", "month/day/year", "not known", "both"]
DAY_FIRST: Order = "day/month/year"
MONTH_FIRST: Order = "month/day/year"
UNKNOWN: Order = "not known"
CENTURY = "20"
"""Of years with two digits: histories are not older."""
SPARSE, NEIGHBOURS = 10, 5
"""So many days show their order where the other order spreads them over so many times more time."""

_DOTTED = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?!\d)")
_SLASHED = re.compile(r"^(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_EPOCH = re.compile(r"^(1\d{12}|1\d{9})(\.\d+)?$")
_LETTER = re.compile(r"^[^\W\d_]|^\d{1,2}\.?[\s/.-]*[^\W\d_]")
"""A day that begins with a name (Mon, Nov), or whose month is one."""
_YEAR_FIRST = re.compile(r"^(\d{4})/(\d{1,2})/(\d{1,2})(?!\d)")
_TWELVE_HOURS = re.compile(r"(?<!\d)(1[0-2]|0?[1-9]):([0-5]\d(?::[0-5]\d)?) ?([ap])\.?m\.?$", re.IGNORECASE)
_ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T0-9 :.+Z-]*"
"""Not compiled: Arrow matches a whole column with it."""
_OFFSET = re.compile(r"[:.]\d+ ?([+-])(\d\d):?(\d\d)?$", re.ASCII)
_LONGEST_OFFSET = 12
"""Characters at a stamp's end that hold its offset and the digits before it."""
ZONES_NAMED = 3
"""Zones named where several keep the same clock."""


def stripped(values: pd.Series) -> pd.Series:
    """Trimmed text, "" where there is nothing."""
    return values.where(values.notna(), "").astype(str).str.strip()


def iso_texts(values: pd.Series, usual: Order = UNKNOWN) -> pd.Series:
    """Trimmed text with days written 2026-12-31 and hours of the twelve-hour clock counted to 24.

    A day between dots comes first; between slashes, or dashes before the year, the column itself has to tell whether
    day or month does. Where it does not, `usual` does, or the text stays as it is. Years of two digits are of this
    century. Months may have names. Numbers of ten or thirteen digits are seconds, or milliseconds, since 1970.
    """
    texts = stripped(values)
    odd = ~_is_iso(texts)
    return texts.mask(odd, _to_iso(texts[odd], usual)) if odd.any() else texts


def _is_iso(texts: pd.Series) -> pd.Series:
    """Whether each is written as the standard has it, as nearly all are."""
    return texts.str.fullmatch(_ISO).astype(bool)


def _to_iso(texts: pd.Series, usual: Order) -> pd.Series:
    texts = texts.str.replace(_EPOCH, _from_epoch, regex=True)
    named = texts.str.contains(_LETTER)
    texts = texts.mask(named, texts[named].map(days_by_name))
    texts = texts.str.replace(_DOTTED, lambda m: _iso(m[3], m[2], m[1]), regex=True)
    match order if (order := day_order(texts)) != UNKNOWN else usual:
        case "day/month/year":
            texts = texts.str.replace(_SLASHED, lambda m: _iso(m[4], m[3], m[1]), regex=True)
        case "month/day/year":
            texts = texts.str.replace(_SLASHED, lambda m: _iso(m[4], m[1], m[3]), regex=True)
    texts = texts.str.replace(_YEAR_FIRST, lambda m: _iso(m[1], m[2], m[3]), regex=True)
    return texts.str.replace(_TWELVE_HOURS, _of_24, regex=True)


def _iso(year: str, month: str, day: str) -> str:
    return f"{CENTURY if len(year) == 2 else ''}{year}-{int(month):02d}-{int(day):02d}"


def _from_epoch(match: re.Match[str]) -> str:
    """Seconds, or milliseconds, since the first of January 1970, as an instant of UTC."""
    seconds = float(match[0]) / (1000 if len(match[1]) == len("1793606410000") else 1)
    return f"{pd.Timestamp(seconds, unit='s').isoformat(timespec='milliseconds')}Z"


def _of_24(match: re.Match[str]) -> str:
    hour = int(match[1]) % 12 + (12 if match[3].lower() == "p" else 0)
    return f"{hour:02d}:{match[2]}"


def day_order(texts: pd.Series) -> Order:
    """Which number is the day in a column like 03/02/2026: the one that is above 12 somewhere.

    Where none is, days that follow each other in one order and are months apart in the other tell it too.
    """
    parts = texts.str.extract(_SLASHED)
    slashed = parts[parts[0].notna()]
    if slashed.empty:
        return "no slashes"
    if (slashed[3].str.len() == len("26")).any() and slashed[3].nunique() > slashed[0].nunique():
        return UNKNOWN  # the last number changes most often: it is no year
    first, second = (slashed[column].astype(int) > 12 for column in (0, 2))
    if first.any():
        return "both" if second.any() else DAY_FIRST
    return MONTH_FIRST if second.any() else _order_of_neighbours(slashed)


def _order_of_neighbours(slashed: pd.DataFrame) -> Order:
    """The order in which the days lie close together, where the other spreads them; all numbers are below 13."""
    days = slashed.drop_duplicates()
    if len(days) < NEIGHBOURS:
        return UNKNOWN
    year = days[3].where(days[3].str.len() > len("26"), CENTURY + days[3])
    spans = [
        (dates := pd.to_datetime(year + "-" + days[month] + "-" + days[day])).max() - dates.min()
        for month, day in ((2, 0), (0, 2))
    ]
    if spans[0] > pd.Timedelta(0) and spans[1] >= SPARSE * spans[0]:
        return DAY_FIRST
    return MONTH_FIRST if spans[1] > pd.Timedelta(0) and spans[0] >= SPARSE * spans[1] else UNKNOWN


def why_no_order(texts: pd.Series) -> tuple[str, str] | None:
    """What is wrong, and what to do, where days like 03/02/2026 cannot be read; None where they can."""
    order = day_order(texts)
    hint = 'write days with the year first, 2026-12-31; or say which it is: input.date_order = "day/month/year"'
    slashed = texts[texts.str.match(_SLASHED)]
    if order == "not known":
        message = (
            f"days are written like {slashed.iloc[0]!r}, and no value above 12 shows which is day and which is month"
        )
        return message, hint
    if order == "both":
        numbers = slashed.str.extract(_SLASHED)
        day_first, month_first = (slashed[numbers[column].astype(int) > 12].iloc[0] for column in (0, 2))
        return f"days are written in two orders, {day_first!r} and {month_first!r}: correct one of them", hint
    return None


def is_slashed(text: str) -> bool:
    return _SLASHED.match(text) is not None


def how_written(values: pd.Series) -> tuple[str, str]:
    """What to say of a column's days that had to be understood: an assumption, a warning; "" where nothing."""
    texts = stripped(values)
    order = day_order(texts[~_is_iso(texts)])
    if order not in (DAY_FIRST, MONTH_FIRST):
        return "", ""
    slashed = texts.str.match(_SLASHED)
    above_12 = texts.str.extract(_SLASHED)[[0, 2]].astype(float).max().max() > 12
    shown = "values above 12 show this" if above_12 else "in this order they follow each other"
    told = f"days like {texts[slashed].iloc[0]!r} are read as {order}: {shown}"
    others = texts[~slashed & (texts != "")]
    if others.empty:
        return told, ""
    mixed = f"days are written in two ways, {texts[slashed].iloc[0]!r} and {others.iloc[0]!r}"
    return told, f"{mixed}: a spreadsheet may have swapped day and month in some of them; compare with the source"


def foreign_offsets(values: pd.Series, instants: pd.Series, timezone: str) -> str:
    """A sentence where stamps carry offsets that the zone's clock does not have then; "" where all is well.

    Stamps of UTC are no clock of a place, and fit every zone.
    """
    minutes = _offsets(stripped(values))
    stamped = np.isfinite(minutes) & instants.notna().to_numpy()
    if not stamped.any():
        return ""
    offsets: NDArray[np.int64] = minutes[stamped].astype(np.int64)
    starts = pd.DatetimeIndex(instants[stamped])
    foreign = (offsets != 0) & (offsets != utc_offsets(starts, timezone))
    if not foreign.any():
        return ""
    known = [_in_words(offset) for offset in sorted(set(offsets[foreign].tolist()))]
    listed = f"offset{'s' if len(known) > 1 else ''} {' and '.join(known)}"
    message = (
        f"times have the {listed}, which {timezone} does not use on those days: days "
        f"and hours are those of {timezone}; if the center uses the local time of the "
        "file, give its zone (--timezone, plan.timezone)"
    )
    return message + _zones_in_words(starts, offsets)


def _offsets(texts: pd.Series) -> NDArray[np.float64]:
    """Minutes ahead of UTC that each stamp tells; NaN where it tells none."""
    codes, ends = pd.factorize(texts.str[-_LONGEST_OFFSET:])
    parts = pd.Series(ends, dtype=object).str.extract(_OFFSET)
    minutes = parts[1].astype(float) * 60 + parts[2].fillna("0").astype(float)
    return np.asarray(minutes * parts[0].map({"+": 1.0, "-": -1.0}), dtype=np.float64)[codes]


def _in_words(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _zones_in_words(starts: pd.DatetimeIndex, offsets: NDArray[np.int64]) -> str:
    """Zones that keep just these offsets, where they change: one that stays the same tells too little."""
    if len(set(offsets.tolist())) < 2:
        return ""
    names = zones_with(starts, offsets, available_timezones())
    if not names:
        return "; no single zone matches them all"
    rest = len(names) - ZONES_NAMED
    listed = ", ".join(names[:ZONES_NAMED]) + (f" and {rest} more" if rest > 0 else "")
    return f"; zones with these offsets: {listed}"
