"""Somebody is away: what that takes out of a roster, whom to ask, and the roster with those who agree."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, local_dates, midnight, wall_instant
from staffplan.errors import Problem, UsageError
from staffplan.roster.case.case import Case
from staffplan.roster.edits.rows import in_order
from staffplan.roster.repair.absences import Absence, AgentDay, each, left_of, with_absences
from staffplan.roster.repair.tables import Lost, meetings_of
from staffplan.tables.people import TimeOff, Workforce
from staffplan.tables.roster import Roster, RosterActivities, RosterChanges, RosterShifts


@dataclass(frozen=True)
class Away:
    """Who is away when, and the instant (UTC) from which the roster may change for it."""

    absences: tuple[Absence, ...]
    since: pd.Timestamp

    @property
    def days(self) -> frozenset[AgentDay]:
        return frozenset((one.agent_id, day) for one in self.absences for day in one.days)


def away_days(
    roster: Roster, agent_id: str, days: Sequence[date], *, kind: str, paid: bool, zone: str, ahead: bool
) -> Away:
    """Whole days. A shift of the night before ends as rostered; one that begins on a day is gone, to its end.

    ahead: whether it is known before the first day begins; else the roster changes from the person's shift on.
    """
    own = roster.shifts.frame[(roster.shifts.frame["agent_id"] == agent_id).to_numpy()]
    first = midnight(days[0], zone)
    today = own.loc[own["schedule_date"].dt.date == days[0], "start"]
    before = own.loc[own["schedule_date"].dt.date < days[0], "end"]
    since = today.min() if len(today) and not ahead else max([first, *before])
    return Away((Absence(agent_id, days[0], days[-1], kind=kind, paid=paid),), since)


def away_hours(
    roster: Roster, agent_id: str, day: date, span: tuple[int | None, int | None], *, kind: str, paid: bool, zone: str
) -> Away:
    """The shift of a day from one time to another, minutes of the clock after midnight; None: from its beginning, to
    its end. In a shift over midnight a time before its beginning is one of the next day.

    Raises UsageError where there is no shift, or the times are not within it.
    """
    frame = roster.shifts.frame
    found = frame[((frame["agent_id"] == agent_id) & (frame["schedule_date"].dt.date == day)).to_numpy()]
    if found.empty:
        said = f"{agent_id} has no shift on {day:%a %d %b %Y}"
        raise UsageError(Problem("absent", said, "name a day on which the person works"))
    shift = next(each(found))
    begin, end = (
        edge if at is None else _within(shift, day, at, zone)
        for at, edge in zip(span, (shift.start, shift.end), strict=True)
    )
    if not shift.start <= begin < end <= shift.end:
        times = f"{_clock(begin, zone)} to {_clock(end, zone)}"
        whole = f"{_clock(shift.start, zone)} to {_clock(shift.end, zone)}"
        said = f"{times} is not within the shift of {agent_id}, {whole}"
        raise UsageError(Problem("--from, --to", said, "give times of the shift, the earlier one first"))
    return Away(tuple(_pieces(agent_id, begin, end, kind, paid=paid, zone=zone)), begin)


def _within(shift: Any, day: date, minute: int, zone: str) -> pd.Timestamp:
    at = wall_instant(day, minute, zone)
    return wall_instant(day + timedelta(days=1), minute, zone) if at < shift.start else at


def _pieces(
    agent_id: str, begin: pd.Timestamp, end: pd.Timestamp, kind: str, *, paid: bool, zone: str
) -> Iterator[Absence]:
    """The hours between two instants, day by day."""
    first, last = local_dates(pd.DatetimeIndex([begin, end - pd.Timedelta(seconds=1)]), zone)
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        start = _minute(begin, zone) if day == first else 0
        until = (
            _minute(end, zone) if day == last and end < midnight(day + timedelta(days=1), zone) else MINUTES_PER_DAY
        )
        yield Absence(agent_id, day, day, start, until, kind, paid)


def _minute(at: pd.Timestamp, zone: str) -> int:
    local = at.tz_convert(zone)
    return local.hour * 60 + local.minute


def _clock(at: pd.Timestamp, zone: str) -> str:
    return f"{at.tz_convert(zone):%H:%M}"


@dataclass(frozen=True)
class TakenOff:
    """A roster without somebody, the people with that noted, and the meetings that they miss. `noted`: the rows of
    time off that are new; none where the rest of a shift alone is absence, which the roster's activities tell."""

    roster: Roster
    workforce: Workforce
    noted: pd.DataFrame
    lost: tuple[Lost, ...]


def taken_off(case: Case, roster: Roster, away: Away) -> TakenOff:
    """The roster without somebody; nobody else changes."""
    zone = case.site.calendar.timezone
    left = left_of(roster, away.absences, away.since, zone)
    people = with_absences(case.workforce, away.absences, roster, left, zone)
    off, key = people.time_off.frame, list(TimeOff.key)
    known = pd.MultiIndex.from_frame(case.workforce.time_off.frame[key])
    noted = off[~pd.MultiIndex.from_frame(off[key]).isin(known)]
    return TakenOff(in_order(left.roster, roster), people, noted, tuple(meetings_of(roster, left.gone, zone)))


@dataclass(frozen=True)
class Offer:
    """What one person would do in another's place. `hours`: understaffed hours that it saves, after all before it.
    `reason`: cover, or rule where a rule asks for it."""

    agent_id: str
    name: str
    changes: tuple[tuple[date, str, str, str], ...]
    """Day, kind of change, before and after, in words."""
    reason: str
    hours: float


def offers_of(changes: RosterChanges, missing: float) -> list[Offer]:
    """Whom to ask, who helps most first. missing: understaffed hours with the absence and without any change."""
    found = []
    for _, rows in changes.frame[changes.frame["number"] > 0].groupby("number", sort=True):
        first = next(each(rows))
        days = tuple((row.schedule_date.date(), row.change, row.before, row.after) for row in each(rows))
        hours = float(first.missing_hours)
        found.append(Offer(first.agent_id, first.name, days, first.reason, round(missing - hours, 2)))
        missing = hours
    return found


def with_offers(left: Roster, repaired: Roster, agents: Collection[str], before: Roster) -> Roster:
    """The roster with the days of these people as a repair has them; all others as they are left. before: whose order
    of rows it keeps."""
    if not agents:
        return left
    shifts, activities = (
        _mixed(one.frame, other.frame, agents)
        for one, other in ((left.shifts, repaired.shifts), (left.activities, repaired.activities))
    )
    return in_order(Roster(RosterShifts.of(shifts), RosterActivities.of(activities)), before)


def _mixed(left: pd.DataFrame, repaired: pd.DataFrame, agents: Collection[str]) -> pd.DataFrame:
    theirs = list(agents)
    parts = [left[~left["agent_id"].isin(theirs)], repaired[repaired["agent_id"].isin(theirs)]]
    return pd.concat([part for part in parts if len(part)] or [left], ignore_index=True)
