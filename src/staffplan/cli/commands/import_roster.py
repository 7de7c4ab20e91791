"""The command that takes the changes of a hand-off workbook into the plan: import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, By, DryRun, Json, Later, Plan, Why, Yes


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("import", rich_help_panel=STEPS)(import_roster)


def import_roster(
    workbook: Annotated[Path, typer.Argument(help="The workbook of staffplan handoff, edited.", show_default=False)],
    plan: Plan,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    as_json: Json = False,
) -> None:
    """Take the changes of an edited roster workbook into the plan.

    Examples:

    staffplan import handoff/roster.xlsx plans/demo --dry-run

    staffplan import handoff/roster.xlsx plans/demo --yes --by Nora --why "swaps of May"

    The workbook is made by: staffplan handoff plans/demo -o handoff/

    A cell under a day may hold a shift ("day 09:00"), its code, its times
    ("9:00-17:30"), a start ("9:00") that the person's shift has, or off. Rows and
    columns may be sorted, moved and taken out. Every cell that is not understood is
    told, and nothing is written then (exit code 4).

    A day that was changed in the plan too since the hand-off is left as it is; the
    other days are taken. What the changes mean is shown first, as staffplan swap
    does. All are one change: one staffplan undo takes them back.
    """
    from staffplan.cli.work.edit import EditFlags
    from staffplan.cli.work.import_roster import import_workbook

    import_workbook(workbook, plan, EditFlags(yes, dry_run, as_json, by, why, later))
