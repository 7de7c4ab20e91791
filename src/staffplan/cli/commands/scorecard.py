"""The command that tells what is measured of a center, principle by principle, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, ConfigFile, Force, Json


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("scorecard", rich_help_panel=STEPS)(scorecard)


def scorecard(
    folder: Annotated[
        Path, typer.Argument(help="Ledger that publish wrote, or a plan directory.", show_default=False)
    ],
    actuals: Annotated[
        list[Path] | None,
        typer.Option(
            "--actuals", help="Actual contacts, in the format of the history; may be repeated. For a ledger."
        ),
    ] = None,
    kpi: Annotated[
        Path | None, typer.Option("--kpi", help="What is measured elsewhere, by week and queue: kpi.csv.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder for the tables and the page.")] = None,
    config: ConfigFile = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Show the seven principles and the access strategy as measures; what is not measured stands first.

    Examples:

    staffplan scorecard plans/demo

    staffplan scorecard ledger/ --actuals history.csv --kpi kpi.csv -o card/

    Each measure has its actual, target, trend, source, and beside the mean its
    spread over intervals, days, weeks and agents. What is not measured says how
    to measure it.

    The KPI file has week, queue (blank: the whole center) and any of csat, nps,
    ces, fcr, quality, attrition, absenteeism, engagement, avoidable,
    transferred, reached and informed; shares are 0 to 1. Targets are the goals
    of the queues, [scorecard] in the settings, and columns such as csat_target.

    Where stdout is no terminal, scorecard.csv is printed.
    """
    from staffplan.cli.work.delivery import refuse
    from staffplan.cli.work.scorecard import carded, paths_in, tell, write

    paths = {} if output is None else paths_in(output)
    before = refuse(paths.values(), force=force)
    found = carded(folder, actuals or [], kpi, config)
    tell(found, paths, as_json=as_json)
    write(found, paths, before)
