"""The command that compares what was published with what came."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, ConfigFile, Force, Json

ALARM = 5
"""The exit code where a check finds what it looks for, as where a roster breaks a rule."""


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("track", rich_help_panel=STEPS)(track)


def track(
    ledger: Annotated[Path, typer.Argument(help="Ledger that publish wrote.", show_default=False)],
    actuals: Annotated[
        list[Path], typer.Option("--actuals", help="Actual contacts, in the format of the history; may be repeated.")
    ],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder for the tables and the page.")] = None,
    config: ConfigFile = None,
    dead_zone: Annotated[
        float | None,
        typer.Option(
            "--dead-zone",
            min=0.0,
            max=1.0,
            help="Gain in error that makes no difference, a share: 0.05, if not given, is 5 points.",
            show_default=False,
        ),
    ] = None,
    fail_on_alarm: Annotated[
        bool, typer.Option("--fail-on-alarm", help="Exit with 5 where an alarm is open, for cron.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Compare what was published with what came: errors by horizon, value added, waits kept, and alarms.

    Examples:

    staffplan track ledger/ --actuals history.csv

    staffplan track ledger/ --actuals history.csv -o tracked/ --fail-on-alarm

    The chain of the ledger is verified first. The error stands beside its
    floor, what chance alone gives a perfect forecast. Give the history from
    some months before the first entry too: the naive forecast and the average
    of six weeks are made of it.

    An alarm says that a queue's days are off by more than their bands allow. It
    is open until something is published after it. The columns of the history
    are read as the settings of the last entry, or of --config, have them.
    """
    from staffplan.cli.work.delivery import refuse
    from staffplan.cli.work.track import open_alarms, paths_in, tell, tracked, write

    paths = {} if output is None else paths_in(output)
    before = refuse(paths.values(), force=force)
    found = tracked(ledger, actuals, config, dead_zone)
    tell(found, paths, as_json=as_json)
    write(found, paths, before)
    if fail_on_alarm and len(open_alarms(found)):
        raise typer.Exit(ALARM)
