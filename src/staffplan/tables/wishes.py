"""What people wish for, and how evenly what is unpopular fell on them: tables in and out of the roster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from staffplan.errors import Problem, nearest
from staffplan.tables.schema import Column, Table, number, text

SHARED = ("nights", "weekends", "early_starts", "late_ends", "holidays", "shifts", "hours", "wishes")
"""What is shared out: the last one is welcome, the others are work."""
WHERE_RULED = ("holidays", "shifts", "hours")
"""Of these, what is told only where a rule shares it."""
BALANCE = "average_hours"
"""Hours of a reference period: worked, due, and the balance that goes on."""


@dataclass(frozen=True)
class Wishes(Table):
    """What agents wish for on the days from `first_day` to `last_day`, both included; each day is a wish.

    `wish`: "off" (a day without work), "shift" (to work, in `shift` where that is given) or "not" (not in `shift`).
    `shift`: a name under [shifts], "early", or one start of it, "early 08:00". `weight`: how much a day counts beside
    other wishes; blank: 1.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("first_day", "date"),
        Column("last_day", "date"),
        text("wish", choices=("off", "shift", "not")),
        text("shift", required=False, blank=True),
        number("weight", 0, 1e6, required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "first_day", "wish", "shift")
    file_name: ClassVar[str] = "wishes.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("first_day", "last_day")

    @classmethod
    def _problems(cls, data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
        return super()._problems(data, rows, source) + _senseless(data, rows, source)


def _senseless(data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
    """Wishes whose cells do not fit together."""
    problems = []
    for i, (wish, shift) in enumerate(zip(data["wish"], data["shift"], strict=True)):
        if wish == "off" and shift:
            hint = 'leave the shift blank; for a shift to avoid, write "not"'
            problems.append(Problem(f"{source}:{rows[i]}:shift", f"a day off in the shift {shift!r}", hint))
        if wish == "not" and not shift:
            hint = 'name the shift; for a day without any, write "off"'
            problems.append(Problem(f"{source}:{rows[i]}:shift", "the shift to avoid is missing", hint))
    return problems


def unknown_shifts(wishes: Wishes, names: Sequence[str]) -> list[Problem]:
    """Shifts of the wishes that are not among `names`, the settings' families and starts."""
    problems = []
    rows = wishes.frame[["agent_id", "shift"]].drop_duplicates()
    for position, shift in rows["shift"].items():
        if shift and shift not in names:
            place = wishes.place(int(str(position)), "shift")
            problems.append(Problem(place, f"{shift!r} is not a shift in the settings", nearest(shift, names)))
    return problems


@dataclass(frozen=True)
class Fairness(Table):
    """How often what is shared out fell to each agent, against the fair share; for all who could have had it.

    `what`: night shifts, weekends with work, early starts, late ends; or wishes: days wished that were granted, out
    of those asked, `of`; or average_hours: hours worked in the reference period of that rule, with those due in it as
    `fair_share`. `expected`: the agent's part of what the requirement implies (blank for wishes), which the
    rule "fair_share" prices. `fair_share`: the agent's part of what there was in the end. `carried_in`: how many more
    than the fair share there were in the periods before; `carried_out` = carried_in + count - fair_share goes into
    the next one, as input.past_fairness.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", required=False, blank=True),
        text("what", choices=(*SHARED, BALANCE)),
        number("count"),
        number("of", required=False, blank=True),
        number("fair_share"),
        number("expected", required=False, blank=True),
        number("carried_in", None, required=False, blank=True),
        number("carried_out", None),
    )
    key: ClassVar[tuple[str, ...]] = ("what", "agent_id")
    file_name: ClassVar[str] = "fairness.csv"


@dataclass(frozen=True)
class PricedBreaches(Table):
    """Where the roster does not keep a rule that has a price: who, when, how much of it, and the price."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("rule"),
        text("agent_id"),
        Column("schedule_date", "date"),
        number("amount"),
        number("price"),
        text("message"),
    )
    key: ClassVar[tuple[str, ...]] = ("rule", "agent_id", "schedule_date", "message")
    file_name: ClassVar[str] = "soft.csv"
