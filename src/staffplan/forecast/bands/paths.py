"""Day totals drawn as whole futures: what a week, a horizon, all queues together may come to.

Every day's total has the distribution behind its bands (negative binomial, stretched as they are); days of a queue
and queues of a site hang together through standard normal errors (a Gaussian copula): the drift of the level since
the origin, an error of the whole forecast, of its week, of the day. A sum's band is a quantile of its paths.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import gammaincinv, ndtr

from staffplan.forecast.bands.bands import Bands
from staffplan.forecast.bands.counts import count_quantile
from staffplan.forecast.bands.evidence import FEWEST_FREEDOMS
from staffplan.forecast.bands.sharing import Sharing
from staffplan.forecast.history.series import Flags, Floats, Whole

PATHS = 2000
"""The 2.5 % quantile of so many is off by 6 % of a standard deviation, on average."""
WEEKS_OF_A_FORECAST = 4.0
GRID = np.linspace(-6.0, 6.0, 49)
"""Normal deviations at which a day's distribution is worked out; what lies between is interpolated."""


@dataclass(frozen=True)
class DaysAhead:
    """Days of one queue's forecast, (days,)."""

    offered: Floats
    """Expected totals; zero on closed days."""
    days_ahead: Whole
    """1 on the first day after the history; rising."""
    special: Flags
    extra_log_variance: Floats
    """Of the level, on top of what the backtest could see; not falling."""


@dataclass(frozen=True)
class Shocks:
    """Independent standard normal numbers: `level` (paths, 1), `week` (paths, weeks), `day` and `drift` (paths,
    days), and `doubt` (paths, 2) about how large the errors of weeks and levels are at all."""

    level: Floats
    week: Floats
    day: Floats
    drift: Floats
    doubt: Floats

    @classmethod
    def draw(cls, rng: np.random.Generator, days: int) -> Shocks:
        """Each half of the paths mirrors the other, with the same doubt, so that sums are centred."""
        sizes = (1, days // 7 + 2, days, days, 2)
        *errors, doubt = (rng.standard_normal((PATHS // 2, size)) for size in sizes)
        level, week, day, drift = (np.concatenate([half, -half]) for half in errors)
        return cls(level, week, day, drift, np.concatenate([doubt, doubt]))

    def mixed(self, own: Shocks, loading: float) -> Shocks:
        """These as the part common to all queues, `own` as the rest."""
        rest = np.sqrt(1 - loading**2)
        pairs = ((getattr(self, each.name), getattr(own, each.name)) for each in fields(self))
        return Shocks(*(loading * common + rest * alone for common, alone in pairs))


def day_paths(bands: Bands, ahead: DaysAhead, shocks: Shocks) -> Floats:
    """(paths, days): totals of each day in each of the futures; their mean is what is expected."""
    mean, variance = bands.day.spread(ahead.offered, ahead.days_ahead, ahead.extra_log_variance)
    wandered = bands.day.drift(ahead.days_ahead, ahead.extra_log_variance)
    share = np.minimum(wandered * mean**2 / np.maximum(variance, 1e-300), 1.0)
    error = _errors(bands.sharing, shocks, wandered, share, (ahead.days_ahead - 1) // 7)
    table = _table(bands, mean, variance, ahead.special)
    paths = np.zeros(error.shape)
    for day in np.flatnonzero(ahead.offered > 0).tolist():
        paths[:, day] = np.interp(error[:, day], GRID, table[day])
        paths[:, day] += ahead.offered[day] - paths[:, day].mean()
    return paths


def _errors(sharing: Sharing, shocks: Shocks, wandered: Floats, share: Floats, week: Whole) -> Floats:
    """(paths, days): standard normal errors, `share` (days,) of their variance the drift's.

    What days share is known from few weeks, hence as Student's t: from one week each, or from one in four where it
    is shared by a whole forecast of the usual four.
    """
    steps = np.sqrt(np.diff(np.maximum.accumulate(wandered), prepend=0.0))
    walk = np.cumsum(shocks.drift * steps, axis=1) / np.sqrt(np.maximum(wandered, 1e-300))
    of_week = _student(shocks.week[:, week - week[0]], shocks.doubt[:, :1], sharing.weeks)
    of_level = _student(shocks.level, shocks.doubt[:, 1:], sharing.weeks / WEEKS_OF_A_FORECAST)
    alone = np.sqrt(1 - sharing.near) * shocks.day
    alone = alone + np.sqrt(sharing.near - sharing.far) * of_week + np.sqrt(sharing.far) * of_level
    return np.asarray(np.sqrt(1 - share) * alone + np.sqrt(share) * walk)


def _student(normal: Floats, doubt: Floats, freedoms: float) -> Floats:
    """Normal errors over the root of a chi-square by its freedoms, which `doubt` (paths, 1) gives."""
    freedoms = max(freedoms, FEWEST_FREEDOMS)
    chi_square = 2 * gammaincinv(freedoms / 2, ndtr(doubt))
    return np.asarray(normal * np.sqrt(freedoms / chi_square))


def _table(bands: Bands, mean: Floats, variance: Floats, special: Flags) -> Floats:
    """(days, grid): each day's total at the deviations of GRID."""
    share = np.clip(ndtr(bands.day.deviations(GRID, mean, special)), 1e-12, 1 - 1e-12)
    return count_quantile(share, mean[:, None], variance[:, None])
