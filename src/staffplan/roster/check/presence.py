"""When each agent can be there: time off and availability, each table read once for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, Spans, parse_spans, parse_weekdays
from staffplan.tables.people import Availability, PartOff, TimeOff
from staffplan.tables.roster import ABSENCE

MINUTE = pd.Timedelta(minutes=1)
Hours = tuple[tuple[tuple[int, ...], Spans], ...]
"""Weekdays (Monday 0) and the spans of such a day, in minutes after midnight, in which somebody can work."""


@dataclass(frozen=True)
class DaysOff:
    """The time off of one agent, day by day."""

    days: frozenset[date] = frozenset()
    unpaid: frozenset[date] = frozenset()
    absent: frozenset[date] = frozenset()
    """Days off that came up when the night before had begun: it may run into them."""
    hours: Mapping[date, float] = field(default_factory=dict)
    """Hours that a day off counts, where they are given."""
    parts: tuple[PartOff, ...] = ()
    """Time off for parts of other days."""

    def part_hours(self, day: date, a_day: float, timezone: str, *, within_shifts: bool) -> tuple[float, float]:
        """Hours that the parts off of a day count: all of them, and the paid ones.

        within_shifts: paid ones are paid in the shifts. Without hours of their own they count as long as they are, a
        whole day (a_day hours) at most.
        """
        named, length = {True: 0.0, False: 0.0}, {True: 0.0, False: 0.0}
        for part in self.parts:
            if part.day == day and not (within_shifts and part.paid):
                begin, end = part.span(timezone)
                named[part.paid] += part.hours or 0.0
                length[part.paid] += 0.0 if part.hours is not None else max((end - begin) / MINUTE, 0.0) / 60
        every = sum(named.values()) + min(sum(length.values()), a_day)
        return every, named[True] + min(length[True], a_day)


def days_off(time_off: TimeOff) -> dict[str, DaysOff]:
    """The time off of each agent who has any."""
    frame, found = time_off.whole.frame, dict[str, DaysOff]()
    columns = (frame[name].tolist() for name in ("agent_id", "first_day", "last_day", "kind", "paid", "hours"))
    for agent_id, first, last, kind, paid, hours in zip(*columns, strict=True):
        days = frozenset(first.date() + timedelta(days=n) for n in range((last - first).days + 1))
        before, none = found.get(agent_id, DaysOff()), frozenset[date]()
        found[agent_id] = DaysOff(
            before.days | days,
            before.unpaid | (days if paid == "no" else none),
            before.absent | (days if kind == ABSENCE else none),
            {**before.hours, **({} if pd.isna(hours) else dict.fromkeys(days, hours))},
        )
    for part in time_off.parts:
        before = found.get(part.agent_id, DaysOff())
        found[part.agent_id] = replace(before, parts=(*before.parts, part))
    return found


def hours_by_agent(availability: Availability) -> dict[str, Hours]:
    """When each agent can work; who has no row can always."""
    frame, found = availability.frame, dict[str, Hours]()
    for agent_id, weekdays, hours in zip(frame["agent_id"], frame["weekdays"], frame["hours"], strict=True):
        found[agent_id] = (*found.get(agent_id, ()), (parse_weekdays(weekdays), parse_spans(hours)))
    return found


def can_work(hours: Hours, start: pd.Timestamp, end: pd.Timestamp) -> bool:
    """Whether a span of the wall clock lies in the hours; those of neighbouring days are joined."""
    first = start.normalize() - pd.Timedelta(days=1)
    begin, until = (start - first) / MINUTE, (end - first) / MINUTE
    return any(free <= begin and until <= busy for free, busy in _free(hours, first.weekday()))


@lru_cache(maxsize=4096)
def _free(hours: Hours, weekday: int) -> Spans:
    """Joined spans of four days, the first of which is this weekday, in minutes after its midnight."""
    spans = [
        (day * MINUTES_PER_DAY + begin, day * MINUTES_PER_DAY + end)
        for day in range(4)
        for weekdays, of_the_day in hours
        if (weekday + day) % 7 in weekdays
        for begin, end in of_the_day
    ]
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)
