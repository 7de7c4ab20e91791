"""The command that writes the yearly document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import Force, Json
from staffplan.cli.commands.plan import PLANS
from staffplan.cli.work.delivery import refuse
from staffplan.errors import Problem, UsageError


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("budget", rich_help_panel=PLANS)(budget)


def budget(
    plans: Annotated[list[Path], typer.Argument(help="Finished plans, one for each period, and capacity folders.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Workbook to write.")],
    currency: Annotated[
        str | None, typer.Option("--currency", help="Currency of the budget, where the plans have several.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write the budget as a workbook: one page in plain words, and the figures behind it.

    Examples:

    staffplan budget plans/demo -o budget.xlsx

    staffplan budget plans/january plans/february -o budget.xlsx

    staffplan budget plans/demo capacity/ -o budget.xlsx

    The page says what it costs, what customers get for it, what changed and why,
    and which decisions are due by when. The other sheets have the metrics, the
    cost and the hours by line and month, people, premiums, the causes of each
    change, risks and sources.

    Folders of staffplan capacity stand beside the plans: hires and cost by month
    and by year. Their cost is not in the sums.

    Plans in other currencies are added at the rates of cost.rates of a plan in
    the budget's currency.

    Several plans are joined in the order of their days. Days between them that no
    plan has, and days that two plans have, are told.
    """
    from staffplan.cli.work.budget import budget_of, tell

    if output.suffix.lower() != ".xlsx":
        raise UsageError(Problem(f"-o {output}", "a budget is a workbook", "give a name that ends in .xlsx"))
    before = refuse([output], force=force)
    tell(budget_of(plans, currency), output, before, as_json=as_json)
