"""The simulate step: roster and forecast in, waits out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, effective_n_jobs

from staffplan.errors import Note
from staffplan.progress import OnProgress, Progress, silent
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate import causes, engine, notes
from staffplan.simulate.detail import Spread, day_seconds, detail_table, spread_of
from staffplan.simulate.draws import Drawn, Exposed, draw_absences, draw_contacts, exposed
from staffplan.simulate.outcomes import (
    OFFERED,
    OPEN,
    SENT_OFF,
    Tally,
    service_level,
    tally,
    waiting_measures,
)
from staffplan.simulate.overflow import Helpers
from staffplan.simulate.records import Floats
from staffplan.simulate.scene import Scene, cut, make_scene
from staffplan.site import Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.waits import Coverage, DayService, WaitDetails

BATCHES = 20
"""Progress is told at least this often."""


@dataclass(frozen=True)
class SimulationResult:
    """Waits of customers from the roster that exists: by interval, by day, and what to know beside them."""

    coverage: Coverage
    waits: DayService
    details: WaitDetails
    notes: tuple[Note, ...]
    facts: dict[str, float]


@dataclass(frozen=True)
class Repeated:
    """All repetitions: their sum by interval, each by day, and how they scatter by interval and by day."""

    total: Tally
    days: tuple[Tally, ...]
    spreads: tuple[Spread, Spread]


def simulate(
    forecast: VolumeForecast,
    requirement: StaffingRequirement,
    roster: Roster | None,
    settings: SimulateSettings,
    *,
    site: Site,
    staffing: StaffingSettings,
    seed: int = 1,
    helpers: Helpers | None = None,
    on_progress: OnProgress = silent,
) -> SimulationResult:
    """Play the period `replications` times, contact by contact, with the people the roster has.

    An agent finishes the contact in hand when a stretch on queue ends, so breaks may begin late (they end on
    time); deferred work is set aside instead. Contacts that wait are carried over the interval's end. At closing
    those still waiting are turned away, and counted as abandoned. Without a roster the requirement's
    `agents_required` are on the line, and nobody is absent. helpers: who of the roster helps out other groups.
    """
    if roster is None:
        frame = requirement.frame
        requirement = replace(requirement, frame=frame.assign(agents_on_queue=frame["agents_required"]))
        staffing = staffing.model_copy(update={"shrinkage": {}})
    scene = make_scene(forecast, requirement, roster, site, helpers)
    played = play(scene, settings, staffing, seed=seed, on_progress=on_progress)
    offered = _expected(scene)
    coverage = _coverage(scene, requirement, played.total, offered)
    waits = _waits(scene, coverage, played, offered)
    told = notes.all_notes(scene, coverage, waits, played.total, settings, staffing)
    required = make_scene(forecast, requirement, None, site)
    why = _causes(scene, required, coverage, played, settings, staffing, seed)
    details = detail_table(scene, played.total, played.spreads, why)
    return SimulationResult(coverage, waits, details, told, _facts(scene, played, waits, settings))


def play(
    scene: Scene,
    settings: SimulateSettings,
    staffing: StaffingSettings,
    *,
    seed: int,
    on_progress: OnProgress = silent,
) -> Repeated:
    """Repeat the period; repetitions are independent pieces that any joblib backend may share out."""
    wanted = settings.replications
    batch = max(effective_n_jobs(), -(-wanted // BATCHES))
    each = exposed(scene, settings, staffing)
    total, days, spreads = None, [], None
    for first in range(0, wanted, batch):
        numbers = range(first, min(first + batch, wanted))
        for one in Parallel()(delayed(_by_chance)(scene, settings, each, seed, number) for number in numbers):
            total = one if total is None else total + one
            days.append(one.by_day(scene.grid))
            own = (
                spread_of(scene, one, scene.grid.interval_seconds),
                spread_of(scene, days[-1], day_seconds(scene)),
            )
            spreads = own if spreads is None else (spreads[0] + own[0], spreads[1] + own[1])
        on_progress(Progress("simulate", numbers.stop, wanted, "repetitions of the period"))
    assert total is not None
    assert spreads is not None
    return Repeated(total, tuple(days), spreads)


def _by_chance(scene: Scene, settings: SimulateSettings, each: Exposed | None, seed: int, number: int) -> Tally:
    """One repetition: the same seed and number give the same contacts, whatever the roster."""
    drawn = draw_contacts(scene, settings, seed=seed, repetition=number)
    return repetition(scene, drawn, draw_absences(scene, each, seed=seed, repetition=number))


def repetition(scene: Scene, drawn: Drawn, present: engine.Stretches) -> Tally:
    """These contacts meet the people who are there."""
    played = engine.run(
        drawn.contacts,
        present,
        scene.groups,
        scene.closings,
        agents=len(scene.agent_names),
        intervals=len(scene.grid),
        interval_seconds=scene.grid.interval_seconds,
        overflow=scene.overflow,
    )
    return tally(scene, drawn, played)


def service_of_days(scene: Scene, requirement: StaffingRequirement, played: Repeated) -> DayService:
    """The days' waits alone."""
    offered = _expected(scene)
    return _waits(scene, _coverage(scene, requirement, played.total, offered), played, offered)


def _expected(scene: Scene) -> Floats:
    """(groups, intervals): contacts the forecast expects."""
    offered = np.zeros((len(scene.group_names), len(scene.grid)))
    for stream in scene.streams:
        offered[stream.group, stream.interval] += stream.offered
    return offered


def levels_of(scene: Scene, counts: Floats) -> Floats:
    """(groups, ...): the service level of each group by its own goal's definition; NaN without such a goal."""
    levels = np.full(counts.shape[1:], np.nan)
    for group, promise in enumerate(scene.promises):
        if promise.service_level is not None:
            levels[group] = service_level(counts[:, group], promise.definition)
    return levels


def _coverage(scene: Scene, requirement: StaffingRequirement, total: Tally, offered: Floats) -> Coverage:
    """One row wherever anyone is required or scheduled."""
    required = _required(scene, requirement)
    scheduled = people_on_queue(scene)
    levels = levels_of(scene, total.counts)
    nobody = np.isnan(levels) & (offered > 0) & (scheduled == 0)
    promised = np.array([promise.service_level is not None for promise in scene.promises])
    levels[nobody & promised[:, None]] = 0.0
    asa, abandoned, occupancy = waiting_measures(total)
    group, interval = np.nonzero((required > 0) | (scheduled > 0))
    cells = (group, interval)
    frame = pd.DataFrame(
        {
            "interval_start": scene.grid.starts[interval],
            "planning_group": np.asarray(scene.group_names, dtype=object)[group],
            "required": required[cells],
            "scheduled": scheduled[cells],
            "net": scheduled[cells] - required[cells],
            "offered": offered[cells],
            "service_level": levels[cells],
            "asa_seconds": asa[cells],
            "occupancy": occupancy[cells],
            "abandon_rate": abandoned[cells],
        }
    )
    return Coverage.of(frame, Coverage.file_name)


def _required(scene: Scene, requirement: StaffingRequirement) -> Floats:
    required = np.zeros((len(scene.group_names), len(scene.grid)))
    code = {name: number for number, name in enumerate(scene.group_names)}
    groups = requirement.frame["planning_group"].map(code).to_numpy(dtype=np.int64)
    intervals = scene.grid.index(requirement.frame["interval_start"])
    required[groups, intervals] = requirement.frame["agents_on_queue"].to_numpy(dtype=float)
    return required


def people_on_queue(scene: Scene) -> Floats:
    """(groups, intervals): people whom the roster shows on queue; who is there for half the interval is a half."""
    people = np.zeros((len(scene.group_names), len(scene.grid)))
    length = scene.grid.interval_seconds
    pieces = cut(scene.stretches, length)
    interval = np.floor(pieces.start / length).astype(np.int64)
    inside = (interval >= 0) & (interval < len(scene.grid))
    group = scene.stretches.group[pieces.stretch]
    np.add.at(people, (group[inside], interval[inside]), ((pieces.end - pieces.start) / length)[inside])
    return np.round(people, 9)


def _waits(scene: Scene, coverage: Coverage, played: Repeated, offered: Floats) -> DayService:
    """One row for each group and local day that has contacts or people."""
    folded = played.total.by_day(scene.grid)
    level = levels_of(scene, folded.counts)
    each = np.stack([levels_of(scene, day.counts) for day in played.days])
    low, high = _bounds(each)
    asa, abandoned, occupancy = waiting_measures(folded)
    expected = scene.grid.sum_by_day(offered)
    missing, spare = _hours(scene, coverage)
    group, day = np.nonzero((expected > 0) | (missing > 0) | (spare > 0) | (folded.line_seconds > 0))
    cells = (group, day)
    goal = np.array([np.nan if p.service_level is None else p.service_level for p in scene.promises])
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(pd.Series(np.asarray(scene.grid.days, dtype=object)[day])),
            "planning_group": np.asarray(scene.group_names, dtype=object)[group],
            "offered": expected[cells],
            "service_level": level[cells],
            "service_level_low": low[cells],
            "service_level_high": high[cells],
            "goal": goal[group],
            "kept": _kept(scene, level, asa, occupancy, folded.counts[OFFERED])[cells],
            "asa_seconds": asa[cells],
            "abandon_rate": abandoned[cells],
            "occupancy": occupancy[cells],
            "understaffed_hours": missing[cells],
            "overstaffed_hours": spare[cells],
        }
    )
    return DayService.of(frame, DayService.file_name)


def _bounds(each: Floats) -> tuple[Floats, Floats]:
    """5 % and 95 % points over the repetitions (first axis) that had contacts; NaN where none had."""
    low, high = np.full(each.shape[1:], np.nan), np.full(each.shape[1:], np.nan)
    some = ~np.isnan(each).all(axis=0)
    if some.any():
        low[some], high[some] = np.nanquantile(each[:, some], [0.05, 0.95], axis=0)
    return low, high


def _kept(scene: Scene, level: Floats, asa: Floats, occupancy: Floats, contacts: Floats) -> np.ndarray:
    """(groups, days): "yes" where every limit of the promise holds, "no", or "no contacts"."""
    kept = np.ones(level.shape, dtype=bool)
    for group, promise in enumerate(scene.promises):
        if promise.service_level is not None:
            kept[group] &= level[group] >= promise.service_level
        if promise.asa_seconds is not None:
            kept[group] &= asa[group] <= promise.asa_seconds
        if promise.max_occupancy is not None:
            kept[group] &= ~(occupancy[group] > promise.max_occupancy)
    return np.where(contacts > 0, np.where(kept, "yes", "no"), "no contacts")


def _causes(
    scene: Scene,
    required: Scene,
    coverage: Coverage,
    played: Repeated,
    settings: SimulateSettings,
    staffing: StaffingSettings,
    seed: int,
) -> dict[str, Floats]:
    """(groups, days) contacts that the goal lacks, in all and by cause; see causes."""
    days = played.total.by_day(scene.grid)
    short = causes.short_contacts(scene.promises, days, settings.replications)
    if not short.any():
        return causes.split(short, short, short, np.zeros_like(short), np.zeros_like(short))
    sure, nobody_away = causes.certain(settings), staffing.model_copy(update={"shrinkage": {}})
    others = []
    for stage, away in ((scene, staffing), (causes.with_people_of(scene, required), nobody_away)):
        again = play(stage, sure, away, seed=seed).total.by_day(scene.grid)
        others.append(causes.short_contacts(scene.promises, again, sure.replications))
    missing, spare = _hours(scene, coverage)
    lack = np.maximum(0.0, missing - spare)
    return causes.split(short, others[0], others[1], lack, missing - lack)


def _hours(scene: Scene, coverage: Coverage) -> tuple[Floats, Floats]:
    """(groups, days): hours of people missing, and of people to spare; never set off against each other."""
    frame = coverage.frame
    code = {name: number for number, name in enumerate(scene.group_names)}
    groups = frame["planning_group"].map(code).to_numpy(dtype=np.int64)
    intervals = scene.grid.index(frame["interval_start"])
    net = np.zeros((len(code), len(scene.grid)))
    net[groups, intervals] = frame["net"].to_numpy(dtype=float) * scene.grid.interval_seconds / 3600
    return scene.grid.sum_by_day(np.maximum(-net, 0.0)), scene.grid.sum_by_day(np.maximum(net, 0.0))


def _facts(scene: Scene, played: Repeated, waits: DayService, settings: SimulateSettings) -> dict[str, float]:
    """Numbers for the summary; per repetition where they are counts of contacts."""
    counts = played.total.counts.sum(axis=(1, 2)) / settings.replications
    kept = waits.frame["kept"]
    facts = {
        "replications": float(settings.replications),
        "events": float(played.total.events),
        "contacts": float(counts[OFFERED] + counts[OPEN]),
        "turned away at closing": float(counts[SENT_OFF]),
        "unfinished at the end": float(counts[OPEN]),
        "days promised": float((kept != "no contacts").sum()),
        "days kept": float((kept == "yes").sum()),
    }
    levels = levels_of(scene, played.total.counts.sum(axis=2))
    return facts | {f"service level {name}": float(x) for name, x in zip(scene.group_names, levels, strict=True)}
