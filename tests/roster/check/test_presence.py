"""Time off and availability as the checker reads them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from staffplan.roster.check.presence import DaysOff, can_work, days_off, hours_by_agent
from staffplan.tables.people import Availability, TimeOff

MONDAY = "2026-11-02"


def hours_of(*rows: tuple[str, str, str]) -> dict[str, object]:
    return hours_by_agent(Availability.of(pd.DataFrame(rows, columns=["agent_id", "weekdays", "hours"])))


@pytest.mark.parametrize(
    ("start", "end", "possible"),
    [
        ("2026-11-02 22:00", "2026-11-03 06:00", True),  # Monday's evening and Tuesday's morning are one span
        ("2026-11-03 22:00", "2026-11-04 06:00", False),  # nothing on Wednesday
        ("2026-11-03 00:00", "2026-11-04 00:00", True),
        ("2026-11-07 23:00", "2026-11-08 05:00", True),  # Saturday's own hours pass midnight
        ("2026-11-08 04:00", "2026-11-08 07:00", False),
    ],
)
def test_hours_that_touch_are_one_span_across_midnight(start: str, end: str, possible: bool) -> None:
    found = hours_of(("ann", "mon", "18:00-24:00"), ("ann", "tue", "24h"), ("ann", "sat", "22:00-06:00"))
    assert can_work(found["ann"], pd.Timestamp(start), pd.Timestamp(end)) is possible
    assert set(found) == {"ann"}


def test_several_rows_of_time_off_are_added_up_for_each_agent_alone() -> None:
    rows = pd.DataFrame(
        {
            "agent_id": ["ann", "bob", "ann"],
            "first_day": pd.to_datetime([MONDAY, MONDAY, "2026-11-03"]),
            "last_day": pd.to_datetime(["2026-11-03", MONDAY, "2026-11-04"]),
            "kind": ["vacation", "", "absence"],
            "paid": ["yes", "no", "yes"],
            "hours": [6.0, float("nan"), 4.0],
        }
    )
    monday, tuesday, wednesday = (date(2026, 11, day) for day in (2, 3, 4))
    assert days_off(TimeOff.of(rows)) == {
        "ann": DaysOff(
            frozenset({monday, tuesday, wednesday}),
            absent=frozenset({tuesday, wednesday}),
            hours={monday: 6.0, tuesday: 4.0, wednesday: 4.0},
        ),
        "bob": DaysOff(frozenset({monday}), unpaid=frozenset({monday})),
    }
