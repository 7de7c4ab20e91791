"""The sheets of a workbook as rows of text cells: those of .xlsx here, of older and other kinds beside it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from itertools import islice
from typing import Any

from staffplan.errors import DataError, Problem
from staffplan.files.other_workbooks import Sheet, other_sheets
from staffplan.files.records import Records, records_of
from staffplan.files.sheet_cells import MOST_COLUMNS, MOST_ROWS, cell_text, filled_down, trimmed
from staffplan.files.unpack import is_open_workbook, unpacked_bytes

_FORMULA = re.compile(rb"<f[\s/>]")
MOST_BYTES = 1_000_000_000
UNCOMPUTED = "{number} formulas have no value yet: open the file in a spreadsheet and save it, if they matter"


def workbook_records(data: bytes, place: str) -> tuple[Records, ...]:
    """The table of every visible sheet that has one. Raises DataError for a damaged workbook, or one without rows."""
    read = _sheets if is_open_workbook(data) else other_sheets
    sheets = [sheet for sheet in read(data, place) if any(any(row) for row in sheet.rows)]
    if not sheets:
        raise DataError(Problem(place, "the workbook has no visible sheet with content", "export it again"))
    alone = len(sheets) == 1
    return tuple(
        replace(
            records_of(sheet.rows, place if alone else f"{place}[{sheet.name}]", sheet=sheet.name),
            told=(UNCOMPUTED.format(number=sheet.uncomputed),) if sheet.uncomputed else (),
        )
        for sheet in sheets
    )


def _sheets(data: bytes, place: str) -> list[Sheet]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if unpacked_bytes(data) > MOST_BYTES:
        message = f"the workbook unpacks to more than {MOST_BYTES / 1e9:g} GB"
        raise DataError(Problem(place, message, "save the sheet as CSV (UTF-8), and give that"))
    try:
        book = load_workbook(io.BytesIO(data), data_only=True)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        formulas = load_workbook(io.BytesIO(data)) if has_formulas(data) else None
        return [
            Sheet(sheet.title, _rows(sheet), 0 if formulas is None else _uncomputed(sheet, formulas[sheet.title]))
            for sheet in visible
        ]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise DataError(Problem(place, "the workbook is damaged", "open it in a spreadsheet and save it")) from error


def has_formulas(data: bytes) -> bool:
    """Whether a cell of an .xlsx has a formula; those of conditional formats do not count."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return any(_FORMULA.search(archive.read(name)) for name in sheets)


def _uncomputed(values: Any, formulas: Any) -> int:
    """Formulas of a sheet without a value: a program wrote them, and no spreadsheet has opened the file since."""
    pairs = zip(values.iter_rows(values_only=True), formulas.iter_rows(values_only=True), strict=False)
    return sum(
        1
        for row, written in pairs
        for value, formula in zip(row, written, strict=False)
        if value is None and isinstance(formula, str) and formula.startswith("=")
    )


def _rows(sheet: Any) -> list[list[str]]:
    """Rows of text; formatted columns without content at the right end are left out.

    A cell merged over several rows counts for each of them.
    """
    rows = islice(sheet.iter_rows(values_only=True), MOST_ROWS)
    texts = [[cell_text(value) for value in row[:MOST_COLUMNS]] for row in rows]
    merged = [span for span in sheet.merged_cells.ranges if span.min_col == span.max_col]
    spans = [(span.min_row - 1, span.max_row - 1, span.min_col - 1) for span in merged]
    return trimmed(filled_down(texts, spans))
