"""The judge: as exact theory says where theory is exact, and as the event loop of `simulate` in every contact."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.settings.queues import Goal
from staffplan.simulate import engine
from staffplan.simulate.engine import Closings, Contacts, Groups, Stretches
from staffplan.simulate.outcomes import ANSWERS, IN_TIME, LEFT, OFFERED, WAITED, ratio, service_level
from staffplan.simulate.records import ABANDONED, ANSWERED, TURNED_AWAY
from staffplan.staffing.models.erlang import waiting_line
from staffplan.staffing.simulated.judge import Playing, judge
from staffplan.staffing.simulated.kernels import BUSY

REPETITIONS = 200
SETTLED = slice(12, 36)
"""From six hours after an empty start to two hours before closing."""


@pytest.mark.parametrize("load", [0.5, 4.0, 20.0])
@pytest.mark.parametrize("patience", [60.0, 300.0, np.inf])
@pytest.mark.parametrize("spare", [0.0, 1.0])
def test_a_day_that_never_changes_agrees_with_exact_theory(make_day, load, patience, spare):
    """Within four standard errors, taken over repetitions; Erlang A, or Erlang C where nobody hangs up."""
    agents = int(np.ceil(load + (1.0 + spare) * np.sqrt(load)))
    line = make_day([load * 1800 / 200] * 40, aht=200.0, patience_seconds=None if np.isinf(patience) else patience)
    played = judge(line, np.full(40, agents), seed=3, repetitions=REPETITIONS)
    exact = waiting_line(load, agents, aht_seconds=200.0, answer_within_seconds=20.0, patience_seconds=patience)
    counts = played.counts[SETTLED].sum(axis=0)
    shares = {
        "offered": (counts[:, IN_TIME], counts[:, OFFERED], exact.service_level("offered")),
        "abandoned": (counts[:, LEFT], counts[:, OFFERED], exact.abandon_rate),
        "asa": (counts[:, WAITED], counts[:, ANSWERS], exact.asa_seconds),
        "busy": (counts[:, BUSY], np.full(REPETITIONS, 24 * 1800.0 * agents), exact.occupancy),
    }
    for name, (part, whole, truth) in shares.items():
        off = part - float(truth) * whole
        error = off.std(ddof=1) / np.sqrt(REPETITIONS) / whole.mean()
        assert part.sum() / whole.sum() == pytest.approx(float(truth), abs=4 * error + 1e-9), name


def test_the_judge_and_the_event_loop_agree_on_every_contact(make_day):
    """The same contacts meet the same people in both: calls longer than the interval, agents who come and go."""
    agents = np.array([2, 6, 3, 0, 5, 1, 4, 4])
    line = make_day([8, 10, 4, 1, 9, 3, 5, 6], aht=1500.0, patience_seconds=600.0)
    playing = Playing(line, 5, 1)
    contacts: list[tuple[float, float, float]] = []
    for place, span, crowd in playing.intervals():
        new = crowd.arrival >= span.start
        contacts += zip(crowd.arrival[new], crowd.work[new], crowd.patience[new], strict=True)
        playing.go_on(place, span, crowd, int(agents[place]))
    counts = playing.judged().counts[:, 0]
    arrival, work, patience = (np.array(column) for column in zip(*contacts, strict=True))
    steps = np.diff(agents, prepend=0, append=0)
    start = np.repeat(np.arange(len(steps)), np.maximum(steps, 0)) * 1800.0
    end = np.repeat(np.arange(len(steps)), np.maximum(-steps, 0)) * 1800.0
    people = np.arange(len(start))
    looped = engine.run(
        Contacts(arrival, np.zeros(len(arrival), dtype=np.int64), work, patience),
        Stretches(start, end, people, np.zeros(len(start), dtype=np.int64)),
        Groups(np.array([1]), np.array([0.0]), np.array([False]), np.array([True])),
        Closings(np.array([8 * 1800.0]), np.array([0])),
        agents=len(start),
        intervals=8,
        interval_seconds=1800.0,
    )
    outcome = looped.fate.outcome
    gone = (outcome == ABANDONED) | (outcome == TURNED_AWAY)
    interval = (arrival // 1800.0).astype(np.int64)
    assert np.bincount(interval[outcome == ANSWERED], minlength=8).tolist() == counts[:, ANSWERS].tolist()
    assert np.bincount(interval[gone], minlength=8).tolist() == counts[:, LEFT].tolist()
    waits = np.bincount(interval, weights=np.where(outcome == ANSWERED, looped.fate.wait, 0.0), minlength=8)
    np.testing.assert_allclose(waits, counts[:, WAITED], atol=1e-6)
    assert counts[:, ANSWERS].sum() > 20
    assert counts[:, LEFT].sum() > 5


def test_a_contact_that_waits_is_carried_into_the_next_interval_and_counted_where_it_arrived(make_day):
    """Nobody is there in the first half-hour, and enough in the second: all who are patient wait until 9:30."""
    line = make_day([30.0, 0.0], aht=1.0)
    played = judge(line, np.array([0, 50]), seed=1, repetitions=300)
    measured = played.by_interval
    assert measured[ANSWERS].tolist() == measured[OFFERED].tolist()
    assert ratio(measured[WAITED], measured[ANSWERS])[0] == pytest.approx(900, abs=30)
    assert played.service_level[0] == pytest.approx(20 / 1800, abs=0.006)


def test_who_still_waits_at_closing_is_turned_away(make_day):
    line = make_day([10.0], aht=300.0)
    measured = judge(line, np.array([0]), seed=1, repetitions=50).by_interval
    assert measured[LEFT].tolist() == measured[OFFERED].tolist()


def test_the_same_seed_gives_the_same_counts_and_another_does_not(make_day):
    line = make_day([20.0] * 4, patience_seconds=90.0)
    agents = np.full(4, 4)
    first, again, other = (judge(line, agents, seed=seed, repetitions=20).counts for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_one_more_agent_anywhere_never_makes_anyone_wait_longer(make_day):
    """The same contacts meet every requirement; where calls are short no one stays on after leaving."""
    line = make_day([20.0, 35.0, 25.0, 10.0], aht=200.0, goal=Goal(service_level=0.8, within_seconds=20))
    plan = np.array([3, 5, 4, 2])
    before = judge(line, plan, seed=4, repetitions=30).counts
    for place in range(4):
        more = plan.copy()
        more[place] += 1
        after = judge(line, more, seed=4, repetitions=30).counts
        assert after[..., WAITED].sum() <= before[..., WAITED].sum()
        assert after[place, :, IN_TIME].sum() >= before[place, :, IN_TIME].sum()


def test_uncertain_days_are_worth_the_waits_that_exact_theory_gives_their_mixture(make_day):
    """100 erlangs with 108 agents give .807 when certain and .596 at a 10 % standard deviation of the volume."""
    for spread, truth in ((0.0, 0.807), (0.1, 0.596)):
        line = make_day([600.0] * 12, aht=300.0, spread=spread)
        played = judge(line, np.full(12, 108), seed=2, repetitions=300)
        late = service_level(played.by_interval[:, 6:].sum(axis=1), "offered")
        assert float(late) == pytest.approx(truth, abs=0.04)
