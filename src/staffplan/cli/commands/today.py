"""The command that tells what can be done about today."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json
from staffplan.cli.commands.workers import Jobs, workers_of
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("today", rich_help_panel=STEPS)(today)


def today(
    plan: Annotated[Path, typer.Argument(help="Plan directory.", show_default=False)],
    actuals: Annotated[
        Path, typer.Option("--actuals", help="Contacts of today up to now, in the form of the plan's history.")
    ],
    at: Annotated[
        str | None, typer.Option("--at", help="Local time it is (default: the end of the contacts given).")
    ] = None,
    freeze: Annotated[
        int, typer.Option("--freeze", min=0, max=1440, help="Minutes from now in which nothing changes any more.")
    ] = 30,
    most: Annotated[int, typer.Option("--most", min=1, max=100, help="Changes listed at most.")] = 5,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write (default: nothing is written).")
    ] = None,
    jobs: Jobs = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Compare today with the plan, project the rest of the day, and rank what would help.

    Examples:

    staffplan today plans/demo --actuals today.csv

    staffplan today plans/demo --actuals today.csv --at 2026-12-01T10:30 --most 3

    Levers are moved breaks, meals and meetings, lent skills and longer shifts. A
    change that breaks a mandatory rule is not listed, nor is one whose gain may be
    chance. The roster stays as it is.

    The folder gets day_so_far.csv, coming.csv and levers.csv. Without one, and
    where stdout is no terminal, the levers are printed as CSV.
    """
    from staffplan.cli.work.today import FILES, Asked, tell, today_of

    paths = {} if output is None else {name: output / name for name in FILES}
    before = refuse(paths.values(), force=force)
    told = today_of(Asked(plan, actuals, at, freeze, most), workers_of(jobs, None))
    tell(told, paths, before, as_json=as_json)
