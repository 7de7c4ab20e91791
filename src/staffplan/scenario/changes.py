"""Every kind of change, made in a draft; those of settings are here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from staffplan.errors import ConfigError, Problem
from staffplan.plan.workspace import Workspace
from staffplan.scenario import people, volume
from staffplan.scenario.draft import Draft, make_draft
from staffplan.settings.config import load_config
from staffplan.settings.scenarios import (
    AttritionChange,
    GoalChange,
    ScenarioSettings,
    SettingChange,
    ShrinkageChange,
    WagesChange,
)
from staffplan.settings.toml_words import dotted_names

NOT_A_CHANGE = ("plan", "input", "ingest", "export", "payroll")
"""Sections that say what is planned and read: another of them is another plan."""


def drafted(base: Workspace, text: str, one: ScenarioSettings, place: str, folder: Path) -> Draft:
    """A scenario's draft with all its changes made. text: the base's settings. folder: of the file of scenarios.

    Raises ConfigError with every problem, each at its change, or where the changed settings cannot be used.
    """
    draft = make_draft(base, place, folder, one.owner, f"{one.name}: {one.reason}")
    for number, change in enumerate(one.changes):
        draft.place = f"{place}.changes.{number}"
        MAKERS[change.change](draft, change)
    if draft.problems:
        raise ConfigError(draft.problems)
    try:
        load_config(text, place, draft.overrides)
    except ConfigError as error:
        raise ConfigError(
            Problem(f"{place}: {problem.place.rpartition(':')[2]}", problem.message, problem.hint)
            for problem in error.problems
        ) from error
    return draft


def goal(draft: Draft, change: GoalChange) -> None:
    for queue in draft.chosen(change.queues, change.channels):
        draft.put(change.goal.model_dump(mode="json", exclude_none=True), "queues", queue, "goal")


def shrinkage(draft: Draft, change: ShrinkageChange) -> None:
    keys = ("staffing", "shrinkage", change.category)
    if not draft.known("category", [change.category], draft.value("staffing", "shrinkage")):
        return
    before = float(draft.value(*keys, "share"))
    wanted = change.share if change.share is not None else before + (change.points or 0.0)
    if not 0 <= wanted < 1:
        draft.refuse(
            "points", f"{change.category} would be {wanted:.3f} of paid time", "write 0 or more, less than 1"
        )
        return
    draft.put(round(wanted, 10), *keys, "share")
    if times := draft.value(*keys, "times"):
        more = wanted - before
        moved = [{**one, "share": round(min(0.99, max(0.0, one["share"] + more)), 10)} for one in times]
        draft.put(moved, *keys, "times")
    if draft.value(*keys, "in_roster"):
        said = "the roster places it by name: people's time off and breaks stay as they are in its tables"
        draft.tell("warning", said, f"staffing.shrinkage.{change.category}")


def wages(draft: Draft, change: WagesChange) -> None:
    contracts = draft.value("work_plans") or {}
    if not draft.known("work_plans", change.work_plans, contracts):
        return
    chosen = change.work_plans or tuple(contracts)
    for name in chosen:
        rate = draft.value("work_plans", name, "hourly_rate")
        if rate is not None:
            draft.put(_rate(rate * change.factor), "work_plans", name, "hourly_rate")
        elif change.work_plans:
            default = draft.value("cost", "default_hourly_rate")
            draft.put(_rate(default * change.factor), "work_plans", name, "hourly_rate")
    if not change.work_plans:
        default = draft.value("cost", "default_hourly_rate")
        draft.put(_rate(default * change.factor), "cost", "default_hourly_rate")
    agents = draft.people["agents"]
    rates = pd.to_numeric(agents["hourly_rate"])
    own = rates.notna() & (agents["work_plan"].isin(chosen) if change.work_plans else True)
    if own.any():
        draft.put_people("agents", agents.assign(hourly_rate=rates.where(~own, (rates * change.factor).round(6))))


def _rate(amount: float) -> float:
    return round(amount, 6)


def attrition(draft: Draft, change: AttritionChange) -> None:
    said = f"{change.share_per_year:.0%} of people leaving in a year changes no roster of these weeks"
    draft.tell("left out", f"{said}; staffplan capacity plans it by month", "attrition")


def setting(draft: Draft, change: SettingChange) -> None:
    keys = dotted_names(change.key)
    if len(keys) < 2 or keys[0] in NOT_A_CHANGE:
        hint = "[plan] and [input] make another plan: run staffplan plan for it" if keys[0] in NOT_A_CHANGE else ""
        draft.refuse("key", f"{change.key!r} cannot be changed in a scenario", hint or "write section.key")
        return
    draft.put(change.value, *keys)


MAKERS: Mapping[str, Callable[[Draft, Any], None]] = {
    "volume": volume.volume,
    "aht": volume.aht,
    "deflection": volume.deflection,
    "queue_added": volume.queue_added,
    "queue_lost": volume.queue_lost,
    "opening_hours": volume.opening_hours,
    "goal": goal,
    "shrinkage": shrinkage,
    "wages": wages,
    "attrition": attrition,
    "setting": setting,
    "cross_training": people.cross_training,
    "part_time": people.part_time,
    "headcount": people.headcount,
}
"""What makes each kind of change."""
