"""Work that waits seconds: voice and counter by Erlang C or A, chat by its own model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.settings import Goal
from staffplan.site import Queue
from staffplan.staffing.arrays import Array
from staffplan.staffing.chat import chat_pace
from staffplan.staffing.erlang import WaitingLine, agents_for_erlang_c, agents_for_line, waiting_line
from staffplan.staffing.pool import Pool


@dataclass(frozen=True)
class Sized:
    """People and predicted waits of one planning group; arrays (staffed intervals,)."""

    starts: np.ndarray
    offered: Array
    aht_seconds: Array
    load_erlangs: Array
    agents_required: Array
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

    @property
    def is_plain(self) -> bool:
        """Erlang C: one contact at a time and nobody hangs up."""
        return len(self.pace) == 1 and bool(np.isinf(self.patience_seconds).all())

    def agents_for(self, goal: Goal) -> Array:
        """Fewest agents that keep one goal for whoever joins the line."""
        level, within = goal.service_level, goal.threshold_seconds
        wanted = {
            "service_level": np.nan if level is None else level,
            "answer_within_seconds": np.nan if within is None else within,
            "asa_seconds": np.nan if goal.asa_seconds is None else goal.asa_seconds,
            "max_occupancy": np.nan if goal.max_occupancy is None else goal.max_occupancy,
        }
        if self.is_plain:
            return agents_for_erlang_c(self.load_erlangs, aht_seconds=self.aht_seconds, **wanted)
        return agents_for_line(
            self.load_erlangs,
            aht_seconds=self.aht_seconds,
            patience_seconds=self.patience_seconds,
            pace=self.pace,
            definition=goal.definition,
            **wanted,
        )

    def waits(self, agents: Array, within_seconds: float) -> WaitingLine:
        return waiting_line(
            self.load_erlangs,
            agents,
            aht_seconds=self.aht_seconds,
            answer_within_seconds=within_seconds,
            patience_seconds=self.patience_seconds,
            pace=self.pace,
        )


def live_line(pool: Pool, *, interval_seconds: float, with_abandonment: bool) -> LiveLine:
    """The line of a pool; of chats with different rules, the fewest at once and the largest slowdown hold."""
    pace = chat_pace(1, 0.0)
    if pool.queues[0].work_type == "concurrent":
        pace = chat_pace(
            min(queue.concurrency for queue in pool.queues), max(queue.concurrency_slowdown for queue in pool.queues)
        )
    patience = pool_patience(pool) if with_abandonment else np.full(len(pool.starts), np.inf)
    return LiveLine(pool.load_erlangs(interval_seconds), pool.aht_positive, patience, pace)


def pool_patience(pool: Pool) -> Array:
    """Mean patience in each interval: rates of hanging up (1 / patience) weighted by contacts; inf if nobody does."""
    rates = np.array([1.0 / queue.patience_seconds if queue.patience_seconds else 0.0 for queue in pool.queues])
    total = np.where(pool.offered_total > 0, pool.offered_total, 1.0)
    rate = (pool.offered * rates[:, None]).sum(axis=0) / total
    return np.where(rate > 0, 1.0 / np.where(rate > 0, rate, 1.0), np.inf)


def size_live(pool: Pool, *, interval_seconds: float, with_abandonment: bool) -> Sized:
    """Agents so that every open queue's goal holds for the common line, and what they give."""
    line = live_line(pool, interval_seconds=interval_seconds, with_abandonment=with_abandonment)
    agents = np.maximum(_agents_for_goals(pool, line), pool.minimum_agents)
    waits = line.waits(agents, 0.0)
    return Sized(
        pool.starts,
        pool.offered_total,
        pool.aht_mean,
        line.load_erlangs,
        agents,
        _service_level(pool, line, agents),
        waits.asa_seconds,
        waits.occupancy,
        waits.abandon_rate if with_abandonment else np.full(len(agents), np.nan),
        _model_name(pool.queues[0], with_abandonment=with_abandonment),
    )


def _model_name(queue: Queue, *, with_abandonment: bool) -> str:
    if queue.work_type == "concurrent":
        return "chat"
    return "erlang-a" if with_abandonment else "erlang-c"


def _agents_for_goals(pool: Pool, line: LiveLine) -> Array:
    """(intervals,): the largest of what the goals of the open queues need."""
    agents = np.zeros(len(pool.starts))
    for goal in dict.fromkeys(queue.goal for queue in pool.queues):
        concerned = pool.is_open[[queue.goal == goal for queue in pool.queues]].any(axis=0)
        agents = np.maximum(agents, np.where(concerned, line.agents_for(goal), 0.0))
    return agents


def _service_level(pool: Pool, line: LiveLine, agents: Array) -> Array:
    """Each queue's own service level, weighted by contacts (evenly where there are none); nan without a goal."""
    levels, weights = np.zeros(len(agents)), np.zeros(len(agents))
    even = np.where(pool.offered_total > 0, 0.0, 1.0)
    for number, queue in enumerate(pool.queues):
        within = queue.goal.threshold_seconds
        if within is None:
            continue
        own = np.where(pool.is_open[number], pool.offered[number] + even, 0.0)
        levels += own * np.nan_to_num(line.waits(agents, within).service_level(queue.goal.definition))
        weights += own
    there = (weights > 0) & (agents > 0)
    return np.where(there, levels / np.where(weights > 0, weights, 1.0), np.nan)
