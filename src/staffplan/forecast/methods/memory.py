"""How long the shape of a weekday is remembered: shorter where its own past weeks were foretold better that way.

Most weekdays keep their shape, and long memories average chance away. Some do not: hours that follow the sun, a
branch that opens later, a weekday that was given to another team. Which one is which shows in the past: for each
memory, the shape that it would have given a week before is compared with what came.

Source of judging by one-step predictions made in sequence: Dawid, "Present position and potential developments: some
personal views. Statistical theory: the prequential approach", Journal of the Royal Statistical Society A 147 (1984).
"""

from __future__ import annotations

import numpy as np

from staffplan.forecast.history.series import Flags, Floats, Whole
from staffplan.forecast.kernels import memory_gains
from staffplan.forecast.methods.rates import chance

LONG_WEEKS = 26.0
"""Half-life of the memory that the others have to beat."""
SHORT_WEEKS = (1.0, 2.0, 4.0)
"""Half-lives that may beat it."""
LONGEST_WEEKS = 78
"""Older days have left even the long memory."""
JUDGEMENT_HALF_LIFE_WEEKS = 6.0
"""What a memory foretold counts half after so many weeks: hours that drift in autumn may rest in winter."""
CLEARLY = 3.0
"""Log likelihood by which a short memory has to win: odds of twenty to one."""
SHAPES_DIFFER = 0.3
"""Standard deviation, as a ratio, by which a recent shape is believed to differ from the long one."""
DECAYS: Floats = 0.5 ** (1 / np.array([LONG_WEEKS, *SHORT_WEEKS]))
FORGETTING = 0.5 ** (1 / JUDGEMENT_HALF_LIFE_WEEKS)


def short_memories(offered: Floats, weekday: Whole) -> Floats:
    """(7,): half-life in weeks of the memory that serves each weekday clearly better than a long one; NaN: none.

    `offered` (days, slots) are ordinary days, NaN unknown.
    """
    recent = slice(-7 * LONGEST_WEEKS, None)
    known: Flags = np.isfinite(offered[recent])
    contacts = np.where(known, offered[recent], 0.0)
    scatter = chance(offered[recent], weekday[recent])
    told = contacts.sum(axis=1) > 0
    found = np.full(7, np.nan)
    for number in range(7):
        days = told & (weekday[recent] == number)
        own, seen = contacts[days], known[days].astype(float)
        gain = memory_gains(own, seen, scatter, scatter / SHAPES_DIFFER**2, DECAYS, FORGETTING)
        if gain.max() > CLEARLY:
            found[number] = SHORT_WEEKS[int(gain.argmax())]
    return found
