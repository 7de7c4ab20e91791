"""The end of a plan run in a planner's words: volume, people, waits, cost, broken promises, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from staffplan.files import place_of
from staffplan.plan.manifest import Manifest
from staffplan.plan.run import hand_edits
from staffplan.plan.workspace import Workspace
from staffplan.settings import Goal
from staffplan.site import Site
from staffplan.tables import CostReport, DayService, StaffingRequirement
from staffplan.text import percent, text_table


@dataclass(frozen=True)
class GroupSummary:
    """One planning group over the whole period."""

    planning_group: str
    channel: str
    contacts: float
    peak_agents: float
    """Most people needed on the line in any interval."""
    goal: str
    service_level: float | None
    days_kept: int
    days: int
    asa_seconds: float | None
    abandon_rate: float | None
    understaffed_hours: float
    overstaffed_hours: float


@dataclass(frozen=True)
class PlanSummary:
    """What a planner wants to know when a run ends."""

    name: str
    first_day: date
    last_day: date
    contacts: float
    workload_hours: float
    agents: int
    rostered_hours: float
    """Paid hours on duty."""
    paid_hours: float
    """The same, paid time off included."""
    groups: tuple[GroupSummary, ...]
    currency: str
    cost: float
    cost_per_contact: float | None
    gap: float | None
    """Distance of the roster's objective from its proven bound, share; None where there is no bound."""
    broken_rules: int
    broken_promises: tuple[str, ...]
    changed_by_hand: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "groups": [vars(group) for group in self.groups]}


def summarize(workspace: Workspace, manifest: Manifest) -> PlanSummary:
    """Read the finished plan and sum it up."""
    waits = workspace.table(DayService).frame
    requirement = workspace.table(StaffingRequirement).frame
    forecast = workspace.forecast().frame
    shifts = workspace.roster().shifts.frame
    contacts = float(forecast["offered"].sum())
    cost = workspace.table(CostReport).frame
    money = _total(cost, "cost", "loaded cost", "amount")
    groups = _groups(waits, requirement, workspace.site)
    facts = manifest.steps["roster"].facts
    days = pd.Timedelta(weeks=workspace.config.plan.weeks) - pd.Timedelta(days=1)
    return PlanSummary(
        name=workspace.config.plan.name,
        first_day=workspace.first_day,
        last_day=(pd.Timestamp(workspace.first_day) + days).date(),
        contacts=contacts,
        workload_hours=float((forecast["offered"] * forecast["aht_seconds"]).sum() / 3600),
        agents=int(shifts["agent_id"].nunique()),
        rostered_hours=float(shifts["paid_hours"].sum()),
        paid_hours=_total(cost, "hours", "paid hours", "hours"),
        groups=groups,
        currency=workspace.config.plan.currency,
        cost=money,
        cost_per_contact=money / contacts if contacts else None,
        gap=float(facts["gap"]) if "gap" in facts else None,
        broken_rules=int(float(manifest.steps["check"].facts["broken_rules"])),
        broken_promises=_broken(manifest),
        changed_by_hand=hand_edits(workspace, manifest),
    )


def _total(cost: pd.DataFrame, ledger: str, line: str, column: str) -> float:
    """One figure of the cost report, for the whole site and plan."""
    whole = (cost["period"] == "total") & (cost["planning_group"] == "")
    lines = cost[whole & (cost["ledger"] == ledger) & (cost["line"] == line)]
    return float(lines[column].sum())


def _broken(manifest: Manifest) -> tuple[str, ...]:
    notes = [note for name in ("simulate", "roster") for note in manifest.steps[name].notes]
    return tuple(f"{note.place}: {note.message}" for note in notes if note.kind == "broken promise")


def _groups(waits: pd.DataFrame, requirement: pd.DataFrame, site: Site) -> tuple[GroupSummary, ...]:
    goals = {group: _goal_text(queues[0].goal) for group, queues in site.groups().items()}
    return tuple(
        _group(str(name), waits[waits["planning_group"] == name], rows, goals.get(str(name), ""))
        for name, rows in requirement.groupby("planning_group", sort=True)
    )


def _group(name: str, days: pd.DataFrame, requirement: pd.DataFrame, goal: str) -> GroupSummary:
    return GroupSummary(
        planning_group=name,
        channel=str(requirement["channel"].iloc[0]),
        contacts=float(days["offered"].sum()),
        peak_agents=float(requirement["agents_required"].max()),
        goal=goal,
        service_level=_weighted(days, "service_level"),
        days_kept=int((days["kept"] == "yes").sum()),
        days=int((days["kept"] != "no contacts").sum()),
        asa_seconds=_weighted(days, "asa_seconds"),
        abandon_rate=_weighted(days, "abandon_rate"),
        understaffed_hours=float(days["understaffed_hours"].sum()),
        overstaffed_hours=float(days["overstaffed_hours"].sum()),
    )


def _weighted(days: pd.DataFrame, column: str) -> float | None:
    """Mean over days, weighted by contacts."""
    known = days[days[column].notna() & (days["offered"] > 0)]
    if known.empty:
        return None
    return float(np.average(known[column], weights=known["offered"]))


def _goal_text(goal: Goal) -> str:
    parts = []
    if goal.service_level is not None:
        within = f"{goal.within_hours:g} h" if goal.within_hours is not None else f"{goal.within_seconds:g} s"
        parts.append(f"{percent(goal.service_level, 0)} in {within}")
    if goal.asa_seconds is not None:
        parts.append(f"ASA {goal.asa_seconds:g} s")
    if goal.max_occupancy is not None:
        parts.append(f"occupancy {percent(goal.max_occupancy, 0)}")
    return ", ".join(parts)


SHOWN_PROMISES = 5


def summary_text(summary: PlanSummary, workspace: Workspace) -> str:
    """The summary as lines for a terminal."""
    folder = place_of(workspace.folder)
    money = f"{summary.currency} {summary.cost:,.2f}"
    each = f", {summary.currency} {summary.cost_per_contact:,.2f} a contact" if summary.cost_per_contact else ""
    gap = (
        f"; roster within {summary.gap:.1%} of the proven bound".replace("%", " %") if summary.gap is not None else ""
    )
    lines = [
        f"{summary.name}: {summary.first_day:%a %d %b %Y} to {summary.last_day:%a %d %b %Y}",
        "",
        f"volume   {summary.contacts:,.0f} contacts, {summary.workload_hours:,.0f} hours of work",
        f"people   {summary.agents} agents, {summary.rostered_hours:,.0f} hours on duty, "
        f"{summary.paid_hours:,.0f} paid with time off{gap}",
        f"cost     {money}{each}",
        f"rules    {_rules_text(summary)}",
        "",
        text_table([_group_row(group) for group in summary.groups], _HEADER, right=range(2, len(_HEADER))),
        "",
        *_promise_lines(summary),
        "next     " + _next_text(summary, folder),
    ]
    return "\n".join(lines)


_HEADER = ("group", "goal", "contacts", "peak agents", "in time", "days kept", "short h", "over h")


def _group_row(group: GroupSummary) -> tuple[str, ...]:
    return (
        group.planning_group,
        group.goal,
        f"{group.contacts:,.0f}",
        f"{group.peak_agents:,.0f}",
        "-" if group.service_level is None else percent(group.service_level),
        f"{group.days_kept} of {group.days}",
        f"{group.understaffed_hours:,.1f}",
        f"{group.overstaffed_hours:,.1f}",
    )


def _rules_text(summary: PlanSummary) -> str:
    edited = f"; changed by hand: {', '.join(summary.changed_by_hand)}" if summary.changed_by_hand else ""
    if summary.broken_rules:
        return f"{summary.broken_rules} broken, listed in check.csv{edited}"
    return f"all kept{edited}"


def _promise_lines(summary: PlanSummary) -> list[str]:
    if not summary.broken_promises:
        return ["promise  kept on every day", ""]
    rest = len(summary.broken_promises) - SHOWN_PROMISES
    shown = [f"         {line}" for line in summary.broken_promises[:SHOWN_PROMISES]]
    more = [f"         and {rest} more, listed in the report"] if rest > 0 else []
    return ["promise  not kept:", *shown, *more, ""]


def _next_text(summary: PlanSummary, folder: str) -> str:
    page = f"open {folder}/report/index.html"
    if summary.broken_rules:
        return f"mend the roster ({folder}/check.csv), then run the plan again; {page}"
    return f"{page}; edit {folder}/roster_activities.csv or a setting, then run the plan again"
