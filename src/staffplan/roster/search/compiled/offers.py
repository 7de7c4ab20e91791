"""Compiled: what everybody would work at given prices of an hour on queue, one tour for each class of people."""

# mypy: allow-untyped-decorators
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit
from staffplan.roster.search.compiled.arrays import (
    NOTHING,
    ZERO,
    Desk,
    Floats,
    Folk,
    Ints,
    Need,
    Shifts,
    Walks,
    place_pauses,
)
from staffplan.roster.search.compiled.board import mark
from staffplan.roster.search.compiled.several import relaxed_tour
from staffplan.roster.search.compiled.tours import best_tour, best_values, price_days


class Crew(NamedTuple):
    """Classes of interchangeable people: one of each, and how many are to be given a tour."""

    first: Ints  # (classes,)
    left: Ints  # (classes,)


class Offers(NamedTuple):
    """A tour for each class, as in Plan."""

    choice: NDArray[np.int16]  # (classes, days)
    pauses: NDArray[np.int16]  # (classes, days, pauses)
    group: NDArray[np.int8]  # (classes, intervals)


@njit(cache=True, nogil=True)
def dearest_group(
    mine: int, interval: int, first: int, end: int, step: int, marks: NDArray[np.int8], prices: Floats
) -> int:
    """Group (of the bits `mine`) whose slots on queue in the interval are worth most; marks begin at `first`.
    `marks`: (slots of a shift,); `prices`: (groups, slots)."""
    best, at = -np.inf, -1
    for g in range(prices.shape[0]):
        if mine >> g & 1:
            value = 0.0
            for slot in range(max(interval * step, first), min((interval + 1) * step, end)):
                if marks[slot - first] == 1:
                    value += prices[g, slot]
            if value > best:
                best, at = value, g
    return at


@njit(cache=True, nogil=True)
def lay_out(
    number: int, person: int, prices: Floats, folk: Folk, step: int, shifts: Shifts, desk: Desk, offers: Offers
) -> None:
    """Write desk.tour as offer `number`, pauses and groups where they are worth most. `prices`: (groups, slots)."""
    marks = np.zeros(shifts.slots.max() + 1, dtype=np.int8)
    held = -1
    for day in range(len(desk.tour)):
        option = desk.tour[day]
        offers.choice[number, day] = option
        if option == NOTHING:
            continue
        first, serves = shifts.first[option, day], shifts.serves[option]
        end = first + shifts.slots[option]
        pauses = offers.pauses[number, day]
        place_pauses(desk.prefix[serves], first, option, shifts, desk.table, pauses)
        mark(option, first, first, pauses, shifts, marks)
        mine = folk.mask[person] & shifts.masks[serves]
        for interval in range(max(first // step, held + 1), (end - 1) // step + 1):
            offers.group[number, interval] = dearest_group(mine, interval, first, end, step, marks, prices)
        held = (end - 1) // step


@njit(cache=True, nogil=True)
def mark_day(number: int, day: int, offers: Offers, shifts: Shifts, marks: NDArray[np.int8]) -> int:
    """The day's option of an offer; what is done in its slots goes to `marks` unless it is NOTHING. `marks`: (slots
    of a shift,)."""
    option = offers.choice[number, day]
    if option != NOTHING:
        first = shifts.first[option, day]
        mark(option, first, first, offers.pauses[number, day], shifts, marks)
    return option


@njit(cache=True, nogil=True)
def count_offer(number: int, offers: Offers, step: int, shifts: Shifts, on_queue: Ints) -> None:
    """Count an offer in on_queue, (groups, slots)."""
    marks = np.zeros(shifts.slots.max() + 1, dtype=np.int8)
    for day in range(offers.choice.shape[1]):
        option = mark_day(number, day, offers, shifts, marks)
        for offset in range(shifts.slots[option] if option != NOTHING else 0):
            if marks[offset] == 1:
                slot = shifts.first[option, day] + offset
                on_queue[offers.group[number, slot // step], slot] += 1


@njit(cache=True, nogil=True)
def count_dearest(number: int, weight: int, offers: Offers, shifts: Shifts, desk: Desk, on_queue: Ints) -> None:
    """Count an offer `weight` times in on_queue, each slot for the group that pays most in it, as its worth does.
    `on_queue`: (groups, slots)."""
    marks = np.zeros(shifts.slots.max() + 1, dtype=np.int8)
    for day in range(offers.choice.shape[1]):
        option = mark_day(number, day, offers, shifts, marks)
        for offset in range(shifts.slots[option] if option != NOTHING else 0):
            if marks[offset] == 1:
                slot = shifts.first[option, day] + offset
                on_queue[desk.served[shifts.serves[option], slot], slot] += weight


@njit(cache=True, nogil=True)
def make_offers(
    prices: Floats,
    crew: Crew,
    begin: int,
    end: int,
    allowed: NDArray[np.bool_],
    day_slot: Ints,
    folk: Folk,
    step: int,
    shifts: Shifts,
    walks: Walks,
    desk: Desk,
    offers: Offers,
    on_queue: Ints,
    relaxed: bool,
) -> float:
    """The best tour of every class with people left at prices (groups, slots), counted in on_queue for each of them.

    Where the rules of a class are several automata: a tour that keeps them all, which may not be the best one; or, if
    `relaxed`, the best that keeps the first alone, and the worth that no tour exceeds. Of the classes from `begin` up
    to `end`; allowed: (people, days, options). Gives what all these tours are worth together; nobody can do better,
    since each slot counts for the group that pays most. The offers themselves serve one group in an interval.
    """
    days, worth = offers.choice.shape[1], 0.0
    nothing, start = np.full(days, NOTHING, dtype=np.int16), np.zeros(desk.label.shape[2], dtype=np.int32)
    for number in range(begin, end):
        if crew.left[number] == 0:
            continue
        person = crew.first[number]
        best_values(prices, folk.mask[person], ZERO, prices.shape[1], shifts, desk)
        price_days(ZERO, days, day_slot, allowed[person], shifts, desk)
        walk, likes = folk.walk[person], folk.price[folk.liking[person]]
        if relaxed and walks.part_from[walk + 1] - walks.part_from[walk] > 1:
            worth += crew.left[number] * relaxed_tour(walk, crew.left[number], walks, likes, nothing, desk)
        else:
            worth += crew.left[number] * best_tour(ZERO, days, start, person, folk, walks, nothing, desk)
        lay_out(number, person, prices, folk, step, shifts, desk, offers)
        count_dearest(number, crew.left[number], offers, shifts, desk, on_queue)
    return worth


@njit(cache=True, nogil=True)
def cheapest_crew(prices: Floats, need: Need, there: Ints, people: Floats) -> float:
    """Least of what people beyond those `there` save (negative) plus their price, over all cells; `people` gives how
    many they are. All (groups, slots)."""
    cost, last = 0.0, need.worth.shape[2] - 1
    for g in range(prices.shape[0]):
        for slot in range(prices.shape[1]):
            number = there[g, slot]
            while number <= last and need.worth[g, slot, number] > prices[g, slot]:
                cost += prices[g, slot] - need.worth[g, slot, number]
                number += 1
            people[g, slot] = number - there[g, slot]
    return cost
