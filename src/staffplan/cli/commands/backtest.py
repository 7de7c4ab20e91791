"""The command that plays the whole plan on one's own past."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, DataFolder, Force, Json, SetSetting
from staffplan.cli.commands.workers import Cluster, Jobs, workers_of
from staffplan.cli.output.say import progress_shown


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("backtest", rich_help_panel=STEPS)(backtest)


def backtest(
    config: Annotated[Path, typer.Argument(help="Settings file, plan.toml.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write, or to go on with.")],
    periods: Annotated[int, typer.Option("--periods", min=1, max=52, help="Number of periods, the last ones.")] = 6,
    weeks: Annotated[
        int | None, typer.Option("--weeks", min=1, max=26, help="Weeks in a period (default: plan.weeks).")
    ] = None,
    without_people: Annotated[
        bool, typer.Option("--without-people", help="Plan shift mixes, before there are agents.")
    ] = False,
    data: DataFolder = None,
    setting: SetSetting = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Plan the last periods of the history from what was known before each, and simulate what came.

    Examples:

    staffplan backtest plan.toml -o backtest/

    staffplan backtest plan.toml --periods 3 --weeks 2 -o backtest/ --jobs 2

    Beside the settings' own plan stands what people build today: the average of
    the last six weeks, Erlang C and shrinkage, with the same roster step and
    the same people; and who was really on queue, where the history has a column
    agents. All meet the same contacts.

    Agents and their availability are those of the settings. Time off, meetings,
    wishes and other dated tables are left out.

    A period that is finished is kept in the folder and not run again. The
    folder gets backtest.csv, backtest_differences.csv and backtest.png.
    """
    from staffplan.cli.work.backtest import backtest_of, tell

    workers = workers_of(jobs, cluster)
    with progress_shown() as on_progress:
        work = backtest_of(
            config,
            output,
            periods,
            weeks,
            data,
            setting or [],
            without_people=without_people,
            workers=workers,
            force=force,
            on_progress=on_progress,
        )
    tell(work, output, as_json=as_json)
