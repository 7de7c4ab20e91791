"""Shifts without a name: what is offered, who bids, and who is given what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import LARGEST_RATE, Column, Table, instant, number, text

_BREAK = re.compile(r"(break|meal|split) (\d+)-(\d+)( unpaid)?")


@dataclass(frozen=True)
class OfferedBreak:
    """A break of an open shift, in minutes after its start."""

    activity: str
    begin: int
    end: int
    paid: bool

    @property
    def words(self) -> str:
        return f"{self.activity} {self.begin}-{self.end}{'' if self.paid else ' unpaid'}"


def parse_breaks(cell: str) -> tuple[OfferedBreak, ...]:
    """The breaks of "break 75-90; meal 240-270 unpaid". Raises ValueError, in words, on anything else."""
    found = []
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        match = _BREAK.fullmatch(part)
        if match is None or int(match[2]) >= int(match[3]):
            said = "write break 75-90 or meal 240-270 unpaid, minutes after the start"
            raise ValueError(f"{part!r} is not a break; {said}")
        found.append(OfferedBreak(match[1], int(match[2]), int(match[3]), match[4] is None))
    return tuple(found)


@dataclass(frozen=True)
class OpenShifts(Table):
    """Shifts that a roster lacks, the one that saves most first. Nobody is named yet.

    `planning_group`: the group it serves; who works it needs that skill. `breaks`: in minutes after the start, "break
    75-90; meal 240-270 unpaid". `hours_saved`: understaffed hours that it saves once those above it are worked.
    `premium`: amount offered for it.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("shift_id"),
        Column("schedule_date", "date"),
        text("shift"),
        instant("start"),
        instant("end"),
        number("paid_hours", 0, 24),
        text("planning_group"),
        Column("breaks", "text", blank=True, reader=parse_breaks),
        number("hours_saved", 0, required=False, blank=True),
        number("premium", 0, LARGEST_RATE, required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("shift_id",)
    file_name: ClassVar[str] = "open_shifts.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")


@dataclass(frozen=True)
class Bids(Table):
    """Who wants which open shift.

    `rank`: 1 for the shift that the agent wants most; blank: after those with a rank. `time`: when the bid came.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("shift_id"),
        text("agent_id"),
        Column("rank", "count", required=False, blank=True, minimum=1, maximum=1000),
        instant("time", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("shift_id", "agent_id")
    file_name: ClassVar[str] = "bids.csv"


@dataclass(frozen=True)
class BidResults(Table):
    """What became of every bid, in the order in which they were looked at. `reason`: why the shift was not given."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "count", minimum=1),
        text("shift_id"),
        text("agent_id"),
        text("given", choices=("yes", "no")),
        text("reason", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("number",)
    file_name: ClassVar[str] = "bid_results.csv"
