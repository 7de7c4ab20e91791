"""A roster that exists as the search sees it: its shifts as options and tours, what is settled, what a change costs.

Shifts that no setting has (edited by hand, made elsewhere) become options of the person and day alone. Times off the
grid of slots are widened to it for the search only (given_need.py puts right what that would count wrongly).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.case.skills import served
from staffplan.roster.problem.problem import Pause, Period, RosterProblem, ShiftOption
from staffplan.roster.repair.absences import PAUSES, AgentDay, each
from staffplan.roster.rules import Locked, Rule, Worked
from staffplan.roster.rules.stability import Stability
from staffplan.roster.search.compiled.arrays import NOTHING, Ints
from staffplan.roster.search.space import Tours
from staffplan.tables.roster import ABSENCE, Roster

GIVEN = "as given"
"""Family of shifts that no setting has."""


@dataclass(frozen=True)
class Given:
    """A problem with the roster that exists in it.

    `tours` are the given ones. (people, days): `settled` are the days that stay as they are, `firm` those whose work
    inside a shift stays as long as the shift does: it has meetings, or is not on the grid.
    """

    problem: RosterProblem
    tours: Tours
    settled: NDArray[np.bool_]
    firm: NDArray[np.bool_]

    def only(self, people: Ints) -> Given:
        """The given roster of some people alone, (people,) numbers."""
        problem, tours = self.problem, self.tours
        fewer = replace(
            problem,
            people=tuple(problem.people[n] for n in people),
            skillset_of=problem.skillset_of[people],
            allowed=problem.allowed[people],
            why_not=tuple(problem.why_not[n] for n in people),
            paid_minutes_min=problem.paid_minutes_min[people],
            paid_minutes_max=problem.paid_minutes_max[people],
            circles=tuple(replace(circle, counts=circle.counts[people]) for circle in problem.circles),
        )
        rows = Tours(tours.choice[people], tours.pauses[people], tours.group[people])
        return Given(fewer, rows, self.settled[people], self.firm[people])


@dataclass(frozen=True)
class _Shift:
    """One given shift on the grid: person and day numbers, first slot, slots, paid minutes, pauses by offset."""

    person: int
    day: int
    first: int
    slots: int
    paid_minutes: int
    written: str
    pauses: tuple[Pause, ...]
    queue: tuple[tuple[int, int, str], ...]
    """First slot, end and planning group of every stretch on queue."""
    begun: bool
    firm: bool


@dataclass
class _Catalogue:
    """The options there are, given shifts added as they come."""

    problem: RosterProblem
    added: dict[tuple[object, ...], int] = field(default_factory=dict)
    options: list[ShiftOption] = field(default_factory=list)
    first: list[Ints] = field(default_factory=list)

    def number_of(self, shift: _Shift) -> int:
        """The option that the shift is: one of the settings with its times, or one of its own, pauses as they are.

        A shift that has begun always is one of its own, so that its pauses stay.
        """
        known = [o for o in self._alike(shift) if self._has_place(o, shift)]
        named = [o for o in known if self.problem.options[o].name == shift.written]
        mine = [o for o in known if self.problem.allowed[shift.person, shift.day, o]]
        best = [*(o for o in named if o in mine), *named, *mine, *known]
        same = [o for o in best if _inside(self.problem.options[o].pauses) == _inside(shift.pauses)]
        return same[0] if same and not shift.begun else self._own(shift, best)

    def _alike(self, shift: _Shift) -> list[int]:
        options, first = self.problem.options, self.problem.option_slot[:, shift.day]
        same = [(o.slots, o.paid_minutes) == (shift.slots, shift.paid_minutes) for o in options]
        return np.flatnonzero((first == shift.first) & same).tolist()

    def _has_place(self, number: int, shift: _Shift) -> bool:
        """Whether its meals and breaks are those of the shift, wherever somebody is absent in either."""
        due, given = (
            [(pause.activity, pause.slots) for pause in pauses if pause.activity != ABSENCE]
            for pauses in (self.problem.options[number].pauses, shift.pauses)
        )
        return due == given

    def _own(self, shift: _Shift, known: list[int]) -> int:
        family = self.problem.options[known[0]].family if known else GIVEN
        period = self.problem.period
        since = shift.first - int(period.day_slot[shift.day])
        serves = self._serves(shift)
        key = (family, since, shift.slots, shift.paid_minutes, shift.pauses, serves)
        if key not in self.added:
            self.added[key] = len(self.problem.options) + len(self.options)
            name = f"{family} {GIVEN} {len(self.added)}"
            minute = since * period.slot_minutes
            paid = shift.paid_minutes
            self.options.append(ShiftOption(name, family, minute, shift.slots, paid, shift.pauses, serves))
            last = period.slots - shift.slots
            self.first.append(np.clip(period.day_slot[:-1] + since, 0, last))
        self.first[self.added[key] - len(self.problem.options)][shift.day] = shift.first
        return self.added[key]

    def _serves(self, shift: _Shift) -> tuple[str, ...]:
        """Groups that the person can serve on the day, where they are not all of theirs: all options say the same."""
        allowed = np.flatnonzero(self.problem.allowed[shift.person, shift.day]).tolist()
        return self.problem.options[allowed[0]].serves if allowed else ()


def _inside(pauses: Sequence[Pause]) -> list[tuple[str, int, int]]:
    """Activity and length of each pause, and of an absence where it is: it cannot move."""
    return [(one.activity, one.slots, one.earliest if one.activity == ABSENCE else 0) for one in pauses]


def given_work(
    problem: RosterProblem,
    roster: Roster,
    since: pd.Timestamp,
    price: float,
    absent: frozenset[AgentDay],
    cut: frozenset[AgentDay] = frozenset(),
    days: Collection[date] | None = None,
) -> Given:
    """The problem from the instant `since` on with everybody's given shifts: those that have begun are locked, every
    other day costs `price` where it becomes different. absent: who is not there on which day. cut: shifts in a part
    of which somebody is absent; they stay too. days: those that may become different, None
    for all. A day on which somebody's shift is locked keeps what is inside it as well."""
    shifts = [
        replace(shift, begun=True) if _day_of(problem, shift) in cut else shift
        for shift in _shifts(problem, roster, since)
    ]
    catalogue = _Catalogue(problem)
    numbers = [catalogue.number_of(shift) for shift in shifts]
    wide = _with_options(problem, catalogue)
    tours = _tours(wide, shifts, numbers)
    closed = [days is not None and wide.period.day(d) not in days for d in range(wide.period.days)]
    settled = _settled(wide, shifts, since) | np.array(closed)[None, :]
    allowed = _allowed(wide, tours, settled, since, absent)
    people = tuple(
        replace(person, rules=_rules(wide, number, tours, settled, since, price, absent))
        for number, person in enumerate(wide.people)
    )
    firm = np.repeat(np.array(closed)[None, :], len(people), axis=0) | _locked(problem)
    for shift in shifts:
        firm[shift.person, shift.day] |= shift.firm
    return Given(replace(wide, allowed=allowed, people=people), tours, settled, firm)


def _locked(problem: RosterProblem) -> NDArray[np.bool_]:
    """(people, days): locked."""
    found = np.zeros((len(problem.people), problem.period.days), dtype=bool)
    for number, person in enumerate(problem.people):
        locks = (day for rule in person.rules if isinstance(rule, Locked) for day, _ in rule.days)
        at = [(day - problem.period.first_day).days for day in locks]
        found[number, [d for d in at if 0 <= d < problem.period.days]] = True
    return found


def _day_of(problem: RosterProblem, shift: _Shift) -> AgentDay:
    return problem.people[shift.person].agent_id, problem.period.day(shift.day)


def _shifts(problem: RosterProblem, roster: Roster, since: pd.Timestamp) -> Iterator[_Shift]:
    """The shifts of the problem's people in the period; those that do not begin on their date are left aside."""
    number = {person.agent_id: n for n, person in enumerate(problem.people)}
    inside: dict[AgentDay, list[Any]] = {}
    for row in each(roster.activities.frame.sort_values("start")):
        inside.setdefault((row.agent_id, row.schedule_date.date()), []).append(row)
    for row in each(roster.shifts.frame):
        day = (row.schedule_date.date() - problem.period.first_day).days
        on_its_day = row.start.tz_convert(problem.period.timezone).date() == row.schedule_date.date()
        if row.agent_id in number and 0 <= day < problem.period.days and on_its_day:
            rows = inside.get((row.agent_id, row.schedule_date.date()), [])
            yield _on_grid(problem, number[row.agent_id], day, row, rows, since)


def _on_grid(
    problem: RosterProblem, person: int, day: int, row: Any, inside: list[Any], since: pd.Timestamp
) -> _Shift:
    period = problem.period
    first, end = slot_of(period, row.start), max(slot_of(period, row.end, up=True), slot_of(period, row.start) + 1)
    pauses = tuple(_pauses(period, row, inside, first))
    queue = tuple(
        (slot_of(period, a.start), slot_of(period, a.end, up=True), a.planning_group)
        for a in inside
        if a.activity == "queue"
    )
    firm = any(_is_foreign(a, problem.people[person].skills) for a in inside)
    firm = firm or not all(_fits(period, at) for span in (row, *inside) for at in (span.start, span.end))
    paid, begun = round(row.paid_hours * 60), row.start < since
    return _Shift(person, day, first, end - first, paid, row.shift, pauses, queue, begun=begun, firm=firm)


def _pauses(period: Period, row: Any, inside: list[Any], first: int) -> Iterator[Pause]:
    """Where they are; none begins before the one before it ends."""
    free = first
    for a in inside:
        if a.activity in (*PAUSES, ABSENCE) and row.start <= a.start and a.end <= row.end:
            at = max(slot_of(period, a.start), free)
            free = max(slot_of(period, a.end, up=True), at)
            if free > at:
                yield Pause(a.activity, free - at, at - first, at - first, a.paid == "yes")


def _is_foreign(activity: Any, skills: tuple[str, ...]) -> bool:
    """Neither a pause nor work that the search could give the person."""
    if activity.activity == "queue":
        return activity.planning_group not in skills
    return activity.activity not in PAUSES


def _fits(period: Period, at: pd.Timestamp) -> bool:
    return (at - period.start) % pd.Timedelta(minutes=period.slot_minutes) == pd.Timedelta(0)


def slot_of(period: Period, at: pd.Timestamp, *, up: bool = False) -> int:
    """Number of the slot that an instant lies in; `up`: the next one's where it lies within."""
    seconds, length = (at - period.start) / pd.Timedelta(seconds=1), period.slot_minutes * 60
    number = int(-(-seconds // length) if up else seconds // length)
    return min(max(number, 0), period.slots)


def _with_options(problem: RosterProblem, catalogue: _Catalogue) -> RosterProblem:
    """The problem with the options added, which nobody may work yet."""
    more = len(catalogue.options)
    if not more:
        return problem
    shape = (len(problem.people), problem.period.days, more)
    return replace(
        problem,
        options=(*problem.options, *catalogue.options),
        option_slot=np.concatenate([problem.option_slot, np.stack(catalogue.first)]),
        allowed=np.concatenate([problem.allowed, np.zeros(shape, dtype=bool)], axis=2),
        option_groups=np.concatenate([problem.option_groups, served(catalogue.options, problem.groups)]),
    )


def _tours(problem: RosterProblem, shifts: list[_Shift], numbers: list[int]) -> Tours:
    people, period = len(problem.people), problem.period
    most = max(1, *(len(option.pauses) for option in problem.options))
    step = period.slots_per_interval
    choice = np.full((people, period.days), NOTHING, dtype=np.int16)
    pauses = np.zeros((people, period.days, most), dtype=np.int16)
    group = np.full((people, -(-period.slots // step)), -1, dtype=np.int8)
    for shift, number in zip(shifts, numbers, strict=True):
        choice[shift.person, shift.day] = number
        pauses[shift.person, shift.day, : len(shift.pauses)] = [pause.earliest for pause in shift.pauses]
        _serve(problem, shift, number, group[shift.person], step)
    return Tours(choice, pauses, group)


def _serve(problem: RosterProblem, shift: _Shift, option: int, group: NDArray[np.int8], step: int) -> None:
    """Groups of a shift's intervals as they are given; where somebody is not on queue, those of the time before."""
    serves = problem.options[option].serves
    skills = [name for name in problem.people[shift.person].skills if not serves or name in serves]
    first, end = shift.first // step, -(-(shift.first + shift.slots) // step)
    for begin, until, name in shift.queue:
        if name in skills:
            group[max(begin // step, first) : min(-(-until // step), end)] = problem.groups.index(name)
    known = next((g for g in group[first:end].tolist() if g >= 0), problem.groups.index(skills[0]))
    for interval in range(first, end):
        known = group[interval] if group[interval] >= 0 else known
        group[interval] = known


def _settled(problem: RosterProblem, shifts: list[_Shift], since: pd.Timestamp) -> NDArray[np.bool_]:
    """(people, days): days that are over, and those with a shift that has begun."""
    now = slot_of(problem.period, since)
    settled = np.repeat((problem.period.day_slot[1:] <= now)[None, :], len(problem.people), axis=0)
    for shift in shifts:
        settled[shift.person, shift.day] |= shift.begun
    return np.asarray(settled, dtype=bool)


def _allowed(
    problem: RosterProblem,
    tours: Tours,
    settled: NDArray[np.bool_],
    since: pd.Timestamp,
    absent: frozenset[AgentDay],
) -> NDArray[np.bool_]:
    """(people, days, options): shifts that begin from now on, none of who is absent, and those that are given."""
    ahead = slot_of(problem.period, since, up=True) <= problem.option_slot.T
    days = [problem.period.day(d) for d in range(problem.period.days)]
    away = np.array([[(person.agent_id, day) in absent for day in days] for person in problem.people], dtype=bool)
    free = ~(settled | away.reshape(settled.shape))
    allowed = problem.allowed & ahead[None, :, :] & free[:, :, None]
    person, day = np.nonzero(tours.choice != NOTHING)
    allowed[person, day, tours.choice[person, day]] = True
    return np.asarray(allowed)


def _rules(
    problem: RosterProblem,
    number: int,
    tours: Tours,
    settled: NDArray[np.bool_],
    since: pd.Timestamp,
    price: float,
    absent: frozenset[AgentDay],
) -> tuple[Rule, ...]:
    """The person's rules: what is settled stays, a locked day only where it lies ahead, and a price on changes."""
    person, period = problem.people[number], problem.period
    rules: list[Rule] = []
    free = {period.day(d) for d in np.flatnonzero(~settled[number]).tolist()}
    for rule in person.rules:
        if isinstance(rule, Locked):
            days = tuple(lock for lock in rule.days if lock[0] in free and (person.agent_id, lock[0]) not in absent)
            rules += [replace(rule, days=days)] if days else []
        elif not isinstance(rule, Stability):
            rules.append(rule)
    told = _told(problem, number, tours)
    begun = tuple((w.schedule_date, w.shift) for d, w in told.items() if settled[number, d])
    rules += [Locked(begun)] if begun else []
    today = since.tz_convert(period.timezone).date()
    return (*rules, Stability(tuple(told.values()), today, period.day(period.days - 1), price))


def _told(problem: RosterProblem, number: int, tours: Tours) -> dict[int, Worked]:
    """By day number the person's given shift, on the grid."""
    found = {}
    for d in np.flatnonzero(tours.choice[number] != NOTHING).tolist():
        found[d] = problem.worked(d, int(tours.choice[number, d]))
    return found
