"""The stages of the search: prices and bound, a first roster, small changes, integer programs, tiny problems whole.

How much each may do follows from the effort; how long, from shares of the time limit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from staffplan.errors import Note
from staffplan.process.compiling import seconds_compiling
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.search import calm
from staffplan.roster.search.anneal import Board, Incumbent, Schedule, improve, polish
from staffplan.roster.search.bound import Prices, best_prices
from staffplan.roster.search.by_tours import MOST_START_EFFORT, START_ROUNDS, tours_together
from staffplan.roster.search.exact import is_tiny, solve_whole
from staffplan.roster.search.few_tours import suits
from staffplan.roster.search.first_roster import start, warm_up
from staffplan.roster.search.run import PROVEN, Run
from staffplan.roster.search.space import Tours, TourSpace
from staffplan.roster.search.ties import keep_ties, to_the_ties, untied
from staffplan.roster.search.whole_days import days_together

MOVES_PER_AGENT_DAY, FEWEST_MOVES = 20_000, 100_000
BOUND_ROUNDS = 1000
MOST_BOUND_EFFORT = 3.0
"""The bound has converged then; more rounds only take the search's time."""
EFFORT_OF_A_START, MOST_STARTS, SEEDS = 4.0, 8, 10_000
DAY_PROGRAMS = 8
PARTS_WARM = 0.1
"""First temperature of small changes where rules are in parts, as a share of the usual one: the first roster is good,
and few of the changes are possible."""
LONGEST_DAY = 0.25
"""Share of the time limit that the integer program of a whole day may take."""
TOO_LARGE = "the rules of everybody together have too many states to be followed at once in the time; "
LEFT_OUT = "bound and shifts come from parts of the rules, and integer programs over several people are left out"
TIES_HURRY = 0.4
"""Part of the time that is left for them after which the rules between people are made dear at once."""
TIES_UNTIL = 0.9
"""Share of the time limit by which the rules between people are kept as cheaply as could be found."""


@dataclass(frozen=True)
class Until:
    """Shares of the time limit by which the prices, the first roster and what small changes bring are there."""

    prices: float
    start: float
    annealed: float


USUAL, HEAVY, IN_PARTS = Until(0.1, 0.35, 0.45), Until(0.25, 0.45, 0.6), Until(0.45, 0.7, 0.92)
HEAVY_STEPS = 20e6
"""Steps of a round of pricing from which on it is the slowest part of the search."""


def until(space: TourSpace) -> Until:
    if space.in_parts:
        return IN_PARTS
    return HEAVY if space.steps_of_a_round > HEAVY_STEPS else USUAL


def size_notes(space: TourSpace) -> tuple[Note, ...]:
    """That stages of the search are left out, where they are."""
    return (Note("roster", "left out", "search", TOO_LARGE + LEFT_OUT),) if space.in_parts else ()


def move_count(problem: RosterProblem, effort: float) -> int:
    agent_days = len(problem.people) * problem.period.days
    return max(round(effort * MOVES_PER_AGENT_DAY * agent_days), FEWEST_MOVES)


def search(space: TourSpace, run: Run, effort: float, seed: int) -> Incumbent:
    """The best tours found; run.bound holds the bound."""
    rounds = round(BOUND_ROUNDS * min(effort, MOST_BOUND_EFFORT))
    prices = best_prices(space, rounds, spent=run.spent(0.0, until(space).prices), report=run.raise_bound)
    run.late(until(space).prices)
    run.prices = prices
    board = _start(untied(space), prices, run, effort, seed)
    incumbent = Incumbent(board)
    run.say(incumbent, space.problem)
    if not len(space.problem.ties):
        _improve(board, incumbent, prices, run, effort, seed)
        return incumbent
    _anneal(board, incumbent, run, seed)
    hurry = run.within(TIES_HURRY * run.to_the_deadline())
    tours = to_the_ties(space, incumbent.tours, seed, stop=run.out_of_time, hurry=hurry)
    incumbent = Incumbent(Board(space, tours))
    over = run.begun + TIES_UNTIL * (run.deadline - run.begun)

    def stop() -> bool:
        return run.ended(incumbent) or time.monotonic() > over

    keep_ties(space, incumbent, run.moves, seed, stop=stop, report=lambda: run.say(incumbent, space.problem))
    run.late(TIES_UNTIL)
    _prove(space, incumbent, run, effort, seed)
    return incumbent


def _start(space: TourSpace, prices: Prices, run: Run, effort: float, seed: int) -> Board:
    """The best of some first rosters, as many as the effort and the time allow."""
    rounds = round(START_ROUNDS * min(effort, MOST_START_EFFORT))
    spent = run.spent(until(space).prices, until(space).start)
    board = start(space, prices, rounds, seed, spent=spent, report=run.say_share)
    longest = spent()
    for number in range(1, min(round(effort / EFFORT_OF_A_START), MOST_STARTS)):
        before = spent()
        if before + longest > 1.0 or board.cost <= run.bound + PROVEN:
            break
        other = start(space, prices, rounds, seed + number * SEEDS, spent=spent)
        board = min(board, other, key=lambda made: made.cost)
        longest = max(longest, spent() - before)
    run.late(until(space).start)
    return board


def _improve(board: Board, incumbent: Incumbent, prices: Prices, run: Run, effort: float, seed: int) -> None:
    _anneal(board, incumbent, run, seed)
    choose_together(incumbent, board.space, prices, run, effort, seed)
    _prove(board.space, incumbent, run, effort, seed)


def _anneal(board: Board, incumbent: Incumbent, run: Run, seed: int) -> None:
    problem, annealed = board.space.problem, until(board.space).annealed
    if board.space.in_parts:
        polish(board, incumbent, stop=run.out_of_time)
    improve(
        board,
        incumbent,
        Schedule(
            run.moves,
            run.begun + annealed * (run.deadline - run.begun),
            PARTS_WARM if board.space.in_parts else 1.0,
        ),
        seed,
        stop=lambda: run.ended(incumbent),
        report=lambda _: run.say(incumbent, problem),
    )
    run.late(annealed)


def _prove(space: TourSpace, incumbent: Incumbent, run: Run, effort: float, seed: int) -> None:
    seconds = run.deadline - time.monotonic()
    proven = solve_whole(space, incumbent, effort=effort, seconds=seconds, seed=seed)
    if proven is not None:
        run.raise_bound(proven)


def choose_together(
    incumbent: Incumbent, space: TourSpace, prices: Prices, run: Run, effort: float, seed: int
) -> None:
    """Integer programs over days of everybody, or over tours of a few people.

    Neither where the problem is solved whole after it, rules between people included, or where rules are in parts.
    """
    if space.in_parts:
        return
    if suits(space):
        tours_together(incumbent, space, prices, run, effort, seed)
    elif space.team.watched or not is_tiny(space):
        _days_together(incumbent, space, run, round(DAY_PROGRAMS * effort), seed)


def _days_together(incumbent: Incumbent, space: TourSpace, run: Run, programs: int, seed: int) -> None:
    longest = LONGEST_DAY * (run.deadline - run.begun)
    days_together(
        Board(space, incumbent.tours),
        incumbent,
        programs,
        seed,
        stop=lambda: run.ended(incumbent),
        seconds=lambda: max(min(longest, run.deadline - time.monotonic()), 0.1),
        report=lambda _: run.say(incumbent, space.problem),
    )


def mend_days(space: TourSpace, tours: Tours, run: Run, seed: int) -> Tours:
    """The tours with days chosen anew, those first that gain most, each once at most; others stay as they are."""
    incumbent = Incumbent(Board(space, tours))
    longest = LONGEST_DAY * (run.deadline - run.begun)
    days_together(
        Board(space, tours),
        incumbent,
        space.problem.period.days,
        seed,
        stop=run.out_of_time,
        seconds=lambda: max(min(longest, run.to_the_deadline()), 0.1),
        report=lambda done: None,
    )
    return incumbent.tours


def compiled_in(space: TourSpace) -> float:
    """Have everything compiled that the search uses; the seconds that compiling took. Only the first search after an
    installation compiles, and that is not the search's time."""

    def everything() -> None:
        warm_up(space)
        calm.warm_up(space)

    return seconds_compiling(everything)
