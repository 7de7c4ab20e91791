"""Compiled: simulated annealing by small changes of a roster (kernels_moves.py), millions a second.

Metropolis acceptance at a temperature that falls geometrically: Kirkpatrick, Gelatt and Vecchi, "Optimization by
simulated annealing", Science 220 (1983).

Two threads may work on one roster at the same time when each has its own days and slots (`Span`): a change must lie
within them, and leave the person's state on the span's last day as it was.
"""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np

from staffplan.process.compiler import njit
from staffplan.roster.search.compiled.arrays import NO_DAY, NOTHING, Folk, Need, Plan, Shifts, Team, Walks
from staffplan.roster.search.compiled.moves import (
    Span,
    Work,
    draw,
    draw_below,
    inside,
    move_days,
    move_group,
    move_pause,
    move_shift,
)

PAUSE, SHIFT, TRADE, MORE = 0.3, 0.72, 0.84, 0.88
"""Shares of the moves, each added to those before it; the rest are changes of group."""


@njit(cache=True, nogil=True)
def anneal(
    moves: int,
    hot: float,
    cold: float,
    span: Span,
    work: Work,
    plan: Plan,
    folk: Folk,
    need: Need,
    team: Team,
    shifts: Shifts,
    walks: Walks,
) -> float:
    """So many moves while the temperature (in cost) falls from `hot` to `cold`; gives the change of cost."""
    people, change = plan.choice.shape[0], 0.0
    groups = 1.0 if plan.gain.shape[0] > 1 else MORE
    temperature = hot
    fall = (cold / hot) ** (1000.0 / max(moves, 1000)) if hot > 0 else 1.0
    for number in range(moves):
        if number % 1000 == 999:
            temperature *= fall
        person = draw_below(people, work.random)
        day = span.first_day + draw_below(span.end_day - span.first_day, work.random)
        kind = draw(work.random) * groups
        limit = -temperature * np.log(1.0 - draw(work.random)) + 1e-9
        now = plan.choice[person, day]
        if now == NOTHING:
            if TRADE <= kind < MORE:
                change += move_days(person, NO_DAY, day, limit, span, work, plan, folk, need, team, shifts, walks)
            continue
        if not inside(now, day, span, shifts):
            continue
        if kind < PAUSE:
            change += move_pause(person, day, limit, work, plan, need, team, shifts)
        elif kind < SHIFT:
            change += move_shift(person, day, limit, span, work, plan, folk, need, team, shifts, walks)
        elif kind < MORE:
            other = span.first_day + draw_below(span.end_day - span.first_day, work.random)
            if kind >= TRADE:
                other = NO_DAY
            elif plan.choice[person, other] != NOTHING:
                continue
            change += move_days(person, day, other, limit, span, work, plan, folk, need, team, shifts, walks)
        else:
            change += move_group(person, day, limit, work, plan, folk, need, shifts)
    return change
