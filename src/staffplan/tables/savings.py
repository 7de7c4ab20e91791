"""Where to save: options, alone and together, with what they save and what customers and people lose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, number, text

GREEDY, BEST, BOTH = "greedy", "exact", "greedy and exact"
NOT_SURE = "not sure"


@dataclass(frozen=True)
class Savings(Table):
    """Sets of options that were run whole, the chosen one first. Money and losses are of a year.

    `saving_per_year` is what the plan costs less, without the yearly part of `one_off_cost`; with roster searches to
    their ends it lies between `saving_low` and `saving_high`. `sum_of_options` is what its options save one by one:
    the difference is what they do to each other. `reaches` "not sure": the target lies within that range. `harm` are
    points: late contacts, contacts that hang up (`hung_up`) or that nobody takes (`not_served`), people fewer, broken
    rules and refused wishes, each by its weight, and `judged_harm`; `harm_error` is the standard error of its waits.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position"),
        text("what"),
        number("options"),
        text("chosen_by", blank=True, choices=(GREEDY, BEST, BOTH)),
        number("saving_per_year", None),
        number("saving_low", None),
        number("saving_high", None),
        number("saving_share", None),
        number("sum_of_options", None),
        text("reaches", choices=("yes", NOT_SURE, "no")),
        number("harm"),
        number("harm_error"),
        number("late_contacts"),
        number("hung_up"),
        number("not_served"),
        number("people_fewer"),
        number("broken_rules"),
        number("refused_wishes"),
        number("judged_harm"),
        number("one_off_cost"),
        text("owners"),
        text("customers"),
        text("people"),
        text("folder"),
    )
    key: ClassVar[tuple[str, ...]] = ("position",)
    file_name: ClassVar[str] = "savings.csv"
