"""What a period's name tells: the month of the year it begins in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from staffplan.capacity.cohorts import Floats
from staffplan.settings.capacity import CapacitySettings, Month

MONTHS: tuple[Month, ...] = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
UNKNOWN = -1
_NAME = re.compile(r"(\d{4})-(?:W(\d{2})|(\d{2})(?:-(\d{2}))?)")


def first_day_of_period(name: str) -> date | None:
    """The first day of "2027-07", "2027-07-05" or "2027-W27"; None for other names."""
    found = _NAME.fullmatch(name.strip())
    if found is None:
        return None
    year, week, month, day = found.groups()
    try:
        return date.fromisocalendar(int(year), int(week), 1) if week else date(int(year), int(month), int(day or 1))
    except ValueError:
        return None


def months_of(names: Sequence[str]) -> NDArray[np.int64]:
    """(periods,): 0 for those that begin in January, ...; UNKNOWN where the name does not tell."""
    days = [first_day_of_period(name) for name in names]
    return np.array([UNKNOWN if day is None else day.month - 1 for day in days])


def attrition_season(names: Sequence[str], settings: CapacitySettings) -> Floats:
    """(periods,): multiple of the usual attrition."""
    return _of_month(names, settings.attrition_by_month, 1.0)


def added_shrinkage(names: Sequence[str], settings: CapacitySettings) -> Floats:
    """(periods,): what the month adds to the shrinkage."""
    return _of_month(names, settings.shrinkage_by_month, 0.0)


def _of_month(names: Sequence[str], given: Mapping[Month, float], usual: float) -> Floats:
    values = np.array([given.get(month, usual) for month in MONTHS] + [usual])
    return np.asarray(values[months_of(names)])
