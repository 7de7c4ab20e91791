"""The command that tells who is on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("now", rich_help_panel=STEPS)(now)


def now(
    plan: Annotated[Path, typer.Argument(help="Plan directory.", show_default=False)],
    at: Annotated[str | None, typer.Option("--at", help="Local time to look at (default: now).")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write (default: nothing is written).")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Show who is on, on what and until when, and the people required and rostered until the day ends.

    Examples:

    staffplan now plans/demo

    staffplan now plans/demo --at 2026-12-01T10:15

    The roster counts as its files are now, with repairs and edits by hand. Net is
    people on queue less people required, on average over the interval.

    The folder gets people_now.csv and net_staffing.csv.
    """
    from staffplan.cli.work.now import FILES, now_of, tell

    paths = {} if output is None else {name: output / name for name in FILES}
    before = refuse(paths.values(), force=force)
    tell(now_of(plan, at), paths, before, as_json=as_json)
