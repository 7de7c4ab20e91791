"""Months ahead: growth and the season of the year where they have earned it, and how far off the level may be then.

A day's level is the log of its total over what weekday and calendar promise for it. A richer belief than "the level
wanders" is used only where it won on months ahead, from origins in the past.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from staffplan.forecast.days.beliefs import (
    DAYS_PER_YEAR,
    GROWTH_MEMORY,
    GROWTHS,
    SEASONS,
    WEEKS_PER_STEP,
    Belief,
    Weekly,
    annual_waves,
    believe,
    error,
    mixture,
    weekly_levels,
)
from staffplan.forecast.history.series import Flags, Floats, Whole
from staffplan.settings.forecast import ForecastSettings

FIRST_STEP, MONTHS_AHEAD = slice(0, 1), slice(1, 13)
"""The four weeks that the short range is judged by, and the rest of a year."""
FIRST_ORIGIN, FIRST_ANNUAL_ORIGIN = 26, 56
"""Weeks seen before an origin counts: half a year for growth, more than a whole one for its season."""
FEWEST_ANNUAL_ORIGINS = 3
ENOUGH_WEEKS = 130
"""Two and a half years; with less history a season must win by more."""
GAIN, GAIN_OF_FEW_YEARS = 0.05, 0.15
"""By which share a richer belief must lower the error; the second with less than ENOUGH_WEEKS."""
PRIOR_ORIGINS = 8.0
"""Origins that the filters' own variance weighs against those that measured it."""
LEVEL_DAYS = 28
"""Methods that know no season have the mean level of about so many days at the end of the history."""
RAMP_DAYS = (28.0, 84.0)
"""What only helps months ahead comes in over these days."""
WORTH_A_WORD = 0.01
"""Growth a year below which nothing is said of it."""
WEEKS_PER_YEAR = DAYS_PER_YEAR / 7


@dataclass(frozen=True)
class Season:
    """What months ahead differ by from the level at the end of the history."""

    last_day: date
    annual: Floats
    """(terms,): coefficients of the waves of the year in the log level; all zero without a season."""
    growth: float
    """Of the log level in the last week; it fades."""
    variance: Floats
    """(steps,): of the error of the log level, mean over four weeks, by four-week step ahead; it never falls."""
    tested_days: int
    """Days ahead whose errors the backtest has measured already."""
    earned_short: bool
    """Growth or season lowered the error of the first four weeks too."""
    earned_long: bool
    """Growth or season lowered the error of the months after; without it `factor` is 1."""
    words: tuple[str, ...]
    """What was learnt, or why not."""

    def factor(self, days_ahead: Floats | Whole) -> Floats:
        """(n,): level on days ahead (1: the day after the history) over the mean level of the last LEVEL_DAYS."""
        ahead = np.asarray(days_ahead, dtype=float)
        change = self.log_change(ahead) - float(self.log_change(np.arange(1 - LEVEL_DAYS, 1)).mean())
        share = np.clip((ahead - RAMP_DAYS[0]) / (RAMP_DAYS[1] - RAMP_DAYS[0]), 0.0, 1.0)
        return np.asarray(np.exp((1.0 if self.earned_short else share) * change))

    def log_change(self, days_ahead: Floats | Whole) -> Floats:
        """(n,): season and growth against day 0, the last of the history; days before (negative) differ by season."""
        ahead = np.asarray(days_ahead, dtype=float)
        weeks = np.maximum(ahead, 0.0) / 7
        growth = self.growth * GROWTH_MEMORY * (1 - GROWTH_MEMORY**weeks) / (1 - GROWTH_MEMORY)
        waves = annual_waves(self.last_day.toordinal() + np.append(ahead, 0.0)) @ self.annual
        return np.asarray(growth + waves[:-1] - waves[-1])

    def log_variance(self, days_ahead: Floats | Whole) -> Floats:
        """(n,): variance of the log level beyond what the backtest has measured; never falling, zero in its days."""
        middle = 7.0 * WEEKS_PER_STEP * (np.arange(len(self.variance)) + 0.5)
        ahead = np.asarray(days_ahead, dtype=float)
        rate = (self.variance[-1] - self.variance[-2]) / (middle[-1] - middle[-2])
        beyond = rate * np.maximum(ahead - middle[-1], 0.0)
        known = float(np.interp(self.tested_days, middle, self.variance))
        return np.asarray(np.maximum(np.interp(ahead, middle, self.variance) + beyond - known, 0.0))


def learn_season(
    log_level: Floats, known: Flags, first: date, settings: ForecastSettings, tested_days: int
) -> Season:
    """Growth, season and error of the level from `log_level` (days,), consecutive days from `first` on.

    Levels where not `known` may be anything. `tested_days`: how far ahead the backtest of the short range reaches.
    """
    last_day = first + timedelta(days=len(log_level) - 1)
    weekly = weekly_levels(np.where(known & np.isfinite(log_level), log_level, np.nan), last_day)
    plain, seasonal = believe(weekly), believe(weekly, seasons=SEASONS)
    growing, both = believe(weekly, growths=GROWTHS), believe(weekly, growths=GROWTHS, seasons=SEASONS)
    everything = mixture([plain, growing, seasonal, both])
    chosen = plain
    words: tuple[str, ...] = ("growth and season of the year are switched off (forecast.growth_and_season)",)
    if settings.growth_and_season:
        base = _earning(weekly, mixture([plain, growing]), plain, FIRST_ORIGIN, GAIN)
        chosen = _with_season(weekly, base, [mixture([plain, seasonal]), everything])
        words = _in_words(weekly, base, chosen, last_day)
    first_origin = FIRST_ANNUAL_ORIGIN if chosen.annual.any() else FIRST_ORIGIN
    return Season(
        last_day,
        chosen.annual,
        chosen.growth,
        _variance(weekly, chosen, everything),
        tested_days,
        error(weekly, chosen, FIRST_STEP, first_origin) < error(weekly, plain, FIRST_STEP, first_origin),
        chosen is not plain,
        words,
    )


def _earning(weekly: Weekly, richer: Belief, simple: Belief, first_origin: int, gain: float) -> Belief:
    """The richer belief where it foretold months ahead better by `gain`; the simple one where nothing can be told."""
    before, after = (error(weekly, belief, MONTHS_AHEAD, first_origin) for belief in (simple, richer))
    return richer if after < (1 - gain) * before else simple


def _with_season(weekly: Weekly, base: Belief, seasonal: list[Belief]) -> Belief:
    if _annual_origins(weekly) < FEWEST_ANNUAL_ORIGINS:
        return base
    best = min(seasonal, key=lambda belief: error(weekly, belief, MONTHS_AHEAD, FIRST_ANNUAL_ORIGIN))
    gain = GAIN if len(weekly.values) >= ENOUGH_WEEKS else GAIN_OF_FEW_YEARS
    return _earning(weekly, best, base, FIRST_ANNUAL_ORIGIN, gain)


def _annual_origins(weekly: Weekly) -> int:
    """Origins from which a season can be tested on months ahead."""
    tested = np.isfinite(weekly.came[:, MONTHS_AHEAD]).any(axis=1)
    return int((tested & (weekly.origins >= FIRST_ANNUAL_ORIGIN)).sum())


def _variance(weekly: Weekly, chosen: Belief, everything: Belief) -> Floats:
    """(steps,): error variance today, as all beliefs together tell it, corrected by what past forecasts missed.

    What the other beliefs would have said counts as error of the chosen one, so that a season which nobody could
    see yet widens the bands. The correction is the mean of squared error over variance from past origins, drawn
    towards 1 as neighbouring origins see much the same months.
    """
    variance = everything.variance + (everything.mean - chosen.mean) ** 2
    ratio = ((weekly.came - chosen.mean) ** 2 / variance)[weekly.origins >= FIRST_ORIGIN // 2]
    known = np.isfinite(ratio)
    origins = known.any(axis=1).sum() / 2
    mean = float(ratio[known].mean()) if known.any() else 1.0
    return np.maximum.accumulate(variance[-1] * (PRIOR_ORIGINS + origins * mean) / (PRIOR_ORIGINS + origins))


def _in_words(weekly: Weekly, base: Belief, chosen: Belief, last_day: date) -> tuple[str, ...]:
    words = [_about_season(weekly, base, chosen, last_day)]
    yearly = np.expm1(chosen.growth * WEEKS_PER_YEAR)
    if abs(yearly) >= WORTH_A_WORD:
        half = np.log(0.5) / np.log(GROWTH_MEMORY) / WEEKS_PER_YEAR * 12
        words += [
            f"growth of {100 * yearly:+.0f} % a year at the end of the history, halving every {half:.0f} months"
        ]
    return tuple(words)


def _about_season(weekly: Weekly, base: Belief, chosen: Belief, last_day: date) -> str:
    weeks = len(weekly.values)
    if chosen.annual.any():
        errors = (error(weekly, belief, MONTHS_AHEAD, FIRST_ANNUAL_ORIGIN) for belief in (base, chosen))
        without, with_it = (f"{100 * share:.1f} %" for share in errors)
        gain = f"with it, the error of past forecasts 2 to 13 months ahead fell from {without} to {with_it}"
        years = f"{weeks / WEEKS_PER_YEAR:.1f} years"
        return f"season of the year, from {years}: {_extremes(chosen.annual, last_day)}; {gain}"
    if _annual_origins(weekly) < FEWEST_ANNUAL_ORIGINS:
        needed = FIRST_ANNUAL_ORIGIN + (FEWEST_ANNUAL_ORIGINS + 1) * WEEKS_PER_STEP
        return f"no season of the year: {_age(weeks)} of history; at least {_age(needed)} are needed to test it"
    return "no season of the year: it did not clearly improve past forecasts months ahead"


def _age(weeks: int) -> str:
    """In weeks below three months, else in months."""
    return f"{weeks} week{'s' * (weeks != 1)}" if weeks < 13 else f"{weeks / WEEKS_PER_YEAR * 12:.0f} months"


def _extremes(annual: Floats, last_day: date) -> str:
    """ "highest in January (+18 %), lowest in August (-12 %)", months against the year's mean."""
    days = [last_day + timedelta(days=number) for number in range(1, 366)]
    level = annual_waves(np.array([day.toordinal() for day in days], dtype=float)) @ annual
    month = np.array([day.month for day in days])
    means = np.array([level[month == number].mean() for number in range(1, 13)])
    high, low = int(means.argmax()), int(means.argmin())
    names = [f"{date(2000, place + 1, 1):%B} ({100 * np.expm1(means[place]):+.0f} %)" for place in (high, low)]
    return f"highest in {names[0]}, lowest in {names[1]}"
