"""After a change by hand: what the plan tells of its roster is made anew, as far as that takes a moment only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from staffplan.files.lock import BusyError, locked
from staffplan.files.together import EditedMeanwhileError
from staffplan.plan.directory import OpenPlan, open_existing
from staffplan.plan.run import run, status

CHECK, WAITS, COST = "check", "simulate", "cost"
ABOVE = ("forecast", "staff")
"""Steps on which the roster rests: where one is out of date, no part of the plan is made anew by a change."""
SMALL = 1_000_000
"""Contacts, repetitions counted, that are played in some three seconds: more are left to a run of the plan."""


@dataclass(frozen=True)
class Renewed:
    """Steps that were run, and those that are out of date now."""

    ran: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


def renewed(folder: Path, *, later: bool) -> Renewed:
    """Run check, simulate and cost where they are out of date; simulate where it is small. later: nothing is run.

    Where another staffplan works in the folder, nothing is run.
    """
    ran: tuple[str, ...] = ()
    if not later:
        try:
            with locked(folder):
                ran = _run(open_existing(folder))
        except (BusyError, EditedMeanwhileError):
            pass
    plan = open_existing(folder)
    states = status(plan.workspace, plan.manifest)
    return Renewed(ran, tuple(state.name for state in states if state.state in ("stale", "not run")))


def _run(plan: OpenPlan) -> tuple[str, ...]:
    states = {state.name: state.state for state in status(plan.workspace, plan.manifest)}
    if any(states.get(name) != "up to date" for name in ABOVE):
        return ()
    wanted = [name for name in (CHECK, WAITS, COST) if name != WAITS or _is_small(plan)]
    return run(plan.workspace, plan.manifest, only=wanted).ran


def _is_small(plan: OpenPlan) -> bool:
    contacts = float(plan.workspace.forecast().frame["offered"].sum())
    return contacts * plan.workspace.config.simulate.replications <= SMALL
