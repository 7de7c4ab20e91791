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
    """How one driver of input.drivers enters the forecast; drivers without a section enter with the defaults."""

    kind: Literal["auto", "event", "level"] = "auto"
    """What a day without a row is. event: zero (letters sent). level: as on the last day that has one (customers).
    auto: a level when most days of the history have a row."""
    lags: tuple[Annotated[int, Field(ge=0, le=28)], ...] = Field(default=(0,), min_length=1)
    """Days after which it is felt, each learnt on its own: [0, 1, 2] is the same day and the two after it."""
    logarithm: bool = True
    """Take logarithms where it is never negative, so that twice as much never means more than a fixed factor."""


class ForecastSettings(Section):
    """How the future is predicted."""

    methods: tuple[ForecastMethod, ...] = (
        "recent_average",
        "day_model",
        "holt_winters",
        "day_shapes",
    )
    """Methods that are combined, with weights from each queue's own backtest; one alone is used as it is."""
    recent_weeks: int = Field(default=6, ge=1, le=52)
    """Weeks in the average of recent weeks and in the intraday profile."""
    backtest_origins: int = Field(default=8, ge=1, le=26)
    """Weekly origins in the backtest, as far as the history reaches."""
    backtest_weeks: int = Field(default=4, ge=1, le=12)
    """Weeks ahead that an origin forecasts, as far as they are known."""
    missing_rows: Literal["auto", "zero", "gap"] = "auto"
    """What an open interval without a row is. auto: zero on a day that has rows, unless too many contacts were
    expected there for that to be believed; a gap on a day without any."""
    clean: bool | tuple[Cleaning, ...] = True
    """What is left out of what is learnt: all that is found, nothing (false), or a list of kinds: outages, spikes,
    odd_days, partial_days, stuck, level_shifts. What is found is listed in data_quality.csv all the same."""
    growth_and_season: bool = True
    """Let months ahead differ from today's level by growth and season of the year, where past forecasts earned it."""
    drivers: dict[str, DriverSettings] = Field(default_factory=dict)
    """Drivers by their name in the file of input.drivers."""
