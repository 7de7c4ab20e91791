"""The page of `track`: errors beside their floor, day totals in their bands with alarms, value added, waits."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from staffplan.report.blocks import Alert, Block, Card, Cards, Cell, Figure, Section, Table, Text
from staffplan.report.formats import count, share, short_day
from staffplan.report.page import sections_page
from staffplan.report.style import BLUE, INK, ORANGE, SKY, VERMILION
from staffplan.tables.forecast import ALL_QUEUES

MOST_QUEUES = 12
"""Queues with a picture of their days, the busiest."""
LAST = 0
"""weeks_before of the forecast that was published last."""
WIDTH_95 = 1.959963984540054
FLOOR_WORDS = (
    "The floor is the error that a perfect forecast would have by chance: contacts come at random. At most "
    "the part of a bar above it can be avoided."
)
Frames = Mapping[str, pd.DataFrame]


def track_page(frames: Frames, alarms: Sequence[str], dead_zone: float) -> str:
    """One HTML file. frames: rows of TrackScores (scores), ValueAdded (added), TrackedDays (days) and TrackedWaits
    (waits); alarms: sentences."""
    sections = (
        _glance(frames, alarms),
        Section("errors", "Errors by how long before the forecast stood", tuple(_errors(frames["scores"]))),
        Section("days", "Day totals and their bands", tuple(_days(frames["days"]))),
        Section("added", "What each step gained", tuple(_added(frames["added"], dead_zone))),
        Section("waits", "Waits predicted and as they were", tuple(_waits(frames["waits"]))),
        Section("when", "Weekdays and hours", tuple(_periods(frames["scores"]))),
    )
    return sections_page("Published plans against what came", sections)


def _glance(frames: Frames, alarms: Sequence[str]) -> Section:
    scores = frames["scores"]
    whole = scores[(scores["by"] == "queue") & (scores["weeks_before"] == scores["weeks_before"].min())].iloc[0]
    alarmed = frames["days"][frames["days"]["alarm"] != ""]
    still = int((alarmed["open"] == "yes").sum())
    cards = [
        Card("error of an interval", _share(whole["wape"]), f"{_share(whole['floor'])} by chance alone"),
        Card("error of a day", _share(whole["wape_day"]), f"{_share(whole['floor_day'])} by chance alone"),
        Card("bias", _share(whole["bias"]), "above zero: too much was forecast"),
        Card("inside the 80 % band", _share(whole["coverage_80"]), f"95 % band: {_share(whole['coverage_95'])}"),
        Card("alarms", str(len(alarmed)), f"{still} without anything published since"),
    ]
    told: list[Block] = [Alert(line) for line in alarms if line.startswith("alarm")]
    return Section("glance", "At a glance", (Cards(tuple(cards)), *told, Text(f"{alarms[-1].capitalize()}.")))


def _share(value: float) -> str:
    return share(value) if value == value else "not known"


def _of_queues(scores: pd.DataFrame) -> pd.DataFrame:
    return scores[scores["by"] == "queue"].sort_values(["queue", "weeks_before"])


def _before(weeks: float) -> str:
    return "last published" if weeks == LAST else f"{weeks:.0f} week{'s' if weeks > 1 else ''} before"


def _name(queue: str) -> str:
    return "all queues" if queue == ALL_QUEUES else queue


def _errors(scores: pd.DataFrame) -> Iterator[Block]:
    rows = _of_queues(scores)
    queues = rows.groupby("queue")["offered"].max().sort_values(ascending=False).index[:MOST_QUEUES]
    shown = rows[rows["queue"].isin(queues)]
    columns = ("wape", "floor", "avoidable", "expected", "wape_day", "bias", "coverage_80", "coverage_95")
    header = ("queue", "forecast", "contacts", "error", "floor", "avoidable", "expected", "day error", "bias",
              "in 80 % band", "in 95 % band")  # fmt: skip
    cells = tuple(
        (Cell(_name(r["queue"])), Cell(_before(r["weeks_before"])), Cell(count(r["offered"]), is_number=True),
         *(Cell(_share(r[name]), is_number=True) for name in columns))
        for r in rows.to_dict("records")
    )  # fmt: skip
    headers = tuple(Cell(text, is_number=number > 1) for number, text in enumerate(header))
    table = Table("Error as a share of the contacts that came", headers, cells)
    worst = shown.sort_values("wape", ascending=False).iloc[0]
    said = f"; the largest is {_share(worst['wape'])} of {_name(worst['queue'])}"
    yield Figure(
        name="error_by_horizon",
        title="Error of an interval, and its floor",
        alt=f"Bars of the error by queue and how long before the forecast stood, with the floor of each{said}.",
        draw=functools.partial(plot_errors, shown),
        height_inches=max(2.2, 0.32 * len(shown) + 1.0),
        table=table,
        caption=FLOOR_WORDS,
    )


def plot_errors(rows: pd.DataFrame, ax: Axes) -> Axes:
    """A bar for each queue and horizon, and a mark where its floor is."""
    at = np.arange(len(rows))
    ax.barh(at, 100 * rows["wape"].to_numpy(), color=SKY, edgecolor=BLUE, hatch="///", label="error")
    ax.plot(
        100 * rows["floor"].to_numpy(), at, "|", color=INK, markersize=14, markeredgewidth=2.5, label="floor: chance"
    )
    names = [f"{_name(q)}, {_before(w)}" for q, w in zip(rows["queue"], rows["weeks_before"], strict=True)]
    ax.set_yticks(at, names)
    ax.invert_yaxis()
    ax.set_xlabel("error of an interval, % of contacts")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return ax


def _days(days: pd.DataFrame) -> Iterator[Block]:
    if days.empty:
        yield Text("No day is known whole.")
        return
    busiest = days.groupby("queue")["offered"].sum().sort_values(ascending=False).index
    for number, queue in enumerate(busiest[:MOST_QUEUES], start=1):
        own = days[days["queue"] == queue]
        alarmed = own[own["alarm"] != ""]
        rows = tuple(
            (Cell(short_day(r["day"])), Cell(count(r["offered_forecast"]), is_number=True),
             Cell(count(r["offered"]), is_number=True), Cell(f"{r['error']:+.1f}", is_number=True), Cell(r["alarm"]))
            for r in own.to_dict("records")
        )  # fmt: skip
        texts = ("day", "forecast", "actual", "off, in spreads", "alarm")
        yield Figure(
            name="tracked_days",
            number=number,
            title=f"{queue}: contacts a day",
            alt=f"Line of the forecast of {queue} with its 95 % band, dots of what came; {len(alarmed)} alarms.",
            draw=functools.partial(plot_days, own),
            height_inches=2.6,
            table=Table(queue, tuple(Cell(t, is_number=0 < n < 4) for n, t in enumerate(texts)), rows),
            caption="Band: where 95 of 100 days should lie. Cross: alarm. Days of which every interval is known.",
        )


def plot_days(own: pd.DataFrame, ax: Axes) -> Axes:
    """What came, as dots, over the forecast and its band."""
    at, said, wide = own["day"].to_numpy(), own["offered_forecast"].to_numpy(), WIDTH_95 * own["spread"].to_numpy()
    ax.fill_between(
        at, np.maximum(said - wide, 0), said + wide, color=SKY, alpha=0.35, linewidth=0, label="95 % band"
    )
    ax.plot(at, said, color=BLUE, linewidth=1.2, label="forecast")
    ax.plot(at, own["offered"].to_numpy(), "o", color=INK, markersize=3.2, label="actual")
    alarmed = own[own["alarm"] != ""]
    if len(alarmed):
        ax.plot(
            alarmed["day"], alarmed["offered"], "x", color=VERMILION, markersize=9, markeredgewidth=2.2, label="alarm"
        )
    ax.set_ylabel("contacts a day")
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper left", ncols=4, bbox_to_anchor=(0, 1.18))
    return ax


def _added(added: pd.DataFrame, dead_zone: float) -> Iterator[Block]:
    if added.empty:
        yield Text("Not known: the actuals have no weeks before the first entry.")
        return
    yield Text(
        "Each step against the one before, in points of the error of an interval. "
        f"Up to {100 * dead_zone:g} points count as no difference."
    )
    rows = tuple(
        (Cell(_name(r["queue"])), Cell(r["step"]),
         *(Cell(_share(r[n]), is_number=True) for n in ("wape", "wape_day", "bias")),
         *(Cell(_points(r[n]), is_number=True) for n in ("gain_naive", "gain_previous")), Cell(r["verdict"]))
        for r in added.to_dict("records")
    )  # fmt: skip
    texts = ("queue", "step", "error", "day error", "bias", "gain over naive", "gain over step before", "verdict")
    strong = tuple(int(n) for n in np.flatnonzero(added["step"] == "final"))
    yield Table("Value added", tuple(Cell(t, is_number=1 < n < 7) for n, t in enumerate(texts)), rows, strong)


def _points(value: float) -> str:
    return f"{100 * value:+.1f}" if value == value else ""


def _waits(waits: pd.DataFrame) -> Iterator[Block]:
    if waits.empty:
        yield Text("Not known: the actuals do not tell how many were answered in time, or no roster was published.")
        return
    for number, (group, own) in enumerate(waits.groupby("planning_group", sort=True), start=1):
        rows = tuple(
            (Cell(short_day(r["day"])), *(Cell(_share(r[n]), is_number=True) for n in (
                "goal", "service_level_predicted", "service_level_low", "service_level_high", "service_level")),
             Cell(r["inside"]), Cell(r["kept"]))
            for r in own.to_dict("records")
        )  # fmt: skip
        texts = ("day", "goal", "predicted", "low", "high", "actual", "inside", "goal met")
        inside = (own["inside"] == "yes").sum()
        yield Figure(
            name="tracked_waits",
            number=number,
            title=f"{group}: answered in time",
            alt=f"Service level of {group} and its bounds, and as it was; {inside} of {len(own)} days inside.",
            draw=functools.partial(plot_waits, own),
            height_inches=2.6,
            table=Table(str(group), tuple(Cell(t, is_number=0 < n < 6) for n, t in enumerate(texts)), rows),
            caption="Bounds: where nine of ten days should lie.",
        )


def plot_waits(own: pd.DataFrame, ax: Axes) -> Axes:
    """The service level of each day over the bounds predicted."""
    at = own["day"].to_numpy()
    low, high = (100 * own[name].to_numpy() for name in ("service_level_low", "service_level_high"))
    ax.vlines(at, low, high, color=SKY, linewidth=6, label="predicted, nine of ten days")
    ax.plot(at, 100 * own["service_level_predicted"].to_numpy(), "_", color=BLUE, markersize=9, label="predicted")
    ax.plot(at, 100 * own["service_level"].to_numpy(), "o", color=INK, markersize=3.5, label="actual")
    ax.plot(at, 100 * own["goal"].to_numpy(), color=ORANGE, linestyle="--", linewidth=1.2, label="goal")
    ax.set_ylabel("answered in time, %")
    ax.legend(loc="lower left", ncols=4)
    return ax


def _periods(scores: pd.DataFrame) -> Iterator[Block]:
    """The forecast published last by weekday and hour."""
    last = scores[scores["weeks_before"] == scores["weeks_before"].min()]
    columns = ("wape", "floor", "bias", "coverage_80")
    for by in ("weekday", "hour"):
        rows = tuple(
            (Cell(_name(r["queue"])), Cell(r["period"]), Cell(count(r["offered"]), is_number=True),
             *(Cell(_share(r[name]), is_number=True) for name in columns))
            for r in last[last["by"] == by].to_dict("records")
        )  # fmt: skip
        texts = ("queue", by, "contacts", "error", "floor", "bias", "in 80 % band")
        yield Table(f"By {by}", tuple(Cell(t, is_number=n > 1) for n, t in enumerate(texts)), rows)
