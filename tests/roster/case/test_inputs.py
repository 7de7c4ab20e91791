"""What cannot be used is refused, all of it at once, with its place and a remedy."""

from __future__ import annotations

import pytest
from roster_centers import DAY, MONDAY, SHORT, Center, day, every_day

from staffplan.errors import ConfigError, DataError
from staffplan.roster.case.build import build_problem
from staffplan.settings.roster import BreakSettings, ShiftSettings, WorkPlanSettings

GOOD = Center({"voice": every_day(2, range(8, 15))})


def test_every_bad_agent_is_listed_with_a_hint() -> None:
    agents = (("ann", "voise", "any"), ("bob", "", "any"), ("cid", "voice", "anny"))
    with pytest.raises(DataError) as caught:
        GOOD.but(agents=agents).problem()
    said = {problem.place: (problem.message, problem.hint) for problem in caught.value.problems}
    assert said["agents.csv:2:skills"] == ("'voise' is no planning group", "did you mean voice?")
    assert said["agents.csv:3:skills"] == ("bob has no skill", "name planning groups: voice")
    assert said["agents.csv:4:work_plan"] == ("no [work_plans.anny] is defined", "did you mean any?")


def test_skills_that_nobody_has_are_one_problem() -> None:
    with pytest.raises(DataError) as caught:
        GOOD.but(agents=(("ann", "", "any"), ("bob", "", "any"))).problem()
    assert [(problem.place, problem.message) for problem in caught.value.problems] == [
        ("agents.csv:1:skills", "nobody has a skill")
    ]


def test_where_there_is_one_planning_group_everybody_without_a_skill_serves_it() -> None:
    people = GOOD.but(agents=(("ann", "", "any"), ("bob", "mail", "any"))).workforce
    assert people.serving(["voice"]).agents.frame["skills"].tolist() == ["voice", "mail"]
    assert people.serving(["voice", "mail"]).agents.frame["skills"].tolist() == ["", "mail"]


def test_an_agent_without_a_contract_gets_the_only_one_there_is() -> None:
    assert GOOD.but(agents=(("ann", "voice", ""),)).problem().people[0].plan_name == "any"


def test_time_off_and_availability_of_strangers_are_refused() -> None:
    center = GOOD.but(time_off=(("anne", day(0), day(1), ""),), availability=(("bo", "daily", "24h"),))
    with pytest.raises(DataError) as caught:
        center.problem()
    assert {(problem.place, problem.hint) for problem in caught.value.problems} == {
        ("time_off.csv:2:agent_id", "did you mean ann?"),
        ("availability.csv:2:agent_id", "known: ann"),
    }


def test_a_break_that_finds_no_place_after_the_one_before_is_refused() -> None:
    pauses = (
        BreakSettings(minutes=60, earliest_minutes=60, latest_minutes=60),
        BreakSettings(minutes=15, earliest_minutes=60, latest_minutes=105),
    )
    with pytest.raises(ConfigError, match=r"shifts\.day\.breaks\.1"):
        GOOD.but(shifts={"day": ShiftSettings(hours=7, breaks=pauses)}).problem()


def test_times_that_fit_only_on_a_grid_of_minutes_are_refused() -> None:
    odd = ShiftSettings(hours=4, first_start="08:01", last_start="08:01")
    with pytest.raises(ConfigError, match="grid of 1 minutes"):
        GOOD.but(shifts={"day": odd}).problem()


def test_a_requirement_of_another_interval_is_refused() -> None:
    half_hours = GOOD.but(minutes=30).requirement
    with pytest.raises(DataError, match="not the start of an interval of 60 minutes"):
        build_problem(
            half_hours,
            GOOD.workforce,
            GOOD.settings,
            shifts=GOOD.shifts,
            work_plans=GOOD.work_plans,
            site=GOOD.site,
        )


def test_a_contract_with_an_unknown_shift_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        GOOD.but(work_plans={"any": WorkPlanSettings(shifts=("dya",))}).problem()
    assert [problem.hint for problem in caught.value.problems] == ["did you mean day?"]


@pytest.mark.parametrize(("paid", "most"), [("yes", 30), ("", 30), ("no", 40)])
def test_a_day_off_takes_a_fifth_from_the_hours_due_and_if_paid_from_the_most(paid: str, most: int) -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=25, weekly_hours_max=40)
    off = (("ann", day(0), day(1), paid),)
    problem = Center({"voice": every_day(7, range(8, 15))}, work_plans={"any": plan}, time_off=off).problem()
    assert problem.paid_minutes_min.tolist() == [[15 * 60]]
    assert problem.paid_minutes_max.tolist() == [[most * 60]]


def test_a_last_week_of_few_days_has_no_minimum() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=30)
    problem = Center({"voice": every_day(9, range(8, 15))}, work_plans={"any": plan}).problem()
    assert problem.paid_minutes_min.tolist() == [[30 * 60, 0]]


def test_nobody_is_given_a_shift_on_a_day_when_nobody_is_needed() -> None:
    need = {key: 1.0 for key in every_day(3, range(8, 12)) if key[0] != 1}
    problem = Center({"voice": need}, shifts={"day": DAY, "short": SHORT}).problem()
    assert problem.allowed.any(axis=2).tolist() == [[True, False, True]]
    assert problem.why_not == ({1: "not needed"},)


def test_availability_past_midnight_lets_a_night_shift_through_and_not_a_longer_one() -> None:
    night = ShiftSettings(hours=8, first_start="21:00", last_start="23:00")
    center = Center(
        {"voice": every_day(2, range(24))},
        shifts={"night": night},
        work_plans={"any": WorkPlanSettings(shifts=("night",))},
        availability=(("ann", "daily", "22:00-06:00"),),
        first_day=MONDAY,
    )
    problem = center.problem()
    assert [option.name for option in problem.options] == ["night 21:00", "night 22:00", "night 23:00"]
    assert problem.allowed[0, 0].tolist() == [False, True, False]
