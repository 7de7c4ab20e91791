"""An instance in staffplan's own terms: contracts, rules, wishes, a requirement.

A type of shift is needed so many times a day, whatever its length. Each type therefore has an interval of the day of
its own: every shift starts at midnight, is on queue in the interval of its type, and in paid breaks before and after.
People on queue in the interval of a type are those who work it; one missing there costs what one shift too few does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from curtois.instance import Employee, Instance, Shift
from staffplan.clock import OpeningHours, SiteCalendar
from staffplan.errors import Note
from staffplan.planned import PlannedDays
from staffplan.settings.hard_rules import (
    ConsecutiveDaysMinSetting,
    ConsecutiveDaysSetting,
    DaysOffInARowSetting,
    PeriodHoursSetting,
    RuleSettings,
    ShiftsOfSetting,
    SuccessionSetting,
    WeekendsWorkedSetting,
)
from staffplan.settings.priced_rules import WishesSetting
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.site import Queue, Site
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import RosterShifts
from staffplan.tables.wishes import Wishes

FIRST_DAY = date(2026, 11, 2)
"""A Monday, as the first day of every instance."""
GROUP = "work"
LONGEST_BREAK_MINUTES = 180


@dataclass(frozen=True)
class Translated:
    """Everything that `roster` wants."""

    requirement: StaffingRequirement
    workforce: Workforce
    settings: RosterSettings
    shifts: dict[str, ShiftSettings]
    work_plans: dict[str, WorkPlanSettings]
    site: Site


@dataclass(frozen=True)
class Answer:
    """The roster by employee, day and shift; objective and bound as the search counts them."""

    roster: dict[str, dict[int, str]]
    objective: float
    bound: float
    status: str
    left_out: tuple[str, ...] = ()
    """Stages of the search that were left out, in words."""


def solve(instance: Instance, seconds: float, effort: float, seed: int) -> Answer:
    from staffplan.roster.step import roster

    made = translate(instance, seconds, effort)
    result = roster(
        made.requirement,
        made.workforce,
        made.settings,
        shifts=made.shifts,
        work_plans=made.work_plans,
        site=made.site,
        seed=seed,
    )
    return Answer(
        shifts_by_day(result.roster.shifts), result.objective, result.bound, result.status, left_out(result.notes)
    )


def left_out(notes: Sequence[Note]) -> tuple[str, ...]:
    """What the notes say of stages of the search that were left out."""
    return tuple(note.message for note in notes if note.kind == "left out" and note.place == "search")


def shifts_by_day(shifts: RosterShifts) -> dict[str, dict[int, str]]:
    """ "E 00:00" on a date is E on a day number."""
    found: dict[str, dict[int, str]] = {}
    rows = shifts.frame
    days = (rows["schedule_date"] - pd.Timestamp(FIRST_DAY)).dt.days
    for agent_id, day, name in zip(rows["agent_id"], days, rows["shift"], strict=True):
        found.setdefault(agent_id, {})[int(day)] = name.rsplit(" ", 1)[0]
    return found


def translate(instance: Instance, seconds: float = 300, effort: float = 1) -> Translated:
    """Raises ValueError for what staffplan has no words for: cover weights that differ by day or shift."""
    minutes = interval_minutes(instance)
    weights = {(need.weight_under, need.weight_over) for need in instance.cover}
    if len(weights) > 1:
        raise ValueError(
            f"{instance.name} has cover of different weights: {sorted(weights)}; staffplan has one for all"
        )
    ((under, over),) = weights
    plans = contracts(instance)
    settings = RosterSettings(
        rules=tuple(_rules(instance, plans)),
        understaffing_weight=under * 60 / minutes,
        overstaffing_weight=over * 60 / minutes,
        effort=effort,
        time_limit_seconds=seconds,
    )
    return Translated(
        requirement=make_requirement(instance, minutes),
        workforce=make_workforce(instance, plans),
        settings=settings,
        shifts={
            shift.shift_id: make_shift(shift, number * minutes, (number + 1) * minutes)
            for number, shift in enumerate(instance.shifts.values())
        },
        work_plans={plan: _contract(employee) for plan, employee in plans.items()},
        site=Site(
            SiteCalendar("UTC", minutes),
            {GROUP: Queue(GROUP, planning_group=GROUP, service_hours=OpeningHours.always())},
            PlannedDays(FIRST_DAY, instance.days),
        ),
    )


def interval_minutes(instance: Instance) -> int:
    """The longest interval of which every shift has one for each type."""
    lengths = [shift.minutes for shift in instance.shifts.values()]
    for minutes in (60, 30, 15):
        if minutes * len(lengths) <= min(lengths) and not any(length % minutes for length in lengths):
            return minutes
    raise ValueError(f"{instance.name} has more types of shifts than its shortest shift has quarters of an hour")


def make_shift(shift: Shift, begin: int, end: int) -> ShiftSettings:
    """From midnight on; on queue from `begin` to `end`, minutes after it, in paid breaks before and after."""
    breaks = (*_breaks(0, begin), *_breaks(end, shift.minutes))
    return ShiftSettings(hours=shift.minutes / 60, first_start="00:00", last_start="00:00", breaks=breaks)


def _breaks(begin: int, end: int) -> Iterator[BreakSettings]:
    for at in range(begin, end, LONGEST_BREAK_MINUTES):
        length = min(LONGEST_BREAK_MINUTES, end - at)
        yield BreakSettings(minutes=length, earliest_minutes=at, latest_minutes=at)


def _terms(employee: Employee) -> tuple[object, ...]:
    """What makes a contract."""
    return (
        tuple(employee.max_shifts.items()),
        employee.max_minutes,
        employee.min_minutes,
        employee.max_consecutive_shifts,
        employee.min_consecutive_shifts,
        employee.min_consecutive_days_off,
        employee.max_weekends,
    )


def contracts(instance: Instance) -> dict[str, Employee]:
    """By contract, "c1" and so on, the first employee who has it."""
    first: dict[tuple[object, ...], Employee] = {}
    for employee in instance.employees.values():
        first.setdefault(_terms(employee), employee)
    return {f"c{number}": employee for number, employee in enumerate(first.values(), start=1)}


def _contract(employee: Employee) -> WorkPlanSettings:
    """The shifts it allows; everything else is a rule of the period."""
    shifts = tuple(shift for shift, most in employee.max_shifts.items() if most)
    return WorkPlanSettings(shifts=shifts, weekly_hours_max=7 * 24, days_per_week_max=7)


def _rules(instance: Instance, plans: Mapping[str, Employee]) -> Iterator[RuleSettings]:
    for shift in instance.shifts.values():
        if shift.not_followed_by:
            yield SuccessionSetting(after=shift.shift_id, never=tuple(sorted(shift.not_followed_by)))
    for plan, employee in plans.items():
        yield from _contract_rules(instance, employee, (plan,))
    if instance.on_requests or instance.off_requests:
        yield WishesSetting(weight=1, catch_up=0)


def _contract_rules(instance: Instance, employee: Employee, plans: tuple[str, ...]) -> Iterator[RuleSettings]:
    for shift, most in employee.max_shifts.items():
        if 0 < most < instance.days:
            yield ShiftsOfSetting(shift=shift, most=most, work_plans=plans)
    yield PeriodHoursSetting(least=employee.min_minutes / 60, most=employee.max_minutes / 60, work_plans=plans)
    yield ConsecutiveDaysSetting(days=employee.max_consecutive_shifts, work_plans=plans)
    yield ConsecutiveDaysMinSetting(days=employee.min_consecutive_shifts, work_plans=plans)
    yield DaysOffInARowSetting(days=employee.min_consecutive_days_off, work_plans=plans)
    yield WeekendsWorkedSetting(weekends=employee.max_weekends, work_plans=plans)


def make_workforce(instance: Instance, plans: Mapping[str, Employee]) -> Workforce:
    names = {_terms(employee): plan for plan, employee in plans.items()}
    people = instance.employees.values()
    agents = pd.DataFrame(
        {
            "agent_id": [employee.employee_id for employee in people],
            "skills": GROUP,
            "work_plan": [names[_terms(employee)] for employee in people],
        }
    )
    off = pd.DataFrame(
        [(employee.employee_id, _date(day)) for employee in people for day in sorted(employee.days_off)],
        columns=["agent_id", "first_day"],
    )
    off["first_day"] = off["first_day"].astype("datetime64[ns]")
    return Workforce(
        Agents.of(agents),
        TimeOff.of(off.assign(last_day=off["first_day"])),
        Availability.empty(),
        wishes=make_wishes(instance),
    )


def make_wishes(instance: Instance) -> Wishes:
    rows = [
        (wish.employee_id, _date(wish.day), kind, wish.shift_id, wish.weight)
        for kind, wishes in (("shift", instance.on_requests), ("not", instance.off_requests))
        for wish in wishes
    ]
    frame = pd.DataFrame(rows, columns=["agent_id", "first_day", "wish", "shift", "weight"])
    frame["first_day"] = frame["first_day"].astype("datetime64[ns]")
    return Wishes.of(frame.assign(last_day=frame["first_day"])) if rows else Wishes.empty()


def _date(day: int) -> pd.Timestamp:
    return pd.Timestamp(FIRST_DAY + timedelta(days=day))


def make_requirement(instance: Instance, minutes: int) -> StaffingRequirement:
    """A row for the interval of every type on every day."""
    types = list(instance.shifts)
    need = np.zeros((instance.days, len(types)))
    for cover in instance.cover:
        need[cover.day, types.index(cover.shift_id)] = cover.required
    day, kind = np.indices(need.shape)
    starts = pd.Timestamp(FIRST_DAY, tz="UTC") + pd.to_timedelta((day * 24 * 60 + kind * minutes).ravel(), unit="min")
    heads = dict.fromkeys(("agents_required", "agents_on_queue", "agents_scheduled"), need.ravel())
    nothing = dict.fromkeys(("offered", "aht_seconds", "load_erlangs"), 0.0)
    unknown = dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), np.nan)
    columns = {"interval_start": starts, "planning_group": GROUP, "channel": "voice", "model": "given"}
    return StaffingRequirement.of(pd.DataFrame(columns | heads | nothing | unknown))
