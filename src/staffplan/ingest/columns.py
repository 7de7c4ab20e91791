"""A preset's names of columns, found among those of a file, and the text that stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from staffplan.files.cells import BLANKS
from staffplan.files.joined import joined_texts, plain_texts
from staffplan.tables.names import plain

ADDED, ELSE = " + ", " ?? "
SECONDS = "{seconds}"


@dataclass(frozen=True)
class Source:
    """Where a value stands: columns of the file, put together ("+") or the first that is filled ("??")."""

    columns: tuple[str, ...]
    first_filled: bool = False

    def in_words(self) -> str:
        return (ELSE if self.first_filled else ADDED).join(self.columns)


class Header:
    """The columns of a file, found by their plain names."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(str(name) for name in names if name != "_row")
        self._by_plain = {plain(name): name for name in reversed(self.names)}

    def find(self, wanted: str) -> str | None:
        """The file's column of this name; "contacts *" is the first that begins so."""
        name = plain(wanted)
        if wanted.endswith("*"):
            return next((own for other, own in self._by_plain.items() if other.startswith(name)), None)
        return self._by_plain.get(name) or (self._inside(name) if "." in wanted else None)

    def _inside(self, name: str) -> str | None:
        """The one dotted name of a document that ends so: what lies around it differs with the number of rows."""
        ends = [own for other, own in self._by_plain.items() if "." in own and other.endswith(f" {name}")]
        return ends[0] if len(ends) == 1 else None

    def source(self, alternatives: Sequence[str]) -> Source | None:
        """The first alternative that is there."""
        for alternative in alternatives:
            first_filled = "??" in alternative
            parts = [part.strip() for part in re.split(r"\s\?\?\s" if first_filled else r"\s\+\s", alternative)]
            found = tuple(column for part in parts if (column := self.find(part)) is not None)
            if found and (first_filled or len(found) == len(parts)):
                return Source(found, first_filled)
        return None

    def has(self, entry: str) -> bool:
        """Whether one of the names "A | B" of a fingerprint is there."""
        return any(self.find(name.strip()) is not None for name in entry.split("|"))


def sources(header: Header, columns: Mapping[str, Sequence[str]], within_seconds: float) -> dict[str, Source]:
    """Where each of our columns stands; `{seconds}` in a name is the time limit of the service level."""
    limit = f"{within_seconds:g}"
    found = {ours: header.source([name.replace(SECONDS, limit) for name in names]) for ours, names in columns.items()}
    return {ours: source for ours, source in found.items() if source is not None}


def texts_of(frame: pd.DataFrame, source: Source) -> pd.Series:
    """The cells of a source as trimmed text, put together with one blank between."""
    parts = [plain_texts(frame[column]) for column in source.columns]
    if len(parts) == 1:
        return parts[0]
    if source.first_filled:
        text = parts[0]
        for part in parts[1:]:
            text = text.where(~is_blank(text), part)
        return text
    return joined_texts(parts)


def is_blank(texts: pd.Series) -> pd.Series:
    return texts.str.lower().isin(BLANKS)
