"""The command that brings a forecast up to the minute."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.flags import flags_named
from staffplan.cli.output import progress_shown
from staffplan.cli.parallel import Cluster, Jobs, workers_of
from staffplan.cli.steps import (
    STEPS,
    ConfigFile,
    Force,
    Json,
    Output,
    Timezone,
    _beside,
    _deliver,
    _given,
    _refuse,
    _say_notes,
)


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("reforecast", rich_help_panel=STEPS)(reforecast)


def reforecast(
    forecast: Annotated[Path, typer.Argument(help="The forecast.csv to update.", show_default=False)],
    history: Annotated[Path, typer.Argument(help="Contacts up to now, past weeks included.", show_default=False)],
    output: Output = None,
    config: ConfigFile = None,
    now: Annotated[
        str | None, typer.Option("--now", help="Local time up to which contacts count, 2026-12-01T11:30; else all.")
    ] = None,
    backtest: Annotated[
        Path | None, typer.Option("--backtest", help="File for what updating gained by hour; else beside the output.")
    ] = None,
    timezone: Timezone = None,
    country: Annotated[str | None, typer.Option("--country", help="Public holidays of this country, ES.")] = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Update the rest of today and the coming days from the intervals seen so far.

    Examples:

    staffplan reforecast forecast.csv history.csv -o forecast_now.csv

    staffplan reforecast forecast.csv history.csv -o forecast_now.csv --now 2026-12-01T11:30 -c plan.toml

    Intervals that are over hold what came (method "actual"). A queue is updated only where that would have lowered
    the error of past days; by hour of day this is told in forecast_now_backtest.csv.
    """
    from staffplan.cli.reforecasting import reforecast_files

    workers = workers_of(jobs, cluster)
    gain_path = _beside(output, "backtest") if backtest is None and output is not None else backtest
    _refuse([output, gain_path], force=force)
    given = {"plan.timezone": timezone, "plan.country": country}
    flags = {name: f"--{name.split('.')[1]}" for name in _given(given)}
    with progress_shown() as on_progress, flags_named(flags | ({"plan": "--country"} if country else {})):
        result, zone = reforecast_files(forecast, history, config, now, _given(given), on_progress, workers=workers)
    _say_notes(result.notes)
    _deliver({output: result.forecast}, zone, facts=result.facts, notes=result.notes, as_json=as_json)
    if gain_path is not None:
        _deliver({gain_path: result.gain}, zone)
