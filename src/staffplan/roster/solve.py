"""The roster step: problem, tours, bound, names, tables.

1. The tables and settings become a RosterProblem; people whose rules allow nothing are explained (conflict.py).
2. Prices of people on queue that prove a bound (bound.py); tours that are best at them (start.py); then simulated
   annealing by millions of small changes (search.py), then integer programs: over whole days of everybody
   (days_together.py), or where a shift fills few slots over the tours of a few people (recombine.py).
3. CP-SAT proves or improves tiny problems, whole (polish.py).
4. Pauses and groups are settled at the same cost, meetings placed, in other shifts where somebody would miss one
   (meeting_shifts.py); tables, cover, notes, and why a rule between
   people is broken, if one is (team_conflict.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from staffplan.errors import Note
from staffplan.people_settings import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.progress import OnProgress, Progress, silent
from staffplan.roster.bound import Prices, best_prices, grain, next_grain, tour_classes
from staffplan.roster.case import Case
from staffplan.roster.check import breaches_together
from staffplan.roster.check_report import Breach
from staffplan.roster.conflict import refuse_impossible_people
from staffplan.roster.cover import coverage
from staffplan.roster.days_together import days_together
from staffplan.roster.interrupts import ends
from staffplan.roster.meeting_cost import Written, bound_with_meetings, written_cover
from staffplan.roster.meeting_shifts import rooms
from staffplan.roster.meetings import Placed, place_meetings
from staffplan.roster.notes import roster_notes
from staffplan.roster.polish import solve_whole
from staffplan.roster.problem import RosterProblem
from staffplan.roster.promise import keep_promises
from staffplan.roster.recombine import recombine, suits
from staffplan.roster.search import Board, Incumbent, Schedule, improve, settle
from staffplan.roster.start import start, warm_up
from staffplan.roster.tables_out import make_roster
from staffplan.roster.team_words import team_notes
from staffplan.roster.tours import Tours, TourSpace, make_tour_space
from staffplan.roster.worth import Floats
from staffplan.site import Site
from staffplan.tables import Coverage, Roster, ServiceWorth, StaffingRequirement, Workforce

MOVES_PER_AGENT_DAY, FEWEST_MOVES = 20_000, 100_000
BOUND_ROUNDS = 1000
MOST_BOUND_EFFORT = 3.0
"""The bound has converged then; more rounds only take the search's time."""
RECOMBINING_ROUNDS = 20
START_ROUNDS, MOST_START_EFFORT = 2000, 2.0
EFFORT_OF_A_START, MOST_STARTS, SEEDS = 4.0, 8, 10_000
DAY_PROGRAMS = 8
QUICK_EFFORT, QUICK_SHARE = 0.2, 0.1
"""Of a roster that only tells what it promises: parts of the effort and of the time limit."""
PRICES_UNTIL, START_UNTIL, ANNEALED_UNTIL = 0.1, 0.35, 0.45
"""Shares of the time limit by which the prices, the first roster and what small changes bring are there."""
LONGEST_PROGRAM, LONGEST_DAY = 0.05, 0.25
"""Shares of the time limit that one integer program may take: of a few people's tours, and of a whole day."""
PROVEN = 1e-4
"""A cost this near to the bound is the least."""
LONGEST_LOADING = 8.0
"""Seconds; what takes longer is compiled."""
MEETINGS_RESERVE, MEETINGS_PART = 0.1, 0.4
"""Part of the time limit kept for shifts that have time for the meetings, and of the moves to find them."""
RESERVE, RESERVED_BUILDS = 0.05, 2.0
"""Part of the time limit kept for tables, notes and files; so many times what reading the tables took at least."""


@dataclass(frozen=True)
class RosterResult:
    """A roster with its cover and its proof.

    `objective` is the cost that was sought, of the roster as it is written, meetings placed: of the cover (weighted
    under- and overstaffed hours, or what service is worth) and of the priced rules. No roster that keeps the rules
    and holds as many of the meetings has less than `bound`. `gap` = (objective - bound) / price of an understaffed
    hour, as a share of the required hours. `status`: "optimal", "feasible", "time limit" or "interrupted".
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
    broken: tuple[Breach, ...] = ()
    """Rules between people that it breaks, and meetings that somebody misses; all other rules it keeps."""

    @property
    def proof(self) -> dict[str, float | str]:
        """How good it is, and what is known of how good one could be."""
        return {
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "understaffed_hours": self.understaffed_hours,
            "overstaffed_hours": self.overstaffed_hours,
        }


@dataclass
class _Run:
    """How far the search is; shared by the two threads."""

    step_begun: float
    """When the step began, the problem not yet built (time.monotonic)."""
    seconds: float
    """The time limit."""
    reserve: float
    """Seconds of it that the search leaves."""
    moves: int
    on_progress: OnProgress
    grain: float = 0.0
    bound: float = 0.0
    prices: Prices | None = None
    """Those that prove it, when they are found."""
    hurried: bool = False
    begun: float = field(default_factory=time.monotonic)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def deadline(self) -> float:
        """When the search ends."""
        return self.step_begun + self.seconds - self.reserve

    def left(self, share: float) -> float:
        """Seconds until a share of the time limit is over; none once the search was interrupted."""
        return 0.0 if self.stopped.is_set() else self.step_begun + share * self.seconds - time.monotonic()

    def to_the_deadline(self) -> float:
        """Seconds; none once the search was interrupted."""
        return 0.0 if self.stopped.is_set() else self.deadline - time.monotonic()

    def out_of_time(self) -> bool:
        return self.stopped.is_set() or time.monotonic() > self.deadline

    def spent(self, begin: float, end: float) -> Callable[[], float]:
        """The share that is over of a part of the time limit, both ends shares of it."""
        whole = self.deadline - self.begun
        first, length = self.begun + begin * whole, max((end - begin) * whole, 1e-9)
        return lambda: 1.0 if self.stopped.is_set() else (time.monotonic() - first) / length

    def late(self, share: float) -> None:
        """Take note that a part of the search was cut short by the clock, if it was."""
        self.hurried |= self.spent(0.0, share)() >= 1.0

    def ended(self, incumbent: Incumbent) -> bool:
        """Whether the time is over, or nothing better can be found."""
        return self.out_of_time() or incumbent.cost <= self.bound + PROVEN

    def raise_bound(self, bound: float) -> None:
        self.bound = max(self.bound, next_grain(bound, self.grain))

    def say_share(self, share: float) -> None:
        label = f"{share:.0%} of the people have a first tour, cost at least {self.bound:,.1f}"
        self.on_progress(Progress("roster", 0, self.moves, label))

    def say(self, done: int, incumbent: Incumbent, problem: RosterProblem) -> None:
        label = _standing(incumbent.cost, self.bound, problem)
        self.on_progress(Progress("roster", done, self.moves, label))

    def say_end(self, cost: float, bound: float, problem: RosterProblem) -> None:
        label = f"with meetings: {_standing(cost, bound, problem)}"
        self.on_progress(Progress("roster", self.moves, self.moves, label))


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
    begun: float | None = None,
) -> RosterResult:
    """A named roster that keeps every hard rule and covers the requirement as well as could be found.

    Raises ConfigError or DataError for inputs that cannot be used, InfeasibleError where somebody's rules contradict
    each other. Missing people never make it fail: what is uncovered is counted and noted. Once the search has begun
    Ctrl-C keeps the best roster so far. begun: when the step began (time.monotonic), where reading its files counts
    to the time limit.
    """
    building = time.monotonic()
    case = Case(requirement, workforce, settings, shifts, work_plans, site, worth)
    problem = case.problem()
    reserve = max(RESERVE * settings.time_limit_seconds, RESERVED_BUILDS * (time.monotonic() - building))
    space = make_tour_space(problem)
    step_begun = building if begun is None else begun
    refuse_impossible_people(space, case, lambda: step_begun + settings.time_limit_seconds - time.monotonic())
    step_begun += compiled_in(space)
    moves = move_count(problem, settings.effort)
    kept = reserve + MEETINGS_RESERVE * settings.time_limit_seconds * bool(len(workforce.meetings))
    run = _Run(step_begun, settings.time_limit_seconds, kept, moves, on_progress, grain(space))
    with ends(run.stopped):
        space = keep_promises(case, space, lambda priced: _quick(priced, run, settings.effort, seed))
        problem, run.grain, run.begun = space.problem, grain(space), time.monotonic()
        incumbent = search(space, run, settings.effort, seed)
        board = Board(space, incumbent.tours)
        settle(board)
        run.hurried |= run.out_of_time()
        run.reserve = reserve
        board, placed = _with_meetings(board, case, run, seed)
        made = make_roster(problem, board.tours())
        conflicts = tuple(team_notes(case, made, seconds=lambda: run.left(1 + RESERVE)))
        cover = coverage(placed.roster, requirement, site)
        curves = worth if settings.objective == "service" else None
        notes = (*roster_notes(problem, placed.roster, cover, case, curves), *conflicts, *placed.notes)
        broken = tuple(_breaches(case, problem, placed.roster))
        return replace(_result(board, run, placed, cover, notes), broken=broken)


def _with_meetings(board: Board, case: Case, run: _Run, seed: int) -> tuple[Board, Placed]:
    """The meetings placed; where somebody misses one, in the shifts that serve them best of some that are tried."""
    space, (best, placed) = board.space, _placed(board.space, board.tours(), case)
    least, room = _broken_and_missed(case, space.problem, placed), None
    moves = round(MEETINGS_PART * run.moves)
    if placed.missed and not run.stopped.is_set():
        for tried in rooms(space, board.tours(), placed.sittings, moves, seed, seconds=run.to_the_deadline):
            found = _placed(space, tried.tours(), case)
            if (broken := _broken_and_missed(case, space.problem, found[1])) < least:
                (best, placed), least, room = found, broken, tried
            if not found[1].missed:
                break
    if room is not None and run.prices is not None and not run.out_of_time():
        _choose_together(room.incumbent, room.space, run.prices, run, case.settings.effort, seed)
        found = _placed(space, room.tours(), case)
        if (_broken_and_missed(case, space.problem, found[1]), found[0].cost) < (least, best.cost):
            best, placed = found
    return best, placed if not placed.missed else _placed(space, best.tours(), case, with_reasons=True)[1]


def _placed(space: TourSpace, tours: Tours, case: Case, *, with_reasons: bool = False) -> tuple[Board, Placed]:
    made, tables = make_roster(space.problem, tours), (case.requirement, case.workforce)
    return Board(space, tours), place_meetings(
        made, *tables, case.settings, site=case.site, with_reasons=with_reasons
    )


def _breaches(case: Case, problem: RosterProblem, made: Roster) -> list[Breach]:
    first, days = problem.period.first_day, problem.period.days
    return breaches_together(made, case.workforce, case.settings, first=first, days=days, site=case.site)


def _broken_and_missed(case: Case, problem: RosterProblem, placed: Placed) -> tuple[int, int]:
    """Rules between people that are broken, and how many miss a meeting."""
    return len(_breaches(case, problem, placed.roster)) - placed.missed, placed.missed


def _quick(space: TourSpace, run: _Run, effort: float, seed: int) -> Floats:
    """On queue, (groups, slots), in a roster made with a part of the effort and of the time that is left."""
    seconds = min(QUICK_SHARE * run.seconds, run.deadline - time.monotonic())
    part = QUICK_EFFORT * effort
    moves = move_count(space.problem, part)
    own = _Run(time.monotonic(), seconds, 0.0, moves, run.on_progress, grain(space), stopped=run.stopped)
    incumbent = search(space, own, part, seed)
    run.hurried |= own.hurried
    return Board(space, incumbent.tours).plan.on_queue.astype(float)


def compiled_in(space: TourSpace) -> float:
    """Have everything compiled that the search uses; the seconds this took, if it was more than loading it. Only the
    first search after an installation compiles, and its time is not the search's."""
    begun = time.monotonic()
    warm_up(space)
    seconds = time.monotonic() - begun
    return seconds if seconds > LONGEST_LOADING else 0.0


def move_count(problem: RosterProblem, effort: float) -> int:
    agent_days = len(problem.people) * problem.period.days
    return max(round(effort * MOVES_PER_AGENT_DAY * agent_days), FEWEST_MOVES)


def search(space: TourSpace, run: _Run, effort: float, seed: int) -> Incumbent:
    """The best tours found; run.bound holds the bound."""
    rounds = round(BOUND_ROUNDS * min(effort, MOST_BOUND_EFFORT))
    prices = best_prices(space, rounds, spent=run.spent(0.0, PRICES_UNTIL), report=run.raise_bound)
    run.late(PRICES_UNTIL)
    run.prices = prices
    board = _start(space, prices, run, effort, seed)
    incumbent = Incumbent(board)
    run.say(0, incumbent, space.problem)
    _improve(board, incumbent, prices, run, effort, seed)
    return incumbent


def _start(space: TourSpace, prices: Prices, run: _Run, effort: float, seed: int) -> Board:
    """The best of some first rosters, as many as the effort and the time allow."""
    rounds = round(START_ROUNDS * min(effort, MOST_START_EFFORT))
    spent = run.spent(PRICES_UNTIL, START_UNTIL)
    board = start(space, prices, rounds, seed, spent=spent, report=run.say_share)
    longest = spent()
    for number in range(1, min(round(effort / EFFORT_OF_A_START), MOST_STARTS)):
        before = spent()
        if before + longest > 1.0 or board.cost <= run.bound + PROVEN:
            break
        other = start(space, prices, rounds, seed + number * SEEDS, spent=spent)
        board = min(board, other, key=lambda made: made.cost)
        longest = max(longest, spent() - before)
    run.late(START_UNTIL)
    return board


def _improve(board: Board, incumbent: Incumbent, prices: Prices, run: _Run, effort: float, seed: int) -> None:
    problem = board.space.problem
    improve(
        board,
        incumbent,
        Schedule(run.moves, run.begun + ANNEALED_UNTIL * (run.deadline - run.begun)),
        seed,
        stop=lambda: run.ended(incumbent),
        report=lambda done: run.say(min(done, run.moves), incumbent, problem),
    )
    _choose_together(incumbent, board.space, prices, run, effort, seed)
    seconds = run.deadline - time.monotonic()
    proven = solve_whole(board.space, incumbent, effort=effort, seconds=seconds, seed=seed)
    if proven is not None:
        run.raise_bound(proven)


def _choose_together(
    incumbent: Incumbent, space: TourSpace, prices: Prices, run: _Run, effort: float, seed: int
) -> None:
    """Integer programs over days of everybody, or over tours of a few people."""
    by_tours, board = suits(space), Board(space, incumbent.tours)
    longest = (LONGEST_PROGRAM if by_tours else LONGEST_DAY) * (run.deadline - run.begun)

    def seconds() -> float:
        return max(min(longest, run.deadline - time.monotonic()), 0.1)

    def stop() -> bool:
        return run.ended(incumbent)

    def report(done: int) -> None:
        run.say(run.moves, incumbent, space.problem)

    if by_tours:
        rounds = round(RECOMBINING_ROUNDS * effort)
        recombine(board, incumbent, prices, rounds, seed, stop=stop, seconds=seconds, report=report)
    else:
        programs = round(DAY_PROGRAMS * effort)
        days_together(board, incumbent, programs, seed, stop=stop, seconds=seconds, report=report)


def _standing(cost: float, bound: float, problem: RosterProblem) -> str:
    gap = gap_share(problem, cost, bound)
    return f"cost {cost:,.1f}, at least {bound:,.1f}, gap {gap:.2%} of the required hours"


def gap_share(problem: RosterProblem, cost: float, bound: float) -> float:
    """(cost - bound) / price of an understaffed hour, as a share of the required hours."""
    hours = (cost - bound) / problem.understaffing_weight
    return hours / problem.required_hours if problem.required_hours else 0.0


def _result(board: Board, run: _Run, placed: Placed, cover: Coverage, notes: tuple[Note, ...]) -> RosterResult:
    problem, cost, bound = board.space.problem, board.cost, min(run.bound, board.cost)
    written = Written(*problem.cost(board.plan.on_queue.astype(float)))
    if placed.held:
        before, before_bound, bare = cost, bound, written
        written = written_cover(problem, placed.roster)
        cost += written.cost - bare.cost
        bound = min(bound_with_meetings(problem, bound, run.prices, placed.held), cost)
        notes = (*notes, _cost_of_meetings((before, before_bound), (cost, bound)))
        run.say_end(cost, bound, problem)
    return RosterResult(
        roster=placed.roster,
        coverage=cover,
        status=_status(run, cost - bound),
        objective=cost,
        bound=bound,
        gap=gap_share(problem, cost, bound),
        understaffed_hours=written.understaffed_hours,
        overstaffed_hours=written.overstaffed_hours,
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


def _cost_of_meetings(without: tuple[float, float], held: tuple[float, float]) -> Note:
    """Objective and bound without the meetings, and with them."""
    message = f"objective {held[0]:,.1f}, at least {held[1]:,.1f}, with the meetings in the roster; "
    message += f"{without[0]:,.1f}, at least {without[1]:,.1f}, without them"
    return Note("roster", "assumption", "meetings", message)


def _status(run: _Run, above_bound: float) -> str:
    if run.stopped.is_set():
        return "interrupted"
    if above_bound <= PROVEN:
        return "optimal"
    return "time limit" if run.hurried or time.monotonic() > run.deadline else "feasible"
