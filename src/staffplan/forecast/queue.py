"""The forecast of one queue, from its rows to its share of the result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from staffplan.errors import Note
from staffplan.forecast import notes as say
from staffplan.forecast.accuracy import wape
from staffplan.forecast.aht.model import AhtModel, constant_aht, learn_aht
from staffplan.forecast.aht_backtest import about_aht, aht_rows, try_aht
from staffplan.forecast.backtest import day_error
from staffplan.forecast.bands.bands import Bands
from staffplan.forecast.bands.totals import QueueBands
from staffplan.forecast.days.drivers import about_effects
from staffplan.forecast.explanation import Explanation, explain_day
from staffplan.forecast.history import quality
from staffplan.forecast.history.cleaning import removed_kinds
from staffplan.forecast.history.series import QueueSeries
from staffplan.forecast.judgement import Judgement, learn_bands
from staffplan.forecast.prepare import prepare
from staffplan.forecast.study import Study, study_queue
from staffplan.forecast.task import Task
from staffplan.site import Queue

ASSUMED_AHT_SECONDS = 300.0
"""Handling time where neither the history nor the settings have one; always said in a note."""


@dataclass(frozen=True)
class QueueForecast:
    """One queue's rows of the forecast and of the backtest table, its notes and figures."""

    forecast: pd.DataFrame
    backtest: list[dict[str, object]]
    notes: list[Note]
    facts: dict[str, float | str]
    quality: list[dict[str, object]]
    """Rows of the quality table."""
    aht_backtest: list[dict[str, object]]
    bands: QueueBands


def forecast_queue(rows: pd.DataFrame, queue: Queue, task: Task) -> QueueForecast:
    """Everything about one queue; pure, so that queues can be forecast anywhere, in any order."""
    writer = say.Writer(queue.name)
    history, timetable, notes, entries = prepare(rows, queue, task, writer)
    aht, aht_notes = _handling_time(history, queue, writer)
    study = study_queue(history, timetable, task, queue.name, aht.level_seconds)
    judgement = study.judgement
    bands, learnt = learn_bands(judgement, study.series)
    frame = _rows_ahead(study, aht, bands, task.first_day)
    frame = frame.assign(queue=queue.name, channel=queue.channel, method=judgement.method)

    entries += _findings(study, task)
    notes += say.about_quality(writer, entries, task.calendar)
    notes += _notes_on_days(writer, study, task)
    aht_tested = try_aht(study.series, judgement.trial, judgement.method)
    notes += aht_notes + about_aht(writer, study.series, aht, aht_tested)
    notes += _notes_on_trust(writer, judgement, task, study.series.days, learnt, queue)
    facts = _facts(queue.name, judgement, bands, aht, frame, task.days)
    found = quality.quality_rows(queue.name, entries)
    return QueueForecast(
        frame,
        judgement.table,
        notes,
        facts,
        found,
        aht_rows(queue.name, aht, aht_tested),
        _dated(study, bands, queue),
    )


def explain_queue(rows: pd.DataFrame, queue: Queue, task: Task, day: date) -> Explanation | None:
    """The same forecast, one day of it taken apart; None where the queue is closed on that day."""
    writer = say.Writer(queue.name)
    history, timetable, _, _ = prepare(rows, queue, task, writer)
    aht, _ = _handling_time(history, queue, writer)
    return explain_day(study_queue(history, timetable, task, queue.name, aht.level_seconds), queue.name, day)


def _findings(study: Study, task: Task) -> list[quality.Entry]:
    """What was found in the ordinary days, and a level that shifted."""
    found, grid = study.learned, study.series.grid
    scaled = "level_shifts" in removed_kinds(task.settings.clean)
    return [*quality.about_findings(found.findings, grid), *quality.about_shift(found.shift, grid, scaled=scaled)]


def _notes_on_days(writer: say.Writer, study: Study, task: Task) -> list[Note]:
    """Level, special days, drivers, season: what moves days."""
    learned, grid = study.learned, study.grid
    planned = np.arange(grid.days) >= grid.days - task.days
    notes = say.about_shift(writer, learned.shift, study.series.grid)
    notes += say.about_passing(writer, learned, study.series)
    notes += say.about_special_days(writer, learned, study.ahead, planned, grid, study.labels)
    model, is_open = learned.training.model, np.any(study.ahead.open, axis=1, keepdims=True)[:, 0]
    notes += [*study.drivers.notes, *about_effects(study.drivers, model.effects, model.seen, is_open, writer.queue)]
    notes += say.about_season(writer, study.season, grid.days)
    remarks = [answer.remark for answer in study.said.values() if answer.remark and len(study.said) == 1]
    return notes + [writer.warning(remark) for remark in remarks]


def _dated(study: Study, bands: Bands, queue: Queue) -> QueueBands:
    grid, series = study.grid, study.series
    special = frozenset(grid.date_of(day) for day in np.flatnonzero(study.labels != "").tolist())
    extra = study.season.log_variance(study.days_ahead)
    return QueueBands(queue.name, bands, series.grid.first, series.grid.date_of(series.days - 1), special, extra)


def _handling_time(series: QueueSeries, queue: Queue, writer: say.Writer) -> tuple[AhtModel, list[Note]]:
    """From the history, else from the settings, else assumed."""
    learnt = learn_aht(series, queue.aht_seconds)
    if learnt is not None:
        return learnt, _about_given(queue, learnt, writer)
    slots = series.grid.slots
    if queue.aht_seconds is not None:
        message = f"the history has no handling times; {queue.aht_seconds:g} s from the settings is used"
        return constant_aht(queue.aht_seconds, slots), [writer.assumption(message)]
    message = (
        f"NO HANDLING TIME IS KNOWN: {ASSUMED_AHT_SECONDS:g} s is assumed, and every "
        "staffing figure depends on it; fill in aht_seconds in the history, or set "
        f"queues.{queue.name}.aht_seconds"
    )
    return constant_aht(ASSUMED_AHT_SECONDS, slots), [writer.warning(message)]


def _about_given(queue: Queue, learnt: AhtModel, writer: say.Writer) -> list[Note]:
    """A handling time of the settings that stands beside those of the history."""
    if queue.aht_seconds is None:
        return []
    message = (
        f"queues.{queue.name}.aht_seconds = {queue.aht_seconds:g} counts no more than a few contacts: the "
        f"history has handling times, {learnt.level_seconds:,.0f} s now; to plan with others, write aht_seconds or "
        "aht_change_share in input.overrides"
    )
    return [writer.warning(message)]


def _rows_ahead(study: Study, aht: AhtModel, bands: Bands, first_day: date) -> pd.DataFrame:
    """One row for each open interval from the first day on."""
    grid = study.grid
    values = grid.values(study.offered)
    kept = np.isfinite(values) & (grid.day >= (first_day - grid.first).days)
    expected, day = values[kept], grid.day[kept]
    extra = study.season.log_variance(study.days_ahead)
    bounds = bands.bounds(expected, day + 1, (study.labels != "")[day], extra[day])
    return pd.DataFrame(
        {
            "interval_start": grid.instants[kept],
            "offered": expected,
            "aht_seconds": grid.values(aht.seconds(grid.weekday))[kept],
            "offered_p10": bounds[0.8][0],
            "offered_p90": bounds[0.8][1],
            "offered_p025": bounds[0.95][0],
            "offered_p975": bounds[0.95][1],
        }
    )


def _notes_on_trust(
    writer: say.Writer, judgement: Judgement, task: Task, history_days: int, spread_learnt: bool, queue: Queue
) -> list[Note]:
    if judgement.trial is None:
        lenders = [] if queue.like else [name for name in task.lenders if name != queue.name]
        return say.about_no_backtest(writer, history_days, judgement.method, spread_learnt, lenders)
    lead = (task.first_day - task.last_day).days - 1
    weeks = max(task.settings.backtest_weeks, -(-(lead + task.days) // 7))
    return say.about_choice(writer, judgement, judgement.trial, weeks)


def _facts(
    queue: str, judgement: Judgement, bands: Bands, aht: AhtModel, frame: pd.DataFrame, days: int
) -> dict[str, float | str]:
    facts: dict[str, float | str] = {
        "method": judgement.method,
        "contacts_per_week": float(frame["offered"].sum()) * 7 / days,
        "aht_seconds": aht.level_seconds,
        "aht_profile": "yes" if aht.has_profile else "no",
        "dispersion": bands.dispersion,
    }
    if judgement.trial is not None:
        trial, method = judgement.trial.scored(judgement.method), judgement.method
        facts["origins"] = float(trial.origins)
        facts["wape"] = wape(trial.actual, trial.predicted[method])
        facts["day_error_80"] = day_error(trial, method, 0.8)
    known = {key: value for key, value in facts.items() if isinstance(value, str) or np.isfinite(value)}
    return {f"{queue}.{key}": value for key, value in known.items()}
