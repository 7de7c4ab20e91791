"""An amount of a plan, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, number, text

ASKED, PART, SOURCE = "asked", "part", "source"


@dataclass(frozen=True)
class Trace(Table):
    """An amount, level by level: a row for it, and for each amount that it is made of.

    `number` numbers the rows, `above` is the row that a row explains; blank for the amount asked for. The values of
    the rows with the role "part" add up exactly to the row above; those with the role "source" are what its formula
    (`how`) takes. `unit` is a currency, minutes, contacts, people or what else `value` counts. `file` and `rows` tell
    where an amount stands (the header of a table is row 1), `ask` with which words staffplan explain goes on.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "count", minimum=1),
        Column("above", "count", blank=True, minimum=1),
        Column("level", "count", minimum=0),
        text("role", choices=(ASKED, PART, SOURCE)),
        text("what"),
        number("value", None, blank=True),
        text("unit", blank=True),
        text("how", blank=True),
        text("file", blank=True),
        text("rows", blank=True),
        text("ask", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("number",)
    file_name: ClassVar[str] = "trace.csv"
