"""What may have come in a silent queue's place: a queue that began as it fell silent, at its level and shape.

One queue after another is a change of name; one after two, a merger; two after one, a split. The shape is compared
by hour of the week; the measure is the cosine of the angle between the two weeks of contacts, cleared of chance.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import MINUTES_PER_DAY, minute_of_day, weekday_of
from staffplan.forecast.history.endings import USUAL_DAYS, QueueDays, Silence
from staffplan.forecast.history.joined import day_numbers
from staffplan.forecast.history.series import Floats

LONGEST_OVERLAP_DAYS = 28
"""The new queue begins at most so long before the old one's last contact."""
LONGEST_GAP_DAYS = 14
"""And at most so long after it."""
DAYS_TO_COMPARE = 14
"""An old queue, and the history before a new one, of fewer days says nothing of a week."""
LARGEST_RATIO = 2.0
"""Level of the new against the old, either way."""
LEAST_SIMILARITY = 0.8
"""Of the weeks of old and new: two unrelated queues of office hours come near it."""
AS_UNRELATED = 0.05
"""Old and new may be less alike than unrelated queues of the file usually are by no more than this."""
MORE_QUEUES_PENALTY = 0.1
"""A merger or a split must explain the level better than a change of name does, by a tenth."""
HOURS_OF_WEEK = 168


@dataclass(frozen=True)
class Succession:
    """Old queues, and the new ones that may have come in their place; one of the two sides has one name."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    began: date
    level: float
    """Contacts a day of the new over those of the old."""
    similarity: float
    """Of their weeks, 1 alike; NaN where there are too few contacts to tell."""
    unrelated: float
    """The same between the new queue and others of the file, the middle one; NaN where there is none."""

    @property
    def is_likely(self) -> bool:
        near = 1 / LARGEST_RATIO <= self.level <= LARGEST_RATIO
        as_others = np.isnan(self.unrelated) or self.similarity >= self.unrelated - AS_UNRELATED
        return bool(near and (np.isnan(self.similarity) or (self.similarity >= LEAST_SIMILARITY and as_others)))

    @property
    def doubt(self) -> float:
        """The less, the likelier."""
        unlike = 0.0 if np.isnan(self.similarity) else 2 * (1 - self.similarity)
        return abs(float(np.log(self.level))) + unlike + MORE_QUEUES_PENALTY * (len(self.old) + len(self.new) - 2)


def successions(
    rows: pd.DataFrame, days: QueueDays, silent: Mapping[str, Silence], candidates: Iterable[str]
) -> list[Succession]:
    """The likeliest successors of silent queues among `candidates`; each queue is part of one at most."""
    begun = {name: int(active[0]) for name in candidates if len(active := days.active(name))}
    fits = {name: _began_then(days, silence, begun) for name, silence in silent.items()}
    if not any(fits.values()):
        return []
    named = {name for names in fits.values() for name in names} | {name for name, names in fits.items() if names}
    weeks = _Weeks.of(rows, days, named)
    found = [weeks.compared(old, new, begun) for old, new in _pairings(fits)]
    chosen: list[Succession] = []
    for one in sorted((one for one in found if one.is_likely), key=lambda one: one.doubt):
        if not any(set(one.old + one.new) & set(other.old + other.new) for other in chosen):
            chosen.append(one)
    return chosen


def _began_then(days: QueueDays, silence: Silence, begun: Mapping[str, int]) -> list[str]:
    """Queues whose first contact came about when the silent one had its last, and neither at the file's start."""
    active = days.active(silence.queue)
    last = int(active[-1])
    if last - active[0] < DAYS_TO_COMPARE:
        return []
    return [
        name
        for name, first in begun.items()
        if -LONGEST_OVERLAP_DAYS <= first - last <= LONGEST_GAP_DAYS and first - active[0] >= DAYS_TO_COMPARE
    ]


def _pairings(fits: Mapping[str, Sequence[str]]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every change of name, merger of two and split in two that the dates allow."""
    for old, names in fits.items():
        for count in (1, 2):
            for new in itertools.combinations(names, count):
                yield (old,), new
    for pair in itertools.combinations(fits, 2):
        for name in sorted(set(fits[pair[0]]) & set(fits[pair[1]])):
            yield pair, (name,)


@dataclass(frozen=True)
class _Weeks:
    """Contacts of every queue by day and hour, to cut weeks of any span from."""

    days: QueueDays
    related: set[str]
    """Queues that began or fell silent; all others are unrelated to them."""
    own: Mapping[str, pd.DataFrame]
    """Rows of each queue: `day` counted from the first of `days`, `hour` of the week, `offered`."""

    @classmethod
    def of(cls, rows: pd.DataFrame, days: QueueDays, related: set[str]) -> _Weeks:
        starts = pd.DatetimeIndex(rows["interval_start"])
        zone = days.calendar.timezone
        hour = weekday_of(starts, zone) * 24 + minute_of_day(starts, zone) * 24 // MINUTES_PER_DAY
        placed = rows[["queue", "offered"]].assign(day=day_numbers(starts, days.calendar) - days.first, hour=hour)
        return cls(days, related, {str(name): own for name, own in placed.groupby("queue")})

    def compared(self, old: tuple[str, ...], new: tuple[str, ...], begun: Mapping[str, int]) -> Succession:
        """Level and shape of the new since all old are silent, against the eight weeks before any new began."""
        start = min(begun[name] for name in new)
        last = max(int(self.days.active(name)[-1]) for name in old)
        end = self.days.last_day + 1
        after = max(last + 1, max(begun[name] for name in new))
        before = min(start, *(int(self.days.active(name)[-1]) + 1 for name in old))
        ours, theirs = self.week(new, after, end), self.week(old, before - USUAL_DAYS, before)
        others = [name for name in self.days.names if name not in self.related]
        unlike = [alike(ours, self.week((name,), before - USUAL_DAYS, end)) for name in others]
        known = [one for one in unlike if np.isfinite(one)]
        rates = self.rate(new, after, end), self.rate(old, before - USUAL_DAYS, before)
        level = rates[0] / rates[1] if min(rates) > 0 else np.inf
        usual = float(np.median(known)) if known else np.nan
        return Succession(old, new, self.days.date_of(start), level, alike(ours, theirs), usual)

    def week(self, names: tuple[str, ...], start: int, end: int) -> Floats:
        """(168,): contacts by hour of the week from day `start` to before day `end`."""
        rows = pd.concat([self.own[name] for name in names])
        kept = rows[(rows["day"] >= start) & (rows["day"] < end)]
        return np.bincount(kept["hour"], kept["offered"], minlength=HOURS_OF_WEEK).astype(float)

    def rate(self, names: tuple[str, ...], start: int, end: int) -> float:
        """Contacts a day, over days on which any queue has rows; counted from the first of these queues on."""
        places = [self.days.names.index(name) for name in names]
        begins = min(int(self.days.active(name)[0]) for name in names)
        span = slice(max(start, begins, 0), end)
        return float(self.days.contacts[places, span].sum() / max(self.days.rows[:, span].any(axis=0).sum(), 1))


def alike(one: Floats, other: Floats) -> float:
    """Cosine of two weeks of counts, cleared of chance: a Poisson count's square exceeds its mean's by that mean.

    1 for one shape at any level; NaN where the counts are too few to show a shape. Both weeks: (cells,), contacts.
    """
    lengths = [float((week * week - week).sum()) for week in (one, other)]
    return float(np.clip(one @ other / np.sqrt(lengths[0] * lengths[1]), 0, 1)) if min(lengths) > 0 else np.nan
