"""What customers wait with the people who are there, and how many people an honest promise takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.settings.access import AccessSettings
from staffplan.simulate.outcomes import LATE, OFFERED, ratio, service_level, wait_percentile, waiting_measures
from staffplan.simulate.records import Floats
from staffplan.simulate.scene import Scene
from staffplan.simulate.steps import Repeated
from staffplan.staffing.models.chat import chat_pace
from staffplan.staffing.models.erlang import agents_needed

CONTACTS_TO_JUDGE = 30
"""Contacts of an interval, all repetitions together, from which on its own simulated waits tell the tail."""
Z_95 = 1.6448536269514722
"""The 95 % point of the standard normal: of twenty intervals that keep the limit just so, one is called long."""


@dataclass(frozen=True)
class WaitsThere:
    """Waits of an average repetition, (groups, periods) each; `seen`: contacts of all repetitions."""

    offered: Floats
    seen: Floats
    service_level: Floats
    asa_seconds: Floats
    wait_tail_seconds: Floats
    abandon_rate: Floats
    answered_share: Floats
    """Of all contacts, answered within the settings' wait: neither hung up nor waited longer."""
    is_long: NDArray[np.bool_]
    """That share is lower than the settings', beyond what chance does to so few contacts."""


def waits_there(scene: Scene, played: Repeated, settings: AccessSettings, *, by_day: bool) -> WaitsThere:
    """The waits by interval, or by local day."""
    total = played.total.by_day(scene.grid) if by_day else played.total
    seen = total.counts[OFFERED]
    levels = [service_level(total.counts[:, g], promise.definition) for g, promise in enumerate(scene.promises)]
    asa, abandoned, _ = waiting_measures(total)
    share = settings.answered_share
    tail = wait_percentile(total.waits, share)
    chance = Z_95 * np.sqrt(share * (1 - share) / np.maximum(seen, 1.0))
    answered = 1 - ratio(total.counts[LATE], seen)
    is_long = answered < share - chance
    return WaitsThere(seen / len(played.days), seen, np.array(levels), asa, tail, abandoned, answered, is_long)


def kept_share(scene: Scene, played: Repeated) -> Floats:
    """(groups, days): share of the repetitions with contacts on which the goal's service level was reached."""
    goals = np.array([np.nan if p.service_level is None else p.service_level for p in scene.promises])
    each = [
        np.array([service_level(day.counts[:, g], promise.definition) for g, promise in enumerate(scene.promises)])
        for day in played.days
    ]
    known = sum(~np.isnan(levels) for levels in each)
    kept = sum(levels >= goals[:, None] for levels in each)
    return ratio(np.asarray(kept, dtype=float), np.asarray(known, dtype=float))


def fewest_people(scene: Scene, settings: AccessSettings) -> Floats:
    """(groups, intervals): the fewest people who answer the settings' share within its wait, in a steady state.

    Erlang A, or Erlang C where customers of the group never hang up; at least one person, without contacts too. The
    patience of a group is that of the plan's requirement: rates of hanging up weighted by contacts.
    """
    offered, work, leaving = np.zeros((3, len(scene.group_names), len(scene.grid)))
    for stream in scene.streams:
        offered[stream.group, stream.interval] += stream.offered
        work[stream.group, stream.interval] += stream.offered * stream.aht_seconds
        if stream.queue.patience_seconds:
            leaving[stream.group, stream.interval] += stream.offered / stream.queue.patience_seconds
    patience = np.divide(offered, leaving, out=np.full(offered.shape, np.inf), where=leaving > 0)
    groups = range(len(work))
    return np.array([_fewest(scene, g, offered[g], work[g], patience[g], settings) for g in groups])


def _fewest(
    scene: Scene, group: int, offered: Floats, work: Floats, patience_seconds: Floats, settings: AccessSettings
) -> Floats:
    """(intervals,): of one group; those who hang up count as not answered."""
    slots, slowdown = scene.groups.slots[group], scene.groups.slowdown[group]
    needed = agents_needed(
        work / scene.grid.interval_seconds,
        aht_seconds=np.where(offered > 0, work / np.maximum(offered, 1e-9), 1.0),
        patience_seconds=patience_seconds,
        service_level=settings.answered_share,
        answer_within_seconds=settings.wait_seconds,
        definition="offered",
        pace=chat_pace(int(slots), float(slowdown)),
    )
    return np.maximum(1.0, np.nan_to_num(needed.fewest, nan=1.0))
