"""What a peer answers."""

from __future__ import annotations

from dataclasses import dataclass

from rostering.centers import Center
from staffplan.roster.problem.problem import RosterProblem
from staffplan.tables.roster import Roster


@dataclass(frozen=True)
class PeerAnswer:
    """A roster of names and days, or only head counts by shift and day, or nothing.

    `status` says which and why. The shares of understaffed and overstaffed hours are set for head counts alone;
    those of a roster are counted from it.
    """

    status: str
    roster: Roster | None = None
    understaffed_share: float | None = None
    overstaffed_share: float | None = None


def problem_of(center: Center) -> RosterProblem:
    """The center as arrays: which shift each agent may work on each day, and what is needed."""
    from staffplan.roster.case.build import build_problem

    return build_problem(
        center.requirement,
        center.workforce,
        center.settings,
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
    )
