"""Tables and settings to a RosterProblem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import WEEKDAYS, SiteCalendar, Spans, midnight, parse_spans, parse_weekdays, wall_instant
from staffplan.errors import ConfigError, Problem
from staffplan.people_settings import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.roster.agreements import locked_in, under_agreement
from staffplan.roster.inputs import plan_of, refuse_what_cannot_be_used, slot_minutes
from staffplan.roster.problem import DAYS_OF_A_WHOLE_WEEK, Pause, Period, Person, RosterProblem, ShiftOption
from staffplan.roster.rules.team import minimum_people, pausing_limit, seat_limit, team_rules
from staffplan.roster.service import service_saves
from staffplan.roster.soft import with_soft_rules
from staffplan.roster.worth import Worth, cover_worth
from staffplan.schema import names_in
from staffplan.site import Site
from staffplan.tables import ServiceWorth, StaffingRequirement, Workforce

DAY = 24 * 60
CREDITED_DAYS = 5
"""A day of paid time off counts as a fifth of the weekly hours, and no more than five count in a week."""


def build_problem(
    requirement: StaffingRequirement,
    workforce: Workforce,
    settings: RosterSettings,
    *,
    shifts: Mapping[str, ShiftSettings],
    work_plans: Mapping[str, WorkPlanSettings],
    site: Site,
    worth: ServiceWorth | None = None,
) -> RosterProblem:
    """The problem as arrays; `worth` is needed where the objective is service.

    Raises ConfigError or DataError with everything that cannot be used.

    Agents none of whose skills is needed in the period are not part of it.
    """
    refuse_what_cannot_be_used(requirement, workforce, settings, shifts=shifts, work_plans=work_plans, site=site)
    options = make_options(shifts, slot_minutes(shifts, site))
    period = make_period(requirement, site, slot_minutes(shifts, site), max(option.slots for option in options))
    groups = tuple(sorted(set(requirement.frame["planning_group"])))
    required = required_by_slot(requirement, groups, period)
    people = make_people(workforce, groups, work_plans)
    masks = [sum(1 << groups.index(skill) for skill in person.skills) for person in people]
    skillsets, skillset_of = np.unique(np.array(masks, dtype=np.int64), return_inverse=True)
    starts = option_starts(options, period)
    hours = np.where(np.arange(period.slots) < period.day_slot[-1], period.slot_hours, 0.0)
    off = [days_off(person.agent_id, workforce) for person in people]
    holidays = [closed_holidays(person, groups, required, period, site.calendar) for person in people]
    free, paid = credited_days(off, holidays, period)
    a_day = np.array([person.contract.weekly_hours_min / CREDITED_DAYS for person in people])
    credited = np.stack([free.sum(axis=1) * a_day, paid.sum(axis=1) * a_day], axis=1)
    people = under_agreement(
        people, workforce, settings, shifts=shifts, work_plans=work_plans, period=period, credited=credited
    )
    team = team_rules(settings)
    serves = option_groups(options, shifts, groups)
    useful = useful_options(required, skillsets, starts, options, serves)
    walls = option_walls(starts, options, period)
    allowed = np.zeros((len(people), period.days, len(options)), dtype=bool)
    why_not: list[dict[int, str]] = []
    for number, person in enumerate(people):
        wanted = useful[skillset_of[number]] | locked_in(person, options, period)
        mine = contract_options(person, options, shifts, period) & wanted
        here = available_options(person.agent_id, workforce, walls, period)
        at_work = ~touches(off[number].all_days, walls, period)
        allowed[number] = mine & here & at_work
        why_not.append(reasons(mine, here, at_work))
    fewest, most = paid_bounds(people, free, paid, period)
    problem = RosterProblem(
        period=period,
        groups=groups,
        required=required,
        hours=hours,
        options=options,
        option_slot=starts,
        people=people,
        skillsets=skillsets,
        skillset_of=skillset_of.astype(np.int64),
        allowed=allowed,
        why_not=tuple(why_not),
        paid_minutes_min=fewest,
        paid_minutes_max=most,
        option_groups=serves,
        worth=worth_of_people(required, hours, settings, groups, period, site, worth),
        seats=seat_limit(team, period),
        pausing=pausing_limit(team, period),
        understaffing_weight=settings.understaffing_weight,
        overstaffing_weight=settings.overstaffing_weight,
    )
    return with_soft_rules(problem, workforce, settings, shifts)


def worth_of_people(
    required: NDArray[np.float64],
    hours: NDArray[np.float64],
    settings: RosterSettings,
    groups: tuple[str, ...],
    period: Period,
    site: Site,
    worth: ServiceWorth | None,
) -> Worth:
    """What people on queue save, by the objective. Raises ConfigError for service without its curves."""
    least = minimum_people(team_rules(settings), groups, period, site.calendar)
    weights = {"under": settings.understaffing_weight, "over": settings.overstaffing_weight}
    cover = cover_worth(required, hours, least, **weights)
    if settings.objective == "cover":
        return cover
    if worth is None:
        hint = "give the file that staff --worth writes, or set roster.objective to cover"
        raise ConfigError(Problem("roster.objective", "service needs to know what people on queue are worth", hint))
    return service_saves(cover, worth, groups, period, least, **weights)


def reasons(mine: NDArray[np.bool_], here: NDArray[np.bool_], free: NDArray[np.bool_]) -> dict[int, str]:
    """Why a day has no allowed option: not needed (or not in the contract), time off, or not available."""
    found = {}
    for day in np.flatnonzero(~(mine & here & free).any(axis=1)).tolist():
        if not mine[day].any():
            found[day] = "not needed"
        else:
            found[day] = "not available" if (mine & free)[day].any() else "time off"
    return found


def make_options(shifts: Mapping[str, ShiftSettings], slot: int) -> tuple[ShiftOption, ...]:
    return tuple(
        ShiftOption(
            name=f"{family} {minute // 60:02d}:{minute % 60:02d}",
            family=family,
            start_minute=minute,
            slots=round(shift.hours * 60) // slot,
            paid_minutes=shift.paid_minutes,
            pauses=make_pauses(shift, slot),
        )
        for family, shift in shifts.items()
        for minute in shift.start_minutes
    )


def make_pauses(shift: ShiftSettings, slot: int) -> tuple[Pause, ...]:
    """Windows on the grid of slots, tightened from both ends so that the pauses fit one after the other."""
    lengths = [pause.minutes // slot for pause in shift.breaks]
    earliest: list[int] = []
    for pause in shift.breaks:
        before = earliest[-1] + lengths[len(earliest) - 1] if earliest else 0
        earliest.append(max(-(-pause.earliest_minutes // slot), before))
    latest = [pause.latest_minutes // slot for pause in shift.breaks]
    for k in reversed(range(len(latest) - 1)):
        latest[k] = min(latest[k], latest[k + 1] - lengths[k])
    return tuple(
        Pause(pause.activity, lengths[k], earliest[k], latest[k], pause.paid) for k, pause in enumerate(shift.breaks)
    )


def make_period(requirement: StaffingRequirement, site: Site, slot: int, longest: int) -> Period:
    """From the first to the last local day that has a row."""
    calendar = site.calendar
    local = calendar.local(pd.DatetimeIndex(requirement.frame["interval_start"]))
    first, last = local.min().date(), local.max().date()
    days = (last - first).days + 1
    start = midnight(first, calendar.timezone)
    midnights = [midnight(first + timedelta(days=d), calendar.timezone) for d in range(days + 1)]
    day_slot = np.array([(m - start) // pd.Timedelta(minutes=slot) for m in midnights], dtype=np.int64)
    room = longest + 2 * 60 // slot
    return Period(
        first, days, calendar.timezone, calendar.interval_minutes, slot, start, day_slot, int(day_slot[-1]) + room
    )


def required_by_slot(
    requirement: StaffingRequirement, groups: tuple[str, ...], period: Period
) -> NDArray[np.float64]:
    """(groups, slots): agents_on_queue, the same in every slot of an interval."""
    required = np.zeros((len(groups), period.slots))
    frame = requirement.frame
    first = slot_numbers(pd.DatetimeIndex(frame["interval_start"]), period)
    group = frame["planning_group"].map({name: g for g, name in enumerate(groups)}).to_numpy(dtype=np.int64)
    for step in range(period.slots_per_interval):
        required[group, first + step] = frame["agents_on_queue"].to_numpy(dtype=float)
    return required


def slot_numbers(instants: pd.DatetimeIndex, period: Period) -> NDArray[np.int64]:
    return np.asarray((instants - period.start) // pd.Timedelta(minutes=period.slot_minutes), dtype=np.int64)


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def make_people(
    workforce: Workforce, groups: tuple[str, ...], work_plans: Mapping[str, WorkPlanSettings]
) -> tuple[Person, ...]:
    """Everybody with a skill that is needed; the site's rules for them come later."""
    people = []
    for row in _rows(workforce.agents.frame):
        skills = tuple(skill for skill in names_in(str(row.skills)) if skill in groups)
        if skills:
            plan = plan_of(str(row.work_plan), work_plans)
            people.append(Person(str(row.agent_id), str(row.name), plan, work_plans[plan], skills, rules=()))
    return tuple(people)


def option_starts(options: tuple[ShiftOption, ...], period: Period) -> NDArray[np.int64]:
    """(options, days): slot at which each option starts."""
    minutes = sorted({option.start_minute for option in options})
    instants = [[wall_instant(period.day(d), m, period.timezone) for d in range(period.days)] for m in minutes]
    slots = {m: slot_numbers(pd.DatetimeIndex(row), period) for m, row in zip(minutes, instants, strict=True)}
    return np.array([slots[option.start_minute] for option in options], dtype=np.int64)


def option_walls(
    starts: NDArray[np.int64], options: tuple[ShiftOption, ...], period: Period
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(days, options) start and end on the wall clock, minutes after midnight of the shift's day."""
    ends = starts + np.array([option.slots for option in options], dtype=np.int64)[:, None]
    return _wall_minutes(starts, period), _wall_minutes(ends, period)


def _wall_minutes(slots: NDArray[np.int64], period: Period) -> NDArray[np.int64]:
    step = pd.Timedelta(minutes=period.slot_minutes)
    local = pd.DatetimeIndex(period.start + slots.ravel() * step).tz_convert(period.timezone).tz_localize(None)
    midnights = pd.DatetimeIndex([pd.Timestamp(period.day(d)) for d in range(period.days)])
    since = local - midnights[np.tile(np.arange(period.days), slots.shape[0])]
    return np.asarray(since // pd.Timedelta(minutes=1), dtype=np.int64).reshape(slots.shape).T


def option_groups(
    options: tuple[ShiftOption, ...], shifts: Mapping[str, ShiftSettings], groups: tuple[str, ...]
) -> NDArray[np.int64]:
    """(options,): groups (bits) that each shift may serve: those it names, or all."""
    everything = (1 << len(groups)) - 1
    named = {
        family: sum(1 << groups.index(name) for name in shift.groups if name in groups)
        if shift.groups
        else everything
        for family, shift in shifts.items()
    }
    return np.array([named[option.family] for option in options], dtype=np.int64)


def useful_options(
    required: NDArray[np.float64],
    skillsets: NDArray[np.int64],
    starts: NDArray[np.int64],
    options: tuple[ShiftOption, ...],
    serves: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """(skillsets, days, options): one of the set's groups that the shift may serve needs somebody during it."""
    ends = starts + np.array([option.slots for option in options], dtype=np.int64)[:, None]
    found = np.zeros((len(skillsets), starts.shape[1], len(options)), dtype=bool)
    for number, skillset in enumerate(skillsets):
        for mask in np.unique(serves):
            mine = [g for g in range(len(required)) if (skillset & mask) >> g & 1]
            needed = np.concatenate([[0], np.cumsum((required[mine] > 0).any(axis=0))])
            found[number][:, serves == mask] = (needed[ends] > needed[starts]).T[:, serves == mask]
    return found


def contract_options(
    person: Person, options: tuple[ShiftOption, ...], shifts: Mapping[str, ShiftSettings], period: Period
) -> NDArray[np.bool_]:
    """(days, options): the contract allows the shift, and the shift may start on that weekday."""
    weekdays = {family: parse_weekdays(shift.weekdays) for family, shift in shifts.items()}
    days = [period.day(d).weekday() for d in range(period.days)]
    return np.array(
        [[o.family in person.contract.shifts and day in weekdays[o.family] for o in options] for day in days]
    )


def available_options(
    agent_id: str, workforce: Workforce, walls: tuple[NDArray[np.int64], NDArray[np.int64]], period: Period
) -> NDArray[np.bool_]:
    """(days, options): the shift lies within hours in which the agent can work."""
    rows = workforce.availability.frame
    rows = rows[rows["agent_id"] == agent_id]
    starts, ends = walls
    if rows.empty:
        return np.ones(starts.shape, dtype=bool)
    by_weekday: list[Spans] = [()] * len(WEEKDAYS)
    for row in _rows(rows):
        for weekday in parse_weekdays(str(row.weekdays)):
            by_weekday[weekday] += parse_spans(str(row.hours))
    inside = np.zeros(starts.shape, dtype=bool)
    for d in range(period.days):
        for begin, end in spans_around(by_weekday, period.day(d).weekday()):
            inside[d] |= (starts[d] >= begin) & (ends[d] <= end)
    return inside


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
    """Days of an agent's time off, all of them and the paid ones."""

    all_days: frozenset[date]
    paid_days: frozenset[date]


def days_off(agent_id: str, workforce: Workforce) -> DaysOff:
    """Time off with `paid` left blank is paid."""
    rows = workforce.time_off.frame
    everything: set[date] = set()
    unpaid: set[date] = set()
    for row in _rows(rows[rows["agent_id"] == agent_id]):
        days = {day.date() for day in pd.date_range(row.first_day, row.last_day)}
        everything |= days
        unpaid |= days if row.paid == "no" else set()
    return DaysOff(frozenset(everything), frozenset(everything - unpaid))


def touches(
    days: frozenset[date], walls: tuple[NDArray[np.int64], NDArray[np.int64]], period: Period
) -> NDArray[np.bool_]:
    """(days, options): the shift has a minute on one of the days; a night shift has some on the next day."""
    off = np.array([period.day(d) in days for d in range(period.days + 1)], dtype=bool)
    past_midnight = walls[1] > DAY
    return np.asarray(off[:-1, None] | (past_midnight & off[1:, None]), dtype=bool)


def closed_holidays(
    person: Person, groups: tuple[str, ...], required: NDArray[np.float64], period: Period, calendar: SiteCalendar
) -> set[date]:
    """Monday to Friday holidays on which none of the person's groups is open: they count as paid time off."""
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
    off: list[DaysOff], holidays: list[set[date]], period: Period
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(people, weeks) days of time off and closed holidays that count in each week: all of them, and the paid."""
    shape = (len(off), period.weeks)
    free, paid = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for number, (mine, closed) in enumerate(zip(off, holidays, strict=True)):
        for week in range(period.weeks):
            days = {period.day(d) for d in period.week_days(week)}
            free[number, week] = min(CREDITED_DAYS, len(days & (mine.all_days | closed)))
            paid[number, week] = min(CREDITED_DAYS, len(days & (mine.paid_days | closed)))
    return free, paid


def paid_bounds(
    people: tuple[Person, ...], free: NDArray[np.int64], paid: NDArray[np.int64], period: Period
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(people, weeks) fewest and most paid minutes of work in each week, time off credited.

    Every day off takes a fifth from the minimum; a paid one also takes a fifth of the minimum from the maximum.
    """
    least = np.array([person.contract.weekly_hours_min * 60 for person in people])[:, None]
    ceiling = np.array([person.contract.weekly_hours_max * 60 for person in people])[:, None]
    whole = np.array([len(period.week_days(week)) >= DAYS_OF_A_WHOLE_WEEK for week in range(period.weeks)])
    due = np.ceil(least / CREDITED_DAYS * (CREDITED_DAYS - free) - 1e-6) * whole
    most = np.maximum(np.floor(ceiling - least / CREDITED_DAYS * paid + 1e-6), 0)
    return due.astype(np.int64), most.astype(np.int64)
