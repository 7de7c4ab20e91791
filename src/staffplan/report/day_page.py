"""The page of explain-day: for each planning group the causes as a waterfall, in words and as a table."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from staffplan.report.blocks import Block, Bullets, Cell, Figure, Section, Table
from staffplan.report.formats import signed
from staffplan.report.page import sections_page
from staffplan.report.plots import plot_waterfall


def day_page(causes: pd.DataFrame, words: Mapping[str, str], said: Mapping[str, Sequence[str]], day: str) -> str:
    """One HTML file. causes: rows of DayCauses; words: what each cause is called; said: sentences by group."""
    sections = [
        Section(f"group-{number}", str(name), _blocks(largest_first(own), words, said[str(name)], number))
        for number, (name, own) in enumerate(causes.groupby("queue", sort=True), start=1)
    ]
    return sections_page(f"Why {day} was as it was", sections)


def largest_first(own: pd.DataFrame) -> pd.DataFrame:
    """The causes by what they did, chance last."""
    size = own["contribution"].abs().where(own["cause"] != "chance", -1.0)
    return own.loc[size.sort_values(ascending=False, kind="stable").index]


def _blocks(own: pd.DataFrame, words: Mapping[str, str], said: Sequence[str], number: int) -> tuple[Block, ...]:
    first = own.iloc[0]
    planned, was = 100 * float(first["service_planned"]), 100 * float(first["service_actual"])
    rows = tuple(
        (Cell(words[row["cause"]]), *(Cell(_points(row[name]), is_number=True) for name in
                                      ("contribution", "error", "repaired", "alone")))
        for row in own.to_dict("records")
    )  # fmt: skip
    texts = ("cause", "points", "standard error", "better if as planned", "by itself")
    table = Table("Causes, in points of the service level", tuple(Cell(t, n > 0) for n, t in enumerate(texts)), rows)
    figure = Figure(
        name="day_causes",
        number=number,
        title=f"From {planned:.1f} % planned to {was:.1f} %",
        alt=f"Steps from the planned service level, {planned:.1f} %, to that of the day, {was:.1f} %, by cause.",
        draw=functools.partial(plot_waterfall, waterfall(own, words), unit="service level, %"),
        height_inches=0.36 * len(own) + 1.4,
        table=table,
        caption="The points of all causes add up to the difference.",
    )
    return Bullets(tuple(said)), figure


def _points(value: float) -> str:
    return "" if pd.isna(value) else signed(100 * value, digits=1)


def waterfall(own: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    """Columns line, change, bottom, top, is_total: from the level planned by every cause to that of the day."""
    changes = 100 * own["contribution"].to_numpy(dtype=float)
    planned, was = (100 * float(own[name].iloc[0]) for name in ("service_planned", "service_actual"))
    edges = planned + np.concatenate([[0.0], np.cumsum(changes)])
    lines = ["planned", *(words[cause] for cause in own["cause"]), "the day"]
    return pd.DataFrame(
        {
            "line": lines,
            "change": [planned, *changes, was],
            "bottom": [0.0, *edges[:-1], 0.0],
            "top": [planned, *edges[1:], was],
            "is_total": [True, *[False] * len(changes), True],
        }
    )
