"""Who is truly there today, where it is known: who is here is not absent by chance, who is away serves nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from staffplan.control.today.spans import KEY, QUEUE
from staffplan.tables.roster import Roster

Away = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Presence:
    """here: people seen to be at work now. away: by person the time in which they are not there though rostered."""

    here: frozenset[str]
    away: Mapping[str, Away]

    def of(self, roster: Roster) -> Roster:
        """The roster without the time on queue in which people are away."""
        if not self.away:
            return roster
        doing = roster.activities
        touched = doing.frame["agent_id"].isin(self.away.keys()) & (doing.frame["activity"] == QUEUE)
        rows = ({str(name): cell for name, cell in row.items()} for row in doing.frame[touched].to_dict("records"))
        left = [one for row in rows for one in self._left(row)]
        kept = pd.DataFrame(left, columns=doing.frame.columns).astype(doing.frame.dtypes.to_dict())
        both = pd.concat([doing.frame[~touched], kept], ignore_index=True)
        return Roster(roster.shifts, replace(doing, frame=both.sort_values([*KEY, "start"], ignore_index=True)))

    def _left(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What is left of one stretch."""
        begin, end = self.away[str(row["agent_id"])]
        if row["start"] < begin:
            yield row | {"end": min(row["end"], begin)}
        if row["end"] > end:
            yield row | {"start": max(row["start"], end)}


UNKNOWN = Presence(frozenset(), {})
