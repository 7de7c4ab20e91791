"""Standby that its people can have no longer, after an absence or a change of shifts, and who could take it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from staffplan.roster.case.case import Case
from staffplan.roster.standby.turns import Candidate, Duty, Turn, candidates
from staffplan.settings.standby import StandbySettings
from staffplan.tables.roster import Roster
from staffplan.tables.standby import Standby

MOST_NAMED = 3


@dataclass(frozen=True)
class Lost:
    """A day of standby that somebody cannot have, the reason, and those who can, who has least of it first."""

    standby: str
    agent_id: str
    day: date
    reason: str
    can: tuple[str, ...]


def lost_duties(
    case: Case, roster: Roster, kinds: Sequence[StandbySettings], table: Standby, first: date
) -> tuple[Lost, ...]:
    """Rows from a day on whose person cannot stand by under this roster and these people. Distances between turns and
    numbers a week are left to whoever shares out anew."""
    rows = table.frame
    people = {one.agent_id: one for one in candidates(case, roster, first, rows)}
    free = {one.agent_id: one for one in candidates(case, roster, first, rows.iloc[:0])}
    settings, had = {kind.name: kind for kind in kinds}, Counter(zip(rows["standby"], rows["agent_id"], strict=True))
    found = []
    for row in rows[rows["schedule_date"] >= pd.Timestamp(first)].itertuples():
        kind, turn = settings.get(str(row.standby)), _turn(row)
        reason = _reason(free, kind, turn, row)
        if kind is None or reason is None:
            continue
        able = [who for who, one in people.items() if one.reason(kind, turn) is None]
        able.sort(key=lambda who: had[kind.name, who])
        found.append(Lost(kind.name, str(row.agent_id), turn.begins, reason, tuple(able)))
    return tuple(found)


def _turn(row: Any) -> Turn:
    day = row.schedule_date.date()
    return Turn(0, 0, day, (Duty(day, row.start, row.end),))


def _reason(free: dict[str, Candidate], kind: StandbySettings | None, turn: Turn, row: Any) -> str | None:
    if kind is None or row.agent_id not in free:
        return None
    return free[row.agent_id].reason(kind, turn)


def words_of(lost: Lost, names: dict[str, str]) -> str:
    """One sentence, with the first who could take it."""
    who = [names.get(one) or one for one in lost.can[:MOST_NAMED]]
    more = f" and {len(lost.can) - MOST_NAMED} more" if len(lost.can) > MOST_NAMED else ""
    can = f"can take it: {', '.join(who)}{more}" if who else "nobody else can take it"
    name = names.get(lost.agent_id) or lost.agent_id
    return f"standby {lost.standby}, {lost.day:%a %d %b}: {name} cannot ({lost.reason}); {can}"
