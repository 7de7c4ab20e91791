"""Tables as plain text, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def text_table(rows: Sequence[Sequence[Any]], header: Sequence[str], *, right: Sequence[int] = ()) -> str:
    """Plain columns, two spaces apart; `right` names the columns that are aligned right."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = []
    for row in cells:
        aligned = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)


def percent(share: float, digits: int = 1) -> str:
    """A share as people read it: 0.815 is "81.5 %"."""
    return f"{100 * share:.{digits}f} %"
