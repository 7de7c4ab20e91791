"""Forecast, staffing and waits as pictures: Axes in, Axes out; what is drawn is a column of the table given.

The tables are those of `summaries`. Each function leaves the axes labelled with units.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from staffplan.report.formats import count, short_day
from staffplan.report.style import BLUE, GREEN, GREY, INK, ORANGE, SKY, VERMILION, shortened
from staffplan.words import tr, weekday_words

Numbers = NDArray[np.float64]
MaskedNumbers = np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float64]]


def plot_weekday_heat(heat: pd.DataFrame, ax: Axes, *, cell_minutes: int) -> Axes:
    """Contacts by weekday and time of day; the number stands in each cell, closed cells are hatched."""
    values = np.ma.masked_invalid(heat.to_numpy(dtype=float))
    rows, columns = values.shape
    ax.set_facecolor("#f3f4f6")
    ax.patch.set_hatch("////")
    ax.patch.set_edgecolor("#c9ced6")
    mesh = ax.pcolormesh(np.arange(columns + 1), np.arange(rows + 1), values, cmap="YlGnBu", vmin=0)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.01, aspect=12)
    bar.set_label(tr("contacts per {cell_minutes} min", cell_minutes=cell_minutes))
    _cell_numbers(ax, mesh, values, font_size=7.5 if columns <= 32 else 5.5)
    ax.grid(visible=False)
    ax.set_ylim(rows, 0)
    ax.set_yticks(np.arange(rows) + 0.5, [weekday_words(number) for number in range(rows)])
    every = max(1, 60 // cell_minutes)
    ax.set_xticks(np.arange(0, columns, every), [str(time) for time in heat.columns[::every]], fontsize=7.5)
    ax.tick_params(length=0)
    ax.set_xlabel(tr("local start time of the interval"))
    return ax


def _cell_numbers(ax: Axes, mesh: QuadMesh, values: MaskedNumbers, *, font_size: float) -> None:
    """Each cell's number, in white on dark cells and in ink on light ones."""
    for (row, column), value in np.ndenumerate(values.filled(np.nan)):
        if np.isfinite(value):
            red, green, blue, _ = mesh.to_rgba(np.array([value]))[0]
            colour = INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.48 else "white"
            text = f"{value:.0f}" if value >= 9.95 else f"{value:.1f}"
            label = ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=font_size, color=colour)
            label.set_in_layout(False)


def plot_daily_volume(days: pd.DataFrame, ax: Axes) -> Axes:
    """Day totals: history as a solid line with dots, forecast dashed with squares, its bands in two hatches."""
    at = _day_numbers(days["day"])
    _bands(ax, at, days, ("low_95", "low_80", "high_80", "high_95"))
    ax.plot(at, _values(days, "actual"), color=INK, marker="o", markersize=3, linewidth=1.2, label=tr("history"))
    ax.plot(
        at,
        _values(days, "forecast"),
        color=BLUE,
        marker="s",
        markersize=3,
        linewidth=1.4,
        linestyle="--",
        label=tr("forecast"),
    )
    mondays = [value for value in days["day"] if value.weekday() == 0]
    _date_axis(ax, mondays[:: 1 + len(days) // 100])
    return _volume_axis(ax, tr("contacts per day"))


def plot_week_volume(week: pd.DataFrame, ax: Axes, *, zone: str) -> Axes:
    """One week by interval: forecast dashed, its bands in two hatches, the last week of history as a thin line."""
    at, edges = _instants(week), _edges(week)
    _bands(ax, at, week, ("offered_p025", "offered_p10", "offered_p90", "offered_p975"))
    ax.plot(at, _values(week, "last_week"), color=INK, linewidth=0.8, label=tr("last week of the history"))
    ax.plot(at, _values(week, "offered"), color=BLUE, linewidth=1.3, linestyle="--", label=tr("forecast"))
    _week_axis(ax, week, edges, zone)
    return _volume_axis(ax, tr("contacts per interval"))


def _bands(ax: Axes, at: Numbers, table: pd.DataFrame, columns: tuple[str, str, str, str]) -> None:
    low_95, low_80, high_80, high_95 = (_values(table, name) for name in columns)
    ax.fill_between(
        at, low_95, high_95, facecolor="#dcecf7", edgecolor=SKY, linewidth=0.3, hatch="...", label=tr("95 % band")
    )
    ax.fill_between(
        at, low_80, high_80, facecolor="#a9d3ee", edgecolor=BLUE, linewidth=0.3, hatch="///", label=tr("80 % band")
    )


def _volume_axis(ax: Axes, label: str) -> Axes:
    ax.set_ylim(bottom=0)
    ax.set_ylabel(label)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value)))
    return _legend(ax)


def plot_staffing(week: pd.DataFrame, ax: Axes, *, zone: str) -> Axes:
    """People needed (dashed) and rostered (solid) on queue; missing people hatched "x", surplus dotted."""
    edges = _edges(week)
    need, there = _values(week, "required"), _values(week, "scheduled")
    low = np.fmin(need, there)
    _stairs_between(ax, edges, low, np.where(need > there, need, np.nan), VERMILION, "xxxx", "understaffed")
    _stairs_between(ax, edges, low, np.where(there > need, there, np.nan), GREEN, "....", "overstaffed")
    _stairs_line(ax, edges, there, BLUE, "-", "rostered")
    _stairs_line(ax, edges, need, INK, (0, (3, 1.5)), "required")
    _week_axis(ax, week, edges, zone)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylabel(tr("agents on queue"))
    return _legend(ax)


def plot_service_week(week: pd.DataFrame, ax: Axes, *, zone: str) -> Axes:
    """Share served in time by interval, the goal dashed; intervals below it carry a cross."""
    edges = _edges(week)
    level = _values(week, "service_level")
    middle = (edges[:-1] + edges[1:]) / 2
    missed = week["missed"].to_numpy(dtype=bool)
    _stairs_line(ax, edges, level, BLUE, "-", tr("service level"))
    ax.plot(
        middle[missed],
        level[missed],
        "x",
        color=VERMILION,
        markersize=4,
        markeredgewidth=1.1,
        label=tr("below the goal"),
    )
    _goal_line(ax, _values(week, "goal"))
    _week_axis(ax, week, edges, zone)
    return _share_axis(ax, tr("service level"), [level, _values(week, "goal")])


def plot_service_days(days: pd.DataFrame, ax: Axes) -> Axes:
    """Share served in time by day with the range of nine in ten simulations; kept days are dots, others crosses."""
    at = _day_numbers(days["day"])
    level = _values(days, "service_level")
    ax.vlines(
        at,
        _values(days, "service_level_low"),
        _values(days, "service_level_high"),
        color=GREY,
        linewidth=3,
        alpha=0.5,
    )
    ax.plot([], [], color=GREY, linewidth=3, alpha=0.5, label=tr("90 % of simulations"))
    for kept, marker, colour, label in (
        ("yes", "o", BLUE, tr("on target")),
        ("no", "X", VERMILION, tr("below target")),
    ):
        there = (days["kept"] == kept).to_numpy()
        ax.plot(at[there], level[there], marker, color=colour, markersize=6, label=label)
    _goal_line(ax, _values(days, "goal"))
    _date_axis(ax, days["day"].to_list()[:: 1 + len(days) // 15])
    return _share_axis(
        ax,
        tr("service level"),
        [_values(days, name) for name in ("service_level_low", "service_level", "goal")],
    )


def plot_waterfall(steps: pd.DataFrame, ax: Axes, *, unit: str) -> Axes:
    """Signed steps up to totals, one bar below the other; rises are hatched "/", falls "\\", totals are solid."""
    names = [shortened(str(line), 44) for line in steps["line"]]
    change, bottom, top = (_values(steps, name) for name in ("change", "bottom", "top"))
    total = steps["is_total"].to_numpy(dtype=bool)
    span = (float(np.nanmax(np.abs(np.concatenate([top, bottom])))) if len(steps) else 0.0) or 1.0
    for row in range(len(steps)):
        colour, hatch = (INK, "") if total[row] else (SKY, "///") if change[row] >= 0 else (ORANGE, "\\\\\\")
        ax.barh(row, change[row], left=bottom[row], color=colour, hatch=hatch, edgecolor=INK, height=0.62)
        sign = "" if total[row] else "+" if change[row] >= 0 else "−"
        text = f"{sign}{count(abs(change[row]))}"
        ax.text(max(top[row], bottom[row]) + 0.01 * span, row, text, va="center", fontsize=9)
        if row + 1 < len(steps) and not total[row + 1]:
            ax.plot([top[row]] * 2, [row - 0.31, row + 1.31], color=GREY, linewidth=0.7)
    ax.set_yticks(range(len(steps)), names)
    ax.set_ylim(len(steps) - 0.4, -0.6)
    ax.set_xlim(min(0.0, float(np.nanmin(bottom, initial=0.0))), 1.13 * span)
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value)))
    ax.set_xlabel(unit)
    return ax


def _goal_line(ax: Axes, goal: Numbers) -> None:
    known = goal[np.isfinite(goal)]
    if len(known):
        ax.axhline(
            known[0],
            color=ORANGE,
            linestyle=(0, (5, 2)),
            linewidth=1.6,
            label=tr("goal {known} %", known=f"{100 * known[0]:g}"),
        )


def _share_axis(ax: Axes, label: str, shown: Sequence[Numbers]) -> Axes:
    """From the tenth below the least value to 100 %; at least two tenths are shown."""
    least = min((float(np.nanmin(values)) for values in shown if np.isfinite(values).any()), default=0.0)
    bottom = max(0.0, min(0.8, np.floor(least * 10 - 0.5) / 10))
    ax.set_ylim(bottom - 0.02 * (1 - bottom), 1 + 0.04 * (1 - bottom))
    ax.yaxis.set_major_formatter(PercentFormatter(xmax=1, symbol=" %"))
    ax.set_ylabel(label)
    return _legend(ax)


def _legend(ax: Axes) -> Axes:
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, borderaxespad=0.2, handlelength=2.4)
    return ax


def _values(table: pd.DataFrame, name: str) -> Numbers:
    return table[name].to_numpy(dtype=float)


def _instants(table: pd.DataFrame) -> Numbers:
    """Starts of the intervals as days since 1970 (UTC)."""
    return _day_numbers(table["interval_start"])


def _day_numbers(instants: pd.Series | list[pd.Timestamp]) -> Numbers:
    """Instants or days as days since 1970, what the time axes are drawn in."""
    return pd.DatetimeIndex(instants).as_unit("ns").asi8 / np.float64(86_400 * 1e9)


def _edges(table: pd.DataFrame) -> Numbers:
    """Starts of the intervals and the end of the last: (intervals + 1,)."""
    starts = _instants(table)
    if len(starts) < 2:
        return np.append(starts, starts + 1 / 48)[: len(starts) + 1]
    return np.append(starts, 2 * starts[-1] - starts[-2])


def _stairs_line(ax: Axes, edges: Numbers, values: Numbers, colour: str, style: object, label: str) -> None:
    if len(values):
        ax.stairs(values, edges, baseline=None, color=colour, linestyle=style, linewidth=1.3, label=label)


def _stairs_between(
    ax: Axes, edges: Numbers, low: Numbers, high: Numbers, colour: str, hatch: str, label: str
) -> None:
    if np.isfinite(high).any():
        ax.stairs(
            high,
            edges,
            baseline=np.where(np.isfinite(high), low, 0.0),
            fill=True,
            facecolor=colour + "55",
            edgecolor=colour,
            linewidth=0.0,
            hatch=hatch,
            label=label,
        )


def _week_axis(ax: Axes, week: pd.DataFrame, edges: Numbers, zone: str) -> None:
    """Days of a week by the site's clock; finer ticks every six hours."""
    local = pd.DatetimeIndex(week["local"])
    sharp = np.asarray(local.minute == 0)
    midnights = sharp & np.asarray(local.hour == 0)
    quarters = sharp & np.isin(local.hour, (6, 12, 18))
    ax.set_xticks(edges[:-1][midnights], [short_day(moment) for moment in local[midnights]], ha="left")
    ax.set_xticks(edges[:-1][quarters], [f"{hour:02d}" for hour in local.hour[quarters]], minor=True)
    ax.tick_params(axis="x", which="minor", labelsize=6.5, labelcolor=GREY, length=2)
    ax.tick_params(axis="x", which="major", pad=11, length=9)
    if len(edges) > 1:
        ax.set_xlim(edges[0], edges[-1])
    ax.grid(visible=True, axis="x", which="major")
    ax.set_xlabel(tr("local time ({zone}); day names mark midnight, small numbers are hours", zone=zone))


def _date_axis(ax: Axes, ticks: list[pd.Timestamp]) -> None:
    ax.set_xticks(_day_numbers(ticks), [short_day(tick) for tick in ticks])
    ax.tick_params(axis="x", labelsize=8)
    ax.margins(x=0.01)
    ax.set_xlabel(tr("day"))
