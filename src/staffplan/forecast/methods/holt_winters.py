"""Day totals by Holt-Winters, laid out over the day by the recent intraday profile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Flags, Floats, Whole
from staffplan.forecast.methods.learning import Ahead, Prediction, Training, method
from staffplan.forecast.methods.rates import last_known_weeks, shrunk_rates
from staffplan.forecast.methods.smoothing import fit, shortest

LONGEST_DAYS = 364
"""A year of days is enough for level, trend and week; older ones only cost time."""
CANNOT_BE_FITTED = "Holt-Winters cannot be fitted here; the recent average is used instead"
FEWEST_WEEKS = 3
"""Weeks a weekly season needs before it says more than an average."""
LEAST_SHARE = 0.05
"""With a day below this share of the mean day the season is added, not multiplied: a ratio to nothing is noise."""
FURTHEST = 3.0
"""A forecast beyond this many times the highest day of the past has run away."""


@method
@dataclass(frozen=True)
class HoltWinters:
    """Level, weekly season and (where it fits better) a damped trend of the day totals, x intraday profile.

    The season has as many days as the week has open weekdays: closed days are not zeros, they are not there.
    Special days, gaps and outages are filled from the same weekday before and after. Of the models with and
    without trend the one with the lower corrected Akaike criterion is taken; an undamped trend is never used,
    because it runs away over weeks.
    """

    name: str = "holt_winters"
    plain: bool = False

    def predict(self, training: Training, ahead: Ahead) -> Prediction:
        recent = last_known_weeks(training.offered, training.weekday, training.recent_weeks)
        rates = np.maximum(shrunk_rates(training.offered[recent], training.weekday[recent]), 0.0)
        usual_total = _usual_total(training.offered[recent], training.weekday[recent], rates)
        totals = _day_totals(training.offered, training.weekday, rates, usual_total)
        season = np.unique(training.weekday[recent])
        in_season = np.isin(training.weekday, season)
        series = _filled(totals[in_season], training.weekday[in_season])[-LONGEST_DAYS:]
        expected = usual_total[ahead.weekday]
        steps = np.isin(ahead.weekday, season)
        fitted = _smooth(series, len(season), int(steps.sum()))
        if fitted is not None:
            expected[steps] = fitted
        fast = training.fast_profile
        whole = np.where(_usual_slots(training.offered[recent], training.weekday[recent]), fast, 0.0).sum(axis=1)
        share = np.divide(fast, whole[:, None], out=np.zeros(fast.shape), where=whole[:, None] > 0)
        return Prediction(expected[:, None] * share[ahead.weekday], "" if fitted is not None else CANNOT_BE_FITTED)


def _usual_total(offered: Floats, weekday: Whole, rates: Floats) -> Floats:
    """(7,): contacts of a usual day."""
    total: Floats = np.where(_usual_slots(offered, weekday), rates, 0.0).sum(axis=1)
    return total


def _usual_slots(offered: Floats, weekday: Whole) -> Flags:
    """(7, slots): slots in which that weekday is usually known (all that any is, if it never was)."""
    usual = np.zeros((7, offered.shape[1]), dtype=bool)
    np.logical_or.at(usual, weekday, np.isfinite(offered))
    usual[~usual.any(axis=1)] = usual.any(axis=0)
    return usual


def _day_totals(offered: Floats, weekday: Whole, rates: Floats, usual_total: Floats) -> Floats:
    """(days,): totals; a day known in part is scaled up by the profile; NaN below half of the day."""
    known: Flags = np.isfinite(offered)
    contacts = np.where(known, offered, 0.0).sum(axis=1)
    covered = np.where(known, rates[weekday], 0.0).sum(axis=1)
    whole = usual_total[weekday]
    enough = (covered > 0.5 * whole) & (covered > 0)
    totals: Floats = np.divide(contacts * whole, covered, out=np.full(len(whole), np.nan), where=enough)
    return totals


def _filled(totals: Floats, weekday: Whole) -> Floats:
    """(days,): unknown totals interpolated between the same weekday's known ones."""
    filled = totals.copy()
    for number in range(7):
        rows = np.flatnonzero(weekday == number)
        known = rows[np.isfinite(totals[rows])]
        if len(known):
            filled[rows] = np.interp(rows, known, totals[known])
    return filled[np.isfinite(filled)]


def _smooth(series: Floats, season: int, steps: int) -> Floats | None:
    """(steps,) totals ahead, or None when the series is too short, empty or cannot be fitted."""
    mean = float(series.mean()) if len(series) else 0.0
    if len(series) < max(FEWEST_WEEKS * season, 12, shortest(season)) or mean <= 0:
        return None
    if steps == 0 or np.allclose(series[season:], series[:-season], rtol=1e-9):
        return np.resize(series[-season:], steps)
    scaled = series / mean
    multiplied = bool(scaled.min() > LEAST_SHARE)
    fits = [fit(scaled, season, multiplied=multiplied, damped_trend=damped_trend) for damped_trend in (False, True)]
    usable = [(found.aicc, ahead) for found in fits if _within_reach(ahead := found.ahead(steps), scaled)]
    return np.maximum(min(usable, key=lambda pair: pair[0])[1], 0.0) * mean if usable else None


def _within_reach(ahead: Floats, past: Floats) -> bool:
    return bool(np.isfinite(ahead).all() and ahead.max() <= FURTHEST * past.max())
