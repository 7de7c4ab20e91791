"""Counts with a given mean and variance: negative binomial quantiles, how deep in the tails a value lies, and how far
bands must reach to hold a share of the counts."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, gammaincinv, ndtri

from staffplan.forecast.history.series import Floats

LEVELS = (0.8, 0.95)
SMALLEST_DISPERSION = 1e-6
"""Below it the negative binomial is Poisson for every count in sight."""
SMALLEST_MEAN = 1e-12
SHORTEST_REACH = 0.05
"""Bands closer together than this many standard deviations are the median and nothing else."""
DEEPEST = 1e-12
"""Tail probabilities below are all the same."""
SAME_DEVIATION = 1e-9
"""Deviations nearer together than this are the same."""
BEYOND_THE_LAST = 0.2
"""Deviations to where the next value might lie, when none was seen further out."""
UNLIKELY = 1e-7
"""Counts less probable than this do not matter for the share inside bands."""
SMALLEST_OCTAVE = 1 / 16
"""Of smaller means one band, no contact, holds nearly all."""
SMOOTH = 99
"""In place of an octave: counts so large that they are as good as normal."""
REPRESENTATIVES = 12
"""Cells that stand for all of an octave when the share of whole numbers inside bands is worked out."""
WIDE_DEVIATION = 300.0
"""From this standard deviation on whole numbers are told from the gamma distribution no more."""
GRAINY_DEVIATION = 30.0
"""From this standard deviation on, what whole numbers add to the share inside is below one point."""


THINNEST_TAIL = 1e-12
"""No count is certain: shares stay this far from 0 and 1."""


def tail_depth(actual: Floats, mean: Floats, variance: Floats) -> Floats:
    """(cells,): the largest tail probability for which the two-sided interval still holds the actual value.

    The interval from quantile t to quantile 1 - t holds y when F(y) >= t and F(y - 1) < 1 - t.
    """
    size, probability = _parameters(mean, variance)
    below = _share_up_to(np.ceil(actual) - 1, size, probability)
    return np.asarray(np.minimum(_share_up_to(np.floor(actual), size, probability), 1 - below))


def count_quantile(share: Floats | float, mean: Floats, variance: Floats) -> Floats:
    """Least count that at least `share` of the counts do not exceed. The arguments broadcast and may be of any shape.

    Of counts that scatter widely the gamma quantile with the same mean and variance, which is half a count away at
    most: the search for the very count would take minutes.
    """
    from scipy.stats import nbinom

    inside, middle, spread = np.broadcast_arrays(
        np.clip(share, THINNEST_TAIL, 1 - THINNEST_TAIL), mean, np.maximum(variance, mean)
    )
    wide = spread >= WIDE_DEVIATION**2
    found = np.empty(inside.shape)
    found[~wide] = nbinom.ppf(inside[~wide], *_parameters(middle[~wide], spread[~wide]))
    scale = spread[wide] / np.maximum(middle[wide], SMALLEST_MEAN)
    found[wide] = np.ceil(gammaincinv(middle[wide] / scale, inside[wide]) * scale - 0.5)
    return np.maximum(found, 0.0)


def deviations(depth: Floats) -> Floats:
    """(cells,): standard normal deviations at these tail depths."""
    return np.asarray(-ndtri(np.clip(depth, DEEPEST, 0.5)))


def reach(deviation: Floats, weight: Floats, level: float) -> tuple[float, float]:
    """How far bands must reach to hold this share of the values at these deviations, rising, and what they then hold.

    Whole numbers share deviations, so that a share can be missed on either side: the nearer one is taken, and the
    reach lies midway to the next deviation outside. `deviation` and `weight`: (values,).
    """
    held = np.cumsum(weight)
    ends = np.flatnonzero(np.append(np.diff(deviation) > SAME_DEVIATION, True))
    share = held[ends] / held[-1]
    nearest = int(np.argmin(np.abs(share - level)))
    end = int(ends[nearest])
    outside = deviation[end + 1] if end + 1 < len(deviation) else deviation[end] + BEYOND_THE_LAST
    return max(float(deviation[end] + outside) / 2, SHORTEST_REACH), float(share[nearest])


def expected_reaches(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """(levels, cells): the reaches with which bands hold their shares of counts that behave just like this, and the
    shares that they then hold.

    Not the normal quantiles, because counts are whole: what lies between the 10 and the 90 % quantile of a Poisson
    count of mean 0.9 is 94 % of them. Over cells of like mean (within an octave) a common reach makes up for it; of
    unlike ones it would not do, as bands of large counts would be too narrow where the small ones cannot but hold
    more than they promise: no contact at all is 95 % of the counts of mean 0.05.
    """
    ends = ndtri((1 + np.array(LEVELS)) / 2)
    far = np.repeat(ends[:, None], len(mean), axis=1)
    held = np.repeat(np.array(LEVELS)[:, None], len(mean), axis=1)
    octave = np.floor(np.log2(np.maximum(mean, SMALLEST_OCTAVE))).astype(int)
    octave[np.sqrt(variance) >= GRAINY_DEVIATION] = SMOOTH
    for number in np.unique(octave[octave != SMOOTH]):
        own = octave == number
        depth, weight = _all_counts(*_representatives(mean[own], variance[own]))
        order = np.argsort(-depth, kind="stable")
        found = np.array([reach(deviations(depth[order]), weight[order], level) for level in LEVELS])
        far[:, own], held[:, own] = found[:, :1], found[:, 1:]
    return far, held


def _representatives(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Cells evenly spread over the order of the means."""
    places = np.linspace(0, len(mean) - 1, min(len(mean), REPRESENTATIVES)).round().astype(int)
    chosen = np.argsort(mean, kind="stable")[places]
    return mean[chosen], variance[chosen]


def _all_counts(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Tail depth and probability of every count that may well come in one of the cells.

    Each probability from the one before, in logarithms: P(k + 1) / P(k) = (k + n) / (k + 1) x (1 - p), and
    1 - p = mean x p / n.
    """
    size, probability = _parameters(mean[:, None], variance[:, None])
    count = np.arange(int((mean + 8 * np.sqrt(variance)).max(initial=0.0)) + 2, dtype=float)
    steps = np.log((count + size) / (count + 1) * np.maximum(mean[:, None], SMALLEST_MEAN) * probability / size)
    first = size * np.log(probability)
    chance = np.exp(first + np.hstack([np.zeros(first.shape), np.cumsum(steps, axis=1)[:, :-1]]))
    upto = np.cumsum(chance, axis=1)
    depth = np.minimum(upto, 1 - upto + chance)
    likely = chance > UNLIKELY
    return depth[likely], chance[likely]


def _share_up_to(count: Floats, size: Floats, probability: Floats) -> Floats:
    """The negative binomial's distribution function; 0 below 0."""
    share = betainc(size, np.maximum(count, 0.0) + 1, probability)
    return np.asarray(np.where(count < 0, 0.0, share))


def _parameters(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """scipy's n and p of the negative binomial with this mean and variance; Poisson for a variance of the mean."""
    centre = np.maximum(mean, SMALLEST_MEAN)
    size = centre**2 / np.maximum(variance - centre, SMALLEST_DISPERSION * centre**2)
    return size, size / (size + centre)
