"""How many are on queue in each interval today, and what a change leaves of them: never fewer than the minimum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from staffplan.control.today.levers import Lever
from staffplan.control.today.spans import QUEUE, Shift
from staffplan.site import Site
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.waits import Coverage

Cell = tuple[str, pd.Timestamp]
"""Planning group and start of an interval."""
NEARLY = 1e-6
"""Parts of a person that rounding makes."""


@dataclass(frozen=True)
class Staffed:
    """People by planning group and interval: there, needed, and the least that must be there."""

    there: Mapping[Cell, float]
    needed: Mapping[Cell, float]
    least: Mapping[Cell, float]
    length: pd.Timedelta
    grid: pd.Timestamp

    def below_minimum(self, lever: Lever) -> str:
        """The first interval in which a change leaves fewer than the minimum, in words; "" where there is none."""
        for cell, change in sorted(self._changes(lever).items(), key=lambda one: (one[0][1], one[0][0])):
            left, least = self.there.get(cell, 0.0) + change, self.least.get(cell, 0.0)
            if change < -NEARLY and left < least - NEARLY:
                return f"minimum: {cell[0]} would have {left:g} of at least {least:g}"
        return ""

    def leaves_enough(self, lever: Lever) -> bool:
        """Whether nobody whom the contacts need is taken away."""
        taken = ((cell, change) for cell, change in self._changes(lever).items() if change < -NEARLY)
        return all(self.there.get(cell, 0.0) + change > self.needed.get(cell, 0.0) - NEARLY for cell, change in taken)

    def adds_in(self, lever: Lever, cells: Collection[Cell]) -> bool:
        """Whether a change brings somebody to one of these."""
        return any(change > NEARLY and cell in cells for cell, change in self._changes(lever).items())

    def _changes(self, lever: Lever) -> dict[Cell, float]:
        """People more in each interval."""
        found: defaultdict[Cell, float] = defaultdict(float)
        for shift, sign in _signed(lever):
            for cell, part in self._parts(shift):
                found[cell] += sign * part
        return found

    def _parts(self, shift: Shift) -> Iterable[tuple[Cell, float]]:
        for span in shift.spans:
            if span.activity == QUEUE:
                start = self.grid + (span.start - self.grid) // self.length * self.length
                while start < span.end:
                    part = (min(span.end, start + self.length) - max(span.start, start)) / self.length
                    yield (span.group, start), part
                    start += self.length


def _signed(lever: Lever) -> Iterator[tuple[Shift, float]]:
    """Shifts that a change brings, and those that it takes."""
    for before, after in lever.changes:
        yield from ((after, 1.0), (before, -1.0))


def staffed(cover: Coverage, requirement: StaffingRequirement, site: Site) -> Staffed:
    """Of the intervals of a day. requirement: of all groups; the minimum holds where they are open."""
    frame, need = cover.frame, requirement.frame
    cells = list(zip(frame["planning_group"], frame["interval_start"], strict=True))
    fewest = {name: max(queue.minimum_agents for queue in queues) for name, queues in site.groups().items()}
    open_cells = zip(need["planning_group"], need["interval_start"], strict=True)
    return Staffed(
        dict(zip(cells, frame["scheduled"].astype(float), strict=True)),
        dict(zip(cells, frame["required"].astype(float), strict=True)),
        {(group, start): float(fewest.get(group, 0)) for group, start in open_cells},
        pd.Timedelta(minutes=site.calendar.interval_minutes),
        need["interval_start"].min(),
    )
