"""Deferred work: deadlines as a floor, arrivals as a ceiling, and the levellest way between."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from staffplan.staffing.models.backlog import (
    DeferredWork,
    constant_agents,
    corridor,
    level_agents,
    whole_heads,
    work_off,
)
from staffplan.staffing.models.taut import taut_string
from thorough import repetitions


@st.composite
def deferred_works(draw: st.DrawFn, most: int = 30) -> DeferredWork:
    """Some arrivals, some opening hours, the same number of intervals to finish everything in."""
    count = draw(st.integers(4, most))
    work = draw(st.lists(st.sampled_from([0.0, 0.0, 0.4, 1.0, 2.5, 7.0]), min_size=count, max_size=count))
    is_open = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    intervals = np.arange(count)
    opened = np.concatenate([[0], np.cumsum(is_open)])
    due = intervals + draw(st.integers(1, 12))
    reachable = opened[np.minimum(due + 1, count)] > opened[np.minimum(intervals + 1, count)]
    due = np.where(reachable | (due >= count), due, count)
    return DeferredWork(np.array(work), intervals + 1, due, is_open)


def one_stretch(deferred: DeferredWork) -> np.ndarray:
    return np.zeros(int(deferred.is_open.sum()), dtype=np.int64)


@given(deferred_works(), st.floats(0.5, 1), st.integers(0, 2))
@settings(deadline=None)
def test_the_plan_keeps_every_deadline_and_never_works_on_what_has_not_come(deferred, share, minimum):
    agents = level_agents(deferred, share=share, minimum=minimum, stretch=one_stretch(deferred))
    floor, ceiling = corridor(deferred, share)
    done = work_off(deferred, agents).done
    assert (done >= floor - 1e-9).all()
    assert (done <= ceiling + 1e-9).all()
    assert (agents >= minimum).all()
    assert (agents == np.floor(agents)).all()


@given(deferred_works())
@settings(deadline=None, max_examples=repetitions(17, 50))
def test_no_other_plan_has_a_lower_peak(deferred):
    """The least peak of any plan, by linear programming; ours is that, rounded up."""
    floor, ceiling = corridor(deferred, 1.0)
    count = len(floor) - 1
    assume(count > 0)
    agents = level_agents(deferred, share=1.0, minimum=0, stretch=one_stretch(deferred))
    # Unknown: work done in each interval, and the peak above all of it.
    steps = np.hstack([np.tril(np.ones((count, count))), np.zeros((count, 1))])
    below_peak = np.hstack([np.eye(count), -np.ones((count, 1))])
    found = linprog(
        [0.0] * count + [1.0],
        A_ub=np.vstack([-steps, steps, below_peak]),
        b_ub=np.concatenate([-floor[1:], ceiling[1:], np.zeros(count)]),
    )
    assert found.status == 0
    assert agents.max() == pytest.approx(np.ceil(found.fun - 1e-7))


@given(deferred_works())
@settings(deadline=None)
def test_a_level_plan_needs_no_more_at_its_peak_than_a_constant_one(deferred):
    agents = level_agents(deferred, share=1.0, minimum=0, stretch=one_stretch(deferred))
    assert agents.max(initial=0) <= constant_agents(deferred)


@given(deferred_works(most=16))
@settings(deadline=None)
def test_a_constant_plan_is_the_least_that_finishes_everything(deferred):
    agents = constant_agents(deferred)
    count = int(deferred.is_open.sum())
    floor, _ = corridor(deferred, 1.0)
    assert (work_off(deferred, np.full(count, float(agents))).done >= floor - 1e-9).all()
    if agents > 0:
        assert (work_off(deferred, np.full(count, agents - 1.0)).done < floor - 1e-9).any()


@given(deferred_works())
@settings(deadline=None)
def test_rounding_to_whole_heads_wastes_less_than_one_in_any_interval(deferred):
    floor, _ = corridor(deferred, 1.0)
    agents = level_agents(deferred, share=1.0, minimum=0, stretch=one_stretch(deferred))
    done = work_off(deferred, agents).done
    assert (agents - np.diff(done) < 1).all()
    assert done[-1] - floor[-1] < 1


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=40))
@settings(deadline=None)
def test_the_taut_string_stays_in_its_corridor_and_bends_only_at_its_walls(steps):
    """Convex corners touch the ceiling from below, concave ones the floor from above: nothing shorter exists."""
    floor = np.concatenate([[0.0], np.cumsum([low for low, _ in steps])])
    ceiling = floor + np.concatenate([[0.0], [gap for _, gap in steps]])
    ceiling = np.maximum.accumulate(ceiling)
    points, heights = taut_string(floor, ceiling)
    path = np.interp(np.arange(len(floor)), points, heights)
    assert (path >= floor - 1e-9).all()
    assert (path <= ceiling + 1e-9).all()
    slopes = np.diff(heights) / np.diff(points)
    for corner, (before, after) in enumerate(itertools.pairwise(slopes), start=1):
        wall = ceiling if after > before else floor
        assert abs(after - before) < 1e-9 or heights[corner] == pytest.approx(wall[points[corner]])


def test_four_mails_due_together_are_shared_out_evenly():
    """Worked by hand: 4 agent-intervals come first, due after five; two more in the fourth, due with them."""
    work = np.array([4.0, 0, 0, 2, 0, 0])
    deferred = DeferredWork(work, np.arange(1, 7), np.array([5, 5, 5, 5, 5, 5]), np.ones(6, dtype=bool))
    agents = level_agents(deferred, share=1.0, minimum=0, stretch=np.zeros(6, dtype=np.int64))
    # Six units in five intervals would be 1.2 each; the first interval has nothing to do yet.
    assert agents.tolist() == [0, 2, 1, 1, 1, 1]


def test_a_straight_piece_over_two_days_takes_its_extra_head_each_morning():
    """Ten units, ready at once, due after eight intervals, a constant 1.25: each day 5 of 4 x 1.25, first hour 2."""
    work = np.array([0.0] * 8)
    work[0] = 10.0
    ready = np.arange(8)
    due = np.full(8, 7)
    deferred = DeferredWork(work, ready, due, np.ones(8, dtype=bool))
    agents = level_agents(deferred, share=1.0, minimum=0, stretch=np.array([0, 0, 0, 0, 1, 1, 1, 1]))
    assert agents.tolist() == [2, 1, 1, 1, 2, 1, 1, 1]


def test_work_that_is_due_before_anyone_comes_is_refused():
    deferred = DeferredWork(np.array([1.0, 0.0]), np.array([1, 2]), np.array([1, 1]), np.array([True, False]))
    with pytest.raises(ValueError, match="before anyone is there"):
        constant_agents(deferred)


def test_when_tells_the_moment_each_part_is_done():
    deferred = DeferredWork(
        np.array([4.0, 0, 0]), np.array([0, 2, 3]), np.array([2, 2, 2]), np.array([True, False, True])
    )
    finished = work_off(deferred, np.array([2.0, 4.0]))
    times = finished.when(np.array([1.0, 2.0, 3.0, 4.0, 4.5]))
    assert times.tolist() == [0.5, 1.0, 2.25, 2.5, np.inf]


def test_a_tie_is_not_rounded_up():
    assert [whole_heads(heads) for heads in (21 / 0.7, 21 / (1 - 0.3), 30.2, 0.0)] == [30, 30, 31, 0]
