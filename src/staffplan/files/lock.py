"""One staffplan at a time writes in a folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from staffplan.errors import Problem, UsageError, place_of

_LOCKS_OF_LINUX = Path("/proc/locks")
_held: set[tuple[int, int]] = set()
"""Device and number of each folder that this process holds."""
_until_the_end = ExitStack()


class BusyError(UsageError):
    """Another staffplan holds the folder."""


@contextmanager
def locked(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold a folder that is there; raises BusyError while it is held already, or waits until it is free.

    The lock is on the directory itself and ends with the process: a killed one leaves nothing behind. Where there
    are no such locks (Windows, some network drives) it goes on without.
    """
    if sys.platform == "win32" or not folder.is_dir():
        yield
        return
    handle, folder_id = _hold(folder, wait=wait), _id(folder)
    _held.add(folder_id)
    try:
        yield
    finally:
        _held.discard(folder_id)
        if handle is not None:
            os.close(handle)


@contextmanager
def entered(folder: Path, *, wait: bool) -> Iterator[None]:
    """Like `locked`; a process that holds the folder already goes on at once."""
    if folder.is_dir() and _id(folder) in _held:
        yield
        return
    with locked(folder, wait=wait):
        yield


def keep(folder: Path) -> None:
    """Hold a folder until `let_go`, which ends a command. Raises BusyError while another process holds it."""
    _until_the_end.enter_context(entered(folder, wait=False))


def let_go() -> None:
    """Free every folder that is kept."""
    _until_the_end.close()


def _id(folder: Path) -> tuple[int, int]:
    found = folder.stat()
    return found.st_dev, found.st_ino


def _hold(folder: Path, *, wait: bool) -> int | None:
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        hint = "wait until it has finished, or choose another folder"
        message = f"another staffplan is working in this folder{_process(folder)}"
        raise BusyError(Problem(place_of(folder), message, hint)) from error
    except OSError:
        os.close(handle)
        return None
    except BaseException:
        os.close(handle)
        raise
    return handle


def _process(folder: Path) -> str:
    """The number of the process that holds a folder, in words; nothing where the system does not tell."""
    device, number = _id(folder)
    wanted = f"{os.major(device):02x}:{os.minor(device):02x}:{number}"
    try:
        lines = _LOCKS_OF_LINUX.read_text(encoding="ascii").splitlines()
    except OSError:
        return ""
    holders = [line.split()[4] for line in lines if line.split()[1:2] == ["FLOCK"] and wanted in line.split()]
    return f": process {holders[0]}" if holders and holders[0].isdigit() and holders[0] != "0" else ""
