"""Which options together reach a target at the least harm: greedily, and exactly over all their combinations.

What options save together is not the sum of what each saves: two of them may save the same hour. So a set counts by
what it was found to save when it was run whole. Until it was, it is guessed: the largest part of it that was run, and
each option more by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

Chosen = frozenset[int]
NONE: Chosen = frozenset()
TINY = 1e-9


@dataclass(frozen=True)
class Worth:
    """What a set of options saves a year, and the points of harm that it does in a year."""

    saving: float
    harm: float


Run = Callable[[Sequence[Chosen]], Mapping[Chosen, Worth | None]]
"""Runs sets whole; None for one that cannot be."""


@dataclass
class Known:
    """What is known of sets so far. `alternatives`: options of which at most one can be in a set."""

    options: int
    alternatives: Sequence[Chosen] = ()
    worths: dict[Chosen, Worth] = field(default_factory=lambda: {NONE: Worth(0.0, 0.0)})
    impossible: set[Chosen] = field(default_factory=set)

    def allowed(self, chosen: Chosen) -> bool:
        """Whether the options can be together, as far as is known."""
        clash = any(len(chosen & some) > 1 for some in self.alternatives)
        return not clash and not any(wrong <= chosen for wrong in self.impossible)

    def every(self) -> Iterator[Chosen]:
        """All sets that can be, but the empty one."""
        for size in range(1, self.options + 1):
            yield from (one for one in map(frozenset, combinations(range(self.options), size)) if self.allowed(one))

    def guess(self, chosen: Chosen) -> Worth:
        """The set as it was run, or the largest part of it that was, and each option more by itself."""
        part = max((one for one in self.worths if one <= chosen), key=lambda one: (len(one), sorted(one)))
        more = [self.worths[frozenset([option])] for option in chosen - part]
        start = self.worths[part]
        return Worth(start.saving + sum(one.saving for one in more), start.harm + sum(one.harm for one in more))

    def learn(self, found: Mapping[Chosen, Worth | None]) -> None:
        """Take over what was run."""
        self.worths |= {chosen: worth for chosen, worth in found.items() if worth is not None}
        self.impossible |= {chosen for chosen, worth in found.items() if worth is None}

    def best(self, target: float) -> Chosen | None:
        """Of the sets that were run the one of the least harm that reaches the target; None where none does."""
        reached = [chosen for chosen, worth in self.worths.items() if worth.saving >= target - TINY]
        return min(reached, key=lambda one: self.order(self.worths[one], one), default=None)

    @staticmethod
    def order(worth: Worth, chosen: Chosen) -> tuple[float, float, int, list[int]]:
        """Less harm first, then more saving, then fewer options."""
        return worth.harm, -worth.saving, len(chosen), sorted(chosen)


@dataclass(frozen=True)
class Found:
    """The set that greed finds, the best of all, and whether every combination was run; None: none reaches it."""

    greedy: Chosen | None
    best: Chosen | None
    proof: str
    known: Known


EVERY = "every combination was run whole"
GUESSED = "no other combination is guessed to do less harm; guesses add up what was run"
CUT = "combinations that are guessed to do less harm were left: give a larger --runs"


def find(
    options: int, target: float, run: Run, *, runs: int, at_once: int = 1, alternatives: Iterable[Chosen] = ()
) -> Found:
    """Run each option by itself, then sets of them: greedily, then those that are guessed to do less harm than the
    best set that was run, until none is left or so many sets of several options were run."""
    known = Known(options, tuple(alternatives))
    known.learn(run([frozenset([option]) for option in range(options)]))
    several = [chosen for chosen in known.every() if len(chosen) > 1]
    if len(several) <= runs:
        known.learn(run(several) if several else {})
        return Found(_greedy(known, target, run), known.best(target), EVERY, known)
    greedy = _greedy(known, target, run)
    while True:
        wanted = _better(known, target)
        left = runs - sum(len(one) > 1 for one in (*known.worths, *known.impossible))
        if not wanted or left <= 0:
            return Found(greedy, known.best(target), CUT if wanted else GUESSED, known)
        known.learn(run(wanted[: min(at_once, left)]))


def _greedy(known: Known, target: float, run: Run) -> Chosen | None:
    """Option after option: always the one of the least harm for what it saves; each set on the way is run whole."""
    chosen, dropped = NONE, set()
    while known.worths[chosen].saving < target - TINY:
        start = known.worths[chosen]
        steps = []
        for option in range(known.options):
            more = chosen | {option}
            if option in chosen or option in dropped or not known.allowed(more):
                continue
            guess = known.guess(more)
            saving, harm = guess.saving - start.saving, guess.harm - start.harm
            if saving > TINY:
                steps.append((harm / saving, -saving, option))
        if not steps:
            return None
        more = chosen | {min(steps)[2]}
        if more not in known.worths:
            known.learn(run([more]))
        if more not in known.worths or known.worths[more].saving <= start.saving + TINY:
            dropped.add(min(steps)[2])
        else:
            chosen = more
    return chosen


def _better(known: Known, target: float) -> list[Chosen]:
    """Sets that were not run, and are guessed to reach the target with less harm than the best one that was."""
    best = known.best(target)
    limit = None if best is None else known.order(known.worths[best], best)
    guesses = [(known.order(known.guess(one), one), one) for one in known.every() if one not in known.worths]
    reach = [(order, one) for order, one in guesses if -order[1] >= target - TINY]
    return [one for order, one in sorted(reach) if limit is None or order < limit]
