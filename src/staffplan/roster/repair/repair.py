"""Repair of a roster that exists: people are absent, or the need is another, and as little as possible changes.

What has begun stays. Every other day of every person costs something if it becomes different (rules/stability.py),
so that the search (best tours against everybody else's, then small changes of several people at once) takes a change
only where it saves more. Inside the shifts that stay, breaks and queues are taken back to what they were wherever
that costs next to nothing. The bound is that of all rosters with these prices on changes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.errors import Note
from staffplan.process.interrupts import ends
from staffplan.progress import OnProgress, Progress, silent
from staffplan.roster.case.build import with_ties
from staffplan.roster.case.case import Case
from staffplan.roster.check.cover import coverage
from staffplan.roster.notes import clock_changes, unpriced_wishes
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.repair.absences import Absence, AgentDay, Left, left_of, with_absences
from staffplan.roster.repair.given import Given, given_work
from staffplan.roster.repair.given_need import corrected
from staffplan.roster.repair.tables import Forced, Lost, meetings_of, repaired, roster_changes
from staffplan.roster.rules.team import minimum_people, team_rules
from staffplan.roster.search.anneal import Board, Incumbent, Schedule, improve, polish
from staffplan.roster.search.automata import NEVER, Room
from staffplan.roster.search.bound import best_prices
from staffplan.roster.search.compiled.arrays import IMPOSSIBLE, NOTHING, Flags
from staffplan.roster.search.compiled.best_response import retour
from staffplan.roster.search.compiled.board import put_day_back
from staffplan.roster.search.compiled.tours import rest_of_tour
from staffplan.roster.search.run import PROVEN, gap_share, standing
from staffplan.roster.search.space import Tours, TourSpace, begin, make_tour_space, need_of, price_tour, team_arrays
from staffplan.roster.search.stages import compiled_in, move_count
from staffplan.roster.search.ties import all_stay, keep_ties, to_the_ties
from staffplan.roster.step import RESERVE, room_within
from staffplan.tables.roster import Roster, RosterChanges, RosterShifts
from staffplan.tables.waits import Coverage

HOURS_OF_A_CHANGE = 1.0
"""Hours missing on queue that a change of somebody's day must save, if nothing else is said."""
INSIDE = 0.1
"""Price of other breaks or queues inside a shift that stays, as a share of the price of a changed day."""
BOUND_ROUNDS = 300
BOUND_UNTIL = 0.3
"""Share of the time limit that the bound may take."""
MOVES = 0.25
"""Of the moves of a new roster."""
SWEEPS = 10


@dataclass(frozen=True)
class RepairResult:
    """A repaired roster and what is different in it.

    `objective`, `bound` and `gap` are those of RosterResult, from the repair's time on, changes priced. `case`: what
    the roster is measured against now, the absences among its time off.
    """

    roster: Roster
    coverage: Coverage
    changes: RosterChanges
    case: Case
    status: str
    objective: float
    bound: float
    gap: float
    notes: tuple[Note, ...]
    facts: dict[str, float | str]


@dataclass(frozen=True)
class _Repair:
    """What is repaired: the case with the absences, what they leave, and the given roster as a problem."""

    case: Case
    left: Left
    given: Given
    absences: Sequence[Absence]
    since: pd.Timestamp
    price: float
    stuck: tuple[str, ...] = ()
    """People whose given roster no change can bring within the rules: they stay as they are."""
    mended: frozenset[int] = frozenset()
    """Numbers of people whose given shifts, as the absences leave them, break a rule that other shifts keep."""


def repair(
    case: Case,
    roster: Roster,
    absences: Sequence[Absence],
    since: pd.Timestamp,
    *,
    hours_of_a_change: float = HOURS_OF_A_CHANGE,
    days: Collection[date] | None = None,
    seed: int = 1,
    on_progress: OnProgress = silent,
) -> RepairResult:
    """The roster from the instant `since` on without those who are absent, with few changes.

    Everything that has begun by then stays. A day of somebody becomes different only if that saves
    `hours_of_a_change` missing on queue, or if a hard rule asks for it. days: those alone may change (None: all).
    Days of people that are locked stay to the minute. Raises ConfigError or DataError as `roster`
    does.
    """
    begun, since = time.monotonic(), since.tz_convert("UTC")
    plan = _prepare(case, roster, absences, since, hours_of_a_change * case.settings.understaffing_weight, days)
    room = room_within(case.settings.time_limit_seconds)
    plan, space = _possible(plan, make_tour_space(plan.given.problem, room), room)
    if not plan.given.problem.people:
        return _result(plan, roster, plan.given.tours, None, 0.0, False)
    begun += compiled_in(space)
    deadline = begun + case.settings.time_limit_seconds * (1 - RESERVE)
    stopped = threading.Event()
    with ends(stopped):
        incumbent, bound = _search(space, plan, case.settings.effort, seed, deadline, stopped, on_progress)
        board = inside_as_given(space, incumbent.tours, plan)
        return _result(plan, roster, board.tours(), board, bound, stopped.is_set())


def _prepare(
    case: Case,
    roster: Roster,
    absences: Sequence[Absence],
    since: pd.Timestamp,
    price: float,
    days: Collection[date] | None,
) -> _Repair:
    zone = case.site.calendar.timezone
    left = left_of(roster, absences, since, zone)
    people = with_absences(case.workforce, absences, roster, left, zone)
    past = _worked_before(roster, case)
    now = replace(case, workforce=replace(people, published=RosterShifts.empty(), past_roster=past))
    absent: frozenset[AgentDay] = frozenset((a.agent_id, day) for a in absences if not a.is_part for day in a.days)
    given = given_work(now.problem(), left.roster, since, price, absent, left.cut, days)
    given = replace(given, problem=with_ties(given.problem, now.settings, now.site.calendar))
    return _Repair(now, left, given, absences, since, price)


def _worked_before(roster: Roster, case: Case) -> RosterShifts:
    """The shifts before the first day that is planned: those known, and those of the roster itself."""
    first = pd.Timestamp(case.site.days_of(pd.DatetimeIndex(case.requirement.frame["interval_start"])).first)
    known, frame = case.workforce.past_roster, roster.shifts.frame
    earlier = roster.shifts.only((frame["schedule_date"] < first).to_numpy())
    if not len(earlier):
        return known
    both = pd.concat([known.frame, earlier.frame], ignore_index=True)
    return RosterShifts.of(both.drop_duplicates(list(RosterShifts.key), keep="last"), known.source)


def _possible(plan: _Repair, space: TourSpace, room: Room) -> tuple[_Repair, TourSpace]:
    """The people who have a tour; the need is what the others leave of it."""
    given, nothing = plan.given, np.zeros_like(space.problem.required)
    able = [price_tour(space, n, nothing)[0] > IMPOSSIBLE for n in range(len(given.problem.people))]
    if not all(able):
        stuck = tuple(p.agent_id for p, free in zip(given.problem.people, able, strict=True) if not free)
        plan = replace(plan, given=given.only(np.flatnonzero(able)), stuck=stuck)
    problem = corrected(plan.given, plan.case, plan.left.roster, plan.since)
    problem = with_ties(problem, plan.case.settings, plan.case.site.calendar)
    plan = replace(plan, given=replace(plan.given, problem=problem))
    if not problem.people:
        return plan, space
    whole = replace(space, problem=problem, need=need_of(problem), team=team_arrays(problem))
    space = whole if all(able) else make_tour_space(problem, room)
    choice = plan.given.tours.choice
    broken = [n for n in range(len(problem.people)) if not keeps_rules(space, n, choice[n])]
    return replace(plan, mended=frozenset(broken)), space


def _search(
    space: TourSpace,
    plan: _Repair,
    effort: float,
    seed: int,
    deadline: float,
    stopped: threading.Event,
    on_progress: OnProgress,
) -> tuple[Incumbent, float]:
    """The best tours found, and the bound."""
    board = Board(space, lawful(space, plan.given.tours, plan.mended))
    incumbent = Incumbent(board)
    moves, bound = round(MOVES * _share_free(plan.given) * move_count(space.problem, effort)), 0.0

    def say(done: int) -> None:
        label = standing(incumbent.cost, bound, space.problem)
        on_progress(Progress("roster", min(done, moves), moves, label))

    def note(found: float) -> None:
        nonlocal bound
        bound = max(bound, found)

    def spent() -> float:
        return 1.0 if stopped.is_set() else (time.monotonic() - begun) / max(BOUND_UNTIL * (deadline - begun), 1e-9)

    def out_of_time() -> bool:
        return stopped.is_set() or time.monotonic() > deadline

    def over() -> bool:
        return out_of_time() or incumbent.cost <= bound + PROVEN

    if len(space.problem.ties):
        tours = to_the_ties(space, incumbent.tours, seed, stop=out_of_time, hurry=out_of_time)
        incumbent.offer(Board(space, tours))
    else:
        polish(board, incumbent, stop=out_of_time)
    say(0)
    begun = time.monotonic()
    best_prices(space, round(BOUND_ROUNDS * min(effort, 3.0)), spent=spent, report=note)
    if len(space.problem.ties):
        keep_ties(space, incumbent, moves, seed, stop=over, report=lambda: say(moves))
    else:
        improve(board, incumbent, Schedule(moves, deadline), seed, stop=over, report=say)
    return incumbent, min(bound, incumbent.cost)


def lawful(space: TourSpace, tours: Tours, mended: frozenset[int]) -> Tours:
    """The tours, and for people whose own break a rule the ones nearest to them."""
    made = Tours(tours.choice.copy(), tours.pauses.copy(), tours.group.copy())
    nothing = np.zeros_like(space.problem.required)
    for person in mended:
        price_tour(space, person, nothing)
        made.choice[person] = space.desk.tour
        made.group[person] = -1
        for day in np.flatnonzero(made.choice[person] != NOTHING).tolist():
            option = int(made.choice[person, day])
            if option != tours.choice[person, day]:
                offsets = [pause.earliest for pause in space.problem.options[option].pauses]
                made.pauses[person, day, : len(offsets)] = offsets
    return made


def keeps_rules(space: TourSpace, person: int, choice: NDArray[np.int16]) -> bool:
    """Whether a person may work these options (or NOTHING), (days,)."""
    likes, walk = space.folk.price[space.folk.liking[person]], int(space.folk.walk[person])
    return bool(rest_of_tour(0, begin(space), walk, space.walks, likes, choice) < NEVER / 2)


def inside_as_given(space: TourSpace, tours: Tours, plan: _Repair) -> Board:
    """The tours' shifts; inside those that stay, breaks and queues as given, or others where that is worth it."""
    given = plan.given
    mine = _with_given_inside(space, tours, given)
    board = Board(all_stay(space, mine), mine)
    allowed = np.zeros_like(space.problem.allowed)
    person, day = np.nonzero(mine.choice != NOTHING)
    allowed[person, day, mine.choice[person, day]] = True
    for _ in range(SWEEPS):
        before = board.cost
        for number in range(len(space.problem.people)):
            for day_number in np.flatnonzero(mine.choice[number] != NOTHING).tolist():
                _work_inside(board, given, number, day_number, allowed[number], INSIDE * plan.price)
        if board.cost > before - 1e-6:
            break
    return Board(space, board.tours()) if len(space.problem.ties) else board


def _share_free(given: Given) -> float:
    """Share of the days on which somebody's may change; a tenth at least, as a search of one day is no shorter."""
    return max(float((~given.settled.all(axis=0)).mean()), 0.1)


def _work_inside(board: Board, given: Given, person: int, day: int, allowed: Flags, price: float) -> None:
    """The best breaks and queues of a day's shift; where the shift stays, only if they save `price`."""
    space, plan = board.space, board.plan
    parts = (plan, space.folk, space.need, space.team, space.shifts, space.walks, space.desk)
    retour(person, day, day + 1, allowed, space.problem.period.day_slot, *parts)
    if plan.choice[person, day] == given.tours.choice[person, day]:
        most = float("inf") if given.firm[person, day] else price - 1e-6
        known = (given.tours.pauses[person, day], given.tours.group[person])
        put_day_back(person, day, *known, most, plan, space.need, space.team, space.shifts)


def _with_given_inside(space: TourSpace, tours: Tours, given: Given) -> Tours:
    """The tours with the given option, pauses and groups on every day whose shift stays."""
    problem, known = space.problem, given.tours
    made = Tours(tours.choice.copy(), tours.pauses.copy(), tours.group.copy())
    same = same_days(problem, tours.choice, given)
    for person in range(len(problem.people)):
        choice = np.where(same[person], known.choice[person], tours.choice[person])
        if not keeps_rules(space, person, choice):
            continue
        made.choice[person] = choice
        for day in np.flatnonzero(same[person]).tolist():
            made.pauses[person, day] = known.pauses[person, day]
            intervals = _intervals(problem, int(choice[day]), day)
            made.group[person, intervals] = known.group[person, intervals]
    return made


def _intervals(problem: RosterProblem, option: int, day: int) -> slice:
    first, step = int(problem.option_slot[option, day]), problem.period.slots_per_interval
    return slice(first // step, -(-(first + problem.options[option].slots) // step))


def same_days(problem: RosterProblem, choice: NDArray[np.int16], given: Given) -> Flags:
    """(people, days): a shift with the times and paid hours of the given one."""
    known = given.tours.choice
    days = np.arange(problem.period.days)[None, :]
    slots = np.array([option.slots for option in problem.options], dtype=np.int64)
    paid = np.array([option.paid_minutes for option in problem.options], dtype=np.int64)
    alike = (
        (problem.option_slot[choice, days] == problem.option_slot[known, days])
        & (slots[choice] == slots[known])
        & (paid[choice] == paid[known])
    )
    return np.asarray((choice != NOTHING) & (known != NOTHING) & alike)


def _kept(problem: RosterProblem, tours: Tours, given: Given) -> Flags:
    """(people, days): the shift and all inside it is as given."""
    same = same_days(problem, tours.choice, given) & (tours.pauses == given.tours.pauses).all(axis=2)
    for person, day in np.argwhere(same):
        intervals = _intervals(problem, int(tours.choice[person, day]), day)
        same[person, day] = (tours.group[person, intervals] == given.tours.group[person, intervals]).all()
    return np.asarray(same)


def _result(
    plan: _Repair, roster: Roster, tours: Tours, board: Board | None, bound: float, stopped: bool
) -> RepairResult:
    """board: of the tours; None where nobody can be changed."""
    case, problem = plan.case, plan.given.problem
    same = same_days(problem, tours.choice, plan.given)
    made, lost = repaired(problem, tours, plan.left.roster, plan.since, same, _kept(problem, tours, plan.given))
    mended = {problem.people[n].agent_id for n in plan.mended}
    rules, calendar = team_rules(case.settings), case.site.calendar
    least = minimum_people(rules, problem.groups, problem.period, calendar)
    forced = Forced(mended, least, plan.price / case.settings.understaffing_weight)
    changes, hours = roster_changes(problem, case.workforce, roster, plan.left, made, forced)
    cost = board.cost if board else bound
    status = "interrupted" if stopped else "optimal" if cost - bound <= PROVEN else "feasible"
    return RepairResult(
        roster=made,
        coverage=coverage(made, case.requirement, case.site),
        changes=changes,
        case=case,
        status=status,
        objective=cost,
        bound=min(bound, cost),
        gap=gap_share(problem, cost, min(bound, cost)),
        notes=tuple(_notes(plan, roster, made, lost)),
        facts={"agents": float(len(problem.people)), **hours},
    )


def _notes(plan: _Repair, roster: Roster, made: Roster, lost: Sequence[Lost]) -> list[Note]:
    notes = [_warning(key, "absent, but the shift had already ended: left as is") for key in sorted(plan.left.over)]
    notes += [_warning(key, "absent, but that was already over: left as is") for key in sorted(plan.left.past)]
    missed = {agent_id for agent_id, _ in plan.left.gone | plan.left.begun | plan.left.past}
    notes += [
        _warning((absence.agent_id, absence.first_day), "absent, and had no shift on those days")
        for absence in plan.absences
        if absence.agent_id not in missed
    ]
    if plan.stuck:
        message = (
            "the given shifts already break a rule that future changes cannot fix; left as "
            "is; staffplan check shows which"
        )
        notes.append(Note("roster", "warning", ", ".join(plan.stuck), message))
    gone = meetings_of(roster, plan.left.gone, plan.case.site.calendar.timezone)
    notes += [*clock_changes(made, plan.case.site), *unpriced_wishes(plan.case)]
    return notes + [
        _warning((miss.agent_id, miss.day), f"misses the {miss.activity} of {miss.when}") for miss in (*gone, *lost)
    ]


def _warning(key: AgentDay, message: str) -> Note:
    return Note("roster", "warning", f"{key[0]} {key[1]:%d %b %Y}", message)
