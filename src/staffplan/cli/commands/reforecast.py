"""The command that brings a forecast up to the minute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from staffplan.cli.commands.options import STEPS, ConfigFile, Country, Force, Json, Output, SetSetting, Timezone
from staffplan.cli.commands.workers import Cluster, Jobs, workers_of
from staffplan.cli.output.say import progress_shown
from staffplan.cli.work.delivery import beside, deliver, given_only, plan_flags, refuse, say_notes
from staffplan.cli.work.flags import flags_named, settings_given

if TYPE_CHECKING:
    from staffplan.tables.schema import Table


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("reforecast", rich_help_panel=STEPS)(reforecast)


def reforecast(
    forecast: Annotated[Path, typer.Argument(help="Forecast to update, forecast.csv.", show_default=False)],
    history: Annotated[Path, typer.Argument(help="Contact history up to now, with past weeks.", show_default=False)],
    output: Output = None,
    config: ConfigFile = None,
    now: Annotated[
        str | None,
        typer.Option(
            "--now", help="Local time up to which contacts are used, for example 2026-12-01T11:30 (default: all)."
        ),
    ] = None,
    backtest: Annotated[
        Path | None,
        typer.Option("--backtest", help="File for the backtest by hour of day (default: next to the output)."),
    ] = None,
    timezone: Timezone = None,
    country: Country = None,
    setting: SetSetting = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Update the forecast of today and the next days from the contacts so far.

    Examples:

    staffplan reforecast forecast.csv history.csv -o forecast_now.csv

    staffplan reforecast forecast.csv history.csv -o forecast_now.csv --now 2026-12-01T11:30 -c plan.toml

    Past intervals get their actual contacts (method "actual"). A queue is
    updated only if updating has improved accuracy on past days.
    forecast_now_backtest.csv lists the improvement by hour of day.
    """
    from staffplan.cli.work.reforecast import reforecast_files

    workers = workers_of(jobs, cluster)
    gain_path = beside(output, "backtest") if backtest is None and output is not None else backtest
    before = refuse([output, gain_path], force=force)
    given = given_only({"plan.timezone": timezone, "plan.country": country})
    changes, set_flags = settings_given(setting)
    with progress_shown() as on_progress, flags_named(set_flags | plan_flags(given)):
        result, zone = reforecast_files(forecast, history, config, now, changes | given, on_progress, workers=workers)
    say_notes(result.notes)
    along: dict[Path, Table] = {} if gain_path is None else {gain_path: result.gain}
    facts, notes = result.facts, result.notes
    deliver({output: result.forecast}, zone, before, along=along, facts=facts, notes=notes, as_json=as_json)
