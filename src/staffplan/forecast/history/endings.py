"""Queues that have ended: silent at the end of the history, where others are not, for longer than chance or a pause.

Days count on which other queues have rows, so that a gap of the whole file ends nothing, and a queue that is alone
cannot end. Silence is that of contacts: rows of zeros and no rows are alike here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar
from staffplan.forecast.history.joined import day_numbers
from staffplan.forecast.history.series import Flags, Floats, Whole

WORTH_A_WORD_DAYS = 7
"""Silence of more days than this is reported, where it is not likely."""
ENDED_AFTER_DAYS = 21
"""Shorter silence may be a late export or a closure for holidays, whatever the queue did before."""
REPLACED_AFTER_DAYS = 14
"""The same where another queue began at its level and shape as it fell silent."""
DAYS_WITH_OTHERS = 2 / 3
"""So many of these days must be ones on which others have rows: all but the weekends, with some to spare."""
LONGER_PAUSE_DAYS = 7
"""A queue that pauses every year may do so a week longer this time."""
CHANCE_OF_ENDED = 1e-6
"""Highest probability of the silence, at the queue's usual rate, at which it counts as ended: one in a million
queue-histories."""
CHANCE_WORTH_A_WORD = 1e-3
USUAL_DAYS = 56
"""The usual rate is that of the eight weeks before the last contact."""


@dataclass(frozen=True)
class Silence:
    """A queue without contacts at the end of the history."""

    queue: str
    last: date
    """Day of its last contact."""
    span_days: int
    """Days from then to the last day of the history."""
    silent_days: int
    """Those on which other queues have rows."""
    longest_pause: int
    """Such days in its longest earlier pause."""
    chance: float
    """Probability of such silence at its usual rate."""
    writes_zeros: bool
    """Whether it has rows since, all of them zero."""

    def has_ended_after(self, days: int) -> bool:
        """Whether the silence is no pause, at least `days` long, and no chance."""
        long_enough = self.span_days >= days and self.silent_days >= DAYS_WITH_OTHERS * days
        no_pause = self.silent_days > self.longest_pause + (LONGER_PAUSE_DAYS if self.longest_pause else 0)
        return long_enough and no_pause and self.chance < CHANCE_OF_ENDED

    @property
    def is_odd(self) -> bool:
        """Whether it is worth a word though it may go on."""
        unusual = self.silent_days > self.longest_pause and self.chance < CHANCE_WORTH_A_WORD
        return self.span_days > WORTH_A_WORD_DAYS and unusual

    @property
    def gone_from(self) -> date:
        """First day without it."""
        return self.last + timedelta(days=1)


@dataclass(frozen=True)
class QueueDays:
    """Which queue has rows, and contacts, on which local day. Matrices are (queues, days)."""

    names: list[str]
    first: int
    """The first day, counted from 1970."""
    rows: Flags
    contacts: Floats
    calendar: SiteCalendar

    @classmethod
    def of(cls, rows: pd.DataFrame, calendar: SiteCalendar) -> QueueDays:
        day = day_numbers(pd.DatetimeIndex(rows["interval_start"]), calendar)
        codes, names = pd.factorize(rows["queue"], sort=True)
        first, shape = int(day.min()), (len(names), int(day.max() - day.min()) + 1)
        cell = codes * shape[1] + day - first
        size = shape[0] * shape[1]
        contacts = np.bincount(cell, rows["offered"].to_numpy(dtype=float), minlength=size).astype(float)
        there = (np.bincount(cell, minlength=size) > 0).reshape(shape)
        return cls([str(name) for name in names], first, there, contacts.reshape(shape), calendar)

    @cached_property
    def ordinary(self) -> Flags:
        """(days,): neither a holiday nor closed, as far as the calendar knows."""
        special = self.calendar.special_days
        kinds = [special[day].kind if day in special else "" for day in map(self.date_of, range(self.rows.shape[1]))]
        return np.array([kind not in ("holiday", "closed") for kind in kinds])

    @property
    def weekday(self) -> Whole:
        """(days,): Monday is 0; the first of January 1970 was a Thursday."""
        return np.asarray((self.first + np.arange(self.rows.shape[1]) + 3) % 7)

    @property
    def last_day(self) -> int:
        """The last day on which any queue had a contact."""
        busy = np.flatnonzero((self.contacts > 0).any(axis=0))
        return int(busy[-1]) if len(busy) else -1

    @cached_property
    def _queues_with_rows(self) -> Whole:
        """(days,)"""
        return np.asarray(self.rows.sum(axis=0))

    def active(self, queue: str) -> Whole:
        """Numbers of the days on which the queue has contacts, (days with contacts,)."""
        return np.flatnonzero(self.contacts[self.names.index(queue)] > 0)

    def with_others(self, queue: str) -> Flags:
        """(days,): ordinary days on which other queues have rows; and all before any other had one, when nothing
        can be compared and a pause is taken for what it looks like."""
        own = self.rows[self.names.index(queue)]
        others = np.flatnonzero(self._queues_with_rows > own)
        counted = np.zeros(self.rows.shape[1], dtype=np.bool_)
        counted[others] = True
        counted[: others.min(initial=len(counted)) if len(others) else 0] = True
        return counted & self.ordinary

    def date_of(self, day: int) -> date:
        return date(1970, 1, 1) + timedelta(days=self.first + int(day))


def silences(days: QueueDays, queues: Iterable[str]) -> dict[str, Silence]:
    """Those of `queues` without a contact on the last day of the history or longer, by name."""
    found = (_silence(days, queue) for queue in queues if len(days.active(queue)))
    return {silence.queue: silence for silence in found if silence.span_days > 0}


def _silence(days: QueueDays, queue: str) -> Silence:
    active, counted = days.active(queue), days.with_others(queue)
    last, end = int(active[-1]), days.last_day
    before = np.concatenate([[0], np.cumsum(counted)])
    pauses = before[active[1:]] - before[active[:-1] + 1]
    since = np.flatnonzero(counted[last + 1 : end + 1]) + last + 1
    rows = days.rows[days.names.index(queue)]
    return Silence(
        queue,
        days.date_of(last),
        end - last,
        len(since),
        int(pauses.max(initial=0)),
        float(np.exp(np.log1p(-_chance_of_contact(days, active, counted)[days.weekday[since]]).sum())),
        bool(rows[last + 1 : end + 1].any()),
    )


def _chance_of_contact(days: QueueDays, active: Whole, counted: Flags) -> Floats:
    """(7,): probability that a day of each weekday has a contact, from the weeks before the last one.

    Each weekday's share is drawn to that of all days as by one more day of them, and stays below one. The last
    contact, which ends these weeks, is not counted: of a queue with a single contact nothing is known.
    """
    last = int(active[-1])
    start = max(int(active[0]), last - USUAL_DAYS)
    window = np.flatnonzero(counted[start:last]) + start
    came = np.isin(window, active)
    share = came.mean() if len(window) else 0.0
    weekday = days.weekday[window]
    each = np.bincount(weekday, minlength=7)
    return np.asarray((np.bincount(weekday, came, minlength=7) + share) / (each + 1) * (each + 1) / (each + 2))
