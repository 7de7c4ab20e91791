"""What no roster can beat: a Lagrangian bound from the best tours under prices.

Give every slot on queue a price for each group. Then the cost of any roster is at least

    sum over cells of the least of (cost of n people + price x n) - sum over people of their best tour's worth,

because nobody's tour can be worth more than the best one, and a cell cannot cost less than its least. Weak duality:
it holds for all prices, so the search for good prices needs no proof. They are raised where the best tours leave work
uncovered and lowered where they cover too much (Adam's step lengths: Kingma and Ba, "Adam: a method for stochastic
optimization", 2015, algorithm 1).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

from staffplan.roster.search.automata import NEVER
from staffplan.roster.search.compiled.arrays import Floats, Ints, Shifts
from staffplan.roster.search.compiled.offers import Crew, Offers, cheapest_crew, make_offers
from staffplan.roster.search.space import TourSpace, most_pauses, own_room

FIRST_MOMENT, SECOND_MOMENT = 0.9, 0.99
STEP_SHARE, STEP_POWER = 0.5, 3
"""First step as a share of the range of prices, and the power of the share of the rounds left with which it falls:
long steps find the level, and many short ones what is between the people. A straight fall from a tenth leaves the
bound up to a fifth lower after few rounds, and 0.1 to 1 % after a thousand."""
NEARBY, NEARBY_ROUNDS = 0.02, 100
"""Of a search that begins at good prices: its first step, and how long it is."""
TOLL_STEP = 0.2
"""Of tolls (Walks.toll), as a share of the step of prices; nothing keeps tolls within a range."""
GRAINS = (1.0, 0.5, 0.25, 0.125)
SLACK, ROUNDING = 1e-6, 0.05
"""How far a price may be from a multiple, and all of a roster's together, in grains."""
CLASSES_FOR_TWO = 12
"""So many classes are worth a second thread."""
LATE_FROM = 0.1
"""Share of the time before which the clock is not looked at."""


@dataclass(frozen=True)
class TourClass:
    """Interchangeable people: the same rules, skills, likings and allowed shifts."""

    members: tuple[int, ...]

    @property
    def first(self) -> int:
        return self.members[0]

    @property
    def size(self) -> int:
        return len(self.members)


@dataclass(frozen=True)
class Prices:
    """The best prices of people on queue that were found, (groups, slots), and the bound they prove."""

    prices: Floats
    bound: float


def tour_classes(space: TourSpace) -> tuple[TourClass, ...]:
    folk = space.folk
    alike = np.stack([folk.walk, folk.mask, folk.liking, folk.menu], axis=1)
    _, number = np.unique(alike, axis=0, return_inverse=True)
    order = np.argsort(number.ravel(), kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(number.ravel()[order])) + 1)
    return tuple(TourClass(tuple(part.tolist())) for part in parts)


def whole_crew(classes: tuple[TourClass, ...]) -> Crew:
    """Everybody."""
    return Crew(
        np.array([alike.first for alike in classes], dtype=np.int64),
        np.array([alike.size for alike in classes], dtype=np.int64),
    )


@cache
def second_thread() -> ThreadPoolExecutor:
    """For the other half of the classes; made when first asked for, and kept."""
    return ThreadPoolExecutor(1)


class Drift:
    """Where numbers that vary from round to round are heading, as Adam has it; it changes in place."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._mean, self._spread, self._turn = np.zeros(shape), np.zeros(shape), 0

    def after(self, seen: Floats, step: float) -> Floats:
        """The mean of what was `seen`, (shape,), in units of its spread, both fading, times a step."""
        self._turn += 1
        self._mean = FIRST_MOMENT * self._mean + (1 - FIRST_MOMENT) * seen
        self._spread = SECOND_MOMENT * self._spread + (1 - SECOND_MOMENT) * seen**2
        ahead = self._mean / (1 - FIRST_MOMENT**self._turn)
        scale = np.sqrt(self._spread / (1 - SECOND_MOMENT**self._turn)) + 1e-3
        return np.asarray(step * ahead / scale)


class Auction:
    """Prices of people on queue, what everybody in the crew would work for them, and what is wanted at them.

    It changes in place, round after round. `there`, (groups, slots): people who are on queue already. Where rules are
    in parts, its bound holds if it is `relaxed`, and its tours keep all rules if it is not.
    """

    def __init__(
        self,
        space: TourSpace,
        crew: Crew,
        prices: Floats | None = None,
        there: Ints | None = None,
        *,
        relaxed: bool = True,
    ) -> None:
        saves, classes = space.need.worth.astype(float), len(crew.first)
        self.space, self.crew, self.relaxed = space, crew, relaxed
        self.rooms = (space, own_room(space)) if classes >= CLASSES_FOR_TWO else (space,)
        self.low, self.high = saves[:, :, -1], saves[:, :, 0]
        self.range = float((self.high - self.low).max(initial=0.0))
        self.prices = (self.low + self.high) / 2 if prices is None else prices.copy()
        self.there = np.zeros(self.low.shape, dtype=np.int64) if there is None else there
        self.offers = Offers(
            np.full((classes, space.problem.period.days), -1, dtype=np.int16),
            np.zeros((classes, space.problem.period.days, most_pauses(space.problem)), dtype=np.int16),
            np.full((classes, -(-space.problem.period.slots // space.need.step)), -1, dtype=np.int8),
        )
        self.worth = 0.0
        self._prices, self._tolls = Drift(self.low.shape), Drift(space.walks.toll.shape)

    def bid(self) -> tuple[float, Floats]:
        """Best tours at the present prices. Gives their lower bound and how many people are missing, (groups,
        slots)."""
        wanted = np.zeros_like(self.prices)
        classes, problem = len(self.crew.first), self.space.problem
        half = classes // 2 if len(self.rooms) > 1 else classes
        other = second_thread().submit(self._offers, self.rooms[-1], half, classes) if half < classes else None
        worth, on_queue = self._offers(self.rooms[0], 0, half)
        cost = problem.worth.guide.cost(self.there.astype(float))
        cost += cheapest_crew(self.prices, self.space.need, self.there, wanted)
        if other is not None:
            more, there = other.result()
            worth, on_queue = worth + more, on_queue + there
        self.worth = worth
        return float(cost - worth), wanted - on_queue

    def _offers(self, space: TourSpace, begin: int, end: int) -> tuple[float, Ints]:
        """Best tours of the classes from `begin` up to `end`: what they are worth, and who is on queue then."""
        problem, on_queue = space.problem, np.zeros(self.prices.shape, dtype=np.int64)
        worth = make_offers(
            self.prices,
            self.crew,
            begin,
            end,
            problem.allowed,
            problem.period.day_slot,
            space.folk,
            space.need.step,
            space.shifts,
            space.walks,
            space.desk,
            self.offers,
            on_queue,
            self.relaxed,
        )
        return float(worth), on_queue

    def round(self, step: float) -> float:
        """Bid, then move the prices by `step` (a share of their range) at most; gives the bound before that."""
        bound, missing = self.bid()
        self.prices = np.clip(self.prices + self._prices.after(missing, step * self.range), self.low, self.high)
        if self.space.in_parts and self.relaxed:
            self._move_tolls(step * self.range)
        return bound

    def _move_tolls(self, step: float) -> None:
        """Options that first parts choose more often than the others would cost more, by `step` for every slot of a
        usual shift."""
        walks, asked = self.space.walks, np.zeros(self.space.walks.toll.shape)
        for room in self.rooms:
            asked += room.desk.asked
            room.desk.asked[:] = 0.0
        moved = self._tolls.after(asked, TOLL_STEP * step * float(np.median(slots_on_queue(self.space.shifts))))
        walks.toll[:] += np.take_along_axis(moved, walks.same[:, None, :], axis=2)


def best_prices(
    space: TourSpace, rounds: int, *, spent: Callable[[], float], report: Callable[[float], None]
) -> Prices:
    """The best prices found in so many rounds, the bound never below 0; one round at least is made.

    `spent` gives the share of the time that is over. Where the rounds would take longer, the steps fall with the
    clock instead, to be small in time.
    """
    auction, walks = Auction(space, whole_crew(tour_classes(space))), space.walks
    best, done, turn, tolls = Prices(auction.prices, 0.0), 0.0, 0, walks.toll.copy()
    while done < 1.0:
        at, charged = auction.prices, walks.toll.copy()
        bound = auction.round(STEP_SHARE * (1 - done) ** STEP_POWER)
        turn += 1
        if bound > best.bound:
            best, tolls = Prices(at, bound), charged
            report(bound)
        done = pace(done, turn / rounds, spent())
    walks.toll[:] = tolls
    return best


def bound_from(space: TourSpace, prices: Prices | None, *, stop: Callable[[], bool]) -> float:
    """The best bound of some rounds, one at least, that begin at the prices of another need; never below 0."""
    auction = Auction(space, whole_crew(tour_classes(space)), None if prices is None else prices.prices)
    best = 0.0
    for turn in range(NEARBY_ROUNDS):
        if turn and stop():
            break
        best = max(best, auction.round(NEARBY * (1 - turn / NEARBY_ROUNDS)))
    return best


def slots_on_queue(shifts: Shifts) -> Ints:
    """(options,): slots of each shift that are no pause."""
    pauses = np.add.reduceat(np.append(shifts.pause_slots, 0), shifts.pause_from[:-1])
    pauses[np.diff(shifts.pause_from) == 0] = 0
    return np.asarray(shifts.slots - pauses)


def pace(before: float, done: float, spent: float) -> float:
    """How far a schedule is: as far as the rounds done say, or the clock where they will not be done in time."""
    late = spent > LATE_FROM and spent > done
    return max(before, spent if late else done)


def grain(space: TourSpace) -> float:
    """What the cost of every roster is a multiple of; 0 where nothing coarse is known.

    A bound may be raised to the next multiple (`next_grain`).
    """
    if space.problem.worth.promises is not None:
        return 0.0
    own = space.folk.price[space.folk.price < NEVER / 2]
    steps = space.walks.price[space.walks.to >= 0]
    parts = np.concatenate([np.unique(part.astype(float)) for part in (space.need.worth, steps, own)])
    parts = np.append(parts, [space.problem.worth.guide.of_nobody, space.team.price if space.team.watched else 0.0])
    for size in GRAINS:
        if np.abs(parts / size - np.round(parts / size)).max() < SLACK:
            return size
    return 0.0


def next_grain(bound: float, size: float) -> float:
    """The least multiple of `size` that the bound, up to what rounding adds, does not exclude."""
    return bound if size <= 0 else max(bound, float(np.ceil(bound / size - ROUNDING)) * size)
