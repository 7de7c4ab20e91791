"""The command that says why a cost is not the one planned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json, Output
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("variance", rich_help_panel=STEPS)(variance)


def variance(
    budget: Annotated[
        Path, typer.Option("--budget", help="Budget: a table, a plan or a ledger.", show_default=False)
    ],
    actual: Annotated[
        Path,
        typer.Option(
            "--actual", help="What it cost: a table of the same kind, a plan or a ledger.", show_default=False
        ),
    ],
    output: Output = None,
    method: Annotated[
        str,
        typer.Option("--method", help="How the difference is shared: shapley, sequential, sequential:ORDER or lmdi."),
    ] = "shapley",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Explain why a cost is above or below the budget, by causes that add up to the cent.

    Examples:

    staffplan variance --budget budget.csv --actual actual.csv -o variance.csv

    staffplan variance --budget budget.csv --actual actual.csv --method sequential:rate,shrinkage

    staffplan variance --budget plans/june --actual plans/july

    staffplan variance --budget plans/june --actual ledger

    A table has the columns period, queue, contacts, aht_seconds, occupancy,
    shrinkage and rate (per paid hour); also paid_hours, premiums and one_off,
    where they are known. Or it has period, grade, units, hours and rate, for a
    variance of labour by grade.

    Of a ledger the budget takes the first entry of the same days, the actual the
    last one; ledger/0002 is its second entry. Two ledgers with entries of the same
    days are compared entry by entry, a week with its week; else months are.

    The amounts are actual minus budget: above 0 is over the budget. shapley is
    the mean over all orders in which the causes could have changed. sequential
    changes one after the other: volume first, or in the order given. lmdi is
    the logarithmic mean index.
    """
    from staffplan.cli.work.variance import compared_files, tell

    before = refuse([output], force=force)
    compared, currency = compared_files(budget, actual)
    tell(compared, method, currency, output, before, as_json=as_json)
