"""Premiums for hours over a norm: minute by minute, in the order in which each person works them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from staffplan.cost.exact import Ints
from staffplan.cost.norms import Norms, Used
from staffplan.settings.cost import PremiumSettings

Due = NDArray[np.bool_]
"""(premiums, minutes): whether each is due, whatever it may exclude."""


@dataclass(frozen=True)
class WorkedSpans:
    """Paid spans of time, (spans,) each: whose, of which day's shift, from and to (minutes since 1970). `counts`:
    whether people work in it; absences within a shift do not count for a norm."""

    agent: Sequence[str]
    day: Sequence[date]
    start: Ints
    end: Ints
    counts: Due


def any_norm(premiums: Iterable[PremiumSettings]) -> bool:
    """Whether one of the premiums is paid for hours over a norm."""
    return any(premium.over_hours is not None for premium in premiums)


def due_of(
    spans: WorkedSpans,
    rows: Ints,
    by_clock: Due,
    premiums: Sequence[PremiumSettings],
    norms: Norms,
    used: Mapping[str, Used],
) -> Due:
    """(premiums, minutes) of one person: due by the clock, and above the norm where one is set.

    `rows`: the person's spans in the order of time, (own spans,). by_clock: (premiums, minutes) of all their minutes,
    one span after the other. used: what counts before, by the name of a premium over a norm.
    """
    lengths = spans.end[rows] - spans.start[rows]
    counts, due = np.repeat(spans.counts[rows], lengths), by_clock.copy()
    names, agent = [premium.name for premium in premiums], spans.agent[rows[0]]
    for number in _in_order(premiums):
        premium = premiums[number]
        if premium.over_hours is None:
            continue
        norm = norms.minutes_of(premium, agent)
        if norm is None:
            due[number] = False
            continue
        paid_else = due[[names.index(other) for other in premium.not_counted]].any(axis=0)
        blocks = [norms.blocks.of(spans.day[row], premium.per) for row in rows]
        before = _counted_before(counts & ~paid_else, blocks, lengths, used[premium.name], agent)
        above = (before >= norm[0]) & (before < (norm[1] or np.inf))
        due[number] &= above & counts & ~paid_else
    return due


def _in_order(premiums: Sequence[PremiumSettings]) -> list[int]:
    """Numbers of the premiums, those first whose hours others leave out."""
    found: list[int] = []
    names = [premium.name for premium in premiums]
    while len(found) < len(premiums):
        known = {names[number] for number in found}
        found += [n for n, p in enumerate(premiums) if n not in found and set(p.not_counted) <= known]
    return found


def _counted_before(counts: Due, blocks: Sequence[date], lengths: Ints, used: Used, agent: str) -> Ints:
    """(minutes,): minutes counted in the block before each minute."""
    before: Ints = np.cumsum(counts) - counts
    firsts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    begun: dict[date, int] = {}
    for block, first in zip(blocks, firsts.tolist(), strict=True):
        begun.setdefault(block, int(before[first]) - used[agent, block])
    return np.asarray(before - np.repeat([begun[block] for block in blocks], lengths), dtype=np.int64)
