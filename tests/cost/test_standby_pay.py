"""Standby and call-outs are paid to the cent, once, and with their on-costs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffplan.cost.converted import report_in
from staffplan.cost.standby import StandbyBook
from staffplan.cost.variance.plans import compare_plans
from staffplan.cost.variance.step import ACTUAL, BUDGET, variance
from staffplan.errors import ConfigError
from staffplan.settings.config import load_config
from staffplan.settings.cost import CostSettings, ExchangeRate, OnCostSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.standby import StandbySettings
from staffplan.tables.standby import CallOuts, Standby

SOCIAL = CostSettings(on_costs=(OnCostSettings(name="social", share=0.3),))
NIGHT = StandbySettings(
    name="night", hours="18:00-06:00", per_hour=3.5, per_duty=10, call_out_hours_min=2, call_out_share=0.5
)


@pytest.fixture
def books(make_books):
    """Ann works from 09:00 to 17:00 on 31 March for 20 an hour."""
    made = make_books(first_day=date(2026, 3, 31))
    for day in range(2):
        made.expect("calls", 540, offered=6, aht=300, need=(1, 1), day=day)
    made.hire("ann", 20.0)
    made.hire("bob", 17.0)
    made.work("ann", 540, 1020)
    return made


def duty(books, agent="ann", day=0, name="night", amount=52.0):
    when = pd.Timestamp(books.first_day + timedelta(days=day))
    span = {"start": books.instant(1080, day), "end": books.instant(1800, day)}
    return {"standby": name, "agent_id": agent, "schedule_date": when, "hours": 12.0, "amount": amount} | span


def call(books, first, last, agent="ann", day=0, name="night"):
    span = {"start": books.instant(first, day), "end": books.instant(last, day)}
    return {"standby": name, "agent_id": agent} | span


def book(duties, calls=(), kinds=(NIGHT,)):
    called = CallOuts.of(pd.DataFrame(list(calls))) if calls else CallOuts.empty()
    return StandbyBook(Standby.of(pd.DataFrame(list(duties))), called, kinds)


def amounts(result, group="", period="total", ledger="cost", column="amount"):
    frame = result.report.frame
    own = frame[(frame["ledger"] == ledger) & (frame["planning_group"] == group) & (frame["period"] == period)]
    return dict(zip(own["line"], own[column], strict=True))


def test_a_duty_is_paid_by_the_hour_and_by_itself_and_on_costs_come_on_it(books):
    """8 h x 20 = 160; 12 h x 3.50 + 10 = 52; 30 % of 212."""
    found = amounts(books.cost(SOCIAL, standby=book([duty(books, amount=np.nan)])))
    expected = {"base pay": 160, "standby: night": 52, "on-cost: social": 63.6, "loaded cost": 275.6}
    assert found == expected


def test_a_call_out_is_paid_for_its_least_hours_with_the_share_in_addition(books):
    """45 minutes count as 2 hours: 2 x 20 x 1.5."""
    found = amounts(books.cost(standby=book([duty(books)], [call(books, 1200, 1245)])))
    assert found["call-outs: night"] == 60.0
    assert found["loaded cost"] == 160 + 52 + 60


def test_time_that_the_roster_pays_is_not_paid_twice(books):
    """Called in from 20:00 to 23:00 as a shift: the shift pays 3 x 20, the call-out the half of it in addition."""
    books.work("ann", 1200, 1380)
    found = amounts(books.cost(standby=book([duty(books)], [call(books, 1200, 1380)])))
    assert found["base pay"] == 220
    assert found["call-outs: night"] == 30.0


def test_a_duty_belongs_to_the_month_of_its_day_and_a_call_to_that_in_which_it_begins(books):
    result = books.cost(standby=book([duty(books)], [call(books, 1500, 1620)]))
    assert amounts(result, period="2026-03")["standby: night"] == 52
    assert amounts(result, period="2026-04")["standby: night"] == 0
    assert amounts(result, period="2026-04")["call-outs: night"] == 60


def test_the_amount_of_a_row_counts_as_it_stands(books):
    assert amounts(books.cost(standby=book([duty(books, amount=70.01)])))["standby: night"] == 70.01


def test_rows_that_nobody_can_be_paid_for_are_told(books):
    strange = [duty(books, "eve"), duty(books, name="day"), duty(books, "bob", day=5)]
    result = books.cost(standby=book(strange))
    said = sorted(note.message for note in result.notes if note.place == "standby.csv")
    assert said == [
        "1 row of standby or call-outs not paid: eve is neither in agents.csv nor on the roster",
        "1 row of standby or call-outs not paid: not on a day of the plan",
        "1 row of standby or call-outs not paid: the settings have no standby 'day'",
    ]
    assert amounts(result) == {"base pay": 160, "loaded cost": 160}


def test_more_standby_is_a_cause_with_its_on_costs_and_nothing_else(books):
    """One duty more: 52 and 30 % of it."""
    before = books.cost(SOCIAL, standby=book([duty(books)])).report
    after = books.cost(SOCIAL, standby=book([duty(books), duty(books, "bob")])).report
    assert causes(before, after) == {BUDGET: 275.6, "standby: night": 67.6, ACTUAL: 343.2}


def causes(before, after):
    frame = variance(compare_plans(before, after), "shapley").table.frame
    own = frame[(frame["period"] == "total") & (frame["queue"] == "")]
    return {cause: amount for cause, amount in zip(own["cause"], own["amount"], strict=True) if amount}


ABROAD = {"us": WorkPlanSettings(shifts=(), hourly_rate=20.01, currency="USD")}
IN_POUNDS = NIGHT.model_copy(update={"currency": "GBP"})


def rate(text):
    return ExchangeRate(rate=Decimal(text), of=date(2026, 3, 1), source="treasury")


def exchanged(dollar="0.9237"):
    return SOCIAL.model_copy(update={"rates": {"USD": rate(dollar), "GBP": rate("1.15")}})


@pytest.fixture
def abroad(make_books):
    """Ann and Bob work two hours each on 2 March: Ann for EUR 20 an hour, Bob for USD 20.01."""
    made = make_books()
    made.expect("calls", 540, offered=6, aht=300, need=(2, 2))
    made.hire("ann", 20.0)
    made.hire("bob", plan="us")
    for agent in ("ann", "bob"):
        made.work(agent, 540, 660)
    return made


def on_call(books, kind, *more):
    """A duty of each at 52.05, and a call-out of each of 45 minutes: two hours at a half more."""
    duties = [duty(books, agent, amount=52.05) for agent in ("ann", "bob")]
    return book([*duties, *more], [call(books, 1200, 1245, agent) for agent in ("ann", "bob")], (kind,))


def test_call_outs_are_paid_in_the_wage_s_currency_and_duties_in_that_of_the_standby(abroad):
    """On paper. Base pay: 40.00, and USD 40.02 x 0.9237 = 36.966474 -> 36.97. Duties: GBP 52.05 x 1.15 = 59.8575 ->
    59.86, twice. Call-outs: 2 h x 20 x 1.5 = 60.00, and USD 2 x 20.01 x 1.5 = 60.03 x 0.9237 = 55.449711 -> 55.45.
    Social: 30 % of EUR 100.00 = 30.00; of USD 100.05 = 30.015 -> 30.02 -> 27.729474 -> 27.73; of GBP 104.10 = 31.23
    -> 35.9145 -> 35.91.
    """
    result = abroad.cost(exchanged(), standby=on_call(abroad, IN_POUNDS), work_plans=ABROAD)
    lines = {"base pay": 76.97, "standby: night": 119.72, "call-outs: night": 115.45, "on-cost: social": 93.64}
    assert amounts(result) == lines | {"loaded cost": pytest.approx(sum(lines.values()))}
    assert list(amounts(result)) == [*lines, "loaded cost"]
    there = amounts(result, ledger="currency", column="quantity")
    assert there | {"loaded cost": 0} == {
        "base pay, USD at 0.9237": 40.02,
        "standby: night, GBP at 1.15": 104.1,
        "call-outs: night, USD at 0.9237": 60.03,
        "on-cost: social, USD at 0.9237": 30.02,
        "on-cost: social, GBP at 1.15": 31.23,
        "all else, EUR": pytest.approx(40 + 60 + 30),
        "loaded cost": 0,
    }
    by_currency = amounts(result, ledger="currency")
    loaded = by_currency.pop("loaded cost")
    assert round(sum(by_currency.values()), 2) == loaded == amounts(result)["loaded cost"]


def test_a_duty_without_a_currency_is_in_the_plan_s_whatever_the_wage(abroad):
    result = abroad.cost(exchanged(), standby=on_call(abroad, NIGHT), work_plans=ABROAD)
    assert amounts(result)["standby: night"] == 104.1


def test_more_standby_and_another_rate_are_a_cause_each(abroad):
    """One duty more: 52.05 and 30 % of it, 15.615, a cent more or less. The dollar from 0.9237 to 1: USD 40.02 and
    30 % of it, 12.01, less 36.97 and 11.09."""
    more = duty(abroad, "ann", amount=52.05)
    first, second = book([duty(abroad, "bob", amount=52.05)]), book([duty(abroad, "bob", amount=52.05), more])
    before, after = (
        abroad.cost(exchanged(dollar), standby=standby, work_plans=ABROAD).report
        for dollar, standby in (("0.9237", first), ("1", second))
    )
    found = causes(before, after)
    assert set(found) == {BUDGET, "standby: night", "exchange rate: USD", ACTUAL}
    assert found["standby: night"] == pytest.approx(52.05 * 1.3, abs=0.0101)
    assert found["exchange rate: USD"] == pytest.approx(40.02 + 12.01 - 36.97 - 11.09)
    assert round(found[ACTUAL] - found[BUDGET], 2) == round(found["standby: night"] + found["exchange rate: USD"], 2)


def test_a_report_in_another_currency_has_standby_in_its_bridge(abroad):
    own = abroad.cost(exchanged(), standby=on_call(abroad, IN_POUNDS), work_plans=ABROAD)
    found = report_in(own.report, rate("0.9313"), "CHF").frame
    whole = found[(found["period"] == "total") & (found["planning_group"] == "")]
    cost, bridge = (whole[whole["ledger"] == name].set_index("line")["amount"] for name in ("cost", "bridge"))
    assert bridge["standby"] == pytest.approx(cost["standby: night"] + cost["call-outs: night"])
    parts = bridge[["base pay", "premiums", "standby", "on-costs"]].sum()
    assert round(parts, 2) == bridge["loaded cost"] == cost["loaded cost"]


def test_a_standby_in_a_currency_without_a_rate_is_refused():
    text = '[[standby]]\nname = "night"\nhours = "18:00-06:00"\ncurrency = "GBP"\n'
    with pytest.raises(ConfigError) as raised:
        load_config(text, "plan.toml")
    [problem] = raised.value.problems
    assert (problem.place, problem.message) == ("plan.toml:standby.0.currency", "no rate from GBP to EUR is stated")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["ann", "bob"]), st.integers(0, 1), st.integers(0, 99_999)),
        max_size=4,
        unique_by=lambda one: one[:2],
    ),
    st.lists(
        st.tuples(st.sampled_from(["ann", "bob"]), st.integers(0, 2800), st.integers(1, 300)),
        max_size=4,
        unique_by=lambda one: one[:2],
    ),
)
def test_lines_groups_and_months_add_up_to_the_cent(books, duties, calls):
    rows = [duty(books, agent, day, amount=cents / 100) for agent, day, cents in duties]
    made = book(rows or [duty(books)], [call(books, first, first + length, agent) for agent, first, length in calls])
    result = books.cost(SOCIAL, standby=made)
    frame = result.report.frame
    frame = frame[frame["ledger"] == "cost"].assign(cents=lambda rows: np.rint(rows["amount"] * 100).astype(int))
    total = frame["line"] == "loaded cost"
    key = ["period", "planning_group"]
    assert frame[total].set_index(key)["cents"].equals(frame[~total].groupby(key, sort=False)["cents"].sum())
    whole = frame[(frame["planning_group"] == "") & (frame["period"] == "total")].set_index("line")["cents"]
    assert whole["standby: night"] == sum(round(row["amount"] * 100) for row in rows or [duty(books)])
    months = frame[(frame["planning_group"] == "") & (frame["period"] != "total")]
    assert months.groupby("line")["cents"].sum().to_dict() == whole.to_dict()
