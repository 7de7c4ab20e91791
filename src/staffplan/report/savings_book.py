"""Where to save, as a workbook and as a picture of harm against saving."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from openpyxl import Workbook

from staffplan.report.sheets import ONE, PERCENT, WHOLE, Sheet, same_bytes, table
from staffplan.report.style import BLUE, GREY, INK, ORANGE, VERMILION, png, shortened
from staffplan.tables.savings import Savings

_SETS: tuple[Sheet, ...] = (
    ("what", "set of options", ""),
    ("chosen_by", "chosen by", ""),
    ("saving_per_year", "saves a year", WHOLE),
    ("saving_low", "at least", WHOLE),
    ("saving_high", "at most", WHOLE),
    ("saving_share", "of the cost", PERCENT),
    ("sum_of_options", "sum of its options", WHOLE),
    ("reaches", "reaches the target", ""),
    ("harm", "points of harm a year", WHOLE),
    ("harm_error", "standard error", ONE),
    ("customers", "customers", ""),
    ("people", "people", ""),
    ("late_contacts", "late contacts", WHOLE),
    ("hung_up", "more hang up", WHOLE),
    ("not_served", "nobody takes", WHOLE),
    ("people_fewer", "people fewer", WHOLE),
    ("broken_rules", "broken rules", WHOLE),
    ("refused_wishes", "refused wishes", WHOLE),
    ("judged_harm", "owners' points", WHOLE),
    ("one_off_cost", "one-off cost", WHOLE),
    ("owners", "owners", ""),
    ("folder", "plan", ""),
)
_DETAILS: tuple[Sheet, ...] = (("item", "item", ""), ("value", "value", ""))
WIDE, HIGH = 8.0, 4.4
NAMED = 8
"""Sets that the picture names."""


def savings_book(found: Savings, details: Sequence[tuple[str, str]]) -> bytes:
    """The workbook: Savings, Generation details."""
    book = Workbook()
    book.remove(book.active)
    table(book, "Savings", found.frame, _SETS)
    table(book, "Generation details", pd.DataFrame(details, columns=["item", "value"]), _DETAILS)
    return same_bytes(book)


def savings_picture(found: Savings, target: float, currency: str) -> bytes:
    """Points of harm against the saving of a year."""
    return png(lambda ax: plot_savings(found.frame, target, ax, currency), WIDE, HIGH)


def plot_savings(frame: pd.DataFrame, target: float, ax: Axes, currency: str) -> Axes:
    """Draw each set with the band that the searches leave; the chosen ones are filled. `frame` is that of Savings."""
    for chosen, colour, words in ((False, BLUE, "sets that were run"), (True, ORANGE, "chosen")):
        own = frame[(frame["chosen_by"] != "") == chosen]
        ax.hlines(own["harm"], own["saving_low"], own["saving_high"], color=GREY, linewidth=2)
        ax.plot(own["saving_per_year"], own["harm"], "D", color=colour, markeredgecolor=INK, label=words)
    for row in frame.head(NAMED).to_dict("records"):
        place = (row["saving_per_year"], row["harm"])
        ax.annotate(shortened(str(row["what"]), 40), place, xytext=(4, 4), textcoords="offset points", fontsize=7)
    ax.axvline(target, color=VERMILION, linestyle="--", label="to save")
    ax.set_xlabel(f"saving of a year, {currency}, and the band that the searches leave")
    ax.set_ylabel("points of harm a year")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.legend()
    return ax
