"""The user's own template, filled: an .xlsx or .csv file whose header names what it wants.

Many systems hand their template out after login. Its header row is found by names that staffplan knows; what it does
not know stays empty and is reported. Rows below the header are examples and are replaced.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import PurePath
from typing import Any

from staffplan.errors import DataError, Note, Problem, UsageError
from staffplan.export.fields import KINDS, Cell, Row, field_named, filled_rows
from staffplan.export.source import Exported, Source, note
from staffplan.export.text import guarded

HEADER_WITHIN = 20
"""Rows from the top in which the header is looked for."""
SEPARATORS = ",;\t|"
FORMATS = ((datetime, "yyyy-mm-dd hh:mm"), (date, "yyyy-mm-dd"), (time, "hh:mm"))
"""How a workbook shows dates and times where the template's example row does not say."""


@dataclass(frozen=True)
class Header:
    """The header row of a template: its number (0 is the first), the names, their fields, the kind of its rows."""

    row: int
    names: tuple[str, ...]
    fields: tuple[str, ...]
    kind: str


def make(source: Source) -> Exported:
    """The template with a row for each shift, activity or interval of the forecast, as its header asks."""
    if source.template is None:
        hint = "give --template FILE, the file that your system offers for import"
        raise UsageError(Problem("--template", "the preset template needs a template", hint))
    name = PurePath(source.template_place).name
    if source.template.startswith(b"PK"):
        data, header, examples, written = _fill_workbook(source, source.template)
    else:
        data, header, examples, written = _fill_text(source, source.template)
    return Exported({name: data}, tuple(_notes(source, header, examples, written)))


def _notes(source: Source, header: Header, examples: int, written: int) -> Iterator[Note]:
    known = [f"{name} = {field}" for name, field in zip(header.names, header.fields, strict=True) if field]
    yield note(source.template_place, f"rows of {header.kind}: {written}; columns filled: {', '.join(known)}")
    empty = [name for name, field in zip(header.names, header.fields, strict=True) if name and not field]
    if empty:
        yield note(source.template_place, f"columns left empty, as their names are not known: {', '.join(empty)}")
    if examples:
        yield note(source.template_place, f"rows below the header that were replaced: {examples}")
    yield note(source.template_place, f"times are local times of {source.local_timezone}")


def _header_of(rows: Sequence[Sequence[object]]) -> Header | None:
    """The row with most known names, of those that ask for rows of some kind."""
    found: list[tuple[int, Header]] = []
    for number, cells in enumerate(rows[:HEADER_WITHIN]):
        fields = tuple(field_named(cell) for cell in cells)
        kind = next((kind.kind for kind in KINDS if kind.fits(set(fields))), "")
        if kind:
            names = tuple(str(cell or "").strip() for cell in cells)
            found.append((sum(map(bool, fields)), Header(number, names, fields, kind)))
    return max(found, key=lambda pair: (pair[0], -pair[1].row))[1] if found else None


def sheets_of(data: bytes, place: str) -> Iterator[tuple[Header | None, list[tuple[object, ...]]]]:
    """The header, where there is one, and all rows of each sheet of a workbook, or of a CSV file."""
    if data.startswith(b"PK"):
        for sheet in _book(data, place).worksheets:
            rows = list(sheet.iter_rows(values_only=True))
            yield _header_of(rows), rows
    else:
        lines = [tuple(row) for row in _text_rows(_decoded(data))[0]]
        yield _header_of(lines), list(lines)


def _no_header(source: Source, rows: Sequence[Sequence[object]]) -> DataError:
    seen = [str(cell) for cells in rows[:HEADER_WITHIN] for cell in cells if cell not in (None, "")]
    said = "no row names a person (or a volume) and a start, so it is not known what belongs where"
    hint = f"names seen: {', '.join(seen[:30]) or 'none'}; for example Employee, Date, Start, End are understood"
    return DataError(Problem(source.template_place, said, hint))


def _values(header: Header, rows: Sequence[Row]) -> list[list[Cell]]:
    return [[row.get(field, "") if field else "" for field in header.fields] for row in rows]


def _fill_text(source: Source, data: bytes) -> tuple[bytes, Header, int, int]:
    """A CSV template in its own separator, byte order mark and line end."""
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = _decoded(data)
    rows, separator = _text_rows(text)
    header = _header_of(rows)
    if header is None:
        raise _no_header(source, rows)
    below = [row for row in rows[header.row + 1 :] if any(cell.strip() for cell in row)]
    values = _values(header, filled_rows(header.kind, source))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n" if "\r\n" in text else "\n")
    writer.writerows(rows[: header.row + 1])
    writer.writerows([[_cell_text(source, cell) for cell in row] for row in values])
    return mark + out.getvalue().encode(), header, len(below), len(values)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _text_rows(text: str) -> tuple[list[list[str]], str]:
    """The rows of a CSV text, and its separator."""
    separator = max(SEPARATORS, key=text.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator)), separator


def _cell_text(source: Source, cell: Cell) -> str:
    formats = source.settings
    match cell:
        case datetime():
            return cell.strftime(f"{formats.date_format} {formats.time_format}")
        case date():
            return cell.strftime(formats.date_format)
        case time():
            return cell.strftime(formats.time_format)
        case float():
            return f"{cell:g}"
        case _:
            return guarded(str(cell))


def _fill_workbook(source: Source, data: bytes) -> tuple[bytes, Header, int, int]:
    """A workbook: the first sheet with a header that is understood."""
    book = _book(data, source.template_place)
    seen: list[tuple[object, ...]] = []
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows(max_row=HEADER_WITHIN, values_only=True))
        header = _header_of(rows)
        if header is not None:
            examples = _clear_below(sheet, header)
            values = _values(header, filled_rows(header.kind, source))
            _write(sheet, header, values)
            out = io.BytesIO()
            book.save(out)
            return out.getvalue(), header, examples, len(values)
        seen += rows
    raise _no_header(source, seen)


def _book(data: bytes, place: str) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(io.BytesIO(data))
    except Exception as error:  # openpyxl raises whatever it meets in a damaged file
        hint = "give the .xlsx or .csv file that your system offers for import"
        raise DataError(Problem(place, "is not a workbook that can be read", hint)) from error


def _clear_below(sheet: Any, header: Header) -> int:
    """Empty the cells under the header's names; gives the rows that held something."""
    first, held = header.row + 2, 0
    for row in sheet.iter_rows(min_row=first, max_col=len(header.names)):
        held += any(cell.value is not None for cell in row)
        for cell in row:
            if not _is_merged(cell):
                cell.value = None
    return held


def _is_merged(cell: Any) -> bool:
    return type(cell).__name__ == "MergedCell"


def _write(sheet: Any, header: Header, values: Sequence[Sequence[Cell]]) -> None:
    first = header.row + 2
    looks = [sheet.cell(first, column + 1) for column in range(len(header.names))]
    looks = [(copy(cell._style), cell.number_format) for cell in looks]
    for number, row in enumerate(values):
        for column, value in enumerate(row):
            cell = sheet.cell(first + number, column + 1)
            if value == "" or _is_merged(cell):
                continue
            style, shown = looks[column]
            cell.value, cell._style = value, copy(style)
            if isinstance(value, str):
                cell.data_type = "s"  # a name that begins with "=" is no formula
            elif shown == "General":
                cell.number_format = _number_format(value)


def _number_format(value: Cell) -> str:
    return next((shown for kind, shown in FORMATS if isinstance(value, kind)), "General")
