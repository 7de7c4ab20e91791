"""How sure a plan is: everybody stays or leaves by chance, and contacts are more or fewer than forecast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from staffplan.capacity.cohorts import Floats
from staffplan.capacity.outlook import Outlook

DRAWS = 10_000
SAME_PEOPLE = 1e-9
NORMAL_P90 = float(ndtri(0.9))


@dataclass(frozen=True)
class Risk:
    """(periods,) each: chance that net is below required, the band of net, and the people missing on average."""

    chance_short: Floats
    chance_short_volume: Floats
    """The same with the forecast's error; nan where it has no band."""
    net_p10: Floats
    net_p90: Floats
    expected_short: Floats


def risk_of(starts: Floats, outlook: Outlook, rng: np.random.Generator) -> Risk:
    """Leavers by chance, for (periods,) starts: everybody is there with the plan's share of a class, or of the crew.

    Every period is drawn by itself. Numbers of leavers and transfers that are given are as given.
    """
    first, started = outlook.first, outlook.started
    groups = np.concatenate([whole_people(outlook.crew.heads), np.rint(starts).astype(np.int64)])
    stay = np.vstack([outlook.stays, started.there])
    there = np.vstack([first.there, started.there])
    work, slow = (
        np.vstack([before, later]) / np.where(there > 0, there, 1.0)
        for before, later in ((first.works, started.works), (first.slower, started.slower))
    )
    at_work = 1.0 - outlook.shrinkage
    surely = outlook.net(starts) / at_work - (groups[:, None] * stay * work).sum(axis=0)
    surely_slow = outlook.slower(starts) / at_work - (groups[:, None] * stay * slow).sum(axis=0)
    found = []
    for period, kept in enumerate(at_work.tolist()):
        some = (groups > 0) & (stay[:, period] > 0)
        people = rng.binomial(groups[some], stay[some, period], size=(DRAWS, int(some.sum())))
        net = (people @ work[some, period] + surely[period]) * kept
        slower = np.maximum(0.0, people @ slow[some, period] + surely_slow[period]) * kept
        lines = outlook.needs.base[:, period], outlook.needs.relief[:, period]
        need = (lines[0] - np.multiply.outer(slower, lines[1])).max(axis=1)
        short = np.maximum(0.0, need - net)
        low, high = np.quantile(net, [0.1, 0.9])
        other = _as_it_comes(outlook, period, rng)
        by_volume = np.nan if other is None else float((need * other > net + SAME_PEOPLE).mean())
        chance = float((short > SAME_PEOPLE).mean())
        found.append((chance, by_volume, max(0.0, low), max(0.0, high), float(short.mean())))
    return Risk(*(np.array(column) for column in zip(*found, strict=True)))


def whole_people(heads: Floats) -> NDArray[np.int64]:
    """(groups,): whole people, together as many as the heads to the nearest, by largest remainders."""
    whole = np.floor(heads + SAME_PEOPLE)
    missing = max(0, round(float(heads.sum() - whole.sum())))
    largest = np.argsort(whole - heads, kind="stable")[:missing]
    whole[largest] += 1
    return whole.astype(np.int64)


def _as_it_comes(outlook: Outlook, period: int, rng: np.random.Generator) -> Floats | None:
    """(draws,): what is required as a multiple of what is expected, log-normal to either side of the forecast."""
    low, middle, high = (need[period] for need in (outlook.need_p10, outlook.needs.trained, outlook.need_p90))
    if np.isnan(low) or np.isnan(high) or min(low, middle) <= 0:
        return None
    sigma_below, sigma_above = np.log(middle / low) / NORMAL_P90, np.log(high / middle) / NORMAL_P90
    drawn = rng.standard_normal(DRAWS)
    return np.asarray(np.exp(drawn * np.where(drawn < 0, max(sigma_below, 0.0), max(sigma_above, 0.0))))
