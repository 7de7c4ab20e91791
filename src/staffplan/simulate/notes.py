"""What the simulation has to say in words: promises not kept, hours nobody covers, what is not modelled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.errors import Note
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.draws import absence_shares
from staffplan.simulate.outcomes import ANSWERS, HELPED, OPEN, SENT_OFF, Tally
from staffplan.simulate.scene import GroupPromise, Scene
from staffplan.tables.waits import Coverage, DayService

MOST = 20
"""Notes of one kind given in full; the rest are counted."""


def all_notes(
    scene: Scene,
    coverage: Coverage,
    waits: DayService,
    total: Tally,
    settings: SimulateSettings,
    staffing: StaffingSettings,
) -> tuple[Note, ...]:
    rows = _Rows(scene, coverage)
    return (
        *_capped(list(_broken_days(scene, rows, waits)), "queue-days that fall short"),
        *_capped(list(_uncovered(scene, rows)), "queue-days with hours that nobody covers"),
        *_assumptions(scene, settings, staffing),
        *_helped_out(scene, total),
        *_left_out(scene, total, settings),
    )


def _capped(found: list[Note], what: str) -> list[Note]:
    if len(found) <= MOST:
        return found
    rest = f"and {len(found) - MOST} more {what}: see waits.csv and coverage.csv"
    return [*found[:MOST], Note("simulate", "broken promise", "", rest)]


class _Rows:
    """Coverage as arrays by group and local day, for looking up."""

    def __init__(self, scene: Scene, coverage: Coverage) -> None:
        frame = coverage.frame
        self.interval = scene.grid.index(frame["interval_start"])
        self.group = frame["planning_group"].to_numpy(dtype=object)
        self.day = np.asarray(scene.grid.days, dtype=object)[scene.grid.day_code[self.interval]]
        self.net = frame["net"].to_numpy(dtype=float)
        self.required = frame["required"].to_numpy(dtype=float)
        self.scheduled = frame["scheduled"].to_numpy(dtype=float)
        self.level = frame["service_level"].to_numpy(dtype=float)

    def of(self, group: str, day: date) -> NDArray[np.bool_]:
        return np.asarray((self.group == group) & (self.day == day))


def _broken_days(scene: Scene, rows: _Rows, waits: DayService) -> Iterable[Note]:
    """Days whose promise is not kept, the greatest shortfall of contacts first."""
    frame = waits.frame[waits.frame["kept"] == "no"]
    shortfall = (frame["goal"] - frame["service_level"]).fillna(0.0) * frame["offered"]
    promises = dict(zip(scene.group_names, scene.promises, strict=True))
    for place in np.argsort(-shortfall.to_numpy(dtype=float), kind="stable"):
        row = frame.iloc[int(place)]
        group, day = str(row["planning_group"]), row["day"].date()
        message = f"{_what_came(row, promises[group])}; {_why(scene, rows, rows.of(group, day), promises[group])}"
        yield Note("simulate", "broken promise", f"{group} {day:%a %d %b %Y}", message)


def _what_came(row: pd.Series, promise: GroupPromise) -> str:
    """ "71 % in time, promised 80 % within 20 s" and the other limits that do not hold."""
    said = []
    level, goal = float(row["service_level"]), float(row["goal"])
    if promise.service_level is not None and not level >= goal:
        said.append(f"service level {level:.0%}, goal {goal:.0%} within {_duration(promise.threshold_seconds)}")
    if promise.asa_seconds is not None and not float(row["asa_seconds"]) <= promise.asa_seconds:
        said.append(f"average wait {float(row['asa_seconds']):.0f} s, goal {promise.asa_seconds:.0f} s")
    if promise.max_occupancy is not None and float(row["occupancy"]) > promise.max_occupancy:
        said.append(f"occupancy {float(row['occupancy']):.0%}, goal at most {promise.max_occupancy:.0%}")
    return ", ".join(said)


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "the time allowed"
    return f"{seconds:g} s" if seconds < 3600 else f"{seconds / 3600:g} h"


def _why(scene: Scene, rows: _Rows, own: NDArray[np.bool_], promise: GroupPromise) -> str:
    """The hours concerned and how many people were missing."""
    short = own & (rows.net < 0)
    if short.any():
        hours = -rows.net[short].sum() * scene.grid.interval_seconds / 3600
        spans = _spans(scene, rows.interval[short])
        return f"understaffed {spans}: by up to {-rows.net[short].min():g} people, {hours:.1f} hours in all"
    below = own & (rows.level < (promise.service_level or 0.0))
    where = f", worst {_spans(scene, rows.interval[below])}" if below.any() else ""
    return f"staffed as required; missed because of volume swings, absence or backlog{where}"


def _spans(scene: Scene, intervals: NDArray[np.int64], most: int = 3) -> str:
    """Local hours of runs of intervals, "09:00-11:30, 17:00-18:00", the longest ones."""
    ordered = np.unique(intervals)
    runs = np.split(ordered, np.flatnonzero(np.diff(ordered) > 1) + 1)
    longest = sorted(sorted(runs, key=len, reverse=True)[:most], key=lambda run: int(run[0]))
    step = pd.Timedelta(seconds=scene.grid.interval_seconds)
    zone = scene.zone
    texts = []
    for run in longest:
        start = scene.grid.starts[int(run[0])].tz_convert(zone)
        end = (scene.grid.starts[int(run[-1])] + step).tz_convert(zone)
        texts.append(f"{start:%H:%M}-{end:%H:%M}")
    more = f" and {len(runs) - most} more spans" if len(runs) > most else ""
    return ", ".join(texts) + more


def _uncovered(scene: Scene, rows: _Rows) -> Iterable[Note]:
    """Intervals in which people are required and nobody is scheduled, by group and day."""
    empty = np.flatnonzero((rows.required > 0) & (rows.scheduled == 0))
    keys: dict[tuple[str, date], list[int]] = {}
    for place in empty.tolist():
        keys.setdefault((rows.group[place], rows.day[place]), []).append(place)
    for (group, day), places in sorted(keys.items(), key=lambda item: (-len(item[1]), item[0])):
        hours = rows.required[places].sum() * scene.grid.interval_seconds / 3600
        spans = _spans(scene, rows.interval[places])
        message = f"open, but nobody is on queue {spans}; {hours:.1f} staff hours are required"
        yield Note("simulate", "broken promise", f"{group} {day:%a %d %b %Y}", message)


def _assumptions(scene: Scene, settings: SimulateSettings, staffing: StaffingSettings) -> Iterable[Note]:
    out, inside = absence_shares(scene, staffing)
    if out.any():
        said = f"each person misses a whole shift with a chance of {_from_to(out)}, independently of the others"
        yield Note("simulate", "assumption", "absence", said)
    if inside.any():
        minutes = settings.absence_minutes
        said = (
            f"people at work are away from the queue for {_from_to(inside)} of their time "
            f"on queue, {minutes} minutes at a time"
        )
        yield Note("simulate", "assumption", "absence", said)
    if settings.volume_uncertainty and any(stream.day_variation.any() for stream in scene.streams):
        said = "Forecast uncertainty is applied per queue and day"
        yield Note("simulate", "assumption", "volume", said)
    for stream in scene.streams:
        if stream.queue.patience_seconds is None and not scene.deferred[stream.group]:
            said = "patience_seconds is not given: nobody hangs up before closing"
            yield Note("simulate", "assumption", f"queues.{stream.queue.name}", said)
    yield from _mixed_definitions(scene)


def _helped_out(scene: Scene, total: Tally) -> Iterable[Note]:
    """How many contacts other groups answer, where there are rules for them."""
    if scene.overflow is None:
        return
    counts = total.counts.sum(axis=2)
    for group in dict.fromkeys(scene.overflow.source.tolist()):
        rows = np.flatnonzero(scene.overflow.source == group)
        helping = ", ".join(scene.group_names[target] for target in scene.overflow.target[rows])
        share = counts[HELPED, group] / max(counts[ANSWERS, group], 1.0)
        said = f"{share:.1%} of its answered contacts are taken by people of {helping} (simulate.overflow)"
        yield Note("simulate", "assumption", scene.group_names[group], said)


def _from_to(shares: NDArray[np.float64]) -> str:
    """One share, or the least and the largest where they differ by the time of the week."""
    low, high = f"{shares.min():.1%}", f"{shares.max():.1%}"
    return low if low == high else f"{low} to {high}"


def _mixed_definitions(scene: Scene) -> Iterable[Note]:
    for number, (name, promise) in enumerate(zip(scene.group_names, scene.promises, strict=True)):
        others = {s.queue.goal.definition for s in scene.streams if s.group == number} - {promise.definition}
        if others and promise.service_level is not None:
            said = f"its queues define service level differently; all are counted as {promise.definition!r}"
            yield Note("simulate", "assumption", name, said)


def _left_out(scene: Scene, total: Tally, settings: SimulateSettings) -> Iterable[Note]:
    sent_off = total.counts[SENT_OFF].sum(axis=1) / settings.replications
    unfinished = total.counts[OPEN].sum(axis=1) / settings.replications
    for name, off, rest in zip(scene.group_names, sent_off, unfinished, strict=True):
        if off > 0:
            said = f"{off:.1f} contacts still wait at closing time; they are counted as abandoned"
            yield Note("simulate", "assumption", name, said)
        if rest > 0:
            said = f"{rest:.1f} contacts are still open but not yet due at the end of the period; not counted"
            yield Note("simulate", "left out", name, said)
    said = (
        "not simulated: redials, transfers, callbacks offered to waiting callers, "
        "contacts waiting from before the period, learning, intraday changes to the "
        "roster; breaks that start late still end on time"
    )
    yield Note("simulate", "left out", "", said)
