"""What goes to other systems: the ids by which they know people and queues, and hours to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, instant, number, text

ID_KINDS = ("queue", "planning_group", "agent", "activity", "work_plan")
PLANNED = "planned"


@dataclass(frozen=True)
class ExternalIds(Table):
    """How another system calls what staffplan knows by name: `id` there stands for `name` here.

    `kind` is queue, planning_group, agent, activity or work_plan. The name of an activity is queue, break, meal,
    meeting, training, absence or the kind of a day off, for example vacation.
    """

    columns: ClassVar[tuple[Column, ...]] = (text("kind", choices=ID_KINDS), text("name"), text("id"))
    key: ClassVar[tuple[str, ...]] = ("kind", "name")
    file_name: ClassVar[str] = "ids.csv"


@dataclass(frozen=True)
class PayHours(Table):
    """Hours to pay, one row for each agent, day and kind. They are planned hours, from the roster: not hours worked.

    `kind`: regular, overtime, absence (within a shift), a kind of paid time off, or a premium. Hours of a premium are
    among the regular or overtime hours already. The hours of a shift over midnight belong to the day it begins on.
    Standby and call-outs are the kinds "standby: NAME" and "call-outs: NAME", as the cost report has them. `amount`:
    what they pay, in the plan's currency. Hours of a call-out that the roster pays are among the regular ones alone.
    `pay_code` is blank where [payroll.codes] has none.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("payroll_id"),
        text("name", blank=True),
        Column("period_start", "date"),
        Column("period_end", "date"),
        Column("day", "date"),
        text("kind"),
        text("pay_code", blank=True),
        number("hours"),
        text("basis", choices=(PLANNED,)),
        number("amount", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "day", "kind")
    file_name: ClassVar[str] = "pay_hours.csv"


@dataclass(frozen=True)
class PlainShifts(Table):
    """One row for each shift, and for each part of a split one, for people and for systems that take any CSV file.
    `breaks` lists them with local
    times: "12:00-12:30 meal (unpaid); 15:00-15:15 break".
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", blank=True, required=False),
        Column("date", "date"),
        instant("start"),
        instant("end"),
        text("shift", blank=True, required=False),
        number("break_minutes", blank=True, required=False),
        number("unpaid_break_minutes", blank=True, required=False),
        number("paid_hours", blank=True, required=False),
        text("breaks", blank=True, required=False),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "date", "start")
    file_name: ClassVar[str] = "shifts.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")
