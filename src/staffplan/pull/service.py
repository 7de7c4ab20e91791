"""What a system that is asked must offer, and what goes wrong with any of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Protocol

from staffplan.errors import DataError, Problem, UsageError, nearest
from staffplan.pull.period import Reach, Window

Document = dict[str, Any]
"""A JSON object as a system answers."""
VOICE = "voice"


class PullError(DataError):
    """A system does not answer, or refuses."""

    heading = "the data cannot be fetched"


class Service(Protocol):
    """A system that is asked for contacts, window by window."""

    preset: ClassVar[str]
    """Name of the preset that reads its answers."""
    reach: ClassVar[Reach]
    longest: ClassVar[timedelta]
    """Of a window."""

    def queues(self) -> Mapping[str, str]:
        """Names of all queues, by their id. Raises PullError."""

    def fetch(self, window: Window, queues: Sequence[str]) -> list[Document]:
        """Answers for the intervals that begin in the window, of queues by their id. Raises PullError."""

    def document(self, answers: Sequence[Document], names: Mapping[str, str]) -> Document:
        """The answers as one document that the preset reads, with names of queues in it."""


def distinct(queues: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Names by id, from (id, name); of several queues with one name each has the beginning of its id behind it."""
    often = Counter(name for _, name in queues)
    return {own: name if often[name] == 1 else f"{name} {own[:8]}" for own, name in queues}


def queue_label(name: str, channel: str) -> str:
    """The queue's name in the history: one that is the same in every pull, whatever else the queue got in it."""
    return name if channel.casefold() == VOICE else f"{name} ({channel.casefold()})"


def chosen(queues: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """The queues asked for by name or id; all of them where none is. Raises UsageError for one that is not there."""
    known = {**{name: own for own, name in queues.items()}, **{own: own for own in queues}}
    missing = [name for name in wanted if name not in known]
    if missing:
        names = sorted(queues.values())
        raise UsageError(Problem("--queue", f"there is no queue {name!r}", nearest(name, names)) for name in missing)
    return {own: queues[own] for own in dict.fromkeys(known[name] for name in wanted)} if wanted else dict(queues)
