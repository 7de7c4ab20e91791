"""The roster step: problem, tours, bound, names, tables.

1. The tables and settings become a RosterProblem; people whose rules allow nothing are explained (conflict.py).
2. The search (stages.py): prices of people on queue that prove a bound (bound.py); tours that are best at them
   (start.py); then simulated annealing by millions of small changes (search.py), then integer programs: over whole
   days of everybody (days_together.py), or where shifts fill few slots over tours of a few people (recombine.py).
   CP-SAT proves or improves tiny problems, whole (polish.py).
3. Pauses and groups are settled at the same cost, meetings placed, in other shifts where somebody would miss one
   (meeting_shifts.py); tables, cover, notes, and why a rule between people is broken, if one is (team_conflict.py).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from staffplan.errors import Note
from staffplan.process.interrupts import ends
from staffplan.progress import OnProgress, silent
from staffplan.roster.case.case import Case
from staffplan.roster.case.promised import Judge
from staffplan.roster.check.check import breaches_together
from staffplan.roster.check.cover import coverage
from staffplan.roster.check.report import Breach
from staffplan.roster.meetings.cost import Written, bound_with_meetings, written_cover
from staffplan.roster.meetings.place import Placed, place_meetings
from staffplan.roster.meetings.shifts import rooms
from staffplan.roster.notes import roster_notes
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.search.anneal import Board, search_on, settle
from staffplan.roster.search.automata import Room
from staffplan.roster.search.bound import bound_from, grain, tour_classes
from staffplan.roster.search.calm import exchange_days
from staffplan.roster.search.promise import Promising
from staffplan.roster.search.run import PROVEN, Run, gap_share
from staffplan.roster.search.space import Tours, TourSpace, make_tour_space
from staffplan.roster.search.stages import choose_together, compiled_in, mend_days, move_count, search, size_notes
from staffplan.roster.search.tables_out import make_roster
from staffplan.roster.search.ties import held
from staffplan.roster.why.one_person import refuse_impossible_people
from staffplan.roster.why.team_words import team_notes
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import ServiceWorth, StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.waits import Coverage

MEETINGS_RESERVE, MEETINGS_PART = 0.1, 0.4
"""Part of the time limit kept for shifts that have time for the meetings, and of the moves to find them."""
JUDGING_RESERVE = 0.3
"""Part of the time limit kept for what is sought once the simulation has judged a roster."""
JUDGEMENTS, JUDGED_PART, JUDGED_WARM, JUDGED_SECONDS = 3, 0.2, 0.1, 0.5
"""How often at most. First by small changes: part of the moves, of the first temperature of a new search, and of the
time left at most. Then by the days alone that are off: what a judgement says of a day holds while the day stays as it
is."""
JOINING, SHARED_STEPS_A_SECOND = 0.2, 200e3
"""Part of the time limit after which rules that are not yet joined stay in parts, and steps of a round of pricing for
each of its seconds: with more there are too few rounds for a bound that is better than that of parts."""
USUAL_WHOLE, MOST_WHOLE = 40.0, 2 / 3
"""Seconds in which automata of each contract may be made in any case, which is what the largest of them take
(automata.MOST_STEPS), but no more than that part of the time limit. It is seen early where they would take longer."""
CALM_PART = 0.01
"""Part of the time limit in which people exchange days at the same cost."""
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


def roster(
    requirement: StaffingRequirement,
    workforce: Workforce,
    settings: RosterSettings,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    worth: ServiceWorth | None = None,
    judge: Judge | None = None,
    seed: int = 1,
    on_progress: OnProgress = silent,
    begun: float | None = None,
) -> RosterResult:
    """A named roster that keeps every hard rule and covers the requirement as well as could be found.

    Raises ConfigError or DataError for inputs that cannot be used, InfeasibleError where somebody's rules contradict
    each other. Missing people never make it fail: what is uncovered is counted and noted. Once the search has begun
    Ctrl-C keeps the best roster so far. begun: when the step began (time.monotonic), where reading its files counts
    to the time limit. judge: plays rosters where service is sought, so that promises are kept as customers wait.
    """
    building = time.monotonic()
    case = Case(requirement, workforce, settings, shifts, work_plans, site, worth)
    problem = case.problem()
    reserve = max(RESERVE * settings.time_limit_seconds, RESERVED_BUILDS * (time.monotonic() - building))
    reserve += CALM_PART * settings.time_limit_seconds
    step_begun = building if begun is None else begun
    space = make_tour_space(problem, room_within(settings.time_limit_seconds))
    refuse_impossible_people(space, case, lambda: step_begun + settings.time_limit_seconds - time.monotonic())
    step_begun += compiled_in(space)
    moves = move_count(problem, settings.effort)
    judging = JUDGING_RESERVE * (judge is not None and problem.worth.promises is not None)
    meeting = MEETINGS_RESERVE * bool(len(workforce.meetings))
    kept = reserve + (meeting + judging) * settings.time_limit_seconds
    run = Run(step_begun, settings.time_limit_seconds, kept, moves, on_progress, grain(space))
    with ends(run.stopped):
        tours = search(space, run, settings.effort, seed).tours
        if judge is not None and problem.worth.promises is not None:
            run.reserve = kept - judging * settings.time_limit_seconds
            promising = Promising(case, space, judge)
            space, tours = _as_judged(promising, tours, run, seed)
            reserve += promising.seconds
        problem, board = space.problem, _settled(space, tours, run)
        run.hurried |= run.out_of_time()
        run.reserve = reserve
        board, placed = _with_meetings(board, case, run, seed)
        made = make_roster(problem, board.tours()) if placed.sittings else placed.roster
        asking = partial(run.left, 1 + RESERVE)
        conflicts = tuple(team_notes(case, made, seconds=asking))
        cover = coverage(placed.roster, requirement, site)
        curves = worth if settings.objective == "service" else None
        days = None if judge is None or problem.worth.promises is None else judge(placed.roster)
        notes = (
            *roster_notes(problem, placed.roster, cover, case, curves, days, seconds=asking),
            *size_notes(space),
            *conflicts,
            *placed.notes,
        )
        broken = tuple(_breaches(case, problem, placed.roster))
        return replace(_result(board, run, placed, cover, notes), broken=broken)


def room_within(seconds: float) -> Room:
    """What the automata of a search with that time limit may take of it."""
    joining = JOINING * seconds
    whole = max(joining / 2, min(USUAL_WHOLE, MOST_WHOLE * seconds))
    return Room(most_shared=SHARED_STEPS_A_SECOND * seconds, whole_seconds=whole, seconds=joining)


def _as_judged(promising: Promising, tours: Tours, run: Run, seed: int) -> tuple[TourSpace, Tours]:
    """The roster after some more search for what the simulation says that the promises of its days need.

    Each round leaves the time to judge what it found, and the final roster once more.
    """
    promising.ask_as_judged(tours)
    tried, kept = [(promising.space, tours)], run.reserve
    for number in range(JUDGEMENTS):
        run.reserve = kept + 2 * promising.seconds
        if run.out_of_time():
            run.hurried = True
            break
        if number == 0:
            tours = _searched_on(promising.space, tours, run, seed)
        else:
            tours = mend_days(held(promising.space, tours, seed + number), tours, run, seed + number)
        promising.ask_as_judged(tours)
        tried.append((promising.space, tours))
    run.reserve = kept + promising.seconds
    space, tours = min(tried, key=lambda one: Board(*one).cost)
    run.bound = bound_from(space, run.prices, stop=run.out_of_time)
    return space, tours


def _searched_on(space: TourSpace, tours: Tours, run: Run, seed: int) -> Tours:
    space = held(space, tours, seed)
    over = run.within(JUDGED_SECONDS * run.to_the_deadline())
    moves = round(JUDGED_PART * run.moves)
    found = search_on(space, tours, moves, seed, stop=lambda _: over(), warm=JUDGED_WARM)
    run.hurried |= over()
    return found.tours


def _settled(space: TourSpace, tours: Tours, run: Run) -> Board:
    """Days exchanged so that weeks are calmer, groups and pauses put in order, where that costs nothing."""
    board = Board(space, tours)
    before = board.cost
    exchange_days(board, stop=run.within(CALM_PART * run.seconds))
    settle(board)
    return board if board.cost <= before + PROVEN else Board(space, tours)


def _with_meetings(board: Board, case: Case, run: Run, seed: int) -> tuple[Board, Placed]:
    """The meetings placed; where somebody misses one, in the shifts that serve them best of some that are tried."""
    space, (best, placed) = board.space, _placed(board.space, board.tours(), case)
    least, room = _broken_and_missed(case, space.problem, placed), None
    moves = round(MEETINGS_PART * run.moves)
    if placed.missed and not run.stopped.is_set():
        for tried in rooms(
            held(space, board.tours(), seed), board.tours(), placed.sittings, moves, seed, seconds=run.to_the_deadline
        ):
            found = _placed(space, tried.tours(), case)
            if (broken := _broken_and_missed(case, space.problem, found[1])) < least:
                (best, placed), least, room = found, broken, tried
            if not found[1].missed:
                break
    if room is not None and run.prices is not None and not run.out_of_time():
        choose_together(room.incumbent, room.space, run.prices, run, case.settings.effort, seed)
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


def _result(board: Board, run: Run, placed: Placed, cover: Coverage, notes: tuple[Note, ...]) -> RosterResult:
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
    message = f"objective {held[0]:,.1f}, lower bound {held[1]:,.1f}, with the meetings in the roster; "
    message += f"{without[0]:,.1f}, lower bound {without[1]:,.1f}, without them"
    return Note("roster", "assumption", "meetings", message)


def _status(run: Run, above_bound: float) -> str:
    if run.stopped.is_set():
        return "interrupted"
    if above_bound <= PROVEN:
        return "optimal"
    return "time limit" if run.hurried or time.monotonic() > run.deadline else "feasible"
