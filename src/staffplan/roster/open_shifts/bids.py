"""Open shifts given to agents who bid for them, each under every rule, in the order that the settings state.

A bid is granted where the roster with the shift breaks no rule that it does not break without: the checker is asked,
which shares nothing with the search. Where too little is worked a further shift only helps: that is no reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.errors import DataError, Problem, nearest
from staffplan.roster.case.broken import Broken, broken_alone, broken_together
from staffplan.roster.case.case import Case
from staffplan.roster.check.cover import coverage
from staffplan.settings.open_shifts import OpenShiftsSettings
from staffplan.tables.open_shifts import BidResults, Bids, OpenShifts, parse_breaks
from staffplan.tables.roster import SPLIT, Roster, RosterActivities, RosterShifts
from staffplan.tables.schema import names_in
from staffplan.tables.waits import Coverage

MINUTE = pd.Timedelta(minutes=1)
LAST = float("inf")


@dataclass(frozen=True)
class Given:
    """The roster with the shifts that were given, what is still open, and what became of each bid."""

    roster: Roster
    coverage: Coverage
    still_open: OpenShifts
    results: BidResults


@dataclass(frozen=True)
class _Bid:
    """One bid: the row of its shift, and what orders it before others."""

    shift: int
    agent_id: str
    rank: float
    time: float
    hired: float


@dataclass
class _Giving:
    """The roster as it grows, and who has been given how much."""

    case: Case
    opened: OpenShifts
    roster: Roster
    since: pd.Timestamp | None
    shifts_given: Counter[str] = field(default_factory=Counter)
    hours: defaultdict[str, float] = field(init=False)
    """Paid hours in the roster, by agent."""
    breaches: dict[str, Broken] = field(default_factory=dict)
    between: Broken | None = None
    """What people together break in the roster, once that was asked."""

    def __post_init__(self) -> None:
        paid = self.roster.shifts.frame.groupby("agent_id", sort=False)["paid_hours"].sum()
        self.hours = defaultdict(float, zip(paid.index, paid.tolist(), strict=True))

    def give(self, bid: _Bid) -> str:
        """Add the shift to the roster; where a rule forbids that, leave it out and say which."""
        row = self.opened.frame.iloc[bid.shift]
        reason = self._plainly_impossible(bid.agent_id, row)
        if reason:
            return reason
        more = with_shift(self.roster, bid.agent_id, row, self.case)
        reason = self._new_breach(bid.agent_id, more)
        if not reason:
            self.shifts_given[bid.agent_id] += 1
            self.hours[bid.agent_id] += float(row["paid_hours"])
            self._change_to(more, bid.agent_id)
        return reason

    def _change_to(self, more: Roster, agent_id: str) -> None:
        """What was known of the roster before, and of the agent, holds no longer."""
        self.roster, self.between = more, None
        self.breaches.pop(agent_id, None)

    def _plainly_impossible(self, agent_id: str, row: Any) -> str:
        if self.since is not None and row["start"] < self.since:
            return f"begins before {self.since.tz_convert(self.case.site.calendar.timezone):%H:%M on %a %d %b}"
        agents, mine = self.case.workforce.agents.frame, self.roster.shifts.frame
        mine = mine[(mine["agent_id"] == agent_id) & (mine["schedule_date"] == row["schedule_date"])]
        if len(mine):
            return f"has a shift on {row['schedule_date']:%a %d %b} already, {mine['shift'].iloc[0]}"
        skills = names_in(str(agents.loc[agents["agent_id"] == agent_id, "skills"].iloc[0]))
        return "" if row["planning_group"] in skills else f"has no skill for {row['planning_group']}"

    def _new_breach(self, agent_id: str, more: Roster) -> str:
        """The first rule that is broken with the shift and is not without."""
        if agent_id not in self.breaches:
            self.breaches[agent_id] = _worse_with_more(broken_alone(self.case, self.roster, agent_id))
        broken = sorted(_worse_with_more(broken_alone(self.case, more, agent_id)) - self.breaches[agent_id])
        if not broken:
            if self.between is None:
                self.between = _worse_with_more(broken_together(self.case, self.roster))
            broken = sorted(_worse_with_more(broken_together(self.case, more)) - self.between)
        return f"{broken[0].rule}: {broken[0].message} ({broken[0].day:%a %d %b})" if broken else ""


def _worse_with_more(broken: Broken) -> Broken:
    """Those that a further shift can make worse."""
    return Counter({breach: often for breach, often in broken.items() if not breach.lacks})


def give_open_shifts(
    case: Case,
    roster: Roster,
    opened: OpenShifts,
    bids: Bids,
    settings: OpenShiftsSettings,
    since: pd.Timestamp | None = None,
) -> Given:
    """Every open shift, of those that begin from the instant `since` on, to at most one of those who bid for it.
    Raises DataError for bids on what nobody knows."""
    _refuse_unknown(case, opened, bids)
    giving, waiting = _Giving(case, opened, roster, since), _bids(case, opened, bids)
    takers: dict[int, str] = {}
    rows: list[dict[str, object]] = []
    while waiting:
        bid = min(waiting, key=lambda one: _turn(one, giving, settings))
        waiting.remove(bid)
        reason = f"given to {takers[bid.shift]}" if bid.shift in takers else giving.give(bid)
        if not reason:
            takers[bid.shift] = bid.agent_id
        rows.append(
            {
                "number": len(rows) + 1,
                "shift_id": opened.frame["shift_id"].iloc[bid.shift],
                "agent_id": bid.agent_id,
                "given": "no" if reason else "yes",
                "reason": reason,
            }
        )
    left = ~np.isin(np.arange(len(opened)), list(takers))
    results = BidResults.of(pd.DataFrame(rows)) if rows else BidResults.empty()
    return Given(giving.roster, coverage(giving.roster, case.requirement, case.site), opened.only(left), results)


def _turn(bid: _Bid, giving: _Giving, settings: OpenShiftsSettings) -> tuple[object, ...]:
    """What comes first is the least: the stated order, then the agent's own, then the name."""
    match settings.order:
        case "first_come":
            first: tuple[float, ...] = (bid.time,)
        case "seniority":
            first = (bid.hired,)
        case _:
            first = (giving.shifts_given[bid.agent_id], giving.hours[bid.agent_id])
    return (*first, bid.rank, bid.time, bid.agent_id, bid.shift)


def _bids(case: Case, opened: OpenShifts, bids: Bids) -> list[_Bid]:
    agents = case.workforce.agents.frame
    hired = {who: _seconds(day) for who, day in zip(agents["agent_id"], agents["hired_on"], strict=True)}
    numbers = {name: number for number, name in enumerate(opened.frame["shift_id"])}
    columns = (bids.frame[name] for name in ("shift_id", "agent_id", "rank", "time"))
    return [
        _Bid(numbers[shift], who, LAST if pd.isna(rank) else float(rank), _seconds(at), hired[who])
        for shift, who, rank, at in zip(*columns, strict=True)
    ]


def _seconds(at: Any) -> float:
    return LAST if pd.isna(at) else float(pd.Timestamp(at).timestamp())


def _refuse_unknown(case: Case, opened: OpenShifts, bids: Bids) -> None:
    known = {
        "shift_id": opened.frame["shift_id"].tolist(),
        "agent_id": case.workforce.agents.frame["agent_id"].tolist(),
    }
    where = {"shift_id": opened.source, "agent_id": case.workforce.agents.source}
    problems = [
        Problem(bids.place(row, column), f"{cell} is not in {where[column]}", nearest(str(cell), names))
        for column, names in known.items()
        for row, cell in enumerate(bids.frame[column])
        if cell not in names
    ]
    if problems:
        raise DataError(problems)


def with_shift(roster: Roster, agent_id: str, row: Any, case: Case) -> Roster:
    """The roster with an open shift as this agent's: a row of the shifts, and what happens in it."""
    agents = case.workforce.agents.frame
    name = str(agents.loc[agents["agent_id"] == agent_id, "name"].iloc[0])
    own = {"agent_id": agent_id, "schedule_date": row["schedule_date"]}
    shift = {**own, "name": name, "premium_hours": ""}
    shift |= {column: row[column] for column in ("shift", "start", "end", "paid_hours")}
    doing = pd.DataFrame([{**own, **piece} for piece in _inside(row)])
    days = local_dates(pd.DatetimeIndex(doing["start"]), case.site.calendar.timezone)
    doing["activity_date"] = pd.to_datetime(pd.Series(days))
    return Roster(
        RosterShifts.of(_joined(roster.shifts.frame, pd.DataFrame([shift])), roster.shifts.source),
        RosterActivities.of(_joined(roster.activities.frame, doing), roster.activities.source),
    )


def _joined(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([part for part in (frame, more) if len(part)], ignore_index=True)


def _inside(row: Any) -> Iterator[dict[str, object]]:
    """Time on queue and the breaks, one after the other."""
    at, serving = row["start"], {"activity": "queue", "planning_group": row["planning_group"], "paid": "yes"}
    for pause in parse_breaks(str(row["breaks"])):
        begin, end = (row["start"] + minutes * MINUTE for minutes in (pause.begin, pause.end))
        if begin > at:
            yield {"start": at, "end": begin, **serving}
        paid = "yes" if pause.paid and pause.activity != SPLIT else "no"
        yield {"start": begin, "end": end, "activity": pause.activity, "planning_group": "", "paid": paid}
        at = end
    if row["end"] > at:
        yield {"start": at, "end": row["end"], **serving}
