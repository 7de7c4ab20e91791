"""The tables of a repair: the roster with what stays taken over row by row, and the list of what is different."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.repair.absences import PAUSES, AgentDay, Left, each, is_among
from staffplan.roster.repair.compared import INSIDE, Changed, clock_time, compared
from staffplan.roster.repair.given_need import actual
from staffplan.roster.search.compiled.arrays import NOTHING, Floats, Ints
from staffplan.roster.search.space import Tours
from staffplan.roster.search.tables_out import make_roster
from staffplan.tables.people import Workforce
from staffplan.tables.roster import ABSENCE, Roster, RosterActivities, RosterChanges, RosterShifts

NO_HOURS = 1e-6
Facts = dict[str, float | str]


@dataclass(frozen=True)
class Lost:
    """A meeting that somebody misses because of another shift."""

    agent_id: str
    day: date
    activity: str
    when: str


def repaired(
    problem: RosterProblem,
    tours: Tours,
    roster: Roster,
    since: pd.Timestamp,
    same: NDArray[np.bool_],
    kept: NDArray[np.bool_],
) -> tuple[Roster, list[Lost]]:
    """The roster with these tours in the place of its people's, and the meetings that found no place.

    same, kept: (people, days) with the given shift, and with the given work inside it too: those rows stay as they
    are, and so does everybody whom the problem does not have, and what lies before `since`.
    """
    new = make_roster(problem, tours)
    replaced, inside = _days(problem, same, kept, tours, roster)
    since = _interval_after(problem, since)
    old_shifts, old = roster.shifts.frame, roster.activities.frame
    shifts = [old_shifts[~is_among(old_shifts, replaced)], new.shifts.frame[is_among(new.shifts.frame, replaced)]]
    fresh = new.activities.frame[is_among(new.activities.frame, replaced)]
    fresh, lost = _with_meetings(fresh, old[is_among(old, replaced)], problem.period.timezone)
    begun = _from(new.activities.frame[is_among(new.activities.frame, inside)], since)
    over = _until(old[is_among(old, inside)], since)
    rest = old[~is_among(old, [*replaced, *inside])]
    both = _merged(_joined([_dated(over, problem), _dated(begun, problem)]), since)
    activities = _joined([rest, fresh, both]).sort_values(["agent_id", "start"], ignore_index=True)
    return Roster(RosterShifts.of(_joined(shifts)), RosterActivities.of(activities)), lost


def _interval_after(problem: RosterProblem, since: pd.Timestamp) -> pd.Timestamp:
    """The first interval that begins from then on: in one that has begun everybody stays with their group."""
    length = pd.Timedelta(minutes=problem.period.interval_minutes)
    return problem.period.start - (problem.period.start - since) // length * length


def _days(
    problem: RosterProblem, same: NDArray[np.bool_], kept: NDArray[np.bool_], tours: Tours, roster: Roster
) -> tuple[set[AgentDay], set[AgentDay]]:
    """Days with another shift or none, and days whose work inside the shift alone is another; days off aside."""
    replaced: set[AgentDay] = set()
    inside: set[AgentDay] = set()
    given = roster.shifts.frame
    worked = set(zip(given["agent_id"], given["schedule_date"].dt.date, strict=True))
    for n, person in enumerate(problem.people):
        for d in range(problem.period.days):
            key = (person.agent_id, problem.period.day(d))
            if not kept[n, d] and (key in worked or tours.choice[n, d] != NOTHING):
                (inside if same[n, d] else replaced).add(key)
    return replaced, inside


def _joined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One table of those that have rows."""
    parts = list(frames)
    some = [part for part in parts if len(part)]
    return pd.concat(some or parts[:1], ignore_index=True)


def _from(rows: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    rows = rows[rows["end"] > since]
    return rows.assign(start=rows["start"].where(rows["start"] >= since, since))


def _until(rows: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    rows = rows[rows["start"] < since]
    return rows.assign(end=rows["end"].where(rows["end"] <= since, since))


def _dated(rows: pd.DataFrame, problem: RosterProblem) -> pd.DataFrame:
    local = rows["start"].dt.tz_convert(problem.period.timezone).dt.tz_localize(None)
    return rows.assign(activity_date=local.dt.normalize())


def _merged(rows: pd.DataFrame, cut: pd.Timestamp) -> pd.DataFrame:
    """Rows that follow each other and say the same made one; a pause only where it was cut in two at an instant."""
    rows = rows.sort_values(["agent_id", "start"], ignore_index=True)
    before = rows.shift()
    what = ["agent_id", "schedule_date", "activity", "planning_group", "paid"]
    follows = (rows["start"] == before["end"]) & (rows[what] == before[what]).all(axis=1)
    follows &= ~rows["activity"].isin(PAUSES) | (rows["start"] == cut)
    run = (~follows).cumsum()
    ends = rows.groupby(run)["end"].transform("last")
    return rows.assign(end=ends)[~follows]


def _with_meetings(fresh: pd.DataFrame, old: pd.DataFrame, timezone: str) -> tuple[pd.DataFrame, list[Lost]]:
    """Meetings of the old shifts put where the new ones are on queue throughout; those that find no such place."""
    lost = []
    for meeting in each(beside_queue(old)):
        mine = (fresh["agent_id"] == meeting.agent_id) & (fresh["activity"] == "queue")
        there = fresh[mine & (fresh["start"] <= meeting.start) & (fresh["end"] >= meeting.end)]
        if there.empty:
            lost.append(_lost(meeting, timezone))
            continue
        row = there.iloc[0]
        pieces = [piece for piece in _around(row.to_dict(), meeting) if piece["start"] < piece["end"]]
        fresh = _joined([fresh.drop(index=row.name), pd.DataFrame(pieces, columns=fresh.columns)])
    return fresh, lost


def beside_queue(rows: pd.DataFrame) -> pd.DataFrame:
    """Meetings and training."""
    return rows[~rows["activity"].isin(["queue", ABSENCE, *PAUSES])]


def _lost(meeting: Any, timezone: str) -> Lost:
    day, when = meeting.schedule_date.date(), clock_time(meeting.start, timezone)
    return Lost(meeting.agent_id, day, meeting.activity, when)


def meetings_of(roster: Roster, days: Collection[AgentDay], timezone: str) -> list[Lost]:
    """What these people would have had beside the queue on these days."""
    rows = beside_queue(roster.activities.frame)
    return [_lost(meeting, timezone) for meeting in each(rows[is_among(rows, days)])]


def _around(row: dict[Any, Any], meeting: Any) -> Iterator[dict[Any, Any]]:
    yield row | {"end": meeting.start}
    what = {"activity": meeting.activity, "planning_group": "", "activity_date": meeting.activity_date}
    yield row | {"start": meeting.start, "end": meeting.end, **what}
    yield row | {"start": meeting.end}


@dataclass(frozen=True)
class Forced:
    """What makes a change due to a rule, not to the hours that it covers."""

    mended: Collection[str]
    """People whose given shifts break a rule."""
    least: Ints
    """(groups, slots): people on queue that rules ask for, whatever is required."""
    hours_of_a_change: float
    """Hours that a changed day must save; one that saves fewer, and gives `least` people, is forced."""


def roster_changes(
    problem: RosterProblem, workforce: Workforce, roster: Roster, left: Left, made: Roster, forced: Forced
) -> tuple[RosterChanges, Facts]:
    """What is different from the given roster; the sums in hours. First who is there because a rule asks for it, then
    the person whose changes bring most.

    Each person's changes belong together: half of them may break a rule.
    """
    zone = problem.period.timezone
    absent = [*compared(roster, left.roster, zone, left.gone | left.cut)]
    others = [*compared(left.roster, made, zone, frozenset())]
    need = _Need(problem, forced.least)
    given, now = actual(problem, roster)["queue"], actual(problem, left.roster)["queue"]
    missing = {"missing_hours_given": need.missing(given), "missing_hours_absent": need.missing(now)}
    agents = workforce.agents.frame
    names = dict(zip(agents["agent_id"], agents["name"], strict=True))
    rows = [_row(0, names, change, "absence", missing["missing_hours_absent"]) for change in absent]
    effects = {agent_id: _effect(problem, left.roster, made, agent_id) for agent_id in _people(others)}
    before = missing["missing_hours_absent"]
    for number, (agent_id, hours, lawful) in enumerate(need.ranked(now, effects), start=1):
        mine = [change for change in others if change.agent_id == agent_id]
        days = sum(change.change != INSIDE for change in mine)
        pays = before - hours >= days * forced.hours_of_a_change
        reason = "rule" if agent_id in forced.mended or (lawful and not pays) else "cover"
        rows += [_row(number, names, change, reason, hours) for change in mine]
        before = hours
    columns = [column.name for column in RosterChanges.columns]
    days = sum(change.change != INSIDE for change in others)
    facts: Facts = {
        **missing,
        "missing_hours_repaired": need.missing(actual(problem, made)["queue"]),
        "absent_days": float(len(absent)),
        "changed_days": float(days),
        "changed_inside": float(len(others) - days),
        "changed_people": float(len(effects)),
    }
    return RosterChanges.of(pd.DataFrame(rows, columns=columns)), facts


def _row(number: int, names: Mapping[str, str], change: Changed, reason: str, hours: float) -> tuple[object, ...]:
    day, name = pd.Timestamp(change.day), change.name or names.get(change.agent_id, "")
    said = (change.change, change.before, change.after, reason)
    return (number, change.agent_id, name, day, *said, round(hours, 2))


def _people(changes: list[Changed]) -> list[str]:
    return sorted({change.agent_id for change in changes})


def _effect(problem: RosterProblem, before: Roster, after: Roster, agent_id: str) -> Floats:
    """(groups, slots): people on queue that one person's changes add."""
    return _alone(problem, after, agent_id) - _alone(problem, before, agent_id)


def _alone(problem: RosterProblem, roster: Roster, agent_id: str) -> Floats:
    activities = roster.activities.frame
    rows = roster.activities.only((activities["agent_id"] == agent_id).to_numpy())
    return actual(problem, Roster(RosterShifts.empty(), rows))["queue"]


@dataclass(frozen=True)
class _Need:
    """What is needed from the repair's time on. `least` as in Forced."""

    problem: RosterProblem
    least: Ints

    def missing(self, on_queue: Floats) -> float:
        """Hours missing on queue."""
        return float((np.maximum(self.problem.required - on_queue, 0.0) * self.problem.hours).sum())

    def unlawful(self, on_queue: Floats) -> float:
        """Hours of people whom rules ask for and who are not there."""
        return float((np.maximum(self.least - on_queue, 0.0) * self.problem.hours).sum())

    def ranked(self, on_queue: Floats, effects: Mapping[str, Floats]) -> Iterator[tuple[str, float, bool]]:
        """The people in the order in which their changes help most, rules first, each after those before; the hours
        missing then, and whether a rule is kept better."""
        left, broken = dict(effects), self.unlawful(on_queue)
        while left:
            sums = ((self.unlawful(on_queue + e), self.missing(on_queue + e), agent) for agent, e in left.items())
            still, hours, agent_id = min(sums)
            on_queue = on_queue + left.pop(agent_id)
            yield agent_id, hours, still < broken - NO_HOURS
            broken = still
