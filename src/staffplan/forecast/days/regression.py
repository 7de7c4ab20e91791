"""Levels of days: a slow level that wanders, and effects of what is known of each day, all learnt together.

The log of each day's level is a sum of a piecewise linear random walk and of effects by group (weekday, day of the
month, holidays...). Effects of one group are drawn from a normal distribution around zero; its variance is learnt
from the data, so that a group that explains nothing is drawn to nothing, and one that explains much is let go.
Noise is Student's t around the day plus what counting itself scatters.

Variances by expectation-maximisation of the marginal likelihood; the source of the updates is Bishop, "Pattern
Recognition and Machine Learning", section 9.3.4 (EM for Bayesian linear regression), one variance for each group;
weights of the t noise as in Lange, Little and Taylor (1989), "Robust statistical modeling using the t distribution".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from staffplan.forecast.days.features import MONTH_DAY, WEEKDAY, DayFeatures, Group
from staffplan.forecast.history.series import Flags, Floats

KNOT_DAYS = 28
"""The slow level bends every four weeks: faster moves are days that differ."""
LONGEST_DAYS = 1100
"""Three years of days tell all there is to tell of effects; older ones only cost time."""
ROUNDS, ROUNDS_FROM_A_START = 24, 5
"""Of expectation-maximisation, without and with variances to start from."""
FREEDOMS = 4.0
"""Of Student's t: one day in fifty may lie far out."""
MONTH_DAY_DAYS = 56
"""Two months seen before a day of the month can be told from a level that moves."""
SMALLEST_VARIANCE = 1e-8
LARGEST_VARIANCE = 9.0
"""Of effects in logs: a factor of twenty either way."""
USUAL_VARIANCE = {WEEKDAY: 0.25, "level": 0.0016}
OTHER_USUAL_VARIANCE = 0.0025
"""Variances to begin with, in logs: weekdays differ by half, the level moves 4 % from bend to bend."""
BELIEF = {"level": 4.0}
OTHER_BELIEF = 1.0
"""The usual variance counts as if so many effects of the group had been seen."""
BASE_VARIANCE = 100.0
"""Of the level's beginning, of which nothing is known."""


@dataclass(frozen=True)
class Scales:
    """Variance of the effects of each group, and of the noise of a day (in logs)."""

    variance: Mapping[str, float]
    noise: float


@dataclass(frozen=True)
class DayModel:
    """What was learnt of levels: logs of the slow level (days,), and of the effects by group and column."""

    slow_level: Floats
    effects: Mapping[str, Floats]
    scales: Scales
    seen: Mapping[str, Floats]
    """Days that each column's effect was learnt from, by group; an event's effect that was seen on no day lies
    between those of the days before and after."""
    level_now: float
    """Log of the level that the days ahead have."""

    def log_calendar(self, features: DayFeatures) -> Floats:
        """(days,): sum of all effects but the weekday's: what sets a day apart from others of its weekday."""
        return self._log(features, tuple(group.name for group in features.groups if group.name != WEEKDAY))

    def log_ordinary(self, features: DayFeatures) -> Floats:
        """(days,) after the past: today's level and the weekday."""
        return self.level_now + self.log_weekday(features)

    def log_weekday(self, features: DayFeatures) -> Floats:
        """(days,): the weekday's effect."""
        return self._log(features, (WEEKDAY,))

    def log_effects(self, features: DayFeatures) -> Floats:
        """(days,): all effects, the weekday's too; all but the level."""
        return self.log_weekday(features) + self.log_calendar(features)

    def log_of(self, features: DayFeatures, name: str) -> Floats:
        """(days,): the effect of one group."""
        return self._log(features, (name,))

    def _log(self, features: DayFeatures, names: tuple[str, ...]) -> Floats:
        total = np.zeros(features.days)
        for group in features.groups:
            if group.name in names and group.name in self.effects:
                total += group.columns @ self.effects[group.name]
        return total


@dataclass(frozen=True)
class _Design:
    """Columns of the known days, slices and prior precisions (up to the group's variance) by group."""

    columns: Floats
    slices: Mapping[str, slice]
    precision: Mapping[str, Floats]


def fit_days(log_level: Floats, variance: Floats, features: DayFeatures, start: Scales | None = None) -> DayModel:
    """Learn from `log_level` (days,), NaN unknown, whose counting scatter has `variance` (days,).

    `start` are scales found on nearly the same days: they save rounds.
    """
    first = max(0, len(log_level) - LONGEST_DAYS)
    known = np.isfinite(log_level)
    known[:first] = False
    knots = _knots(len(log_level) - first)
    groups = _usable(features, known)
    design = _design(knots, groups, known, first)
    target = log_level[known]
    centre = float(np.median(target)) if len(target) else 0.0
    mean, scales = _maximise(design, target - centre, variance[known], start)
    slow = np.full(len(log_level), centre)
    slow[first:] += knots @ mean[design.slices["base"].start : design.slices["level"].stop]
    slow[:first] = slow[first] if len(slow) else centre
    seen = {group.name: (group.columns[known] != 0).sum(axis=0).astype(float) for group in groups}
    effects = {
        group.name: _between(mean[design.slices[group.name]], seen[group.name], group.lags) for group in groups
    }
    return DayModel(slow, effects, scales, seen, float(slow[-1]) if len(slow) else centre)


def _between(effects: Floats, seen: Floats, lags: tuple[int, ...]) -> Floats:
    """(columns,): effects never `seen` (on open days) on the line between their neighbours, which ends at nothing on
    the day after the last; before the first they are like it."""
    if not lags or (seen > 0).all():
        return effects
    day = np.array(lags, dtype=float)
    order = np.argsort(day)
    known = order[seen[order] > 0]
    places, heights = np.append(day[known], day.max() + 1), np.append(effects[known], 0.0)
    return np.where(seen > 0, effects, np.interp(day, places, heights))


def _usable(features: DayFeatures, known: Flags) -> list[Group]:
    """Groups of which anything was seen; the day of the month only when months have been seen."""
    span = int(np.ptp(np.flatnonzero(known))) + 1 if known.any() else 0
    return [
        group
        for group in features.groups
        if group.columns[known].any() and (group.name != MONTH_DAY or span >= MONTH_DAY_DAYS)
    ]


def _knots(days: int) -> Floats:
    """(days, 1 + bends): the beginning, then what each bend adds from its knot on; the last knot is the last day."""
    bends = max(1, -(-(days - 1) // KNOT_DAYS))
    start = (days - 1) - KNOT_DAYS * np.arange(bends, 0, -1)
    rise = (np.arange(days)[:, None] - start) / KNOT_DAYS
    return np.hstack([np.ones((days, 1)), np.clip(rise, 0.0, 1.0)])


def _design(knots: Floats, groups: list[Group], known: Flags, first: int) -> _Design:
    parts = {"base": knots[:, :1], "level": knots[:, 1:]}
    columns = [part[known[first:]] for part in parts.values()] + [group.columns[known] for group in groups]
    names = [*parts, *(group.name for group in groups)]
    edges = np.cumsum([0, *(part.shape[1] for part in columns)])
    slices = {name: slice(int(a), int(b)) for name, a, b in zip(names, edges[:-1], edges[1:], strict=True)}
    precision: dict[str, Floats] = {group.name: np.linalg.inv(group.alike).astype(float) for group in groups}
    precision |= {name: np.eye(slices[name].stop - slices[name].start) for name in parts}
    return _Design(np.hstack(columns), slices, precision)


def _maximise(design: _Design, target: Floats, variance: Floats, start: Scales | None) -> tuple[Floats, Scales]:
    """Mean of all effects given the variances that the data make likely."""
    noise = 0.0025 if start is None else start.noise
    begun = {} if start is None else start.variance
    spread = {name: begun.get(name, _usual(name)) for name in design.slices}
    spread["base"] = BASE_VARIANCE
    weight = np.ones(len(target))
    mean = np.zeros(design.columns.shape[1])
    for _ in range(ROUNDS if start is None else ROUNDS_FROM_A_START):
        mean, covariance = _posterior(design, target, weight / (noise + variance), spread)
        if not len(target):
            break
        left = target - design.columns @ mean
        uncertain = ((design.columns @ covariance) * design.columns).sum(axis=1)
        for name in design.slices:
            if name != "base":
                spread[name] = _learnt_variance(design, name, mean, covariance)
        noise = _learnt_noise(noise, variance, weight * (left**2 + uncertain))
        weight = np.minimum((FREEDOMS + 1) / (FREEDOMS + left**2 / (noise + variance)), (FREEDOMS + 1) / FREEDOMS)
    return mean, Scales(spread, noise)


def _posterior(design: _Design, target: Floats, weight: Floats, spread: Mapping[str, float]) -> tuple[Floats, Floats]:
    weighted = design.columns * weight[:, None]
    precision = weighted.T @ design.columns
    for name, place in design.slices.items():
        precision[place, place] += design.precision[name] / spread[name]
    covariance: Floats = cho_solve(cho_factor(precision, lower=True), np.eye(len(precision)))
    return covariance @ (weighted.T @ target), covariance


def _learnt_variance(design: _Design, name: str, mean: Floats, covariance: Floats) -> float:
    place, precision = design.slices[name], design.precision[name]
    size = place.stop - place.start
    expected = mean[place] @ precision @ mean[place] + float((precision * covariance[place, place]).sum())
    belief = BELIEF.get(name, OTHER_BELIEF)
    learnt = (expected + belief * _usual(name)) / (size + belief)
    return float(np.clip(learnt, SMALLEST_VARIANCE, LARGEST_VARIANCE))


def _usual(name: str) -> float:
    return USUAL_VARIANCE.get(name, OTHER_USUAL_VARIANCE)


def _learnt_noise(noise: float, variance: Floats, squares: Floats) -> float:
    """The day's own share of what is left over, beside the scatter of counting."""
    share = noise / (noise + variance)
    return max(float(np.mean(share**2 * squares + share * variance)), 1e-6)
