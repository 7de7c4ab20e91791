"""The command that moves a break: break."""

from __future__ import annotations

from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, By, Day, DryRun, Json, Later, Plan, Who, Why, Yes


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("break", rich_help_panel=STEPS)(move_break)


def move_break(
    plan: Plan,
    who: Who,
    day: Day,
    to: Annotated[str, typer.Option("--to", help="Time at which the break is to begin, 12:30.")],
    at: Annotated[
        str | None, typer.Option("--at", help="Time at which it begins now (default: the only break).")
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    as_json: Json = False,
) -> None:
    """Move a break or meal of somebody's shift to another time.

    Example: staffplan break plans/demo A007 2026-12-02 --at 13:00 --to 13:30

    It keeps its length. The person must be on a queue all that while: a break is
    not put into a meeting or another break.
    """
    from staffplan.cli.work.edit import EditFlags, opened
    from staffplan.cli.work.move_break import move_break as moved

    moved(opened(plan), who, day, (at, to), EditFlags(yes, dry_run, as_json, by, why, later))
