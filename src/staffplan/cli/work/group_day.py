"""The day of one planning group, as it is played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from staffplan.cli.work.published_day import STEP, Published
from staffplan.clock import SiteCalendar
from staffplan.control.day.contacts import Floats, QueueDay
from staffplan.control.day.people import MINUTE, People, curve, expected_of, missing, required_curve
from staffplan.control.day.worlds import GroupDay
from staffplan.errors import DataError, Note, Problem
from staffplan.planned import between
from staffplan.settings.queues import DEFAULT_GOALS
from staffplan.simulate.draws import expected_absence_seconds
from staffplan.simulate.engine import Closings, Groups
from staffplan.simulate.scene import Scene, make_scene
from staffplan.site import Queue, Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.history import ContactHistory
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.states import AgentStates


def group_day(
    published: Published, queues: tuple[Queue, ...], came: ContactHistory, states: AgentStates | None
) -> tuple[GroupDay, list[Note]]:
    """A planning group's day, and what was assumed. Raises DataError where no contacts of it came."""
    group = queues[0].planning_group
    queues, assumed = with_limits(queues)
    scene = _scene(published, queues, published.roster)
    days = tuple(_queue_day(published, queue, came, scene) for queue in queues)
    if not sum(one.came.sum() for one in days):
        said = f"no contacts of {group} came on {published.day}"
        raise DataError(Problem(came.source, said, "give their rows too"))
    number = scene.group_names.index(group)
    one = slice(number, number + 1)
    groups = Groups(
        scene.groups.slots[one], scene.groups.slowdown[one], scene.groups.set_aside[one], np.full(1, True)
    )
    own = scene.closings.group == number
    closings = Closings(scene.closings.time[own], np.zeros(int(own.sum()), dtype=np.int64))
    settings, seed = published.config.simulate, published.config.plan.seed
    people = _people(published, queues, scene, states)
    day = GroupDay(days, people, groups, closings, scene.grid.interval_seconds, settings, seed)
    return day, [*assumed, *_gaps(published, queues, came)]


def with_limits(queues: tuple[Queue, ...]) -> tuple[tuple[Queue, ...], list[Note]]:
    """Queues of a planning group, each with a limit for its wait; and a note of those whose goal has none, such as
    one for the mean wait: they take that of another queue of the group, or the usual one."""
    limited = [queue.goal for queue in queues if queue.goal.threshold_seconds is not None]
    usual = limited[0] if limited else DEFAULT_GOALS[queues[0].work_type]
    bare = [queue.name for queue in queues if queue.goal.threshold_seconds is None]
    if not bare:
        return queues, []
    said = f"the goal has no service level: answered within {usual.threshold_seconds:g} seconds counts as in time"
    made = (replace(queue, goal=usual) if queue.name in bare else queue for queue in queues)
    return tuple(made), [Note(STEP, "assumption", ", ".join(bare), said)]


def _people(published: Published, queues: tuple[Queue, ...], scene: Scene, states: AgentStates | None) -> People:
    group, config = queues[0].planning_group, published.config
    minutes = len(scene.grid) * published.minutes
    need = published.requirement[published.requirement["planning_group"] == group]
    required = np.zeros(len(scene.grid))
    required[scene.grid.index(need["interval_start"])] = need["agents_on_queue"].to_numpy(dtype=float)
    absent, late = None, None
    if states is not None:
        rostered, logged = (published.touching(table.frame) for table in (published.changed.activities, states))
        absent, late = missing(rostered, logged, group, published.start, minutes)
    return People(
        required_curve(required, published.minutes),
        curve(scene.stretches, minutes),
        curve(_scene(published, queues, published.changed).stretches, minutes),
        absent,
        late,
        expected_of(scene, config.simulate, config.staffing, config.plan.seed),
        expected_absence_seconds(scene, config.simulate, config.staffing) / MINUTE,
    )


def _scene(published: Published, queues: tuple[Queue, ...], roster: Roster) -> Scene:
    """The day with the queues of one planning group."""
    names = [queue.name for queue in queues]
    forecast = published.forecast[published.forecast["queue"].isin(names)]
    need = published.requirement[published.requirement["planning_group"] == queues[0].planning_group]
    calendar = SiteCalendar(published.zone, published.minutes)
    site = Site(calendar, dict(zip(names, queues, strict=True)), between(published.day, published.day))
    columns = [column.name for column in VolumeForecast.columns]
    here = roster.activities.frame.index.isin(published.touching(roster.activities.frame).index)
    own = Roster(roster.shifts, roster.activities.only(here))
    rows = VolumeForecast.of(forecast[columns].reset_index(drop=True))
    return make_scene(rows, StaffingRequirement.of(need.reset_index(drop=True)), own, site)


def _queue_day(published: Published, queue: Queue, came: ContactHistory, scene: Scene) -> QueueDay:
    said, seen = (frame[frame["queue"] == queue.name] for frame in (published.forecast, came.frame))
    said_at, seen_at = (scene.grid.index(frame["interval_start"]) for frame in (said, seen))

    def filled(rows: pd.DataFrame, at: np.ndarray, column: str, empty: float) -> Floats:
        values = np.full(len(scene.grid), empty)
        values[at] = rows[column].to_numpy(dtype=float)
        return values

    planned_aht = filled(said, said_at, "aht_seconds", np.nan)
    offered = filled(seen, seen_at, "offered", 0.0)
    aht = filled(seen, seen_at, "aht_seconds", np.nan)
    weight = np.where(np.isnan(planned_aht), 0.0, 1.0)
    usual = float(np.nansum(planned_aht * weight) / max(weight.sum(), 1.0))
    planned_aht = np.where(np.isnan(planned_aht), usual, planned_aht)
    is_known = ~np.isnan(aht) & (aht > 0)
    return QueueDay(
        queue,
        filled(said, said_at, "offered", 0.0),
        offered,
        planned_aht,
        np.where(is_known, aht, planned_aht),
        filled(seen, seen_at, "answered_within_threshold", np.nan),
    )


def _gaps(published: Published, queues: tuple[Queue, ...], came: ContactHistory) -> Iterator[Note]:
    for queue in queues:
        said = set(published.forecast.loc[published.forecast["queue"] == queue.name, "interval_start"])
        lacking = len(said - set(came.frame.loc[came.frame["queue"] == queue.name, "interval_start"]))
        if lacking:
            told = f"{lacking} of {len(said)} intervals have no row: taken as without contacts"
            yield Note(STEP, "assumption", queue.name, told)
