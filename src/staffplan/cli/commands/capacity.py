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
    required: Annotated[
        Path, typer.Option("--required", help="People required in each period, required.csv.", show_default=False)
    ],
    workforce: Annotated[
        Path,
        typer.Option("--workforce", help="Settings of people, attrition, training and hiring.", show_default=False),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write (default: the plan on stdout).")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")] = 1,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Plan people over months: who is there, who leaves, when to hire how many, and the chance of being short.

    Example: staffplan capacity --required required.csv --workforce workforce.toml -o capacity/

    required.csv has the columns period and required (people at work on
    contacts) and, where they are known, site, shrinkage, attrition, leavers,
    hires, transfers, extra_time and under_time.

    workforce.toml holds heads, attrition, training_periods, graduation,
    productivity, shrinkage, wage, shortfall_cost and [hiring]: the settings of
    [capacity].

    The hiring plan is the cheapest one of whole classes, proven. The next best
    plans follow with their price. The folder gets capacity.csv, hiring.csv,
    capacity.xlsx and capacity.png.
    """
    from staffplan.cli.work.capacity import FILES, capacity_files, tell

    paths = {} if output is None else {name: output / name for name in FILES}
    before = refuse(paths.values(), force=force)
    with progress_shown() as on_progress:
        result, settings = capacity_files(required, workforce, seed=seed, on_progress=on_progress)
    tell(result, settings, paths, before, as_json=as_json)
