"""Hours to pay: every paid minute once, in a kind that a payroll knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from staffplan.cost import pay_minutes
from staffplan.planned import between
from staffplan.settings.cost import CostSettings, PremiumSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.tables.roster import RosterShifts

HOUR = 60
WEEK = between(date(2026, 3, 2), date(2026, 3, 8)).days
PLANS = {"full": WorkPlanSettings(shifts=(), weekly_hours_min=40, weekly_hours_max=48, weekly_hours_norm=40)}
NO_PREMIUM = CostSettings()
NIGHT = CostSettings(premiums=(PremiumSettings(name="night", share=0.25, hours="22:00-06:00"),))


def minutes(books, settings=NO_PREMIUM, days=WEEK):
    found = pay_minutes(books.roster(), books.workforce(), days, work_plans=PLANS, settings=settings, site=books.site)
    return {(agent, f"{day:%m-%d}", kind): total for (agent, day, kind), total in found.items()}


def vacation(agent: str, day: int) -> dict[str, object]:
    """A paid day of March 2026."""
    when = pd.Timestamp(2026, 3, day)
    return {"agent_id": agent, "first_day": when, "last_day": when, "paid": "yes", "kind": "vacation"}


def test_what_is_paid_counts_and_unpaid_meals_do_not(make_books) -> None:
    books = make_books()
    books.hire("ann")
    books.work("ann", 9 * HOUR, 12 * HOUR)
    books.work("ann", 12 * HOUR, 12 * HOUR + 30, "meal", paid=False)
    books.work("ann", 12 * HOUR + 30, 13 * HOUR, "training")
    books.work("ann", 13 * HOUR, 14 * HOUR, "absence")
    assert minutes(books) == {("ann", "03-02", "regular"): 210, ("ann", "03-02", "absence"): 60}


def test_a_night_belongs_to_the_day_it_begins_on_and_its_premium_is_counted_beside_it(make_books) -> None:
    books = make_books()
    books.hire("ann")
    books.work("ann", 20 * HOUR, 28 * HOUR, day=6)
    assert minutes(books, NIGHT) == {("ann", "03-08", "regular"): 480, ("ann", "03-08", "night"): 360}


def test_nights_in_which_the_clocks_change_are_paid_for_the_hours_that_pass(make_books) -> None:
    for first_day, hours in ((date(2026, 3, 28), 7), (date(2026, 10, 24), 9)):
        books = make_books(first_day=first_day, timezone="Europe/Madrid")
        books.hire("ann")
        books.work("ann", 22 * HOUR, 30 * HOUR)
        found = minutes(books, NIGHT, between(first_day, first_day).days)
        assert set(found.values()) == {hours * HOUR}


def test_beyond_the_normal_week_it_is_overtime_and_days_off_count_towards_it(make_books) -> None:
    books = make_books()
    books.hire("ann", plan="full")
    books.hire("bob", plan="full")
    for day in range(5):
        books.work("ann", 8 * HOUR, 17 * HOUR, day=day)
    for day in range(1, 5):
        books.work("bob", 8 * HOUR, 17 * HOUR, day=day)
    books.time_off.append(vacation("bob", 2))
    found = minutes(books)
    assert [total for (who, _, kind), total in found.items() if (who, kind) == ("ann", "overtime")] == [300]
    assert found["ann", "03-06", "regular"] == 240
    assert found["bob", "03-02", "vacation"] == 480
    assert sum(total for (who, _, kind), total in found.items() if (who, kind) == ("bob", "overtime")) == 240
    assert sum(total for (who, *_), total in found.items() if who == "bob") == 44 * HOUR


def test_calendar_weeks_are_joined_with_the_hours_before_the_plan(make_books) -> None:
    """From Thursday on: three days before of nine hours leave 13 hours of the normal 40."""
    days = between(date(2026, 3, 5), date(2026, 3, 11)).days
    books = make_books(first_day=days[0])
    books.hire("ann", plan="full")
    for day in (0, 1, 4):
        books.work("ann", 8 * HOUR, 17 * HOUR, day=day)
    begins = [pd.Timestamp(2026, 3, day, 8, tz="UTC") for day in (1, 2, 3, 4)]
    rows = {"agent_id": "ann", "schedule_date": [t.tz_localize(None).normalize() for t in begins], "shift": "day"}
    past = pd.DataFrame(
        {**rows, "start": begins, "end": [t + pd.Timedelta(hours=9) for t in begins], "paid_hours": 9.0}
    )
    people = replace(books.workforce(), past_roster=RosterShifts.of(past))
    told = {"work_plans": PLANS, "settings": NO_PREMIUM, "site": books.site}
    for starts, overtime in (("mon", 5 * HOUR), ("thu", 0), (None, 0)):
        found = pay_minutes(books.roster(), people, days, week_starts=starts, **told)
        assert found["ann", days[1], "overtime"] == overtime
        assert sum(found.values()) == 27 * HOUR


def test_a_contract_without_normal_hours_has_no_overtime(make_books) -> None:
    books = make_books()
    books.hire("ann")
    for day in range(6):
        books.work("ann", 8 * HOUR, 18 * HOUR, day=day)
    assert {kind for _, _, kind in minutes(books)} == {"regular"}


def test_hours_to_pay_are_those_of_the_cost_report(make_books) -> None:
    books = make_books(planned=between(WEEK[0], WEEK[-1]))
    books.hire("ann", 20.0, plan="full")
    books.expect("calls", 540, offered=12, aht=300, need=(1, 1))
    for day in range(5):
        books.work("ann", 8 * HOUR, 17 * HOUR, day=day)
    books.time_off.append(vacation("ann", 7))
    found = minutes(books)
    result = books.cost(work_plans=PLANS)
    assert sum(found.values()) / HOUR == result.facts["paid hours"]
