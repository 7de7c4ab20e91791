"""Results to pages: one self-contained HTML report, a workbook, the pictures, and the roster to hand off."""

from staffplan.report.plain import mpl as _before_anything_else_imports_it  # noqa: F401

# isort: split
from staffplan.report.data import ReportData
from staffplan.report.folder import report_pages
from staffplan.report.handoff import Handoff
from staffplan.report.page import pictures, render_page
from staffplan.report.plots import (
    plot_daily_volume,
    plot_service_days,
    plot_service_week,
    plot_staffing,
    plot_waterfall,
    plot_week_volume,
    plot_weekday_heat,
)
from staffplan.report.roster_calendar import calendars
from staffplan.report.roster_grid import build_roster_workbook
from staffplan.report.roster_json import build_roster_json
from staffplan.report.roster_mark import mark_of
from staffplan.report.roster_plots import plot_roster_day, plot_roster_grid
from staffplan.report.workbook import build_workbook

__all__ = [
    "Handoff",
    "ReportData",
    "build_roster_json",
    "build_roster_workbook",
    "build_workbook",
    "calendars",
    "mark_of",
    "pictures",
    "plot_daily_volume",
    "plot_roster_day",
    "plot_roster_grid",
    "plot_service_days",
    "plot_service_week",
    "plot_staffing",
    "plot_waterfall",
    "plot_week_volume",
    "plot_weekday_heat",
    "render_page",
    "report_pages",
]
