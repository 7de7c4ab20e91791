"""The made-up centers are what their names say."""

from __future__ import annotations

import pandas as pd
import pytest

from rostering.centers import FIRST_DAY, ZONE, Center, Size, make_center, size_of


@pytest.fixture(scope="module")
def around_the_clock() -> Center:
    return make_center("50x1-24h-3skills")


def test_a_name_says_what_differs_from_the_usual():
    assert size_of("200x1") == Size(200, 1, minutes=30, around_the_clock=False, skills=2)
    assert size_of("1000x4-15min-24h-3skills") == Size(1000, 4, 15, True, 3)
    assert size_of("50x1-1skill").skills == 1


@pytest.mark.parametrize("name", ["200", "0x1", "200x1-45min", "200x1-9skills", "x4", "200x1-"])
def test_a_name_that_says_nothing_is_refused(name: str):
    with pytest.raises(ValueError, match=r"write agents x weeks|is not known"):
        make_center(name)


def test_the_same_seed_makes_the_same_center_and_another_seed_another():
    one, again, other = (make_center("50x1", seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.requirement.frame, again.requirement.frame)
    pd.testing.assert_frame_equal(one.workforce.agents.frame, again.workforce.agents.frame)
    assert not one.requirement.frame["agents_on_queue"].equals(other.requirement.frame["agents_on_queue"])


def starts(center: Center) -> int:
    return sum(len(shift.start_minutes) for shift in center.shifts.values())


def test_half_hours_from_8_to_22_make_71_shifts():
    center = make_center("50x1")
    assert starts(center) == 71
    ends = {shift.start_minutes[-1] / 60 + shift.hours for shift in center.shifts.values()}
    assert ends == {22}
    assert starts(make_center("50x1-15min")) == 137


def test_around_the_clock_people_are_needed_in_every_half_hour_after_the_first_night(around_the_clock: Center):
    need = around_the_clock.requirement.frame
    local = need["interval_start"].dt.tz_convert(ZONE)
    assert local.min() == pd.Timestamp(FIRST_DAY, tz=ZONE) + pd.Timedelta(hours=6)
    assert len(need) == 3 * (7 * 48 - 12)
    assert (need["agents_on_queue"] >= 1).all()
    night = need[local.dt.hour < 6]["agents_on_queue"].mean()
    assert night < need["agents_on_queue"].mean() / 3


def test_around_the_clock_night_shifts_cross_midnight_and_part_time_people_work_none(around_the_clock: Center):
    nights = {name for name in around_the_clock.shifts if "night" in name}
    for name in nights:
        shift = around_the_clock.shifts[name]
        assert all(minute + shift.hours * 60 > 24 * 60 for minute in shift.start_minutes)
    assert nights & set(around_the_clock.work_plans["full"].shifts)
    assert not nights & set(around_the_clock.work_plans["part"].shifts)
    assert starts(around_the_clock) == 29 + 25 + 21 + 19 + 17 + 3 * 8


@pytest.mark.parametrize(("name", "counts"), [("90x1-1skill", {1}), ("90x1", {1, 2}), ("90x1-3skills", {1, 2, 3})])
def test_agents_have_as_many_skills_as_the_name_says(name: str, counts: set[int]):
    center = make_center(name)
    skills = center.workforce.agents.frame["skills"].str.split(";")
    assert set(skills.str.len()) == counts
    assert {skill for mine in skills for skill in mine} == set(center.requirement.frame["planning_group"])


def test_about_an_eighth_of_the_people_is_off_in_a_week():
    center = make_center("3000x1")
    assert len(center.workforce.time_off) / 3000 == pytest.approx(0.12, abs=0.02)


@pytest.mark.parametrize("name", ["200x1", "200x4", "200x1-15min", "200x1-24h"])
def test_what_is_needed_is_what_the_contracts_can_hardly_give(name: str):
    center = make_center(name)
    hours = center.requirement.frame["agents_on_queue"].sum() * center.size.minutes / 60 / center.size.weeks
    plans = center.workforce.agents.frame["work_plan"].map(center.work_plans)
    assert 0.8 * sum(plan.weekly_hours_max for plan in plans) < hours < sum(plan.weekly_hours_max for plan in plans)
