"""By what a day so far changes the rest of it and the days to come, as far as past days support that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Flags, Floats
from staffplan.forecast.intraday.gain import Gain, backtest, forgetful, without_outages
from staffplan.forecast.intraday.model import Days, Memory, Outlook, days_before, learn_memory, outlook
from staffplan.forecast.intraday.other_days import has_level

DAYS_BACK = 14
"""Days before today whose errors count; older ones have faded."""
SMALLEST_FACTOR, LARGEST_FACTOR = 0.1, 10.0
"""Limits of a change, beyond what any day so far may teach."""
WIDEST = 10.0
"""Limit of the variance of a day that may be of another kind, as a multiple of an ordinary day's."""


@dataclass(frozen=True)
class Teaching:
    """What past days taught: how errors hang together, and what updating by it would have gained."""

    memory: Memory
    gain: Gain


@dataclass(frozen=True)
class Change:
    """What becomes of a forecast. Matrices are (days, slots), days counted as in the forecast."""

    factor: Floats
    """On what was expected; 1 where nothing changes."""
    variance_left: Floats
    """Share of the variance of came / expected (beside chance) that is left; 1 where nothing is known better, above 1
    where today may be a day of another kind."""
    odd: Flags
    """(slots,): outages and spikes of today, not counted."""
    other_kind: float = 0.0
    """How likely today is of another kind than past days."""


def learn_updating(past: Days, interval_hours: float, *, counts: bool) -> Teaching | None:
    """None where past days are too few to tell whether updating helps."""
    gain = backtest(past, interval_hours, counts=counts)
    if gain is None:
        return None
    memory = learn_memory(past, interval_hours, counts=counts)
    return Teaching(memory if gain.next_day.helps else forgetful(memory), gain)


def change_of(teaching: Teaching | None, live: Days, today: int, hour: float) -> Change:
    """The change that the days up to row `today` of `live` bring to it and to the days after.

    `live` are the days of the forecast, its noise infinite where nothing is known yet; `hour` is the wall-clock hour
    until which today is known. Nothing changes where updating did not help on past days.
    """
    ones, nothing_odd = np.ones(live.expected.shape), np.zeros(live.expected.shape[1], dtype=np.bool_)
    recent = (live.day <= today) & (live.day >= today - DAYS_BACK)
    if teaching is None or not np.isfinite(live.noise[recent]).any():
        return Change(ones, ones, nothing_odd)
    memory, gain = teaching.memory, teaching.gain
    kept = without_outages(live.of(recent), memory)
    seen = _outlook(kept, teaching, today, len(live.day))
    deviation, gained = _tempered(kept, seen, gain, hour, (len(live.day), today))
    row = np.arange(len(live.day))[:, None]
    applies = ((row == today) & gain.rest.helps) | ((row > today) & gain.next_day.helps)
    deviation, gained = np.where(applies, deviation, 0.0), np.where(applies, gained, 0.0)
    believed = (
        float(np.interp(hour, gain.hours, gain.trust_other)) if _level_counts(kept, live.expected[today]) else 0
    )
    chance = believed * float(seen.other.chance[-1])
    if chance > 0:
        deviation[today], gained[today] = _mixed(chance, seen, deviation[today], gained[today])
    left = 1 - gained / memory.of_interval if memory.of_interval > 0 else ones
    return Change(
        np.clip(1 + deviation, SMALLEST_FACTOR, LARGEST_FACTOR),
        np.clip(left, 0.0, WIDEST),
        np.isfinite(live.noise[today]) & ~np.isfinite(kept.noise[-1]),
        chance,
    )


def _level_counts(kept: Days, expected: Floats) -> bool:
    """Whether enough of today lies behind for a level of its own."""
    known = np.flatnonzero(np.isfinite(kept.noise[-1]))
    return bool(len(known)) and bool(has_level(expected)[known[-1] + 1])


def _mixed(chance: float, seen: Outlook, deviation: Floats, gained: Floats) -> tuple[Floats, Floats]:
    """Mean and gain in variance, (slots,), of a day that is of another kind with this chance, else ordinary."""
    slots = len(deviation)
    other, wider = seen.other.deviation[-1, :slots], seen.other.wider[-1, :slots]
    between = chance * (1 - chance) * (other - deviation) ** 2
    of_other = seen.gained[-1, :slots] - wider
    return (
        deviation + chance * (other - deviation),
        (1 - chance) * gained + chance * of_other - between,
    )


def _outlook(kept: Days, teaching: Teaching, today: int, days: int) -> Outlook:
    before = days_before(kept.of(kept.day < today), today, teaching.memory)
    return outlook(teaching.memory, kept.deviation[-1], kept.noise[-1], before, days - 1 - today)


def _tempered(kept: Days, seen: Outlook, gain: Gain, hour: float, days: tuple[int, int]) -> tuple[Floats, Floats]:
    """Predicted deviation and variance gained of all days (days, slots), as far as the backtest trusts them.

    days: how many there are, and the number of today.
    """
    (number, today), slots = days, kept.expected.shape[1]
    told, known = seen.deviation[-1], seen.gained[-1]
    trust = float(np.interp(hour, gain.hours, gain.trust[kept.weekday[-1]]))
    trust_next = float(np.interp(hour, gain.hours, gain.trust_next[kept.weekday[-1]]))
    deviation, gained = np.zeros((number, slots)), np.zeros((number, slots))
    deviation[today], gained[today] = trust * told[:slots], trust * (2 - trust) * known[:slots]
    deviation[today + 1 :] = trust_next * told[slots:, None]
    gained[today + 1 :] = trust_next * (2 - trust_next) * known[slots:, None]
    return deviation, gained
