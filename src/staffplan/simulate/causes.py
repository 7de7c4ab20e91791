"""Why a day misses its goal: the same contacts once more, with one thing put right after the other.

First the forecast is taken as certain, then the people whom the requirement asks for are on the line in place of the
roster's. What the first step wins is forecast error; what the second wins is divided by hours into people who are
missing and people who are there at another time; what is still short then, the requirement itself leaves short.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from staffplan.settings.simulate import SimulateSettings
from staffplan.simulate.outcomes import IN_TIME, LEFT_IN_TIME, OFFERED, VIRTUAL_IN_TIME, Tally, service_level
from staffplan.simulate.records import Floats
from staffplan.simulate.scene import GroupPromise, Scene

REPLICATIONS = 5
"""Of each thing put right; the contacts are the same, so that few suffice."""


def short_contacts(promises: tuple[GroupPromise, ...], days: Tally, replications: int) -> Floats:
    """(groups, days): contacts a replication that should have been in time beside those who were; 0 where kept."""
    short = np.zeros(days.counts.shape[1:])
    for group, promise in enumerate(promises):
        if promise.service_level is not None:
            counts = days.counts[:, group]
            good = counts[VIRTUAL_IN_TIME if promise.definition == "virtual" else IN_TIME]
            good = good + (counts[LEFT_IN_TIME] if promise.definition == "short_abandons_good" else 0.0)
            level = service_level(counts, promise.definition)
            whole = np.divide(good, level, out=counts[OFFERED].copy(), where=level > 0)
            short[group] = np.maximum(0.0, promise.service_level * whole - good) / replications
    return short


def certain(settings: SimulateSettings) -> SimulateSettings:
    """The settings with the forecast taken as the true mean, in few replications."""
    few = min(REPLICATIONS, settings.replications)
    return settings.model_copy(update={"volume_uncertainty": False, "replications": few})


def with_people_of(scene: Scene, required: Scene) -> Scene:
    """The scene with the required people in place of the roster's."""
    changed = ("groups", "agent_names", "stretches", "shift_of_stretch", "closings")
    return dataclasses.replace(scene, **{name: getattr(required, name) for name in changed})


def split(short: Floats, if_certain: Floats, if_required: Floats, lack: Floats, shifted: Floats) -> dict[str, Floats]:
    """Columns of contacts short, (groups, days), in all and by cause; the causes add up to all.

    `short`, and what would be short if the forecast were certain and if the required people were there as well; hours
    by which a day's people are too few in all (`lack`), and by which they are at another time (`shifted`).
    """
    people = np.maximum(0.0, if_certain - if_required)
    hours = lack + shifted
    missing = np.divide(lack, hours, out=np.ones_like(hours), where=hours > 0)
    parts = {
        "short_forecast_error": np.maximum(0.0, short - if_certain),
        "short_missing_people": people * missing,
        "short_roster_shape": people * (1.0 - missing),
        "short_requirement": np.minimum(short, if_required),
    }
    whole = sum(parts.values(), start=np.zeros_like(short))
    scale = np.divide(short, whole, out=np.zeros_like(short), where=whole > 0)
    rest = np.where(whole > 0, 0.0, short)
    parts = {name: part * scale for name, part in parts.items()}
    parts["short_forecast_error"] = parts["short_forecast_error"] + rest
    return {"short": short, **parts}
