"""The replay of real calls is exact on tiny cases and agrees with theory; what nobody saw is drawn as it should."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from closed_loop import Line, hours_at
from real_calls.calls import FILE, Calls, Log, _from_the_curve, month_drawn
from real_calls.floor import fewest_heads
from real_calls.replay import Played, Service, duty_of_heads, play, service_of
from real_calls.shifts import SLOTS, every_way
from real_calls.stack import MODELS, WEEKS, Usual, shifts_by
from thorough import repetitions

FOREVER = math.inf
FIRST = pd.Timestamp("1999-02-01", tz="UTC")


def calls(*rows: tuple[float, float, float]) -> Calls:
    """Second of arrival, patience, handling time."""
    return Calls(*np.array(rows, dtype=float).T)


def made_up(count: int, apart: float, handling: float, patience: float, seed: int) -> Calls:
    """Poisson arrivals, exponential handling times and patience."""
    rng = np.random.default_rng(seed)
    second = np.cumsum(rng.exponential(apart, count))
    gone = rng.exponential(patience, count) if math.isfinite(patience) else np.full(count, FOREVER)
    return Calls(second, gone, rng.exponential(handling, count))


def test_the_replay_waits_as_erlang_c_says():
    # R package ErlangC 0.1.0, example: 100 calls in 30 minutes, 180 s, 14 agents: .88835 within 20 s, ASA 7.836 s
    count = repetitions(30_000, 120_000)
    wide = math.sqrt(120_000 / count)
    drawn = made_up(count, apart=18, handling=180, patience=FOREVER, seed=1)
    found = service_of(drawn, play(drawn, [[(0.0, FOREVER)]] * 14), goal=0.8)
    assert found.level == pytest.approx(0.88835, abs=0.01 * wide)
    assert found.asa_seconds == pytest.approx(7.836, abs=1.0 * wide)
    assert found.abandoned == 0


def test_the_replay_loses_as_many_callers_as_erlang_a_says():
    apart, handling, patience, agents = 18.0, 180.0, 120.0, 9
    # birth and death: j in the system, gone at the rate min(j, agents) / handling + (j - agents) / patience
    rates = [min(j, agents) / handling + max(j - agents, 0) / patience for j in range(1, 200)]
    weight = np.cumprod([1.0, *(1 / (apart * rate) for rate in rates)])
    waiting = np.maximum(np.arange(200) - agents, 0) @ weight / weight.sum()
    count = repetitions(20_000, 60_000)
    drawn = made_up(count, apart, handling, patience, seed=2)
    lost = 1 - play(drawn, [[(0.0, FOREVER)]] * agents).answered.mean()
    assert lost == pytest.approx(waiting * apart / patience, abs=0.01 * math.sqrt(60_000 / count))


def test_an_agent_finishes_the_call_and_begins_the_next_stretch_late():
    drawn = calls((90, FOREVER, 150), (95, FOREVER, 10), (300, 20, 10))
    played = play(drawn, [[(0.0, 100.0), (200.0, 300.0)]])
    assert played.answered.tolist() == [True, True, False]
    assert played.wait_seconds.tolist() == [0, 145, 20]  # the first call ends at 240; nobody is there from 300 on


def test_no_call_overtakes_another_and_who_loses_patience_takes_nobodys_time():
    drawn = calls((0, FOREVER, 100), (10, 50, 100), (20, FOREVER, 100))
    played = play(drawn, [[(0.0, 1000.0)]])
    assert played.answered.tolist() == [True, False, True]
    assert played.wait_seconds.tolist() == [0, 50, 80]


def test_whoever_begins_work_answers_those_who_wait():
    played = play(calls((0, 100, 10), (1, 100, 10)), [[(60.0, 100.0)], [(65.0, 100.0)]])
    assert played.wait_seconds.tolist() == [60, 64]


def test_short_abandons_are_not_counted_and_late_ones_are_missed():
    second = np.array([0.0, 1, 2, 3, 86_400])
    played = Played(np.array([True, True, False, False, True]), np.array([20.0, 21, 20, 21, 5]))
    found = service_of(Calls(second, second, second), played, goal=0.5)
    assert found.level == pytest.approx(2 / 4)
    assert (found.days_kept, found.days_below_75, found.lowest_day) == (1, 1, pytest.approx(1 / 3))
    assert found.intervals_below == pytest.approx(1 / 2)


def test_head_counts_become_stretches():
    starts = np.array([0.0, 1800, 3600, 86_400])
    duty = duty_of_heads(np.array([1, 2, 0, 1]), starts)
    assert duty == [[(0, 3600), (86_400, 88_200)], [(1800, 3600)]]


def test_patience_drawn_beyond_the_waits_gives_the_curve_back():
    # a curve seen with waits of its own: who was answered after 10 s had more than that
    times, shares = np.array([5.0, 10, 30]), np.array([0.8, 0.5, 0.2])
    rng = np.random.default_rng(3)
    waits = np.full(40_000, 10.0)
    found = _from_the_curve(waits, times, shares, mean=100.0, rng=rng)
    assert (found > waits).all()
    assert (found == 30).mean() == pytest.approx(0.6, abs=0.01)
    assert found[found > 30].mean() == pytest.approx(130, abs=3)


def test_what_was_seen_of_a_call_stays_and_closed_hours_are_left_out(tmp_path: Path):
    log = Log.read(write_log(tmp_path))
    assert log.calls["arrival"].dt.hour.min() >= 7
    drawn = month_drawn(log, log.learnt(), FIRST, np.random.default_rng(0))
    answered = log.calls["answered"].to_numpy()
    waits = log.calls["wait_seconds"].to_numpy()
    assert drawn.handling[answered].tolist() == log.calls["handling_seconds"][answered].tolist()
    assert drawn.patience[~answered].tolist() == waits[~answered].tolist()
    assert ((drawn.patience >= waits) & np.isfinite(drawn.handling)).all()
    history = log.history()
    assert history["offered"].sum() == len(log.calls)
    assert history["handled"].sum() == answered.sum()
    assert len(history) == 34  # a day from 7 to midnight


def write_log(folder: Path) -> Path:
    rng = np.random.default_rng(5)
    second = np.sort(rng.uniform(0, 86_400, 600))
    waits, answered = rng.integers(0, 60, 600), rng.random(600) < 0.8
    frame = pd.DataFrame(
        {
            "arrival": (FIRST.tz_localize(None) + pd.to_timedelta(second, unit="s")).round("s"),
            "queue": "PS",
            "priority": 0,
            "wait_seconds": waits,
            "outcome": np.where(answered, "AGENT", "HANG"),
            "service_seconds": np.where(answered, rng.integers(1, 500, 600).astype(float), np.nan),
            "server": "A",
        }
    )
    (folder / FILE).parent.mkdir()
    frame.to_csv(folder / FILE, index=False)
    return folder


def test_the_floor_is_the_fewest_agents_that_bring_the_calls_in_time():
    in_time = np.array([[0.0, 5, 9, 10, 10], [0.0, 2, 3.5, 4.5, 5], [0.0, 20, 29, 30, 30]])
    for wanted in (20.0, 29.5, 41.0, 43.5):
        found = fewest_heads(in_time, wanted)
        counts = itertools.product(range(5), repeat=3)
        reached = (sum(one) for one in counts if in_time[range(3), one].sum() >= wanted)
        assert in_time[range(3), found].sum() >= wanted
        assert found.sum() == min(reached)


@pytest.mark.parametrize("model", MODELS)
def test_the_stack_takes_the_one_shift_that_is_needed(model: str):
    need = np.zeros((2, SLOTS), dtype=int)
    way = next(way for way in every_way() if way.paid_minutes == 8 * 60 and way.stretches[0][0] == 8 * 60)
    need[1] = 2 * way.covers()
    hours, duty = shifts_by(model, need)
    assert hours == WEEKS * 2 * 8
    first = sum(own[0][0] == 86_400 + 8 * 3600.0 for own in duty)
    assert (len(duty), first) == (WEEKS * 2, 2)


def test_the_usual_week_is_the_mean_of_the_weeks_that_have_the_day():
    start = pd.DatetimeIndex(["1999-01-04 08:00", "1999-01-11 08:00", "1998-12-28 08:00"], tz="UTC")
    rows = {"interval_start": start, "queue": "PS", "offered": [10.0, 20, 99], "handled": [10.0, 30, 99]}
    usual = Usual.of(pd.DataFrame(rows | {"aht_seconds": [100.0, 200, 999]}), FIRST)
    assert usual.offered[0, 16] == 15
    assert usual.offered.sum() == 15
    assert usual.aht_seconds == pytest.approx(175)


def test_hours_at_equal_service_lie_between_two_plans():
    frontier = [Line("", 0.8, hours, Service(level, 0, 0, 0, 0, 0, 0)) for level, hours in ((0.9, 300), (0.7, 200))]
    assert hours_at(0.8, frontier) == pytest.approx(250)
    assert math.isnan(hours_at(0.95, frontier))
