"""Honest access as a picture: weekdays and hours, each as the worst of its weeks. Axes in, Axes out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from staffplan.report.style import GREEN, INK, ORANGE, VERMILION, shortened
from staffplan.tables.access import VERDICTS
from staffplan.words import tr, weekday_words

COLOURS = dict(zip(VERDICTS, (GREEN, ORANGE, VERMILION), strict=True))
LETTERS = dict(zip(VERDICTS, ("", "t", "b"), strict=True))
ROW_INCHES, FRAME_INCHES = 0.24, 1.1


def height_inches(hours: pd.DataFrame) -> float:
    """Height of the picture of so many queues and weekdays."""
    return FRAME_INCHES + ROW_INCHES * len(_rows(hours))


def plot_access(hours: pd.DataFrame, ax: Axes) -> Axes:
    """A row for each queue and weekday, a cell for each hour: red with b where one interval of any week is broken,
    orange with t where one is thin. Deferred work has one cell a day. `hours`: rows of AccessHours."""
    rows, (first, last) = _rows(hours), _span(hours)
    for row in hours.to_dict("records"):
        verdict = next(name for name in reversed(VERDICTS) if row[name] or name == VERDICTS[0])
        y = rows.index((row["queue"], int(row["weekday"])))
        left, width = (first, last - first) if np.isnan(row["hour"]) else (row["hour"], 1)
        ax.barh(y, width - 0.04, 0.92, left=left + 0.02, color=COLOURS[verdict])
        if LETTERS[verdict]:
            ax.text(left + width / 2, y, LETTERS[verdict], ha="center", va="center", fontsize=7, color=INK)
    _frame(ax, rows, first, last)
    return ax


def _span(hours: pd.DataFrame) -> tuple[int, int]:
    """First hour shown and end of the last; the whole day where all work is deferred."""
    known = hours["hour"].dropna()
    return (int(known.min()), int(known.max()) + 1) if len(known) else (0, 24)


def _rows(hours: pd.DataFrame) -> list[tuple[str, int]]:
    pairs = hours[["queue", "weekday"]].drop_duplicates().sort_values(["queue", "weekday"])
    return [(str(queue), int(weekday)) for queue, weekday in pairs.to_numpy()]


def _frame(ax: Axes, rows: list[tuple[str, int]], first: int, last: int) -> None:
    labels = [f"{shortened(queue, 20)} {weekday_words(weekday)}" for queue, weekday in rows]
    ax.set_yticks(range(len(rows)), labels)
    ax.invert_yaxis()
    ax.set_xticks(np.arange(first, last + 1), [f"{hour:02d}" for hour in range(first, last + 1)])
    ax.set_xlim(first, last)
    ax.set_xlabel(tr("hour of the day"))
    ax.grid(visible=False)
    handles = [
        Patch(color=COLOURS[name], label=f"{name} ({LETTERS[name]})" if LETTERS[name] else name) for name in VERDICTS
    ]
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0.2)
