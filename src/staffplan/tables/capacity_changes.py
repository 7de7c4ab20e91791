"""What a capacity plan has that the one before did not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, number, text


@dataclass(frozen=True)
class CapacityChanges(Table):
    """Why a capacity plan differs from an earlier one, by site and period that both have.

    `before` and `after` are the cause's own figures: people, a share, or money. `people` is what the cause adds to
    over/under; over the causes of a period it adds up to the change of over/under. `cost` adds up in the same way.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position"),
        text("site", blank=True),
        text("period"),
        text("cause"),
        number("before", None),
        number("after", None),
        number("people", None),
        number("cost", None),
    )
    key: ClassVar[tuple[str, ...]] = ("position",)
    file_name: ClassVar[str] = "capacity_changes.csv"
