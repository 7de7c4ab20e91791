"""The forecast step: from what arrived to what will arrive, queue by queue."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pandas as pd

from staffplan.clock import SiteCalendar, midnight
from staffplan.errors import DataError, Note, Problem, UsageError, nearest
from staffplan.forecast.bands.totals import forecast_totals
from staffplan.forecast.borrowed import Loan, finish, lend, lenders, takes_contacts, with_loans
from staffplan.forecast.channels import about_channel
from staffplan.forecast.days.drivers import check_drivers
from staffplan.forecast.endings import find_endings
from staffplan.forecast.explanation import Explanation, with_edits
from staffplan.forecast.history.joined import join_histories, join_problems, older_names
from staffplan.forecast.history.series import interval_problems
from staffplan.forecast.notes import Writer, about_all
from staffplan.forecast.overrides import apply_overrides, edits_of
from staffplan.forecast.plain import Plain, forecast_plainly, thin_queues
from staffplan.forecast.queue import QueueForecast, explain_queue, forecast_queue
from staffplan.forecast.task import Task, local_date
from staffplan.process.workers import AS_MANY_AS_PAY, Workers, do_all
from staffplan.progress import OnProgress, Progress, silent
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.forecast import (
    AhtBacktest,
    Backtest,
    DataQuality,
    Drivers,
    ForecastTotals,
    OverrideLog,
    Overrides,
    VolumeForecast,
)
from staffplan.tables.history import ContactHistory


@dataclass(frozen=True)
class ForecastResult:
    """The forecast, how its methods did in the past, what to know about it, and a few figures by queue."""

    forecast: VolumeForecast
    backtest: Backtest
    notes: tuple[Note, ...]
    facts: dict[str, float | str]
    """Keyed "queue.figure": method, origins, wape, day_error_80, dispersion, aht_seconds, contacts_per_week..."""
    override_log: OverrideLog = field(default_factory=OverrideLog.empty)
    """What planner's edits changed in the forecast, which holds them already."""
    quality: DataQuality = field(default_factory=DataQuality.empty)
    """What was found in the history, and what was done with it."""
    aht_backtest: AhtBacktest = field(default_factory=AhtBacktest.empty)
    """How ways to predict handling times did; without rows of queues whose handling times are not known."""
    totals: ForecastTotals = field(default_factory=ForecastTotals.empty)
    """Days, weeks and the horizon, by queue and together, planner's edits included."""


def forecast(
    history: ContactHistory,
    settings: ForecastSettings,
    *,
    site: Site,
    first_day: date,
    days: int,
    seed: int = 1,
    drivers: Drivers | None = None,
    overrides: Overrides | None = None,
    workers: Workers = AS_MANY_AS_PAY,
    on_progress: OnProgress = silent,
) -> ForecastResult:
    """Contacts and handling time of every open interval of `days` local days from `first_day` on.

    `drivers` are numbers of days that may explain the contacts; `overrides` are planner's edits, applied last.
    `workers` do the queues; who does them changes nothing in the result.

    History from `first_day` on is left out. Only the bands of totals draw random numbers, from `seed`. Raises
    DataError when the history is empty or its intervals do not fit the plan's.
    """
    ground = _Ground.of(history, settings, site, first_day, days, drivers)
    task, notes = ground.task, list(ground.notes)
    results = _all_queues(ground, site, workers, on_progress)
    plain = _thin_queues(ground, site)
    everything: list[QueueForecast | Plain] = [*results, plain]
    notes += about_all(bool(site.calendar.special_days))
    notes += [note for name in ground.studied for note in about_channel(Writer(name), _queue(site, name))]
    made = ForecastResult(
        _together(results, plain),
        Backtest.of(
            pd.DataFrame([row for result in everything for row in result.backtest], columns=_backtest_columns())
        ),
        tuple(notes + [note for result in everything for note in result.notes]),
        {key: value for result in everything for key, value in result.facts.items()},
        quality=_quality(results),
        aht_backtest=_aht_backtest(results),
    )
    edited = made if overrides is None else _with_edits(made, overrides, task)
    totals = forecast_totals(
        edited.forecast,
        [result.bands for result in results],
        timezone=site.calendar.timezone,
        first_day=first_day,
        days=days,
        seed=seed,
        plain=plain.names,
    )
    return replace(edited, totals=totals)


def _together(results: Sequence[QueueForecast], plain: Plain) -> VolumeForecast:
    frames = [result.forecast for result in results] + ([plain.forecast] if plain.names else [])
    return VolumeForecast.of(pd.concat(frames, ignore_index=True))


def _thin_queues(ground: _Ground, site: Site) -> Plain:
    """The forecast of the queues that are not studied."""
    rows = ground.rows[ground.rows["queue"].isin(list(ground.thin))].reset_index(drop=True)
    return forecast_plainly(rows, [_queue(site, name) for name in sorted(ground.thin)], ground.task, ground.place)


def explain(
    history: ContactHistory,
    settings: ForecastSettings,
    *,
    site: Site,
    first_day: date,
    days: int,
    queue: str,
    day: date,
    drivers: Drivers | None = None,
    overrides: Overrides | None = None,
    workers: Workers = AS_MANY_AS_PAY,
) -> Explanation:
    """Where the forecast of one queue on one day comes from; planner's edits are its last lines.

    Raises UsageError when the queue is not in the history, or not open on a day that is planned.
    """
    ground = _Ground.of(history, settings, site, first_day, days, drivers)
    if queue in ground.not_forecast:
        hint = f"queues with a forecast: {', '.join(ground.names)}"
        raise UsageError(Problem("--explain", f"{queue} has no forecast: {ground.not_forecast[queue]}", hint))
    if queue not in ground.names:
        raise UsageError(Problem("--explain", f"there is no queue {queue!r}", nearest(queue, ground.names)))
    if queue in ground.thin:
        hint = "give a history of fewer queues to have it studied: input.ignore_queues leaves others out"
        raise UsageError(Problem("--explain", f"{queue} has few rows, and is forecast by their mean alone", hint))
    asked = _queue(site, queue)
    found = explain_queue(ground.rows_of(queue), asked, ground.task, day)
    if found is None or day < first_day or not takes_contacts(asked, day):
        last = first_day + timedelta(days=days - 1)
        hint = f"choose a day on which it is open, from {first_day} to {last}"
        raise UsageError(Problem("--explain", f"{queue} has no forecast on {day}", hint))
    return found if overrides is None else _edited(found, ground, overrides, site, workers)


def _edited(found: Explanation, ground: _Ground, overrides: Overrides, site: Site, workers: Workers) -> Explanation:
    """The explanation with planner's edits; a total for all queues together needs the forecast of all."""
    edits = list(edits_of(overrides))
    if not any(edit.queue in ("", found.queue) for edit in edits):
        return found
    together = any(not edit.queue and edit.kind == "offered_total" for edit in edits)
    wanted = ground if together else ground.only(found.queue)
    made = _together(_all_queues(wanted, site, workers, silent), _thin_queues(wanted, site))
    task = ground.task
    _, log, _ = apply_overrides(made, overrides, task.calendar, first_day=task.first_day, days=task.days)
    return with_edits(found, overrides, log, task.calendar)


@dataclass(frozen=True)
class _Ground:
    """What every queue is forecast from: rows with what is borrowed in them, and what is asked of all alike."""

    rows: pd.DataFrame
    task: Task
    loans: Mapping[str, Loan]
    notes: tuple[Note, ...]
    not_forecast: Mapping[str, str]
    """Queues of the history that have no forecast of their own, each with the reason."""
    thin: frozenset[str]
    """Queues that are not studied."""
    place: str

    @classmethod
    def of(
        cls,
        history: ContactHistory,
        settings: ForecastSettings,
        site: Site,
        first_day: date,
        days: int,
        drivers: Drivers | None,
    ) -> _Ground:
        check_drivers(drivers, settings.drivers)
        usable, notes = _usable_rows(history, site.calendar, first_day)
        notes += _not_begun(history, usable, site.calendar, first_day)
        if problems := join_problems(usable, site):
            raise DataError(problems)
        rows, joined = join_histories(usable, site)
        last = rows["interval_start"].max()
        task = Task(settings, site.calendar, last, first_day, days, drivers, lenders(rows))
        loans, endings = lend(rows, site, task), find_endings(rows, site, first_day)
        rows = with_loans(rows[~rows["queue"].isin(list(endings.reasons))], loans)
        if rows.empty:
            hint = "look at input.until and at ended in the settings of the queues"
            raise DataError(Problem(history.source or "history", "every queue has ended: nothing is forecast", hint))
        reasons = {**endings.reasons, **_taken_over(site)}
        bound = {name for name, queue in site.queues.items() if queue.opens is not None or queue.ended is not None}
        thin = thin_queues(rows, {*loans, *bound})
        place = history.source or "history"
        return cls(rows, task, loans, (*notes, *joined, *endings.notes), reasons, thin, place)

    @property
    def names(self) -> list[str]:
        return sorted(self.rows["queue"].unique())

    @property
    def studied(self) -> list[str]:
        return [name for name in self.names if name not in self.thin]

    def rows_of(self, queue: str) -> pd.DataFrame:
        return self.rows[self.rows["queue"] == queue].reset_index(drop=True)

    def only(self, queue: str) -> _Ground:
        return replace(self, rows=self.rows_of(queue), thin=frozenset())


def _taken_over(site: Site) -> dict[str, str]:
    """Queues whose history others have now."""
    return {
        older: f"it is now part of {' and '.join(names)} (queues.{names[0]}.was)"
        for older, names in older_names(site).items()
    }


def _queue(site: Site, name: str) -> Queue:
    return site.queues.get(name, Queue(name, planning_group=name))


def _with_edits(made: ForecastResult, overrides: Overrides, task: Task) -> ForecastResult:
    """The forecast with planner's edits in it; the backtest stays that of the methods."""
    edited, log, notes = apply_overrides(
        made.forecast, overrides, task.calendar, first_day=task.first_day, days=task.days
    )
    per_week = edited.frame.groupby("queue")["offered"].sum() * 7 / task.days
    facts = {**made.facts, **{f"{queue}.contacts_per_week": float(contacts) for queue, contacts in per_week.items()}}
    return replace(made, forecast=edited, override_log=log, notes=(*notes, *made.notes), facts=facts)


def _backtest_columns() -> list[str]:
    return [column.name for column in Backtest.columns]


def _aht_backtest(results: Sequence[QueueForecast]) -> AhtBacktest:
    rows = [row for result in results for row in result.aht_backtest]
    return AhtBacktest.of(pd.DataFrame(rows, columns=[column.name for column in AhtBacktest.columns]))


def _quality(results: Sequence[QueueForecast]) -> DataQuality:
    rows = [row for result in results for row in result.quality]
    return DataQuality.of(pd.DataFrame(rows)) if rows else DataQuality.empty()


def _all_queues(ground: _Ground, site: Site, workers: Workers, on_progress: OnProgress) -> list[QueueForecast]:
    """Each studied queue's forecast from its own rows, in the order of their names."""
    done = itertools.count(1)
    queues = [_queue(site, name) for name in ground.studied]
    rows = ground.rows[~ground.rows["queue"].isin(list(ground.thin))] if ground.thin else ground.rows
    by_queue = zip(rows.groupby("queue"), queues, strict=True)
    on_progress(Progress("forecast", 0, len(queues)))
    results = do_all(
        forecast_queue,
        ((own.reset_index(drop=True), queue, ground.task) for (_, own), queue in by_queue),
        workers,
        processes=workers.processes(len(queues), len(rows)),
        on_done=lambda number: on_progress(Progress("forecast", next(done), len(queues), queues[number].name)),
    )
    made_of = zip(results, queues, strict=True)
    return [finish(result, queue, ground.loans.get(queue.name), site.calendar) for result, queue in made_of]


def _usable_rows(history: ContactHistory, calendar: SiteCalendar, first_day: date) -> tuple[pd.DataFrame, list[Note]]:
    """Rows before the first day that is planned; raises DataError when there is nothing to learn from."""
    place = history.source or "history"
    if not len(history):
        raise DataError(Problem(place, "the history has no rows", "give at least a few days of contacts"))
    problems = interval_problems(history, calendar.interval_minutes)
    if problems:
        raise DataError(problems)
    starts = history.frame["interval_start"]
    before = starts < midnight(first_day, calendar.timezone)
    if not before.any():
        begins = starts.min().tz_convert(calendar.timezone).date()
        hint = f"the history begins on {begins}; plan a later start"
        raise DataError(Problem(place, f"no row lies before {first_day}, the first day planned", hint))
    if before.all():
        return history.frame, list(history.notes)
    message = f"{int((~before).sum())} rows from {first_day} on (the first day planned) are not used"
    return history.frame[before], [*history.notes, Note("forecast", "left out", place, message)]


def _not_begun(history: ContactHistory, rows: pd.DataFrame, calendar: SiteCalendar, first_day: date) -> list[Note]:
    """Queues of the history that have no row to learn from before the first day planned."""
    begins = history.frame.groupby("queue")["interval_start"].min()
    return [
        Note(
            "forecast",
            "left out",
            name,
            f"not forecast: its first row is on {local_date(begins[name], calendar)}, none "
            f"lies before {first_day}, the first day planned; plan a later start, or let it "
            f"borrow a history: queues.{name}.like",
        )
        for name in sorted(set(begins.index) - set(rows["queue"]))
    ]
