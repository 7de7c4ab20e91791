"""The roster as pictures: a day by agent and time, the weeks by agent and day. Axes in, Axes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from math import ceil

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.patches import Patch

from staffplan.report.formats import short_day
from staffplan.report.rosters import ON_CALL, TIME_OFF, shift_words
from staffplan.report.shift_codes import family_of
from staffplan.report.style import AREAS, GREY, LIGHT, shortened, stamp
from staffplan.words import mark, tr

ACTIVITY_LOOK = {
    "break": ("b", "white", ""),
    "meal": ("m", "#c9ced6", ""),
    "meeting": ("M", "#8d99a6", "oo"),
    "training": ("T", "#8d99a6", "**"),
    "absence": ("x", "white", "xx"),
}
"""Letter, colour and hatch of everything that is not queue work."""
_SAID = (
    mark("queue"),
    mark("break"),
    mark("meal"),
    mark("meeting"),
    mark("training"),
    mark("absence"),
    mark("vacation"),
    mark("public holiday"),
    mark("sick"),
    mark("unpaid"),
    mark("off"),
)
"""Kinds of activities and of time off as the pages say them."""
MOST_ROWS = 80
"""Agents drawn in one picture; more would be too small to read."""
MOST_IN_LEGEND = 60
"""Shifts named in the legend of the grid; it says how many more there are, and where."""
LEGEND_POINTS, LEGEND_INCHES, MOST_COLUMNS = 8.0, 9.0, 5
"""Size of the legend's letters, the width that it may take, and its columns where names are short."""
_LETTER, _BESIDE_TEXT = 0.62, 5.5
"""Mean width of a letter, and width of a legend's box with the gaps around it, in sizes of a letter."""


def plot_roster_day(
    day: pd.DataFrame, ax: Axes, *, names: Mapping[str, str], groups: Sequence[str], ticks: Mapping[float, str]
) -> Axes:
    """Agents by time: each bar's letter, colour and hatch tell the activity; groups are A, B, C in order.

    `ticks` gives the clock text at hours since midnight.
    """
    agents = list(dict.fromkeys(str(agent) for agent in day["agent_id"]))[:MOST_ROWS]
    row_of = {agent: row for row, agent in enumerate(agents)}
    shown = day[day["agent_id"].isin(agents)]
    for (activity, group), part in shown.groupby(["activity", "planning_group"], sort=True):
        letter, colour, hatch = _look(str(activity), str(group), groups)
        begin, end = part["from_hour"].to_numpy(dtype=float), part["to_hour"].to_numpy(dtype=float)
        rows = np.array([row_of[str(agent)] for agent in part["agent_id"]], dtype=float)
        ax.barh(rows, end - begin, left=begin, height=0.78, color=colour, hatch=hatch, edgecolor="#ffffffaa", lw=0.4)
        if hatch:
            ax.scatter((begin + end) / 2, rows, s=42, marker="s", color="white", alpha=0.85, linewidths=0, zorder=2.5)
        stamp(ax, (begin + end) / 2, rows, letter, size_points=6)
    ax.set_yticks(range(len(agents)), [shortened(names.get(agent, agent)) for agent in agents], fontsize=7)
    ax.set_ylim(max(len(agents), 1) - 0.4, -0.6)
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.set_xlabel(tr("local time"))
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    return _roster_legend(ax, day, groups)


def _look(activity: str, group: str, groups: Sequence[str]) -> tuple[str, str, str]:
    if activity != "queue" or group not in groups:
        return ACTIVITY_LOOK.get(activity, ("?", GREY, ""))
    number = list(groups).index(group)
    colour, hatch = AREAS[number % len(AREAS)]
    return group_letter(number), colour, hatch


def group_letter(number: int) -> str:
    """A to Z, then A2 and so on."""
    turn, place = divmod(number, 26)
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place] + (str(turn + 1) if turn else "")


def _roster_legend(ax: Axes, day: pd.DataFrame, groups: Sequence[str]) -> Axes:
    present = set(day["planning_group"])
    patches = [
        Patch(
            facecolor=AREAS[n % len(AREAS)][0],
            hatch=AREAS[n % len(AREAS)][1],
            edgecolor="white",
            label=f"{group_letter(n)} = {shortened(g)}",
        )
        for n, g in enumerate(groups)
        if g in present
    ]
    patches += [
        Patch(facecolor=colour, hatch=hatch, edgecolor=GREY, label=f"{letter} = {tr(name)}")
        for name, (letter, colour, hatch) in ACTIVITY_LOOK.items()
        if (day["activity"] == name).any()
    ]
    ax.legend(handles=patches, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, borderaxespad=0.2)
    return ax


def plot_roster_grid(
    grid: pd.DataFrame,
    days: Sequence[date],
    ax: Axes,
    *,
    names: Mapping[str, str],
    codes: Mapping[str, str],
    closed: Collection[date] = (),
    foot: Mapping[str, Sequence[str]] | None = None,
) -> Axes:
    """Agents by days (the columns of `grid`): the shift's code in each cell, days off empty; the colour tells the
    shift family, as in the workbook.

    Weekends are shaded, closed days darker. `foot`: rows of texts by day below the agents.
    """
    shown = grid.iloc[:MOST_ROWS]
    order = sorted(codes)
    for column, day in enumerate(days):
        if day.weekday() >= 5 or day in closed:
            ax.axvspan(column, column + 1, color="#c9ced6" if day in closed else "#eef0f3", zorder=0)
    _shift_cells(ax, shown, order)
    cells = shown.to_numpy(dtype=object)
    for shift, code in codes.items():
        rows, columns = np.nonzero(cells == shift)
        stamp(ax, columns + 0.5, rows + 0.5, code, size_points=6.5)
    below = foot or {}
    labels_left = [shortened(names.get(str(a), str(a))) for a in shown.index] + list(below)
    ax.set_yticks(np.arange(len(labels_left)) + 0.5, labels_left, fontsize=7)
    for row, texts in enumerate(below.values(), start=len(shown)):
        for column, text in enumerate(texts):
            ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=6).set_in_layout(False)
    ax.set_xticks(np.arange(len(days)) + 0.5, [short_day(day) for day in days], rotation=90, fontsize=7)
    ax.set_xlim(0, max(len(days), 1))
    ax.set_ylim(max(len(labels_left), 1), 0)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.axhline(len(shown), color=GREY, linewidth=0.8)
    for column in range(0, len(days) + 1, 7):
        ax.axvline(column, color=LIGHT, linewidth=1.2)
    ax.set_xlabel(tr("day on which the shift starts"))
    labels = grid_legend(codes)
    tints = _tints(order)[:MOST_IN_LEGEND]
    patches = [Patch(facecolor=tint, edgecolor=GREY, label=label) for tint, label in zip(tints, labels, strict=False)]
    patches += [Patch(facecolor="none", edgecolor="none", label=label) for label in labels[len(tints) :]]
    look = {"ncols": legend_columns(labels), "fontsize": LEGEND_POINTS, "borderaxespad": 0.2}
    ax.legend(handles=patches, loc="lower left", bbox_to_anchor=(0, 1.0), **look)
    return ax


def grid_legend(codes: Mapping[str, str]) -> list[str]:
    """The legend's texts: every code with its shift, the last, where there are too many, how many more there are."""
    order = sorted(codes)
    rest = len(order) - MOST_IN_LEGEND
    more = [tr("and {rest} more: see the report's table", rest=rest)] if rest > 0 else []
    return [f"{codes[shift]} = {shortened(shift_words(shift))}" for shift in order[:MOST_IN_LEGEND]] + more


def legend_columns(labels: Sequence[str]) -> int:
    """As many columns as the longest text leaves room for."""
    letters = _BESIDE_TEXT + _LETTER * max(map(len, labels), default=0)
    return max(1, min(MOST_COLUMNS, int(LEGEND_INCHES * 72 / (LEGEND_POINTS * letters))))


def legend_inches(labels: Sequence[str]) -> float:
    """Height of the legend."""
    return ceil(len(labels) / legend_columns(labels)) * LEGEND_POINTS * 1.6 / 72


def _shift_cells(ax: Axes, grid: pd.DataFrame, order: Sequence[str]) -> None:
    """One coloured cell for each shift, in a single mesh: thousands of separate bars would take seconds."""
    number_of = {shift: float(number) for number, shift in enumerate(order)}
    numbers = np.array([[number_of.get(str(shift), np.nan) for shift in row] for row in grid.to_numpy()], dtype=float)
    if not np.isfinite(numbers).any():
        return
    rows, columns = numbers.shape
    tints = ListedColormap(_tints(order))
    cells = np.ma.masked_invalid(numbers)
    edges = np.arange(columns + 1), np.arange(rows + 1)
    ax.pcolormesh(*edges, cells, cmap=tints, vmin=-0.5, vmax=len(order) - 0.5, edgecolors="white", linewidth=1.5)


def _tints(order: Sequence[str]) -> list[tuple[float, float, float]]:
    """A colour for each shift: that of its family; time off and standby alone are grey."""
    shifts = [shift.removesuffix(f", {ON_CALL}") for shift in order]
    families = sorted({family_of(shift) for shift in shifts if not shift.startswith((TIME_OFF[:-2], ON_CALL))})
    grey = to_rgb("#e3e6ea")
    return [_tint(families.index(family_of(s))) if family_of(s) in families else grey for s in shifts]


def _tint(number: int) -> tuple[float, float, float]:
    """The area colour of that number, mixed with white so that letters stand out."""
    red, green, blue = to_rgb(AREAS[number % len(AREAS)][0])
    return 0.5 + red / 2, 0.5 + green / 2, 0.5 + blue / 2
