# mypy: disallow-untyped-decorators=False
"""Functions of probability that hold their digits at any size: negative binomial terms and sums, digamma,
Erlang's loss function for part of an agent."""

from __future__ import annotations

import math

from staffplan.process.compiler import njit


@njit(cache=True, error_model="numpy")
def _stirling_error(n: float) -> float:
    """log n! minus Stirling's formula; a series for large n, where log-gamma has lost its digits.

    Source: C. Loader, Fast and accurate computation of binomial probabilities (2000).
    """
    if n < 16.0:
        return math.lgamma(n + 1.0) - (n + 0.5) * math.log(n) + n - 0.5 * math.log(2 * math.pi)
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n


@njit(cache=True, error_model="numpy")
def _deviance(x: float, mean: float) -> float:
    """x log(x / mean) + mean - x without cancellation near x = mean (Loader 2000)."""
    if abs(x - mean) >= 0.1 * (x + mean):
        return x * math.log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    total, power, k = (x - mean) * v, 2 * x * v, 1.0
    while True:
        power *= v * v
        k += 2.0
        if total + power / k == total:
            return total
        total += power / k


@njit(cache=True, error_model="numpy")
def log_steps(successes: float, steps: float, chance: float) -> float:
    """Log of the negative binomial chance of `steps` failures (> 0) before `successes` (need not be whole)."""
    n = successes + steps
    miss = -math.expm1(math.log(chance))
    form = _stirling_error(n) - _stirling_error(successes) - _stirling_error(steps)
    spread = _deviance(successes, n * chance) + _deviance(steps, n * miss)
    return float(form - spread + 0.5 * math.log(successes / (2 * math.pi * n * steps)))


@njit(cache=True, error_model="numpy")
def _beta_fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function, by Lentz's method.

    Source: Numerical Recipes, section 6.4 (DLMF 8.17.22 gives the same fraction).
    """
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value, m = d, 0.0
    while True:
        m += 1.0
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + part * d)
            c = 1.0 + part / c
            value *= c * d
        if abs(c * d - 1.0) < 1e-15 or m > 1e6:
            return value


@njit(cache=True, error_model="numpy")
def at_most_before(successes: float, steps: float, chance: float) -> float:
    """Chance of fewer than `steps` failures before `successes`: the incomplete beta function I_chance."""
    front = math.exp(log_steps(successes, steps, chance))
    if chance < (successes + 1.0) / (successes + steps + 2.0):
        return float(front * steps / successes * _beta_fraction(successes, steps, chance))
    return float(1.0 - front * _beta_fraction(steps, successes, -math.expm1(math.log(chance))))


@njit(cache=True, error_model="numpy")
def digamma(x: float) -> float:
    """Derivative of log-gamma: recurrence up to 12, asymptotic series from there (DLMF 5.5.2, 5.11.2)."""
    below = 0.0
    while x < 12.0:
        below += 1.0 / x
        x += 1.0
    s = 1.0 / (x * x)
    tail = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132)))))
    return math.log(x) - 0.5 / x - tail - below


@njit(cache=True, error_model="numpy")
def part_below(load: float, part: float) -> float:
    """1/B - 1 of the Erlang loss function for a part (0-1) of an agent: part x load^-part e^load Gamma(part, load).

    Source: D. L. Jagerman, Some properties of the Erlang loss function (Bell System Technical Journal 53, 1974). By a
    series for the lower function below one erlang (DLMF 8.7.1), by the continued fraction 8.9.2 from there.
    """
    if load < 1.0:
        term, total, n = 1.0, 1.0, 0.0
        while term > 1e-18:
            n += 1.0
            term *= load / (part + n)
            total += term
        return max(0.0, math.exp(load - part * math.log(load) + math.lgamma(part + 1.0)) - total)
    b = load + 1.0 - part
    c, d = 1e300, 1.0 / b
    value, n = d, 0.0
    while True:
        n += 1.0
        b += 2.0
        d = 1.0 / (b - n * (n - part) * d)
        c = b - n * (n - part) / c
        value *= c * d
        if abs(c * d - 1.0) < 1e-15 or n > 1e4:
            return part * value
