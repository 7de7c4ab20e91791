"""Day totals by Holt-Winters, laid out over the day by the recent intraday profile."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from staffplan.forecast.methods.learning import Ahead, Prediction, Training
from staffplan.forecast.methods.rates import last_known_weeks, shrunk_rates
from staffplan.forecast.series import Flags, Floats, Whole

LONGEST_DAYS = 364
"""A year of days is enough for level, trend and week; older ones only cost time."""
SHORT_DAYS = 120
"""Up to this length the optimiser starts from a search over a grid: it matters there, and costs little."""
CANNOT_BE_FITTED = "Holt-Winters cannot be fitted here; the recent average is used instead"
FEWEST_WEEKS = 3
"""Weeks a weekly season needs before it says more than an average."""


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
        share = np.divide(rates, usual_total[:, None], out=np.zeros(rates.shape), where=usual_total[:, None] > 0)
        return Prediction(expected[:, None] * share[ahead.weekday], "" if fitted is not None else CANNOT_BE_FITTED)


def _usual_total(offered: Floats, weekday: Whole, rates: Floats) -> Floats:
    """(7,): contacts of a usual day, over the slots in which that weekday is usually known (all, if never)."""
    usual = np.zeros(rates.shape, dtype=bool)
    np.logical_or.at(usual, weekday, np.isfinite(offered))
    usual[~usual.any(axis=1)] = usual.any(axis=0)
    total: Floats = np.where(usual, rates, 0.0).sum(axis=1)
    return total


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
    if len(series) < max(FEWEST_WEEKS * season, 12) or mean <= 0:
        return None
    if steps == 0 or np.allclose(series[season:], series[:-season], rtol=1e-9):
        return np.resize(series[-season:], steps)
    scaled = series / mean
    fits = [fit for trend in (None, "add") if (fit := _fit(scaled, season, trend, steps)) is not None]
    return min(fits, key=lambda fit: fit[0])[1] * mean if fits else None


def _fit(series: Floats, season: int, trend: str | None, steps: int) -> tuple[float, Floats] | None:
    """Corrected Akaike criterion and the steps ahead; None when they are not usable numbers.

    The optimiser's warnings are not shown: what matters is whether the result is finite and within reach of the past.
    """
    seasonal = None if season < 2 else "mul" if series.min() > 0.05 else "add"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ExponentialSmoothing(
            series,
            trend=trend,
            damped_trend=trend is not None,
            seasonal=seasonal,
            seasonal_periods=season if seasonal else None,
            initialization_method="heuristic",
        )
        fit = model.fit(use_brute=len(series) <= SHORT_DAYS)
        ahead = np.asarray(fit.forecast(steps), dtype=float)
        criterion = float(fit.aicc)
    reachable = np.isfinite(ahead).all() and ahead.max() <= 3 * series.max()
    if not reachable or not np.isfinite(criterion):
        return None
    return criterion, np.maximum(ahead, 0.0)
