"""A roster at a moment of one of its days, and what may be changed of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import pandas as pd

from staffplan.control.today.levers import KINDS, NO_NOTICE, Lever
from staffplan.control.today.play import Gain, Played, Stage
from staffplan.control.today.spans import Shift, worked_between
from staffplan.control.today.staffed import Staffed, staffed
from staffplan.roster.case.case import Case
from staffplan.roster.check.cover import coverage
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.standby import Standby
from staffplan.tables.waits import Coverage


@dataclass(frozen=True)
class Offer:
    """A lever and what it brings."""

    lever: Lever
    gain: Gain


@dataclass(frozen=True)
class Day:
    """A roster at a moment of one of its days.

    planned, updated: the forecast before and after the contacts so far. since: the first instant that may change.
    rates: base pay an hour, by agent. notice: how long before the start whoever is called in must know.
    """

    case: Case
    roster: Roster
    planned: VolumeForecast
    updated: VolumeForecast
    stage: Stage
    since: pd.Timestamp
    most: int
    rates: Mapping[str, float]
    kinds: Collection[str] = KINDS
    notice: pd.Timedelta = NO_NOTICE
    standby: Standby = field(default_factory=Standby.empty)
    locked: frozenset[tuple[str, date]] = frozenset()
    """Days of people that must stay as they are."""

    def is_locked(self, shift: Shift) -> bool:
        return (shift.agent_id, shift.schedule_date.date()) in self.locked

    @property
    def zone(self) -> str:
        return self.case.site.calendar.timezone

    @property
    def at(self) -> pd.Timestamp:
        return self.stage.at

    @property
    def length(self) -> pd.Timedelta:
        """Of an interval."""
        return pd.Timedelta(minutes=self.case.site.calendar.interval_minutes)

    @property
    def date(self) -> pd.Timestamp:
        """The local day."""
        return pd.Timestamp(self.stage.day)

    @cached_property
    def local(self) -> Roster:
        """The shifts of today, those that began yesterday and are not over too."""
        return worked_between(self.roster, self.stage.begin, self.stage.day_end)

    @cached_property
    def before(self) -> Played:
        """The rest of the day as it stands, with other chance than that by which levers are chosen."""
        return self.stage.with_other_chance.play(self.local)

    @cached_property
    def cover(self) -> Coverage:
        """People who are there and needed in the intervals of today, by its contacts."""
        return coverage(self.stage.presence.of(self.local), self.stage.requirement, self.case.site)

    @cached_property
    def staffed(self) -> Staffed:
        """The same by interval, with the least that must be there, in groups whose work waits hours too."""
        frame = self.case.requirement.frame
        today = (frame["interval_start"] >= self.stage.begin) & (frame["interval_start"] < self.stage.day_end)
        need = StaffingRequirement.of(
            pd.concat([self.stage.requirement.frame, frame[today]]).drop_duplicates(
                ["planning_group", "interval_start"]
            )
        )
        return staffed(coverage(self.stage.presence.of(self.local), need, self.case.site), need, self.case.site)
