"""Whether a mix of profiles keeps every group's goal: by exact theory where agents are alike, else by simulation.

Arrivals are Poisson, handling times and patience exponential. Service levels leave out those who hang up within the
threshold. A group whose agents serve nobody else, or groups alike in handling time and patience that share one
profile, are an Erlang line; for all others the same contacts meet every mix (common random numbers).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from staffplan.staffing.models.arrays import Array
from staffplan.staffing.models.erlang import waiting_line
from staffplan.staffing.skills import kernels
from staffplan.staffing.skills.tables import SkillCase

Mix = tuple[int, ...]
"""Agents of each profile."""
WARM_UP_AHTS, COOL_DOWN_AHTS = 20.0, 5.0
TIE = 1e-9
"""Part of a share that may be late by which an exact service level still meets its goal."""
CONFIDENCE = 0.95


class Effort(NamedTuple):
    """How much is simulated, and how sure a simulated goal must be: so many standard errors above it."""

    repetitions: int
    contacts: int
    margin: float


SEARCH = Effort(24, 120_000, 1.0)
CONFIRM = Effort(60, 600_000, 1.645)
LEAST_CONTACTS = 6_000
"""Contacts of the smallest group in a search, where that takes no more than five times the contacts."""


@dataclass(frozen=True)
class Sample:
    """Contacts of all repetitions, and when they are counted."""

    crowd: kernels.Crowd
    watch: kernels.Watch
    repetitions: int


def draw(case: SkillCase, effort: Effort, seed: tuple[int, ...]) -> Sample:
    """Contacts by Poisson arrivals; each group and repetition has its own randomness."""
    slowest = float((case.aht_seconds * np.max(case.aht_factor)).max())
    warm, total = WARM_UP_AHTS * slowest, float(case.rate.sum())
    smallest = float(case.rate[case.rate > 0].min())
    more = float(np.clip(LEAST_CONTACTS * total / smallest / SEARCH.contacts, 1.0, 5.0))
    end = warm + more * effort.contacts / effort.repetitions / total
    last = end + COOL_DOWN_AHTS * slowest + 2.0 * float(case.answer_within_seconds.max())
    crowds = [_repetition(case, last, (*seed, r)) for r in range(effort.repetitions)]
    first = np.cumsum([0, *(len(crowd[0]) for crowd in crowds)]).astype(np.int64)
    joined = [np.concatenate(column) for column in zip(*crowds, strict=True)]
    crowd = kernels.Crowd(first, joined[0], joined[1].astype(np.int64), joined[2], joined[3])
    return Sample(crowd, kernels.Watch(warm, end, case.answer_within_seconds.copy()), effort.repetitions)


def _repetition(case: SkillCase, last: float, seed: tuple[int, ...]) -> list[Array]:
    """Arrival, group, handling time and patience of each contact, in order of arrival."""
    parts = []
    for g, name in enumerate(case.groups):
        rng = np.random.default_rng([*seed, zlib.crc32(name.encode())])
        count = int(rng.poisson(case.rate[g] * last))
        chance = rng.standard_exponential((2, count))
        impatient = np.isfinite(case.patience_seconds[g])
        patience = chance[1] * case.patience_seconds[g] if impatient else np.full(count, np.inf)
        parts.append((rng.uniform(0.0, last, count), np.full(count, g), chance[0] * case.aht_seconds[g], patience))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return [column[order] for column in columns]


@dataclass(frozen=True)
class Outcome:
    """What the groups saw in a simulation: each of their numbers (G,), shares 0-1; nan without contacts."""

    service_level: Array
    error: Array
    """Standard error of the service level, from the scatter between repetitions."""
    repetitions: int
    asa_seconds: Array
    abandon_share: Array
    occupancy: Array
    """(P,): of each profile; nan without agents."""

    @property
    def half_width(self) -> Array:
        """(G,): half of the confidence band of the service level."""
        return np.asarray(self.error * stdtrit(self.repetitions - 1, 0.5 + CONFIDENCE / 2.0))


def simulate(case: SkillCase, mix: Mix, sample: Sample, repetitions: int | None = None) -> Outcome:
    """Route the sample's contacts (of its first repetitions) to these agents."""
    agents = np.array(mix, dtype=np.int64)
    team = kernels.Team(agents, case.serves, case.serves.sum(axis=1).astype(np.int64), case.aht_factor)
    repetitions = repetitions or sample.repetitions
    counts, busy = kernels.play(sample.crowd, team, sample.watch, 0, repetitions)
    level, error = _ratio(
        counts[:, :, kernels.IN_TIME], counts[:, :, kernels.OFFERED] - counts[:, :, kernels.LEFT_IN_TIME]
    )
    sums = counts.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Outcome(
            level,
            error,
            repetitions,
            sums[:, kernels.WAITED] / sums[:, kernels.ANSWERED],
            sums[:, kernels.LEFT] / sums[:, kernels.OFFERED],
            busy.sum(axis=0) / (repetitions * (sample.watch.end - sample.watch.start) * agents),
        )


def _ratio(part: Array, whole: Array) -> tuple[Array, Array]:
    """Ratio of the sums over repetitions, and its standard error by linearization."""
    repetitions = len(part)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = part.sum(axis=0) / whole.sum(axis=0)
        scatter = np.sqrt(((part - ratio * whole) ** 2).sum(axis=0) / (repetitions - 1))
        return ratio, scatter / whole.mean(axis=0) / np.sqrt(repetitions)


class Judge:
    """Answers, and remembers, by how much each group's goal is kept with one sample of contacts."""

    def __init__(self, case: SkillCase, effort: Effort, seed: tuple[int, ...]) -> None:
        self.case, self._effort, self._seed = case, effort, seed
        self._slack: dict[Mix, Array] = {}
        self._sample: Sample | None = None
        self.simulations = 0

    @property
    def sample(self) -> Sample:
        """The contacts, drawn when first needed."""
        if self._sample is None:
            self._sample = draw(self.case, self._effort, self._seed)
        return self._sample

    def outcome(self, mix: Mix) -> Outcome:
        """What the groups see with this mix."""
        return simulate(self.case, mix, self.sample)

    def slack(self, mix: Mix) -> Array:
        """(G,): service level above the goal, simulated ones less their margin; 0 or more where it is kept."""
        if mix not in self._slack:
            self._slack[mix] = self._judged(mix)
        return self._slack[mix]

    def holds(self, mix: Mix) -> bool:
        """Whether every goal is kept."""
        return bool((self.slack(mix) >= 0).all())

    def _judged(self, mix: Mix) -> Array:
        """Exact slack where there is one; a simulation, cut short where it has clearly failed, for the rest."""
        slack = exact_slack(self.case, mix)
        unknown = np.isnan(slack)
        if (slack[~unknown] < 0).any() or not unknown.any():
            return np.where(unknown, 0.0, slack)
        self.simulations += 1
        early = simulate(self.case, mix, self.sample, max(6, self._effort.repetitions // 6))
        if ((early.service_level + 4.0 * early.error < self.case.goal) & unknown).any():
            return np.where(unknown, early.service_level - self.case.goal, slack)
        seen = self.outcome(mix)
        sure = seen.service_level - self._effort.margin * seen.error - self.case.goal
        return np.where(unknown, sure, slack)


def exact_slack(case: SkillCase, mix: Mix) -> Array:
    """(G,): service level less goal where theory is exact; nan where the mix has to be simulated."""
    slack = np.full(len(case.groups), np.nan)
    used = [p for p, agents in enumerate(mix) if agents > 0]
    for g in range(len(case.groups)):
        serving = [p for p in used if case.serves[p, g]]
        if case.rate[g] == 0.0:
            slack[g] = 0.0
        elif not serving:
            slack[g] = -case.goal[g]
        elif len(serving) == 1 and _is_one_line(case, serving[0], used):
            slack[g] = _line_slack(case, serving[0], mix[serving[0]], g)
    return slack


def _is_one_line(case: SkillCase, profile: int, used: list[int]) -> bool:
    """Whether a profile's groups are served by nobody else and alike for its agents."""
    groups = case.serves[profile]
    alone = not any((case.serves[p] & groups).any() for p in used if p != profile)
    busy = groups & (case.rate > 0)
    return alone and all(len(set(times[busy])) == 1 for times in (case.aht_seconds, case.patience_seconds))


def _line_slack(case: SkillCase, profile: int, agents: int, group: int) -> float:
    load = float(case.load_erlangs[case.serves[profile]].sum() * case.aht_factor[profile])
    aht = float(case.aht_seconds[group] * case.aht_factor[profile])
    late_in = (float(case.answer_within_seconds[group]), float(case.patience_seconds[group]))
    goal = float(case.goal[group])
    return _line_level(load, agents, aht, *late_in) - goal + TIE * (1.0 - goal)


@lru_cache(maxsize=4096)
def _line_level(load: float, agents: int, aht: float, within: float, patience: float) -> float:
    line = waiting_line(load, agents, aht_seconds=aht, answer_within_seconds=within, patience_seconds=patience)
    return float(line.service_level())
