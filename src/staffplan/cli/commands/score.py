"""The command that compares a forecast, and the edits in it, with what came true."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, ConfigFile, Force, Json, Output, Timezone
from staffplan.cli.output.say import say, show_json
from staffplan.cli.work.delivery import beside, deliver, given_only, put_tables, refuse, say_notes
from staffplan.cli.work.flags import flags_named


class Period(StrEnum):
    """What the rows of the scores are about, beside each queue as a whole."""

    queue = "queue"
    day = "day"
    week = "week"
    weekday = "weekday"
    hour = "hour"


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("score", rich_help_panel=STEPS)(score)


def score(
    forecast: Annotated[Path, typer.Argument(help="Forecast, forecast.csv, or plan directory.", show_default=False)],
    history: Annotated[
        Path, typer.Argument(help="Actual contacts, in the format of the history.", show_default=False)
    ],
    output: Output = None,
    config: ConfigFile = None,
    overrides: Annotated[
        Path | None, typer.Option("--overrides", help="Overrides to score, forecast_overrides.csv.")
    ] = None,
    by: Annotated[
        Period, typer.Option("--by", help="Period of the rows, in addition to each queue as a whole.")
    ] = Period.queue,
    timezone: Timezone = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Compare a forecast with the actual contacts: errors, bias, coverage of bands, and the effect of each override.

    Examples:

    staffplan score forecast.csv history.csv -o scores.csv --by week

    staffplan score forecast.csv history.csv --overrides forecast_overrides.csv

    staffplan score plans/demo history.csv

    With a plan directory, its settings and overrides are used. The effect of
    each override is written next to the scores: scores_overrides.csv.
    """
    from staffplan.cli.work.score import result_in_words, score_files

    paths = [] if output is None else [output, beside(output, "overrides")]
    before = refuse(paths, force=force)
    given = given_only({"plan.timezone": timezone})
    with flags_named(dict.fromkeys(given, "--timezone")):
        result, zone = score_files(forecast, history, config, overrides, by.value, given)
    say_notes(result.notes)
    if as_json:
        from staffplan.cli.output.json_rows import records

        tables = {"scores": result.scores, "overrides": result.overrides}
        rows = {name: records(table.frame, zone) for name, table in tables.items()}
        show_json({"written": [str(path) for path in paths], **rows, "notes": [vars(note) for note in result.notes]})
    else:
        say(result_in_words(result))
    if output is not None:
        put_tables({output: result.scores, paths[1]: result.overrides}, zone, before)
    elif not as_json:
        deliver({None: result.scores}, zone, before)
