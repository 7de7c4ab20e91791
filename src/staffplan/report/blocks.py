"""The pieces a page is made of. Python decides what is said, the template how it looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pandas as pd

from staffplan.report.style import Draw, png
from staffplan.words import tr

Format = Callable[[Any], str]


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list; numbered where order or number matters."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Heading:
    """A subheading inside a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Alert:
    """Something that must not be overlooked."""

    kind: ClassVar[str] = "alert"
    text: str


@dataclass(frozen=True)
class Card:
    """One figure that a budget owner remembers."""

    label: str
    value: str
    detail: str


@dataclass(frozen=True)
class Cards:
    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """A table as text; the first column heads its row, numbers are aligned right, `strong` rows are totals."""

    kind: ClassVar[str] = "table"
    caption: str
    headers: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    strong: tuple[int, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A picture, what it shows in words (for those who cannot see it), and the same as a table."""

    kind: ClassVar[str] = "figure"
    name: str
    """What kind of picture it is: its file name without extension, and with its number unique in a report."""
    title: str
    alt: str
    draw: Draw
    height_inches: float
    table: Table
    caption: str = ""
    width_inches: float = 11.0
    number: int = 1
    """Counts the pictures of this kind: the first is of the largest queue or group."""

    @property
    def key(self) -> str:
        return self.name if self.number == 1 else f"{self.name}_{self.number}"

    def png(self) -> bytes:
        return png(self.draw, self.width_inches, self.height_inches)


@dataclass(frozen=True)
class Sheet:
    """A day or a person, folded up until it is asked for."""

    anchor: str
    title: str
    blocks: tuple[Bullets | Table, ...]
    link: str = ""
    """Address of a page of its own that holds the blocks, in a report that is a folder."""


@dataclass(frozen=True)
class Sheets:
    """Days or people, and the data from which the page's script draws them."""

    kind: ClassVar[str] = "sheets"
    what: Literal["day", "agent", "queue", "team"]
    sheets: tuple[Sheet, ...]
    payload: Mapping[str, Any] | None = None


Block = Text | Bullets | Heading | Alert | Cards | Table | Figure | Sheets


@dataclass(frozen=True)
class Section:
    """A part of the page with an anchor."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


Column = tuple[str, str, Format | None]
"""Column of a frame, its header with the unit, and how a number is written; None for text."""


def table_of(
    frame: pd.DataFrame, columns: Sequence[Column], caption: str, *, strong: Literal["", "is_total"] | pd.Series = ""
) -> Table:
    """A frame's columns as a table of texts; `strong` names or gives the column that marks totals."""
    rows = [
        tuple(Cell((form or str)(row[name]), is_number=form is not None) for name, _, form in columns)
        for row in frame.to_dict("records")
    ]
    marks = frame[strong] if isinstance(strong, str) and strong else strong if not isinstance(strong, str) else None
    totals = () if marks is None else tuple(number for number, mark in enumerate(marks) if mark)
    headers = tuple(Cell(tr(header), form is not None) for _, header, form in columns)
    return Table(caption, headers, tuple(rows), totals)


def matrix_of(frame: pd.DataFrame, corner: str, caption: str, form: Format) -> Table:
    """A frame with its index as the first column and every other column written by `form`."""
    headers = (Cell(tr(corner)), *(Cell(tr(str(name)), is_number=True) for name in frame.columns))
    rows = tuple(
        (Cell(tr(str(label))), *(Cell(form(value), is_number=True) for value in values))
        for label, values in zip(frame.index, frame.to_numpy(dtype=object), strict=True)
    )
    return Table(caption, headers, rows)
