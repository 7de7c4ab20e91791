"""What a reader of a forecast should know, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import WEEKDAYS, OpeningHours
from staffplan.errors import Note
from staffplan.forecast.backtest import BASELINES, Trial, day_error, day_wape, error, is_sparse
from staffplan.forecast.cleaning import Finding
from staffplan.forecast.hours import in_words
from staffplan.forecast.series import AFTER_HOLIDAY, DayGrid, Flags, QueueSeries, RawSeries, date_ranges
from staffplan.forecast.special import Effects, Shift

MOST_FINDINGS = 20
"""Outages and spikes listed one by one for each queue; the rest are counted."""
DAYS_FOR_A_WEEK = 14
"""Below this many days a weekday has been seen once at most."""
CONTACTS_TO_SEE_ONE_HANG_UP = 1000.0
"""Fewer contacts may all have been answered."""
BASELINE_WORDS = {"seasonal_naive": "same interval last week", "plain_average": "average of the last six weeks"}


@dataclass(frozen=True)
class Writer:
    """Makes notes about one queue."""

    queue: str

    def assumption(self, message: str) -> Note:
        return Note("forecast", "assumption", self.queue, message)

    def warning(self, message: str) -> Note:
        return Note("forecast", "warning", self.queue, message)

    def left_out(self, message: str) -> Note:
        return Note("forecast", "left out", self.queue, message)


def about_all(special_days_known: bool) -> list[Note]:
    """What holds for every queue."""
    notes = [
        Note(
            "forecast",
            "left out",
            "",
            "the bounds hold for each interval on its own; added up they are too wide for a day or a week, "
            "and forecasts of queues are not made to agree with a forecast of their sum",
        ),
        Note("forecast", "left out", "", "no season of the year is modelled: the level is that of the recent weeks"),
    ]
    if not special_days_known:
        message = "no country and no special days are given: public holidays are forecast like any other day"
        notes.append(Note("forecast", "assumption", "", message))
    return notes


def about_hours(writer: Writer, hours: OpeningHours, unseen: Iterable[int]) -> list[Note]:
    learnt = f"opening hours are not given; learnt from the history: {in_words(hours)}"
    notes = [writer.assumption(f"{learnt} (if that is wrong, set queues.{writer.queue}.hours)")]
    names = ", ".join(WEEKDAYS[day] for day in unseen)
    if names:
        notes.append(writer.assumption(f"the history has no {names}; taken to be like the days it has"))
    return notes


def about_rows(writer: Writer, raw: RawSeries, series: QueueSeries, gaps: Flags, rule: str) -> list[Note]:
    """Contacts outside the hours, days without rows, weekdays that are open but never had a contact."""
    notes: list[Note] = []
    outside = ~series.grid.values(series.open.astype(float)).astype(bool) & (np.nan_to_num(raw.offered) > 0)
    if outside.any():
        lost, total = float(raw.offered[outside].sum()), float(np.nansum(raw.offered))
        days = len(np.unique(raw.grid.day[outside]))
        message = (
            f"{lost:,.0f} contacts ({_percent(lost / total)}) on {_count(days, 'day')} came outside the opening hours"
        )
        notes.append(writer.left_out(f"{message}; they are not forecast"))
    if rule != "zero" and gaps.any():
        listed = date_ranges(series.grid.date_of(day) for day in np.flatnonzero(gaps).tolist())
        notes.append(writer.warning(f"open days without any row, taken for missing data, not for zero: {listed}"))
    silent = [day for day in range(7) if _never_called(series, day)]
    if silent:
        names = ", ".join(WEEKDAYS[day] for day in silent)
        notes.append(writer.warning(f"open on {names}, but no contact ever came then; the forecast there is zero"))
    return notes


def about_censoring(writer: Writer, rows: pd.DataFrame) -> list[Note]:
    """Whether `offered` looks like contacts handled: nobody ever hung up, in enough contacts to have seen it."""
    same = bool((rows["handled"] == rows["offered"]).all()) and not (rows["abandoned"] > 0).any()
    if not same or rows["offered"].sum() < CONTACTS_TO_SEE_ONE_HANG_UP:
        return []
    message = "offered equals handled in every row: if these are handled contacts only, demand is understated"
    return [writer.warning(message)]


def _never_called(series: QueueSeries, weekday: int) -> bool:
    own = series.offered[series.grid.weekday == weekday]
    return bool(np.isfinite(own).any() and np.nansum(own) == 0 and np.nansum(series.offered) > 0)


def about_findings(writer: Writer, findings: tuple[Finding, ...], grid: DayGrid) -> list[Note]:
    """Each outage, spike and odd day with its date and times."""
    minutes = grid.calendar.interval_minutes
    notes = [writer.left_out(_finding_in_words(finding, grid, minutes)) for finding in findings[-MOST_FINDINGS:]]
    rest = len(findings) - len(notes)
    if rest > 0:
        notes.append(writer.left_out(f"{rest} earlier outages, spikes and odd days are left out of the learning too"))
    return notes


def _finding_in_words(finding: Finding, grid: DayGrid, minutes: int) -> str:
    day = grid.date_of(finding.day)
    numbers = f"{finding.contacts:,.0f} contacts where {finding.expected:,.0f} were usual"
    if finding.kind == "odd day":
        return f"odd day {day}: {numbers}; left out of what is learnt"
    times = f"{_clock(finding.start * minutes)}-{_clock(finding.end * minutes)}"
    return f"{finding.kind} on {day} {times}: {numbers}; left out of what is learnt"


def about_shift(writer: Writer, shift: Shift | None, grid: DayGrid) -> list[Note]:
    if shift is None:
        return []
    since = f"the level shifted on {grid.date_of(shift.day)}: since then {shift.factor:.2f} times what it was before"
    return [writer.warning(f"{since}; earlier days are scaled to it")]


def about_special_days(
    writer: Writer, labels: NDArray[np.object_], planned: Flags, effects: Effects, grid: DayGrid
) -> list[Note]:
    """Each special open day ahead: what is expected of it, and how much was seen of such days."""
    notes: list[Note] = []
    for place in np.flatnonzero((labels != "") & planned).tolist():
        label = str(labels[place])
        seen = effects.seen.get(label, 0) or effects.seen.get(label.partition(":")[0], 0)
        day = f"{grid.date_of(place)} ({label})"
        if seen:
            message = f"{day} is forecast at {_percent(effects.of(label))} of an ordinary day, from {seen} seen"
            notes.append(writer.assumption(message))
        elif label != AFTER_HOLIDAY:
            notes.append(
                writer.warning(f"{day} is forecast like an ordinary day: the history has none to learn from")
            )
    return notes


def about_choice(writer: Writer, trial: Trial, chosen: str, wanted_weeks: int, *, after_shift: bool) -> list[Note]:
    """How the chosen method did, and whether it beat the two simple forecasts."""
    if trial.actual.sum() <= 0:
        return [writer.warning("no contact came in the weeks of the backtest; the method could not be compared")]
    weeks = int(trial.weeks_ahead.max())
    beaten = {name: error(trial, chosen) < error(trial, name) - 1e-9 for name in BASELINES}
    span = f"{_count(trial.origins, 'origin')}, {_count(weeks, 'week')} ahead"
    if after_shift:
        span += " since the level shift"
    measure = "root mean squared error over mean" if is_sparse(trial) else "WAPE"
    message = (
        f"{chosen}: interval error {_percent(error(trial, chosen))} ({measure}, {span}), "
        f"{_compared(trial, beaten)}; day totals {_percent(day_wape(trial, chosen))}, "
        f"four days in five within {_percent(day_error(trial, chosen, 0.8))}"
    )
    notes = [writer.assumption(message) if all(beaten.values()) else writer.warning(message)]
    if weeks < wanted_weeks:
        short = f"tested on {_count(weeks, 'week')} ahead only, of {wanted_weeks} wanted or planned"
        notes.append(writer.warning(short))
    return notes


def _compared(trial: Trial, beaten: dict[str, bool]) -> str:
    """ "better than same interval last week (8.8 %), NOT better than average of the last six weeks (7.3 %)"."""
    parts = []
    for name, better in beaten.items():
        other = _percent(error(trial, name))
        parts.append(f"{'better' if better else 'NOT better'} than {BASELINE_WORDS[name]} ({other})")
    return ", ".join(parts)


def about_no_backtest(writer: Writer, days: int, chosen: str, dispersion_learnt: bool) -> list[Note]:
    message = f"{_count(days, 'day')} of history: too few for a backtest; {chosen} is used, compared with nothing"
    if days < DAYS_FOR_A_WEEK:
        message += "; weekday and week-to-week changes cannot be learnt"
    if not dispersion_learnt:
        message += "; the bounds are an assumption (rate off by about a third)"
    return [writer.warning(message)]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
