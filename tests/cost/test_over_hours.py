"""Premiums for hours over a norm: tiers, days, weeks, months, what counts for them; by arithmetic on paper."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from staffplan.cost import norms_of, premium_hours
from staffplan.settings.cost import CostSettings, PremiumSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.tables.roster import RosterShifts

HOUR = 60
MONDAY = date(2026, 3, 2)
NIGHT = PremiumSettings(name="night", share=0.25, hours="22:00-06:00")
PLANS = {
    "full": WorkPlanSettings(shifts=("x",), weekly_hours_min=40, weekly_hours_max=50, weekly_hours_norm=40),
    "half": WorkPlanSettings(shifts=("x",), weekly_hours_min=20, weekly_hours_max=40, weekly_hours_norm=20),
    "free": WorkPlanSettings(shifts=("x",), weekly_hours_min=0, weekly_hours_max=50),
}


def over(norm, *, name="extra", share=0.5, **more):
    return PremiumSettings(name=name, share=share, over_hours=norm, **more)


def week_of(make_books, lengths, *, agent="ann", plan="", begin=8, **more):
    """A shift on each day from the first on, its hours as given; 0 is a day off."""
    books = make_books(**more)
    books.hire(agent, 20.0, plan=plan)
    for day, hours in enumerate(lengths):
        if hours:
            books.work(agent, begin * HOUR, round((begin + hours) * HOUR), day=day)
    books.expect("calls", 8 * HOUR, offered=1, aht=60, need=(1, 1))
    return books


def hours(books, *premiums, days=7, starts=None, past=None):
    """Paid hours with each premium, one text for each shift."""
    people = books.workforce()
    if past is not None:
        people = people.__class__(people.agents, people.time_off, people.availability, past_roster=past)
    planned = [books.first_day + timedelta(days=day) for day in range(days)]
    norms = norms_of(people, planned, PLANS, starts, timezone="UTC")
    return premium_hours(books.roster(), CostSettings(premiums=premiums), books.site, norms).tolist()


def past_shift(agent, day, paid_hours):
    begin = pd.Timestamp(day, tz="UTC") + pd.Timedelta(8, "h")
    row = {"agent_id": agent, "schedule_date": pd.Timestamp(day), "shift": "x", "start": begin}
    return row | {"end": begin + pd.Timedelta(paid_hours, "h"), "paid_hours": paid_hours}


def amounts(books, *premiums, **more):
    """Euros of each line of the cost."""
    frame = books.cost(CostSettings(premiums=premiums, **more), work_plans=PLANS).report.frame
    own = frame[(frame["ledger"] == "cost") & (frame["period"] == "total") & (frame["planning_group"] == "")]
    return dict(zip(own["line"], own["amount"], strict=True))


def test_tiers_of_a_week_are_paid_to_the_cent(make_books):
    """45 hours at 20: the 36th to the 43rd at 25 % is 8 x 5, two more at 50 % are 20."""
    books = week_of(make_books, [9] * 5)
    tiers = (over(35, name="first", share=0.25, up_to_hours=43), over(43, name="then"))
    assert hours(books, *tiers) == ["", "", "", "first:1", "first:7;then:2"]
    assert amounts(books, *tiers) == {
        "base pay": 900.0,
        "premium: first": 40.0,
        "premium: then": 20.0,
        "loaded cost": 960.0,
    }


def test_an_amount_an_hour_does_not_depend_on_the_rate(make_books):
    """Two hours after 20:00 at 3.50."""
    late = PremiumSettings(name="late", per_hour=3.5, hours="20:00-24:00")
    assert amounts(week_of(make_books, [14]), late)["premium: late"] == 7.0


def test_a_day_over_midnight_is_one_day_and_its_last_hours_are_overtime(make_books):
    """20:00 to 06:00 is 10 hours, above 8 are those from 04:00: night, too."""
    books = week_of(make_books, [10], begin=20)
    assert hours(books, over(8, per="day"), NIGHT) == ["extra:2;night:8"]
    alone = over(8, per="day", excludes=("night",))
    assert hours(books, alone, NIGHT) == ["extra:2;night:6"]


def test_a_norm_and_a_clock_limit_the_same_premium(make_books):
    """Overtime at night alone: above 8 hours of 14:00 to 24:00 are two, one of them before 23:00."""
    books = week_of(make_books, [10], begin=14)
    assert hours(books, over(8, per="day", hours="23:00-06:00")) == ["extra:1"]


def test_the_night_in_which_the_clock_goes_back_has_an_hour_more_of_overtime(make_books):
    """22:00 to 06:00 on 24 October 2026 in Madrid lasts nine hours."""
    books = week_of(make_books, [8], begin=22, first_day=date(2026, 10, 24), timezone="Europe/Madrid")
    assert hours(books, over(8, per="day")) == ["extra:1"]


def test_weeks_begin_with_the_plan_or_on_the_calendar(make_books):
    """From Friday: 40 h in four days over a weekend. Blocks of seven days hold all, calendar weeks 30 and 10."""
    books = week_of(make_books, [10, 10, 10, 10], first_day=date(2026, 3, 6))
    assert hours(books, over(35)) == ["", "", "", "extra:5"]
    assert hours(books, over(35), starts="mon") == ["", "", "", ""]


def test_what_was_worked_before_counts_for_the_first_calendar_week(make_books):
    """32 h from Monday to Thursday, then 10: above 40 are two. What lies in the week before does not count."""
    books = week_of(make_books, [10], first_day=date(2026, 3, 6))
    rows = [past_shift("ann", date(2026, 3, 2 + day), 8.0) for day in range(4)]
    past = RosterShifts.of(pd.DataFrame([*rows, past_shift("ann", date(2026, 2, 28), 8.0)]))
    assert hours(books, over(40), starts="mon", past=past) == ["extra:2"]
    assert hours(books, over(40), past=past) == [""]
    assert hours(books, over(40, per="month"), past=past) == ["extra:2"]


def test_what_was_paid_as_overtime_of_a_day_before_does_not_count_for_the_week(make_books):
    """Three days of ten hours before the plan count 8 each; 24 + 8 + 8 are no more than 40."""
    books = week_of(make_books, [10, 10], first_day=date(2026, 3, 5))
    past = RosterShifts.of(pd.DataFrame([past_shift("ann", date(2026, 3, 2 + day), 10.0) for day in range(3)]))
    premiums = (over(8, name="daily", per="day"), over(40, name="weekly", not_counted=("daily",)))
    assert hours(books, *premiums, starts="mon", past=past) == ["daily:2", "daily:2"]


def test_what_the_hours_take_for_granted_is_told(make_books):
    """From a Friday, one contract without a norm, nothing of the days before."""
    books = week_of(make_books, [10], first_day=date(2026, 3, 6), plan="free")
    said = CostSettings(premiums=(over("norm"), over(160, name="month", per="month")))
    told = [note.message for note in books.cost(said, work_plans=PLANS).notes]
    assert any("no extra for ann: their contract has no weekly_hours_norm" in text for text in told)
    assert any("hours worked before 2026-03-06 in its month are not known" in text for text in told)
    assert any("the last month and week goes on after the plan" in text for text in told)


def test_months_are_counted_apart_and_all_days_planned_together(make_books):
    """From 30 March: 10 + 10, then 10 + 10 in April."""
    books = week_of(make_books, [10, 10, 10, 10], first_day=date(2026, 3, 30))
    assert hours(books, over(15, per="month")) == ["", "extra:5", "", "extra:5"]
    assert hours(books, over(15, per="period")) == ["", "extra:5", "extra:10", "extra:10"]


def test_the_norm_of_a_contract_is_its_own(make_books):
    """24 hours: four above the 20 of a part-time contract, none above 40; without a norm there is no overtime."""
    norm = over("norm")
    assert hours(week_of(make_books, [8, 8, 8], plan="half"), norm) == ["", "", "extra:4"]
    assert hours(week_of(make_books, [8, 8, 8], plan="full"), norm) == ["", "", ""]
    assert hours(week_of(make_books, [12] * 5, plan="free"), norm) == [""] * 5


def test_paid_time_off_counts_where_it_is_said(make_books):
    """A day off of 8 hours and 36 worked: four above 40 where it counts."""
    books = week_of(make_books, [9, 9, 9, 9], plan="full")
    friday = pd.Timestamp(MONDAY + timedelta(days=4))
    books.time_off.append(
        {"agent_id": "ann", "first_day": friday, "last_day": friday, "kind": "vacation", "paid": "yes", "hours": 8.0}
    )
    assert hours(books, over(40)) == [""] * 4
    assert hours(books, over(40, time_off_counts=True)) == ["", "", "", "extra:4"]


def test_an_absence_within_a_shift_is_no_work(make_books):
    """10 hours, 3 of them sick: 7 worked; unpaid meals do not count either."""
    books = make_books()
    books.hire("ann", 20.0)
    books.work("ann", 8 * HOUR, 12 * HOUR)
    books.work("ann", 12 * HOUR, 15 * HOUR, "absence")
    books.work("ann", 15 * HOUR, 16 * HOUR, "meal", paid=False)
    books.work("ann", 16 * HOUR, 19 * HOUR)
    assert hours(books, over(8, per="day")) == [""]
    assert hours(books, over(6, per="day")) == ["extra:1"]


@pytest.mark.parametrize(
    ("lengths", "paid"),
    [
        ([10] * 5, ["daily:2"] * 5),
        ([8] * 6, ["", "", "", "", "", "weekly:8"]),
        ([13], ["daily:4;double:1"]),
        ([12, 8, 8, 8, 9], ["daily:4", "", "", "", "daily:1"]),
    ],
)
def test_hours_paid_by_the_day_do_not_count_for_the_week(make_books, lengths, paid):
    """California: above 8 and 12 hours a day; above 40 of the others a week, which 12 + 8 + 8 + 8 + 9 do not have."""
    premiums = (
        over(8, name="daily", up_to_hours=12, per="day"),
        over(12, name="double", share=1.0, per="day"),
        over(40, name="weekly", not_counted=("daily", "double")),
    )
    assert hours(week_of(make_books, lengths), *premiums) == paid
    assert hours(week_of(make_books, lengths), *premiums[::-1]) == [";".join(t.split(";")[::-1]) for t in paid]


def test_a_premium_of_single_days_comes_every_year_or_once(make_books):
    """Christmas Eve from 14:00."""
    books = week_of(make_books, [8], begin=12, first_day=date(2026, 12, 24))
    eve = PremiumSettings(name="eve", share=1.0, hours="14:00-24:00", dates=("12-24",))
    assert hours(books, eve) == ["eve:6"]
    assert hours(books, eve.model_copy(update={"dates": ("2027-12-24", "02-29")})) == [""]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 23), st.integers(0, 12)), min_size=1, max_size=9),
    st.integers(0, 12),
    st.integers(0, 45),
)
def test_the_hours_are_those_that_a_clerk_counts_minute_by_minute(make_books, shifts, day_norm, week_norm):
    books, expected, worked, end = make_books(), [], {}, -1
    books.hire("ann", 20.0)
    for day, (begin, length) in enumerate(shifts):
        start = max(begin * HOUR, end - day * 1440)
        end = day * 1440 + start + length * HOUR
        if not length:
            continue
        books.work("ann", start, start + length * HOUR, day=day)
        daily = weekly = night = 0
        for minute in range(length * HOUR):
            is_daily = minute >= day_norm * HOUR
            daily += is_daily
            before = worked.get(day // 7, 0)
            weekly += not is_daily and before >= week_norm * HOUR
            worked[day // 7] = before + (not is_daily)
            night += (start + minute) % 1440 >= 22 * HOUR or (start + minute) % 1440 < 6 * HOUR
        told = {"daily": daily, "weekly": weekly, "night": night}
        expected.append(";".join(f"{name}:{round(count / 60, 4):g}" for name, count in told.items() if count))
    premiums = (
        over(day_norm, name="daily", per="day"),
        over(week_norm, name="weekly", not_counted=("daily",)),
        NIGHT,
    )
    if expected:
        assert hours(books, *premiums, days=len(shifts)) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([NIGHT, NIGHT], "two premiums are called 'night'"),
        ([NIGHT.model_copy(update={"excludes": ("nigt",)})], "there is no 'nigt'; did you mean night?"),
        ([over(40, name="overtime")], "cannot be called 'overtime', as payroll has hours of that kind"),
        (
            [over(8, name="a", not_counted=("b",)), over(8, name="b", not_counted=("a",))],
            "not_counted goes in a circle: a, b",
        ),
    ],
)
def test_names_of_premiums_are_read_together(given, said):
    with pytest.raises(ValidationError, match=said):
        CostSettings(premiums=given)


def test_the_premiums_of_a_country_come_with_its_articles_and_with_what_they_leave_out(make_books):
    books = week_of(make_books, [9] * 5)
    result = books.cost(CostSettings(agreements=["france"], premiums=[NIGHT]))
    assert result.facts["premiums"] == 60.0
    told = [(note.kind, note.message) for note in result.notes if note.place == "cost.agreements"]
    assert "L3121-36" in told[0][1]
    assert "no legal advice" in told[0][1]
    assert ("left out", told[-1][1]) == told[-1]
    assert "L3122-8" in told[-1][1]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["eu"], "says nothing on pay"),
        (["francia"], "did you mean france?"),
        (["california", "united_states"], "has the federal overtime among its own"),
    ],
)
def test_a_country_without_a_law_on_pay_is_told(names, said):
    with pytest.raises(ValidationError, match=said):
        CostSettings(agreements=names)
