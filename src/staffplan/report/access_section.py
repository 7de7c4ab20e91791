"""The section on honest access: which promises to be there are honest, thin or broken, and what can be promised."""

from __future__ import annotations

import functools
import math

import pandas as pd

from staffplan.report import access_plots
from staffplan.report.access import access_hours, honest_hours, usual_reason
from staffplan.report.blocks import Block, Column, Figure, Section, Table, Text, table_of
from staffplan.report.data import ReportData
from staffplan.report.formats import WEEKDAY_NAMES, count, plural
from staffplan.tables.access import VERDICTS, AccessVerdicts
from staffplan.words import mark, tr


def access_section(data: ReportData) -> Section:
    """Without blocks where the plan has no access.csv."""
    return Section("access", tr("Honest access"), tuple(_blocks(data)))


def _blocks(data: ReportData) -> list[Block]:
    if data.access is None:
        return []
    calendar = data.site.calendar
    hours = access_hours(data.access, calendar.timezone).frame
    queues = queue_table(data.access)
    blocks: list[Block] = [
        Text(
            tr(
                "Honest: nearly all callers are answered within the limit of [access], and still would "
                "be if one person were missing. Thin: it works as long as nobody is missing. Broken: "
                "nobody is there, those who are there cannot resolve the contact, or callers wait too "
                "long. Deferred work is judged by day, by its own goal."
            )
        ),
        _counts_table(queues),
    ]
    if len(hours):
        blocks.append(_figure(hours))
    promised = honest_hours(data.access, calendar.timezone, calendar.interval_minutes).frame
    return [*blocks, _promise_table(promised)] if len(promised) else blocks


def queue_table(verdicts: AccessVerdicts) -> pd.DataFrame:
    """By queue: promised intervals or days, the verdicts, and the usual reason of those that are not honest."""
    rows = [
        {
            "queue": queue,
            "counted": "days" if (own["period"] == "day").all() else "intervals",
            "promised": len(own),
            **{verdict: int((own["verdict"] == verdict).sum()) for verdict in VERDICTS},
            "reason": usual_reason(own["reason"]),
        }
        for queue, own in verdicts.frame.groupby("queue")
    ]
    return pd.DataFrame(rows, columns=["queue", "counted", "promised", *VERDICTS, "reason"])


def _counts_table(queues: pd.DataFrame) -> Table:
    numbers: list[Column] = [(name, name, count) for name in ("promised", *VERDICTS)]
    columns: list[Column] = [("queue", mark("queue"), None), ("counted", mark("counted"), None), *numbers]
    columns.append(("reason", mark("usual reason"), None))
    return table_of(queues, columns, tr("Verdicts by queue, whole plan"))


def _figure(hours: pd.DataFrame) -> Figure:
    broken, thin = int(hours["broken"].sum()), int(hours["thin"].sum())
    said = tr(
        "{broken} broken and {thin} thin", broken=plural(broken, "interval is", "intervals are"), thin=count(thin)
    )
    worst = hours[(hours["broken"] > 0) | (hours["thin"] > 0)]
    rows = worst.assign(day=[WEEKDAY_NAMES[int(day)] for day in worst["weekday"]])
    numbers: list[Column] = [(name, name, count) for name in ("promised", *VERDICTS)]
    columns: list[Column] = [
        ("queue", mark("queue"), None),
        ("day", mark("day"), None),
        ("hour", mark("hour"), _hour),
        *numbers,
        ("reason", mark("usual reason"), None),
    ]
    return Figure(
        name="access",
        title=tr("Promised hours: honest, thin, broken"),
        alt=tr("Chart of weekdays and hours by queue; {said}.", said=said),
        draw=functools.partial(access_plots.plot_access, hours),
        height_inches=access_plots.height_inches(hours),
        table=table_of(rows, columns, tr("Hours with intervals that are not honest")),
        caption=tr("The worst of all weeks in each hour; {said}.", said=said),
    )


def _promise_table(promised: pd.DataFrame) -> Table:
    rows = promised.assign(
        day=[WEEKDAY_NAMES[int(day)] for day in promised["weekday"]],
        **{name: promised[name].replace("", "none") for name in ("honest", "answered")},
    )
    columns: list[Column] = [
        ("queue", mark("queue"), None),
        ("day", mark("day"), None),
        ("promised", mark("promised"), None),
        ("honest", mark("honest on all such days"), None),
        ("answered", mark("honest or thin"), None),
    ]
    return table_of(rows, columns, tr("Hours that can be promised with this roster"))


def _hour(value: float) -> str:
    return tr("all day") if math.isnan(value) else f"{value:02.0f}:00"
