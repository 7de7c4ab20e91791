"""Verdicts counted by hour, and the hours that can be promised."""

from __future__ import annotations

import pandas as pd

from staffplan.report.access import access_hours, honest_hours, usual_reason
from staffplan.report.access_plots import plot_access
from staffplan.report.style import png
from staffplan.tables.access import AccessVerdicts

MONDAYS = ("2026-03-02", "2026-03-09")


def verdicts(*rows: tuple[str, str, str]) -> AccessVerdicts:
    """Half-hours of one queue: start, verdict, reason."""
    frame = pd.DataFrame(rows, columns=["period_start", "verdict", "reason"])
    frame["period_start"] = pd.to_datetime(frame["period_start"], utc=True)
    blank = [column.name for column in AccessVerdicts.columns if column.blank and column.kind == "number"]
    named = {"period": "interval", "queue": "phone", "planning_group": "phone", "detail": "", "offered": 1.0}
    return AccessVerdicts.of(frame.assign(**named, **dict.fromkeys(blank, float("nan"))))


def test_an_hour_can_be_promised_only_if_every_week_keeps_it() -> None:
    rows = [
        (f"{day} {hour:02d}:{half}", "honest", "") for day in MONDAYS for hour in (8, 9, 10) for half in ("00", "30")
    ]
    found = honest_hours(verdicts(*rows), "UTC", 30).frame.iloc[0]
    assert (found["weekday"], found["promised"], found["honest"]) == (0, "08:00-11:00", "08:00-11:00")
    rows[1] = ("2026-03-02 08:30", "thin", "lone agent")
    rows[-1] = ("2026-03-09 10:30", "broken", "nobody there")
    found = honest_hours(verdicts(*rows), "UTC", 30).frame.iloc[0]
    assert (found["honest"], found["answered"]) == ("09:00-10:30", "08:00-10:30")
    hours = access_hours(verdicts(*rows), "UTC").frame
    assert hours[["hour", "honest", "thin", "broken"]].to_numpy().tolist() == [
        [8, 3, 1, 0],
        [9, 4, 0, 0],
        [10, 3, 0, 1],
    ]
    assert hours["reason"].tolist() == ["lone agent", "", "nobody there"]


def test_hours_on_both_sides_of_a_lunch_or_of_midnight_are_promised_both() -> None:
    """Open to 13:00 and from 14:00: the lunch is no broken promise. Of a broken span the longest part counts."""
    hours = (0, 1, 2, 3, 9, 10, 11, 12, 14, 15, 16, 22, 23)
    kept = {3: "thin", 10: "broken", 16: "thin"}
    rows = [
        (f"{MONDAYS[0]} {hour:02d}:{half}", kept.get(hour, "honest"), "") for hour in hours for half in ("00", "30")
    ]
    found = honest_hours(verdicts(*rows), "UTC", 30).frame.iloc[0]
    assert found["promised"] == "00:00-04:00, 09:00-13:00, 14:00-17:00, 22:00-24:00"
    assert found["honest"] == "00:00-03:00, 11:00-13:00, 14:00-16:00, 22:00-24:00"
    assert found["answered"] == "00:00-04:00, 11:00-13:00, 14:00-17:00, 22:00-24:00"


def test_the_usual_reason_is_that_of_most_and_none_where_all_is_honest() -> None:
    assert usual_reason(["", "one break", "lone agent", "lone agent"]) == "lone agent"
    assert usual_reason(["", ""]) == ""


def test_the_picture_has_a_letter_for_who_does_not_see_colours() -> None:
    said = []

    def draw(ax):
        plot_access(access_hours(verdicts((f"{MONDAYS[0]} 08:00", "broken", "nobody there")), "UTC").frame, ax)
        said.extend(text.get_text() for text in ax.texts)
        return ax

    assert png(draw, 3.0, 2.0).startswith(b"\x89PNG")
    assert said == ["b"]
