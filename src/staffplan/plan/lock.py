"""One staffplan at a time works in a plan directory."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from staffplan.errors import Problem, UsageError, place_of


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a plan directory that is there; raises UsageError while another process holds it.

    The lock is on the directory itself and ends with the process: a killed one leaves nothing behind. Where there
    are no such locks (Windows, some network drives) it goes on without.
    """
    if sys.platform == "win32" or not folder.is_dir():
        yield
        return
    handle = _hold(folder)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _hold(folder: Path) -> int | None:
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        hint = "wait until it is done, or name another folder"
        raise UsageError(Problem(place_of(folder), "another staffplan is working in this folder", hint)) from error
    except OSError:
        os.close(handle)
        return None
    return handle
