"""Tables as what the rules read: who holds to which contract, locks, wishes, shifts under the name of their times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

import pandas as pd

from staffplan.clock import parse_weekdays, wall_instant
from staffplan.roster.problem.problem import plan_of
from staffplan.roster.problem.worked import Worked
from staffplan.roster.rules.known import Wish
from staffplan.roster.rules.registry import Holder
from staffplan.settings.roster import ShiftForm, ShiftSettings, WorkPlanSettings
from staffplan.tables.people import Workforce
from staffplan.tables.wishes import Wishes

MINUTE = pd.Timedelta(minutes=1)


def holders(workforce: Workforce, work_plans: Mapping[str, WorkPlanSettings], first_day: date) -> dict[str, Holder]:
    """Whom the agreement is read for, by agent; what time off counts is not in it yet."""
    agents, found, places = workforce.agents.frame, {}, Counter[str]()
    columns = (agents[name] for name in ("agent_id", "work_plan", "rotation_week", "rotation_day"))
    for agent_id, cell, *turns in zip(*columns, strict=True):
        plan = plan_of(str(cell), work_plans)
        week, day = (None if pd.isna(turn) else int(turn) for turn in turns)
        found[agent_id] = Holder(agent_id, plan, first_day, places[plan], week, day)
        places[plan] += 1
    locks = workforce.locks.frame
    for agent_id, rows in locks.groupby("agent_id"):
        days = zip(rows["day"].dt.date, rows["shift"], strict=True)
        if agent_id in found:
            found[agent_id] = replace(found[agent_id], locks=tuple(days))
    return found


def worked_by_agent(
    shifts: pd.DataFrame, families: Mapping[str, ShiftSettings], timezone: str
) -> dict[str, list[Worked]]:
    """Shifts of each agent by start. The name that is written counts only where several fit the times."""
    found: dict[str, list[Worked]] = {}
    columns = (shifts[name].tolist() for name in ("agent_id", "schedule_date", "start", "end", "paid_hours", "shift"))
    for agent_id, day, start, end, paid, written in sorted(zip(*columns, strict=True), key=lambda row: row[2]):
        forms = {form.name: form for form in forms_of(day.date(), start, end, families, timezone)}
        form = forms.get(written, next(iter(forms.values()), None))
        name, free = ("", None) if form is None else (form.name, free_of(form, start))
        found.setdefault(agent_id, []).append(Worked(day.date(), start, end, float(paid), name, free))
    return found


def forms_of(
    day: date, start: pd.Timestamp, end: pd.Timestamp, families: Mapping[str, ShiftSettings], timezone: str
) -> list[ShiftForm]:
    """The shifts of the settings, "early 08:00", that have these times on the day."""
    minutes = (end - start) / MINUTE
    return [
        form
        for name, family in families.items()
        if any(abs(minutes - length) < 0.5 for length in family.lengths)
        and day.weekday() in parse_weekdays(family.weekdays)
        for begin in _starts(day, family.start_minutes, timezone).get(start, ())
        for form in family.forms_at(name, begin)
        if abs(minutes - form.minutes) < 0.5
    ]


def free_of(form: ShiftForm, start: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Start and end of a split shift's free time, where the shift begins at `start`."""
    if form.free is None:
        return None
    begin = start + form.free.earliest * MINUTE
    return begin, begin + form.free.minutes * MINUTE


@lru_cache(maxsize=4096)
def _starts(day: date, minutes: tuple[int, ...], timezone: str) -> dict[pd.Timestamp, list[int]]:
    """Minutes of the wall clock by the instant they are on the day; two are one where the clock goes forward."""
    found: dict[pd.Timestamp, list[int]] = {}
    for minute in minutes:
        found.setdefault(wall_instant(day, minute, timezone), []).append(minute)
    return found


def wishes_by_agent(wishes: Wishes) -> dict[str, tuple[Wish, ...]]:
    frame = wishes.frame
    found: dict[str, tuple[Wish, ...]] = {}
    days = zip(frame["first_day"].dt.date, frame["last_day"].dt.date, strict=True)
    rest = zip(frame["agent_id"], frame["wish"], frame["shift"], frame["weight"].fillna(1.0), strict=True)
    for (first, last), (agent_id, kind, shift, weight) in zip(days, rest, strict=True):
        found[agent_id] = (*found.get(agent_id, ()), Wish(first, last, kind, shift, float(weight)))
    return found
