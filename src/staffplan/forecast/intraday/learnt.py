"""What a queue's past days taught, under a name made of everything that it was learnt from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import pandas as pd

from staffplan.clock import SiteCalendar, midnight
from staffplan.forecast.intraday.update import Teaching
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue

WAY = 1
"""Number of the way in which it is learnt: another one where the code comes to other answers."""


@dataclass(frozen=True)
class Learnt:
    """What past days teach of contacts and of handling times; None where they are too few."""

    contacts: Teaching | None
    handling: Teaching | None
    days: int


NOTHING_LEARNT: Mapping[str, Learnt] = MappingProxyType({})


@dataclass(frozen=True)
class Source:
    """All that a queue's lesson depends on: its rows before a day, and how a forecast of them is made."""

    rows: pd.DataFrame
    queue: Queue
    settings: ForecastSettings
    calendar: SiteCalendar
    day: date = field(kw_only=True)
    method: str = field(kw_only=True)

    def name(self) -> str:
        """The same for the same content, another one for any other."""
        rows = self.rows[self.rows["interval_start"] < midnight(self.day, self.calendar.timezone)]
        numbers = pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()
        calendar = self.calendar
        days = sorted(calendar.special_days.items(), key=lambda one: one[0])
        others = (sorted(calendar.ordinary_days), sorted(calendar.working_weekends))
        told = (calendar.timezone, calendar.interval_minutes, days, *others)
        words = repr((WAY, self.queue, self.settings.model_dump_json(), told, self.day, self.method))
        return hashlib.sha256(numbers + words.encode()).hexdigest()
