"""The door to the compiled event loop: plain arrays in, fates and times out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffplan.simulate import kernels, records
from staffplan.simulate.records import NOBODY, Floats, Ints


class Contacts(NamedTuple):
    """(contacts,) each, by arrival. `work_seconds`: handling by an agent who has nothing else in hand."""

    arrival: Floats
    group: Ints
    work_seconds: Floats
    patience_seconds: Floats


class Stretches(NamedTuple):
    """(stretches,) each, by start: one person on queue for one group without a pause."""

    start: Floats
    end: Floats
    agent: Ints
    group: Ints


class Groups(NamedTuple):
    """(groups,) each: contacts an agent has in hand at once, how much each further one slows all,
    whether work may be set aside (deferred) when a stretch ends, and whether people are alike: then who is free
    leaves in place of one who is not, and otherwise who is free first."""

    slots: Ints
    slowdown: Floats
    set_aside: NDArray[np.bool_]
    alike: NDArray[np.bool_] | float = 0.0


class Closings(NamedTuple):
    """(closings,) each, by time: whoever still waits for the group then is turned away."""

    time: Floats
    group: Ints


class Overflow(NamedTuple):
    """(rules,) each, the first counts most: contacts of a group that have waited for so many seconds may be taken by
    people of another one who have nothing in hand and nobody waiting. `may`, (agents, groups): who can take whose."""

    source: Ints
    target: Ints
    after_seconds: Floats
    may: NDArray[np.bool_]


class Fate(NamedTuple):
    """(contacts,) each: what became of them. `wait` ends with the answer, the hang-up or the closing;
    `virtual_wait` is that of a customer who never hangs up (infinite where no one ever came free); `lent_by` is the
    group whose people helped out, NOBODY where none did."""

    outcome: Ints
    wait: Floats
    finish: Floats
    virtual_wait: Floats
    lent_by: Ints


class Played(NamedTuple):
    """Fates, (groups, intervals) seconds of people busy and on the line, and the number of events."""

    fate: Fate
    busy_seconds: Floats
    line_seconds: Floats
    events: int


def run(
    contacts: Contacts,
    stretches: Stretches,
    groups: Groups,
    closings: Closings,
    *,
    agents: int,
    intervals: int,
    interval_seconds: float,
    overflow: Overflow | None = None,
) -> Played:
    """Let the contacts meet the people. Without `overflow` every group answers its own contacts alone."""
    rules = overflow or no_overflow(agents, len(groups.slots))
    state = new_state(contacts, groups, agents, intervals, rules)
    by_end = np.argsort(stretches.end, kind="stable").astype(np.int64)
    shifts = _records(records.STRETCH, len(stretches.start), **stretches._asdict())
    closes = _records(records.CLOSING, len(closings.time), **closings._asdict())
    events = kernels.run(state, shifts, by_end, closes, _ripe(contacts, rules), interval_seconds)
    record = state.contacts
    fate = Fate(*(np.ascontiguousarray(record[name]) for name in Fate._fields))
    return Played(fate, state.busy_seconds, state.line_seconds, int(events))


def no_overflow(agents: int, groups: int) -> Overflow:
    """No rules."""
    none = np.zeros(0, dtype=np.int64)
    return Overflow(none, none, np.zeros(0), np.zeros((agents, groups), dtype=bool))


def _ripe(contacts: Contacts, overflow: Overflow) -> NDArray[np.void]:
    """When each contact has waited as long as each rule of its group asks, by time, then by rule."""
    parts = [np.flatnonzero(contacts.group == source) for source in overflow.source]
    contact = np.concatenate([*parts, np.zeros(0, dtype=np.int64)])
    rule = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    time = contacts.arrival[contact] + overflow.after_seconds[rule]
    order = np.lexsort((contact, rule, time))
    return _records(records.RIPE, len(contact), time=time[order], rule=rule[order], contact=contact[order])


def new_state(contacts: Contacts, groups: Groups, agents: int, intervals: int, overflow: Overflow) -> records.State:
    """Nobody on the line, nobody waiting."""
    count = len(groups.slots)
    calls = _records(
        records.CONTACT,
        len(contacts.arrival),
        arrival=contacts.arrival,
        left=contacts.work_seconds,
        patience=contacts.patience_seconds,
        wait=np.nan,
        virtual_wait=np.inf,
        finish=np.inf,
        group=contacts.group,
        next=NOBODY,
        lent_by=NOBODY,
    )
    lines = _records(records.GROUP, count, **groups._asdict(), first_list=np.cumsum(groups.slots) - groups.slots)
    lines["first_waiting"] = lines["last_waiting"] = NOBODY
    people = _records(records.AGENT, agents, busy_since=np.inf, stretch=NOBODY, list=NOBODY)
    people["heap_place"] = np.arange(agents)
    slots = int(groups.slots.max(initial=1))
    return records.State(
        calls,
        people,
        lines,
        _records(records.LIST, int(groups.slots.sum()), first=NOBODY, last=NOBODY),
        np.arange(agents),
        np.full(agents, np.inf),
        np.zeros((agents, slots)),
        np.zeros((agents, slots), dtype=np.int64),
        np.zeros((count, intervals)),
        np.zeros((count, intervals)),
        _records(
            records.RULE,
            len(overflow.source),
            source=overflow.source,
            target=overflow.target,
            after=overflow.after_seconds,
        ),
        overflow.may,
    )


def _records(dtype: np.dtype[np.void], size: int, **fields: NDArray[np.generic] | float) -> NDArray[np.void]:
    """An array of records with the fields given, zero elsewhere."""
    made = np.zeros(size, dtype=dtype)
    for name, values in fields.items():
        made[name] = values
    return made
