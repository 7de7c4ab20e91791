"""The rules in force, each as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, text

KINDS = ("mandatory", "preference", "between people", "not held")


@dataclass(frozen=True)
class RulesInForce(Table):
    """Each rule that holds for a contract, or for a person, with the place where it is set.

    `number`: the order in which they are told. `work_plan`: the contract it holds for; blank: rules between people,
    a person's own rows of a table, and what a law says. `rule`: its name under [roster] rules, the key of the
    contract, or the table. `kind`: "not held" is what a law says and no roster of one period can be held to.
    `binds`: "yes" where it excludes a roster that the other rules allow somebody, "never" where it excludes none,
    blank where that was not asked.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "count", minimum=1),
        text("work_plan", required=False, blank=True),
        text("rule"),
        text("kind", choices=KINDS),
        text("sentence"),
        text("place"),
        text("binds", required=False, blank=True, choices=("yes", "never")),
    )
    key: ClassVar[tuple[str, ...]] = ("number",)
    file_name: ClassVar[str] = "rules.csv"
    numbered: ClassVar[str | None] = "number"
