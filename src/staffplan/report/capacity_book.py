"""The capacity plan as a workbook, sheet by sheet as planners know them, and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from openpyxl import Workbook

from staffplan.errors import Note
from staffplan.report.sheets import ONE, PERCENT, TWO, WHOLE, Sheet, same_bytes, table
from staffplan.report.style import BLUE, INK, ORANGE, drawable, png
from staffplan.tables.capacity import CapacityPlan, HiringPlans

_PLAN: tuple[Sheet, ...] = (
    ("site", "site", ""),
    ("period", "period", ""),
    ("required", "required, net", ONE),
    ("required_planned", "required with shrinkage", ONE),
    ("starting", "starting", ONE),
    ("attrition", "attrition", ONE),
    ("new_hires", "new hires", WHOLE),
    ("transfers", "transfers", ONE),
    ("extra_time", "extra time", ONE),
    ("under_time", "under time", ONE),
    ("heads", "heads", ONE),
    ("in_training", "in training", ONE),
    ("planned", "planned", ONE),
    ("effective", "effective", ONE),
    ("shrinkage", "shrinkage", PERCENT),
    ("net", "net", ONE),
    ("over_under", "over/under", "+#,##0.0;-#,##0.0;0.0"),
    ("hire_up_to", "hire up to", ONE),
    ("chance_short", "chance of being short", PERCENT),
    ("cost", "cost", TWO),
)
_METRICS: tuple[Sheet, ...] = (
    ("site", "site", ""),
    ("required", "required, mean", ONE),
    ("net", "net, mean", ONE),
    ("short", "missing people x periods", ONE),
    ("worst", "largest gap", ONE),
    ("new_hires", "new hires", WHOLE),
    ("attrition", "people who leave", ONE),
    ("wages", "wages", TWO),
    ("hiring_cost", "hiring", TWO),
    ("shortfall_cost", "price of missing people", TWO),
    ("cost", "cost", TWO),
)
_SCENARIO: tuple[Sheet, ...] = (
    ("site", "site", ""),
    ("rank", "rank", WHOLE),
    ("classes", "people starting, by period", ""),
    ("hires", "hires", WHOLE),
    ("short", "missing people x periods", TWO),
    ("cost", "cost", TWO),
    ("more_than_best", "more than the best", TWO),
)
_DETAILS: tuple[Sheet, ...] = (("item", "item", ""), ("value", "value", ""))
INCHES_WIDE, INCHES_OF_A_SITE = 8.0, 3.2


def capacity_book(
    plan: CapacityPlan, hiring: HiringPlans, settings: Mapping[str, object], notes: Sequence[Note]
) -> bytes:
    """The workbook: Metrics, Plan, Scenario (the hiring plans with their price), Generation details."""
    book = Workbook()
    book.remove(book.active)
    table(book, "Metrics", _metrics(plan.frame), _METRICS)
    table(book, "Plan", plan.frame, _PLAN)
    table(book, "Scenario", hiring.frame, _SCENARIO)
    rows = [(name, str(value)) for name, value in settings.items()] + [(note.kind, note.message) for note in notes]
    table(book, "Generation details", pd.DataFrame(rows, columns=["item", "value"]), _DETAILS)
    return same_bytes(book)


def _metrics(plan: pd.DataFrame) -> pd.DataFrame:
    """A row for each site."""
    gaps = plan.assign(short=(-plan["over_under"]).clip(lower=0))
    by_site = gaps.groupby("site")
    sums = by_site[["short", "new_hires", "attrition", "wages", "hiring_cost", "shortfall_cost", "cost"]].sum()
    means = by_site[["required", "net"]].mean()
    return sums.join(means).assign(worst=by_site["short"].max()).reset_index()


def capacity_picture(plan: CapacityPlan) -> bytes:
    """Required people, net people and their band, period by period; all sites together."""
    names = ["required", "net", "net_p10", "net_p90"]
    sums = plan.frame.groupby("period", sort=False)[names].sum()
    only_one = plan.frame["site"].nunique() == 1
    return png(lambda ax: plot_capacity(sums, ax, with_band=only_one), INCHES_WIDE, INCHES_OF_A_SITE)


def plot_capacity(sums: pd.DataFrame, ax: Axes, *, with_band: bool) -> Axes:
    """People required and net by period; the band of leavers by chance where it is of one site."""
    at = np.arange(len(sums))
    if with_band:
        ax.fill_between(at, sums["net_p10"], sums["net_p90"], color=BLUE, alpha=0.2, label="net, 8 of 10")
    ax.plot(at, sums["net"], color=BLUE, label="net")
    ax.step(at, sums["required"], where="mid", color=ORANGE, label="required")
    every = max(1, len(sums) // 12)
    ax.set_xticks(at[::every], [drawable(str(name)) for name in sums.index[::every]], rotation=45, color=INK)
    ax.set_ylabel("people")
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax
