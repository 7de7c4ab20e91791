"""Results to pages: one self-contained HTML report, a workbook, and the pictures as files."""

from staffplan.report.data import ReportData
from staffplan.report.page import page_and_pictures, pictures, render_page
from staffplan.report.plots import (
    plot_daily_volume,
    plot_service_days,
    plot_service_week,
    plot_staffing,
    plot_waterfall,
    plot_week_volume,
    plot_weekday_heat,
)
from staffplan.report.roster_plots import plot_roster_day, plot_roster_grid
from staffplan.report.workbook import build_workbook

__all__ = [
    "ReportData",
    "build_workbook",
    "page_and_pictures",
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
]
