"""How a roster stands when the search is over, in words: the last lines of the command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from staffplan.roster.check.report import Breach
    from staffplan.roster.step import RosterResult

HOW = {
    "optimal": "proven best",
    "feasible": "the search is done",
    "time limit": "the time limit ended the search",
    "interrupted": "the search was interrupted",
}


def standing_text(result: RosterResult) -> str:
    """Hours short and too many, cost, bound and gap on one line."""
    return (
        f"roster: {result.understaffed_hours:,.1f} hours short, {result.overstaffed_hours:,.1f} too many; "
        f"cost {result.objective:,.1f}, at least {result.bound:,.1f}, "
        f"gap {result.gap:.2%} of the required hours ({HOW[result.status]})"
    )


def broken_text(broken: Iterable[Breach]) -> str:
    """Which rules, how often, what the files hold, what to do."""
    times = Counter(breach.rule for breach in broken)
    rules = ", ".join(f"{rule} {count} {'time' if count == 1 else 'times'}" for rule, count in sorted(times.items()))
    return (
        f"no roster was found that keeps every rule; broken: {rules}. The files hold the best roster found, and "
        "staffplan check lists each case. The notes say what stands in the way and what would help: change that, or "
        "search longer (roster.effort, roster.time_limit_seconds)"
    )
