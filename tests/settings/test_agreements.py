"""The statutory minimum of countries, as data, and as rules in force."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from staffplan.roster.in_words import agreement_gaps
from staffplan.settings.agreements import Agreement, all_agreements
from staffplan.settings.hard_rules import ConsecutiveDaysSetting, DailyRestSetting
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings

PLANS = {"any": WorkPlanSettings(shifts=("a",), weekly_hours_max=50)}


@pytest.mark.parametrize("name", all_agreements())
def test_every_agreement_names_its_law_its_articles_and_its_day_and_can_be_planned_by(name: str) -> None:
    agreement: Agreement = all_agreements()[name]
    assert agreement.url.startswith("https://")
    assert agreement.looked_up.year >= 2026
    found = RosterSettings(agreements=(name,))
    assert len(found.rules) == len(agreement.rules) == len(found.articles)
    assert all(agreement.source in article for article in found.articles)


def test_the_rules_of_an_agreement_come_after_those_of_the_settings() -> None:
    found = RosterSettings(rules=({"rule": "consecutive_days", "days": 4},), agreements=("germany", "spain"))
    assert found.rules[0] == ConsecutiveDaysSetting(days=4)
    assert [rule.hours for rule in found.rules if isinstance(rule, DailyRestSetting)] == [11, 12]
    assert found.articles[0] == ""


def test_without_rules_of_its_own_a_site_has_those_of_the_agreement_alone() -> None:
    assert RosterSettings(agreements=("united_states",)).rules == ()


def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="'germni' is no agreement that staffplan knows; did you mean germany"):
        RosterSettings(agreements=("germni",))


def shift(hours: float, *minutes: int) -> ShiftSettings:
    pauses = [BreakSettings(minutes=each, earliest_minutes=60, latest_minutes=120) for each in minutes]
    return ShiftSettings(hours=hours, breaks=tuple(pauses))


@pytest.mark.parametrize(
    ("country", "hours", "breaks", "due"),
    [
        ("germany", 6, (), ""),
        ("germany", 6.25, (), "above 6 h 30 minutes are due"),
        ("germany", 6.25, (15,), ""),  # leaves six hours of work
        ("germany", 9.5, (30,), ""),  # leaves nine
        ("germany", 10, (30,), "above 9 h 45 minutes are due"),
        ("germany", 10, (), "above 9 h 45 minutes are due"),
        ("france", 6, (), "from 6 h on 20 minutes are due"),
        ("france", 5.75, (), ""),
        ("eu", 6.5, (), "above 6 h a break is due"),
        ("united_states", 12, (), ""),
    ],
)
def test_a_shift_with_too_few_breaks_is_told(country: str, hours: float, breaks: tuple[int, ...], due: str) -> None:
    gaps = agreement_gaps(RosterSettings(agreements=(country,)), {"a": shift(hours, *breaks)}, {})
    told = [note.message for note in gaps if note.kind == "warning"]
    assert [due in message for message in told] == ([True] if due else [])


def test_a_contract_with_too_many_hours_is_told_and_the_law_that_is_planned_by() -> None:
    assumed, warned = agreement_gaps(RosterSettings(agreements=("france",)), {}, PLANS)
    assert "Code du travail (France), looked up on 2026-11-30" in assumed.message
    assert "no legal advice" in assumed.message
    assert warned.place == "work_plans.any.weekly_hours_max"
    assert warned.message == "50 hours a week are allowed, 48 are the most (Code du travail, article L3121-20)"
