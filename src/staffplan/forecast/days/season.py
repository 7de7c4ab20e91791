"""Growth, season of the year and level: what the days ahead differ by from the level at the end of the history.

A day's level is the log of its total over what weekday and calendar promise for it. For the first four weeks, growth
and season are used only where they won on weeks ahead, from origins in the past; the months after follow the level
that months.py foretells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from staffplan.forecast.days.months import SEASON_WEEKS, Family, Months, families, months_ahead
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
RAMP_DAYS = (35.0, 91.0)
"""The level of the months ahead comes in over these days: four weeks and a few days before them are left alone."""
WORTH_A_WORD = 0.01
"""Growth a year, and change of the level, below which nothing is said of it."""
SEASON_WORTH_A_WORD = 0.02
"""The same of a season's swing, highest day over lowest."""
MONTHS_TOLD = (3, 6, 12)
DAYS_PER_MONTH = 365.25 / 12
WEEKS_PER_YEAR = DAYS_PER_YEAR / 7


@dataclass(frozen=True)
class Season:
    """What the days ahead differ by from the level at the end of the history."""

    last_day: date
    annual: Floats
    """(terms,): coefficients of the waves of the year in the first weeks; all zero without a season."""
    growth: float
    """Of the log level in the last week; it fades."""
    months: Months | None
    """The level after the first weeks; None: it stays where it is."""
    recent_level: float
    """Mean log level of the last LEVEL_DAYS, counted as `months` counts it; NaN where none is known."""
    variance: Floats
    """(steps,): of the error of the log level, mean over four weeks, by four-week step ahead; it never falls."""
    tested_days: int
    """Days ahead whose errors the backtest has measured already."""
    earned_short: bool
    """Growth or season lowered the error of the first four weeks; without it they are left alone."""
    words: tuple[str, ...]
    """What was learnt, or why not."""

    def factor(self, days_ahead: Floats | Whole, base_level: Floats | None = None) -> Floats:
        """(n,): what to multiply forecasts by that know no season, on days ahead (1: the day after the history).

        `base_level` (n,): the log level that they promise on those days, as log levels of days are counted; the mean
        level of the last LEVEL_DAYS where it is not given.
        """
        ahead = np.asarray(days_ahead, dtype=float)
        change = self.log_change(ahead) - float(self.log_change(np.arange(1 - LEVEL_DAYS, 1)).mean())
        near = change if self.earned_short else np.zeros(len(ahead))
        if self.months is None:
            return np.asarray(np.exp(near))
        share = self.months.trust * np.clip((ahead - RAMP_DAYS[0]) / (RAMP_DAYS[1] - RAMP_DAYS[0]), 0.0, 1.0)
        far = self.months.level(ahead) - (self.recent_level if base_level is None else base_level)
        return np.asarray(np.exp((1 - share) * near + share * far))

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
    log_level: Floats,
    known: Flags,
    first: date,
    settings: ForecastSettings,
    tested_days: int,
    as_it_was: Floats | None = None,
    reach_days: int | None = None,
) -> Season:
    """Growth, season and error of the level from `log_level` (days,), consecutive days from `first` on.

    Levels where not `known` may be anything. `as_it_was` (days,): the same before a shift of level was evened out,
    as logs of expected contacts; it is what months ahead are learnt from. `tested_days`: how far ahead the backtest
    of the short range reaches; `reach_days`: how far ahead the season is asked for, nothing being learnt of months
    that are not (not given: a year and more).
    """
    last_day = first + timedelta(days=len(log_level) - 1)
    weekly = weekly_levels(_where_known(log_level, known), last_day)
    chosen, plain, variance = _first_weeks(weekly, allowed=settings.growth_and_season)
    first_origin = FIRST_ANNUAL_ORIGIN if chosen.annual.any() else FIRST_ORIGIN
    won, stayed = (error(weekly, belief, FIRST_STEP, first_origin) for belief in (chosen, plain))
    level = _where_known(log_level if as_it_was is None else as_it_was, known)
    recent = _last_level(level)
    off = "growth and season of the year are switched off (forecast.growth_and_season)"
    short = "growth or season of the year lowered the error of past forecasts of the first four weeks"
    words = (short if settings.growth_and_season else off,)
    season = Season(last_day, chosen.annual, chosen.growth, None, recent, variance, tested_days, won < stayed, words)
    asked = settings.growth_and_season and (reach_days is None or reach_days > RAMP_DAYS[0])
    return _with_months(season, weekly_levels(level, last_day)) if asked and np.isfinite(recent) else season


def _first_weeks(weekly: Weekly, *, allowed: bool) -> tuple[Belief, Belief, Floats]:
    """The belief that won on months ahead, the one without growth and season, and the first one's variance."""
    plain, seasonal = believe(weekly), believe(weekly, seasons=SEASONS)
    growing, both = believe(weekly, growths=GROWTHS), believe(weekly, growths=GROWTHS, seasons=SEASONS)
    everything = mixture([plain, growing, seasonal, both])
    chosen = plain
    if allowed:
        base = _earning(weekly, mixture([plain, growing]), plain, FIRST_ORIGIN, GAIN)
        chosen = _with_season(weekly, base, [mixture([plain, seasonal]), everything])
    return chosen, plain, _variance(weekly, chosen.mean, everything)


def _with_months(season: Season, weekly: Weekly) -> Season:
    found = families(weekly)
    months = months_ahead(weekly, found, season.last_day)
    variance = _variance(weekly, months.past.mean, months.past, months.variance)
    words = _in_words(weekly, found, months, season.recent_level)
    return replace(season, months=months, variance=variance, words=words)


def _where_known(level: Floats, known: Flags) -> Floats:
    return np.where(known & np.isfinite(level), level, np.nan)


def _last_level(level: Floats) -> float:
    """Mean of the last LEVEL_DAYS known; NaN without any."""
    known = level[np.isfinite(level)][-LEVEL_DAYS:]
    return float(known.mean()) if len(known) else float("nan")


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


def _variance(weekly: Weekly, said: Floats, everything: Belief, today: Floats | None = None) -> Floats:
    """(steps,): error variance today, as all beliefs together tell it, corrected by what past forecasts missed.

    What the other beliefs would have said counts as error of what was `said` (origins, steps), so that a season
    which nobody could see yet widens the bands; `today` (steps,) has it counted already. The correction is the mean
    of squared error over variance from past origins, drawn towards 1 as neighbouring origins see much the same
    months.
    """
    variance = everything.variance + (everything.mean - said) ** 2
    ratio = ((weekly.came - said) ** 2 / variance)[weekly.origins >= FIRST_ORIGIN // 2]
    known = np.isfinite(ratio)
    origins = known.any(axis=1).sum() / 2
    mean = float(ratio[known].mean()) if known.any() else 1.0
    own = variance[-1] if today is None else today
    return np.maximum.accumulate(own * (PRIOR_ORIGINS + origins * mean) / (PRIOR_ORIGINS + origins))


def _in_words(weekly: Weekly, found: Sequence[Family], months: Months, recent: float) -> tuple[str, ...]:
    words = [_about_season(weekly, found, months)]
    yearly = np.expm1(months.trust * months.growth * WEEKS_PER_YEAR)
    if abs(yearly) >= WORTH_A_WORD:
        half = np.log(0.5) / np.log(GROWTH_MEMORY) / WEEKS_PER_YEAR * 12
        words += [
            f"growth of {100 * yearly:+.0f} % a year at the end of the history, halving every {half:.0f} months"
        ]
    ahead = DAYS_PER_MONTH * (np.arange(1, 13)[:, None] + np.linspace(-0.5, 0.5, 29)[None, :])
    change = np.expm1(months.trust * (months.level(ahead.ravel()).reshape(ahead.shape).mean(axis=1) - recent))
    if months.trust and np.abs(change).max() >= WORTH_A_WORD:
        told = ", ".join(f"{100 * change[month - 1]:+.0f} % in {month} months" for month in MONTHS_TOLD)
        words += [f"level against the last four weeks, growth and season included: {told}"]
    return tuple(words)


def _about_season(weekly: Weekly, found: Sequence[Family], months: Months) -> str:
    last_day, weeks = months.last_day, len(weekly.values)
    if weeks < SEASON_WEEKS:
        return f"no season of the year: {_age(weeks)} of history; at least {SEASON_WEEKS} weeks are needed"
    if _swing(months.annual, last_day) < SEASON_WORTH_A_WORD:
        return "no season of the year: the years of the history do not show one"
    told = f"season of the year, from {weeks / WEEKS_PER_YEAR:.1f} years: {_extremes(months.annual, last_day)}"
    kinds = [[family for family in found if family.seasonal is seasonal] for seasonal in (False, True)]
    beliefs = (mixture([family.belief for family in own], np.log([family.share for family in own])) for own in kinds)
    errors = [error(weekly, belief, MONTHS_AHEAD, FIRST_ANNUAL_ORIGIN) for belief in beliefs]
    if _annual_origins(weekly) < FEWEST_ANNUAL_ORIGINS:
        return f"{told}; too short to be tested on past months, so it counts in part"
    without, with_it = (f"{100 * share:.1f} %" for share in errors)
    return f"{told}; forecasts of past months 2 to 13 ahead missed by {without} without it, {with_it} with it"


def _waves_of_days(annual: Floats, last_day: date) -> tuple[list[date], Floats]:
    """The days of a year and their log levels against the year's mean."""
    days = [last_day + timedelta(days=number) for number in range(1, 366)]
    return days, annual_waves(np.array([day.toordinal() for day in days], dtype=float)) @ annual


def _swing(annual: Floats, last_day: date) -> float:
    return float(np.ptp(_waves_of_days(annual, last_day)[1]))


def _age(weeks: int) -> str:
    """In weeks below three months, else in months."""
    return f"{weeks} week{'s' * (weeks != 1)}" if weeks < 13 else f"{weeks / WEEKS_PER_YEAR * 12:.0f} months"


def _extremes(annual: Floats, last_day: date) -> str:
    """ "highest in January (+18 %), lowest in August (-12 %)", months against the year's mean."""
    days, level = _waves_of_days(annual, last_day)
    month = np.array([day.month for day in days])
    means = np.array([level[month == number].mean() for number in range(1, 13)])
    high, low = int(means.argmax()), int(means.argmin())
    names = [f"{date(2000, place + 1, 1):%B} ({100 * np.expm1(means[place]):+.0f} %)" for place in (high, low)]
    return f"highest in {names[0]}, lowest in {names[1]}"
