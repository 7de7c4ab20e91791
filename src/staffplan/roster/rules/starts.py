"""Rules on when shifts start, and on what may follow what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from staffplan.roster.problem.machine import Ints, Machine, rows_of, unrolled, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import in_period, last_of_week, of_first_week, week_of
from staffplan.roster.rules.options import DAY_OFF, clock_starts, of_families
from staffplan.roster.rules.registry import Holder, LeftOut, Relaxable, rule_for
from staffplan.settings.hard_rules import StartVariationSetting, SuccessionSetting


@dataclass(frozen=True)
class StartVariation:
    """Starts of a week differ by so much at most, on the wall clock of each shift's day, counted from midnight."""

    minutes: int
    name: str = "start variation"
    weight: None = None

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        starts: dict[int, list[tuple[int, Worked]]] = {}
        for w in sorted(in_period(worked, agreed), key=lambda w: w.start):
            starts.setdefault(week_of(w.schedule_date, agreed), []).append((_start(w, agreed.timezone), w))
        before = [w for w in worked if agreed.first_week <= w.schedule_date < agreed.period_first]
        known = self._kept(_start(w, agreed.timezone) for w in before)
        for week, mine in sorted(starts.items()):
            all_starts = [*(known if week == 0 else ()), *(minute for minute, _ in mine)]
            earliest, latest = min(all_starts), max(all_starts)
            if latest - earliest > self.minutes:
                ends = (w.schedule_date for minute, w in reversed(mine) if minute in (earliest, latest))
                day = next(ends, mine[-1][1].schedule_date)
                message = f"starts of the week from {_clock(earliest)} to {_clock(latest)}"
                yield Violation(day, f"{message}, {self.minutes} minutes apart are allowed")

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the week's earliest and latest start so far."""
        none_yet, last = 24 * 60, last_of_week(problem.period)

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            start, off = what[..., 0], what[..., 0] == DAY_OFF
            earliest = np.where(off, states[..., 0], np.minimum(states[..., 0], start))
            latest = np.where(off, states[..., 1], np.maximum(states[..., 1], start))
            good = latest - earliest <= self.minutes
            if last[day]:
                earliest, latest = np.full_like(earliest, none_yet), np.full_like(latest, -1)
            return rows_of(earliest, latest), good

        known = self._kept(_start(w, problem.period.timezone) for w in of_first_week(person, problem.period))
        start = (min(known, default=none_yet), max(known, default=-1))
        return unrolled([with_day_off(clock_starts(problem), DAY_OFF)], start, follow)

    def _kept(self, starts: Iterable[int]) -> list[int]:
        """Starts of the week's days before the period; none where they break the rule among themselves, as nobody
        can keep it then."""
        known = list(starts)
        return known if known and max(known) - min(known) <= self.minutes else []


@rule_for(StartVariationSetting, Relaxable("minutes", 30, 0.5, "starts within {:g} minutes in a week"))
def _start_variation(setting: StartVariationSetting, _holder: Holder) -> StartVariation:
    return StartVariation(setting.minutes)


@dataclass(frozen=True)
class Succession:
    """Shifts of some families are not worked on some days after the latest one of `after`, whatever the rest between
    them."""

    after: str
    never: tuple[str, ...]
    days: int = 1
    from_day: int = 1
    """The last and the first of these days, counted from the shift's own."""
    weight: None = None

    @property
    def name(self) -> str:
        within = "" if self.days == 1 else f" within {self.days} days"
        return f"no {' or '.join(self.never)} after {self.after}{within}"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        latest: date | None = None
        for shift in sorted(worked, key=lambda w: w.schedule_date):
            distance = 0 if latest is None else (shift.schedule_date - latest).days
            inside = agreed.period_first <= shift.schedule_date <= agreed.period_last
            if inside and self.from_day <= distance <= self.days and shift.family in self.never:
                ahead = "on the day after" if distance == 1 else f"{distance} days after"
                yield Violation(shift.schedule_date, f"{shift.family} {ahead} {self.after}")
            latest = shift.schedule_date if shift.family == self.after else latest

    def machine(self, problem: RosterProblem, person: Person) -> Machine:
        """A state is the number of days since the latest of `after`, 0 where there is none that matters."""
        labels = [
            with_day_off(np.broadcast_to(which, (problem.period.days, len(which))).astype(np.int64), 0)
            for which in (of_families(problem, (self.after,)), of_families(problem, self.never))
        ]

        def follow(day: int, states: Ints, what: Ints) -> tuple[Ints, NDArray[np.bool_]]:
            since, again, never = states[..., 0], what[..., 0] == 1, what[..., 1] == 1
            longer = np.where((since > 0) & (since < self.days), since + 1, 0)
            return rows_of(np.where(again, 1, longer)), ~never | (since < self.from_day)

        return unrolled(labels, (self._in_past(problem, person),), follow)

    def _in_past(self, problem: RosterProblem, person: Person) -> int:
        """Days from the latest of `after` before the period to its first day, as a state."""
        past = [w.schedule_date for w in person.past if w.family == self.after]
        distance = (problem.period.first_day - max(past)).days if past else 0
        return distance if distance <= self.days else 0


@rule_for(SuccessionSetting, relaxation=LeftOut("after {after} never {never}"))
def _succession(setting: SuccessionSetting, _holder: Holder) -> Succession:
    return Succession(setting.after, setting.never, setting.days, setting.from_day)


def _start(shift: Worked, timezone: str) -> int:
    """Start on the wall clock, minutes after midnight."""
    local = shift.start.tz_convert(timezone)
    return int(local.hour * 60 + local.minute)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
