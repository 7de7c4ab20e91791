"""Improve a roster: annealing, then everybody's best tour against everybody else's.

Annealing (kernels_anneal.py) goes in rounds. In each the period is cut in two at another day, and two threads work on
one part each; what one part leaves to the other at the cut stays as it is, so the answer depends on the seed and the
number of moves alone. Then everybody takes the best tour, one after the other, until nothing is gained.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.search.compiled.anneal import anneal
from staffplan.roster.search.compiled.arrays import NOTHING, Ints, Plan, Team
from staffplan.roster.search.compiled.best_response import retour, spread_pauses, stay_with_groups
from staffplan.roster.search.compiled.board import DAYS_OF_A_CHANGE, count_everything
from staffplan.roster.search.compiled.moves import Span, Work
from staffplan.roster.search.space import Tours, TourSpace, most_pauses

ROUNDS = 160
MOST_AT_ONCE = 500_000
"""Moves of a round at most, so that the clock is looked at often enough."""
HOT, COLD = 0.1, 0.004
"""First and last temperature, as shares of what a slot missing and a slot too many cost together."""
WARM_ROUNDS, WARM = 40, 1.0
"""Rounds of a search that goes on, and its first temperature as a share of a new search's, unless told otherwise."""
POLISHING_SWEEPS = 10
SPREADING_SWEEPS = 4
GROUP_MOVES = 50_000


@dataclass(frozen=True)
class Schedule:
    """How much to search: moves in all, the clock time (time.monotonic) by which the search ends, and its first
    temperature as a share of the usual one."""

    moves: int
    deadline: float
    warm: float = 1.0


class Board:
    """Everybody's tour with its cover and cost. The one thing in this step that changes in place: the search tries
    millions of small changes a second, and copying the board for each would be all it did."""

    def __init__(self, space: TourSpace, tours: Tours | None = None) -> None:
        self.space = space
        self.plan = plan_of(space, no_tours(space) if tours is None else tours)
        if tours is not None:
            count_everything(self.plan, space.folk, space.need, space.team, space.shifts, space.walks)

    @property
    def cost(self) -> float:
        """Cover, limits of all together, rules between people, and what the people's choices cost in themselves."""
        between = self.space.problem.ties.cost(self.plan.choice)
        return self.cost_together + between + float(self.plan.paid.sum(dtype=float))

    @property
    def cost_together(self) -> float:
        """Cover and limits of all together."""
        team, plan = self.space.team, self.plan
        cover = self.space.problem.worth.cost(plan.on_queue.astype(float))
        above = np.maximum(plan.on_site - team.seats, 0) + np.maximum(plan.pausing - team.pausing, 0)
        circles = np.maximum(plan.circle_pausing - circle_limits(team, plan.circle_site), 0)
        return cover + (team.price * float(above.sum() + circles.sum()) if team.watched else 0.0)

    def tours(self) -> Tours:
        return Tours(self.plan.choice.copy(), self.plan.pauses.copy(), self.plan.group.copy())


def no_tours(space: TourSpace) -> Tours:
    people, days = len(space.problem.people), space.problem.period.days
    intervals = -(-space.problem.period.slots // space.need.step)
    return Tours(
        np.full((people, days), NOTHING, dtype=np.int16),
        np.zeros((people, days, most_pauses(space.problem)), dtype=np.int16),
        np.full((people, intervals), -1, dtype=np.int8),
    )


def plan_of(space: TourSpace, tours: Tours) -> Plan:
    """A plan with these tours, nothing counted yet."""
    people, days = tours.choice.shape
    shape = space.problem.required.shape
    return Plan(
        choice=tours.choice.copy(),
        pauses=tours.pauses.copy(),
        group=tours.group.copy(),
        node=np.zeros((people, days + 1, space.desk.label.shape[2]), dtype=np.int32),
        paid=np.zeros((people, days), dtype=np.float32),
        on_queue=np.zeros(shape, dtype=np.int32),
        gain=space.need.worth[:, :, 0].astype(float),
        loss=np.zeros(shape),
        on_site=np.zeros(shape[1], dtype=np.int32),
        pausing=np.zeros(shape[1], dtype=np.int32),
        circle_site=np.zeros((len(space.team.most), shape[1]), dtype=np.int32),
        circle_pausing=np.zeros((len(space.team.most), shape[1]), dtype=np.int32),
        in_time=np.zeros((shape[0], days + 1)),
    )


def circle_limits(team: Team, site: NDArray[np.int32]) -> Ints:
    """(circles, slots): how many of each may pause when so many of them are on site."""
    parts = np.maximum(team.part[:, None] * site // np.maximum(team.of, 1)[:, None], 1)
    return np.where(team.of[:, None] > 0, np.minimum(team.most[:, None], parts), team.most[:, None])


class Incumbent:
    """The best tours so far. It changes in place, so that an interrupted search still has them."""

    def __init__(self, board: Board) -> None:
        self.tours, self.cost = board.tours(), board.cost

    def offer(self, board: Board) -> None:
        cost = board.cost
        if cost < self.cost - 1e-9:
            self.tours, self.cost = board.tours(), cost

    def take(self, other: Incumbent) -> None:
        """The other's tours where they are better."""
        if other.cost < self.cost - 1e-9:
            self.tours, self.cost = other.tours, other.cost


def take_best_tour(board: Board, person: int) -> bool:
    """Give the person the tour that helps most, where it is better than the present one; False if there is none."""
    space = board.space
    days = space.problem.period.days
    return bool(
        retour(
            person,
            0,
            days,
            space.problem.allowed[person],
            space.problem.period.day_slot,
            board.plan,
            space.folk,
            space.need,
            space.team,
            space.shifts,
            space.walks,
            space.desk,
        )
    )


def make_work(space: TourSpace, seed: int, stream: int) -> Work:
    """Room and random numbers for one annealer."""
    days, slots = space.problem.period.days, int(space.shifts.slots.max())
    longest = 2 * (slots + int(np.diff(space.problem.period.day_slot).max()))
    state = np.random.default_rng([seed, stream]).integers(0, 2**63, size=1, dtype=np.uint64)
    pauses = most_pauses(space.problem)
    return Work(
        random=state,
        old=np.zeros(longest, dtype=np.int8),
        new=np.zeros(longest, dtype=np.int8),
        groups=np.zeros(longest, dtype=np.int64),
        pauses=np.zeros(pauses, dtype=np.int16),
        kept=np.zeros(pauses, dtype=np.int16),
        nodes=np.zeros((days + 2, space.desk.label.shape[2]), dtype=np.int64),
        paid=np.zeros(days),
        gained=np.zeros((len(space.problem.groups), DAYS_OF_A_CHANGE)),
    )


def temperatures(space: TourSpace) -> tuple[float, float]:
    """Hot and cold, in cost: what one more saves where one is needed, and what one too many costs."""
    need = space.need.worth
    at = np.clip(np.ceil(space.problem.required).astype(np.int64), 1, need.shape[2] - 1)
    wanted = space.problem.required > 0
    saved = np.take_along_axis(need, at[:, :, None] - 1, axis=2)[:, :, 0][wanted]
    lost = np.take_along_axis(need, at[:, :, None], axis=2)[:, :, 0][wanted]
    scale = float(np.mean(saved - lost)) if len(saved) else 1.0
    scale = max(scale, 1e-6)
    return HOT * scale, COLD * scale


def spans(space: TourSpace, number: int) -> tuple[Span, ...]:
    """The period as a whole, or cut in two at a day that changes from round to round."""
    period = space.problem.period
    days = period.days
    if days < 2 or number % 8 == 7:
        return (Span(0, days, 0, period.slots),)
    cut = 1 + (number * max(1, round(days * 0.38)) + days // 2) % (days - 1)
    at = int(period.day_slot[cut])
    if at % space.need.step:
        return (Span(0, days, 0, period.slots),)
    return (Span(0, cut, 0, at), Span(cut, days, at, period.slots))


def improve(
    board: Board,
    incumbent: Incumbent,
    schedule: Schedule,
    seed: int,
    *,
    stop: Callable[[], bool],
    report: Callable[[int], None],
) -> None:
    """Anneal, and offer the best boards to `incumbent`; `report` gets the moves made on the way."""
    works = [make_work(board.space, seed, stream) for stream in (1, 2)]
    with ThreadPoolExecutor(len(works)) as threads:
        for number, (done, hot, cold, moves) in enumerate(rounds(board.space, schedule)):
            if stop():
                break
            parts = spans(board.space, number)
            run_round(board, parts, works, moves, (hot, cold), threads)
            incumbent.offer(board)
            report(done + moves)
    polish(board, incumbent, stop=stop)


def search_on(
    space: TourSpace, tours: Tours, moves: int, seed: int, *, stop: Callable[[Incumbent], bool], warm: float = WARM
) -> Incumbent:
    """The best after some more search from these tours on, which the rules allow. `warm`: its first temperature as a
    share of a new search's."""
    board = Board(space, tours)
    incumbent = Incumbent(board)
    hot, cold = temperatures(space)
    heats = np.geomspace(max(warm * hot, cold), cold, WARM_ROUNDS + 1).tolist()
    works = [make_work(space, seed, stream) for stream in (3, 4)]
    with ThreadPoolExecutor(len(works)) as threads:
        for number, heat in enumerate(pairwise(heats)):
            if stop(incumbent):
                break
            run_round(board, spans(space, number), works, round(moves / WARM_ROUNDS), heat, threads)
            incumbent.offer(board)
    polish(board, incumbent, stop=lambda: stop(incumbent))
    return incumbent


def rounds(space: TourSpace, schedule: Schedule) -> Iterator[tuple[int, float, float, int]]:
    """Moves made so far, first and last temperature and moves of each round.

    Where the moves would take longer than there is time, it cools with the clock instead, to be cold in time.
    """
    hot, cold = temperatures(space)
    hot = max(schedule.warm * hot, cold)
    each, done, begun = min(max(schedule.moves // ROUNDS, 1), MOST_AT_ONCE), 0, time.monotonic()
    reached = 0.0
    while done < schedule.moves and reached < 1.0:
        spent = (time.monotonic() - begun) / max(schedule.deadline - begun, 1e-9)
        pace = spent / done if done else 0.0
        share = done / schedule.moves
        start = max(share, spent) if pace * schedule.moves > 1.0 and spent > share else share
        start = max(reached, min(start, 1.0))
        ahead = min(start + max(each / schedule.moves, pace * each), 1.0)
        yield done, hot * (cold / hot) ** start, hot * (cold / hot) ** ahead, each
        done, reached = done + each, start
        if time.monotonic() > schedule.deadline:
            return


def run_round(
    board: Board,
    parts: tuple[Span, ...],
    works: list[Work],
    moves: int,
    heat: tuple[float, float],
    threads: ThreadPoolExecutor,
) -> None:
    space = board.space
    days = space.problem.period.days
    jobs = [
        threads.submit(
            anneal,
            round(moves * (part.end_day - part.first_day) / days),
            heat[0],
            heat[1],
            part,
            work,
            board.plan,
            space.folk,
            space.need,
            space.team,
            space.shifts,
            space.walks,
        )
        for part, work in zip(parts, works, strict=False)
    ]
    for job in jobs:
        job.result()


def polish(board: Board, incumbent: Incumbent, *, stop: Callable[[], bool] = lambda: False) -> None:
    """Everybody's best tour against everybody else's until nothing is gained, or it has to stop."""
    for _ in range(POLISHING_SWEEPS):
        before = board.cost
        for person in range(len(board.space.problem.people)):
            if stop():
                break
            take_best_tour(board, person)
        incumbent.offer(board)
        if board.cost > before - 1e-6:
            return


def settle(board: Board) -> None:
    """At the same cost: people stay with their group where they can, and pauses are moved apart."""
    space = board.space
    stay_with_groups(board.plan, space.folk, space.need, space.shifts)
    for _ in range(SPREADING_SWEEPS):
        if not spread_pauses(board.plan, space.need, space.team, space.shifts):
            return


def improve_groups(board: Board, seed: int) -> None:
    """Cold changes alone: groups and pauses that fit the tours better."""
    space = board.space
    cold = temperatures(space)[1]
    work = make_work(space, seed, 3)
    everything = Span(0, space.problem.period.days, 0, space.problem.period.slots)
    anneal(
        GROUP_MOVES,
        cold,
        cold / 10,
        everything,
        work,
        board.plan,
        space.folk,
        space.need,
        space.team,
        space.shifts,
        space.walks,
    )
