"""What a roster breaks and what it costs, counted from the instance alone: shares nothing with any solver.

The rules are those of "Nurse Rostering Instances 1..24" at schedulingbenchmarks.org/nrp/instances1_24.html: the days
before and after the horizon are free where a most counts, and go on as the run does where a least counts, so a run
that touches an end of the horizon is never too short. With this reading the optima of instances 1 to 3 are the
published ones (607, 828, 1001).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise

from curtois.instance import Employee, Instance, Request

Roster = Mapping[str, Mapping[int, str]]
"""Employee -> day -> shift; a day that is not there is free."""
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class Breach:
    """One hard rule that the roster breaks."""

    employee_id: str
    day: int
    rule: str
    message: str


@dataclass(frozen=True)
class Score:
    """`penalty` counts whether or not the roster keeps the hard rules; only with no breach is it a result."""

    breaches: tuple[Breach, ...]
    on_requests: int
    off_requests: int
    understaffed: int
    overstaffed: int

    @property
    def penalty(self) -> int:
        return self.on_requests + self.off_requests + self.understaffed + self.overstaffed


def score(instance: Instance, roster: Roster) -> Score:
    under, over = _cover_penalties(instance, roster)
    return Score(
        breaches=tuple(_breaches(instance, roster)),
        on_requests=sum(wish.weight for wish in instance.on_requests if not _works(roster, wish)),
        off_requests=sum(wish.weight for wish in instance.off_requests if _works(roster, wish)),
        understaffed=under,
        overstaffed=over,
    )


def _works(roster: Roster, wish: Request) -> bool:
    return roster.get(wish.employee_id, {}).get(wish.day) == wish.shift_id


def _cover_penalties(instance: Instance, roster: Roster) -> tuple[int, int]:
    there = Counter((day, shift) for worked in roster.values() for day, shift in worked.items())
    under = over = 0
    for need in instance.cover:
        missing = need.required - there[need.day, need.shift_id]
        under += need.weight_under * max(missing, 0)
        over += need.weight_over * max(-missing, 0)
    return under, over


def _breaches(instance: Instance, roster: Roster) -> Iterator[Breach]:
    for employee_id, worked in roster.items():
        employee = instance.employees.get(employee_id)
        if employee is None:
            yield Breach(employee_id, 0, "unknown employee", "is no employee of the instance")
            continue
        strange = [day for day, shift in worked.items() if shift not in instance.shifts or day >= instance.days]
        for day in strange:
            yield Breach(employee_id, day, "unknown shift", f"{worked[day]!r} on day {day} is not in the instance")
    for employee in instance.employees.values():
        mine = roster.get(employee.employee_id, {})
        worked = {d: mine[d] for d in sorted(mine) if mine[d] in instance.shifts and 0 <= d < instance.days}
        for day, rule, message in _employee_breaches(instance, employee, worked):
            yield Breach(employee.employee_id, day, rule, message)


Found = Iterator[tuple[int, str, str]]
"""Day, rule, message."""


def _employee_breaches(instance: Instance, employee: Employee, worked: Mapping[int, str]) -> Found:
    yield from _amounts(instance, employee, worked)
    for day in sorted(employee.days_off & worked.keys()):
        yield day, "day off", f"works {worked[day]}"
    for one, other in pairwise(worked):
        if other == one + 1 and worked[other] in instance.shifts[worked[one]].not_followed_by:
            yield other, "succession", f"{worked[other]} after {worked[one]}"
    yield from _runs(instance, employee, worked)


def _amounts(instance: Instance, employee: Employee, worked: Mapping[int, str]) -> Found:
    for shift, count in Counter(worked.values()).items():
        if count > employee.max_shifts[shift]:
            yield 0, "shifts of a type", f"{count} times {shift}, {employee.max_shifts[shift]} are allowed"
    minutes = sum(instance.shifts[shift].minutes for shift in worked.values())
    if minutes > employee.max_minutes:
        yield 0, "most minutes", f"{minutes} minutes, {employee.max_minutes} are allowed"
    if minutes < employee.min_minutes:
        yield 0, "fewest minutes", f"{minutes} minutes, {employee.min_minutes} are due"
    weekends = {day // 7 for day in worked if day % 7 in (SATURDAY, SUNDAY)}
    if len(weekends) > employee.max_weekends:
        yield 0, "weekends", f"{len(weekends)} weekends, {employee.max_weekends} are allowed"


def _runs(instance: Instance, employee: Employee, worked: Mapping[int, str]) -> Found:
    first = 0
    for works, days in groupby(day in worked for day in range(instance.days)):
        length = len(list(days))
        inside = first > 0 and first + length < instance.days
        said = f"{length} days from day {first} on"
        if works and length > employee.max_consecutive_shifts:
            yield first, "most shifts in a row", f"{said}, {employee.max_consecutive_shifts} are allowed"
        if works and inside and length < employee.min_consecutive_shifts:
            yield first, "fewest shifts in a row", f"{said}, {employee.min_consecutive_shifts} are due"
        if not works and inside and length < employee.min_consecutive_days_off:
            yield first, "fewest days off in a row", f"{said}, {employee.min_consecutive_days_off} are due"
        first += length
