"""What `roster --prices` does after the roster is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from staffplan.cli.output.say import say
from staffplan.cli.work.delivery import put_tables
from staffplan.plan.text import text_table
from staffplan.progress import OnProgress
from staffplan.roster.case.case import Case
from staffplan.roster.why.prices import hours_no_shift_reaches, price_rules
from staffplan.settings.plan import PlanSettings
from staffplan.tables.roster import RulePrices

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes


def write_prices(case: Case, plan: PlanSettings, output: Path, before: Hashes, on_progress: OnProgress) -> None:
    """Write the prices of a site's rules to a file, and show them as a table."""
    table = price_rules(case, seed=plan.seed, on_progress=on_progress)
    put_tables({output: table}, plan.timezone, before)
    say(f"\n{price_text(table)}")
    if hours := hours_no_shift_reaches(case):
        say(f"\n{hours:,.1f} hours are understaffed at times that no shift covers: no rule or contract can help")


def price_text(table: RulePrices) -> str:
    rows = [
        (
            row["change"],
            f"{row['hours_missing']:,.1f}",
            f"{row['hours_missing_least']:,.1f}",
            f"{row['gained_found']:,.1f}" if row["place"] else "",
            f"{row['gained_bound'] + 0.0:,.1f}" if row["place"] else "",
            f"{row['gained_least']:,.1f} to {row['gained_most']:,.1f}" if row["place"] else "",
        )
        for row in table.frame.to_dict("records")
    ]
    header = ["change", "understaffed hours", "at least", "hours saved", "by bound", "proven range"]
    return text_table(rows, header, right=range(1, len(header)))
