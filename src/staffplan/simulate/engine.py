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


class Fate(NamedTuple):
    """(contacts,) each: what became of them. `wait` ends with the answer, the hang-up or the closing;
    `virtual_wait` is that of a customer who never hangs up (infinite where no one ever came free)."""

    outcome: Ints
    wait: Floats
    finish: Floats
    virtual_wait: Floats


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
) -> Played:
    """Let the contacts meet the people."""
    state = new_state(contacts, groups, agents, intervals)
    by_end = np.argsort(stretches.end, kind="stable").astype(np.int64)
    shifts = _records(records.STRETCH, len(stretches.start), **stretches._asdict())
    closes = _records(records.CLOSING, len(closings.time), **closings._asdict())
    events = kernels.run(state, shifts, by_end, closes, interval_seconds)
    record = state.contacts
    fate = Fate(*(np.ascontiguousarray(record[name]) for name in ("outcome", "wait", "finish", "virtual_wait")))
    return Played(fate, state.busy_seconds, state.line_seconds, int(events))


def new_state(contacts: Contacts, groups: Groups, agents: int, intervals: int) -> records.State:
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
    )


def _records(dtype: np.dtype[np.void], size: int, **fields: NDArray[np.generic] | float) -> NDArray[np.void]:
    """An array of records with the fields given, zero elsewhere."""
    made = np.zeros(size, dtype=dtype)
    for name, values in fields.items():
        made[name] = values
    return made
