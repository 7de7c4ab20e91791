"""How far the search of a roster is: its time limit, its bound, and what it tells of itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from staffplan.progress import OnProgress, Progress
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.search.anneal import Incumbent
from staffplan.roster.search.bound import Prices, next_grain

PROVEN = 1e-4
"""A cost this near to the bound is the least."""


@dataclass
class Run:
    """How far the search is; shared by the two threads."""

    step_begun: float
    """When the step began, the problem not yet built (time.monotonic)."""
    seconds: float
    """The time limit."""
    reserve: float
    """Seconds of it that the search leaves."""
    moves: int
    on_progress: OnProgress
    grain: float = 0.0
    bound: float = 0.0
    prices: Prices | None = None
    """Those that prove it, when they are found."""
    hurried: bool = False
    begun: float = field(default_factory=time.monotonic)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def deadline(self) -> float:
        """When the search ends."""
        return self.step_begun + self.seconds - self.reserve

    def left(self, share: float) -> float:
        """Seconds until a share of the time limit is over; none once the search was interrupted."""
        return 0.0 if self.stopped.is_set() else self.step_begun + share * self.seconds - time.monotonic()

    def to_the_deadline(self) -> float:
        """Seconds; none once the search was interrupted."""
        return 0.0 if self.stopped.is_set() else self.deadline - time.monotonic()

    def out_of_time(self) -> bool:
        return self.stopped.is_set() or time.monotonic() > self.deadline

    def within(self, seconds: float) -> Callable[[], bool]:
        """Whether so many seconds from now are over, or the search was interrupted."""
        end = time.monotonic() + seconds
        return lambda: self.stopped.is_set() or time.monotonic() > end

    def spent(self, begin: float, end: float) -> Callable[[], float]:
        """The share that is over of a part of the time limit, both ends shares of it."""
        whole = self.deadline - self.begun
        first, length = self.begun + begin * whole, max((end - begin) * whole, 1e-9)
        return lambda: 1.0 if self.stopped.is_set() else (time.monotonic() - first) / length

    def late(self, share: float) -> None:
        """Take note that a part of the search was cut short by the clock, if it was."""
        self.hurried |= self.spent(0.0, share)() >= 1.0

    def ended(self, incumbent: Incumbent) -> bool:
        """Whether the time is over, or nothing better can be found."""
        return self.out_of_time() or incumbent.cost <= self.bound + PROVEN

    def raise_bound(self, bound: float) -> None:
        self.bound = max(self.bound, next_grain(bound, self.grain))

    def say_share(self, share: float) -> None:
        self._tell(f"{share:.0%} of the people have a first roster")

    def say(self, incumbent: Incumbent, problem: RosterProblem) -> None:
        self._tell(standing(incumbent.cost, self.bound, problem))

    def say_end(self, cost: float, bound: float, problem: RosterProblem) -> None:
        self._tell(f"with meetings: {standing(cost, bound, problem)}")

    def _tell(self, words: str) -> None:
        """Progress in seconds of the time limit: how long it takes at most is what a person waits for."""
        most, spent = max(round(self.seconds), 1), round(time.monotonic() - self.step_begun)
        self.on_progress(Progress("roster", min(spent, most), most, f"s at most; {words}"))


def standing(cost: float, bound: float, problem: RosterProblem) -> str:
    """In words."""
    if bound <= 0:
        return "not known yet how near to the best possible"
    return f"within {100 * max(gap_share(problem, cost, bound), 0.0):.1f} % of the best possible"


def gap_share(problem: RosterProblem, cost: float, bound: float) -> float:
    """(cost - bound) / price of an understaffed hour, as a share of the required hours."""
    hours = (cost - bound) / problem.understaffing_weight
    return hours / problem.required_hours if problem.required_hours else 0.0
