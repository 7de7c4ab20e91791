"""How sure a plan is: everybody stays or leaves by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.capacity.cohorts import Floats, Outlook

DRAWS = 10_000
SAME_PEOPLE = 1e-9


@dataclass(frozen=True)
class Risk:
    """(periods,) each: chance that net is below required, the band of net, and the people missing on average."""

    chance_short: Floats
    net_p10: Floats
    net_p90: Floats
    expected_short: Floats


def risk_of(starts: Floats, outlook: Outlook, rng: np.random.Generator) -> Risk:
    """Leavers by chance, for (periods,) starts: everybody is there with the plan's share of a class, or of the first.

    Every period is drawn by itself. Numbers of leavers and transfers that are given are as given.
    """
    count = len(starts)
    groups = np.rint(np.concatenate([[outlook.first_heads], starts])).astype(np.int64)
    stay = np.vstack([_stays(outlook), outlook.survive])
    work = np.vstack([np.ones(count), outlook.works / np.where(outlook.survive > 0, outlook.survive, 1.0)])
    surely = outlook.net(starts) / (1.0 - outlook.shrinkage) - (groups[:, None] * stay * work).sum(axis=0)
    there = groups > 0
    groups, stay, work = groups[there], stay[there], work[there]
    found = []
    for period in range(count):
        people = rng.binomial(groups, stay[:, period], size=(DRAWS, len(groups)))
        net = (people @ work[:, period] + surely[period]) * (1.0 - outlook.shrinkage[period])
        short = np.maximum(0.0, outlook.required[period] - net)
        low, high = np.quantile(net, [0.1, 0.9])
        found.append((float((short > SAME_PEOPLE).mean()), max(0.0, low), max(0.0, high), float(short.mean())))
    return Risk(*(np.array(column) for column in zip(*found, strict=True)))


def _stays(outlook: Outlook) -> Floats:
    """(periods,): share of those there at the start who are still there."""
    before = np.concatenate([[outlook.first_heads], outlook.trained[:-1]])
    kept = 1.0 - outlook.left / np.where(before > 0, before, 1.0)
    return np.clip(np.cumprod(np.clip(kept, 0.0, 1.0)), 0.0, 1.0)
