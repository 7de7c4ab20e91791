"""What a plan does not keep, does not know and does not reckon, in one list."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from staffplan.report import promises, summaries
from staffplan.report.data import ReportData
from staffplan.report.formats import day, exact_hours, method, plural, share
from staffplan.report.sheets import DAY, Sheet
from staffplan.words import mark, tr

NOBODY = mark("nobody named")
CANDOUR: tuple[Sheet, ...] = (
    ("section", mark("what"), ""),
    ("subject", mark("subject"), ""),
    ("text", mark("in words"), ""),
    ("owner", mark("owner"), ""),
    ("date", mark("since"), DAY),
)
Row = tuple[str, str, str, str, object]


def candour(data: ReportData) -> pd.DataFrame:
    """Goals missed, intervals not covered, assumptions with their owners, forecast error, what is not modelled."""
    parts = (_missed(data), _uncovered(data), _assumed(data), _forecast(data), _left_out(data))
    rows = [row for part in parts for row in part]
    frame = pd.DataFrame(rows, columns=[name for name, _, _ in CANDOUR])
    return frame.assign(date=pd.to_datetime(frame["date"]))


def _missed(data: ReportData) -> Iterator[Row]:
    broken = promises.broken_promises(data)
    for row in broken.to_dict("records"):
        below = tr(
            "{service_level} in place of {goal}", service_level=share(row["service_level"]), goal=share(row["goal"])
        )
        times = tr(", below it at {hours}", hours=row["hours"]) if row["hours"] else ""
        yield tr("goal missed"), f"{row['planning_group']}, {day(row['day'])}", below + times, "", None
    if broken.empty:
        yield tr("goal missed"), "", "none", "", None


def _uncovered(data: ReportData) -> Iterator[Row]:
    """Each day on which fewer people are rostered than required, with its times."""
    hours, any_short = data.site.calendar.interval_minutes / 60, False
    for group in sorted(set(data.coverage.frame["planning_group"])):
        frame = summaries.coverage_of(data, group)
        short = frame[frame["net"] < 0]
        if short.empty:
            continue
        any_short = True
        days = pd.DatetimeIndex(short["interval_start"]).tz_convert(data.site.calendar.timezone)
        missing = (-short["net"] * hours).groupby(days.date).sum()
        for at, spans in promises.spans_by_day(short, data.site).items():
            text = tr(
                "{missing} hours missing: {spans}", missing=exact_hours(float(missing[at])), spans=", ".join(spans)
            )
            yield tr("interval not covered"), f"{group}, {day(at)}", text, "", None
    if not any_short:
        yield tr("interval not covered"), "", "none", "", None


def _assumed(data: ReportData) -> Iterator[Row]:
    """Assumptions of the settings, then those of the steps; with the owner where one stands for the same thing."""
    owners = {one.about: one for one in data.assumptions if one.about}
    for one in data.assumptions:
        yield "assumption", one.about, one.text, one.owner, one.date
    for note in data.notes:
        if note.kind == "assumption":
            owner = owners.get(note.place)
            named = (NOBODY, None) if owner is None else (owner.owner, owner.date)
            yield "assumption", note.place or note.step, note.message, *named


def _forecast(data: ReportData) -> Iterator[Row]:
    """What the methods in use would have erred by, had they forecast the past."""
    chosen = data.backtest.frame[data.backtest.frame["chosen"] == "yes"]
    for row in chosen.to_dict("records"):
        if np.isnan(row["wape"]):
            yield (
                tr("forecast error"),
                row["queue"],
                tr("not known: the history is too short for a backtest"),
                "",
                None,
            )
            continue
        errors = tr("{wape} of the contacts by interval", wape=share(row["wape"]))
        errors += "" if np.isnan(row["wape_day"]) else tr(", {wape_day} by day", wape_day=share(row["wape_day"]))
        off = tr("too high") if row["bias"] > 0 else tr("too low")
        bias = "" if np.isnan(row["bias"]) else tr("; in all {bias} {off}", bias=share(abs(row["bias"])), off=off)
        tries = plural(row["origins"], "past forecast")
        yield tr("forecast error"), row["queue"], f"{errors}{bias}; {method(row['method'])}, {tries}", "", None


def _left_out(data: ReportData) -> Iterator[Row]:
    for note in data.notes:
        if note.kind in ("left out", "warning"):
            kind = tr("not modelled") if note.kind == "left out" else "warning"
            yield kind, note.place or note.step, note.message, "", None
