"""The command that leads from an amount to the rows it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import Force, Json, Output
from staffplan.cli.commands.plan import PLANS
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("explain", rich_help_panel=PLANS)(explain)


def explain(
    plan: Annotated[Path, typer.Argument(help="Finished plan directory.", show_default=False)],
    what: Annotated[
        list[str] | None,
        typer.Argument(
            help="Amount: a line of the cost, a person, a time, a queue's day (default: cost.total).",
            show_default=False,
        ),
    ] = None,
    depth: Annotated[int, typer.Option("--depth", min=0, max=20, help="Levels below the amount.")] = 1,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Explain an amount of a plan: the formula, the parts that add up to it, and the rows of files they stand in.

    Examples:

    staffplan explain plans/demo cost.total

    staffplan explain plans/demo cost.base-pay A003 2026-12

    staffplan explain plans/demo A003 2026-12-01

    staffplan explain plans/demo 2026-12-01T10:00 phone

    staffplan explain plans/demo forecast.phone 2026-12-01

    The words may come in any order: a line of the cost (cost.night) or of the
    paid hours (hours.breaks), of the bridge (bridge.base-staff) or a unit cost
    (unit.per-paid-hour), a month, a planning group, a person by id or name,
    a day, a time, forecast.QUEUE, history.QUEUE. "agent", "group" or "queue"
    before a name tells which of them it is.

    The last column of the table has the words that go on from there. The table is
    for a terminal; piped or with -o it is CSV.
    """
    from staffplan.cli.work.explain import explained, tell

    before = refuse([output], force=force)
    tell(*explained(plan, what or [], depth), output, before, as_json=as_json)
