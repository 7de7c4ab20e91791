"""The commands that give somebody another shift, a shift on a day off, or a day off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from staffplan.cli.commands.options import STEPS, By, Day, DryRun, GivenShift, Json, Later, Plan, Until, Who, Why, Yes

if TYPE_CHECKING:
    from pathlib import Path

    from staffplan.cli.work.edit import EditFlags
    from staffplan.roster.edits.changes import Verb


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("move", rich_help_panel=STEPS)(move)
    app.command("assign", rich_help_panel=STEPS)(assign)
    app.command("remove", rich_help_panel=STEPS)(remove)


def move(
    plan: Plan,
    who: Who,
    day: Day,
    shift: GivenShift,
    until: Until = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    as_json: Json = False,
) -> None:
    """Give somebody who works on a day another shift.

    Example: staffplan move plans/demo A007 2026-12-02 --shift "day 09:00"

    It shows what that means, asks, and writes, as staffplan swap does.
    """
    from staffplan.cli.work.edit import EditFlags

    _change(plan, "move", who, (day, until), shift, EditFlags(yes, dry_run, as_json, by, why, later))


def assign(
    plan: Plan,
    who: Who,
    day: Day,
    shift: GivenShift,
    until: Until = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    as_json: Json = False,
) -> None:
    """Give somebody who is off on a day a shift.

    Example: staffplan assign plans/demo "Ines Gallego" 2026-12-05 --shift "day 09:00"

    It shows what that means, asks, and writes, as staffplan swap does.
    """
    from staffplan.cli.work.edit import EditFlags

    _change(plan, "assign", who, (day, until), shift, EditFlags(yes, dry_run, as_json, by, why, later))


def remove(
    plan: Plan,
    who: Who,
    day: Day,
    until: Until = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    as_json: Json = False,
) -> None:
    """Take somebody's shift on a day out of the roster.

    Example: staffplan remove plans/demo A007 2026-12-02

    It shows what that means, asks, and writes, as staffplan swap does. The day is
    a day off, not time off: time off is paid, and stands in a file of its own.
    """
    from staffplan.cli.work.edit import EditFlags

    _change(plan, "remove", who, (day, until), "", EditFlags(yes, dry_run, as_json, by, why, later))


def _change(plan: Path, verb: Verb, who: str, span: tuple[str, str | None], shift: str, flags: EditFlags) -> None:
    from staffplan.cli.work.edit import change_roster, days_of, opened, person_of
    from staffplan.roster.edits.changes import Change

    stands = opened(plan)
    change_roster(stands, Change(verb, person_of(stands, who), days_of(stands, *span), shift=shift), flags)
