"""The forecast, its totals, its backtest, and planners' edits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd

from staffplan.clock import Spans, parse_spans
from staffplan.tables.history import CHANNELS
from staffplan.tables.schema import (
    CLOSED,
    MOST_CONTACTS,
    Column,
    Table,
    contacts,
    handling_time,
    instant,
    number,
    text,
)
from staffplan.tables.spread import REACH_OF_A_HISTORY

BANDS = ("offered_p10", "offered_p90", "offered_p025", "offered_p975")
LARGEST_CHANGE = 100.0
"""Largest share by which an edit may change the forecast: to a hundred times of it."""


@dataclass(frozen=True)
class VolumeForecast(Table):
    """Contacts and handling time expected in every interval in which a queue takes contacts.

    A closed interval has no row. Deferred queues (mail) take contacts around the clock unless told otherwise.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        text("channel", choices=CHANNELS),
        number("offered", 0, 100 * MOST_CONTACTS),
        handling_time(),
        *(number(band) for band in BANDS),
        text("method"),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start")
    file_name: ClassVar[str] = "forecast.csv"
    needs_rows: ClassVar[bool] = True
    without_rows: ClassVar[str] = CLOSED
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)
    work: ClassVar[bool] = True


@dataclass(frozen=True)
class GivenForecast(VolumeForecast):
    """A forecast made by hand or by another tool: what else there is may be blank.

    Without bands its volume counts as certain.
    """

    columns: ClassVar[tuple[Column, ...]] = tuple(
        column
        if column.name in ("interval_start", "queue", "offered", "aht_seconds")
        else replace(column, required=False, blank=True)
        for column in VolumeForecast.columns
    )


@dataclass(frozen=True)
class Backtest(Table):
    """How each method would have done on this queue: rolling origins, errors pooled over the horizon."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        text("method"),
        text("chosen", choices=("yes", "no")),
        number("origins"),
        number("wape", blank=True),
        number("wape_day", blank=True),
        number("bias", None, blank=True),
        number("coverage_80", 0, 1, required=False, blank=True),
        number("coverage_95", 0, 1, required=False, blank=True),
        number("coverage_day_80", 0, 1, required=False, blank=True),
        number("coverage_day_95", 0, 1, required=False, blank=True),
        number("pinball", required=False, blank=True),
        number("workload_wape", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "method")
    file_name: ClassVar[str] = "forecast_backtest.csv"


@dataclass(frozen=True)
class ForecastTotals(Table):
    """Contacts expected on each local day, in each week and in the whole horizon; a blank queue is all together.

    `offered` is the sum of the forecast's intervals. Bands are those of the sum, which are narrower than the sums of
    bands. A week is seven days counted from the first day planned, the last one may be shorter; `period_start` is its
    first day. What is closed has no row. `aht_seconds` is weighted by contacts.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("period", choices=("day", "week", "horizon")),
        Column("period_start", "date"),
        text("queue", blank=True),
        number("offered"),
        number("offered_p10"),
        number("offered_p90"),
        number("offered_p025"),
        number("offered_p975"),
        number("aht_seconds"),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "queue", "period_start")
    file_name: ClassVar[str] = "forecast_totals.csv"
    calendar: ClassVar[tuple[str, ...]] = ("period_start",)


ALL_QUEUES = "*"
"""Stands for every queue, as a blank cell does."""
VERDICTS = ("helped", "hurt", "no difference", "not known")


def _some_hours(text: str) -> Spans:
    spans = parse_spans(text)
    if not spans:
        raise ValueError(f"{text!r} names no hours; to remove all contacts write -1 as change_share")
    return spans


def _override() -> Column:
    return Column("override", "count", minimum=1)


@dataclass(frozen=True)
class Overrides(Table):
    """Planner's edits of a forecast, applied in the order of their numbers, which is the file's where it has none.

    An edit holds on the local days from `first_day` to `last_day`, both included (blank: that one day), in the
    intervals that start within `hours` ("08:00-12:00", as in the settings; blank: the whole day). It is one of:
    `change_share` (0.1 or "10 %" is a tenth more), `offered` (contacts in each interval of each of the queues),
    `offered_total` (contacts in the whole range, all its queues together; the forecast gives the shape); or, of the
    handling time, `aht_change_share` ("10 %" is a tenth longer) or `aht_seconds` (in each interval).
    """

    columns: ClassVar[tuple[Column, ...]] = (
        _override(),
        Column("first_day", "date"),
        Column("last_day", "date", required=False, blank=True),
        Column("hours", "text", required=False, blank=True, reader=_some_hours),
        text("queue", required=False, blank=True),
        number("change_share", -1.0, LARGEST_CHANGE, required=False, blank=True),
        contacts("offered", optional=True),
        number("offered_total", 0, 1000 * MOST_CONTACTS, required=False, blank=True),
        number("aht_change_share", -1.0, LARGEST_CHANGE, required=False, blank=True),
        handling_time(optional=True),
        text("who"),
        text("why"),
    )
    key: ClassVar[tuple[str, ...]] = ("override",)
    file_name: ClassVar[str] = "overrides.csv"
    numbered: ClassVar[str | None] = "override"
    ordered: ClassVar[tuple[str, str] | None] = ("first_day", "last_day")
    one_of: ClassVar[tuple[str, ...]] = (
        "change_share",
        "offered",
        "offered_total",
        "aht_change_share",
        "aht_seconds",
    )


@dataclass(frozen=True)
class OverrideLog(Table):
    """What each edit changed, interval by interval: the forecast as it was without it stays known.

    Where edits overlap, `offered_before` of the later one is `offered_after` of the earlier one. The handling times
    are blank where the edit is one of contacts.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        _override(),
        number("offered_before"),
        number("offered_after"),
        number("aht_seconds_before", required=False, blank=True),
        number("aht_seconds_after", required=False, blank=True),
        text("who"),
        text("why"),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start", "override")
    file_name: ClassVar[str] = "forecast_overrides.csv"
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)


@dataclass(frozen=True)
class Drivers(Table):
    """Numbers of a day, known beforehand, that may drive the contacts: new customers, letters sent.

    Days ahead have rows too. A blank queue (or "*") means all queues; a queue's own row of a day comes first.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("driver"),
        number("value", -1e12, 1e12),
        text("queue", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("driver", "queue", "day")
    file_name: ClassVar[str] = "drivers.csv"


@dataclass(frozen=True)
class Scores(Table):
    """How a forecast compares with what came, in the intervals that both know.

    Queue "*" pools all queues: errors of one never cancel those of another. `by` and `period` say which intervals a
    row is about, `position` orders them. `offered_forecast` and `offered` are sums, shares are of what came.
    `wape_day` compares the totals of each queue and local day, `aht_wape` handling times weighted by contacts,
    `workload_wape` contacts x handling time; blank where nothing came or nothing is known.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        text("by", choices=("queue", "day", "week", "weekday", "hour")),
        number("position"),
        text("period"),
        number("intervals"),
        number("offered_forecast"),
        number("offered"),
        number("wape", blank=True),
        number("wape_day", blank=True),
        number("bias", None, blank=True),
        number("coverage_80", 0, 1, blank=True),
        number("coverage_95", 0, 1, blank=True),
        number("aht_wape", blank=True),
        number("workload_wape", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "by", "position")
    file_name: ClassVar[str] = "scores.csv"


@dataclass(frozen=True)
class OverrideScores(Table):
    """What each edit was worth: errors without it and with it, in the intervals it touched and that have come.

    `error_before` and `error_after` are the contacts by which the edit's total missed what came, queues apart;
    `gained` is the first less the second, and the verdict rests on it: an edit says how much will come in its range.
    What it did to single intervals, chance included, is in `wape_before` and `wape_after`.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        _override(),
        text("who"),
        text("why"),
        Column("first_day", "date"),
        Column("last_day", "date"),
        number("intervals"),
        number("offered_before"),
        number("offered_after"),
        number("offered", blank=True),
        number("wape_before", blank=True),
        number("wape_after", blank=True),
        number("error_before", blank=True),
        number("error_after", blank=True),
        number("gained", None, blank=True),
        text("verdict", choices=VERDICTS),
    )
    key: ClassVar[tuple[str, ...]] = ("override",)
    file_name: ClassVar[str] = "override_scores.csv"


@dataclass(frozen=True)
class IntradayGain(Table):
    """What updating within the day gained on past days, by the time up to which the day was known.

    `wape_before` and `wape_after` are errors of the intervals that were still to come that day, pooled over `days`;
    those of the next day are of the next one with contacts. `updated` tells whether the forecast is updated at
    that hour: only where that lowers the error.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        text("seen_until"),
        number("days"),
        number("wape_before", blank=True),
        number("wape_after", blank=True),
        number("next_day_wape_before", blank=True),
        number("next_day_wape_after", blank=True),
        text("updated", choices=("yes", "no")),
        text("next_day_updated", choices=("yes", "no")),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "seen_until")
    file_name: ClassVar[str] = "forecast_now_backtest.csv"


@dataclass(frozen=True)
class AhtBacktest(Table):
    """How each way to predict handling times would have done on a queue, from the origins of the backtest.

    Errors are those of the work, contacts x handling time, over the work that came: with the contacts as they came
    (of intervals, `workload_wape`; of days, `workload_wape_day`), and with the forecast of contacts
    (`workload_wape_with_forecast`). `bias` is above zero where too much work was foretold.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        text("method"),
        text("chosen", choices=("yes", "no")),
        number("origins"),
        number("workload_wape", blank=True),
        number("workload_wape_day", blank=True),
        number("workload_wape_with_forecast", blank=True),
        number("bias", None, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "method")
    file_name: ClassVar[str] = "forecast_aht_backtest.csv"


@dataclass(frozen=True)
class DataQuality(Table):
    """What was found in the history that is not simply contacts, and what was done with it.

    From `interval_start` to `interval_end` (exclusive); both are the same instant where something changes for good.
    `contacts` came there, `expected` would have been usual; blank where the numbers say nothing.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        text("kind"),
        instant(),
        instant("interval_end"),
        number("contacts", blank=True),
        number("expected", blank=True),
        text("treatment"),
        text("detail", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start", "kind", "detail", "interval_end")
    file_name: ClassVar[str] = "data_quality.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("interval_start", "interval_end")
    longest: ClassVar[pd.Timedelta] = 2 * REACH_OF_A_HISTORY
