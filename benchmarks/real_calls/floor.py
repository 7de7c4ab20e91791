"""The floor: the volume of every half-hour known, no shifts, and the fewest agent hours that meet each day's goal.

By Erlang A, with what the past says of patience and handling times. No half-hour has a goal of its own: the agents of
a day stand where, by one price of an agent, they bring most calls in time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from real_calls.product import Planner
from staffplan.settings.staffing import StaffingSettings
from staffplan.staffing.worth_by_method import worth_by_method
from staffplan.tables.forecast import VolumeForecast

HALVINGS = 40
"""Of the price of an agent; it is in calls a half-hour, so that far fewer would do."""


def floor_heads(planner: Planner, offered: pd.DataFrame, goal: float) -> pd.Series:
    """Agents of every half-hour, by its start. `offered`: interval_start, queue, offered of the month itself."""
    known, site = with_volumes(planner.forecast, offered), planner.site(goal)
    staffing = StaffingSettings(method="erlang-a")
    curves = worth_by_method(known, staffing, planner.simulation, site=site).frame
    in_time = curves.assign(calls=curves["offered"] * curves["in_time"])
    table = in_time.pivot(index="interval_start", columns="agents", values="calls").ffill(axis=1)
    wanted = goal * curves.groupby("interval_start")["offered"].first()
    day = pd.DatetimeIndex(table.index).normalize()
    heads = [fewest_heads(own.to_numpy(), wanted[own.index].sum()) for _, own in table.groupby(day)]
    return pd.Series(np.concatenate(heads), index=table.index)


def with_volumes(forecast: VolumeForecast, offered: pd.DataFrame) -> VolumeForecast:
    """The forecast with these contacts, which are certain; 0 where they have no row."""
    rows = forecast.frame.drop(columns="offered").merge(offered, on=["interval_start", "queue"], how="left")
    rows = rows.fillna({"offered": 0.0})
    return VolumeForecast.of(rows.assign(**{n: rows["offered"] for n in rows.columns if n.startswith("offered_p")}))


def fewest_heads(in_time: np.ndarray, wanted: float) -> np.ndarray:
    """(half-hours,): agents that bring `wanted` contacts in time on one day, if any number does.

    `in_time`, (half-hours, agents): contacts in time with 0, 1, ... agents.
    """
    rows, low, high = np.arange(len(in_time)), 0.0, float(in_time.max())
    for _ in range(HALVINGS):
        price = (low + high) / 2
        enough = in_time[rows, _best_at(price, in_time)].sum() >= wanted
        low, high = (price, high) if enough else (low, price)
    heads, more = _best_at(high, in_time), _best_at(low, in_time)
    short, gain = wanted - in_time[rows, heads].sum(), in_time[rows, more] - in_time[rows, heads]
    order = np.argsort(-gain, kind="stable")
    needed = order[np.cumsum(gain[order]) - gain[order] < short]
    heads[needed] = more[needed]
    return heads


def _best_at(price: float, in_time: np.ndarray) -> np.ndarray:
    return np.argmax(in_time - price * np.arange(in_time.shape[1]), axis=1)
