"""Commands on a plan directory: plan, status, simulate, cost, report."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from staffplan.cli.commands.options import DataFolder, Json, SetSetting
from staffplan.cli.commands.workers import Cluster, Jobs, workers_of
from staffplan.cli.output.say import RULES_BROKEN, progress_shown, say, say_long, show, show_json, show_text
from staffplan.cli.work.flags import flags_named
from staffplan.process.ctrl_c import INTERRUPTED

if TYPE_CHECKING:
    from staffplan.plan.directory import OpenPlan
    from staffplan.plan.run import RunResult
    from staffplan.tables.schema import Table

T = TypeVar("T", bound="Table")
PLANS = "Plan directory"
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files, also files edited by hand.")]
Folder = Annotated[Path, typer.Argument(help="Plan directory, made by staffplan plan.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("plan", rich_help_panel=PLANS)(plan)
    app.command("status", rich_help_panel=PLANS)(status)
    app.command("simulate", rich_help_panel=PLANS)(simulate)
    app.command("cost", rich_help_panel=PLANS)(cost)
    app.command("report", rich_help_panel=PLANS)(report)


def plan(
    config: Annotated[Path, typer.Argument(help="Settings file, plan.toml.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Plan directory to create or update.")],
    data: DataFolder = None,
    meetings: Annotated[
        Path | None, typer.Option("--meetings", help="File of meetings and training (default: input.meetings).")
    ] = None,
    weeks: Annotated[
        int | None, typer.Option("--weeks", help="Number of weeks to plan (default: plan.weeks).")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="First day to plan, for example 2026-11-30 (default: plan.start).")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Seed of the random numbers (default: plan.seed).")
    ] = None,
    setting: SetSetting = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show which steps would run, and why; write nothing.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Run every step into one folder; only out-of-date steps are rerun.

    Examples:

    staffplan plan configs/demo.toml -o plans/demo

    staffplan plan configs/bank.toml --data DIR -o plans/bank --set roster.effort=2

    Exits with code 5 if the roster breaks a rule. All files are written, and
    check.csv lists the broken rules.
    """
    from staffplan.files.lock import locked
    from staffplan.files.together import made
    from staffplan.plan.directory import create_or_update, parse_overrides, planned_update

    overrides, workers = parse_overrides(setting or []), workers_of(jobs, cluster)
    flags = {name: f"--set {name}" for name in overrides}
    for name, value in (("weeks", weeks), ("start", start), ("seed", seed)):
        if value is not None:
            overrides[f"plan.{name}"], flags[f"plan.{name}"] = value, f"--{name}"
    for name, path in (("data", data), ("meetings", meetings)):
        if path is not None:
            overrides[f"input.{name}"] = Path(os.path.relpath(path, config.parent)).as_posix()
    if dry_run:
        with flags_named(flags):
            _show_states(planned_update(config, output, overrides, force=force), as_json=as_json)
        return
    with made(output), locked(output):
        with flags_named(flags):
            opened = create_or_update(config, output, overrides, force=force)
        _run(replace(opened, workspace=replace(opened.workspace, workers=workers)), force=force, as_json=as_json)


def _run(opened: OpenPlan, *, force: bool, as_json: bool) -> None:
    """Run what is stale and say what happened; the summary is the result."""
    from staffplan.plan.run import run

    with progress_shown() as on_progress:
        result = run(opened.workspace, opened.manifest, force=force, on_progress=on_progress)
    for remark in opened.remarks:
        say(remark)
    say(f"steps run: {', '.join(result.ran)}" if result.ran else "nothing to do: every step is up to date")
    _say_kept(result)
    if not opened.workspace.has_people:
        _show_first(opened, result, as_json=as_json)
        return
    from staffplan.plan.summary import summarize, summary_text

    summary = summarize(opened.workspace, result.manifest)
    if as_json:
        show_json({"made": result.ran, "kept": [state.name for state in result.kept], **summary.as_dict()})
    else:
        show_text(summary_text(summary, opened.workspace))
    if result.interrupted:
        say("the roster search was stopped early: the best roster found so far is used; the next run searches again")
        raise typer.Exit(INTERRUPTED)
    if summary.broken_rules:
        raise typer.Exit(RULES_BROKEN)


def _show_first(opened: OpenPlan, result: RunResult, *, as_json: bool) -> None:
    """What is planned as long as there are no people."""
    from staffplan.plan.first_summary import first_summary, first_summary_text

    told = first_summary(opened.workspace, result.manifest)
    if as_json:
        show_json({"made": result.ran, "kept": [state.name for state in result.kept], **told})
    else:
        show_text(first_summary_text(told, opened.workspace, result.manifest))


def _say_kept(result: RunResult) -> None:
    for state in result.kept:
        files, others = ", ".join(state.by_hand), state.reasons[len(state.by_hand) :]
        since = f" (since then: {'; '.join(others)})" if others else ""
        say(f"kept, because it was edited by hand: {files}{since}; use --force to rerun {state.name}")


def status(folder: Folder, as_json: Json = False) -> None:
    """Show which steps are out of date, and why.

    Example: staffplan status plans/demo
    """
    from staffplan.plan.directory import open_existing

    _show_states(open_existing(folder), as_json=as_json)


def _show_states(opened: OpenPlan, *, as_json: bool) -> None:
    """How every step stands."""
    from staffplan.plan.run import status as states_of
    from staffplan.plan.text import text_table

    states = states_of(opened.workspace, opened.manifest)
    for remark in opened.remarks:
        say(remark)
    if as_json:
        show_json([vars(state) for state in states])
    else:
        rows = [(state.name, state.state, "; ".join(state.reasons)) for state in states]
        show_text(text_table(rows, ("step", "state", "why")))


def _again(folder: Path, step: str, *, force: bool, check: Callable[[OpenPlan], None] = lambda _: None) -> OpenPlan:
    """Bring one step of a plan up to date, from the files before it as they are; `check` may refuse them."""
    from staffplan.files.lock import locked
    from staffplan.plan.directory import open_existing
    from staffplan.plan.run import require_before
    from staffplan.plan.run import run as run_steps

    with locked(folder), progress_shown() as on_progress:
        opened = open_existing(folder)
        lines = (*opened.remarks, *require_before(step, opened.workspace, opened.manifest))
        check(opened)
        for line in lines:
            say_long(line)
        result = run_steps(opened.workspace, opened.manifest, only=(step,), force=force, on_progress=on_progress)
    if not result.kept:
        say(f"step run: {step}" if result.ran else f"nothing to do: {step} is up to date")
    _say_kept(result)
    return opened


def _show_table(opened: OpenPlan, table: type[T], text: Callable[[T], str], *, as_json: bool) -> None:
    """Print a table of the plan: for a person on a terminal, elsewhere CSV as in its file, or JSON."""
    from staffplan.cli.output.json_rows import records
    from staffplan.cli.output.shown import on_terminal, show_marked
    from staffplan.cli.work.plan_tables import MISSED

    if as_json:
        zone = opened.workspace.config.plan.timezone
        show_json({table.file_name: records(opened.workspace.table(table).frame, zone)})
    elif on_terminal():
        show_marked(text(opened.workspace.table(table)), MISSED)
    else:
        show((opened.workspace.folder / table.file_name).read_text(encoding="utf-8-sig"))


def simulate(
    folder: Annotated[Path, typer.Argument(help="Plan directory, or forecast.csv.", show_default=False)],
    requirement: Annotated[
        Path | None, typer.Argument(help="With a forecast: requirement.csv.", show_default=False)
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="With files: folder to write to.")] = None,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", help="With files: settings file, plan.toml.")
    ] = None,
    goal: Annotated[
        list[str] | None, typer.Option("--goal", help="With files: service goal, 80/20; may be repeated.")
    ] = None,
    patience: Annotated[
        float | None, typer.Option("--patience", help="With files: average patience, seconds.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="With files: seed of the random numbers.")] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Simulate customer waiting times with the roster, or with the required agents, and print them by day.

    Examples:

    staffplan simulate plans/demo

    staffplan simulate forecast.csv requirement.csv --goal 80/20 --patience 120 -o waits/
    """
    from staffplan.cli.work.plan_tables import days_text
    from staffplan.errors import Problem, UsageError
    from staffplan.tables.waits import DayService

    if requirement is not None:
        from staffplan.cli.commands.staff import simulate_requirement

        simulate_requirement(
            (folder, requirement), output, config, goal or [], patience, seed, force=force, as_json=as_json
        )
        return
    if any(given is not None for given in (output, config, goal, patience, seed)):
        hint = "a plan directory has its own settings; otherwise give FORECAST and REQUIREMENT"
        raise UsageError(Problem("simulate", "these options need a forecast and a requirement", hint))
    _show_table(_again(folder, "simulate", force=force), DayService, days_text, as_json=as_json)


def cost(
    folder: Folder,
    scenario: Annotated[
        bool, typer.Option("--scenario", help="Cost a roster that was made for another requirement.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Cost the roster and print the breakdown.

    Example: staffplan cost plans/demo

    A roster that was made for another requirement than the plan has now, or that
    has other days, planning groups or people, is refused. With --scenario it is
    costed, and the notes of the cost say so.
    """
    from staffplan.cli.work.plan_tables import cost_text
    from staffplan.plan.own_roster import refuse_foreign_roster
    from staffplan.tables.cost import CostReport

    def check(opened: OpenPlan) -> None:
        if not scenario:
            refuse_foreign_roster(opened.workspace, opened.manifest)

    _show_table(_again(folder, "cost", force=force, check=check), CostReport, cost_text, as_json=as_json)


def report(folder: Folder, force: Force = False, as_json: Json = False) -> None:
    """Write the report: the page, the workbook and the pictures.

    Example: staffplan report plans/demo
    """
    _again(folder, "report", force=force)
    page, workbook = str(folder / "report" / "index.html"), str(folder / "report" / "workbook.xlsx")
    if as_json:
        show_json({"page": page, "workbook": workbook})
    else:
        show(page)
