"""Made histories of which the true opening hours are known: what learnt hours are held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest

from staffplan.clock import SiteCalendar, SpecialDay
from staffplan.forecast.history.series import DayGrid, RawSeries

SLOTS = 48
FIRST = date(2024, 1, 1)
"""A Monday; no clock changes in UTC."""
KINDS = ("around the clock", "office", "evening", "saturday", "night", "noon closed")
GAPS = ("none", "days", "weeks", "month", "weekdays", "last days", "a weekday lately")
ZERO_ROWS = ("none", "while open", "always")


@dataclass(frozen=True)
class MadeHistory:
    """A history, what was asked of its making, and the truth about the hours that held at its end."""

    name: str
    kind: str
    gap: str
    zero_rows: str
    raw: RawSeries
    is_open: np.ndarray
    """(7, slots): the hours since the last change."""
    promise: np.ndarray
    """(7, slots): contacts expected in the days with rows since then."""
    ever_open: np.ndarray
    """(7, slots): open at any time of the history."""


def make_history(seed: int) -> MadeHistory:
    """One made history; the seed decides everything, the kinds take turns."""
    rng = np.random.default_rng([seed, 1201])
    kind, zero_rows = KINDS[seed % len(KINDS)], ZERO_ROWS[seed // len(KINDS) % len(ZERO_ROWS)]
    gap = str(rng.choice(GAPS))
    days = 7 * int(rng.choice([8, 13, 20, 26, 40, 60])) + int(rng.integers(0, 7))
    weekday = np.arange(days) % 7
    change = _days_of_change(rng, days)
    weeks = [_hours(rng, kind)]
    for _ in change:
        weeks.append(_changed(rng, weeks[-1]) if len(weeks) == 1 else weeks[-2])
    period = np.searchsorted(change, np.arange(days), side="right")
    is_open = np.array(weeks)[period, weekday]
    holidays = np.sort(rng.choice(days, size=days // 45, replace=False))
    closed_holidays = bool(rng.random() < 0.6) and kind != "around the clock"
    if closed_holidays:
        is_open[holidays] = False
    rates = _rates(rng, weeks, weekday) * is_open
    level = 10 ** rng.uniform(np.log10(0.2), np.log10(200))
    expected = level * rates * rng.gamma(60.0, 1 / 60.0, days)[:, None]
    rows = rng.poisson(expected).astype(float)
    lost = _gap_days(rng, gap, days)
    _break_down(rng, rows, expected, lost)
    _stray(rng, rows, is_open)
    written = {"none": rows > 0, "while open": (rows > 0) | is_open, "always": np.ones_like(is_open)}[zero_rows]
    offered = np.where(written & ~lost[:, None], rows, np.nan)
    told = (period == len(change)) & ~lost
    told[holidays] = False
    promise = np.array([expected[told & (weekday == number)].sum(axis=0) for number in range(7)])
    size = f"{days} days, {len(change)} changes, {level:.1f} an interval"
    name = f"{seed}: {kind}, {size}, zero rows {zero_rows}, gap {gap}"
    raw = _raw(offered, tuple(holidays.tolist()))
    return MadeHistory(name, kind, gap, zero_rows, raw, np.array(weeks[-1]), promise, np.any(weeks, axis=0))


def _days_of_change(rng: np.random.Generator, days: int) -> np.ndarray:
    """Sorted days on which the hours change, six weeks from one another and from both ends."""
    count = int(rng.choice([0, 0, 1, 2]))
    if days < 42 * (count + 1):
        return np.zeros(0, dtype=int)
    spare = days - 42 * (count + 1)
    return np.sort(rng.integers(0, spare + 1, count)) + 42 * np.arange(1, count + 1)


def _hours(rng: np.random.Generator, kind: str) -> np.ndarray:
    """(7, slots)."""
    week = np.zeros((7, SLOTS), dtype=bool)
    first, last = int(rng.integers(14, 19)), int(rng.integers(33, 41))
    match kind:
        case "around the clock":
            week[:] = True
        case "evening":
            week[:, 28:46] = True
        case "night":
            week[:, 40:] = week[:, :12] = True
        case "noon closed":
            week[:5, first:25] = week[:5, 29:last] = True
        case _:
            week[:5, first:last] = True
    if kind == "saturday":
        week[5, first + 2 : first + 12] = True
    return week


def _changed(rng: np.random.Generator, week: np.ndarray) -> np.ndarray:
    """Two hours more or less at the end of the open weekdays, or other hours on Saturdays."""
    new = week.copy()
    if week.all():
        new[:, :12] = False
        return new
    if rng.random() < 0.3:
        new[5] = False if week[5].any() else week[0] & (np.arange(SLOTS) < 30)
        return new
    days = np.flatnonzero(week.any(axis=1))
    end = SLOTS - int(week[days[0], ::-1].argmax())
    if rng.random() < 0.5 or end > SLOTS - 4:
        new[days, end - 4 : end] = False
    else:
        new[days, end : end + 4] = True
    return new


def _rates(rng: np.random.Generator, weeks: list[np.ndarray], weekday: np.ndarray) -> np.ndarray:
    """(days, slots): a smooth day, nights far lower, weekends lower; a yearly wave and slow growth."""
    slot = np.arange(SLOTS)
    day = np.exp(-(((slot - 21) / 8.0) ** 2)) + 0.7 * np.exp(-(((slot - 31) / 6.0) ** 2))
    shape = np.maximum(day, rng.uniform(0.04, 0.3))
    if not np.any(weeks, axis=0)[:, 24].any():
        shape = 0.5 + 0.5 * np.cos(slot / SLOTS * 2 * np.pi)
        shape = np.maximum(shape, 0.15)
    of_week = np.array([1.2, 1.05, 1.0, 0.95, 0.9, 0.6, 0.45])[weekday]
    wave = 1 + 0.3 * np.sin(np.arange(len(weekday)) / 58 + rng.uniform(0, 6))
    return np.asarray((of_week * wave)[:, None] * shape)


def _gap_days(rng: np.random.Generator, gap: str, days: int) -> np.ndarray:
    """(days,): True where the export has no row."""
    lost = np.zeros(days, dtype=bool)
    match gap:
        case "days":
            lost[rng.choice(days, size=int(rng.integers(1, 8)), replace=False)] = True
        case "weeks":
            for start in rng.choice(days - 7, size=max(1, days // 60)):
                lost[start : start + 7] = True
        case "month":
            start = int(rng.integers(7, days - 37))
            lost[start : start + 30] = True
        case "weekdays":
            lost = (np.arange(days) % 7 < 2) & (rng.random(days) < rng.uniform(0.2, 0.6))
        case "last days":
            lost[days - 10 :][rng.choice(9, size=int(rng.integers(2, 5)), replace=False)] = True
        case "a weekday lately":
            lost[days - 28 :] = np.arange(days - 28, days) % 7 == int(rng.integers(0, 5))
    return lost


def _break_down(rng: np.random.Generator, rows: np.ndarray, expected: np.ndarray, lost: np.ndarray) -> None:
    """Now and then one to three days with next to nothing: a line that was down."""
    if rng.random() < 0.3:
        start = int(rng.integers(0, len(rows) - 3))
        down = slice(start, start + int(rng.integers(1, 4)))
        rows[down] = rng.poisson(np.minimum(0.01 * expected[down], 0.1))


def _stray(rng: np.random.Generator, rows: np.ndarray, is_open: np.ndarray) -> None:
    """Now and then a few contacts that are misdated: single ones, at most one in two thousand."""
    closed = np.argwhere(~is_open)
    if rng.random() < 0.5 and len(closed):
        for day, slot in rng.choice(closed, size=int(min(6, rows.sum() / 2000 + 1))):
            rows[day, slot] += 1


def _raw(offered: np.ndarray, holidays: tuple[int, ...]) -> RawSeries:
    special = {day: SpecialDay(day, "Feast") for day in (FIRST + timedelta(days=number) for number in holidays)}
    known = np.flatnonzero(np.isfinite(offered.ravel()))
    days = int(known[-1]) // SLOTS + 1
    grid = DayGrid(FIRST, days, SiteCalendar("UTC", 24 * 60 // SLOTS, special))
    values = offered[:days].ravel()
    place = np.arange(len(values))
    nothing = np.full(len(values), np.nan)
    return RawSeries(grid, values, nothing, np.zeros(len(values)), (place >= known[0]) & (place <= known[-1]))


@pytest.fixture(scope="session")
def made_history() -> Callable[[int], MadeHistory]:
    return make_history
