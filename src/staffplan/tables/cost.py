"""What the plan costs, by period and line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from staffplan.tables.schema import Column, Table, number, text

_FOREIGN = re.compile(r"(?P<line>.+), (?P<currency>[A-Z]{3}) at (?P<rate>[0-9.]+)")


def foreign_line(line: str, currency: str, rate: str) -> str:
    """Name of a line of the ledger "currency"."""
    return f"{line}, {currency} at {rate}"


def read_foreign(name: str) -> tuple[str, str, Fraction] | None:
    """Line, currency and rate of such a name; None for the lines that stand for the rest and the sum."""
    found = _FOREIGN.fullmatch(name)
    return None if found is None else (found["line"], found["currency"], Fraction(found["rate"]))


@dataclass(frozen=True)
class CostReport(Table):
    """Hours and money, line by line. `period` is a month ("2026-12") or "total"; a blank group is the whole site.

    `ledger` names the section: "bridge", "hours", "cost", "currency" or "unit"; `position` orders its lines. Within
    "hours" and "cost" the lines of a period and group add up exactly to its line "paid hours" / "loaded cost"; lines
    that begin with "memo:" stand beside the sum. In the bridge the hours before "base staff", "on queue" and "paid
    hours" lead up to them, the amounts to "loaded cost". "currency" is there where something is paid in another one
    than the plan's: its amounts add up to "loaded cost", and `quantity` is the amount in the currency `unit`.
    `amount` is in currency units with two decimals; `source` is the table and column the figure comes from.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("period"),
        text("ledger", choices=("bridge", "hours", "cost", "currency", "unit")),
        number("position", required=False, blank=True),
        text("line"),
        text("planning_group", blank=True),
        number("hours", None, blank=True),
        number("amount", None, blank=True),
        number("quantity", None, blank=True),
        text("unit", blank=True),
        text("currency", blank=True),
        text("source"),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "ledger", "planning_group", "position", "line")
    file_name: ClassVar[str] = "cost.csv"
