"""The rest of the day played with the people there are, and again with a lever, contact by contact the same."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import midnight
from staffplan.control.today.need import need_of
from staffplan.control.today.presence import UNKNOWN, Presence
from staffplan.control.today.spans import since
from staffplan.planned import between
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.draws import Drawn, draw_contacts, exposed, fortune_of
from staffplan.simulate.engine import Stretches
from staffplan.simulate.outcomes import IN_TIME, OFFERED
from staffplan.simulate.overflow import Helpers
from staffplan.simulate.scene import Z_80, Scene, make_scene
from staffplan.simulate.steps import levels_of, repetition
from staffplan.site import Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster

Floats = NDArray[np.float64]
WARM_UP = pd.Timedelta(hours=1)
"""So long before the moment the play begins, so that who waits then is waiting."""
REPETITIONS = 40
LOW, HIGH = ("offered_p10", "offered_p025"), ("offered_p90", "offered_p975")


@dataclass(frozen=True)
class Played:
    """(repetitions, counts, groups, intervals) of contacts that come from the moment on."""

    counts: Floats
    scene: Scene

    def levels(self) -> Floats:
        """(groups, intervals): service level of all repetitions, NaN without a goal or contacts."""
        return levels_of(self.scene, self.counts.sum(axis=0))

    def below_goal(self) -> frozenset[tuple[str, pd.Timestamp]]:
        """Planning groups and intervals in which the service level is below the goal."""
        goals = np.array([np.nan if own.service_level is None else own.service_level for own in self.scene.promises])
        starts = self.scene.grid.starts[-self.counts.shape[-1] :]
        missed = np.argwhere(self.levels() < goals[:, None])
        return frozenset((self.scene.group_names[group], starts[interval]) for group, interval in missed)

    def group_levels(self) -> Floats:
        """(groups,): service level of the rest of the day."""
        return levels_of(self.scene, self.counts.sum(axis=(0, 3)))

    def in_time(self) -> Floats:
        """(repetitions, groups): contacts in time."""
        return np.asarray(self.counts[:, IN_TIME].sum(axis=2))

    def offered(self) -> Floats:
        """(repetitions, groups): contacts."""
        return np.asarray(self.counts[:, OFFERED].sum(axis=2))


@dataclass(frozen=True)
class Stage:
    """What the rest of a day is played with: contacts, needs and settings, all but the roster."""

    forecast: VolumeForecast
    requirement: StaffingRequirement
    site: Site
    simulate: SimulateSettings
    staffing: StaffingSettings
    at: pd.Timestamp
    seed: int
    presence: Presence = UNKNOWN
    helpers: Helpers | None = None
    """Who helps out other groups."""
    contacts: dict[int, Drawn] = field(default_factory=dict)
    """By repetition, drawn once: they are the same for every roster."""

    luck: dict[tuple[str, int, int], tuple[Floats, Floats]] = field(default_factory=dict)
    """By person, shifts and pieces of them, drawn once as well."""

    def luck_of(self, agent: str, shifts: int, pieces: int) -> tuple[Floats, Floats]:
        """(repetitions, shifts) and (repetitions, pieces). Who is seen to be here does not miss the whole shift."""
        key = agent, shifts, pieces
        if key not in self.luck:
            each = [fortune_of(self.seed, agent, number, shifts, pieces) for number in range(REPETITIONS)]
            of_shift, of_piece = (np.array(part) for part in zip(*each, strict=True))
            self.luck[key] = (np.ones_like(of_shift) if agent in self.presence.here else of_shift), of_piece
        return self.luck[key]

    @property
    def begin(self) -> pd.Timestamp:
        """The first instant that is played."""
        return max(self.at - WARM_UP, midnight(self.day, self.site.calendar.timezone))

    @property
    def day(self) -> date:
        """The local day."""
        return self.at.tz_convert(self.site.calendar.timezone).date()

    @property
    def day_end(self) -> pd.Timestamp:
        return midnight(self.day + timedelta(days=1), self.site.calendar.timezone)

    @property
    def is_over(self) -> bool:
        """Whether nobody waits at once for anything any more: after closing, or on a day on which nothing is open."""
        length = pd.Timedelta(minutes=self.site.calendar.interval_minutes)
        tables = (self.forecast.frame, self.requirement.frame)
        return not any((frame["interval_start"] + length > self.at).any() for frame in tables)

    @cached_property
    def with_other_chance(self) -> Stage:
        """The same day with other contacts and absences."""
        return replace(self, seed=self.seed + 1, contacts={}, luck={})

    def play(self, roster: Roster) -> Played:
        """The same contacts and absences whatever the roster."""
        rostered = self.presence.of(since(roster, self.begin))
        scene = make_scene(self.forecast, self.requirement, rostered, self.site, self.helpers)
        settings = self.simulate.model_copy(update={"replications": REPETITIONS})
        coming = scene.grid.starts + pd.Timedelta(seconds=scene.grid.interval_seconds) > self.at
        present, counts = self._present(scene, settings), []
        for number in range(REPETITIONS):
            if number not in self.contacts:
                self.contacts[number] = draw_contacts(scene, settings, seed=self.seed, repetition=number)
            drawn, there = self.contacts[number], present[number]
            played = repetition(scene, drawn, there)
            counts.append(played.counts[:, :, coming])
        return Played(np.array(counts), scene)

    def _present(self, scene: Scene, settings: SimulateSettings) -> list[Stretches]:
        """Who is there in each repetition."""
        each = exposed(scene, settings, self.staffing)
        if each is None:
            return [scene.stretches] * REPETITIONS
        of_shift = np.ones((REPETITIONS, len(each.missed)))
        of_piece = np.ones((REPETITIONS, len(each.left)))
        for name, shifts, pieces in each.people:
            of_shift[:, shifts], of_piece[:, pieces] = self.luck_of(name, len(shifts), len(pieces))
        return [each.present(*chance) for chance in zip(of_shift, of_piece, strict=True)]


def make_stage(
    planned: VolumeForecast,
    updated: VolumeForecast,
    requirement: StaffingRequirement,
    site: Site,
    settings: tuple[SimulateSettings, StaffingSettings],
    at: pd.Timestamp,
    seed: int,
    presence: Presence = UNKNOWN,
    helpers: Helpers | None = None,
) -> Stage:
    """The local day of `at` alone, from a while before it on; groups whose work waits hours are left out.

    updated: with what came in place of what was expected until `at`; that has bands as wide as chance alone makes.
    The requirement is that of the plan, with the people more or fewer that the updated contacts need.
    """
    live = {name for name, queue in site.queues.items() if queue.work_type != "deferred"}
    groups = {site.queues[name].planning_group for name in live}
    was, now = (_live(forecast, live, site, at) for forecast in (planned, updated))
    need = _of_day(requirement.frame, site, at)
    of_plan = StaffingRequirement.of(need[need["planning_group"].isin(groups)].reset_index(drop=True))
    day = at.tz_convert(site.calendar.timezone).date()
    return Stage(
        VolumeForecast.of(_as_known(now.frame, site, at)),
        need_of(was, now, of_plan, settings[1], site) if len(now) else of_plan,
        replace(site, planned=between(day, day)),
        *settings,
        at,
        seed,
        presence,
        helpers,
    )


def _live(forecast: VolumeForecast, queues: Collection[str], site: Site, at: pd.Timestamp) -> VolumeForecast:
    frame = _of_day(forecast.frame, site, at)
    return VolumeForecast.of(frame[frame["queue"].isin(queues)].reset_index(drop=True))


def _as_known(frame: pd.DataFrame, site: Site, at: pd.Timestamp) -> pd.DataFrame:
    """With the bands that chance alone makes, where the contacts are over."""
    over = frame["interval_start"] + pd.Timedelta(minutes=site.calendar.interval_minutes) <= at
    chance = 2 * Z_80 * np.sqrt(frame["offered"])
    bounds = {name: frame["offered"] + (chance if name in HIGH else 0.0) for name in (*LOW, *HIGH)}
    return frame.assign(**{name: frame[name].where(~over, bound) for name, bound in bounds.items()})


def _of_day(frame: pd.DataFrame, site: Site, at: pd.Timestamp) -> pd.DataFrame:
    starts = frame["interval_start"]
    local = starts.dt.tz_convert(site.calendar.timezone).dt.date
    mine = (local == at.tz_convert(site.calendar.timezone).date()) & (starts >= at - WARM_UP)
    return pd.DataFrame(frame[mine])


@dataclass(frozen=True)
class Gain:
    """Of a lever: points of service level over all groups with a goal, their standard error; the group it helps."""

    points: float
    error_points: float
    group: str


def gain(before: Played, after: Played) -> Gain:
    """Share of the contacts of the rest of the day that are in time with a lever and are not without.

    The error is that of the mean over pairs of repetitions with the same random numbers.
    """
    promised = np.array([promise.service_level is not None for promise in before.scene.promises])
    more = (after.in_time() - before.in_time())[:, promised]
    contacts = before.offered()[:, promised].sum(axis=1).mean()
    if contacts == 0:
        return Gain(0.0, 0.0, "")
    names = [name for name, own in zip(before.scene.group_names, promised, strict=True) if own]
    total = more.sum(axis=1)
    error = total.std(ddof=1) / np.sqrt(len(total))
    group = names[int(more.mean(axis=0).argmax())]
    return Gain(float(100 * total.mean() / contacts), float(100 * error / contacts), group)


def keeps_goals(before: Played, after: Played) -> bool:
    """Whether no group falls below its goal in the rest of the day, or further below it, beyond doubt: its level less
    two standard errors of what the change takes."""
    goals = np.array([np.nan if own.service_level is None else own.service_level for own in before.scene.promises])
    taken = before.in_time() - after.in_time()
    contacts = np.maximum(before.offered().mean(axis=0), 1e-9)
    most = (taken.mean(axis=0) + 2 * taken.std(axis=0, ddof=1) / np.sqrt(len(taken))) / contacts
    level = before.group_levels() - np.maximum(most, 0.0)
    return bool((np.isnan(goals) | np.isnan(level) | (most <= 0) | (level >= goals)).all())
