"""A mix of shifts read back from its tables: as a roster of positions, and counted anew interval by interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pandas as pd
from roster_centers import NOBODY, Center

from staffplan.roster.shifts.money import Pay
from staffplan.roster.shifts.step import MixOfShifts, mix_of_shifts
from staffplan.tables.people import Agents, Workforce
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

HOUR = pd.Timedelta(hours=1)


def plan(center: Center, **more: object) -> MixOfShifts:
    """The mix for a center, proven to the last hour unless told otherwise; a contract costs its hourly_rate."""
    pay = more.pop("pay", Pay({name: contract.hourly_rate or 1.0 for name, contract in center.work_plans.items()}))
    return mix_of_shifts(
        center.requirement,
        center.settings,
        pay,  # type: ignore[arg-type]
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
        **{"gap": 0.0, **more},  # type: ignore[arg-type]
    )


def on_queue(mix: MixOfShifts, group: str, at: pd.DatetimeIndex, repeats: pd.Timedelta | None = None) -> np.ndarray:
    """People on queue at each instant, from starts, lengths and pauses alone; a period that repeats wraps around."""
    total = np.zeros(len(at), dtype=np.int64)
    for moment in (at,) if repeats is None else (at, at + repeats):
        for sign, table in ((1, mix.shifts), (-1, mix.pauses)):
            for row in table.frame[table.frame["planning_group"] == group].itertuples():
                total += sign * int(row.heads) * ((row.start <= moment) & (moment < row.end))
    return total


def short(mix: MixOfShifts, center: Center) -> list[tuple[str, pd.Timestamp, float]]:
    """Group, instant and people missing wherever the need is not covered, every five minutes."""
    first, days = center.first_day, {d for need in center.need.values() for d, _ in need}
    zone = center.timezone
    whole = (max(days) + 1) % 7 == 0
    edges = [pd.Timestamp(first).tz_localize(zone) + pd.DateOffset(days=n) for n in (0, max(days) + 1)]
    repeats = edges[1] - edges[0] if whole else None
    found = []
    for group, rows in center.requirement.frame.groupby("planning_group"):
        parts = center.minutes // 5
        at = pd.DatetimeIndex(rows["interval_start"].repeat(parts))
        at += pd.to_timedelta(np.tile(5 * np.arange(parts), len(rows)), unit="min")
        missing = rows["agents_on_queue"].repeat(parts).to_numpy() - on_queue(mix, str(group), at, repeats)
        found += [(str(group), at[n], float(missing[n])) for n in np.flatnonzero(missing > 0)]
    return found


def as_roster(mix: MixOfShifts, center: Center) -> tuple[Roster, Workforce]:
    """Positions as agents. Pauses are handed out in the order in which they begin: each takes the next of each."""
    positions = mix.positions.frame
    waiting = defaultdict(list)
    for row in mix.pauses.frame.sort_values("start").itertuples():
        key = (row.day, row.planning_group, row.shift, row.pause)
        waiting[key] += [(row.start, row.end, row.activity)] * int(row.heads)
    shifts, activities = [], []
    for row in positions.itertuples():
        family = center.shifts[row.shift.rsplit(" ", 1)[0]]
        pauses = [waiting[row.day, row.planning_group, row.shift, n + 1].pop(0) for n in range(len(family.breaks))]
        paid = family.paid_minutes / 60
        base = {"agent_id": row.position, "schedule_date": row.day}
        shifts.append({**base, "shift": row.shift, "start": row.start, "end": row.end, "paid_hours": paid})
        at = row.start
        for (start, end, activity), pause in zip(pauses, family.breaks, strict=True):
            assert start >= at
            activities += [(base, at, start, "queue", row.planning_group, True)] if start > at else []
            activities.append((base, start, end, activity, "", pause.paid))
            at = end
        activities += [(base, at, row.end, "queue", row.planning_group, True)] if row.end > at else []
    assert not any(waiting.values())
    doing = [
        {
            **base,
            "activity_date": pd.Timestamp(start.tz_convert(center.timezone).date()),
            "start": start,
            "end": end,
            "activity": activity,
            "planning_group": group,
            "paid": "yes" if paid else "no",
        }
        for base, start, end, activity, group, paid in activities
    ]
    roster = Roster(RosterShifts.of(pd.DataFrame(shifts)), RosterActivities.of(pd.DataFrame(doing)))
    return roster, _workforce(mix)


def _workforce(mix: MixOfShifts) -> Workforce:
    agents = mix.positions.frame.groupby("position", as_index=False)[["planning_group", "work_plan"]].first()
    agents = agents.rename(columns={"position": "agent_id", "planning_group": "skills"})
    for turn in ("week", "day"):
        agents[f"rotation_{turn}"] = pd.to_numeric(agents["agent_id"].str.extract(rf" {turn} (\d+) ")[0])
    return replace(NOBODY, agents=Agents.of(agents))


def heads(mix: MixOfShifts) -> Counter[str]:
    """Heads by contract."""
    rows = mix.contracts.frame
    return Counter({str(name): int(n) for name, n in rows.groupby("work_plan")["heads"].sum().items() if n})
