"""The roster's workbook opens again, adds up to the tables, prints, and runs nobody's text."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pandas as pd
import pytest
from handoffs import (
    AUTUMN,
    EVIL,
    MADRID,
    MONDAY,
    SPRING,
    Work,
    agents_of,
    coverage_of,
    handoff_of,
    time_off_of,
    week_of,
)
from openpyxl.workbook import Workbook

from staffplan.clock import wall_instant
from staffplan.report.agent_book import sheet_titles
from staffplan.report.handoff import Handoff, legend
from staffplan.report.roster_calendar import calendars
from staffplan.report.roster_days import CHART_ROWS
from staffplan.report.roster_grid import build_roster_workbook, coverage_table
from staffplan.report.roster_json import build_roster_json
from staffplan.tables.people import Agents, TimeOff
from staffplan.tables.waits import Coverage

WEEKS = ["Week 30 Nov 2026", "Week 7 Dec 2026", "Week 14 Dec 2026", "Week 21 Dec 2026"]


def opened(handoff: Handoff) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(build_roster_workbook(handoff)))


def grid_of(data: bytes, sheet: str) -> pd.DataFrame:
    """A grid as pandas reads it: agents by days and totals, without the two rows of sums."""
    frame = pd.read_excel(io.BytesIO(data), sheet_name=sheet, header=1, keep_default_na=False, engine="openpyxl")
    return frame[frame["agent"] != ""].set_index("agent")


@pytest.fixture(scope="module")
def demo(plan_of, samples) -> Handoff:
    """61 people over four weeks, with the names, teams and time off of the sample center."""
    plan = plan_of(weeks=4, agents=61, first=date(2026, 11, 30))
    agents = pd.read_csv(samples / "agents.csv").assign(agent_id=lambda frame: frame["agent_id"].str.lower())
    off = pd.read_csv(samples / "time_off.csv", parse_dates=["first_day", "last_day"])
    off = off.assign(agent_id=off["agent_id"].str.lower())
    return Handoff(
        plan.roster,
        "Europe/Madrid",
        "Demo",
        plan.coverage,
        Agents.of(agents),
        TimeOff.of(off),
        last_day=date(2026, 12, 27),
    )


@pytest.fixture(scope="module")
def data(demo) -> bytes:
    return build_roster_workbook(demo)


@pytest.fixture(scope="module")
def book(data) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_the_overview_comes_first_then_the_weeks_then_coverage_and_what_codes_mean(book):
    assert book.sheetnames == ["Roster", *WEEKS, "Days", "Coverage", "Legend"]


def test_four_weeks_of_61_people_add_up_to_the_tables(demo, data):
    shifts, grid = demo.roster.shifts.frame, grid_of(data, "Roster")
    assert len(grid) == 61
    assert grid["paid hours"].astype(float).to_dict() == shifts.groupby("agent_id")["paid_hours"].sum().to_dict()
    assert grid["days"].astype(int).to_dict() == shifts.groupby("agent_id").size().to_dict()
    sums = (
        pd.read_excel(io.BytesIO(data), sheet_name="Roster", header=1, engine="openpyxl").iloc[-6:].set_index("name")
    )
    per_day = shifts.groupby("schedule_date")
    assert sums.loc["agents at work", list(per_day.groups)].astype(int).to_dict() == per_day.size().to_dict()
    assert (
        sums.loc["paid hours", list(per_day.groups)].astype(float).to_dict() == per_day["paid_hours"].sum().to_dict()
    )
    assert sums.loc["paid hours", "paid hours"] == shifts["paid_hours"].sum()
    assert sums.loc["agents at work", "days"] == len(shifts)


def test_under_each_day_stand_the_hours_of_the_coverage(demo, data):
    frame = demo.coverage.frame
    half_hours = frame[["required", "scheduled", "net"]].assign(short=(-frame["net"]).clip(lower=0)) / 2
    days = frame["interval_start"].dt.tz_convert("Europe/Madrid").dt.tz_localize(None).dt.normalize()
    expected = half_hours.groupby(days).sum()
    foot = pd.read_excel(io.BytesIO(data), sheet_name="Roster", header=1, engine="openpyxl").set_index("name")
    table = pd.read_excel(io.BytesIO(data), sheet_name="Days", engine="openpyxl").set_index("day")
    for name, column in (
        ("needed on queue, h", "required"),
        ("rostered on queue, h", "scheduled"),
        ("net, h", "net"),
        ("understaffed, h", "short"),
    ):
        for found in (foot.loc[name], table[name]):
            assert found[list(expected.index)].astype(float).to_dict() == pytest.approx(expected[column].to_dict())
    paid = demo.roster.shifts.frame.groupby("schedule_date")["paid_hours"].sum()
    assert table["paid hours"][list(paid.index)].to_dict() == paid.to_dict()


def test_hours_too_many_do_not_make_up_for_hours_missing():
    sheet = opened(handoff_of(Work("a", MONDAY), coverage=coverage_of()))["Days"]
    assert [cell.value for cell in sheet[2]][3:] == [8, 7.75, -0.25, 0.75]


def test_the_days_have_a_chart_of_what_is_rostered_over_what_is_needed(data):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        [chart] = [packed.read(name).decode() for name in packed.namelist() if "charts/chart" in name]
    assert re.findall(r"<(?:c:)?f>([^<]*)<", chart) == [
        "'Days'!E1",
        "'Days'!$A$2:$A$29",
        "'Days'!$E$2:$E$29",
        "'Days'!D1",
        "'Days'!$D$2:$D$29",
    ]


def test_everybody_has_a_sheet_of_their_own_on_request(demo):
    data = build_roster_workbook(demo, with_agents=True)
    shifts, sheets = demo.roster.shifts.frame, pd.read_excel(io.BytesIO(data), sheet_name=None, engine="openpyxl")
    for agent, own in shifts.groupby("agent_id"):
        frame = sheets[agent].set_index("day")
        assert frame.loc["all days", "paid hours"] == own["paid_hours"].sum()
        days = frame["shift"].dropna()
        assert dict(zip(own["schedule_date"], own["shift"], strict=True)) == days.to_dict()


def test_sheets_of_agents_have_names_that_a_spreadsheet_takes():
    titles = sheet_titles(["a/b", "A_B", "x" * 40, "x" * 41, "Roster", "history"], ["Roster"])
    assert list(titles.values()) == ["a_b", "A_B 2", "x" * 31, "x" * 29 + " 2", "Roster 2", "history 2"]


def test_the_weeks_add_up_to_the_overview(data):
    whole, weeks = grid_of(data, "Roster"), [grid_of(data, name) for name in WEEKS]
    for total in ("days", "paid hours", "nights", "weekends"):
        assert sum(week[total].astype(float) for week in weeks).equals(whole[total].astype(float))


def test_every_code_leads_back_to_the_times_of_its_shift(demo, data, book):
    meaning = {row[0]: row[1:4] for row in book["Legend"].iter_rows(min_row=2, values_only=True)}
    grid = grid_of(data, "Roster")
    shifts = demo.roster.shifts.frame
    local = shifts[["start", "end"]].apply(lambda column: column.dt.tz_convert("Europe/Madrid").dt.time)
    for agent, day, shift, start, end in zip(
        shifts["agent_id"], shifts["schedule_date"], shifts["shift"], local["start"], local["end"], strict=True
    ):
        assert meaning[grid.loc[agent, day]] == (shift, start, end)


def test_cells_are_dates_times_and_numbers_not_text(book):
    assert all(isinstance(book["Roster"].cell(row, 5).value, datetime) for row in (1, 2))
    assert isinstance(book["Roster"].cell(3, 34).value, int | float)
    first = [cell.value for cell in book["Coverage"][2]]
    assert isinstance(first[0], datetime)
    assert isinstance(first[1], time)
    assert {type(value) for value in first[2:] if value is not None} <= {int, float}
    assert {type(book["Legend"].cell(2, column).value) for column in (3, 4)} == {time}


def test_coverage_is_the_table_turned_on_its_side(demo, data):
    wide = pd.read_excel(io.BytesIO(data), sheet_name="Coverage", engine="openpyxl")
    frame = demo.coverage.frame
    for group, rows in frame.groupby("planning_group"):
        for column, name in (("required", "required"), ("rostered", "scheduled"), ("net staffing", "net")):
            assert wide[f"{group}: {column}"].dropna().tolist() == rows[name].tolist()
    assert len(wide) == frame["interval_start"].nunique()


def test_a_time_that_the_clock_shows_twice_has_its_offset_in_the_coverage():
    sunday = AUTUMN + timedelta(days=1)
    rows = [
        (at, "sales", 1.0, 1.0, 0.0) for at in pd.date_range(wall_instant(sunday, 60, MADRID), periods=4, freq="h")
    ]
    names = ["interval_start", "planning_group", "required", "scheduled", "net"]
    table = coverage_table(handoff_of(coverage=Coverage.of(pd.DataFrame(rows, columns=names))))
    assert table["from"].tolist() == [time(1), "02:00 +02:00", "02:00 +01:00", time(3)]


def test_weeks_are_the_plan_s_from_its_first_day_on():
    sunday = MONDAY - timedelta(days=1)
    sheets = opened(handoff_of(Work("a", sunday), Work("a", sunday + timedelta(days=13)))).sheetnames
    assert sheets == ["Roster", "Week 6 Dec 2026", "Week 13 Dec 2026", "Days", "Legend"]


def test_short_and_over_have_a_colour_that_follows_the_number():
    sheet = opened(handoff_of(Work("a", MONDAY), coverage=coverage_of(groups=("care", "sales"))))["Coverage"]
    rules = {
        str(cells.sqref): sorted((rule.operator, rule.formula[0]) for rule in cells.rules)
        for cells in sheet.conditional_formatting
    }
    both = [("greaterThan", "0"), ("lessThan", "0")]
    assert rules == {"E2:E5": both, "H2:H5": both}
    assert [sheet.cell(row, 5).value for row in range(2, 6)] == [-1, -0.5, 0, 1]


def test_every_sheet_prints_on_the_width_of_its_paper_with_its_header_on_each_page(book):
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        has_chart = sheet.title == "Days"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1 if has_chart else 0)
        assert sheet.print_title_rows in ("$1:$1", "$1:$2")
        assert sheet.print_area.endswith(f"${sheet.max_row + (CHART_ROWS if has_chart else 0)}")
        assert sheet.oddHeader.left.text == "Demo"
        assert sheet.freeze_panes in ("E3", "C2", "A2")
    assert book["Roster"].oddHeader.right.text == "Roster, Mon 30 Nov 2026 to Sun 27 Dec 2026"
    assert (book["Roster"].page_setup.paperSize, book[WEEKS[0]].page_setup.paperSize) == (8, 9)


def test_shifts_have_their_family_s_colour_days_off_and_weekends_their_own():
    off = time_off_of(("b", MONDAY, MONDAY, "vacation"))
    late = [Work("b", MONDAY + timedelta(days=step), 14 * 60, 22 * 60, "late") for step in (1, 2)]
    works = [*week_of("a"), Work("a", MONDAY + timedelta(days=5), 9 * 60, 17 * 60), *late]
    sheet = opened(handoff_of(*works, time_off=off))["Roster"]
    fill = {(row, column): sheet.cell(row, column).fill for row in (3, 4) for column in range(5, 11)}
    assert sheet["E4"].value == "va"
    assert fill[4, 5].patternType == "lightUp"
    assert fill[3, 5].fgColor.rgb == fill[3, 10].fgColor.rgb != fill[4, 6].fgColor.rgb
    assert fill[4, 10].fgColor.rgb == "00EEF0F3"
    assert fill[4, 8].patternType is None


def test_time_off_for_a_part_of_a_day_stands_under_the_shift():
    off = time_off_of(
        ("a", MONDAY, MONDAY, "doctor"), ("a", MONDAY + timedelta(days=1), MONDAY + timedelta(days=1), "")
    )
    part = TimeOff.of(off.frame.assign(start="08:00", end=["11:00", ""]))
    works = [Work("a", MONDAY), Work("a", MONDAY + timedelta(days=2))]
    sheet = opened(handoff_of(*works, time_off=part))["Roster"]
    assert (sheet["E3"].value, sheet["F3"].value) == ("E08\ndoctor 08:00-11:00", "off 08:00-24:00")
    assert sheet.row_dimensions[3].height >= 2 * 14


def test_a_week_s_sheet_says_the_hours_under_the_code():
    sheet = opened(handoff_of(Work("a", MONDAY), Work("a", MONDAY + timedelta(days=1), 22 * 60, 30 * 60, "night")))
    assert sheet["Week 7 Dec 2026"]["E3"].value == "E08\n08:00–16:00"
    assert sheet["Week 7 Dec 2026"]["F3"].value == "N22\n22:00–06:00"


def test_a_shift_across_midnight_stands_on_its_first_day_and_ends_the_next():
    book = opened(handoff_of(Work("a", MONDAY, 22 * 60, 30 * 60, "night"), last_day=MONDAY + timedelta(days=1)))
    assert [cell.value for cell in book["Roster"][3]] == ["a", "Name of a", None, None, "N22", None, 1, 7.5, 1, 0]
    row = [cell.value for cell in book["Legend"][2]]
    assert row == ["N22", "night", time(22), time(6), "next day", "30 min meal unpaid", 7.5, 1]


@pytest.mark.parametrize(("language", "header"), [("en", "cells"), ("de", "Zellen"), ("ru", "ячеек")])
def test_the_legend_counts_cells_in_every_language_and_says_so_below(language: str, header: str):
    handoff = dataclasses.replace(
        handoff_of(Work("a", MONDAY), Work("a", MONDAY + timedelta(days=1))), language=language
    )
    rows = list(opened(handoff).worksheets[-1].iter_rows(values_only=True))
    assert (rows[0][7], rows[1][7]) == (header, 2)
    assert any(str(row[1]).startswith(f"{header}: ") for row in rows[2:])


def test_the_night_of_the_clock_change_has_its_hours():
    nights = [Work("a", SPRING + timedelta(days=step), 22 * 60, 30 * 60, "night") for step in (-1, 0)]
    row = [cell.value for cell in opened(handoff_of(*nights))["Roster"][3]]
    assert row[4:] == ["N22", "N22b", 2, 14, 2, 1]


def test_no_text_becomes_a_formula():
    agents = agents_of(("+1", EVIL, "-team", "@plan"))
    off = time_off_of(("+1", MONDAY, MONDAY, "=1+1"))
    coverage = coverage_of(groups=("=cmd|'/c calc'!A1",))
    works = [Work("+1", MONDAY + timedelta(days=1), shift="=late"), Work(EVIL, MONDAY, name="=2+2")]
    book = opened(handoff_of(*works, agents=agents, time_off=off, coverage=coverage, title="=A1 & more"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    starts = [c for c in cells if isinstance(c.value, str) and c.value.startswith(("=", "+", "-", "@"))]
    assert {EVIL, "+1", "-team", "@plan", "=late", "=2+2", "=1+1"} <= {cell.value for cell in starts}
    assert all(cell.quotePrefix for cell in starts)
    assert "=cmd|'/c calc'!A1: required" in {cell.value for cell in starts}


def test_nothing_that_is_handed_off_turns_the_text_around():
    agents = agents_of(("a", "Ann\u202e", "team\u2066", "plan"))
    handoff = handoff_of(Work("a", MONDAY, shift="late\u200f"), agents=agents, title="\u061cRoster")
    book = opened(handoff)
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    headers = [str(sheet.oddHeader.left.text) for sheet in book]
    calendar = calendars(handoff)["a"].decode().replace("\\\\", "\\").replace("\r\n ", "")
    texts = ["".join([*cells, *headers]), build_roster_json(handoff).decode(), calendar]
    assert [char for text in texts for char in text if char in "\u202e\u2066\u200f\u061c"] == []
    assert all("Ann\\u202e" in text for text in texts)
    assert json.loads(texts[1])["agents"][0]["name"] == "Ann\u202e"


def test_more_than_five_weeks_have_several_overviews_that_add_up():
    works = [work for week in range(7) for work in week_of("a", MONDAY + timedelta(weeks=week))]
    data = build_roster_workbook(handoff_of(*works))
    names = [name for name in openpyxl.load_workbook(io.BytesIO(data)).sheetnames if name.startswith("Roster")]
    assert names == ["Roster 1", "Roster 2"]
    assert [int(grid_of(data, name).loc["a", "days"]) for name in names] == [25, 10]


def test_the_same_roster_gives_the_same_bytes(demo, data):
    assert build_roster_workbook(dataclasses.replace(demo)) == data


def test_a_roster_without_shifts_is_a_workbook_too():
    assert opened(handoff_of()).sheetnames == ["Roster", "Legend"]
    idle = opened(handoff_of(agents=agents_of(("a", "Ann", "", "full")), coverage=coverage_of()))
    assert [cell.value for cell in idle["Roster"][3]][:5] == ["a", "Ann", None, "full", None]


def test_the_report_s_workbook_has_the_same_grid(plan):
    from staffplan.report import build_workbook

    handoff = Handoff(plan.roster, "Europe/Madrid")
    ours = grid_of(build_workbook(plan), "Roster")
    assert ours.equals(grid_of(build_roster_workbook(handoff), "Roster"))
    assert set(legend(handoff)["code"]) <= set(ours.to_numpy().ravel())


def test_a_split_shift_stands_in_the_week_with_both_its_parts():
    split = Work("a", MONDAY, begin=9 * 60, end=20 * 60, free=(13 * 60, 16 * 60), shift="split 09:00/16:00")
    handoff = handoff_of(split)
    assert opened(handoff)["Week 7 Dec 2026"].cell(3, 5).value == "S09\n09:00–13:00\n16:00–20:00"
    assert legend(handoff)["breaks"].tolist() == ["180 min off between two parts"]
    assert legend(handoff)["paid_hours"].tolist() == [8.0]
