"""The page of `scorecard`: what is not measured, each principle's measures against their targets, and the weeks."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from staffplan.report.blocks import Alert, Block, Card, Cards, Cell, Figure, Section, Table, Text
from staffplan.report.formats import count, measured, plural, short_day
from staffplan.report.page import sections_page
from staffplan.report.style import BLUE, INK, ORANGE
from staffplan.tables.scorecard import PRINCIPLES, STATES

FEWEST_WEEKS = 3
"""A picture of fewer weeks shows nothing that the table does not."""
MOST_PICTURES = 16
ALL = "*"
AXES = {"share": "%", "points": "points", "score": "score", "seconds": "seconds"}
CONSISTENCY = (
    "Beside the mean stands how far single intervals, days, weeks and agents scatter around it: the standard "
    "deviation, of shares in points. A trend is named better or worse where it is beyond chance (95 %)."
)
Words = Mapping[str, str]


def scorecard_page(card: pd.DataFrame, weeks: pd.DataFrame, words: Words, title: str) -> str:
    """One HTML file. card, weeks: rows of Scorecard and ScorecardWeeks; words: what each measure is called."""
    sections = (
        _glance(card),
        Section("unknown", "What is not measured", tuple(_unknown(card, words))),
        Section("measures", "Measures by principle", tuple(_measures(card, words))),
        Section("weeks", "Week by week", tuple(_weeks(card, weeks, words))),
    )
    return sections_page(f"Scorecard: {title}", tuple(section for section in sections if section.blocks))


def _glance(card: pd.DataFrame) -> Section:
    known = card[card["state"] != STATES[0]]
    covered = set(known["principle"])
    worse = known[known["trend_is"] == "worse"]
    cards = (
        Card("principles measured", f"{len(covered)} of {len(PRINCIPLES)}", "seven, and five questions of access"),
        Card("targets missed", count((known["state"] == "missed").sum()), f"of {_with_target(known)} with a target"),
        Card("getting worse", count(len(worse)), "trends beyond chance"),
    )
    nothing = [name for name in PRINCIPLES if name not in covered]
    alerts: list[Block] = [Alert(f"Nothing is measured of: {', '.join(nothing)}.")] if nothing else []
    return Section("glance", "At a glance", (Cards(cards), *alerts))


def _with_target(known: pd.DataFrame) -> str:
    return plural(int(known["target"].notna().sum()), "measure")


def _unknown(card: pd.DataFrame, words: Words) -> Iterator[Block]:
    rows = tuple(
        (Cell(r["principle"]), Cell(words[r["measure"]]), Cell(r["source"]))
        for r in card[card["state"] == STATES[0]].to_dict("records")
    )
    if rows:
        headers = tuple(Cell(text) for text in ("principle", "measure", "how to measure it"))
        yield Table("Not measured", headers, rows)


HEADERS = ("measure", "of", "actual", "target", "state", "trend a week", "over intervals", "over days", "over weeks",
           "over agents", "source")  # fmt: skip
NUMBERS = frozenset({2, 3, 6, 7, 8, 9})


def _measures(card: pd.DataFrame, words: Words) -> Iterator[Block]:
    known = card[card["state"] != STATES[0]]
    if known.empty:
        return
    yield Text(CONSISTENCY)
    headers = tuple(Cell(text, is_number=n in NUMBERS) for n, text in enumerate(HEADERS))
    for principle, own in known.groupby("principle", sort=False):
        rows = tuple(_row(r, words) for r in own.to_dict("records"))
        strong = tuple(int(n) for n in np.flatnonzero(own["queue"] == ALL)) if len(own) > 1 else ()
        yield Table(str(principle).capitalize(), headers, rows, strong)


def _row(row: dict[object, object], words: Words) -> tuple[Cell, ...]:
    unit, trend = str(row["unit"]), str(row["trend_is"])
    moved = f"{measured(_number(row['trend']), unit, signed=True)} {trend}" if trend else ""
    spreads = (
        measured(_number(row[f"spread_{name}"]), unit).removesuffix(" %")
        for name in ("intervals", "days", "weeks", "agents")
    )
    texts = (words[str(row["measure"])], "all" if row["queue"] == ALL else str(row["queue"]),
             measured(_number(row["actual"]), unit), measured(_number(row["target"]), unit), str(row["state"]), moved,
             *spreads, str(row["source"]))  # fmt: skip
    return tuple(Cell(text, is_number=n in NUMBERS) for n, text in enumerate(texts))


def _number(value: object) -> float:
    return float(str(value))


def _weeks(card: pd.DataFrame, weeks: pd.DataFrame, words: Words) -> Iterator[Block]:
    """A picture of each measure of all together that has some weeks."""
    whole = card[(card["queue"] == ALL) & (card["weeks"] >= FEWEST_WEEKS)]
    for number, row in enumerate(whole.to_dict("records")[:MOST_PICTURES], start=1):
        own = weeks[(weeks["measure"] == row["measure"]) & (weeks["queue"] == ALL)]
        name, unit, target = words[row["measure"]], str(row["unit"]), float(row["target"])
        cells = tuple(
            (Cell(short_day(day)), Cell(measured(value, unit), is_number=True))
            for day, value in zip(own["week"], own["value"], strict=True)
        )
        yield Figure(
            name="scorecard_weeks",
            number=number,
            title=f"{str(row['principle']).capitalize()}: {name}",
            alt=f"Line of {name} over {plural(len(own), 'week')}, from {cells[0][1].text} to {cells[-1][1].text}.",
            draw=functools.partial(plot_weeks, own, target, unit),
            height_inches=2.2,
            table=Table(name, (Cell("week of"), Cell(name, is_number=True)), cells),
            caption="" if np.isnan(target) else "Dashed: the target.",
        )


def plot_weeks(own: pd.DataFrame, target: float, unit: str, ax: Axes) -> Axes:
    """The measure of each week, and its target."""
    scale = 100 if unit == "share" else 1
    ax.plot(own["week"].to_numpy(), scale * own["value"].to_numpy(), "o-", color=BLUE, markersize=4, label="actual")
    if not np.isnan(target):
        ax.axhline(scale * target, color=ORANGE, linestyle="--", linewidth=1.4, label="target")
    ax.set_xticks(own["week"].to_numpy()[:: max(1, len(own) // 8)])
    ax.tick_params(axis="x", colors=INK)
    ax.set_ylabel(AXES[unit])
    ax.legend(loc="upper left", ncols=2, bbox_to_anchor=(0, 1.22))
    return ax
