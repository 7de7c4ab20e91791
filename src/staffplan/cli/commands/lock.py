"""The commands that lock somebody's day, and free it again."""

from __future__ import annotations

import typer

from staffplan.cli.commands.options import STEPS, By, Day, DryRun, Json, Later, Plan, Until, Who, Why, Yes


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("lock", rich_help_panel=STEPS)(lock)
    app.command("unlock", rich_help_panel=STEPS)(unlock)


def lock(
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
    """Lock somebody's day as it is rostered: repairs, new searches and other changes leave it.

    Example: staffplan lock plans/demo A007 2026-12-02

    A day off can be locked too. The locks stand in locked_days.csv of the plan
    directory. An absence or leave takes the lock of its days away.
    """
    from staffplan.cli.work.edit import EditFlags, opened
    from staffplan.cli.work.lock import lock as locked

    locked(opened(plan), who, (day, until), EditFlags(yes, dry_run, as_json, by, why, later))


def unlock(
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
    """Free somebody's day that staffplan lock has locked.

    Example: staffplan unlock plans/demo A007 2026-12-02
    """
    from staffplan.cli.work.edit import EditFlags, opened
    from staffplan.cli.work.lock import unlock as unlocked

    unlocked(opened(plan), who, (day, until), EditFlags(yes, dry_run, as_json, by, why, later))
