"""Meetings and training put into a finished roster, in place of time on queue, where they cost least.

What is held together is placed first, the largest first: where most of its people are on queue, and among those
starts where the cost rises least. Then what each attends singly. Then everything is taken out and placed anew, one
sitting at a time, until nothing improves (coordinate descent: exact for each sitting given the others).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import midnight, parse_spans, wall_instant
from staffplan.errors import Note
from staffplan.roster.case.presence import days_off
from staffplan.roster.meetings.conflict import Gathering, conflict_words
from staffplan.roster.meetings.queue_time import Ints, Prices, QueueTime, queue_time
from staffplan.roster.rules.team import team_rules
from staffplan.settings.roster import RosterSettings
from staffplan.site import Site
from staffplan.tables.meetings import attendees
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities

BELOW_MINIMUM = 1000.0
"""Price of an hour below a rule's minimum staff, in understaffed hours: any other place comes first."""
MOST_CONFLICTS = 10
"""Sittings that somebody misses of which the conflict is told."""
NEGLIGIBLE = 1e-9
"""Costs closer than this are the same."""


@dataclass(frozen=True)
class _Due:
    """A meeting that belongs to the roster."""

    name: str
    activity: str
    minutes: int
    first_day: date
    last_day: date
    hours: str
    together: bool
    people: tuple[str, ...]
    """Who attends."""
    excused: tuple[str, ...]
    """Who would, and has time off on all its days."""


@dataclass(frozen=True)
class _Sitting:
    """People who attend one meeting at once."""

    due: _Due
    people: Ints
    starts: Ints
    """Ticks at which it may start."""
    length: int


@dataclass(frozen=True)
class _Place:
    start: int
    people: Ints
    """Those of the sitting who attend."""
    cost: float
    """What it adds to the cost."""

    def better_than(self, other: _Place | None) -> bool:
        if other is None or len(self.people) != len(other.people):
            return other is None or len(self.people) > len(other.people)
        return self.cost < other.cost - NEGLIGIBLE


@dataclass(frozen=True)
class Held:
    """A meeting that somebody attends, and when it might have begun: minutes from the start of the period."""

    agent_id: str
    minutes: int
    starts: Ints


@dataclass(frozen=True)
class Sat:
    """People who meet at once: for how many minutes, when they might have begun, when they do, and who misses it.
    Times in minutes from the start of the period."""

    agents: tuple[str, ...]
    minutes: int
    starts: Ints
    start: int
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """A roster with its meetings, what is to be said of them, and how each was placed."""

    roster: Roster
    notes: tuple[Note, ...]
    sittings: tuple[Sat, ...] = ()

    @property
    def held(self) -> tuple[Held, ...]:
        return tuple(
            Held(agent_id, sat.minutes, sat.starts)
            for sat in self.sittings
            for agent_id in sat.agents
            if agent_id not in sat.absent
        )

    @property
    def missed(self) -> int:
        """Of so many people together."""
        return sum(len(sat.absent) for sat in self.sittings)


def place_meetings(
    roster: Roster,
    requirement: StaffingRequirement,
    workforce: Workforce,
    settings: RosterSettings,
    *,
    site: Site,
    with_reasons: bool = True,
) -> Placed:
    """The roster with the workforce's meetings in it, from any roster; the notes name who cannot attend, and why
    (`with_reasons`).

    Only time on queue is given up, never a meal or a break. Who serves what at other times stays as it is. A minimum
    that a rule sets is undercut only where no other start brings as many together.
    """
    dues, notes = _dues(requirement, workforce, site)
    ids = sorted({agent_id for due in dues for agent_id in due.people})
    if not ids:
        return Placed(roster, notes)
    under = settings.understaffing_weight
    prices = Prices(under, settings.overstaffing_weight, BELOW_MINIMUM * under)
    lengths, rules = [due.minutes for due in dues], team_rules(settings)
    time = queue_time(roster, requirement, ids, site=site, prices=prices, minutes=lengths, rules=rules)
    sittings = [sitting for due in dues for sitting in _sittings(due, ids, time, site.calendar.timezone)]
    short, cost = time.understaffed_hours(), time.cost()
    places = _place_all(time, sittings)
    said = _placed_note(sittings, places, time, time.understaffed_hours() - short, time.cost() - cost)
    conflicts = _conflict_notes(time, sittings, places, ids, site.calendar.timezone)
    why = islice(conflicts, MOST_CONFLICTS if with_reasons else 0)
    made = _with_meetings(roster, sittings, places, ids, time, site.calendar.timezone)
    sat = tuple(_sat(sitting, place, ids, time) for sitting, place in zip(sittings, places, strict=True))
    return Placed(made, (*notes, *said, *_missing_notes(sittings, places, ids), *why), sat)


def _sat(sitting: _Sitting, place: _Place | None, ids: list[str], time: QueueTime) -> Sat:
    there = set() if place is None else set(place.people.tolist())
    tick, people = time.period.slot_minutes, sitting.people.tolist()
    return Sat(
        agents=tuple(ids[n] for n in people),
        minutes=sitting.due.minutes,
        starts=sitting.starts * tick,
        start=0 if place is None else place.start * tick,
        absent=tuple(ids[n] for n in people if n not in there),
    )


def _dues(requirement: StaffingRequirement, workforce: Workforce, site: Site) -> tuple[list[_Due], tuple[Note, ...]]:
    """Meetings whose last day lies in the period; a note for those that reach beyond it."""
    if not len(workforce.meetings):
        return [], ()
    planned = site.days_of(pd.DatetimeIndex(requirement.frame["interval_start"]))
    first, last = planned.first, planned.last
    agents = workforce.agents.frame
    time_off = workforce.time_off.whole.within(min(workforce.meetings.frame["first_day"]).date(), last)
    off = {agent_id: days_off(agent_id, time_off).all_days for agent_id in agents["agent_id"]}
    dues, notes = [], []
    for row, who in zip(_rows(workforce.meetings.frame), attendees(workforce.meetings, agents), strict=True):
        begins, ends = row.first_day.date(), row.last_day.date()
        if begins <= last < ends:
            message = "its last day lies after the period: it belongs to the next roster"
            notes.append(Note("roster", "left out", _place_words(row.meeting, begins), message))
        if not first <= ends <= last:
            continue
        every_day = {begins + timedelta(days=n) for n in range((ends - begins).days + 1)}
        excused = tuple(agent_id for agent_id in who if every_day <= off[agent_id])
        people = tuple(agent_id for agent_id in who if agent_id not in excused)
        what = (row.meeting, row.activity, int(row.minutes), begins, ends, row.hours, row.together == "yes")
        dues.append(_Due(*what, people, excused))
        if excused:
            message = f"time off on all its days: {', '.join(excused)}"
            notes.append(Note("roster", "left out", _place_words(row.meeting, begins), message))
    return dues, tuple(notes)


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def _place_words(name: str, first_day: date) -> str:
    return f"{name} {first_day:%d %b %Y}"


def _sittings(due: _Due, ids: list[str], time: QueueTime, timezone: str) -> Iterator[_Sitting]:
    """One for all, or one for each."""
    people = np.searchsorted(ids, due.people).astype(np.int64)
    length = due.minutes // time.period.slot_minutes
    starts = _starts(due, time, timezone, length)
    if due.together and len(people):
        yield _Sitting(due, people, starts, length)
    elif not due.together:
        for number in people:
            yield _Sitting(due, np.array([number]), starts, length)


def _starts(due: _Due, time: QueueTime, timezone: str, length: int) -> Ints:
    """Ticks, rising, at which it may start so that so many ticks lie within its days and hours."""
    found = []
    for begin, end in _spans(due, timezone):
        first = max(int(np.ceil(time.ticks(begin) / time.step)), 0) * time.step
        last = min(int(np.floor(time.ticks(end))), len(time.hours)) - length
        found.append(np.arange(first, last + 1, time.step, dtype=np.int64))
    return np.unique(np.concatenate(found))


def _spans(due: _Due, timezone: str) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Instants between which the meeting may take place."""
    if not due.hours:
        yield midnight(due.first_day, timezone), midnight(due.last_day + timedelta(days=1), timezone)
        return
    for number in range((due.last_day - due.first_day).days + 1):
        day = due.first_day + timedelta(days=number)
        for begin, end in parse_spans(due.hours):
            yield wall_instant(day, begin, timezone), wall_instant(day, end, timezone)


def _place_all(time: QueueTime, sittings: list[_Sitting]) -> list[_Place | None]:
    """A place for every sitting, or None; the time on queue is left without those who attend."""
    places: list[_Place | None] = [None] * len(sittings)
    choices = [int(time.free(s.people, s.starts, s.length).any(axis=0).sum()) for s in sittings]
    for n in sorted(range(len(sittings)), key=lambda n: (-len(sittings[n].people), choices[n], n)):
        places[n] = _put(time, sittings[n], _best(time, sittings[n]))
        if places[n] is None:
            _make_room(time, sittings, places, n)
    while sum([_improves(time, sittings, places, n) for n in range(len(sittings))]):
        pass
    return places


def _best(time: QueueTime, sitting: _Sitting) -> _Place | None:
    """Where most can attend, and among those starts the cheapest, the earliest of equals."""
    free = time.free(sitting.people, sitting.starts, sitting.length)
    there = free.sum(axis=0)
    if not there.any():
        return None
    best = np.flatnonzero(there == there.max())
    starts, free = sitting.starts[best], free[:, best]
    if len(sitting.people) == 1:
        cost = time.cost_without_one(int(sitting.people[0]), starts, sitting.length)
    else:
        ways = zip(starts.tolist(), free.T, strict=True)
        cost = np.array([time.cost_without(sitting.people[who], start, sitting.length) for start, who in ways])
    n = int(np.flatnonzero(cost <= cost.min() + NEGLIGIBLE)[0])
    return _Place(int(starts[n]), sitting.people[free[:, n]], float(cost[n]))


def _put(time: QueueTime, sitting: _Sitting, place: _Place | None) -> _Place | None:
    if place is not None:
        time.take(place.people, place.start, sitting.length)
    return place


def _lift(time: QueueTime, sitting: _Sitting, place: _Place | None) -> _Place | None:
    """Give the time back; the place with what it adds to the cost as things are now."""
    if place is None:
        return None
    time.give_back(place.people, place.start, sitting.length)
    return _Place(place.start, place.people, time.cost_without(place.people, place.start, sitting.length))


def _improves(time: QueueTime, sittings: list[_Sitting], places: list[_Place | None], n: int) -> bool:
    """Place one sitting anew; whether it is better than before."""
    before = _lift(time, sittings[n], places[n])
    best = _best(time, sittings[n])
    better = best is not None and best.better_than(before)
    places[n] = _put(time, sittings[n], best if better else before)
    return better


def _make_room(time: QueueTime, sittings: list[_Sitting], places: list[_Place | None], n: int) -> None:
    """Where somebody's other meeting stands in the way and has another place, that one gives way."""
    if len(sittings[n].people) > 1:
        return
    for other, place in enumerate(places):
        if place is None or len(sittings[other].people) > 1 or sittings[other].people[0] != sittings[n].people[0]:
            continue
        lifted = _lift(time, sittings[other], place)
        mine = _put(time, sittings[n], _best(time, sittings[n]))
        theirs = _put(time, sittings[other], _best(time, sittings[other]))
        if mine is not None and theirs is not None:
            places[n], places[other] = mine, theirs
            return
        _lift(time, sittings[n], mine)
        _lift(time, sittings[other], theirs)
        places[other] = _put(time, sittings[other], lifted)


def _placed_note(
    sittings: list[_Sitting], places: list[_Place | None], time: QueueTime, short: float, cost: float
) -> Iterator[Note]:
    heads = [(len(place.people), s.due.minutes) for s, place in zip(sittings, places, strict=True) if place]
    hours = sum(people * minutes for people, minutes in heads) / 60
    message = (
        f"{hours:g} hours of meetings and training are placed after the search, where "
        f"they cost least: understaffed hours change by {short:+.1f}, the cost by "
        f"{cost:+.1f}"
    )
    yield Note("roster", "assumption", "meetings", message)


def _missing_notes(sittings: list[_Sitting], places: list[_Place | None], ids: list[str]) -> Iterator[Note]:
    """Who cannot attend, meeting by meeting."""
    missing: dict[tuple[str, date, bool, int], list[str]] = {}
    for sitting, place in zip(sittings, places, strict=True):
        there = set() if place is None else set(place.people.tolist())
        due = sitting.due
        key = (due.name, due.first_day, due.together and place is not None, due.minutes)
        missing.setdefault(key, []).extend(ids[n] for n in sitting.people.tolist() if n not in there)
    for (name, first_day, together, minutes), who in missing.items():
        if who:
            others = " when the others are" if together else " within its days and hours"
            message = f"cannot attend, not on queue for {minutes} minutes{others}: {', '.join(who)}"
            yield Note("roster", "warning", _place_words(name, first_day), message)


def _conflict_notes(
    time: QueueTime, sittings: list[_Sitting], places: list[_Place | None], ids: list[str], timezone: str
) -> Iterator[Note]:
    """Of each sitting that somebody misses: why, and what would help while the others stay where they are."""
    for sitting, place in zip(sittings, places, strict=True):
        there = set() if place is None else set(place.people.tolist())
        absent = tuple(ids[n] for n in sitting.people.tolist() if n not in there)
        if not absent:
            continue
        lifted, due = _lift(time, sitting, place), sitting.due
        meeting = Gathering(
            tuple(ids[n] for n in sitting.people.tolist()),
            sitting.people,
            sitting.starts,
            sitting.length,
            absent,
            partial(_starts, due, time, timezone),
        )
        words = conflict_words(time, meeting)
        _put(time, sitting, lifted)
        yield Note("roster", "warning", _place_words(due.name, due.first_day), words)


def _with_meetings(
    roster: Roster,
    sittings: list[_Sitting],
    places: list[_Place | None],
    ids: list[str],
    time: QueueTime,
    timezone: str,
) -> Roster:
    """The roster with the places cut out of the time on queue."""
    busy: dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str]]] = {}
    for sitting, place in zip(sittings, places, strict=True):
        if place is not None:
            start, end = time.period.instant(place.start), time.period.instant(place.start + sitting.length)
            for n in place.people.tolist():
                busy.setdefault(ids[n], []).append((start, end, sitting.due.activity))
    frame = roster.activities.frame
    touched = (frame["activity"] == "queue") & frame["agent_id"].isin(list(busy))
    pieces = [piece for row in frame[touched].to_dict("records") for piece in _cut(row, busy[row["agent_id"]])]
    if not pieces:
        return roster
    made = pd.DataFrame(pieces, columns=frame.columns)
    made["activity_date"] = made["start"].dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    both = pd.concat([frame[~touched], made])
    return Roster(roster.shifts, RosterActivities.of(both, roster.activities.source))


def _cut(row: dict[Any, Any], busy: list[tuple[pd.Timestamp, pd.Timestamp, str]]) -> Iterator[dict[Any, Any]]:
    """What is left of a span on queue, and the meetings that begin in it."""
    at = row["start"]
    for start, end, activity in sorted(busy):
        if start >= row["end"] or end <= row["start"]:
            continue
        if at < start:
            yield row | {"start": at, "end": start}
        if start >= row["start"]:
            yield row | {"start": start, "end": end, "activity": activity, "planning_group": ""}
        at = end
    if at < row["end"]:
        yield row | {"start": at}
