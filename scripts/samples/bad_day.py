"""A bad day with known causes: a published day, made worse, played once, as the telephone system would log it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.cli.work.group_day import group_day
from staffplan.cli.work.published_day import Published, groups_of
from staffplan.control.day.worlds import EVERYTHING, Repetition
from staffplan.tables.history import ContactHistory
from staffplan.tables.states import AgentStates

PLAYED = 20260303
"""The repetition that the day is: none of those that explain-day plays."""


@dataclass(frozen=True)
class Causes:
    """What makes the day bad: contacts and handling time of the queue as multiples of those forecast, so many people
    away for their whole shift, others late by so many minutes."""

    queue: str
    contacts: float
    handling: float
    away: int
    late: tuple[int, ...]


def bad_day(published: Published, causes: Causes, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of a history with contacts answered in time, and of agents' states."""
    rng = np.random.default_rng([seed, 6])
    came = _contacts(published, causes, rng)
    states = pd.DataFrame(_states(published, causes, rng), columns=["agent_id", "start", "end", "state"])
    queues, _ = groups_of(published, causes.queue)
    [members] = queues.values()
    day, _ = group_day(published, members, ContactHistory.of(came), AgentStates.of(states))
    played = Repetition(day, PLAYED)
    contacts, _ = played.contacts(EVERYTHING)
    interval = (contacts.arrival // day.interval_seconds).astype(np.int64)
    good = np.bincount(interval, weights=played.in_time(EVERYTHING), minlength=len(day.queues[0].came))
    mine = came["queue"] == causes.queue
    at = ((came["interval_start"] - published.start) / pd.Timedelta(seconds=day.interval_seconds)).astype(int)
    came["answered_within_threshold"] = np.where(mine, good[at], np.nan)
    return came, states


def _contacts(published: Published, causes: Causes, rng: np.random.Generator) -> pd.DataFrame:
    rows = published.forecast[["interval_start", "queue", "offered", "aht_seconds"]].reset_index(drop=True)
    mine = rows["queue"] == causes.queue
    mean = rows["offered"] * np.where(mine, causes.contacts, 1.0)
    seconds = rows["aht_seconds"] * np.where(mine, causes.handling, 1.0) * rng.normal(1.0, 0.05, len(rows))
    return rows.assign(offered=rng.poisson(mean).astype(float), aht_seconds=seconds.round())


def _states(
    published: Published, causes: Causes, rng: np.random.Generator
) -> Iterator[tuple[str, pd.Timestamp, pd.Timestamp, str]]:
    """What everybody was rostered for, some minutes off, without those who are away and with those who are late."""
    rows = published.touching(published.changed.activities.frame)
    on_queue = rows[rows["activity"] == "queue"]
    hours = (on_queue["end"] - on_queue["start"]).where(on_queue["planning_group"] == causes.queue, pd.Timedelta(0))
    longest = hours.groupby(on_queue["agent_id"]).sum().sort_values(ascending=False, kind="stable")
    people = [str(name) for name in rng.permutation(longest.index[: 2 * (causes.away + len(causes.late))])]
    away = people[: causes.away]
    late = dict(zip(people[causes.away :], causes.late, strict=False))
    for name, own in rows.sort_values(["agent_id", "start"]).groupby("agent_id"):
        if name in away:
            continue
        begins = own["start"].min() + pd.Timedelta(minutes=late.get(str(name), 0))
        for start, end, activity in own[["start", "end", "activity"]].itertuples(index=False):
            if end > begins:
                yield str(name), max(start, begins), end, "ready" if activity == "queue" else str(activity)
