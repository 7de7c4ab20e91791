"""The command for open shifts: those that a roster lacks, and giving them to agents who bid."""

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
    Locks,
    Meetings,
    Past,
    RequirementFile,
    Since,
    Skills,
    TimeOff,
)
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("open-shifts", rich_help_panel=STEPS)(open_shifts)


def open_shifts(
    roster: Annotated[Path, typer.Argument(help="Plan directory, or folder with a roster.", show_default=False)],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder to write (default: stdout).")] = None,
    most: Annotated[
        int | None, typer.Option("--most", min=1, help="Open shifts, at most (default: open_shifts.most).")
    ] = None,
    bids: Annotated[
        Path | None, typer.Option("--bids", help="Bids, bids.csv: give the open shifts to those who bid.")
    ] = None,
    opened: Annotated[
        Path | None,
        typer.Option("--open-shifts", help="Open shifts that agents bid for (default: in the roster's folder)."),
    ] = None,
    since: Since = None,
    requirement: RequirementFile = None,
    agents: AgentsFile = None,
    time_off: TimeOff = None,
    availability: Availability = None,
    skills: Skills = None,
    meetings: Meetings = None,
    locks: Locks = None,
    past: Past = None,
    config: ConfigFile = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Find the shifts without a name that would cover what a roster leaves understaffed, and give them to bidders.

    Examples:

    staffplan open-shifts plans/demo -o open/

    staffplan open-shifts plans/demo --open-shifts open/open_shifts.csv --bids bids.csv -o given/

    Each open shift must save open_shifts.hours_saved_min understaffed hours.
    open_shifts.csv lists them, the one that saves most first, with the
    planning group to serve and where the breaks lie.

    bids.csv has the columns shift_id and agent_id and, where they are known,
    rank and time. A shift is given where every rule is kept with it, in the
    order of open_shifts.order: fairness, seniority or first_come. The folder
    gets the roster with the shifts that were given, what is still open, and
    bid_results.csv, which says of every bid why a shift was not given. With
    --from no shift is given that begins before.
    """
    from staffplan.cli.work.open_shifts import (
        OpenShiftsInput,
        output_paths,
        refuse_most_with_bids,
        run_open_shifts,
    )
    from staffplan.cli.work.repair import RepairInput

    refuse_most_with_bids(most if bids is not None else None)
    paths = output_paths(output, with_bids=bids is not None)
    before = refuse(paths.values(), force=force)
    given = {
        "time_off": time_off,
        "availability": availability,
        "skills": skills,
        "meetings": meetings,
        "locks": locks,
        "past_roster": past,
    }
    source = RepairInput(roster, requirement, agents, config, given, None, None)
    run_open_shifts(OpenShiftsInput(source, since, most, bids, opened), paths, before, as_json=as_json)
