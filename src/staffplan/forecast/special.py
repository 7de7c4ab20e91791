"""What ordinary weeks do not tell: the effect of special days, and a level that has shifted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffplan.forecast.series import Floats, QueueSeries, Whole

ENOUGH_CONTACTS = 10.0
"""A special day teaches its effect only when at least this many contacts were expected on it."""
SMALLEST_FACTOR, LARGEST_FACTOR = 0.02, 10.0
SHIFT_WINDOW_DAYS = 91
"""A shift is looked for against this many days."""
DAYS_AFTER, DAYS_BEFORE = 5, 10
"""Known days needed on either side of a shift."""
SMALLEST_SHIFT = 1.25
"""Smaller changes of level (up or down by this factor) are left to the methods."""
SHIFT_SIGMAS = 6.0
"""The change exceeds this many standard errors (robust); days are alike within a week, hence so many."""
BETTER_THAN_A_LINE = 0.7
"""A step leaves at most this share of the squared error that a straight line leaves; else it is growth."""


@dataclass(frozen=True)
class Effects:
    """Factors on the ordinary forecast by day label, shrunk towards no effect; `seen` counts the days behind each."""

    factor: Mapping[str, float]
    seen: Mapping[str, int]

    def factors(self, labels: NDArray[np.object_]) -> Floats:
        """(days,): factor of each day; a label never seen takes its kind's, or 1."""
        return np.array([self.of(str(label)) for label in labels], dtype=float)

    def of(self, label: str) -> float:
        return self.factor.get(label, self.factor.get(kind_of(label), 1.0))


def kind_of(label: str) -> str:
    """ "holiday" of "holiday: Christmas Day"; events have no kind in common."""
    return label if label.startswith("event") else label.partition(":")[0]


def learn_effects(series: QueueSeries, expected: Floats) -> Effects:
    """What special days of the history had, against what the weeks around promised (`expected`, days x slots).

    Means of log ratios, shrunk by their noise: a kind of day towards no effect, a named holiday towards all
    holidays together. The noise is how much ordinary days scatter around their promise.
    """
    days, logs = _log_ratios(series, expected)
    ordinary = logs[series.label[days] == ""]
    noise = (1.4826 * float(np.median(np.abs(ordinary)))) ** 2 if len(ordinary) else 1.0
    by_label: dict[str, list[float]] = {}
    by_kind: dict[str, list[float]] = {}
    for day, log in zip(days.tolist(), logs.tolist(), strict=True):
        if label := str(series.label[day]):
            by_label.setdefault(label, []).append(log)
            by_kind.setdefault(kind_of(label), []).append(log)
    of_kind = {kind: _shrunk(values, 0.0, noise) for kind, values in by_kind.items()}
    of_label: dict[str, float] = {}
    for kind, towards in of_kind.items():
        named = {label: values for label, values in by_label.items() if kind_of(label) == kind != label}
        of_label |= _drawn_together(named, towards, noise)
    seen = {name: len(values) for name, values in (by_label | by_kind).items()}
    return Effects({name: float(np.exp(log)) for name, log in (of_label | of_kind).items()}, seen)


def _log_ratios(series: QueueSeries, expected: Floats) -> tuple[Whole, Floats]:
    """Days with enough expected contacts, and the log of what came over what was expected, kept within limits."""
    cells = np.isfinite(series.offered) & np.isfinite(expected)
    promised = np.where(cells, expected, 0.0).sum(axis=1)
    came = np.where(cells, series.offered, 0.0).sum(axis=1)
    days = np.flatnonzero(promised >= ENOUGH_CONTACTS)
    return days, np.log(np.clip(came[days] / promised[days], SMALLEST_FACTOR, LARGEST_FACTOR))


def _shrunk(values: list[float], towards: float, noise: float) -> float:
    """The mean, drawn to `towards` by the positive-part factor 1 - noise of the mean / squared distance."""
    distance = sum(values) / len(values) - towards
    if distance == 0:
        return towards
    return towards + distance * max(0.0, 1 - noise / len(values) / distance**2)


def _drawn_together(named: dict[str, list[float]], towards: float, noise: float) -> dict[str, float]:
    """Each name's mean, drawn to `towards` the more, the less names differ beyond their noise (random effects)."""
    if not named:
        return {}
    errors = {label: noise / len(values) for label, values in named.items()}
    distances = {label: sum(values) / len(values) - towards for label, values in named.items()}
    squares = [distances[label] ** 2 - errors[label] for label in named]
    between = max(0.0, sum(squares) / len(squares))
    share = {label: between / (between + errors[label]) if between > 0 else 0.0 for label in named}
    return {label: towards + share[label] * distances[label] for label in named}


@dataclass(frozen=True)
class Shift:
    """From `day` on the level is `factor` times what it was before."""

    day: int
    factor: float


def find_shift(offered: Floats, weekday: Whole, recent_days: int) -> Shift | None:
    """The latest step in the level within `recent_days`, if there is a clear one.

    `offered` (days, slots) are ordinary, cleaned days. Levels are logs of day totals over their weekday's usual.
    """
    first = max(0, len(offered) - SHIFT_WINDOW_DAYS)
    days, logs = _log_levels(offered[first:], weekday[first:])
    best: tuple[float, int] | None = None
    for split in range(DAYS_BEFORE, len(days) - DAYS_AFTER + 1):
        if first + days[split] < len(offered) - recent_days:
            continue
        left = float(np.abs(logs[:split] - np.median(logs[:split])).sum())
        right = float(np.abs(logs[split:] - np.median(logs[split:])).sum())
        if best is None or left + right < best[0]:
            best = left + right, split
    if best is None or not _is_step(days, logs, best[1]):
        return None
    split = best[1]
    factor = float(np.exp(np.median(logs[split:]) - np.median(logs[:split])))
    return Shift(int(first + days[split]), factor)


def _log_levels(offered: Floats, weekday: Whole) -> tuple[Whole, Floats]:
    """Days with contacts, and the log of each one's total against its weekday's mean over the same cells."""
    usual = np.zeros(offered.shape)
    for number in range(7):
        rows = weekday == number
        known = np.isfinite(offered[rows])
        total = np.where(known, offered[rows], 0.0).sum(axis=0)
        usual[rows] = total / np.maximum(known.sum(axis=0), 1)
    known = np.isfinite(offered)
    totals = np.where(known, offered, 0.0).sum(axis=1)
    promised = np.where(known, usual, 0.0).sum(axis=1)
    days = np.flatnonzero((totals > 0) & (promised > 0))
    return days, np.log(totals[days] / promised[days])


def _is_step(days: Whole, logs: Floats, split: int) -> bool:
    before, after = logs[:split], logs[split:]
    change = float(np.median(after) - np.median(before))
    rest = np.concatenate([before - np.median(before), after - np.median(after)])
    sigma = 1.4826 * float(np.median(np.abs(rest)))
    error = sigma * float(np.sqrt(1 / len(before) + 1 / len(after)))
    line = np.polynomial.Polynomial.fit(days, logs, 1)(days)
    step_error = float(((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum())
    clear = abs(change) >= np.log(SMALLEST_SHIFT) and abs(change) >= SHIFT_SIGMAS * error
    return bool(clear and step_error <= BETTER_THAN_A_LINE * float(((logs - line) ** 2).sum()))
