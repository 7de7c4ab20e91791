"""Workbooks that are no .xlsx: .xls of Excel 97 to 2003, .xlsb, and .ods of LibreOffice.

Whether a formula was ever computed cannot be told of them, and of .ods not which cells are merged.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from staffplan.errors import DataError, Problem
from staffplan.process.surroundings import working_folder_not_imported

ASKS_PASSWORD, DAMAGED = 3, 4
"""Exit codes of staffplan.files.sheets_apart."""
MOST_BYTES, MOST_MEMORY = 200_000_000, 2_000_000_000
"""Of a workbook, and to read it."""
SAVE_AS_XLSX = "open it in a spreadsheet and save it as .xlsx"


@dataclass(frozen=True)
class Sheet:
    """A visible sheet: its rows of text cells, and how many formulas were never computed."""

    name: str
    rows: list[list[str]]
    uncomputed: int = 0


def other_sheets(data: bytes, place: str) -> list[Sheet]:
    """The visible sheets, read in a process of its own. Raises DataError for a damaged or too large workbook."""
    if len(data) > MOST_BYTES:
        message = f"the workbook is larger than {MOST_BYTES / 1e6:g} MB"
        raise DataError(Problem(place, message, "save the sheet as CSV (UTF-8), and give that"))
    with working_folder_not_imported():
        command = [sys.executable, "-m", "staffplan.files.sheets_apart", str(MOST_MEMORY)]
        done = subprocess.run(command, input=data, capture_output=True, check=False)
    match done.returncode:
        case 0:
            return [Sheet(name, rows) for name, rows in json.loads(done.stdout).items()]
        case code if code == ASKS_PASSWORD:
            raise DataError(Problem(place, "the workbook asks for a password", "save it without one"))
        case code if code == DAMAGED:
            raise DataError(Problem(place, "the workbook is damaged, or of a kind that is not read", SAVE_AS_XLSX))
        case _:
            raise DataError(Problem(place, "the workbook fills the memory", SAVE_AS_XLSX))
