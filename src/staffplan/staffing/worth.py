"""What each further person on queue is worth: the service of every interval by the number of people there.

The requirement names one number of people for each interval; a roster that cannot, or need not, meet it exactly has
to know what one fewer or one more would mean. Both come from the same line and the same goals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.settings.queues import Goal
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Site
from staffplan.staffing.chance import Presence
from staffplan.staffing.live import LiveLine, live_line, promised_contacts, service_level
from staffplan.staffing.models.absence import mean_by_rostered, rostered_for
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.pool import Pool, pools
from staffplan.staffing.requirement import hangs_up
from staffplan.staffing.shrinkage import grossed_up, shrinkage_at
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import ServiceWorth

HARDLY = 1e-6
"""A smaller share in time is none: the last decimal that tables are written with."""
NOTHING_MORE = 1e-4
"""Once all but so few are in time, another person brings nothing."""


def service_worth(
    forecast: VolumeForecast,
    settings: StaffingSettings,
    *,
    site: Site,
    volume_cv: Mapping[str, Array] | None = None,
) -> ServiceWorth:
    """Expected share in time of every interval and planning group, for each number of people on queue.

    People are those whom the roster shows on queue: as with `agents_on_queue`, the shrinkage it does not place is
    taken off them, and who is left need not be whole; where absence is a chance, the share in time is the mean over
    who is present. `volume_cv`, (intervals,) by group: standard deviation of the
    volume as a share of it; left out, the forecast is certain, as it is for `staff`. Groups whose work waits hours,
    and intervals without a promised service level, have no such curve and no rows. Raises DataError as `staff` does.
    """
    cv, frames = volume_cv or {}, []
    for pool in pools(forecast, site):
        promising = np.flatnonzero(promised_contacts(pool).any(axis=0))
        if pool.queues[0].work_type != "deferred" and len(promising):
            variation = cv.get(pool.name, np.zeros(len(pool.starts)))
            frames.append(_frame(_Curves(pool.taken(promising), settings, site, variation[promising])))
    return ServiceWorth.of(pd.concat(frames, ignore_index=True)) if frames else ServiceWorth.empty()


@dataclass(frozen=True)
class _Curves:
    """The intervals of one planning group, in each of which any number of people may be asked for."""

    pool: Pool
    settings: StaffingSettings
    site: Site
    volume_cv: Array

    @cached_property
    def presence(self) -> Presence:
        """Of the people on queue; where absence is a share, all are there for their part of the time."""
        shrinkage = shrinkage_at(self.pool.starts, self.settings, self.site.calendar.timezone)
        lost = shrinkage.not_in_roster
        by_chance = self.settings.absence == "chance"
        return Presence.of(lost, shrinkage.absent_on_queue if by_chance else np.zeros_like(lost))

    def line(self, pool: Pool, volume_cv: Array) -> LiveLine:
        seconds, leaving = self.site.calendar.interval_minutes * 60.0, hangs_up(pool, self.settings)
        return live_line(pool, interval_seconds=seconds, with_abandonment=leaving, volume_cv=volume_cv)

    def agents_for(self, share: float) -> Array:
        """(goals, intervals): whole agents on the line with whom this share is in time, by each goal's threshold."""
        line, goals = self.line(self.pool, self.volume_cv), dict.fromkeys(queue.goal for queue in self.pool.queues)
        wanted = (
            Goal(service_level=share, within_seconds=goal.threshold_seconds, definition=goal.definition)
            for goal in goals
            if goal.threshold_seconds is not None
        )
        return np.array([line.agents_for(goal).fewest for goal in wanted])

    def in_time(self, place: NDArray[np.int64], present: Array) -> Array:
        """(rows,): share in time in the intervals at these places, with so many people of the roster present."""
        line = self.line(pool := self.pool.taken(place), self.volume_cv[place])
        return np.nan_to_num(service_level(pool, line, present * self.presence.available[place]))


def _frame(curves: _Curves) -> pd.DataFrame:
    """From nobody up to where nothing more is gained, one row for each number of people; below the first whole agent
    who brings anything all are worth nothing, and are not asked for."""
    pool, presence = curves.pool, curves.presence
    weights, busy = promised_contacts(pool), curves.line(pool, curves.volume_cv).load_erlangs > 0
    enough = grossed_up(curves.agents_for(1.0 - NOTHING_MORE).max(axis=0), 1.0 - presence.available)
    most = np.maximum(rostered_for(enough, presence.chance, 1.0 - NOTHING_MORE), pool.minimum_agents)
    least = np.maximum(0.0, curves.agents_for(HARDLY).min(axis=0) - 1.0) / presence.available
    rows = most.astype(np.int64) + 1
    place = np.repeat(np.arange(len(rows)), rows)
    agents = (np.arange(len(place)) - np.repeat(np.cumsum(rows) - rows, rows)).astype(np.float64)
    in_time = np.where(busy[place], 0.0, 1.0)
    asked = np.flatnonzero(busy[place] & (agents > least[place]))
    in_time[asked] = curves.in_time(place[asked], agents[asked])
    in_time = mean_by_rostered(place, in_time, presence.chance)
    promised = np.array([queue.goal.service_level or 0.0 for queue in pool.queues])
    return pd.DataFrame(
        {
            "interval_start": pd.DatetimeIndex(pool.starts.view("datetime64[ns]")).tz_localize("UTC")[place],
            "planning_group": pool.name,
            "agents": agents,
            "offered": np.where(pool.offered_total > 0, weights.sum(axis=0), 0.0)[place],
            "in_time": in_time,
            "goal_share": ((weights * promised[:, None]).sum(axis=0) / weights.sum(axis=0))[place],
            "floor": pool.minimum_agents.astype(np.float64)[place],
        }
    )
