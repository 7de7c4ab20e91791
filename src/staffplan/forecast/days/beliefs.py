"""What weekly log levels may do in the months ahead: four beliefs, and what each foretold from origins in the past.

A wandering level alone, with growth that fades, with a season of the year, with both. Each is a Kalman filter run
for a small grid of variances; the members are weighed by how well they foretold every week so far, at each origin
anew, so that nothing in a forecast of the past comes from later weeks.

Source of the weighing (prior x likelihood of what was seen): Stata, Bayesian model averaging reference manual,
introduction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np

from staffplan.forecast.days.kernels import ANNUAL, SLOPE, run_filter
from staffplan.forecast.history.series import Floats, Whole

DAYS_PER_YEAR = 365.25
MOST_WEEKS = 313
"""Six years: older weeks say nothing of today's growth and little of today's season."""
WEEKS_PER_STEP, STEPS = 4, 20
"""Forecasts are judged and their errors told by four-week means, up to 80 weeks ahead."""
MOVES = ((0.005, 0.15), (0.01, 0.25), (0.02, 0.3), (0.04, 0.2), (0.08, 0.1))
"""Standard deviation of a week's lasting change of the log level, and how much each is believed beforehand: most
levels are 7 to 30 % elsewhere after a year."""
PASSING = (0.0, 0.03, 0.08)
"""Standard deviations of deviations that pass within weeks."""
STEADY_MOVES = ((0.001, 0.4), (0.003, 0.3), (0.006, 0.2), (0.012, 0.1))
RETURNS = (0.04, 0.08, 0.16)
"""The same of a level that comes back: little lasts, and what does not last goes on for months."""
GROWTHS = (0.004,)
"""Standard deviation of the growth a week: 20 % a year."""
SEASONS = (0.07, 0.2)
"""Standard deviations of the annual coefficients: swings of 10 and of 30 %."""
WAVES = (1.0, 0.7, 0.5)
"""The same for each wave of the year (once, twice, three times a year), as a part of the first one's."""
GROWTH_MEMORY, PASSING_MEMORY, RETURN_MEMORY = 0.985, 0.8, 0.97
"""What is left a week later of a growth (half after 46 weeks), of a passing deviation (half after three), and of one
that takes months (half after 23)."""
LEVEL_SPREAD = 4.0
"""Variance of the first level around the median: nothing is known of it."""
LEAST_NOISE = 1e-4
"""Variance of a day's log level: no day is known better than to 1 %."""
NONE = (0.0,)


@dataclass(frozen=True)
class Weekly:
    """Weekly log levels, the last week ending with the history: what beliefs learn from and are judged by."""

    values: Floats
    """(weeks,), less `middle`; NaN unknown."""
    middle: float
    """The median of the weeks' log levels; 0 where none is known."""
    noise: Floats
    """(weeks,): variance of each, by its days' scatter."""
    annual: Floats
    """(weeks and those ahead, terms): waves of the year."""
    origins: Whole
    """(origins,): weeks seen at each, WEEKS_PER_STEP apart, the last one today."""
    came: Floats
    """(origins, steps): means of the steps after each origin; NaN after today."""


@dataclass(frozen=True)
class Nature:
    """How a level moves: sizes of lasting moves with what each is believed beforehand, and deviations that pass."""

    moves: tuple[tuple[float, float], ...]
    passing: tuple[float, ...]
    memory: float
    """What is left of a deviation a week later."""

    def restless(self, factor: float) -> Nature:
        """The same, all moves and deviations stretched."""
        moves = tuple((factor * move, share) for move, share in self.moves)
        return Nature(moves, tuple(factor * deviation for deviation in self.passing), self.memory)


LASTING = Nature(MOVES, PASSING, PASSING_MEMORY)
"""What the level moves by stays."""
RETURNING = Nature(STEADY_MOVES, RETURNS, RETURN_MEMORY)
"""What the level moves by is mostly gone after months: it comes back to its mean."""


@dataclass(frozen=True)
class Belief:
    """A mixture of filters: what it foretold of each step, (origins, steps), and what it holds today."""

    mean: Floats
    variance: Floats
    evidence: Floats
    """(origins,): log likelihood of the weeks before, averaged over the members."""
    growth: float
    """Of the log level in the last week."""
    annual: Floats
    """(terms,): coefficients of the waves of the year."""


def annual_waves(days: Floats) -> Floats:
    """(days, terms): cosine and sine of each wave at days counted as `date.toordinal` counts them."""
    angle = 2 * np.pi * np.asarray(days)[:, None] / DAYS_PER_YEAR * np.arange(1, len(WAVES) + 1)
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1)


def weekly_levels(log_level: Floats, last_day: date) -> Weekly:
    """From (days,) with NaN where a level is not known, the last of them `last_day`."""
    log_level = log_level[-7 * MOST_WEEKS :]
    weeks = max(-(-len(log_level) // 7), 1)
    days = np.concatenate([np.full(7 * weeks - len(log_level), np.nan), log_level]).reshape(weeks, 7)
    known = np.isfinite(days).sum(axis=1)
    total = np.where(np.isfinite(days), days, 0.0).sum(axis=1)
    values = np.divide(total, known, out=np.full(weeks, np.nan), where=known > 0)
    rest = np.abs(days - values[:, None])[(known > 1)[:, None] & np.isfinite(days)]
    noise = max((1.4826 * float(np.median(rest))) ** 2, LEAST_NOISE) if len(rest) else LEAST_NOISE
    centre = float(np.median(values[known > 0])) if known.any() else 0.0
    values = values - centre
    place = np.arange(1 - weeks, 1 + STEPS * WEEKS_PER_STEP, dtype=np.float64)
    middle: Floats = last_day.toordinal() - 3.0 + 7.0 * place
    origins = np.arange(weeks, 0, -WEEKS_PER_STEP, dtype=np.int64)[::-1].copy()
    return Weekly(values, centre, noise / np.maximum(known, 1), annual_waves(middle), origins, _came(values, origins))


def _came(values: Floats, origins: Whole) -> Floats:
    """(origins, steps): means of steps with at least half of their weeks known."""
    later = np.concatenate([values, np.full(STEPS * WEEKS_PER_STEP, np.nan)])
    steps = later[origins[:, None] + np.arange(STEPS * WEEKS_PER_STEP)].reshape(len(origins), STEPS, WEEKS_PER_STEP)
    known = np.isfinite(steps).sum(axis=2)
    total = np.where(np.isfinite(steps), steps, 0.0).sum(axis=2)
    means: Floats = np.divide(total, known, out=np.full(known.shape, np.nan), where=2 * known >= WEEKS_PER_STEP)
    return means


def believe(
    weekly: Weekly, nature: Nature = LASTING, *, growths: Sequence[float] = NONE, seasons: Sequence[float] = NONE
) -> Belief:
    """Filters for every variance of the grid, as one mixture; a growth or season of spread 0 is not in the model."""
    members = list(product(nature.moves, nature.passing, growths, seasons))
    found = [
        _filtered(weekly, np.array([move, growth, passing]), nature.memory, season)
        for (move, _), passing, growth, season in members
    ]
    prior = np.log([share / len(members) * len(nature.moves) for (_, share), *_ in members])
    return mixture(found, prior)


def _filtered(weekly: Weekly, deviations: Floats, memory: float, season: float) -> Belief:
    """`deviations`, (3,): of a week's lasting move, of the growth, of what passes."""
    terms = [(season * wave) ** 2 for _ in range(2) for wave in WAVES] if season else []
    prior = np.array([LEVEL_SPREAD, *deviations[1:] ** 2, *terms])
    memories = np.array([GROWTH_MEMORY, memory])
    chance = deviations**2
    chance[1:] *= 1 - memories**2
    evidence, ahead, state = run_filter(
        weekly.values, weekly.noise, weekly.annual, prior, chance, memories, weekly.origins, STEPS, WEEKS_PER_STEP
    )
    annual = np.zeros(2 * len(WAVES))
    annual[: len(terms)] = state[ANNUAL:]
    return Belief(ahead[..., 0], ahead[..., 1], evidence, float(state[SLOPE]), annual)


def mixture(beliefs: Sequence[Belief], log_prior: Floats | None = None) -> Belief:
    """Beliefs weighed at each origin by their evidence there; equally believed beforehand unless told. `log_prior`:
    (beliefs,)."""
    prior = np.full(len(beliefs), -np.log(len(beliefs))) if log_prior is None else log_prior
    logs = np.array([belief.evidence for belief in beliefs]) + prior[:, None]
    highest = logs.max(axis=0)
    weight = np.exp(logs - highest)
    evidence = np.log(weight.sum(axis=0)) + highest
    weight = weight / weight.sum(axis=0)
    means = np.array([belief.mean for belief in beliefs])
    mean = np.einsum("mo,mos->os", weight, means)
    within = np.array([belief.variance for belief in beliefs])
    variance = np.einsum("mo,mos->os", weight, within + (means - mean) ** 2)
    today = weight[:, -1]
    growth = float(today @ [belief.growth for belief in beliefs])
    return Belief(mean, variance, evidence, growth, today @ np.array([belief.annual for belief in beliefs]))


def error(weekly: Weekly, belief: Belief, steps: slice, first_origin: int) -> float:
    """Mean absolute error of the log level over steps ahead, from origins that had seen so many weeks; NaN: none."""
    missed = np.abs(belief.mean - weekly.came)[weekly.origins >= first_origin, steps]
    known = np.isfinite(missed)
    return float(missed[known].mean()) if known.any() else float("nan")


def level_ahead(values: Floats, noise: Floats, origins: Whole, *, restless: float = 1.0) -> Floats:
    """(origins,): log level expected for the next weeks at each origin, from weekly values without growth or season.

    `values` (weeks,) are NaN where not known, `noise` their variances; before the first known week it is NaN.
    """
    middle = float(np.median(values[np.isfinite(values)]))
    nothing = np.full((len(origins), STEPS), np.nan)
    waves = np.zeros((len(values) + STEPS * WEEKS_PER_STEP, 0))
    belief = believe(Weekly(values - middle, middle, noise, waves, origins, nothing), LASTING.restless(restless))
    seen = np.cumsum(np.isfinite(values))[origins - 1] > 0
    return np.where(seen, belief.mean[:, 0] + middle, np.nan)
