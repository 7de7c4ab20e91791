"""What a command leaves behind when a test runs it (fixtures `run` and `run_in`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Finished(NamedTuple):
    """Exit code, and all that went to stdout and stderr."""

    code: int
    out: str
    err: str


Run = Callable[..., Finished]
FilledOnce = Callable[[str, Callable[[], None]], Path]
