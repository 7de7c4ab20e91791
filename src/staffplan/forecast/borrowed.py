"""A queue with little or no history borrows another's: its week, its calendar, its scatter, at a level of its own.

The borrower gets a history to learn from: the lender's, brought to the borrower's level and, as far as its own
contacts speak for it, to its own shape; from its first row on it is the borrower's own, drawn to that same shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import OpeningHours, SiteCalendar, local_dates
from staffplan.errors import DataError, Note, Problem, nearest
from staffplan.forecast.history.hours_changes import Timetable, learn_timetable
from staffplan.forecast.history.ratios import drawn
from staffplan.forecast.history.series import DayGrid, Flags, Floats, QueueSeries, queue_series, raw_series
from staffplan.forecast.methods.rates import mean_rates
from staffplan.forecast.queue import QueueForecast
from staffplan.forecast.task import Task
from staffplan.site import Queue, Site

PLANNERS_GUESS_CONTACTS = 16.0
"""`expected_per_week` weighs as much as this many contacts of the queue's own: a guess is right within a quarter."""
SHORTEST_LOAN_DAYS = 27
"""From the first to the last contact of a lender that is worth naming: four weeks."""
LATEST_DAYS = 91
"""The lender's ordinary week is that of the last quarter of a year."""
LARGEST_FACTOR = 10.0
"""The borrower's shape differs from the lender's by this factor at most."""
NORMAL_QUANTILE = {("offered_p10", "offered_p90"): 1.2816, ("offered_p025", "offered_p975"): 1.96}


@dataclass(frozen=True)
class Loan:
    """What a queue learns from instead of its own rows, and how well its level is known."""

    lender: str
    rows: pd.DataFrame
    own_start: pd.Timestamp | None
    """The borrower's first row; None where it has none."""
    level_error: float
    """Relative standard deviation of the level."""
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Pair:
    """Lender and borrower on one grid; matrices (days, slots), NaN where closed or not known."""

    grid: DayGrid
    lender: QueueSeries
    open: Flags
    """When the borrower takes contacts."""
    own: QueueSeries | None

    @property
    def own_offered(self) -> Floats:
        return np.full(self.open.shape, np.nan) if self.own is None else self.own.offered


def borrowers(site: Site) -> list[Queue]:
    return [queue for _, queue in sorted(site.queues.items()) if queue.like is not None]


def lenders(rows: pd.DataFrame) -> tuple[str, ...]:
    """Queues with contacts over long enough for another to learn from."""
    by_queue = rows[rows["offered"] > 0].groupby("queue")["interval_start"]
    long_enough = by_queue.max() - by_queue.min() >= pd.Timedelta(days=SHORTEST_LOAN_DAYS)
    return tuple(sorted(map(str, long_enough.index[long_enough])))


def lend(rows: pd.DataFrame, site: Site, task: Task) -> dict[str, Loan]:
    """A loan for each queue of the site that names a lender; raises DataError where one cannot be made."""
    wanted = borrowers(site)
    if not wanted:
        return {}
    there = {str(name): own for name, own in rows.groupby("queue")}
    problems = [problem for queue in wanted for problem in _problems(queue, there)]
    if problems:
        raise DataError(problems)
    return {queue.name: _loan(queue, site, there, task) for queue in wanted}


def with_loans(rows: pd.DataFrame, loans: Mapping[str, Loan]) -> pd.DataFrame:
    """The history with borrowed rows in place of borrowers' own, by queue and time."""
    if not loans:
        return rows
    kept = rows[~rows["queue"].isin(list(loans))]
    parts = [kept, *(loan.rows for loan in loans.values())]
    return pd.concat(parts, ignore_index=True).sort_values(["queue", "interval_start"], ignore_index=True)


def finish(result: QueueForecast, queue: Queue, loan: Loan | None, calendar: SiteCalendar) -> QueueForecast:
    """The forecast of days on which the queue takes contacts; from a borrowed history, with wider bounds."""
    if queue.opens is not None or isinstance(queue.ended, date):
        result = _while_open(result, queue, calendar)
    if loan is None:
        return result
    method = f"like:{loan.lender}"
    frame = _widened(result.forecast, loan.level_error).assign(method=method)
    facts = {**result.facts, f"{queue.name}.method": method}
    own = [row for row in result.quality if _is_own(row, loan)]
    bands = result.bands.with_level_error(loan.level_error)
    notes = [*loan.notes, *result.notes]
    return replace(result, forecast=frame, notes=notes, facts=facts, quality=own, bands=bands)


def _is_own(row: Mapping[str, object], loan: Loan) -> bool:
    """Whether a row of the quality table is about the borrower's own contacts, not about the lender's."""
    start = row["interval_start"]
    return loan.own_start is not None and isinstance(start, pd.Timestamp) and start >= loan.own_start


def _problems(queue: Queue, there: Mapping[str, pd.DataFrame]) -> Iterable[Problem]:
    lender = str(queue.like)
    if lender not in there:
        hint = nearest(lender, sorted(set(there) - {queue.name}))
        yield Problem(f"queues.{queue.name}.like", f"the history has no rows of {lender!r}", hint)
    elif not there[lender]["offered"].sum():
        yield Problem(
            f"queues.{queue.name}.like",
            f"{lender!r} has no contacts, so its pattern cannot be borrowed",
            "name another",
        )
    own = there.get(queue.name)
    if queue.expected_per_week is None and (own is None or not own["offered"].sum()):
        message = "the setting is missing: the queue has no own contacts that show its level"
        hint = "give the contacts of an ordinary week, for example expected_per_week = 1200"
        yield Problem(f"queues.{queue.name}.expected_per_week", message, hint)


def _loan(queue: Queue, site: Site, there: Mapping[str, pd.DataFrame], task: Task) -> Loan:
    lender = str(queue.like)
    pair = _pair(queue, site.queues.get(lender, Queue(lender)), there, task)
    ordinary = _ordinary_week(pair)
    level, weight, contacts = _level(pair, ordinary, queue.expected_per_week)
    promised = level * np.where(pair.lender.open, pair.lender.offered, ordinary[pair.grid.weekday])
    shape = _shape(pair, promised)
    offered = np.where(pair.open, _training(pair, promised, shape), np.nan)
    error = float(1 / np.sqrt(weight))
    own_start = there[queue.name]["interval_start"].min() if queue.name in there else None
    note = _note(queue, contacts, shape.own_share, error)
    return Loan(lender, _rows(pair, offered, queue), own_start, error, (note,))


def _pair(queue: Queue, lender: Queue, there: Mapping[str, pd.DataFrame], task: Task) -> _Pair:
    own, lent = there.get(queue.name), there[lender.name]
    starts = [rows["interval_start"].min() for rows in (own, lent) if rows is not None]
    first = min(starts).tz_convert(task.calendar.timezone).date()
    grid = DayGrid(first, (task.last_day - first).days + 1, task.calendar)
    raw, rule = raw_series(lent, grid, task.last_instant), task.settings.missing_rows
    hours: OpeningHours | Timetable = lender.arrival_hours or learn_timetable(raw)[0]
    own_hours = queue.arrival_hours or hours
    own_series = None if own is None else queue_series(raw_series(own, grid, task.last_instant), own_hours, rule)
    return _Pair(grid, queue_series(raw, hours, rule), grid.open_matrix(own_hours), own_series)


def _ordinary_week(pair: _Pair) -> Floats:
    """(7, slots): the lender's contacts by time of the week, lately; hours only the borrower has are filled in."""
    days = pair.grid.days
    latest = slice(max(0, days - LATEST_DAYS), days)
    if not np.isfinite(pair.lender.offered[latest]).any():
        latest = slice(0, days)
    return mean_rates(pair.lender.offered[latest], pair.grid.weekday[latest])


def _level(pair: _Pair, ordinary: Floats, expected_per_week: float | None) -> tuple[float, float, float]:
    """The borrower's level as a multiple of the lender's, what it weighs in contacts, and the borrower's contacts.

    The planner's guess is a gamma prior; contacts that came are Poisson counts, compared with what the lender had
    in the same intervals, or has in an ordinary week where it had none then.
    """
    own = pair.own_offered
    weekday = pair.grid.weekday
    both = np.isfinite(own) & np.isfinite(pair.lender.offered)
    lent = pair.lender.offered
    if not lent[both].sum():
        both, lent = np.isfinite(own), ordinary[weekday]
    came, had = float(own[both].sum()), float(lent[both].sum())
    if expected_per_week is None:
        return came / had, came, came
    week = float(sum(ordinary[day][pair.open[weekday == day][-4:].any(axis=0)].sum() for day in range(7)))
    guess = expected_per_week / max(week, 1e-9)
    level = (came + PLANNERS_GUESS_CONTACTS) / (had + PLANNERS_GUESS_CONTACTS / guess)
    return level, came + PLANNERS_GUESS_CONTACTS, came


@dataclass(frozen=True)
class _Shape:
    """The borrower's week against the lender's at the borrower's level, all (7, slots)."""

    factors: Floats
    """Drawn from the borrower's own ratios to 1, the more the less they differ beyond chance."""
    own_ratio: Floats
    """The borrower's own ratios as they came; NaN where it has no contacts."""
    own_share: float
    """How far the times of day follow the borrower's own contacts."""


def _shape(pair: _Pair, promised: Floats) -> _Shape:
    """By weekday, then by time of day, then what is left in each cell of the week."""
    own = pair.own_offered
    both = np.isfinite(own) & np.isfinite(promised)
    came, lent = np.zeros((7, own.shape[1])), np.zeros((7, own.shape[1]))
    np.add.at(came, pair.grid.weekday, np.where(both, own, 0.0))
    np.add.at(lent, pair.grid.weekday, np.where(both, promised, 0.0))
    chance = _chance(own[both], promised[both])
    by_weekday, _ = drawn(came.sum(axis=1), lent.sum(axis=1), chance)
    expected = lent * by_weekday[:, None]
    by_slot, own_share = drawn(came.sum(axis=0), expected.sum(axis=0), chance)
    rest, _ = drawn(came, expected * by_slot, chance)
    factors = np.clip(by_weekday[:, None] * by_slot * rest, 1 / LARGEST_FACTOR, LARGEST_FACTOR)
    known = (came > 0) & (lent > 0)
    return _Shape(factors, np.divide(came, lent, out=np.full(came.shape, np.nan), where=known), own_share)


def _chance(own: Floats, promised: Floats) -> float:
    """Variance over mean of the borrower's counts around what is promised; at least 1 (Poisson)."""
    counted = promised > 0
    if not counted.any():
        return 1.0
    return max(1.0, float(((own[counted] - promised[counted]) ** 2).sum() / promised[counted].sum()))


def _training(pair: _Pair, promised: Floats, shape: _Shape) -> Floats:
    """(days, slots): the lender's past in the borrower's shape; from its first row on the borrower's own contacts.

    Those keep their ups and downs; only the mean of each cell of the week is moved to the shape.
    """
    weekday = pair.grid.weekday
    borrowed = promised * shape.factors[weekday]
    own = pair.own_offered
    if not np.isfinite(own).any():
        return borrowed
    correction = shape.factors / shape.own_ratio
    moved = np.where(np.isfinite(correction)[weekday], own * np.nan_to_num(correction)[weekday], borrowed)
    known = np.isfinite(own).ravel()
    before = (np.arange(len(known)) < known.argmax()).reshape(own.shape)
    return np.where(before, borrowed, np.where(np.isfinite(own), moved, np.nan))


def _rows(pair: _Pair, offered: Floats, queue: Queue) -> pd.DataFrame:
    """History rows of the borrower; handling times are its own, else left to the settings, else the lender's."""
    grid = pair.grid
    values = grid.values(offered)
    known = np.isfinite(values)
    own = pair.own
    handled = np.full(offered.shape, np.nan)
    if own is not None and (own.handled > 0).any():
        aht, handled = own.aht_seconds, np.where(own.handled > 0, own.handled, np.nan)
    elif queue.aht_seconds is not None:
        aht = np.full(offered.shape, np.nan)
    else:
        aht = pair.lender.aht_seconds
    columns = {"offered": values, "aht_seconds": grid.values(aht), "handled": grid.values(handled)}
    frame = pd.DataFrame({name: column[known] for name, column in columns.items()})
    blank = dict.fromkeys(("abandoned", "answered_within_threshold"), np.nan)
    return frame.assign(interval_start=grid.instants[known], queue=queue.name, **blank)


def _note(queue: Queue, contacts: float, own_share: float, error: float) -> Note:
    sources = [f"{contacts:,.0f} own contacts"] if contacts else []
    if queue.expected_per_week is not None:
        sources.append(f"expected_per_week = {queue.expected_per_week:g}")
    message = (
        f"borrows weekly pattern, special days and variability from {queue.like} (times "
        f"of day: {100 * own_share:.0f} % from its own contacts); its level is based on "
        f"{' and '.join(sources)}, with an uncertainty of {100 * error:.0f} %, included "
        "in the bounds; the backtest uses the borrowed history"
    )
    return Note("forecast", "assumption", queue.name, message)


def _widened(frame: pd.DataFrame, level_error: float) -> pd.DataFrame:
    """The bounds with the level's own uncertainty added to their distance from the mean, as variances add."""
    mean = frame["offered"].to_numpy()
    wide = frame.copy()
    for (low, high), quantile in NORMAL_QUANTILE.items():
        level = quantile * level_error * mean
        wide[low] = np.floor(np.maximum(mean - np.hypot(mean - frame[low].to_numpy(), level), 0.0))
        wide[high] = np.ceil(mean + np.hypot(frame[high].to_numpy() - mean, level))
    return wide


def takes_contacts(queue: Queue, day: date) -> bool:
    """Whether the queue has opened by that day and has not ended, as far as the settings say."""
    ended = isinstance(queue.ended, date) and day >= queue.ended
    return not ended and (queue.opens is None or day >= queue.opens)


def _while_open(result: QueueForecast, queue: Queue, calendar: SiteCalendar) -> QueueForecast:
    """Only the rows of days on which the queue takes contacts."""
    local = local_dates(pd.DatetimeIndex(result.forecast["interval_start"]), calendar.timezone)
    kept = np.array([takes_contacts(queue, day) for day in local], dtype=bool)
    return replace(result, forecast=result.forecast[kept].reset_index(drop=True))
