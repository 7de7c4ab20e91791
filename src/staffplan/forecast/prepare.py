"""A queue's rows made ready to learn from: hours given or learnt, gaps, and what was found on the way."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from staffplan.errors import Note
from staffplan.forecast import notes as say
from staffplan.forecast.history import quality
from staffplan.forecast.history.cleaning import missing_stretches, without
from staffplan.forecast.history.hours_changes import Timetable, learn_timetable
from staffplan.forecast.history.series import DayGrid, QueueSeries, gap_days, outside_hours, queue_series, raw_series
from staffplan.forecast.task import Task, local_date
from staffplan.site import Queue


def prepare(
    rows: pd.DataFrame, queue: Queue, task: Task, writer: say.Writer
) -> tuple[QueueSeries, Timetable, list[Note], list[quality.Entry]]:
    """The queue's matrices, its hours (given or learnt), and what had to be decided on the way."""
    first = local_date(rows["interval_start"].min(), task.calendar)
    raw = raw_series(rows, DayGrid(first, (task.last_day - first).days + 1, task.calendar), task.last_instant)
    notes: list[Note] = []
    entries: list[quality.Entry] = []
    timetable = Timetable.unchanged(first, queue.arrival_hours)
    if timetable is None:
        timetable, unseen = learn_timetable(raw)
        notes += say.about_hours(writer, timetable, unseen)
        entries += quality.about_hours(timetable, unseen, raw.grid)
    rule, gaps = task.settings.missing_rows, gap_days(raw, timetable)
    filled = queue_series(raw, timetable, rule)
    if queue.arrival_hours is None:
        filled = replace(filled, outside=outside_hours(raw, filled.open))
    missing = missing_stretches(filled, task.settings.clean) if rule == "auto" else ()
    series = without(filled, missing)
    stamped = quality.about_stamps(rows, raw.grid)
    notes += say.about_stamps(writer, stamped)
    entries += stamped + quality.about_rows(raw, series, gaps, rule) + quality.about_findings(missing, raw.grid)
    notes += say.about_censoring(writer, rows) + say.about_rows(writer, raw, series, gaps, rule)
    return series, timetable, notes, entries
