"""How a sheet is written: no text becomes a formula, headers stay in sight, the same content gives the same bytes."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from staffplan.errors import visible
from staffplan.words import tr

_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
"""openpyxl writes the moment of saving here, whatever the properties say."""
_STAMP = datetime(2000, 1, 1)
"""Date of everything inside the file: a workbook must not tell when it was made, or no two would be the same."""
HEAD = PatternFill("solid", fgColor="005A8E")
HEAD_FONT = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
BOLD = Font(name="Calibri", size=11, bold=True)
WEEKEND = PatternFill("solid", fgColor="EEF0F3")
EDGE = Border(bottom=Side(style="thin", color="D9DEE4"))
_WIDEST, _NARROWEST = 60, 6
WHOLE, ONE, TWO, PERCENT, DAY, MOMENT = (
    "#,##0",
    "#,##0.0",
    "#,##0.00",
    "0.0%",
    "ddd d mmm yyyy",
    "yyyy-mm-dd hh:mm",
)
_FORMULA_STARTS = ("=", "+", "-", "@")

_PAPER = {"A3": Worksheet.PAPERSIZE_A3, "A4": Worksheet.PAPERSIZE_A4}

Sheet = tuple[str, str, str]
"""Column of a frame, header, number format ("" for text)."""


def table(book: Workbook, title: str, frame: pd.DataFrame, columns: Sequence[Sheet]) -> Worksheet:
    """A frame as a sheet: frozen filtered header, formats, widths that fit."""
    sheet = book.create_sheet(tr(title))
    head(sheet, [header for _, header, _ in columns])
    values = frame[[name for name, _, _ in columns]]
    for number, row in enumerate(values.itertuples(index=False, name=None), start=2):
        write(sheet, number, row, [form for _, _, form in columns])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(values) + 1}"
    widths(sheet, [_width(header, values[name], form) for name, header, form in columns])
    return sheet


def _width(header: str, values: pd.Series, form: str) -> int:
    texts = [str(value) for value in values.unique()[:500]] if not form else []
    longest = max([len(tr(header)) + 4, *(len(text) + 2 for text in texts)])
    return min(max(longest, 18 if form in (DAY, MOMENT) else _NARROWEST), _WIDEST)


def head(sheet: Worksheet, headers: Iterable[object]) -> None:
    for column, header in enumerate(headers, start=1):
        cell = sheet.cell(1, column)
        put(cell, tr(header) if isinstance(header, str) else header)
        cell.font, cell.fill = HEAD_FONT, HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.freeze_panes = "A2"


def write(sheet: Worksheet, row: int, values: Iterable[object], formats: Sequence[str] = ()) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        put(cell, value)
        cell.border = EDGE
        if column <= len(formats) and formats[column - 1]:
            cell.number_format = formats[column - 1]


def put(cell: Cell, value: object) -> None:
    """Set a value; text is stored as text, and marked so where a spreadsheet could take it for a formula.

    The cell's type is set after the value, because openpyxl reads a leading "=" as a formula; the quote prefix keeps
    it text when somebody edits the cell.
    """
    match value:
        case None:
            return
        case str():
            cell.value = visible(ILLEGAL_CHARACTERS_RE.sub("", value))
            cell.data_type = "s"
            if value.startswith(_FORMULA_STARTS):
                cell.quotePrefix = True
        case float() if not math.isfinite(value):
            return
        case _:
            cell.value = None if value is pd.NaT else value


def widths(sheet: Worksheet, sizes: Sequence[float]) -> None:
    for column, width in enumerate(sizes, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def print_setup(sheet: Worksheet, *, title: str, subject: str, paper: str, head_rows: int) -> None:
    """Landscape, as wide as the paper, header rows on every page, what and when above, page numbers below."""
    sheet.print_area = sheet.dimensions
    sheet.print_title_rows = f"1:{head_rows}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _PAPER[paper]
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.7, bottom=0.5, header=0.3, footer=0.25)
    sheet.oddHeader.left.text = _header_text(title)
    sheet.oddHeader.right.text = _header_text(subject)
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"


def _header_text(text: str) -> str:
    """Text of a page header, where "&" begins a command; a spreadsheet holds 255 characters of a header in all."""
    return visible(ILLEGAL_CHARACTERS_RE.sub("", text))[:80].replace("&", "&&")


def same_bytes(book: Workbook) -> bytes:
    """The file without a trace of when it was made: fixed properties, fixed dates inside the archive."""
    book.properties.creator = "staffplan"
    book.properties.created = _STAMP
    first, out = io.BytesIO(), io.BytesIO()
    book.save(first)
    with zipfile.ZipFile(first) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as repacked:
        for name in sorted(packed.namelist()):
            content: Any = packed.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(
                    rb"\g<1>" + _STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + rb"\g<2>", content
                )
            repacked.writestr(zipfile.ZipInfo(name, _STAMP.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
