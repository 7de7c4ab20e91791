"""Outages and spikes in a day that is not over: what is far off tells of the telephone exchange, not of the day."""

from __future__ import annotations

import numpy as np

from staffplan.forecast.history.cleaning import HIGH_SHARE, LOW_SHARE
from staffplan.forecast.history.series import Flags, Floats

LOW_SIGMAS = 4.0
"""Contacts missing in a stretch exceed this many standard deviations of chance..."""
HIGH_SIGMAS = 8.0
"""...and those too many this many, because counts have a long upper tail."""

SHARE_FOR_A_LEVEL = 0.2
"""Share of the day's expected contacts that must lie behind before the day can have a level of its own: what is far
off in its first or its quiet hours is a spike, or hours that have changed."""


def far_off(came: Floats, expected: Floats, variance: Floats) -> Flags:
    """(slots,): the slots known so far that are an outage or a spike; slots with nothing expected never are.

    `variance` is that of came / expected in one slot, infinite where nothing is known. Each slot is judged against
    what was expected, or against a level of today's own when more of what was expected lies near that one. A level
    below LOW_SHARE is none: then the whole stretch is an outage, or a closure nobody listed. `expected` is that of
    the whole day.
    """
    usable = (expected > 0) & np.isfinite(variance)
    if not usable.any():
        return usable
    ratio = came[usable] / expected[usable]
    level = _middle(ratio, expected[usable])
    promised = expected
    enough = expected[usable].sum() >= SHARE_FOR_A_LEVEL * expected.sum() and level >= LOW_SHARE
    if enough and _near(ratio / level, expected[usable]) > _near(ratio, expected[usable]):
        promised = expected * level
    low = usable & (came < LOW_SHARE * promised)
    high = usable & (came > HIGH_SHARE * promised)
    error, squares = came - promised, promised**2 * np.where(usable, variance, 0.0)
    return _significant(low, error, squares, LOW_SIGMAS) | _significant(high, error, squares, HIGH_SIGMAS)


def _middle(ratio: Floats, weight: Floats) -> float:
    """Weighted median."""
    order = np.argsort(ratio, kind="stable")
    share = np.cumsum(weight[order])
    return float(ratio[order][np.searchsorted(share, share[-1] / 2)])


def _near(ratio: Floats, weight: Floats) -> float:
    return float(weight[(ratio >= LOW_SHARE) & (ratio <= HIGH_SHARE)].sum())


def stretches(flagged: Flags) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each run of flagged slots. `flagged`: (slots,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flagged.astype(int), [0]])))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _significant(flagged: Flags, error: Floats, squares: Floats, sigmas: float) -> Flags:
    """The flagged slots of those runs whose summed error chance does not explain; `squares` are variances.

    One contact is added because an expectation of nearly nothing is itself only known to about one contact.
    """
    kept = np.zeros(len(flagged), dtype=bool)
    for start, end in stretches(flagged):
        run = slice(start, end)
        kept[run] = error[run].sum() ** 2 > sigmas**2 * (squares[run].sum() + 1)
    return kept
