"""The compiled judge of a mix: contact after contact, each taken by an agent who has the skill for it.

An arriving contact goes to a free agent of the profile with the fewest skills, of several such to the one with the
most free agents. An agent who gets free takes the contact that has waited longest among those he can serve. Nobody
waits while someone free could serve him. Who hangs up is noticed when his turn comes, which changes nothing, as no
choice depends on the length of a queue.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MEASURES = 6
OFFERED, ANSWERED, IN_TIME, LEFT, LEFT_IN_TIME, WAITED = range(MEASURES)
"""Columns of a count: contacts, and the seconds that those answered had waited."""


class Crowd(NamedTuple):
    """Contacts of all repetitions in order of arrival; those of one are from `first[r]` on, up to `first[r + 1]`.
    Times are in seconds; `work` is the handling time with a dedicated agent."""

    first: Ints
    arrival: Floats
    group: Ints
    work: Floats
    patience: Floats


class Team(NamedTuple):
    """Agents of each profile, which groups each serves (profiles, groups), how many, and how much slower it is."""

    agents: Ints
    serves: NDArray[np.bool_]
    skills: Ints
    slowness: Floats


class Watch(NamedTuple):
    """Contacts that arrive from start to end are counted, against the seconds allowed for each group."""

    start: float
    end: float
    allowed: Floats


class _Lines(NamedTuple):
    """Who waits, as a chain for each group: its first and last contact, and the one behind each (-1: none)."""

    head: Ints
    tail: Ints
    behind: Ints


class _Calls(NamedTuple):
    """Contacts in hand as a heap: when each ends, and the profile of its agent."""

    end: Floats
    profile: Ints


@njit(cache=True)
def _push(calls: _Calls, size: int, end: float, profile: int) -> None:
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if calls.end[parent] <= end:
            break
        calls.end[place], calls.profile[place] = calls.end[parent], calls.profile[parent]
        place = parent
    calls.end[place], calls.profile[place] = end, profile


@njit(cache=True)
def _pop(calls: _Calls, size: int) -> None:
    """Take the first of `size` calls away."""
    last = size - 1
    end, profile = calls.end[last], calls.profile[last]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= last:
            break
        if child + 1 < last and calls.end[child + 1] < calls.end[child]:
            child += 1
        if calls.end[child] >= end:
            break
        calls.end[place], calls.profile[place] = calls.end[child], calls.profile[child]
        place = child
    calls.end[place], calls.profile[place] = end, profile


@njit(cache=True)
def _free_profile(group: int, free: Ints, team: Team) -> int:
    """The profile that takes an arriving contact; -1 where nobody who could is free."""
    best = -1
    for p in range(len(free)):
        if free[p] == 0 or not team.serves[p, group]:
            continue
        more = 1 if best < 0 else team.skills[best] - team.skills[p]
        if more > 0 or (more == 0 and free[p] > free[best]):
            best = p
    return best


@njit(cache=True)
def _count(row: Floats, waited: float, patience: float, allowed: float) -> None:
    """What became of a contact that would have waited so long."""
    row[OFFERED] += 1.0
    if waited <= patience:
        row[ANSWERED] += 1.0
        row[WAITED] += waited
        row[IN_TIME] += waited <= allowed
    else:
        row[LEFT] += 1.0
        row[LEFT_IN_TIME] += patience <= allowed


@njit(cache=True)
def _is_counted(crowd: Crowd, contact: int, watch: Watch) -> bool:
    return bool(watch.start <= crowd.arrival[contact] < watch.end)


@njit(cache=True)
def _next_for(profile: int, now: float, crowd: Crowd, lines: _Lines, team: Team, watch: Watch, rows: Floats) -> int:
    """The contact that has waited longest for such an agent, taken out of its line; -1 where nobody waits."""
    best = -1
    for g in range(len(lines.head)):
        if not team.serves[profile, g]:
            continue
        contact = lines.head[g]
        while contact >= 0 and crowd.arrival[contact] + crowd.patience[contact] < now:
            if _is_counted(crowd, contact, watch):
                _count(rows[g], np.inf, crowd.patience[contact], watch.allowed[g])
            contact = lines.behind[contact]
        lines.head[g] = contact
        if contact >= 0 and (best < 0 or crowd.arrival[contact] < crowd.arrival[best]):
            best = contact
    if best >= 0:
        lines.head[crowd.group[best]] = lines.behind[best]
    return best


@njit(cache=True)
def _begin(
    contact: int,
    profile: int,
    now: float,
    crowd: Crowd,
    team: Team,
    watch: Watch,
    calls: _Calls,
    size: int,
    rows: Floats,
    busy: Floats,
) -> None:
    """An agent takes a contact: count its wait and his seconds, and add its end to the calls."""
    group = crowd.group[contact]
    if _is_counted(crowd, contact, watch):
        _count(rows[group], now - crowd.arrival[contact], np.inf, watch.allowed[group])
    end = now + crowd.work[contact] * team.slowness[profile]
    busy[profile] += max(0.0, min(end, watch.end) - max(now, watch.start))
    _push(calls, size, end, profile)


@njit(cache=True)
def _wait_in_line(contact: int, group: int, lines: _Lines) -> None:
    if lines.head[group] < 0:
        lines.head[group] = contact
    else:
        lines.behind[lines.tail[group]] = contact
    lines.tail[group] = contact


@njit(cache=True)
def _repetition(
    first: int, last: int, crowd: Crowd, team: Team, watch: Watch, behind: Ints, rows: Floats, busy: Floats
) -> None:
    """One repetition from an empty house on, added to rows (groups, MEASURES) and busy (profiles,)."""
    groups = len(watch.allowed)
    lines = _Lines(np.full(groups, -1), np.full(groups, -1), behind)
    free, size = team.agents.copy(), 0
    calls = _Calls(np.empty(team.agents.sum() + 1), np.empty(team.agents.sum() + 1, dtype=np.int64))
    for contact in range(first, last):
        now, group = crowd.arrival[contact], crowd.group[contact]
        while size > 0 and calls.end[0] <= now:
            end, profile = calls.end[0], calls.profile[0]
            _pop(calls, size)
            size -= 1
            waiting = _next_for(profile, end, crowd, lines, team, watch, rows)
            if waiting < 0:
                free[profile] += 1
            else:
                _begin(waiting, profile, end, crowd, team, watch, calls, size, rows, busy)
                size += 1
        taker = _free_profile(group, free, team)
        if taker < 0:
            _wait_in_line(contact, group, lines)
        else:
            free[taker] -= 1
            _begin(contact, taker, now, crowd, team, watch, calls, size, rows, busy)
            size += 1
    if last > first:
        _count_waiting(crowd.arrival[last - 1], crowd, lines, watch, rows)


@njit(cache=True)
def _count_waiting(now: float, crowd: Crowd, lines: _Lines, watch: Watch, rows: Floats) -> None:
    """Those who still wait at the end are offered, and answered by nobody."""
    for g in range(len(lines.head)):
        contact = lines.head[g]
        while contact >= 0:
            if _is_counted(crowd, contact, watch):
                patience = crowd.patience[contact]
                if crowd.arrival[contact] + patience < now:
                    _count(rows[g], np.inf, patience, watch.allowed[g])
                else:
                    rows[g, OFFERED] += 1.0
            contact = lines.behind[contact]


@njit(cache=True)
def play(crowd: Crowd, team: Team, watch: Watch, first: int, last: int) -> tuple[Floats, Floats]:
    """What becomes of the contacts of repetitions first to last - 1: (repetitions, groups, MEASURES), and the seconds
    that agents are busy while the watch runs, (repetitions, profiles)."""
    rows = np.zeros((last - first, len(watch.allowed), MEASURES))
    busy = np.zeros((last - first, len(team.agents)))
    behind = np.full(len(crowd.arrival), -1)
    for r in range(first, last):
        _repetition(crowd.first[r], crowd.first[r + 1], crowd, team, watch, behind, rows[r - first], busy[r - first])
    return rows, busy
