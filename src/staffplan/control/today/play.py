"""The rest of the day played with the people there are, and again with a lever, contact by contact the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.planned import between
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.draws import Drawn, Fortune, draw_contacts, fortune_of
from staffplan.simulate.outcomes import IN_TIME, OFFERED
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
    contacts: dict[int, Drawn] = field(default_factory=dict)
    """By repetition, drawn once: they are the same for every roster."""

    @cached_property
    def fortune(self) -> Fortune:
        """Of each person, drawn once as well."""
        return cache(fortune_of)

    def with_other_chance(self) -> Stage:
        """The same day with other contacts and absences."""
        return replace(self, seed=self.seed + 1, contacts={})

    def play(self, roster: Roster) -> Played:
        """The same contacts and absences whatever the roster."""
        scene = make_scene(self.forecast, self.requirement, roster, self.site)
        settings = self.simulate.model_copy(update={"replications": REPETITIONS})
        coming = scene.grid.starts + pd.Timedelta(seconds=scene.grid.interval_seconds) > self.at
        counts = []
        for number in range(REPETITIONS):
            if number not in self.contacts:
                self.contacts[number] = draw_contacts(scene, settings, seed=self.seed, repetition=number)
            drawn, fortune = self.contacts[number], self.fortune
            played = repetition(scene, settings, self.staffing, self.seed, number, drawn=drawn, fortune=fortune)
            counts.append(played.counts[:, :, coming])
        return Played(np.array(counts), scene)


def make_stage(
    forecast: VolumeForecast,
    requirement: StaffingRequirement,
    site: Site,
    settings: tuple[SimulateSettings, StaffingSettings],
    at: pd.Timestamp,
    seed: int,
) -> Stage:
    """The local day of `at` alone, from a while before it on; groups whose work waits hours are left out.

    forecast: with what came in place of what was expected until `at`; that has bands as wide as chance alone makes.
    """
    day = at.tz_convert(site.calendar.timezone).date()
    live = {name for name, queue in site.queues.items() if queue.work_type != "deferred"}
    frame = _of_day(forecast.frame, site, at)
    frame = frame[frame["queue"].isin(live)]
    over = frame["interval_start"] + pd.Timedelta(minutes=site.calendar.interval_minutes) <= at
    chance = 2 * Z_80 * np.sqrt(frame["offered"])
    bounds = {name: frame["offered"] + (chance if name in HIGH else 0.0) for name in (*LOW, *HIGH)}
    frame = frame.assign(**{name: frame[name].where(~over, bound) for name, bound in bounds.items()})
    groups = {site.queues[name].planning_group for name in live}
    need = _of_day(requirement.frame, site, at)
    return Stage(
        VolumeForecast.of(frame.reset_index(drop=True)),
        StaffingRequirement.of(need[need["planning_group"].isin(groups)].reset_index(drop=True)),
        replace(site, planned=between(day, day)),
        *settings,
        at,
        seed,
    )


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
