"""From load to heads, line by line, for one interval: how a requirement came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from staffplan.settings.queues import Goal, parse_risk
from staffplan.settings.staffing import Shrinkage, StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing.chance import Presence, what_is_met
from staffplan.staffing.live import LiveLine, live_line
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.pool import NANOSECONDS_PER_MINUTE, Pool, pools
from staffplan.staffing.requirement import hangs_up
from staffplan.staffing.risk import risk_of
from staffplan.staffing.shrinkage import shrinkage_at
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement


@dataclass(frozen=True)
class Step:
    """One line of the walk: what it is, its value (nan: none), in which unit, and how it follows from those above."""

    planning_group: str
    line: str
    value: float
    unit: str
    how: str = ""


def explain(
    requirement: StaffingRequirement,
    forecast: VolumeForecast,
    settings: StaffingSettings,
    *,
    site: Site,
    at: pd.Timestamp,
) -> tuple[Step, ...]:
    """The walk for every planning group that is staffed at `at`, in the interval it lies in; none if none is.

    `requirement` is what `staff` made of the forecast with the same settings: the walk ends on its figures.
    """
    length = site.calendar.interval_minutes * NANOSECONDS_PER_MINUTE
    starts = requirement.frame["interval_start"].to_numpy(dtype="datetime64[ns]").astype(np.int64)
    moment = at.as_unit("ns").value
    here = requirement.frame[(starts <= moment) & (moment < starts + length)]
    if here.empty:
        return ()
    rows = {row["planning_group"]: row for row in here.to_dict("records")}
    instant = here["interval_start"].iloc[0].as_unit("ns").value
    steps: list[Step] = []
    for pool in pools(forecast, site):
        if pool.name in rows:
            shrinkage = shrinkage_at(np.array([instant]), settings, site.calendar.timezone)
            walk = _Walk(pool, rows[pool.name], shrinkage, _chance(pool, shrinkage, settings))
            seconds = site.calendar.interval_minutes * 60.0
            if pool.queues[0].work_type == "deferred":
                steps += walk.deferred(seconds)
            else:
                own = pool.at(instant)
                line = live_line(own, interval_seconds=seconds, with_abandonment=hangs_up(own, settings))
                steps += walk.live(own, line, seconds)
    return tuple(steps)


def _chance(pool: Pool, shrinkage: Shrinkage, settings: StaffingSettings) -> str:
    """What the people of a group are rostered for where absence is a chance; "" where it is a share, or nobody is
    absent."""
    if settings.absence == "share" or pool.queues[0].work_type == "deferred" or not shrinkage.absent.any():
        return ""
    kind, share = parse_risk(risk_of(pool.queues, settings.risk))
    return what_is_met(share if kind == "day" else None)


@dataclass(frozen=True)
class _Walk:
    """The lines of one group; `row` is its row of the requirement, `chance` as in `_chance`."""

    pool: Pool
    row: dict[Any, Any]
    shrinkage: Shrinkage
    chance: str

    def _step(self, line: str, value: float | Array, unit: str, how: str = "") -> Step:
        return Step(self.pool.name, line, float(np.ravel(value)[0]), unit, how)

    def _work(self, seconds: float) -> Iterator[Step]:
        row = self.row
        yield self._step("contacts", row["offered"], "contacts", "of the interval")
        yield self._step("handling time", row["aht_seconds"], "seconds", "weighted by contacts")
        yield self._step("load", row["load_erlangs"], "erlangs", f"contacts x handling time / {seconds:g} s")

    def live(self, own: Pool, line: LiveLine, seconds: float) -> Iterator[Step]:
        """Work that waits seconds: every goal on its own, then the largest."""
        yield from self._work(seconds)
        if len(line.pace) > 1:
            how = f"each takes {line.pace[-1]:g} x the handling time"
            yield self._step("served at once", float(len(line.pace)), "chats", how)
        if np.isfinite(line.patience_seconds[0]):
            yield self._step("patience", line.patience_seconds, "seconds", "customers hang up (Erlang A)")
        exact = float(own.minimum_agents[0])
        yield self._step("minimum", exact, "agents", "minimum_agents of the open queues")
        for goal in dict.fromkeys(own.queues[place].goal for place in np.flatnonzero(own.is_open[:, 0])):
            enough = line.agents_for(goal).exact()
            exact = max(exact, float(enough[0]))
            model = _BY_ITSELF.get(self.row["model"], self.row["model"])
            yield self._step(goal_in_words(goal), enough, "agents", f"fewest that meet it, by {model}")
        if self.row["model"] in _BY_ITSELF:
            exact, how = float(self.row["agents_required"]), _NOT_BY_ITSELF[self.row["model"]]
        else:
            yield self._step("on the line, exactly", exact, "agents", "the largest of these")
            how = "rounded up"
        yield self._step("on the line", self.row["agents_required"], "people", how)
        yield from self._given()
        yield from self._by_chance() if self.chance else self._grossed_up(exact)

    def deferred(self, seconds: float) -> Iterator[Step]:
        """Work that waits hours: levelled over all intervals, and not to be followed from one of them."""
        yield from self._work(seconds)
        for queue in self.pool.queues:
            yield self._step(f"goal of {queue.name}", np.nan, "", _promise(queue))
        how = _LEVELLED.get(self.row["model"], _LEVELLED["backlog"])
        yield self._step("on the line", self.row["agents_required"], "people", how)
        yield from self._given()
        yield from self._grossed_up(np.nan)

    def _given(self) -> Iterator[Step]:
        for name, line in (
            ("service_level", "service level"),
            ("occupancy", "occupancy"),
            ("abandon_rate", "hang up"),
        ):
            if self.row[name] == self.row[name]:
                yield self._step(line, self.row[name], "share", "with the people on the line")
        yield self._step("average wait", self.row["asa_seconds"], "seconds", "with the people on the line")

    def _grossed_up(self, exact: float) -> Iterator[Step]:
        """Shrinkage, once, and rounding, once; for deferred work the heads are levelled with it."""
        told = self.shrinkage
        yield from self._categories("grossed up here")
        on_queue, everything = float(told.not_in_roster[0]), float(told.everything[0])
        anew = "smoothed again with this shrinkage, rounded once"
        levelled = (
            "rounded up; the surplus from rounding is subtracted later" if self.row["model"] in _BY_ITSELF else anew
        )
        for line, lost, column in (
            ("on queue", on_queue, "agents_on_queue"),
            ("on duty", everything, "agents_scheduled"),
        ):
            yield self._step(f"{line}: lost", lost, "share", _LOST[column])
            if exact == exact:
                how = f"{exact:.2f} / (1 - {lost:.4f})"
                yield self._step(f"{line}, exactly", exact / (1.0 - lost), "people", how)
            yield self._step(line, self.row[column], "people", "rounded up, once" if exact == exact else levelled)

    def _categories(self, unplanned: str) -> Iterator[Step]:
        told = self.shrinkage
        for (name, own), share in zip(told.categories, told.shares, strict=True):
            usual = unplanned if name in told.unplanned else "grossed up here"
            how = "placed by the roster" if own.in_roster else usual
            yield self._step(f"shrinkage: {name}", share, "share", f"of paid time; {how}")

    def _by_chance(self) -> Iterator[Step]:
        """Each agent present or absent, the rest of the shrinkage as a share of the time of those present."""
        told = self.shrinkage
        yield from self._categories("each agent present or absent")
        for line, lost, absent, column in (
            ("on queue", told.not_in_roster, told.absent_on_queue, "agents_on_queue"),
            ("on duty", told.everything, told.absent, "agents_scheduled"),
        ):
            own = Presence.of(lost, absent)
            yield self._step(f"{line}: present", own.chance, "share", "chance of each agent")
            yield self._step(f"{line}: available", own.available, "share", "of the time of those present")
            yield self._step(line, self.row[column], "people", f"fewest with whom {self.chance}")


_BY_ITSELF = dict.fromkeys(("offered-load", "verified"), "its queueing model, each interval independently")
_NOT_BY_ITSELF = {
    "offered-load": "the same, for the load that lags behind the arrivals",
    "verified": (
        "the fewest whose simulated waits meet the goal, including contacts carried over from earlier intervals"
    ),
}
_LEVELLED = {
    "backlog": (
        "the most even staffing that finishes all work in time, rounded up; the remainder is carried forward"
    ),
    "verified": "smoothed for increased volumes, then reduced while the simulation still meets the service goal",
}
_LOST = {
    "agents_on_queue": "of people the roster shows on queue: (total - in roster) / (1 - in roster)",
    "agents_scheduled": "of paid time, all categories",
}


def goal_in_words(goal: Goal) -> str:
    """Every limit of a goal: "80 % within 20 s, average wait 10 s at most"."""
    parts = []
    if goal.service_level is not None:
        parts.append(f"{100 * goal.service_level:g} % within {goal.threshold_seconds:g} s")
    if goal.asa_seconds is not None:
        parts.append(f"average wait {goal.asa_seconds:g} s at most")
    if goal.max_occupancy is not None:
        parts.append(f"occupancy {100 * goal.max_occupancy:g} % at most")
    if goal.max_abandon_rate is not None:
        parts.append(f"{100 * goal.max_abandon_rate:g} % hang up at most")
    return "goal " + ", ".join(parts)


def _promise(queue: Queue) -> str:
    goal = queue.goal
    hours = (goal.threshold_seconds or 0.0) / 3600
    return f"{100 * (goal.service_level or 0.0):g} % within {hours:g} {goal.clock} hours"
