"""Small rosters to hand off, written shift by shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from staffplan.clock import wall_instant
from staffplan.report.handoff import Handoff
from staffplan.tables.people import Agents, TimeOff
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.waits import Coverage

MADRID = "Europe/Madrid"
MONDAY = date(2026, 12, 7)
SPRING, AUTUMN = date(2026, 3, 28), date(2026, 10, 24)
"""Saturdays before the clock of Madrid goes forward, and back."""
EVIL = '=HYPERLINK("http://example.org","pay")'


@dataclass(frozen=True)
class Work:
    """A shift, by wall-clock minutes after midnight; half an hour in its middle is a meal, or the time `free`, from
    and to, between its two parts."""

    agent: str
    day: date
    begin: int = 8 * 60
    end: int = 16 * 60
    shift: str = "early"
    name: str = ""
    group: str = "sales"
    zone: str = MADRID
    free: tuple[int, int] = (0, 0)

    def spans(self) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
        start, end = (wall_instant(self.day, minute, self.zone) for minute in (self.begin, self.end))
        if self.free[1]:
            away, back = (wall_instant(self.day, minute, self.zone) for minute in self.free)
            return [("queue", start, away), ("split", away, back), ("queue", back, end)]
        half = start + (end - start) // 2
        half = half.floor("15min")
        edges = (start, half, half + pd.Timedelta(minutes=30), end)
        return list(zip(("queue", "meal", "queue"), edges[:-1], edges[1:], strict=True))

    def shift_row(self) -> dict[str, object]:
        spans = self.spans()
        worked = sum((end - start for what, start, end in spans if what == "queue"), pd.Timedelta(0))
        return {
            "agent_id": self.agent,
            "name": self.name or f"Name of {self.agent}",
            "schedule_date": pd.Timestamp(self.day),
            "shift": self.shift,
            "start": spans[0][1],
            "end": spans[-1][2],
            "paid_hours": worked / pd.Timedelta(hours=1),
        }

    def activity_rows(self) -> list[dict[str, object]]:
        return [
            {
                "agent_id": self.agent,
                "schedule_date": pd.Timestamp(self.day),
                "activity_date": start.tz_convert(self.zone).tz_localize(None).normalize(),
                "start": start,
                "end": end,
                "activity": what,
                "planning_group": self.group if what == "queue" else "",
                "paid": "yes" if what == "queue" else "no",
            }
            for what, start, end in self.spans()
        ]


def roster_of(works: Sequence[Work]) -> Roster:
    if not works:
        return Roster(RosterShifts.empty(), RosterActivities.empty())
    return Roster(
        RosterShifts.of(pd.DataFrame([work.shift_row() for work in works])),
        RosterActivities.of(pd.DataFrame([row for work in works for row in work.activity_rows()])),
    )


def handoff_of(*works: Work, zone: str = MADRID, **more: object) -> Handoff:
    """A roster of these shifts, with nothing beside it but what is given."""
    return replace(Handoff(roster_of(works), zone, "A center"), **more)


def week_of(agent: str, monday: date = MONDAY, **how: object) -> list[Work]:
    """Monday to Friday."""
    return [replace(Work(agent, monday + timedelta(days=step)), **how) for step in range(5)]


def agents_of(*rows: tuple[str, str, str, str]) -> Agents:
    """Identifier, name, staffing group, contract."""
    columns = ["agent_id", "name", "staffing_group", "work_plan"]
    return Agents.of(pd.DataFrame(list(rows), columns=columns).assign(skills="sales"))


def time_off_of(*rows: tuple[str, date, date, str]) -> TimeOff:
    columns = ["agent_id", "first_day", "last_day", "kind"]
    frame = pd.DataFrame(list(rows), columns=columns)
    return TimeOff.of(frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("first_day", "last_day")}))


def coverage_of(day: date = MONDAY, groups: Sequence[str] = ("sales",)) -> Coverage:
    """Half-hours from eight to ten: one short, half a person short, just right, one over."""
    nets = (-1.0, -0.5, 0.0, 1.0)
    rows = [
        (wall_instant(day, 480 + 30 * step, MADRID), group, 4.0, 4.0 + net, net)
        for group in groups
        for step, net in enumerate(nets)
    ]
    names = ["interval_start", "planning_group", "required", "scheduled", "net"]
    return Coverage.of(pd.DataFrame(rows, columns=names))
