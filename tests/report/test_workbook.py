"""The workbook opens again, adds up, never runs anybody's text, and is the same every time."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook

from staffplan.report import ReportData, build_workbook

SHEETS = [
    "Summary",
    "Forecast",
    "Requirement",
    "Coverage",
    "Roster",
    "Days",
    "Legend",
    "Fairness",
    "Cost",
    "Candour",
    "Notes",
]


@pytest.fixture(scope="module")
def book(plan: ReportData) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(build_workbook(plan)))


def test_the_sheets_come_in_the_order_of_the_river(book):
    assert book.sheetnames == SHEETS


def test_every_sheet_keeps_its_header_in_sight_and_its_columns_readable(book):
    for sheet in book:
        assert sheet.freeze_panes == ("E3" if sheet.title == "Roster" else "A2")
        assert all(sheet.column_dimensions[cell.column_letter].width >= 6 for cell in sheet[1])


def test_pandas_reads_the_same_numbers_back(plan):
    forecast = pd.read_excel(io.BytesIO(build_workbook(plan)), sheet_name="Forecast", engine="openpyxl")
    assert forecast["contacts"].sum() == pytest.approx(plan.forecast.frame["offered"].sum())
    coverage = pd.read_excel(io.BytesIO(build_workbook(plan)), sheet_name="Coverage", engine="openpyxl")
    assert coverage["rostered on queue"].sum() == plan.coverage.frame["scheduled"].sum()
    assert len(coverage) == len(plan.coverage)


def test_the_roster_sheet_adds_up_to_the_shifts(plan):
    grid = pd.read_excel(io.BytesIO(build_workbook(plan)), sheet_name="Roster", header=1, engine="openpyxl")
    sums = grid.set_index("name").loc[["agents at work", "paid hours"]]
    shifts = plan.roster.shifts.frame
    assert sums.loc["paid hours", "paid hours"] == shifts["paid_hours"].sum()
    assert sums.loc["agents at work", "days"] == len(shifts)
    assert grid["paid hours"].dropna().iloc[:-1].sum() == shifts["paid_hours"].sum()


def test_every_shift_code_of_the_roster_is_explained(plan, book):
    legend = {row[0]: row[1] for row in book["Legend"].iter_rows(min_row=2, values_only=True) if row[0]}
    cells = {cell.value for row in book["Roster"].iter_rows(min_row=3, min_col=5) for cell in row}
    assert {value for value in cells if isinstance(value, str)} == set(legend)
    assert set(legend.values()) == {"early_8h", "day_8h", "mid_8h", "late_8h"}


def test_no_text_becomes_a_formula(nasty_plan):
    book = openpyxl.load_workbook(io.BytesIO(build_workbook(nasty_plan)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    dangerous = [c for c in cells if isinstance(c.value, str) and c.value.startswith(("=", "+", "-", "@"))]
    assert {"=cmd|'/c calc'!A1", "@agents.csv", "-1+2"} <= {cell.value for cell in dangerous}
    assert all(cell.quotePrefix for cell in dangerous)


def test_characters_that_a_workbook_cannot_hold_are_left_out(plan_of):
    book = openpyxl.load_workbook(io.BytesIO(build_workbook(plan_of(title="plan \x07 seven"))))
    assert book["Summary"]["B2"].value == "plan  seven"


def test_the_same_plan_gives_the_same_bytes_and_tells_no_time(plan_of):
    first, second = build_workbook(plan_of()), build_workbook(plan_of())
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert {info.date_time for info in packed.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z</dcterms:modified>" in packed.read("docProps/core.xml")


def test_a_plan_with_nothing_open_still_makes_a_workbook(closed_plan):
    book = openpyxl.load_workbook(io.BytesIO(build_workbook(closed_plan)))
    assert book.sheetnames == [name for name in SHEETS if name != "Days"]
    assert book["Forecast"].max_row == 1
