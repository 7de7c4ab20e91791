"""The days of a roster in a workbook: people, paid hours, needed and rostered hours, with a chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from staffplan.clock import local_dates
from staffplan.report.handoff import Handoff, day_totals
from staffplan.report.sheets import DAY, TWO, WHOLE, Sheet, print_setup, table
from staffplan.tables.roster_book import AT_WORK, NEEDED, NET, PAID_HOURS, ROSTERED, SHORT
from staffplan.words import mark, tr

COLUMNS: tuple[Sheet, ...] = (
    ("day", mark("day"), DAY),
    ("people", AT_WORK, WHOLE),
    ("paid_hours", PAID_HOURS, TWO),
    (NEEDED, NEEDED, TWO),
    (ROSTERED, ROSTERED, TWO),
    (NET, NET, TWO),
    (SHORT, SHORT, TWO),
)
KNOWN = 3
"""Columns that are known without the coverage."""
CHART_CM, CHART_ROWS, CHART_TO = (26.0, 9.0), 21, "I"
"""Its size, and the rows and columns that it covers."""
ONE_PAGE = 35
"""Days that fit on a page with the chart."""


def staffed_hours(handoff: Handoff, days: Sequence[date]) -> pd.DataFrame:
    """Agent hours on queue of each day: needed, rostered, net, and understaffed, in which hours too many at another
    time or in another group do not count. No columns where the coverage is not known."""
    if handoff.coverage is None or handoff.coverage.frame.empty:
        return pd.DataFrame(index=list(days))
    frame = handoff.coverage.frame
    starts = pd.DatetimeIndex(frame["interval_start"])
    hours = starts.unique().sort_values().diff().min() / pd.Timedelta(hours=1)
    by_day = pd.DataFrame(
        {
            NEEDED: frame["required"] * hours,
            ROSTERED: frame["scheduled"] * hours,
            NET: frame["net"] * hours,
            SHORT: (-frame["net"]).clip(lower=0) * hours,
        }
    ).groupby(local_dates(starts, handoff.timezone))
    return by_day.sum().reindex(list(days)).fillna(0.0).round(6)


def days_sheet(book: Workbook, handoff: Handoff) -> None:
    """A row for each day, and a chart of rostered and, where they are known, needed hours; nothing without days."""
    days = handoff.days
    if not days:
        return
    hours = staffed_hours(handoff, days)
    frame = day_totals(handoff.worked, days).join(hours).rename_axis("day").reset_index()
    columns = COLUMNS if len(hours.columns) else COLUMNS[:KNOWN]
    sheet = table(book, mark("Days"), frame, columns)
    print_setup(sheet, title=handoff.title, subject=tr("Days"), paper="A4", head_rows=1)
    last = len(frame) + 1
    _chart(sheet, last, is_needed_known=bool(len(hours.columns)))
    sheet.page_setup.fitToHeight = 1 if len(days) <= ONE_PAGE else 0
    sheet.print_area = f"A1:{CHART_TO}{last + CHART_ROWS}"


def _chart(sheet: Worksheet, last: int, *, is_needed_known: bool) -> None:
    bars = BarChart()
    bars.title, bars.y_axis.title = tr("Hours on queue") if is_needed_known else tr("Paid hours"), tr("hours")
    first = COLUMNS.index((ROSTERED, ROSTERED, TWO)) + 1 if is_needed_known else KNOWN
    bars.add_data(Reference(sheet, min_col=first, min_row=1, max_row=last), titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    bars.series[0].graphicalProperties.solidFill = "A9D8F4"
    if is_needed_known:
        line = LineChart()
        line.add_data(Reference(sheet, min_col=first - 1, min_row=1, max_row=last), titles_from_data=True)
        line.series[0].graphicalProperties.line.solidFill = "B3402A"
        line.series[0].smooth = False
        bars += line
    bars.x_axis.number_format, bars.y_axis.number_format = "d mmm", "0"
    bars.x_axis.delete = bars.y_axis.delete = False
    bars.legend.position = "b"
    bars.width, bars.height = CHART_CM
    sheet.add_chart(bars, f"A{last + 2}")
