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
    ledger: Annotated[
        Path | None, typer.Argument(help="Ledger that publish wrote; left out for two tables.", show_default=False)
    ] = None,
    day: Annotated[str | None, typer.Argument(help="The day: 2026-12-01.", show_default=False)] = None,
    queue: Annotated[
        str | None, typer.Argument(help="Queue or planning group (default: all).", show_default=False)
    ] = None,
    actuals: Annotated[
        list[Path] | None,
        typer.Option("--actuals", help="With a ledger: contacts that came, in the format of the history."),
    ] = None,
    states: Annotated[
        Path | None, typer.Option("--states", help="With a ledger: what people did: agent_id, start, end, state.")
    ] = None,
    in_plan: Annotated[
        Path | None, typer.Option("--plan", help="With a ledger: plan directory, whose log has changes of the day.")
    ] = None,
    planned: Annotated[
        Path | None,
        typer.Option("--planned", help="What was planned: interval_start, queue, offered, aht_seconds, agents."),
    ] = None,
    actual: Annotated[
        Path | None,
        typer.Option("--actual", help="What happened, same columns; service_level may be there as measured."),
    ] = None,
    goal: Annotated[
        str, typer.Option("--goal", help="Of two tables, 80/20: answered within 20 seconds is in time.")
    ] = "80/20",
    model: Annotated[
        Model, typer.Option("--model", help="Of two tables: queueing model of the wait.")
    ] = Model.erlang_c,
    patience: Annotated[
        float | None, typer.Option("--patience", help="Average patience, seconds; only with erlang-a.")
    ] = None,
    interval: Interval = None,
    timezone: Timezone = None,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Split a day's service level, against the one planned, into its causes: contacts, handling time, people, chance.

    Examples:

    staffplan explain-day ledger/ 2026-12-01 phone --actuals history.csv --states states.csv

    staffplan explain-day --planned planned.csv --actual actual.csv --goal 80/20

    The shares of the causes add up to the difference (Shapley values: the mean
    over all orders in which the causes may have come). Beside each stands how
    much better the day would have been with this cause alone as planned, and
    how much it alone would have changed; these two do not add up.

    Of a ledger the day is simulated in every world of causes with the same
    random numbers: volume, shape of the day, handling time, roster against
    requirement, changes on the day, absence and lateness (with --states). Each
    has its standard error. Changes of the day that were not published are those
    of --plan. Chance is what was measured less what the simulation
    finds. With -o causes.csv a page with the picture is written next to it.

    Of two tables the wait follows from a queueing model.
    """
    from staffplan.cli.work.explain_day import causes_of, refuse_of_tables, tables_given, tell
    from staffplan.cli.work.explain_published import Asked, explained, page_beside
    from staffplan.cli.work.explain_published import tell as tell_published

    if ledger is not None:
        given = {"--planned": planned, "--actual": actual, "--patience": patience, "--interval": interval,
                 "--timezone": timezone, "--goal": None if goal == "80/20" else goal,
                 "--model": None if model is Model.erlang_c else model}  # fmt: skip
        refuse_of_tables(given)
        before = refuse([] if output is None else [output, page_beside(output)], force=force)
        found = explained(Asked(ledger, day, queue, actuals or [], states, in_plan))
        tell_published(found, output, before, as_json=as_json)
        return
    plan, happened = tables_given(planned, actual, {"--actuals": actuals, "--states": states, "--plan": in_plan})
    before = refuse([output], force=force)
    causes, notes = causes_of(plan, happened, goal, model.value, patience, interval, timezone)
    tell(causes, notes, output, before, as_json=as_json)
