"""People who turn out not to be there: what their absence takes out of a roster that exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, midnight, wall_instant
from staffplan.tables.people import TimeOff, Workforce
from staffplan.tables.roster import ABSENCE, BREAKS, SPLIT, Roster, RosterActivities, RosterShifts

if TYPE_CHECKING:
    from staffplan.roster.search.compiled.arrays import Flags

AgentDay = tuple[str, date]
PAUSES = (*BREAKS, SPLIT)
Marks = tuple[tuple[str, str], ...]
"""Kind and paid of time off, as its columns have them."""


@dataclass(frozen=True)
class Absence:
    """Days, first and last included; of each the whole, or from `begin` to `end`, minutes after midnight. `kind`,
    `paid`: as time off has them; what is not paid is taken off the paid hours of a shift too."""

    agent_id: str
    first_day: date
    last_day: date
    begin: int = 0
    end: int = MINUTES_PER_DAY
    kind: str = ABSENCE
    paid: bool = True

    @property
    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]

    @property
    def is_part(self) -> bool:
        """Whether it is a part of each day."""
        return (self.begin, self.end) != (0, MINUTES_PER_DAY)

    def spans(self, timezone: str) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
        """Its instants (UTC): of whole days together, of parts day by day."""
        if not self.is_part:
            return [(midnight(self.first_day, timezone), midnight(self.last_day + timedelta(days=1), timezone))]
        return [tuple(wall_instant(day, at, timezone) for at in (self.begin, self.end)) for day in self.days]  # type: ignore[misc]


@dataclass(frozen=True)
class Left:
    """What absences leave of a roster."""

    roster: Roster
    gone: frozenset[AgentDay]
    """Shifts that nobody works now."""
    cut: frozenset[AgentDay]
    """Shifts that had begun, and whose rest is absence; and those in a part of which somebody is absent."""
    over: frozenset[AgentDay]
    """Shifts on a day of absence that had ended before: they stay."""
    past: frozenset[AgentDay]
    """Shifts in a part of which somebody was absent, which was over before: they stay."""

    @property
    def begun(self) -> frozenset[AgentDay]:
        return self.cut | self.over


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def left_of(roster: Roster, absences: Sequence[Absence], since: pd.Timestamp, timezone: str) -> Left:
    """The roster without those who are absent from the instant `since` (UTC) on."""
    found: dict[str, set[AgentDay]] = {"gone": set(), "cut": set(), "over": set(), "past": set()}
    activities = roster.activities.frame
    for absence, begin, end in ((a, *span) for a in absences for span in a.spans(timezone)):
        for row in _shifts_within(roster, absence.agent_id, begin, end):
            key, kind = (absence.agent_id, row.schedule_date.date()), _kind(absence, end, row, since)
            found[kind].add(key)
            if kind == "cut":
                away = max(since, begin), end if absence.is_part else max(end, row.end)
                activities = _sent_home(activities, key, away, timezone, paid=absence.paid)
    shifts = _paid_as(roster.shifts, activities, found["cut"]) if not all(a.paid for a in absences) else roster.shifts
    there = Roster(
        shifts.only(~is_among(shifts.frame, found["gone"])),
        RosterActivities.of(activities[~is_among(activities, found["gone"])], roster.activities.source),
    )
    return Left(there, **{kind: frozenset(days) for kind, days in found.items()})


def _paid_as(shifts: RosterShifts, activities: pd.DataFrame, days: Iterable[AgentDay]) -> RosterShifts:
    """The shifts; those of some days with the paid hours of their activities."""
    rows, hours = activities[activities["paid"] == "yes"], shifts.frame["paid_hours"].to_numpy(copy=True)
    for key in days:
        own = rows[is_among(rows, [key])]
        hours[is_among(shifts.frame, [key])] = (own["end"] - own["start"]).dt.total_seconds().sum() / 3600
    return RosterShifts.of(shifts.frame.assign(paid_hours=hours), shifts.source)


def _kind(absence: Absence, end: pd.Timestamp, row: Any, since: pd.Timestamp) -> str:
    """What becomes of a shift; end: of the absence."""
    if row.start >= since:
        return "cut" if absence.is_part else "gone"
    if row.end <= since:
        return "over"
    return "past" if absence.is_part and end <= since else "cut"


def _shifts_within(roster: Roster, agent_id: str, begin: pd.Timestamp, end: pd.Timestamp) -> Iterator[Any]:
    frame = roster.shifts.frame
    yield from each(frame[(frame["agent_id"] == agent_id) & (frame["start"] < end) & (frame["end"] > begin)])


def is_among(frame: pd.DataFrame, days: Iterable[AgentDay]) -> Flags:
    """(rows,): the row is of one of these agents on the day."""
    wanted = set(days)
    keys = zip(frame["agent_id"], frame["schedule_date"].dt.date, strict=True)
    return np.array([key in wanted for key in keys], dtype=np.bool_)


def _sent_home(
    activities: pd.DataFrame, key: AgentDay, away: tuple[pd.Timestamp, pd.Timestamp], timezone: str, *, paid: bool
) -> pd.DataFrame:
    """One shift's work between two instants made absence; its meals, breaks and free time between parts stay."""
    touched = is_among(activities, [key]) & ~activities["activity"].isin(PAUSES).to_numpy()
    touched &= ((activities["end"] > away[0]) & (activities["start"] < away[1])).to_numpy()
    if not touched.any():
        return activities
    pieces = [piece for row in activities[touched].to_dict("records") for piece in _split(row, *away, paid=paid)]
    made = pd.DataFrame(pieces, columns=activities.columns)
    made["activity_date"] = made["start"].dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    return pd.concat([activities[~touched], made.astype(activities.dtypes.to_dict())], ignore_index=True)


def _split(row: dict[Any, Any], begin: pd.Timestamp, end: pd.Timestamp, *, paid: bool) -> Iterator[dict[Any, Any]]:
    first, last = max(row["start"], begin), min(row["end"], end)
    if row["start"] < first:
        yield row | {"end": first}
    away = {"activity": ABSENCE, "planning_group": "", "paid": row["paid"] if paid else "no"}
    yield row | {"start": first, "end": last, **away}
    if last < row["end"]:
        yield row | {"start": last}


def with_absences(
    workforce: Workforce, absences: Sequence[Absence], roster: Roster, left: Left, timezone: str
) -> Workforce:
    """The people with these days off, but for days whose own shift had begun; no lock holds on them.

    A day counts the hours of the shift that the roster had, so that nobody owes or has to give back any.
    The night before may run into such a day: the day is off all the same.
    """
    whole = [absence for absence in absences if not absence.is_part]
    days = {(absence.agent_id, day) for absence in whole for day in absence.days} - left.begun
    known = workforce.time_off.frame
    off = _known_off(workforce.time_off, {day for _, day in days})
    hours = _hours_missed(roster, left, days, timezone)
    what = {(absence.agent_id, day): _marks(absence) for absence in whole for day in absence.days}
    new = [
        {
            "agent_id": run.agent_id,
            "first_day": run.first,
            "last_day": run.last,
            "hours": run.hours,
            **dict(run.marks),
        }
        for run in _runs([(*key, hours.get(key, 0.0), what[key]) for key in sorted(days - off)])
    ]
    new += list(_parts_off(absences, left, workforce.time_off, timezone))
    made = pd.DataFrame(new) if new else known.iloc[:0]
    frame = pd.concat([part for part in (known, made) if len(part)] or [known], ignore_index=True)
    locks = workforce.locks
    held = [(row.agent_id, row.day.date()) not in days for row in each(locks.frame)]
    return replace(
        workforce,
        time_off=TimeOff.of(frame, workforce.time_off.source),
        locks=locks.only(np.array(held, dtype=np.bool_)),
    )


def _marks(absence: Absence) -> Marks:
    return (("kind", absence.kind), ("paid", "yes" if absence.paid else "no"))


def _parts_off(absences: Sequence[Absence], left: Left, known: TimeOff, timezone: str) -> Iterator[dict[str, object]]:
    """Rows of time off for absences of hours, on days without a shift in them: nobody is given one there."""
    keys = set(zip(*(known.frame[name] for name in TimeOff.key), strict=True))
    for absence in absences:
        for day, span in zip(absence.days, absence.spans(timezone), strict=False) if absence.is_part else ():
            start, end = (f"{at // 60:02d}:{at % 60:02d}" for at in (absence.begin, absence.end))
            at = pd.Timestamp(day)
            if any(_shifts_within(left.roster, absence.agent_id, *span)) or (absence.agent_id, at, start) in keys:
                continue
            row = {
                "agent_id": absence.agent_id,
                "first_day": at,
                "last_day": at,
                "hours": 0.0,
                **dict(_marks(absence)),
            }
            yield {**row, "start": start, "end": end}


def _known_off(time_off: TimeOff, days: set[date]) -> set[AgentDay]:
    """Who is off anyway, from the first of these days to the last."""
    rows = each(time_off.whole.within(min(days), max(days)).frame) if days else ()
    return {(row.agent_id, day.date()) for row in rows for day in pd.date_range(row.first_day, row.last_day)}


def _hours_missed(roster: Roster, left: Left, days: set[AgentDay], timezone: str) -> dict[AgentDay, float]:
    """Paid hours of the shifts that nobody works now, on the first day of absence that each touches; 24 at most."""
    found: dict[AgentDay, float] = {}
    shifts = roster.shifts.frame
    for row in each(shifts[is_among(shifts, left.gone)]):
        touched = [(row.agent_id, day) for day in _days_of(row, timezone) if (row.agent_id, day) in days]
        for key in touched[:1]:
            found[key] = min(found.get(key, 0.0) + row.paid_hours, 24.0)
    return found


def _days_of(row: Any, timezone: str) -> Iterator[date]:
    first, last = (at.tz_convert(timezone).date() for at in (row.start, row.end - pd.Timedelta(seconds=1)))
    yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


@dataclass(frozen=True)
class _Run:
    """Days off that follow each other, count the same hours and are of one kind."""

    agent_id: str
    first: pd.Timestamp
    last: pd.Timestamp
    hours: float
    marks: Marks


def _runs(days: Sequence[tuple[str, date, float, Marks]]) -> list[_Run]:
    """Agent, day, hours and marks, sorted; what belongs together as one."""
    found: list[_Run] = []
    for agent_id, day, hours, marks in days:
        at = pd.Timestamp(day)
        last = found[-1] if found else None
        alike = last and (last.agent_id, last.hours, last.marks) == (agent_id, hours, marks)
        if last and alike and last.last + pd.Timedelta(days=1) == at:
            found[-1] = replace(last, last=at)
        else:
            found.append(_Run(agent_id, at, at, hours, marks))
    return found
