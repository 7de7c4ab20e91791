"""A process of its own that reads a workbook from stdin and writes its sheets to stdout as JSON.

A small workbook can claim a memory full of cells, and the library takes it before anybody can look. Here the memory
is limited, where the system can do that, and what is lost is this process alone.
"""

from __future__ import annotations

import io
import json
import sys
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from staffplan.files.sheet_cells import MOST_COLUMNS, MOST_ROWS, cell_text, filled_down, trimmed

ASKS_PASSWORD, DAMAGED = 3, 4
"""Exit codes."""


def main(most_bytes: int) -> int:
    """Read and write within so much memory; gives the exit code."""
    _limit_memory(most_bytes)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as book:
            visible = [
                about.name
                for about in book.sheets_metadata
                if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet
            ]
            sheets = {name: _rows(book.get_sheet_by_name(name)) for name in visible}
    except PasswordError:
        return ASKS_PASSWORD
    except (CalamineError, OSError, ValueError):
        return DAMAGED
    json.dump(sheets, sys.stdout)
    return 0


def _limit_memory(most_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))


def _rows(sheet: Any) -> list[list[str]]:
    rows = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS)
    texts = [[cell_text(value) for value in row[:MOST_COLUMNS]] for row in islice(rows, MOST_ROWS)]
    merged = sheet.merged_cell_ranges or []
    spans = [(first[0], last[0], first[1]) for first, last in merged if first[1] == last[1]]
    return trimmed(filled_down(texts, spans))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
