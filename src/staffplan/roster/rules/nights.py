"""Rules on night shifts: those that lie inside the night for long enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import parse_spans, wall_instant
from staffplan.roster.problem.machine import Ints, Machine, rows_of, unrolled, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_period
from staffplan.roster.rules.counts import Bounds, counted, said_often
from staffplan.roster.rules.options import (
    DAY_OFF,
    Night,
    day_minutes,
    length_minutes,
    minutes_from_start,
    night_options,
    start_minutes,
)
from staffplan.roster.rules.registry import Holder, Relaxable, rule_for
from staffplan.settings.hard_rules import NightsInARowSetting, NightsSetting, RestAfterNightsSetting
from staffplan.settings.rule_sections import NightSection

Parts = tuple[tuple[pd.Timestamp, pd.Timestamp], ...]


@lru_cache(maxsize=4096)
def is_night(parts: Parts, night: Night, timezone: str) -> bool:
    """Whether the parts of a shift, start and end each, lie inside the night for long enough together."""
    inside = timedelta(0)
    day = parts[0][0].tz_convert(timezone).date() - timedelta(days=1)
    while wall_instant(day, night.begin, timezone) < parts[-1][1]:
        begins, ends = (wall_instant(day, minute, timezone) for minute in (night.begin, night.end))
        inside += sum((max(min(end, ends) - max(start, begins), timedelta(0)) for start, end in parts), timedelta(0))
        day += timedelta(days=1)
    return inside >= timedelta(minutes=night.minutes)


@dataclass(frozen=True)
class NightsInARow:
    """Night shifts on days in a row, at most; those right before the period count where they are known."""

    nights: int
    night: Night
    name: str = "nights in a row"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        nights = {w.schedule_date for w in worked if is_night(w.parts, self.night, agreed.timezone)}
        for day in sorted(nights):
            run = 1
            while day - timedelta(days=run) in nights:
                run += 1
            if run > self.nights and agreed.period_first <= day <= agreed.period_last:
                yield Violation(day, f"night {run} in a row, {self.nights} allowed")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the number of nights in a row so far."""
        which = with_day_off(night_options(problem, self.night).astype(np.int64), 0)

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            run, night = states[..., 0], what[..., 0] == 1
            return rows_of(np.where(night, run + 1, 0)), ~night | (run < self.nights)

        start = min(nights_before(problem, person, self.night), self.nights)
        return unrolled([which], (start,), follow)


@rule_for(NightsInARowSetting, Relaxable("nights", 1, 8, "at most {:g} nights in a row"))
def _nights_in_a_row(setting: NightsInARowSetting, _holder: Holder) -> NightsInARow:
    return NightsInARow(setting.nights, _night_of(setting))


@dataclass(frozen=True)
class Nights:
    """Night shifts in the period or in each week, at most."""

    most: int
    night: Night
    per: str = "period"
    name: str = "nights"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        nights = [w for w in in_period(worked, agreed) if is_night(w.parts, self.night, agreed.timezone)]
        days = [w.schedule_date for w in nights]
        yield from said_often(days, agreed, Bounds(None, self.most, self.per), "night shift")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        amount = night_options(problem, self.night).astype(np.int64)
        return counted(problem, amount, Bounds(None, self.most, self.per))


@rule_for(NightsSetting, Relaxable("most", 1, 8, "at most {:g} nights"))
def _nights(setting: NightsSetting, _holder: Holder) -> Nights:
    return Nights(setting.most, _night_of(setting), setting.per)


@dataclass(frozen=True)
class RestAfterNights:
    """Rest, or days off, after the last of `nights` night shifts in a row or more.

    A night shift on the very next day goes on with the run; any other shift is what the rest must come before.
    """

    minutes: int
    night: Night
    nights: int = 1
    days_off: int = 0
    name: str = "rest after nights"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        run, before = 0, None
        for w in sorted(worked, key=lambda w: w.start):
            night = is_night(w.parts, self.night, agreed.timezone)
            free_days = (w.schedule_date - before.schedule_date).days - 1 if before else 0
            goes_on = night and run > 0 and free_days == 0
            if before and run >= self.nights and not goes_on and w.schedule_date >= agreed.period_first:
                yield from self._shortage(before, w, free_days)
            run = run + 1 if goes_on else int(night)
            before = w

    def _shortage(self, before: Worked, after: Worked, free_days: int) -> Iterator[Violation]:
        hours = (after.start - before.end).total_seconds() / 3600
        if hours * 60 < self.minutes:
            yield Violation(after.schedule_date, f"{hours:g} h after the last night, {self.minutes / 60:g} h are due")
        elif free_days < self.days_off:
            said = "1 day" if free_days == 1 else f"{max(free_days, 0)} days"
            yield Violation(after.schedule_date, f"{said} off after the last night, {self.days_off} due")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the nights in a row so far, when the next shift may start, and the days off due before it."""
        lengths, starts = day_minutes(problem.period), start_minutes(problem)
        which = night_options(problem, self.night).astype(np.int64)
        labels = (
            with_day_off(which, 0),
            with_day_off(starts, DAY_OFF),
            with_day_off(starts + length_minutes(problem), DAY_OFF),
        )
        anything = int(starts.min())

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            run, ready, due = states[..., 0], states[..., 1], states[..., 2]
            night, start, end = what[..., 0] == 1, what[..., 1], what[..., 2]
            off = start == DAY_OFF
            good = off | (night & (run > 0)) | ((start >= ready) & (due == 0))
            run = np.where(night, np.minimum(run + 1, self.nights), 0)
            ends_run = run == self.nights
            then = np.where(ends_run, end + self.minutes, np.where(off, ready, DAY_OFF)) - lengths[day]
            due = np.where(ends_run, self.days_off, np.where(off, np.maximum(due - 1, 0), 0))
            return rows_of(run, np.maximum(then, anything), due), good

        return unrolled(labels, self._start(problem, person, anything), follow)

    def _start(self, problem: RosterProblem, person: Person, anything: int) -> tuple[int, int, int]:
        """The machine's state after the past."""
        run, ready, due, day = 0, anything, 0, None
        for w in sorted(person.past, key=lambda w: w.start):
            night = is_night(w.parts, self.night, problem.period.timezone)
            goes_on = day is not None and (w.schedule_date - day).days == 1
            run, day = (min((run if goes_on else 0) + 1, self.nights) if night else 0), w.schedule_date
            ready, due = anything, 0
            if run == self.nights:
                ready, due = minutes_from_start(w.end, problem.period) + self.minutes, self.days_off
        free_days = 0 if day is None else (problem.period.first_day - day).days - 1
        return (0 if free_days else run), max(ready, anything), max(due - free_days, 0)


@rule_for(
    RestAfterNightsSetting,
    Relaxable("hours", -1.0, 1.0, "{:g} h of rest after nights"),
    Relaxable("days_off", -1, 8, "{:g} days off after nights"),
)
def _rest_after_nights(setting: RestAfterNightsSetting, _holder: Holder) -> RestAfterNights:
    return RestAfterNights(ceil(setting.hours * 60), _night_of(setting), setting.nights, setting.days_off)


def nights_before(problem: RosterProblem, person: Person, night: Night) -> int:
    """Night shifts on the days right up to the period."""
    zone = problem.period.timezone
    nights = {w.schedule_date for w in person.past if is_night(w.parts, night, zone)}
    count = 0
    while problem.period.first_day - timedelta(days=count + 1) in nights:
        count += 1
    return count


def _night_of(setting: NightSection) -> Night:
    ((begin, end),) = parse_spans(setting.night)
    return Night(begin, end, ceil(setting.night_hours * 60))
