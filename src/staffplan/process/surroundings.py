"""What lies around a run by chance, and must not change what comes out of it or be run as code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, chdir, contextmanager, nullcontext
from pathlib import Path
from threading import Lock

_NO_SETTINGS: Mapping[str, str | None] = {"MATPLOTLIBRC": os.devnull, "MPLBACKEND": None}
_SAFE_PATH: Mapping[str, str | None] = {"PYTHONSAFEPATH": "1"}


@contextmanager
def settings_ignored() -> Iterator[None]:
    """Within it a library that is imported finds no settings of its own: not in the working folder, not elsewhere.

    matplotlib looks for "matplotlibrc", numba for ".numba_config.yaml", which can name a folder of files to run.
    """
    with _in_our_folder(), _environment(_NO_SETTINGS):
        yield


def _in_our_folder() -> AbstractContextManager[None]:
    """A working folder that was removed holds nothing, and one cannot go back into it."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return nullcontext()
    return chdir(Path(__file__).parent)


@contextmanager
def working_folder_not_imported() -> Iterator[None]:
    """Within it a Python process that is started imports nothing from the working folder, as "python -P" does.

    Without, "python -m" and "python -c" look there first.
    Source: https://docs.python.org/3.11/using/cmdline.html#envvar-PYTHONSAFEPATH
    """
    with _environment(_SAFE_PATH):
        yield


class _Redirected:
    """stdout on stderr while anybody wants that: the first one in redirects, the last one out restores.

    It belongs to the process, not to a thread: one who kept what another had redirected would never give it back.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._within = 0
        self._kept = -1

    def enter(self) -> None:
        with self._lock:
            if not self._within:
                self._redirect()
            self._within += 1

    def leave(self) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                os.dup2(self._kept, 1)
                os.close(self._kept)

    def _redirect(self) -> None:
        sys.stdout.flush()
        self._kept = os.dup(1)
        os.dup2(2, 1)


_REDIRECTED = _Redirected()


@contextmanager
def library_prints_on_stderr() -> Iterator[None]:
    """Within it what compiled code prints goes to stderr: stdout is for results. Threads may be in it together."""
    _REDIRECTED.enter()
    try:
        yield
    finally:
        _REDIRECTED.leave()


@contextmanager
def _environment(changes: Mapping[str, str | None]) -> Iterator[None]:
    """Within it these variables have these values; None: they are not there."""
    before = {name: os.environ.get(name) for name in changes}
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
