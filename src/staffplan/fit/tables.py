"""The tables of `fit`: single calls in, what they teach out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from staffplan.tables.schema import LONGEST_AHT_SECONDS, MOST_AGENTS, Column, Table, instant, number, text
from staffplan.tables.spread import REACH_OF_A_HISTORY

ALL_QUEUES = "*"
"""The queue of rows about all calls together."""


@dataclass(frozen=True)
class CallLog(Table):
    """Calls one by one, in the order of the file; `row` is each one's row there.

    `wait_seconds` is the time in the queue, until the answer or until the caller hung up; blank where it is not
    known. `handling_seconds` is talk + hold + after-contact work of answered calls.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("row", "count", minimum=1),
        instant("arrival"),
        text("queue"),
        number("wait_seconds", 0, LONGEST_AHT_SECONDS, blank=True),
        text("outcome"),
        number("handling_seconds", 0, LONGEST_AHT_SECONDS, required=False, blank=True),
        text("customer", required=False, blank=True),
        text("agent", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("row",)
    file_name: ClassVar[str] = "calls.csv"
    calendar: ClassVar[tuple[str, ...]] = ("arrival",)
    reach: ClassVar[pd.Timedelta] = REACH_OF_A_HISTORY
    needs_rows: ClassVar[bool] = True
    numbered: ClassVar[str | None] = "row"

    @classmethod
    def with_numbers(cls, frame: pd.DataFrame) -> pd.DataFrame:
        """The calls with their rows in the file, the first below the header being 2."""
        rows = frame["_row"] if "_row" in frame.columns else np.arange(len(frame)) + 2
        return frame if "row" in frame.columns else frame.assign(row=np.asarray(rows, dtype=float))


@dataclass(frozen=True)
class FitParameters(Table):
    """What a log teaches about a queue ("*": all together), each number with what is known of its error.

    `low` and `high` bound it with 95 % confidence. A blank value is one that this log cannot tell; `method` says why,
    or how it was found. `contacts` is the number of calls (arrivals_...: calls counted) that it rests on.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        number("position"),
        text("parameter"),
        number("value", None, blank=True),
        number("standard_error", 0.0, blank=True),
        number("low", None, blank=True),
        number("high", None, blank=True),
        number("contacts"),
        text("method"),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "position")
    file_name: ClassVar[str] = "parameters.csv"


@dataclass(frozen=True)
class PatienceCurve(Table):
    """Share of callers who would still wait after `wait_seconds`, among those who begin to wait (Kaplan-Meier).

    `at_risk` were still waiting just before, `abandoned` hung up then; `exponential_share` is the curve of the
    exponential patience that Erlang A takes.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        number("wait_seconds"),
        number("at_risk"),
        number("abandoned"),
        number("waiting_share", 0, 1),
        number("low", 0, 1, blank=True),
        number("high", 0, 1, blank=True),
        number("exponential_share", 0, 1),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "wait_seconds")
    file_name: ClassVar[str] = "parameters_patience.csv"


@dataclass(frozen=True)
class OnDuty(Table):
    """Agents on the line for all queues of a log, by interval; none where there is no row."""

    columns: ClassVar[tuple[Column, ...]] = (instant("interval_start"), number("agents", 0, MOST_AGENTS))
    key: ClassVar[tuple[str, ...]] = ("interval_start",)
    file_name: ClassVar[str] = "on_duty.csv"
    calendar: ClassVar[tuple[str, ...]] = ("interval_start",)
    reach: ClassVar[pd.Timedelta] = REACH_OF_A_HISTORY
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class PredictedWaits(Table):
    """What customers waited in each month of a log, and what each model says with the agents seen on duty.

    Shares are of all calls; `wait_seconds` is their mean until the answer or the hang-up, blank where a queue would
    grow for ever. `off_...` is the mean absolute error of an interval, weighted by calls; that of "chance alone" is
    what even a model without fault would miss, since an interval has few calls.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("period"),
        number("position"),
        text("model"),
        number("intervals"),
        number("contacts"),
        number("agents"),
        number("in_time", 0, 1, blank=True),
        number("abandoned", 0, 1, blank=True),
        number("wait_seconds", blank=True),
        number("off_in_time", blank=True),
        number("off_abandoned", blank=True),
        number("off_wait_seconds", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "position")
    file_name: ClassVar[str] = "parameters_waits.csv"
