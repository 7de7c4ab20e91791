"""Who works when, how much, and in how many nights and weekends: counted once, by the day a shift begins."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pandas as pd
import pytest
from handoffs import AUTUMN, MADRID, MONDAY, SPRING, Work, agents_of, coverage_of, handoff_of, time_off_of, week_of
from hypothesis import given
from hypothesis import strategies as st

from staffplan.clock import wall_instant
from staffplan.report import handoff as handoff_module
from staffplan.report.handoff import agent_totals, day_totals, is_night, legend
from staffplan.tables.waits import Coverage


def totals_of(*works: Work) -> dict[str, float]:
    return agent_totals(handoff_of(*works).worked, ["a"]).loc["a"].to_dict()


def test_a_week_of_days_is_counted():
    assert totals_of(*week_of("a")) == {"days": 5, "paid_hours": 37.5, "nights": 0, "weekends": 0}


def test_saturday_and_sunday_are_one_weekend_and_the_next_saturday_another():
    saturday = MONDAY + timedelta(days=5)
    works = [Work("a", saturday + timedelta(days=step)) for step in (0, 1, 7)]
    assert totals_of(*works)["weekends"] == 2


def test_a_shift_that_begins_on_friday_is_no_weekend_though_it_ends_on_saturday():
    assert totals_of(Work("a", MONDAY + timedelta(days=4), 22 * 60, 30 * 60))["weekends"] == 0


@pytest.mark.parametrize(
    ("begin", "end", "night"),
    [(22, 30, True), (0, 8, True), (18, 26, True), (18, 25, False), (3, 11, True), (4, 12, False), (8, 16, False)],
)
def test_three_hours_between_eleven_and_six_make_a_night(begin, end, night):
    assert totals_of(Work("a", MONDAY, begin * 60, end * 60))["nights"] == night


@given(st.sampled_from([MONDAY, SPRING, AUTUMN]), st.integers(0, 95), st.integers(1, 64))
def test_nights_are_those_whose_quarters_of_an_hour_lie_in_the_night(day, begin, quarters):
    start = wall_instant(day, 15 * begin, MADRID)
    grid = pd.date_range(start, periods=quarters, freq="15min").tz_convert(MADRID)
    evenings = Counter((at - pd.Timedelta(hours=12)).date() for at in grid if at.hour >= 23 or at.hour < 6)
    most = max(evenings.values(), default=0)
    assert is_night([(start, start + pd.Timedelta(minutes=15 * quarters))], MADRID) == (most >= 12)


def test_people_stand_by_team_and_those_without_a_shift_are_there_too():
    agents = agents_of(("a", "Ann", "Sales", "full"), ("b", "Bob", "Care", "part"), ("c", "Cid", "Sales", "full"))
    handoff = handoff_of(Work("a", MONDAY), Work("x", MONDAY), agents=agents)
    assert handoff.people.index.tolist() == ["x", "b", "a", "c"]
    assert handoff.people["name"].tolist() == ["Name of x", "Bob", "Ann", "Cid"]
    assert agent_totals(handoff.worked, ["c"]).loc["c"].tolist() == [0, 0, 0, 0]


def test_the_period_runs_over_days_on_which_nobody_works():
    thursday, sunday = MONDAY + timedelta(days=3), MONDAY + timedelta(days=6)
    handoff = handoff_of(Work("a", MONDAY), Work("a", thursday), last_day=sunday)
    assert handoff.days == [MONDAY + timedelta(days=step) for step in range(7)]
    assert day_totals(handoff.worked, handoff.days)["people"].tolist() == [1, 0, 0, 1, 0, 0, 0]
    assert handoff_of(Work("a", MONDAY), coverage=coverage_of(date(2026, 12, 9))).days[-1] == date(2026, 12, 9)


def test_the_morning_after_the_last_night_is_no_day_of_the_period():
    tuesday = MONDAY + timedelta(days=1)
    rows = [
        (wall_instant(day, minute, MADRID), "sales", needed, 1.0, 1.0 - needed)
        for day, minute, needed in ((MONDAY, 22 * 60, 1.0), (tuesday, 0, 0.0))
    ]
    names = ["interval_start", "planning_group", "required", "scheduled", "net"]
    coverage = Coverage.of(pd.DataFrame(rows, columns=names))
    assert handoff_of(Work("a", MONDAY, 22 * 60, 30 * 60, "night"), coverage=coverage).days == [MONDAY]


def test_time_off_counts_inside_the_period_for_people_of_the_roster():
    off = time_off_of(("a", date(2026, 12, 1), date(2026, 12, 7), "vacation"), ("stranger", MONDAY, MONDAY, ""))
    assert handoff_of(*week_of("a"), time_off=off).days_off == {("a", MONDAY): "vacation"}


def test_time_off_that_ends_in_2099_is_worked_on_for_the_period_alone(monkeypatch):
    asked = []
    between = handoff_module.days_between
    monkeypatch.setattr(handoff_module, "days_between", lambda *days: asked.append(days) or between(*days))
    off = time_off_of(("a", date(1999, 1, 1), date(2099, 12, 31), "leave"))
    assert handoff_of(Work("a", MONDAY), time_off=off).days_off == {("a", MONDAY): "leave"}
    assert asked == [(MONDAY, MONDAY)]


def test_the_legend_says_when_and_with_which_breaks():
    rows = legend(handoff_of(*week_of("a"), Work("b", MONDAY, 22 * 60, 30 * 60, "night"))).set_index("code")
    assert rows["times"].to_dict() == {"E08": 5, "N22": 1}
    assert rows["days_later"].to_dict() == {"E08": 0, "N22": 1}
    assert rows["breaks"].unique().tolist() == ["30 min meal unpaid"]
    assert [f"{at:%H:%M}" for at in rows["end_time"]] == ["16:00", "06:00"]
