"""Work that waits seconds: voice and counter by Erlang C or A, chat by its own model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.settings.queues import Goal
from staffplan.settings.staffing import Shrinkage
from staffplan.site import Queue
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.models.chat import chat_pace
from staffplan.staffing.models.erlang import AgentsNeeded, WaitingLine, agents_needed, waiting_line
from staffplan.staffing.pool import Pool
from staffplan.staffing.shrinkage import grossed_up


@dataclass(frozen=True)
class Sized:
    """People and predicted waits of one planning group; arrays (staffed intervals,)."""

    starts: np.ndarray
    offered: Array
    aht_seconds: Array
    load_erlangs: Array
    agents_exact: Array
    """On the line: not whole, the goals are just met. Deferred work: what the levelled work is."""
    agents_required: Array
    agents_on_queue: Array
    agents_scheduled: Array
    service_level: Array
    asa_seconds: Array
    occupancy: Array
    abandon_rate: Array
    model: str


@dataclass(frozen=True)
class LiveLine:
    """The common line of a pool: its load, its customers' patience and its agents' pace, interval by interval."""

    load_erlangs: Array
    aht_seconds: Array
    patience_seconds: Array
    pace: Array
    volume_cv: Array
    """Standard deviation of the volume as a share of it; zero where the forecast is taken as certain."""

    def agents_for(self, goal: Goal) -> AgentsNeeded:
        """Agents that keep one goal for whoever joins the line."""
        limits = {
            "service_level": goal.service_level,
            "answer_within_seconds": goal.threshold_seconds,
            "asa_seconds": goal.asa_seconds,
            "max_occupancy": goal.max_occupancy,
            "max_abandon_rate": goal.max_abandon_rate,
        }
        return agents_needed(
            self.load_erlangs,
            aht_seconds=self.aht_seconds,
            patience_seconds=self.patience_seconds,
            volume_cv=self.volume_cv,
            pace=self.pace,
            definition=goal.definition,
            **{name: np.nan if limit is None else limit for name, limit in limits.items()},
        )

    def taken(self, places: NDArray[np.int64]) -> LiveLine:
        """The line in the intervals at these places, (places,), as often and in the order in which they are named."""
        load, aht, patience = self.load_erlangs[places], self.aht_seconds[places], self.patience_seconds[places]
        return LiveLine(load, aht, patience, self.pace, self.volume_cv[places])

    def waits(self, agents: Array, within_seconds: float) -> WaitingLine:
        """Waits with these agents, (intervals,)."""
        return waiting_line(
            self.load_erlangs,
            agents,
            aht_seconds=self.aht_seconds,
            answer_within_seconds=within_seconds,
            patience_seconds=self.patience_seconds,
            volume_cv=self.volume_cv,
            pace=self.pace,
        )


def live_line(
    pool: Pool, *, interval_seconds: float, with_abandonment: bool, volume_cv: Array | None = None
) -> LiveLine:
    """The line of a pool; of chats with different rules, the fewest at once and the largest slowdown hold.
    `volume_cv`: (intervals,)."""
    pace = chat_pace(1, 0.0)
    if pool.queues[0].work_type == "concurrent":
        pace = chat_pace(
            min(queue.concurrency for queue in pool.queues), max(queue.concurrency_slowdown for queue in pool.queues)
        )
    patience = pool_patience(pool) if with_abandonment else np.full(len(pool.starts), np.inf)
    certain = np.zeros(len(pool.starts))
    variation = certain if volume_cv is None else volume_cv
    return LiveLine(pool.load_erlangs(interval_seconds), pool.aht_positive, patience, pace, variation)


def pool_patience(pool: Pool) -> Array:
    """Mean patience in seconds, (intervals,): rates of hanging up (1 / patience) weighted by contacts. inf if nobody
    hangs up."""
    rates = np.array([1.0 / queue.patience_seconds if queue.patience_seconds else 0.0 for queue in pool.queues])
    total = np.where(pool.offered_total > 0, pool.offered_total, 1.0)
    rate = (pool.offered * rates[:, None]).sum(axis=0) / total
    return np.where(rate > 0, 1.0 / np.where(rate > 0, rate, 1.0), np.inf)


def size_live(pool: Pool, shrinkage: Shrinkage, *, interval_seconds: float, with_abandonment: bool) -> Sized:
    """Agents so that every open queue's goal holds for the common line, and what they give."""
    line = live_line(pool, interval_seconds=interval_seconds, with_abandonment=with_abandonment)
    fewest, exact = agents_for_goals(pool, line)
    agents, exact = np.maximum(fewest, pool.minimum_agents), np.maximum(exact, pool.minimum_agents)
    waits = line.waits(agents, 0.0)
    return Sized(
        pool.starts,
        pool.offered_total,
        pool.aht_mean,
        line.load_erlangs,
        exact,
        agents,
        grossed_up(exact, shrinkage.not_in_roster),
        grossed_up(exact, shrinkage.everything),
        service_level(pool, line, agents),
        waits.asa_seconds,
        waits.occupancy,
        waits.abandon_rate if with_abandonment else np.full(len(agents), np.nan),
        _model_name(pool.queues[0], with_abandonment=with_abandonment),
    )


def _model_name(queue: Queue, *, with_abandonment: bool) -> str:
    if queue.work_type == "concurrent":
        return "chat"
    return "erlang-a" if with_abandonment else "erlang-c"


def goals_of(pool: Pool) -> Iterator[tuple[Goal, NDArray[np.bool_]]]:
    """The goals of the pool's queues, each with the intervals, (intervals,), in which such a queue is open."""
    for goal in dict.fromkeys(queue.goal for queue in pool.queues):
        concerned = pool.is_open[[queue.goal == goal for queue in pool.queues]].any(axis=0)
        yield goal, np.asarray(concerned)


def agents_for_goals(pool: Pool, line: LiveLine) -> tuple[Array, Array]:
    """(intervals,) twice: the largest of what the goals of the open queues need, in whole agents and exactly."""
    fewest, exact = np.zeros(len(pool.starts)), np.zeros(len(pool.starts))
    for goal, concerned in goals_of(pool):
        needed = line.agents_for(goal)
        fewest = np.maximum(fewest, np.where(concerned, needed.fewest, 0.0))
        exact = np.maximum(exact, np.where(concerned, needed.exact(), 0.0))
    return fewest, exact


def promised_contacts(pool: Pool) -> Array:
    """(queues, intervals): contacts of open queues that promise a service level, evenly where the group has none."""
    even = np.where(pool.offered_total > 0, 0.0, 1.0)
    promising = np.array([queue.goal.threshold_seconds is not None for queue in pool.queues])
    return np.where(pool.is_open & promising[:, None], pool.offered + even, 0.0)


def service_level(pool: Pool, line: LiveLine, agents: Array) -> Array:
    """Service level of each queue weighted by contacts, (intervals,), evenly where there are none. nan without a
    goal. `agents`: (intervals,)."""
    weights = promised_contacts(pool)
    levels, total = np.zeros(len(agents)), weights.sum(axis=0)
    for queue, own in zip(pool.queues, weights, strict=True):
        within = queue.goal.threshold_seconds
        if within is not None:
            levels += own * np.nan_to_num(line.waits(agents, within).service_level(queue.goal.definition))
    there = (total > 0) & (agents > 0)
    return np.where(there, levels / np.where(total > 0, total, 1.0), np.nan)
