"""The tables behind the money: ledgers of the whole plan, and the waterfalls that add up to their totals."""

from __future__ import annotations

import math

import pandas as pd

from staffplan.report.data import ReportData
from staffplan.tables.cost import CostReport
from staffplan.words import mark, tr

TOTAL_LINE = {"hours": "paid hours", "cost": "loaded cost"}
"""The line to which the other lines of a ledger add up."""
BRIDGE_SUMS = ("base staff", "on queue", "paid hours")
"""Lines of the bridge that are the sum of the hours before them."""
MEMO = "memo:"
_LINES = (
    mark("absence"),
    mark("base pay"),
    mark("base staff"),
    mark("breaks"),
    mark("breaks and meals"),
    mark("contact"),
    mark("contacts"),
    mark("cover for shrinkage, whole people"),
    mark("handling contacts"),
    mark("idle by design"),
    mark("loaded cost"),
    mark("meetings"),
    mark("meetings and training"),
    mark("memo: understaffing on the line"),
    mark("on queue"),
    mark("on-costs"),
    mark("other costs"),
    mark("overstaffing"),
    mark("paid hours"),
    mark("paid time off"),
    mark("per contact handled"),
    mark("per contact offered"),
    mark("per productive hour"),
    mark("meals"),
    mark("per contact answered"),
    mark("per handled hour"),
    mark("rounding to whole people"),
    mark("beyond the forecast's days"),
    mark("premiums"),
    mark("queueing buffer and minimum staff"),
    mark("roster fit: too few"),
    mark("roster fit: too many"),
    mark("served several at once"),
    mark("standby"),
    mark("training"),
    mark("workload"),
)
"""Lines of cost.csv as the pages say them; names of the site's own come behind one of _NAMED."""
_NAMED = (
    mark("shrinkage: "),
    mark("premium: "),
    mark("standby: "),
    mark("call-outs: "),
    mark("on-cost: "),
    mark("cost: "),
    mark("memo: "),
    mark("per contact: channel "),
)
_VALUE = {"hours": "hours", "cost": "amount"}
_NUMBERS = ["hours", "amount", "quantity"]


def line_words(line: str) -> str:
    """A line of cost.csv in the language spoken."""
    begins = next((start for start in _NAMED if line.startswith(start) and line not in _LINES), "")
    return tr(begins) + tr(line.removeprefix(begins))


def ledger(cost: CostReport, name: str) -> pd.DataFrame:
    """Lines of one ledger over the whole plan and all groups, in the table's order.

    A ledger that has lines for the plan as a whole (planning_group blank, with their own total) shows those;
    one that has only lines by group shows their sums.
    """
    rows = whole_plan(cost, name)
    overall = rows[rows["planning_group"] == ""]
    if len(overall) == 0 or (name in TOTAL_LINE and not (overall["line"] == TOTAL_LINE[name]).any()):
        grouped = rows.groupby("line", sort=False)
        sums = grouped[_NUMBERS].sum(min_count=1)
        words = grouped[["unit", "currency", "source"]].first()
        return sums.join(words).reset_index()
    return overall.drop(columns=["period", "ledger", "planning_group"]).reset_index(drop=True)


def whole_plan(cost: CostReport, name: str) -> pd.DataFrame:
    """Lines of one ledger for the period "total", every planning group kept apart."""
    frame = cost.frame
    return frame[(frame["ledger"] == name) & (frame["period"] == "total")].reset_index(drop=True)


def total_of(cost: CostReport, name: str) -> float:
    """The ledger's total line; NaN where the ledger is empty."""
    lines = ledger(cost, name)
    total = lines.loc[lines["line"] == TOTAL_LINE[name], _VALUE[name]]
    return float(total.iloc[0]) if len(total) else math.nan


def waterfall(cost: CostReport, name: str) -> pd.DataFrame:
    """Steps of "bridge", "hours" or "cost" up to their total: `line`, `change`, `bottom`, `top`, `is_total`.

    The bridge is that of the hours, from the workload to the hours paid; its sums on the way are totals too. Steps of
    zero are left out, and so are memo lines, which stand beside the sum.
    """
    value = "amount" if name == "cost" else "hours"
    lines = ledger(cost, name).dropna(subset=[value])
    lines = lines[~lines["line"].str.startswith(MEMO)]
    if name == "bridge":
        lines = lines[lines["amount"].isna()]
    totals = BRIDGE_SUMS if name == "bridge" else (TOTAL_LINE[name],)
    rows, running = [], 0.0
    for line, change in zip(lines["line"], lines[value].astype(float), strict=True):
        if line in totals:
            running = 0.0
        elif change == 0:
            continue
        rows.append((line, change, running, running + change, line in totals))
        running += change
    return pd.DataFrame(rows, columns=["line", "change", "bottom", "top", "is_total"])


def paid_hours(data: ReportData) -> float:
    """Hours paid, time off included, as the ledger has them; without a ledger those of the shifts."""
    ledger_hours = total_of(data.cost, "hours")
    return float(data.roster.shifts.frame["paid_hours"].sum()) if math.isnan(ledger_hours) else ledger_hours


def cost_per_queue_hour(data: ReportData) -> float:
    """Loaded cost of an hour that a customer can see: the whole cost over the hours rostered on queue."""
    hours = float(data.coverage.frame["scheduled"].sum()) * data.site.calendar.interval_minutes / 60
    return total_of(data.cost, "cost") / hours if hours > 0 else math.nan


def cost_per_contact(data: ReportData) -> float:
    """Loaded cost over contacts expected."""
    contacts = float(data.forecast.frame["offered"].sum())
    return total_of(data.cost, "cost") / contacts if contacts > 0 else math.nan
