"""A rostering problem as the search sees it: shifts, people, rules and needs as plain arrays.

A tour is one person's sequence of shifts over the whole period; the automaton of the person's rules (automaton.py)
tells which there are and what they cost in themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.problem import NO_LIMIT, RosterProblem
from staffplan.roster.search.automata import WIDE, Room, flat_walks, make_rulebook
from staffplan.roster.search.compiled.arrays import (
    GONE,
    IMPOSSIBLE,
    PAUSED,
    Desk,
    Floats,
    Folk,
    Ints,
    Need,
    Shifts,
    Team,
    Walks,
)
from staffplan.roster.search.compiled.several import relaxed_tour
from staffplan.roster.search.compiled.tours import best_tour, best_values, price_days

TEAM_WEIGHT = 100.0
"""Price of a person above a limit of all together, in the price of an hour missing: it is exceeded only by force."""
LABELS = 100
"""Tours that a search keeps on every day where rules are in parts."""


@dataclass(frozen=True)
class TourSpace:
    """All that the search needs to know about a problem. Made once."""

    problem: RosterProblem
    shifts: Shifts
    walks: Walks
    folk: Folk
    need: Need
    team: Team
    desk: Desk

    @property
    def in_parts(self) -> bool:
        """Whether the rules of somebody are several automata."""
        return len(self.walks.part) > len(self.walks.part_from) - 1

    @property
    def steps_of_a_round(self) -> int:
        """Steps of the automata of everybody, which a round of pricing goes through."""
        of_part = (self.walks.states * self.walks.kinds).sum(axis=1)[self.walks.part]
        return int(np.add.reduceat(of_part, self.walks.part_from[:-1])[self.folk.walk].sum())


@dataclass(frozen=True)
class Tours:
    """A finished set of tours: of everybody on every day the option (or NOTHING) and the pauses' offsets, and in
    every interval, (people, intervals), the group served."""

    choice: NDArray[np.int16]
    pauses: NDArray[np.int16]
    group: NDArray[np.int8]


def make_tour_space(problem: RosterProblem, room: Room = WIDE) -> TourSpace:
    shifts = shift_arrays(problem)
    book = make_rulebook(problem, room)
    walks = flat_walks(book, problem)
    menu_of, menu_from, dishes, place = menus_of(problem.allowed)
    folk = Folk(
        mask=problem.skillsets[problem.skillset_of],
        walk=book.walk_of,
        liking=book.liking_of,
        price=book.likings,
        menu=menu_of,
        menu_from=menu_from,
        dishes=dishes,
        place=place,
    )
    return TourSpace(
        problem=problem,
        shifts=shifts,
        walks=walks,
        folk=folk,
        need=need_of(problem),
        team=team_arrays(problem),
        desk=make_desk(problem, shifts, walks),
    )


def need_of(problem: RosterProblem) -> Need:
    """What people on queue are worth, as the compiled parts read it."""
    promises, step, groups = problem.worth.promises, problem.period.slots_per_interval, len(problem.groups)
    if promises is None or problem.worth.price is None:
        nothing, nobody = np.zeros((groups, 1, 1)), np.zeros((groups, 1, 1), dtype=np.float32)
        day = np.zeros(problem.period.slots, dtype=np.int64)
        flat = np.zeros((groups, 1))
        return Need(problem.worth.saves, step, False, nobody, day, flat, flat, nothing, nothing)
    after = ((0, 0), (0, 1))
    return Need(
        problem.worth.saves,
        step,
        True,
        promises.brings,
        promises.day,
        np.pad(problem.worth.price, after),
        np.pad(promises.due, after),
        np.pad(promises.begun, (*after, (0, 0))),
        np.pad(np.diff(promises.prices, axis=2, prepend=0.0), (*after, (0, 0))),
    )


def only_allowed(
    space: TourSpace, allowed: NDArray[np.bool_], prices: Mapping[int, NDArray[np.float32]]
) -> TourSpace:
    """The same space where people may work fewer shifts, (people, days, options), and for some of them, by number,
    single days' choices have other prices, (days, options + 1)."""
    folk, liking = space.folk, space.folk.liking.copy()
    liking[list(prices)] = len(space.folk.price) + np.arange(len(prices))
    price = np.concatenate([space.folk.price, *(row[None] for row in prices.values())])
    if allowed is not space.problem.allowed:
        menu, menu_from, dishes, place = menus_of(allowed)
        folk = folk._replace(menu=menu, menu_from=menu_from, dishes=dishes, place=place)
    folk = folk._replace(liking=liking, price=price)
    return own_room(replace(space, problem=replace(space.problem, allowed=allowed), folk=folk))


def menus_of(allowed: NDArray[np.bool_]) -> tuple[Ints, Ints, NDArray[np.int16], NDArray[np.int32]]:
    """menu, menu_from, dishes and place of Folk, from the options allowed, (people, days, options)."""
    menus, menu_of = np.unique(allowed.reshape(len(allowed), -1), axis=0, return_inverse=True)
    return (menu_of.astype(np.int64).ravel(), *menu_arrays(menus.reshape(-1, *allowed.shape[1:])))


def shift_arrays(problem: RosterProblem) -> Shifts:
    pauses = [option.pauses for option in problem.options]
    flat = [pause for group in pauses for pause in group]
    masks, serves = np.unique(problem.option_groups, return_inverse=True)
    return Shifts(
        slots=np.array([option.slots for option in problem.options], dtype=np.int64),
        first=np.ascontiguousarray(problem.option_slot),
        serves=serves.astype(np.int64).ravel(),
        masks=masks.astype(np.int64),
        pause_from=np.concatenate([[0], np.cumsum([len(group) for group in pauses])]).astype(np.int64),
        pause_slots=np.array([pause.slots for pause in flat], dtype=np.int64),
        pause_earliest=np.array([pause.earliest for pause in flat], dtype=np.int64),
        pause_latest=np.array([pause.latest for pause in flat], dtype=np.int64),
        pause_mark=np.array([GONE if pause.gone else PAUSED for pause in flat], dtype=np.int64),
    )


def team_arrays(problem: RosterProblem) -> Team:
    limited = bool((problem.seats < NO_LIMIT).any() or (problem.pausing < NO_LIMIT).any())
    price = TEAM_WEIGHT * problem.understaffing_weight * problem.period.slot_hours
    price = max(price, problem.worth.of_the_last_resort)
    circles = problem.circles
    return Team(
        watched=limited or bool(circles),
        seats=problem.seats,
        pausing=problem.pausing,
        price=price,
        counts=np.array([circle.counts for circle in circles], dtype=bool).reshape(-1, len(problem.people)),
        most=np.array([circle.most for circle in circles], dtype=np.int64),
        part=np.array([circle.part for circle in circles], dtype=np.int64),
        of=np.array([circle.of for circle in circles], dtype=np.int64),
    )


def menu_arrays(menus: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.int16], NDArray[np.int32]]:
    """menu_from, dishes and place of Folk from (menus, days, options)."""
    counts = menus.sum(axis=2)
    ends = np.cumsum(counts).reshape(counts.shape)
    starts = np.concatenate([[0], ends.ravel()[:-1]]).reshape(counts.shape)
    menu_from = np.concatenate([starts, ends[:, -1:]], axis=1).astype(np.int64)
    where = np.argwhere(menus)
    place = np.full(menus.shape, -1, dtype=np.int32)
    place[menus] = np.arange(len(where))
    return menu_from, where[:, 2].astype(np.int16), place


def make_desk(problem: RosterProblem, shifts: Shifts, walks: Walks) -> Desk:
    slots, days, masks = problem.period.slots, problem.period.days, len(shifts.masks)
    width = int((shifts.pause_latest - shifts.pause_earliest).max(initial=0)) + 1
    states, options = int(walks.states.max()) + 1, len(problem.options) + 1
    parts = int(np.diff(walks.part_from).max())
    labels, ahead = (LABELS, (parts, days + 1, states)) if parts > 1 else (1, (1, 1, 1))
    return Desk(
        prefix=np.zeros((masks, slots + 1)),
        gains=np.zeros((masks, slots)),
        served=np.zeros((masks, slots), dtype=np.int64),
        worth=np.zeros((days, options)),
        table=np.zeros((most_pauses(problem), width)),
        tour=np.zeros(days, dtype=np.int64),
        best=np.zeros((days, int(walks.kinds.max())), dtype=np.int64),
        value=np.zeros((2, states)),
        chose=np.zeros((days, states), dtype=np.int16),
        ahead=np.zeros(ahead),
        tolled=np.zeros((days, options)),
        asked=np.zeros(walks.toll.shape),
        label=np.zeros((2, labels, parts), dtype=np.int32),
        so_far=np.zeros((2, labels)),
    )


def most_pauses(problem: RosterProblem) -> int:
    return max(1, *(len(option.pauses) for option in problem.options))


def begin(space: TourSpace) -> NDArray[np.int32]:
    """(parts,): the states on the first day."""
    return np.zeros(space.desk.label.shape[2], dtype=np.int32)


def own_room(space: TourSpace) -> TourSpace:
    """The same space with a desk of its own, for a search that runs at the same time."""
    return replace(space, desk=make_desk(space.problem, space.shifts, space.walks))


def price_tour(space: TourSpace, person: int, values: Floats) -> tuple[float, Ints]:
    """Worth and shifts of the person's best tour when an hour on queue is worth values[group, slot]. The shifts are
    (days,), options or NOTHING."""
    problem, desk = space.problem, space.desk
    days = problem.period.days
    nothing = np.full(days, -1, dtype=np.int16)
    best_values(values, int(space.folk.mask[person]), 0, problem.period.slots, space.shifts, desk)
    price_days(0, days, problem.period.day_slot, problem.allowed[person], space.shifts, desk)
    worth = best_tour(0, days, begin(space), person, space.folk, space.walks, nothing, desk)
    return float(worth), desk.tour


def is_impossible(space: TourSpace, person: int) -> bool:
    """Whether it is known that the person has no tour. Where rules are in parts, a part has none then; that they have
    none together stays open."""
    nothing, folk = np.zeros_like(space.problem.required), space.folk
    if not space.in_parts:
        return price_tour(space, person, nothing)[0] <= IMPOSSIBLE
    days_off = np.full(space.problem.period.days, -1, dtype=np.int16)
    space.desk.worth[:, :-1] = np.where(space.problem.allowed[person], 0.0, IMPOSSIBLE)
    space.desk.worth[:, -1] = 0.0
    likes = folk.price[folk.liking[person]]
    return bool(relaxed_tour(int(folk.walk[person]), 0.0, space.walks, likes, days_off, space.desk) <= IMPOSSIBLE)
