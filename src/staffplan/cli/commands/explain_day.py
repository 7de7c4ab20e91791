"""The command that tells why a day was as it was."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Interval, Json, Output, Timezone
from staffplan.cli.work.delivery import refuse


class Model(StrEnum):
    """How the wait follows from contacts, handling times and agents."""

    erlang_c = "erlang-c"
    erlang_a = "erlang-a"


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("explain-day", rich_help_panel=STEPS)(explain_day)


def explain_day(
    planned: Annotated[
        Path,
        typer.Option("--planned", help="What was planned: interval_start, queue, offered, aht_seconds, agents."),
    ],
    actual: Annotated[
        Path,
        typer.Option("--actual", help="What happened, same columns; service_level may be there as measured."),
    ],
    goal: Annotated[
        str, typer.Option("--goal", help="Service goal, 80/20: answered within 20 seconds is in time.")
    ] = "80/20",
    model: Annotated[Model, typer.Option("--model", help="Queueing model of the wait.")] = Model.erlang_c,
    patience: Annotated[
        float | None, typer.Option("--patience", help="Average patience, seconds; only with erlang-a.")
    ] = None,
    interval: Interval = None,
    timezone: Timezone = None,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Split a day's service level, against the one planned, into its causes: volume, shape, handling time, people.

    Examples:

    staffplan explain-day --planned planned.csv --actual actual.csv --goal 80/20

    The shares of the causes add up to the difference (Shapley values: the mean
    over all orders in which the causes may have come). Beside each stands how
    much better the day would have been with this cause alone as planned, and
    how much it alone would have changed; these two do not add up. What the
    model does not explain is chance, where the service level was measured.
    """
    from staffplan.cli.work.explain_day import causes_of, tell

    before = refuse([output], force=force)
    causes, notes = causes_of(planned, actual, goal, model.value, patience, interval, timezone)
    tell(causes, notes, output, before, as_json=as_json)
