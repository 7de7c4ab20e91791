"""The hand-off workbook as it comes back from a spreadsheet: its mark, and what stands under which day of whose row.

Rows and columns may stand anywhere: people are known by the columns agent and name, days by their headers.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from staffplan.errors import DataError, Problem, UsageError, place_of
from staffplan.files.book_header import days_in, header_row, lost_columns, refused_header
from staffplan.files.book_mark import mark_in
from staffplan.files.sheet_cells import cell_text
from staffplan.files.unpack import is_open_workbook, unpacked_bytes
from staffplan.files.workbook import MOST_BYTES, has_formulas
from staffplan.tables.roster_book import AGENT, MARK_SHEET, NAME, BookCell, BookGrid, BookMark, BookRow, RosterBook

ONE_DAY_SECONDS = 24 * 3600
SAVE_AS_XLSX = "open it in the spreadsheet and save it as .xlsx"
HAND_OFF = "hand the roster off again: staffplan handoff PLAN -o FOLDER"


def read_roster_book(path: Path) -> RosterBook:
    """The workbook of a roster. Raises UsageError where there is none, DataError where it is none of a plan."""
    place = place_of(path)
    if not path.is_file():
        raise UsageError(Problem(place, "there is no such file", "name the workbook first, then the plan"))
    values, formulas = _loaded(path.read_bytes(), place)
    if MARK_SHEET not in values.sheetnames:
        said = f"does not say of which roster it was made: the hidden sheet {MARK_SHEET} is missing"
        raise DataError(Problem(place, said, HAND_OFF))
    mark = mark_in(values[MARK_SHEET], f"{place}[{MARK_SHEET}]")
    grids: list[BookGrid] = []
    problems: list[Problem] = []
    for sheet in values.worksheets:
        if sheet.title != MARK_SHEET:
            grid, wrong = _grid(sheet, None if formulas is None else formulas[sheet.title], mark)
            grids += [] if grid is None else [grid]
            problems += wrong
    if not grids and not problems:
        said = f"no sheet has a column {mark.word(AGENT)} and days beside it"
        raise DataError(Problem(place, said, HAND_OFF))
    return RosterBook(mark, tuple(grids), tuple(problems))


def _loaded(data: bytes, place: str) -> tuple[Any, Any]:
    """The workbook with values, and with formulas where it has some."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if not is_open_workbook(data):
        raise DataError(Problem(place, "is not an .xlsx workbook", SAVE_AS_XLSX))
    try:
        if unpacked_bytes(data) > MOST_BYTES:
            raise DataError(Problem(place, f"unpacks to more than {MOST_BYTES / 1e9:g} GB", HAND_OFF))
        values = load_workbook(io.BytesIO(data), data_only=True)
        return values, load_workbook(io.BytesIO(data)) if has_formulas(data) else None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise DataError(Problem(place, "the workbook is damaged", SAVE_AS_XLSX)) from error


def _grid(sheet: Any, formulas: Any, mark: BookMark) -> tuple[BookGrid | None, list[Problem]]:
    """A sheet with people down and days across, and what is wrong with it; None for another kind of sheet."""
    rows = list(sheet.iter_rows())
    head = header_row([[cell.value for cell in row] for row in rows], mark)
    if head is None:
        return None, refused_header(sheet.title, [[cell.value for cell in row] for row in rows], mark)
    names = {_text(cell.value).casefold(): cell.column - 1 for cell in reversed(rows[head])}
    days, problems = days_in(sheet.title, rows[head], mark)
    agent, name = ([names[word] for word in mark.words(text) & names.keys()] for text in (AGENT, NAME))
    columns = (min(agent), min(name, default=None))
    found = [_row(sheet.title, row, columns, days, formulas) for row in rows[head + 1 :]]
    problems += [*_merged(sheet, head + 2, days), *lost_columns(sheet.title, rows[head:], days, mark)]
    return BookGrid(sheet.title, tuple(sorted(days)), tuple(filter(None, found))), problems


def _row(
    sheet: str, row: Sequence[Any], columns: tuple[int, int | None], days: dict[date, int], formulas: Any
) -> BookRow | None:
    """One row; None where nobody's is named and nothing stands in it."""
    agent, name = (_text(row[column].value) if column is not None else "" for column in columns)
    cells = tuple(
        BookCell(f"{sheet}!{row[column].coordinate}", day, _typed(row[column], formulas))
        for day, column in days.items()
    )
    is_blank = not (agent or name or any(cell.text for cell in cells))
    return None if is_blank else BookRow(f"{sheet}!{row[columns[0]].coordinate}", agent, name, cells)


def _typed(cell: Any, formulas: Any) -> str:
    """What stands in a cell, as a person would have typed it: a number below 1 is a time of day, as spreadsheets
    keep times; a formula that was never computed is itself."""
    value = cell.value
    match value:
        case None if formulas is not None:
            formula = formulas[cell.coordinate].value
            return formula if isinstance(formula, str) else ""
        case float() if 0 < value < 1:
            moment = datetime(1900, 1, 1) + timedelta(seconds=round(value * ONE_DAY_SECONDS))
            return f"{moment:%H:%M}"
        case time() | datetime() | timedelta():
            return cell_text(value)
        case str():
            return "\n".join(line.strip() for line in value.strip().splitlines())
        case _:
            return cell_text(value)


def _text(value: object) -> str:
    return " ".join(cell_text(value).split())


def _merged(sheet: Any, first_row: int, days: dict[date, int]) -> Iterator[Problem]:
    """Cells of the grid that are one in the spreadsheet: which of their days is meant cannot be told."""
    columns = {column + 1 for column in days.values()}
    for span in sheet.merged_cells.ranges:
        if span.max_row >= first_row and columns & set(range(span.min_col, span.max_col + 1)):
            place = f"{sheet.title}!{span.coord}"
            yield Problem(place, "these cells are merged", "unmerge them, and write each day in its own cell")
