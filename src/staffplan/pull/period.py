"""From when to when is fetched, and in which windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from staffplan.clock import midnight
from staffplan.errors import Note, Problem, UsageError

READ_AGAIN = timedelta(days=2)
"""Before the last day of a history that grows: contacts that were open at the last pull have ended since."""


@dataclass(frozen=True)
class Window:
    """Instants (UTC): from `start` on, before `end`."""

    start: pd.Timestamp
    end: pd.Timestamp

    def parts(self, longest: timedelta) -> list[Window]:
        """The window cut into pieces of at most this length (elapsed time, whatever the clock does), in order."""
        starts = pd.date_range(self.start, self.end, freq=longest, inclusive="left")
        return [Window(start, min(start + longest, self.end)) for start in starts]

    def in_words(self, timezone: str) -> str:
        """Its first and last local day."""
        first, last = (instant.tz_convert(timezone).date() for instant in (self.start, self.end - pd.Timedelta(1)))
        return f"{first}" if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class Reach:
    """How far back a system is asked."""

    system: str
    days: int
    """Days asked for where nothing says from when."""
    kept: bool
    """Whether older days are no longer there."""


def period(
    now: pd.Timestamp,
    reach: Reach,
    *,
    timezone: str,
    minutes: int,
    first: date | None = None,
    last: date | None = None,
    known_until: pd.Timestamp | None = None,
) -> tuple[Window, list[Note]]:
    """What is fetched: local days from `first` to `last`, without the interval that is running.

    Left out, `first` is two days before `known_until` (the last interval of a history that grows), or as far back as
    `reach` says, and `last` is today. Raises UsageError where no interval of it is over.
    """
    end = _last_whole(now, timezone, minutes)
    if last is not None:
        end = min(end, midnight(last + timedelta(days=1), timezone))
    oldest = midnight((now - timedelta(days=reach.days)).tz_convert(timezone).date() + timedelta(days=1), timezone)
    start = oldest
    if first is not None:
        start = midnight(first, timezone)
    elif known_until is not None:
        start = midnight(known_until.tz_convert(timezone).date() - READ_AGAIN, timezone)
    notes: list[Note] = []
    if start < oldest and reach.kept:
        message = f"the last {reach.days} days are kept: nothing before {oldest.tz_convert(timezone).date()} can be "
        notes = [Note("pull", "left out", reach.system, f"{message}fetched")]
        start = oldest
    if start >= end:
        message = f"no interval from {start.tz_convert(timezone):%Y-%m-%d %H:%M} on is over"
        raise UsageError(Problem("--from", message, "choose earlier days"))
    return Window(start, end), notes


def _last_whole(now: pd.Timestamp, timezone: str, minutes: int) -> pd.Timestamp:
    """The end of the last interval that is over."""
    begins = midnight(now.tz_convert(timezone).date(), timezone)
    return begins + (now - begins) // pd.Timedelta(minutes=minutes) * pd.Timedelta(minutes=minutes)
