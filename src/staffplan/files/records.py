"""The rows of a table as a file has them: cells as text below a header, each row with its number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Problem
from staffplan.files.header import find_header


@dataclass(frozen=True)
class Records:
    """The rows of one table of a file: cells as text (or as Parquet has them), with the column "_row".

    Columns are text, or categories of text where the file is plain: then each distinct cell is held once. Rows
    without any content are left out, but counted.
    """

    place: str
    frame: pd.DataFrame
    decimal_comma: bool = False
    """Whether "1,5" can be a decimal comma."""
    above: tuple[tuple[str, ...], ...] = ()
    """Rows above the header that have any content."""
    header_row: int = 1
    header: tuple[tuple[str, str], ...] = ()
    """Cells of a header of one row as they stand there, each with the name that its column was given."""
    doubled: tuple[str, ...] = ()
    """Names of columns that occur more than once; the second is called "name (2)"."""
    sheet: str = ""
    form: str = ""
    """Separator and encoding of a text file, in words; "" for other files."""
    told: tuple[str, ...] = ()
    """What to know of how the cells were read."""


def records_of(rows: list[list[str]], place: str, *, decimal_comma: bool = False, sheet: str = "") -> Records:
    """The table in rows of text cells, its header found below title lines. Raises DataError where there is none."""
    header = find_header(rows)
    if header is None:
        raise DataError(Problem(place, "the file has no header", "export it again, with a header row"))
    numbers = [n for n in range(header.last + 1, len(rows)) if any(cell.strip() for cell in rows[n])]
    width = len(header.names)
    long = [n for n in numbers if any(map(str.strip, rows[n][width:]))]
    if long:
        raise DataError(_too_long(len(rows[long[0]]), width, f"{place}:{long[0] + 1}", len(long)))
    columns = [c for c in range(width) if c not in header.nameless or any(rows[n][c : c + 1] > [""] for n in numbers)]
    cells = [_picked(rows[n], columns) for n in numbers]
    frame = pd.DataFrame(cells, columns=[header.names[c] for c in columns], dtype=object)
    frame = frame.assign(_row=np.array(numbers, dtype=np.int64) + 1)
    above = tuple(tuple(row) for row in rows[: header.first] if any(cell.strip() for cell in row))
    written = tuple(zip(rows[header.last], header.names, strict=False)) if header.first == header.last else ()
    return Records(place, frame, decimal_comma, above, header.last + 1, written, header.doubled, sheet)


def _picked(row: list[str], columns: list[int]) -> list[str]:
    """The row's cells in these columns; cells that are not there are blank."""
    return [row[column] if column < len(row) else "" for column in columns]


def _too_long(cells: int, names: int, place: str, rows: int) -> Problem:
    more = f" (and {rows - 1} more rows like it)" if rows > 1 else ""
    message = f"the row has {cells} cells, the header {names}{more}"
    return Problem(place, message, "look for a stray separator, or a decimal comma without quotation marks")
