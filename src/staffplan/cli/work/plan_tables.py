"""Tables of a plan as a person reads them on a terminal: what it costs, how the days went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from staffplan.plan.text import percent, text_table
from staffplan.tables.cost import CostReport
from staffplan.tables.waits import DayService

MOST_PERIODS = 6
"""Months side by side; of more the whole plan is shown alone."""
TOTAL = "total"
MISSED = "missed"


def cost_text(report: CostReport) -> str:
    """Hours, cost and unit costs of the whole site by month, and the loaded cost of each group."""
    frame = report.frame
    months = sorted(set(frame["period"]) - {TOTAL})
    periods = [*months, TOTAL] if len(months) <= MOST_PERIODS else [TOTAL]
    whole, currency = frame[frame["planning_group"] == ""], _currency(frame)
    groups = frame[(frame["line"] == "loaded cost") & (frame["ledger"] == "cost") & (frame["planning_group"] != "")]
    parts = [
        _part(whole[whole["ledger"] == "hours"], "hours", "hours", periods, ",.1f"),
        _part(whole[whole["ledger"] == "cost"], f"cost, {currency}", "amount", periods, ",.2f"),
        _part(groups.assign(line=groups["planning_group"]), f"loaded cost, {currency}", "amount", periods, ",.2f"),
        _part(whole[whole["ledger"] == "unit"], f"unit cost, {currency}", "amount", periods, ",.2f"),
    ]
    return "\n\n".join(part for part in parts if part)


def _currency(frame: pd.DataFrame) -> str:
    return next((str(one) for one in frame["currency"] if one), "")


def _part(rows: pd.DataFrame, title: str, column: str, periods: list[str], form: str) -> str:
    """Lines by period; a line that is nothing everywhere is left out."""
    if rows.empty:
        return ""
    values = rows.pivot_table(index="line", columns="period", values=column, aggfunc="sum", sort=False)
    values = values.reindex(columns=periods)
    lines = [
        (str(line), *("" if pd.isna(value) else format(value, form) for value in row))
        for line, row in zip(values.index, values.to_numpy(dtype=float), strict=True)
        if (pd.Series(row).fillna(0).abs() >= 0.005).any()
    ]
    return text_table(lines, (title, *periods), right=range(1, len(periods) + 1))


def days_text(service: DayService) -> str:
    """Each day of each group: contacts, service level against its goal, waits, hours that are missing or over."""
    header = ("day", "group", "contacts", "service level", "goal", "", "average wait", "understaffed", "overstaffed")
    return text_table(list(_days(service.frame)), header, right=(2, 3, 4, 6, 7, 8))


def _days(frame: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    row: Any
    for row in frame.itertuples():
        yield (
            f"{row.day:%a %d %b}",
            str(row.planning_group),
            f"{row.offered:,.0f}",
            "" if pd.isna(row.service_level) else percent(row.service_level),
            "" if pd.isna(row.goal) else percent(row.goal, 0),
            {"yes": "kept", "no": MISSED}.get(str(row.kept), str(row.kept)),
            _duration(row.asa_seconds),
            f"{row.understaffed_hours:,.1f} h",
            f"{row.overstaffed_hours:,.1f} h",
        )


def _duration(seconds: float | None) -> str:
    """ "8 s", "3 min", "8 h 27 min"."""
    if seconds is None or seconds != seconds:
        return ""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"
