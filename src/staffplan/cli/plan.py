"""Commands on a plan directory: plan, status, simulate, cost, report; and init, which makes a workspace."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from staffplan.cli.output import progress_shown, say, show, show_json

if TYPE_CHECKING:
    from staffplan.plan.directory import OpenPlan

PLANS = "The plan directory"
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there, files edited by hand too.")]
Folder = Annotated[Path, typer.Argument(help="A plan directory, as made by staffplan plan.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("plan", rich_help_panel=PLANS)(plan)
    app.command("status", rich_help_panel=PLANS)(status)
    app.command("simulate", rich_help_panel=PLANS)(simulate)
    app.command("cost", rich_help_panel=PLANS)(cost)
    app.command("report", rich_help_panel=PLANS)(report)
    app.command("init", rich_help_panel="To start")(init)


def plan(
    config: Annotated[Path, typer.Argument(help="The settings, a plan.toml.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="The plan directory to make or bring up to date.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder that stands for {data} in the settings' input paths.")
    ] = None,
    weeks: Annotated[int | None, typer.Option("--weeks", help="Weeks planned, instead of plan.weeks.")] = None,
    start: Annotated[str | None, typer.Option("--start", help="First day planned, 2026-11-30.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed, instead of plan.seed.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="Any other setting, KEY=VALUE; may be given again.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Run the whole river into one directory; only what is stale is made anew.

    Examples:

    staffplan plan configs/demo.toml -o plans/demo

    staffplan plan configs/bank.toml --data DIR -o plans/bank --set roster.effort=2
    """
    from staffplan.plan.directory import create_or_update, parse_overrides, save

    overrides = parse_overrides(setting or [])
    overrides |= {
        f"plan.{name}": value for name, value in (("weeks", weeks), ("start", start), ("seed", seed)) if value
    }
    if data is not None:
        overrides["input.data"] = Path(os.path.relpath(data, config.parent)).as_posix()
    opened = create_or_update(config, output, overrides, force=force)
    save(opened)
    _run(opened, force=force, as_json=as_json)


def _run(opened: OpenPlan, *, only: tuple[str, ...] = (), force: bool = False, as_json: bool = False) -> None:
    """Run what is stale and say what happened; the summary is the result."""
    from staffplan.plan.run import run
    from staffplan.plan.summary import summarize, summary_text

    with progress_shown() as on_progress:
        result = run(opened.workspace, opened.manifest, only=only, force=force, on_progress=on_progress)
    for remark in opened.remarks:
        say(remark)
    say(f"made: {', '.join(result.ran)}" if result.ran else "nothing to do: everything is up to date")
    for state in result.kept:
        say(f"kept as edited by hand: {state.name} ({'; '.join(state.reasons)}); --force would make it anew")
    summary = summarize(opened.workspace, result.manifest)
    if as_json:
        show_json({"made": result.ran, "kept": [state.name for state in result.kept], **summary.as_dict()})
    else:
        show(summary_text(summary, opened.workspace))


def status(folder: Folder, as_json: Json = False) -> None:
    """Say of every step whether it is up to date, and why not.

    Example: staffplan status plans/demo
    """
    from staffplan.plan.directory import open_existing
    from staffplan.plan.run import status as states_of
    from staffplan.text import text_table

    opened = open_existing(folder)
    states = states_of(opened.workspace, opened.manifest)
    for remark in opened.remarks:
        say(remark)
    if as_json:
        show_json([vars(state) for state in states])
    else:
        rows = [(state.name, state.state, "; ".join(state.reasons)) for state in states]
        show(text_table(rows, ("step", "state", "why")))


def _again(folder: Path, step: str, *, force: bool, as_json: bool, keys: tuple[str, ...]) -> None:
    """Bring one step of a plan up to date, from the files before it as they are."""
    from staffplan.plan.directory import open_existing
    from staffplan.plan.run import require_before
    from staffplan.plan.run import run as run_steps

    opened = open_existing(folder)
    for line in (*opened.remarks, *require_before(step, opened.workspace, opened.manifest)):
        say(line)
    with progress_shown() as on_progress:
        result = run_steps(opened.workspace, opened.manifest, only=(step,), force=force, on_progress=on_progress)
    say(f"made: {step}" if result.ran else f"nothing to do: {step} is up to date")
    for state in result.kept:
        say(f"kept as edited by hand: {'; '.join(state.reasons)}; --force would make it anew")
    _show_tables(folder, keys, opened, as_json=as_json)


def _show_tables(folder: Path, names: tuple[str, ...], opened: OpenPlan, *, as_json: bool) -> None:
    """Print the step's tables: CSV as in the files, or JSON records."""
    if not as_json:
        for name in names:
            show((folder / name).read_text(encoding="utf-8"))
        return
    import csv
    import io

    texts = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    show_json({name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()})


def simulate(folder: Folder, force: Force = False, as_json: Json = False) -> None:
    """Tell what customers will wait, from the roster that exists; prints the days.

    Example: staffplan simulate plans/demo
    """
    _again(folder, "simulate", force=force, as_json=as_json, keys=("waits.csv",))


def cost(folder: Folder, force: Force = False, as_json: Json = False) -> None:
    """Tell what the roster costs; prints the report's lines.

    Example: staffplan cost plans/demo
    """
    _again(folder, "cost", force=force, as_json=as_json, keys=("cost.csv",))


def report(folder: Folder, force: Force = False) -> None:
    """Make the page, the workbook and the pictures.

    Example: staffplan report plans/demo
    """
    _again(folder, "report", force=force, as_json=False, keys=())
    show(str(folder / "report" / "index.html"))


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.", show_default=False)],
    force: Force = False,
) -> None:
    """Make a workspace to start from: settings with comments, and sample files to replace by your own.

    Example: staffplan init mycenter && staffplan plan mycenter/plan.toml -o mycenter/plan
    """
    from staffplan.starter import write_starter

    for path in write_starter(folder, force=force):
        say(f"wrote {path}")
    say(f"next: staffplan plan {folder}/plan.toml -o {folder}/plan; then put your own files in place of the samples")
