"""What a reader of a forecast should know, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import WEEKDAYS, SiteCalendar
from staffplan.errors import QUESTION, Note
from staffplan.forecast.backtest import BASELINES, Trial, day_error, day_wape, error, is_sparse
from staffplan.forecast.days.features import MONTH_DAY, NAMED_DAY, WEEKDAY, DayFeatures
from staffplan.forecast.days.regression import DayModel
from staffplan.forecast.days.season import Season
from staffplan.forecast.history.hours import in_words
from staffplan.forecast.history.hours_changes import Timetable
from staffplan.forecast.history.passing import find_passing
from staffplan.forecast.history.quality import Entry, summary
from staffplan.forecast.history.series import AFTER_HOLIDAY, DayGrid, Flags, QueueSeries, RawSeries, date_ranges
from staffplan.forecast.history.shifts import Shift
from staffplan.forecast.judgement import Judgement
from staffplan.forecast.learn import Learned
from staffplan.forecast.methods import Ahead

LONG_RANGE_DAYS = 28
"""Further ahead growth and season of the year are worth a word."""
DAYS_FOR_A_WEEK = 14
"""Below this many days a weekday has been seen once at most."""
CONTACTS_TO_SEE_ONE_HANG_UP = 1000.0
"""Fewer contacts may all have been answered."""
MORE_ENDED_THAN_CAME = 1.02
"""Contacts handled and abandoned over those offered; a few come before the history begins."""
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
    if special_days_known:
        return []
    message = "no country and no special days are given: public holidays are forecast as ordinary days"
    return [Note("forecast", "assumption", "", message)]


def about_hours(writer: Writer, timetable: Timetable, unseen: Sequence[int]) -> list[Note]:
    learnt = f"opening hours are not given; learnt from the history: {in_words(timetable.latest)}"
    notes = [writer.assumption(f"{learnt} (if that is wrong, set queues.{writer.queue}.hours)")]
    for (_, before), (day, _) in list(zip(timetable.periods, timetable.periods[1:], strict=False))[-1:]:
        more = f" ({len(timetable.periods) - 1} changes in all)" if len(timetable.periods) > 2 else ""
        notes.append(writer.warning(f"the opening hours changed on {day}{more}; before: {in_words(before)}"))
    names = ", ".join(WEEKDAYS[day] for day in unseen)
    if names:
        closed = not any(timetable.latest.weekdays[day] for day in unseen)
        taken = "closed" if closed else "like the days it has"
        notes.append(writer.assumption(f"the history has no {names}; treated as {taken}"))
    return notes


def about_rows(writer: Writer, raw: RawSeries, series: QueueSeries, gaps: Flags, rule: str) -> list[Note]:
    """Contacts outside the hours, days without rows, weekdays that are open but never had a contact. `gaps`:
    (days,)."""
    notes: list[Note] = []
    outside = ~series.grid.values(series.open.astype(float)).astype(bool) & (np.nan_to_num(raw.offered) > 0)
    if outside.any():
        lost, total = float(raw.offered[outside].sum()), float(np.nansum(raw.offered))
        days = len(np.unique(raw.grid.day[outside]))
        message = (
            f"{lost:,.0f} contacts ({_percent(lost / total)}) on {_count(days, 'day')} were outside the opening hours"
        )
        notes.append(writer.left_out(f"{message}; they are not forecast"))
    if rule != "zero" and gaps.any():
        listed = date_ranges(series.grid.date_of(day) for day in np.flatnonzero(gaps).tolist())
        notes.append(writer.warning(f"open days without any row, treated as missing, not as zero: {listed}"))
    silent = [day for day in range(7) if _never_called(series, day)]
    if silent:
        names = ", ".join(WEEKDAYS[day] for day in silent)
        notes.append(
            writer.warning(f"open on {names}, but the history has no contacts then; the forecast there is zero")
        )
    return notes


def about_stamps(writer: Writer, entries: Sequence[Entry]) -> list[Note]:
    """Rows whose stamps lie between the starts of intervals."""
    if not entries:
        return []
    contacts, first = sum(entry.contacts for entry in entries), entries[0]
    message = f"rows with {contacts:,.0f} contacts do not start where the plan's intervals start"
    return [writer.warning(f"{message} ({first.detail}): {first.treatment}; see the data quality table")]


def about_censoring(writer: Writer, rows: pd.DataFrame) -> list[Note]:
    """Whether `offered` looks like contacts handled: nobody ever hung up, in enough contacts to have seen it.

    Or whether it cannot be all that came: more were handled, or hung up.
    """
    known = rows[rows[["handled", "abandoned"]].notna().any(axis=1)]
    ended, came = float(known["handled"].sum() + known["abandoned"].sum()), float(known["offered"].sum())
    if ended > MORE_ENDED_THAN_CAME * came and ended >= CONTACTS_TO_SEE_ONE_HANG_UP:
        message = f"handled and abandoned are {ended:,.0f} contacts together, but offered is only {came:,.0f}"
        return [
            writer.warning(f"{message}: check that these columns are what their names say; demand may be understated")
        ]
    same = bool((rows["handled"] == rows["offered"]).all()) and not (rows["abandoned"] > 0).any()
    if not same or rows["offered"].sum() < CONTACTS_TO_SEE_ONE_HANG_UP:
        return []
    message = "offered equals handled in every row: if offered holds only handled contacts, demand is understated"
    return [writer.warning(message)]


def _never_called(series: QueueSeries, weekday: int) -> bool:
    own = series.offered[series.grid.weekday == weekday]
    return bool(np.isfinite(own).any() and np.nansum(own) == 0 and np.nansum(series.offered) > 0)


def about_quality(writer: Writer, entries: Sequence[Entry], calendar: SiteCalendar) -> list[Note]:
    """What the quality table lists, in one sentence."""
    message = summary(entries, calendar)
    return [writer.left_out(message)] if message else []


def about_shift(writer: Writer, shift: Shift | None, grid: DayGrid) -> list[Note]:
    if shift is None:
        return []
    since = f"the level changed on {grid.date_of(shift.day)}: since then {shift.factor:.2f} times the level before"
    goes_on = "; it is still changing, so the current level is that of the last week alone" if shift.moves_on else ""
    return [writer.warning(f"{since}; earlier days are scaled to the new level{goes_on}")]


def about_passing(writer: Writer, learned: Learned, series: QueueSeries) -> list[Note]:
    """Days in a row of the last weeks that look like a campaign or an outage: asked about until it is answered."""
    notes = []
    answered = series.grid.calendar.ordinary_days
    for found in find_passing(learned.log_level, series.label == ""):
        if 2 * sum(series.grid.date_of(day) in answered for day in found.days) >= len(found.days):
            continue
        first, last = (series.grid.date_of(found.days[place]) for place in (0, -1))
        kind = "a campaign" if found.factor > 1 else "an outage"
        message = (
            f"{first} to {last}: {found.factor:.2f} times the usual contacts, and the usual level since; these days "
            f"count in the level. Was it {kind} that will not come again? If so, list each day with a name and the "
            "kind event in the file of input.special_days; if not, list them there with the kind ordinary, and they "
            "are not asked about again"
        )
        notes.append(Note("forecast", QUESTION, writer.queue, message))
    return notes


def about_special_days(
    writer: Writer, learned: Learned, ahead: Ahead, planned: Flags, grid: DayGrid, labels: NDArray[np.object_]
) -> list[Note]:
    """Each special open day ahead: what is expected of it, and how much was seen of such days. `planned` and
    `labels`: (days,)."""
    notes: list[Note] = []
    model = learned.training.model
    calendar = np.exp(model.log_calendar(ahead.features))
    for place in np.flatnonzero((labels != "") & planned & ahead.open.any(axis=1)).tolist():
        seen = _days_seen(model, ahead.features.rows(place, place + 1))
        day = f"{grid.date_of(place)} ({labels[place]})"
        if seen:
            message = (
                f"{day} is forecast at {_percent(calendar[place])} of an ordinary day, based on "
                f"{_count(round(seen), 'past occurrence')}"
            )
            notes.append(writer.assumption(message))
        elif labels[place] != AFTER_HOLIDAY:
            notes.append(writer.warning(f"{day} is forecast as an ordinary day: the history has no such day"))
    return notes


def _days_seen(model: DayModel, day: DayFeatures) -> float:
    """Days of the history that this one day's special effects were learnt from: of its own name, else of its kind."""
    seen = {
        group.name: float(group.columns[0] @ model.seen[group.name])
        for group in day.groups
        if group.name in model.seen and group.name not in (WEEKDAY, MONTH_DAY)
    }
    return seen.get(NAMED_DAY) or max(seen.values(), default=0.0)


def about_season(writer: Writer, season: Season, days_ahead: int) -> list[Note]:
    """Growth and the season of the year: what was learnt, or why nothing was, where it matters."""
    if not (season.earned_short or days_ahead > LONG_RANGE_DAYS):
        return []
    return [writer.assumption(words) for words in season.words]


def about_choice(writer: Writer, judgement: Judgement, trial: Trial, wanted_weeks: int) -> list[Note]:
    """How the chosen method did in the `trial` it was chosen by, and whether it beat the two simple forecasts."""
    chosen = judgement.method
    trial = trial.scored(chosen)
    if trial.actual.sum() <= 0:
        return [writer.warning("no contacts in the weeks of the backtest; the methods could not be compared")]
    weeks = int(trial.weeks_ahead.max())
    beaten = {name: error(trial, chosen) < error(trial, name) - 1e-9 for name in BASELINES}
    span = f"{_count(trial.origins, 'origin')}, {_count(weeks, 'week')} ahead"
    if judgement.after_shift:
        span += f" since the level shift{_before_it_too(judgement)}"
    measure = "root mean squared error over mean" if is_sparse(trial) else "WAPE"
    message = (
        f"{chosen}: interval error {_percent(error(trial, chosen))} ({measure}, {span}), "
        f"{_compared(trial, beaten)}; day totals {_percent(day_wape(trial, chosen))}{_within(trial, chosen)}"
    )
    notes = [writer.assumption(message) if all(beaten.values()) else writer.warning(message)]
    if weeks < wanted_weeks:
        short = f"tested on {_count(weeks, 'week')} ahead only; {wanted_weeks} were requested or planned"
        notes.append(writer.warning(short))
    return notes


def _within(trial: Trial, chosen: str) -> str:
    """How far four days in five were off; "" where nothing was ever forecast, so that no share can be told."""
    share = day_error(trial, chosen, 0.8)
    return f", 80 % of days within {_percent(share)}" if np.isfinite(share) else ""


def _before_it_too(judgement: Judgement) -> str:
    """What the backtest table says of the chosen method: its origins before a level shift count there."""
    row = next(row for row in judgement.table if row["method"] == judgement.method)
    if not row["origins"]:
        return ""
    figures = f"{_percent(float(str(row['wape'])))}, bias {_percent(float(str(row['bias'])))}"
    return f"; all {row['origins']} origins of the backtest table, including those before the change: {figures}"


def _compared(trial: Trial, beaten: dict[str, bool]) -> str:
    """ "better than same interval last week (8.8 %), NOT better than average of the last six weeks (7.3 %)"."""
    parts = []
    for name, better in beaten.items():
        other = _percent(error(trial, name))
        parts.append(f"{'better' if better else 'NOT better'} than {BASELINE_WORDS[name]} ({other})")
    return ", ".join(parts)


def about_no_backtest(
    writer: Writer, days: int, chosen: str, dispersion_learnt: bool, lenders: Sequence[str]
) -> list[Note]:
    message = f"{_count(days, 'day')} of history: too few for a backtest; {chosen} is used without comparison"
    if days < DAYS_FOR_A_WEEK:
        message += "; differences between weekdays and between weeks cannot be estimated"
    if not dispersion_learnt:
        message += "; the bounds are an assumption (an error of about a third of the volume)"
    if lenders:
        message += f"; it can borrow the history of another queue: queues.{writer.queue}.like"
    return [writer.warning(message)]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
