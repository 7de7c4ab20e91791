"""What customers and people lose by a change, a year: counted from the waits, the people and the roster's check."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.scenario.deltas import paired_error
from staffplan.scenario.measures import Measures
from staffplan.settings.scenarios import HarmSettings


@dataclass(frozen=True)
class Losses:
    """Losses of a year. Nothing is set off: a group that waits less makes up for no other one that waits longer."""

    late_contacts: float
    """No longer answered in time."""
    hung_up: float
    not_served: float
    """Of hours that close and queues that end."""
    people: float
    broken_rules: float
    refused_wishes: float
    judged: float
    """Points that the owners of the options give themselves."""
    late_error: float
    """Standard error of the late contacts, from pairs of repetitions with the same random numbers."""

    def points(self, settings: HarmSettings) -> float:
        """Points of harm a year."""
        contacts = settings.lost_contact * (self.hung_up + self.not_served)
        people = settings.person * self.people + settings.broken_rule * self.broken_rules
        wishes = settings.refused_wish * self.refused_wishes
        return settings.late_contact * self.late_contacts + contacts + people + wishes + self.judged


def losses(base: Measures, test: Measures, *, not_served: float, judged: float) -> Losses:
    """What is lost from `base` to `test`. not_served: contacts of the plan's days; judged: points."""
    groups = sorted(set(test.waits["planning_group"]))
    late = [(_late(base.waits, group), _late(test.waits, group)) for group in groups]
    gone = [(_abandoned(base.waits, group), _abandoned(test.waits, group)) for group in groups]
    size = min((len(one) for pair in late for one in pair), default=0)
    sums = [np.sum([pair[side][:size] for pair in late], axis=0) for side in (0, 1)]
    year = base.per_year
    return Losses(
        late_contacts=year * sum(_more(*pair) for pair in late),
        hung_up=year * sum(_more(*pair) for pair in gone),
        not_served=year * not_served,
        people=max(0.0, base.agents - test.agents),
        broken_rules=year * max(0.0, test.broken_rules - base.broken_rules),
        refused_wishes=year * max(0.0, test.refused_wishes - base.refused_wishes),
        judged=judged,
        late_error=year * paired_error(*sums) if size > 1 else 0.0,
    )


def _late(waits: pd.DataFrame, group: str) -> np.ndarray:
    """(repetitions,): contacts of a group that were not served in time; a group that is not there has none."""
    own = waits[waits["planning_group"] == group].sort_values("repetition")
    if own.empty:
        return np.zeros(int(waits["repetition"].nunique()))
    return (own["contacts"] * (1 - own["service_level"].fillna(1.0))).to_numpy(dtype=float)


def _abandoned(waits: pd.DataFrame, group: str) -> np.ndarray:
    own = waits[waits["planning_group"] == group].sort_values("repetition")
    return own["abandoned"].to_numpy(dtype=float) if len(own) else np.zeros(1)


def _more(before: np.ndarray, after: np.ndarray) -> float:
    return max(0.0, float(after.mean() - before.mean())) if len(before) and len(after) else 0.0
