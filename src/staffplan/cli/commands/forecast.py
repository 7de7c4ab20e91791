"""The command that predicts contacts and handling times, and the one day of it that is explained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from staffplan.cli.commands.options import (
    STEPS,
    ConfigFile,
    Country,
    Force,
    Interval,
    Json,
    Output,
    SetSetting,
    Timezone,
)
from staffplan.cli.commands.workers import Cluster, Jobs, workers_of
from staffplan.cli.output.say import progress_shown, show_json, show_text
from staffplan.cli.work.delivery import beside, deliver, given_only, plan_flags, refuse, say_last, say_notes
from staffplan.cli.work.flags import flags_named, settings_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from staffplan.forecast import ForecastResult
    from staffplan.tables.schema import Table

BESIDE = ("totals", "backtest", "quality", "aht_backtest", "overrides")
"""Tables written beside a forecast."""


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("forecast", rich_help_panel=STEPS)(forecast)


def forecast(
    history: Annotated[
        Path, typer.Argument(help="Contact history: interval_start, queue, offered, ...", show_default=False)
    ],
    output: Output = None,
    config: ConfigFile = None,
    start: Annotated[
        str | None,
        typer.Option("--start", help="First day, for example 2026-12-01 (default: the day after the history)."),
    ] = None,
    weeks: Annotated[int | None, typer.Option("--weeks", help="Number of weeks to forecast.")] = None,
    interval: Interval = None,
    timezone: Timezone = None,
    country: Country = None,
    overrides: Annotated[
        Path | None,
        typer.Option("--overrides", help="Overrides by the planner, applied last (default: input.overrides)."),
    ] = None,
    drivers: Annotated[
        Path | None, typer.Option("--drivers", help="Daily drivers of contacts (default: input.drivers).")
    ] = None,
    explain: Annotated[
        tuple[str, str] | None,
        typer.Option("--explain", metavar="QUEUE DATE", help="Explain the forecast of one queue and day instead."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the random numbers.")] = None,
    setting: SetSetting = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Forecast the contacts and the handling time of every queue and interval.

    Examples:

    staffplan forecast history.csv -o forecast.csv

    staffplan forecast history.csv -o forecast.csv --start 2026-12-01 --weeks 4 --country ES

    staffplan forecast history.csv -o forecast.csv --overrides overrides.csv

    staffplan forecast history.csv --explain voice 2026-12-01

    More files are written next to the forecast: forecast_totals.csv (totals by
    day, week and period, with bands), forecast_backtest.csv (accuracy of each
    method on this history), forecast_aht_backtest.csv (accuracy of handling
    times), forecast_quality.csv (data problems found and their treatment) and
    forecast_overrides.csv (effect of each override).
    """
    from staffplan.cli.work.forecast import forecast_files

    given = given_only(
        {
            "plan.start": start,
            "plan.weeks": weeks,
            "plan.interval_minutes": interval,
            "plan.timezone": timezone,
            "plan.country": country,
            "plan.seed": seed,
        }
    )
    changes, set_flags = settings_given(setting)
    flags = set_flags | plan_flags(given)
    given = changes | given
    if explain is not None:
        _explain(history, config, given, flags, (drivers, overrides), explain, as_json=as_json)
        return
    workers = workers_of(jobs, cluster)
    before = refuse([output, *(beside(output, name) for name in BESIDE if output is not None)], force=force)
    with progress_shown() as on_progress, flags_named(flags):
        result, zone = forecast_files(
            history, config, given, on_progress, drivers=drivers, edits=overrides, workers=workers
        )
    say_notes(result.notes)
    along = {} if output is None else _along(result, output)
    facts, notes = result.facts, result.notes
    deliver({output: result.forecast}, zone, before, along=along, facts=facts, notes=notes, as_json=as_json)
    say_last(result.notes)


def _along(result: ForecastResult, output: Path) -> dict[Path, Table]:
    """What belongs to a forecast; the log of edits only where there are any, or an older log would stay."""
    tables = (result.totals, result.backtest, result.quality, result.aht_backtest, result.override_log)
    paths = {name: beside(output, name) for name in BESIDE}
    return {
        path: table
        for path, table in zip(paths.values(), tables, strict=True)
        if table is not result.override_log or len(table) or path.exists()
    }


def _explain(
    history: Path,
    config: Path | None,
    given: Mapping[str, object],
    flags: Mapping[str, str],
    beside_it: tuple[Path | None, Path | None],
    wanted: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    """One day of one queue, taken apart, on stdout. `beside_it`: files of drivers and of planner's edits."""
    from staffplan.cli.work.explain_forecast import day_of, explanation_record, explanation_text
    from staffplan.cli.work.forecast import explain_files

    queue, day = wanted[0], day_of(wanted[1])
    drivers, edits = beside_it
    with flags_named(flags):
        explained = explain_files(history, config, given, drivers, queue, day, edits=edits)
    if as_json:
        show_json(explanation_record(explained))
    else:
        show_text(explanation_text(explained))
