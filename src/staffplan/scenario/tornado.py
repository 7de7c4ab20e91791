"""What moves the cost of a year most: each change by itself, the widest bar first."""

from __future__ import annotations

import pandas as pd

from staffplan.scenario.compare import COST_A_YEAR, Comparison
from staffplan.tables.scenario import Tornado


def tornado(compared: Comparison) -> Tornado:
    """A bar for each scenario of one change, from the base to it, and for each set from its low to its high case.

    Scenarios of several changes are left out: a bar shows one thing at a time.
    """
    rows: dict[str, dict[str, object]] = {}
    for name, one in compared.scenarios.items():
        if one.set is None and len(one.changes) > 1:
            continue
        (cost,) = (delta for delta in compared.found[name] if delta.measure == COST_A_YEAR)
        row = rows.setdefault(one.set or name, {"bar": one.set or name, "is_distinct": "no"})
        row[one.level or "expected"] = cost.delta
        if cost.is_distinct:
            row["is_distinct"] = "yes"
    frame = pd.DataFrame(list(rows.values()), columns=["bar", "low", "expected", "high", "is_distinct"])
    ends = frame[["low", "expected", "high"]].astype(float)
    frame = frame.assign(**ends, first=ends.min(axis=1).clip(upper=0.0), last=ends.max(axis=1).clip(lower=0.0))
    frame = frame.assign(width=frame["last"] - frame["first"]).sort_values(
        ["width", "bar"], ascending=[False, True], ignore_index=True
    )
    return Tornado.of(frame.assign(position=[float(n) for n in range(1, len(frame) + 1)]))
