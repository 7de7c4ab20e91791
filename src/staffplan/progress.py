"""How a step tells that it is getting on: it calls a function it was given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """`done` of `of` pieces of `step` are finished; `label` says what is being worked on."""

    step: str
    done: int
    of: int
    label: str = ""


OnProgress = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Report nothing."""
