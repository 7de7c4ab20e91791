"""Who is truly there today, where it is known: who is here is not absent by chance, who is away serves nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from staffplan.control.today.spans import KEY, QUEUE
from staffplan.errors import Note
from staffplan.tables.roster import ABSENCE, SPLIT, Roster
from staffplan.tables.states import AgentStates

Away = tuple[pd.Timestamp, pd.Timestamp]
NOT_SCHEDULED = (ABSENCE, SPLIT)


@dataclass(frozen=True)
class Presence:
    """here: people seen to be at work now. away: by person the times in which they are not there though rostered."""

    here: frozenset[str]
    away: Mapping[str, tuple[Away, ...]]

    def of(self, roster: Roster) -> Roster:
        """The roster without the time on queue in which people are away."""
        if not self.away:
            return roster
        doing = roster.activities
        touched = doing.frame["agent_id"].isin(self.away.keys()) & (doing.frame["activity"] == QUEUE)
        rows = ({str(name): cell for name, cell in row.items()} for row in doing.frame[touched].to_dict("records"))
        left = [one for row in rows for one in _left(row, self.away[row["agent_id"]])]
        kept = pd.DataFrame(left, columns=doing.frame.columns).astype(doing.frame.dtypes.to_dict())
        both = pd.concat([doing.frame[~touched], kept], ignore_index=True)
        return Roster(roster.shifts, replace(doing, frame=both.sort_values([*KEY, "start"], ignore_index=True)))


def _left(row: dict[str, Any], away: tuple[Away, ...]) -> Iterator[dict[str, Any]]:
    """What is left of one stretch of the roster."""
    start = row["start"]
    for begin, end in sorted(away):
        if start < min(begin, row["end"]):
            yield row | {"start": start, "end": min(begin, row["end"])}
        start = max(start, end)
    if start < row["end"]:
        yield row | {"start": start}


UNKNOWN = Presence(frozenset(), {})


def of_day(
    states: AgentStates, words: Mapping[str, str], span: Away, at: pd.Timestamp
) -> tuple[AgentStates | None, list[Note]]:
    """The rows of a local day (`span`) that say who is there at a moment of it, None where there are none; and what
    is told of the others."""
    frame = states.frame
    other = (frame["start"] >= span[1]) | (frame["end"] <= span[0])
    later = ~other & (frame["start"] >= at) & (frame["state"].map(words) != ABSENCE)
    left = states.only((~other & ~later).to_numpy())
    told = []
    if other.any():
        told.append(f"{int(other.sum())} rows of other days are not used")
    if later.any():
        told.append(f"{int(later.sum())} rows that begin later than now, and are no absence, are not used")
    if not len(left):
        told.append("no row of today is left: it is not known who is there")
    return (left if len(left) else None), [Note("today", "warning", states.source, text) for text in told]


def presence_of(states: AgentStates, words: Mapping[str, str], local: Roster, at: pd.Timestamp) -> Presence:
    """Who is there by the last that the log says before `at`, of the people whose shift goes on then.

    Somebody whose last state is absence, or who has none then, is away until the row of absence ends, where it ends
    after `at`, else until the shift does. Rows of absence that begin later count too.
    """
    frame = states.frame.assign(activity=states.frame["state"].map(words))
    past = frame[frame["start"] < at]
    known = min(at, past["end"].max()) if len(past) else at
    rows = local.activities.frame
    due = rows[(rows["start"] < known) & (rows["end"] >= known) & ~rows["activity"].isin(NOT_SCHEDULED)]
    ends = local.shifts.frame.groupby("agent_id")["end"].max()
    there = past[(past["end"] >= known) & (past["activity"] != ABSENCE)]
    here = frozenset(there["agent_id"])
    absent = frame[(frame["activity"] == ABSENCE) & (frame["end"] > at)]
    away: dict[str, tuple[Away, ...]] = {}
    for agent_id, start, end in zip(absent["agent_id"], absent["start"], absent["end"], strict=True):
        away[str(agent_id)] = (*away.get(str(agent_id), ()), (start, end))
    for agent_id in sorted(set(due["agent_id"]) - here):
        if not any(start <= at < end for start, end in away.get(agent_id, ())):
            away[agent_id] = (*away.get(agent_id, ()), (known, ends[agent_id]))
    return Presence(here, {who: spans for who, spans in away.items() if who in ends.index})
