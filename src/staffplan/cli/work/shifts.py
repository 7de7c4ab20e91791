"""What `shifts` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show_json
from staffplan.cli.work.common import config_and_workspace, site_of
from staffplan.cli.work.delivery import put_tables, say_notes, show_table
from staffplan.cli.work.own_tables import read_requirement
from staffplan.plan.heads import pay_of, time_off_share
from staffplan.plan.text import percent, text_table
from staffplan.progress import OnProgress
from staffplan.roster.shifts.money import Goal
from staffplan.roster.shifts.step import MixOfShifts, mix_of_shifts
from staffplan.roster.shifts.typical_week import typical_week
from staffplan.settings.config import Config
from staffplan.settings.plan import PlanSettings

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes


def mix_files(
    requirement_path: Path,
    config_path: Path,
    changes: Mapping[str, object],
    *,
    minimise: Goal,
    weeks: Literal["each", "mean", "maximum"],
    allow_short: bool,
    gap: float,
    on_progress: OnProgress,
) -> tuple[MixOfShifts, Config]:
    """The mix of shifts for a requirement file, and the settings, with some changed (by dotted name)."""
    config, workspace = config_and_workspace(config_path, changes)
    zone = config.plan.timezone
    requirement = read_requirement(requirement_path, zone)
    say_notes(requirement.notes)
    site = site_of(config, requirement.frame, workspace)
    if weeks != "each":
        requirement, site = typical_week(requirement, site, weeks)
    result = mix_of_shifts(
        requirement,
        config.roster,
        pay_of(config, site.calendar),
        shifts=config.shifts,
        work_plans=config.work_plans,
        site=site,
        minimise=minimise,
        allow_short=allow_short,
        gap=gap,
        time_off_share=time_off_share(config),
        on_progress=on_progress,
    )
    return result, config


def tell(result: MixOfShifts, paths: Sequence[Path], plan: PlanSettings, before: Hashes, *, as_json: bool) -> None:
    """Notes, contracts and a summary for a person, then the files, or the shifts on stdout."""
    tables = (result.shifts, result.contracts, result.pauses, result.positions, result.coverage)
    say_notes(result.notes)
    put_tables(dict(zip(paths, tables if paths else (), strict=True)), plan.timezone, before)
    if as_json:
        names = ("shifts", "contracts", "pauses", "positions", "coverage")
        rows = {name: records(t.frame, plan.timezone) for name, t in zip(names, tables, strict=True)}
        notes = [vars(note) for note in result.notes]
        show_json({"written": [str(path) for path in paths], "facts": result.facts, **rows, "notes": notes})
        return
    say(f"\n{_contracts(result)}\n\n{_summary(result, plan.currency)}")
    if not paths:
        show_table(result.shifts, plan.timezone)


def _contracts(result: MixOfShifts) -> str:
    """Who is to be hired."""
    frame = result.contracts.frame
    header = [
        "planning group",
        "contract",
        "week",
        "day",
        "heads",
        "with time off",
        "paid hours",
        "hours per week",
        "cost",
    ]
    rows = [
        (
            row["planning_group"],
            row["work_plan"],
            *("" if pd.isna(row[name]) else f"{row[name]:.0f}" for name in ("rotation_week", "rotation_day")),
            f"{row['heads']:.0f}",
            f"{row['heads_with_time_off']:.0f}",
            f"{row['paid_hours']:,.1f}",
            f"{row['hours_per_week']:.1f}",
            f"{row['cost']:,.2f}",
        )
        for row in frame[frame["heads"] > 0].to_dict("records")
    ]
    turns = ((2, "rotation_week"), (3, "rotation_day"))
    without = [place for place, name in turns if not frame[name].notna().any()]
    kept = [[cell for n, cell in enumerate(row) if n not in without] for row in (header, *rows)]
    return text_table(kept[1:], kept[0], right=range(4 - len(without), len(kept[0])))


def _summary(result: MixOfShifts, currency: str) -> str:
    facts = result.facts
    hours = (
        f"{facts['heads']} heads, {facts['paid_hours']:,.1f} paid hours for {facts['required_hours']:,.1f} required"
    )
    missing = f", {facts['missing_hours']:,.1f} of them understaffed" if facts["missing_hours"] else ""
    cost = f", {currency} {facts['cost']:,.2f}" if facts["cost"] else ""
    proof = "the best possible" if result.gap <= 1e-6 else f"at most {percent(result.gap, 2)} from the best possible"
    return f"{hours}{missing}{cost}\n{facts['minimised']}: {proof}"
