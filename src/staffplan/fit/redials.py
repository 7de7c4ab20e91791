"""How many of those who hung up call again soon, where the log knows its customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.fit.estimates import Estimate, Flags, share_of


def next_arrivals(calls: pd.DataFrame) -> pd.Series:
    """When the customer of each call called next, whichever queue; NaT where there is none, or no customer."""
    ordered = calls.loc[calls["customer"] != "", ["customer", "arrival", "row"]].sort_values(["arrival", "row"])
    return ordered.groupby("customer")["arrival"].shift(-1).reindex(calls.index)


def redials_of(calls: pd.DataFrame, mine: Flags, redial_minutes: float) -> list[Estimate]:
    """For the calls flagged `mine`, of a log with `next_arrival`: the share followed by another call soon.

    Calls within `redial_minutes` of the log's end are left out: nobody knows what came after. Who was answered calls
    again too: the second share tells how much of the first is no redial. `mine`: (calls,).
    """
    counted = (calls["customer"] != "").to_numpy(dtype=bool) & mine
    if not counted.any():
        return []
    window = pd.Timedelta(minutes=redial_minutes)
    again = (calls["next_arrival"] - calls["arrival"] <= window).to_numpy(dtype=bool)
    counted &= (calls["arrival"] <= calls["arrival"].max() - window).to_numpy(dtype=bool)
    answered = calls["answered"].to_numpy(dtype=bool)
    told = f"with another call of the same customer within {redial_minutes:g} min"
    return [
        share_of("redial_share", *_hits(again, counted & ~answered), f"hung up, {told}"),
        share_of("recall_share", *_hits(again, counted & answered), f"answered, {told}"),
    ]


def _hits(again: Flags, among: Flags) -> tuple[int, int]:
    return int(np.count_nonzero(again & among)), int(np.count_nonzero(among))
