"""The verdict on each promised interval, and on each day of work that may wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np

from staffplan.clock import midnight
from staffplan.control.access.people import PeopleThere
from staffplan.control.access.waits import CONTACTS_TO_JUDGE, WaitsThere
from staffplan.settings.access import AccessSettings
from staffplan.simulate.records import Floats
from staffplan.simulate.scene import Scene, Stream

Verdict = tuple[str, str, str]
"""Verdict, reason, detail."""
HONEST: Verdict = ("honest", "", "")
LONG_WAITS = "long waits"


@dataclass(frozen=True)
class Judged:
    """All that a verdict rests on. fewest: (groups, intervals) people who keep the settings' limits."""

    scene: Scene
    people: PeopleThere
    waits: WaitsThere
    fewest: Floats
    settings: AccessSettings

    def needed(self, group: int, interval: int) -> int:
        """People with whom the interval is honest."""
        return int(self.fewest[group, interval]) + self.settings.spare_people

    def needed_beside(self, there: int, group: int, interval: int, verdict: Verdict) -> int:
        """The same; more than are there where the simulated waits are long: a steady state knows no absences."""
        needed = self.needed(group, interval)
        return max(needed, there + 1) if verdict[1] == LONG_WAITS else needed

    def verdict(self, group: int, interval: int) -> Verdict:
        """Of one interval in which somebody is promised."""
        there = int(self.people.able[group, interval])
        if there == 0:
            return self._nobody(group, interval)
        if self._is_long(group, interval, there):
            return "broken", LONG_WAITS, self._wait_words(group, interval, there)
        return HONEST if there >= self.needed(group, interval) else self._thin(group, interval, there)

    def _nobody(self, group: int, interval: int) -> Verdict:
        if self.people.on_break[group, interval]:
            return (
                "broken",
                "one break",
                f"nobody there while {self.people.names_on_break(group, interval)} has a break",
            )
        others = int(self.people.unable[group, interval])
        if others:
            return "broken", "cannot resolve", f"{others} on queue without the skill"
        return "broken", "nobody there", ""

    def _is_long(self, group: int, interval: int, there: int) -> bool:
        """By the simulated waits beyond chance, or where they and the steady state both say so."""
        too_few = there < self.fewest[group, interval]
        if self.waits.seen[group, interval] < CONTACTS_TO_JUDGE:
            return bool(too_few)
        answered = self.waits.answered_share[group, interval]
        return bool(self.waits.is_long[group, interval] or (too_few and answered < self.settings.answered_share))

    def _wait_words(self, group: int, interval: int, there: int) -> str:
        tail, gone = self.waits.wait_tail_seconds[group, interval], self.waits.abandon_rate[group, interval]
        if self.waits.seen[group, interval] < CONTACTS_TO_JUDGE:
            return f"{there} there, {self.fewest[group, interval]:.0f} are needed"
        alone = "one lone agent, " if there == 1 else ""
        share = f"{100 * self.settings.answered_share:.0f} of 100"
        told = f"{alone}{share} wait up to {tail / 60:.1f} min"
        if tail > self.settings.wait_seconds and gone <= 1 - self.settings.answered_share:
            return told
        answered = self.waits.answered_share[group, interval]
        return f"{told}, {100 * gone:.0f} of 100 hang up; {100 * answered:.0f} of 100 are answered in time"

    def _thin(self, group: int, interval: int, there: int) -> Verdict:
        resting = int(self.people.on_break[group, interval])
        if resting and there + resting >= self.needed(group, interval):
            names = self.people.names_on_break(group, interval)
            return "thin", "one break", f"while {names} has a break, one more missing is too many"
        if there == 1:
            return "thin", "lone agent", "a break or an absence leaves nobody"
        return "thin", "one absence", f"{there} there, {self.needed(group, interval)} are needed"


def interval_rows(judged: Judged, stream: Stream, promised: np.ndarray) -> Iterator[dict[str, object]]:
    """A row for each promised interval; promised, (intervals,)."""
    scene, group, waits = judged.scene, stream.group, judged.waits
    offered = np.zeros(len(scene.grid))
    offered[stream.interval] = stream.offered
    for interval in np.flatnonzero(promised).tolist():
        verdict, there = judged.verdict(group, interval), int(judged.people.able[group, interval])
        yield {
            "period": "interval",
            "period_start": scene.grid.starts[interval],
            **_named(scene, stream, verdict),
            "offered": offered[interval],
            "people": float(there),
            "people_needed": float(judged.needed_beside(there, group, interval, verdict)),
            **_waited(waits, group, interval),
            "kept_share": np.nan,
        }


def day_rows(
    scene: Scene, stream: Stream, waits: WaitsThere, kept: Floats, settings: AccessSettings
) -> Iterator[dict[str, object]]:
    """A row for each local day on which deferred contacts arrive; waits and kept: (groups, days)."""
    group = stream.group
    offered = np.bincount(stream.day, weights=stream.offered, minlength=len(scene.grid.days))
    for number, day in enumerate(scene.grid.days):
        if offered[number] <= 0 or np.isnan(waits.service_level[group, number]):
            continue
        verdict = _day_verdict(scene, group, waits.service_level[group, number], kept[group, number], settings)
        yield {
            "period": "day",
            "period_start": midnight(cast(date, day), scene.zone),
            **_named(scene, stream, verdict),
            "offered": offered[number],
            "people": np.nan,
            "people_needed": np.nan,
            **_waited(waits, group, number),
            "kept_share": kept[group, number],
        }


def _day_verdict(scene: Scene, group: int, level: float, kept: float, settings: AccessSettings) -> Verdict:
    """By the promise of deferred work itself: answered within so many hours."""
    goal = scene.promises[group].service_level
    if goal is None:
        return HONEST
    if level < goal:
        return "broken", "answered late", f"{100 * level:.0f} % in time, {100 * goal:.0f} % are promised"
    if kept < settings.kept_share:
        return "thin", "busy days", f"kept on {100 * kept:.0f} of 100 such days"
    return HONEST


def _named(scene: Scene, stream: Stream, verdict: Verdict) -> dict[str, object]:
    goal = stream.queue.goal
    return {
        "queue": stream.queue.name,
        "planning_group": scene.group_names[stream.group],
        **dict(zip(("verdict", "reason", "detail"), verdict, strict=True)),
        "goal_share": np.nan if goal.service_level is None else goal.service_level,
        "within_seconds": np.nan if goal.threshold_seconds is None else goal.threshold_seconds,
    }


def _waited(waits: WaitsThere, group: int, period: int) -> dict[str, object]:
    return {
        "service_level": waits.service_level[group, period],
        "asa_seconds": waits.asa_seconds[group, period],
        "wait_p90_seconds": waits.wait_tail_seconds[group, period],
        "abandon_rate": waits.abandon_rate[group, period],
    }
