"""The event loop by itself: cases to follow by hand, and conservation under any roster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.simulate.engine import Closings, Contacts, Groups, Stretches, run
from staffplan.simulate.records import ABANDONED, ANSWERED, TURNED_AWAY, WAITING
from thorough import repetitions

NO_CLOSING = Closings(np.zeros(0), np.zeros(0, dtype=np.int64))


def voice(slots: int = 1, slowdown: float = 0.0, *, set_aside: bool = False) -> Groups:
    return Groups(np.array([slots]), np.array([slowdown]), np.array([set_aside]))


def contacts(rows: list[tuple[float, float, float]]) -> Contacts:
    """Arrival, work and patience of each."""
    arrival, work, patience = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return Contacts(arrival, np.zeros(len(rows), dtype=np.int64), work, patience)


def stretches(rows: list[tuple[float, float, int]]) -> Stretches:
    """Start, end and agent of each, by start."""
    rows = sorted(rows)
    start, end = (np.array([row[k] for row in rows], dtype=float) for k in (0, 1))
    agent = np.array([row[2] for row in rows], dtype=np.int64)
    return Stretches(start, end, agent, np.zeros(len(rows), dtype=np.int64))


def play(calls, people, groups=None, closings=NO_CLOSING):
    agents = max(row[2] for row in people) + 1
    return run(
        contacts(calls),
        stretches(people),
        groups or voice(),
        closings,
        agents=agents,
        intervals=4,
        interval_seconds=100.0,
    )


def test_one_agent_three_calls_one_hangs_up():
    """Served 0-50; the second would wait until 50 but has 10 s patience; the third waits from 20 to 50."""
    fate = play([(0, 50, np.inf), (10, 50, 10), (20, 30, np.inf)], [(0, 400, 0)]).fate
    assert fate.outcome.tolist() == [ANSWERED, ABANDONED, ANSWERED]
    assert fate.wait.tolist() == [0, 10, 30]
    assert fate.virtual_wait.tolist() == [0, 40, 30]
    assert fate.finish.tolist()[::2] == [50, 80]


def test_the_call_in_hand_is_finished_after_the_stretch_and_the_next_waits_for_the_following_one():
    played = play([(0, 150, np.inf), (10, 20, np.inf)], [(0, 100, 0), (200, 300, 0)])
    assert played.fate.finish.tolist() == [150, 220]
    assert played.busy_seconds.tolist() == [[100, 50, 20, 0]]
    assert played.line_seconds.tolist() == [[100, 50, 100, 0]]


def test_a_break_swallowed_by_a_call_does_not_count_twice():
    played = play([(0, 150, np.inf)], [(0, 100, 0), (120, 300, 0)])
    assert played.line_seconds.tolist() == [[100, 100, 100, 0]]
    assert played.busy_seconds.tolist() == [[100, 50, 0, 0]]


def test_set_aside_work_keeps_its_place_and_what_is_left_of_it():
    """100 s of work begun at 60: 40 s are done when the stretch ends, 60 from 200 on; the second is next."""
    groups = voice(set_aside=True)
    fate = play([(60, 100, np.inf), (70, 10, np.inf)], [(0, 100, 0), (200, 400, 0)], groups).fate
    assert fate.finish.tolist() == [260, 270]


def test_set_aside_work_goes_to_a_colleague_who_is_free():
    groups = voice(set_aside=True)
    fate = play([(60, 100, np.inf)], [(0, 100, 0), (90, 400, 1)], groups).fate
    assert fate.finish.tolist() == [160]


def test_two_chats_at_once_slow_each_other():
    """Slowdown 0.5: alone 0-20 (20 s done), together each second of work takes 1.5 s.

    The first has 80 s left: until 20 + 120 = 140. The second then has 20 s left, alone: until 160.
    """
    fate = play([(0, 100, np.inf), (20, 100, np.inf)], [(0, 400, 0)], voice(2, 0.5)).fate
    assert fate.finish.tolist() == pytest.approx([140, 160])


def test_a_chat_goes_to_the_agent_with_the_fewest():
    chats = [(0, 100, np.inf), (1, 100, np.inf), (2, 100, np.inf)]
    fate = play(chats, [(0, 400, 0), (0, 400, 1)], voice(2, 1.0)).fate
    assert fate.wait.tolist() == [0, 0, 0]
    assert fate.finish[1] == pytest.approx(101), "the second chat has an agent to itself"


def test_at_closing_those_in_line_are_turned_away_unless_they_hung_up_before():
    closings = Closings(np.array([90.0]), np.zeros(1, dtype=np.int64))
    calls = [(0, 200, np.inf), (10, 5, 20), (20, 5, np.inf), (95, 5, np.inf)]
    fate = play(calls, [(0, 400, 0)], closings=closings).fate
    assert fate.outcome.tolist() == [ANSWERED, ABANDONED, TURNED_AWAY, ANSWERED]
    assert fate.wait.tolist() == [0, 20, 70, 105]


times = st.integers(0, 40).map(lambda tick: tick * 10.0)
calls_of_a_day = st.lists(st.tuples(times, st.integers(1, 150), st.sampled_from([5.0, 60.0, np.inf])), min_size=1)
people_of_a_day = st.lists(st.tuples(times, st.integers(1, 20), st.integers(0, 3)), min_size=1)


@settings(max_examples=repetitions(67, 200), deadline=None)
@given(calls_of_a_day, people_of_a_day, st.integers(1, 3), st.booleans())
def test_nobody_is_lost_and_nobody_works_two_lives(calls, people, slots, set_aside):
    """Whatever the roster, overlapping stretches included: fates are complete, times add up, work is conserved."""
    calls = sorted(calls)
    spans = [(start, start + 10.0 * length, agent) for start, length, agent in people]
    groups = voice(1 if set_aside else slots, 0.2, set_aside=set_aside)
    played = run(
        contacts(calls), stretches(spans), groups, NO_CLOSING, agents=4, intervals=20, interval_seconds=100.0
    )
    fate = played.fate
    patience = np.array([call[2] for call in calls])
    work = np.array([call[1] for call in calls], dtype=float)
    done = fate.outcome == ANSWERED
    assert np.isin(fate.outcome, [WAITING, ANSWERED, ABANDONED]).all()
    assert np.isfinite(fate.finish[done]).all()
    assert (fate.wait[done] <= patience[done]).all()
    assert (fate.wait[fate.outcome == ABANDONED] == patience[fate.outcome == ABANDONED]).all()
    assert (fate.finish[done] >= np.array([c[0] for c in calls])[done] + fate.wait[done] + work[done] - 1e-6).all()
    assert (played.busy_seconds <= played.line_seconds + 1e-6).all()
    if groups.slots[0] == 1 and not (set_aside and (fate.outcome == WAITING).any()):
        assert played.busy_seconds.sum() == pytest.approx(work[done].sum())
