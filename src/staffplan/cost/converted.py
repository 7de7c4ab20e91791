"""A whole cost report in another currency, for plans that are added up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.cost.exact import half_up
from staffplan.cost.lines import TOTAL
from staffplan.cost.standby import CALL_OUT, STANDBY
from staffplan.settings.cost import ExchangeRate
from staffplan.tables.cost import CostReport

LOADED = "loaded cost"
KEY = ["period", "planning_group", "line"]
BRIDGE = {
    "base pay": ("base pay",),
    "premiums": ("premium: ",),
    "standby": (STANDBY, CALL_OUT),
    "on-costs": ("on-cost: ",),
    "other costs": ("other: ",),
}
"""What the lines of the cost begin with that a line of the bridge adds up."""


def report_in(report: CostReport, rate: ExchangeRate, currency: str) -> CostReport:
    """The report in a currency, of which `rate` gives units for one of the report's own.

    Each line of a month and planning group is converted by itself, a half cent up; all other amounts are sums of
    these, prices of a unit are converted as they are. The ledger "currency" is left out: it tells of others
    than the report's own.
    """
    frame = report.frame[report.frame["ledger"] != "currency"].reset_index(drop=True)
    cents = [None if pd.isna(amount) else half_up(round(amount * 100) * rate.exact) for amount in frame["amount"]]
    one_by_one = pd.Series([np.nan if value is None else value / 100 for value in cents], index=frame.index)
    sums = _sums(frame.assign(amount=one_by_one))
    in_ledger = frame["ledger"].isin(["cost", "bridge"]) & frame["amount"].notna()
    keys = pd.MultiIndex.from_frame(frame[KEY])
    amounts = np.where(in_ledger, sums.reindex(keys).to_numpy(), one_by_one)
    named = np.where(frame["amount"].notna(), currency, "")
    return CostReport.of(frame.assign(amount=amounts, currency=named), report.source)


def _sums(frame: pd.DataFrame) -> pd.Series:
    """Amounts of the ledgers of cost and bridge by period, group and line, each the sum of what a month and group
    has."""
    leaf = (frame["ledger"] == "cost") & (frame["period"] != TOTAL) & (frame["planning_group"] != "")
    rows = frame[leaf & (frame["line"] != LOADED)][[*KEY, "amount"]]
    named = [rows.assign(line=LOADED)]
    for line, starts in BRIDGE.items():
        if starts != (line,):
            named.append(rows[rows["line"].str.startswith(starts)].assign(line=line))
    every = pd.concat([rows, *named])
    every = pd.concat([every, every.assign(period=TOTAL)])
    every = pd.concat([every, every.assign(planning_group="")])
    return every.groupby(KEY)["amount"].sum().round(2)
