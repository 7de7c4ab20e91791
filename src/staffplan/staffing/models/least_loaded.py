"""Chat without rebalancing: a chat goes to an agent with the fewest chats, and stays there.

The exact Markov chain over how many agents have 0, 1, 2, ... chats. Its levels are the chats in hand; a state leads
up to one of the next level and down to several of the one before. Levels are left out one by one from the lowest
(block elimination of a level-dependent birth-death process; G. Latouche, V. Ramaswami, Introduction to Matrix
Analytic Methods in Stochastic Modeling, 1999), which needs one small linear system each. Above the level at which
everyone is full the line is the same as that of any other model.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from staffplan.staffing.models import kernels
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.models.erlang import WaitingLine

State = tuple[int, ...]
"""How many agents have 0, 1, 2, ... chats."""
MOST_STATES = 10_000


def least_loaded_line(
    load_erlangs: float,
    agents: int,
    *,
    pace: Array,
    aht_seconds: float,
    answer_within_seconds: float,
    patience_seconds: float = math.inf,
) -> WaitingLine:
    """Waits of chats, one case; load and AHT are those of a chat whose agent has no other. `pace`: (chats,).

    Raises ValueError above MOST_STATES.
    """
    most, arrival = len(pace), load_erlangs / aht_seconds
    count = math.comb(agents + most, most)
    if count > MOST_STATES:
        raise ValueError(
            f"{agents} agents with {most} chats have {count:,} states; at most {MOST_STATES:,} are solved"
        )
    case = np.array([load_erlangs, aht_seconds, 1.0 / patience_seconds, np.inf, 0.0, 0.0])
    sums = np.zeros(12)
    if agents == 0 or load_erlangs == 0:
        kernels.line(sums, float(agents), case, answer_within_seconds, pace)
    else:
        rates = np.arange(1, most + 1) / (aht_seconds * pace)
        weights, first = _weights(agents, most, arrival, rates)
        below, busy, served = weights.sum(axis=0)
        full = agents * rates[-1]
        kernels.waiting_sums(
            sums, below, first, arrival, full, case[kernels.ABANDON], answer_within_seconds, math.inf
        )
        free, taken = sums[kernels.NO_WAIT] / below, 1.0 - sums[kernels.NO_WAIT]
        sums[kernels.BUSY] = busy * free + taken * agents
        sums[kernels.SERVED] = served * free + taken * agents * most
        sums[kernels.TOTAL_LOAD] = load_erlangs
    return WaitingLine((), sums[None, :], case[None, :], np.array([answer_within_seconds]), np.array([float(agents)]))


def _weights(agents: int, most: int, arrival: float, rates: Array) -> tuple[Array, float]:
    """(levels with room, 3): weight, weight x busy agents, weight x chats; and the weight of the full state."""
    levels = _levels(agents, most)
    inverses, leaving = _eliminate(levels, arrival, rates)
    first = 1.0
    share: Array = np.ones(1)
    weights = np.zeros((len(levels) - 1, 3))
    for chats in range(len(levels) - 2, -1, -1):
        share = np.asarray(np.linalg.solve(inverses[chats].T, leaving[chats + 1].T @ share), dtype=np.float64)
        busy = np.array([agents - state[0] for state in levels[chats]])
        weights[chats] = share.sum(), share @ busy, chats * share.sum()
        if weights[chats, 0] > kernels.HUGE:
            share, first, weights = share / kernels.HUGE, first / kernels.HUGE, weights / kernels.HUGE
    return weights, first


def _levels(agents: int, most: int) -> list[list[State]]:
    """All states by the chats in hand, 0 to agents x most."""
    levels: dict[int, list[State]] = defaultdict(list)
    for state in _states(agents, most):
        levels[sum(chats * own for chats, own in enumerate(state))].append(state)
    return [levels[chats] for chats in range(agents * most + 1)]


def _states(agents: int, most: int) -> Iterator[State]:
    if most == 0:
        yield (agents,)
        return
    for own in range(agents + 1):
        for rest in _states(agents - own, most - 1):
            yield (*rest, own)


def _eliminate(levels: list[list[State]], arrival: float, rates: Array) -> tuple[list[Array], list[Array]]:
    """For each level but the full one what is left of it without those below, and for each its ways down.

    A level's matrix is its rates of leaving less what comes back to it over the levels below.
    """
    left: list[Array] = []
    leaving: list[Array] = [np.zeros((1, 0))]
    for chats, states in enumerate(levels):
        place_below = {state: number for number, state in enumerate(levels[chats - 1])} if chats else {}
        down = np.zeros((len(states), len(place_below)))
        for number, state in enumerate(states):
            for held in np.flatnonzero(state[1:]).tolist():
                down[number, place_below[_moved(state, held + 1, held)]] = state[held + 1] * rates[held]
        if chats:
            leaving.append(down)
        if chats == len(levels) - 1:
            break
        matrix = np.diag(arrival + down.sum(axis=1))
        if chats:
            matrix -= down @ np.linalg.solve(left[-1], arrival * _ways_up(levels[chats - 1], states))
        left.append(matrix)
    return left, leaving


def _ways_up(states: list[State], above: list[State]) -> Array:
    """(states, states above): 1 where a new chat leads, to an agent with the fewest."""
    place = {state: number for number, state in enumerate(above)}
    up = np.zeros((len(states), len(above)))
    for number, state in enumerate(states):
        fewest = next(chats for chats, own in enumerate(state) if own)
        up[number, place[_moved(state, fewest, fewest + 1)]] = 1.0
    return up


def _moved(state: State, before: int, after: int) -> State:
    """The state after one agent's chats went from `before` to `after`."""
    changed = list(state)
    changed[before] -= 1
    changed[after] += 1
    return tuple(changed)
