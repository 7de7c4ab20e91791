"""Paid hours of calendar weeks of which some days lie outside the period: joined with what was worked before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar, parse_spans, parse_weekdays
from staffplan.roster.case.presence import CREDITED_DAYS, DaysOff, credit
from staffplan.roster.problem.part_weeks import part_due, unknown_before
from staffplan.roster.problem.problem import Period, Person, ShiftOption
from staffplan.settings.roster import ShiftSettings
from staffplan.tables.people import Workforce

Minutes = NDArray[np.int64]
ALL_WEEK = frozenset(range(7))


@dataclass(frozen=True)
class PartWeeks:
    """What the days of a week outside the period say of its days inside.

    off, closed: time off and closed holidays of each person. required: (groups, slots) people.
    """

    off: Sequence[DaysOff]
    closed: Sequence[set[date]]
    options: Sequence[ShiftOption]
    shifts: Mapping[str, ShiftSettings]
    groups: Sequence[str]
    required: NDArray[np.float64]
    able: NDArray[np.int64]
    """(people, days): groups (bits) that each person can serve."""
    period: Period
    workforce: Workforce
    calendar: SiteCalendar

    def joined(self, people: Sequence[Person], fewest: Minutes, most: Minutes) -> tuple[Minutes, Minutes]:
        """Both (people, weeks), paid minutes of work on the days inside: the bounds of whole weeks as they are."""
        fewest, most = fewest.copy(), most.copy()
        for week in (week for week in range(self.period.weeks) if self.period.is_part(week)):
            for number, person in enumerate(people):
                least, limit = self._bounds(number, person, week)
                fewest[number, week] = least if self._any_need(week) else 0
                most[number, week] = limit
        return fewest, most

    def _bounds(self, number: int, person: Person, week: int) -> tuple[int, int]:
        """Fewest and most minutes of the part of one person's week.

        Time off and hours worked before count for the whole week; what is left of the minimum is due in the share of
        the days inside on which the person could work (`part_due`).
        """
        contract, days, done = person.contract, self._dates(week), self._worked(person, week)
        a_day, off, closed = contract.weekly_hours_min / CREDITED_DAYS, self.off[number], self.closed[number]
        closed = closed | (self._idle_holidays & set(days) if person.past_from else set())
        hours = {day: known for day, known in off.hours.items() if day not in closed}
        free, paid = (credit(set(days) & (some | closed), hours, a_day) for some in (off.all_days, off.paid_days))
        minutes = sum(paid_minutes for _, paid_minutes in done)
        left = ceil(a_day * (CREDITED_DAYS - free) * 60 - minutes - 1e-6)
        limit = floor(contract.weekly_hours_max * 60 - a_day * paid * 60 - minutes + 1e-6)
        able = [day for day in days if day not in off.all_days | closed and self._could_work(number, person, day)]
        inside = sum(self._is_inside(day) for day in able)
        known = self._known_before(person) if week == 0 else set()
        elsewhere = sum(not self._is_inside(day) and day not in known for day in able)
        inside = min(inside, max(contract.days_per_week_max - len(done), 0))
        return part_due(max(left, 0), inside, elsewhere, self._longest(person)), max(limit, 0)

    def _dates(self, week: int) -> list[date]:
        first = 7 * week - self.period.days_before
        return [self.period.day(day) for day in range(first, first + 7)]

    def _is_inside(self, day: date) -> bool:
        return 0 <= (day - self.period.first_day).days < self.period.days

    def _worked(self, person: Person, week: int) -> list[tuple[date, int]]:
        """Days of the week before the period that are worked, with their paid minutes."""
        mine = self._dates(week) if week == 0 else []
        shifts = [w for w in person.past if w.schedule_date in mine]
        return [(w.schedule_date, round(w.paid_hours * 60)) for w in shifts]

    def _known_before(self, person: Person) -> set[date]:
        unknown = unknown_before(person, self.period)
        return {self.period.day(day - self.period.days_before) for day in range(unknown, self.period.days_before)}

    def _longest(self, person: Person) -> int:
        mine = [option.paid_minutes for option in self.options if option.family in person.contract.shifts]
        return max(mine, default=0) or 1

    def _could_work(self, number: int, person: Person, day: date) -> bool:
        """Whether the person could work on such a day: contract, availability, and somebody needed; of a day outside
        the period as on the same weekdays inside."""
        weekday = day.weekday()
        contract = any(weekday in parse_weekdays(self.shifts[name].weekdays) for name in person.contract.shifts)
        if not contract or weekday not in self._available.get(person.agent_id, ALL_WEEK):
            return False
        mine = [self.groups.index(skill) for skill in person.skills]
        open_days = {self.period.day(d) for d in np.flatnonzero(self._needed[mine].any(axis=0)).tolist()}
        seen = {self.period.day(d).weekday() for d in range(self.period.days)}
        if self._is_inside(day):
            inside = (day - self.period.first_day).days
            today = [g for g in mine if int(self.able[number, inside]) >> g & 1]
            return bool(self._needed[today, inside].any())
        return weekday not in seen or weekday in {one.weekday() for one in open_days}

    @cached_property
    def _needed(self) -> NDArray[np.bool_]:
        """(groups, days): anybody is needed on the day."""
        edges = self.period.day_slot[1:-1]
        by_day = np.split(self.required[:, : self.period.day_slot[-1]], edges, axis=1)
        return np.stack([slots.any(axis=1) for slots in by_day], axis=1)

    def _any_need(self, week: int) -> bool:
        return bool(self._needed[:, list(self.period.week_days(week))].any())

    @cached_property
    def _available(self) -> dict[str, frozenset[int]]:
        """Weekdays on which people with rows of their own are there at all."""
        found: dict[str, frozenset[int]] = {}
        frame = self.workforce.availability.frame
        for agent_id, weekdays, hours in zip(frame["agent_id"], frame["weekdays"], frame["hours"], strict=True):
            days = frozenset(parse_weekdays(weekdays)) if parse_spans(hours) else frozenset[int]()
            found[agent_id] = found.get(agent_id, frozenset()) | days
        return found

    @cached_property
    def _idle_holidays(self) -> set[date]:
        """Monday to Friday holidays just before the period on which nobody worked: closed ones."""
        worked = set(self.workforce.past_roster.frame["schedule_date"].dt.date)
        return {
            day
            for day, special in self.calendar.special_days.items()
            if day < self.period.first_day and day.weekday() < CREDITED_DAYS
            if special.kind != "event" and day not in worked
        }
