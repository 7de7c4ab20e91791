"""What the priced rules of a person depend on, beside their settings."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from staffplan.roster.problem.worked import Worked
from staffplan.settings.roster import WorkPlanSettings


@dataclass(frozen=True)
class Wish:
    """One wish, for every day from the first to the last. `worth`: how much one of its days counts.

    "off": no shift has a minute on the day, as for time off. "shift": the day is worked, in the shift named (a
    family, or one start, "early 08:00"; "": any). "not": the shift named is not worked.
    """

    first_day: date
    last_day: date
    kind: Literal["off", "shift", "not"]
    shift: str = ""
    worth: float = 1.0

    @property
    def words(self) -> str:
        if self.kind == "off":
            return "for a day off"
        return f"not to work {self.shift}" if self.kind == "not" else f"for {self.shift or 'a shift'}"


@dataclass(frozen=True)
class Published:
    """The roster published before: its days, and the shifts of everybody."""

    first_day: date
    last_day: date
    shifts: Mapping[str, tuple[Worked, ...]]


@dataclass(frozen=True)
class Known:
    """What is known of people beside their contracts, by agent_id."""

    wishes: Mapping[str, tuple[Wish, ...]] = field(default_factory=dict)
    carried: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """By agent_id and what is shared: how many more than the fair share the person had before."""
    published: Published | None = None
    holidays: frozenset[date] = frozenset()
    """Public holidays of the site."""


Shares = Mapping[tuple[Hashable, str], float]
"""By what is shared (fairness.Burden) and agent_id: what the requirement implies for the person."""


@dataclass(frozen=True)
class DueSpan:
    """Days of the period and the paid hours due on them."""

    first: date
    last: date
    hours: float


Balances = Mapping[str, tuple[DueSpan, ...]]
"""By agent_id: hours that bring a balance of hours to zero; nobody without the rule average_hours."""


@dataclass(frozen=True)
class Concern:
    """The person whom a priced rule is made for."""

    agent_id: str
    contract: WorkPlanSettings
    known: Known
    shares: Shares
    balances: Balances = field(default_factory=dict)
