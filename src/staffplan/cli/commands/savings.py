"""The command that finds where to save a share of the cost at the least harm."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import Force, Json
from staffplan.cli.commands.plan import PLANS
from staffplan.cli.commands.workers import Jobs
from staffplan.cli.output.say import progress_shown
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("savings", rich_help_panel=PLANS)(savings)


def savings(
    options: Annotated[Path, typer.Argument(help="File of options, written like scenarios.", show_default=False)],
    plan: Annotated[Path, typer.Argument(help="Finished plan directory.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the tables and the plans behind them.")],
    target: Annotated[
        str, typer.Option("--target", help="What to save: a share of the cost (5%), or money a year (20000).")
    ] = "5%",
    runs: Annotated[
        int, typer.Option("--runs", min=0, help="Sets of several options that are run whole, at most.")
    ] = 12,
    jobs: Jobs = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Find where to save a share of the cost at the least harm for customers and people.

    Examples:

    staffplan savings options.toml plans/demo --target 5% -o savings/

    options.toml has an entry [[scenario]] for each option, as for staffplan
    scenario: goals, hours, shifts, contracts, skills, rules. Each goes through
    every step with as many people as it needs. Options of the same set exclude
    each other. [harm] says how many points of harm what is.

    The set is found by greed, and exactly over the combinations. What options
    save together is not the sum of what each saves: a set that is chosen was run
    whole. Finished plans are in the folder, and a second run goes on from them.

    Exits with code 5 if no set that was run saves as much.
    """
    from staffplan.cli.work.savings import FILES, save_and_tell

    paths = {name: output / name for name in FILES}
    before = refuse(paths.values(), force=force)
    with progress_shown() as on_progress:
        code = save_and_tell(
            options, plan, output, target, runs, paths, before, jobs, on_progress, force=force, as_json=as_json
        )
    if code:
        raise typer.Exit(code)
