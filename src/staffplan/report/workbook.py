"""The report as a workbook: figures to sort, filter and copy. Nobody's text becomes a formula."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from staffplan.report import rosters, summaries
from staffplan.report.data import ReportData
from staffplan.report.headline import cards, decisions, plan_words
from staffplan.report.ledgers import TOTAL_LINE

_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
"""openpyxl writes the moment of saving here, whatever the properties say."""
_STAMP = datetime(2000, 1, 1)
"""Date of everything inside the file: a workbook must not tell when it was made, or no two would be the same."""
_HEAD = PatternFill("solid", fgColor="005A8E")
_HEAD_FONT = Font(bold=True, color="FFFFFF")
_WEEKEND = PatternFill("solid", fgColor="EEF0F3")
_EDGE = Border(bottom=Side(style="thin", color="D9DEE4"))
_WIDEST, _NARROWEST = 60, 6
_WHOLE, _ONE, _TWO, _PERCENT, _DAY, _MOMENT = (
    "#,##0",
    "#,##0.0",
    "#,##0.00",
    "0.0%",
    "ddd d mmm yyyy",
    "yyyy-mm-dd hh:mm",
)
_FORMULA_STARTS = ("=", "+", "-", "@")

Sheet = tuple[str, str, str]
"""Column of a frame, header, number format ("" for text)."""


def build_workbook(data: ReportData) -> bytes:
    """The whole workbook as bytes."""
    book = Workbook()
    book.remove(book.active)
    _summary(book, data)
    _table(book, "Forecast", _forecast(data), _FORECAST)
    _table(book, "Requirement", _localised(data.requirement.frame, data), _REQUIREMENT)
    _table(book, "Coverage", _localised(data.coverage.frame, data), _COVERAGE)
    _roster(book, data)
    _cost(book, data)
    _notes(book, data)
    return _same_bytes(book)


_FORECAST: tuple[Sheet, ...] = (
    ("day", "day", _DAY),
    ("queue", "queue", ""),
    ("offered", "contacts", _ONE),
    ("workload_hours", "handling, h", _ONE),
    ("aht_seconds", "handling per contact, s", _WHOLE),
)
_REQUIREMENT: tuple[Sheet, ...] = (
    ("local", "begins (local)", _MOMENT),
    ("planning_group", "planning group", ""),
    ("offered", "contacts", _ONE),
    ("aht_seconds", "handling per contact, s", _WHOLE),
    ("load_erlangs", "load, erlangs", _TWO),
    ("agents_required", "people on the line", _WHOLE),
    ("agents_on_queue", "people on queue", _WHOLE),
    ("agents_scheduled", "people on duty", _WHOLE),
    ("service_level", "service level (model)", _PERCENT),
    ("occupancy", "occupancy (model)", _PERCENT),
    ("model", "model", ""),
)
_COVERAGE: tuple[Sheet, ...] = (
    ("local", "begins (local)", _MOMENT),
    ("planning_group", "planning group", ""),
    ("required", "needed on queue", _WHOLE),
    ("scheduled", "rostered on queue", _WHOLE),
    ("net", "difference", "+#,##0;-#,##0;0"),
    ("offered", "contacts", _ONE),
    ("service_level", "service level (simulated)", _PERCENT),
    ("asa_seconds", "mean wait, s", _ONE),
    ("occupancy", "occupancy", _PERCENT),
    ("abandon_rate", "hang up", _PERCENT),
)
_COST: tuple[Sheet, ...] = (
    ("period", "period", ""),
    ("ledger", "ledger", ""),
    ("position", "order", _WHOLE),
    ("line", "line", ""),
    ("planning_group", "planning group", ""),
    ("hours", "hours", _TWO),
    ("amount", "amount", _TWO),
    ("currency", "currency", ""),
    ("quantity", "quantity", _TWO),
    ("unit", "unit", ""),
    ("source", "from", ""),
)
_NOTES: tuple[Sheet, ...] = (
    ("kind", "kind", ""),
    ("step", "step", ""),
    ("place", "about", ""),
    ("message", "note", ""),
)


def _forecast(data: ReportData) -> pd.DataFrame:
    """Day totals by queue; handling time weighted by contacts."""
    frame = data.forecast.frame
    days = pd.DatetimeIndex(frame["interval_start"]).tz_convert(data.site.calendar.timezone).date
    rows = pd.DataFrame(
        {
            "day": days,
            "queue": frame["queue"],
            "offered": frame["offered"],
            "workload_hours": frame["offered"] * frame["aht_seconds"] / 3600,
        }
    )
    table = rows.groupby(["day", "queue"], as_index=False).sum()
    return table.assign(aht_seconds=table["workload_hours"] * 3600 / table["offered"].where(table["offered"] > 0))


def _localised(frame: pd.DataFrame, data: ReportData) -> pd.DataFrame:
    local = frame["interval_start"].dt.tz_convert(data.site.calendar.timezone).dt.tz_localize(None)
    return frame.assign(local=local)


def _summary(book: Workbook, data: ReportData) -> None:
    groups = summaries.group_table(data)
    sheet = book.create_sheet("Summary")
    _head(sheet, ["what", "value", "detail"])
    rows = [("plan", data.title, "")]
    rows += [(card.label, card.value, card.detail) for card in cards(data, groups)]
    rows += [("in words", plan_words(data, groups), "")]
    rows += [(f"decision {number}", text, "") for number, text in enumerate(decisions(data, groups), start=1)]
    rows += [("changed by hand", name, "") for name in data.changed_by_hand]
    rows += [("made from", file, sha) for file, sha in data.provenance]
    for number, row in enumerate(rows, start=2):
        _write(sheet, number, row)
        sheet.cell(number, 1).font = Font(bold=True)
        sheet.cell(number, 2).alignment = Alignment(wrap_text=True, vertical="top")
    _widths(sheet, [20, 90, 44])


def _table(book: Workbook, title: str, frame: pd.DataFrame, columns: Sequence[Sheet]) -> Worksheet:
    """A frame as a sheet: frozen filtered header, formats, widths that fit."""
    sheet = book.create_sheet(title)
    _head(sheet, [header for _, header, _ in columns])
    values = frame[[name for name, _, _ in columns]]
    for number, row in enumerate(values.itertuples(index=False, name=None), start=2):
        _write(sheet, number, row, [form for _, _, form in columns])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(values) + 1}"
    _widths(sheet, [_width(header, values[name], form) for name, header, form in columns])
    return sheet


def _width(header: str, values: pd.Series, form: str) -> int:
    texts = [str(value) for value in values.unique()[:500]] if not form else []
    longest = max([len(header) + 4, *(len(text) + 2 for text in texts)])
    return min(max(longest, 18 if form in (_DAY, _MOMENT) else _NARROWEST), _WIDEST)


def _roster(book: Workbook, data: ReportData) -> None:
    """Agents by days with shift codes, totals at the right, heads at the bottom, and what the codes mean."""
    days = list(summaries.planned_days(data))
    grid = rosters.roster_grid(data, days)
    totals = rosters.agent_totals(data)
    names = rosters.agent_names(data)
    codes = rosters.shift_codes([str(shift) for shift in data.roster.shifts.frame["shift"].unique()])
    sheet = book.create_sheet("Roster")
    _head(sheet, ["agent", "name", *days, "days", "paid hours"])
    sheet.freeze_panes = "C2"
    formats = ["", "", *[""] * len(days), _WHOLE, _TWO]
    for number, agent in enumerate(grid.index, start=2):
        shifts = [codes.get(str(shift), "") for shift in grid.loc[agent]]
        totals_of_agent = (int(totals.loc[agent, "days"]), float(totals.loc[agent, "paid_hours"]))
        _write(sheet, number, (str(agent), names[str(agent)], *shifts, *totals_of_agent), formats)
    heads = [int((grid[day] != "").sum()) for day in days]
    last = len(grid) + 2
    _write(sheet, last, ("", "people at work", *heads, sum(heads), float(totals["paid_hours"].sum())), formats)
    for cell in sheet[last]:
        cell.font = Font(bold=True)
    _dress_grid(sheet, days, last)
    _write(sheet, last + 2, ("code", "shift"))
    for number, (shift, code) in enumerate(sorted(codes.items(), key=lambda item: item[1]), start=last + 3):
        _write(sheet, number, (code, shift))
    _widths(sheet, [12, 24, *[7] * len(days), 8, 12])


def _dress_grid(sheet: Worksheet, days: Sequence[date], last: int) -> None:
    """Day headers upright and short, weekends shaded, codes centred."""
    for column, day in enumerate(days, start=3):
        sheet.cell(1, column).number_format = "ddd d mmm"
        sheet.cell(1, column).alignment = Alignment(text_rotation=90, horizontal="center")
        for row in range(2, last + 1):
            sheet.cell(row, column).alignment = Alignment(horizontal="center")
            if day.weekday() >= 5:
                sheet.cell(row, column).fill = _WEEKEND
    sheet.row_dimensions[1].height = 62


def _cost(book: Workbook, data: ReportData) -> None:
    sheet = _table(book, "Cost", data.cost.frame, _COST)
    for number, line in enumerate(data.cost.frame["line"], start=2):
        if line in TOTAL_LINE.values():
            for cell in sheet[number]:
                cell.font = Font(bold=True)


def _notes(book: Workbook, data: ReportData) -> None:
    rows = [{"kind": n.kind, "step": n.step, "place": n.place, "message": n.message} for n in data.notes]
    sheet = _table(book, "Notes", pd.DataFrame(rows, columns=[name for name, _, _ in _NOTES]), _NOTES)
    sheet.column_dimensions["D"].width = 110


def _head(sheet: Worksheet, headers: Iterable[object]) -> None:
    for column, header in enumerate(headers, start=1):
        cell = sheet.cell(1, column)
        _put(cell, header)
        cell.font, cell.fill = _HEAD_FONT, _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.freeze_panes = "A2"


def _write(sheet: Worksheet, row: int, values: Iterable[object], formats: Sequence[str] = ()) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        _put(cell, value)
        cell.border = _EDGE
        if column <= len(formats) and formats[column - 1]:
            cell.number_format = formats[column - 1]


def _put(cell: Cell, value: object) -> None:
    """Set a value; text is stored as text, and marked so where a spreadsheet could take it for a formula.

    The cell's type is set after the value, because openpyxl reads a leading "=" as a formula; the quote prefix keeps
    it text when somebody edits the cell.
    """
    match value:
        case None:
            return
        case str():
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"
            if value.startswith(_FORMULA_STARTS):
                cell.quotePrefix = True
        case float() if not math.isfinite(value):
            return
        case _:
            cell.value = None if value is pd.NaT else value


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _same_bytes(book: Workbook) -> bytes:
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
