"""A plan to the verdict on each of its promises: honest, thin or broken, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd

from staffplan.clock import midnight
from staffplan.control.access.people import people_there
from staffplan.control.access.verdicts import Judged, day_rows, interval_rows
from staffplan.control.access.waits import fewest_people, kept_share, waits_there
from staffplan.errors import Note
from staffplan.progress import OnProgress, silent
from staffplan.settings.access import AccessSettings
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.overflow import Helpers
from staffplan.simulate.scene import Scene, Stream, make_scene
from staffplan.simulate.steps import Repeated, play
from staffplan.site import Site
from staffplan.tables.access import AccessVerdicts
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster


@dataclass(frozen=True)
class Access:
    """The verdicts, and what to know beside them."""

    verdicts: AccessVerdicts
    notes: tuple[Note, ...]


def access(
    forecast: VolumeForecast,
    requirement: StaffingRequirement,
    roster: Roster,
    agents: Agents,
    settings: AccessSettings,
    *,
    site: Site,
    simulation: SimulateSettings,
    staffing: StaffingSettings,
    seed: int = 1,
    helpers: Helpers | None = None,
    on_progress: OnProgress = silent,
) -> Access:
    """Judge every interval in which a queue is open, and every day of deferred work.

    Waits are simulated with the roster as it is, absences included; the people that an honest interval takes come
    from Erlang A or C in a steady state. helpers: who of the roster helps out other groups, in the simulation.
    """
    scene = make_scene(forecast, requirement, roster, site, helpers)
    scene = replace(scene, wait_seconds=settings.wait_seconds)
    often = simulation.model_copy(update={"replications": settings.replications})
    played = play(scene, often, staffing, seed=seed, on_progress=on_progress)
    people = people_there(roster, agents, scene.group_names, scene.grid)
    by_interval = waits_there(scene, played, settings, by_day=False)
    judged = Judged(scene, people, by_interval, fewest_people(scene, settings), settings)
    rows = chain.from_iterable(_rows(judged, stream, played, site) for stream in scene.streams)
    columns = [column.name for column in AccessVerdicts.columns]
    frame = pd.DataFrame(list(rows), columns=columns)
    return Access(AccessVerdicts.of(frame, AccessVerdicts.file_name), tuple(_notes(scene)))


def _rows(judged: Judged, stream: Stream, played: Repeated, site: Site) -> Iterator[dict[str, object]]:
    scene = judged.scene
    if stream.queue.work_type != "deferred":
        return interval_rows(judged, stream, _promised(scene, stream, site))
    by_day = waits_there(scene, played, judged.settings, by_day=True)
    return day_rows(scene, stream, by_day, kept_share(scene, played), judged.settings)


def _promised(scene: Scene, stream: Stream, site: Site) -> np.ndarray:
    """(intervals,): when the queue is open, by its settings, or as the forecast learned it."""
    queue, starts = stream.queue, scene.grid.starts
    promised = np.zeros(len(starts), dtype=bool)
    promised[stream.interval] = True
    if queue.service_hours is not None:
        promised = queue.service_hours.open_mask(starts, site.calendar)
        if queue.opens is not None:
            promised &= starts >= midnight(queue.opens, scene.zone)
        if queue.ended is not None and not isinstance(queue.ended, bool):
            promised &= starts < midnight(queue.ended, scene.zone)
    return np.asarray(promised)


def _notes(scene: Scene) -> Iterator[Note]:
    """What was assumed of the promises."""
    learnt = [
        s.queue.name for s in scene.streams if s.queue.service_hours is None and s.queue.work_type != "deferred"
    ]
    if learnt:
        said = "no opening hours are set: the hours in which contacts are forecast count as promised"
        yield Note("access", "assumption", ", ".join(learnt), said)
