"""Day after day chosen anew for all at once (day_program.py), those first that can gain most.

Small changes (search.py) leave single slots with one too many beside slots with one missing, which no change of one
or two people mends; a whole day chosen at once does. What is left then is in the days that people work.

The relaxation of a day's program tells in a moment what it can gain at most. Only columns near to it are looked at:
it is nearly whole, and the best whole choices are nearly always there. Two days a week apart are looked for at the
same time; a choice that fits no longer when the other is taken is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.search.anneal import Board, Incumbent
from staffplan.roster.search.automata import NEVER
from staffplan.roster.search.compiled.arrays import NOTHING, Ints
from staffplan.roster.search.compiled.board import mark
from staffplan.roster.search.compiled.days import day_costs, put_in, take_out
from staffplan.roster.search.day_program import Alike, DayChoice, DayProgram, Rest, choice_in, day_program

GAP = 3e-4
"""Share of what the people of a day save within which a choice counts as the best."""
NODES = 1
"""Of a program's tree: nearly all are solved at its root, by the heuristics there."""
SHORTEST = 0.1
"""Seconds of a program at least."""
MOST_COLUMNS = 12_000
"""Choices of all the people alike in a program; of more a part is drawn."""
ROUNDED = 6
"""Decimals to which costs are alike."""
APART = 7
"""Days between two that are looked at together: rules hardly ever tie their choices."""


@dataclass(frozen=True)
class Outlook:
    """What a day's program could gain at most, and what counts as a gain."""

    day: int
    gain: float
    least: float


@dataclass(frozen=True)
class Found:
    """What a day's program found: whose choices, None where there were none in time; what better ones could gain."""

    day: int
    alike: list[Alike]
    choice: DayChoice | None
    missed: float


def days_together(
    board: Board,
    incumbent: Incumbent,
    programs: int,
    seed: int,
    *,
    stop: Callable[[], bool],
    seconds: Callable[[], float],
    report: Callable[[int], None],
) -> None:
    """At most so many programs, fewer once no day can gain. `seconds`: what a program may take."""
    missed = dict.fromkeys(range(board.space.problem.period.days), 0.0)
    done, sweep = 0, 0
    with ThreadPoolExecutor(2) as threads:
        while done < programs and not stop():
            seeds = (seed, sweep)
            promising = _promising(board, missed, seeds, threads, stop, seconds)
            if not promising:
                return
            for days in pairs(promising[: programs - done]):
                if stop():
                    return
                best = list(threads.map(best_of_day, repeat(board), days, repeat(seeds), repeat(seconds())))
                for found in best:
                    board, missed[found.day] = with_day(board, found), found.missed
                incumbent.offer(board)
                done += len(days)
                report(done)
            sweep += 1


def _promising(
    board: Board,
    missed: Mapping[int, float],
    seeds: tuple[int, int],
    threads: ThreadPoolExecutor,
    stop: Callable[[], bool],
    seconds: Callable[[], float],
) -> list[int]:
    """Days at which more can be gained than at their last program, those first that can gain most.

    Days that are still to be looked at when it is to stop are left out.
    """

    def look(day: int) -> Outlook:
        return Outlook(day, 0.0, 0.0) if stop() else outlook(board, day, seeds, seconds())

    outlooks = threads.map(look, missed)
    better = [one for one in outlooks if one.gain > missed[one.day] + one.least]
    return [one.day for one in sorted(better, key=lambda one: (-one.gain, one.day))]


def pairs(days: list[int]) -> Iterator[tuple[int, ...]]:
    """All of them in this order, each with the next that is far enough away, if there is one."""
    left = list(days)
    while left:
        first = left.pop(0)
        second = next((day for day in left if abs(day - first) >= APART), None)
        if second is None:
            yield (first,)
        else:
            left.remove(second)
            yield (first, second)


def outlook(board: Board, day: int, seeds: tuple[int, int], seconds: float) -> Outlook:
    """No gain where the relaxation was not found within so many seconds."""
    made, _, present = program_of(board, day, seeds)
    relaxed = made.program.relaxed(seconds=seconds).objective
    return Outlook(day, present - relaxed, GAP * abs(relaxed))


def best_of_day(board: Board, day: int, seeds: tuple[int, int], seconds: float) -> Found:
    end = time.monotonic() + seconds
    made, alike, present = program_of(board, day, seeds)
    relaxed = made.program.relaxed(seconds=seconds)
    if not len(relaxed.values):
        return Found(day, alike, None, 0.0)
    left = max(end - time.monotonic(), SHORTEST)
    solved = made.program.solve(seconds=left, gap=GAP, nodes=NODES, near=relaxed.values)
    choice = choice_in(made, solved.values) if len(solved.values) else None
    return Found(day, alike, choice, min(solved.objective, present) - relaxed.objective)


def with_day(board: Board, found: Found) -> Board:
    """The board with what was found, the same one where that is no better, or fits no longer."""
    if found.choice is None:
        return board
    other = without(board, found.day, found.alike)
    if take(other, found.day, found.alike, found.choice) and other.cost < board.cost - 1e-6:
        return other
    return board


def program_of(board: Board, day: int, seeds: tuple[int, int]) -> tuple[DayProgram, list[Alike], float]:
    """The program of a day, whose choices it is, and what the present ones amount to in it."""
    space = board.space
    alike = drawn(alike_on(board, day), np.random.default_rng([*seeds, day]))
    other = without(board, day, alike)
    rest = Rest(
        *(np.asarray(part, dtype=np.int64) for part in (other.plan.on_queue, other.plan.on_site, other.plan.pausing))
    )
    off = len(space.problem.options)
    chosen = [(some, board.plan.choice[person, day]) for some in alike for person in some.people]
    own = sum(float(some.costs[off if option == NOTHING else option]) for some, option in chosen)
    made = day_program(space, day, alike, rest)
    return made, alike, own + board.cost_together - other.cost_together + made.late_before


def without(board: Board, day: int, alike: list[Alike]) -> Board:
    """The board with these people's shifts of a day counted out, their choices still there."""
    space, other = board.space, Board(board.space, board.tours())
    people = np.array([person for some in alike for person in some.people], dtype=np.int64)
    take_out(people, day, other.plan, space.need, space.team, space.shifts)
    return other


def alike_on(board: Board, day: int) -> list[Alike]:
    """People who have a choice on a day, those together for whom all of it costs the same."""
    space = board.space
    found: dict[tuple[int, bytes], list[int]] = {}
    costs = np.zeros(len(space.problem.options) + 1)
    for person in range(len(space.problem.people)):
        day_costs(person, day, space.problem.allowed[person, day], board.plan, space.folk, space.walks, costs)
        if (costs < NEVER / 2).sum() > 1:
            own = np.round(costs - costs.min(), ROUNDED)
            own[costs > NEVER / 2] = NEVER
            found.setdefault((int(space.folk.mask[person]), own.tobytes()), []).append(person)
    return [Alike(tuple(people), mask, np.frombuffer(own)) for (mask, own), people in found.items()]


def drawn(alike: list[Alike], rng: np.random.Generator) -> list[Alike]:
    """As many of them, drawn at random, as a program can hold."""
    sizes = np.array([int((some.costs < NEVER / 2).sum()) for some in alike])
    if sizes.sum() <= MOST_COLUMNS:
        return alike
    order = rng.permutation(len(alike))
    fit = order[np.cumsum(sizes[order]) <= MOST_COLUMNS]
    return [alike[number] for number in fit.tolist()]


def take(board: Board, day: int, alike: list[Alike], choice: DayChoice) -> bool:
    """Give everybody, taken out before, the chosen option, its pauses and groups; False where a rule forbids one."""
    space = board.space
    waiting = {crew: zip(*starts, strict=True) for crew, starts in choice.pauses.items()}
    people = [person for some in alike for person in some.people]
    options, pauses = np.full(len(people), NOTHING), board.plan.pauses[people, day]
    for row, (mask, option) in enumerate(_everybody(board, day, alike, choice)):
        options[row] = option
        if option != NOTHING and choice.pauses[option, mask]:
            pauses[row, : len(choice.pauses[option, mask])] = next(waiting[option, mask])
    return bool(
        put_in(
            np.array(people, dtype=np.int64),
            day,
            options,
            pauses,
            _groups(board, day, people, options, pauses, choice),
            board.plan,
            space.folk,
            space.need,
            space.team,
            space.shifts,
            space.walks,
        )
    )


def _everybody(board: Board, day: int, alike: list[Alike], choice: DayChoice) -> Iterator[tuple[int, int]]:
    """Skills and option of everybody, in the order of the alike."""
    for some, takers in zip(alike, choice.takers, strict=True):
        for option in _in_turn(board, day, some, takers):
            yield some.mask, option


def _groups(
    board: Board, day: int, people: list[int], options: Ints, pauses: NDArray[np.int16], choice: DayChoice
) -> NDArray[np.int8]:
    """(people, intervals): whom everybody serves. As many serve each group as was chosen."""
    space, step = board.space, board.space.need.step
    shifts, groups = space.shifts, np.full((len(people), board.plan.group.shape[1]), -1, dtype=np.int8)
    left = {
        team: {slots: np.repeat(np.arange(len(of)), np.maximum(of, 0)).tolist() for slots, of in shares.items()}
        for team, shares in choice.serving.items()
    }
    marks = np.zeros(int(shifts.slots.max()) + 1, dtype=np.int8)
    for row, (person, option) in enumerate(zip(people, options.tolist(), strict=True)):
        if option == NOTHING:
            continue
        first = int(shifts.first[option, day])
        end = first + int(shifts.slots[option])
        serves = int(space.folk.mask[person] & shifts.masks[shifts.serves[option]])
        mark(option, first, first, pauses[row], shifts, marks)
        for interval in range(first // step, (end - 1) // step + 1):
            slots = range(interval * step, (interval + 1) * step)
            away = sum(1 << s % step for s in slots if not (first <= s < end and marks[s - first] == 1))
            waiting = left.get((serves, interval), {}) if away != (1 << step) - 1 else {}
            groups[row, interval] = _next_of(waiting, away, serves)
    return groups


def _next_of(left: dict[int, list[int]], away: int, serves: int) -> int:
    """The group that the next of those who miss these slots serves; any other if nobody was counted on."""
    waiting = left.get(away) or left.get(0)
    return waiting.pop() if waiting else serves.bit_length() - 1


def _in_turn(board: Board, day: int, some: Alike, takers: Mapping[int, int]) -> list[int]:
    """An option for each of the people: the one they have where enough take it, else what is left."""
    off = len(board.space.problem.options)
    left = {NOTHING if option == off else option: count for option, count in takers.items()}
    given = []
    for person in some.people:
        present = int(board.plan.choice[person, day])
        keeps = left.get(present, 0) > 0
        if keeps:
            left[present] -= 1
        given.append(present if keeps else None)
    rest = iter([option for option, count in left.items() for _ in range(count)])
    return [next(rest) if option is None else option for option in given]
