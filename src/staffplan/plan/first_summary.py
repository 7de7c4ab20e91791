"""The summary of a plan without people: volume, people needed at once, and head counts by contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from staffplan.errors import ENDED, QUESTION, place_of
from staffplan.plan.manifest import Manifest
from staffplan.plan.run import all_notes
from staffplan.plan.summary import goals_of, last_lines, look_at_notes, look_lines, summary_line
from staffplan.plan.text import text_table
from staffplan.plan.workspace import Workspace
from staffplan.planned import DAYS_OF_A_WEEK
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.shifts import ContractHeads, ShiftCounts

HEADER = ("group", "channel", "goal", "contacts", "peak on queue", "hours a week on duty")
CONTRACTS = ("group", "contract", "heads", "with time off", "hours a week", "cost a week")
COLUMNS = "agent_id, name, skills, work_plan"


def first_summary(workspace: Workspace, manifest: Manifest) -> dict[str, Any]:
    """What is planned without people, as plain values. Hours: of people on duty, shrinkage included, in one week."""
    forecast, requirement = workspace.forecast().frame, workspace.table(StaffingRequirement).frame
    weeks, hours = workspace.planned.number / DAYS_OF_A_WEEK, workspace.config.plan.interval_minutes / 60
    goals = goals_of(workspace, forecast["queue"].unique())
    groups = [
        {
            "planning_group": str(name),
            "channel": str(rows["channel"].iloc[0]),
            "goal": goals.get(str(name), ""),
            "contacts": float(rows["offered"].sum()),
            "peak_agents": float(rows["agents_required"].max()),
            "duty_hours_per_week": float(rows["agents_scheduled"].sum()) * hours / weeks,
        }
        for name, rows in requirement.groupby("planning_group", sort=True)
    ]
    contracts = workspace.table_if_there(ContractHeads)
    heads = [] if contracts is None else contracts.frame[contracts.frame["heads"] > 0].to_dict("records")
    notes = all_notes(workspace, manifest)
    facts: Mapping[str, Any] = manifest.steps["heads"].facts if "heads" in manifest.steps else {}
    return {
        "name": workspace.config.plan.name,
        "first_day": workspace.first_day,
        "weeks": weeks,
        "contacts": float(forecast["offered"].sum()),
        "workload_hours": float((forecast["offered"] * forecast["aht_seconds"]).sum() / 3600),
        "groups": groups,
        "heads": facts.get("heads"),
        "heads_with_time_off": facts.get("heads_with_time_off"),
        "uncovered_hours": facts.get("missing_hours"),
        "currency": workspace.config.plan.currency,
        "contracts": heads,
        "questions": [f"{note.place}: {note.message}" for note in notes if note.kind == QUESTION],
        "ended": [f"{note.place}: {note.message}" for note in notes if note.kind == ENDED],
        "look_at": [vars(note) for note in look_at_notes(notes)],
    }


def first_summary_text(told: Mapping[str, Any], workspace: Workspace, manifest: Manifest) -> str:
    """The summary as lines for a terminal."""
    volume = f"{told['contacts']:,.0f} contacts, {told['workload_hours']:,.0f} hours of workload"
    rows = [
        (
            *(group[name] for name in ("planning_group", "channel", "goal")),
            f"{group['contacts']:,.0f}",
            f"{group['peak_agents']:,.0f}",
            f"{group['duty_hours_per_week']:,.1f}",
        )
        for group in told["groups"]
    ]
    lines = [
        f"{told['name']}: {told['weeks']:.3g} weeks from {told['first_day']:%a %d %b %Y}, without people",
        "",
        f"volume   {volume}",
        *_heads_lines(told),
        "",
        text_table(rows, HEADER, right=range(3, len(HEADER))),
        "",
        *_contract_lines(told),
        *_next_lines(workspace),
        *look_lines(look_at_notes(all_notes(workspace, manifest))),
        *last_lines("ended", told["ended"]),
        *last_lines("asked", told["questions"]),
    ]
    return "\n".join(lines)


def _heads_lines(told: Mapping[str, Any]) -> list[str]:
    if told["heads"] is None:
        return summary_line("heads", "not counted: the settings have no contracts ([shifts] and [work_plans])")
    said = f"{told['heads']:,.0f} cover an ordinary week, {told['heads_with_time_off']:,.0f} with time off"
    missing = told["uncovered_hours"] or 0.0
    said += f"; {missing:,.1f} hours a week are left short" if missing > 0.05 else ""
    return summary_line("heads", said)


def _contract_lines(told: Mapping[str, Any]) -> list[str]:
    rows = [
        (
            str(row["planning_group"]),
            str(row["work_plan"]),
            f"{row['heads']:,.0f}",
            f"{row['heads_with_time_off']:,.0f}",
            f"{row['paid_hours']:,.1f}",
            f"{told['currency']} {row['cost']:,.2f}" if row["cost"] else "no wage given",
        )
        for row in told["contracts"]
    ]
    return [text_table(rows, CONTRACTS, right=range(2, len(CONTRACTS))), ""] if rows else []


def _next_lines(workspace: Workspace) -> list[str]:
    folder, agents = place_of(workspace.folder), workspace.required_path("agents")
    again = f"staffplan plan {workspace.config_place} -o {folder}"
    roster = f"the roster needs people: write them into {place_of(agents)} ({COLUMNS}), then: {again}"
    look = f"look at {folder}/{ShiftCounts.file_name} (heads by day and shift), forecast.csv and requirement.csv"
    return [*summary_line("next", roster), *summary_line("", look)]
