"""Fairness as a picture: each agent's count beside their fair share. Axes in, Axes out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from staffplan.report.style import GREY, INK, VERMILION, shortened
from staffplan.words import tr

MOST_NAMED = 80
"""Agents named below the axis; of more, only some of those furthest from their share are, beside their marks."""
FEWEST_WIDE = 12
"""Places that the axis has at least, so that a few agents stand beside each other and not across the page."""
MOST_MARKED = 10
APART = (0.15, 0.09)
"""Two names beside their marks are so far from each other, in parts of the axes: to the side, or up."""


def plot_shares(shares: pd.DataFrame, ax: Axes, *, unit: str) -> Axes:
    """Agents from left to right: a short line is what is due, a dot what fell to them, a diamond where that is far.

    Grey bars are what was asked for, where anything was.
    """
    at = np.arange(len(shares), dtype=float)
    due, count = (shares[name].to_numpy(dtype=float) for name in ("due", "count"))
    far = shares["far"].to_numpy(dtype=bool)
    asked = shares["of"].to_numpy(dtype=float)
    size = 5.5 if len(shares) <= MOST_NAMED else float(np.clip(960 / len(shares), 1.6, 3.2))
    if np.isfinite(asked).any():
        ax.bar(at, asked, width=0.7, color="#e7eaee", label=tr("wished for"))
    ax.vlines(at, np.fmin(due, count), np.fmax(due, count), color=GREY, linewidth=min(0.9, size / 4))
    ax.hlines(due, at - 0.42, at + 0.42, color=INK, linewidth=1.6, label=tr("fair share"))
    ax.plot(at[~far], count[~far], "o", color=GREY, markersize=size, label=unit)
    if far.any():
        ax.plot(at[far], count[far], "D", color=VERMILION, markersize=size, label=tr("differs by more than 1"))
    _scale(ax, len(shares), unit, [*due, *count, *asked[np.isfinite(asked)]])
    _names(ax, shares)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, borderaxespad=0.2, handlelength=1.6)
    return ax


def _scale(ax: Axes, agents: int, unit: str, values: list[float]) -> None:
    low, high = min([0.0, *values]), max([1.0, *values])
    ax.set_ylim(low - 0.12 * (high - low), high + 0.1 * (high - low))
    ax.set_xlim(-0.7, max(agents, FEWEST_WIDE) - 0.3)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    ax.set_ylabel(unit)
    ax.grid(visible=False, axis="x")
    ax.tick_params(axis="x", length=0)


def _names(ax: Axes, shares: pd.DataFrame) -> None:
    labels = [shortened(str(label), 22) for label in shares["label"]]
    if len(labels) <= MOST_NAMED:
        ax.set_xticks(range(len(labels)), labels, rotation=90, fontsize=7)
        ax.set_xlabel(tr("agents, largest fair share first"))
        return
    ax.set_xticks([])
    ax.set_xlabel(tr("{labels} agents, largest fair share first; the table lists all names", labels=len(labels)))
    for place, count, above in _marked(shares, ax.get_ylim()):
        right = place > 0.85 * len(labels)
        offset, ha = (-4 if right else 4, 3 if above else -3), "right" if right else "left"
        va = "bottom" if above else "top"
        ax.annotate(labels[place], (place, count), offset, textcoords="offset points", fontsize=7, ha=ha, va=va)


def _marked(shares: pd.DataFrame, height: tuple[float, float]) -> list[tuple[int, float, bool]]:
    """Place, count and whether above what is due, of those furthest away whose names do not run into each other."""
    far = shares["carried_out"].where(shares["far"]).abs()
    found: list[tuple[int, float, bool]] = []
    for place in np.argsort(-far.to_numpy(), kind="stable")[: int(shares["far"].sum())].tolist():
        count = float(shares["count"].iloc[place])
        near = [
            abs(place - x) < APART[0] * len(shares) and abs(count - y) < APART[1] * (height[1] - height[0])
            for x, y, _ in found
        ]
        if not any(near) and len(found) < MOST_MARKED:
            found.append((place, count, float(shares["carried_out"].iloc[place]) > 0))
    return found
