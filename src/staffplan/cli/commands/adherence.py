"""The command that tells how people kept to the roster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json, Plan, StateWords
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("adherence", rich_help_panel=STEPS)(adherence)


def adherence(
    plan: Plan,
    states: Annotated[Path, typer.Option("--states", help="What people did: agent_id, start, end, state.")],
    until: Annotated[
        str | None, typer.Option("--until", help="Local time until which to judge (default: the end of the log).")
    ] = None,
    state: StateWords = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write (default: nothing is written).")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Compare what people did with the roster: adherence and conformance by person and team.

    Examples:

    staffplan adherence plans/demo --states states.csv

    staffplan adherence plans/demo --states states.csv --state "not ready=break" -o adherence

    Adherence is the share of the scheduled minutes spent in the right activity.
    Conformance is the time worked, whenever it was, over the time to be worked:
    on queue, in meetings and training. Where the log has no row, the person was
    not there.

    The folder gets adherence.csv and adherence_teams.csv.
    """
    from staffplan.cli.work.adherence import FILES, run_adherence

    paths = {} if output is None else {name: output / name for name in FILES}
    before = refuse(paths.values(), force=force)
    run_adherence(plan, states, until, state or (), paths, before, as_json=as_json)
