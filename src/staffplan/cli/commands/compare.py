"""The command that lays two plans side by side: compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("compare", rich_help_panel=STEPS)(compare)


def compare(
    before: Annotated[Path, typer.Argument(help="Plan directory, or folder with a roster.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="The other one, of the same days.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for roster_told.csv and days_compared.csv.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Compare two plans or versions of one: who works otherwise, hours, service and money, by day.

    Example: staffplan compare plans/december plans/december_v2

    Waits and costs are those of each plan's last run.
    """
    from staffplan.cli.work.compare import FILES, compare_folders

    paths = {} if output is None else {name: output / name for name in FILES}
    compare_folders(before, after, paths, refuse(paths.values(), force=force), as_json=as_json)
