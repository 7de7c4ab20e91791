"""A ledger of what was published: numbered folders of plain files, and a chain of entries that nobody rewrites.

`entries.jsonl` has a line for each entry: its facts, the place and the hash of each of its files, the hash of the
entry before, and its own. A file that an earlier entry has already is not written again. An entry and its files
appear together or not at all (`together`), one process at a time (`lock`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from staffplan.errors import DataError, Problem, UsageError, place_of
from staffplan.files.disk import sha256
from staffplan.files.lock import locked
from staffplan.files.together import JOURNAL, STAGING, made, recover, settle, write_together

ENTRIES = "entries.jsonl"
RESTORE = "restore it from a copy; what was published cannot be changed, only followed by another entry"
FIRST = ""
"""In place of the hash of an entry before the first."""
HASH_LENGTH = 64


@dataclass(frozen=True)
class Entry:
    """One line of the chain. `files`: path in the ledger and SHA-256 of each file, by its name."""

    number: int
    facts: Mapping[str, Any]
    files: Mapping[str, tuple[str, str]]
    previous: str
    hash: str

    def path(self, folder: Path, name: str) -> Path:
        """Where one of its files is."""
        return folder / self.files[name][0]

    @property
    def content(self) -> dict[str, str]:
        """The hash of each file."""
        return {name: sha for name, (_, sha) in self.files.items()}


@dataclass(frozen=True)
class Ledger:
    """A folder and its entries, the oldest first."""

    folder: Path
    entries: tuple[Entry, ...]

    @property
    def head(self) -> str:
        """The hash of the last entry, which stands for all of them."""
        return self.entries[-1].hash if self.entries else FIRST


def read_ledger(folder: Path) -> Ledger:
    """A ledger whose chain and files are as they were published.

    Raises UsageError where the folder holds none, DataError with everything that was changed since.
    """
    settle(folder)
    if not (folder / ENTRIES).is_file():
        hint = "publish into it first: staffplan publish PLAN --to LEDGER"
        raise UsageError(Problem(place_of(folder), f"is no ledger (no {ENTRIES})", hint))
    return _verified(folder)


@contextmanager
def held(folder: Path) -> Iterator[tuple[Ledger, bool]]:
    """The ledger of a folder, made where there is none, held until the end; another publisher waits meanwhile.

    Also whether an entry was found that was interrupted while it was written; it is finished, or cleared away, first.
    Raises UsageError where the folder holds other things, DataError as `read_ledger` does.
    """
    with made(folder), locked(folder, wait=True):
        half = (folder / JOURNAL).exists() or (folder / STAGING).exists()
        recover(folder)
        if (folder / ENTRIES).is_file():
            yield _verified(folder), half
            return
        there = [path.name for path in sorted(folder.iterdir())]
        if there:
            strays = [name for name in there if name.isdigit()]
            problem = Problem(place_of(folder), f"holds other things, and no ledger ({ENTRIES})", "name a new folder")
            lost = Problem(place_of(folder / ENTRIES), f"is missing, and entries are there: {strays}", RESTORE)
            raise DataError(lost) if strays else UsageError(problem)
        yield Ledger(folder, ()), half


def append(ledger: Ledger, files: Mapping[str, bytes], facts: Mapping[str, Any]) -> Ledger:
    """The ledger with one more entry; for whoever holds it. Raises UsageError where it cannot be written."""
    number = len(ledger.entries) + 1
    known = {sha: path for entry in ledger.entries for path, sha in entry.files.values()}
    places, new = {}, {}
    for name, data in files.items():
        sha = hashlib.sha256(data).hexdigest()
        places[name] = known.get(sha, f"{number:04d}/{name}"), sha
        if sha not in known:
            new[f"{number:04d}/{name}"] = data
    entry = _sealed(Entry(number, facts, places, ledger.head, ""))
    path = ledger.folder / ENTRIES
    before = path.read_bytes() if path.is_file() else b""
    lines = {ENTRIES: before + _line(entry).encode()}
    write_together(ledger.folder, {**new, **lines}, expected={ENTRIES: sha256(path)})
    return Ledger(ledger.folder, (*ledger.entries, entry))


def content_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The hash of each file, to be compared with the content of an entry."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def _raw(entry: Entry) -> dict[str, Any]:
    files = {name: {"path": path, "sha256": sha} for name, (path, sha) in entry.files.items()}
    return {"entry": entry.number, **entry.facts, "files": files, "previous": entry.previous, "hash": entry.hash}


def _line(entry: Entry) -> str:
    return json.dumps(_raw(entry), ensure_ascii=False) + "\n"


def chained_hash(raw: Mapping[str, Any]) -> str:
    """The hash of a line, that of the line before in it; its own is left out."""
    rest = {name: value for name, value in raw.items() if name != "hash"}
    return hashlib.sha256(json.dumps(rest, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _sealed(entry: Entry) -> Entry:
    return Entry(entry.number, entry.facts, entry.files, entry.previous, chained_hash(_raw(entry)))


def _verified(folder: Path) -> Ledger:
    problems: list[Problem] = []
    entries: list[Entry] = []
    path = folder / ENTRIES
    lines = path.read_bytes().decode("utf-8", errors="replace").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        place = f"{place_of(path)}:{number}"
        try:
            raw = json.loads(line)
            entry = _entry(raw)
        except (ValueError, KeyError, TypeError, AttributeError):
            problems.append(Problem(place, f"entry {number} is damaged: the line cannot be read", RESTORE))
            continue
        problems += _broken(entry, raw, number, entries, place)
        entries.append(entry)
    checked: dict[str, str | None] = {}
    for entry in entries:
        problems += _changed_files(folder, entry, checked)
    problems += _lost(folder, {entry.number for entry in entries}, len(lines))
    if problems:
        raise DataError(problems)
    return Ledger(folder, tuple(entries))


def _entry(raw: Mapping[str, Any]) -> Entry:
    """An entry from its line. Raises ValueError, KeyError, TypeError or AttributeError where it is none."""
    named = ("entry", "files", "previous", "hash")
    facts = {name: value for name, value in raw.items() if name not in named}
    files = {name: (str(file["path"]), str(file["sha256"])) for name, file in raw["files"].items()}
    if any(PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts for path, _ in files.values()):
        raise ValueError("a file outside the ledger")
    return Entry(int(raw["entry"]), facts, files, str(raw["previous"]), str(raw["hash"]))


def _broken(entry: Entry, raw: Mapping[str, Any], number: int, before: list[Entry], place: str) -> Iterator[Problem]:
    """What is wrong with a line and its place in the chain."""
    if entry.number != number:
        yield Problem(place, f"entry {entry.number} stands where entry {number} belongs", RESTORE)
    if chained_hash(raw) != entry.hash:
        yield Problem(place, f"entry {entry.number} was changed after it was published", RESTORE)
    if (before and entry.previous != before[-1].hash) or (not before and number == 1 and entry.previous != FIRST):
        yield Problem(place, f"entry {entry.number} does not follow the entry before it as that one is now", RESTORE)


def _changed_files(folder: Path, entry: Entry, checked: dict[str, str | None]) -> Iterator[Problem]:
    """Files of an entry that are not there, or are not what was published; each file is told once."""
    for name, (path, sha) in entry.files.items():
        if path in checked:
            continue
        checked[path] = sha256(folder / path)
        if checked[path] is None:
            yield Problem(place_of(folder / path), f"{name} of entry {entry.number} is missing", RESTORE)
        elif checked[path] != sha:
            said = f"{name} of entry {entry.number} was changed after it was published"
            yield Problem(place_of(folder / path), said, f"{RESTORE}; SHA-256 was {sha}")


def _lost(folder: Path, known: set[int], lines: int) -> Iterator[Problem]:
    """Folders of entries that the chain does not have: its end was cut off."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name.isdigit() and int(path.name) > lines and int(path.name) not in known:
            said = f"entry {int(path.name)} is missing, and its files are there: the end of the chain was cut off"
            yield Problem(place_of(folder / ENTRIES), said, RESTORE)
