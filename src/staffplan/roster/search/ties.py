"""Rules between named people in the search: kept while everything else is improved.

Small changes move one person at a time and know nothing of these rules. So in each round some people stay as they
are, those on whom the rules rest: enough of a minimum, one of each pair, the mentors or the trainee. What the others
may do is then a matter of each alone, and has a price by day and shift that is exact. Who stays changes from round to
round. Between the rounds pairs move together: one takes the tour that is best with the other following.

At the beginning the rules are made dear little by little, and everybody they speak of takes the best tour at the
prices of the moment (a penalty method: Fiacco and McCormick, "Nonlinear Programming", Wiley 1968).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.ties import NO_TIES, Kind, Ties
from staffplan.roster.search.anneal import Board, Incumbent, search_on, take_best_tour
from staffplan.roster.search.compiled.arrays import NOTHING
from staffplan.roster.search.space import Tours, TourSpace, only_allowed, price_tour

Flags = NDArray[np.bool_]
Choice = NDArray[np.int16]
STAYS = 1e5
"""Price of another choice on a day that stays, in the price of an hour missing."""
DEARER = (0.05, 0.3, 2.0, np.inf)
"""Highest price of a row in each sweep at the beginning, in the price of an hour missing."""
ROUNDS, WARM = 24, (0.6, 0.05)
"""Of small changes, with the first temperature of the first and of the last as shares of a new search's."""
FOLLOWINGS = 12
"""Pairs, at most, that are moved together after each round."""


def untied(space: TourSpace) -> TourSpace:
    """The same without rules between named people."""
    return replace(space, problem=replace(space.problem, ties=NO_TIES))


def held(space: TourSpace, tours: Tours, seed: int) -> TourSpace:
    """The space in which whatever is sought from these tours on breaks no rule between people that they keep."""
    ties = space.problem.ties
    if not len(ties):
        return space
    stays = who_stays(ties, tours.choice, np.random.default_rng([seed, 6]))
    return _priced(space, tours.choice, stays)


def all_stay(space: TourSpace, tours: Tours) -> TourSpace:
    """The space in which everybody of whom a rule between people speaks keeps the days and shifts of these tours."""
    ties = space.problem.ties
    return _priced(space, tours.choice, np.ones(tours.choice.shape, dtype=bool)) if len(ties) else space


def to_the_ties(
    space: TourSpace, tours: Tours, seed: int, *, stop: Callable[[], bool], hurry: Callable[[], bool]
) -> Tours:
    """Tours that keep the rules between people as well as single people's best tours find it. Once `hurry` says so
    the sweeps at lower prices are left out, so that the last one is made in time."""
    rng, people = np.random.default_rng([seed, 7]), space.problem.ties.people
    hour = space.problem.understaffing_weight
    best = Board(space, tours)
    for most in DEARER:
        for person in rng.permutation(people).tolist():
            if stop():
                return best.tours()
            if hurry() and most < DEARER[-1]:
                break
            tours = _best_tour(space, tours, person, most * hour)
        board = Board(space, tours)
        best = board if board.cost < best.cost else best
    return best.tours()


def keep_ties(
    space: TourSpace,
    incumbent: Incumbent,
    moves: int,
    seed: int,
    *,
    stop: Callable[[], bool],
    report: Callable[[], None],
) -> None:
    """Rounds of small changes and of pairs that move together; what is better is offered to the incumbent."""
    rng = np.random.default_rng([seed, 8])
    for number, warm in enumerate(np.geomspace(*WARM, ROUNDS).tolist()):
        if stop():
            return
        room = held(space, incumbent.tours, seed + number)
        found = search_on(room, incumbent.tours, moves // ROUNDS, seed + number, stop=lambda _: stop(), warm=warm)
        incumbent.offer(Board(space, found.tours))
        for pair in _pairs(space.problem.ties, rng):
            if stop():
                break
            incumbent.offer(Board(space, _followed(space, incumbent.tours, *pair)))
        report()


def who_stays(ties: Ties, choice: Choice, rng: np.random.Generator) -> Flags:
    """(people, days): whose day stays, so that each day of the others decides for itself whether a rule is kept."""
    stays = np.zeros(choice.shape, dtype=bool)
    _one_of_each_pair(ties, stays, rng)
    _trainee_or_mentors(ties, choice, stays, rng)
    _enough_of_minimums(ties, choice, stays, rng)
    return stays


def _one_of_each_pair(ties: Ties, stays: Flags, rng: np.random.Generator) -> None:
    for one, other in _people_of_rows(ties, Kind.PAIR):
        stays[one if rng.random() < 0.5 else other] = True


def _people_of_rows(ties: Ties, kind: Kind) -> list[tuple[int, int]]:
    """The two people of each row of a kind of which two are in a row, each two once."""
    mine = ties.kind[ties.row] == kind
    least, most = np.full(len(ties), 2**31), np.full(len(ties), -1)
    np.minimum.at(least, ties.row[mine], ties.person[mine])
    np.maximum.at(most, ties.row[mine], ties.person[mine])
    return sorted({(int(a), int(b)) for a, b in zip(least, most, strict=True) if b >= 0 and a < b})


def _trainee_or_mentors(ties: Ties, choice: Choice, stays: Flags, rng: np.random.Generator) -> None:
    """The mentors, or the trainee and on each of the trainee's days one mentor who is there."""
    mine = ties.kind[ties.row] == Kind.MENTOR
    for trainee in np.unique(ties.person[mine & (ties.coefficient < 0)]).tolist():
        own = mine & (ties.coefficient < 0) & (ties.person == trainee)
        rows = np.isin(ties.row, ties.row[own]) & (ties.coefficient > 0)
        if rng.random() < 0.5:
            stays[np.unique(ties.person[rows])] = True
            continue
        stays[trainee] = True
        worked = choice[ties.person, ties.day] == ties.option
        for row in ties.row[own & worked].tolist():
            there = np.flatnonzero(rows & worked & (ties.row == row))
            if len(there):
                one = rng.choice(there)
                stays[ties.person[one], ties.day[one]] = True


def _enough_of_minimums(ties: Ties, choice: Choice, stays: Flags, rng: np.random.Generator) -> None:
    """Of those who are there as many as are due, chosen at random; the others are free."""
    here = (ties.kind[ties.row] == Kind.MINIMUM) & (choice[ties.person, ties.day] == ties.option)
    spare = ties.values(choice) - ties.least
    rows: dict[tuple[int, int], list[int]] = {}
    for person, day, row in zip(
        ties.person[here].tolist(), ties.day[here].tolist(), ties.row[here].tolist(), strict=True
    ):
        rows.setdefault((person, day), []).append(row)
    keys = list(rows)
    for place in rng.permutation(len(keys)).tolist():
        person, day = keys[place]
        if not stays[person, day] and (spare[rows[person, day]] >= 1).all():
            spare[rows[person, day]] -= 1
        else:
            stays[person, day] = True


def _priced(space: TourSpace, choice: Choice, stays: Flags) -> TourSpace:
    """The space in which some days stay, and all others of those whom a rule speaks of have their prices."""
    problem, dear = space.problem, STAYS * space.problem.understaffing_weight
    allowed, prices = problem.allowed.copy(), {}
    for person in problem.ties.people:
        own = space.folk.price[space.folk.liking[person]] + problem.ties.prices_of(
            person, choice, len(problem.options)
        )
        for day in np.flatnonzero(stays[person]).tolist():
            now = choice[person, day]
            allowed[person, day] = False
            if now != NOTHING:
                allowed[person, day, now] = problem.allowed[person, day, now]
                own[day, -1] += dear
        prices[person] = own.astype(np.float32)
    return only_allowed(untied(space), allowed, prices)


def _best_tour(
    space: TourSpace, tours: Tours, person: int, most: float, bonus: NDArray[np.float64] | float = 0.0
) -> Tours:
    """The tours with the person's best one at the prices of the rules between people; `bonus`, (days, options + 1),
    is taken off."""
    problem = space.problem
    own = space.folk.price[space.folk.liking[person]] - bonus
    own = own + problem.ties.prices_of(person, tours.choice, len(problem.options), most)
    room = only_allowed(untied(space), problem.allowed, {person: own.astype(np.float32)})
    board = Board(room, tours)
    take_best_tour(board, person)
    return board.tours()


def _pairs(ties: Ties, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Leader and follower of some pairs, and of trainees and mentors."""
    mentor = (ties.kind[ties.row] == Kind.MENTOR) & (ties.coefficient > 0)
    trainee_of = dict(
        zip(ties.row[ties.coefficient < 0].tolist(), ties.person[ties.coefficient < 0].tolist(), strict=True)
    )
    taught = {
        (m, trainee_of[r]) for m, r in zip(ties.person[mentor].tolist(), ties.row[mentor].tolist(), strict=True)
    }
    found = sorted({*_people_of_rows(ties, Kind.PAIR), *taught})
    chosen = rng.permutation(len(found))[:FOLLOWINGS].tolist()
    return [found[n] if rng.random() < 0.5 else (found[n][1], found[n][0]) for n in chosen]


def _followed(space: TourSpace, tours: Tours, leader: int, follower: int) -> Tours:
    """The leader's best tour where the follower comes along as far as that is worth it, then the follower's."""
    problem, options = space.problem, len(space.problem.options)
    plan = Board(space, tours).plan
    there = plan.on_queue.copy()
    _take_out(space, tours, follower, there)
    need = space.need.worth
    values = np.take_along_axis(need, np.minimum(there, need.shape[2] - 1)[:, :, None], axis=2)[:, :, 0].astype(float)
    price_tour(space, follower, values)
    gains = np.maximum(space.desk.worth[:, :options], 0.0)
    bonus = np.zeros((problem.period.days, options + 1))
    alone, ties = tours.choice.copy(), problem.ties.between(leader, follower)
    for day in range(problem.period.days):
        for option in np.flatnonzero(problem.allowed[leader, day]).tolist():
            alone[leader, day] = option
            fits = _fitting(ties, follower, alone, day, options)
            bonus[day, option] = gains[day, fits].max(initial=0.0)
        bonus[day, -1] = gains[day].max(initial=0.0)
        alone[leader, day] = tours.choice[leader, day]
    tours = _best_tour(space, tours, leader, 0.0, bonus)
    tours = _best_tour(space, tours, follower, np.inf)
    return _best_tour(space, tours, leader, np.inf)


def _fitting(ties: Ties, follower: int, choice: Choice, day: int, options: int) -> Flags:
    """(options,): shifts of the follower that cost nothing in the rules between people on a day."""
    return np.asarray(ties.prices_of(follower, choice, options)[day, :options] <= 0.0)


def _take_out(space: TourSpace, tours: Tours, person: int, there: NDArray[np.int32]) -> None:
    """Count the person out of those on queue, (groups, slots)."""
    without = Tours(tours.choice[[person]], tours.pauses[[person]], tours.group[[person]])
    problem, step = space.problem, space.need.step
    for day in np.flatnonzero(without.choice[0] != NOTHING).tolist():
        option = problem.options[without.choice[0, day]]
        first = int(problem.option_slot[without.choice[0, day], day])
        on_queue = np.ones(option.slots, dtype=bool)
        for pause, at in zip(option.pauses, without.pauses[0, day].tolist(), strict=False):
            on_queue[at : at + pause.slots] = False
        for slot in (np.flatnonzero(on_queue) + first).tolist():
            there[without.group[0, slot // step], slot] -= 1
