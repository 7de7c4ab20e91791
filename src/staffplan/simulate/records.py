"""What the event loop works on: records of contacts, people, groups and stretches."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WAITING, ANSWERED, ABANDONED, TURNED_AWAY = 0, 1, 2, 3
"""Outcome of a contact: still in line (deferred: unfinished) at the end; answered; hung up; sent off at closing."""
NOBODY = -1

CONTACT = np.dtype(
    [
        ("arrival", "f8"),
        ("left", "f8"),
        ("patience", "f8"),
        ("wait", "f8"),
        ("virtual_wait", "f8"),
        ("finish", "f8"),
        ("group", "i8"),
        ("outcome", "i8"),
        ("next", "i8"),
        ("lent_by", "i8"),
    ]
)
"""A contact: `left` is the work still to do by an agent who has nothing else in hand; `next` in line behind it;
`lent_by`: the group whose agent helps out, NOBODY where its own group answers or nobody does.
`wait` ends with the answer, the hang-up or the closing; `virtual_wait` is infinite where no one ever came free."""
AGENT = np.dtype(
    [
        ("clock", "f8"),
        ("clock_at", "f8"),
        ("busy_since", "f8"),
        ("line_since", "f8"),
        ("stretch", "i8"),
        ("working", "i8"),
        ("in_hand", "i8"),
        ("heap_place", "i8"),
        ("list", "i8"),
        ("before", "i8"),
        ("after", "i8"),
        ("lent", "i8"),
    ]
)
"""A person: the stretch that runs now, the group of the contacts in hand and how many; `clock` counts the work done
on each contact in hand, as it stood at `clock_at`; the place in heap and list; and whether the one contact in hand is
of another group, that is helped out."""
GROUP = np.dtype(
    [
        ("slots", "i8"),
        ("slowdown", "f8"),
        ("set_aside", "i8"),
        ("alike", "i8"),
        ("first_list", "i8"),
        ("first_waiting", "i8"),
        ("last_waiting", "i8"),
    ]
)
"""A planning group: contacts at once, how much each further one slows all, whether work is set aside when a stretch
ends, whether people are alike, so that one may leave in another's place, and the line. Free agents with k contacts in
hand are in list `first_list` + k."""
LIST = np.dtype([("first", "i8"), ("last", "i8")])
STRETCH = np.dtype([("start", "f8"), ("end", "f8"), ("agent", "i8"), ("group", "i8")])
"""One person on queue for one group without a pause."""
CLOSING = np.dtype([("time", "f8"), ("group", "i8")])
"""Whoever still waits for the group at that time is turned away."""

RULE = np.dtype([("source", "i8"), ("target", "i8"), ("after", "f8")])
"""Contacts of the source that have waited so long may be taken by free people of the target."""
RIPE = np.dtype([("time", "f8"), ("rule", "i8"), ("contact", "i8")])
"""When a contact has waited as long as a rule asks."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class State(NamedTuple):
    """All that the events touch. `heap` orders the agents by when they finish next, which `due_at` tells, place by
    place; `due` and `hand` (agents, slots) tell at which reading of the agent's clock each contact in hand is done,
    and which it is."""

    contacts: Any
    agents: Any
    groups: Any
    lists: Any
    heap: Ints
    due_at: Floats
    due: Floats
    hand: Ints
    busy_seconds: Floats
    line_seconds: Floats
    rules: Any
    may: NDArray[np.bool_]
    """(agents, groups): who can take contacts of which group, where there are rules."""
