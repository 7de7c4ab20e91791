"""The cost report: a case done by hand, and identities that hold whatever the roster."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from staffplan.planned import PlannedDays
from staffplan.settings.cost import CostSettings, OnCostSettings, OtherCostSettings, PremiumSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.staffing import ShrinkageSettings, StaffingSettings
from staffplan.site import Queue
from staffplan.tables.waits import Coverage
from thorough import repetitions

HOUR = 60
SICK_10 = StaffingSettings(shrinkage={"sickness": ShrinkageSettings(share=0.1, planned=False, in_office=False)})


def lines(result, ledger, column, *, period="total", group=""):
    frame = result.report.frame
    own = frame[(frame["ledger"] == ledger) & (frame["period"] == period) & (frame["planning_group"] == group)]
    return dict(zip(own["line"], own[column], strict=True))


@pytest.fixture
def by_hand(make_books):
    """One hour with 12 calls of 300 s in each half (2 erlangs); 3 people required on the line, 4 on queue.

    Five work; after half an hour two of them have a break and training.
    """
    books = make_books()
    for half in (540, 570):
        books.expect("calls", half, offered=12, aht=300, need=(3, 4))
    for agent, rate in (("ann", 20.0), ("bob", 20.0), ("eve", 15.1)):
        books.hire(agent, rate)
        books.work(agent, 540, 600)
    for agent in ("joe", "kim"):
        books.hire(agent)
        books.work(agent, 540, 570)
        books.work(agent, 570, 585, "break")
        books.work(agent, 585, 600, "training")
    return books


def test_the_hours_ledger_by_hand(by_hand):
    """First half-hour: 5 on queue, 4 needed there, 10 % away: 4.5 on the line, 3 required, 2 busy.
    Second: 3 on queue, 1 missing: 2.7 on the line, 2 busy.

    Handling 2 x 2 x 0.5 = 2 h. Idle by design (3 - 2) x 0.5 + (2.7 - 2) x 0.5 = 0.85 h. Needed of the line in the
    first half 4 x 0.9 = 3.6, so rounding is 0.6 x 0.5 = 0.3 h and overstaffing 1 x 0.9 x 0.5 = 0.45 h. Sickness
    0.1 x (5 + 3) x 0.5 = 0.4 h. Sum 4 h on queue, 0.5 h breaks, 0.5 h training: 5 h paid.
    """
    hours = lines(by_hand.cost(staffing=SICK_10), "hours", "hours")
    assert {name: value for name, value in hours.items() if value} == pytest.approx(
        {
            "handling contacts": 2.0,
            "idle by design": 0.85,
            "rounding to whole people": 0.3,
            "overstaffing": 0.45,
            "shrinkage: sickness": 0.4,
            "breaks": 0.5,
            "training": 0.5,
            "paid hours": 5.0,
            "memo: understaffing on the line": 0.45,
        }
    )


def test_the_money_by_hand(by_hand):
    """Rates 20, 20, 15.10 and, by default, 12: wages 55.10 + 24. On-costs 30 % of 79.10 = 23.73; a seat costs
    31 a month and 1 of March's 31 days is planned: 1 for each of five people."""
    on_costs = (OnCostSettings(name="social", share=0.3), OnCostSettings(name="seat", monthly_per_agent=31))
    result = by_hand.cost(CostSettings(default_hourly_rate=12, on_costs=on_costs))
    assert lines(result, "cost", "amount") == {
        "base pay": 79.10,
        "on-cost: social": 23.73,
        "on-cost: seat": 5.0,
        "loaded cost": 107.83,
    }
    unit = lines(result, "unit", "amount")
    assert unit["per contact offered"] == 4.49  # 107.83 / 24
    assert unit["per handled hour"] == 53.92  # 107.83 / 2, the half cent up
    assert unit["per paid hour"] == 21.57  # 107.83 / 5


def test_costs_beside_pay_by_hand(by_hand):
    """5 paid hours of agents, one supervisor at 30 for ten: 15.00. 24 contacts, 10 of them mails at 0.25. A rent of
    310 on one of March's 31 days. A course on the day; another one next month, which is told and left out."""
    contacts = {row["queue"]: row["offered"] for row in by_hand.forecast}
    one = next(iter(contacts))
    number = sum(row["offered"] for row in by_hand.forecast if row["queue"] == one)
    others = (
        OtherCostSettings(name="supervision", agents_per_person=10, hourly_rate=30),
        OtherCostSettings(name="telephony", per_contact=0.25, queues=(one,)),
        OtherCostSettings(name="rent", per_month=310),
        OtherCostSettings(name="course", amount=99.99, date=by_hand.first_day),
        OtherCostSettings(name="later", amount=50, date=by_hand.first_day + timedelta(days=40)),
        OtherCostSettings(name="typo", per_contact=1, queues=("nobody",)),
    )
    result = by_hand.cost(CostSettings(default_hourly_rate=12, others=others))
    found = lines(result, "cost", "amount")
    expected = {"supervision": 15.0, "telephony": 0.25 * number, "rent": 10.0, "course": 99.99, "later": 0, "typo": 0}
    assert {name: found[f"other: {name}"] for name in expected} == pytest.approx(expected)
    assert found["loaded cost"] == pytest.approx(79.10 + sum(expected.values()))
    assert lines(result, "bridge", "amount")["other costs"] == pytest.approx(sum(expected.values()))
    told = {note.place: note.message for note in result.notes if note.place.startswith("cost.others")}
    assert "which is not planned" in told["cost.others.4.date"]
    assert "no queue 'nobody'" in told["cost.others.5.queues"]


def test_a_rent_in_a_month_without_work_is_the_groups_as_in_the_others(make_books):
    """Monday 30 March is worked, Wednesday 1 April is planned and closed: 2 of 31 and 1 of 30 days of 3,000."""
    books = make_books(first_day=date(2026, 3, 30))
    books.planned = PlannedDays(books.first_day, 3)
    books.hire("ann", 20.0)
    books.work("ann", 9 * HOUR, 17 * HOUR)
    books.expect("calls", 9 * HOUR, offered=1, aht=60, need=(1, 1))
    result = books.cost(CostSettings(others=(OtherCostSettings(name="rent", per_month=3000),)))
    by_group = {group: lines(result, "cost", "amount", group=group).get("other: rent") for group in ("", "calls")}
    assert by_group == {"": 293.55, "calls": 293.55}


def test_what_a_queue_costs_by_contact_is_that_queues(make_books):
    """A phone call costs 1.00 more than a chat of the same length."""
    queues = (Queue("phone", planning_group="desk"), Queue("web", planning_group="desk"))
    books = make_books(queues=queues)
    books.hire("ann", 20.0, skills="desk")
    books.work("ann", 9 * HOUR, 10 * HOUR, group="desk")
    books.expect("phone", 9 * HOUR, offered=5, aht=60, need=(1, 1))
    books.expect("web", 9 * HOUR, offered=5, aht=60, need=(1, 1))
    books.required.pop()  # both queues are one planning group
    result = books.cost(CostSettings(others=(OtherCostSettings(name="lines", per_contact=1, queues=("phone",)),)))
    unit = {
        name: lines(result, "unit", "amount", group="desk")[f"per contact: queue {name}"] for name in ("phone", "web")
    }
    assert unit == {"phone": 3.0, "web": 2.0}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give one of agents_per_person, per_contact, per_month, amount"),
        ({"per_month": 1, "per_contact": 1}, "give one of"),
        ({"agents_per_person": 10}, "agents_per_person and hourly_rate belong together"),
        ({"amount": 10}, "amount and date belong together"),
        ({"per_month": 10, "hourly_rate": 3}, "agents_per_person and hourly_rate belong together"),
        ({"per_month": 10, "queues": ("calls",)}, "queues cannot be given with per_month"),
    ],
)
def test_a_cost_beside_pay_is_of_one_kind(given, said):
    with pytest.raises(ValidationError, match=said):
        OtherCostSettings(name="odd", **given)


def test_a_monthly_cost_and_time_off_count_on_closed_days_of_the_plan_too(by_hand):
    """14 of March's 31 days are planned, of which one has contacts; ann's leave is on the last of them, a Sunday."""
    by_hand.planned = PlannedDays(by_hand.first_day, 14)
    off = pd.Timestamp(by_hand.planned.last)
    by_hand.time_off.append({"agent_id": "ann", "first_day": off, "last_day": off, "paid": "yes", "hours": 4.0})
    seat = CostSettings(on_costs=(OnCostSettings(name="seat", monthly_per_agent=31),))
    contract = {"": WorkPlanSettings(shifts=("x",), weekly_hours_min=20)}
    result = by_hand.cost(seat, work_plans=contract)
    assert lines(result, "cost", "amount")["on-cost: seat"] == 5 * 14
    assert lines(result, "hours", "hours")["paid time off"] == 4


def test_the_bridge_leads_from_contacts_to_paid_hours(by_hand):
    result = by_hand.cost(CostSettings(default_hourly_rate=12), staffing=SICK_10)
    hours, quantity = lines(result, "bridge", "hours"), lines(result, "bridge", "quantity")
    assert quantity["contacts"] == 24
    assert hours["workload"] == 2
    assert hours["queueing buffer and minimum staff"] == 1
    assert hours["base staff"] == 3
    assert hours["cover for shrinkage, whole people"] == 1
    assert hours["roster fit: too few"] == -0.5
    assert hours["roster fit: too many"] == 0.5
    assert hours["on queue"] == 4
    assert hours["paid hours"] == 5


def test_every_line_names_a_file_and_a_column_it_comes_from(by_hand):
    sources = by_hand.cost().report.frame["source"]
    assert sources.str.contains(r"\.(?:csv|toml)").all()


def test_wages_of_people_without_any_rate_are_an_assumption_in_the_notes(make_books):
    books = make_books()
    books.expect("calls", 540, offered=1, aht=60, need=(1, 1))
    books.hire("ann")
    books.work("ann", 540, 570)
    result = books.cost()
    assert result.facts["loaded cost"] == 0
    assert [n.kind for n in result.notes if n.place == "cost.default_hourly_rate"] == ["assumption"]


def test_somebody_on_the_roster_whose_zeros_a_spreadsheet_dropped_is_told(make_books):
    books = make_books()
    books.expect("calls", 540, offered=1, aht=60, need=(1, 1))
    books.hire("007")
    books.work("7", 540, 570)
    [said] = [note.message for note in books.cost().notes if note.place == "agents.csv"]
    assert said.startswith("7: on the roster, but not in agents.csv")
    assert said.endswith("did a spreadsheet drop the leading zeros: 7 -> 007?")


def test_chats_served_together_need_fewer_agent_minutes_than_contact_minutes(make_books):
    """Three at once, each further one 25 % slower: 1.5 / 3 agent minutes for a contact minute."""
    chat = Queue("chat", "chat", "chat", concurrency=3, concurrency_slowdown=0.25)
    books = make_books(queues=(chat,))
    books.expect("chat", 540, offered=12, aht=600, need=(3, 3))
    for agent in "abc":
        books.hire(agent, 10.0, skills="chat")
        books.work(agent, 540, 570, group="chat")
    result = books.cost()
    bridge = lines(result, "bridge", "hours", group="chat")
    assert bridge["workload"] == 2.0
    assert bridge["served several at once"] == -1.0
    assert lines(result, "hours", "hours", group="chat")["handling contacts"] == 1.0


def test_mail_that_came_at_night_is_handled_by_day(make_books):
    mail = Queue("mail", "email", "mail")
    books = make_books(queues=(mail,))
    books.expect("mail", 0, offered=6, aht=300, need=(0, 0))
    books.expect("mail", 540, offered=0, aht=300, need=(1, 1))
    books.hire("ann", 10.0, skills="mail")
    books.work("ann", 540, 600, group="mail")
    assert lines(books.cost(), "hours", "hours")["handling contacts"] == 0.5


def test_a_shift_over_the_end_of_the_month_is_paid_in_both(make_books):
    books = make_books(first_day=date(2026, 3, 31))
    books.expect("calls", 1410, offered=1, aht=60, need=(1, 1))
    books.expect("calls", 0, offered=1, aht=60, need=(1, 1), day=1)
    books.hire("ann", 10.0)
    books.work("ann", 22 * HOUR, 30 * HOUR)
    result = books.cost()
    paid = {month: lines(result, "hours", "hours", period=month)["paid hours"] for month in ("2026-03", "2026-04")}
    assert paid == {"2026-03": 2.0, "2026-04": 6.0}
    assert lines(result, "cost", "amount")["base pay"] == 80.0


def test_time_on_queue_after_the_forecast_ends_is_told_apart(make_books):
    books = make_books()
    books.expect("calls", 1410, offered=1, aht=60, need=(1, 1))
    books.hire("ann", 10.0)
    books.work("ann", 23 * HOUR, 26 * HOUR)
    assert lines(books.cost(), "hours", "hours")["beyond the forecast's days"] == 2.0


def test_paid_time_off_is_a_fifth_of_the_week_for_at_most_five_days_of_it(make_books):
    books = make_books()
    for day in range(14):
        books.expect("calls", 540, offered=1, aht=60, need=(1, 1), day=day)
    books.hire("ann", 10.0, plan="full")
    books.hire("bob", 10.0, plan="full")
    books.work("bob", 540, 570)
    off = {"agent_id": "ann", "kind": "vacation"}
    books.time_off.append(off | {"first_day": date(2026, 3, 2), "last_day": date(2026, 3, 8), "paid": "yes"})
    books.time_off.append(off | {"first_day": date(2026, 3, 10), "last_day": date(2026, 3, 10), "paid": "yes"})
    books.time_off.append(off | {"first_day": date(2026, 3, 11), "last_day": date(2026, 3, 11), "paid": "no"})
    plan = WorkPlanSettings(shifts=(), weekly_hours_min=38.5, weekly_hours_max=40)
    result = books.cost(work_plans={"full": plan})
    assert lines(result, "hours", "hours")["paid time off"] == pytest.approx(6 * 7.7)


def test_what_a_person_of_two_groups_is_paid_beside_the_queue_follows_the_minutes_on_queue(make_books):
    queues = (Queue("calls", planning_group="calls"), Queue("sales", planning_group="sales"))
    books = make_books(queues=queues)
    for name in ("calls", "sales"):
        books.expect(name, 540, offered=1, aht=60, need=(1, 1))
    books.hire("ann", 10.0, skills="calls;sales")
    books.work("ann", 540, 720)
    books.work("ann", 720, 780, group="sales")
    books.work("ann", 780, 820, "break")
    result = books.cost()
    breaks = {group: lines(result, "hours", "hours", group=group)["breaks"] for group in ("calls", "sales")}
    assert breaks == {"calls": 0.5, "sales": pytest.approx(1 / 6)}
    assert lines(result, "cost", "amount", group="calls")["loaded cost"] == 35.0


def test_the_price_of_an_answered_contact_knows_who_hung_up(by_hand):
    starts = [by_hand.instant(540), by_hand.instant(570)]
    seen = pd.DataFrame({"interval_start": starts, "planning_group": "calls", "abandon_rate": [0.5, 0.0]})
    by_hand.coverage = Coverage.of(seen.assign(required=4, scheduled=4, net=0))
    unit = lines(by_hand.cost(CostSettings(default_hourly_rate=12)), "unit", "quantity")
    assert unit["per contact answered"] == 18


shift = st.tuples(
    st.integers(0, 9),
    st.integers(0, 2),
    st.integers(0, 90).map(lambda step: 15 * step),
    st.lists(
        st.tuples(
            st.integers(1, 20).map(lambda step: 7 * step),
            st.sampled_from(["queue calls", "queue sales", "break", "meal", "meeting", "training"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    ),
)
premium = st.builds(
    PremiumSettings,
    name=st.sampled_from("abcd"),
    share=st.sampled_from([0.1, 0.333, 0.5]),
    weekdays=st.sampled_from(["daily", "sat,sun", "mon"]),
    hours=st.sampled_from(["24h", "22:00-06:00", "06:30-07:45"]),
    excludes=st.lists(st.sampled_from("abcd"), max_size=2).map(tuple),
)
overtime = st.builds(
    PremiumSettings,
    name=st.sampled_from("ab"),
    per_hour=st.sampled_from([0.99, 3.333]),
    hours=st.sampled_from(["24h", "22:00-06:00"]),
    over_hours=st.sampled_from([0.0, 0.7, 3.25]),
    per=st.sampled_from(["day", "week", "month", "period"]),
    excludes=st.lists(st.sampled_from("abcd"), max_size=2).map(tuple),
)


def with_known_names(premiums):
    """The same, without names under `excludes` that none of them has."""
    names = {premium.name for premium in premiums}
    return [p.model_copy(update={"excludes": tuple(n for n in p.excludes if n in names)}) for p in premiums]


@settings(max_examples=repetitions(8, 25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(shift, min_size=1, max_size=8, unique_by=lambda s: (s[0], s[1])),
    st.lists(premium | overtime, max_size=4, unique_by=lambda p: p.name).map(with_known_names),
    st.sampled_from([0.0, 0.07, 1 / 3]),
)
def test_hours_balance_to_the_minute_and_money_to_the_cent(make_books, shifts, premiums, away):
    """Over the end of a month, with any shifts: lines sum to their totals, groups to the site, months to the plan."""
    queues = (Queue("calls", planning_group="calls"), Queue("sales", "email", "sales"))
    books = make_books(first_day=date(2026, 3, 30), queues=queues)
    for day in range(3):
        for minute in range(480, 1200, 30):
            books.expect("calls", minute, offered=7.3, aht=211, need=(2, 3), day=day)
            books.expect("sales", minute, offered=1.9, aht=480, need=(1, 1), day=day)
    for agent in range(11):
        books.hire(f"a{agent}", 10 + agent * 0.37, skills="calls;sales")
    minutes = 0
    for agent, day, start, parts in shifts:
        for length, what, paid in parts:
            activity, _, group = what.partition(" ")
            books.work(f"a{agent}", start, start + length, activity, group, day=day, paid=paid)
            start, minutes = start + length, minutes + length * paid
    shrinkage = {"sick": ShrinkageSettings(share=away / 2), "late": ShrinkageSettings(share=away / 2)}
    on_costs = (OnCostSettings(name="social", share=0.301), OnCostSettings(name="seat", monthly_per_agent=99.99))
    others = (
        OtherCostSettings(name="leads", agents_per_person=11, hourly_rate=27.77),
        OtherCostSettings(name="lines", per_contact=0.037),
        OtherCostSettings(name="course", amount=33.33, date=date(2026, 3, 31)),
    )
    result = books.cost(
        CostSettings(premiums=tuple(premiums), on_costs=on_costs, others=others),
        staffing=StaffingSettings(shrinkage=shrinkage),
    )
    frame = result.report.frame
    whole = frame.assign(
        minutes=np.rint(frame["hours"] * 60).fillna(0).astype(int), cents=np.rint(frame["amount"] * 100).fillna(0)
    )
    for ledger, total, column in (("hours", "paid hours", "minutes"), ("cost", "loaded cost", "cents")):
        own = whole[(whole["ledger"] == ledger) & ~whole["line"].str.startswith("memo:")]
        site, plan, last = own["planning_group"] == "", own["period"] == "total", own["line"] == total
        _same(own[last], own[~last], ["period", "planning_group"], column)
        _same(own[plan], own[~plan], ["planning_group", "line"], column)
        _same(own[site], own[~site], ["period", "line"], column)
        assert (own[column] >= 0).all()
    assert lines(result, "hours", "hours")["paid hours"] == pytest.approx(minutes / 60, abs=1e-9)
    for period in set(frame["period"]):
        _bridge_adds_up(whole[(whole["ledger"] == "bridge") & (whole["period"] == period)])


def _same(totals: pd.DataFrame, parts: pd.DataFrame, keys: list[str], column: str) -> None:
    assert totals.set_index(keys)[column].to_dict() == parts.groupby(keys)[column].sum().to_dict()


def _bridge_adds_up(bridge: pd.DataFrame) -> None:
    for _, own in bridge.groupby("planning_group"):
        minutes = dict(zip(own["line"], own["minutes"], strict=True))
        running = 0
        for line in ("workload", "served several at once", "queueing buffer and minimum staff"):
            running += minutes[line]
        assert running == minutes["base staff"]
        for line in ("cover for shrinkage, whole people", "roster fit: too few", "roster fit: too many"):
            running += minutes[line]
        assert running == minutes["on queue"]
        for line in ("breaks and meals", "meetings and training", "paid time off"):
            running += minutes[line]
        assert running == minutes["paid hours"]
        cents = dict(zip(own["line"], own["cents"], strict=True))
        parts = [cents[name] for name in ("base pay", "premiums", "on-costs", "other costs") if name in cents]
        assert sum(parts) == cents["loaded cost"]
