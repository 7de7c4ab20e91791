"""Files that appear in a folder together or not at all, whatever interrupts the writing.

New files are first written into a hidden folder beside their places. Then a journal that lists them gets its name:
from then on they count. They are moved into place one by one, then the journal goes, then the old files. An
interruption before the journal leaves the old files as they were. After an interruption behind it, the next command
that reads or writes in the folder moves the rest. A file that somebody edited by hand in between is never replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from staffplan.errors import DataError, Problem, UsageError, place_of
from staffplan.files import disk
from staffplan.files.lock import BusyError, entered

STAGING = ".staffplan-new"
"""Folder of the new files that are not in place yet."""
JOURNAL = ".staffplan-journal.json"
"""List of the new files that count already."""
ELSEWHERE = "choose another place"
POLL_SECONDS = 0.01
"""Between two looks at a folder in which another process moves its files into place: milliseconds of work."""
Hashes = Mapping[str, str | None]
"""SHA-256 of files by their name in a folder; None for one that is not there."""


class EditedMeanwhileError(UsageError):
    """Files were changed while their new contents were made; nothing was written. `names`: theirs in the folder."""

    def __init__(self, problems: Problem | Iterable[Problem], names: Iterable[str] = ()) -> None:
        super().__init__(problems)
        self.names = tuple(names)


@dataclass(frozen=True)
class _Move:
    """A new file on its way: its names in STAGING and in the folder, hashes of what it replaces and of itself; None
    after: the file goes, and an empty one stands for it in STAGING."""

    staged: str
    name: str
    before: str | None
    after: str | None


def write_together(folder: Path, files: Mapping[str, bytes | None], *, expected: Hashes | None = None) -> None:
    """Put files into a folder, by their names in it, and remove those without bytes: all of them or none.

    `expected` tells what the files were when the work on them began. Raises EditedMeanwhileError where one is
    something else by now, and UsageError where the place cannot be written to. The old files are then as they were;
    only where the disk fails after the new ones count, the next command in the folder puts them in place.
    """
    with _reported(folder, ELSEWHERE), made(folder), entered(folder, wait=True):
        _recover(folder)
        refuse_obstacles(folder, files)
        try:
            _stage(folder, files)
            moves = _moves_of(folder, files)
            _refuse_edited(folder, moves, expected or {})
            _commit(folder, moves)
        except BaseException:
            _abandon(folder)
            raise
        _recover(folder)


def settle(folder: Path) -> None:
    """Finish an interrupted write in a folder, if there is one whose files count; for whoever reads there."""
    _when_free(folder, _recover)


def recover(folder: Path) -> None:
    """Finish an interrupted write in a folder, or clear it away where its files do not count yet; for writers."""
    with entered(folder, wait=True):
        _recover(folder)


def withdraw(folder: Path, files: Collection[Path]) -> None:
    """Take an interrupted write back, if its first file is one of these: the command that began it does it again.

    It then finds the folder as it was the first time. Every other interrupted write is finished.
    """
    _when_free(folder, partial(_take_back, files=files))


def refuse_obstacles(folder: Path, names: Iterable[str], hint: str = ELSEWHERE) -> None:
    """Raise UsageError with every file that cannot be replaced or made."""
    found = [(folder / name, _obstacle(folder, folder / name)) for name in names]
    problems = [Problem(place_of(path), said, hint) for path, said in found if said]
    if problems:
        raise UsageError(problems)


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Make a folder and those above it; what stays empty is removed again."""
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        with _reported(folder, ELSEWHERE):
            for path in reversed(new):
                with suppress(FileExistsError):  # another process was quicker
                    disk.make_folder(path)
        yield
    finally:
        with suppress(OSError):
            for path in new:
                if not any(path.iterdir()):
                    disk.remove_folder(path)


def _stage(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Write the new files into STAGING, under their numbers, with the permissions of those that they replace."""
    staging = folder / STAGING
    disk.make_folder(staging, 0o700)
    for number, (name, data) in enumerate(files.items()):
        staged, target = staging / str(number), folder / name
        disk.write(staged, data or b"")
        if target.exists() and target.stat().st_mode != staged.stat().st_mode:
            disk.set_mode(staged, target.stat().st_mode & 0o7777)
        disk.sync(staged)


def _moves_of(folder: Path, files: Mapping[str, bytes | None]) -> list[_Move]:
    return [
        _Move(
            str(number), name, disk.sha256(folder / name), None if data is None else hashlib.sha256(data).hexdigest()
        )
        for number, (name, data) in enumerate(files.items())
    ]


def _refuse_edited(folder: Path, moves: Iterable[_Move], expected: Hashes) -> None:
    edited = [
        move.name
        for move in moves
        if move.name in expected and move.before not in (None, expected[move.name], move.after)
    ]
    if edited:
        message = "was changed while staffplan was running; it is kept, and nothing was written"
        hint = "run the command again: it then uses the current file"
        raise EditedMeanwhileError((Problem(place_of(folder / name), message, hint) for name in edited), edited)


def _commit(folder: Path, moves: Iterable[_Move]) -> None:
    """From here on the new files count."""
    listed = folder / STAGING / JOURNAL
    disk.write(listed, json.dumps([vars(move) for move in moves], indent=1).encode())
    disk.sync(listed)
    disk.sync(folder / STAGING)
    disk.move(listed, folder / JOURNAL)


def _abandon(folder: Path) -> None:
    """Clear away what does not count; the journal first, so that a half-cleared folder is none that counts."""
    with suppress(OSError):
        if (folder / JOURNAL).exists():
            disk.remove(folder / JOURNAL)
        _discard(folder)


def _recover(folder: Path) -> None:
    """Put the files of a journal in place, or clear away what no journal lists.

    The old files go after the journal, which could not be taken back without them.
    """
    journal, staging = folder / JOURNAL, folder / STAGING
    hint = f"correct this and run the command again: it then puts the new files in place from {STAGING}"
    with _reported(folder, hint):
        if journal.exists():
            disk.sync(folder)
            _put_in_place(folder, _listed(folder), hint)
            if staging.is_dir() and not any(staging.iterdir()):
                disk.remove_folder(staging)
            disk.remove(journal)
    with suppress(OSError):
        _discard(folder)


def _put_in_place(folder: Path, moves: Iterable[_Move], hint: str) -> None:
    """Move what is not moved yet, the old file into STAGING first; one that was edited by hand meanwhile is kept."""
    left = [move for move in moves if (folder / STAGING / move.staged).exists()]
    refuse_obstacles(folder, [move.name for move in left], hint)
    for move in left:
        staged, target = folder / STAGING / move.staged, folder / move.name
        if disk.sha256(target) in (None, move.before, move.after):
            _make_parents(target)
            if target.exists():
                disk.move(target, _old(staged))
            if move.after is None:
                disk.remove(staged)
            else:
                disk.move(staged, target)
        else:
            disk.remove(staged)
    for parent in {(folder / move.name).parent for move in left}:
        disk.sync(parent)


def _old(staged: Path) -> Path:
    """Where the file waits that a staged one replaces, until all are in place."""
    return staged.with_suffix(".old")


def _make_parents(target: Path) -> None:
    for parent in reversed([path for path in target.parents if not path.exists()]):
        disk.make_folder(parent)


def _discard(folder: Path) -> None:
    staging = folder / STAGING
    if staging.is_symlink():  # nothing of staffplan's: what it leads to is left alone
        disk.remove(staging)
    elif staging.is_dir():
        for path in sorted(staging.iterdir()):
            disk.remove(path)
        disk.remove_folder(staging)


def _take_back(folder: Path, files: Collection[Path]) -> None:
    moves = _listed(folder) if (folder / JOURNAL).exists() else []
    if not moves or folder / moves[0].name not in files:
        _recover(folder)
        return
    staging = folder / STAGING
    with _reported(folder, ELSEWHERE):
        if not staging.exists():
            disk.make_folder(staging, 0o700)
        for move in moves:
            staged, target = staging / move.staged, folder / move.name
            if move.after is not None and not staged.exists() and disk.sha256(target) == move.after:
                disk.move(target, staged)
            if _old(staged).exists() and not target.exists():
                disk.move(_old(staged), target)
        disk.remove(folder / JOURNAL)
        _discard(folder)


def _when_free(folder: Path, act: Callable[[Path], None]) -> None:
    """Act on a folder with a journal; while a process that lives holds it, that one finishes its write itself."""
    while (folder / JOURNAL).exists():
        try:
            with entered(folder, wait=False):
                act(folder)
                return
        except BusyError:
            time.sleep(POLL_SECONDS)


def _listed(folder: Path) -> list[_Move]:
    """The moves of a folder's journal. Raises DataError where it lists files outside the folder or is no journal."""
    journal = folder / JOURNAL
    try:
        moves = [_Move(**move) for move in json.loads(journal.read_text(encoding="utf-8"))]
        if any(_leaves(move.name) or not move.staged.isdigit() for move in moves):
            raise ValueError("a file outside the folder")
    except (ValueError, TypeError, AttributeError) as error:
        hint = f"delete it and the folder {STAGING} beside it, then create the files again with --force"
        raise DataError(Problem(place_of(journal), f"the list of new files is damaged: {error}", hint)) from error
    return moves


def _leaves(name: str) -> bool:
    return Path(name).is_absolute() or ".." in PurePosixPath(name).parts


def _obstacle(folder: Path, target: Path) -> str:
    """What stands in the way of a file; nothing where it can be written."""
    if target.is_symlink():
        return f"is a link to {target.readlink()}; name the file itself"
    if target.is_dir():
        return "is a folder"
    if target.exists() and not target.is_file():
        return "is a device, a pipe or a socket"
    if target.exists() and not os.access(target, os.W_OK):
        return "is write-protected"
    parent = next(path for path in target.parents if path.exists())
    if not parent.is_dir():
        return f"cannot be written: {parent.name} is a file, not a folder"
    if not os.access(parent, os.W_OK | os.X_OK):
        return f"cannot be written: no permission in {parent.absolute()}"
    if folder.exists() and parent.stat().st_dev != folder.stat().st_dev:
        return f"cannot be written: {parent} lies on another disk"
    return ""


@contextmanager
def _reported(folder: Path, hint: str) -> Iterator[None]:
    """What the disk refuses, as a UsageError."""
    try:
        yield
    except OSError as error:
        place = folder if error.filename is None or STAGING in str(error.filename) else Path(error.filename)
        problem = Problem(place_of(place), f"cannot be written: {error.strerror or error}", hint)
        raise UsageError(problem) from error
