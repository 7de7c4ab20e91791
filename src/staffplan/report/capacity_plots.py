"""The capacity plan as a picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from staffplan.report.style import BLUE, INK, ORANGE, drawable, png
from staffplan.tables.capacity import CapacityPlan

INCHES_WIDE, INCHES_HIGH = 8.0, 3.6
MOST_TICKS = 18


def capacity_picture(plan: CapacityPlan) -> bytes:
    """Required people, net people, their bands and new hires, period by period; all sites together."""
    names = ["required", "required_p10", "required_p90", "net", "net_p10", "net_p90", "new_hires"]
    frame = plan.frame
    sums = frame.groupby("period", sort=False)[names].sum(min_count=1)
    events = frame[frame["events"] != ""].groupby("period", sort=False)["events"].agg("; ".join)
    only_one = frame["site"].nunique() == 1
    sums = sums.assign(events=events.reindex(sums.index).fillna(""))
    return png(lambda ax: plot_capacity(sums, ax, with_bands=only_one), INCHES_WIDE, INCHES_HIGH)


def plot_capacity(sums: pd.DataFrame, ax: Axes, *, with_bands: bool) -> Axes:
    """By period people required, net and started; the bands where they are of one site, as bands do not add up."""
    at = np.arange(len(sums))
    if with_bands and sums["required_p90"].notna().all():
        band = sums["required_p10"], sums["required_p90"]
        ax.fill_between(at, *band, step="mid", color=ORANGE, alpha=0.2, lw=0, label="required, forecast 8 of 10")
    if with_bands:
        ax.fill_between(
            at, sums["net_p10"], sums["net_p90"], color=BLUE, alpha=0.2, lw=0, label="net, leavers 8 of 10"
        )
    ax.plot(at, sums["net"], color=BLUE, label="net")
    ax.step(at, sums["required"], where="mid", color=ORANGE, label="required")
    if sums["new_hires"].any():
        ax.bar(at, sums["new_hires"], width=0.5, color=INK, alpha=0.35, label="people who start")
    _events(sums, ax)
    every = -(-len(sums) // MOST_TICKS)
    ax.set_xticks(at[::every], [drawable(str(name)) for name in sums.index[::every]], rotation=45, color=INK)
    ax.set_ylabel("people")
    ax.set_ylim(bottom=0)
    ax.legend(fontsize="small", ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    return ax


def _events(sums: pd.DataFrame, ax: Axes) -> None:
    """A line where a queue opens or ends."""
    for place in np.flatnonzero((sums["events"] != "").to_numpy()).tolist():
        ax.axvline(place, color=INK, lw=0.8, ls=":")
        words = drawable(str(sums["events"].iloc[place]).partition(" on ")[0])
        corner = ("data", "axes fraction")
        ax.annotate(words, (place, 0.02), xycoords=corner, rotation=90, fontsize="x-small", ha="right")
