"""Mean contacts by weekday and slot: the shape that several methods share."""

from __future__ import annotations

import numpy as np

from staffplan.forecast.history.series import Flags, Floats, Whole

WEEKS_OF_CHANCE = 9
"""Scatter around the shape is judged on this many weeks."""
MEDIAN_OF_SQUARED_NORMAL = 0.4549364
"""Median of the chi-square distribution with one degree of freedom."""


def last_known_weeks(offered: Floats, weekday: Whole, weeks: int) -> Flags:
    """(days,): the last `weeks` days of each weekday that have any known cell."""
    chosen = np.zeros(len(offered), dtype=bool)
    known = np.isfinite(offered).any(axis=1)
    for number in range(7):
        chosen[np.flatnonzero(known & (weekday == number))[-weeks:]] = True
    return chosen


def mean_rates(offered: Floats, weekday: Whole) -> Floats:
    """(7, slots): plain means; a cell never known takes its slot's mean over weekdays, then the nearest slot's."""
    contacts, known = _sums(offered, weekday)
    own = np.divide(contacts, known, out=np.zeros(known.shape), where=known > 0)
    days = known.sum(axis=0)
    pooled = _nearest_known(np.divide(contacts.sum(axis=0), days, out=np.zeros(len(days)), where=days > 0), days > 0)
    return np.where(known > 0, own, pooled)


def shrunk_rates(offered: Floats, weekday: Whole) -> Floats:
    """(7, slots): means whose intraday shape is drawn towards the shape of all weekdays together.

    The common shape is the product of a weekday level and a slot rate that keeps the totals of both. Each weekday
    moves from its own shape to the common one by its positive-part James-Stein factor, freedoms / chi-square of
    the difference between the two: a busy weekday with a shape of its own keeps it, a quiet one borrows.

    Source of the shrinkage factor: Morris and Lysy (2012), "Shrinkage estimation in multilevel normal models",
    arXiv 1203.5610, section 1.
    """
    contacts, known = _sums(offered, weekday)
    common = common_shape(contacts, known.astype(float))
    own = np.divide(contacts, known, out=common.copy(), where=known > 0)
    spread = _dispersion(offered, weekday, own)
    variance = np.where(known > 0, spread * common * known, 0.0)
    squares = (contacts - known * common) ** 2
    chi_square = np.divide(squares, variance, out=np.zeros(squares.shape), where=variance > 0).sum(axis=1)
    freedoms = np.maximum((known > 0).sum(axis=1) - 1, 1)
    drawn = np.divide(freedoms, chi_square, out=np.ones(7), where=chi_square > freedoms)
    rates: Floats = own + drawn[:, None] * (common - own)
    return rates


def _sums(offered: Floats, weekday: Whole) -> tuple[Floats, Whole]:
    """(7, slots) contacts, and (7, slots) how many days they come from."""
    finite = np.isfinite(offered)
    contacts = by_weekday_sums(np.where(finite, offered, 0.0), weekday)
    return contacts, by_weekday_sums(finite.astype(float), weekday).astype(np.int64)


def by_weekday_sums(values: Floats, weekday: Whole) -> Floats:
    """(7, slots): sums of the days of each weekday."""
    of_weekday = (weekday == np.arange(7)[:, None]).astype(float)
    return np.asarray(of_weekday @ values)


def common_shape(contacts: Floats, known: Floats) -> Floats:
    """(7, slots): weekday level x slot rate, fitted in turn so that both totals are kept; `known` counts days.

    A weekday without days has the mean level; a slot never known the rate of the nearest known one.
    """
    days = known.sum(axis=0)
    slot_rate = np.divide(contacts.sum(axis=0), days, out=np.zeros(len(days)), where=days > 0)
    level = np.ones(7)
    for _ in range(20):
        promised, before = (known * slot_rate).sum(axis=1), level
        level = np.divide(contacts.sum(axis=1), promised, out=np.ones(7), where=promised > 0)
        if np.allclose(level, before, rtol=1e-12, atol=0.0):
            break
        exposure = (known * level[:, None]).sum(axis=0)
        slot_rate = np.divide(contacts.sum(axis=0), exposure, out=np.zeros(len(days)), where=exposure > 0)
    seen = known.sum(axis=1) > 0
    if seen.any():
        level[~seen] = level[seen].mean()
    return np.asarray(level[:, None] * _nearest_known(slot_rate, days > 0))


def _nearest_known(values: Floats, known: Flags) -> Floats:
    """(slots,): unknown slots take the value of the nearest known one; zeros when none is known."""
    places = np.flatnonzero(known)
    if not len(places):
        return np.zeros(len(values))
    distance = np.abs(np.arange(len(values))[:, None] - places)
    return np.where(known, values, values[places[distance.argmin(axis=1)]])


def _dispersion(offered: Floats, weekday: Whole, own: Floats) -> float:
    """Variance over mean of cells around their weekday's shape at their day's level; 1 where it cannot be told."""
    finite = np.isfinite(offered)
    shape = own[weekday]
    total = np.where(finite, shape, 0.0).sum(axis=1)
    level = np.divide(np.where(finite, offered, 0.0).sum(axis=1), total, out=np.ones(len(total)), where=total > 0)
    promised = np.where(finite, shape * level[:, None], 0.0)
    freedoms = finite.sum() - (finite.any(axis=1)).sum() - (_sums(offered, weekday)[1] > 0).sum()
    cells = promised > 0
    if freedoms <= 0 or not cells.any():
        return 1.0
    pearson = float(((offered[cells] - promised[cells]) ** 2 / promised[cells]).sum())
    return pearson / float(freedoms)


def chance(offered: Floats, weekday: Whole) -> float:
    """Variance over mean of cells around their weekday's recent shape at their day's level, robust; at least 1.
    `offered`: (days, slots), NaN where not known; `weekday`: (days,)."""
    recent = last_known_weeks(offered, weekday, WEEKS_OF_CHANCE)
    cells, days = offered[recent], weekday[recent]
    known = np.isfinite(cells)
    contacts = np.where(known, cells, 0.0)
    came, exposure = by_weekday_sums(contacts, days), by_weekday_sums(known.astype(float), days)
    rate = np.divide(came, exposure, out=np.zeros(came.shape), where=exposure > 0)
    promised = np.where(known, rate[days], 0.0)
    total = promised.sum(axis=1)
    level = np.divide(contacts.sum(axis=1), total, out=np.zeros(len(total)), where=total > 0)
    promised *= level[:, None]
    repeats = np.bincount(days, minlength=7)[days].astype(float)
    told = (promised > 1) & (repeats > 1)[:, None]
    if not told.any():
        return 1.0
    stretched = repeats / np.maximum(repeats - 1, 1)
    squares = (contacts - promised) ** 2 / np.maximum(promised, 1e-9) * stretched[:, None]
    return max(1.0, float(np.median(squares[told])) / MEDIAN_OF_SQUARED_NORMAL)
