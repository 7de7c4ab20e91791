"""Who can work which candidate shift on which day, and how many hours: contract, availability, time off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import WEEKDAYS, SiteCalendar, Spans, parse_spans, parse_weekdays
from staffplan.roster.case.agreements import locked_in
from staffplan.roster.case.candidates import Walls, option_walls
from staffplan.roster.case.part_days import beside_parts_off, parts_by_day
from staffplan.roster.case.skills import days_without_skill
from staffplan.roster.problem.problem import DAYS_OF_A_WHOLE_WEEK, Period, Person, ShiftOption
from staffplan.settings.roster import ShiftSettings
from staffplan.tables.people import PartOff, TimeOff, Workforce, part_hours

DAY = 24 * 60
CREDITED_DAYS = 5
"""A day of paid time off counts as a fifth of the weekly hours unless its hours are given, and no more than five
fifths count in a week."""


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def contract_options(
    person: Person, options: tuple[ShiftOption, ...], shifts: Mapping[str, ShiftSettings], period: Period
) -> NDArray[np.bool_]:
    """(days, options): the contract allows the shift, and the shift may start on that weekday."""
    weekdays = {family: parse_weekdays(shift.weekdays) for family, shift in shifts.items()}
    days = [period.day(d).weekday() for d in range(period.days)]
    return np.array(
        [[o.family in person.contract.shifts and day in weekdays[o.family] for o in options] for day in days]
    )


def available_options(agent_id: str, workforce: Workforce, walls: Walls, period: Period) -> NDArray[np.bool_]:
    """(days, options): all parts of the shift lie within hours in which the agent can work."""
    rows = workforce.availability.frame
    rows = rows[rows["agent_id"] == agent_id]
    if rows.empty:
        return np.ones(walls[0][0].shape, dtype=bool)
    by_weekday: list[Spans] = [()] * len(WEEKDAYS)
    for row in _rows(rows):
        for weekday in parse_weekdays(str(row.weekdays)):
            by_weekday[weekday] += parse_spans(str(row.hours))
    inside = np.zeros((len(walls), *walls[0][0].shape), dtype=bool)
    for part, (starts, ends) in enumerate(walls):
        for d in range(period.days):
            for begin, end in spans_around(by_weekday, period.day(d).weekday()):
                inside[part, d] |= (starts[d] >= begin) & (ends[d] <= end)
    return np.asarray(inside.all(axis=0))


def spans_around(by_weekday: list[Spans], weekday: int) -> list[tuple[int, int]]:
    """Spans of yesterday, today and tomorrow in minutes after today's midnight, joined where they touch."""
    shifted = [
        (begin + step * DAY, end + step * DAY)
        for step in (-1, 0, 1, 2)
        for begin, end in by_weekday[(weekday + step) % 7]
    ]
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(shifted):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


@dataclass(frozen=True)
class DaysOff:
    """Days of an agent's time off, all of them and the paid ones; the hours that days count where they are given; and
    time off for parts of other days."""

    all_days: frozenset[date]
    paid_days: frozenset[date]
    hours: Mapping[date, float] = field(default_factory=dict)
    parts: tuple[PartOff, ...] = ()


def days_off(agent_id: str, time_off: TimeOff) -> DaysOff:
    """Time off with `paid` left blank is paid."""
    rows = time_off.whole.frame
    everything: set[date] = set()
    unpaid: set[date] = set()
    hours: dict[date, float] = {}
    for row in _rows(rows[rows["agent_id"] == agent_id]):
        days = {day.date() for day in pd.date_range(row.first_day, row.last_day)}
        everything |= days
        unpaid |= days if row.paid == "no" else set()
        hours |= {} if pd.isna(row.hours) else dict.fromkeys(days, float(row.hours))
    parts = tuple(part for part in time_off.parts if part.agent_id == agent_id)
    return DaysOff(frozenset(everything), frozenset(everything - unpaid), hours, parts)


def touches(days: frozenset[date], walls: Walls, period: Period) -> NDArray[np.bool_]:
    """(days, options): the shift has a minute on one of the days; a night shift has some on the next day, one around
    the clock on the day after too where the clock goes forward."""
    off = np.array([period.day(d) in days for d in range(period.days + 2)], dtype=bool)
    later = [(walls[-1][1] > n * DAY) & off[n : n + period.days, None] for n in (1, 2)]
    return np.asarray(off[: period.days, None] | later[0] | later[1], dtype=bool)


@dataclass(frozen=True)
class Away:
    """Everybody's time off, and what of it counts. free, paid: (people, weeks) fifths of the weekly hours that are
    credited, for all days and for the paid ones."""

    days: tuple[DaysOff, ...]
    """From the first day of the week in which the period begins to the last of that in which it ends."""
    credited: tuple[DaysOff, ...]
    """The same, and weekdays without any skill as unpaid ones: they lower the hours due."""
    closed: tuple[set[date], ...]
    """Holidays of the period on which none of the person's groups is open."""
    free: NDArray[np.float64]
    paid: NDArray[np.float64]

    def credited_hours(self, people: Sequence[Person]) -> NDArray[np.float64]:
        """(people, 2): hours that the time off of the whole period counts, and the paid time off alone."""
        a_day = np.array([person.contract.weekly_hours_min / CREDITED_DAYS for person in people])
        return np.stack([self.free.sum(axis=1) * a_day, self.paid.sum(axis=1) * a_day], axis=1)


def times_away(
    people: tuple[Person, ...],
    workforce: Workforce,
    groups: tuple[str, ...],
    required: NDArray[np.float64],
    able: NDArray[np.int64],
    period: Period,
    calendar: SiteCalendar,
) -> Away:
    """Time off as the tables have it, holidays on which none of the person's groups is open, days without a skill.
    `required`, people: (groups, slots). `able`, groups (bits): (people, days)."""
    last = max(7 * period.weeks - period.days_before, period.days + 1)
    time_off = workforce.time_off.within(period.day(-period.days_before), period.day(last))
    off = tuple(days_off(person.agent_id, time_off) for person in people)
    holidays = [closed_holidays(person, groups, required, period, calendar) for person in people]
    credited = tuple(
        replace(mine, all_days=mine.all_days | idle)
        for mine, idle in zip(off, days_without_skill(able, period), strict=True)
    )
    return Away(off, credited, tuple(holidays), *credited_days(people, credited, holidays, period))


def closed_holidays(
    person: Person, groups: tuple[str, ...], required: NDArray[np.float64], period: Period, calendar: SiteCalendar
) -> set[date]:
    """Monday to Friday holidays on which none of the person's groups is open: they count as paid time off.
    `required`, people: (groups, slots)."""
    mine = [groups.index(skill) for skill in person.skills]
    found = set()
    for d in range(period.days):
        special = calendar.special_days.get(period.day(d))
        if special is None or special.kind == "event" or period.day(d).weekday() >= CREDITED_DAYS:
            continue
        if not required[mine, period.day_slot[d] : period.day_slot[d + 1]].any():
            found.add(period.day(d))
    return found


def credited_days(
    people: Sequence[Person], off: Sequence[DaysOff], holidays: list[set[date]], period: Period
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(people, weeks) fifths that time off and closed holidays count in each week: all of it, and the paid."""
    shape = (len(off), period.weeks)
    free, paid = np.zeros(shape), np.zeros(shape)
    for number, (person, mine, closed) in enumerate(zip(people, off, holidays, strict=True)):
        a_day = person.contract.weekly_hours_min / CREDITED_DAYS
        for week in range(period.weeks):
            days = {period.day(d) for d in period.week_days(week)}
            hours = {day: known for day, known in mine.hours.items() if day not in closed}
            parts = part_fifths(person, mine, days - closed, period.timezone)
            free[number, week] = credit(days & (mine.all_days | closed), hours, a_day, parts[0])
            paid[number, week] = credit(days & (mine.paid_days | closed), hours, a_day, parts[1])
    return free, paid


def part_fifths(person: Person, off: DaysOff, days: Iterable[date], timezone: str) -> tuple[float, float]:
    """Fifths that time off for parts of these days counts: all of it, but for days that count as a whole, and the
    paid."""
    a_day = person.contract.weekly_hours_min / CREDITED_DAYS
    by_day = parts_by_day(off.parts, set(days)) if a_day else ()
    rest = person.contract.works_rest_of_shift
    hours = [(day, *part_hours(parts, a_day, timezone, rest_of_shift=rest)) for day, parts in by_day]
    free = sum(every for day, every, _ in hours if day not in off.all_days)
    return free / (a_day or 1.0), sum(paid for *_, paid in hours) / (a_day or 1.0)


def credit(days: Iterable[date], hours: Mapping[date, float], a_day: float, parts: float = 0.0) -> float:
    """Fifths that a week's days count: one each, or as many as their hours are; a_day: hours of a fifth. parts:
    fifths of time off for parts of other days."""
    counted = (hours[day] / a_day if day in hours and a_day else 1.0 for day in sorted(days))
    return min(float(CREDITED_DAYS), sum(counted) + parts)


def weeks_with_need(required: NDArray[np.float64], period: Period) -> NDArray[np.bool_]:
    """(weeks,): anybody is needed in the week."""
    edges = [int(period.day_slot[days.stop]) for days in map(period.week_days, range(period.weeks))]
    return np.array([week.any() for week in np.split(required[:, : edges[-1]], edges[:-1], axis=1)], dtype=bool)


def paid_bounds(
    people: tuple[Person, ...],
    free: NDArray[np.float64],
    paid: NDArray[np.float64],
    period: Period,
    needed: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(people, weeks) fewest and most paid minutes of work in each week, time off credited. free, paid: fifths.

    Time off lowers the minimum by what it counts; if it is paid, the maximum too. needed, (weeks,): a week in which
    nobody is needed has no minimum, nor has a part of a week at the end.
    """
    least = np.array([person.contract.weekly_hours_min * 60 for person in people])[:, None]
    ceiling = np.array([person.contract.weekly_hours_max * 60 for person in people])[:, None]
    whole = needed & [len(period.week_days(week)) >= DAYS_OF_A_WHOLE_WEEK for week in range(period.weeks)]
    due = np.ceil(least / CREDITED_DAYS * (CREDITED_DAYS - free) - 1e-6) * whole
    most = np.maximum(np.floor(ceiling - least / CREDITED_DAYS * paid + 1e-6), 0)
    return due.astype(np.int64), most.astype(np.int64)


def who_can_work(
    people: tuple[Person, ...],
    away: Away,
    useful: NDArray[np.bool_],
    skilled: NDArray[np.bool_],
    workforce: Workforce,
    options: tuple[ShiftOption, ...],
    shifts: Mapping[str, ShiftSettings],
    starts: NDArray[np.int64],
    period: Period,
) -> tuple[NDArray[np.bool_], tuple[dict[int, str], ...]]:
    """`allowed` and `why_not` of the problem. useful, (people, days, options): somebody is needed then. skilled, the
    same: the option is for what the person can serve on the day. starts: (options, days) slots."""
    walls = option_walls(starts, options, period)
    allowed = np.zeros(useful.shape, dtype=bool)
    why_not: list[dict[int, str]] = []
    for number, person in enumerate(people):
        wanted = useful[number] | locked_in(person, options, period)
        mine = contract_options(person, options, shifts, period) & wanted
        here = available_options(person.agent_id, workforce, walls, period)
        off = away.days[number]
        at_work = ~touches(off.all_days, walls, period)
        at_work &= beside_parts_off(off.parts, person.contract, options, starts, period)
        allowed[number] = mine & here & at_work & skilled[number]
        why_not.append(reasons(mine, here, at_work, skilled[number]))
    return allowed, tuple(why_not)


def reasons(
    mine: NDArray[np.bool_], here: NDArray[np.bool_], free: NDArray[np.bool_], skilled: NDArray[np.bool_]
) -> dict[int, str]:
    """Reason why a day has no allowed option, by day: no skill, not needed (or not in the contract), time off, or not
    available. All arrays: (days, options)."""
    found, wanted = {}, mine & skilled
    for day in np.flatnonzero(~(wanted & here & free).any(axis=1)).tolist():
        if not skilled[day].any():
            found[day] = "no skill"
        elif not wanted[day].any():
            found[day] = "not needed"
        else:
            found[day] = "not available" if (wanted & free)[day].any() else "time off"
    return found
