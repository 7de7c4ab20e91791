"""The command with which two people change shifts."""

from __future__ import annotations

from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, By, DryRun, Json, Later, Plan, Until, Who, Why, Yes


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("swap", rich_help_panel=STEPS)(swap)


def swap(
    plan: Plan,
    who: Who,
    other: Annotated[
        str, typer.Argument(help="The other agent, by id or name; with --with-anyone the day.", show_default=False)
    ],
    day: Annotated[str | None, typer.Argument(help="Day, for example 2026-12-01.", show_default=False)] = None,
    until: Until = None,
    with_anyone: Annotated[
        bool, typer.Option("--with-anyone", help="List the colleagues to swap with, the best first; write nothing.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    as_json: Json = False,
) -> None:
    """Let two people change shifts on a day, or on some days.

    Examples:

    staffplan swap plans/demo "Ines Gallego" A009 2026-12-01 --dry-run

    staffplan swap plans/demo A001 A009 2026-12-01 --until 2026-12-04 --yes

    staffplan swap plans/demo A001 2026-12-01 --with-anyone

    Who is off takes the shift of the other, who is off then. A shift keeps its
    breaks and queues where the other person has the skills. What it means is shown
    first: hours, cost, rules, understaffed hours and the service level to expect.
    Both files of the roster and the log of changes are written together; staffplan
    undo takes the change back.

    With --with-anyone every colleague is tried. Those are listed with whom the swap
    breaks no rule: first those with whom nobody misses a meeting, then by
    understaffed hours and by cost. If there is nobody, the exit code is 5.
    """
    if with_anyone:
        from staffplan.cli.work.partners import list_partners

        if not list_partners(plan, who, (other, until), beside=(day, yes), as_json=as_json):
            raise typer.Exit(5)
        return
    from staffplan.cli.work.edit import EditFlags, change_roster, days_of, opened, person_of
    from staffplan.errors import Problem, UsageError
    from staffplan.roster.edits.changes import Change

    if day is None:
        raise UsageError(Problem("swap", "no day is named", "name two people and a day, or add --with-anyone"))
    stands = opened(plan)
    days, one, two = days_of(stands, day, until), person_of(stands, who), person_of(stands, other)
    flags = EditFlags(yes, dry_run, as_json, by, why, later)
    change_roster(stands, Change("swap", one, days, other=two), flags)
