"""Outages, spikes and odd days: found against the same weekday of the weeks around, left out of what is learnt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.series import Flags, Floats, QueueSeries, Whole

WEEKS_AROUND = 4
"""A day is compared with the same weekday of this many weeks before and after."""
LOW_SHARE = 0.25
"""An interval of an outage has less than this share of what the day's level promises."""
HIGH_SHARE = 2.5
"""An interval of a spike has more than this many times what the day's level promises."""
LOW_SIGMAS = 5.0
"""The contacts missing in an outage exceed this many standard deviations of chance..."""
HIGH_SIGMAS = 8.0
"""...and those too many in a spike this many, because counts have a long upper tail."""
ODD_DAY_LOW = 0.2
"""A single day with less than this share of its expected contacts was a closure nobody listed."""
ODD_DAY_HIGH = 3.0
"""A single day with more than this many times its expected contacts is left out, when the next one is usual."""
MEDIAN_OF_SQUARED_NORMAL = 0.4549364
"""Median of the chi-square distribution with one degree of freedom."""


@dataclass(frozen=True)
class Finding:
    """Something left out of the learning: slots `start` to `end` (exclusive) of a day."""

    kind: str
    """"outage", "spike", "odd day"."""
    day: int
    start: int
    end: int
    contacts: float
    expected: float


@dataclass(frozen=True)
class Cleaned:
    """Ordinary days without what was found; `expected` is what the weeks around say, for every day."""

    offered: Floats
    expected: Floats
    findings: tuple[Finding, ...]


def clean(series: QueueSeries, *, remove: bool) -> Cleaned:
    """Ordinary days of the series: special days are left out, and outages, spikes, odd days if `remove`."""
    ordinary = np.where((series.label == "")[:, None], series.offered, np.nan)
    expected = expected_from_weeks_around(ordinary, series.grid.weekday)
    if not remove:
        return Cleaned(ordinary, expected, ())
    level = _day_levels(ordinary, expected)
    promised = expected * level[:, None]
    spread = _dispersion(ordinary, promised)
    low = _significant_runs(ordinary < LOW_SHARE * promised, ordinary, promised, LOW_SIGMAS**2 * spread)
    high = _significant_runs(ordinary > HIGH_SHARE * promised, ordinary, promised, HIGH_SIGMAS**2 * spread)
    odd = _odd_days(ordinary, expected, level, LOW_SIGMAS**2 * spread)
    findings = _findings("odd day", np.isfinite(ordinary) & odd[:, None], ordinary, expected)
    findings += _findings("outage", low & ~odd[:, None], ordinary, promised)
    findings += _findings("spike", high & ~odd[:, None], ordinary, promised)
    kept = np.where(low | high | odd[:, None], np.nan, ordinary)
    return Cleaned(kept, expected, tuple(sorted(findings, key=lambda finding: (finding.day, finding.start))))


def expected_from_weeks_around(offered: Floats, weekday: Whole) -> Floats:
    """(days, slots): mean of the same cell in the weeks around, lowest and highest dropped, the day itself left out.

    NaN with fewer than three such cells.
    """
    expected = np.full(offered.shape, np.nan)
    for number in range(7):
        rows = np.flatnonzero(weekday == number)
        if len(rows):
            expected[rows] = _trimmed_mean_around(offered[rows])
    return expected


def _trimmed_mean_around(weeks: Floats) -> Floats:
    """(weeks, slots) from (weeks, slots) of one weekday."""
    padding = np.full((WEEKS_AROUND, weeks.shape[1]), np.nan)
    padded = np.concatenate([padding, weeks, padding])
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * WEEKS_AROUND + 1, axis=0)
    others = np.delete(around, WEEKS_AROUND, axis=2)
    known = np.isfinite(others)
    count: Whole = known.sum(axis=2)
    total: Floats = np.where(known, others, 0.0).sum(axis=2)
    lowest: Floats = np.where(known, others, np.inf).min(axis=2)
    highest: Floats = np.where(known, others, 0.0).max(axis=2)
    enough = count >= 3
    middle = np.where(enough, total - np.where(enough, lowest, 0.0) - highest, np.nan)
    mean: Floats = np.divide(middle, count - 2, out=np.full(weeks.shape, np.nan), where=enough)
    return mean


def _day_levels(offered: Floats, expected: Floats) -> Floats:
    """(days,): the day's contacts against the expected, cells far off the day's level not counted; NaN unknown."""
    usable = np.isfinite(offered) & np.isfinite(expected)
    level = np.ones(len(offered))
    for _ in range(3):
        promised = expected * level[:, None]
        near = usable & (offered >= LOW_SHARE * promised) & (offered <= HIGH_SHARE * promised)
        counted = np.where(near.any(axis=1, keepdims=True), near, usable)
        contacts = np.where(counted, offered, 0.0).sum(axis=1)
        total = np.where(counted, expected, 0.0).sum(axis=1)
        level = np.divide(contacts, total, out=np.full(len(total), np.nan), where=total > 0)
    return level


def _dispersion(offered: Floats, promised: Floats) -> float:
    """Variance over mean of ordinary cells, robust; at least 1 (Poisson)."""
    with np.errstate(invalid="ignore"):
        cells = promised >= 1
    if not cells.any():
        return 1.0
    squared = (offered[cells] - promised[cells]) ** 2 / promised[cells]
    return max(1.0, float(np.nanmedian(squared)) / MEDIAN_OF_SQUARED_NORMAL) if np.isfinite(squared).any() else 1.0


def _significant_runs(flagged: Flags, offered: Floats, promised: Floats, threshold: float) -> Flags:
    """The flagged cells that lie in runs whose (contacts - promised)^2 / (promised + 1) is above the threshold.

    One contact is added because a promise of nearly nothing is itself only known to about one contact.
    """
    flagged = flagged & np.isfinite(offered) & np.isfinite(promised)
    before = np.concatenate([np.zeros((len(flagged), 1), dtype=bool), flagged[:, :-1]], axis=1)
    run = np.cumsum(flagged & ~before) * flagged.ravel()
    contacts = np.bincount(run, np.where(flagged, offered, 0.0).ravel())
    total = np.bincount(run, np.where(flagged, promised, 0.0).ravel())
    significant = (contacts - total) ** 2 > threshold * (total + 1)
    significant[0] = False
    kept: Flags = significant[run].reshape(flagged.shape)
    return kept


def _odd_days(offered: Floats, expected: Floats, level: Floats, threshold: float) -> Flags:
    """(days,): days far off their expected level whose neighbours (the nearest known days) are not."""
    odd = np.zeros(len(level), dtype=bool)
    known = np.flatnonzero(np.isfinite(level))
    if len(known) < 2:
        return odd
    total = np.where(np.isfinite(offered), np.nan_to_num(expected), 0.0).sum(axis=1)[known]
    sure = (level[known] - 1) ** 2 * total > threshold
    before = np.concatenate([[np.nan], level[known][:-1]])
    after = np.concatenate([level[known][1:], [np.nan]])
    low = (level[known] < ODD_DAY_LOW) & ~(before < 0.5) & ~(after < 0.5)
    high = (level[known] > ODD_DAY_HIGH) & (before < 2) & (after < 2)
    odd[known] = sure & (low | high)
    return odd


def _findings(kind: str, cells: Flags, offered: Floats, promised: Floats) -> list[Finding]:
    findings: list[Finding] = []
    for day in np.flatnonzero(cells.any(axis=1)).tolist():
        edges = np.flatnonzero(np.diff(np.concatenate([[0], cells[day].astype(int), [0]])))
        bounds = [(edges[0], edges[-1])] if kind == "odd day" else zip(edges[::2], edges[1::2], strict=True)
        for start, end in bounds:
            run = slice(int(start), int(end))
            contacts, total = float(np.nansum(offered[day, run])), float(np.nansum(promised[day, run]))
            findings.append(Finding(kind, day, int(start), int(end), contacts, total))
    return findings
