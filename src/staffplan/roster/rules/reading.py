"""Tables as what the rules read: who holds to which contract, locks, wishes, shifts under the name of their times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

import pandas as pd

from staffplan.clock import SiteCalendar, parse_weekdays, wall_instant
from staffplan.roster.problem.problem import plan_of
from staffplan.roster.problem.worked import Worked
from staffplan.roster.rules.known import Wish
from staffplan.roster.rules.registry import Account, Holder
from staffplan.settings.roster import ShiftForm, ShiftSettings, WorkPlanSettings
from staffplan.tables.people import PartOff, TimeOff, Workforce, part_hours
from staffplan.tables.wishes import BALANCE, Wishes

LONGEST_REFERENCE = timedelta(weeks=104)
"""Time off is looked at so far back, as reference periods may reach."""

MINUTE = pd.Timedelta(minutes=1)
CREDITED_DAYS = 5
"""A day of time off counts as a fifth of a week's hours."""


def holders(
    workforce: Workforce,
    work_plans: Mapping[str, WorkPlanSettings],
    first_day: date,
    week_first: date | None = None,
) -> dict[str, Holder]:
    """Whom the agreement is read for, by agent; what time off counts is not in it yet. week_first: first day of the
    calendar week in which the period begins."""
    agents, found, places = workforce.agents.frame, {}, Counter[str]()
    columns = (agents[name] for name in ("agent_id", "work_plan", "rotation_week", "rotation_day"))
    for agent_id, cell, *turns in zip(*columns, strict=True):
        plan = plan_of(str(cell), work_plans)
        week, day = (None if pd.isna(turn) else int(turn) for turn in turns)
        found[agent_id] = Holder(agent_id, plan, first_day, places[plan], week, day, week_first=week_first)
        places[plan] += 1
    locks = workforce.locks.frame
    for agent_id, rows in locks.groupby("agent_id"):
        days = zip(rows["day"].dt.date, rows["shift"], strict=True)
        if agent_id in found:
            found[agent_id] = replace(found[agent_id], locks=tuple(days))
    return found


def accounts_of(
    workforce: Workforce,
    past: Mapping[str, Sequence[Worked]],
    first_day: date,
    last_day: date,
    calendar: SiteCalendar,
    work_plans: Mapping[str, WorkPlanSettings],
) -> dict[str, Account]:
    """What each agent's hours over months and reference periods are counted from. past: shifts before the period."""
    earliest, rows = first_day - LONGEST_REFERENCE, workforce.past_roster.frame["schedule_date"]
    given = workforce.time_off.within(earliest, last_day)
    time_off = given.whole.frame
    off: dict[str, dict[date, float | None]] = {}
    columns = (time_off[name] for name in ("agent_id", "first_day", "last_day", "hours"))
    for agent_id, first, last, hours in zip(*columns, strict=True):
        days = (day.date() for day in pd.date_range(first, last))
        off.setdefault(agent_id, {}).update(dict.fromkeys(days, None if pd.isna(hours) else float(hours)))
    parts = _parts_off(given, workforce, calendar.timezone, work_plans)
    since, agents, found = None if rows.empty else rows.min().date(), workforce.agents.frame, {}
    before = workforce.past_fairness.frame
    before = before[before["what"] == BALANCE]
    carried = dict(zip(before["agent_id"], before["carried_out"], strict=True))
    own = zip(agents["agent_id"], agents["hours_balance"], strict=True)
    balances = [carried.get(agent_id, balance) for agent_id, balance in own]
    for agent_id, balance in zip(agents["agent_id"], balances, strict=True):
        mine = tuple(past.get(agent_id, ()))
        known = (mine, since) if mine else ((), None)
        days_off = (*sorted(off.get(agent_id, {}).items()), *parts.get(agent_id, ()))
        found[agent_id] = Account(last_day, calendar, days_off, *known, None if pd.isna(balance) else float(balance))
    return found


def _parts_off(
    time_off: TimeOff, workforce: Workforce, timezone: str, work_plans: Mapping[str, WorkPlanSettings]
) -> dict[str, list[tuple[date, float]]]:
    """Day and hours of each agent's time off for parts of days."""
    by_day: dict[tuple[str, date], list[PartOff]] = {}
    for part in time_off.parts:
        by_day.setdefault((part.agent_id, part.day), []).append(part)
    agents = workforce.agents.frame
    contracts = dict(zip(agents["agent_id"], agents["work_plan"], strict=True)) if by_day else {}
    found: dict[str, list[tuple[date, float]]] = {}
    for (agent_id, day), parts in sorted(by_day.items()):
        plan = work_plans.get(plan_of(contracts.get(agent_id, ""), work_plans))
        if plan is not None:
            a_day, rest = plan.weekly_hours_min / CREDITED_DAYS, plan.works_rest_of_shift
            hours, _ = part_hours(parts, a_day, timezone, rest_of_shift=rest)
            found.setdefault(agent_id, []).append((day, hours))
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
