"""From a queue's history to what the methods learn from, and from their answers to the days ahead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from staffplan.clock import OpeningHours
from staffplan.forecast.days.features import DayFeatures, Group, Span, day_features
from staffplan.forecast.days.levels import DayLevels, day_levels, expected_level
from staffplan.forecast.days.regression import DayModel, Scales, fit_days
from staffplan.forecast.days.season import LEVEL_DAYS
from staffplan.forecast.history.cleaning import Finding, clean, removed_kinds
from staffplan.forecast.history.series import DayGrid, Flags, Floats, QueueSeries, day_labels
from staffplan.forecast.history.shifts import LAST_DAYS, Shift, find_shift, moves_on
from staffplan.forecast.methods import Ahead, Method, Prediction, Training
from staffplan.forecast.methods.memory import short_memories
from staffplan.forecast.methods.profile import SLOW, profile
from staffplan.settings.forecast import ForecastSettings

FEWEST_CONTACTS_A_DAY = 2.0
"""Below this mean the logs of day totals say more of chance than of the calendar: no effect of days is learnt."""

REST_SHARE = 0.5
"""A weekday with less than this share of the middle weekday's contacts is a day of rest."""


@dataclass(frozen=True)
class Learned:
    """All that one history has taught; nothing in it comes from later days."""

    training: Training
    log_level: Floats
    """(days,): log of each day's contacts over what shape, weekday and calendar give it; NaN unknown."""
    as_it_was: Floats
    """(days,): the same before a shift was evened out, as logs of expected contacts: the mean of logs lies below the
    log of the mean."""
    findings: tuple[Finding, ...]
    shift: Shift | None


def features_of(
    series: QueueSeries,
    ahead: DayGrid | None = None,
    hours: OpeningHours | None = None,
    drivers: Iterable[Group] = (),
) -> DayFeatures:
    """What is known of the days of `series`, and of the days of `ahead` after them, whose opening hours are given."""
    open_day: Flags = np.any(series.open, axis=1, keepdims=True)[:, 0]
    label = series.label
    if ahead is not None and hours is not None:
        open_day = np.concatenate([open_day, ahead.open_matrix(hours).any(axis=1)])
        label = np.concatenate([label, day_labels(ahead, hours)])
    span = Span(series.grid.first, open_day, _rest_weekdays(series), label, series.grid.calendar)
    return day_features(span, drivers)


def _rest_weekdays(series: QueueSeries) -> Flags:
    """(7,): weekdays with less than half the contacts of the middle weekday, or closed."""
    total = np.where(np.isfinite(series.offered), series.offered, 0.0).sum(axis=1)
    days = np.maximum(np.bincount(series.grid.weekday, minlength=7), 1)
    mean = np.bincount(series.grid.weekday, total, minlength=7) / days
    return np.asarray(mean < REST_SHARE * np.median(mean))


def learn(
    series: QueueSeries, settings: ForecastSettings, features: DayFeatures, start: Scales | None = None
) -> Learned:
    """Clean the history, bring days before a level shift to today's level, learn levels and effects of days.

    `features` are of the days of `series`; `start` makes the regression quicker.
    """
    cleaned = clean(series, remove=settings.clean)
    weekday = series.grid.weekday
    shift = find_shift(cleaned.offered, weekday, settings.recent_weeks * 7)
    scale = np.ones(series.days)
    scaled = "level_shifts" in removed_kinds(settings.clean)
    if shift is not None and scaled:
        scale[: shift.day] = shift.factor
    ordinary = cleaned.offered * scale[:, None]
    if not np.isfinite(ordinary).any():
        ordinary = series.offered
    memories = short_memories(ordinary, weekday)
    shape = profile(ordinary, weekday, SLOW, memories)
    special = (series.label != "")[:, None]
    every_day = np.where(special, series.offered * scale[:, None], ordinary)
    days = day_levels(every_day, shape, weekday)
    model = _day_model(days, features, start)
    calendar = np.exp(model.log_calendar(features))
    effects = model.log_effects(features)
    log_level = days.log_level - effects
    recent = days.log_mean(effects, settings.recent_weeks * 7)
    latest = days.log_mean(effects, LAST_DAYS)
    if shift is not None and scaled and np.isfinite(latest) and moves_on(shift, log_level):
        shift, recent, model = replace(shift, moves_on=True), latest, replace(model, level_now=latest)
    training = Training(
        ordinary / calendar[:, None],
        series.offered,
        weekday,
        settings.recent_weeks,
        model,
        shape,
        memories,
        recent if np.isfinite(recent) else model.level_now,
    )
    as_it_was = log_level - np.log(scale) + days.log_gap(effects)
    return Learned(training, log_level, as_it_was, cleaned.findings, shift)


def promised_level(offered: Floats, learned: Learned, ahead: Ahead) -> Floats:
    """(days,): the log level that a forecast (days, slots) promises, mean over the days around; 0 without any."""
    effects = learned.training.model.log_effects(ahead.features)
    share = np.where(ahead.open, learned.training.slow_profile[ahead.weekday], 0.0).sum(axis=1)
    said, usual = np.nansum(offered, axis=1), np.exp(effects) * share
    window = np.ones(min(LEVEL_DAYS, len(said)))
    came, expected = (np.convolve(values, window, "same") for values in (said, usual))
    known = (came > 0) & (expected > 0)
    return np.log(np.divide(came, expected, out=np.ones(len(said)), where=known))


def _day_model(days: DayLevels, features: DayFeatures, start: Scales | None) -> DayModel:
    sparse = bool(days.usable.any()) and days.contacts[days.usable].mean() < FEWEST_CONTACTS_A_DAY
    known = features.only_weekdays() if sparse else features
    model = fit_days(days.log_level, 1 / (days.contacts + 1), known, start)
    level = expected_level(days, model.log_effects(features))
    return replace(model, level_now=level) if np.isfinite(level) else model


def predict(method: Method, learned: Learned, ahead: Ahead) -> Prediction:
    """The days ahead by one method, with their calendar effects; closed cells are NaN."""
    answer = method.predict(learned.training, ahead)
    offered = answer.offered
    if not method.plain:
        offered = offered * np.exp(learned.training.model.log_calendar(ahead.features))[:, None]
    return Prediction(np.where(ahead.open, offered, np.nan), answer.remark)
