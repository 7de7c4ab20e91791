"""The command for standby: who can be called in when, in fair turns around the shifts of a roster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import (
    STEPS,
    AgentsFile,
    Availability,
    ConfigFile,
    Force,
    Json,
    Past,
    RequirementFile,
    Skills,
    TimeOff,
)
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("standby", rich_help_panel=STEPS)(standby)


def standby(
    roster: Annotated[Path, typer.Argument(help="Plan directory, or folder with a roster.", show_default=False)],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write (default: stdout).")] = None,
    published: Annotated[
        Path | None, typer.Option("--published", help="Standby that people were told of: kept where it still can be.")
    ] = None,
    before: Annotated[
        Path | None,
        typer.Option("--past-standby", help="Standby before the period: for fair turns, and their distance."),
    ] = None,
    check: Annotated[
        Path | None, typer.Option("--check", help="Only check this table of standby against settings and roster.")
    ] = None,
    requirement: RequirementFile = None,
    agents: AgentsFile = None,
    time_off: TimeOff = None,
    availability: Availability = None,
    skills: Skills = None,
    past: Past = None,
    config: ConfigFile = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Share out standby: who is at home and can be called in, in fair turns around the shifts of a roster.

    Examples:

    staffplan standby plans/demo -o standby.csv

    staffplan standby plans/demo --published standby.csv -o standby_new.csv

    staffplan standby plans/demo --check standby.csv

    Each entry of [[standby]] in the settings says when it is due, for how many
    people, who takes it and what it pays. Nobody stands by on time off, during
    a shift or within rest_hours of one.

    If nobody can take a turn, it is left open with the reasons, and the exit
    code is 5. With --check every fault is listed; the exit code is 5 if there
    is one.
    """
    from staffplan.cli.work.repair import RepairInput
    from staffplan.cli.work.standby import StandbyInput, run_standby

    known = refuse([] if output is None else [output], force=force)
    given = {"time_off": time_off, "availability": availability, "skills": skills, "past_roster": past}
    source = RepairInput(roster, requirement, agents, config, given, None, None)
    if not run_standby(StandbyInput(source, published, before, check, output), known, as_json=as_json):
        raise typer.Exit(5)
