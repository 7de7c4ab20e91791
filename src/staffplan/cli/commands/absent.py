"""The commands that take somebody off: absent on the day, leave beforehand."""

from __future__ import annotations

from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, By, Day, DryRun, Json, Later, Plan, Until, Who, Why, Yes
from staffplan.cli.output.say import RULES_BROKEN

NoCover = Annotated[bool, typer.Option("--no-cover", help="Do not look for people who could stand in.")]
ADayMustSave = Annotated[
    float, typer.Option("--per-change", min=0.0, help="Minimum understaffed hours that a changed day must save.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("absent", rich_help_panel=STEPS)(absent)
    app.command("leave", rich_help_panel=STEPS)(leave)


def absent(
    plan: Plan,
    who: Who,
    day: Day,
    since: Annotated[
        str | None, typer.Option("--from", help="Time from which, 09:30 (default: the shift's start).")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Time until which (default: the shift's end).")] = None,
    kind: Annotated[str, typer.Option("--kind", help="sick (paid), late or unpaid (both not paid).")] = "sick",
    until: Until = None,
    no_cover: NoCover = False,
    per_change: ADayMustSave = 1.0,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    as_json: Json = False,
) -> None:
    """Take somebody who is absent out of the roster, and show whom to ask.

    Examples:

    staffplan absent plans/demo A001 2026-12-01 --dry-run

    staffplan absent plans/demo "Ines Gallego" 2026-12-01 --from 12:30

    staffplan absent plans/demo A001 2026-12-01 --kind late --to 11:00 --no-cover --yes

    Of the people who could stand in, who helps most comes first; each is a yes or
    no, and --yes takes all. Only the days of the absence change, and no shift that
    began before. Days without a shift need no command: staffplan leave notes them.
    """
    from staffplan.cli.work.away import record
    from staffplan.cli.work.away_asked import asked_absence
    from staffplan.cli.work.edit import EditFlags, opened

    flags = EditFlags(yes, dry_run, as_json, by, why, later)
    stands = opened(plan)
    away, facts = asked_absence(stands, who, (day, until), (since, to), kind, flags)
    record(stands, away, facts, flags, None if no_cover else per_change)


def leave(
    plan: Plan,
    who: Who,
    day: Annotated[str, typer.Argument(help="Day or days, for example 2026-12-11..2026-12-12.", show_default=False)],
    kind: Annotated[
        str, typer.Option("--kind", help="Kind of time off, for the files and the payroll.")
    ] = "vacation",
    unpaid: Annotated[bool, typer.Option("--unpaid", help="Not paid.")] = False,
    no_cover: NoCover = False,
    per_change: ADayMustSave = 1.0,
    anyway: Annotated[bool, typer.Option("--anyway", help="With --yes: grant what is not to be granted.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    as_json: Json = False,
) -> None:
    """Grant leave or not: what it costs, who could stand in, and whether the limit of the day allows it.

    Examples:

    staffplan leave plans/demo A020 2026-12-11..2026-12-12 --dry-run

    staffplan leave plans/demo "Ines Gallego" 2026-12-11 --kind training --yes

    It is not to be granted where more people would be off than leave.people_off_max
    or leave.group_off_max allow, where more understaffed hours of a day are left
    than --per-change, or where a rule is newly broken. --yes then writes nothing and exits with code 5.

    A day counts the hours of the shift that is given up, a day off none.
    """
    from staffplan.cli.work.away import grant
    from staffplan.cli.work.away_asked import asked_leave
    from staffplan.cli.work.edit import EditFlags, opened

    flags = EditFlags(yes, dry_run, as_json, by, why, later)
    stands = opened(plan)
    away, facts = asked_leave(stands, who, day, kind, flags, paid=not unpaid)
    if not grant(stands, away, facts, flags, None if no_cover else per_change, spare=per_change, anyway=anyway):
        raise typer.Exit(RULES_BROKEN)
