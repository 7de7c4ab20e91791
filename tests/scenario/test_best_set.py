"""The set of options of the least harm: greed and exact search against all combinations, with interactions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.scenario.best_set import CUT, EVERY, GUESSED, Chosen, Worth, find


def world(savings: Sequence[float], harms: Sequence[float], shared: np.ndarray):
    """Sets whose savings are less than their sum by what each two share; and a list of the sets that were run."""
    ran: list[Chosen] = []

    def worth(chosen: Chosen) -> Worth:
        lost = sum(shared[a, b] for a, b in combinations(sorted(chosen), 2))
        return Worth(sum(savings[n] for n in chosen) - lost, sum(harms[n] for n in chosen))

    def run(sets: Sequence[Chosen]) -> dict[Chosen, Worth]:
        ran.extend(sets)
        return {chosen: worth(chosen) for chosen in sets}

    return run, worth, ran


NOTHING_SHARED = np.zeros((6, 6))


def test_greed_takes_the_cheapest_saving_first_and_may_do_more_harm_than_needed():
    """Target 10: greed takes 6 at 1 a unit, then must take 10 at 1.5; the 10 alone does it."""
    run, *_ = world([6, 10], [6, 15], NOTHING_SHARED)
    found = find(2, 10, run, runs=10)
    assert found.greedy == {0, 1}
    assert found.best == {1}
    assert found.proof == EVERY


def test_what_two_options_share_is_not_counted_twice():
    """A and B save the same hour: together 6 and not 10; C has to come in, though it does more harm."""
    shared = NOTHING_SHARED.copy()
    shared[0, 1] = 4
    run, worth, _ = world([5, 5, 5], [1, 1, 3], shared)
    found = find(3, 10, run, runs=10)
    assert found.best in ({0, 2}, {1, 2})
    assert worth(found.best).saving == 10


def test_nothing_that_reaches_the_target_is_said_so():
    run, *_ = world([1, 2], [1, 1], NOTHING_SHARED)
    found = find(2, 4, run, runs=10)
    assert (found.greedy, found.best) == (None, None)


def test_of_alternatives_at_most_one_is_taken():
    run, _, ran = world([5, 6, 4], [1, 2, 9], NOTHING_SHARED)
    found = find(3, 9, run, runs=10, alternatives=[frozenset({0, 1})])
    assert found.best == {0, 2}
    assert not any({0, 1} <= chosen for chosen in ran)


def test_options_that_cannot_be_together_are_left_out():
    run, *_ = world([5, 6, 4], [1, 2, 9], NOTHING_SHARED)

    def partly(sets):
        return {one: (None if {0, 1} <= one else worth) for one, worth in run(sets).items()}

    assert find(3, 9, partly, runs=10).best == {0, 2}
    assert find(3, 9, partly, runs=3).best == {0, 2}


def test_an_option_that_cannot_be_planned_takes_no_run_of_a_set() -> None:
    """Greed takes 6 at 7, then 5 at 6: harm 13. The two fives do it at 12, and that is the second of two runs."""
    run, *_ = world([6, 5, 5, 1], [7, 6, 6, 1], NOTHING_SHARED)

    def without_the_last(sets: Sequence[Chosen]) -> dict[Chosen, Worth | None]:
        return {one: (None if 3 in one else worth) for one, worth in run(sets).items()}

    found = find(4, 10, without_the_last, runs=2)
    assert found.greedy == {0, 1}
    assert found.best == {1, 2}
    assert found.proof == GUESSED


def test_runs_are_spent_on_the_sets_that_may_be_better_alone():
    """Without interactions the guesses are right: few sets are run, and the best one is among them."""
    run, worth, ran = world([3, 4, 5, 6, 7, 8], [5, 4, 3, 6, 9, 2], NOTHING_SHARED)
    found = find(6, 18, run, runs=20)
    every = [frozenset(c) for size in range(1, 7) for c in combinations(range(6), size)]
    least = min(worth(one).harm for one in every if worth(one).saving >= 18)
    assert worth(found.best).harm == least
    assert found.proof == GUESSED
    assert len(ran) < 6 + 8
    assert find(6, 18, run, runs=0).proof in (CUT, GUESSED)


@given(
    st.lists(st.tuples(st.integers(-2, 9), st.integers(0, 9)), min_size=1, max_size=5),
    st.integers(1, 20),
    st.integers(0, 5),
    st.integers(0, 40),
)
def test_the_best_set_is_that_of_brute_force(pairs, target: int, seed: int, runs: int):
    size = len(pairs)
    shared = np.random.default_rng(seed).integers(0, 3, (size, size))
    run, worth, _ = world([a for a, _ in pairs], [b for _, b in pairs], shared)
    found = find(size, target, run, runs=runs)
    every = [frozenset(c) for many in range(1, size + 1) for c in combinations(range(size), many)]
    reach = [worth(one).harm for one in every if worth(one).saving >= target]
    if found.best is not None:
        assert worth(found.best).saving >= target
    if found.greedy is not None:
        assert worth(found.greedy).saving >= target
        assert worth(found.best).harm <= worth(found.greedy).harm
    if found.proof == EVERY:
        assert (found.best is None) == (not reach)
        assert not reach or worth(found.best).harm == min(reach)


@pytest.mark.parametrize("runs", [0, 1, 50])
def test_one_option_needs_no_combination(runs: int):
    run, *_ = world([5], [1], NOTHING_SHARED)
    assert find(1, 5, run, runs=runs).best == {0}
