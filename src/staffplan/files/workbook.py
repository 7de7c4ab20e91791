"""The sheets of an Excel workbook as rows of text cells."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from staffplan.errors import DataError, Problem
from staffplan.files.records import Records, records_of
from staffplan.files.unpack import unpacked_bytes

FIRST_DAYS = (date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1))
"""Days that a spreadsheet gives to times without a day."""
MOST_BYTES = 1_000_000_000
UNCOMPUTED = "{number} formulas have no value yet: open the file in a spreadsheet and save it, if they matter"
MOST_ROWS, MOST_COLUMNS = 1_048_576, 400


@dataclass(frozen=True)
class Sheet:
    """A visible sheet: its rows of text cells, and how many formulas were never computed."""

    name: str
    rows: list[list[str]]
    uncomputed: int = 0


def workbook_records(data: bytes, place: str) -> tuple[Records, ...]:
    """The table of every visible sheet that has one. Raises DataError for a damaged workbook, or one without rows."""
    sheets = [sheet for sheet in _sheets(data, place) if any(any(row) for row in sheet.rows)]
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
        formulas = load_workbook(io.BytesIO(data)) if _has_formulas(data) else None
        return [
            Sheet(sheet.title, _rows(sheet), 0 if formulas is None else _uncomputed(sheet, formulas[sheet.title]))
            for sheet in visible
        ]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise DataError(Problem(place, "the workbook is damaged", "open it in a spreadsheet and save it")) from error


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return any(b"<f" in archive.read(name) for name in sheets)


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
    texts = [
        [_text(value) for value in row[:MOST_COLUMNS]] for row in islice(sheet.iter_rows(values_only=True), MOST_ROWS)
    ]
    for merged in sheet.merged_cells.ranges:
        if merged.min_col == merged.max_col:
            for row in texts[merged.min_row : merged.max_row]:
                row[merged.min_col - 1] = texts[merged.min_row - 1][merged.min_col - 1]
    texts = [_trimmed(row) for row in texts]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return _time(value.time()) if value.date() in FIRST_DAYS else value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case time():
            return _time(value)
        case timedelta():
            return _duration(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value).strip()


def _time(value: time) -> str:
    return f"{value:%H:%M}" if value.second == 0 else f"{value:%H:%M:%S}"


def _duration(value: timedelta) -> str:
    """h:mm:ss, hours beyond a day too."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
