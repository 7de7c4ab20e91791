"""The commands that list the changes of a plan by hand and take them back."""

from __future__ import annotations

from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, By, DryRun, Json, Later, Plan, Why, Yes


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("undo", rich_help_panel=STEPS)(undo)
    app.command("log", rich_help_panel=STEPS)(log)


def undo(
    plan: Plan,
    to: Annotated[
        int | None,
        typer.Option("--to", min=0, help="Last change that stays, 0 for none (default: one is taken back)."),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    as_json: Json = False,
) -> None:
    """Take the last change of a plan back, or every change after a number.

    Examples:

    staffplan undo plans/demo

    staffplan undo plans/demo --to 0 --yes

    The files are then the same bytes as before. A file that was edited by hand
    since, or that a new plan run made, is not touched: the command says so.
    """
    from staffplan.cli.work.edit import EditFlags
    from staffplan.cli.work.edit import undo as taken_back

    taken_back(plan, to, EditFlags(yes, dry_run, as_json, by, why, later))


def log(plan: Plan, as_json: Json = False) -> None:
    """List the changes of a plan: what, when, who and why.

    Example: staffplan log plans/demo

    The plan directory keeps them in changes.jsonl, a line for each change.
    """
    from staffplan.cli.work.edit import show_log

    show_log(plan, as_json=as_json)
