"""The roster as a workbook to print and pin up: agents by days, weeks with their hours, coverage, a legend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from staffplan.report.agent_book import agent_sheets
from staffplan.report.formats import date_alone
from staffplan.report.formats import day as day_words
from staffplan.report.handoff import (
    NIGHT_HOURS,
    NIGHT_MINUTES,
    Handoff,
    agent_totals,
    day_totals,
    legend,
    rows_of,
    wall_clock,
)
from staffplan.report.roster_days import days_sheet, staffed_hours
from staffplan.report.roster_mark import mark_of, mark_sheet
from staffplan.report.sheets import (
    BOLD,
    DAY,
    EDGE,
    HEAD,
    HEAD_FONT,
    TWO,
    WEEKEND,
    WHOLE,
    head,
    print_setup,
    put,
    same_bytes,
    widths,
    write,
)
from staffplan.report.shift_codes import family_of
from staffplan.tables.roster_book import AGENT, AT_WORK, NAME, NET, ON_CALL, OTHER_HEADERS, PAID_HOURS
from staffplan.words import mark, speaking, tr

MOST_DAYS = 35
"""Days on one overview, so that a month always fits on a sheet of A3; a longer roster has several."""
TIME = "hh:mm"
HOURS, SIGNED_HOURS = "#,##0.0#", "+#,##0.0#;-#,##0.0#;0.0"
"""One decimal or two."""
PEOPLE, SIGNED = "General", "+General;-General;0"
LINE_POINTS = 14.5
"""Height of a line in a cell."""
_LEFT = (AGENT, NAME, *OTHER_HEADERS[:2])
_RIGHT = OTHER_HEADERS[2:]
_HEADER_ROWS = 2
_FAMILIES = ("A9D8F4", "F7D58A", "A3DCC8", "E8C3D8", "FBF3A6", "8FBBE0", "F0B48F", "C9D3A0")
"""Paper-light tints of the palette in style.py, in turn; the code in the cell tells families apart without colour."""
_CLOSED = PatternFill("solid", fgColor="C9CED6")
_OFF = PatternFill("lightUp", fgColor="8A95A1", bgColor="FFFFFF")
_TOTAL = Border(top=Side(style="thin", color="66727F"))
_SHORT, _OVER = PatternFill("solid", bgColor="F4B9A7"), PatternFill("solid", bgColor="CFE4F3")
_CENTER = Alignment(horizontal="center", vertical="center", wrap_text=True)


def build_roster_workbook(handoff: Handoff, *, with_agents: bool = False) -> bytes:
    """The whole workbook as bytes: overview, one sheet a week, days, coverage where it is known, legend; and a sheet
    for each agent where it is asked for."""
    with speaking(handoff.language):
        return _book(handoff, with_agents=with_agents)


def _book(handoff: Handoff, *, with_agents: bool) -> bytes:
    book = Workbook()
    book.remove(book.active)
    overview_sheets(book, handoff)
    for days in _weeks(handoff.days):
        _grid(book, handoff, _Page(tr("Week {days}", days=date_alone(days[0])), days, _with_hours, 12.5, 29, "A4"))
    days_sheet(book, handoff)
    if handoff.coverage is not None:
        _coverage_sheet(book, handoff)
    legend_sheet(book, handoff)
    if with_agents:
        agent_sheets(book, handoff)
    if handoff.state is not None and handoff.days:
        mark_sheet(book, mark_of(handoff, handoff.state))
    return same_bytes(book)


def overview_sheets(book: Workbook, handoff: Handoff) -> None:
    """Agents by all days, a code in each cell."""
    blocks = _blocks(handoff.days)
    for number, days in enumerate(blocks, start=1):
        title = tr("Roster") if len(blocks) == 1 else tr("Roster {number}", number=number)
        _grid(book, handoff, _Page(title, days, _code_alone, 7, 15, "A3" if len(days) > 14 else "A4"))


@dataclass(frozen=True)
class _Page:
    """One grid: its days, what a cell says of a shift, and how large it is."""

    title: str
    days: Sequence[date]
    says: Callable[[str, str], str]
    width: float
    height: float
    paper: str


def _code_alone(code: str, times: str) -> str:
    return code


def _with_hours(code: str, times: str) -> str:
    return f"{code}\n{times}"


def _blocks(days: Sequence[date]) -> list[Sequence[date]]:
    return [days[first : first + MOST_DAYS] for first in range(0, len(days), MOST_DAYS)] or [()]


def _weeks(days: Sequence[date]) -> list[Sequence[date]]:
    """Seven days each from the first day on, as contracts count their weeks; the last may be shorter."""
    return [days[first : first + 7] for first in range(0, len(days), 7)]


def _grid(book: Workbook, handoff: Handoff, page: _Page) -> None:
    """Agents by the days of a page, totals of these days at the right and at the bottom."""
    sheet = book.create_sheet(page.title)
    worked = handoff.worked[handoff.worked["day"].isin(page.days)]
    _grid_head(sheet, page)
    totals = agent_totals(worked, handoff.people.index.tolist())
    for row, person in enumerate(rows_of(handoff.people.join(totals)), start=_HEADER_ROWS + 1):
        write(sheet, row, (person.Index, person.name, person.team, person.contract))
        _agent_totals(sheet, row, len(page.days), (person.days, person.paid_hours, person.nights, person.weekends))
        sheet.row_dimensions[row].height = page.height
        for cell in sheet[row]:
            cell.alignment = Alignment(vertical="center")
    _day_cells(sheet, handoff, page, worked)
    _grid_foot(sheet, page, day_totals(worked, page.days), totals)
    _staffing_foot(sheet, page, staffed_hours(handoff, page.days), len(totals))
    widths(sheet, [8, 22, 11, 11, *[page.width] * len(page.days), 7, 11, 8, 10])
    subject = _period(tr("Roster"), page.days)
    print_setup(sheet, title=handoff.title, subject=subject, paper=page.paper, head_rows=_HEADER_ROWS)


def _period(what: str, days: Sequence[date]) -> str:
    return (
        tr("{what}, {days} to {days2}", what=what, days=day_words(days[0]), days2=day_words(days[-1]))
        if days
        else what
    )


def _grid_head(sheet: Worksheet, page: _Page) -> None:
    """Two rows, the weekday above the date, both real dates."""
    headers = (*_LEFT, *page.days, *_RIGHT)
    for column, header in enumerate(headers, start=1):
        above, below = sheet.cell(1, column), sheet.cell(_HEADER_ROWS, column)
        put(below, tr(header) if isinstance(header, str) else header)
        if isinstance(header, date):
            put(above, header)
            above.number_format, below.number_format = "ddd", "d mmm"
        for cell in (above, below):
            cell.font, cell.fill, cell.alignment = HEAD_FONT, HEAD, _CENTER
    sheet.row_dimensions[_HEADER_ROWS].height = 30
    sheet.freeze_panes = sheet.cell(_HEADER_ROWS + 1, len(_LEFT) + 1)


def _agent_totals(sheet: Worksheet, row: int, days: int, totals: Sequence[float]) -> None:
    for column, (value, form) in enumerate(zip(totals, (WHOLE, HOURS, WHOLE, WHOLE), strict=True), start=1):
        cell = sheet.cell(row, len(_LEFT) + days + column)
        put(cell, value)
        cell.number_format = form
        cell.border = EDGE


def _day_cells(sheet: Worksheet, handoff: Handoff, page: _Page, worked: pd.DataFrame) -> None:
    """Shifts over time off over the shade of the weekend and of closed days."""
    row_of = {agent: row for row, agent in enumerate(handoff.people.index, start=_HEADER_ROWS + 1)}
    column_of = {day: column for column, day in enumerate(page.days, start=len(_LEFT) + 1)}
    for day, column in column_of.items():
        for row in row_of.values():
            cell = sheet.cell(row, column)
            cell.alignment, cell.border = _CENTER, EDGE
            if day in handoff.closed_days:
                cell.fill = _CLOSED
            elif day.weekday() >= 5:
                cell.fill = WEEKEND
    for (agent, day), kind in handoff.days_off.items():
        if day in column_of:
            _fill(sheet, row_of[agent], column_of[day], handoff.day_off_codes[kind], _OFF)
    fills = family_fills(handoff)
    columns = [worked[name] for name in ("agent_id", "day", "family", "code", "times")]
    for agent, day, family, code, times in zip(*columns, strict=True):
        _fill(sheet, row_of[agent], column_of[day], page.says(code, times), fills[family])
        most = 1 + page.says(code, times).count("\n")
        height = sheet.row_dimensions[row_of[agent]]
        height.height = max(height.height or 0.0, LINE_POINTS * most)
    for (agent, day), said in handoff.parts_off.items():
        if day in column_of:
            _add_lines(sheet, row_of[agent], column_of[day], said.split(", "))
    for one in handoff.on_call:
        if one.day in column_of:
            lines = page.says(tr(ON_CALL), one.times).split("\n")
            _add_lines(sheet, row_of[one.agent_id], column_of[one.day], lines)


def _add_lines(sheet: Worksheet, row: int, column: int, more: Sequence[str]) -> None:
    """Lines below what a cell says already."""
    cell, height = sheet.cell(row, column), sheet.row_dimensions[row]
    lines = [*filter(None, str(cell.value or "").split("\n")), *more]
    put(cell, "\n".join(lines))
    height.height = max(height.height or 0.0, LINE_POINTS * len(lines))


def _fill(sheet: Worksheet, row: int, column: int, text: str, fill: PatternFill) -> None:
    cell = sheet.cell(row, column)
    put(cell, text)
    cell.fill = fill


def family_fills(handoff: Handoff) -> dict[str, PatternFill]:
    """The colour of each shift family."""
    families = sorted(handoff.worked["family"].unique())
    return {name: PatternFill("solid", fgColor=_FAMILIES[n % len(_FAMILIES)]) for n, name in enumerate(families)}


def _grid_foot(sheet: Worksheet, page: _Page, by_day: pd.DataFrame, by_agent: pd.DataFrame) -> None:
    """People and paid hours of each day, and their sums."""
    first = _HEADER_ROWS + len(by_agent) + 1
    rows = ((tr(AT_WORK), "people", WHOLE, 1), (tr(PAID_HOURS), "paid_hours", HOURS, 2))
    for row, (label, name, form, place) in enumerate(rows, start=first):
        put(sheet.cell(row, 2), label)
        values = by_day[name].tolist()
        for column, value in enumerate(values, start=len(_LEFT) + 1):
            put(sheet.cell(row, column), value)
        put(sheet.cell(row, len(_LEFT) + len(page.days) + place), sum(values))
        for cell in sheet[row]:
            cell.font, cell.border, cell.number_format = BOLD, _TOTAL, form
            cell.alignment = Alignment(horizontal="left" if cell.column <= len(_LEFT) else "right")


def _staffing_foot(sheet: Worksheet, page: _Page, by_day: pd.DataFrame, people: int) -> None:
    """Needed, rostered, net and understaffed hours on queue of each day, where the need is known."""
    for row, name in enumerate(by_day.columns, start=_HEADER_ROWS + people + 3):
        put(sheet.cell(row, 2), tr(name))
        values = by_day[name].tolist()
        for column, value in enumerate(values, start=len(_LEFT) + 1):
            put(sheet.cell(row, column), value)
        for cell in sheet[row]:
            cell.border, cell.number_format = EDGE, SIGNED_HOURS if name == NET else HOURS
            cell.alignment = Alignment(horizontal="left" if cell.column <= len(_LEFT) else "right")


def _coverage_sheet(book: Workbook, handoff: Handoff) -> None:
    """Intervals by planning groups: required, rostered, net staffing; understaffed in red, overstaffed in blue."""
    sheet = book.create_sheet(tr("Coverage"))
    wide = coverage_table(handoff)
    shown = len(wide.columns) - 2
    head(sheet, wide.columns)
    forms = [DAY, TIME, *[PEOPLE, PEOPLE, SIGNED] * (shown // 3)]
    for row, values in enumerate(wide.itertuples(index=False, name=None), start=2):
        write(sheet, row, values, forms)
    last = len(wide) + 1
    for column in range(5, len(wide.columns) + 1, 3):
        cells = f"{get_column_letter(column)}2:{get_column_letter(column)}{max(last, 2)}"
        sheet.conditional_formatting.add(cells, CellIsRule(operator="lessThan", formula=["0"], fill=_SHORT))
        sheet.conditional_formatting.add(cells, CellIsRule(operator="greaterThan", formula=["0"], fill=_OVER))
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(wide.columns))}{last}"
    sheet.row_dimensions[1].height = 45
    widths(sheet, [18, 8, *[12] * shown])
    print_setup(sheet, title=handoff.title, subject=_period(tr("Coverage"), handoff.days), paper="A4", head_rows=1)


def coverage_table(handoff: Handoff) -> pd.DataFrame:
    """Local day and time, then three columns a group; an interval in which a group has no row is blank there.

    A time that the clock shows twice is text with its offset, "02:00 +01:00".
    """
    assert handoff.coverage is not None
    frame = handoff.coverage.frame
    words = {"required": tr("required"), "scheduled": tr("rostered"), "net": tr("net staffing")}
    wide = frame.pivot(index="interval_start", columns="planning_group", values=list(words)).sort_index()
    groups = sorted(frame["planning_group"].unique())
    local = wall_clock(wide.index.to_series(), handoff.timezone)
    table = {tr("day"): local.dt.date.to_numpy(dtype=object), tr("from"): _times(wide.index, handoff.timezone)}
    for group in groups:
        for name, word in words.items():
            table[f"{group}: {word}"] = wide[(name, group)].to_numpy(dtype=float)
    return pd.DataFrame(table)


def _times(instants: pd.Index, timezone: str) -> np.ndarray:
    """What the clock shows; with the offset where it shows the same twice."""
    local = pd.DatetimeIndex(instants).tz_convert(timezone)
    twice = local.tz_localize(None).duplicated(keep=False)
    pairs = zip(local, twice, strict=True)
    return np.array(
        [f"{at:%H:%M} {at.isoformat()[-6:]}" if double else at.time() for at, double in pairs], dtype=object
    )


def legend_sheet(book: Workbook, handoff: Handoff) -> None:
    """What codes and colours mean, and how the totals are counted."""
    sheet = book.create_sheet(tr("Legend"))
    head(
        sheet,
        (
            mark("code"),
            mark("shift"),
            mark("start"),
            mark("end"),
            "",
            mark("breaks"),
            mark("paid hours"),
            mark("cells"),
        ),
    )
    row = _legend_of_days_off(sheet, handoff, _legend_of_shifts(sheet, handoff, 2))
    on_call = (tr("{code}: on call, can be called in (standby.csv)", code=tr(ON_CALL)),) if handoff.on_call else ()
    for number, words in enumerate((*_explanations(), *on_call), start=row + 1):
        put(sheet.cell(number, 2), words)
    widths(sheet, [10, 22, 8, 8, 10, 60, 11, 8])
    print_setup(sheet, title=handoff.title, subject=tr("Legend"), paper="A4", head_rows=1)


def _legend_of_shifts(sheet: Worksheet, handoff: Handoff, first: int) -> int:
    """A row for each code; gives the row after them."""
    rows, fills = legend(handoff), family_fills(handoff)
    later = [{0: "", 1: tr("next day")}.get(days, tr("{days} days later", days=days)) for days in rows["days_later"]]
    names = ("code", "shift", "start_time", "end_time", "later", "breaks", "paid_hours", "times")
    columns = [rows.assign(later=later)[name] for name in names]
    for row, values in enumerate(zip(*columns, strict=True), start=first):
        write(sheet, row, values, ("", "", TIME, TIME, "", "", TWO, WHOLE))
        sheet.cell(row, 1).fill = fills[family_of(values[1])]
        sheet.cell(row, 6).alignment = Alignment(wrap_text=True, vertical="top")
    return first + len(rows)


def _legend_of_days_off(sheet: Worksheet, handoff: Handoff, first: int) -> int:
    kinds = pd.Series(list(handoff.days_off.values()), dtype=object).value_counts()
    for row, (kind, code) in enumerate(handoff.day_off_codes.items(), start=first):
        write(sheet, row, (code, kind or tr("time off")))
        put(sheet.cell(row, 8), int(kinds[kind]))
        sheet.cell(row, 1).fill = _OFF
    return first + len(handoff.day_off_codes)


def _explanations() -> tuple[str, ...]:
    begin, end = (f"{minute // 60 % 24:02d}:00" for minute in NIGHT_MINUTES)
    return (
        tr(
            "days: number of shifts, by start day; paid hours: hours of these shifts, without unpaid "
            "breaks and time off"
        ),
        tr(
            "nights: shifts with at least {NIGHT_HOURS} hours between {begin} and {end}",
            NIGHT_HOURS=f"{NIGHT_HOURS:g}",
            begin=begin,
            end=end,
        ),
        tr("weekends: weekends with a shift that starts on Saturday or Sunday"),
        tr("cells: number of cells with this code; required and rostered, on the sheet Coverage: agents on queue"),
        tr(
            "needed and rostered hours, under a day: agent hours on queue of all groups; net: rostered without needed"
        ),
        tr("understaffed hours: where too few are on queue; hours too many at another time do not make up for them"),
        tr(
            'to change the roster: write another shift ("day 09:00"), its times or off into a cell of Roster or Week,'
        ),
        tr("save as .xlsx, and staffplan import takes the changes into the plan"),
        tr(
            "lower-case letters: time off; grey: Saturday and Sunday; dark grey: closed; each colour is "
            "a shift family"
        ),
    )
