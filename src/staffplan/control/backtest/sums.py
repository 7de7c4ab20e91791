"""The periods together: differences between the stacks with their standard errors, and one sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.tables.backtest import PlanBacktest, StackDifference

MEASURES = ("days_kept", "service_level", "asa_seconds", "abandon_rate", "on_queue_hours", "paid_hours", "cost")
OWN = "staffplan"


def difference_table(found: PlanBacktest) -> StackDifference:
    """staffplan less each other stack, period by period: the mean, and its standard error."""
    own = found.frame[found.frame["stack"] == OWN].set_index("period_start")
    rows = []
    for stack, other in found.frame[found.frame["stack"] != OWN].groupby("stack"):
        apart = (own[list(MEASURES)] - other.set_index("period_start")[list(MEASURES)]).astype(float)
        for measure in MEASURES:
            values = apart[measure].dropna().to_numpy()
            if len(values):
                error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
                row = {"stack": stack, "measure": measure, "periods": len(values), "difference": values.mean()}
                rows.append({**row, "standard_error": error})
    return StackDifference.of(pd.DataFrame(rows, columns=[column.name for column in StackDifference.columns]))


def sentence(found: PlanBacktest, differences: StackDifference, currency: str) -> str:
    """What the backtest says, with the doubt that so few periods leave."""
    frame = found.frame
    own, usual = (frame[frame["stack"] == stack] for stack in (OWN, "usual"))
    promised, number = own["days_promised"].sum(), f"{len(own)} {'period' if len(own) == 1 else 'periods'}"
    kept = [f"{rows['days_kept'].sum():.0f}" for rows in (own, usual)]
    rows = differences.frame[differences.frame["stack"] == "usual"]
    by_measure = {row["measure"]: (row["difference"], row["standard_error"]) for row in rows.to_dict("records")}
    days, money = (_with_error(*by_measure[name], form) for name, form in (("days_kept", "+.1f"), ("cost", "+,.0f")))
    return (
        f"Over {number} staffplan keeps {kept[0]} of {promised:.0f} days of planning groups, "
        f"the usual way {kept[1]}: {days} days and {money} {currency} a period."
    )


def _with_error(difference: float, error: float, form: str) -> str:
    doubt = "" if np.isnan(error) else f" (standard error {error:{form.lstrip('+')}})"
    return f"{difference:{form}}{doubt}"
