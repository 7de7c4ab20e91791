"""Numbers of a day that may drive the contacts (new customers, letters sent), made ready for a regression on days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Note, Problem, nearest
from staffplan.forecast.days.features import Group
from staffplan.forecast.history.cleaning import clean
from staffplan.forecast.history.series import DayGrid, Flags, Floats, QueueSeries, date_ranges
from staffplan.settings.forecast import DriverSettings
from staffplan.tables.forecast import ALL_QUEUES, Drivers

LEVEL_SHARE = 0.5
"""A driver with rows on more than this share of the history's days is a level, else an event."""

SMALLEST_USUAL = 1e-6
"""The last decimal that tables keep; what is smaller is taken for zero."""
DRIVEN = "driver"
"""Label of a day that is odd because of an event that a driver knows."""
BEYOND_SHARE = 0.25
"""A value outside the history's range by this share of the range is beyond what its effect was learnt from."""


@dataclass(frozen=True)
class DriverColumn:
    """One driver, felt some days later, as a column of a regression on the logs of days: `values` (days,).

    An event's column is 0 on a day without it and 1 for one of its usual (median) size; a level's has mean 0 and
    standard deviation 1 over the history.
    """

    driver: str
    lag_days: int
    values: Floats
    is_level: bool
    step: float
    """What the column gains by one event of the usual size, or by a tenth of the usual level more."""
    usual: float

    @property
    def days_later(self) -> str:
        return f"{self.lag_days} day{'s' if self.lag_days > 1 else ''} later" if self.lag_days else "that day"


@dataclass(frozen=True)
class DriverMatrix:
    """The columns of a queue's drivers, one driver's side by side; what never changes in the history is not there."""

    days: int
    columns: tuple[DriverColumn, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def felt(self) -> Flags:
        """(days,): whether an event is felt that day."""
        events = [column.values != 0 for column in self.columns if not column.is_level]
        return np.logical_or.reduce(events) if events else np.zeros(self.days, dtype=bool)

    @property
    def groups(self) -> tuple[Group, ...]:
        """One group of effects for each driver, called "driver NAME": its column for each lag."""
        found: dict[str, list[DriverColumn]] = {}
        for column in self.columns:
            found.setdefault(f"driver {column.driver}", []).append(column)
        return tuple(_group(name, own) for name, own in found.items())


def _group(name: str, columns: Sequence[DriverColumn]) -> Group:
    lags = tuple(column.lag_days for column in columns if not column.is_level)
    return Group(name, np.column_stack([column.values for column in columns]), np.eye(len(columns)), lags)


@dataclass(frozen=True)
class _Driver:
    """One driver of one queue on consecutive days, from the longest lag before the history to the last day ahead."""

    name: str
    settings: DriverSettings
    rows: pd.Series
    """Value by day, where the file has one."""
    grid: DayGrid
    history_days: int

    @property
    def first_ahead(self) -> date:
        return self.grid.date_of(self.history_days)

    @cached_property
    def is_level(self) -> bool:
        if self.settings.kind != "auto":
            return self.settings.kind == "level"
        days = pd.date_range(self.grid.first, periods=self.history_days)
        return bool(self.rows.index.isin(days).sum() > LEVEL_SHARE * self.history_days)

    @cached_property
    def daily(self) -> pd.Series:
        """Every day's value: an event is 0 and a level as it was where no row says otherwise."""
        reach = timedelta(days=max(self.settings.lags))
        days = pd.date_range(self.grid.first - reach, periods=self.grid.days + reach.days)
        if not self.is_level:
            return self.rows.reindex(days).fillna(0.0)
        return self.rows.reindex(self.rows.index.union(days)).ffill().bfill().reindex(days)

    @cached_property
    def usual(self) -> float:
        """The median of what the history has, days without it left out."""
        past = self._past(self.daily)
        return max(float(past[past != 0].abs().median()), SMALLEST_USUAL) if (past != 0).any() else 1.0

    def _curve(self, share: pd.Series) -> pd.Series:
        """Of values over the usual one: logarithms unless some are negative; 0 stays 0 where there are zeros."""
        if not self.settings.logarithm or self.rows.min() < 0:
            return share
        has_zeros = not self.is_level or self.rows.min() < SMALLEST_USUAL
        return pd.Series(np.log1p(share) / np.log(2) if has_zeros else np.log(share), index=share.index)

    @cached_property
    def spread(self) -> float:
        """By which a level's curve is divided; the scale comes from the history alone."""
        spread = float(self._past(self._curve(self.daily / self.usual)).std(ddof=0)) if self.is_level else 1.0
        return spread if spread > 0 else 1.0

    def _past(self, values: pd.Series) -> pd.Series:
        return values[values.index < pd.Timestamp(self.first_ahead)]

    def columns(self) -> Iterator[DriverColumn]:
        """Each lag's column that changes in the history; all lags of an event that has been felt at all, because what
        some have taught is known of their neighbours too."""
        curve, reach = self._curve(self.daily / self.usual), max(self.settings.lags)
        scaled = ((curve - self._past(curve).mean() if self.is_level else curve) / self.spread).to_numpy(dtype=float)
        less, more = self._curve(pd.Series([1.0, 1.1] if self.is_level else [0.0, 1.0])) / self.spread
        spans = {lag: slice(reach - lag, reach - lag + self.grid.days) for lag in self.settings.lags}
        found = [
            DriverColumn(self.name, lag, scaled[span], self.is_level, more - less, self.usual)
            for lag, span in spans.items()
        ]
        changes = [bool(np.ptp(column.values[: self.history_days]) > 0) for column in found]
        whole = any(changes) and not self.is_level
        yield from (column for column, own in zip(found, changes, strict=True) if own or whole)

    def why_unused(self) -> str:
        """What keeps it from being used at all; "" when nothing does."""
        if not list(self.columns()):
            return "it never changes in the history, so its effect cannot be estimated; not used"
        if (
            self.is_level
            and self.history_days < self.grid.days
            and self.rows.index[-1] < pd.Timestamp(self.first_ahead)
        ):
            return f"no day from {self.first_ahead} on has a row; not used: add its values for the days ahead"
        return ""

    def in_words(self) -> str:
        """What days without rows were taken for."""
        last, end = self.rows.index[-1].date(), self.grid.date_of(self.grid.days - 1)
        if not self.is_level:
            past = int((self._past(self.daily) != 0).sum())
            days = self._ahead(self.daily != 0)
            ahead = date_ranges(days) if days else "none"
            return f"an event, zero on days without a row: {past} days in the history, {ahead} in the forecast"
        words = "a level; days without a row keep the last value"
        if self.rows.index[0].date() > self.grid.first:
            words += f"; before its first day, {self.rows.index[0].date()}, the value of that day"
        return words + (f"; after its last day, {last}, the value of that day" if last < end else "")

    def beyond(self) -> list[date]:
        """Days ahead on which it is well outside what the history saw."""
        past = self._past(self.daily)
        tolerance = BEYOND_SHARE * (past.max() - past.min())
        return self._ahead((self.daily > past.max() + tolerance) | (self.daily < past.min() - tolerance))

    def _ahead(self, flags: pd.Series) -> list[date]:
        return [day.date() for day in flags.index[flags.to_numpy()] if day.date() >= self.first_ahead]


def driver_columns(
    drivers: Drivers, grid: DayGrid, queue: str, settings: Mapping[str, DriverSettings], *, history_days: int
) -> DriverMatrix:
    """The drivers of one queue on the days of `grid`, of which the first `history_days` are history.

    Logarithms make the effect of a driver on the logs of days a power: it does not run away beyond what was seen.
    Not used, and said: what never changes in the history, and a level of which no day ahead is known.
    """
    columns: list[DriverColumn] = []
    notes: list[Note] = []
    for name, rows in _rows_of(drivers, queue):
        driver = _Driver(name, settings.get(name, DriverSettings()), rows, grid, history_days)
        if why_unused := driver.why_unused():
            notes.append(_note("left out", queue, name, why_unused))
            continue
        columns += driver.columns()
        notes.append(_note("assumption", queue, name, driver.in_words()))
        if beyond := driver.beyond():
            days = date_ranges(beyond)
            message = f"on {days} far outside the values in the history; its effect there is uncertain"
            notes.append(_note("warning", queue, name, message))
    return DriverMatrix(grid.days, tuple(columns), tuple(notes))


def about_effects(
    matrix: DriverMatrix, effects: Mapping[str, Floats], seen: Mapping[str, Floats], open_ahead: Flags, queue: str
) -> Iterator[Note]:
    """Notes on what was learnt of each driver, and on what was not but is felt on an open day ahead.

    `effects`, logs by group, and the days that each was `seen` on are (columns,); a group without any is left out.
    `open_ahead`: (days ahead,).
    """
    for name in dict.fromkeys(column.driver for column in matrix.columns):
        own = [column for column in matrix.columns if column.driver == name]
        if f"driver {name}" not in effects:
            yield _note("left out", queue, name, "too few contacts to estimate its effect")
            continue
        days = seen[f"driver {name}"]
        learnt = zip(own, effects[f"driver {name}"].tolist(), strict=True)
        changes = [f"{100 * np.expm1(effect * column.step):+.1f} % {column.days_later}" for column, effect in learnt]
        told = [
            change if count else f"not known {column.days_later}"
            for column, change, count in zip(own, changes, days, strict=True)
        ]
        usual = f"{own[0].usual:,.6g}"
        step = f"10 % more than the usual {usual}" if own[0].is_level else f"one of the usual size, {usual},"
        yield _note("assumption", queue, name, f"{step} means {', '.join(told)}")
        guessed = [
            change
            for column, change, count in zip(own, changes, days, strict=True)
            if not count and (column.values[len(column.values) - len(open_ahead) :] != 0)[open_ahead].any()
        ]
        if guessed:
            message = f"assumed, as no open day of the history shows it: {', '.join(guessed)}, between its neighbours"
            yield _note("warning", queue, name, message)


def _note(kind: str, queue: str, driver: str, message: str) -> Note:
    return Note("forecast", kind, queue, f"driver {driver}: {message}")


def with_driven_days(series: QueueSeries, felt: Flags, remove: bool | Collection[str]) -> QueueSeries:
    """The series with its odd days on which an event is felt marked as such.

    Without that mark, cleaning would take them away, and the effect of a strong event could never be learnt. Days
    that an event leaves within the usual stay ordinary. `felt`: (days,).
    """
    odd = [found.day for found in clean(series, remove=remove).findings if found.kind == "odd day"]
    label = series.label.copy()
    label[[day for day in odd if felt[day] and not label[day]]] = DRIVEN
    return replace(series, label=label)


def _rows_of(drivers: Drivers, queue: str) -> Iterator[tuple[str, pd.Series]]:
    """Each driver of a queue and its values by day; the queue's own row of a day comes before one for all queues."""
    frame = drivers.frame
    general = frame["queue"].isin(["", ALL_QUEUES])
    rows = frame[general | (frame["queue"] == queue)].assign(general=general)
    for name, own in rows.sort_values(["driver", "day", "general"]).groupby("driver", sort=True):
        yield str(name), own.drop_duplicates("day").set_index("day")["value"]


def check_drivers(drivers: Drivers | None, settings: Iterable[str]) -> None:
    """Raise DataError for settings of drivers that the table does not have."""
    known = [] if drivers is None else sorted(set(drivers.frame["driver"]))
    problems = []
    for name in sorted({*settings} - {*known}):
        message = (
            f"{drivers.source} has no driver {name!r}"
            if drivers is not None
            else f"no drivers file has driver {name!r}"
        )
        hint = nearest(name, known) or "name a file: input.drivers, or --drivers"
        problems.append(Problem(f"forecast.drivers.{name}", message, hint))
    if problems:
        raise DataError(problems)
