"""Why not: where a rule between people is broken, the smallest set of what contradicts it and the ways out.

The search breaks such a rule only by force; whether it could be kept at all is asked here. First by counting heads:
minimums against seats, and who can be there in a slot at all, whatever they work otherwise. Then CP-SAT
(team_model.py): everything that binds anybody (bonds.py) and every slot of the rule has a literal; what its proof of
a conflict names is left out piece by piece while the rest is still a conflict, and what remains is proven again in a
model of its own. Nothing of it can be left out, unless the time was over. A way out is told only where a roster was
found with it (team_ways.py), or where counting heads shows that it takes so much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.rules import span
from staffplan.roster.rules.between import TeamRule
from staffplan.roster.rules.team import ConcurrentBreaks, MinimumStaff, team_rules
from staffplan.roster.rules.tie import Tie
from staffplan.roster.why.bonds import Bond, Ladders, bonds_of, ladders_by_key, unbound_options
from staffplan.roster.why.headcount import counted_out, outnumbered
from staffplan.roster.why.team_model import Atom, TeamModel, loose_model, only_people

Flags = NDArray[np.bool_]
WORK = 1.0
"""Deterministic time for a question."""
FEWEST_SECONDS = 2.0
"""For the last proof of a conflict, when the time is over."""
MOST_CHOICES = 80_000
"""Shifts of people on days; with more of them only counting is tried."""
DAY = pd.Timedelta(days=1)
NO_DAY = -1
"""Where times are told that are not those of a day."""
MOST_CONFLICTS = 3
"""Of a rule, beside those that counting heads shows."""


@dataclass(frozen=True)
class Clash:
    """Slots of rules between people, and what binds people so that they cannot be kept. `smallest`: none of it can
    be left out."""

    rules: tuple[TeamRule, ...]
    atoms: tuple[Atom, ...]
    bonds: tuple[Bond, ...]
    smallest: bool = True
    there: tuple[str, ...] | None = None
    """Who can be there, where counting heads shows the conflict."""
    without_seat: int = 0
    """How many people more the minimums ask for than there are seats, where that is the conflict."""

    def slots(self, size: int) -> Flags:
        """Flags, (size,), of the slots in which the rules clash."""
        found = np.zeros(size, dtype=bool)
        found[[slot for _, slot in self.atoms]] = True
        return found

    @property
    def broken(self) -> tuple[TeamRule, ...]:
        """Those of the rules that are part of it."""
        numbers = sorted({number for number, _ in self.atoms})
        return tuple(self.rules[number] for number in numbers)


@dataclass(frozen=True)
class Question:
    """A case under its hard rules, and what of it stays the same for all questions."""

    case: Case
    problem: RosterProblem
    ladders: Ladders
    bonds: tuple[Bond, ...]
    seconds: Callable[[], float]
    """How much time is left."""

    @classmethod
    def of(cls, case: Case, seconds: Callable[[], float]) -> Question:
        hard = case.hard()
        problem, ladders = hard.problem(), ladders_by_key(hard)
        return cls(hard, problem, ladders, tuple(bonds_of(hard, problem, ladders)), seconds)

    def day_of(self, slot: int) -> int:
        return int(np.searchsorted(self.problem.period.day_slot, slot, side="right")) - 1

    def when(self, slots: Iterable[int]) -> str:
        """Days, and of a single day or night the hours: "Sat 7 Nov 2026 14:00-18:00"."""
        period, known = self.problem.period, sorted(set(slots))
        first, last = self.day_of(known[0]), self.day_of(known[-1])
        clock = self.clock(known)
        return f"{span(period.day(first), period.day(first if clock else last))} {clock}".strip()

    def clock(self, slots: Sequence[int]) -> str:
        """Hours of a day or a night, from the first slot to the last: "14:00-18:00", "all day"; "" for more days."""
        period = self.problem.period
        first, last = self.day_of(slots[0]), self.day_of(slots[-1])
        begin, end = (period.instant(slot).tz_convert(period.timezone) for slot in (slots[0], slots[-1] + 1))
        if first == last:
            whole = period.day_slot[first] == slots[0] and period.day_slot[first + 1] == slots[-1] + 1
            return "all day" if whole else f"{begin:%H:%M}-{end:%H:%M}"
        one_night = slots[-1] + 1 - slots[0] == len(slots) and last == first + 1 and end - begin < DAY
        return f"{begin:%H:%M}-{end:%H:%M}" if one_night else ""

    def times(self, runs: Iterable[Sequence[int]]) -> str:
        """Of several conflicts; the same hours of neighbouring days together."""
        days: dict[str, list[int]] = {}
        for run in runs:
            known = sorted(set(run))
            clock = self.clock(known)
            days.setdefault(clock or self.when(known), []).append(self.day_of(known[0]) if clock else NO_DAY)
        return ", ".join(words for clock, numbers in days.items() for words in self._days_words(clock, numbers))

    def _days_words(self, clock: str, numbers: Sequence[int]) -> Iterator[str]:
        if NO_DAY in numbers:
            yield clock
            return
        known = sorted(set(numbers))
        for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
            first, last = self.problem.period.day(int(run[0])), self.problem.period.day(int(run[-1]))
            yield f"{span(first, last)}{' each day' if last > first and clock != 'all day' else ''} {clock}"

    def touching(self, slots: Flags) -> Flags:
        """(days, options): shifts that have one of the slots."""
        summed = np.concatenate([[0], np.cumsum(slots)])
        length = np.array([option.slots for option in self.problem.options])
        first = self.problem.option_slot.T
        return np.asarray(summed[first + length] > summed[first])

    def slots_on(self, days: Iterable[int]) -> Flags:
        """(slots,): on days of the period with these numbers."""
        period, found = self.problem.period, np.zeros(self.problem.period.slots, dtype=bool)
        for day in days:
            found[period.day_slot[day] : period.day_slot[day + 1]] = True
        return found


def find_clashes(question: Question, broken: Mapping[TeamRule, Sequence[int]]) -> Iterator[Clash]:
    """Looked for as they are asked for. Rule by rule; where none is in conflict by itself, all rules between people
    together. broken: numbers of days."""
    found, left = 0, dict(broken)
    for clash in _without_seats(question, broken):
        found += 1
        touched = {question.day_of(slot) for _, slot in clash.atoms}
        left |= {rule: sorted(set(left[rule]) - touched) for rule in clash.broken if rule in left}
        yield clash
    for rule, days in left.items():
        for clash in _of_one_rule(question, rule, days):
            found += 1
            yield clash
    if not found:
        together = sorted({day for mine in broken.values() for day in mine})
        yield from _proven(question, team_rules(question.case.settings), together)


def _without_seats(question: Question, broken: Mapping[TeamRule, Sequence[int]]) -> Iterator[Clash]:
    """Minimums against seats, where one of them is broken."""
    rules = team_rules(question.case.settings)
    for numbers, slots, people in outnumbered(question.case, question.problem, rules):
        if any(rules[number] in broken for number in numbers):
            atoms = tuple((number, slot) for number in sorted(numbers) for slot in slots)
            yield Clash(rules, atoms, (), without_seat=people)


def _of_one_rule(question: Question, rule: TeamRule, days: Sequence[int]) -> Iterator[Clash]:
    left = set(days)
    if isinstance(rule, MinimumStaff):
        slots = question.slots_on(days)
        for atoms, bonds, there in counted_out(question.case, question.problem, question.bonds, rule, slots):
            left.discard(question.day_of(atoms[0]))
            yield Clash((rule,), tuple((0, slot) for slot in atoms), bonds, there=there)
    yield from _proven(question, (rule,), sorted(left))


def _proven(question: Question, rules: tuple[TeamRule, ...], days: Sequence[int]) -> Iterator[Clash]:
    """Conflicts that CP-SAT proves, one after the other, each without the days of those before; where there is none
    on the days that are broken, which are given, then with all other days too. None once the time is over: the model
    of a long period takes seconds to build, for each of many rules."""
    left, found = set(days), 0
    while left and found < MOST_CONFLICTS and question.seconds() > 0:
        clash = proven_clash(question, rules, question.slots_on(left))
        if clash is None:
            break
        found, left = found + 1, left - {question.day_of(slot) for _, slot in clash.atoms}
        yield clash
    everything = range(question.problem.period.days)
    if days and not found and len(days) < len(everything) and question.seconds() > 0:
        clash = proven_clash(question, rules, question.slots_on(everything))
        yield from () if clash is None else (clash,)


def concerned(problem: RosterProblem, rules: Sequence[TeamRule]) -> Flags:
    """(people,): whom any of the rules counts."""
    groups = {
        rule.group if isinstance(rule, MinimumStaff | ConcurrentBreaks) else ""
        for rule in rules
        if not isinstance(rule, Tie)
    }
    able = np.array([bool(groups & {"", *person.skills}) for person in problem.people], dtype=bool)
    return able | tied_people(problem, rules)


def tied_people(problem: RosterProblem, rules: Sequence[TeamRule]) -> Flags:
    """(people,): of whom one of the rules between named people speaks."""
    ties = [rule for rule in rules if isinstance(rule, Tie)]
    return np.array([any(tie.about(person) for tie in ties) for person in problem.people], dtype=bool)


def proven_clash(question: Question, rules: tuple[TeamRule, ...], slots: Flags) -> Clash | None:
    """The smallest conflict found of the rules in these slots; None: there is none, or none is proven. `slots`:
    (slots,)."""
    kept = concerned(question.problem, rules)
    if not kept.any():
        return None
    problem = only_people(question.problem, kept)
    useful = unbound_options(question.case, problem) & (problem.allowed | question.touching(slots))
    if useful.sum() > MOST_CHOICES:
        return None
    who = {person.agent_id for person in problem.people}
    bonds = tuple(bond for bond in question.bonds if bond.agent_id in who)
    model = loose_model(problem, useful, bonds, rules, question.case.site.calendar, slots)
    clash = _Shrinking.of(question, model, rules, bonds).clash()
    return clash if clash is not None and is_conflict(question, problem, clash) else None


def is_conflict(question: Question, problem: RosterProblem, clash: Clash) -> bool:
    """The conflict proven once more in a model of its own, in which all whom it binds may work any shift at any time;
    of the others, whom nothing binds, the shifts at the time of the conflict are enough."""
    slots, bound = clash.slots(problem.period.slots), {bond.agent_id for bond in clash.bonds}
    named = np.array([person.agent_id in bound for person in problem.people]) | tied_people(problem, clash.rules)
    options = unbound_options(question.case, problem) & (named[:, None, None] | question.touching(slots))
    model = loose_model(problem, options, clash.bonds, clash.rules, question.case.site.calendar, slots)
    seconds = max(question.seconds(), FEWEST_SECONDS)
    return model.possible(range(len(clash.bonds)), clash.atoms, work=WORK, seconds=seconds) is False


@dataclass
class _Shrinking:
    """A conflict that becomes smaller."""

    question: Question
    model: TeamModel
    rules: tuple[TeamRule, ...]
    bonds: tuple[Bond, ...]
    kept_bonds: set[int]
    kept_atoms: set[Atom]
    smallest: bool = field(default=True)

    @classmethod
    def of(
        cls, question: Question, model: TeamModel, rules: tuple[TeamRule, ...], bonds: tuple[Bond, ...]
    ) -> _Shrinking:
        return cls(question, model, rules, bonds, set(range(len(bonds))), set(model.atoms))

    def clash(self) -> Clash | None:
        core = self.model.core(self.kept_bonds, self.kept_atoms, work=WORK, seconds=self.question.seconds())
        if core is None:
            return None
        named = {self._unit(atom) for atom in core[1]}
        rest = {atom for atom in self.kept_atoms if self._unit(atom) not in named}
        self.drop(self.kept_bonds - set(core[0]), rest)
        for bonds in self._bonds_together():
            self.drop(bonds, set())
        for unit in sorted({self._unit(atom) for atom in self.kept_atoms}):
            self.drop(set(), {atom for atom in self.kept_atoms if self._unit(atom) == unit})
        self._trim()
        left = tuple(self.bonds[n] for n in sorted(self.kept_bonds))
        return Clash(self.rules, tuple(sorted(self.kept_atoms)), left, self.smallest)

    def _unit(self, atom: Atom) -> tuple[int, int]:
        """What is left out together: a rule on a day."""
        return atom[0], self.question.day_of(atom[1])

    def drop(self, bonds: set[int], atoms: set[Atom]) -> bool:
        """Leave these out, if the rest is a conflict still."""
        bonds, atoms = bonds & self.kept_bonds, atoms & self.kept_atoms
        if not bonds and not atoms:
            return False
        rest = self.kept_bonds - bonds, self.kept_atoms - atoms
        possible = self.model.possible(*rest, work=WORK, seconds=self.question.seconds())
        if len(bonds) <= 1:
            self.smallest &= possible is not None
        if possible is False:
            self.kept_bonds, self.kept_atoms = rest
        return possible is False

    def _bonds_together(self) -> Iterator[set[int]]:
        """What is about the same rule or contract, then all of one person, then one by one."""
        for about in ("key", "agent_id"):
            alike: dict[object, set[int]] = {}
            for n in sorted(self.kept_bonds):
                alike.setdefault(getattr(self.bonds[n], about), set()).add(n)
            yield from alike.values()
        yield from ({n} for n in sorted(self.kept_bonds))

    def _trim(self) -> None:
        """Of one rule on one day as few slots as are a conflict, from the first on and from the last back."""
        if len({self._unit(atom) for atom in self.kept_atoms}) != 1:
            return
        for ends_first in (False, True):
            atoms = sorted(self.kept_atoms, reverse=ends_first)
            low, high = 0, len(atoms)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if self.drop(set(), set(atoms[:middle])) else (low, middle)
