"""Handling time: one slow level weighted by volume; a profile over week and day only where it earns its place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.series import Floats, QueueSeries, Whole

HALF_LIFE_DAYS = 28
"""A contact counts half as much for the level after this many days."""
PROFILE_CONTACTS = 200.0
"""Contacts that weigh as much as the belief in no profile: handling times scatter about as much as their mean,
so it takes 200 of them to know a mean to 7 %, about what slots differ by."""
FEWEST_WEEKS = 6
"""Weeks of handling times below which no profile is tried."""
GAIN = 0.01
"""The profile must lower the volume-weighted error of weeks it has not seen by this share."""


@dataclass(frozen=True)
class AhtModel:
    """Handling time is `level_seconds` x `ratio` (7, slots)."""

    level_seconds: float
    ratio: Floats
    has_profile: bool

    def seconds(self, weekday: Whole) -> Floats:
        """(days, slots) for days given by weekday."""
        return self.level_seconds * self.ratio[weekday]


def constant_aht(seconds: float, slots: int) -> AhtModel:
    return AhtModel(seconds, np.ones((7, slots)), has_profile=False)


def learn_aht(series: QueueSeries) -> AhtModel | None:
    """What the history says of handling times; None where it holds none."""
    if not (series.handled > 0).any():
        return None
    level = _level(series)
    weeks = len(np.unique(np.flatnonzero((series.handled > 0).any(axis=1)) // 7))
    if weeks < FEWEST_WEEKS or not _profile_earns_its_place(series, min(4, weeks // 3)):
        return constant_aht(level, series.offered.shape[1])
    return AhtModel(level, _ratios(series), has_profile=True)


def _seconds_worked(series: QueueSeries) -> Floats:
    return np.where(series.handled > 0, series.handled * np.nan_to_num(series.aht_seconds), 0.0)


def _level(series: QueueSeries) -> float:
    """Mean over contacts, older ones fading."""
    age = np.arange(series.days)[::-1].astype(float)
    fading = 0.5 ** ((age - age[(series.handled > 0).any(axis=1)].min()) / HALF_LIFE_DAYS)
    return float(fading @ _seconds_worked(series).sum(axis=1) / (fading @ series.handled.sum(axis=1)))


def _ratios(series: QueueSeries) -> Floats:
    """(7, slots): weekday x slot ratio against the level of each week, shrunk towards 1; mean 1 over contacts."""
    worked = _seconds_worked(series)
    week = np.arange(series.days) // 7
    contacts = np.bincount(week, series.handled.sum(axis=1))
    mean = worked.sum() / series.handled.sum()
    weekly = (np.bincount(week, worked.sum(axis=1)) + PROFILE_CONTACTS * mean) / (contacts + PROFILE_CONTACTS)
    relative = worked / weekly[week][:, None]
    by_weekday, handled = np.zeros((7, worked.shape[1])), np.zeros((7, worked.shape[1]))
    np.add.at(by_weekday, series.grid.weekday, relative)
    np.add.at(handled, series.grid.weekday, series.handled)
    of_weekday = (by_weekday.sum(axis=1) + PROFILE_CONTACTS) / (handled.sum(axis=1) + PROFILE_CONTACTS)
    expected = (handled * of_weekday[:, None]).sum(axis=0)
    of_slot = (by_weekday.sum(axis=0) + PROFILE_CONTACTS) / (expected + PROFILE_CONTACTS)
    ratio = of_weekday[:, None] * of_slot
    return np.asarray(ratio * handled.sum() / (handled * ratio).sum())


def _profile_earns_its_place(series: QueueSeries, weeks_held_out: int) -> bool:
    """Whether the ratios of the weeks before foretell the last weeks better than the level alone."""
    start = series.days - 7 * weeks_held_out
    before = series.until(start)
    weight = series.handled[start:]
    if not (before.handled > 0).any() or not (weight > 0).any():
        return False
    actual = np.nan_to_num(series.aht_seconds[start:])
    flat = _level(before)
    profiled = flat * _ratios(before)[series.grid.weekday[start:]]
    error_flat = float((weight * np.abs(actual - flat)).sum())
    return float((weight * np.abs(actual - profiled)).sum()) < (1 - GAIN) * error_flat
