"""By what a day so far changes the rest of it and the days to come, as far as past days support that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.history.series import Flags, Floats
from staffplan.forecast.intraday.gain import Gain, backtest, forgetful, without_outages
from staffplan.forecast.intraday.model import Days, Memory, days_before, learn_memory, outlook

DAYS_BACK = 14
"""Days before today whose errors count; older ones have faded."""
SMALLEST_FACTOR, LARGEST_FACTOR = 0.1, 10.0
"""Limits of a change, beyond what any day so far may teach."""


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
    """Share of the variance of came / expected (beside chance) that is left; 1 where nothing is known better."""
    odd: Flags
    """(slots,): outages and spikes of today, not counted."""


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
    deviation, gained = _tempered(kept, teaching, today, hour, len(live.day))
    row = np.arange(len(live.day))[:, None]
    applies = ((row == today) & gain.rest.helps) | ((row > today) & gain.next_day.helps)
    left = 1 - gained / memory.of_interval if memory.of_interval > 0 else ones
    return Change(
        np.where(applies, np.clip(1 + deviation, SMALLEST_FACTOR, LARGEST_FACTOR), 1.0),
        np.where(applies, np.clip(left, 0.0, 1.0), 1.0),
        np.isfinite(live.noise[today]) & ~np.isfinite(kept.noise[-1]),
    )


def _tempered(kept: Days, teaching: Teaching, today: int, hour: float, days: int) -> tuple[Floats, Floats]:
    """Predicted deviation and variance gained of all days (days, slots), as far as the backtest trusts them."""
    slots, gain = kept.expected.shape[1], teaching.gain
    before = days_before(kept.of(kept.day < today), today, teaching.memory)
    seen = outlook(teaching.memory, kept.deviation[-1], kept.noise[-1], before, days - 1 - today)
    told, known = seen.deviation[-1], seen.gained[-1]
    trust = float(np.interp(hour, gain.hours, gain.trust[kept.weekday[-1]]))
    trust_next = float(np.interp(hour, gain.hours, gain.trust_next[kept.weekday[-1]]))
    deviation, gained = np.zeros((days, slots)), np.zeros((days, slots))
    deviation[today], gained[today] = trust * told[:slots], trust * (2 - trust) * known[:slots]
    deviation[today + 1 :] = trust_next * told[slots:, None]
    gained[today + 1 :] = trust_next * (2 - trust_next) * known[slots:, None]
    return deviation, gained
