"""StaffingRequirement and Workforce to a Roster, its check and its cover.

`roster` loads the solver when it is first asked for; `check` and `coverage` never do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from staffplan.roster.check.check import check
from staffplan.roster.check.cover import coverage
from staffplan.roster.check.report import Breach, CheckReport, MissedWish

if TYPE_CHECKING:
    from staffplan.roster.solve import RosterResult, roster

__all__ = ["Breach", "CheckReport", "MissedWish", "RosterResult", "check", "coverage", "roster"]


def __getattr__(name: str) -> Any:
    if name in ("RosterResult", "roster"):
        from staffplan.roster import solve

        return getattr(solve, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
