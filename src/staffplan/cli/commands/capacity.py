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
    weeks: Annotated[
        int | None, typer.Option("--weeks", min=1, max=78, help="Weeks to forecast, in place of months.")
    ] = None,
    agreed: Annotated[
        Path | None, typer.Option("--agreed", help="Agreed classes, transfers, extra time, by period of a forecast.")
    ] = None,
    required: Annotated[
        Path | None, typer.Option("--required", help="People required in each period, instead of a forecast.")
    ] = None,
    by_aht: Annotated[
        Path | None, typer.Option("--by-aht", help="With --required: people required at longer handling times.")
    ] = None,
    workforce: Annotated[
        Path | None,
        typer.Option("--workforce", help="Settings of people, attrition, training, hiring (default: the plan's)."),
    ] = None,
    workforce_history: Annotated[
        Path | None,
        typer.Option(
            "--workforce-history", help="Who started and left when: attrition and tenure are learnt from it."
        ),
    ] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="Folder of an earlier capacity plan, to show what changed.")
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

    staffplan capacity plan.toml --workforce-history workforce_history.csv
    --previous last_month/ -o capacity/

    required.csv has the columns period and required (people at work on
    contacts) and, where they are known, site, shrinkage, attrition, leavers,
    hires, transfers, extra_time and under_time.

    workforce.toml holds heads, attrition, training_periods, graduation,
    productivity or aht_factors, shrinkage, wage, shortfall_cost and a section hiring:
    the settings of the plan's section capacity.

    workforce_history.csv has the columns start and leave (blank: still there)
    and, where they are known, agent_id and site. Attrition by tenure and its
    season are learnt from it, and checked by the last year of it.

    With plan.toml the history is forecast months ahead and staffed as in a
    plan; each planning group is a site. Queues open and end on the days that
    the settings give. agreed.csv has the columns period and site, and of
    required.csv those that are agreed.

    The hiring plan is the cheapest one of whole classes, proven. The next best
    plans follow with their price. The folder gets required.csv, capacity.csv,
    hiring.csv, capacity.xlsx, capacity.png and settings.json; with a history of
    the workforce attrition.csv, with an earlier plan capacity_changes.csv.
    """
    from staffplan.cli.work.capacity import FILES, Asked, capacity_of
    from staffplan.cli.work.capacity_told import tell

    paths = {} if output is None else {name: output / name for name in FILES}
    before = refuse(paths.values(), force=force)
    with progress_shown() as on_progress:
        work = capacity_of(
            Asked(config, months, weeks, agreed, required, by_aht, workforce, workforce_history, previous, seed),
            on_progress,
        )
    tell(work, paths, before, as_json=as_json)
