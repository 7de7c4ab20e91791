"""What rules between named people, or people of a kind, have in common.

`rows` are inequalities over who works which shift, for the search and for conflicts; `violations` reads a finished
roster and shares no code with them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from staffplan.clock import SiteCalendar
from staffplan.roster.problem.problem import Period, Person, RosterProblem
from staffplan.roster.problem.ties import Kind, Row
from staffplan.roster.rules.between import Finished, SlotLimit, SlotSums, TeamViolation

NEIGHBOURS = (-1, 0, 1)
"""Days on which a shift may begin that has a moment in common with one of a day: none lasts more than a day."""
Choice = tuple[int, int]
"""A day and an option."""
Span = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Tie(ABC):
    """What all of these rules have. `weight`: price of a unit; None: mandatory. `relaxed`: given up, in a remedy."""

    weight: float | None
    relaxed: bool = False
    name = "tie"
    kind = Kind.PAIR

    def limits(self, sums: SlotSums, period: Period, calendar: SiteCalendar) -> Iterator[SlotLimit]:
        """Nothing: these rules are rows."""
        return iter(())

    def rows(self, problem: RosterProblem, calendar: SiteCalendar) -> list[Row]:
        """Inequalities over the problem's people; none where the rule is given up."""
        return [] if self.relaxed else list(self._rows(problem, calendar))

    def eased(self, by: int) -> Tie:
        """The rule a step looser."""
        return replace(self, relaxed=True)

    @property
    def steps(self) -> int:
        """Steps by which it may be eased."""
        return 1

    @property
    @abstractmethod
    def words(self) -> str:
        """The rule in words."""

    @abstractmethod
    def about(self, person: Person) -> bool:
        """Whether the rule speaks of the person."""

    @abstractmethod
    def violations(self, done: Finished) -> Iterator[TeamViolation]:
        """Every breach in a finished roster."""

    @abstractmethod
    def _rows(self, problem: RosterProblem, calendar: SiteCalendar) -> Iterable[Row]: ...


def slots_there(problem: RosterProblem, choice: Choice) -> list[tuple[int, int]]:
    """First slot and end of each stretch of a shift on site."""
    d, o = choice
    first = int(problem.option_slot[o, d])
    return [(first + begin, first + end) for begin, end in problem.options[o].there]


def clock_of(at: pd.Timestamp, zone: str) -> str:
    """ "09:30", on the wall clock."""
    return f"{at.tz_convert(zone):%H:%M}"


def remembered(ask: Callable[[Choice, Choice], bool]) -> Callable[[Choice, Choice], bool]:
    """Each question is answered once."""
    known: dict[tuple[Choice, Choice], bool] = {}

    def answer(one: Choice, other: Choice) -> bool:
        if (one, other) not in known:
            known[one, other] = ask(one, other)
        return known[one, other]

    return answer
