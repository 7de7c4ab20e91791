"""Tiny rosters by quarters of an hour, and their cost counted the slow way: for the tests of meetings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
import pandas as pd
from roster_centers import MADRID, Center, day

from staffplan.clock import wall_instant
from staffplan.tables.meetings import Meetings
from staffplan.tables.people import TimeOff, Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

QUARTER = pd.Timedelta(minutes=15)
GROUPS = ("chat", "voice")
CENTER = Center(
    {"voice": {(0, 8): 1.0, (1, 8): 1.0}, "chat": {(0, 9): 1.0}},
    agents=[(name, "voice;chat", "any") for name in ("ann", "bob", "cleo")],
    minutes=30,
)
Doing = dict[tuple[str, int], list[tuple[pd.Timestamp, str]]]
"""For each agent and day number of a shift the quarters and what is done in them: "voice", "break"."""


def meeting(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "meeting": "talk",
        "activity": "meeting",
        "minutes": 30,
        "first_day": day(0),
        "last_day": day(1),
        "hours": "",
        "agents": "",
        "staffing_group": "",
        "together": "yes",
    }
    return row | changes


def meetings(*rows: Mapping[str, object]) -> Meetings:
    frame = pd.DataFrame(rows)
    return Meetings.of(frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("first_day", "last_day")}))


def people(*rows: Mapping[str, object], center: Center = CENTER, off: TimeOff | None = None) -> Workforce:
    workforce = replace(center.workforce, meetings=meetings(*rows))
    return workforce if off is None else replace(workforce, time_off=off)


def random_need(rng: np.random.Generator) -> StaffingRequirement:
    """From one hour before the first shift to one after the last, on both days."""
    hours = [(d, hour) for d in range(2) for hour in range(7, 15)]
    need = {group: {at: float(rng.integers(0, 5)) / 2 for at in hours} for group in GROUPS}
    return CENTER.but(need=need).requirement


def random_doing(rng: np.random.Generator, agents: Sequence[str] = ("ann", "bob", "cleo")) -> Doing:
    """Shifts of two to four hours with a break, serving a group for an interval at least."""
    doing: Doing = {}
    for agent_id in agents:
        for d in range(2):
            if rng.random() < 0.25:
                continue
            start = wall_instant(day(d), 60 * int(rng.integers(8, 11)), MADRID)
            groups = rng.choice(GROUPS, 12)
            quarters = int(rng.integers(8, 17))
            what = [str(groups[n // 2]) for n in range(quarters)]
            what[int(rng.integers(2, quarters - 2))] = "break"
            doing[agent_id, d] = [(start + n * QUARTER, what[n]) for n in range(quarters)]
    return doing


def roster_of(doing: Doing) -> Roster:
    """The tables of it; neighbouring quarters of the same kind are one row."""
    shifts, rows = [], []
    for (agent_id, d), quarters in doing.items():
        date = {"agent_id": agent_id, "schedule_date": pd.Timestamp(day(d))}
        times = {"start": quarters[0][0], "end": quarters[-1][0] + QUARTER}
        shifts.append(date | times | {"shift": "day", "paid_hours": len(quarters) / 4})
        for what, part in groupby(quarters, key=lambda quarter: quarter[1]):
            inside = [at for at, _ in part]
            start = inside[0]
            rows.append(
                date
                | {
                    "activity_date": start.tz_convert(MADRID).tz_localize(None).normalize(),
                    "start": start,
                    "end": inside[-1] + QUARTER,
                    "activity": "queue" if what in GROUPS else what,
                    "planning_group": what if what in GROUPS else "",
                    "paid": "yes",
                }
            )
    return Roster(RosterShifts.of(pd.DataFrame(shifts)), RosterActivities.of(pd.DataFrame(rows)))


QUARTERS = [wall_instant(day(0), 0, MADRID) + n * QUARTER for n in range(2 * 96)]
HALF_HOURS = [at.floor("30min") for at in QUARTERS]


def slow_cost(roster: Roster, need: StaffingRequirement) -> float:
    """Hours missing at 10 and too many at 1, counted quarter by quarter of the two days."""
    heads: Counter[tuple[pd.Timestamp, str]] = Counter()
    for row in roster.activities.frame.itertuples():
        at = row.start
        while row.activity == "queue" and at < row.end:
            heads[at, row.planning_group] += 1
            at += QUARTER
    return _cost(heads, need)


def cost_of(doing: Doing, need: StaffingRequirement) -> float:
    return _cost(Counter(quarter for quarters in doing.values() for quarter in quarters), need)


def _cost(heads: Mapping[tuple[pd.Timestamp, str], int], need: StaffingRequirement) -> float:
    frame = need.frame
    keys = zip(frame["interval_start"], frame["planning_group"], strict=True)
    due = dict(zip(keys, frame["agents_on_queue"], strict=True))
    total = 0.0
    for at, interval in zip(QUARTERS, HALF_HOURS, strict=True):
        for group in GROUPS:
            net = heads.get((at, group), 0) - due.get((interval, group), 0.0)
            total += (net if net > 0 else -10 * net) / 4
    return total


def with_meeting(doing: Doing, agents: Iterable[str], start: pd.Timestamp, minutes: int, what: str) -> Doing | None:
    """The same with a meeting; None where somebody is not on queue all along, within one shift."""
    during = {start + n * QUARTER for n in range(minutes // 15)}
    changed = dict(doing)
    for agent_id in agents:
        for key, quarters in doing.items():
            if key[0] == agent_id and during <= {at for at, work in quarters if work in GROUPS}:
                changed[key] = [(at, what if at in during else work) for at, work in quarters]
                break
        else:
            return None
    return changed
