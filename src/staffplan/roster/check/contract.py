"""What a contract asks of one agent in each week, for the check: hours due and allowed, time off credited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from staffplan.clock import parse_weekdays
from staffplan.roster import rules
from staffplan.roster.check.part_weeks import PartWeek
from staffplan.roster.check.people import Agent, Case


def agreed_hours(agent: Agent, case: Case) -> rules.Agreed:
    """Hours due and allowed in each week, time off and closed holidays credited."""
    fewest, most = [], []
    a_day = agent.plan.weekly_hours_min / 5
    calendar = case.settings.week_starts is not None
    nobody_needed = not any(skill in case.open_days for skill in agent.skills)
    for week, (days, free, paid) in enumerate(_credited(agent, case)):
        due, limit = a_day * (5 - free), max(agent.plan.weekly_hours_max - a_day * paid, 0.0)
        if calendar and days < 7:
            part = _part_week(agent, case.weeks[week], case)
            due, limit = part.bounds(agent.plan, _longest_hours(agent, case))
        no_minimum = (days < 5 and not calendar) or nobody_needed or week not in case.weeks_with_need
        fewest.append(0.0 if no_minimum else due)
        most.append(limit)
    bounds = tuple(fewest), tuple(most), agent.plan.days_per_week_max, case.zone
    return rules.Agreed(case.first, case.days, *bounds, case.settings.week_of_first(case.first), agent.past_from)


def _part_week(agent: Agent, days: tuple[date, ...], case: Case) -> PartWeek:
    closed = {d for d in days if case.first <= d <= case.last and _closed_holiday(d, agent, case)}
    if agent.past_from is not None:
        closed |= {d for d in case.idle_days_before.intersection(days) if _closed_holiday(d, agent, case)}
    off, paid = agent.off.days | _unskilled(agent, case) | closed, (agent.off.days - agent.off.unpaid) | closed
    able = [day for day in days if day not in off and _could_work(agent, day, case)]
    before = [shift for shift in agent.past if shift.schedule_date in days]
    parts = _part_fifths({*days} - closed, agent, case)
    fifths = _fifths({*days} & off, closed, agent, parts[0]), _fifths({*days} & paid, closed, agent, parts[1])
    first, last = max(days[0], case.first), min(days[-1], case.last)
    return PartWeek(first, last, able, *fifths, before, agent.past_from)


def _could_work(agent: Agent, day: date, case: Case) -> bool:
    """Contract, availability, and somebody needed on the day; outside the period on its weekday, where it has one."""
    weekday, names = day.weekday(), [name for name in agent.plan.shifts if name in case.shifts]
    if not any(weekday in parse_weekdays(case.shifts[name].weekdays) for name in names):
        return False
    if agent.available is not None and not any(weekday in days and spans for days, spans in agent.available):
        return False
    needed = {day for skill in agent.skills for day in case.open_days.get(skill, ())}
    if case.first <= day <= case.last:
        return any(day in case.open_days.get(skill, ()) and agent.can(skill, day) for skill in agent.skills)
    seen = case.days >= 7 or any((case.first + timedelta(days=d)).weekday() == weekday for d in range(case.days))
    return not seen or weekday in {one.weekday() for one in needed}


def _longest_hours(agent: Agent, case: Case) -> float:
    return max(
        (case.shifts[name].paid_minutes / 60 for name in agent.plan.shifts if name in case.shifts), default=0.0
    )


def _credited(agent: Agent, case: Case) -> Iterator[tuple[int, float, float]]:
    """For each week: its days in the period, and the fifths of a week's hours that days off there count, all and
    paid."""
    for week in case.weeks:
        days = {day for day in week if case.first <= day <= case.last}
        closed = {d for d in days if _closed_holiday(d, agent, case)}
        paid = days & ((agent.off.days - agent.off.unpaid) | closed)
        parts = _part_fifths(days - closed, agent, case)
        free = _fifths(days & (agent.off.days | _unskilled(agent, case) | closed), closed, agent, parts[0])
        yield len(days), free, _fifths(paid, closed, agent, parts[1])


def _unskilled(agent: Agent, case: Case) -> set[date]:
    """Days of the period from Monday to Friday on which the agent can serve no group: they lower the minimum."""
    if not agent.dated:
        return set()
    days, groups = [case.first + timedelta(days=d) for d in range(case.days)], agent.skills & case.open_days.keys()
    return {day for day in days if day.weekday() < 5 and not any(agent.can(group, day) for group in groups)}


def _part_fifths(days: set[date], agent: Agent, case: Case) -> tuple[float, float]:
    """Fifths of time off for parts of these days, all of it and the paid. A day without a skill counts as a whole."""
    a_day, rest = agent.plan.weekly_hours_min / 5, agent.plan.part_days_off == "rest_of_shift"
    if not a_day or not agent.off.parts:
        return 0.0, 0.0
    hours = {day: agent.off.part_hours(day, a_day, case.zone, within_shifts=rest) for day in sorted(days)}
    whole = _unskilled(agent, case)
    free = sum(every for day, (every, _) in hours.items() if day not in whole)
    return free / a_day, sum(paid for _, paid in hours.values()) / a_day


def _fifths(days: set[date], closed: set[date], agent: Agent, parts: float) -> float:
    """Hours off over a fifth of the weekly minimum, where they are given; else, and if closed, a day is one; parts of
    other days with them. Five at most."""
    weekly = agent.plan.weekly_hours_min
    known = (days & set(agent.off.hours)) - closed if weekly else set()
    hours = sum(agent.off.hours[day] for day in sorted(known))
    return min(5.0, len(days - known) + (5 * hours / weekly if weekly else 0.0) + parts)


def _closed_holiday(day: date, agent: Agent, case: Case) -> bool:
    special = case.site.calendar.special_days.get(day)
    is_open = any(day in case.open_days.get(skill, ()) for skill in agent.skills)
    return special is not None and special.kind != "event" and day.weekday() < 5 and not is_open


def rules_of(agent: Agent, case: Case) -> list[rules.Rule]:
    """Every rule between the agent's shifts, hours credited for time off considered."""
    always = (rules.OneShiftADay(), rules.DaysPerWeek(), rules.WeeklyHoursMin(), rules.WeeklyHoursMax())
    a_day, credited = agent.plan.weekly_hours_min / 5, list(_credited(agent, case))
    holder = replace(
        agent.holder,
        credited_hours=a_day * sum(free for _, free, _ in credited),
        credited_paid_hours=a_day * sum(paid for _, _, paid in credited),
    )
    return [*always, *rules.agreed_rules(holder, case.settings.rules)]
