"""The compiled event loop: contacts, people and their stretches on queue, one event after another.

Everything random is drawn before (draws.py), so the same contacts can meet different rosters. Times are seconds
since the start of the horizon. Hanging up needs no event of its own: queues are first come, first served, so
a contact's patience is looked at when its turn comes. One who has hung up keeps the place in the
line as a ghost until then, which gives the wait of a customer who would never have hung up (the virtual wait).

Functions are inlined by force: a call that passes all arrays costs more than most of these functions do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from staffplan.process.compiler import njit
from staffplan.simulate.heap import compiled, rise, sink
from staffplan.simulate.lines import (
    delist,
    enlist,
    join_line,
    least_loaded,
    next_in_line,
    return_to_line,
    send_away,
)
from staffplan.simulate.records import ANSWERED, NOBODY, Floats, Ints, State

# --- a heap of all agents by the time at which they finish their next contact, infinite where they have none


@compiled
def _due_at(s: State, agent: int, time: float) -> None:
    """Set when the agent finishes next."""
    place = s.agents[agent].heap_place
    before = s.due_at[place]
    s.due_at[place] = time
    if time < before:
        rise(s.agents, s.heap, s.due_at, place)
    elif time > before:
        sink(s.agents, s.heap, s.due_at, place)


@compiled
def _add_span(seconds: Floats, group: int, start: float, end: float, interval_seconds: float) -> None:
    """Spread the time from start to end over the intervals it touches."""
    index = int(np.floor(start / interval_seconds))
    while start < end and index < seconds.shape[1]:
        until = min(end, (index + 1) * interval_seconds)
        if index >= 0:
            seconds[group, index] += until - start
        start = until
        index += 1


@compiled
def _pace(agents: Any, groups: Any, agent: int) -> float:
    """Seconds on the wall for one second of work on each of the contacts that share the agent."""
    if agents[agent].in_hand == 1:
        return 1.0
    return float(1.0 + groups[agents[agent].working].slowdown * (agents[agent].in_hand - 1))


@compiled
def _advance(agents: Any, groups: Any, agent: int, now: float) -> None:
    """Bring the agent's own clock up to now."""
    if agents[agent].in_hand == 1:
        agents[agent].clock += now - agents[agent].clock_at
    elif agents[agent].in_hand > 1:
        agents[agent].clock += (now - agents[agent].clock_at) / _pace(agents, groups, agent)
    else:
        agents[agent].clock = 0.0
    agents[agent].clock_at = now


@compiled
def _first_due(agents: Any, due: Floats, agent: int) -> int:
    """Which of the contacts in hand is finished first."""
    best = 0
    for slot in range(1, agents[agent].in_hand):
        if due[agent, slot] < due[agent, best]:
            best = slot
    return best


@compiled
def _reschedule(s: State, agent: int, now: float) -> None:
    time = np.inf
    if s.agents[agent].in_hand > 0:
        left = max(0.0, s.due[agent, _first_due(s.agents, s.due, agent)] - s.agents[agent].clock)
        time = now + left * _pace(s.agents, s.groups, agent)
    _due_at(s, agent, time)


@compiled
def _begin(s: State, agent: int, contact: int, now: float) -> None:
    """The agent, whose clock is up to date, takes the contact, who will not hang up from here on."""
    slot = s.agents[agent].in_hand
    if slot == 0 and s.agents[agent].busy_since > now:
        s.agents[agent].busy_since = now
    s.hand[agent, slot] = contact
    s.contacts[contact].patience = np.inf
    s.due[agent, slot] = s.agents[agent].clock + s.contacts[contact].left
    s.agents[agent].in_hand = slot + 1
    if np.isnan(s.contacts[contact].wait):
        s.contacts[contact].wait = now - s.contacts[contact].arrival
        s.contacts[contact].virtual_wait = s.contacts[contact].wait
    if s.groups[s.contacts[contact].group].set_aside == 0:
        s.contacts[contact].outcome = ANSWERED


@compiled
def _take_work(s: State, agent: int, now: float) -> None:
    """An available agent, whose clock is up to date, takes from the line what both hands hold."""
    group = s.agents[agent].working
    while s.agents[agent].lent == 0 and s.agents[agent].in_hand < s.groups[group].slots:
        contact = next_in_line(s.contacts, s.groups, group, now, 0.0)
        if contact < 0:
            break
        _begin(s, agent, contact, now)
    if s.agents[agent].in_hand == 0:
        _help_out(s, agent, now)
    _settle(s, agent, now)


@compiled
def _help_out(s: State, agent: int, now: float) -> None:
    """A free agent, whose own line is empty, takes the first of another group who has waited long enough."""
    for number in range(len(s.rules)):
        source = s.rules[number].source
        if s.rules[number].target != s.agents[agent].working or not s.may[agent, source]:
            continue
        contact = next_in_line(s.contacts, s.groups, source, now, s.rules[number].after)
        if contact >= 0:
            _lend(s, agent, contact, now)
            break


@compiled
def _lend(s: State, agent: int, contact: int, now: float) -> None:
    """The agent, with nothing in hand, takes a contact of another group, and nothing beside it."""
    s.agents[agent].lent = 1
    s.contacts[contact].lent_by = s.agents[agent].working
    _begin(s, agent, contact, now)


@compiled
def _free_helper(s: State, source: int, target: int) -> int:
    """Of the target's people with nothing in hand who can, the one who has been free longest."""
    agent = s.lists[s.groups[target].first_list].first
    while agent >= 0 and not s.may[agent, source]:
        agent = s.agents[agent].after
    return int(agent)


@compiled
def _settle(s: State, agent: int, now: float) -> None:
    """After a change in hand: when the agent is done next, and in which list of free agents."""
    group = s.agents[agent].working
    _reschedule(s, agent, now)
    delist(s.agents, s.lists, agent)
    if s.agents[agent].lent == 0 and s.agents[agent].in_hand < s.groups[group].slots:
        enlist(s.agents, s.lists, agent, s.groups[group].first_list + s.agents[agent].in_hand)


@compiled
def _stop_busy(s: State, agent: int, now: float, interval_seconds: float) -> None:
    if s.agents[agent].busy_since < now:
        _add_span(s.busy_seconds, s.agents[agent].working, s.agents[agent].busy_since, now, interval_seconds)
    s.agents[agent].busy_since = np.inf


@compiled
def _come_on(s: State, agent: int, group: int, now: float) -> None:
    """An agent with nothing in hand goes on the line for a group."""
    s.agents[agent].working = group
    s.agents[agent].line_since = now
    _advance(s.agents, s.groups, agent, now)
    _take_work(s, agent, now)


@compiled
def _go_off(s: State, agent: int, now: float, interval_seconds: float) -> None:
    """An agent with nothing in hand leaves the line."""
    delist(s.agents, s.lists, agent)
    _stop_busy(s, agent, now, interval_seconds)
    _add_span(s.line_seconds, s.agents[agent].working, s.agents[agent].line_since, now, interval_seconds)


@compiled
def _on_finish(s: State, stretches: Any, now: float, interval_seconds: float) -> None:
    agent = s.heap[0]
    _advance(s.agents, s.groups, agent, now)
    slot = _first_due(s.agents, s.due, agent)
    contact = s.hand[agent, slot]
    s.contacts[contact].finish = now
    s.contacts[contact].outcome = ANSWERED
    last = s.agents[agent].in_hand - 1
    s.agents[agent].in_hand = last
    s.agents[agent].lent = 0
    s.hand[agent, slot] = s.hand[agent, last]
    s.due[agent, slot] = s.due[agent, last]
    current = s.agents[agent].stretch
    if current >= 0 and stretches[current].group == s.agents[agent].working:
        _take_work(s, agent, now)
        if s.agents[agent].in_hand == 0:
            _stop_busy(s, agent, now, interval_seconds)
        return
    _reschedule(s, agent, now)
    if last == 0:
        _go_off(s, agent, now, interval_seconds)
        if current >= 0:
            _come_on(s, agent, stretches[current].group, now)


@compiled
def _who_leaves(s: State, stretches: Any, agent: int) -> int:
    """Of people who are alike, in place of one who has contacts in hand: who is free, else who is free first."""
    group = s.agents[agent].working
    if s.groups[group].alike == 0 or s.agents[agent].in_hand == 0:
        return agent
    leaver = agent
    for other in range(len(s.agents)):
        current = s.agents[other].stretch
        if current >= 0 and s.agents[other].working == group and stretches[current].group == group:
            if s.agents[other].in_hand == 0:
                leaver = other
                break
            if s.due_at[s.agents[other].heap_place] < s.due_at[s.agents[leaver].heap_place]:
                leaver = other
    mine, theirs = s.agents[agent].stretch, s.agents[leaver].stretch
    s.agents[agent].stretch, s.agents[leaver].stretch = theirs, mine
    stretches[mine].agent, stretches[theirs].agent = leaver, agent
    return leaver


@compiled
def _on_end(s: State, agent: int, now: float, interval_seconds: float) -> None:
    """The stretch ends: idle agents leave, deferred work is set aside, a conversation is first finished."""
    s.agents[agent].stretch = NOBODY
    delist(s.agents, s.lists, agent)
    group = s.agents[agent].working
    if s.agents[agent].in_hand == 0:
        _go_off(s, agent, now, interval_seconds)
    elif s.groups[group].set_aside and s.agents[agent].lent == 0:
        _advance(s.agents, s.groups, agent, now)
        contact = s.hand[agent, 0]
        s.contacts[contact].left = max(0.0, s.due[agent, 0] - s.agents[agent].clock)
        s.agents[agent].in_hand = 0
        _due_at(s, agent, np.inf)
        _go_off(s, agent, now, interval_seconds)
        return_to_line(s.contacts, s.groups, group, contact)
        other = least_loaded(s.groups, s.lists, group)
        if other >= 0:
            _advance(s.agents, s.groups, other, now)
            _take_work(s, other, now)


@compiled
def _on_start(s: State, agent: int, group: int, which: int, now: float, interval_seconds: float) -> None:
    """A stretch starts. Who still finishes a contact of another group comes when that is done."""
    if s.agents[agent].stretch >= 0:
        _on_end(s, agent, now, interval_seconds)
    s.agents[agent].stretch = which
    if s.agents[agent].in_hand == 0:
        _come_on(s, agent, group, now)
    elif s.agents[agent].working == group:
        _advance(s.agents, s.groups, agent, now)
        _take_work(s, agent, now)


@compiled
def _on_arrival(s: State, contact: int, now: float) -> None:
    group = s.contacts[contact].group
    agent = least_loaded(s.groups, s.lists, group)
    if agent < 0:
        join_line(s.contacts, s.groups, group, contact)
        return
    _advance(s.agents, s.groups, agent, now)
    _begin(s, agent, contact, now)
    _settle(s, agent, now)


@compiled
def _on_ripe(s: State, rule: int, contact: int, now: float) -> None:
    """A contact has waited as long as a rule asks: whoever is first in its line is taken, where somebody is free."""
    if not np.isnan(s.contacts[contact].wait):
        return
    source = s.rules[rule].source
    agent = _free_helper(s, source, s.rules[rule].target)
    if agent < 0:
        return
    first = next_in_line(s.contacts, s.groups, source, now, s.rules[rule].after)
    if first >= 0:
        _advance(s.agents, s.groups, agent, now)
        _lend(s, agent, first, now)
        _settle(s, agent, now)


@njit(cache=True, error_model="numpy")
def run(s: State, stretches: Any, by_end: Ints, closings: Any, ripe: Any, interval_seconds: float) -> int:
    """Play everything through and give the number of events.

    Stretches come by start, `by_end` orders them by end. At one instant contacts finish first, then stretches end and
    start, then groups close, then contacts arrive, then those that waited long enough may be helped out.
    `stretches` and `by_end`: (stretches,); `closings`: (closings,); `ripe`: (contacts of rules,), by time.
    """
    arrived, started, ended, closed, ripened, events = 0, 0, 0, 0, 0, 0
    while True:
        finish = s.due_at[0] if len(s.heap) else np.inf
        end = stretches[by_end[ended]].end if ended < len(by_end) else np.inf
        start = stretches[started].start if started < len(stretches) else np.inf
        close = closings[closed].time if closed < len(closings) else np.inf
        arrival = s.contacts[arrived].arrival if arrived < len(s.contacts) else np.inf
        ripening = ripe[ripened].time if ripened < len(ripe) else np.inf
        now = min(finish, end, start, close, arrival, ripening)
        if now == np.inf:
            return events
        events += 1
        if finish == now:
            _on_finish(s, stretches, now, interval_seconds)
        elif end == now:
            which = by_end[ended]
            ended += 1
            if s.agents[stretches[which].agent].stretch == which:
                _on_end(s, _who_leaves(s, stretches, stretches[which].agent), now, interval_seconds)
        elif start == now:
            _on_start(s, stretches[started].agent, stretches[started].group, started, now, interval_seconds)
            started += 1
        elif close == now:
            send_away(s.contacts, s.groups, closings[closed].group, now)
            closed += 1
        elif arrival == now:
            _on_arrival(s, arrived, now)
            arrived += 1
        else:
            _on_ripe(s, ripe[ripened].rule, ripe[ripened].contact, now)
            ripened += 1
