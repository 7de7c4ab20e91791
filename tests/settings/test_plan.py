"""How long a period is: weeks, months of the calendar, or up to a day."""

from __future__ import annotations

from datetime import date

import pytest

from staffplan.errors import ConfigError
from staffplan.settings.config import load_config

FIRST = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("", FIRST, date(2026, 12, 28)),
        ("weeks = 2", FIRST, date(2026, 12, 14)),
        ("months = 1", FIRST, date(2026, 12, 31)),
        ("months = 1", date(2026, 2, 1), date(2026, 2, 28)),
        ("months = 12", date(2028, 2, 15), date(2029, 2, 14)),
        ("end = 2026-12-20", FIRST, date(2026, 12, 20)),
        ("end = 2026-12-01", FIRST, FIRST),
    ],
)
def test_a_period_ends_after_weeks_or_months_or_on_a_day(written: str, first: date, last: date) -> None:
    planned = load_config(f"[plan]\n{written}", "plan.toml").plan.days_from(first)
    assert (planned.first, planned.last) == (first, last)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("weeks = 4\nend = 2026-12-20", "weeks and end are given, and each says how long the period is"),
        ("months = 1\nend = 2026-12-20", "months and end are given, and each says how long the period is"),
        ("start = 2026-12-01\nend = 2026-11-30", "end is 2026-11-30, before the first day planned, 2026-12-01"),
        ("start = 2026-12-01\nend = 2062-12-31", "more than 18 months after the first day planned, 2026-12-01"),
    ],
)
def test_a_length_that_cannot_be_is_refused(written: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(f"[plan]\n{written}", "plan.toml")
    assert message in raised.value.problems[0].message
