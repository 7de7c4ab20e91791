"""One day of everybody at once, all their other days fixed: an integer program of counts.

People for whom a day's choices cost the same (their rules with the days around, their likings, their skills) are
counted, not named: how many of them take which shift. So are pauses: how many on a shift take its meal at which time
(implicit breaks: Bechtold and Jacobs, "Implicit modeling of flexible break assignments in optimal shift scheduling",
Management Science 36, 1990); and so are groups: how many of those with these skills serve which group in an interval,
of those who are there all of it and of those who miss a part. The program stays as small with a thousand people as
with a hundred, and its linear relaxation is nearly whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from staffplan.roster.problem.problem import NO_LIMIT
from staffplan.roster.search.automata import NEVER
from staffplan.roster.search.compiled.arrays import GONE, Floats, Ints
from staffplan.roster.search.cover_rows import add_cover
from staffplan.roster.search.integer_program import IntegerProgram
from staffplan.roster.search.space import TourSpace

Crew = tuple[int, int]
"""An option, and the skills (groups, bits) of those who take it."""
Team = tuple[int, int]
"""Groups that people may serve (bits), and an interval: those on queue in it."""
Terms = list[tuple[int, float]]


@dataclass(frozen=True)
class Alike:
    """People with these skills (groups, bits) for whom every choice of the day costs the same, (options + 1,)."""

    people: tuple[int, ...]
    mask: int
    costs: Floats


@dataclass(frozen=True)
class DayChoice:
    """How many of each `Alike` take which option (a day off is the last), and when those on an option pause.

    pauses[crew][k]: the starts of pause k of all of the crew, slots after the shift's start, earliest first. Taken in
    this order by everybody they do not overlap.
    """

    takers: tuple[Mapping[int, int], ...]
    pauses: Mapping[Crew, tuple[list[int], ...]]
    serving: Mapping[Team, Mapping[int, Ints]]
    """Of each team, by the slots of the interval (bits) they miss: how many serve each group, (groups,)."""


@dataclass(frozen=True)
class Rest:
    """What those who are no part of the program do: on queue (groups, slots); on site and on pauses (slots,)."""

    on_queue: Ints
    on_site: Ints
    pausing: Ints


@dataclass
class DayProgram:
    """The program of a day; `day_program` makes it."""

    space: TourSpace
    day: int
    rest: Rest
    program: IntegerProgram = field(default_factory=IntegerProgram)
    takers: list[dict[int, int]] = field(default_factory=list)
    """Column of each option, for each of the alike."""
    pauses: dict[Crew, list[list[int]]] = field(default_factory=dict)
    """Column of each start, for each pause."""
    present: defaultdict[Team, Terms] = field(default_factory=lambda: defaultdict(list))
    """People whose shift touches the interval."""
    missing: defaultdict[Team, defaultdict[int, Terms]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    """Those of them who miss some slots of it (bits): before, after or in a pause."""
    serving: dict[Team, dict[int, list[tuple[int, int]]]] = field(default_factory=dict)
    """Group and column, of all together (0) and of those who miss some slots."""
    cells: defaultdict[tuple[int, int], Terms] = field(default_factory=lambda: defaultdict(list))
    """People of (group, slot)."""
    late_before: float = 0.0
    """What the promises that the program may keep cost with the rest alone; its costs contain that of all."""
    on_site: defaultdict[int, Terms] = field(default_factory=lambda: defaultdict(list))
    pausing: defaultdict[int, Terms] = field(default_factory=lambda: defaultdict(list))


def day_program(space: TourSpace, day: int, alike: Sequence[Alike], rest: Rest) -> DayProgram:
    """What a day's choices of all of these people cost, less what they save; `choice_in` reads its solution."""
    made = DayProgram(space, day, rest)
    for crew, heads in _take(made, alike).items():
        _work(made, crew, heads)
    _serve(made)
    made.late_before = add_cover(made.program, made.cells, space.problem.worth, rest.on_queue)
    if space.team.watched:
        _limit(made, made.on_site, space.team.seats, rest.on_site)
        _limit(made, made.pausing, space.team.pausing, rest.pausing)
    return made


def _take(made: DayProgram, alike: Sequence[Alike]) -> dict[Crew, list[int]]:
    """Everybody takes one option or the day off; gives the columns of each crew."""
    crews: defaultdict[Crew, list[int]] = defaultdict(list)
    off = len(made.space.problem.options)
    for some in alike:
        possible = np.flatnonzero(some.costs < NEVER / 2).tolist()
        mine = {o: made.program.column(float(some.costs[o]), len(some.people)) for o in possible}
        made.program.row([(column, 1.0) for column in mine.values()], len(some.people), len(some.people))
        made.takers.append(mine)
        for option, column in mine.items():
            if option != off:
                crews[option, some.mask].append(column)
    return crews


def _work(made: DayProgram, crew: Crew, takers: list[int]) -> None:
    """A crew is on queue from its start to its end, but for its pauses."""
    shifts, (option, mask) = made.space.shifts, crew
    heads = made.program.column()
    made.program.row([(heads, -1.0), *((column, 1.0) for column in takers)], 0.0, 0.0)
    first, serves = int(shifts.first[option, made.day]), mask & int(shifts.masks[shifts.serves[option]])
    end = first + int(shifts.slots[option])
    _be_there(made, serves, first, end, heads)
    made.pauses[crew] = []
    for k in range(int(shifts.pause_from[option]), int(shifts.pause_from[option + 1])):
        starts = range(int(shifts.pause_earliest[k]), int(shifts.pause_latest[k]) + 1)
        columns = [made.program.column() for _ in starts]
        made.program.row([(heads, -1.0), *((column, 1.0) for column in columns)], 0.0, 0.0)
        for start, column in zip(starts, columns, strict=True):
            until = first + start + int(shifts.pause_slots[k])
            _be_away(made, serves, first + start, until, column, gone=shifts.pause_mark[k] == GONE)
        made.pauses[crew].append(columns)
        if len(made.pauses[crew]) > 1:
            _in_order(made, k, *made.pauses[crew][-2:])


def _be_there(made: DayProgram, serves: int, first: int, end: int, column: int) -> None:
    step = made.space.need.step
    for interval in range(first // step, (end - 1) // step + 1):
        made.present[serves, interval].append((column, 1.0))
        outside = missed(interval * step, first, step) | missed(end, (interval + 1) * step, step)
        if outside:
            made.missing[serves, interval][outside].append((column, 1.0))
    for slot in range(first, end):
        made.on_site[slot].append((column, 1.0))


def _be_away(made: DayProgram, serves: int, first: int, end: int, column: int, *, gone: bool) -> None:
    step = made.space.need.step
    for interval in range(first // step, (end - 1) // step + 1):
        away = missed(max(first, interval * step), min(end, (interval + 1) * step), step)
        made.missing[serves, interval][away].append((column, 1.0))
    for slot in range(first, end):
        if gone:
            made.on_site[slot].append((column, -1.0))
        else:
            made.pausing[slot].append((column, 1.0))


def missed(first: int, end: int, step: int) -> int:
    """Slots of one interval as bits, from `first` up to `end`."""
    return sum(1 << slot % step for slot in range(first, end))


def _in_order(made: DayProgram, k: int, before: list[int], columns: list[int]) -> None:
    """No more have begun pause k by any time than have ended the one before: then there is an order for everybody."""
    shifts = made.space.shifts
    ready = int(shifts.pause_earliest[k - 1] + shifts.pause_slots[k - 1])
    begun: Terms = []
    for at, column in enumerate(columns):
        begun.append((column, 1.0))
        ended = max(int(shifts.pause_earliest[k]) + at - ready + 1, 0)
        if ended >= len(before):
            return
        made.program.row([*begun, *((other, -1.0) for other in before[:ended])], high=0.0)


def _serve(made: DayProgram) -> None:
    """Those on queue in an interval serve one of their groups each, all of it that they are there."""
    for team, present in made.present.items():
        groups = [g for g in range(len(made.rest.on_queue)) if team[0] >> g & 1]
        missing = made.missing[team]
        if len(groups) == 1:
            _count(made, groups[0], team[1], present, missing)
        else:
            _split(made, team, groups, present, missing)


def _count(made: DayProgram, g: int, interval: int, present: Terms, missing: Mapping[int, Terms]) -> None:
    """People in the cells of an interval."""
    for part in range(made.space.need.step):
        away = [
            (column, -factor) for slots, terms in missing.items() if slots >> part & 1 for column, factor in terms
        ]
        made.cells[g, interval * made.space.need.step + part] += [*present, *away]


def _split(made: DayProgram, team: Team, groups: list[int], present: Terms, missing: Mapping[int, Terms]) -> None:
    """All of a team by group, and those who miss some slots; who misses all of them serves nobody."""
    whole = (1 << made.space.need.step) - 1
    of_all = [*present, *((column, -factor) for column, factor in missing.get(whole, []))]
    parts = {0: of_all, **{slots: terms for slots, terms in missing.items() if slots != whole}}
    columns = {slots: [(g, made.program.column()) for g in groups] for slots in parts}
    for slots, terms in parts.items():
        made.program.row([*terms, *((column, -1.0) for _, column in columns[slots])], 0.0, 0.0)
    for number, (g, all_of_it) in enumerate(columns[0]):
        some = {slots: [(mine[number][1], 1.0)] for slots, mine in columns.items() if slots}
        if some:
            made.program.row([(all_of_it, 1.0), *((terms[0][0], -1.0) for terms in some.values())], low=0.0)
        _count(made, g, team[1], [(all_of_it, 1.0)], some)
    made.serving[team] = columns


def _limit(made: DayProgram, used: Mapping[int, Terms], most: Ints, there: Ints) -> None:
    """Places in a slot for all together; more only at the price of the limit."""
    for slot, terms in used.items():
        if most[slot] < NO_LIMIT:
            above = made.program.column(made.space.team.price, whole=False)
            made.program.row([*terms, (above, -1.0)], high=max(float(most[slot] - there[slot]), 0.0))


def choice_in(made: DayProgram, values: Floats) -> DayChoice:
    """The choice that a whole solution stands for. values: (columns,)."""
    counts = np.round(values).astype(np.int64)
    takers = tuple({o: int(counts[column]) for o, column in mine.items() if counts[column]} for mine in made.takers)
    pauses = {
        crew: tuple(_starts(made, crew, k, counts) for k in range(len(made.pauses[crew]))) for crew in made.pauses
    }
    serving = {team: _shares(made, columns, counts) for team, columns in made.serving.items()}
    return DayChoice(takers, pauses, serving)


def _shares(made: DayProgram, columns: Mapping[int, list[tuple[int, int]]], counts: Ints) -> dict[int, Ints]:
    """How many serve each group, by the slots that they miss; 0: those who miss none."""
    shares = {slots: np.zeros(len(made.rest.on_queue), dtype=np.int64) for slots in columns}
    for slots, mine in columns.items():
        for g, column in mine:
            shares[slots][g] += counts[column]
            if slots:
                shares[0][g] -= counts[column]
    return shares


def _starts(made: DayProgram, crew: Crew, k: int, counts: Ints) -> list[int]:
    """When all of a crew begin pause k of their shift, earliest first."""
    shifts = made.space.shifts
    earliest = int(shifts.pause_earliest[shifts.pause_from[crew[0]] + k])
    return [earliest + at for at, column in enumerate(made.pauses[crew][k]) for _ in range(counts[column])]
