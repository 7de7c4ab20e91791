"""Chance: what arrives, how long it takes, how patient people are, who is away.

Every queue and every person has its own stream of random numbers (seed, name, repetition), so the same contacts
meet every roster, and adding a person or a queue leaves the others' fortune as it was.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.engine import Contacts, Stretches
from staffplan.simulate.records import Floats, Ints
from staffplan.simulate.scene import Pieces, Scene, Stream, cut, make_stretches


@dataclass(frozen=True)
class Drawn:
    """Contacts of one repetition, by arrival, with the queue's number and the interval of each."""

    contacts: Contacts
    stream: Ints
    interval: Ints


def stream_of(seed: int, name: str, repetition: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode()), repetition])


def draw_contacts(scene: Scene, settings: SimulateSettings, *, seed: int, repetition: int) -> Drawn:
    """All queues' contacts of one repetition: a Poisson process whose rate changes by interval."""
    parts = []
    for queue in scene.streams:
        rng = stream_of(seed, f"queue {queue.queue.name}", repetition)
        level = np.ones(len(queue.day_variation))
        if settings.volume_uncertainty:
            ranks = _ranks(seed, queue.queue.name, len(level), settings.replications)
            own = ranks[:, repetition % settings.replications]
            level = day_levels(queue.day_variation, (own + rng.random(len(level))) / settings.replications)
        mean = queue.offered * level[queue.day]
        count = np.rint(queue.offered).astype(np.int64) if scene.is_counted else rng.poisson(mean)
        parts.append(_draw_queue(queue, count, settings, scene.grid.interval_seconds, rng))
    arrival = np.concatenate([part[0] for part in parts])
    order = np.argsort(arrival, kind="stable")
    sizes = [len(part[0]) for part in parts]
    stream = np.repeat(np.arange(len(parts), dtype=np.int64), sizes)[order]
    group = np.array([each.group for each in scene.streams], dtype=np.int64)[stream]
    interval = np.concatenate([part[1] for part in parts])[order]
    work, patience = (np.concatenate([part[k] for part in parts])[order] for k in (2, 3))
    return Drawn(Contacts(arrival[order], group, work, patience), stream, interval)


def _draw_queue(
    stream: Stream, count: Ints, settings: SimulateSettings, interval_seconds: float, rng: np.random.Generator
) -> tuple[Floats, Ints, Floats, Floats]:
    """Arrivals (in order), their intervals, work and patience of one queue; count: contacts of each open interval."""
    place = np.repeat(np.arange(len(count)), count)
    arrival = (stream.interval[place] + rng.random(len(place))) * interval_seconds
    order = np.argsort(arrival, kind="stable")
    aht = stream.aht_seconds[place][order]
    work = aht * work_factors(len(place), settings, rng)
    patience = stream.queue.patience_seconds
    if patience is None or stream.queue.work_type == "deferred":
        return arrival[order], stream.interval[place][order], work, np.full(len(place), np.inf)
    return arrival[order], stream.interval[place][order], work, rng.exponential(patience, len(place))


@lru_cache(maxsize=64)
def _ranks(seed: int, queue: str, days: int, replications: int) -> Ints:
    """(days, replications): how high each day turns out in each; every day is once at each rank, in its own order.

    So that of twenty replications one has the day among its highest twentieth, not none or three.
    """
    ranks = np.tile(np.arange(replications), (days, 1))
    return np.asarray(stream_of(seed, f"days of {queue}", 0).permuted(ranks, axis=1))


def day_levels(variation: Floats, chance: Floats) -> Floats:
    """(days,): gamma factors with mean 1 and the given squared coefficients of variation, at these quantiles."""
    shape = np.divide(1.0, variation, out=np.ones_like(variation), where=variation > 0)
    return np.where(variation > 0, special.gammaincinv(shape, chance) / shape, 1.0)


def work_factors(size: int, settings: SimulateSettings, rng: np.random.Generator) -> Floats:
    """(size,): handling times as multiples of their mean."""
    if settings.service_time == "exponential":
        return rng.exponential(1.0, size)
    sigma = np.sqrt(np.log1p(settings.service_time_cv**2))
    return np.asarray(rng.lognormal(-(sigma**2) / 2, sigma, size))


def absence_shares(scene: Scene, staffing: StaffingSettings) -> tuple[Floats, Floats]:
    """Shares lost of what the roster shows on queue, (intervals,): whole shifts, and absences of those who came.

    Out-of-office categories that the roster does not place take away whole shifts, in-office ones a part of the
    time of those present; together they leave what the staffing step counts on.
    """
    shrinkage = staffing.shrinkage_at(scene.grid.starts, scene.zone)
    in_office = {name for name, own in shrinkage.categories if own.in_office}
    none = np.zeros(len(scene.grid))
    out = sum((share for name, share in shrinkage.on_queue.items() if name not in in_office), start=none)
    inside = sum((share for name, share in shrinkage.on_queue.items() if name in in_office), start=none)
    return out, inside / (1 - out)


def fortune_of(seed: int, agent: str, repetition: int, shifts: int, pieces: int) -> tuple[Floats, Floats]:
    """(shifts,) and (pieces,): random numbers of one person, for the shifts and for the pieces of them."""
    rng = stream_of(seed, f"agent {agent}", repetition)
    return rng.random(shifts), rng.random(pieces)


@dataclass(frozen=True)
class Exposed:
    """Who may be away of a scene's people, and how likely: all that chance does not change."""

    stretches: Stretches
    pieces: Pieces
    people: tuple[tuple[str, Ints, Ints], ...]
    """By person the name, and the places of the shifts and of the pieces."""
    missed: Floats
    """(shifts,): chance that the whole shift is missed."""
    left: Floats
    """(pieces,): chance that somebody who came is away."""
    shift: Ints
    """(pieces,)"""

    def present(self, of_shift: Floats, of_piece: Floats) -> Stretches:
        """The stretches without those who are away by these random numbers, (shifts,) and (pieces,)."""
        sick = of_shift < self.missed
        return _present(self.stretches, self.pieces, sick[self.shift] | (of_piece < self.left))


def exposed(scene: Scene, settings: SimulateSettings, staffing: StaffingSettings) -> Exposed | None:
    """None where nobody is ever away."""
    out, inside = absence_shares(scene, staffing)
    if not (out.any() or inside.any()) or len(scene.stretches.start) == 0:
        return None
    pieces = cut(scene.stretches, settings.absence_minutes * 60.0 if inside.any() else np.inf)
    interval = np.clip(pieces.start // scene.grid.interval_seconds, 0, len(scene.grid) - 1).astype(np.int64)
    agent, shift = scene.stretches.agent[pieces.stretch], scene.shift_of_stretch[pieces.stretch]
    _, first, place = np.unique(shift, return_index=True, return_inverse=True)
    people = tuple(
        (scene.agent_names[agent[rows[0]]], shifts, rows)
        for rows, shifts in zip(_each(agent), _each(agent[first]), strict=True)
    )
    return Exposed(scene.stretches, pieces, people, out[interval[first]], inside[interval], place)


def draw_absences(scene: Scene, each: Exposed | None, *, seed: int, repetition: int) -> Stretches:
    """The roster's stretches without those who are away: for the whole shift, or for a short while. each: what
    `exposed` says of the scene."""
    if each is None:
        return scene.stretches
    of_shift, of_piece = np.ones(len(each.missed)), np.ones(len(each.left))
    for name, shifts, rows in each.people:
        of_shift[shifts], of_piece[rows] = fortune_of(seed, name, repetition, len(shifts), len(rows))
    return each.present(of_shift, of_piece)


def expected_absence_seconds(scene: Scene, settings: SimulateSettings, staffing: StaffingSettings) -> float:
    """What `draw_absences` takes away on average."""
    out, inside = absence_shares(scene, staffing)
    pieces = cut(scene.stretches, settings.absence_minutes * 60.0 if inside.any() else np.inf)
    interval = np.clip(pieces.start // scene.grid.interval_seconds, 0, len(scene.grid) - 1).astype(np.int64)
    shift = scene.shift_of_stretch[pieces.stretch]
    _, first, place = np.unique(shift, return_index=True, return_inverse=True)
    here = (1 - out[interval[first]][place]) * (1 - inside[interval])
    return float(((pieces.end - pieces.start) * (1 - here)).sum())


def _each(agent: Ints) -> list[Ints]:
    """The rows of each agent."""
    order = np.argsort(agent, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(agent[order])) + 1)


def _present(stretches: Stretches, pieces: Pieces, away: NDArray[np.bool_]) -> Stretches:
    """What is left of each stretch, neighbouring pieces joined again."""
    keep = np.flatnonzero(~away)
    stretch = pieces.stretch[keep]
    fresh = np.ones(len(keep), dtype=bool)
    fresh[1:] = (np.diff(keep) > 1) | (stretch[1:] != stretch[:-1])
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(keep))[: len(first)] - 1
    own = stretch[first]
    return make_stretches(
        pieces.start[keep][first], pieces.end[keep][last], stretches.agent[own], stretches.group[own]
    )
