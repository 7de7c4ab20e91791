"""Contacts routed by skill to whoever is on queue: own group first, others after some seconds, by priority.

Each agent on queue takes one contact at a time (a chat takes its share of an agent), whatever group the roster shows.
Who becomes free takes the longest waiting contact of the own group, the first of the skills; else, of the other
groups that the agent has, one that has waited `overflow_seconds`: of the highest priority first, then the longest
waiting. Arrivals are Poisson, handling times and patience exponential. A contact in hand is finished.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from rostering.skill_sets import AHT_SECONDS, CHATS, CHATS_AT_ONCE, GROUPS, PATIENCE_SECONDS
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.roster import Roster

ARRIVES, OVERFLOWS, FREE, BEGINS, ENDS = range(5)
INTERVAL_SECONDS = 1800
WITHIN_SECONDS = {group: 60 if group in CHATS else 20 for group in GROUPS}
PRIORITY = {group: 2 if group in CHATS else 1 for group in GROUPS}


@dataclass
class _Floor:
    """Who is free and what waits; it changes in place."""

    skills: list[list[int]]
    overflow_seconds: float
    on_queue: set[int] = field(default_factory=set)
    busy: set[int] = field(default_factory=set)
    waiting: list[deque[int]] = field(default_factory=lambda: [deque() for _ in GROUPS])


@dataclass(frozen=True)
class Contacts:
    group: np.ndarray
    arrival: np.ndarray
    handling: np.ndarray
    patience: np.ndarray


def draw(forecast: VolumeForecast, zero: pd.Timestamp, seed: int) -> Contacts:
    rng, rows = np.random.default_rng([seed, 7]), forecast.frame
    count = rng.poisson(rows["offered"])
    began = ((rows["interval_start"] - zero).dt.total_seconds().to_numpy()).repeat(count)
    group = rows["queue"].map(GROUPS.index).to_numpy().repeat(count)
    arrival = began + rng.random(len(began)) * INTERVAL_SECONDS
    order = np.argsort(arrival)
    seconds = np.array([AHT_SECONDS[g] / (CHATS_AT_ONCE if g in CHATS else 1) for g in GROUPS])[group]
    handling, patience = rng.exponential(seconds), rng.exponential(PATIENCE_SECONDS, len(group))
    return Contacts(group[order], arrival[order], handling[order], patience[order])


def service_by_group(
    forecast: VolumeForecast, roster: Roster, skills: dict[str, str], overflow_seconds: float, seed: int
) -> dict[str, float]:
    """Service level of each group, as `answered_in_time`. skills: by agent, the own group first."""
    zero = forecast.frame["interval_start"].min()
    contacts = draw(forecast, zero, seed)
    names = sorted(skills)
    floor = _Floor([[GROUPS.index(g) for g in skills[name].split(";")] for name in names], overflow_seconds)
    waited = _play(contacts, floor, list(_stretches(roster, names, zero)))
    return answered_in_time(contacts, waited)


def answered_in_time(contacts: Contacts, waited: np.ndarray) -> dict[str, float]:
    """By group the share of the contacts, without those who hung up within the time limit: the definition of
    `staffplan simulate` unless told otherwise. waited: (contacts,), seconds, infinity for those never answered."""
    limit = np.array([WITHIN_SECONDS[group] for group in GROUPS])[contacts.group]
    good, counted = waited <= limit, np.isfinite(waited) | (contacts.patience > limit)
    mine = [contacts.group == g for g in range(len(GROUPS))]
    return {group: float(good[of & counted].mean()) for group, of in zip(GROUPS, mine, strict=True)}


def _stretches(roster: Roster, names: list[str], zero: pd.Timestamp) -> Iterator[tuple[float, int, int]]:
    rows = roster.activities.frame
    rows = rows[rows["activity"] == "queue"]
    number = {name: n for n, name in enumerate(names)}
    for name, start, end in zip(rows["agent_id"], rows["start"], rows["end"], strict=True):
        yield (start - zero).total_seconds(), BEGINS, number[name]
        yield (end - zero).total_seconds() - 1e-6, ENDS, number[name]


def _play(contacts: Contacts, floor: _Floor, stretches: list[tuple[float, int, int]]) -> np.ndarray:
    """(contacts,): seconds waited, infinity for those never answered."""
    waited = np.full(len(contacts.group), np.inf)
    events = stretches + [(at, ARRIVES, n) for n, at in enumerate(contacts.arrival.tolist())]
    heapq.heapify(events)
    while events:
        now, kind, who = heapq.heappop(events)
        if kind in (ARRIVES, OVERFLOWS):
            if kind == ARRIVES:
                floor.waiting[contacts.group[who]].append(who)
                heapq.heappush(events, (now + floor.overflow_seconds, OVERFLOWS, who))
            elif waited[who] < np.inf:
                continue
            agent = _idle(int(contacts.group[who]), floor, own=kind == ARRIVES)
        elif kind == ENDS:
            floor.on_queue.discard(who)
            continue
        else:
            floor.on_queue |= {who} if kind == BEGINS else set()
            floor.busy -= {who} if kind == FREE else set()
            agent = who if who in floor.on_queue and who not in floor.busy else None
        if agent is not None and (contact := _next(agent, now, contacts, floor)) is not None:
            waited[contact] = now - contacts.arrival[contact]
            floor.busy.add(agent)
            heapq.heappush(events, (now + contacts.handling[contact], FREE, agent))
    return waited


def _idle(group: int, floor: _Floor, *, own: bool) -> int | None:
    """Somebody free whose own group it is, or who has it among the skills."""
    for agent in floor.on_queue:
        mine = floor.skills[agent]
        if agent not in floor.busy and (mine[0] == group if own else group in mine):
            return agent
    return None


def _next(agent: int, now: float, contacts: Contacts, floor: _Floor) -> int | None:
    """The contact that the agent takes; those who hung up are sent off."""
    best: tuple[float, float, int] | None = None
    for place, group in enumerate(floor.skills[agent]):
        line = floor.waiting[group]
        while line and now - contacts.arrival[line[0]] > contacts.patience[line[0]]:
            line.popleft()
        if line:
            since = now - contacts.arrival[line[0]]
            rank = (0 if place == 0 else PRIORITY[GROUPS[group]], -since, group)
            if (place == 0 or since >= floor.overflow_seconds - 1e-6) and (best is None or rank < best):
                best = rank
    return None if best is None else floor.waiting[best[2]].popleft()
