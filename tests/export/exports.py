"""What the exports are made from: a few rows of forecast and roster, made by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from staffplan.export import Ids
from staffplan.export.pay import pay_hours
from staffplan.planned import PlannedDays, between
from staffplan.settings.export import PayrollSettings
from staffplan.tables.exchange import PayHours
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

WEEK = between(date(2026, 11, 2), date(2026, 11, 8))
Part = tuple[str, str, str, str, str]
"""Start and end (UTC), activity, planning group, paid."""


def forecast(rows: Sequence[tuple[str, str, float, float]], channel: str = "voice") -> VolumeForecast:
    """Rows of queue, start (UTC), offered, AHT in seconds."""
    frame = pd.DataFrame(rows, columns=["queue", "interval_start", "offered", "aht_seconds"])
    frame["interval_start"] = pd.to_datetime(frame["interval_start"], utc=True)
    bands = dict.fromkeys(("offered_p10", "offered_p90", "offered_p025", "offered_p975"), 1.0)
    return VolumeForecast.of(frame.assign(channel=channel, method="given", **bands))


def half_hours(first: str, count: int, queue: str = "Support EN") -> VolumeForecast:
    """So many half hours from an instant (UTC) on, with 10 contacts of 240 s each."""
    starts = pd.date_range(first, periods=count, freq="30min", tz="UTC")
    return forecast([(queue, start.isoformat(), 10.0, 240.0) for start in starts])


def one_shift(agent: str, day: str, shift: str, parts: Sequence[Part], name: str = "") -> Roster:
    """A roster of one shift."""
    columns = ["start", "end", "activity", "planning_group", "paid"]
    rows = pd.DataFrame(parts, columns=columns)
    for column in ("start", "end"):
        rows[column] = pd.to_datetime(rows[column], utc=True)
    paid = rows.loc[rows["paid"] == "yes", "end"] - rows.loc[rows["paid"] == "yes", "start"]
    who = {"agent_id": agent, "schedule_date": pd.Timestamp(day)}
    shifts = pd.DataFrame([{**who, "name": name, "shift": shift, "paid_hours": paid.sum() / pd.Timedelta(hours=1)}])
    shifts = shifts.assign(start=rows["start"].min(), end=rows["end"].max())
    return Roster(RosterShifts.of(shifts), RosterActivities.of(rows.assign(**who, activity_date=pd.Timestamp(day))))


def agents(*rows: tuple[str, str, str]) -> Agents:
    """agent_id, name, work_plan."""
    return Agents.of(pd.DataFrame(rows, columns=["agent_id", "name", "work_plan"]))


def hours(
    found: dict[str, dict[str, float]],
    payroll: PayrollSettings,
    *,
    names: dict[str, str] | None = None,
    ids: dict[str, str] | None = None,
    planned: PlannedDays = WEEK,
) -> PayHours:
    """Pay hours of agents by kind: eight hours a day at most, from the first day planned on."""
    minutes: Counter[tuple[str, date, str]] = Counter()
    for agent, kinds in found.items():
        for kind, total in kinds.items():
            left = round(total * 60)
            for number in range(planned.number):
                minutes[agent, planned.first + timedelta(days=number), kind] += min(480, left)
                left -= min(480, left)
    known = Ids({"agent": ids or {}}, "ids.csv")
    return pay_hours(+minutes, names or {}, known, payroll, planned)
