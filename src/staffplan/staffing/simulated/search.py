"""The cheapest requirement whose simulated waits keep the promise: in every interval, every day or every week.

What comes later does not change what came before, so the search goes through the period once, interval by interval,
with all repetitions side by side: it looks for the fewest agents that keep the promise there, given who is still busy
and who still waits, and goes on with them. For the promise of a day or a week the agents of an interval are worth a
price, the same for all intervals of the period: an agent is added as long as he brings at least so many contacts more
in time; the highest price at which the period keeps its promise is halved in on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from staffplan.settings.queues import Definition
from staffplan.simulate.outcomes import (
    ANSWERS,
    IN_TIME,
    LEFT,
    LEFT_IN_TIME,
    OFFERED,
    VIRTUAL_IN_TIME,
    WAITED,
)
from staffplan.staffing.simulated.judge import Judged, Playing, judge
from staffplan.staffing.simulated.kernels import BUSY, Crowd, Floats, Ints, Span
from staffplan.staffing.simulated.line import Line

SURE = 2.5
"""Standard errors from which a quarter of the repetitions decides."""
SHORT = 0.005
"""A confirmation that is short of the goal by more than this share calls for another agent."""
ROUNDS = 4
"""Confirmations at most; each adds one agent where the one before was short."""
PRICE_STEPS = 10
LOWEST_PRICE = 0.01


@dataclass(frozen=True)
class Scope:
    """Over what the promise is kept: `period` numbers each interval's; a floor holds in every interval."""

    period: Ints
    floor: float
    """Lowest service level of any interval; counts where periods are longer than intervals."""

    @property
    def by_interval(self) -> bool:
        return bool(self.period[-1] + 1 == len(self.period))


def make_scope(line: Line, scope: str, floor: float) -> Scope:
    """Of "interval", "day" or "week"."""
    period = {"interval": np.arange(len(line), dtype=np.int64), "day": line.day, "week": line.week}[scope]
    return Scope(period, floor)


def in_time(counts: Floats, definition: Definition) -> tuple[Floats, Floats]:
    """(..., MEASURES) to good contacts and contacts that count, (...,) each."""
    offered, answered, short = counts[..., OFFERED], counts[..., ANSWERS], counts[..., LEFT_IN_TIME]
    match definition:
        case "offered":
            return counts[..., IN_TIME], offered
        case "answered":
            return counts[..., IN_TIME], answered
        case "excluding_short_abandons":
            return counts[..., IN_TIME], offered - short
        case "short_abandons_good":
            return counts[..., IN_TIME] + short, offered
        case "virtual":
            return counts[..., VIRTUAL_IN_TIME], offered


def margins(line: Line, counts: Floats, agent_seconds: Floats | float, slack: float = 0.0) -> Floats:
    """(..., MEASURES) to (..., limits): how far each limit of the promise is kept, below 0 where it is not.

    In contacts, or seconds. A sum of margins is the margin of the sum: a mean over repetitions tells what is kept.
    """
    promise, found = line.promise, []
    if promise.service_level is not None:
        good, judged = in_time(counts, promise.definition)
        found.append(good - (promise.service_level - slack) * judged)
    if promise.asa_seconds is not None:
        found.append((1 + slack) * promise.asa_seconds * counts[..., ANSWERS] - counts[..., WAITED])
    if line.max_abandon_rate is not None:
        found.append((line.max_abandon_rate + slack) * counts[..., OFFERED] - counts[..., LEFT])
    if promise.max_occupancy is not None:
        found.append((promise.max_occupancy + slack) * agent_seconds - counts[..., BUSY])
    return np.stack(found, axis=-1)


def fewest_by_interval(line: Line, guess: Ints, *, seed: int, repetitions: int) -> Ints:
    """(open intervals,): the fewest agents with which every interval in turn keeps the promise.

    The guess is off by about as much as it was in the interval before: that changes the time, not the answer.
    """
    playing, off = Playing(line, seed, repetitions), 1.0
    for place, span, crowd in playing.intervals():
        least = int(line.minimum_agents[place])
        start = max(least, round(off * int(guess[place])))
        agents = _fewest(partial(_is_kept, playing, span, crowd), start, least)
        off = agents / guess[place] if agents > least and guess[place] > 0 else off
        playing.go_on(place, span, crowd, agents)
    return playing.judged().agents


def _fewest(is_kept: Callable[[int], bool], start: int, least: int) -> int:
    """Fewest agents, `least` or more, that keep a promise: strides that double from the start, then halves."""
    low, high, stride = start, start, 1
    if is_kept(start):
        low = max(least - 1, high - stride)
        while low >= least and is_kept(low):
            high, stride = low, 2 * stride
            low = max(least - 1, high - stride)
    else:
        high = low + stride
        while not is_kept(high):
            low, stride = high, 2 * stride
            high = low + stride
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_kept(middle) else (middle, high)
    return high


def _is_kept(playing: Playing, span: Span, crowd: Crowd, agents: int) -> bool:
    """Whether the promise holds in the interval; a quarter of the repetitions decides where they are sure."""
    parts: list[Floats] = []
    first = 0
    for last in (playing.repetitions // 4, playing.repetitions):
        counts = playing.would_give(span, crowd, agents, first, last)
        parts.append(margins(playing.line, counts, agents * (span.end - span.start)))
        every = np.concatenate(parts)
        mean, error = every.mean(axis=0), every.std(axis=0) / np.sqrt(len(every))
        if (mean < -SURE * error).any():
            return False
        if (mean > SURE * error).all():
            return True
        first = last
    return bool((mean >= 0).all())


def fewest_by_period(line: Line, scope: Scope, guess: Ints, *, seed: int, repetitions: int) -> Ints:
    """(open intervals,): few agents with which every period as a whole, and every interval's floor, is kept."""
    periods = int(scope.period[-1]) + 1
    low, high = np.full(periods, np.log(LOWEST_PRICE)), np.full(periods, np.log(line.offered_total.max() + 1.0))
    best = agents = guess
    for step in range(PRICE_STEPS):
        price = low if step == 0 else (low + high) / 2
        judged, loss = _at_price(line, scope, agents, np.exp(price), seed, repetitions)
        left = period_margins(judged, scope.period) / repetitions
        kept = left.min(axis=1) >= 0
        low, high = np.where(kept, price, low), np.where(kept, high, price)
        agents = judged.agents
        here = kept[scope.period] | (step == 0)
        best = np.where(here, agents - _spare(loss, left[:, 0], scope.period), best)
    return best


def _spare(loss: Floats, left: Floats, period: Ints) -> Ints:
    """(open intervals,): 1 where an agent can go: the smallest losses that what is left over of a period makes up."""
    spare = np.zeros(len(loss), dtype=np.int64)
    for number in np.flatnonzero(left > 0):
        inside = np.flatnonzero(period == number)
        ranked = inside[np.argsort(loss[inside], kind="stable")]
        spare[ranked[np.cumsum(loss[ranked]) <= left[number]]] = 1
    return spare


def period_margins(judged: Judged, period: Ints, slack: float = 0.0) -> Floats:
    """(periods, limits): margins of each period as a whole."""
    line, repetitions = judged.line, judged.counts.shape[1]
    every = margins(line, judged.by_interval.T, judged.agents * line.interval_seconds * repetitions, slack)
    return np.asarray(np.add.reduceat(every, np.flatnonzero(np.diff(period, prepend=-1)), axis=0))


def _at_price(
    line: Line, scope: Scope, guess: Ints, price: Floats, seed: int, repetitions: int
) -> tuple[Judged, Floats]:
    """The period with agents added as long as each is worth his price; and what each interval's last one is worth,
    infinite where he cannot go."""
    playing, loss = Playing(line, seed, repetitions), np.full(len(line), np.inf)
    for place, span, crowd in playing.intervals():
        worth = _Worth(playing, span, crowd, scope.floor, {})
        agents = max(int(line.minimum_agents[place]), int(guess[place]))
        own = price[scope.period[place]]
        while not worth.floor_holds(agents) or worth.of(agents + 1) - worth.of(agents) >= own:
            agents += 1
        while (
            agents > line.minimum_agents[place]
            and worth.floor_holds(agents - 1)
            and worth.of(agents) - worth.of(agents - 1) < own
        ):
            agents -= 1
        if agents > line.minimum_agents[place] and worth.floor_holds(agents - 1):
            loss[place] = max(0.0, worth.of(agents) - worth.of(agents - 1))
        playing.go_on(place, span, crowd, agents)
    return playing.judged(), loss


@dataclass(frozen=True)
class _Worth:
    """What numbers of agents give in one interval, asked for once."""

    playing: Playing
    span: Span
    crowd: Crowd
    floor: float
    known: dict[int, Floats]

    def _counts(self, agents: int) -> Floats:
        if agents not in self.known:
            counts = self.playing.would_give(self.span, self.crowd, agents, 0, self.playing.repetitions)
            self.known[agents] = counts.mean(axis=0)
        return self.known[agents]

    def of(self, agents: int) -> float:
        """The first limit's margin, in contacts in time where it is a service level."""
        return float(margins(self.playing.line, self._counts(agents), agents * (self.span.end - self.span.start))[0])

    def floor_holds(self, agents: int) -> bool:
        promise = self.playing.line.promise
        if promise.service_level is None:
            return True
        good, judged = in_time(self._counts(agents), promise.definition)
        return bool(good >= min(self.floor, promise.service_level) * judged)


def confirm(line: Line, scope: Scope, agents: Ints, *, seed: int, repetitions: int) -> Judged:
    """Play the requirement with fresh contacts; add agents where it falls short, and play again with fresh ones.
    `agents`: (open intervals,)."""
    judged = judge(line, agents, seed=seed, repetitions=repetitions)
    for number in range(1, ROUNDS):
        more = _short(judged, scope)
        if not more.any():
            break
        judged = judge(line, judged.agents + more, seed=seed + number, repetitions=repetitions)
    return judged


def _short(judged: Judged, scope: Scope) -> Ints:
    """(open intervals,): one more agent in every interval that is short of the promise or, where that is for longer,
    of the floor, and in the worst one of a period that is short."""
    own = period_margins(judged, np.arange(len(judged.line), dtype=np.int64), SHORT)
    if scope.by_interval:
        return np.asarray((own < 0).any(axis=1).astype(np.int64))
    more = _below_floor(judged, scope.floor).astype(np.int64)
    for period in np.flatnonzero((period_margins(judged, scope.period, SHORT) < 0).any(axis=1)):
        inside = np.flatnonzero(scope.period == period)
        more[inside[np.argmin(own[inside].min(axis=1))]] = 1
    return more


def _below_floor(judged: Judged, floor: float) -> NDArray[np.bool_]:
    """(open intervals,): whether fewer are in time than must be in any interval."""
    promise = judged.line.promise
    if promise.service_level is None:
        return np.zeros(len(judged.line), dtype=bool)
    good, counted = in_time(judged.by_interval.T, promise.definition)
    return np.asarray(good < (min(floor, promise.service_level) - SHORT) * counted)
