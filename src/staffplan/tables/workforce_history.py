"""Who came and left when, and what it says about leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, number, text


@dataclass(frozen=True)
class WorkforceHistory(Table):
    """Stays of people: `start` is the first day, `leave` the last one, blank for those who are still there.

    Somebody who comes back has a row for each stay.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position", required=False, blank=True),
        text("agent_id", required=False, blank=True),
        text("site", required=False, blank=True),
        Column("start", "date"),
        Column("leave", "date", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("position",)
    numbered: ClassVar[str | None] = "position"
    file_name: ClassVar[str] = "workforce_history.csv"
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class TenureRates(Table):
    """What share leaves in a period, by tenure and by calendar month, as a history of the workforce has it.

    `kind` is "tenure", "month", or "check" for what the latest year says of rates learnt before it. `exposure` are
    the periods that people spent in a band, `left` those who left then. `value` is the rate used, a share that leaves
    in a period, for a month a multiple; `raw` is that of the band alone. For a check `value` are the leavers
    expected, `raw` those expected by one rate for all. `low` and `high` are the 95 % interval.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position"),
        text("kind", choices=("tenure", "month", "check")),
        text("band"),
        number("exposure", blank=True),
        number("left"),
        number("raw", blank=True),
        number("value", blank=True),
        number("low", blank=True),
        number("high", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("position",)
    file_name: ClassVar[str] = "attrition.csv"
