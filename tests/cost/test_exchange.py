"""Costs in several currencies, by arithmetic on paper."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.cost.converted import report_in
from staffplan.cost.exchange import Exchange
from staffplan.cost.variance.plans import compare_plans
from staffplan.cost.variance.step import variance
from staffplan.errors import ConfigError
from staffplan.settings.config import load_config
from staffplan.settings.cost import CostSettings, ExchangeRate, OnCostSettings, OtherCostSettings, PremiumSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.tables.cost import read_foreign


def rates(**given: str) -> dict[str, ExchangeRate]:
    day = date(2026, 11, 1)
    return {name: ExchangeRate(rate=Decimal(rate), of=day, source="treasury") for name, rate in given.items()}


PLANS = {"us": WorkPlanSettings(shifts=(), hourly_rate=20.01, currency="USD"), "es": WorkPlanSettings(shifts=())}


def settings(**more: str) -> CostSettings:
    return CostSettings(
        default_hourly_rate=12,
        premiums=(
            PremiumSettings(name="early", share=0.25, hours="09:00-10:00"),
            PremiumSettings(name="bonus", per_hour=1.5, hours="09:00-10:00", currency="GBP"),
        ),
        on_costs=(
            OnCostSettings(name="contributions", share=0.3),
            OnCostSettings(name="seat", monthly_per_agent=31, currency="USD"),
        ),
        others=(
            OtherCostSettings(name="overflow", per_contact=0.77, currency="GBP"),
            OtherCostSettings(name="licence", amount=100, date=date(2026, 3, 2), currency="USD"),
            OtherCostSettings(name="rent", per_month=310),
        ),
        rates=rates(**{"USD": "0.9237", "GBP": "1.15"} | more),
    )


@pytest.fixture
def two_sites(make_books):
    """A day of two people: two hours each, one paid in dollars, and 7 contacts."""
    books = make_books()
    books.expect("calls", 540, offered=7, aht=300, need=(2, 2))
    books.hire("ann", plan="es")
    books.hire("bob", plan="us")
    for agent in ("ann", "bob"):
        books.work(agent, 540, 660)
    return books


def amounts(report, ledger="cost", column="amount"):
    frame = report.frame
    own = frame[(frame["ledger"] == ledger) & (frame["period"] == "total") & (frame["planning_group"] == "")]
    return dict(zip(own["line"], own[column], strict=True))


def test_every_amount_is_rounded_in_its_currency_and_once_more_in_the_plan_s(two_sites):
    """On paper. Bob: 2 h x 20.01 = USD 40.02, x 0.9237 = 36.966474 -> 36.97; Ann 24.00.

    Early: 0.25 x 20.01 = 5.0025 -> USD 5.00 -> 4.6185 -> 4.62; Ann 3.00. Bonus: GBP 1.50 -> 1.725 -> 1.73, twice.
    Contributions: 30 % of USD 45.02 = 13.506 -> 13.51 -> 12.479187 -> 12.48; of 27.00 EUR 8.10; of GBP 3.00 0.90
    -> 1.035 -> 1.04. Seats: USD 1.00 -> 0.9237 -> 0.92, twice. Overflow: GBP 5.39 -> 6.1985 -> 6.20. Licence 92.37.
    Rent: 310 / 31 = 10.00.
    """
    report = two_sites.cost(settings(), work_plans=PLANS).report
    assert amounts(report) == {
        "base pay": 60.97,
        "premium: early": 7.62,
        "premium: bonus": 3.46,
        "on-cost: contributions": 21.62,
        "on-cost: seat": 1.84,
        "other: overflow": 6.2,
        "other: licence": 92.37,
        "other: rent": 10,
        "loaded cost": pytest.approx(60.97 + 7.62 + 3.46 + 21.62 + 1.84 + 6.2 + 92.37 + 10),
    }
    assert amounts(report, "currency", "quantity") == {
        "base pay, USD at 0.9237": 40.02,
        "premium: early, USD at 0.9237": 5.0,
        "premium: bonus, GBP at 1.15": 3.0,
        "on-cost: contributions, USD at 0.9237": 13.51,
        "on-cost: contributions, GBP at 1.15": 0.9,
        "on-cost: seat, USD at 0.9237": 2.0,
        "other: overflow, GBP at 1.15": 5.39,
        "other: licence, USD at 0.9237": 100.0,
        "all else, EUR": pytest.approx(24 + 3 + 8.1 + 10),
        "loaded cost": pytest.approx(np.nan, nan_ok=True),
    }
    assert amounts(report, "currency")["base pay, USD at 0.9237"] == 36.97
    assert set(report.frame["currency"]) == {"EUR", ""}


def test_the_amounts_by_currency_add_up_to_the_cost_of_every_month_and_group(two_sites):
    frame = two_sites.cost(settings(), work_plans=PLANS).report.frame
    of = frame[frame["ledger"] == "currency"]
    for (_, _), own in of.groupby(["period", "planning_group"]):
        cents = (own.set_index("line")["amount"] * 100).round().astype(int)
        assert cents.drop("loaded cost").sum() == cents["loaded cost"]


def test_the_rate_of_each_currency_is_told_with_its_day_and_source(two_sites):
    told = [note for note in two_sites.cost(settings(), work_plans=PLANS).notes if "rates" in note.place]
    assert [(note.place, note.message.partition(";")[0]) for note in told] == [
        ("cost.rates.GBP", "1 GBP is 1.15 EUR, as of 2026-11-01 (treasury)"),
        ("cost.rates.USD", "1 USD is 0.9237 EUR, as of 2026-11-01 (treasury)"),
    ]


def test_a_plan_of_one_currency_has_no_ledger_of_currencies(two_sites):
    report = two_sites.cost(CostSettings(default_hourly_rate=12, rates=rates(USD="0.9"))).report
    assert "currency" not in set(report.frame["ledger"])


@given(st.lists(st.integers(0, 10**10), max_size=8), st.decimals("0.0001", "5000", places=4))
def test_amounts_are_converted_one_by_one_a_half_cent_up(cents, rate):
    exchange = Exchange({"USD": ExchangeRate(rate=rate, of=date(2026, 11, 1), source="x")})
    found = exchange.converted(np.array(cents, dtype=np.int64), "USD").tolist()
    for own, home in zip(cents, found, strict=True):
        assert -Fraction(1, 2) < home - own * Fraction(rate) <= Fraction(1, 2)


def causes(budget, actual):
    frame = variance(compare_plans(budget, actual)).table.frame
    own = frame[(frame["period"] == "total") & (frame["queue"] == "")]
    return {cause: amount for cause, amount in zip(own["cause"], own["amount"], strict=True) if amount}


def test_another_rate_of_the_currency_is_a_cause_apart_from_the_wage(two_sites):
    """Only the dollar moves, 0.9237 to 1: all that is paid in dollars costs its own amount. The two seats of 0.92 are
    1.85 together at the budget's rate: a cent is left to them."""
    before, after = (two_sites.cost(s, work_plans=PLANS).report for s in (settings(), settings(USD="1")))
    found = causes(before, after)
    dollars = 40.02 + 5.00 + 13.51 + 2.00 + 100.00
    assert set(found) == {"budget", "on-cost: seat", "exchange rate: USD", "actual"}
    assert found["exchange rate: USD"] == pytest.approx(dollars - 36.97 - 4.62 - 12.48 - 1.85 - 92.37)
    assert found["on-cost: seat"] == pytest.approx(0.01)
    assert sum(found.values()) == pytest.approx(2 * found["actual"])


def test_a_higher_wage_at_the_same_exchange_rate_is_rate_and_premium_alone(two_sites):
    more = {**PLANS, "us": PLANS["us"].model_copy(update={"hourly_rate": 22.0})}
    before, after = (two_sites.cost(settings(), work_plans=plans).report for plans in (PLANS, more))
    assert not any(name.startswith("exchange rate") for name in causes(before, after))


def test_a_currency_that_the_budget_lacks_is_told(two_sites):
    bare = CostSettings(default_hourly_rate=12)
    compared = compare_plans(two_sites.cost(bare).report, two_sites.cost(settings(), work_plans=PLANS).report)
    assert [note.message.partition(":")[0] for note in compared.notes] == [
        "the budget has nothing in GBP",
        "the budget has nothing in USD",
    ]


def test_a_report_in_another_currency_still_adds_up_to_the_cent(two_sites):
    """EUR to CHF at 0.9313: every line by itself; the sums are those of the lines, in the bridge too."""
    own = two_sites.cost(settings(), work_plans=PLANS).report
    found = report_in(own, rates(EUR="0.9313")["EUR"], "CHF")
    assert set(found.frame["currency"]) == {"CHF", ""}
    before, after = amounts(own), amounts(found)
    for line in set(before) - {"loaded cost"}:
        cents = Fraction(round(before[line] * 100)) * Fraction("0.9313")
        assert round(after[line] * 100) == math.floor(cents + Fraction(1, 2)), line
    lines = sum(round(value * 100) for line, value in after.items() if line != "loaded cost")
    assert lines == round(after["loaded cost"] * 100)
    bridge = amounts(found, "bridge")
    parts = ("base pay", "premiums", "on-costs", "other costs")
    assert sum(round(bridge[part] * 100) for part in parts) == round(bridge["loaded cost"] * 100) == lines
    assert bridge["on-costs"] == pytest.approx(after["on-cost: contributions"] + after["on-cost: seat"])
    assert amounts(found, "hours", "hours") == amounts(own, "hours", "hours")


def test_the_name_of_a_line_says_what_it_is_paid_in():
    assert read_foreign("on-cost: seat, USD at 0.9237") == ("on-cost: seat", "USD", Fraction("0.9237"))
    assert read_foreign("all else, EUR") is None


MISSING = """
[work_plans.us]
shifts = []
currency = "USD"

[cost.rates]
EUR = { rate = 1, of = 2026-11-01, source = "x" }

[[cost.others]]
name = "vendor"
per_contact = 0.5
currency = "GBP"

[[cost.on_costs]]
name = "seat"
monthly_per_agent = 1
currency = "EUR"
"""


def test_all_rates_that_are_missing_are_told_at_once():
    with pytest.raises(ConfigError) as raised:
        load_config(MISSING, "plan.toml")
    assert [(problem.place, problem.message) for problem in raised.value.problems] == [
        ("plan.toml:work_plans.us.currency", "no rate from USD to EUR is stated"),
        ("plan.toml:cost.others.0.currency", "no rate from GBP to EUR is stated"),
        ("plan.toml:cost.rates.EUR", "EUR is the plan's currency, and has no rate"),
    ]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('usd = { rate = "0.9", of = 2026-11-01, source = "x" }', "cost.rates.usd", "'usd' is not three capital"),
        ('USD = { rate = "0", of = 2026-11-01, source = "x" }', "cost.rates.USD.rate", "'0' is not above 0"),
        ('USD = { rate = "0,9", of = 2026-11-01, source = "x" }', "cost.rates.USD.rate", "'0,9' is not a number"),
        ('USD = { rate = "0.9", of = 2026-11-01 }', "cost.rates.USD.source", "the setting is missing"),
    ],
)
def test_a_rate_that_cannot_be_used_is_told_where_it_stands(text, place, message):
    with pytest.raises(ConfigError) as raised:
        load_config(f"[cost.rates]\n{text}\n", "plan.toml")
    [problem] = raised.value.problems
    assert problem.place == f"plan.toml:{place}"
    assert problem.message.startswith(message)


def test_a_share_has_no_currency_of_its_own():
    with pytest.raises(ValueError, match="currency cannot be given with share"):
        PremiumSettings(name="night", share=0.25, currency="USD")
