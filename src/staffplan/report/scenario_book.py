"""Scenarios and prices as a workbook and as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from openpyxl import Workbook

from staffplan.report.sheets import DAY, ONE, TWO, WHOLE, Sheet, same_bytes, table
from staffplan.report.style import BLUE, GREY, INK, LIGHT, ORANGE, VERMILION, png, shortened
from staffplan.tables.scenario import PromisePrices, ScenarioCases, ScenarioDeltas, Tornado

SIGNED = "+#,##0;-#,##0;0"
_CASES: tuple[Sheet, ...] = (
    ("scenario", "scenario", ""),
    ("in_words", "in words", ""),
    ("decide_by", "decide by", DAY),
    ("owner", "owner", ""),
    ("reason", "reason", ""),
    ("cost_per_year", "cost a year, difference", SIGNED),
    ("cost_per_year_low", "at least", SIGNED),
    ("cost_per_year_high", "at most", SIGNED),
    ("one_off_cost", "one-off cost", WHOLE),
    ("payback_years", "payback, years", ONE),
    ("net_present_value", "net present value", SIGNED),
    ("lasts_years", "over years", ONE),
    ("customers", "customers", ""),
    ("people", "people", ""),
    ("budget", "budget", ""),
    ("set", "set", ""),
    ("level", "level", ""),
    ("cut_short", "ended by the clock", ""),
    ("made", "made on", DAY),
)
_DELTAS: tuple[Sheet, ...] = (
    ("scenario", "scenario", ""),
    ("measure", "measure", ""),
    ("planning_group", "planning group", ""),
    ("unit", "unit", ""),
    ("base", "base", "#,##0.000"),
    ("test", "test", "#,##0.000"),
    ("delta", "difference", "+#,##0.000;-#,##0.000;0.000"),
    ("standard_error", "standard error", "#,##0.0000"),
    ("low", "at least", "+#,##0.000;-#,##0.000;0.000"),
    ("high", "at most", "+#,##0.000;-#,##0.000;0.000"),
    ("error_from", "error from", ""),
    ("distinct", "distinguishable", ""),
)
_TORNADO: tuple[Sheet, ...] = (
    ("bar", "change", ""),
    ("first", "from", SIGNED),
    ("last", "to", SIGNED),
    ("width", "width", WHOLE),
    ("low", "low", SIGNED),
    ("expected", "expected", SIGNED),
    ("high", "high", SIGNED),
)
_DETAILS: tuple[Sheet, ...] = (("item", "item", ""), ("value", "value", ""))
_PRICES: tuple[Sheet, ...] = (
    ("what", "what", ""),
    ("agents", "agents", WHOLE),
    ("agent_hours", "paid hours", WHOLE),
    ("service_level", "service level", "0.0%"),
    ("asa_seconds", "average wait, s", ONE),
    ("abandon_rate", "abandoned", "0.0%"),
    ("occupancy", "occupancy", "0.0%"),
    ("cost_per_year", "cost a year", WHOLE),
    ("cost_low", "at least", WHOLE),
    ("cost_high", "at most", WHOLE),
    ("step_cost_per_year", "step", SIGNED),
    ("step_low", "step at least", SIGNED),
    ("step_high", "step at most", SIGNED),
    ("cost_per_point", "per point", WHOLE),
    ("cost_per_contact_saved", "per contact saved", TWO),
    ("preview_cost_per_year", "by the square-root rule", WHOLE),
    ("change_of_cost_per_year", "change", SIGNED),
    ("change_low", "change at least", SIGNED),
    ("change_high", "change at most", SIGNED),
    ("distinct", "distinguishable", ""),
    ("cut_short", "ended by the clock", ""),
)
WIDE, HIGH_OF_A_BAR, HIGH = 8.0, 0.42, 4.2


def scenario_book(
    cases: ScenarioCases, deltas: ScenarioDeltas, bars: Tornado, details: Sequence[tuple[str, str]]
) -> bytes:
    """The workbook: Scenarios, Differences, Tornado, Generation details."""
    book = Workbook()
    book.remove(book.active)
    table(book, "Scenarios", cases.frame, _CASES)
    table(book, "Differences", deltas.frame, _DELTAS)
    table(book, "Tornado", bars.frame, _TORNADO)
    table(book, "Generation details", pd.DataFrame(details, columns=["item", "value"]), _DETAILS)
    return same_bytes(book)


def price_book(prices: PromisePrices, details: Sequence[tuple[str, str]]) -> bytes:
    """The workbook: Prices, Generation details."""
    book = Workbook()
    book.remove(book.active)
    table(book, "Prices", prices.frame, _PRICES)
    table(book, "Generation details", pd.DataFrame(details, columns=["item", "value"]), _DETAILS)
    return same_bytes(book)


def tornado_picture(bars: Tornado, currency: str) -> bytes:
    """Bars of the cost of a year, the widest on top; hatched where the search cannot tell them from nothing."""
    high = 1.2 + HIGH_OF_A_BAR * len(bars)
    return png(lambda ax: plot_tornado(bars.frame, ax, currency), WIDE, high)


def plot_tornado(frame: pd.DataFrame, ax: Axes, currency: str) -> Axes:
    """Draw the bars; `frame` is that of a Tornado."""
    for place, row in enumerate(frame.to_dict("records")):
        hatch = None if row["is_distinct"] == "yes" else "///"
        for end, colour in ((row["first"], BLUE), (row["last"], VERMILION)):
            ax.barh(place, end, color=colour, height=0.6, hatch=hatch, edgecolor="white" if hatch else colour)
    ax.set_yticks(range(len(frame)), [shortened(str(name), 34) for name in frame["bar"]], color=INK)
    ax.invert_yaxis()
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:+,.0f}" if value else "0")
    ax.set_xlabel(f"cost of a year, {currency}, difference from the base (hatched: not distinguishable)")
    ax.grid(visible=False, axis="y")
    return ax


def cases_picture(cases: ScenarioCases, currency: str) -> bytes:
    """The difference of each scenario's yearly cost with the band that the search leaves, in the order decided."""
    high = 1.2 + HIGH_OF_A_BAR * len(cases)
    return png(lambda ax: plot_cases(cases.frame, ax, currency), WIDE, high)


def plot_cases(frame: pd.DataFrame, ax: Axes, currency: str) -> Axes:
    """Draw a mark and its band for each scenario; `frame` is that of ScenarioCases."""
    ordered = frame.sort_values(["decide_by", "scenario"], na_position="last", ignore_index=True)
    places = np.arange(len(ordered))
    ax.hlines(places, ordered["cost_per_year_low"], ordered["cost_per_year_high"], color=GREY, linewidth=3)
    ax.plot(ordered["cost_per_year"], places, "D", color=ORANGE, markeredgecolor=INK, markersize=6)
    names = [
        f"{shortened(str(name), 30)}{'' if pd.isna(day) else f' (by {day:%d %b %Y})'}"
        for name, day in zip(ordered["scenario"], ordered["decide_by"], strict=True)
    ]
    ax.set_yticks(places, names, color=INK)
    ax.invert_yaxis()
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:+,.0f}" if value else "0")
    ax.set_xlabel(f"cost of a year, {currency}, difference from the base, and the band that the search leaves")
    return ax


def staircase_picture(prices: PromisePrices, currency: str) -> bytes:
    """Service level against the cost of a year, as a staircase, with the band and the square-root preview."""
    return png(lambda ax: plot_staircase(prices.frame, ax, currency), WIDE, HIGH)


def plot_staircase(frame: pd.DataFrame, ax: Axes, currency: str) -> Axes:
    """Draw the rosters found, their hull and the preview; `frame` is that of PromisePrices with service levels."""
    level = 100 * frame["service_level"]
    ax.errorbar(
        level,
        frame["cost_per_year"],
        yerr=[frame["cost_per_year"] - frame["cost_low"], frame["cost_high"] - frame["cost_per_year"]],
        fmt="D",
        color=ORANGE,
        ecolor=GREY,
        markeredgecolor=INK,
        capsize=3,
        label="rosters found, and the band that the search leaves",
    )
    hull = frame.sort_values("service_level")
    ax.step(
        100 * hull["service_level"], hull["cost_hull"], where="pre", color=BLUE, label="least cost of this service"
    )
    ax.plot(level, frame["preview_cost_per_year"], "--", color=VERMILION, label="preview by the square-root rule")
    base = frame[frame["is_base"] == "yes"]
    ax.axvline(float(100 * base["service_level"].iloc[0]), color=LIGHT, zorder=0) if len(base) else None
    ax.set_xlabel("service level, %, simulated")
    ax.set_ylabel(f"cost of a year, {currency}")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.legend()
    return ax
