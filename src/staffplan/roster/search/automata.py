"""Everybody's rules as automata: all of a person's as one where that stays small, else as several that bind together.

How large all the products would be is judged from the first few, before the rest is made. Where they are too large,
people under equal rules share theirs, whatever shifts their contracts allow. Where that is still too large, or takes
too long, a product ends where it would grow beyond its share of what a round of pricing may cost: the rest of the
rules are parts beside it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from hashlib import sha256
from math import gcd, inf

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Floats, Machine
from staffplan.roster.problem.problem import Person, RosterProblem, Rule
from staffplan.roster.rules import rules_of
from staffplan.roster.rules.automaton import Allowance, Automaton, TooLargeError, alone, both, joined, size
from staffplan.roster.rules.counts import PeriodDays, PeriodHours, ShiftsOf
from staffplan.roster.rules.hours import DaysPerWeek, WeeklyHoursMax, WeeklyHoursMin, paid_unit
from staffplan.roster.rules.rest import DailyRest
from staffplan.roster.rules.runs import ConsecutiveDays, ConsecutiveDaysMin, DaysOffInARow
from staffplan.roster.rules.starts import Succession
from staffplan.roster.rules.weekends import WeekendsWorked
from staffplan.roster.search.compiled.arrays import Ints, Walks
from staffplan.roster.search.compiled.several import DAYS_OF_A_WEEK

_Part = Automaton | Floats
"""The automaton of a rule, or what it says that single days' choices cost, (days, options + 1)."""
SATURDAY = 5
NEVER = 1e18
"""Price of a day's choice that is forbidden in itself."""
MOST_STEPS = 30e6
"""Of all automata made whole, those on the way included: some 40 seconds and 500 MB."""
JUDGED_FROM, UNEQUAL = 3, 8
"""Automata made before their size is taken as that of the others, and how many times the mean one may have."""
MOST_SHARED = 250e6
"""Steps of a round of pricing with automata that people share, each person's counted: one or two seconds of one
processor."""
STEPS_OF_A_ROUND, STEPS_A_DAY = 10e6, 1000
"""What everybody's parts may have together, so that a round of pricing takes a fraction of a second; and what a part
may have in any case: runs of days on and off, and what may follow what, have to be one part, or tours end in dead
ends."""
ON_THE_WAY = 3
"""Times so many steps while a part is made."""


@dataclass(frozen=True)
class Room:
    """How large the automata of all rules of a person together may be, and how long they may take to make; where that
    is not enough, rules stay in parts."""

    most_steps: float = MOST_STEPS
    most_shared: float = MOST_SHARED
    whole_seconds: float = inf
    """For one of each contract."""
    seconds: float = inf
    """Those that people share are made until so many are over since those of each contract were begun, half of them
    at least."""


WIDE = Room()


@dataclass(frozen=True)
class Rulebook:
    """All rules of all people, as the search follows them."""

    automata: tuple[Automaton, ...]
    parts: tuple[tuple[int, ...], ...]
    """Numbers of the automata that bind together, by walk."""
    walk_of: Ints
    """(people,)"""
    likings: NDArray[np.float32]
    """(likings, days, options + 1): prices of single days' choices."""
    liking_of: Ints
    """(people,): row of `likings`."""


@dataclass(frozen=True)
class _Reading:
    """What the rules of everybody say, before any are joined."""

    parts: tuple[tuple[Automaton, ...], ...]
    """Of each person; equal machines are the same automaton."""
    likings: NDArray[np.float32]
    liking_of: Ints


def make_rulebook(problem: RosterProblem, room: Room) -> Rulebook:
    reading, begun = _read(problem), time.monotonic()
    with suppress(TooLargeError):
        return _whole(problem, reading, room)
    left = max(room.seconds - (time.monotonic() - begun), room.seconds / 2)
    with suppress(TooLargeError):
        return _shared(problem, reading, room, _over_in(left))
    return _in_parts(problem, reading)


def _over_in(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def _read(problem: RosterProblem) -> _Reading:
    likings: dict[bytes, tuple[int, NDArray[np.float32]]] = {}
    parts_of: dict[object, tuple[tuple[Automaton, ...], NDArray[np.float32]]] = {}
    known: dict[object, _Part | None] = {}
    parts, liking_of = [], []
    for number, person in enumerate(problem.people):
        bounds = (problem.paid_minutes_min[number].tobytes(), problem.paid_minutes_max[number].tobytes())
        key = (person.plan_name, person.rules, person.past, bounds)
        if key not in parts_of:
            made = [_alone(rule, problem, person, key, known) for rule in rules_of(person)]
            parts_of[key] = split_likings([part for part in made if part is not None], problem)
        mine, liking = parts_of[key]
        parts.append(mine)
        liking_of.append(likings.setdefault(liking.tobytes(), (len(likings), liking))[0])
    rows = np.stack([liking for _, liking in likings.values()])
    return _Reading(tuple(parts), rows, np.array(liking_of, dtype=np.int64))


@dataclass(frozen=True)
class _Products:
    """Automata of two, made only once for the same two; those that are too large are tried only once."""

    nothing: Automaton
    """That which forbids nothing."""
    known: dict[tuple[int, int], tuple[Automaton, Automaton, Automaton | None]] = field(default_factory=dict)
    """By the ids of the two, which are kept with their product, so that ids stay theirs; None: it is too large."""

    def of(self, one: Automaton, other: Automaton, allowance: Allowance) -> Automaton:
        """Raises TooLargeError."""
        key = (id(one), id(other))
        if key not in self.known:
            self.known[key] = (one, other, None)
            self.known[key] = (one, other, both(one, other, allowance))
        found = self.known[key][2]
        if found is None:
            raise TooLargeError
        return found


def _products(problem: RosterProblem) -> _Products:
    return _Products(joined((), np.ones((problem.period.days, len(problem.options)), dtype=bool)))


def _whole(problem: RosterProblem, reading: _Reading, room: Room) -> Rulebook:
    """One automaton for each. Raises TooLargeError, early where the first ones show it."""
    most_steps, begun, over = room.most_steps, time.monotonic(), _over_in(room.whole_seconds)
    useful = {
        plan: np.asarray(
            problem.allowed[[n for n, person in enumerate(problem.people) if person.plan_name == plan]].any(axis=0)
        )
        for plan in {person.plan_name for person in problem.people}
    }
    signatures = _signatures(reading)
    keys = [
        (person.plan_name, *(signatures[id(part)] for part in parts))
        for person, parts in zip(problem.people, reading.parts, strict=True)
    ]
    expected, allowance = len(set(keys)), Allowance(most_steps)
    if (
        max((steps_of(part) for parts in reading.parts for part in parts), default=0) * expected
        > UNEQUAL * most_steps
    ):
        raise TooLargeError
    automata: dict[object, tuple[int, Automaton]] = {}
    for key, person, parts in zip(keys, problem.people, reading.parts, strict=True):
        if key not in automata:
            mine = Allowance(min(allowance.steps, max(UNEQUAL * most_steps / expected, 0.0)), over)
            before = mine.steps
            automata[key] = (len(automata), joined(parts, useful[person.plan_name], mine))
            allowance.steps -= before - mine.steps
            of_all = expected / len(automata) if len(automata) >= JUDGED_FROM else 1.0
            too_long = (time.monotonic() - begun) * of_all > room.whole_seconds
            if too_long or (most_steps - allowance.steps) * of_all > most_steps:
                raise TooLargeError
    walk_of = np.array([automata[key][0] for key in keys], dtype=np.int64)
    return _one_each([automaton for _, automaton in automata.values()], walk_of, reading)


def _shared(problem: RosterProblem, reading: _Reading, room: Room, over: Callable[[], bool]) -> Rulebook:
    """One automaton for all who are under equal rules, whatever shifts they may work. Raises TooLargeError."""
    products, signatures = _products(problem), _signatures(reading)
    keys = [tuple(sorted(signatures[id(part)] for part in parts)) for parts in reading.parts]
    parts_of = dict(zip(keys, reading.parts, strict=True))
    allowance, priced = Allowance(room.most_steps, over), room.most_shared
    automata: dict[object, tuple[int, Automaton]] = {}
    for key, people in Counter(keys).most_common():
        made = reduce(
            lambda one, other: products.of(one, other, allowance),
            sorted(parts_of[key], key=size),
            products.nothing,
        )
        priced -= people * steps_of(made)
        if priced < 0:
            raise TooLargeError
        automata[key] = (len(automata), made)
    walk_of = np.array([automata[key][0] for key in keys], dtype=np.int64)
    return _one_each([automaton for _, automaton in automata.values()], walk_of, reading)


def _one_each(automata: Sequence[Automaton], walk_of: Ints, reading: _Reading) -> Rulebook:
    walks = tuple((n,) for n in range(len(automata)))
    return Rulebook(tuple(automata), walks, walk_of, reading.likings, reading.liking_of)


def _signatures(reading: _Reading) -> dict[int, bytes]:
    """By id, of all parts."""
    return {number: _signature(part) for number, part in {id(p): p for ps in reading.parts for p in ps}.items()}


def _in_parts(problem: RosterProblem, reading: _Reading) -> Rulebook:
    """Several automata for each, shared by people under equal rules."""
    most = max(STEPS_OF_A_ROUND / len(problem.people), STEPS_A_DAY * problem.period.days)
    products = _products(problem)
    automata: dict[object, tuple[int, Automaton]] = {}
    walks: dict[object, tuple[int, tuple[int, ...]]] = {}
    walk_of = []
    for parts in reading.parts:
        key = tuple(sorted(map(id, parts)))
        if key not in walks:
            numbers = tuple(
                automata.setdefault(_signature(part), (len(automata), part))[0]
                for part in _gathered(parts, products, most)
            )
            walks[key] = (len(walks), numbers)
        walk_of.append(walks[key][0])
    return Rulebook(
        tuple(automaton for _, automaton in automata.values()),
        tuple(numbers for _, numbers in walks.values()),
        np.array(walk_of, dtype=np.int64),
        reading.likings,
        reading.liking_of,
    )


def _gathered(parts: Sequence[Automaton], products: _Products, most: float) -> list[Automaton]:
    """Parts joined, the smallest first, while a product has no more than `most` steps."""
    made = [products.nothing]
    for part in sorted(parts, key=size):
        try:
            product = products.of(made[-1], part, Allowance(ON_THE_WAY * most))
        except TooLargeError:
            product = None
        if product is not None and steps_of(product) <= most:
            made[-1] = product
        else:
            made.append(part)
    return made


def steps_of(automaton: Automaton) -> int:
    return sum(layer.to.size for layer in automaton.layers)


def _alone(
    rule: Rule,
    problem: RosterProblem,
    person: Person,
    terms: tuple[object, ...],
    known: dict[object, _Part | None],
) -> _Part | None:
    """The automaton of a rule, or what it says of single days, made only once for equal ones; None where it forbids
    and costs nothing. `terms`: all that it can depend on beside the rule, weekly hours the last."""
    match rule:
        case PeriodHours():
            terms = (person.past, paid_unit(problem, person))
        case WeeklyHoursMin() | WeeklyHoursMax():
            terms = (terms[-1], paid_unit(problem, person))
        case DaysPerWeek():
            terms = (person.contract.days_per_week_max,)
        case ConsecutiveDays() | ConsecutiveDaysMin() | DaysOffInARow() | WeekendsWorked():
            terms = (person.past,)
        case PeriodDays() | ShiftsOf() | Succession() | DailyRest():
            terms = (person.past,)
    key = (rule, terms)
    if key not in known:
        machine = rule.machine(problem, person)
        known[key] = None if machine is None else _known(machine, known)
    return known[key]


def _known(machine: Machine, known: dict[object, _Part | None]) -> _Part:
    """The machine's automaton, made only once for equal machines; of one state, what it says of single days."""
    if machine.step.shape[1] == 1 and machine.end is None:
        return _of_single_days(machine)
    parts = (machine.kind, machine.step, machine.price, machine.end)
    key = (machine.start, *(None if part is None else (part.shape, _digest([part])) for part in parts))
    found = known.get(key) or alone(machine)
    known[key] = found
    return found


def _signature(automaton: Automaton) -> bytes:
    """The same for equal automata."""
    return _digest(part for layer in automaton.layers for part in (np.array(layer.to.shape), *vars(layer).values()))


def _digest(arrays: Iterable[NDArray[np.generic]]) -> bytes:
    """A few bytes in place of what may be millions."""
    digest = sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.digest()


def _of_single_days(machine: Machine) -> Floats:
    """(days, options + 1): what a machine of one state says that a day's choices cost, infinity where forbidden."""
    price = np.zeros(machine.kind.shape) if machine.price is None else _by_choice(machine.price, machine)
    return np.where(_by_choice(machine.step, machine) < 0, np.inf, price)


def _by_choice(table: NDArray[np.generic], machine: Machine) -> NDArray[np.float64]:
    """(days, options + 1) from (days, 1, kinds)."""
    rows = np.broadcast_to(table[:, 0, :], (len(machine.kind), table.shape[2]))
    return np.take_along_axis(rows, machine.kind, axis=1).astype(float)


def split_likings(
    parts: Sequence[_Part], problem: RosterProblem
) -> tuple[tuple[Automaton, ...], NDArray[np.float32]]:
    """Parts of one state say only what single days' choices cost: summed up, (days, options + 1); and the rest."""
    price = np.zeros((problem.period.days, len(problem.options) + 1), dtype=np.float32)
    rest = []
    for part in parts:
        if not isinstance(part, Automaton):
            price = np.where(np.isfinite(part), price + part, NEVER).astype(np.float32)
            continue
        if any(len(layer.to) != 1 for layer in part.layers):
            rest.append(part)
            continue
        for day, layer in enumerate(part.layers):
            price[day] += layer.price[0, layer.kind].astype(np.float32)
            price[day, layer.to[0, layer.kind] < 0] = NEVER
    return tuple(rest), price


def guards(problem: RosterProblem) -> Floats:
    """(directions, days of a week, options + 1): paid hours and days at work on the period's weekends, each as much
    and as little as may be (Walks.guard)."""
    units = gcd(*(option.paid_minutes for option in problem.options))
    paid = np.array([option.paid_minutes // max(units, 1) for option in problem.options] + [0], dtype=float)
    weekday = np.array([problem.period.day(day).weekday() for day in range(DAYS_OF_A_WEEK)])
    hours = np.broadcast_to(paid, (DAYS_OF_A_WEEK, len(paid)))
    weekends = (weekday >= SATURDAY)[:, None] * (paid > 0)
    return np.stack([hours, -hours, weekends, -1.0 * weekends])


def flat_walks(book: Rulebook, problem: RosterProblem) -> Walks:
    """Automata one after the other. One without any tour keeps a state from which every step is forbidden."""
    automata, options = book.automata, len(problem.options)
    days = len(automata[0].layers)
    to, price = [], []
    offset, kinds, states = (np.zeros((len(automata), days), dtype=np.int64) for _ in range(3))
    kind = np.zeros((len(automata), days, options + 1), dtype=np.int16)
    at = 0
    for a, automaton in enumerate(automata):
        for d, layer in enumerate(automaton.layers):
            table = layer.to if layer.to.size else np.full((1, int(layer.kind.max()) + 1), -1, dtype=np.int64)
            offset[a, d], states[a, d], kinds[a, d] = at, *table.shape
            kind[a, d] = layer.kind
            to.append(table.ravel().astype(np.int32))
            price.append((layer.price if layer.to.size else np.zeros(table.shape)).ravel().astype(np.float32))
            at += table.size
    part = np.array([number for numbers in book.parts for number in numbers], dtype=np.int64)
    return Walks(
        np.concatenate(to),
        np.concatenate(price),
        offset,
        kinds,
        states,
        kind,
        part_from=np.concatenate([[0], np.cumsum([len(numbers) for numbers in book.parts])]).astype(np.int64),
        part=part,
        same=np.stack([_first_alike(kind[number]) for number in part.tolist()]),
        toll=np.zeros((len(part), DAYS_OF_A_WEEK, options + 1)),
        priced=np.array([[bool(layer.price.any()) for layer in made.layers] for made in automata]),
        guard=guards(problem),
    )


def _first_alike(kind: NDArray[np.int16]) -> Ints:
    """(options + 1,): the first option that is of the same kind on all days, kind being (days, options + 1)."""
    _, first, number = np.unique(kind.T, axis=0, return_index=True, return_inverse=True)
    return first[number.ravel()].astype(np.int64)
