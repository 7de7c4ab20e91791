"""Options and words that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

STEPS = "Single steps, on files"
"""The panel of the help that these commands stand in."""

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]
ConfigFile = Annotated[Path | None, typer.Option("-c", "--config", help="Settings file, plan.toml.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write (default: stdout).")]
Interval = Annotated[int | None, typer.Option("--interval", help="Length of an interval, minutes: 15, 30 or 60.")]
Timezone = Annotated[str | None, typer.Option("--timezone", help="Time zone of the site, for example Europe/Madrid.")]
Country = Annotated[str | None, typer.Option("--country", help="Country of the public holidays, for example ES.")]

DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder that replaces {data} in the input paths of the settings.")
]
SetSetting = Annotated[list[str] | None, typer.Option("--set", help="Change a setting: KEY=VALUE; may be repeated.")]

AhtUnit = Annotated[
    str | None, typer.Option("--aht-unit", help="Unit of handling times: seconds, minutes, milliseconds, m:ss, h:mm.")
]
Times = Annotated[
    str | None,
    typer.Option("--times", help="Time zone of the times in the file, where not the site's, for example UTC."),
]
DateOrder = Annotated[
    str | None, typer.Option("--date-order", help="Order of days such as 3/4/2026: day/month/year, month/day/year.")
]

TimeOff = Annotated[Path | None, typer.Option("--time-off", help="File of time off (default: input.time_off).")]
Availability = Annotated[
    Path | None,
    typer.Option("--availability", help="File of times when agents can work (default: input.availability)."),
]
Skills = Annotated[
    Path | None, typer.Option("--skills", help="File of levels and dates of skills (default: input.skills).")
]
Meetings = Annotated[
    Path | None, typer.Option("--meetings", help="File of meetings and training (default: input.meetings).")
]
Wishes = Annotated[Path | None, typer.Option("--wishes", help="File of agents' wishes (default: input.wishes).")]
Locks = Annotated[
    Path | None, typer.Option("--locks", help="File of fixed shifts and days off (default: input.locks).")
]
Past = Annotated[
    Path | None,
    typer.Option("--past", help="Roster of the days before, folder or file (default: input.past_roster)."),
]
RequirementFile = Annotated[Path | None, typer.Option("--requirement", help="Requirement, requirement.csv.")]
AgentsFile = Annotated[Path | None, typer.Option("--agents", help="Agents, agents.csv.")]
Worth = Annotated[
    Path | None, typer.Option("--worth", help="File written by staff --worth; needed for the objective service.")
]
PlayedForecast = Annotated[
    Path | None,
    typer.Option(
        "--forecast",
        help="Forecast, forecast.csv: with the objective service, rosters are simulated while they are sought.",
    ),
]
SearchSeed = Annotated[int | None, typer.Option("--seed", help="Seed of the random numbers.")]
Absent = Annotated[
    list[str] | None,
    typer.Option(
        "--absent",
        help="Absence: AGENT:DATE, AGENT:DATE..DATE, or with hours AGENT:DATE,08:00-11:00; may be repeated.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Local time from which the roster may change (default: first midnight of the absences or plan).",
    ),
]
PerChange = Annotated[
    float, typer.Option("--per-change", min=0.0, help="Minimum understaffed hours that a changed day must save.")
]

StateWords = Annotated[
    list[str] | None,
    typer.Option("--state", help='Activity of a state of the log: "not ready=break"; may be repeated.'),
]

Plan = Annotated[Path, typer.Argument(help="Plan directory.", show_default=False)]
Who = Annotated[str, typer.Argument(help="Agent, by id or name.", show_default=False)]
Day = Annotated[str, typer.Argument(help="Day, for example 2026-12-01.", show_default=False)]
Until = Annotated[str | None, typer.Option("--until", help="Last day (default: the one day).")]
GivenShift = Annotated[str, typer.Option("--shift", help='Shift with its start, for example "early 07:00".')]
Yes = Annotated[bool, typer.Option("--yes", help="Make the change without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what the change means; write nothing.")]
By = Annotated[str | None, typer.Option("--by", help="Who makes the change (default: the user's name).")]
Why = Annotated[str, typer.Option("--why", help="Reason, for the log.")]
Later = Annotated[bool, typer.Option("--later", help="Leave check, waits and cost out of date, which is quicker.")]
