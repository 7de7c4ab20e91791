"""The rows of an updated forecast: what came, and what is expected of the rest, bounds included."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.forecast.bands.counts import count_quantile
from staffplan.forecast.history.series import Flags, Floats

ACTUAL = "actual"
"""The method of rows that hold what came."""
UPDATED = "+intraday"
"""Ends the method of rows that were updated."""
BOUNDS = {"offered_p10": 0.1, "offered_p90": 0.9, "offered_p025": 0.025, "offered_p975": 0.975}
WIDTH_95 = 2 * 1.959964
"""A normal 95 % interval in standard deviations."""


def is_updated(methods: pd.Series) -> Flags:
    """(rows,): rows that an earlier update has replaced or changed."""
    return np.asarray((methods == ACTUAL) | methods.str.endswith(UPDATED), dtype=bool)


def with_actuals(planned: pd.DataFrame, known: Flags, came: Floats, aht_seconds: Floats) -> pd.DataFrame:
    """The rows (`known`) that are over, as they were; the handling time stays the forecast's where none is known. All
    arrays: (rows,)."""
    frame = planned.copy()
    for name in ("offered", *BOUNDS):
        frame[name] = np.where(known, came, frame[name])
    frame["aht_seconds"] = np.where(known & np.isfinite(aht_seconds), aht_seconds, frame["aht_seconds"])
    frame["method"] = np.where(known, ACTUAL, frame["method"])
    return frame


def with_updates(frame: pd.DataFrame, to_come: Flags, factor: Floats, left: Floats) -> pd.DataFrame:
    """The rows `to_come` times `factor`; their bounds move as the negative binomial's quantiles do.

    Its dispersion is what the given bounds imply, times the share of variance `left`: where nothing is learnt the
    bounds stay as they are. All arrays: (rows,).
    """
    offered = frame["offered"].to_numpy()
    changed = to_come & (offered > 0) & ((factor != 1) | (left != 1))
    frame = frame.copy()
    if changed.any():
        rows = frame[changed]
        moved = _moved(rows, factor[changed], left[changed])
        for name, values in moved.items():
            frame.loc[changed, name] = np.maximum(values, 0.0)
    return frame


def _moved(frame: pd.DataFrame, factor: Floats, left: Floats) -> dict[str, Floats]:
    """Contacts and bounds, (rows,) each, of rows that change."""
    old = np.maximum(frame["offered"].to_numpy(), 1e-12)
    new, dispersion = old * factor, _implied_dispersion(frame, old)
    moved = {
        name: frame[name].to_numpy()
        + count_quantile(share, new, new + dispersion * left * new**2)
        - count_quantile(share, old, old + dispersion * old**2)
        for name, share in BOUNDS.items()
    }
    low, high = np.minimum(moved["offered_p10"], new), np.maximum(moved["offered_p90"], new)
    return {
        "offered": new,
        "offered_p10": low,
        "offered_p90": high,
        "offered_p025": np.minimum(moved["offered_p025"], low),
        "offered_p975": np.maximum(moved["offered_p975"], high),
    }


def _implied_dispersion(frame: pd.DataFrame, mean: Floats) -> Floats:
    """(rows,): alpha of variance = mean + alpha mean^2, from the width of the 95 % bounds."""
    deviation = (frame["offered_p975"] - frame["offered_p025"]).to_numpy() / WIDTH_95
    return np.asarray(np.maximum((deviation**2 - mean) / mean**2, 0.0))
