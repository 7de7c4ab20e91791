"""The command that plans shifts and contracts in head counts, before there are agents."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json, Output, SetSetting
from staffplan.cli.output.say import progress_shown
from staffplan.cli.work.delivery import beside, refuse
from staffplan.cli.work.flags import flags_named, settings_given


class Minimised(StrEnum):
    """What is made as small as can be."""

    cost = "cost"
    heads = "heads"
    hours = "hours"


class Weeks(StrEnum):
    """Which weeks are planned."""

    each = "each"
    mean = "mean"
    maximum = "maximum"


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("shifts", rich_help_panel=STEPS)(shifts)


def shifts(
    requirement: Annotated[Path, typer.Argument(help="Requirement, requirement.csv.", show_default=False)],
    config: Annotated[Path, typer.Option("-c", "--config", help="Settings file with shifts, contracts and rules.")],
    output: Output = None,
    minimise: Annotated[Minimised, typer.Option("--minimise", help="Quantity to minimise.")] = (Minimised.cost),
    weeks: Annotated[
        Weeks,
        typer.Option("--week", help="Plan each week, or one typical week: the mean or the maximum of all weeks."),
    ] = Weeks.each,
    allow_short: Annotated[
        bool,
        typer.Option(
            "--allow-short",
            help="Allow understaffed hours, each at the price of roster.understaffing_weight paid hours.",
        ),
    ] = False,
    gap: Annotated[
        float, typer.Option("--gap", min=0.0, help="Largest accepted distance from the best possible result, share.")
    ] = 0.001,
    setting: SetSetting = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Find the cheapest mix of shifts and contracts that covers a requirement, before agents are known.

    Examples:

    staffplan shifts requirement.csv -c plan.toml

    staffplan shifts requirement.csv -c plan.toml -o shifts.csv --minimise heads --week maximum

    Every head gets a sequence of shifts that keeps the mandatory rules of the
    contract and of the site. Breaks and meals get their times.

    shifts.csv counts heads by day, shift and contract. More files are written
    next to it: shifts_contracts.csv (heads, hours, cost), shifts_pauses.csv
    (breaks and meals), shifts_positions.csv (shifts of each head) and
    shifts_coverage.csv (coverage by interval).
    """
    from staffplan.cli.work.shifts import mix_files, tell

    names = ("contracts", "pauses", "positions", "coverage")
    paths = [] if output is None else [output, *(beside(output, name) for name in names)]
    before = refuse(paths, force=force)
    changes, set_flags = settings_given(setting)
    with progress_shown() as on_progress, flags_named(set_flags):
        result, config_read = mix_files(
            requirement,
            config,
            changes,
            minimise=minimise.value,
            weeks=weeks.value,
            allow_short=allow_short,
            gap=gap,
            on_progress=on_progress,
        )
    tell(result, paths, config_read.plan, before, as_json=as_json)
