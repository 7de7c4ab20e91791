"""Published plans against what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, number, text

LADDER = ("naive", "six-week average", "statistical", "override", "final")
"""Steps of a forecast: the same interval of the last known week; the mean of the last six; the statistical forecast
as first published; the same with the overrides; what was published last before the interval."""
GAINS = ("better", "worse", "no difference", "")


@dataclass(frozen=True)
class TrackScores(Table):
    """How well the published forecasts did, by how long before they stood.

    `weeks_before` 0 is the last entry made before the interval, h the last one made at least h weeks before it.
    Queue "*" pools all queues. `wape` and `bias` are shares of what came; `wape_day` compares day totals. `floor` is
    the WAPE of a perfect forecast: chance (Poisson) alone; `expected` the WAPE that the published bands stand for
    (negative binomial). `avoidable` is the share of the error above the floor. `coverage_80` and `coverage_95`: share
    of intervals inside the bands. `pinball`: mean loss of the four published quantiles, `wis`: weighted interval
    score of mean and bands, both in contacts. `rmsse`: root mean squared error over that of
    repeating the interval before.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("weeks_before"),
        text("queue"),
        text("by", choices=("queue", "weekday", "hour")),
        number("position"),
        text("period"),
        number("intervals"),
        number("offered_forecast"),
        number("offered"),
        number("wape", blank=True),
        number("wape_day", blank=True),
        number("bias", None, blank=True),
        number("floor", blank=True),
        number("floor_day", blank=True),
        number("expected", blank=True),
        number("avoidable", 0, 1, blank=True),
        number("coverage_80", 0, 1),
        number("coverage_95", 0, 1),
        number("pinball"),
        number("wis"),
        number("rmsse", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("weeks_before", "queue", "by", "position")
    file_name: ClassVar[str] = "track.csv"


@dataclass(frozen=True)
class ValueAdded(Table):
    """What each step of a forecast gained, in the intervals of which all steps are known.

    `gain_naive` and `gain_previous` are the WAPE of the naive forecast, and of the step before, less this one's:
    above zero is better. Within the dead zone the verdict is "no difference".
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        number("position"),
        text("step", choices=LADDER),
        number("intervals"),
        number("wape", blank=True),
        number("wape_day", blank=True),
        number("bias", None, blank=True),
        number("gain_naive", None, blank=True),
        number("gain_previous", None, blank=True),
        text("verdict", blank=True, choices=GAINS),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "position")
    file_name: ClassVar[str] = "value_added.csv"


@dataclass(frozen=True)
class TrackedDays(Table):
    """Day totals: the last forecast made before the day, and what came; days of which every interval is known.

    `spread` is the standard deviation that the published band of the day stands for, `error` (actual less forecast)
    is counted in it. `alarm` tells a day on which the forecast is shown to be off: "more came" or "fewer came" since
    `since`; `open`: nothing was published since.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        Column("day", "date"),
        number("entry"),
        number("offered_forecast"),
        number("offered"),
        number("spread"),
        number("error", None),
        text("alarm", blank=True, choices=("more came", "fewer came", "")),
        Column("since", "date", blank=True),
        text("open", blank=True, choices=("yes", "no", "")),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "day")
    file_name: ClassVar[str] = "tracked_days.csv"


@dataclass(frozen=True)
class TrackedWaits(Table):
    """Each day's service level as it was predicted, by the last entry made before the day, and as it was.

    `service_level` is answered in time / offered, from the history. `inside` compares it with the bounds predicted.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("planning_group"),
        Column("day", "date"),
        number("entry"),
        number("offered_forecast"),
        number("offered"),
        number("goal", 0, 1, blank=True),
        number("service_level_predicted", 0, 1, blank=True),
        number("service_level_low", 0, 1, blank=True),
        number("service_level_high", 0, 1, blank=True),
        number("service_level", 0, 1),
        text("inside", blank=True, choices=("yes", "no", "")),
        text("kept_predicted", choices=("yes", "no", "no contacts")),
        text("kept", blank=True, choices=("yes", "no", "")),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "day")
    file_name: ClassVar[str] = "tracked_waits.csv"


@dataclass(frozen=True)
class TrackedEdits(Table):
    """What each published override was worth, as in the scores of overrides: contacts by which its total missed."""

    columns: ClassVar[tuple[Column, ...]] = (
        number("entry"),
        number("override"),
        text("who", blank=True),
        text("why", blank=True),
        number("intervals"),
        number("offered_before"),
        number("offered_after"),
        number("offered", blank=True),
        number("error_before", blank=True),
        number("error_after", blank=True),
        number("gained", None, blank=True),
        text("verdict"),
    )
    key: ClassVar[tuple[str, ...]] = ("entry", "override")
    file_name: ClassVar[str] = "tracked_edits.csv"
