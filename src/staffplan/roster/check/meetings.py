"""Whether a finished roster holds the meetings and training that are due, whoever placed them.

A roster tells "meeting" or "training", not which one: what is found is matched with what is due. What is held
together takes the starts at which most of its people are there; the rest is matched person by person, as many as fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from staffplan.clock import midnight, parse_spans
from staffplan.tables.meetings import attendees
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster

RULE = "meetings"
MINUTE = pd.Timedelta(minutes=1)
Found = tuple[str, date, str, str]
"""Agent, local day, rule, message."""


@dataclass(frozen=True)
class _Block:
    """A meeting or training that the roster holds for somebody."""

    agent_id: str
    activity: str
    start: pd.Timestamp
    end: pd.Timestamp

    @property
    def minutes(self) -> float:
        return (self.end - self.start) / MINUTE


@dataclass(frozen=True)
class _Due:
    name: str
    activity: str
    minutes: int
    first_day: date
    last_day: date
    hours: str
    together: bool
    people: frozenset[str]
    timezone: str

    def local(self, instant: pd.Timestamp) -> pd.Timestamp:
        return instant.tz_convert(self.timezone).tz_localize(None)

    def day_of(self, block: _Block) -> date:
        day: date = self.local(block.start).date()
        return day

    def in_time(self, block: _Block) -> bool:
        """It lies within the days and hours."""
        if not self.hours:
            begin, end = midnight(self.first_day, self.timezone), self.last_day + timedelta(days=1)
            return bool(begin <= block.start and block.end <= midnight(end, self.timezone))
        start, end_wall = self.local(block.start), self.local(block.end)
        for day in (start.normalize() - pd.Timedelta(days=1), start.normalize()):
            if self.first_day <= day.date() <= self.last_day:
                spans = [(day + begin * MINUTE, day + end * MINUTE) for begin, end in parse_spans(self.hours)]
                if any(begin <= start and end_wall <= end for begin, end in spans):
                    return True
        return False

    def fits(self, block: _Block) -> bool:
        alike = block.activity == self.activity and abs(block.minutes - self.minutes) < 1e-6
        return alike and block.agent_id in self.people and self.in_time(block)


def meeting_breaches(roster: Roster, workforce: Workforce, first: date, days: int, timezone: str) -> Iterator[Found]:
    """Meetings of the period (their last day lies in it) that are missing, too short, at the wrong time."""
    dues = _dues(workforce, first, days, timezone)
    blocks = _blocks(roster) if dues else []
    held = _held_together([due for due in dues if due.together], blocks)
    for due in dues:
        if due.together:
            yield from _absent(due, held.get(due), blocks, first)
    attended = {block for start, there in held.values() for block in there}
    free: dict[str, list[_Block]] = {}
    for block in blocks:
        if block not in attended:
            free.setdefault(block.agent_id, []).append(block)
    for agent_id in sorted({agent_id for due in dues if not due.together for agent_id in due.people}):
        mine = [due for due in dues if not due.together and agent_id in due.people]
        yield from _unmatched(agent_id, mine, free.get(agent_id, []), first)


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def _dues(workforce: Workforce, first: date, days: int, timezone: str) -> list[_Due]:
    """Who has time off on all days of a meeting is not expected."""
    ends = workforce.meetings.frame["last_day"].dt.date
    meetings = workforce.meetings.only(((ends >= first) & (ends < first + timedelta(days=days))).to_numpy())
    off: dict[str, set[date]] = {}
    earliest = min(meetings.frame["first_day"].dt.date, default=first)
    for row in _rows(workforce.time_off.whole.within(earliest, first + timedelta(days=days)).frame):
        off.setdefault(row.agent_id, set()).update(t.date() for t in pd.date_range(row.first_day, row.last_day))
    dues = []
    for row, who in zip(_rows(meetings.frame), attendees(meetings, workforce.agents.frame), strict=True):
        when = {t.date() for t in pd.date_range(row.first_day, row.last_day)}
        people = frozenset(agent_id for agent_id in who if when - off.get(agent_id, set()))
        what = (row.meeting, row.activity, int(row.minutes), row.first_day.date(), row.last_day.date(), row.hours)
        dues.append(_Due(*what, row.together == "yes", people, timezone))
    return dues


def _blocks(roster: Roster) -> list[_Block]:
    frame = roster.activities.frame
    beside = frame[frame["activity"].isin(["meeting", "training"])]
    return sorted(
        (_Block(row.agent_id, row.activity, row.start, row.end) for row in _rows(beside)),
        key=lambda block: (block.start, block.agent_id),
    )


Held = dict[_Due, tuple[pd.Timestamp, frozenset[_Block]]]
"""Start of each meeting held together, and what its people do then."""


def _held_together(dues: list[_Due], blocks: list[_Block]) -> Held:
    """The meeting and start with most people first; what it takes is not there for the others."""
    ways: dict[tuple[int, pd.Timestamp], set[_Block]] = {}
    for number, due in enumerate(dues):
        for block in blocks:
            if due.fits(block):
                ways.setdefault((number, block.start), set()).add(block)
    held: Held = {}
    while ways:
        number, start = max(ways, key=lambda way: (len(ways[way]), -len(dues[way[0]].people), -way[0]))
        there = ways[number, start]
        held[dues[number]] = (start, frozenset(there))
        left = {way: others - there for way, others in ways.items() if way[0] != number}
        ways = {way: others for way, others in left.items() if others}
    return held


def _absent(
    due: _Due, held: tuple[pd.Timestamp, frozenset[_Block]] | None, blocks: list[_Block], first: date
) -> Iterator[Found]:
    """Who is not at a meeting that all attend at once."""
    if held is None:
        for agent_id in sorted(due.people):
            yield from _unmatched(agent_id, [due], [b for b in blocks if b.agent_id == agent_id], first)
        return
    start, there = held
    at, end = due.local(start), start + due.minutes * MINUTE
    partly = {b.agent_id: b for b in blocks if b.activity == due.activity and b.start < end and b.end > start}
    for agent_id in sorted(due.people - {block.agent_id for block in there}):
        said = f"{due.name} is held at {at:%H:%M} for {due.minutes} minutes, "
        if agent_id in partly:
            span = (due.local(partly[agent_id].start), due.local(partly[agent_id].end))
            said += f"the agent's {due.activity} is {span[0]:%H:%M}-{span[1]:%H:%M}"
        else:
            said += "without the agent"
        yield agent_id, at.date(), RULE, said


def _unmatched(agent_id: str, dues: list[_Due], blocks: list[_Block], first: date) -> Iterator[Found]:
    """What is due to one person and not found; each block stands for one meeting."""
    matched: dict[int, int] = {}
    for number in range(len(dues)):
        _match(number, dues, blocks, matched, set())
    left = [block for n, block in enumerate(blocks) if n not in matched]
    for number, due in enumerate(dues):
        if number not in matched.values():
            yield agent_id, *_what_is_so(due, left, first)


def _match(number: int, dues: list[_Due], blocks: list[_Block], matched: dict[int, int], tried: set[int]) -> bool:
    """Find a block for a meeting, moving others to other blocks where that helps (an augmenting path)."""
    for n, block in enumerate(blocks):
        if n in tried or not dues[number].fits(block):
            continue
        tried.add(n)
        if n not in matched or _match(matched[n], dues, blocks, matched, tried):
            matched[n] = number
            return True
    return False


def _what_is_so(due: _Due, left: list[_Block], first: date) -> tuple[date, str, str]:
    """Day, rule and message of a meeting that is not found: too short, at the wrong time, or missing."""
    for block in left:
        when = f"{due.name} at {due.local(block.start):%H:%M}"
        if block.activity == due.activity and due.in_time(block):
            return due.day_of(block), RULE, f"{when}: {block.minutes:g} minutes, {due.minutes} required"
        if block.activity == due.activity and abs(block.minutes - due.minutes) < 1e-6:
            return due.day_of(block), RULE, f"{when} is outside its days and hours"
    days = f"{due.first_day:%d %b} to {due.last_day:%d %b %Y}"
    return max(due.first_day, first), RULE, f"{due.name}, {due.minutes} minutes of {due.activity}, {days}, is missing"
