"""The command that freezes a plan in a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json
from staffplan.cli.work.delivery import beside, refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("publish", rich_help_panel=STEPS)(publish)


def publish(
    plan: Annotated[Path, typer.Argument(help="Plan directory.", show_default=False)],
    to: Annotated[Path, typer.Option("--to", help="Ledger: a folder, made where there is none.")],
    who: Annotated[str, typer.Option("--who", help="Who publishes; needed where people were told otherwise.")] = "",
    why: Annotated[str, typer.Option("--why", help="Reason; needed where people were told otherwise.")] = "",
    at: Annotated[
        str | None, typer.Option("--at", help="Local time at which the plan was made (default: now).")
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Publish nothing; show who must be told of which changes.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="With --diff: file for the changes, CSV.")
    ] = None,
    messages: Annotated[
        Path | None,
        typer.Option("--messages", help="Folder for a text, an HTML mail and a calendar of each person to tell."),
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Freeze a plan in a ledger: what was forecast, required, rostered and promised, as people were told.

    Examples:

    staffplan publish plans/demo --to ledger/

    staffplan publish plans/demo --to ledger/ --diff -o changes.csv

    staffplan publish plans/demo --to ledger/ --who Ana --why "two people ill"

    Nothing in a ledger is overwritten. Each entry carries the hash of the one
    before, so a change made later shows. The same plan published twice is one
    entry. track compares the entries with what came.

    --diff lists the days of people that differ from what was published last, and
    who changed them and why, as staffplan log has it. With -o a message for each
    person is written next to it: changes_messages.csv. --messages, with --diff or
    without, writes a text, an HTML mail and a calendar for each person to tell.
    """
    from staffplan.cli.work.publish import differences, published

    if diff:
        before = refuse([] if output is None else [output, beside(output, "messages")], force=force)
        differences(plan, to, (output, messages), before, force=force, as_json=as_json)
        return
    published(plan, to, who=who, why=why, at=at, outputs=(output, messages), force=force, as_json=as_json)
