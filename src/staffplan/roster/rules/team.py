"""The rules between people: what is said of all who work at a moment, not of one person's shifts.

`limits` are inequalities for the solver, made of sums over its variables; `violations` reads a finished roster, at
every instant at which somebody comes, goes or changes what they do; the functions at the end give the search its
limits by slot. A slot counts as due when a part of it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import SiteCalendar, parse_spans, parse_weekdays, wall_instant
from staffplan.roster.problem.problem import NO_LIMIT, Circle, Period, Person
from staffplan.roster.rules.between import (
    Finished,
    Known,
    Parts,
    SlotLimit,
    SlotSums,
    TeamRule,
    TeamViolation,
    parts_by_agent,
)
from staffplan.roster.rules.tie import Tie
from staffplan.roster.rules.ties import tie_of
from staffplan.settings import team_rules as settings
from staffplan.settings.roster import RosterSettings
from staffplan.tables.people import Workforce
from staffplan.tables.roster import BREAKS, Roster, on_site
from staffplan.tables.schema import names_in
from staffplan.tables.skills import SkillRow, always_held, skill_rows

Ints = NDArray[np.int64]
MOST_NAMES = 12
"""People named in a message; the others are counted."""


@dataclass(frozen=True)
class _Spans:
    """Who does something from when to when, in nanoseconds."""

    agents: NDArray[np.object_]
    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, frame: pd.DataFrame) -> _Spans:
        frame = frame[frame["end"] > frame["start"]]
        times = [frame[name].to_numpy(dtype="datetime64[ns]").astype(np.int64) for name in ("start", "end")]
        return cls(frame["agent_id"].to_numpy(dtype=object), *times)

    def heads(self, at: Ints) -> Ints:
        """People who do it at each instant."""
        begun = np.searchsorted(np.sort(self.starts), at, side="right")
        return np.asarray(begun - np.searchsorted(np.sort(self.ends), at, side="right"), dtype=np.int64)

    def names(self, at: int) -> str:
        """Who they are, in words."""
        there = sorted(set(self.agents[(self.starts <= at) & (self.ends > at)].tolist()))
        rest = len(there) - MOST_NAMES
        return ", ".join(there[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")

    @property
    def changes(self) -> Ints:
        return np.unique(np.concatenate([self.starts, self.ends]))


def _runs(broken: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and end number of neighbours that are True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], broken, [False]]).astype(np.int64)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _local(nanoseconds: int, calendar: SiteCalendar) -> pd.Timestamp:
    return pd.Timestamp(nanoseconds, tz="UTC").tz_convert(calendar.timezone).tz_localize(None)


def _from_to(first: pd.Timestamp, end: pd.Timestamp) -> str:
    until = f"{end:%H:%M}" if end.date() == first.date() else f"{end:%a %H:%M}"
    return f"from {first:%H:%M} to {until}"


@dataclass(frozen=True)
class Seats:
    """People in a shift, pauses and meetings included, at most; nobody between the parts of a split shift."""

    most: int
    name: str = "seats"

    def limits(self, sums: SlotSums, period: Period, calendar: SiteCalendar) -> Iterator[SlotLimit]:
        for slot, people in enumerate(sums.in_house[""]):
            yield SlotLimit(slot, (people <= self.most,))

    def violations(self, done: Finished) -> Iterator[TeamViolation]:
        there = _Spans.of(on_site(done.shifts, done.activities))
        at = there.changes
        heads = there.heads(at)
        for first, end in _runs(heads > self.most):
            worst = first + int(heads[first:end].argmax())
            begin, until = _local(int(at[first]), done.calendar), _local(int(at[end]), done.calendar)
            people = f"{heads[worst]} people on site {_from_to(begin, until)}, {self.most} seats"
            yield TeamViolation(begin.date(), self.name, f"{people}: {there.names(int(at[worst]))}")


@dataclass(frozen=True)
class ConcurrentBreaks:
    """People on break or meal at once, at most: a number, and a share of those on duty (never fewer than one)."""

    most: int | None
    share: Fraction | None
    group: str
    """Only people who can serve it count; "": all."""
    name: str = "concurrent breaks"

    def limits(self, sums: SlotSums, period: Period, calendar: SiteCalendar) -> Iterator[SlotLimit]:
        for slot, away in enumerate(sums.on_break[self.group]):
            if self.most is not None:
                yield SlotLimit(slot, (away <= self.most,))
            if self.share is not None:
                part, of = self.share.numerator, self.share.denominator
                yield SlotLimit(slot, (away <= 1, of * away <= part * sums.in_house[self.group][slot]))

    def violations(self, done: Finished) -> Iterator[TeamViolation]:
        pauses = done.activities[done.activities["activity"].isin(BREAKS)]
        away = _Spans.of(pauses[done.can(pauses["agent_id"], self.group)])
        site = on_site(done.shifts, done.activities)
        there = _Spans.of(site[done.can(site["agent_id"], self.group)])
        at = np.union1d(away.changes, there.changes)
        heads, on_duty = away.heads(at), there.heads(at)
        allowed = np.array([self._allowed(int(n)) for n in on_duty], dtype=np.int64)
        for first, end in _runs(heads > allowed):
            worst = first + int((heads - allowed)[first:end].argmax())
            begin, until = _local(int(at[first]), done.calendar), _local(int(at[end]), done.calendar)
            said = f"{self.group}: " if self.group else ""
            said += f"{heads[worst]} of {on_duty[worst]} on break at once {_from_to(begin, until)}, "
            said += f"{allowed[worst]} allowed: {away.names(int(at[worst]))}"
            yield TeamViolation(begin.date(), self.name, said)

    def _allowed(self, on_duty: int) -> int:
        """For the reader."""
        by_share = NO_LIMIT if self.share is None else max(int(self.share * on_duty), 1)
        return min(by_share, NO_LIMIT if self.most is None else self.most)


@dataclass(frozen=True)
class MinimumStaff:
    """People on queue for a group, at least, in spans of hours on some days."""

    group: str
    people: int
    spans: tuple[tuple[int, int], ...]
    """Minutes after midnight."""
    weekdays: tuple[int, ...]
    holidays: bool
    name: str = "minimum staff"

    def holds_on(self, day: date, calendar: SiteCalendar) -> bool:
        special = calendar.special_days.get(day)
        kind = "" if special is None else special.kind
        return day.weekday() in self.weekdays and kind != "closed" and (self.holidays or kind != "holiday")

    def limits(self, sums: SlotSums, period: Period, calendar: SiteCalendar) -> Iterator[SlotLimit]:
        due = minimum_people([self], [self.group], period, calendar)[0]
        for slot in np.flatnonzero(due).tolist():
            yield SlotLimit(slot, (sums.on_queue[self.group][slot] >= int(due[slot]),))

    def violations(self, done: Finished) -> Iterator[TeamViolation]:
        rows = done.activities
        there = _Spans.of(rows[(rows["activity"] == "queue") & (rows["planning_group"] == self.group)])
        for begin, end in self._due(done):
            inside = there.changes[(there.changes > begin) & (there.changes < end)]
            at = np.concatenate([[begin], inside, [end]]).astype(np.int64)
            heads = there.heads(at[:-1])
            for first, last in _runs(heads < self.people):
                worst = first + int(heads[first:last].argmin())
                since, until = _local(int(at[first]), done.calendar), _local(int(at[last]), done.calendar)
                names = there.names(int(at[worst]))
                said = f"{self.group}: {heads[worst]} on queue {_from_to(since, until)}, {self.people} are due"
                yield TeamViolation(since.date(), self.name, f"{said}: {names}" if names else said, lacks=True)

    def _due(self, done: Finished) -> Iterator[tuple[int, int]]:
        """Spans of the period in which the rule holds, in nanoseconds."""
        zone = done.calendar.timezone
        over = wall_instant(done.first_day + timedelta(days=done.days), 0, zone).value
        for number in range(done.days):
            day = done.first_day + timedelta(days=number)
            if self.holds_on(day, done.calendar):
                for begin, end in self.spans:
                    until = min(wall_instant(day, end, zone).value, over)
                    yield wall_instant(day, begin, zone).value, until


BY_SHIFTS = (Seats, Tie)
"""Rules that can be judged without knowing what happens inside the shifts."""


def team_rules(roster: RosterSettings) -> tuple[TeamRule, ...]:
    """The mandatory rules between people in the site's agreement."""
    listed = (rule for rule in roster.rules if isinstance(rule, settings.TeamRuleSetting))
    return tuple(
        _rule_of(rule) for rule in listed if not isinstance(rule, settings.TieSection) or rule.weight is None
    )


def tie_rules(roster: RosterSettings) -> tuple[Tie, ...]:
    """The rules between named people or people of a kind, mandatory or priced."""
    return tuple(tie_of(rule) for rule in roster.rules if isinstance(rule, settings.TieSetting))


def _rule_of(setting: settings.TeamRuleSetting) -> TeamRule:
    match setting:
        case settings.SeatsSetting(most=most):
            return Seats(most)
        case settings.ConcurrentBreaksSetting(most=number, share=share, planning_group=group):
            return ConcurrentBreaks(number, None if share is None else Fraction(str(share)), group)
        case settings.MinimumStaffSetting(planning_group=group, people=people, holidays=holidays):
            spans, weekdays = parse_spans(setting.hours), parse_weekdays(setting.weekdays)
            return MinimumStaff(group, people, spans, weekdays, holidays)
        case _:
            return tie_of(setting)


def team_violations(
    roster: Roster,
    workforce: Workforce,
    rules: Iterable[TeamRule],
    *,
    levels: Mapping[str, int],
    calendar: SiteCalendar,
    first: date,
    days: int,
) -> Iterator[TeamViolation]:
    """Every breach of the rules between people in any roster. levels: the least of skills (skill_levels_min)."""
    workforce = workforce.knowing(levels, first, first + timedelta(days=days - 1))
    known, before = _known(workforce), _nights_before(roster, workforce, wall_instant(first, 0, calendar.timezone))
    skills = {agent_id: frozenset(agent.skills) for agent_id, agent in known.items()}
    done = Finished(roster.shifts.frame, roster.activities.frame, skills, calendar, first, days, known, before)
    for rule in rules:
        yield from rule.violations(done)


def _nights_before(roster: Roster, workforce: Workforce, begin: pd.Timestamp) -> Parts:
    """Shifts of the roster before that end after the period begins, and that the roster has not itself."""
    frame, key = workforce.past_roster.frame, ["agent_id", "schedule_date"]
    own = pd.MultiIndex.from_frame(frame[key]).isin(pd.MultiIndex.from_frame(roster.shifts.frame[key]))
    return parts_by_agent(frame[((frame["start"] < begin) & (frame["end"] > begin)).to_numpy() & ~own])


def _known(workforce: Workforce) -> dict[str, Known]:
    """Every agent with team and skills; a skill without a row of its own always holds."""
    rows: dict[tuple[str, str], list[SkillRow]] = {}
    for row in skill_rows(workforce.skills):
        rows.setdefault((row.agent_id, row.skill), []).append(row)
    agents = workforce.agents.frame
    return {
        agent: Known(team, {name: _held(rows.get((agent, name)) or [always_held(agent, name)]) for name in names})
        for agent, team, names in zip(
            agents["agent_id"], agents["staffing_group"], map(names_in, agents["skills"]), strict=True
        )
    }


def _held(rows: Iterable[SkillRow]) -> tuple[tuple[int, date, date], ...]:
    return tuple((row.level, row.first, row.last) for row in rows)


def seat_limit(rules: Iterable[TeamRule], period: Period) -> Ints:
    """(slots,): people who may be in a shift, at most."""
    most = min((rule.most for rule in rules if isinstance(rule, Seats)), default=NO_LIMIT)
    return np.full(period.slots, most, dtype=np.int64)


def pausing_limit(rules: Iterable[TeamRule], period: Period) -> Ints:
    """(slots,): people on meals and breaks at once, at most, where a number holds for all of them."""
    most = [rule.most for rule in rules if isinstance(rule, ConcurrentBreaks) and not rule.group]
    return np.full(period.slots, min((n for n in most if n is not None), default=NO_LIMIT), dtype=np.int64)


def break_circles(rules: Iterable[TeamRule], people: Sequence[Person]) -> tuple[Circle, ...]:
    """The limits on breaks that `pausing_limit` leaves out."""
    return tuple(
        Circle(
            counted(rule, people),
            NO_LIMIT if rule.most is None else rule.most,
            0 if rule.share is None else rule.share.numerator,
            0 if rule.share is None else rule.share.denominator,
        )
        for rule in rules
        if isinstance(rule, ConcurrentBreaks) and (rule.group or rule.share is not None)
    )


def counted(rule: ConcurrentBreaks, people: Sequence[Person]) -> NDArray[np.bool_]:
    """(people,): whom the rule counts."""
    return np.array([not rule.group or rule.group in person.skills for person in people], dtype=bool)


def minimum_people(rules: Iterable[TeamRule], groups: Sequence[str], period: Period, calendar: SiteCalendar) -> Ints:
    """(groups, slots): people due on queue, at least; zero where no rule holds."""
    least = np.zeros((len(groups), period.slots), dtype=np.int64)
    for rule in rules:
        if not isinstance(rule, MinimumStaff) or rule.group not in groups:
            continue
        row = least[groups.index(rule.group), : period.day_slot[-1]]
        for number in range(period.days):
            for begin, end in rule.spans if rule.holds_on(period.day(number), calendar) else ():
                times = [wall_instant(period.day(number), minute, period.timezone) for minute in (begin, end)]
                first, last = ((t - period.start) / pd.Timedelta(minutes=period.slot_minutes) for t in times)
                due = slice(int(np.floor(first)), int(np.ceil(last)))
                row[due] = np.maximum(row[due], rule.people)
    return least
