"""Where a day's number comes from: level, weekday, calendar, what each method says and weighs, the day's shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar, local_dates
from staffplan.forecast.accuracy import wape
from staffplan.forecast.backtest import day_wape
from staffplan.forecast.days.features import WEEKDAY, Group
from staffplan.forecast.days.regression import DayModel
from staffplan.forecast.history.series import Floats
from staffplan.forecast.overrides import OF_AHT, aht_change, edits_of
from staffplan.forecast.study import Study
from staffplan.tables.forecast import OverrideLog, Overrides

SMALLEST_EFFECT = 0.002
"""Effects of the calendar below 0.2 % are not worth a line."""


@dataclass(frozen=True)
class Line:
    """One step on the way to the day's total: a factor on what stands above, and the contacts it leads to."""

    part: str
    factor: float | None
    contacts: float
    detail: str = ""


@dataclass(frozen=True)
class MethodLine:
    """What one method says of the day; weights are its shares in the total and in the shape of the day."""

    method: str
    contacts: float
    weight_total: float
    weight_shape: float
    wape: float
    """Interval error in the backtest that the weights rest on; NaN without one."""
    wape_day: float


@dataclass(frozen=True)
class Explanation:
    """One queue's day ahead, taken apart."""

    queue: str
    day: date
    method: str
    lines: tuple[Line, ...]
    methods: tuple[MethodLine, ...]
    hours: tuple[tuple[int, float], ...]
    """Hour of the wall clock, contacts forecast in it."""
    errors_since: date | None = None
    """The day of a level shift, where only what came after it is in the errors of the methods and their weights."""


def explain_day(study: Study, queue: str, day: date) -> Explanation | None:
    """The day taken apart; None where the queue is closed on it or it lies outside the days ahead."""
    place = (day - study.grid.first).days
    if not 0 <= place < study.grid.days or not study.ahead.open[place].any():
        return None
    return Explanation(
        queue,
        day,
        study.judgement.method,
        (*_regression_lines(study, place), *_final_lines(study, place)),
        tuple(_method_line(study, name, place) for name in study.said),
        _hours(study, place),
        _errors_since(study),
    )


def _errors_since(study: Study) -> date | None:
    shift = study.learned.shift
    return study.series.grid.date_of(shift.day) if shift is not None and study.judgement.after_shift else None


def _regression_lines(study: Study, place: int) -> list[Line]:
    """Level x weekday x each effect of the calendar: the day as the regression sees it."""
    model = study.learned.training.model
    features = study.ahead.features.rows(place, place + 1)
    share = _open_share(study, place)
    weekdays = model.effects.get(WEEKDAY, np.zeros(7))
    usual = float(weekdays[study.learned.training.model.seen[WEEKDAY] > 0].mean()) if WEEKDAY in model.seen else 0.0
    contacts = float(np.exp(model.level_now + usual)) * share
    lines = [Line("level", None, contacts, "contacts of an average day at the level of recent weeks")]
    for group in features.groups:
        effect = float(model.log_of(features, group.name)[0]) - (usual if group.name == WEEKDAY else 0.0)
        if abs(effect) < SMALLEST_EFFECT and group.name != WEEKDAY:
            continue
        contacts *= float(np.exp(effect))
        lines.append(Line(group.name, float(np.exp(effect)), contacts, _behind(model, group)))
    return lines


def _behind(model: DayModel, group: Group) -> str:
    if group.name not in model.seen:
        return "no occurrence in the history"
    days = float((group.columns[0] != 0) @ model.seen[group.name])
    if group.lags and not days:
        return "not seen on an open day; taken from the days before and after"
    return f"based on {days:.0f} past days" if group.columns[0].any() else ""


def _open_share(study: Study, place: int) -> float:
    """Share of the weekday's shape that lies in the intervals open on this day."""
    shape = study.learned.training.slow_profile[study.ahead.weekday[place]]
    return float(shape[study.ahead.open[place]].sum())


def _final_lines(study: Study, place: int) -> list[Line]:
    season, total = float(study.season_factor[place]), float(_counts(study, study.offered, place).sum())
    detail = "weighted combination of the methods below" if study.judgement.weights else "alone"
    lines = [Line(study.judgement.method, None, total / season, detail)]
    if abs(season - 1) > SMALLEST_EFFECT:
        lines.append(Line("season and growth", season, total, "compared with the level of recent weeks"))
    return lines


def _method_line(study: Study, name: str, place: int) -> MethodLine:
    trial = study.judgement.trial and study.judgement.trial.scored(study.judgement.method)
    alone = 1.0 if name == study.judgement.method else 0.0
    return MethodLine(
        name,
        float(_counts(study, study.said[name].offered, place).sum()),
        study.judgement.weights.day.get(name, 0.0) if study.judgement.weights else alone,
        study.judgement.weights.shape.get(name, 0.0) if study.judgement.weights else alone,
        float("nan") if trial is None else wape(trial.actual, trial.predicted[name]),
        float("nan") if trial is None else day_wape(trial, name),
    )


def _counts(study: Study, offered: Floats, place: int) -> Floats:
    """(slots,): contacts of one day; a time that the clock of autumn shows twice counts twice."""
    grid = study.grid
    own = grid.day == place
    known = np.nan_to_num(grid.values(offered)[own])
    return np.bincount(grid.slot[own], known, minlength=grid.slots).astype(np.float64)


def _hours(study: Study, place: int) -> tuple[tuple[int, float], ...]:
    per_hour = max(1, 60 // study.grid.calendar.interval_minutes)
    is_open = study.ahead.open[place].reshape(-1, per_hour).any(axis=1)
    contacts = _counts(study, study.offered, place).reshape(-1, per_hour).sum(axis=1)
    return tuple((int(hour), float(contacts[hour])) for hour in np.flatnonzero(is_open))


def with_edits(explained: Explanation, overrides: Overrides, log: OverrideLog, calendar: SiteCalendar) -> Explanation:
    """The day with one more line for each planner's edit that changed it, and its hours as they leave them."""
    starts = pd.DatetimeIndex(log.frame["interval_start"])
    mine = (log.frame["queue"] == explained.queue) & (local_dates(starts, calendar.timezone) == explained.day)
    own = log.frame[mine].assign(hour=calendar.local(starts[mine]).hour)
    change = own["offered_after"] - own["offered_before"]
    by_hour = change.groupby(own["hour"]).sum()
    hours = tuple((hour, contacts + float(by_hour.get(hour, 0.0))) for hour, contacts in explained.hours)
    return replace(explained, lines=(*explained.lines, *_edit_lines(explained, overrides, own)), hours=hours)


def _edit_lines(explained: Explanation, overrides: Overrides, own: pd.DataFrame) -> list[Line]:
    total = explained.lines[-1].contacts
    lines: list[Line] = []
    for edit in edits_of(overrides):
        rows = own[own["override"] == edit.number]
        if rows.empty:
            continue
        before, after = float(rows["offered_before"].sum()), float(rows["offered_after"].sum())
        now = total + after - before
        detail = f"{edit}: {before:,.1f} contacts of this day became {after:,.1f}"
        if edit.kind in OF_AHT:
            detail = f"{edit}: {aht_change(rows)}"
        lines.append(Line(edit.name, now / total if total > 0 else None, now, detail))
        total = now
    return lines
