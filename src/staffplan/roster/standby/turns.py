"""The turns of standby that a period asks for, and who cannot take which, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from staffplan.clock import parse_weekdays, wall_instant
from staffplan.roster.case.case import Case
from staffplan.roster.check.presence import DaysOff, Hours, can_work, days_off, hours_by_agent
from staffplan.settings.standby import StandbySettings
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster, on_site
from staffplan.tables.schema import names_in
from staffplan.tables.skills import always_held, skill_rows

WEEK = 7
Span = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Duty:
    """A day of a turn: its day and the two instants."""

    day: date
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True)
class Turn:
    """What one person takes as a whole. `of`: its place in the settings; `week`: number of the week it begins in;
    `begins`: its first day, of a week that began before the period the one then."""

    of: int
    week: int
    begins: date
    duties: tuple[Duty, ...]

    @property
    def day(self) -> date:
        """Its first day in the period."""
        return self.duties[0].day


def turns_of(kinds: Sequence[StandbySettings], case: Case, first: date, days: int) -> tuple[Turn, ...]:
    """All turns of the period, by kind and day. A week of which only some days lie in it is a turn of those."""
    found = []
    week_first = case.settings.week_of_first(first) or first
    for number, kind in enumerate(kinds):
        weekdays = parse_weekdays(kind.weekdays)
        by_week: dict[int, list[Duty]] = {}
        for duty in _duties(kind, case, first, days):
            by_week.setdefault((duty.day - week_first).days // WEEK, []).append(duty)
        for week, duties in by_week.items():
            if kind.turn == "week":
                found.append(Turn(number, week, first_of_turn(week_first, week, weekdays), tuple(duties)))
            else:
                found += [Turn(number, week, duty.day, (duty,)) for duty in duties]
    return tuple(found)


def first_of_turn(week_first: date, week: int, weekdays: Sequence[int]) -> date:
    """The first of the weekdays in the week of a number, whether the period has begun then or not."""
    days = (week_first + timedelta(days=WEEK * week + n) for n in range(WEEK))
    return next(day for day in days if day.weekday() in weekdays)


def _duties(kind: StandbySettings, case: Case, first: date, days: int) -> Iterator[Duty]:
    calendar, weekdays, (begin, end) = case.site.calendar, parse_weekdays(kind.weekdays), kind.span
    for day in (first + timedelta(days=n) for n in range(days)):
        special = calendar.special_days.get(day)
        closed = special is not None and special.kind == "closed"
        if day.weekday() in weekdays and not closed and (kind.holidays or day not in calendar.holidays):
            zone = calendar.timezone
            yield Duty(day, wall_instant(day, begin, zone), wall_instant(day, end, zone))


@dataclass(frozen=True)
class Candidate:
    """A person as standby sees one: work and time off as spans."""

    agent_id: str
    name: str
    team: str
    contract: str
    skills: Mapping[str, tuple[tuple[int, date, date], ...]]
    """Levels of each skill with their first and last day."""
    shifts: tuple[Span, ...]
    standby: tuple[Span, ...]
    """Standby that began before the period."""
    days: frozenset[date]
    """Days with a shift."""
    off: DaysOff
    available: Hours | None
    zone: str

    def reason(self, kind: StandbySettings, turn: Turn) -> str | None:
        """Why the person cannot take the turn, in words for the site; None: they can."""
        return self._of_kind(kind, turn) or next(filter(None, (self._on(kind, duty) for duty in turn.duties)), None)

    def _of_kind(self, kind: StandbySettings, turn: Turn) -> str | None:
        if kind.agents and self.agent_id not in kind.agents:
            return "not among those named"
        if kind.staffing_group and self.team != kind.staffing_group:
            return "another team"
        if kind.contracts and self.contract not in kind.contracts:
            return "another contract"
        if kind.skill and not all(self._knows(kind, duty.day) for duty in turn.duties):
            return f"without the skill {kind.skill}"
        return None

    def _knows(self, kind: StandbySettings, day: date) -> bool:
        levels = self.skills.get(kind.skill, ())
        return any(level >= kind.level and first <= day <= last for level, first, last in levels)

    def _on(self, kind: StandbySettings, duty: Duty) -> str | None:
        if self._is_off(duty):
            return "time off"
        local = (at.tz_convert(self.zone).tz_localize(None) for at in (duty.start, duty.end))
        if self.available is not None and not can_work(self.available, *local):
            return "not available then"
        if any(start < duty.end and duty.start < end for start, end in self.standby):
            return "stands by already"
        rest = pd.Timedelta(hours=kind.rest_hours)
        if any(start < duty.end + rest and duty.start - rest < end for start, end in self.shifts):
            return "at work then" if not kind.rest_hours else f"at work within {kind.rest_hours:g} h of it"
        if kind.on != "any" and (duty.day in self.days) != (kind.on == "workdays"):
            return "a day with a shift" if kind.on == "days_off" else "a day without a shift"
        return None

    def _is_off(self, duty: Duty) -> bool:
        last = (duty.end.tz_convert(self.zone) - pd.Timedelta(nanoseconds=1)).date()
        days = (duty.day + timedelta(days=n) for n in range((last - duty.day).days + 1))
        spans = (part.span(self.zone) for part in self.off.parts)
        return any(day in self.off.days for day in days) or any(
            begin < duty.end and duty.start < end for begin, end in spans
        )


def candidates(case: Case, roster: Roster, first: date, earlier: pd.DataFrame) -> tuple[Candidate, ...]:
    """Everybody of the agents file, in its order. earlier: rows of standby before the period."""
    off, available = days_off(case.workforce.time_off), hours_by_agent(case.workforce.availability)
    past = case.workforce.past_roster.frame
    present = on_site(roster.shifts.frame, roster.activities.frame)
    spans = _spans(past[past["schedule_date"] < pd.Timestamp(first)], present)
    before, zone, skills = _spans(earlier), case.site.calendar.timezone, _skills(case.workforce)
    worked: dict[str, set[date]] = {}
    for row in _rows(roster.shifts.frame):
        worked.setdefault(row.agent_id, set()).add(row.schedule_date.date())
    return tuple(
        Candidate(
            row.agent_id,
            row.name,
            row.staffing_group,
            row.work_plan or next(iter(case.work_plans), ""),
            skills[row.agent_id],
            tuple(spans.get(row.agent_id, ())),
            tuple(before.get(row.agent_id, ())),
            frozenset(worked.get(row.agent_id, ())),
            off.get(row.agent_id, DaysOff()),
            available.get(row.agent_id),
            zone,
        )
        for row in _rows(case.workforce.agents.frame)
    )


def _spans(*frames: pd.DataFrame) -> dict[str, list[Span]]:
    """By agent the spans of the rows; free time of a split shift is free for standby."""
    found: dict[str, list[Span]] = {}
    for row in (row for frame in frames for row in _rows(frame)):
        found.setdefault(row.agent_id, []).append((row.start, row.end))
    return found


def _skills(workforce: Workforce) -> dict[str, dict[str, tuple[tuple[int, date, date], ...]]]:
    rows = list(skill_rows(workforce.skills))
    found: dict[str, dict[str, tuple[tuple[int, date, date], ...]]] = {}
    for row in _rows(workforce.agents.frame):
        mine = found.setdefault(row.agent_id, {})
        for name in names_in(row.skills):
            own = [one for one in rows if (one.agent_id, one.skill) == (row.agent_id, name)]
            held = own or [always_held(row.agent_id, name)]
            mine[name] = tuple((one.level, one.first, one.last) for one in held)
    return found


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples()
