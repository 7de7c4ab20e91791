"""The objective service: what people are worth to a day's promise, and what the search makes of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roster_centers import MADRID, MONDAY, SHORT, Center, every_day

from staffplan.clock import wall_instant
from staffplan.errors import ConfigError
from staffplan.planned import PlannedDays
from staffplan.roster.case.predicted import KEY, predicted_days
from staffplan.roster.case.service import concave, rate_of_day
from staffplan.roster.problem.worth import Worth
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.requirement import ServiceWorth

steps = st.lists(st.floats(0, 10), min_size=1, max_size=12)


@given(steps)
def test_the_concave_line_lies_above_every_sum_and_ends_where_the_sums_end(given_steps: list[float]) -> None:
    made = concave(np.array(given_steps))
    assert (np.diff(made) <= 1e-9).all()
    assert (np.cumsum(made) >= np.cumsum(given_steps) - 1e-9).all()
    assert made.sum() == pytest.approx(sum(given_steps))


def test_the_rate_of_a_day_is_what_the_first_person_brings_whom_the_cheapest_crew_does_without() -> None:
    """6 and 5 in one interval, 4 and 3 in the other: 14 are due, so 6, 5 and 4 are needed, and 3 is not."""
    brings = np.array([[6.0, 3.0, 0.0], [5.0, 4.0, 0.0]])
    assert rate_of_day(brings, 14.0) == 3.0
    assert rate_of_day(brings, 11.0) == 4.0
    assert rate_of_day(brings, 18.0) == 0.0
    assert rate_of_day(brings, 0.0) == float("inf")


@cache
def worth_of(in_time: tuple[float, ...], goal_share: float) -> Worth:
    """Of the only interval of a day, ten contacts, at prices of 10 and 1."""
    worth = curves({8: list(in_time)}, {8: 10.0})
    center = Center(
        {"voice": every_day(1, [8])},
        planned=PlannedDays(MONDAY, 1),
        settings=RosterSettings(rules=(), objective="service"),
    )
    case = replace(center.case(), worth=ServiceWorth.of(worth.frame.assign(goal_share=goal_share)))
    return case.problem().worth


def costs_of(in_time: list[float], goal_share: float) -> list[float]:
    """What nobody costs, one person, two ..."""
    worth = worth_of(tuple(in_time), goal_share)
    slots = worth.saves.shape[1]
    on_queue = [np.where(np.arange(slots) == 8, float(heads), 0.0)[None, :] for heads in range(len(in_time))]
    return [worth.cost(there) for there in on_queue]


def test_the_fewest_who_keep_the_promise_cost_least_and_each_more_an_hour() -> None:
    costs = costs_of([0.0, 0.5, 0.8, 0.9, 0.95], 0.8)
    assert costs.index(min(costs)) == 2
    assert np.diff(costs)[2:] == pytest.approx([1.0, 1.0])
    assert costs[2] == pytest.approx(0.0, abs=1e-5)


def test_being_short_grows_dearer_the_further_a_day_is_below_its_promise() -> None:
    saved = -np.diff(costs_of([0.0, 0.2, 0.4, 0.6, 0.8, 0.9], 0.8))
    assert (np.diff(saved) < 1e-6).all()
    assert saved[1] > 2 * saved[3] > 20.0


def test_where_a_day_needs_everybody_nobody_is_left_out() -> None:
    """So it is with work that waits hours: the fewest who keep the promise together are all due."""
    costs = costs_of([0.0, 1 / 3, 2 / 3, 1.0], 1.0)
    assert costs.index(min(costs)) == 3


def test_where_the_promise_is_kept_by_nobody_people_are_only_too_many() -> None:
    assert costs_of([0.9, 1.0], 0.8) == pytest.approx([0.0, 1.0], abs=1e-5)


@given(st.floats(0.0, 40.0), st.lists(st.integers(0, 4), min_size=4, max_size=4))
def test_the_guide_never_says_more_than_a_roster_costs(price: float, heads: list[int]) -> None:
    """A relaxation of the promise, whatever a contact in time is paid."""
    made = worth_of((0.0, 0.3, 0.7, 0.85, 0.95), 0.8)
    assert made.promises is not None
    guided = Worth.promising(made.staff, made.promises, np.full(made.promises.due.shape, price))
    on_queue = np.zeros((1, made.saves.shape[1]))
    on_queue[0, 7:11] = heads
    assert guided.guide.cost(on_queue) <= made.cost(on_queue) + 1e-3


def curves(in_time: dict[int, list[float]], offered: dict[int, float]) -> ServiceWorth:
    rows = [
        {
            "interval_start": wall_instant(MONDAY, hour * 60, MADRID),
            "planning_group": "voice",
            "agents": agents,
            "offered": offered[hour],
            "in_time": share,
            "goal_share": 0.8,
            "floor": 0,
        }
        for hour, shares in in_time.items()
        for agents, share in enumerate(shares)
    ]
    return ServiceWorth.of(pd.DataFrame(rows))


def two_shifts() -> Center:
    late = SHORT.model_copy(update={"first_start": "12:00", "last_start": "12:00"})
    return Center(
        {"voice": every_day(1, range(8, 16), 2.0)},
        shifts={"short": SHORT, "late": late},
        work_plans={"any": WorkPlanSettings(shifts=("short", "late"))},
        settings=RosterSettings(rules=(), objective="service", time_limit_seconds=300),
    )


def test_the_one_person_there_is_works_when_most_contacts_wait_for_it() -> None:
    """Cover sees the same need all day; three contacts in four come in the afternoon."""
    hours = range(8, 16)
    worth = curves({h: [0.0, 1.0, 1.0] for h in hours}, {h: 30.0 if h >= 12 else 10.0 for h in hours})
    result = two_shifts().solve(worth=worth)
    assert result.roster.shifts.frame["shift"].tolist() == ["late 12:00"]


def promises(offered: float, goal: float, shares: list[float]) -> list[tuple[str, str]]:
    """Those broken in the roster of two people for a morning and an afternoon of two each."""
    worth = curves(dict.fromkeys(range(8, 16), shares), dict.fromkeys(range(8, 16), offered))
    center = two_shifts().but(agents=[("ann", "voice", "any"), ("bob", "voice", "any")])
    made = center.solve(worth=ServiceWorth.of(worth.frame.assign(goal_share=goal)))
    return [(note.place, note.message) for note in made.notes if note.kind == "broken promise"]


def test_hours_below_the_cover_curve_are_no_broken_promise_where_the_day_keeps_its_service() -> None:
    assert promises(10.0, 0.8, [0.0, 0.85, 1.0]) == []


def test_a_day_whose_service_is_below_the_promise_is_told_with_both() -> None:
    """48 of 80 contacts in time, 64 promised; a second person in each hour brings 4 more in time."""
    [(place, message)] = promises(10.0, 0.8, [0.0, 0.6, 1.0])
    assert place == "voice Mon 02 Nov 2026"
    assert message == (
        "predicted service level 60.0%, goal 80.0%: 16 contacts fewer in time; about 4.0 more hours on queue would "
        "meet the goal"
    )


def test_service_without_its_curves_is_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match="staff --worth"):
        two_shifts().solve()


def test_a_promise_is_kept_that_only_whole_shifts_can_keep() -> None:
    """10.25 contacts are due: the hour at 11 brings 10.5, the first that is not needed 10. So an hour at 11 is worth
    just more than it costs, and a shift of four far less."""
    worth = curves({11: [0.0, 1.0], 15: [0.0, 1.0]}, {11: 10.5, 15: 10.0})
    worth = ServiceWorth.of(worth.frame.assign(goal_share=0.5))
    center = two_shifts().but(need={"voice": {(0, 11): 1.0, (0, 15): 1.0}})
    assert center.solve(worth=worth).roster.shifts.frame["shift"].tolist() == ["short 08:00"]


def test_contacts_in_time_are_read_off_the_curves_between_whole_people() -> None:
    worth = curves({8: [0.0, 0.5, 0.8]}, {8: 10.0})
    there = pd.Series([1.5], index=pd.MultiIndex.from_frame(worth.frame[KEY].head(1)))
    days = predicted_days(there, worth, MADRID)
    assert days[["in_time", "due"]].to_numpy().tolist() == [[pytest.approx(6.5), pytest.approx(8.0)]]
