"""The command that plans capacity: required people, leavers, classes, and the cheapest hiring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json
from staffplan.cli.output.say import progress_shown
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("capacity", rich_help_panel=STEPS)(capacity)


def capacity(
    config: Annotated[
        Path | None,
        typer.Argument(help="Settings file, plan.toml, to forecast the people.", show_default=False),
    ] = None,
    months: Annotated[
        int | None, typer.Option("--months", min=1, max=18, help="Months to forecast from the plan's first day.")
    ] = None,
    required: Annotated[
        Path | None, typer.Option("--required", help="People required in each period, instead of a forecast.")
    ] = None,
    workforce: Annotated[
        Path | None,
        typer.Option("--workforce", help="Settings of people, attrition, training, hiring (default: [capacity])."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write (default: the plan on stdout).")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")] = 1,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Plan people over months: who is there, who leaves, when to hire how many, and the chance of being short.

    Examples:

    staffplan capacity --required required.csv --workforce workforce.toml -o capacity/

    staffplan capacity plan.toml --months 18 -o capacity/

    required.csv has the columns period and required (people at work on
    contacts) and, where they are known, site, shrinkage, attrition, leavers,
    hires, transfers, extra_time and under_time.

    workforce.toml holds heads, attrition, training_periods, graduation,
    productivity, shrinkage, wage, shortfall_cost and [hiring]: the settings of
    [capacity].

    With plan.toml the history is forecast months ahead and staffed as in a
    plan; each planning group is a site. The folder gets required.csv too.

    The hiring plan is the cheapest one of whole classes, proven. The next best
    plans follow with their price. The folder gets capacity.csv, hiring.csv,
    capacity.xlsx and capacity.png.
    """
    from staffplan.cli.work.capacity import FILES, capacity_of, tell

    paths = {} if output is None else {name: output / name for name in FILES}
    before = refuse(paths.values(), force=force)
    with progress_shown() as on_progress:
        work = capacity_of(config, months, required, workforce, seed=seed, on_progress=on_progress)
    tell(work, paths, before, as_json=as_json)
