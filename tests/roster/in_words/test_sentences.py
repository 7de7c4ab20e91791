"""Rules as sentences."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import pytest
from pydantic import TypeAdapter

from staffplan.roster.in_words.sentences import contract_sentences, sentence_of, skill_sentence
from staffplan.settings.hard_rules import RULES, RuleSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.rule_sections import RuleSection

READ = TypeAdapter(RuleSettings)
TOLD = (
    ({"rule": "daily_rest"}, "At least 11 hours of rest between the end of a shift and the start of the next."),
    ({"rule": "consecutive_days", "days": 1}, "At most 1 day of work in a row."),
    (
        {"rule": "period_days", "least": 18, "most": 20},
        "At least 18 and at most 20 days of work in the period planned.",
    ),
    (
        {"rule": "monthly_hours", "shorter_before_holidays": 1, "hours": {"2026-12": 150}, "below": 4},
        "In each calendar month the norm hours: 8 hours on each working day (mon-fri), 1 hour less before a public "
        "holiday; 2026-12: 150 hours. At most 4 hours below and 0 hours above are allowed.",
    ),
    (
        {"rule": "average_hours", "weekly_hours": 38, "first_day": "2026-01-05", "weeks": 17},
        "On the average of 17 weeks, from 2026-01-05 on, 38 paid hours a week. At most 8 hours below and 0 hours "
        "above are allowed. At most 40 hours away from it when the plan ends in between.",
    ),
    ({"rule": "shifts_of", "shift": "late", "most": 2, "per": "week"}, "At most 2 shifts of late in each week."),
    ({"rule": "succession", "after": "late", "never": ["early"]}, "Never early on the day after late."),
    (
        {"rule": "succession", "after": "night", "never": ["night"], "days": 4, "from_day": 2},
        "Never night from 2 days to 4 days after night.",
    ),
    (
        {"rule": "rest_after_nights", "hours": 48},
        "At least 48 hours of rest after a night shift. A night shift has 3 hours or more in 23:00-06:00.",
    ),
    (
        {"rule": "rest_after_nights", "nights": 3, "days_off": 2},
        "At least 2 days off after the last of 3 or more night shifts in a row. "
        "A night shift has 3 hours or more in 23:00-06:00.",
    ),
    (
        {"rule": "rotation", "per": "day", "cycle": [["early", "late"], []]},
        "The days take turns: early or late, off.",
    ),
    (
        {"rule": "fair_share", "of": "hours", "weight": 1},
        "Nobody gets more paid hours than a fair share, nor fewer. A preference of weight 1.",
    ),
    (
        {"rule": "minimum_staff", "planning_group": "phone", "hours": "20:00-08:00", "holidays": False},
        "At least 2 people on queue for phone, 20:00-08:00, not on public holidays.",
    ),
    (
        {"rule": "concurrent_breaks", "most": 3, "share": 0.2},
        "At most 3 people and 20% of those on duty on a break at the same time.",
    ),
    (
        {"rule": "minimum_on_duty", "skill": "first_aid", "level": 2, "hours": "08:00-20:00", "weight": 5},
        "At least 1 person with the skill first_aid on level 2 or higher in a shift, 08:00-20:00. "
        "A preference of weight 5.",
    ),
    (
        {"rule": "together", "agents": ["A1", "A2"], "start_minutes": 15, "end_minutes": 0},
        "A1 and A2 begin together within 15 minutes and end together on each day on which both work.",
    ),
    ({"rule": "apart", "agents": ["A1", "A2"]}, "No two of A1 and A2 work at the same time."),
    (
        {"rule": "mentor", "trainee": "A1", "mentors": ["A2", "A3"]},
        "Each shift of A1 lies within a shift of A2 or A3.",
    ),
)


@pytest.mark.parametrize(("setting", "sentence"), TOLD, ids=[str(setting["rule"]) for setting, _ in TOLD])
def test_an_entry_is_told_with_its_numbers(setting: dict[str, object], sentence: str) -> None:
    assert sentence_of(READ.validate_python(setting)) == sentence


NEEDED = {
    "nights_in_a_row": {"nights": 3},
    "nights": {"most": 4},
    "weekends_worked": {"weekends": 2},
    "rest_after_nights": {"hours": 24},
    "rest_after": {"shift": "a", "hours": 48},
    "start_variation": {"minutes": 60},
    "succession": {"after": "a", "never": ["b"]},
    "day_hours": {"most": 10},
    "period_hours": {"most": 100},
    "period_days": {"most": 20},
    "average_hours": {"weekly_hours": 38, "first_day": "2026-01-05"},
    "shifts_of": {"shift": "a", "most": 2},
    "rotation": {"cycle": [["a"], []]},
    "fair_share": {"of": "nights"},
    "minimum_staff": {"planning_group": "phone"},
    "seats": {"most": 20},
    "concurrent_breaks": {"share": 0.2},
    "minimum_on_duty": {"staffing_group": "red"},
    "together": {"agents": ["A1", "A2"]},
    "apart": {"agents": ["A1", "A2"]},
    "mentor": {"trainee": "A1", "mentors": ["A2"]},
}


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_told_in_whole_sentences(name: str) -> None:
    said = sentence_of(READ.validate_python({"rule": name, **NEEDED.get(name, {})}))
    assert said[0].isupper()
    assert said.endswith(".")
    assert "{" not in said


def test_a_rule_without_a_sentence_of_its_own_is_told_by_its_text_and_numbers() -> None:
    class SundaysSetting(RuleSection):
        """Sundays with work, at most."""

        rule: Literal["sundays"] = "sundays"
        most: int = 2

    assert sentence_of(SundaysSetting()) == "Sundays with work, at most. (most = 2)"


def test_a_contract_is_told_by_what_it_limits() -> None:
    plan = WorkPlanSettings(shifts=("early", "late"), weekly_hours_max=38.5, days_per_week_max=7)
    assert dict(contract_sentences(plan)) == {
        "weekly_hours_max": "At most 38.5 paid hours a week.",
        "shifts": "Only these shifts: early, late.",
    }


@pytest.mark.parametrize(
    ("level", "since", "until", "sentence"),
    [
        (2.0, "2026-12-14", None, "The skill chat on level 2 from 2026-12-14."),
        (None, None, "2026-12-10", "The skill chat until 2026-12-10."),
        (3.0, None, None, "The skill chat on level 3 on all days."),
    ],
)
def test_a_row_of_skills_is_a_sentence(
    level: float | None, since: str | None, until: str | None, sentence: str
) -> None:
    days = {
        "valid_from": pd.NaT if since is None else pd.Timestamp(since),
        "valid_until": pd.NaT if until is None else pd.Timestamp(until),
    }
    assert skill_sentence({"skill": "chat", "level": level, **days}) == sentence
