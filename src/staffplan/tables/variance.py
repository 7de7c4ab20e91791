"""Budgets and actuals as bare tables, and the causes of their difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import LARGEST_NUMBER, LARGEST_RATE, LONGEST_AHT_SECONDS, Column, Table, number, text

TOTAL = "total"
"""The name of all periods together."""
LARGEST_SHRINKAGE, SMALLEST_OCCUPANCY = 0.99, 0.01


def _period(cell: str) -> str:
    """A period as it is written. Raises ValueError where it is the name of all periods."""
    if cell == TOTAL:
        raise ValueError(f"{TOTAL!r} stands for all periods: leave the row out, or give the period another name")
    return cell


PERIOD = Column("period", "text", reader=_period)


@dataclass(frozen=True)
class WorkloadCost(Table):
    """A budget, or what happened, for `variance`: contacts, handling time, occupancy, shrinkage and rate of a queue.

    A row costs contacts x aht_seconds / 3600 / occupancy / (1 - shrinkage) x rate, and premiums and one_off beside
    it. Where there are `paid_hours`, these are paid instead, and their ratio to the hours needed is the roster fit.
    Take the planned occupancy on both sides: the actual one rises where people are missing, and hides that.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        PERIOD,
        text("queue", required=False, blank=True),
        number("contacts"),
        number("aht_seconds", 0, LONGEST_AHT_SECONDS, blank=True),
        number("occupancy", SMALLEST_OCCUPANCY, 1, required=False, blank=True),
        number("shrinkage", 0, LARGEST_SHRINKAGE, required=False, blank=True),
        number("rate", 0, LARGEST_RATE),
        number("paid_hours", 0, required=False, blank=True),
        number("premiums", None, required=False, blank=True),
        number("one_off", None, required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "queue")
    file_name: ClassVar[str] = "workload_cost.csv"
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class LabourCost(Table):
    """A standard, or what was paid, for `variance`: units made, hours of each grade of people and their rate.

    A row costs hours x rate. `units` are those of the whole period, the same in each of its rows.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        PERIOD,
        text("grade"),
        number("units"),
        number("hours"),
        number("rate", 0, LARGEST_RATE),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "grade")
    file_name: ClassVar[str] = "labour_cost.csv"
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class CostVariance(Table):
    """Why the actual cost is not the budget: of each queue and period, and of all ("total", and a blank queue).

    Position 0 is the budget, the last one the actual; the causes between them add up to the difference, to the cent.
    A positive amount is money spent over the budget. `sequential_amount` is the same by changing one cause after the
    other; `unrounded_amount` is the amount before it became whole cents: each cause is rounded, and the largest one
    takes the cents that are left. In a variance of labour `queue` is the grade, in one of plans the planning group.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("period"),
        text("queue", blank=True),
        number("position"),
        text("cause"),
        number("amount", -LARGEST_NUMBER),
        number("sequential_amount", -LARGEST_NUMBER),
        number("unrounded_amount", -LARGEST_NUMBER),
        text("direction", blank=True, choices=("over budget", "under budget")),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "queue", "position")
    file_name: ClassVar[str] = "variance.csv"
