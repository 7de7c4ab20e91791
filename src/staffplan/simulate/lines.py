"""Who waits and who is free: the lines of contacts and the lists of agents, as the event loop links them.

All functions change the records that they are given; `contacts`, `agents`, `groups` and `lists` are those of
records.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from staffplan.simulate.heap import compiled
from staffplan.simulate.records import ABANDONED, NOBODY, TURNED_AWAY


@compiled
def delist(agents: Any, lists: Any, agent: int) -> None:
    """Take the agent off the list of free agents that holds it, if one does."""
    which = agents[agent].list
    if which < 0:
        return
    before, after = agents[agent].before, agents[agent].after
    if before < 0:
        lists[which].first = after
    else:
        agents[before].after = after
    if after < 0:
        lists[which].last = before
    else:
        agents[after].before = before
    agents[agent].list = NOBODY


@compiled
def enlist(agents: Any, lists: Any, agent: int, which: int) -> None:
    """Put the agent at the end of a list: who has been free longest comes first."""
    last = lists[which].last
    agents[agent].before = last
    agents[agent].after = NOBODY
    agents[agent].list = which
    if last < 0:
        lists[which].first = agent
    else:
        agents[last].after = agent
    lists[which].last = agent


@compiled
def least_loaded(groups: Any, lists: Any, group: int) -> int:
    """The available agent with the fewest contacts in hand, NOBODY when all are full."""
    first = groups[group].first_list
    agent = NOBODY
    for which in range(first, first + groups[group].slots):
        if lists[which].first >= 0:
            agent = lists[which].first
            break
    return agent


@compiled
def join_line(contacts: Any, groups: Any, group: int, contact: int) -> None:
    """Put the contact at the end of the group's line."""
    last = groups[group].last_waiting
    if last < 0:
        groups[group].first_waiting = contact
    else:
        contacts[last].next = contact
    groups[group].last_waiting = contact


@compiled
def return_to_line(contacts: Any, groups: Any, group: int, contact: int) -> None:
    """Work set aside goes back to its place by arrival, near the front."""
    previous, following = NOBODY, groups[group].first_waiting
    while following >= 0 and following < contact:
        previous, following = following, contacts[following].next
    contacts[contact].next = following
    if previous < 0:
        groups[group].first_waiting = contact
    else:
        contacts[previous].next = contact
    if following < 0:
        groups[group].last_waiting = contact


@compiled
def _leave_line(contacts: Any, groups: Any, group: int) -> int:
    contact: int = groups[group].first_waiting
    groups[group].first_waiting = contacts[contact].next
    contacts[contact].next = NOBODY
    if groups[group].first_waiting < 0:
        groups[group].last_waiting = NOBODY
    return contact


@compiled
def _hangs_up(contacts: Any, contact: int, now: float) -> bool:
    """Whether the contact's patience has ended; if so, its fate is written down."""
    if contacts[contact].patience >= now - contacts[contact].arrival:
        return False
    contacts[contact].outcome = ABANDONED
    contacts[contact].wait = contacts[contact].patience
    return True


@compiled
def next_in_line(contacts: Any, groups: Any, group: int, now: float, after: float) -> int:
    """The first who has not hung up, where that one has waited for `after` seconds; those before who have hung up are
    let go."""
    while groups[group].first_waiting >= 0:
        if contacts[groups[group].first_waiting].arrival + after > now:
            return NOBODY
        contact = int(_leave_line(contacts, groups, group))
        if contacts[contact].virtual_wait == np.inf:
            contacts[contact].virtual_wait = now - contacts[contact].arrival
        if not _hangs_up(contacts, contact, now):
            return contact
    return NOBODY


@compiled
def send_away(contacts: Any, groups: Any, group: int, now: float) -> None:
    """Turn away whoever still waits."""
    while groups[group].first_waiting >= 0:
        contact = int(_leave_line(contacts, groups, group))
        if not _hangs_up(contacts, contact, now):
            contacts[contact].outcome = TURNED_AWAY
            contacts[contact].wait = now - contacts[contact].arrival
