"""A roster with other shifts on some people's days; their breaks and queues are placed as a repair places them.

The days alone are made a problem in which no rule of a person holds: a manager may break one, and is told so by the
check. Everybody else stays as they are, and each shift that is given gets the breaks and the queues that cover best
beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from staffplan.clock import local_dates, midnight
from staffplan.errors import Problem, UsageError, nearest
from staffplan.planned import between
from staffplan.roster.case.case import Case
from staffplan.roster.edits.changes import Wanted, Work, shifts_by_day
from staffplan.roster.edits.rows import in_order
from staffplan.roster.problem.problem import RosterProblem, ShiftOption
from staffplan.roster.problem.worth import Worth
from staffplan.roster.repair.absences import AgentDay, each, is_among
from staffplan.roster.repair.given import GIVEN, Given, given_work, slot_of
from staffplan.roster.repair.given_need import corrected
from staffplan.roster.repair.tables import Lost, beside_queue, meetings_of, repaired
from staffplan.roster.rules import Locked
from staffplan.roster.search.anneal import Board
from staffplan.roster.search.compiled.arrays import NOTHING, Ints
from staffplan.roster.search.compiled.best_response import retour, spread_shift
from staffplan.roster.search.space import Tours, TourSpace, make_tour_space, need_of
from staffplan.settings.rule_sections import RuleSection
from staffplan.settings.team_rules import TieSection
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster

DAYS_OF_A_WEEK = 7
NO_MOST = 10**6
"""Paid minutes a week, where they are not limited."""
MEETING_HOURS = 1000.0
"""Understaffed hours that a break in a meeting counts like."""
SWEEPS = 2
"""Times that everybody's breaks are placed: the first ones again beside the last."""


@dataclass(frozen=True)
class Placed:
    """The roster with the change, and the meetings that somebody misses now."""

    roster: Roster
    lost: tuple[Lost, ...]


class UnplacedError(UsageError):
    """Shifts that cannot be given. `days`: what is wrong, by the person's day."""

    def __init__(
        self, problems: Problem | Iterable[Problem], days: Mapping[AgentDay, tuple[Problem, ...]] | None = None
    ) -> None:
        super().__init__(problems)
        self.days = dict(days or {})


def placed(case: Case, roster: Roster, days: Wanted) -> Placed:
    """The roster with these days as wanted; every other row stays as it is.

    Raises UnplacedError with every shift that nobody knows, or that the person has no skill for.
    """
    zone = case.site.calendar.timezone
    gone = frozenset(key for key, work in days.items() if work.off)
    lost = meetings_of(roster, gone, zone)
    left = _without(roster, gone)
    given_shifts = {key: work for key, work in days.items() if not work.off}
    if given_shifts:
        left, more = _with_shifts(case, roster, left, given_shifts)
        lost += more
    return Placed(in_order(left, roster), tuple(lost))


def _without(roster: Roster, days: frozenset[AgentDay]) -> Roster:
    shifts, activities = roster.shifts, roster.activities
    return Roster(
        shifts.only(~is_among(shifts.frame, days)),
        activities.only(~is_among(activities.frame, days)),
    )


def _with_shifts(
    case: Case, roster: Roster, left: Roster, days: Mapping[AgentDay, Work]
) -> tuple[Roster, list[Lost]]:
    """roster: as it was, with the shifts that others are given. left: without the days that become free."""
    small = _of_days(case, [day for _, day in days])
    problem = small.problem()
    given = _free(given_work(problem, roster, problem.period.start, 0.0, frozenset()))
    options = _options(given, roster, days)
    start, others = given.problem.period.start, _without(left, frozenset(days))
    problem = corrected(replace(given, tours=_of_others(given, others)), small, others, start)
    tours = _of_others(given, others)
    kept = _taken_over(given, tours, options, days)
    tours = _best_inside(_locked(problem, options), tours, options, kept, _meetings(problem, roster, options))
    as_given = np.ones(tours.choice.shape, dtype=bool)
    for person, day in options:
        as_given[person, day] = False
    return repaired(problem, tours, left, start, as_given, as_given)


def _of_others(given: Given, others: Roster) -> Tours:
    """The given tours without the days that these do not have."""
    problem, tours = given.problem, given.tours
    known = shifts_by_day(others)
    there = [
        [(person.agent_id, problem.period.day(d)) in known for d in range(problem.period.days)]
        for person in problem.people
    ]
    choice = np.where(np.array(there, dtype=bool), tours.choice, NOTHING).astype(np.int16)
    return Tours(choice, tours.pauses.copy(), tours.group.copy())


def _of_days(case: Case, days: Sequence[date]) -> Case:
    """The case of some days, and of the one after, into which a night runs, with the limits of all together alone."""
    planned = between(min(days), max(days) + timedelta(days=1))
    zone = case.site.calendar.timezone
    frame = case.requirement.frame
    local = local_dates(pd.DatetimeIndex(frame["interval_start"]), zone)
    mine = frame[[planned.contains(day) for day in local]]
    rules = tuple(rule for rule in case.settings.rules if not isinstance(rule, RuleSection | TieSection))
    people = case.workforce
    small = replace(
        case,
        requirement=StaffingRequirement.of(_with_every_group(mine, frame, midnight(planned.first, zone))),
        workforce=Workforce(people.agents, people.time_off, people.availability, skills=people.skills),
        site=replace(case.site, planned=planned),
        worth=None,
    )
    return small.with_settings(rules=rules, objective="cover", week_starts=None)


def _with_every_group(mine: pd.DataFrame, frame: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    """The need of the days, with a row of nobody needed for each group that is not open on them."""
    closed = frame[~frame["planning_group"].isin(mine["planning_group"])].drop_duplicates("planning_group")
    heads = dict.fromkeys(("agents_on_queue", "agents_required", "agents_scheduled"), 0.0)
    nobody = closed.assign(interval_start=start, offered=0.0, load_erlangs=0.0, **heads)
    return pd.concat([part for part in (mine, nobody.astype(frame.dtypes.to_dict())) if len(part)], ignore_index=True)


def _free(given: Given) -> Given:
    """Nobody's contract or rules hold."""
    problem = given.problem
    people = tuple(
        replace(
            person,
            rules=(),
            past=(),
            contract=person.contract.model_copy(update={"days_per_week_max": DAYS_OF_A_WEEK}),
        )
        for person in problem.people
    )
    most = np.full_like(problem.paid_minutes_max, NO_MOST)
    free = replace(problem, people=people, paid_minutes_min=np.zeros_like(most), paid_minutes_max=most)
    return replace(given, problem=free)


def _options(given: Given, roster: Roster, days: Mapping[AgentDay, Work]) -> dict[tuple[int, int], int]:
    """By person and day number the option to be worked; all that cannot be at once."""
    problem = given.problem
    number = {person.agent_id: n for n, person in enumerate(problem.people)}
    found: dict[tuple[int, int], int] = {}
    problems: dict[AgentDay, tuple[Problem, ...]] = {}
    for (agent_id, day), work in days.items():
        if agent_id not in number:
            said = Problem(agent_id, "has no skill for any planning group", "give one in the agents file")
            problems[agent_id, day] = (said,)
            continue
        person, d = number[agent_id], (day - problem.period.first_day).days
        try:
            found[person, d] = _option(given, roster, person, d, work, number)
        except UsageError as error:
            problems[agent_id, day] = error.problems
    if problems:
        raise UnplacedError(dict.fromkeys(one for found in problems.values() for one in found), problems)
    return found


def _option(given: Given, roster: Roster, person: int, day: int, work: Work, number: Mapping[str, int]) -> int:
    problem = given.problem
    name = work.shift
    if work.like:
        other = int(given.tours.choice[number[work.like], day]) if work.like in number else int(NOTHING)
        _refuse_off_grid(problem, roster, work.like, day, other)
        name = problem.options[other].name
        if GIVEN in name:
            return other
    alike = [o for o, option in enumerate(problem.options) if option.name == name]
    if not alike:
        raise UsageError(Problem("--shift", f"there is no shift {name!r}", _known(problem.options, name)))
    mask = int(problem.skillsets[problem.skillset_of[person]])
    able = [o for o in alike if int(problem.option_groups[o]) & mask]
    if not able:
        who = problem.people[person]
        said = f"{who.agent_id} has no skill for what {name} serves"
        raise UsageError(Problem("--shift", said, f"the skills are {', '.join(who.skills)}"))
    mine = [o for o in able if problem.allowed[person, day, o]]
    plain = [o for o in able if not problem.options[o].off and not problem.options[o].serves]
    return (mine or plain or able)[0]


def _refuse_off_grid(problem: RosterProblem, roster: Roster, agent_id: str, day: int, option: int) -> None:
    """Raise UsageError where a shift is not as the search can have it: its times would become others."""
    date_of_day = problem.period.day(day)
    row = roster.shifts.frame[is_among(roster.shifts.frame, [(agent_id, date_of_day)])].iloc[0]
    if option != NOTHING:
        first = int(problem.option_slot[option, day])
        times = problem.period.instant(first), problem.period.instant(first + problem.options[option].slots)
        if times == (row["start"], row["end"]):
            return
    zone = problem.period.timezone
    span = f"{row['start'].tz_convert(zone):%H:%M}-{row['end'].tz_convert(zone):%H:%M}"
    said = (
        f"{agent_id} on {date_of_day:%a %d %b %Y}: {span} is not on the grid of {problem.period.slot_minutes} minutes"
    )
    raise UsageError(Problem("roster_shifts.csv", said, "move the person to a shift of the settings first"))


def _known(options: Sequence[ShiftOption], name: str) -> str:
    names = list(dict.fromkeys(option.name for option in options if GIVEN not in option.name))
    family = [known for known in names if known.rsplit(" ", 1)[0] == name]
    return f"say when it starts: {', '.join(family)}" if family else nearest(name, names)


def _locked(problem: RosterProblem, options: Mapping[tuple[int, int], int]) -> RosterProblem:
    """The people who are given shifts work just these on their days."""
    people = list(problem.people)
    allowed = problem.allowed.copy()
    for (person, day), option in options.items():
        lock = (problem.period.day(day), problem.options[option].name)
        before = [rule.days for rule in people[person].rules if isinstance(rule, Locked)]
        people[person] = replace(people[person], rules=(Locked((*(before[0] if before else ()), lock)),))
        allowed[person, day] = False
        allowed[person, day, option] = True
    return replace(problem, people=tuple(people), allowed=allowed)


def _taken_over(
    given: Given, tours: Tours, options: Mapping[tuple[int, int], int], days: Mapping[AgentDay, Work]
) -> set[tuple[int, int]]:
    """Days of people who take the shift of another over as it is, as they can serve all that it serves: breaks and
    queues of the other are put into these tours."""
    problem, known = given.problem, given.tours
    number = {person.agent_id: n for n, person in enumerate(problem.people)}
    found = set()
    for (person, day), option in options.items():
        like = days[problem.people[person].agent_id, problem.period.day(day)].like
        if not like or option != known.choice[number[like], day]:
            continue
        intervals = _intervals(problem, option, day)
        served = known.group[number[like], intervals]
        mask = int(problem.skillsets[problem.skillset_of[person]])
        if all(mask >> group & 1 for group in served.tolist()):
            tours.group[person, intervals] = served
            tours.pauses[person, day] = known.pauses[number[like], day]
            found.add((person, day))
    return found


def _intervals(problem: RosterProblem, option: int, day: int) -> slice:
    first, step = int(problem.option_slot[option, day]), problem.period.slots_per_interval
    return slice(first // step, -(-(first + problem.options[option].slots) // step))


def _best_inside(
    problem: RosterProblem,
    others: Tours,
    options: Mapping[tuple[int, int], int],
    kept: Collection[tuple[int, int]],
    meetings: Mapping[int, Ints],
) -> Tours:
    """The tours of the others and the given shifts, their breaks and queues where they cover best.

    kept: days with the breaks and queues in `others` already, which stay unless others are better. meetings: by
    person number the slots in which somebody has one, and takes no break.
    """
    space = make_tour_space(problem)
    tours = _with_breaks(problem, others, options, kept)
    for _ in range(SWEEPS):
        for person, day in options:
            board = Board(_kept_free(space, meetings[person]) if person in meetings else space, tours)
            mine = board.space
            parts = (board.plan, mine.folk, mine.need, mine.team, mine.shifts, mine.walks, mine.desk)
            retour(person, day, day + 1, problem.allowed[person], problem.period.day_slot, *parts)
            if (person, day) not in kept:
                crowd = _pausing(problem, board.tours())
                spread_shift(person, day, crowd, board.plan, mine.need, mine.team, mine.shifts)
            tours = board.tours()
    return tours


def _pausing(problem: RosterProblem, tours: Tours) -> Ints:
    """(slots,): people on a break or meal."""
    found = np.zeros(problem.period.slots, dtype=np.int64)
    for person, day in np.argwhere(tours.choice != NOTHING).tolist():
        option = int(tours.choice[person, day])
        first = int(problem.option_slot[option, day])
        for pause, offset in zip(problem.options[option].pauses, tours.pauses[person, day].tolist(), strict=False):
            if not pause.gone:
                found[first + offset : first + offset + pause.slots] += 1
    return found


def _kept_free(space: TourSpace, slots: Ints) -> TourSpace:
    """The same space where it is worth more than all breaks to be on queue in some slots."""
    saves = space.problem.worth.saves.copy()
    saves[:, slots] = MEETING_HOURS * space.problem.understaffing_weight
    problem = replace(space.problem, worth=Worth.of_lines(saves, float(np.maximum(saves, 0).sum(dtype=float))))
    return replace(space, problem=problem, need=need_of(problem))


def _meetings(problem: RosterProblem, roster: Roster, options: Mapping[tuple[int, int], int]) -> dict[int, Ints]:
    """By person number the slots of their meetings and training."""
    frame, period = beside_queue(roster.activities.frame), problem.period
    found: dict[int, Ints] = {}
    for person in {person for person, _ in options}:
        mine = frame[(frame["agent_id"] == problem.people[person].agent_id) & (frame["end"] > period.start)]
        spans = [(slot_of(period, row.start), slot_of(period, row.end, up=True)) for row in each(mine)]
        slots = [slot for first, end in spans for slot in range(first, end)]
        if slots:
            found[person] = np.array(slots, dtype=np.int64)
    return found


def _with_breaks(
    problem: RosterProblem,
    others: Tours,
    options: Mapping[tuple[int, int], int],
    kept: Collection[tuple[int, int]],
) -> Tours:
    """The tours with the given shifts too; each break as early as may be, where it is not kept."""
    choice, pauses, group = others.choice.copy(), others.pauses.copy(), others.group.copy()
    for (person, day), option in options.items():
        choice[person, day] = option
        if (person, day) in kept:
            continue
        group[person, _intervals(problem, option, day)] = -1
        free = 0
        for place, pause in enumerate(problem.options[option].pauses):
            pauses[person, day, place] = max(pause.earliest, free)
            free = int(pauses[person, day, place]) + pause.slots
    return Tours(choice, pauses, group)
