"""What `budget` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from staffplan.cli.output.say import say, say_long, show_json, show_text
from staffplan.cli.work.budget_currency import Rates, in_one_currency
from staffplan.cli.work.delivery import put
from staffplan.cost.variance.plans import compare_plans
from staffplan.cost.variance.step import variance
from staffplan.errors import Problem, StaffplanError, UsageError, place_of
from staffplan.files.read import read_table
from staffplan.plan.directory import open_existing
from staffplan.plan.manifest import FILE_NAME as MANIFEST
from staffplan.plan.reporting import report_data
from staffplan.plan.run import all_notes, hand_edits, require_before
from staffplan.plan.step import StepWork
from staffplan.report.budget_book import Budget, BudgetPeriod, budget_book, metrics, page_lines
from staffplan.report.budget_capacity import BudgetCapacity
from staffplan.tables.capacity import CapacityPlan
from staffplan.tables.variance import TOTAL

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

A_DAY = timedelta(days=1)


def budget_of(folders: Sequence[Path], currency: str | None = None) -> Budget:
    """Plans as the periods of a budget, in the order of their days, and capacity plans beside them.

    Raises UsageError where one is no finished plan, is given twice, or has another currency than `currency` and no
    rate, and where all are capacity plans.
    """
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UsageError(Problem("PLANS", "a plan is given twice", "give each period once"))
    planned = [folder for folder in folders if not _is_capacity(folder)]
    if not planned:
        hint = "give the plans of the periods too: staffplan budget plans/january capacity/ -o budget.xlsx"
        raise UsageError(Problem("PLANS", "capacity plans alone are no budget", hint))
    found = sorted(_periods(planned), key=lambda one: (one[0].first, one[0].last))
    rates = {period.folder: own for period, own in found}
    periods, exchanged = in_one_currency([period for period, _ in found], rates, currency)
    capacities = [_capacity(folder) for folder in folders if _is_capacity(folder)]
    remarks = [*exchanged, *remarks_on(periods), *capacity_remarks(capacities)]
    return Budget(periods, _changes(periods), remarks, capacities)


def _is_capacity(folder: Path) -> bool:
    """Whether the folder is what `staffplan capacity` writes."""
    return (folder / CapacityPlan.file_name).is_file() and not (folder / MANIFEST).is_file()


def _capacity(folder: Path) -> BudgetCapacity:
    return BudgetCapacity(place_of(folder), read_table(folder / CapacityPlan.file_name, CapacityPlan))


def capacity_remarks(capacities: Sequence[BudgetCapacity]) -> Iterator[str]:
    """What to know of capacity plans beside plans."""
    if capacities:
        yield (
            "the cost of capacity plans is that of the same people by another reckoning: it stands beside the plans' "
            "and is not in the sums; its amounts are in the currency of its settings"
        )


def _periods(folders: Sequence[Path]) -> Iterator[tuple[BudgetPeriod, Rates]]:
    """Every plan. Raises the problems of all that cannot be used, together."""
    found: list[tuple[BudgetPeriod, Rates]] = []
    wrong: list[StaffplanError] = []
    for folder in folders:
        try:
            found.append(_period(folder))
        except StaffplanError as error:
            wrong.append(error)
    if wrong:
        raise type(wrong[0])(problem for error in wrong for problem in error.problems)
    yield from found


def _period(folder: Path) -> tuple[BudgetPeriod, Rates]:
    """A plan as a period, and the exchange rates of its settings."""
    opened = open_existing(folder)
    workspace, manifest = opened.workspace, opened.manifest
    if not workspace.has_people:
        hint = "give plans that have agents"
        raise UsageError(Problem(place_of(folder), "the plan has no people, and so no cost", hint))
    for line in (*opened.remarks, *require_before("report", workspace, manifest)):
        say_long(line)
    notes, by_hand = all_notes(workspace, manifest), hand_edits(workspace, manifest)
    data = report_data(StepWork(workspace, manifest, notes, by_hand))
    first, last = (pd.Timestamp(at) for at in (workspace.planned.first, workspace.planned.last))
    return BudgetPeriod(place_of(folder), data, first, last), workspace.config.cost.rates


def _changes(periods: Sequence[BudgetPeriod]) -> pd.DataFrame:
    """The causes of the change from each period to the next, as `staffplan variance` finds them."""
    frames = [pd.DataFrame(columns=["before", "after", "cause", "amount"])]
    for before, after in pairwise(periods):
        rows = variance(compare_plans(before.data.cost, after.data.cost)).table.frame
        whole = rows[(rows["period"] == TOTAL) & (rows["queue"] == "")]
        frames.append(whole[["cause", "amount"]].assign(before=before.words, after=after.words))
    return pd.concat(frames[1:] or frames, ignore_index=True)


def remarks_on(periods: Sequence[BudgetPeriod]) -> Iterator[str]:
    """Days between the periods that nobody has planned, and days that are in two of them."""
    planned = periods[0].last
    for after in periods[1:]:
        between = (after.first - planned).days - 1
        if between > 0:
            yield f"{between} days from {planned + A_DAY:%Y-%m-%d} are in no plan: their cost is not in the sums"
        elif between < 0:
            until = min(planned, after.last)
            yield f"{after.first:%Y-%m-%d} to {until:%Y-%m-%d} is in two plans: its cost is counted twice"
        planned = max(planned, after.last)


def tell(budget: Budget, output: Path, before: Hashes, *, as_json: bool) -> None:
    """Write the workbook; the first page for a person, or its lines as JSON."""
    put({output: budget_book(budget)}, before)
    for text in budget.remarks:
        say_long(f"warning: {text}")
    say(f"wrote {output}")
    lines = list(page_lines(budget))
    if as_json:
        frame = metrics(budget).drop(columns=["first", "last"])
        show_json({"written": [str(output)], "page": lines, "metrics": frame.to_dict("records")})
        return
    show_text("\n".join(f"\n{heading}\n  {text}" if heading else f"  {text}" for heading, text in lines).lstrip())
