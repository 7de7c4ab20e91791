"""The level months ahead: what lasts, what comes back, growth and season of the year, weighed by horizon.

Families of beliefs, with and without growth and season, of a level whose moves last and of one that comes back to
its mean. The likelihood of the weeks weighs them for the near future; for each four-week step ahead, so does the
error of past forecasts that reached as far. A mixture says less than its boldest member: growth is damped, a passing
high leans back to the year's mean, and a season that only one year has shown counts in part.

Source: weights by likelihood are Bayesian model averaging (Hoeting et al. 1999, Statistical Science 14(4)); weights
that fall with past squared errors are those of combination.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from staffplan.forecast.days.beliefs import (
    LASTING,
    NONE,
    RETURNING,
    SEASONS,
    WEEKS_PER_STEP,
    Belief,
    Weekly,
    annual_waves,
    believe,
    mixture,
)
from staffplan.forecast.history.series import Flags, Floats, Whole

SEASON_WEEKS, GROWTH_WEEKS = 54, 26
"""Weeks of history below which nothing is believed of a season (a year must have come round) or of growth."""
LONG_GROWTHS = (0.002,)
"""Standard deviation of the growth a week: 10 % a year, for levels that are carried on for a year."""
SHARE_OF_GROWTH, SHARE_OF_SEASON, SHARE_OF_RETURNING = 0.4, 0.5, 0.5
"""What is believed beforehand."""
ERROR_POWER = 4.0
"""Weights of families fall with this power of the mean squared error of forecasts as far ahead: members of a mixture
err much alike, so that small differences say much."""
BELIEF_ORIGINS = 1.0
"""Weights by likelihood are believed in as much as errors of so many horizons that do not overlap."""
WINSOR = 3.0
"""Errors beyond this many typical ones count as this many."""
MEDIAN_OF_NORMAL = 0.6745
LEAST_ERROR = 1e-4
"""Squared: differences below 1 % decide nothing."""
FARTHEST_TESTED = 12
"""Steps further ahead than a year are weighed by the errors of a year."""


@dataclass(frozen=True)
class Family:
    """What one kind of belief holds, and what of the kind is believed beforehand."""

    belief: Belief
    share: float
    seasonal: bool


@dataclass(frozen=True)
class Months:
    """The log level of the weeks ahead."""

    last_day: date
    rest: Floats
    """(steps,): mean log level of each four-week step, less the waves of the year."""
    annual: Floats
    """(terms,): coefficients of the waves of the year; all zero where no season is believed in."""
    growth: float
    """Of the log level in the last week; it fades."""
    variance: Floats
    """(steps,): of the error of `level`, mean over four weeks; it may fall."""
    past: Belief
    """The mixture by likelihood, at every origin of the past."""
    trust: float
    """How much of it counts: nothing up to half a year of history, which no forecast so far ahead could be tried on,
    all from a year on."""

    def level(self, days_ahead: Floats | Whole) -> Floats:
        """(n,): log level on days ahead (1: the day after the history), as log levels of days are counted."""
        ahead = np.asarray(days_ahead, dtype=float)
        middle = 7.0 * WEEKS_PER_STEP * (np.arange(len(self.rest)) + 0.5)
        waves = annual_waves(self.last_day.toordinal() + ahead) @ self.annual
        return np.asarray(np.interp(ahead, middle, self.rest) + waves)


def families(weekly: Weekly) -> list[Family]:
    """Those that the length of the history allows."""
    weeks = len(weekly.values)
    growths = _options(LONG_GROWTHS, SHARE_OF_GROWTH, weeks >= GROWTH_WEEKS)
    seasons = _options(SEASONS, SHARE_OF_SEASON, weeks >= SEASON_WEEKS)
    natures = {LASTING: 1 - SHARE_OF_RETURNING, RETURNING: SHARE_OF_RETURNING}
    return [
        Family(
            believe(weekly, nature, growths=growth, seasons=season),
            own * share_of_growth * share_of_season,
            season is not NONE,
        )
        for nature, own in natures.items()
        for growth, share_of_growth in growths.items()
        for season, share_of_season in seasons.items()
    ]


def _options(spreads: Sequence[float], share: float, allowed: bool) -> Mapping[tuple[float, ...], float]:
    return {NONE: 1 - share, tuple(spreads): share} if allowed else {NONE: 1.0}


def months_ahead(weekly: Weekly, found: Sequence[Family], last_day: date) -> Months:
    """The mixture of the families, by likelihood and by what their forecasts as far ahead have missed."""
    past = mixture([family.belief for family in found], np.log([family.share for family in found]))
    weight = _weights(weekly, found)
    means = np.array([family.belief.mean[-1] for family in found])
    mean = (weight * means).sum(axis=0)
    within = np.array([family.belief.variance[-1] for family in found])
    annual = (weight.mean(axis=1)[:, None] * [family.belief.annual for family in found]).sum(axis=0)
    growth = float(weight.mean(axis=1) @ [family.belief.growth for family in found])
    weeks = weekly.annual[len(weekly.values) :]
    waves = (weeks @ annual).reshape(len(mean), WEEKS_PER_STEP).mean(axis=1)
    variance = (weight * (within + (means - mean) ** 2)).sum(axis=0)
    return Months(last_day, mean - waves + weekly.middle, annual, growth, variance, past, _trust(len(weekly.values)))


def _trust(weeks: int) -> float:
    return float(np.clip((weeks - GROWTH_WEEKS) / (SEASON_WEEKS - GROWTH_WEEKS), 0.0, 1.0))


def _weights(weekly: Weekly, found: Sequence[Family]) -> Floats:
    """(families, steps): by likelihood, then by squared errors of past forecasts of steps alike."""
    logs = np.array([family.belief.evidence[-1] + np.log(family.share) for family in found])
    likely = np.exp(logs - logs.max())
    likely /= likely.sum()
    missed = np.array([family.belief.mean for family in found]) - weekly.came
    first = SEASON_WEEKS if any(family.seasonal for family in found) else GROWTH_WEEKS
    missed[:, weekly.origins < first] = np.nan
    steps = range(missed.shape[2])
    return np.array([_weights_of_step(likely, missed, step) for step in steps]).T


def _weights_of_step(likely: Floats, missed: Floats, step: int) -> Floats:
    """(families,): errors of the step and its neighbours; horizons that overlap count as one.

    `missed`: (families, origins, steps), NaN unknown.
    """
    own = min(step, FARTHEST_TESTED)
    near = missed[:, :, max(own - 1, 0) : own + 2]
    known: Flags = np.asarray(np.isfinite(near).all(axis=0))
    if not known.any():
        return likely
    squares = near[:, known] ** 2
    cap = (WINSOR / MEDIAN_OF_NORMAL) ** 2 * float(np.median(squares))
    error = np.minimum(squares, cap).mean(axis=1) + LEAST_ERROR
    weight = likely * (error / error.min()) ** -ERROR_POWER
    apart = float(known.any(axis=1).sum()) / (1 + own)
    belief = BELIEF_ORIGINS / (BELIEF_ORIGINS + apart)
    return np.asarray((1 - belief) * weight / weight.sum() + belief * likely)
