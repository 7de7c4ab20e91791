"""What updating within the day would have gained on past days, by hour of day, and how far it is trusted for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from staffplan.forecast.history.series import Flags, Floats, Whole
from staffplan.forecast.intraday.model import (
    Before,
    Days,
    Memory,
    Outlook,
    days_before,
    learn_memory,
    outlook,
)
from staffplan.forecast.intraday.odd import far_off
from staffplan.forecast.intraday.other_days import has_level, trust_in_other_days
from staffplan.forecast.intraday.trust import Terms, gate, gate_of_other_blocks, trust, trust_of_other_blocks

FEWEST_DAYS = 10
"""Fewer past days cannot tell whether updating helps; then nothing is updated."""
LEAST_GAIN = 0.005
"""Updating must lower the error of past days by this share; less may be chance, and moves numbers for nothing."""
MOST_LOSS = 0.005
"""A belief in days of another kind may raise the error of past days by this share: a false alarm is not a rule."""
DAYS_LOOKED_AHEAD = 7
"""The next day with contacts is looked for among this many."""


@dataclass(frozen=True)
class Score:
    """(hours,): what came, and absolute errors of its forecast before and after updating."""

    came: Floats
    before: Floats
    after: Floats
    helps: bool
    """Whether updating lowers the error of all hours together; squared errors count where contacts are few."""


@dataclass(frozen=True)
class Gain:
    """The backtest of updating at full hours: the rest of the day, and the next day that has contacts.

    `trust` and `trust_next` (weekdays, hours) temper what is predicted: 1 takes it whole, 0 not at all. `trust_other`
    does so for what a day of another kind moves beside that.
    """

    hours: Whole
    days: Whole
    rest: Score
    next_day: Score
    trust: Floats
    trust_next: Floats
    trust_other: Floats
    """(hours,)."""

    @property
    def updates_rest(self) -> Flags:
        """(hours,): at which hours the rest of the day is updated."""
        return np.asarray(self.rest.helps & (self.trust > 0).any(axis=0))

    @property
    def updates_next_day(self) -> Flags:
        """(hours,)."""
        return np.asarray(self.next_day.helps & (self.trust_next > 0).any(axis=0))


@dataclass(frozen=True)
class _Past:
    """The days that are lived through again, at which hours, and what then was known."""

    days: Days
    hours: Whole
    known_slots: Whole
    odd: Flags
    """(days, hours, slots): outages and spikes as told then."""
    sparse: bool
    counts: bool


def backtest(days: Days, interval_hours: float, *, counts: bool) -> Gain | None:
    """Update every past day at every full hour by what the other weeks teach; None with too few days or weeks.

    Where days do not help the days after them, the rest of a day is updated from that day alone.
    """
    hours, known_slots = _full_hours(days, interval_hours)
    if len(np.unique(days.day)) < FEWEST_DAYS or len(np.unique(days.block)) < 2 or not len(hours):
        return None
    memories = _memories_of_other_weeks(days, interval_hours, counts=counts)
    past = _Past(
        days, hours, known_slots, _odd_as_seen(days, known_slots, memories), counts and _is_sparse(days), counts
    )
    gain = _gain(past, memories)
    if gain.next_day.helps:
        return gain
    of_day = _gain(past, {block: forgetful(memory) for block, memory in memories.items()})
    return replace(gain, rest=of_day.rest, trust=of_day.trust, trust_other=of_day.trust_other)


def forgetful(memory: Memory) -> Memory:
    """The memory of a queue whose days have nothing to do with each other."""
    return replace(memory, carried=0.0)


def _memories_of_other_weeks(days: Days, interval_hours: float, *, counts: bool) -> dict[int, Memory]:
    """For each block, what the other blocks teach."""
    return {
        block: learn_memory(days.of(days.block != block), interval_hours, counts=counts)
        for block in np.unique(days.block).tolist()
    }


def _gain(past: _Past, memories: Mapping[int, Memory]) -> Gain:
    days = past.days
    told = _told(past, memories)
    rest_terms, next_terms = _rest_terms(days, told.rest, past.known_slots), _next_terms(days, told.following)
    tempered = told.rest * trust_of_other_blocks(rest_terms, days.block)[:, :, None]
    tempered_next = told.following * trust_of_other_blocks(next_terms, days.block)
    of_rest, rest_gate, trust_other = _score_rest(past, tempered, told)
    of_next, next_gate = _score_next(days, tempered_next, squared=past.sparse)
    return Gain(
        past.hours,
        np.isfinite(rest_terms.actual).sum(axis=0),
        of_rest,
        of_next,
        trust(rest_terms) * rest_gate,
        trust(next_terms) * next_gate,
        trust_other,
    )


def without_outages(days: Days, memory: Memory) -> Days:
    """The days with outages and spikes counted for nothing."""
    noise = days.noise.copy()
    for row in range(len(noise)):
        variance = noise[row] * memory.chance + memory.cell
        noise[row][far_off(days.came[row], days.expected[row], variance)] = np.inf
    return replace(days, noise=noise)


def _full_hours(days: Days, interval_hours: float) -> tuple[Whole, Whole]:
    """Hours of the day before and after which something is expected, and how many slots are over by then."""
    hours = np.arange(1, 24)
    slots = np.rint(hours / interval_hours).astype(np.int64)
    expected = days.expected.sum(axis=0)
    inside = np.array([expected[:slot].sum() > 0 and expected[slot:].sum() > 0 for slot in slots], dtype=bool)
    return hours[inside], slots[inside]


def _is_sparse(days: Days) -> bool:
    """Less than one contact an interval: absolute errors would favour whoever forecasts least."""
    return bool(days.came.sum() < (days.expected > 0).sum())


def _odd_as_seen(days: Days, known_slots: Whole, memories: Mapping[int, Memory]) -> Flags:
    """(days, hours, slots): outages and spikes, told from what was known at each hour."""
    slot = np.arange(days.expected.shape[1])
    odd = np.zeros((len(days.day), len(known_slots), len(slot)), dtype=bool)
    for row, block in enumerate(days.block.tolist()):
        variance = days.noise[row] * memories[block].chance + memories[block].cell
        for hour, known in enumerate(known_slots.tolist()):
            seen = np.where(slot < known, variance, np.inf)
            odd[row, hour] = far_off(days.came[row], days.expected[row], seen)
    return odd


@dataclass(frozen=True)
class _Told:
    """Deviations predicted of the slots (days, hours, slots), and of the next day with contacts (days, hours).

    `chance` (days, hours): how likely the day is of another kind; `other` (days, hours, slots): the deviation then.
    """

    rest: Floats
    following: Floats
    chance: Floats
    other: Floats


def _told(past: _Past, memories: Mapping[int, Memory]) -> _Told:
    days, known_slots = past.days, past.known_slots
    size, slots = days.expected.shape
    rest, other = np.zeros((size, len(known_slots), slots)), np.zeros((size, len(known_slots), slots))
    following, chance = np.full((size, len(known_slots)), np.nan), np.zeros((size, len(known_slots)))
    for block, memory in memories.items():
        own = without_outages(days.of(days.block == block), memory)
        for row in np.flatnonzero(days.block == block).tolist():
            before = days_before(own.of(own.day < days.day[row]), int(days.day[row]), memory)
            ahead = _next_row(days, row)
            level = has_level(days.expected[row]) & past.counts
            for chosen, found in _outlooks(past, row, before, memory):
                known = known_slots[chosen]
                rest[row, chosen] = found.deviation[known, :slots]
                other[row, chosen] = found.other.deviation[known, :slots]
                chance[row, chosen] = np.where(level, found.other.chance, 0.0)[known]
                if ahead is not None:
                    target = slots - 1 + int(days.day[ahead] - days.day[row])
                    following[row, chosen] = found.deviation[known, target]
    return _Told(rest, following, chance, other)


def _outlooks(past: _Past, row: int, before: Before, memory: Memory) -> list[tuple[Whole, Outlook]]:
    """Outlooks of one day, each with the hours (by number) it holds for: they differ in what counts as an outage."""
    deviation = past.days.of(np.arange(len(past.days.day)) == row).deviation[0]
    patterns, of_hour = np.unique(past.odd[row], axis=0, return_inverse=True)
    found: list[tuple[Whole, Outlook]] = []
    for number, pattern in enumerate(patterns):
        noise = np.where(pattern, np.inf, past.days.noise[row])
        told = outlook(memory, deviation, noise, before, DAYS_LOOKED_AHEAD)
        found.append((np.flatnonzero(of_hour.ravel() == number), told))
    return found


def _next_row(days: Days, row: int) -> int | None:
    """The row of the next day of the same block on which contacts are expected."""
    later = (days.block == days.block[row]) & (days.day > days.day[row]) & (days.expected.sum(axis=1) > 0)
    rows = np.flatnonzero(later & (days.day <= days.day[row] + DAYS_LOOKED_AHEAD))
    return int(rows[days.day[rows].argmin()]) if len(rows) else None


def _rest_terms(days: Days, predicted: Floats, known_slots: Whole) -> Terms:
    to_come = np.arange(days.expected.shape[1]) >= known_slots[:, None]
    expected = np.einsum("ds,hs->dh", days.expected, to_come.astype(float))
    seen = days.expected.sum(axis=1, keepdims=True) - expected
    came = np.einsum("ds,hs->dh", days.came, to_come.astype(float))
    told = np.einsum("dhs,ds,hs->dh", predicted, days.expected, to_come.astype(float))
    counted = (expected > 1e-9) & (seen > 1e-9)
    return Terms(_ratio(told, expected, counted), _ratio(came - expected, expected, counted), days.weekday)


def _next_terms(days: Days, predicted: Floats) -> Terms:
    rows = [_next_row(days, row) for row in range(len(days.day))]
    total, came = days.expected.sum(axis=1), days.came.sum(axis=1)
    actual = np.array([np.nan if row is None else came[row] / total[row] - 1 for row in rows])
    return Terms(predicted, np.where(np.isfinite(predicted), actual[:, None], np.nan), days.weekday)


def _ratio(values: Floats, by: Floats, where: Flags) -> Floats:
    return np.asarray(np.divide(values, by, out=np.full(by.shape, np.nan), where=where))


def _score_rest(past: _Past, predicted: Floats, told: _Told) -> tuple[Score, Floats, Floats]:
    """The score of ordinary updates, how far each hour's gate is open, and (hours,) the trust in other kinds of day.

    There is none at an hour at which believing in them, as far as the other blocks teach, would have lost.
    """
    days, known_slots = past.days, past.known_slots
    to_come = np.arange(days.expected.shape[1]) >= known_slots[:, None]
    seen = np.cumsum(days.expected, axis=1)[:, known_slots - 1] > 1e-9
    counted = to_come[None] & seen[:, :, None]
    before = np.where(counted, (days.came - days.expected)[:, None], 0.0)
    change = np.where(counted, predicted * days.expected[:, None], 0.0)
    came = np.where(counted, days.came[:, None], 0.0).sum(axis=(0, 2))
    score, opened = _score(came, before, change, days.block, squared=past.sparse)
    ordinary = change * opened[:, None] * score.helps
    beside = told.chance[:, :, None] * (np.where(counted, told.other * days.expected[:, None], 0.0) - ordinary)
    expected = np.where(counted, days.expected[:, None], 0.0).sum(axis=2)
    told_more, missed = (_ratio(each.sum(axis=2), expected, expected > 1e-9) for each in (beside, before - ordinary))
    of_all, of_others = trust_in_other_days(told_more, missed, days.block)
    moved = before - ordinary - of_others[:, None, None] * beside
    left = np.abs(before - ordinary).sum(axis=(0, 2))
    holds = np.abs(moved).sum(axis=(0, 2)) <= (1 + MOST_LOSS) * left
    return score, opened, of_all * holds * past.counts


def _score_next(days: Days, predicted: Floats, *, squared: bool) -> tuple[Score, Floats]:
    rows = [_next_row(days, row) for row in range(len(days.day))]
    tested = np.array([row is not None for row in rows], dtype=bool)
    ahead = np.array([row for row in rows if row is not None], dtype=np.int64)
    expected, came = days.expected[ahead][:, None], days.came[ahead][:, None]
    told = predicted[tested][:, :, None]
    known = np.isfinite(told)
    before = np.where(known, came - expected, 0.0)
    change = np.where(known, np.nan_to_num(told) * expected, 0.0)
    return _score(np.where(known, came, 0.0).sum(axis=(0, 2)), before, change, days.block[tested], squared=squared)


def _score(came: Floats, before: Floats, change: Floats, block: Whole, *, squared: bool) -> tuple[Score, Floats]:
    """From errors and what updating takes from them, (days, hours, slots), and how far each hour's gate is open.

    Gates are those of the other blocks; an hour at which they do not gain is shut for good.
    """
    power = 2 if squared else 1

    def losses(errors: Floats) -> Floats:
        return np.asarray((np.abs(errors) ** power).sum(axis=2))

    whole = losses(before), losses(before - change)
    gated = before - gate_of_other_blocks(*whole, block)[:, :, None] * change
    stays, moves = whole[0].sum(axis=0), losses(gated).sum(axis=0)
    gains = moves < stays
    helps = np.minimum(moves, stays).sum() < (1 - LEAST_GAIN) * stays.sum()
    as_it_was, updated = np.abs(before).sum(axis=(0, 2)), np.abs(gated).sum(axis=(0, 2))
    score = Score(came, as_it_was, np.where(gains, updated, as_it_was), bool(helps))
    return score, gate(*whole) * gains
