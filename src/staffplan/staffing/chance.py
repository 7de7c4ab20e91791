"""People to roster where absence is a chance: for the mean over who is present, or for a share of days.

A requirement grossed up by a share is one in which everybody is away for a part of every hour. In truth some are away
and the others are not, and the service that one person fewer costs is more than what one more brings. So the number
present is taken as what it is, binomial, and the goal is held to the mean of the service over it (risk: mean, or a
week, in which days of many and of few are averaged), or to the share of days, over absence and volume together, on
which it is kept (risk: a share of days). Both are means of a measure that rises with the people present
(models/absence.py). What can be planned stays a share of the time of those who are present.

Source: W. Whitt, Staffing a call center with uncertain arrival rate and absenteeism, Production and Operations
Management 15 (2006), pages 88-102: arrival rate and people present are random, and the performance is averaged over
them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from staffplan.settings.queues import Definition, Goal
from staffplan.settings.staffing import Shrinkage
from staffplan.staffing.live import LiveLine, agents_for_goals, goals_of
from staffplan.staffing.models.absence import ByPresent
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.pool import Pool
from staffplan.staffing.risk import DayRisk
from staffplan.staffing.shrinkage import SAME_HEADS, grossed_up

_NO_LIMITS = dict.fromkeys(("asa_seconds", "max_occupancy", "max_abandon_rate"))
NEGLECTED = 1e-6
"""Part of the contacts that a goal lets wait: a table of service ends where so few are left."""
FAR = 12.0
"""Standard deviations below the mean from which the number present no longer counts."""
SCORES = np.linspace(-5.0, 5.0, 41)
"""Standard normal scores of the volumes of days for which agents are searched; between them it is interpolated."""
BLOCK = 1000
"""Intervals sized at a time, to keep the tables of service small."""


@dataclass(frozen=True)
class Presence:
    """Chance that a person who is rostered is there, and the share of the time for which they are then available.

    Arrays: (intervals,).
    """

    chance: Array
    available: Array

    @classmethod
    def of(cls, lost: Array, absent: Array) -> Presence:
        """From the share lost in all and the part of it that nobody can plan, (intervals,) each."""
        return cls(1.0 - absent, (1.0 - lost) / (1.0 - absent))

    @property
    def lost(self) -> Array:
        """(intervals,): share lost on average."""
        return np.asarray(1.0 - self.chance * self.available)

    def taken(self, places: NDArray[np.int64]) -> Presence:
        """The same in the intervals at these places, (places,)."""
        return Presence(self.chance[places], self.available[places])


@dataclass(frozen=True)
class Cover:
    """People whom absence by chance adds to absence as a share of the time, (intervals,) each; may be below 0."""

    on_queue: Array
    scheduled: Array


def what_is_met(share_of_days: float | None) -> str:
    """In words, what people are rostered for: the mean service, or a share of days."""
    if share_of_days is None:
        return "the average service level over the number present meets the goal"
    return f"volume and absence together meet the goal on {share_of_days:.0%} of days"


def cover_for_absence(
    pool: Pool, line: LiveLine, exact: Array, shrinkage: Shrinkage, days: DayRisk | None = None
) -> Cover:
    """What the chance of being absent adds to the people on queue and on duty.

    `exact`, (intervals,): agents on the line, not whole, who meet the goals of the pool for the volume staffed for.
    `days`: for a share of days, what their volume may be; left out, the mean service is to meet the goal.
    """
    both = [
        Presence.of(shrinkage.not_in_roster, shrinkage.absent_on_queue),
        Presence.of(shrinkage.everything, shrinkage.absent),
    ]
    return Cover(*(people_rostered(pool, line, exact, own, days) - grossed_up(exact, own.lost) for own in both))


def people_rostered(
    pool: Pool, line: LiveLine, exact: Array, presence: Presence, days: DayRisk | None = None
) -> Array:
    """(intervals,): fewest people who meet the goals, each of them present by chance; see `cover_for_absence`.

    Where nobody is absent by chance or there is no work, `exact` grossed up.
    """
    heads = grossed_up(exact, presence.lost)
    rows = np.flatnonzero((presence.chance < 1.0) & (line.load_erlangs > 0.0))
    for block in np.split(rows, range(BLOCK, len(rows), BLOCK)):
        own, there, part = pool.taken(block), line.taken(block), presence.taken(block)
        least = grossed_up(own.minimum_agents.astype(np.float64), part.lost)
        wanted = _for_mean(own, there, part) if days is None else _for_days(own, there, part, days)
        heads[block] = np.maximum(least, wanted)
    return heads


def _for_mean(pool: Pool, line: LiveLine, presence: Presence) -> Array:
    """(intervals,): people with whom the goals of all open queues are met in the mean over who is present."""
    heads = np.zeros(len(pool.starts))
    for goal, concerned in goals_of(pool):
        heads = np.maximum(heads, np.where(concerned, people_for_goal(line, goal, presence), 0.0))
    return heads


def people_for_goal(line: LiveLine, goal: Goal, presence: Presence) -> Array:
    """(intervals,): fewest people who meet one goal in the mean over who is present.

    Limits of the wait, of occupancy and abandonment, and a line that does not grow for ever, hold for the mean number
    present: with too few of them there is no mean wait.
    """
    limits = grossed_up(line.agents_for(goal.model_copy(update={"service_level": None})).exact(), presence.lost)
    if goal.service_level is None:
        return limits
    return np.maximum(limits, service_by_present(line, goal, presence).fewest(presence.chance, goal.service_level))


def service_by_present(line: LiveLine, goal: Goal, presence: Presence) -> ByPresent:
    """The service level of a goal with each number of people present, up to where hardly anybody waits too long."""
    within, level = goal.threshold_seconds or 0.0, goal.service_level or 0.0
    nearly = goal.model_copy(update=_NO_LIMITS | {"service_level": 1.0 - (1.0 - level) * NEGLECTED})
    most = line.agents_for(nearly).fewest / presence.available
    usual = line.agents_for(goal).fewest / presence.available
    least = usual - FAR * (1.0 + np.sqrt(usual * (1.0 - presence.chance)))
    return _levels(least, most, line, presence, within, goal.definition)


def service_with(
    rostered: Array, line: LiveLine, presence: Presence, within_seconds: float, definition: Definition
) -> Array:
    """(intervals,): mean service level with so many people rostered, (intervals,), over the number present."""
    usual, away = rostered * presence.chance, FAR * (1.0 + np.sqrt(rostered * (1.0 - presence.chance)))
    numbers = (usual - away, np.minimum(rostered, usual + away))
    return _levels(*numbers, line, presence, within_seconds, definition).mean(rostered, presence.chance)


def _levels(
    least: Array, most: Array, line: LiveLine, presence: Presence, within_seconds: float, definition: Definition
) -> ByPresent:
    """Service levels with `least` to `most` people present, (intervals,) each."""
    cell, present = _numbers(least, most)
    agents = present * presence.available[cell]
    levels = np.nan_to_num(line.taken(cell).waits(agents, within_seconds).service_level(definition))
    return ByPresent.of(cell, present, np.where(agents > 0.0, levels, 0.0))


def _for_days(pool: Pool, line: LiveLine, presence: Presence, days: DayRisk) -> Array:
    """(intervals,): people with whom all goals are kept on the share of days, whoever is absent and however high the
    day: for each number present the chance of a volume that they can serve."""
    chances = special.ndtr(SCORES)
    volumes = np.array([days.levels(pool.starts, float(chance)) for chance in chances])
    needed = np.array(
        [agents_for_goals(pool, replace(line, load_erlangs=line.load_erlangs * own))[1] for own in volumes]
    )
    cell, present = _numbers(needed[0] / presence.available - 1.0, needed[-1] / presence.available)
    agents = present * presence.available[cell] + SAME_HEADS
    kept = np.zeros(len(cell))
    for own in np.split(np.arange(len(cell)), np.flatnonzero(np.diff(cell)) + 1):
        known = needed[:, cell[own[0]]]
        kept[own] = special.ndtr(np.interp(agents[own], known, SCORES))
        kept[own[agents[own] < known[0]]], kept[own[agents[own] >= known[-1]]] = 0.0, 1.0
    return ByPresent.of(cell, present, kept).fewest(presence.chance, days.share)


def _numbers(least: Array, most: Array) -> tuple[NDArray[np.int64], Array]:
    """(rows,) twice: whole numbers from `least` to `most`, (cells,) each, of every cell, with the cell's number."""
    first = np.maximum(0.0, np.floor(least))
    rows = (np.maximum(np.ceil(most - SAME_HEADS), first) - first).astype(np.int64) + 1
    cell = np.repeat(np.arange(len(rows), dtype=np.int64), rows)
    further = np.arange(len(cell), dtype=np.float64) - np.repeat(np.cumsum(rows) - rows, rows)
    return cell, np.asarray(first[cell] + further)
