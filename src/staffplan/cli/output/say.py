"""What the commands show: progress bars or lines, problems, results. Only stderr, except where said."""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from staffplan.errors import StaffplanError, visible
from staffplan.progress import OnProgress, Progress, silent

if TYPE_CHECKING:
    from rich.progress import TaskID

SECONDS_BETWEEN_LINES = 60.0
WIDTH = 100
MOST_PROBLEMS = 200
"""Problems printed; a table's own list is shorter."""
RULES_BROKEN = 5
"""The exit code where a roster breaks a rule."""
_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)
"""Whether the command that runs was asked for its result and for errors alone."""


def be_quiet(quiet: bool) -> None:
    """Leave out progress and messages of the command that runs, or show them; errors are told in any case."""
    _QUIET.set(quiet)


def say(message: str = "") -> None:
    """A message for the person: stderr. Control characters of names and cells are shown as their numbers."""
    if not _QUIET.get():
        warn(message)


def warn(message: str) -> None:
    """Like `say`, for what a person must know: told where quiet was asked for too."""
    sys.stderr.write(f"{visible(message)}\n")
    sys.stderr.flush()


def show(text: str) -> None:
    """A result: stdout."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def show_text(text: str) -> None:
    """A result that people read: stdout, control characters as in messages."""
    show(visible(text))


def say_long(message: str) -> None:
    """A long message: on a terminal broken into lines at words, elsewhere one line, to be searched."""
    if sys.stderr.isatty():
        width = min(shutil.get_terminal_size().columns, WIDTH)
        message = textwrap.fill(message, width, subsequent_indent="    ", break_on_hyphens=False)
    say(message)


def show_json(value: object) -> None:
    """A result for a program: stdout. NaN and infinity become null."""
    import json

    show_text(json.dumps(_finite(value), indent=1, ensure_ascii=False, default=str, allow_nan=False))


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dict):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value


def say_problems(error: StaffplanError) -> None:
    """All problems of an error, one below the other."""
    warn(f"{error.heading}:")
    for problem in error.problems[:MOST_PROBLEMS]:
        warn(str(problem))
    if len(error.problems) > MOST_PROBLEMS:
        warn(f"and {len(error.problems) - MOST_PROBLEMS:,} more problems")


@contextmanager
def progress_shown() -> Iterator[OnProgress]:
    """A function that shows progress: bars on a terminal, a line a minute elsewhere; with --quiet nothing."""
    if _QUIET.get():
        yield silent
    elif sys.stderr.isatty():
        with _bars() as on_progress:
            yield on_progress
    else:
        yield _Lines()


@contextmanager
def _bars() -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    columns = (
        TextColumn("{task.fields[step]:<9}"),
        BarColumn(bar_width=20, table_column=Column(no_wrap=True, min_width=20)),
        MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=13)),
        TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7)),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def on_progress(progress: Progress) -> None:
            if progress.step == "plan":  # a step of a plan begins: those before it are done
                for step, task in tasks.items():
                    if step != "plan":
                        bars.update(task, completed=bars.tasks[task].total)
            if progress.step not in tasks:
                tasks[progress.step] = bars.add_task("", step=progress.step, total=progress.of)
            bars.update(
                tasks[progress.step], completed=progress.done, total=progress.of, description=visible(progress.label)
            )

        yield on_progress


class _Lines:
    """Progress as lines, at most one a minute, so that a log stays readable."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            say(f"{progress.step}: {progress.done} of {progress.of} {progress.label}".rstrip())
