"""Adherence and conformance of a roster's shifts, by a log of what people did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.clock import local_dates, midnight
from staffplan.control.adherence.minutes import NOT_SCHEDULED, WORK, Minutes, Stretch, minutes_of, windows
from staffplan.errors import Note, listed
from staffplan.tables.people import Agents
from staffplan.tables.roster import ABSENCE, Roster
from staffplan.tables.states import WORDS, Adherence, AgentStates, TeamAdherence

STEP = "adherence"
SUMS = ("scheduled_minutes", "right_minutes", "work_scheduled_minutes", "worked_minutes")
LEAST_MINUTES = 1.0
"""Work without a shift that is worth telling."""


@dataclass(frozen=True)
class AdherenceResult:
    """By person and shift, by team and day, and what to know of it."""

    people: Adherence
    teams: TeamAdherence
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Judged:
    """What is judged: the time between two instants."""

    begin: pd.Timestamp
    end: pd.Timestamp

    def part(self, stretches: Sequence[Stretch]) -> list[Stretch]:
        """What of them lies in it."""
        return [part for one in stretches if (part := one.within(self.begin, self.end)) is not None]


def adherence(
    roster: Roster,
    states: AgentStates,
    agents: Agents,
    timezone: str,
    *,
    until: pd.Timestamp | None = None,
    words: Mapping[str, str] = WORDS,
) -> AdherenceResult:
    """Every shift that begins on a day of the log, and one before whose end the log has; as far as the log goes.

    A day on which the log has no row of anybody is not judged. until: the log ends there (default: the end of its
    last row of somebody who is there). words: the activity that each state is.
    """
    judged = _judged(states, words, timezone, until)
    logged = _logged(states, words)
    about = agents.frame.set_index("agent_id")
    rows, silent, spare = [], list[str](), dict[str, float]()
    known, unknown = _days(states, timezone), set[pd.Timestamp]()
    for agent_id, shifts in _rostered(roster).items():
        own = judged.part(logged.get(agent_id, []))
        spans = [(stretches[0].start, stretches[-1].end) for _, stretches in shifts]
        spare[agent_id] = _worked(own)
        for (day, stretches), (begin, end) in zip(shifts, windows(spans), strict=True):
            mine = Judged(begin, end).part(own)
            spare[agent_id] -= _worked(mine)
            due = judged.part(stretches)
            if not due:
                continue
            if day not in known and not mine:
                unknown.add(day)
                continue
            rows.append(_row(day, agent_id, about, minutes_of(due, mine)))
            if not mine and any(one.activity not in NOT_SCHEDULED for one in due):
                silent.append(agent_id)
    spare |= {who: _worked(judged.part(own)) for who, own in logged.items() if who not in spare}
    people = Adherence.of(pd.DataFrame(rows)) if rows else Adherence.empty()
    return AdherenceResult(
        people, _teams(people), tuple(_notes(states, silent, spare, unknown - {min(known) - pd.Timedelta(days=1)}))
    )


def _judged(states: AgentStates, words: Mapping[str, str], timezone: str, until: pd.Timestamp | None) -> Judged:
    """From the midnight before the first row to the end of the last; absence may be announced, and is no end."""
    frame = states.frame
    [first] = local_dates(pd.DatetimeIndex([frame["start"].min()]), timezone)
    there = frame[frame["state"].map(words) != ABSENCE]
    end = pd.Timestamp((there if len(there) else frame)["end"].max())
    return Judged(midnight(first, timezone), end if until is None else min(end, until))


def _days(states: AgentStates, timezone: str) -> set[pd.Timestamp]:
    """Local days on which a row begins."""
    return {pd.Timestamp(day) for day in local_dates(pd.DatetimeIndex(states.frame["start"]), timezone)}


def _logged(states: AgentStates, words: Mapping[str, str]) -> dict[str, list[Stretch]]:
    """By person, in order."""
    frame = states.frame
    found: dict[str, list[Stretch]] = {}
    for agent_id, start, end, state in zip(*(frame[c.name] for c in states.columns), strict=True):
        found.setdefault(str(agent_id), []).append(Stretch(start, end, words[state]))
    return found


Shifts = list[tuple[pd.Timestamp, list[Stretch]]]


def _rostered(roster: Roster) -> dict[str, Shifts]:
    """By person the days of their shifts, each with what happens in it, in order."""
    columns = ["agent_id", "schedule_date", "start", "end", "activity"]
    ordered = roster.activities.frame.sort_values(columns[:3])[columns]
    found: dict[str, Shifts] = {}
    for agent_id, day, start, end, activity in ordered.itertuples(index=False, name=None):
        shifts = found.setdefault(str(agent_id), [])
        if not shifts or shifts[-1][0] != day:
            shifts.append((day, []))
        shifts[-1][1].append(Stretch(start, end, activity))
    return found


def _worked(stretches: Sequence[Stretch]) -> float:
    return sum((one.end - one.start) / pd.Timedelta(minutes=1) for one in stretches if one.activity in WORK)


def _row(day: pd.Timestamp, agent_id: str, about: pd.DataFrame, found: Minutes) -> dict[str, object]:
    known = about.loc[agent_id] if agent_id in about.index else {"name": "", "staffing_group": ""}
    sums = {
        "scheduled_minutes": found.scheduled,
        "right_minutes": found.right,
        "work_scheduled_minutes": found.work_scheduled,
        "worked_minutes": found.worked,
    }
    told = {"name": known["name"], "staffing_group": known["staffing_group"]}
    return {"schedule_date": day, "agent_id": agent_id, **told, **_with_ratios(sums), "late_minutes": found.late}


def _with_ratios(sums: Mapping[str, float]) -> dict[str, float]:
    scheduled, right, due, worked = (float(sums[name]) for name in SUMS)
    return {
        **sums,
        "adherence": right / scheduled if scheduled else np.nan,
        "conformance": worked / due if due else np.nan,
    }


def _teams(people: Adherence) -> TeamAdherence:
    rows = []
    for (day, team), own in people.frame.groupby(["schedule_date", "staffing_group"]):
        sums = {name: float(own[name].sum()) for name in SUMS}
        rows.append({"schedule_date": day, "staffing_group": team, "people": len(own), **_with_ratios(sums)})
    return TeamAdherence.of(pd.DataFrame(rows)) if rows else TeamAdherence.empty()


def _notes(
    states: AgentStates, silent: Sequence[str], spare: Mapping[str, float], unknown: Collection[pd.Timestamp]
) -> Iterator[Note]:
    place = states.source
    if unknown:
        days = listed(f"{day:%a %d %b}" for day in sorted(unknown))
        yield Note(STEP, "warning", place, f"no row of {days}: the shifts of these days are not judged")
    if silent:
        people = listed(dict.fromkeys(silent))
        yield Note(STEP, "warning", place, f"no state is known of {people}, who had a shift: counted as not there")
    worked = [f"{who} {minutes:.0f} minutes" for who, minutes in sorted(spare.items()) if minutes >= LEAST_MINUTES]
    if worked:
        yield Note(STEP, "left out", place, f"work without a shift is not counted: {listed(worked)}")
