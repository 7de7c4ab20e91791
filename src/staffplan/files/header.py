"""Where the table begins in a sheet: the header below title lines, of one row or two, and the names in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

LOOKED_AT = 40
"""Rows at the beginning of a file among which the header is sought."""
WIDE = 0.6
"""A header fills at least this share of the cells of the widest row."""
_NUMBER = re.compile(r"[-+]?[\d., \u00a0\u202f]*\d\s*%?")
Row = Sequence[str]


@dataclass(frozen=True)
class Header:
    """First and last place of the header among the rows, the names of its columns, and those that occur twice.

    A column without a name is called "column 3", the second of a name "AHT (2)".
    """

    first: int
    last: int
    names: tuple[str, ...]
    doubled: tuple[str, ...]
    nameless: tuple[int, ...]
    """Places of columns without a name."""


def find_header(rows: Sequence[Row]) -> Header | None:
    """The header among the first rows of a file; None where no row has any content."""
    filled = [place for place, row in enumerate(rows[:LOOKED_AT]) if _filled(row)]
    if not filled:
        return None
    wide = WIDE * max(_filled(rows[place]) for place in filled)
    candidates = [place for place in filled[1:] if _filled(rows[place]) >= max(wide, 2) and _is_wordy(rows[place])]
    first = filled[0] if _filled(rows[filled[0]]) >= wide or not candidates else candidates[0]
    below = next((place for place in filled if place > first), None)
    if below is not None and _completes(rows[first], rows[below]) and any(map(_is_data, rows[below + 1 : below + 3])):
        return _header(first, below, _joined(_spread(rows[first]), rows[below]))
    above = rows[first - 1] if first else ()
    return _header(first, first, _joined(_spread(above), rows[first], doubled_only=True))


def _header(first: int, last: int, written: list[str]) -> Header:
    names: list[str] = []
    seen: Counter[str] = Counter()
    for place, name in enumerate(written):
        seen[name] += 1
        again = f"{name} ({seen[name]})" if seen[name] > 1 else name
        names.append(again if name else f"column {place + 1}")
    doubled = tuple(sorted(name for name, count in seen.items() if name and count > 1))
    nameless = tuple(place for place, name in enumerate(written) if not name)
    return Header(first, last, tuple(names), doubled, nameless)


def _filled(row: Row) -> int:
    return sum(1 for cell in row if cell.strip())


def _is_wordy(row: Row) -> bool:
    """Whether at least half of the cells are no numbers."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return 2 * sum(1 for cell in cells if not _NUMBER.fullmatch(cell)) >= len(cells)


def _is_data(row: Row) -> bool:
    return any(cell.strip()[:1].isdigit() for cell in row)


def _completes(upper: Row, lower: Row) -> bool:
    """Whether the lower of two rows names columns that the upper leaves open or names twice, and holds no data."""
    names = [cell.strip() for cell in upper]
    open_there = any(
        cell.strip() and (place >= len(names) or not names[place] or names.count(names[place]) > 1)
        for place, cell in enumerate(lower)
    )
    return open_there and not _is_data(lower) and _filled(upper) > 1


def _spread(row: Row) -> list[str]:
    """A row of group names, each over all its columns, as merged cells show it."""
    spread: list[str] = []
    for cell in row:
        spread.append(cell.strip() or (spread[-1] if spread else ""))
    return spread


def _joined(upper: Sequence[str], lower: Row, *, doubled_only: bool = False) -> list[str]:
    """The lower names; where they are missing the upper ones, where they occur twice both."""
    own = [cell.strip() for cell in lower]
    width = len(own) if doubled_only else max(len(own), len(upper))
    own += [""] * (width - len(own))
    over = [*upper, *[""] * width][:width]
    groups_told = len(set(over)) > 2
    names = []
    for name, group in zip(own, over, strict=True):
        twice = name and own.count(name) > 1 and group and group != name and groups_told
        names.append(f"{group} {name}" if twice else (name or ("" if doubled_only else group)))
    return names
