"""Durations as people and systems write them (3:40, 1:02:20, :45, PT1M15S, 3 min 40 s), to seconds."""

from __future__ import annotations

import re
from typing import get_args

import numpy as np
import pandas as pd

from staffplan.files.cells import Wrong, of_each, read_numbers
from staffplan.files.stamps import stripped
from staffplan.tables.units import SECONDS_PER, DurationUnit

LONGEST_MEAN_SECONDS = 3600.0
"""Cells like 3:40 are minutes and seconds where, as hours and minutes, their mean would be longer than this."""
HOURS_OF_A_DAY, LAST_MINUTE = 24, 59

_CLOCK = re.compile(r"(-?)(?:(\d+):)?(\d*):([0-5]\d(?:[.,]\d+)?)", re.ASCII)
_ISO = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", re.ASCII | re.IGNORECASE)
_WORDS = re.compile(
    r"(-?)(?:(\d+) ?d(?:ays?)?)? ?(?:(\d+) ?h(?:r|rs|ours?)?)? ?(?:(\d+) ?m(?:in|ins|inutes?)?)? "
    r"?(?:(\d+(?:\.\d+)?) ?s(?:ec|ecs|econds?)?)?",
    re.ASCII | re.IGNORECASE,
)


def read_durations(
    values: pd.Series, *, decimal_comma: bool = False, unit: DurationUnit | None = None
) -> tuple[pd.Series, Wrong]:
    """Seconds of a column's cells; blank cells are NaN.

    Plain numbers count in `unit` (default: seconds). Cells like 3:40 are minutes and seconds where `unit` says so
    (any but "h:mm" and "hours"); without a unit, where other cells show it (1:02:20, :45, 65:10) or hours would be
    too long. Where both readings are possible the cell is wrong.
    """
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        return values.dt.total_seconds(), {}
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.astype(float) * SECONDS_PER.get(unit or "seconds", 1.0), {}
    codes, distinct = pd.factorize(stripped(values))
    cells = pd.Series(distinct, dtype=object)
    written = {text: parts for text in distinct.tolist() if (parts := _parts(text)) is not None}
    pairs = _meaning_of_pairs([parts for text, parts in written.items() if ":" in text], unit)
    is_written = cells.isin(list(written))
    numbers, wrong = read_numbers(cells.mask(is_written), decimal_comma=decimal_comma)
    numbers *= SECONDS_PER.get(unit or "seconds", 1.0)
    seconds = pd.Series([_seconds(written.get(text), pairs) for text in cells], dtype=float)
    for place in np.flatnonzero(is_written & seconds.isna()).tolist():
        wrong[place] = (
            f"{cells[place]!r} could be hours or minutes",
            'write seconds, or h:mm:ss; or say what it is: input.aht_unit = "m:ss" or "h:mm"',
        )
    return of_each(numbers.where(~is_written, seconds), wrong, codes, values.index)


def unit_in_name(name: str) -> DurationUnit | None:
    """The unit that a column's name gives at its end, as "AHT (min)" does; None where it gives none."""
    found = re.search(r"[(\[]\s*(?:in )?([a-z:]+)\s*[)\]]\s*$", name.strip().lower())
    word = found[1] if found else ""
    known = {"s": "seconds", "sec": "seconds", "secs": "seconds", "min": "minutes", "mins": "minutes"}
    known |= {"ms": "milliseconds", "msec": "milliseconds", "h": "hours", "hrs": "hours", "mm:ss": "m:ss"}
    known |= {"hh:mm": "h:mm", "с": "seconds", "мин": "minutes"}
    return next((unit for unit in get_args(DurationUnit) if unit == known.get(word, word)), None)


Parts = tuple[float, float | None, float, float]
"""Sign, hours (None: not written), minutes, seconds."""


def _parts(text: str) -> Parts | None:
    """What a cell with more than one number, or with a unit, is made of; None for all others."""
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours = None if clock[2] is None and clock[3] else float(clock[2] or 0)
        minutes = float(clock[3] or 0)
        too_many = clock[2] is not None and minutes > LAST_MINUTE
        return None if too_many else (_sign(clock[1]), hours, minutes, float(clock[4].replace(",", ".")))
    if not any(character.isalpha() for character in text):
        return None
    match = _ISO.fullmatch(text) or _WORDS.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    return _sign(match[1]), 24 * days + hours, minutes, seconds


def _sign(text: str) -> float:
    return -1.0 if text else 1.0


def _meaning_of_pairs(cells: list[Parts], unit: DurationUnit | None) -> DurationUnit | None:
    """Whether two numbers with a colon are minutes and seconds or hours and minutes; None where it cannot be told."""
    if unit is not None:
        return "h:mm" if unit in ("h:mm", "hours") else "m:ss"
    pairs = [(first, second) for _, hours, first, second in cells if hours is None]
    if not pairs or len(pairs) < len(cells):
        return "m:ss"
    as_hours = sum(first * 3600 + second * 60 for first, second in pairs) / len(pairs)
    beyond = max(first for first, _ in pairs) >= HOURS_OF_A_DAY
    return "m:ss" if beyond or as_hours > LONGEST_MEAN_SECONDS else None


def _seconds(parts: Parts | None, pairs: DurationUnit | None) -> float:
    if parts is None or (parts[1] is None and pairs is None):
        return float("nan")
    sign, hours, first, second = parts
    if hours is None and pairs == "h:mm":
        return sign * (first * 3600 + second * 60)
    return sign * ((hours or 0) * 3600 + first * 60 + second)
