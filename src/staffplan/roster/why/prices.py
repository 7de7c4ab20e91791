"""What a rule costs: the hours missing on queue now, and with the rule loosened by a step, or without it.

The fewest hours that any roster under the hard rules could leave missing are asked for, as if nothing else counted:
hours too many are free, wishes are not heard. For the rules as they are, and with each loosened in turn, two numbers
enclose the answer: a roster that was found, and the Lagrangian bound (bound.py), which no roster beats. Their
differences are two estimates of the price. The gain lies, proven, between bound - found and found - bound of the two
sides; where found and bound meet, that is the price itself.

A loosened search goes on from the best roster under the rules as they are, warm, and that one is searched on just as
long for itself, so that more search does not pass for a gain; where found and bound stay further apart than for the
rules as they are, it begins anew too. The rules as they are stand in every difference, so
they are searched and bid for longest.

Hours at which nobody may work any shift are missing whatever is found: the bound counts them as they are.

What is known of one is used for others: a bound is raised to the next cost that a roster can have, and where a change
only allows more, less can be missing with it and no more: its bound holds for the rules as they are, their roster for
it; so between a rule loosened by a step and left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.errors import InfeasibleError
from staffplan.progress import OnProgress, Progress, silent
from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.search.anneal import Incumbent, Schedule, improve, search_on
from staffplan.roster.search.bound import Prices, best_prices, grain, next_grain
from staffplan.roster.search.first_roster import start
from staffplan.roster.search.space import Tours, TourSpace, make_tour_space
from staffplan.roster.why.bonds import unbound_options
from staffplan.roster.why.changes import Change, people_changes, site_changes
from staffplan.roster.why.one_person import refuse_impossible_people
from staffplan.tables.roster import RulePrices

MOVES_PER_AGENT_DAY, FEWEST_MOVES = 6_000, 100_000
"""Moves of a new search; one that goes on makes a part of them."""
LONGER = 4
"""So many times the moves of others make the first search, under the rules as they are."""
WARM_PART = 0.4
BOUND_ROUNDS, LONGEST_BOUND_ROUNDS, START_ROUNDS = 800, 2400, 800
AS_IT_IS = "as it is"
SMALLEST = 1e-6
"""Fewer hours are none: the last decimal that tables are written with."""


@dataclass(frozen=True)
class Answer:
    """Hours missing: in the best roster found, and at least."""

    found: float
    bound: float


def price_rules(case: Case, *, seed: int = 1, on_progress: OnProgress = silent) -> RulePrices:
    """The price of every hard rule, contract, absence and skill in hours missing, the dearest first.

    Raises ConfigError, DataError or InfeasibleError as `roster` does. An hour below a rule's minimum staff counts
    as many hours.
    """
    base = case.hard().with_settings(understaffing_weight=1.0, overstaffing_weight=0.0)
    space = make_tour_space(base.problem())
    refuse_impossible_people(space, base)
    changes = (*site_changes(base), *people_changes(base, space.problem.groups))
    on_progress(Progress("prices", 0, len(changes) + 1, "the current rules"))
    prices = _bid(space, LONGEST_BOUND_ROUNDS)
    tours = _searched(space, prices, seed, LONGER)
    incumbent = _searched_on(space, tours, seed)
    now, tours = _answer(space, incumbent, prices), incumbent.tours
    found = []
    for number, change in enumerate(changes, start=1):
        on_progress(Progress("prices", number, len(changes) + 1, change.words))
        with suppress(InfeasibleError):
            found.append((change, _with_change(change, base, (now, tours), seed)))
    return _table(*shared(now, found))


def _with_change(change: Change, base: Case, present: tuple[Answer, Tours], seed: int) -> Answer:
    """What could be reached with one change. Raises InfeasibleError where it leaves somebody without a tour: without
    time off the hours of a week are due in full."""
    other = make_tour_space(change.apply(base).problem())
    prices, (now, tours) = _bid(other, BOUND_ROUNDS), present
    warm = [tours] if change.keeps_tours else []
    answers = [_answer(other, _searched_on(other, tours, seed), prices) for tours in warm]
    if not answers or answers[0].found - answers[0].bound > now.found - now.bound:
        anew = _searched(other, prices, seed, 1)
        answers.append(_answer(other, _searched_on(other, anew, seed), prices))
    return min(answers, key=lambda answer: answer.found)


Answers = Sequence[tuple[Change, Answer]]


def shared(now: Answer, found: Answers) -> tuple[Answer, Answers]:
    """The same answers, each with what the others prove of it."""
    known = [(change, _within(then, now) if change.keeps_tours else then) for change, then in found]
    last: dict[str, Answer] = {}
    for number, (change, then) in reversed(list(enumerate(known))):
        if change.keeps_tours and change.rule in last:
            known[number] = (change, replace(then, bound=max(then.bound, last[change.rule].bound)))
        last[change.rule] = known[number][1]
    first: dict[str, Answer] = {}
    for number, (change, then) in enumerate(known):
        if change.keeps_tours and change.rule in first:
            known[number] = (change, _within(then, first[change.rule]))
        first[change.rule] = known[number][1]
    least = max([now.bound, *(then.bound for change, then in known if change.keeps_tours)])
    return replace(now, bound=min(least, now.found)), [(change, _consistent(then)) for change, then in known]


def _within(then: Answer, tighter: Answer) -> Answer:
    """What a roster found under tighter rules proves: it is one under these too."""
    return replace(then, found=min(then.found, tighter.found))


def _consistent(answer: Answer) -> Answer:
    return replace(answer, bound=min(answer.bound, answer.found))


def _answer(space: TourSpace, incumbent: Incumbent, prices: Prices) -> Answer:
    found = max(incumbent.cost, 0.0)
    bound = max(next_grain(prices.bound, grain(space)), out_of_reach(space.problem, space.problem.allowed))
    return Answer(0.0, 0.0) if found < SMALLEST else Answer(found, min(found, bound))


def hours_no_shift_reaches(case: Case) -> float:
    """Hours required at which none of those who can serve them could be there under any rule or contract."""
    hard = case.hard()
    problem = hard.problem()
    return out_of_reach(problem, unbound_options(hard, problem))


def out_of_reach(problem: RosterProblem, may_work: NDArray[np.bool_]) -> float:
    """Hours required at which nobody may work any shift for the group. may_work: (people, days, options)."""
    there = np.zeros((len(problem.groups), problem.period.slots + 1), dtype=np.int64)
    for number, skills in enumerate(problem.skillsets.tolist()):
        days, options = np.nonzero(may_work[problem.skillset_of == number].any(axis=0))
        for day, option in zip(days.tolist(), options.tolist(), strict=True):
            serves = int(problem.option_groups[option]) & skills
            mine = [g for g in range(len(problem.groups)) if serves >> g & 1]
            for begin, end in problem.options[option].parts:
                there[mine, problem.option_slot[option, day] + begin] += 1
                there[mine, problem.option_slot[option, day] + end] -= 1
    return float((problem.required * problem.hours * (np.cumsum(there, axis=1)[:, :-1] == 0)).sum())


def _bid(space: TourSpace, rounds: int) -> Prices:
    return best_prices(space, rounds, spent=lambda: 0.0, report=lambda bound: None)


def _searched(space: TourSpace, prices: Prices, seed: int, times: int) -> Tours:
    """A new search."""
    board = start(space, prices, START_ROUNDS, seed, spent=lambda: 0.0)
    incumbent = Incumbent(board)
    schedule = Schedule(times * _moves(space), monotonic() + 1e9)
    improve(board, incumbent, schedule, seed, stop=lambda: incumbent.cost < SMALLEST, report=lambda done: None)
    return incumbent.tours


def _searched_on(space: TourSpace, tours: Tours, seed: int) -> Incumbent:
    """The best after some more search from these tours on, which the rules allow."""
    moves = round(WARM_PART * _moves(space))
    return search_on(space, tours, moves, seed, stop=lambda incumbent: incumbent.cost < SMALLEST)


def _moves(space: TourSpace) -> int:
    agent_days = len(space.problem.people) * space.problem.period.days
    return max(MOVES_PER_AGENT_DAY * agent_days, FEWEST_MOVES)


def _table(now: Answer, found: Answers) -> RulePrices:
    """The dearest first: by what was found, then by what could be at most."""
    rows = [(change.rule, change.words, *_numbers(now, then)) for change, then in found]
    rows.sort(key=lambda row: (-row[4], -row[7], row[1]))
    rows = [(AS_IT_IS, AS_IT_IS, *_numbers(now, now)), *rows]
    names = [column.name for column in RulePrices.columns]
    return RulePrices.of(pd.DataFrame([(place, *row) for place, row in enumerate(rows)], columns=names))


def _numbers(now: Answer, then: Answer) -> tuple[float, float, float, float, float, float]:
    """Hours missing then, found and at least; what is gained by both, and at least and most for certain."""
    found, bound = (round(gain, 6) + 0.0 for gain in (now.found - then.found, now.bound - then.bound))
    least, most = max(now.bound - then.found, 0.0), max(now.found - then.bound, 0.0)
    return then.found, then.bound, found, bound, least, most
