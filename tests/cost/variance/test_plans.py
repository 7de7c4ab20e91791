"""Why one plan costs more than another, by the steps from contacts to money."""

from __future__ import annotations

from datetime import date

import pytest

from staffplan.cost.variance.plans import compare_plans
from staffplan.cost.variance.step import ACTUAL, BUDGET, variance
from staffplan.errors import DataError
from staffplan.settings.cost import CostSettings, OnCostSettings, OtherCostSettings, PremiumSettings
from staffplan.site import Queue

NIGHT = CostSettings(
    premiums=(PremiumSettings(name="night", share=0.25, hours="00:00-06:00"),),
    on_costs=(OnCostSettings(name="contributions", share=0.3),),
)
QUEUES = (Queue("calls", planning_group="calls"), Queue("mail", planning_group="mail"))


@pytest.fixture
def plan(make_books):
    """The cost report of an hour of calls: contacts in each half, handling time, people needed, people at work."""

    def cost(contacts=6, aht=300, people=2, rate=20.0, first=540, settings=NIGHT, day=date(2026, 3, 2), mail=0):
        books = make_books(first_day=day, queues=QUEUES)
        for half in (first, first + 30):
            books.expect("calls", half, offered=contacts, aht=aht, need=(2, 2))
            if mail:
                books.expect("mail", half, offered=mail, aht=600, need=(1, 1))
        for agent in range(people):
            books.hire(f"a{agent}", rate)
            books.work(f"a{agent}", first, first + 60)
        if mail:
            books.hire("m", rate, skills="mail")
            books.work("m", first, first + 60, group="mail")
        return books.cost(settings).report

    return cost


def causes(budget, actual, method="shapley", group=""):
    frame = variance(compare_plans(budget, actual), method).table.frame
    own = frame[(frame["period"] == "total") & (frame["queue"] == group)]
    found = dict(zip(own["cause"], own["amount"], strict=True))
    return {name: amount for name, amount in found.items() if amount}


def test_the_same_plan_has_no_causes(plan):
    assert causes(plan(), plan()) == {BUDGET: 52, ACTUAL: 52}


def test_one_more_than_needed_is_roster_fit(plan):
    assert causes(plan(), plan(people=3)) == {BUDGET: 52, "roster fit": 26, ACTUAL: 78}


def test_fewer_contacts_for_the_same_people_are_volume_and_buffer(plan):
    found = causes(plan(contacts=6), plan(contacts=3))
    assert found["volume"] == -found["queueing buffer"] < 0
    assert set(found) == {BUDGET, "volume", "queueing buffer", ACTUAL}


def test_longer_contacts_and_a_higher_rate_come_one_after_the_other_with_on_costs_beside(plan):
    """Two people for an hour at 20 + 30 %; AHT +10 % with the buffer as much smaller, and a rate of 21."""
    found = causes(plan(), plan(aht=330, rate=21.0), "sequential")
    assert found == {BUDGET: 52, "aht": 5.2, "queueing buffer": -5.2, "rate": 2.6, ACTUAL: 54.6}


def test_a_premium_is_a_cause_under_its_own_name(plan):
    """The same hour by night: +25 % of 40, and 30 % contributions on it."""
    found = causes(plan(), plan(first=120))
    assert found == {BUDGET: 52, "premium: night": 13, ACTUAL: 65}
    day = causes(plan(first=120), plan(first=120, settings=CostSettings(premiums=NIGHT.premiums)), "sequential")
    assert day == {BUDGET: 65, "on-cost: contributions": -15, ACTUAL: 50}


def test_a_cost_beside_pay_is_a_cause_under_its_own_name(plan):
    """12 contacts at 0.50, and a course of 20."""
    others = (
        OtherCostSettings(name="lines", per_contact=0.5),
        OtherCostSettings(name="course", amount=20, date=date(2026, 3, 2)),
    )
    found = causes(plan(), plan(settings=NIGHT.model_copy(update={"others": others})))
    assert found == {BUDGET: 52, "other: course": 20, "other: lines": 6, ACTUAL: 78}


def test_rent_stays_as_it_is_whatever_comes_or_is_paid(plan):
    """3,100 a month is 100 a day. More contacts do not move it, and people without a wage do not hide it."""
    rent = (OtherCostSettings(name="rent", per_month=3100), OtherCostSettings(name="lines", per_contact=0.5))
    free = CostSettings(others=rent)
    found = causes(plan(rate=0, settings=free), plan(rate=0, contacts=8, settings=free))
    assert found == {BUDGET: 106, "other: lines": 2, ACTUAL: 108}
    paid = causes(plan(settings=free), plan(contacts=8, settings=free))
    assert "other: rent" not in paid


def test_a_new_planning_group_is_volume_and_mix_and_adds_up(plan):
    budget, actual = plan(), plan(mail=2)
    whole, calls, mail = (causes(budget, actual, group=group) for group in ("", "calls", "mail"))
    assert mail["volume"] + mail["mix"] == mail[ACTUAL] == 26
    assert whole[ACTUAL] - whole[BUDGET] == 26
    assert calls["volume"] == -calls["mix"] > 0


def test_plans_of_other_months_are_compared_as_a_whole(plan):
    compared = compare_plans(plan(), plan(people=3, day=date(2026, 4, 6)))
    frame = variance(compared).table.frame
    assert set(frame["period"]) == {"total"}
    assert frame.loc[(frame["cause"] == "roster fit") & (frame["queue"] == ""), "amount"].item() == 26
    assert "2026-03; 2026-04" in compared.notes[0].message


def test_currencies_are_not_mixed(plan):
    actual = plan()
    actual.frame["currency"] = actual.frame["currency"].replace("EUR", "USD")
    with pytest.raises(DataError, match="different currencies: EUR and USD"):
        compare_plans(plan(), actual)
