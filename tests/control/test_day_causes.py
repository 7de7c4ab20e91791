"""A published day split into causes: known causes are found, shares add up, more people never hurt."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pandas as pd
import pytest

from staffplan.control.day import explain_group
from staffplan.control.day.contacts import QueueDay, ready
from staffplan.control.day.mend import mending
from staffplan.control.day.people import People, curve, missing, required_curve
from staffplan.control.day.worlds import EVERYTHING, HANDLING, GroupDay, Repetition, stretches_of
from staffplan.settings.queues import Goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.simulate.engine import Closings, Groups
from staffplan.simulate.scene import make_stretches
from staffplan.site import Queue

SLOTS, MINUTES = 16, 480
NOBODY = np.zeros(MINUTES, dtype=np.int64)
PHONE = Queue("phone", planning_group="phone", goal=Goal(service_level=0.8, within_seconds=20), patience_seconds=240)
DATE = pd.Timestamp("2026-03-03")
HEADS = 11


def queue_day(*, came: np.ndarray | None = None, aht: float = 240.0) -> QueueDay:
    """62.5 contacts of four minutes each half-hour, a load of 8.3, and what came in place of them."""
    planned = np.full(SLOTS, 62.5)
    was = planned if came is None else came.astype(float)
    seconds = np.full(SLOTS, 240.0)
    return QueueDay(PHONE, planned, was, seconds, np.full(SLOTS, aht), np.full(SLOTS, np.nan))


def group_day(queue: QueueDay, **people: object) -> GroupDay:
    full = np.full(MINUTES, HEADS)
    away = People(full, full, full, None, None, lambda _: (NOBODY, NOBODY))
    groups = Groups(np.ones(1, dtype=np.int64), np.zeros(1), np.zeros(1, dtype=bool), np.ones(1, dtype=bool))
    closings = Closings(np.array([MINUTES * 60.0]), np.zeros(1, dtype=np.int64))
    return GroupDay((queue,), replace(away, **people), groups, closings, 1800.0, SimulateSettings(), 1)


def poisson_day(seed: int, factor: float = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(62.5 * factor, SLOTS)


@pytest.mark.parametrize(
    ("cause", "day"),
    [
        ("volume", group_day(queue_day(came=poisson_day(1, 1.12)))),
        ("handling time", group_day(queue_day(came=poisson_day(4), aht=264))),
        ("absence", group_day(queue_day(came=poisson_day(4)), absent=np.full(MINUTES, 2), late=NOBODY)),
        ("lateness", group_day(queue_day(came=poisson_day(4)), absent=NOBODY, late=np.repeat([3, 0], MINUTES // 2))),
        ("roster fit", group_day(queue_day(came=poisson_day(4)), rostered=np.full(MINUTES, 9),
                                 changed=np.full(MINUTES, 9))),
        ("changes", group_day(queue_day(came=poisson_day(4)), changed=np.full(MINUTES, 9))),
    ],
)  # fmt: skip
def test_a_day_with_one_known_cause_is_laid_to_it_and_adds_up(cause: str, day: GroupDay) -> None:
    told = explain_group("phone", DATE, day, None, 15.0)
    frame = told.causes.frame.set_index("cause")
    share, error = frame["contribution"], frame["error"]
    change = frame["service_actual"].iloc[0] - frame["service_planned"].iloc[0]
    assert share.sum() == pytest.approx(change, abs=1e-12)
    assert share.idxmin() == cause
    assert share[cause] < -0.03
    for other in set(share.index) - {cause, "shape", "volume"}:
        assert abs(share[other]) <= 4 * error[other] + 0.01
    assert (error < 0.006).all() or told.repetitions == 200


def test_the_shape_of_a_day_as_forecast_costs_nothing_on_average() -> None:
    """Days whose contacts are those of the forecast: over many of them the shares of volume and shape are chance."""
    shares = []
    for seed in range(12):
        day = group_day(queue_day(came=poisson_day(100 + seed)))
        frame = explain_group("phone", DATE, day, None, 0.0).causes.frame.set_index("cause")["contribution"]
        shares.append((frame.get("volume", 0.0), frame["shape"]))
    mean, error = np.mean(shares, axis=0), np.std(shares, axis=0, ddof=1) / sqrt(len(shares))
    assert (np.abs(mean) < 3.1 * error + 0.005).all()


def test_a_world_takes_its_contacts_from_the_same_ones() -> None:
    queue = queue_day(came=poisson_day(1, 1.3))
    made = ready(queue, SimulateSettings(), 1800.0, seed=1, repetition=0)
    few, many = (made.taken(queue, level=level, shape=False) for level in (False, True))
    assert (few <= many).all()
    counted = made.taken(queue, level=True, shape=True).sum(axis=1)
    assert counted.tolist() == queue.came.tolist()
    sizes = [
        ready(queue, SimulateSettings(), 1800.0, seed=1, repetition=number)
        .taken(queue, level=False, shape=False)
        .sum()
        for number in range(60)
    ]
    assert np.mean(sizes) == pytest.approx(1000, abs=4 * sqrt(1000 / 60))
    assert np.var(sizes, ddof=1) == pytest.approx(1000, rel=0.6)


def test_one_more_person_never_makes_a_day_worse_on_average_and_mending_keeps_the_goal() -> None:
    day = group_day(queue_day(came=poisson_day(2, 1.15)))
    levels = [
        np.mean([Repetition(day, n, np.full(MINUTES, more)).service_level(EVERYTHING) for n in range(10)])
        for more in range(4)
    ]
    assert levels == sorted(levels)
    found = mending(day, 0.8, 20.0)
    assert found.is_enough
    assert found.level >= 0.8
    assert found.cost == 20.0 * sum(found.hours)
    extra = np.repeat(found.hours, 60)
    again = np.mean([Repetition(day, n, extra).service_level(EVERYTHING) for n in range(10)])
    assert again == pytest.approx(found.level)
    assert sum(found.hours) < 8 * np.argmax(np.array(levels) >= 0.8)


def test_a_day_that_is_measured_has_chance_and_one_that_is_not_has_none() -> None:
    queue = queue_day(came=poisson_day(4))
    bare = explain_group("phone", DATE, group_day(queue), 0.8, 1.0).causes.frame
    assert "chance" not in set(bare["cause"])
    told = explain_group("phone", DATE, group_day(replace(queue, in_time=0.5 * queue.came)), 0.8, 1.0)
    frame = told.causes.frame
    assert frame["service_actual"].unique().tolist() == [0.5]
    assert frame["contribution"].sum() == pytest.approx(0.5 - frame["service_planned"].iloc[0], abs=1e-12)
    assert told.mending is not None


def test_heads_become_stretches_and_back() -> None:
    heads = np.random.default_rng(3).integers(0, 6, MINUTES)
    assert curve(stretches_of(heads), MINUTES).tolist() == heads.tolist()
    whole = make_stretches(np.array([90.0]), np.array([200.0]), np.zeros(1, np.int64), np.zeros(1, np.int64))
    assert np.flatnonzero(curve(whole, 10)).tolist() == [1, 2]
    assert required_curve(np.array([2.0, 0.4]), 30).tolist() == [2] * 30 + [1] * 30


def test_who_is_away_and_who_is_late_is_told_by_the_log() -> None:
    start = pd.Timestamp("2026-03-03T08:00Z")

    def at(minute: int) -> pd.Timestamp:
        return start + pd.Timedelta(minutes=minute)

    rostered = pd.DataFrame(
        [(who, DATE, "queue", "phone", at(0), at(60)) for who in ("sick", "late", "early", "other")],
        columns=["agent_id", "schedule_date", "activity", "planning_group", "start", "end"],
    )
    rostered.loc[rostered["agent_id"] == "other", "planning_group"] = "chat"
    states = pd.DataFrame(
        [("late", at(10), at(60), "Ready"), ("early", at(0), at(40), "queue"), ("early", at(60), at(70), "queue"),
         ("sick", at(0), at(60), "sick")],
        columns=["agent_id", "start", "end", "state"],
    )  # fmt: skip
    absent, late = missing(rostered, states, "phone", start, 90)
    assert absent.tolist() == [1] * 60 + [0] * 30
    assert late.tolist() == [1] * 10 + [0] * 30 + [1] * 20 + [-1] * 10 + [0] * 20


def test_of_two_nights_that_touch_a_day_one_may_be_missed() -> None:
    """On queue until 06:00, ill in the night that begins at 22:00: away for a whole shift, and not late."""
    start = pd.Timestamp("2026-03-03T00:00Z")
    nights = [(DATE + pd.Timedelta(days=n), start + pd.Timedelta(hours=24 * n + 22)) for n in (-1, 0)]
    rostered = pd.DataFrame(
        [("owl", day, "queue", "phone", begin, begin + pd.Timedelta(hours=8)) for day, begin in nights],
        columns=["agent_id", "schedule_date", "activity", "planning_group", "start", "end"],
    )
    states = rostered.iloc[:1].rename(columns={"activity": "state"})[["agent_id", "start", "end", "state"]]
    absent, late = missing(rostered, states, "phone", start, 1440)
    assert absent.tolist() == [0] * 1320 + [1] * 120
    assert not late.any()


def test_luck_taken_out_leaves_the_mean_where_many_repetitions_find_it() -> None:
    """People away at random, of known mean: the estimate lies within its error of the plain mean of many."""
    chances = np.random.default_rng(9).random((200, MINUTES)) < 0.5

    def expected(number: int) -> tuple[np.ndarray, np.ndarray]:
        away = np.full(MINUTES, 2 if chances[number, 0] else 0)
        return away, NOBODY

    day = group_day(queue_day(came=poisson_day(4)), absent=np.full(MINUTES, 1), late=NOBODY,
                    expected=expected, expected_minutes=float(MINUTES))  # fmt: skip
    frame = explain_group("phone", DATE, day, None, 0.0).causes.frame.set_index("cause")
    plain = [Repetition(day, number).service_level(()) for number in range(200)]
    assert frame["service_planned"].iloc[0] == pytest.approx(np.mean(plain), abs=4 * np.std(plain) / sqrt(200))
    assert frame["error"].max() < np.std(plain) / sqrt(20)


def test_the_handling_time_alone_is_what_two_simulations_differ_by() -> None:
    day = group_day(queue_day(came=poisson_day(4), aht=264))
    frame = explain_group("phone", DATE, day, None, 0.0).causes.frame.set_index("cause")
    other = replace(day, seed=2)
    gaps = [
        played.service_level({HANDLING}) - played.service_level(set())
        for played in (Repetition(other, number) for number in range(40))
    ]
    error = np.std(gaps, ddof=1) / sqrt(len(gaps))
    assert frame.loc["handling time", "alone"] == pytest.approx(np.mean(gaps), abs=4 * error)
