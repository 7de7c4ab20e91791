"""Settings of the forecast."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from staffplan.settings.base import Section

ForecastMethod = Literal["recent_average", "day_model", "holt_winters", "day_shapes", "seasonal_naive"]
"""In order of preference where two do equally well."""
Cleaning = Literal["outages", "spikes", "odd_days", "partial_days", "stuck", "level_shifts"]
CLEANED: tuple[Cleaning, ...] = get_args(Cleaning)
"""All that `forecast.clean` can name."""


class DriverSettings(Section):
    """Use of one driver of input.drivers in the forecast. Drivers without a section use the defaults."""

    kind: Literal["auto", "event", "level"] = "auto"
    """Meaning of a day without a row. event: zero (for example letters sent). level: the value of the last day that
    has a row (for example number of customers). auto: level if most days of the history have a row, else event."""
    lags: tuple[Annotated[int, Field(ge=0, le=28)], ...] = Field(default=(0,), min_length=1)
    """Delays of the effect, days. The effect of each delay is learned separately: [0, 1, 2] is the same day and the
    two days after it."""
    logarithm: bool = True
    """Use of the logarithm of the driver, where it is never negative. Twice the driver then always multiplies the
    contacts by the same factor."""


class ForecastSettings(Section):
    """Settings of the forecast."""

    methods: tuple[ForecastMethod, ...] = (
        "recent_average",
        "day_model",
        "holt_winters",
        "day_shapes",
    )
    """Forecast methods to combine. The weights come from each queue's own backtest. A single method is used as it
    is."""
    recent_weeks: int = Field(default=6, ge=1, le=52)
    """Number of weeks in the average of recent weeks and in the intraday profile."""
    backtest_origins: int = Field(default=8, ge=1, le=26)
    """Number of backtest origins, one per week, if the history is long enough."""
    backtest_weeks: int = Field(default=4, ge=1, le=12)
    """Number of weeks that each backtest origin forecasts, if their contacts are known."""
    missing_rows: Literal["auto", "zero", "gap"] = "auto"
    """Meaning of an open interval without a row. zero: no contacts. gap: missing data. auto: on a day with rows,
    zero, unless too many contacts were expected there; on a day without rows, missing data."""
    clean: bool | tuple[Cleaning, ...] = True
    """Data problems to exclude from learning: all (true), none (false), or a list of kinds: outages, spikes,
    odd_days, partial_days, stuck, level_shifts. All problems found are listed in data_quality.csv, excluded or
    not."""
    growth_and_season: bool = True
    """Level, growth and yearly season for the months ahead, from the sixth week on. In the weeks before, growth and
    season are used only where they improved past forecasts. false: the level stays where it is."""
    drivers: dict[str, DriverSettings] = Field(default_factory=dict)
    """Settings of drivers, by their name in the file of input.drivers."""
