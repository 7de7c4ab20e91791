"""The roster of each day: everybody's activities, who is off, and needed, rostered and net, as data and as tables."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pandas as pd
import pytest

from staffplan.report import ReportData, rosters
from staffplan.report.agent_sheets import agent_sheets, premium_totals
from staffplan.report.blocks import Bullets, Table
from staffplan.report.day_view import DayView, days_section
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.wishes import Wishes

MONDAY = date(2026, 12, 7)


def staffed(plan: ReportData) -> ReportData:
    """The plan with its people in two teams; z99 is away on Saturday, a002 on Monday morning."""
    shifts = plan.roster.shifts.frame
    ids = sorted(shifts["agent_id"].unique())
    agents = Agents.of(
        pd.DataFrame(
            {
                "agent_id": [*ids, "z99"],
                "name": [f"Person {name}" for name in ids] + ["Zoe"],
                "staffing_group": ["north" if number % 2 else "south" for number in range(len(ids) + 1)],
                "skills": "sales:2;support",
            }
        )
    )
    saturday, monday = pd.Timestamp("2026-12-12"), pd.Timestamp(MONDAY)
    rows = [("z99", saturday, saturday, "vacation", "", ""), ("a002", monday, monday, "doctor", "07:00", "08:00")]
    columns = ["agent_id", "first_day", "last_day", "kind", "start", "end"]
    time_off = TimeOff.of(pd.DataFrame(rows, columns=columns))
    wishes = Wishes.of(
        pd.DataFrame(
            [("a001", monday, monday, "off", "")], columns=["agent_id", "first_day", "last_day", "wish", "shift"]
        )
    )
    return dataclasses.replace(plan, workforce=Workforce(agents, time_off, Availability.empty(), wishes=wishes))


@pytest.fixture(scope="module")
def view(plan: ReportData) -> DayView:
    return DayView(staffed(plan))


def test_every_minute_of_every_activity_is_drawn_on_its_day(view):
    payload = view.payload()
    drawn = sum(
        span[at + 1] - span[at]
        for day in payload["days"]
        for person in day["people"]
        for span in [person[1:]]
        for at in range(1, len(span), 3)
    )
    frame = view.data.roster.activities.frame
    assert drawn == (frame["end"] - frame["start"]).dt.total_seconds().sum() / 60


def test_needed_and_rostered_of_a_day_are_those_of_the_coverage(view):
    payload = view.payload()
    for name, place in (("required", 2), ("scheduled", 3)):
        told = sum(value for day in payload["days"] for part in day["cover"] for value in part[place])
        assert told == view.data.coverage.frame[name].sum()


def test_who_is_off_for_a_day_or_a_part_of_it_is_shown(view):
    days = {day["date"]: day for day in view.payload()["days"]}
    numbers = {agent[1]: number for number, agent in enumerate(view.payload()["agents"])}
    assert days["2026-12-12"]["off"] == [[numbers["z99"], "vacation"]]
    assert days["2026-12-07"]["parts"] == [[numbers["a002"], 420, 480, "doctor"]]
    assert "off: vacation" in " ".join(
        cell.text for row in view.sheet(date(2026, 12, 12)).blocks[-1].rows for cell in row
    )


def test_a_skill_is_named_without_its_level(view):
    assert view.payload()["agents"][0][3] == ["sales", "support"]


def test_the_table_of_a_day_tells_needed_rostered_and_net_of_all_and_of_each_group(view):
    table = view.sheet(MONDAY).blocks[0]
    assert isinstance(table, Table)
    assert [cell.text for cell in table.headers] == ["from", "all", "sales", "support"]
    cover = view.data.coverage.frame
    zone = view.data.site.calendar.timezone
    first = cover[cover["interval_start"] == pd.Timestamp("2026-12-07 08:00", tz=zone)]
    need, there = first["required"].sum(), first["scheduled"].sum()
    assert table.rows[0][1].text.startswith(f"{need:.0f} / {there:.0f} / {there - need:+.0f}, ")


def test_a_night_goes_on_in_the_morning_of_the_next_day(plan):
    zone = plan.site.calendar.timezone
    start, end = pd.Timestamp("2026-12-07 22:00", tz=zone), pd.Timestamp("2026-12-08 06:00", tz=zone)
    when = pd.Timestamp(MONDAY)
    shift = {"agent_id": "n1", "name": "Nora", "schedule_date": when, "shift": "night", "start": start, "end": end}
    work = {"agent_id": "n1", "schedule_date": when, "activity_date": when, "start": start, "end": end}
    roster = Roster(
        RosterShifts.of(pd.DataFrame([{**shift, "paid_hours": 8.0, "premium_hours": ""}])),
        RosterActivities.of(pd.DataFrame([{**work, "activity": "queue", "planning_group": "sales", "paid": "yes"}])),
    )
    days = {day["date"]: day for day in DayView(dataclasses.replace(plan, roster=roster)).payload()["days"]}
    assert days["2026-12-07"]["people"] == [[0, 0, 1320, 1800]]
    assert days["2026-12-08"]["people"] == [[0, 0, 0, 360]]


def test_only_the_people_of_a_group_are_drawn_on_its_own_view(plan):
    own = DayView(staffed(plan), only_groups=("sales",)).payload()
    assert len(own["agents"]) == 6
    assert {part[0] for day in own["days"] for part in day["cover"]} == {0}


def test_the_data_of_the_page_are_json_whatever_the_names_are(nasty_html, nasty_plan):
    text = nasty_html.split('id="day-data">')[1].split("</script>")[0]
    assert json.loads(text)["groups"] == sorted({*nasty_plan.coverage.frame["planning_group"]})


def test_a_plan_without_days_has_no_day_view(closed_plan):
    assert days_section(closed_plan).blocks == ()


def test_an_agents_sheet_tells_shifts_hours_wishes_and_time_off(plan):
    sheets = {sheet.anchor: sheet for sheet in agent_sheets(staffed(plan))}
    assert sheets["agent-a001"].title == "Person a001: 5 shifts, 40.0 paid hours"
    bullets, table = sheets["agent-a001"].blocks
    assert isinstance(bullets, Bullets)
    assert isinstance(table, Table)
    assert "Wish: a day off, Mon 7 Dec 2026" in bullets.items
    assert any(text.startswith("Weekends") for text in bullets.items)
    assert [row[2].text for row in table.rows][:1] == ["08:00–16:30"]
    assert [cell.text for cell in sheets["agent-z99"].blocks[1].rows[0]][-1] == "vacation"


def test_hours_with_a_premium_are_summed_by_kind():
    assert premium_totals(pd.Series(["night:2.5;sunday:8", "", "night:1"])) == {"night": 3.5, "sunday": 8.0}


def test_the_grid_of_weeks_shows_who_is_off(plan):
    away = staffed(plan)
    saturday = pd.Timestamp("2026-12-12")
    off = pd.DataFrame(
        [("a001", saturday, saturday, "vacation")], columns=["agent_id", "first_day", "last_day", "kind"]
    )
    assert away.workforce is not None
    people = dataclasses.replace(away.workforce, time_off=TimeOff.of(off))
    grid, codes = rosters.grid_with_time_off(dataclasses.replace(plan, workforce=people), [saturday.date()])
    assert codes[grid.loc["a001", saturday.date()]] == "va"
