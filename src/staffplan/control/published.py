"""What is published of a plan: its forecast with the overrides apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffplan.forecast.overrides import BOUNDS, moved_bound
from staffplan.tables.forecast import OverrideLog, VolumeForecast
from staffplan.tables.ledger import OVERRIDE, STATISTICAL, PublishedForecast

KEY = ["queue", "interval_start"]
AHT = "aht_seconds"


def published_forecast(forecast: VolumeForecast, log: OverrideLog | None) -> PublishedForecast:
    """The forecast with what it was before each override. The last row of an interval is the forecast as it stands,
    also where its file was edited by hand after the overrides."""
    final = forecast.frame.assign(source=STATISTICAL, override=0.0, who="", why="")
    edits = (log or OverrideLog.empty()).frame.merge(final[KEY], on=KEY).sort_values([*KEY, "override"])
    if edits.empty:
        return PublishedForecast.of(final)
    first = edits.groupby(KEY)
    before = pd.DataFrame({"offered": first["offered_before"].first(), AHT: first["aht_seconds_before"].first()})
    rows = final.drop(columns=["source", "override", "who", "why"]).merge(
        edits[[*KEY, "override", "offered_after", "aht_seconds_after", "who", "why"]], on=KEY
    )
    is_last = ~rows.duplicated(KEY, keep="last")
    rows["wanted"] = np.where(is_last, rows["offered"], rows["offered_after"])
    rows[AHT] = np.where(is_last, rows[AHT], rows["aht_seconds_after"].fillna(rows[AHT]))
    plain = final.merge(before.reset_index(), on=KEY, how="left", suffixes=("", "_before"))
    plain["wanted"] = plain["offered_before"].fillna(plain["offered"])
    plain[AHT] = plain["aht_seconds_before"].fillna(plain[AHT])
    both = [_moved(plain), _moved(rows.assign(source=OVERRIDE))]
    return PublishedForecast.of(pd.concat(both, ignore_index=True)[list(final.columns)])


def _moved(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `wanted` as their mean, and the bounds moved with it."""
    before, after = (rows[name].to_numpy(dtype=float) for name in ("offered", "wanted"))
    bounds = {name: moved_bound(rows[name].to_numpy(dtype=float), before, after, at) for name, at in BOUNDS.items()}
    return rows.assign(**bounds, offered=after)
