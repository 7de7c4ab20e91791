"""An amount, what it is made of, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from staffplan.tables.schema import Table
from staffplan.tables.trace import ASKED, PART, SOURCE, Trace

MINUTES, CONTACTS, PEOPLE = "minutes", "contacts", "people"


@dataclass(frozen=True)
class Place:
    """A file and rows in it, as a spreadsheet counts them; lines, in a file of settings."""

    file: str = ""
    rows: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """ "2-5, 9"."""
        runs: list[list[int]] = []
        for row in sorted(set(self.rows)):
            if runs and row == runs[-1][-1] + 1:
                runs[-1] = [runs[-1][0], row]
            else:
                runs.append([row, row])
        return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


NOWHERE = Place()


@dataclass(frozen=True)
class Amount:
    """A number, exactly; None where there is none. `parts` add up to it, `sources` are what its formula takes."""

    what: str
    value: Fraction | None
    unit: str
    how: str = ""
    place: Place = NOWHERE
    ask: str = ""
    parts: Callable[[], Sequence[Amount]] = tuple
    sources: Callable[[], Sequence[Amount]] = tuple


def rows_of(table: Table, positions: Iterable[int]) -> Place:
    """Where rows of a table stand in its file."""
    return Place(table.source, tuple(int(table.rows[position]) for position in positions))


def summed(what: str, parts: Sequence[Amount], unit: str, **told: str) -> Amount:
    """The sum of parts that are known already."""
    value = sum((part.value or Fraction(0) for part in parts), start=Fraction(0))
    return Amount(what, value, unit, told.get("how", ""), ask=told.get("ask", ""), parts=lambda: parts)


def money(cents: int) -> Fraction:
    """Cents in currency units."""
    return Fraction(int(cents), 100)


def trace_table(amount: Amount, depth: int) -> Trace:
    """The amount and so many levels below it."""
    rows: list[Mapping[str, object]] = []
    for above, level, role, one in _walked(amount, depth):
        rows.append(
            {
                "number": len(rows) + 1,
                "above": above,
                "level": level,
                "role": role,
                "what": one.what,
                "value": None if one.value is None else float(one.value),
                "unit": one.unit,
                "how": one.how,
                "file": one.place.file,
                "rows": one.place.words,
                "ask": one.ask,
            }
        )
    return Trace.of(pd.DataFrame(rows))


def _walked(amount: Amount, depth: int) -> Iterator[tuple[int | None, int, str, Amount]]:
    """Each amount with the number of the one above, its level and role, in the order of the table."""
    number = 0
    open_ones: list[tuple[int | None, int, str, Amount]] = [(None, 0, ASKED, amount)]
    while open_ones:
        above, level, role, one = open_ones.pop()
        number += 1
        yield above, level, role, one
        if level < depth:
            below = [(number, level + 1, PART, part) for part in one.parts()]
            below += [(number, level + 1, SOURCE, source) for source in one.sources()]
            open_ones += reversed(below)
