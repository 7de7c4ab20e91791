"""The judge of chats: as the event loop of `simulate` in every contact, and as exact theory says."""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.settings.simulate import SimulateSettings
from staffplan.simulate import engine
from staffplan.simulate.engine import Closings, Contacts, Groups, Stretches
from staffplan.simulate.outcomes import ANSWERS, IN_TIME, LEFT, OFFERED, WAITED
from staffplan.simulate.records import ABANDONED, ANSWERED, TURNED_AWAY
from staffplan.staffing.models.chat import chat_pace
from staffplan.staffing.models.least_loaded import least_loaded_line
from staffplan.staffing.simulated.judge import Playing, judge
from staffplan.staffing.simulated.kernels import BUSY
from staffplan.staffing.simulated.search import fewest_by_interval

AGENTS = np.array([2, 6, 3, 0, 5, 1, 4, 4])
OFFERED_CHATS = [20, 40, 14, 6, 30, 9, 25, 26]


def looped(contacts: list[tuple[float, float, float]], agents: np.ndarray, slots: int, slowdown: float):
    """The same contacts and people in the event loop."""
    arrival, work, patience = (np.array(column) for column in zip(*contacts, strict=True))
    steps = np.diff(agents, prepend=0, append=0)
    start = np.repeat(np.arange(len(steps)), np.maximum(steps, 0)) * 1800.0
    end = np.repeat(np.arange(len(steps)), np.maximum(-steps, 0)) * 1800.0
    none = np.zeros(len(start), dtype=np.int64)
    played = engine.run(
        Contacts(arrival, np.zeros(len(arrival), dtype=np.int64), work, patience),
        Stretches(start, end, np.arange(len(start)), none),
        Groups(np.array([slots]), np.array([slowdown]), np.array([False]), np.array([True])),
        Closings(np.array([len(agents) * 1800.0]), np.array([0])),
        agents=len(start),
        intervals=len(agents),
        interval_seconds=1800.0,
    )
    return (arrival // 1800.0).astype(np.int64), played.fate


@pytest.mark.parametrize(("slots", "slowdown"), [(2, 0.0), (3, 0.2), (4, 0.5)])
def test_the_judge_and_the_event_loop_agree_on_every_chat(make_chats, slots, slowdown):
    """Chats longer than the interval, agents who come and go, waits that are carried on and turned away."""
    rules = {"concurrency": slots, "concurrency_slowdown": slowdown, "patience_seconds": 600.0}
    line = make_chats(OFFERED_CHATS, aht=1500.0, simulation=SimulateSettings(), **rules)
    playing, contacts = Playing(line, 5, 1), []
    for place, span, crowd in playing.intervals():
        new = crowd.arrival >= span.start
        contacts += zip(crowd.arrival[new], crowd.work[new], crowd.patience[new], strict=True)
        playing.go_on(place, span, crowd, int(AGENTS[place]))
    counts = playing.judged().counts[:, 0]
    interval, fate = looped(contacts, AGENTS, slots, slowdown)
    answered = fate.outcome == ANSWERED
    gone = (fate.outcome == ABANDONED) | (fate.outcome == TURNED_AWAY)
    assert np.bincount(interval[answered], minlength=8).tolist() == counts[:, ANSWERS].tolist()
    assert np.bincount(interval[gone], minlength=8).tolist() == counts[:, LEFT].tolist()
    waits = np.bincount(interval, weights=np.where(answered, fate.wait, 0.0), minlength=8)
    np.testing.assert_allclose(waits, counts[:, WAITED], atol=1e-6)
    assert counts[:, ANSWERS].sum() > 40
    assert counts[:, LEFT].sum() > 20


def test_a_day_of_chats_that_never_changes_agrees_with_the_exact_chain(make_chats):
    """Within four standard errors over repetitions, from six hours after an empty start."""
    line = make_chats([24.0] * 40, aht=400.0, concurrency=2, concurrency_slowdown=0.3, patience_seconds=120.0)
    played = judge(line, np.full(40, 4), seed=3, repetitions=200)
    exact = least_loaded_line(
        24 * 400 / 1800,
        4,
        pace=chat_pace(2, 0.3),
        aht_seconds=400.0,
        answer_within_seconds=20.0,
        patience_seconds=120.0,
    )
    counts = played.counts[12:36].sum(axis=0)
    shares = {
        "in time": (counts[:, IN_TIME], counts[:, OFFERED], exact.service_level("offered")),
        "abandoned": (counts[:, LEFT], counts[:, OFFERED], exact.abandon_rate),
        "wait": (counts[:, WAITED], counts[:, ANSWERS], exact.asa_seconds),
        "busy": (counts[:, BUSY], np.full(200, 24 * 1800.0 * 4), exact.occupancy),
    }
    for name, (part, whole, truth) in shares.items():
        off = part - float(truth) * whole
        error = off.std(ddof=1) / np.sqrt(200) / whole.mean()
        assert part.sum() / whole.sum() == pytest.approx(float(truth), abs=4 * error + 1e-9), name


def test_what_a_trial_promises_is_what_the_play_gives(make_chats):
    """In the last interval before closing nothing comes after; in others who waits meets as many agents as now."""
    line = make_chats(OFFERED_CHATS, aht=600.0, concurrency=2, concurrency_slowdown=0.2, patience_seconds=600.0)
    playing = Playing(line, 2, 50)
    for place, span, crowd in playing.intervals():
        tried = playing.would_give(span, crowd, 4, 0, 50)
        assert np.array_equal(tried, playing.would_give(span, crowd, 4, 0, 50))
        playing.go_on(place, span, crowd, 4)
    counts = playing.judged().counts
    np.testing.assert_allclose(counts[-1], tried, atol=1e-6)
    assert counts[:, :, OFFERED].sum() == counts[:, :, [ANSWERS, LEFT]].sum()


def test_no_agent_of_the_search_can_go(make_chats):
    line = make_chats(OFFERED_CHATS, aht=400.0, concurrency=2, concurrency_slowdown=0.25, patience_seconds=240.0)
    agents = fewest_by_interval(line, np.full(8, 3), seed=1, repetitions=400)
    assert (judge(line, agents, seed=1, repetitions=400).service_level >= 0.8 - 0.01).all()
    for place in np.flatnonzero(agents > 1):
        fewer = agents.copy()
        fewer[place] -= 1
        assert judge(line, fewer, seed=1, repetitions=400).service_level[place] < 0.8 + 0.01
