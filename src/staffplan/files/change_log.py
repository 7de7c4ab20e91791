"""The log of changes by hand in a plan directory: one line a change, only added to, with what takes each back.

`changes.jsonl` has for each change its number, when, who, why and what was asked, and of each file that it wrote the
hash before and after and the lines that were replaced. Each line carries the hash of the one before, as in a ledger.
The log and the files that a change writes appear together or not at all (`together`).
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from staffplan.errors import DataError, Problem, place_of
from staffplan.files.disk import sha256
from staffplan.files.ledger import FIRST, chained_hash

CHANGES = "changes.jsonl"
UNDO = "undo"
RESTORE = "restore it from a copy; without it no change can be taken back"
Piece = tuple[int, tuple[str, ...], tuple[str, ...]]
"""From which line on (0 for the first, counted before the change), the lines there before, and after."""


@dataclass(frozen=True)
class FileChange:
    """One file of a change: its hashes (None: not there) and what was replaced."""

    before: str | None
    after: str | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class LoggedChange:
    """One line of the log. `facts`: at, who, why, verb, arguments, says; `takes_back`: numbers, of an undo."""

    number: int
    facts: Mapping[str, Any]
    files: Mapping[str, FileChange]
    takes_back: tuple[int, ...]
    previous: str
    hash: str


@dataclass(frozen=True)
class ChangeLog:
    """All changes of a plan directory, the oldest first."""

    changes: tuple[LoggedChange, ...]

    @property
    def in_force(self) -> tuple[LoggedChange, ...]:
        """Those that were not taken back, the oldest first."""
        back = {number for change in self.changes for number in change.takes_back}
        return tuple(one for one in self.changes if one.number not in back and not one.takes_back)


def read_changes(folder: Path) -> ChangeLog:
    """The log of a plan directory, empty where there is none. Raises DataError where it was changed or cut."""
    path = folder / CHANGES
    if not path.is_file():
        return ChangeLog(())
    found: list[LoggedChange] = []
    text = path.read_bytes().decode("utf-8", errors="replace")
    for row, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        place = f"{place_of(path)}:{row}"
        try:
            raw = json.loads(line)
            change = _change(raw)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(Problem(place, f"change {row} is damaged: the line cannot be read", RESTORE)) from error
        before = found[-1].hash if found else FIRST
        if change.number != row or change.previous != before or chained_hash(raw) != change.hash:
            raise DataError(Problem(place, f"change {row} is not as it was written", RESTORE))
        found.append(change)
    return ChangeLog(tuple(found))


def with_change(
    folder: Path,
    log: ChangeLog,
    facts: Mapping[str, Any],
    files: Mapping[str, bytes | None],
    takes_back: Sequence[int] = (),
) -> bytes:
    """The bytes of the log with one more change, which writes these files of the folder."""
    path = folder / CHANGES
    previous = log.changes[-1].hash if log.changes else FIRST
    raw: dict[str, Any] = {
        "change": len(log.changes) + 1,
        **facts,
        "takes_back": list(takes_back),
        "files": {name: _raw(file_change(folder / name, data)) for name, data in files.items()},
        "previous": previous,
    }
    line = json.dumps({**raw, "hash": chained_hash(raw)}) + "\n"
    return (path.read_bytes() if path.is_file() else b"") + line.encode()


def file_change(path: Path, data: bytes | None) -> FileChange:
    """What makes the file at a path into new bytes, or removes it."""
    old = path.read_bytes() if path.is_file() else b""
    before, after = _lines(old), _lines(data or b"")
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    pieces = [
        (first, tuple(before[first:end]), tuple(after[new:until]))
        for tag, first, end, new, until in matcher.get_opcodes()
        if tag != "equal"
    ]
    return FileChange(sha256(path), _hash(data), tuple(pieces))


def _hash(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()


def taken_back(data: bytes | None, change: FileChange) -> bytes | None:
    """The bytes that a file had before a change, from those that it has since; None: it was not there. Raises
    ValueError where these are not those that the change wrote."""
    if _hash(data) != change.after:
        raise ValueError("the file is not as the change wrote it")
    if change.before is None:
        return None
    lines = _lines(data or b"")
    for first, before, after in change.pieces:  # from the top on, so that places are those of the file before
        lines[first : first + len(after)] = before
    return "".join(lines).encode("utf-8", "surrogateescape")


def _lines(data: bytes) -> list[str]:
    """Its lines with their ends; joined again they are the same bytes."""
    return [line for line in re.split("(?<=\n)", data.decode("utf-8", "surrogateescape")) if line]


def _raw(change: FileChange) -> dict[str, Any]:
    return {"before": change.before, "after": change.after, "pieces": [list(piece) for piece in change.pieces]}


def _change(raw: Mapping[str, Any]) -> LoggedChange:
    named = ("change", "takes_back", "files", "previous", "hash")
    files = {
        name: FileChange(
            file["before"],
            file["after"],
            tuple((int(first), tuple(before), tuple(after)) for first, before, after in file["pieces"]),
        )
        for name, file in raw["files"].items()
    }
    facts = {name: value for name, value in raw.items() if name not in named}
    back = tuple(int(number) for number in raw["takes_back"])
    return LoggedChange(int(raw["change"]), facts, files, back, str(raw["previous"]), str(raw["hash"]))
