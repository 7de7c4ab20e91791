"""Hours over calendar months, and on the average of a reference period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pandas as pd
import pytest
from every_roster import (
    SHIFTS,
    accepted_by_machine,
    accepted_by_solver,
    agreed,
    every_assignment,
    planned_shifts,
    tiny_problem,
)
from roster_centers import MONDAY, Center, every_day

from staffplan.clock import SiteCalendar, public_holidays, working_weekends
from staffplan.errors import ConfigError, InfeasibleError
from staffplan.planned import PlannedDays
from staffplan.roster.case.fairness_table import fairness_of
from staffplan.roster.case.hours_accounts import account_notes
from staffplan.roster.check.check import check
from staffplan.roster.problem.worked import Worked
from staffplan.roster.rules import Holder, rule_of
from staffplan.roster.rules.accounts import HoursOver, Span, norm_hours
from staffplan.roster.rules.registry import Account
from staffplan.settings.hard_rules import AverageHoursSetting, MonthlyHoursSetting
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.tables.wishes import Fairness

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
DAY = timedelta(days=1)


@cache
def calendar_of(country: str) -> SiteCalendar:
    years = range(2024, 2028)
    known = SiteCalendar.of("UTC", 30, public_holidays(country, years))
    return replace(known, working_weekends=working_weekends(country, years))


@pytest.mark.parametrize(
    ("country", "daily", "shorter", "month", "hours"),
    [
        ("RU", 8.0, 1.0, NOVEMBER, 159),  # 20 working days, Tuesday before Unity Day an hour shorter
        ("RU", 8.0, 0.0, NOVEMBER, 160),
        ("DE", 7.8, 0.0, DECEMBER, 22 * 7.8),  # Christmas is a Friday and a Saturday
        ("ES", 8.0, 0.0, date(2026, 10, 12), 21 * 8),  # 22 weekdays without the 12th
    ],
)
def test_the_norm_of_a_month_follows_the_calendar_of_the_country(
    country: str, daily: float, shorter: float, month: date, hours: float
) -> None:
    setting = MonthlyHoursSetting(daily_hours=daily, shorter_before_holidays=shorter)
    assert sum(norm_hours(setting, month, calendar_of(country)).values()) == pytest.approx(hours)


def test_a_year_has_the_norm_of_the_production_calendar() -> None:
    """Russia 2026, 40 hours a week: 247 working days and 1972 hours. 30 December is no shorter, as the 31st is a
    day off moved from January."""
    setting, russia = MonthlyHoursSetting(shorter_before_holidays=1), calendar_of("RU")
    norms = [norm_hours(setting, date(2026, month, 1), russia) for month in range(1, 13)]
    assert [sum(norm.values()) for norm in norms] == [120, 152, 168, 175, 151, 167, 184, 168, 176, 176, 159, 176]
    assert sum(len(norm) for norm in norms) == 247


def test_a_saturday_on_which_a_country_works_is_a_working_day() -> None:
    assert date(2025, 11, 1) in norm_hours(MonthlyHoursSetting(), date(2025, 11, 1), calendar_of("RU"))


def test_hours_of_a_month_by_hand_go_before_the_calendar() -> None:
    setting = MonthlyHoursSetting(hours={"2026-11": 150})
    assert sum(norm_hours(setting, NOVEMBER, calendar_of("RU")).values()) == pytest.approx(150)


def shift_on(day: date, hours: float) -> Worked:
    start = pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=8)
    return Worked(day, start, start + pd.Timedelta(hours=hours), hours)


def holder(first: date, last: date, **known: object) -> Holder:
    return Holder("ann", "full", first, account=Account(last, calendar_of("RU"), **known))  # type: ignore[arg-type]


def spans_of(
    setting: MonthlyHoursSetting | AverageHoursSetting, who: Holder
) -> list[tuple[date, date, float, float]]:
    rule = rule_of(setting, who)
    assert isinstance(rule, HoursOver)
    return [(one.first, one.last, one.least / 60, one.most / 60) for one in rule.spans]


EXACT = MonthlyHoursSetting(below=0, shorter_before_holidays=1)


def test_part_months_at_both_ends_are_due_by_their_working_days() -> None:
    """From Thursday 29 October to Wednesday 2 December: two days, the whole of November, and two days."""
    who = holder(date(2026, 10, 29), date(2026, 12, 2))
    assert [hours for _, _, hours, _ in spans_of(EXACT, who)] == [16, 159, 16]


def test_a_month_that_began_before_the_plan_is_joined_with_the_past_roster() -> None:
    """The norm up to 18 November is 12 working days less an hour, 95 h; 50 were worked before the 11th."""
    first, last = date(2026, 11, 11), date(2026, 11, 18)
    past = tuple(shift_on(NOVEMBER + number * DAY, 10.0) for number in range(5))
    assert spans_of(EXACT, holder(first, last, past=past, past_from=NOVEMBER)) == [(first, last, 45, 45)]
    assert spans_of(EXACT, holder(first, last, past=past[2:], past_from=past[2].schedule_date))[0][2] == 48


def test_a_working_day_of_time_off_lowers_the_norm_by_its_own_hours() -> None:
    """Tuesday before the holiday has seven hours, the holiday none, a Saturday none, and the 9th has five by hand."""
    off = ((date(2026, 11, 3), None), (date(2026, 11, 4), None), (date(2026, 11, 7), None), (date(2026, 11, 9), 5.0))
    who = holder(NOVEMBER, date(2026, 11, 30), off=off)
    assert spans_of(EXACT, who) == [(NOVEMBER, date(2026, 11, 30), 147, 147)]


AVERAGE = AverageHoursSetting(weekly_hours=38, weeks=2, first_day=MONDAY, below=4, above=2, drift=10)


def test_a_reference_period_that_ends_inside_the_plan_is_settled_there_and_the_next_begins_with_nothing() -> None:
    who = holder(MONDAY + 7 * DAY, MONDAY + 20 * DAY, balance_hours=6.0)
    assert spans_of(AVERAGE, who) == [
        (MONDAY + 7 * DAY, MONDAY + 13 * DAY, 38 - 6 - 4, 38 - 6 + 2),
        (MONDAY + 14 * DAY, MONDAY + 20 * DAY, 28, 48),
    ]


def test_the_balance_is_worked_out_from_a_past_roster_that_reaches_back_to_the_beginning() -> None:
    past = tuple(shift_on(MONDAY + number * DAY, 9.0) for number in range(5))
    who = holder(MONDAY + 7 * DAY, MONDAY + 13 * DAY, past=past, past_from=MONDAY)
    assert spans_of(AVERAGE, who)[0][2:] == (38 - 7 - 4, 38 - 7 + 2)
    later = holder(MONDAY + 7 * DAY, MONDAY + 13 * DAY, past=past, past_from=MONDAY + DAY)
    assert spans_of(AVERAGE, later)[0][2:] == (34, 40), "it is not known, and taken as none"


def test_time_off_counts_a_fifth_of_the_weekly_hours_on_the_average() -> None:
    off = tuple((MONDAY + number * DAY, None) for number in range(7))
    assert spans_of(AVERAGE, holder(MONDAY, MONDAY + 13 * DAY, off=off))[0][2:] == (34, 40)


RULES = (
    (
        HoursOver(
            (Span(MONDAY, MONDAY + DAY, 240, 660), Span(MONDAY + 2 * DAY, MONDAY + 4 * DAY, 480, 720)), "months"
        ),
        5,
    ),
    (HoursOver((Span(MONDAY, MONDAY + 3 * DAY, 0, 700),), "average hours"), 4),
)


@pytest.mark.parametrize(("rule", "days"), RULES, ids=lambda value: str(value)[:30])
def test_solver_reader_and_search_agree_on_every_roster(rule: HoursOver, days: int) -> None:
    problem = tiny_problem(days, shifts={name: SHIFTS[name] for name in ("short", "night")})
    accepted, said = accepted_by_solver(problem, rule), agreed(problem)
    machine = rule.machine(problem, problem.people[0])
    verdicts = set()
    for assignment in every_assignment(problem):
        broken = list(rule.violations(planned_shifts(problem, assignment), said))
        assert (assignment in accepted) == (not broken), (assignment, broken)
        assert accepted_by_machine(machine, assignment) == (not broken), (assignment, broken)
        verdicts.add(not broken)
    assert verdicts == {True, False}


SHORT_DAYS = ShiftSettings(hours=4, first_start="08:00", last_start="08:00")
PLAN = WorkPlanSettings(shifts=("short",), weekly_hours_max=28, days_per_week_max=7)


def center(*written: dict[str, object], **changes: object) -> Center:
    """Ann for ten days from Wednesday 4 November, weeks from Monday."""
    wednesday = MONDAY + 2 * DAY
    return Center(
        {"voice": every_day(10, range(8, 12))},
        shifts={"short": SHORT_DAYS},
        work_plans={"any": PLAN},
        settings=RosterSettings(rules=written, week_starts="mon", effort=0.2),  # type: ignore[arg-type]
        first_day=wednesday,
        planned=PlannedDays(wednesday, 10),
    ).but(**changes)


WEEKS = {"rule": "average_hours", "weekly_hours": 14, "weeks": 13, "first_day": "2026-10-05", "drift": 2}


def test_the_balance_goes_from_plan_to_plan_in_the_table_of_fairness() -> None:
    """Ten days of 14 hours a week are 20: with 3 hours too many before, 15 to 19 are left, and 16 is four shifts."""
    here = center(WEEKS)
    rows = [("ann", "average_hours", 100.0, 97.0, 3.0)]
    past = Fairness.of(pd.DataFrame(rows, columns=["agent_id", "what", "count", "fair_share", "carried_out"]))
    people = replace(here.workforce, past_fairness=past)
    made = here.solve(people)
    told = fairness_of(made.roster, replace(here.case(), workforce=people)).frame
    row = told[told["what"] == "average_hours"].iloc[0]
    assert (row["count"], row["fair_share"], row["carried_in"], row["carried_out"]) == (16, 20, 3, -1)
    report = check(made.roster, people, here.settings, requirement=here.requirement, shifts=here.shifts,
                   work_plans=here.work_plans, site=here.site)  # fmt: skip
    assert report.breaches == ()
    assert [b.rule for b in here.check(made.roster).breaches] == ["average hours"], "16 of 20 hours, 2 may lack"


def test_a_balance_that_nothing_tells_is_named() -> None:
    case = center(WEEKS, {"rule": "monthly_hours", "below": 80}).case()
    said = [note.message for note in account_notes(case, case.problem())]
    assert said[0].startswith("norm hours of the months: Nov 2026 168 h (21 working days)")
    assert said[1].startswith("no balance of hours is known for 1 agents, the first ann")


def test_one_agent_has_one_balance() -> None:
    with pytest.raises(ConfigError, match="average_hours holds for ann by rule 0 too"):
        center(WEEKS, WEEKS).problem()


def test_a_norm_that_shifts_cannot_meet_is_told_with_what_would_help() -> None:
    """Ten days hold 40 hours, and the norm of their eight working days is 64."""
    with pytest.raises(InfeasibleError) as raised:
        center({"rule": "monthly_hours"}).solve()
    [problem] = raised.value.problems
    assert "at most 8 hours below the norm of the month" in problem.message
    assert "hours below the norm of the month instead of 8 (monthly_hours)" in str(problem.hint)


def test_part_weeks_are_told_at_both_ends() -> None:
    said = [note.message for note in center().solve().notes if note.place == "weeks"]
    assert said == [
        "the week from Mon 02 Nov 2026 began before the plan: no shifts of it are known, and of its minimum the "
        "share of its days in the plan is due",
        "the week from Mon 09 Nov 2026 goes on after the plan: its maximum holds, of its minimum the share of its "
        "days in the plan is due",
    ]


def least_of_all(weight: float, free: float) -> float:
    """Of every number of days that Ann and Bob may work, four hours each: an hour missing costs 10, one too many 1,
    and Ann begins 3 hours above, so that 17 are due of her and 20 of Bob."""

    def price(ann: int, bob: int) -> float:
        cover = 40 * max(10 - ann - bob, 0) + 4 * max(ann + bob - 10, 0)
        return cover + weight * sum(max(abs(4 * days - due) - free, 0) for days, due in ((ann, 17), (bob, 20)))

    return min(price(ann, bob) for ann in range(11) for bob in range(11))


@pytest.mark.parametrize(("weight", "free"), [(0.3, 0.0), (4.0, 0.0), (12.0, 0.0), (12.0, 2.5), (60.0, 1.0)])
def test_the_price_of_a_balance_from_both_sides_gives_the_roster_that_enumeration_finds(
    weight: float, free: float
) -> None:
    loose = {**WEEKS, "drift": None}
    here = center(loose, {"rule": "hours_balance", "weight": weight, "free_hours": free})
    here = here.but(agents=[("ann", "voice", "any"), ("bob", "voice", "any")])
    rows = [("ann", "average_hours", 100.0, 97.0, 3.0)]
    past = Fairness.of(pd.DataFrame(rows, columns=["agent_id", "what", "count", "fair_share", "carried_out"]))
    made = here.solve(replace(here.workforce, past_fairness=past))
    assert made.objective == pytest.approx(least_of_all(weight, free), abs=1e-6)
    assert made.bound == pytest.approx(made.objective, abs=1e-3)


def test_a_balance_off_zero_is_told_with_its_price() -> None:
    """Ann works ten days of four hours, and twenty hours are due: 20 h above, at 0.1 each."""
    here = center({**WEEKS, "drift": None}, {"rule": "hours_balance", "weight": 0.1})
    told = [note.message for note in here.solve().notes if note.place == "hours balance"]
    assert told == ["1 of 1 balances of hours do not end at zero: ann +20 h; price 2.0"]
