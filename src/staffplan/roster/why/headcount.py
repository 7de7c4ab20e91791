"""The conflicts that counting heads shows: who can be on queue in a slot at all, whatever they work otherwise; and
minimums that ask for more people than there are seats, whoever they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem, ShiftOption
from staffplan.roster.rules.between import TeamRule
from staffplan.roster.rules.team import MinimumStaff, Seats, minimum_people
from staffplan.roster.why.bonds import Bond, unbound_options

Flags = NDArray[np.bool_]


def counted_out(
    case: Case, problem: RosterProblem, bonds: Sequence[Bond], rule: MinimumStaff, slots: Flags
) -> Iterator[tuple[list[int], tuple[Bond, ...], tuple[str, ...]]]:
    """For each day on which fewer can be there than the rule asks for: the slots, what keeps people away, and who can
    be there in any of them.

    Of those kept away so many are named that the others are too few. slots, (slots,): where it is asked for.
    """
    if rule.group not in problem.groups:
        return
    due = minimum_people([rule], [rule.group], problem.period, case.site.calendar)[0] * slots
    able = [n for n, person in enumerate(problem.people) if rule.group in person.skills]
    heads = _Heads(problem, rule.group, able, unbound_options(case, problem), bonds)
    for day in range(problem.period.days):
        first, end = problem.period.day_slot[day], problem.period.day_slot[day + 1]
        missing = {slot: due[slot] - len(heads.there(slot)) for slot in range(first, end) if due[slot]}
        if not missing or max(missing.values()) <= 0:
            continue
        worst = max(missing, key=lambda slot: (missing[slot], -slot))
        named = sorted(heads.away(worst), key=len)[: max(len(able) - int(due[worst]) + 1, 0)]
        run = [slot for slot in _around(worst, due) if all(heads.keep_away(some, slot) for some in named)]
        inside = _around_in(worst, run)
        there = sorted({n for slot in inside for n in heads.there(slot)})
        names = tuple(problem.people[n].agent_id for n in there)
        yield inside, tuple(bond for some in named for bond in some), names


def outnumbered(
    case: Case, problem: RosterProblem, rules: Sequence[TeamRule]
) -> Iterator[tuple[tuple[int, ...], list[int], int]]:
    """Numbers of rules that contradict each other, neighbouring slots in which they do, and how many people lack a
    seat: minimums of several groups, as few as are a conflict, and the fewest seats. Nobody serves two at once."""
    seats = [number for number, rule in enumerate(rules) if isinstance(rule, Seats)]
    if not seats:
        return
    fewest = min(seats, key=lambda number: _most(rules[number]))
    due = {
        number: minimum_people([rule], [rule.group], problem.period, case.site.calendar)[0]
        for number, rule in enumerate(rules)
        if isinstance(rule, MinimumStaff)
    }
    too_many = {
        slot: found
        for slot in range(problem.period.slots)
        if (found := _too_many(rules, {n: int(row[slot]) for n, row in due.items()}, _most(rules[fewest])))
    }
    while too_many:
        first = min(too_many)
        alike = [slot for slot, found in too_many.items() if found == too_many[first]]
        run = _around_in(first, alike)
        numbers, people = too_many[first]
        yield (*numbers, fewest), run, people - _most(rules[fewest])
        too_many = {slot: found for slot, found in too_many.items() if slot not in set(run)}


def _most(rule: TeamRule) -> int:
    return rule.most if isinstance(rule, Seats) else 0


def _too_many(rules: Sequence[TeamRule], due: dict[int, int], seats: int) -> tuple[tuple[int, ...], int] | None:
    """The fewest minimums that ask for more people than that together, and for how many."""
    by_group: dict[str, int] = {}
    for number in sorted(due, key=lambda n: due[n]):
        rule = rules[number]
        if due[number] and isinstance(rule, MinimumStaff):
            by_group[rule.group] = number
    chosen: list[int] = []
    for number in sorted(by_group.values(), key=lambda n: (-due[n], n)):
        chosen.append(number)
        if (people := sum(due[n] for n in chosen)) > seats:
            return tuple(chosen), people
    return None


def _around(slot: int, due: NDArray[np.int64]) -> list[int]:
    """The neighbours of a slot in which as many are due."""
    same = np.flatnonzero(due == due[slot]).tolist()
    return _around_in(slot, same)


def _around_in(slot: int, slots: Sequence[int]) -> list[int]:
    """Of these slots those without a gap to the one."""
    known, first, last = set(slots), slot, slot
    while first - 1 in known:
        first -= 1
    while last + 1 in known:
        last += 1
    return list(range(first, last + 1))


class _Heads:
    """People who have the skill, and what of their bonds forbids shifts in themselves."""

    def __init__(
        self, problem: RosterProblem, group: str, able: list[int], unbound: Flags, bonds: Sequence[Bond]
    ) -> None:
        self.problem, self.able, self.unbound = problem, able, unbound
        self.bit = problem.groups.index(group)
        self.bonds: dict[str, list[Bond]] = defaultdict(list)
        for bond in bonds:
            if bond.forbids is not None:
                self.bonds[bond.agent_id].append(bond)
        self.known: dict[int, Flags] = {}

    def shifts_at(self, slot: int) -> Flags:
        """(days, options): shifts that may have somebody on queue for the group in the slot."""
        if slot not in self.known:
            problem = self.problem
            offset = slot - problem.option_slot.T
            serves = np.array([bool(mask >> self.bit & 1) for mask in problem.option_groups.tolist()])
            length = np.array([option.slots for option in problem.options])
            found = (offset >= 0) & (offset < length) & serves
            for d, o in np.argwhere(found).tolist():
                found[d, o] = not must_pause(problem.options[o], int(offset[d, o]))
            self.known[slot] = found
        return self.known[slot]

    def there(self, slot: int) -> list[int]:
        """Those who can be there."""
        return [n for n in self.able if not self._forbid(self._of(n), n, slot)]

    def away(self, slot: int) -> list[list[Bond]]:
        """Of each who cannot, bonds that keep them away; none of them can be left out."""
        found = []
        for n in set(self.able) - set(self.there(slot)):
            needed = list(self._of(n))
            for bond in reversed(list(needed)):
                rest = [other for other in needed if other is not bond]
                needed = rest if self._forbid(rest, n, slot) else needed
            found.append(needed)
        return sorted(found, key=lambda some: self._place(some))

    def keep_away(self, bonds: list[Bond], slot: int) -> bool:
        """Whether the bonds, all of one person, do so in another slot too."""
        return self._forbid(bonds, self._place(bonds), slot)

    def _of(self, n: int) -> list[Bond]:
        return self.bonds[self.problem.people[n].agent_id]

    def _place(self, bonds: list[Bond]) -> int:
        ids = [person.agent_id for person in self.problem.people]
        return ids.index(bonds[0].agent_id) if bonds else 0

    def _forbid(self, bonds: Sequence[Bond], n: int, slot: int) -> bool:
        wanted = self.shifts_at(slot) & self.unbound[n]
        for bond in bonds:
            if bond.forbids is not None:
                wanted = wanted & ~bond.forbids
        return not wanted.any()


def must_pause(option: ShiftOption, offset: int) -> bool:
    """Whether one of the shift's pauses covers the slot wherever it begins."""
    return any(pause.latest <= offset < pause.earliest + pause.slots for pause in option.pauses)
