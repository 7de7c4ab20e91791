"""A grid that a spreadsheet gave back: rows and columns wherever they stand, days and times however they are kept."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from staffplan.errors import DataError, UsageError
from staffplan.files.roster_book import read_roster_book
from staffplan.report.roster_mark import mark_rows
from staffplan.tables.roster_book import MARK_SHEET, BookDay, BookMark, RosterBook, RosterState

FIRST, LAST = date(2026, 11, 30), date(2026, 12, 6)
MARK = BookMark(
    "A plan",
    FIRST,
    LAST,
    RosterState(3, "abc", "def"),
    {"A001": "Ann", "007": "=Evil"},
    {
        ("A001", FIRST): BookDay("D08", "day 08:00", 480, "08:00-16:00"),
        ("007", LAST): BookDay("va", kind="vacation", parts=""),
    },
    {"va": "vacation"},
)
HEAD = ("agent", "name", FIRST, date(2026, 12, 1))


def written(path: Path, *rows: tuple[Any, ...], mark: BookMark | None = MARK) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if mark is not None:
        sheet = book.create_sheet(MARK_SHEET)
        for row in mark_rows(mark):
            sheet.append(row)
            for cell in sheet[sheet.max_row]:
                cell.data_type = "s" if cell.value is not None else cell.data_type
    book.save(path)
    return path


def read(tmp_path: Path, *rows: tuple[Any, ...]) -> RosterBook:
    return read_roster_book(written(tmp_path / "roster.xlsx", *rows))


def cells(book: RosterBook) -> dict[tuple[str, date], str]:
    return {(row.agent, cell.day): cell.text for row in book.grids[0].rows for cell in row.cells}


def test_the_mark_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD, ("A001", "Ann", "D08")).mark == MARK


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" day 09:00 ", "day 09:00"),
        ("D08\r\n08:00\N{EN DASH}16:00", "D08\n08:00\N{EN DASH}16:00"),
        (time(9, 30), "09:30"),
        (0.375, "09:00"),
        (datetime(1899, 12, 30, 9), "09:00"),
        (9, "9"),
        (None, ""),
        ("=A1", "=A1"),
    ],
)
def test_a_cell_is_read_as_a_person_would_have_typed_it(tmp_path: Path, value: object, text: str) -> None:
    assert cells(read(tmp_path, HEAD, ("A001", "Ann", value)))["A001", FIRST] == text


@pytest.mark.parametrize(
    "head",
    [
        datetime(2026, 12, 1),
        46357,
        "2026-12-01",
        "1 Dec",
        "01.12.2026",
        "Tue 01 Dec 2026",
        "1-Dec",
        "1 December 2026",
    ],
)
def test_a_day_is_known_however_its_header_is_kept(tmp_path: Path, head: object) -> None:
    book = read(tmp_path, ("name", head, "agent"), ("Ann", "x", "A001"))
    assert (cells(book), book.problems) == ({("A001", date(2026, 12, 1)): "x"}, ())
    assert book.grids[0].rows[0].cells[0].place == "Sheet!B2"


def test_rows_above_and_between_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    book = read(
        tmp_path,
        ("My roster",),
        (),
        ("team", "Agent", "days", date(2026, 12, 1)),
        ("Red", "A001", 5, "x"),
        (),
        ("", "007"),
    )
    assert cells(book) == {("A001", date(2026, 12, 1)): "x", ("007", date(2026, 12, 1)): ""}


def test_headers_that_cannot_be_meant_are_told(tmp_path: Path) -> None:
    two = read(tmp_path, (*HEAD, FIRST, datetime(2027, 1, 5)), ("A001",))
    assert [str(problem).splitlines()[0] for problem in two.problems] == [
        "Sheet!E1: a second column says 2026-11-30",
        "Sheet!F1: 2027-01-05 is no day of the workbook's plan",
    ]
    mark = BookMark("A plan", date(2026, 1, 1), date(2026, 12, 31), MARK.state, {}, {})
    either = read_roster_book(written(tmp_path / "b.xlsx", ("agent", "3/4/2026", FIRST), ("A001", "x"), mark=mark))
    assert "3/4/2026 may be 2026-03-04 or 2026-04-03" in str(either.problems[0])


def test_a_grid_whose_header_was_overwritten_is_told_and_not_passed_over(tmp_path: Path) -> None:
    renamed = read(tmp_path, ("who", "name", FIRST, date(2026, 12, 1), date(2026, 12, 2)), ("A001", "Ann", "x"))
    assert "no column of this row is called agent" in str(renamed.problems[0])
    cleared = read(tmp_path, ("agent", "name", "Monday", "Tuesday"), ("A001", "Ann", "x"))
    assert "no column of this row is a day of the plan" in str(cleared.problems[0])


def test_a_day_whose_header_was_overwritten_is_told_where_its_column_has_something(tmp_path: Path) -> None:
    head = ("agent", FIRST, "someday", date(2026, 12, 2), "my remarks")
    [one] = read(tmp_path, head, ("A001", "x", "y", "z", "")).problems
    assert str(one).startswith("Sheet!C1: 'someday' is no day, and 2026-12-01 has no column")
    assert not read(tmp_path, head, ("A001", "x", "", "z", "")).problems
    assert not read(tmp_path, (*HEAD, "my remarks"), ("A001", "Ann", "x", "y", "asked for it")).problems


def test_merged_days_are_told_and_not_taken_for_days_off(tmp_path: Path) -> None:
    path = written(tmp_path / "roster.xlsx", HEAD, ("A001", "Ann", "x", "x"))
    book = openpyxl.load_workbook(path)
    book["Sheet"].merge_cells("C2:D2")
    book.save(path)
    [problem] = read_roster_book(path).problems
    assert str(problem).startswith("Sheet!C2:D2: these cells are merged")


def test_files_that_are_no_roster_of_a_plan_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        read_roster_book(tmp_path / "none.xlsx")
    (tmp_path / "text.xlsx").write_text("agent,day\n")
    with pytest.raises(DataError, match=r"is not an \.xlsx workbook"):
        read_roster_book(tmp_path / "text.xlsx")
    with pytest.raises(DataError, match="the hidden sheet staffplan is missing"):
        read_roster_book(written(tmp_path / "other.xlsx", HEAD, mark=None))
    with pytest.raises(DataError, match="no sheet has a column agent"):
        read(tmp_path, ("day", "x"))
    path = written(tmp_path / "edited.xlsx", HEAD)
    book = openpyxl.load_workbook(path)
    book[MARK_SHEET].delete_rows(4)
    book.save(path)
    with pytest.raises(DataError, match="was edited, and cannot be read"):
        read_roster_book(path)
