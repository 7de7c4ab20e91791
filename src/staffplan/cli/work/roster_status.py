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
    "feasible": "the search is finished",
    "time limit": "the search was stopped by the time limit",
    "interrupted": "the search was interrupted",
}


def standing_text(result: RosterResult) -> str:
    """Understaffed and overstaffed hours, score, bound and gap on one line."""
    return (
        f"roster: {result.understaffed_hours:,.1f} understaffed hours, {result.overstaffed_hours:,.1f} overstaffed; "
        f"score {result.objective:,.1f} (lower is better), best possible at least {result.bound:,.1f}; at most "
        f"{100 * result.gap:.2f} % from the best possible roster ({HOW[result.status]})"
    )


def broken_text(broken: Iterable[Breach]) -> str:
    """Which rules, how often, what the files hold, what to do."""
    times = Counter(breach.rule for breach in broken)
    rules = ", ".join(f"{rule} {count} {'time' if count == 1 else 'times'}" for rule, count in sorted(times.items()))
    return (
        f"no roster was found that keeps every rule; broken rules: {rules}. The best roster found was written; "
        "staffplan check lists each broken rule. The notes name the cause and what would help. Change that, or "
        "search longer (roster.effort, roster.time_limit_seconds)"
    )
