"""Options and words that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

STEPS = "One step, on files"
"""The panel of the help that these commands stand in."""

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
ConfigFile = Annotated[Path | None, typer.Option("-c", "--config", help="Settings, a plan.toml.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write; left out: stdout.")]
Interval = Annotated[int | None, typer.Option("--interval", help="Minutes of an interval: 15, 30 or 60.")]
Timezone = Annotated[str | None, typer.Option("--timezone", help="Zone of the site's clock, Europe/Madrid.")]
Country = Annotated[str | None, typer.Option("--country", help="Public holidays of this country, ES.")]

TimeOff = Annotated[Path | None, typer.Option("--time-off", help="Days off; else input.time_off.")]
Availability = Annotated[
    Path | None, typer.Option("--availability", help="When people can work; else input.availability.")
]
Meetings = Annotated[Path | None, typer.Option("--meetings", help="Meetings and training; else input.meetings.")]
Wishes = Annotated[Path | None, typer.Option("--wishes", help="What people wish for; else input.wishes.")]
Locks = Annotated[Path | None, typer.Option("--locks", help="What is settled beforehand; else input.locks.")]
Past = Annotated[
    Path | None, typer.Option("--past", help="Roster of the days before, folder or file; else input.past_roster.")
]
RequirementFile = Annotated[Path | None, typer.Option("--requirement", help="A requirement.csv.")]
AgentsFile = Annotated[Path | None, typer.Option("--agents", help="An agents.csv.")]
Worth = Annotated[Path | None, typer.Option("--worth", help="What staff --worth wrote, for the objective service.")]
SearchSeed = Annotated[int | None, typer.Option("--seed", help="Seed of the search.")]
Absent = Annotated[
    list[str] | None,
    typer.Option("--absent", help="Who is not there, AGENT:DATE or AGENT:DATE..DATE; may be repeated."),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="What begins before this local time stays; else the first absence's midnight, or the period's.",
    ),
]
PerChange = Annotated[
    float, typer.Option("--per-change", min=0.0, help="Hours missing that changing somebody's day must save.")
]
