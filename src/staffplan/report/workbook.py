"""The report as a workbook: figures to sort, filter and copy. Nobody's text becomes a formula."""

from __future__ import annotations

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment

from staffplan.report import summaries
from staffplan.report.candour import CANDOUR, candour
from staffplan.report.data import ReportData
from staffplan.report.handoff import Handoff
from staffplan.report.headline import cards, decisions, plan_words
from staffplan.report.ledgers import TOTAL_LINE
from staffplan.report.roster_days import days_sheet
from staffplan.report.roster_grid import legend_sheet, overview_sheets
from staffplan.report.sheets import (
    BOLD,
    DAY,
    MOMENT,
    ONE,
    PERCENT,
    TWO,
    WHOLE,
    Sheet,
    head,
    same_bytes,
    table,
    widths,
    write,
)
from staffplan.tables.wishes import Fairness
from staffplan.words import mark, speaking, tr


def build_workbook(data: ReportData) -> bytes:
    """The whole workbook as bytes."""
    with speaking(data.language):
        return _book(data)


def _book(data: ReportData) -> bytes:
    book = Workbook()
    book.remove(book.active)
    _summary(book, data)
    table(book, tr("Forecast"), _forecast(data), _FORECAST)
    table(book, tr("Requirement"), _localised(data.requirement.frame, data), _REQUIREMENT)
    table(book, tr("Coverage"), _localised(data.coverage.frame, data), _COVERAGE)
    _roster(book, data)
    table(book, tr("Fairness"), (data.fairness or Fairness.empty()).frame, _FAIRNESS)
    _cost(book, data)
    table(book, tr("Candour"), candour(data), CANDOUR)
    _notes(book, data)
    return same_bytes(book)


_FORECAST: tuple[Sheet, ...] = (
    ("day", mark("day"), DAY),
    ("queue", mark("queue"), ""),
    ("offered", mark("contacts"), ONE),
    ("workload_hours", mark("workload, h"), ONE),
    ("aht_seconds", mark("handling time (AHT), s"), WHOLE),
)
_REQUIREMENT: tuple[Sheet, ...] = (
    ("local", mark("start (local)"), MOMENT),
    ("planning_group", mark("planning group"), ""),
    ("offered", mark("contacts"), ONE),
    ("aht_seconds", mark("handling time (AHT), s"), WHOLE),
    ("load_erlangs", mark("load, erlangs"), TWO),
    ("agents_required", mark("base agents"), WHOLE),
    ("agents_on_queue", mark("agents on queue"), WHOLE),
    ("agents_scheduled", mark("agents on duty"), WHOLE),
    ("service_level", mark("service level (model)"), PERCENT),
    ("occupancy", mark("occupancy (model)"), PERCENT),
    ("model", mark("model"), ""),
)
_COVERAGE: tuple[Sheet, ...] = (
    ("local", mark("start (local)"), MOMENT),
    ("planning_group", mark("planning group"), ""),
    ("required", mark("required on queue"), WHOLE),
    ("scheduled", mark("rostered on queue"), WHOLE),
    ("net", mark("net staffing"), "+#,##0;-#,##0;0"),
    ("offered", mark("contacts"), ONE),
    ("service_level", mark("service level (simulated)"), PERCENT),
    ("asa_seconds", mark("average wait, s"), ONE),
    ("occupancy", mark("occupancy"), PERCENT),
    ("abandon_rate", mark("abandoned"), PERCENT),
)
_COST: tuple[Sheet, ...] = (
    ("period", mark("period"), ""),
    ("ledger", mark("ledger"), ""),
    ("position", mark("order"), WHOLE),
    ("line", mark("line"), ""),
    ("planning_group", mark("planning group"), ""),
    ("hours", mark("hours"), TWO),
    ("amount", mark("amount"), TWO),
    ("currency", mark("currency"), ""),
    ("quantity", mark("quantity"), TWO),
    ("unit", mark("unit"), ""),
    ("source", mark("source"), ""),
)
_FAIRNESS: tuple[Sheet, ...] = (
    ("agent_id", mark("agent"), ""),
    ("name", mark("name"), ""),
    ("what", mark("what"), ""),
    ("count", mark("count"), WHOLE),
    ("of", mark("wished for"), WHOLE),
    ("fair_share", mark("fair share"), TWO),
    ("carried_in", mark("from previous period"), TWO),
    ("carried_out", mark("carried forward"), TWO),
)
_NOTES: tuple[Sheet, ...] = (
    ("kind", mark("kind"), ""),
    ("step", mark("step"), ""),
    ("place", mark("subject"), ""),
    ("message", mark("note"), ""),
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
    sums = rows.groupby(["day", "queue"], as_index=False).sum()
    return sums.assign(aht_seconds=sums["workload_hours"] * 3600 / sums["offered"].where(sums["offered"] > 0))


def _localised(frame: pd.DataFrame, data: ReportData) -> pd.DataFrame:
    local = frame["interval_start"].dt.tz_convert(data.site.calendar.timezone).dt.tz_localize(None)
    return frame.assign(local=local)


def _summary(book: Workbook, data: ReportData) -> None:
    groups = summaries.group_table(data)
    sheet = book.create_sheet(tr("Summary"))
    head(sheet, ["item", "value", "detail"])
    rows = [("plan", data.title, "")]
    rows += [(card.label, card.value, card.detail) for card in cards(data, groups)]
    rows += [("summary", plan_words(data, groups), "")]
    rows += [
        (tr("decision {number}", number=number), text, "")
        for number, text in enumerate(decisions(data, groups), start=1)
    ]
    rows += [("changed by hand", name, "") for name in data.changed_by_hand]
    rows += [(tr("source file"), file, sha) for file, sha in data.provenance]
    for number, row in enumerate(rows, start=2):
        write(sheet, number, row)
        sheet.cell(number, 1).font = BOLD
        sheet.cell(number, 2).alignment = Alignment(wrap_text=True, vertical="top")
    widths(sheet, [20, 90, 44])


def _roster(book: Workbook, data: ReportData) -> None:
    """The same grid and legend that a roster is handed off with."""
    days = summaries.planned_days(data)
    first, last = (days[0], days[-1]) if days else (None, None)
    zone, cover = data.site.calendar.timezone, data.coverage
    handoff = Handoff(data.roster, zone, data.title, cover, first_day=first, last_day=last)
    overview_sheets(book, handoff)
    days_sheet(book, handoff)
    legend_sheet(book, handoff)


def _cost(book: Workbook, data: ReportData) -> None:
    sheet = table(book, tr("Cost"), data.cost.frame, _COST)
    for number, line in enumerate(data.cost.frame["line"], start=2):
        if line in TOTAL_LINE.values():
            for cell in sheet[number]:
                cell.font = BOLD


def _notes(book: Workbook, data: ReportData) -> None:
    rows = [{"kind": n.kind, "step": n.step, "place": n.place, "message": n.message} for n in data.notes]
    sheet = table(book, tr("Notes"), pd.DataFrame(rows, columns=[name for name, _, _ in _NOTES]), _NOTES)
    sheet.column_dimensions["D"].width = 110
