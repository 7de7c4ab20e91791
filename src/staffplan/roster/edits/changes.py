"""A change that a manager makes, as a value, and what it asks of which person's day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from staffplan.errors import Problem, UsageError
from staffplan.roster.repair.absences import AgentDay
from staffplan.tables.roster import Roster

Verb = Literal["swap", "move", "assign", "remove"]


@dataclass(frozen=True)
class Change:
    """One change. `other`: with whom shifts are swapped; `shift`: the one that is given, "early 07:00"."""

    verb: Verb
    agent_id: str
    days: tuple[date, ...]
    other: str = ""
    shift: str = ""


@dataclass(frozen=True)
class Work:
    """What somebody works on a day: a shift by its name, or the one that another person has; neither: a day off."""

    shift: str = ""
    like: str = ""

    @property
    def off(self) -> bool:
        return not (self.shift or self.like)


OFF = Work()
Wanted = dict[AgentDay, Work]


def wanted(change: Change, roster: Roster) -> Wanted:
    """What a change asks for, day by day. Raises UsageError with every day on which it cannot be meant."""
    shifts = shifts_by_day(roster)
    problems = list(_problems(change, shifts))
    if problems:
        raise UsageError(problems)
    if change.verb == "swap":
        return {key: work for day in change.days for key, work in _swapped(change, day, shifts)}
    work = OFF if change.verb == "remove" else Work(change.shift)
    return {(change.agent_id, day): work for day in change.days}


def shifts_by_day(roster: Roster) -> dict[AgentDay, str]:
    """The name of each shift."""
    frame = roster.shifts.frame
    return dict(zip(zip(frame["agent_id"], frame["schedule_date"].dt.date, strict=True), frame["shift"], strict=True))


def swaps_of(change: Change, others: Sequence[str], roster: Roster) -> list[Change]:
    """The swap with each of some people with whom it can be meant, on some of its days."""
    shifts = shifts_by_day(roster)
    swaps = [replace(change, other=other) for other in others if other != change.agent_id]
    return [swap for swap in swaps if not any(_problems(swap, shifts))]


def _problems(change: Change, shifts: dict[AgentDay, str]) -> Iterator[Problem]:
    if change.verb == "swap":
        yield from _swap_problems(change, shifts)
        return
    for day in change.days:
        mine, who = shifts.get((change.agent_id, day)), f"{change.agent_id} on {day:%a %d %b %Y}"
        if change.verb == "assign" and mine:
            yield Problem("assign", f"{who} works {mine} already", "move gives somebody another shift")
        if change.verb == "move" and not mine:
            yield Problem("move", f"{who} has no shift", "assign gives somebody a shift on a day off")
        if change.verb == "remove" and not mine:
            yield Problem("remove", f"{who} has no shift", "name a day on which the person works")


def _swap_problems(change: Change, shifts: dict[AgentDay, str]) -> Iterator[Problem]:
    if change.other == change.agent_id:
        yield Problem("swap", f"{change.agent_id} cannot swap with themselves", "name two people")
        return
    pairs = [(shifts.get((change.agent_id, day)), shifts.get((change.other, day))) for day in change.days]
    if not any(mine or theirs for mine, theirs in pairs):
        both = f"{change.agent_id} and {change.other}"
        yield Problem(
            "swap", f"neither {both} works on {_span(change.days)}", "name a day on which one of them works"
        )
    elif all(mine == theirs for mine, theirs in pairs):
        said = f"{change.agent_id} and {change.other} work the same on {_span(change.days)}"
        yield Problem("swap", said, "there is nothing to swap")


def _swapped(change: Change, day: date, shifts: dict[AgentDay, str]) -> Iterator[tuple[AgentDay, Work]]:
    """What each of the two works; nothing on a day on which both are off."""
    one, other = (change.agent_id, day), (change.other, day)
    if one in shifts or other in shifts:
        yield one, Work(like=change.other) if other in shifts else OFF
        yield other, Work(like=change.agent_id) if one in shifts else OFF


def _span(days: Sequence[date]) -> str:
    if len(days) == 1:
        return f"{days[0]:%a %d %b %Y}"
    return f"{days[0]:%a %d %b} to {days[-1]:%a %d %b %Y}"
