"""A trainee with a mentor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from staffplan.clock import SiteCalendar
from staffplan.roster.problem.problem import Person, RosterProblem
from staffplan.roster.problem.ties import Kind, Row
from staffplan.roster.rules.between import Finished, TeamViolation
from staffplan.roster.rules.tie import NEIGHBOURS, Tie, clock_of, slots_there


@dataclass(frozen=True, kw_only=True)
class Mentor(Tie):
    """Each shift of a trainee lies within a shift of one of the mentors."""

    trainee: str
    mentors: tuple[str, ...]
    name = "mentor"
    kind = Kind.MENTOR

    @property
    def words(self) -> str:
        return f"a mentor for {self.trainee} ({' or '.join(self.mentors)})"

    def about(self, person: Person) -> bool:
        return person.agent_id in (self.trainee, *self.mentors)

    def _rows(self, problem: RosterProblem, calendar: SiteCalendar) -> Iterable[Row]:
        known = {person.agent_id: n for n, person in enumerate(problem.people)}
        mentors = [known[agent] for agent in self.mentors if agent in known]
        for d in range(problem.period.days if self.trainee in known else 0):
            yield from self._rows_of_day(problem, known[self.trainee], mentors, d)

    def _rows_of_day(self, problem: RosterProblem, learns: int, mentors: Sequence[int], d: int) -> Iterator[Row]:
        """Of each shift of the trainee on the day with anybody on site: without it, or a mentor's around it."""
        near = [e for e in (d + step for step in NEIGHBOURS) if 0 <= e < problem.period.days]
        able = {(e, m): np.flatnonzero(problem.allowed[m, e]).tolist() for e in near for m in mentors}
        spans = {(e, p): slots_there(problem, (e, p)) for (e, _), theirs in able.items() for p in theirs}
        for o in np.flatnonzero(problem.allowed[learns, d]).tolist():
            if not (mine := slots_there(problem, (d, o))):
                continue
            around = {key for key, theirs in spans.items() if _within(mine, theirs)}
            beside = [(m, e, p, 1) for (e, m), theirs in able.items() for p in theirs if (e, p) in around]
            yield Row(((learns, d, o, -1), *beside), 0, 1.0, int(problem.period.day_slot[d]))

    def violations(self, done: Finished) -> Iterator[TeamViolation]:
        zone = done.calendar.timezone
        there = [parts for mentor in self.mentors for parts in done.parts_of.get(mentor, {}).values()]
        for day, mine in done.parts_of.get(self.trainee, {}).items():
            alone = not any(all(any(a <= x and y <= b for a, b in parts) for x, y in mine) for parts in there)
            if alone and done.holds(day):
                when = f"{clock_of(mine[0][0], zone)}-{clock_of(mine[-1][1], zone)}"
                said = f"{self.trainee} works {when}, and no shift of {' or '.join(self.mentors)} lasts as long"
                yield TeamViolation(day, self.name, said)


def _within(inner: Sequence[tuple[int, int]], outer: Sequence[tuple[int, int]]) -> bool:
    return all(any(a <= x and y <= b for a, b in outer) for x, y in inner)
