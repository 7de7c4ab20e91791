"""Whom to hire when: the cheapest plan of whole classes, proven, and the next best ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from staffplan.capacity.cohorts import Floats
from staffplan.capacity.outlook import Outlook
from staffplan.errors import NoSolutionError, Problem
from staffplan.process.surroundings import library_prints_on_stderr
from staffplan.settings.capacity import CapacitySettings, HiringSettings

PROVEN = 1e-6
"""Distance from the best, share, at which a plan counts as proven."""


@dataclass(frozen=True)
class Hiring:
    """One plan of a site."""

    starts: Floats
    """(periods,): people whose class starts, those given included."""
    gap: float
    """How far the plan may be from the best of its rank, share."""


@dataclass(frozen=True)
class Costs:
    """Money of a plan in each period, (periods,)."""

    wages: Floats
    hiring: Floats
    short: Floats
    """Missing people."""
    shortfall: Floats

    @property
    def total(self) -> float:
        """All of it."""
        return float(self.wages.sum() + self.hiring.sum() + self.shortfall.sum())


def costs_of(starts: Floats, outlook: Outlook, settings: CapacitySettings) -> Costs:
    """What a plan, (periods,) starts, costs: wages from the start of training on, hiring, and what is missing."""
    short = np.maximum(0.0, outlook.required(starts) - outlook.net(starts))
    hiring = settings.hiring
    fees = np.zeros(len(starts))
    if hiring is not None:
        fees = starts * hiring.cost_per_hire + outlook.classes(starts) * hiring.cost_per_class
    return Costs(outlook.heads(starts) * settings.wage, fees, short, short * settings.shortfall_cost)


def best_plans(outlook: Outlook, settings: CapacitySettings) -> list[Hiring]:
    """The cheapest plan and the next ones, as many as the settings want and there are, each proven or with its gap.

    Integer program: the people and classes of each start, and the missing people of each period. A plan found is
    forbidden, and the program solved again. Raises NoSolutionError where no plan is found in time.
    """
    hiring = settings.hiring
    if hiring is None:
        return [Hiring(outlook.given_hires, 0.0)]
    program = _Program(outlook, settings, hiring)
    plans: list[Hiring] = []
    for _ in range(1 + hiring.alternatives):
        found = program.solve()
        if found is None:
            break
        plans.append(found)
    if not plans:
        hint = "allow more time: hiring.time_limit_seconds"
        raise NoSolutionError(Problem("hiring", "no hiring plan was found", hint))
    return plans


class _Program:
    """The program of one site.

    Columns: for each start its people and its classes, then the missing people of each period, then, for each plan
    found, two yes or no for each start: whether it has more people than in that plan, or fewer.
    """

    def __init__(self, outlook: Outlook, settings: CapacitySettings, hiring: HiringSettings) -> None:
        count = len(outlook.periods)
        last = count - 1 if hiring.last_start_period is None else hiring.last_start_period
        self.outlook, self.hiring = outlook, hiring
        self.starts = np.arange(min(hiring.lead_periods, count), min(last + 1, count), dtype=np.int64)
        self.most = float(hiring.most_classes * hiring.largest)
        per_head = hiring.cost_per_hire + outlook.started.there[self.starts].sum(axis=1) * settings.wage
        classes = np.full(len(self.starts), hiring.cost_per_class)
        self.price = np.concatenate([per_head, classes, np.full(count, settings.shortfall_cost)])
        self.found: list[Floats] = []
        """(starts,): people of each plan found."""

    def solve(self) -> Hiring | None:
        """The cheapest plan that was not found yet; None where there is none."""
        starts, more = len(self.starts), 2 * len(self.starts) * len(self.found)
        whole = np.concatenate([np.ones(2 * starts), np.zeros(len(self.outlook.periods)), np.ones(more)])
        highest = np.full(len(whole), np.inf)
        highest[:starts], highest[starts : 2 * starts] = self.most, self.hiring.most_classes
        highest[len(self.price) :] = 1.0
        rows = [*self._sized(), *self._covered(), *self._rooms(), *self._trainers(), *self._others()]
        price, seconds = np.concatenate([self.price, np.zeros(more)]), self.hiring.time_limit_seconds
        with library_prints_on_stderr():
            found = milp(
                price,
                integrality=whole,
                bounds=Bounds(0.0, highest),
                constraints=rows,
                options={"time_limit": seconds, "mip_rel_gap": PROVEN},
            )
        if found.x is None:
            return None
        people = np.rint(found.x[:starts])
        self.found.append(people)
        hires = self.outlook.given_hires.copy()
        hires[self.starts] += people
        gap = float(found.mip_gap or 0.0)
        return Hiring(hires, 0.0 if gap <= PROVEN or math.isnan(gap) else gap)

    def _sized(self) -> list[LinearConstraint]:
        """People of a start fill whole classes of allowed sizes."""
        one = np.eye(len(self.starts))
        within = [np.concatenate([one, -one * size], axis=1) for size in (self.hiring.largest, self.hiring.smallest)]
        return [
            LinearConstraint(self._padded(within[0]), -np.inf, 0.0),
            LinearConstraint(self._padded(within[1]), 0.0, np.inf),
        ]

    def _covered(self) -> list[LinearConstraint]:
        """Net people and the missing ones are those required, by each line of what a team needs."""
        outlook, at_work = self.outlook, 1.0 - self.outlook.shrinkage
        given = outlook.given_hires
        net, slower = outlook.net(given), outlook.slower(given)
        works, slow = (part[self.starts] * at_work for part in (outlook.started.works, outlook.started.slower))
        trainers = -outlook.trainers_per_class * outlook.classes_learn[self.starts] * at_work
        rows = []
        for base, relief in zip(outlook.needs.base, outlook.needs.relief, strict=True):
            added = [(works + relief * slow).T, trainers.T, np.eye(len(net))]
            matrix = self._padded(np.concatenate(added, axis=1))
            rows.append(LinearConstraint(matrix, base - net - relief * slower, np.inf))
        return rows

    def _rooms(self) -> list[LinearConstraint]:
        """People in training at the same time, where that is limited."""
        if self.hiring.most_in_training is None:
            return []
        free = self.hiring.most_in_training - self.outlook.in_training(self.outlook.given_hires)
        added = self._padded(self.outlook.started.learns[self.starts].T)
        return [LinearConstraint(added, -np.inf, np.maximum(free, 0.0))]

    def _trainers(self) -> list[LinearConstraint]:
        """Classes in training at the same time, where that is limited."""
        if self.hiring.most_classes_in_training is None:
            return []
        learn, given = self.outlook.classes_learn, self.outlook.classes(self.outlook.given_hires)
        added = learn[self.starts].T
        matrix = self._padded(np.concatenate([np.zeros_like(added), added], axis=1))
        return [
            LinearConstraint(matrix, -np.inf, np.maximum(self.hiring.most_classes_in_training - given @ learn, 0.0))
        ]

    def _others(self) -> list[LinearConstraint]:
        """Another plan than each one found: at one start at least more people, or fewer."""
        count, first, cuts = len(self.starts), len(self.price), []
        for place, plan in enumerate(self.found):
            above, below = (
                slice(first + (2 * place + n) * count, first + (2 * place + n + 1) * count) for n in (0, 1)
            )
            rows = self._padded(np.eye(count))
            more, fewer, one = rows.copy(), rows.copy(), self._padded(np.zeros((1, count)))
            more[:, above], fewer[:, below] = np.diag(-plan - 1.0), np.diag(self.most - plan + 1.0)
            one[:, above] = one[:, below] = 1.0
            cuts += [
                LinearConstraint(more, 0.0, np.inf),
                LinearConstraint(fewer, -np.inf, self.most),
                LinearConstraint(one, 1.0, np.inf),
            ]
        return cuts

    def _padded(self, matrix: Floats) -> Floats:
        """The rows with a column for everything behind them."""
        columns = len(self.price) + 2 * len(self.starts) * len(self.found)
        return np.concatenate([matrix, np.zeros((len(matrix), columns - matrix.shape[1]))], axis=1)
