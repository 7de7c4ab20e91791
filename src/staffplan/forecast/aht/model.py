"""Handling time: one slow level weighted by contacts; a profile over week and day only where it earns its place.

What counts is the error in workload: contacts x handling time, not handling time alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from staffplan.forecast.days.beliefs import level_ahead
from staffplan.forecast.history.series import Flags, Floats, QueueSeries, Whole

WEEKS = 26
"""Weeks that are learnt from: half a year ago people, tools and questions were others."""
SQUARED_VARIATION, VARIATION_INTERVALS = 1.0, 30.0
"""Variance of one contact's handling time over its squared mean, where the history does not tell: they scatter about
as much as their mean. And how many intervals that belief is worth against those of the history."""
BELIEVED_CONTACTS = 25.0
"""Contacts that a handling time from the settings is worth: it is believed to 20 %."""
RESTLESS = 0.3
"""Handling times move from week to week by this part of what contacts do."""
FEWEST_WEEKS = 6
"""Weeks of handling times below which no profile is tried."""
WEEKS_AHEAD, MOST_ORIGINS = 4, 4
"""A profile is tested on this many weeks from each of so many origins, as far as the history reaches."""
GAIN = 0.01
"""A richer method must lower the error in workload by this share."""
USUAL_CHANGE = 0.25
"""How far intervals of a week lie from its median for good reasons, as a log."""
DOUBT = 4.0
"""An interval this many standard deviations off its weeks' median has a handling time that cannot be."""
DOUBT_LOW_CONTACTS = 10.0
"""Fewer contacts may all have been very short."""
WEEKS_AROUND = 5
"""The median is that of the week and the four before it."""
LEVEL, WEEKDAY, SLOT, BOTH = "level", "weekday", "slot", "weekday_and_slot"
METHODS = (LEVEL, WEEKDAY, SLOT, BOTH)
"""One level for all; times the ratio of the weekday; of the time of day; of both. The simplest first."""
GIVEN = "given"
"""The method's name where nothing was learnt."""


@dataclass(frozen=True)
class AhtModel:
    """Handling time is `level_seconds` x `ratio` (7, slots), Monday first."""

    level_seconds: float
    ratio: Floats
    method: str = GIVEN

    @property
    def has_profile(self) -> bool:
        return self.method not in (GIVEN, LEVEL)

    def seconds(self, weekday: Whole) -> Floats:
        """(days, slots) for days given by weekday."""
        return self.level_seconds * self.ratio[weekday]


@dataclass(frozen=True)
class Worked:
    """Contacts and seconds worked of the last weeks, (weeks, 7, slots); the last one ends with the last known day."""

    contacts: Floats
    seconds: Floats
    weekday: Whole
    """(7,): of each day of a week."""

    @property
    def weeks(self) -> int:
        return len(self.contacts)

    def until(self, week: int) -> Worked:
        return Worked(self.contacts[:week], self.seconds[:week], self.weekday)


def constant_aht(seconds: float, slots: int) -> AhtModel:
    return AhtModel(seconds, np.ones((7, slots)))


def learn_aht(series: QueueSeries, given_seconds: float | None = None) -> AhtModel | None:
    """What the history says of handling times; None where it holds none that can be believed.

    A handling time from the settings counts like a few contacts, so that a thin history is drawn towards it.
    """
    worked = worked_weeks(series)
    if worked is None:
        return None
    origins = _origins(worked.weeks)
    levels = _levels(worked, np.array([*origins, worked.weeks], dtype=np.int64), given_seconds)
    method = _best(worked, origins, levels[:-1])
    return AhtModel(float(levels[-1]), profiles(worked)[method], method)


def every_aht(series: QueueSeries) -> dict[str, AhtModel]:
    """What each method says, whether it earns its place or not; empty where no handling time can be believed."""
    worked = worked_weeks(series)
    if worked is None:
        return {}
    level = float(_levels(worked, np.array([worked.weeks], dtype=np.int64), None)[0])
    return {method: AhtModel(level, ratio, method) for method, ratio in profiles(worked).items()}


def worked_weeks(series: QueueSeries) -> Worked | None:
    """The last weeks that have handling times, those that cannot be left out; None without any."""
    days = np.flatnonzero((series.handled > 0).any(axis=1))
    if not len(days):
        return None
    start = max(int(days[-1]) // 7 - WEEKS - WEEKS_AROUND, 0) * 7
    handled, aht = series.handled[start:], series.aht_seconds[start:]
    counted = np.where(_believable(handled, aht), handled, 0.0)
    days = np.flatnonzero((counted > 0).any(axis=1))
    if not len(days):
        return None
    end = int(days[-1]) + 1
    first = max(int(days[0]), end - 7 * WEEKS)
    weeks = -(-(end - first) // 7)
    blank = ((7 * weeks - (end - first), 0), (0, 0))
    contacts = np.pad(counted[first:end], blank).reshape(weeks, 7, -1)
    seconds = contacts * np.pad(np.nan_to_num(aht[first:end]), blank).reshape(weeks, 7, -1)
    return Worked(contacts, seconds, np.asarray((series.grid.weekday[start + end - 1] + np.arange(1, 8)) % 7))


def believable(series: QueueSeries) -> Flags:
    """(days, slots): where the handling time is known and near enough to those of the week and the weeks before.

    The fewer contacts an interval has, the further off it may lie.
    """
    return _believable(series.handled, series.aht_seconds)


def _believable(handled: Floats, aht: Floats) -> Flags:
    """`handled` and `aht` (days, slots), from the first day of a week on: weeks are counted from the first day."""
    known = (handled > 0) & (np.nan_to_num(aht) > 0)
    usual = _usual_seconds(np.where(known, aht, np.nan))
    log = np.log(np.divide(aht, usual[:, None], out=np.ones(known.shape), where=known))
    limit = DOUBT * np.sqrt(USUAL_CHANGE**2 + SQUARED_VARIATION / np.maximum(handled, 1.0))
    too_low = (log < -limit) & (handled >= DOUBT_LOW_CONTACTS)
    return np.asarray(known & ~too_low & (log <= limit))


def _usual_seconds(aht: Floats) -> Floats:
    """(days,): median of the medians of its week and the weeks before, weeks counted from the first day; NaN none."""
    weeks = -(-len(aht) // 7)
    cells = np.pad(aht, ((0, 7 * weeks - len(aht)), (0, 0)), constant_values=np.nan).reshape(weeks, -1)
    medians = np.concatenate([np.full(WEEKS_AROUND - 1, np.nan), _medians(cells)])
    around = np.lib.stride_tricks.sliding_window_view(medians, WEEKS_AROUND)
    return np.repeat(_medians(around), 7)[: len(aht)]


def _medians(rows: Floats) -> Floats:
    """(rows,): medians of what is known; NaN where nothing is."""
    known = np.isfinite(rows).sum(axis=1)
    middle = np.stack([np.maximum(known - 1, 0) // 2, known // 2 * (known > 0)], axis=1)
    return np.asarray(np.take_along_axis(np.sort(rows, axis=1), middle, axis=1).mean(axis=1))


def _levels(worked: Worked, origins: Whole, given_seconds: float | None) -> Floats:
    """(origins,): seconds expected after so many weeks; contacts weigh, and single weeks move it little."""
    contacts, seconds = worked.contacts.sum(axis=(1, 2)), worked.seconds.sum(axis=(1, 2))
    some = contacts > 0
    values = np.log(np.divide(seconds, contacts, out=np.full(worked.weeks, np.nan), where=some))
    noise = variation(worked) / np.maximum(contacts, 1.0)
    if given_seconds is None:
        return np.exp(level_ahead(values, noise, origins, restless=RESTLESS))
    values, noise = np.append(np.log(given_seconds), values), np.append(SQUARED_VARIATION / BELIEVED_CONTACTS, noise)
    return np.exp(level_ahead(values, noise, origins + 1, restless=RESTLESS))


def variation(worked: Worked) -> float:
    """Variance of one contact's handling time over its squared mean, from intervals around the mean of their week."""
    mean = np.divide(worked.seconds.sum(axis=(1, 2)), np.maximum(worked.contacts.sum(axis=(1, 2)), 1e-9))
    some = worked.contacts > 0
    expected = (worked.contacts * mean[:, None, None])[some]
    squares = (worked.seconds[some] - expected) ** 2 / (expected * np.repeat(mean, some.sum(axis=(1, 2))))
    return float((squares.sum() + VARIATION_INTERVALS * SQUARED_VARIATION) / (len(squares) + VARIATION_INTERVALS))


def profiles(worked: Worked) -> Mapping[str, Floats]:
    """(7, slots) by method: ratios to the level of each week, drawn to 1 as far as chance explains them.

    Their mean over contacts is 1.
    """
    contacts, relative = _against_level(worked)
    chance = variation(worked)
    of_weekday = _ratio(relative.sum(axis=1), contacts.sum(axis=1), chance)
    of_slot = _ratio(relative.sum(axis=0), contacts.sum(axis=0), chance)
    slot_given_weekday = _ratio(relative.sum(axis=0), of_weekday @ contacts, chance)
    found = {
        LEVEL: np.ones(contacts.shape),
        WEEKDAY: np.broadcast_to(of_weekday[:, None], contacts.shape),
        SLOT: np.broadcast_to(of_slot, contacts.shape),
        BOTH: of_weekday[:, None] * slot_given_weekday,
    }
    return {method: ratio * contacts.sum() / (contacts * ratio).sum() for method, ratio in found.items()}


def _against_level(worked: Worked) -> tuple[Floats, Floats]:
    """(7, slots) contacts, Monday first, and seconds worked over the level of their week."""
    contacts, seconds = worked.contacts.sum(axis=(1, 2)), worked.seconds.sum(axis=(1, 2))
    mean = seconds.sum() / contacts.sum()
    level = (seconds + BELIEVED_CONTACTS * mean) / (contacts + BELIEVED_CONTACTS)
    relative = np.einsum("wds,w->ds", worked.seconds, 1 / level)
    order = np.argsort(worked.weekday)
    return worked.contacts.sum(axis=0)[order], relative[order]


def _ratio(relative: Floats, contacts: Floats, chance: float) -> Floats:
    """(groups,): relative / contacts, each drawn to 1 by how much groups differ beyond chance (random effects).

    `chance` is the variance of one contact's ratio.
    """
    some = contacts > 0
    if some.sum() < 2:
        return np.ones(len(contacts))
    own = np.divide(relative, contacts, out=np.ones(len(contacts)), where=some)
    mean = float(relative.sum() / contacts.sum())
    squares = float((contacts * (own / mean - 1) ** 2).sum()) - chance * (float(some.sum()) - 1)
    between = max(0.0, squares / float(contacts.sum() - (contacts**2).sum() / contacts.sum()))
    kept = between * contacts / (between * contacts + chance)
    return mean * (1 + kept * (own / mean - 1))


def _origins(weeks: int) -> list[int]:
    """Weeks known at each origin, oldest first; none with too few weeks."""
    if weeks < FEWEST_WEEKS:
        return []
    ahead = min(WEEKS_AHEAD, weeks // 3)
    return list(range(weeks - ahead, ahead - 1, -ahead))[:MOST_ORIGINS][::-1]


def _best(worked: Worked, origins: list[int], levels: Floats) -> str:
    """The method whose error in workload, given the contacts, was least; a simpler one unless the gain is clear."""
    errors = dict.fromkeys(METHODS, 0.0)
    for week, level in zip(origins, levels.tolist(), strict=True):
        ahead = slice(week, week + min(WEEKS_AHEAD, worked.weeks // 3))
        contacts, seconds = worked.contacts[ahead], worked.seconds[ahead]
        past = worked.until(week)
        if not past.contacts.any():
            continue
        for method, ratio in profiles(past).items():
            errors[method] += float(np.abs(seconds - level * contacts * ratio[worked.weekday]).sum())
    best = LEVEL
    for method in METHODS:
        best = method if errors[method] < (1 - GAIN) * errors[best] else best
    return best
