"""Better tours of a few people together: an integer program over tours that suit what the others leave.

In each round a few people are drawn. Under the prices of what the others leave to be done (bound.py) their best tours
are collected; with those of earlier rounds and those they have, HiGHS chooses a tour for each of them at once. How
many are drawn, and from how many tours each may choose, follows from how hard the last programs were. (A large
neighbourhood search in the columns of a restricted master: Joncour et al., "Column generation based primal
heuristics", ENDM 36, 2010.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from staffplan.roster.search.anneal import Board, Incumbent, improve_groups, polish
from staffplan.roster.search.bound import Auction, Prices, TourClass, slots_on_queue
from staffplan.roster.search.compiled.arrays import Floats, Ints
from staffplan.roster.search.compiled.offers import Crew, Offers, count_offer
from staffplan.roster.search.compiled.tours import rest_of_tour
from staffplan.roster.search.cover_rows import add_cover
from staffplan.roster.search.integer_program import IntegerProgram
from staffplan.roster.search.space import Tours, TourSpace, begin

FEWEST, FIRST, MOST = 3, 8, 40
"""People in a round."""
ROUNDS, STEP = 100, 0.02
"""Of prices for what the others leave, and their first step."""
COLUMNS = 40
"""Tours of each class that a program may choose from, while it is over a few people only."""
MEMORY = 1000
"""Tours of each class that are remembered."""
SHAKEN = 0.1
"""Prices for what the others leave begin so far from those of the bound, as a share of their range, once everybody is
drawn: the same people would find the same tours again."""
PROVEN = 1e-6
"""Share of the cost within which a choice counts as the best."""
NODES = 20
"""Of a program's tree; more make it too hard."""
STALLED = 30
"""Rounds without anything gained after which a roster is left for another one."""
MOST_SLOTS = 8
"""On queue in a usual shift. Longer ones fill so many rows of a program that tours hardly ever fit together; small
changes (search.py) get further there."""


@dataclass(frozen=True)
class Column:
    """One tour: as in Offers, its cells (flat numbers of groups x slots, with a person on queue), its own price."""

    choice: Ints
    pauses: Ints
    group: Ints
    cells: Ints
    price: float


@dataclass
class Pool:
    """The tours found for each class, oldest first."""

    space: TourSpace
    classes: tuple[TourClass, ...]
    columns: list[dict[bytes, Column]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = [{} for _ in self.classes]

    def add(self, number: int, offers: Offers, row: int) -> Column:
        """Remember a row of offers as a tour of a class."""
        key = offers.choice[row].tobytes() + offers.pauses[row].tobytes() + offers.group[row].tobytes()
        mine = self.columns[number]
        if key not in mine:
            mine[key] = self._column(number, offers, row)
        found = mine[key]
        if len(mine) > MEMORY:
            del mine[next(iter(mine))]
        return found

    def _column(self, number: int, offers: Offers, row: int) -> Column:
        space, person = self.space, self.classes[number].first
        on_queue = np.zeros(space.need.worth.shape[:2], dtype=np.int64)
        count_offer(row, offers, space.need.step, space.shifts, on_queue)
        likes = space.folk.price[space.folk.liking[person]]
        choice = offers.choice[row].copy()
        price = rest_of_tour(0, begin(space), int(space.folk.walk[person]), space.walks, likes, choice)
        return Column(
            choice, offers.pauses[row].copy(), offers.group[row].copy(), np.flatnonzero(on_queue), float(price)
        )

    def best(self, number: int, prices: Floats, most: int) -> list[Column]:
        """So many tours of a class that are worth most at the prices, (groups, slots)."""
        flat = prices.ravel()
        return sorted(
            self.columns[number].values(), key=lambda column: column.price - float(flat[column.cells].sum())
        )[:most]


@dataclass(frozen=True)
class Reach:
    """How large a program is: people drawn, and tours of each class that it may choose from."""

    people: int = FIRST
    columns: int = COLUMNS

    def after(self, *, easy: bool, everybody: int) -> Reach:
        """A larger one after an easy program: more people, then more tours; a smaller one after a hard one."""
        if easy and self.people < min(MOST, everybody):
            return Reach(self.people + 1, self.columns)
        if easy:
            return Reach(self.people, min(round(self.columns * 1.5), MEMORY))
        if self.columns > COLUMNS:
            return Reach(self.people, max(round(self.columns / 1.5), COLUMNS))
        return Reach(max(self.people - 1, FEWEST), self.columns)

    @property
    def nodes(self) -> int:
        """Of the program's tree."""
        return NODES * self.columns // COLUMNS


def suits(space: TourSpace) -> bool:
    """Whether tours of this problem are worth recombining."""
    return float(np.median(slots_on_queue(space.shifts))) <= MOST_SLOTS


def recombine(
    board: Board,
    incumbent: Incumbent,
    prices: Prices,
    rounds: int,
    seed: int,
    pool: Pool,
    *,
    stop: Callable[[], bool],
    seconds: Callable[[], float],
    report: Callable[[int], None],
) -> int:
    """So many rounds on a board, or fewer where nothing is gained any more; gives their number. What is better is
    offered to the incumbent. `seconds`: what a program may take. `pool`: tours found before; it gets those found."""
    space, gained = board.space, 0
    class_of = {person: n for n, alike in enumerate(pool.classes) for person in alike.members}
    rng, everybody, reach = np.random.default_rng([seed, 5]), len(space.problem.people), Reach()
    for number in range(rounds):
        if stop() or number - gained >= STALLED:
            return number
        drawn = rng.choice(everybody, min(reach.people, everybody), replace=False)
        numbers = {person: class_of[person] for person in sorted(drawn.tolist())}
        begin_at = _shaken(space, prices.prices, rng) if len(numbers) == everybody else prices.prices
        tours, easy = choose_together(board, pool, numbers, begin_at, reach, stop=stop, seconds=seconds)
        reach = reach.after(easy=easy, everybody=everybody)
        found = Board(space, tours)
        if found.cost < board.cost - 1e-6:
            board, gained = found, number
            improve_groups(board, seed + number)
            polish(board, incumbent, stop=stop)
        report(number + 1)
    return rounds


def _shaken(space: TourSpace, prices: Floats, rng: np.random.Generator) -> Floats:
    """Prices moved at random by a share of their range, and within it."""
    low, high = (space.need.worth[:, :, at].astype(float) for at in (-1, 0))
    return np.asarray(np.clip(prices + SHAKEN * (high - low) * rng.standard_normal(prices.shape), low, high))


def choose_together(
    board: Board,
    pool: Pool,
    drawn: Mapping[int, int],
    prices: Floats,
    reach: Reach,
    *,
    stop: Callable[[], bool],
    seconds: Callable[[], float],
) -> tuple[Tours, bool]:
    """Everybody's tours, those of the people `drawn` (person: class) chosen anew; and whether that is proven best.
    `prices`: (groups, slots)."""
    tours = board.tours()
    present = Offers(tours.choice, tours.pauses, tours.group)
    held = {person: pool.add(number, present, person) for person, number in drawn.items()}
    there = board.plan.on_queue.astype(np.int64)
    for column in held.values():
        there.ravel()[column.cells] -= 1
    members: dict[int, list[int]] = {}
    for person, number in drawn.items():
        members.setdefault(number, []).append(person)
    at = _collect(pool, members, prices, there, stop)
    offered = {
        number: [*pool.best(number, at, reach.columns), *(held[person] for person in members[number])]
        for number in members
    }
    chosen, proven = _choose(
        board.space, offered, {n: len(p) for n, p in members.items()}, there, reach.nodes, seconds()
    )
    for number, columns in chosen.items():
        for person, column in zip(members[number], columns, strict=True):
            tours.choice[person], tours.pauses[person] = column.choice, column.pauses
            tours.group[person] = column.group
    return tours, proven


def _collect(
    pool: Pool, members: Mapping[int, list[int]], prices: Floats, there: Ints, stop: Callable[[], bool]
) -> Floats:
    """Remember tours that suit what the others leave; gives the prices at the end."""
    crew = Crew(
        np.array([pool.classes[number].first for number in members], dtype=np.int64),
        np.array([len(people) for people in members.values()], dtype=np.int64),
    )
    auction = Auction(pool.space, crew, prices, there, relaxed=False)
    for turn in range(ROUNDS):
        if turn and stop():
            break
        auction.round(STEP * (1 - turn / ROUNDS))
        if turn >= ROUNDS // 3:
            for row, number in enumerate(members):
                pool.add(number, auction.offers, row)
    return auction.prices


def _choose(
    space: TourSpace,
    offered: Mapping[int, list[Column]],
    sizes: Mapping[int, int],
    there: Ints,
    nodes: int,
    seconds: float,
) -> tuple[dict[int, list[Column]], bool]:
    """The best tours for the people of each class; none where no choice was found in time."""
    program, over = IntegerProgram(), defaultdict[int, list[tuple[int, float]]](list)
    variables: list[tuple[int, Column]] = []
    for number, columns in offered.items():
        mine = []
        for column in columns:
            variables.append((number, column))
            mine.append((program.column(column.price, sizes[number]), 1.0))
            for cell in column.cells.tolist():
                over[cell].append((mine[-1][0], 1.0))
        program.row(mine, sizes[number], sizes[number])
    slots = there.shape[1]
    cells = {(cell // slots, cell % slots): terms for cell, terms in over.items()}
    add_cover(program, cells, space.problem.worth, there)
    solved = program.solve(seconds=seconds, gap=PROVEN, nodes=nodes)
    chosen: dict[int, list[Column]] = {number: [] for number in offered}
    for (number, column), times in zip(variables, solved.values, strict=False):
        chosen[number] += [column] * round(times)
    proven = solved.objective - solved.bound <= 2 * PROVEN * max(abs(solved.objective), 1.0)
    return (chosen if len(solved.values) else {}), proven
