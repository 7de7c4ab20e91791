"""A backtest as a picture: days kept against hours, by period and stack. Axes in, Axes out."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from staffplan.report.style import BLUE, GREY, ORANGE

HEIGHT_INCHES = 4.0
LOOKS = {"staffplan": (BLUE, "o"), "usual": (ORANGE, "s"), "staffed": (GREY, "D")}
WORDS = {"staffplan": "staffplan", "usual": "usual way", "staffed": "really staffed"}


def plot_backtest(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Days kept of those promised, in percent, against hours on queue; a mark for each period and stack, the two
    stacks of a period joined. `frame`: rows of PlanBacktest."""
    shown = frame.assign(kept=100 * frame["days_kept"] / frame["days_promised"].clip(lower=1))
    for _, own in shown.groupby("period_start"):
        pair = own[own["stack"] != "staffed"]
        ax.plot(pair["on_queue_hours"], pair["kept"], color=GREY, linewidth=0.7, zorder=1)
    for stack, own in shown.groupby("stack"):
        colour, mark = LOOKS[str(stack)]
        ax.scatter(own["on_queue_hours"], own["kept"], color=colour, marker=mark, label=WORDS[str(stack)], zorder=2)
    ax.set_xlabel("hours on queue in a period")
    ax.set_ylabel("days kept, %")
    ax.set_ylim(-3, 103)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0.2)
    return ax
