"""Shifts that have time for the meetings, where somebody would miss one in the shifts that were found.

Each sitting that somebody misses gets a start: one at which most of its people may work a shift that contains it, of
those one at which most do already. They, and all who attend the other sittings, keep to shifts that contain theirs,
with meals and breaks beside them. From the tours that were found the search goes on under that (search_on); a few
starts are tried, and the first roster kept that holds the most and breaks no more rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.meetings.place import Sat
from staffplan.roster.problem.problem import RosterProblem, ShiftOption
from staffplan.roster.search.anneal import Board, Incumbent, circle_limits, search_on, settle
from staffplan.roster.search.automata import NEVER
from staffplan.roster.search.compiled.arrays import IMPOSSIBLE, NOTHING, Plan
from staffplan.roster.search.space import Tours, TourSpace, only_allowed, price_tour

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Slots = tuple[int, int]
"""First slot, end slot."""
Offsets = Sequence[int]
Price = tuple[int, float, int]
MOST_WAYS = 40
"""Places of a shift's breaks that are compared, the nearest ones."""
MOST_RATED = 60
"""Starts of a sitting that are looked at closely."""
MOST_STARTS = 3
"""Starts of a sitting that are tried."""


def rooms(
    space: TourSpace, tours: Tours, sittings: Sequence[Sat], moves: int, seed: int, *, seconds: Callable[[], float]
) -> Iterator[Room]:
    """Ways to give more people time for their meetings, as they are asked for. seconds: the time left."""
    for attempt in range(MOST_STARTS):
        diary = _Diary(space, tours)
        for sitting in sittings:
            if not sitting.absent:
                diary.keep(sitting)
        for sitting in sorted(sittings, key=lambda sitting: -len(sitting.agents)):
            if sitting.absent and (starts := diary.starts(sitting)):
                diary.book(sitting, starts[min(attempt, len(starts) - 1)])
        rest = seconds() * (1 - 1 / (MOST_STARTS - attempt))
        yield diary.room(moves, seed, stop=_fewer_than(rest, seconds))
        if seconds() <= 0:
            return


def _fewer_than(rest: float, seconds: Callable[[], float]) -> Callable[[], bool]:
    return lambda: seconds() <= rest


@dataclass
class _Diary:
    """Who is to be free when; it fills up as sittings are booked."""

    space: TourSpace
    tours: Tours
    allowed: Flags = field(init=False)
    first: Ints = field(init=False)
    """(days, options): first slot of each shift; `length`, (options,): its slots."""
    length: Ints = field(init=False)
    busy: dict[tuple[int, int], list[Slots]] = field(default_factory=dict)
    """By person and day of a shift: slots in which the shift has neither its ends nor pauses. `booked`: by person."""
    booked: dict[int, list[Slots]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.allowed = self.problem.allowed.copy()
        self.first = self.problem.option_slot.T
        self.length = np.array([option.slots for option in self.problem.options])

    @property
    def problem(self) -> RosterProblem:
        return self.space.problem

    def keep(self, sitting: Sat) -> None:
        """Book it where it is."""
        self.book(sitting, sitting.start)

    def starts(self, sitting: Sat) -> list[int]:
        """Starts at which most may be there, those first at which most are already; no two overlap."""
        people = self._numbers(sitting)
        ranked = []
        for start in self._likely(sitting, people):
            may = [(n, days) for n in people if (days := self._days(n, self._slots(start, sitting.minutes)))]
            now = sum(self.tours.choice[n, d] in options for n, days in may for d, options in days.items())
            ranked.append((-len(may), -now, start))
        chosen: list[int] = []
        for most, _, start in sorted(ranked):
            if most < 0 and all(abs(start - other) >= sitting.minutes for other in chosen):
                chosen.append(start)
        return chosen

    def _likely(self, sitting: Sat, people: Sequence[int]) -> list[int]:
        """The starts that most have a shift for, pauses left aside, those first that most work already."""
        length = self._slots(0, sitting.minutes)[1]
        mine = np.zeros_like(self.allowed[0])
        may, now = np.zeros((2, self.problem.period.slots), dtype=np.int64)
        for n in people:
            may += self._containing(self.allowed[n], length)
            days = np.flatnonzero(self.tours.choice[n] != NOTHING)
            mine[:] = False
            mine[days, self.tours.choice[n, days]] = True
            now += self._containing(mine, length)
        slots = sitting.starts // self.problem.period.slot_minutes
        order = np.lexsort((sitting.starts, -now[slots], -may[slots]))
        return list(sitting.starts[order[:MOST_RATED]].tolist())

    def _containing(self, options: Flags, length: int) -> Flags:
        """(slots,): one of these shifts, (days, options), goes on for so many slots from there."""
        days, which = np.nonzero(options)
        first, last = self.first[days, which], self.first[days, which] + self.length[which] - length
        fits, steps = last >= first, np.zeros(self.problem.period.slots + 1, dtype=np.int64)
        np.add.at(steps, first[fits], 1)
        np.add.at(steps, last[fits] + 1, -1)
        return np.asarray(np.cumsum(steps)[:-1] > 0)

    def book(self, sitting: Sat, start: int) -> None:
        """For all of its people who can be there in some tour."""
        slots = self._slots(start, sitting.minutes)
        for n in self._numbers(sitting):
            days = self._days(n, slots)
            for day in sorted(days, key=lambda d: (self.tours.choice[n, d] not in days[d], -len(days[d]))):
                if self._booked(n, day, slots, days[day]):
                    break

    def _booked(self, person: int, day: int, slots: Slots, options: list[int]) -> bool:
        before = self.allowed[person, day].copy()
        self.allowed[person, day] = False
        self.allowed[person, day, options] = True
        folk, price = self.space.folk, self._working(person, day)
        alone = folk._replace(price=price[None], liking=np.zeros_like(folk.liking))
        bound = replace(self.space, problem=replace(self.problem, allowed=self.allowed), folk=alone)
        if price_tour(bound, person, np.zeros_like(self.problem.required))[0] <= IMPOSSIBLE:
            self.allowed[person, day] = before
            return False
        self.busy.setdefault((person, day), []).append(slots)
        self.booked.setdefault(person, []).append(slots)
        return True

    def _working(self, person: int, *more: int) -> NDArray[np.float32]:
        """(days, options + 1): what choices cost the person, who must work on the days booked and these."""
        price = self.space.folk.price[self.space.folk.liking[person]].copy()
        price[[*(d for n, d in self.busy if n == person), *more], -1] = NEVER
        return np.asarray(price)

    def _numbers(self, sitting: Sat) -> list[int]:
        known = {person.agent_id: n for n, person in enumerate(self.problem.people)}
        return [known[agent_id] for agent_id in sitting.agents if agent_id in known]

    def _slots(self, start: int, minutes: int) -> Slots:
        slot = self.problem.period.slot_minutes
        return start // slot, -(-(start + minutes) // slot)

    def _days(self, person: int, slots: Slots) -> dict[int, list[int]]:
        """Shifts that may be worked and have room for it, beside what is booked, by the day they belong to."""
        if any(first < slots[1] and slots[0] < end for first, end in self.booked.get(person, ())):
            return {}
        found: dict[int, list[int]] = {}
        inside = self.allowed[person] & (self.first <= slots[0]) & (slots[1] <= self.first + self.length)
        for d, o in np.argwhere(inside).tolist():
            spans = (*self.busy.get((person, d), ()), slots)
            if has_room(self.problem.options[o], _after(spans, int(self.first[d, o]))):
                found.setdefault(d, []).append(o)
        return found

    def room(self, moves: int, seed: int, *, stop: Callable[[], bool]) -> Room:
        """What the search finds under all that is booked."""
        bound = only_allowed(self.space, self.allowed, {n: self._working(n) for n in sorted(self.booked)})
        return Room(bound, search_on(bound, self._lawful(bound), moves, seed, stop=lambda _: stop()), self)

    def _lawful(self, bound: TourSpace) -> Tours:
        """The tours that were found; for whom something else is booked, the best against the others'."""
        made = Tours(self.tours.choice.copy(), self.tours.pauses.copy(), self.tours.group.copy())
        gain = Board(self.space, self.tours).plan.gain
        for person in sorted(self.booked):
            work = np.flatnonzero(made.choice[person] != NOTHING)
            if all(made.choice[person, d] != NOTHING for n, d in self.busy if n == person) and (
                self.allowed[person, work, made.choice[person, work]].all()
            ):
                continue
            price_tour(bound, person, gain)
            made.choice[person], made.group[person] = bound.desk.tour, -1
            for d in np.flatnonzero(made.choice[person] != NOTHING).tolist():
                offsets = [pause.earliest for pause in self.problem.options[made.choice[person, d]].pauses]
                made.pauses[person, d, : len(offsets)] = offsets
        return made


@dataclass(frozen=True)
class Room:
    """A search in which people keep to shifts that have time for their meetings: where it is made, how far it is."""

    space: TourSpace
    incumbent: Incumbent
    diary: _Diary

    def tours(self) -> Tours:
        """The best so far, meals and breaks beside the meetings: within the limits on breaks where that can be, then
        where they cost least, as near as can be to where they were."""
        board = Board(self.space, self.incumbent.tours)
        settle(board)
        tours, breaks, problem = board.tours(), _Breaks.of(board), self.space.problem
        for (person, day), spans in sorted(self.diary.busy.items()):
            option = problem.options[tours.choice[person, day]]
            first = int(problem.option_slot[tours.choice[person, day], day])
            now = tours.pauses[person, day, : len(option.pauses)].tolist()
            ways = _ways(option, _after(spans, first))
            if ways and tuple(now) not in ways:
                breaks.count(person, _slots_of(option, first, now), -1)
                near = sorted(ways, key=partial(_moved, now))[:MOST_WAYS]
                way = min(near, key=partial(breaks.price, person, option, first, now))
                breaks.count(person, _slots_of(option, first, way), 1)
                tours.pauses[person, day, : len(way)] = way
        return tours


@dataclass
class _Breaks:
    """Who is on break and on queue in each slot; it changes as breaks are moved."""

    space: TourSpace
    plan: Plan
    circle_most: Ints

    @classmethod
    def of(cls, board: Board) -> _Breaks:
        return cls(board.space, board.plan, circle_limits(board.space.team, board.plan.circle_site))

    def count(self, person: int, slots: Ints, sign: int) -> None:
        self.plan.pausing[slots] += sign
        self.plan.circle_pausing[np.ix_(self.space.team.counts[:, person], slots)] += sign
        self.plan.on_queue[self._groups(person, slots), slots] -= sign

    def price(self, person: int, option: ShiftOption, first: int, now: Offsets, way: Offsets) -> Price:
        """Limits that the person's breaks there exceed, what is missed on queue, and how far they are from `now`."""
        slots, team, plan = _slots_of(option, first, way), self.space.team, self.plan
        mine = np.ix_(team.counts[:, person], slots)
        above = int((plan.pausing[slots] >= team.pausing[slots]).sum())
        above += int((plan.circle_pausing[mine] >= self.circle_most[mine]).sum())
        saves, groups = self.space.problem.worth.saves, self._groups(person, slots)
        last = np.minimum(plan.on_queue[groups, slots], saves.shape[2]) - 1
        missed = float(saves[groups, slots, last].sum())
        return above, round(missed, 6), _moved(now, way)

    def _groups(self, person: int, slots: Ints) -> Ints:
        return np.asarray(self.plan.group[person, slots // self.space.need.step], dtype=np.int64)


def _moved(now: Offsets, way: Offsets) -> int:
    return sum(abs(offset - before) for offset, before in zip(way, now, strict=True))


def _slots_of(option: ShiftOption, first: int, offsets: Offsets) -> Ints:
    """Slots in which somebody on the shift is on break."""
    begun = zip(option.pauses, offsets, strict=True)
    return np.array([first + at + n for pause, at in begun for n in range(pause.slots)], dtype=np.int64)


def _after(spans: Sequence[Slots], first: int) -> tuple[Slots, ...]:
    return tuple((begin - first, end - first) for begin, end in spans)


def has_room(option: ShiftOption, busy: Sequence[Slots]) -> bool:
    """Whether all pauses of a shift can lie beside the busy slots: each as early as can be."""
    at = 0
    for pause in option.pauses:
        at = max(pause.earliest, at)
        for first, end in sorted(busy):
            at = end if at < end and first < at + pause.slots else at
        if at > pause.latest:
            return False
        at += pause.slots
    return True


@lru_cache(maxsize=256)
def _ways(option: ShiftOption, busy: tuple[Slots, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(way) for way in pauses_beside(option, busy))


def pauses_beside(option: ShiftOption, busy: Sequence[Slots], at: int = 0, number: int = 0) -> Iterator[list[int]]:
    """Offsets of a shift's pauses, from the number-th on and none before slot `at`, beside what is busy."""
    if number == len(option.pauses):
        yield []
        return
    pause = option.pauses[number]
    for offset in range(max(pause.earliest, at), pause.latest + 1):
        end = offset + pause.slots
        if all(end <= first or until <= offset for first, until in busy):
            for rest in pauses_beside(option, busy, end, number + 1):
                yield [offset, *rest]
