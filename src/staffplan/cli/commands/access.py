"""The command that judges whether the promises of a plan are honest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json
from staffplan.cli.output.say import progress_shown
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("access", rich_help_panel=STEPS)(access)


def access(
    folder: Annotated[Path, typer.Argument(help="Plan directory.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write (default: nothing is written).")
    ] = None,
    no_change: Annotated[bool, typer.Option("--no-change", help="Skip the search for the cheapest change.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Judge every promised interval: honest, thin or broken, what honesty would cost, and which hours are honest.

    Examples:

    staffplan access plans/demo

    staffplan access plans/demo -o plans/demo

    Broken: nobody is there, those who are there lack the skill, or callers wait
    longer than [access] allows. Thin: it works as long as nobody is missing:
    one lone agent, or one absence or one break is too many. Deferred work is
    judged by day, by its own goal.

    The cheapest change counts new people in whole shifts on the contracts of
    the settings, with premiums and on-costs.

    The folder gets access.csv, access_hours.csv (by weekday and hour),
    access_promise.csv (hours that can be promised), access_shifts.csv and
    access_contracts.csv (the change) and access.png. With -o PLAN the next
    staffplan report PLAN shows the picture.
    """
    from staffplan.cli.work.access import CHANGE_FILES, FILES, access_of, tell

    names = FILES if no_change else (*FILES, *CHANGE_FILES)
    paths = {} if output is None else {name: output / name for name in names}
    before = refuse(paths.values(), force=force)
    with progress_shown() as on_progress:
        work = access_of(folder, with_change=not no_change, on_progress=on_progress)
    tell(work, paths, before, as_json=as_json)
