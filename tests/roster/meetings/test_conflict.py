"""A meeting that not all can attend: the smallest group never free together, and ways out that give it a place."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from meeting_centers import (
    CENTER,
    GROUPS,
    QUARTER,
    QUARTERS,
    Doing,
    random_doing,
    random_need,
    roster_of,
    with_meeting,
)
from roster_centers import MADRID, day

from staffplan.clock import wall_instant
from staffplan.roster.meetings.conflict import Gathering, conflict_words, never_together, ways_out
from staffplan.roster.meetings.place import BELOW_MINIMUM
from staffplan.roster.meetings.queue_time import Prices, QueueTime, queue_time

ALL = ("ann", "bob", "cleo")


def at(hour: float, number: int = 0) -> pd.Timestamp:
    return wall_instant(day(number), round(hour * 60), MADRID)


@given(arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 12))))
def test_the_group_found_is_never_free_together_and_no_smaller_group_is(free: np.ndarray) -> None:
    people = range(len(free))
    groups = [
        rows for size in people for rows in combinations(people, size + 1) if not free[list(rows)].all(axis=0).any()
    ]
    if groups:
        core = never_together(free)
        assert not free[core].all(axis=0).any()
        assert len(core) == min(len(rows) for rows in groups)


def time_of(doing: Doing, seed: int = 1) -> QueueTime:
    need = random_need(np.random.default_rng(seed))
    prices = Prices(10.0, 1.0, BELOW_MINIMUM)
    return queue_time(roster_of(doing), need, ALL, site=CENTER.site, prices=prices, minutes=[15])


def window(time: QueueTime, first: pd.Timestamp, end: pd.Timestamp, minutes: int) -> np.ndarray:
    return np.arange(round(time.ticks(first)), round(time.ticks(end)) - minutes // 15 + 1, dtype=np.int64)


def gathering(time: QueueTime, first: pd.Timestamp, end: pd.Timestamp, minutes: int) -> Gathering:
    """All three, in a window; absent are those who miss the start at which most can come."""
    starts = window(time, first, end, minutes)
    people = np.arange(3, dtype=np.int64)
    free = time.free(people, starts, minutes // 15)
    best = free[:, free.sum(axis=0).argmax()] if len(starts) else np.zeros(3, dtype=bool)
    absent = tuple(name for name, mine in zip(ALL, best.tolist(), strict=True) if not mine)
    return Gathering(ALL, people, starts, minutes // 15, absent, lambda length: window(time, first, end, 15 * length))


def can_all(doing: Doing, names: tuple[str, ...], start: pd.Timestamp, minutes: int) -> bool:
    return with_meeting(doing, names, start, minutes, "meeting") is not None


@pytest.mark.parametrize("seed", range(40))
def test_every_way_out_has_a_place_in_the_roster_and_no_nearer_longer_or_fuller_one_is_there(seed: int) -> None:
    rng = np.random.default_rng(seed)
    doing = random_doing(rng)
    time, minutes = time_of(doing), int(rng.choice([30, 60, 90]))
    hour = int(rng.integers(8, 13))
    first, end = at(hour), at(hour + 2)
    allowed = [q for q in QUARTERS if first <= q and q + minutes // 15 * QUARTER <= end]
    if any(can_all(doing, ALL, start, minutes) for start in allowed):
        return
    meeting = gathering(time, first, end, minutes)
    assert time.period.slot_minutes == 15
    found = {way.words.split(":")[0].split()[0]: way for way in ways_out(time, meeting)}
    for way in found.values():
        for name, start in way.starts.items():
            assert can_all(doing, (name,), time.period.instant(start), 15 * way.length)
    most = max([sum(can_all(doing, (name,), start, minutes) for name in ALL) for start in allowed])
    assert ("without" in found) == (most > 0)
    assert most == 0 or len(found["without"].starts) == most
    shorter = [
        length
        for length in range(15, minutes, 15)
        for start in QUARTERS
        if first <= start and start + length // 15 * QUARTER <= end and can_all(doing, ALL, start, length)
    ]
    longest = next((15 * way.length for words, way in found.items() if words.isdigit()), 0)
    assert longest == max(shorter, default=0)
    assert ("outside" in found) == any(can_all(doing, ALL, q, minutes) for q in QUARTERS[:96])
    assert ("on" in found) == any(can_all(doing, ALL, q, minutes) for q in QUARTERS[96:])


def shift(agent_id: str, number: int, start: float, quarters: int) -> Doing:
    return {(agent_id, number): [(at(start, number) + n * QUARTER, GROUPS[1]) for n in range(quarters)]}


def test_a_manager_reads_who_is_free_when_and_what_would_help() -> None:
    doing = shift("ann", 0, 8, 8) | shift("bob", 0, 10, 12) | shift("cleo", 0, 8, 20) | shift("bob", 1, 8, 12)
    doing |= shift("ann", 1, 8, 12) | shift("cleo", 1, 8, 12)
    time = time_of(doing)
    assert conflict_words(time, gathering(time, at(8), at(11), 60)) == (
        "ann, bob are never on queue for 60 minutes together then "
        "(ann Mon 2 Nov 08:00-10:00; bob Mon 2 Nov 10:00-11:00). "
        "Cheapest: without bob; or: each by themselves (together = no); "
        "or: on another day: Tue 3 Nov 08:00-09:00"
    )


def test_a_window_that_is_too_short_is_said_to_be_so() -> None:
    time = time_of(shift("ann", 0, 8, 12) | shift("bob", 0, 8, 12) | shift("cleo", 0, 8, 12))
    words = conflict_words(time, gathering(time, at(8), at(8.5), 60))
    assert words.startswith(
        "its days and hours have no 60 minutes in a row. Cheapest: on another day: Mon 2 Nov 08:00"
    )
