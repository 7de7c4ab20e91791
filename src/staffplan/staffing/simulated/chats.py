# mypy: disallow-untyped-decorators=False
"""The compiled judge of chats: agents who serve several customers at once, each of whom then takes longer.

As in `simulate`: a chat goes to the agent with the fewest in hand, of these to who has been so the longest, and stays
there; who leaves takes no more and finishes what is in hand. Every agent has a clock of his own that runs slower the
more chats share him, so that a chat is over when that clock shows the hour it was given at its start.
"""

from __future__ import annotations

import numpy as np

from staffplan.process.compiler import njit
from staffplan.staffing.simulated.kernels import (
    BUSY,
    MEASURES,
    Crowd,
    Floats,
    Ints,
    Span,
    count_contact,
    count_turned_away,
    those_from,
)

CLOCK, CLOCK_AT, IN_HAND, STAYS, SINCE, FINISH, DUE = range(7)
"""Columns of a desk: its agent's own clock and the moment for which that is true, chats in hand, whether more are
taken, the moment of the last change, that at which the next chat is over; from DUE on the hour that ends each."""


def empty_desks(repetitions: int, room: int, slots: int) -> Floats:
    """(repetitions, room, DUE + slots): nobody there."""
    desks = np.zeros((repetitions, room, DUE + slots))
    desks[:, :, FINISH] = np.inf
    return desks


@njit(cache=True, inline="always")
def _advance(desk: Floats, slowdown: float, now: float) -> None:
    """Bring the agent's own clock up to now."""
    if desk[IN_HAND] > 0.0:
        desk[CLOCK] += (now - desk[CLOCK_AT]) / (1.0 + slowdown * (desk[IN_HAND] - 1.0))
    else:
        desk[CLOCK] = 0.0
    desk[CLOCK_AT] = now


@njit(cache=True, inline="always")
def _settle(desk: Floats, slowdown: float, now: float) -> None:
    """After a change in hand: when the next chat is over."""
    desk[SINCE], desk[FINISH] = now, np.inf
    hand = int(desk[IN_HAND])
    if hand > 0:
        left = max(0.0, desk[DUE : DUE + hand].min() - desk[CLOCK])
        desk[FINISH] = now + left * (1.0 + slowdown * (hand - 1.0))


@njit(cache=True, inline="always")
def _begin(desk: Floats, work: float) -> None:
    desk[DUE + int(desk[IN_HAND])] = desk[CLOCK] + work
    desk[IN_HAND] += 1.0


@njit(cache=True, inline="always")
def _finish_one(desk: Floats) -> None:
    """The chat that is over first leaves the agent, whose clock is up to date."""
    last = int(desk[IN_HAND]) - 1
    over = DUE + np.argmin(desk[DUE : DUE + last + 1])
    desk[over] = desk[DUE + last]
    desk[IN_HAND] = last


@njit(cache=True)
def _take(desk: Floats, slowdown: float, now: float, crowd: Crowd, head: int, arrived: int, waits: Floats) -> int:
    """An agent, whose clock is up to date, takes from those who wait, `head` up to `arrived`; gives the new head.

    Who has hung up is passed over, with the wait of a customer who would not have.
    """
    while head < arrived and desk[IN_HAND] < len(desk) - DUE:
        waits[head] = now - crowd.arrival[head]
        if crowd.patience[head] >= waits[head]:
            _begin(desk, crowd.work[head])
        head += 1
    _settle(desk, slowdown, now)
    return head


@njit(cache=True)
def _least_loaded(desks: Floats) -> int:
    """Who may take a chat, with the fewest in hand and of these for the longest; -1 when all are full."""
    slots, best = desks.shape[1] - DUE, -1
    for place in range(len(desks)):
        if desks[place, STAYS] > 0.0 and desks[place, IN_HAND] < slots:
            fewer = best < 0 or desks[place, IN_HAND] < desks[best, IN_HAND]
            same = best >= 0 and desks[place, IN_HAND] == desks[best, IN_HAND]
            if fewer or (same and desks[place, SINCE] < desks[best, SINCE]):
                best = place
    return best


@njit(cache=True)
def _let_go(desks: Floats, leavers: int) -> None:
    """So many take no more: who is free, then whoever is done with a chat first."""
    for _ in range(leavers):
        best = -1
        for place in range(len(desks)):
            if desks[place, STAYS] > 0.0:
                if desks[place, IN_HAND] == 0.0:
                    best = place
                    break
                if best < 0 or desks[place, FINISH] < desks[best, FINISH]:
                    best = place
        desks[best, STAYS] = 0.0


@njit(cache=True)
def _change_agents(
    desks: Floats, agents: int, slowdown: float, now: float, crowd: Crowd, head: int, arrived: int, waits: Floats
) -> int:
    """As many as `agents` from now on; who comes takes from those who wait. Gives the new head of these."""
    before = int(desks[:, STAYS].sum())
    _let_go(desks, before - agents)
    place = 0
    for _ in range(agents - before):
        while desks[place, STAYS] > 0.0 or desks[place, IN_HAND] > 0.0:
            place += 1
        desks[place, STAYS] = 1.0
        _advance(desks[place], slowdown, now)
        head = _take(desks[place], slowdown, now, crowd, head, arrived, waits)
    return head


@njit(cache=True)
def _busy(desks: Floats) -> float:
    """Agents of the line who have anything in hand."""
    count = 0.0
    for place in range(len(desks)):
        if desks[place, STAYS] > 0.0 and desks[place, IN_HAND] > 0.0:
            count += 1.0
    return count


@njit(cache=True)
def _serve(
    span: Span, crowd: Crowd, r: int, desks: Floats, agents: int, slowdown: float, to_the_last: bool, waits: Floats
) -> tuple[int, float]:
    """One repetition through the span with so many agents and, if asked for, beyond it until everyone's turn came.

    Fills `waits` for those whose turn came. Gives the first who still waits, and the seconds of agents busy.
    """
    head, arrived, end = crowd.first[r], crowd.first[r], crowd.first[r + 1]
    while arrived < end and crowd.arrival[arrived] < span.start:
        arrived += 1
    head = _change_agents(desks, agents, slowdown, span.start, crowd, head, arrived, waits)
    now, seconds, busy = span.start, 0.0, _busy(desks)
    while True:
        first = np.argmin(desks[:, FINISH])
        finish, arrival = desks[first, FINISH], crowd.arrival[arrived] if arrived < end else np.inf
        at = min(finish, arrival)
        if at == np.inf or (at >= span.end and not (to_the_last and head < end)):
            break
        seconds += busy * (min(at, span.end) - min(now, span.end))
        now = at
        if finish <= arrival:
            _advance(desks[first], slowdown, now)
            _finish_one(desks[first])
            may_take = arrived if desks[first, STAYS] > 0.0 else head
        else:
            arrived += 1
            first = _least_loaded(desks)
            may_take = arrived
            if first >= 0:
                _advance(desks[first], slowdown, now)
        if first >= 0:
            head = _take(desks[first], slowdown, now, crowd, head, may_take, waits)
        busy = _busy(desks)
    return head, seconds + busy * (span.end - min(now, span.end))


@njit(cache=True)
def trial_chats(
    span: Span, crowd: Crowd, desks: Floats, agents: int, slowdown: float, first: int, last: int
) -> Floats:
    """As `kernels.trial`; `desks` (repetitions, room, columns) has room for so many more."""
    counts, waits = np.zeros((last - first, MEASURES)), np.full(len(crowd.arrival), np.inf)
    for r in range(first, last):
        row = counts[r - first]
        head, row[BUSY] = _serve(span, crowd, r, desks[r].copy(), agents, slowdown, not span.closes, waits)
        for place in range(crowd.first[r], crowd.first[r + 1]):
            arrival, patience = crowd.arrival[place], crowd.patience[place]
            if arrival >= span.start:
                allowed = span.allowed[crowd.queue[place]]
                if span.closes and place >= head:
                    count_turned_away(row, span.end - arrival, patience, allowed)
                else:
                    count_contact(row, waits[place], patience, allowed)
    return counts


@njit(cache=True)
def play_chats(
    span: Span, crowd: Crowd, desks: Floats, agents: int, slowdown: float, length: float, rows: Ints, counts: Floats
) -> Crowd:
    """As `kernels.play`; `desks` is brought up to the span's end. `desks`: (repetitions, room, DUE + slots); `rows`:
    (intervals,); `counts`: (rows, repetitions, MEASURES)."""
    repetitions, waits = len(crowd.first) - 1, np.full(len(crowd.arrival), np.inf)
    stay = np.zeros(repetitions + 1, dtype=np.int64)
    now = rows[np.int64(span.start / length + 0.5)]
    for r in range(repetitions):
        head, seconds = _serve(span, crowd, r, desks[r], agents, slowdown, False, waits)
        counts[now, r, BUSY] += seconds
        stay[r] = crowd.first[r + 1] if span.closes else head
        for place in range(crowd.first[r], stay[r]):
            arrival, patience = crowd.arrival[place], crowd.patience[place]
            row, allowed = counts[rows[np.int64(arrival / length)], r], span.allowed[crowd.queue[place]]
            if place >= head:
                count_turned_away(row, span.end - arrival, patience, allowed)
            else:
                count_contact(row, waits[place], patience, allowed)
    left: Crowd = those_from(crowd, stay)
    return left
