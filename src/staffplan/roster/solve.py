"""The roster step: problem, tours, bound, names, tables.

1. The tables and settings become a RosterProblem; people whose rules allow nothing are explained (conflict.py).
2. Everybody's best tour, then simulated annealing by millions of small changes (search.py). Beside it a Lagrangian
   bound is searched (bound.py); neither sees the other, so both repeat.
3. CP-SAT proves or improves tiny problems, whole (polish.py).
4. Pauses and groups are settled at the same cost, meetings placed; tables, cover, notes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import numpy as np

from staffplan.errors import Note
from staffplan.people_settings import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.progress import OnProgress, Progress, silent
from staffplan.roster.bound import best_bound, tour_classes
from staffplan.roster.case import Case
from staffplan.roster.conflict import refuse_impossible_people
from staffplan.roster.cover import coverage
from staffplan.roster.meetings import place_meetings
from staffplan.roster.notes import roster_notes
from staffplan.roster.polish import solve_whole
from staffplan.roster.problem import RosterProblem
from staffplan.roster.search import Board, Incumbent, Schedule, first_tours, improve, settle, warm_up
from staffplan.roster.tables_out import make_roster
from staffplan.roster.tours import TourSpace, make_tour_space, own_room
from staffplan.site import Site
from staffplan.tables import Coverage, Roster, ServiceWorth, StaffingRequirement, Workforce

MOVES_PER_AGENT_DAY, FEWEST_MOVES = 20_000, 100_000
BOUND_ROUNDS = 1000
MOST_BOUND_EFFORT = 3.0
"""The bound has converged then; more rounds only take the search's time."""
RESERVE = 0.05
"""Part of the time limit kept for names and tables."""


@dataclass(frozen=True)
class RosterResult:
    """A roster with its cover and its proof.

    `objective` is the cost that was sought, on the slots of the search: of the cover (weighted under- and overstaffed
    hours, or what service is worth) and of the priced rules, meetings left aside; no roster that keeps the rules has
    less than `bound`. `gap` = (objective - bound) / price of an understaffed hour, as a
    share of the required hours. `status`: "optimal", "feasible", "time limit" or "interrupted".
    """

    roster: Roster
    coverage: Coverage
    status: str
    objective: float
    bound: float
    gap: float
    understaffed_hours: float
    overstaffed_hours: float
    notes: tuple[Note, ...]
    facts: Mapping[str, float | str]


@dataclass
class _Run:
    """How far the search is; shared by the two threads."""

    deadline: float
    moves: int
    on_progress: OnProgress
    bound: float = 0.0
    stopped: threading.Event = field(default_factory=threading.Event)

    def out_of_time(self) -> bool:
        return self.stopped.is_set() or time.monotonic() > self.deadline

    def raise_bound(self, bound: float) -> None:
        self.bound = max(self.bound, bound)

    def say(self, done: int, incumbent: Incumbent, problem: RosterProblem) -> None:
        gap = gap_share(problem, incumbent.cost, self.bound)
        label = f"cost {incumbent.cost:,.1f}, at least {self.bound:,.1f}, gap {gap:.2%} of the required hours"
        self.on_progress(Progress("roster", done, self.moves, label))


def roster(
    requirement: StaffingRequirement,
    workforce: Workforce,
    settings: RosterSettings,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    worth: ServiceWorth | None = None,
    seed: int = 1,
    on_progress: OnProgress = silent,
) -> RosterResult:
    """A named roster that keeps every hard rule and covers the requirement as well as could be found.

    Raises ConfigError or DataError for inputs that cannot be used, InfeasibleError where somebody's rules contradict
    each other. Missing people never make it fail: what is uncovered is counted and noted. Ctrl-C during the search
    keeps the best roster so far.
    """
    case = Case(requirement, workforce, settings, shifts, work_plans, site, worth)
    problem = case.problem()
    space = make_tour_space(problem)
    refuse_impossible_people(space, case)
    warm_up(space)
    best_bound(space, 1, stop=lambda: False, report=lambda bound: None)
    deadline = time.monotonic() + settings.time_limit_seconds * (1 - RESERVE)
    run = _Run(deadline, move_count(problem, settings.effort), on_progress)
    incumbent, interrupted = search(space, run, settings.effort, seed)
    board = Board(space, incumbent.tours)
    settle(board)
    made = make_roster(problem, board.tours())
    made, meeting_notes = place_meetings(made, requirement, workforce, settings, site=site)
    cover = coverage(made, requirement, site)
    notes = (*roster_notes(problem, cover, workforce, site), *meeting_notes)
    return _result(board, run, interrupted, made, cover, notes)


def move_count(problem: RosterProblem, effort: float) -> int:
    agent_days = len(problem.people) * problem.period.days
    return max(round(effort * MOVES_PER_AGENT_DAY * agent_days), FEWEST_MOVES)


def search(space: TourSpace, run: _Run, effort: float, seed: int) -> tuple[Incumbent, bool]:
    """The best tours found, and whether the search was interrupted; run.bound holds the bound."""
    board = first_tours(space, np.random.default_rng([seed, 0]))
    incumbent = Incumbent(board)
    with ThreadPoolExecutor(1) as second:
        bound = second.submit(_search_bound, own_room(space), run, effort)
        try:
            _improve(board, incumbent, run, effort, seed)
            _wait(bound, incumbent, run, space.problem)
        except KeyboardInterrupt:
            return incumbent, True
        finally:
            run.stopped.set()
    return incumbent, False


def _search_bound(space: TourSpace, run: _Run, effort: float) -> None:
    best_bound(
        space, round(BOUND_ROUNDS * min(effort, MOST_BOUND_EFFORT)), stop=run.out_of_time, report=run.raise_bound
    )


def _wait(bound: Future[None], incumbent: Incumbent, run: _Run, problem: RosterProblem) -> None:
    """Until the bound has done its rounds, or the time is over."""
    while wait([bound], timeout=0.5).not_done:
        run.say(run.moves, incumbent, problem)
    bound.result()


def _improve(board: Board, incumbent: Incumbent, run: _Run, effort: float, seed: int) -> None:
    problem = board.space.problem
    improve(
        board,
        incumbent,
        Schedule(run.moves, run.deadline),
        seed,
        stop=run.out_of_time,
        report=lambda done: run.say(min(done, run.moves), incumbent, problem),
    )
    seconds = run.deadline - time.monotonic()
    proven = solve_whole(board.space, incumbent, effort=effort, seconds=seconds, seed=seed)
    if proven is not None:
        run.raise_bound(proven)


def gap_share(problem: RosterProblem, cost: float, bound: float) -> float:
    """(cost - bound) / price of an understaffed hour, as a share of the required hours."""
    hours = (cost - bound) / problem.understaffing_weight
    return hours / problem.required_hours if problem.required_hours else 0.0


def _result(
    board: Board, run: _Run, interrupted: bool, made: Roster, cover: Coverage, notes: tuple[Note, ...]
) -> RosterResult:
    problem, cost = board.space.problem, board.cost
    short, surplus, _ = problem.cost(board.plan.on_queue.astype(float))
    bound = min(run.bound, cost)
    return RosterResult(
        roster=made,
        coverage=cover,
        status=_status(run, interrupted, cost - bound),
        objective=cost,
        bound=bound,
        gap=gap_share(problem, cost, bound),
        understaffed_hours=short,
        overstaffed_hours=surplus,
        notes=notes,
        facts={
            "agents": float(len(problem.people)),
            "shift_options": float(len(problem.options)),
            "tour_classes": float(len(tour_classes(board.space))),
            "slot_minutes": float(problem.period.slot_minutes),
            "required_hours": problem.required_hours,
            "moves": float(run.moves),
        },
    )


def _status(run: _Run, interrupted: bool, above_bound: float) -> str:
    if interrupted:
        return "interrupted"
    if above_bound <= 1e-4:
        return "optimal"
    return "time limit" if time.monotonic() > run.deadline else "feasible"
