"""The calendar of a history: how much came on each day, and which days are missing."""

from __future__ import annotations

import pandas as pd

from staffplan.ingest.days import ALL, calendar_text, days_of, missing_days
from staffplan.tables.history import ContactHistory


def history(dates: dict[str, list[str]]) -> ContactHistory:
    """One row at noon for each date of a queue; 10 contacts, 5 on Fridays."""
    found = [(pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=12), q) for q, days in dates.items() for day in days]
    frame = pd.DataFrame(found, columns=["interval_start", "queue"])
    frame["offered"] = [5.0 if start.day_of_week == 4 else 10.0 for start in frame["interval_start"]]
    return ContactHistory.of(frame, "h.csv")


def working_days(first: str, last: str, *without: str) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in pd.bdate_range(first, last) if f"{day:%Y-%m-%d}" not in without]


def test_a_day_without_rows_is_missing_where_its_weekday_usually_has_some() -> None:
    [queue] = days_of(history({"q": working_days("2026-10-01", "2026-10-30", "2026-10-14")}), "UTC")
    shown = {day["day"]: (day["offered"], day["missing"]) for day in queue["days"]}
    assert len(shown) == 30
    assert shown["2026-10-01"] == (10.0, False)
    assert shown["2026-10-14"] == (None, True)
    assert shown["2026-10-17"] == (None, False)
    assert calendar_text(queue["days"]) == [
        "    Oct",
        "mon  9999",
        "tue  9999",
        "wed  9!99",
        "thu 99999",
        "fri 55555",
        "sat ....",
        "sun ....",
    ]


def test_the_day_of_a_late_contact_is_the_local_one() -> None:
    [queue] = days_of(history({"q": ["2026-10-01"]}), "Pacific/Auckland")
    assert [day["day"] for day in queue["days"]] == ["2026-10-02"]


def test_what_all_queues_lack_is_told_once() -> None:
    both = working_days("2026-10-01", "2026-10-30", "2026-10-14")
    found = days_of(history({"a": both, "b": [day for day in both if day != "2026-10-20"]}), "UTC")
    assert [queue["queue"] for queue in found] == [ALL, "a", "b"]
    assert missing_days(found) == [(ALL, ["2026-10-14"]), ("b", ["2026-10-20"])]


def test_a_year_and_more_goes_on_below() -> None:
    [queue] = days_of(history({"q": working_days("2025-01-06", "2026-10-30")}), "UTC")
    lines = calendar_text(queue["days"])
    assert len(lines) == 16
    assert lines[0].startswith("    Jan Feb Mar")
    assert all(len(line) <= 60 for line in lines)
