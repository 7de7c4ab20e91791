"""What a check finds: breaches, wishes that were not granted, intervals below their need."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from staffplan.tables.roster import RosterBreaches


@dataclass(frozen=True, order=True)
class Breach:
    """One rule that the roster breaks. `lacks`: by too little work, which a further shift never makes worse."""

    agent_id: str
    day: date
    rule: str
    message: str
    lacks: bool = field(default=False, compare=False)


@dataclass(frozen=True, order=True)
class MissedWish:
    """One day on which a wish is not granted; no breach, as nobody promised it."""

    agent_id: str
    day: date
    message: str


@dataclass(frozen=True)
class CheckReport:
    """All breaches by agent and day; `uncovered` lists the intervals with fewer people than required:
    interval_start, planning_group, required, scheduled, missing. `wished_days`: those of the period, one for each
    wish and day. `not_checked`: what a roster of shifts alone cannot tell."""

    breaches: tuple[Breach, ...]
    uncovered: pd.DataFrame
    missed_wishes: tuple[MissedWish, ...] = ()
    wished_days: int = 0
    not_checked: tuple[str, ...] = ()

    def table(self) -> RosterBreaches:
        rows = [(b.agent_id, pd.Timestamp(b.day), b.rule, b.message) for b in self.breaches]
        names = [column.name for column in RosterBreaches.columns]
        return RosterBreaches.of(pd.DataFrame(rows, columns=names)) if rows else RosterBreaches.empty()
