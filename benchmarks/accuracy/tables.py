"""What is printed: a table for each set, the queues if wanted, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from accuracy.data_sets import HORIZON_DAYS, DataSet
from accuracy.protocol import STAFFPLAN, Trial
from accuracy.scores import FEW, VOLUMES, Coverage, Score, floor, score, wape

AVERAGE, HOLT_WINTERS = "six-week average", "Holt-Winters"
BUSY = 5.0
"""Contacts in an open interval from which on a queue must not lose to the better of the two simple methods."""
WIDTH = 24


@dataclass(frozen=True)
class QueueResult:
    """WAPE by contender of one queue."""

    queue: str
    mean: float
    """Contacts in an open interval."""
    floor: float
    wape: dict[str, float]
    own: Score | None
    """staffplan's score in full."""


@dataclass(frozen=True)
class Result:
    """The scores of a set, and of its queues."""

    name: str
    group: str
    scores: dict[str, Score]
    queues: tuple[QueueResult, ...]


def result_of(data_set: DataSet, trial: Trial) -> Result:
    if not len(trial.rows):
        return Result(data_set.name, data_set.group, {}, ())
    scores = {title: score(trial.rows, given) for title, given in trial.given.items()}
    codes, names = pd.factorize(trial.rows["queue"])
    queues = [_queue_result(str(name), codes == code, trial) for code, name in enumerate(names)]
    return Result(data_set.name, data_set.group, scores, tuple(queue for queue in queues if queue is not None))


def _queue_result(name: str, chosen: np.ndarray, trial: Trial) -> QueueResult | None:
    """None for a queue to which nothing came."""
    rows = trial.rows[chosen]
    actual = rows["actual"].to_numpy()
    if actual.sum() == 0:
        return None
    errors = {title: wape(actual, given.offered[chosen]) for title, given in trial.given.items()}
    own = score(trial.rows, trial.given[STAFFPLAN], chosen) if STAFFPLAN in trial.given else None
    return QueueResult(name, float(actual.sum() / max(rows["open"].sum(), 1)), floor(rows), errors, own)


HEADINGS = (
    *("WAPE %", "wk 1", "wk 2", "wk 3", "wk 4", "day %", "wk 1", "wk 2", "wk 3", "wk 4", "bias %"),
    *("in 80", "in 95", "day 80", "day 95", "pinball", "at .5", "seconds"),
)


def print_set(data_set: DataSet, trial: Trial, result: Result, *, by_queue: bool) -> None:
    print(f"{data_set.name}: {_what(data_set, trial)}")
    for title, why in trial.failed.items():
        print(f"{title:{WIDTH}}FAILED, {why}")
    if not result.scores:
        print(f"{'':{WIDTH}}nothing to test\n")
        return
    print(f"{'':{WIDTH}}" + "".join(f"{heading:>8}" for heading in HEADINGS))
    for title, own in result.scores.items():
        print(f"{title:{WIDTH}}" + _figures(own))
    print(f"{'Poisson floor':{WIDTH}}{100 * floor(trial.rows):8.2f}")
    if STAFFPLAN in result.scores:
        print(f"{'':{WIDTH}}{_coverage(result.scores[STAFFPLAN].coverage)}")
        print(f"{'':{WIDTH}}{_by_volume(result.scores[STAFFPLAN].coverage)}")
    if by_queue:
        _print_queues(result)
    print(flush=True)


def _coverage(own: Coverage) -> str:
    """Coverage with the standard errors that so few weeks leave, and without the intervals that are too coarse."""
    pairs = zip((*own.inside, *own.day_inside), (*own.error, *own.day_error), strict=True)
    near, far, day, far_day = (f"{100 * share:.1f} +- {100 * error:.1f}" for share, error in pairs)
    few, far_few, between, far_between = (f"{100 * share:.1f}" for share in (*own.not_few, *own.between))
    return (
        f"staffplan's bands, give or take what weeks differ by: intervals {near} and {far} (without the "
        f"ends {between} and {far_between}), "
        f"where {FEW:g} or more are expected {few} and {far_few}; days {day} and {far_day}"
    )


def _by_volume(own: Coverage) -> str:
    """Coverage where few and where many contacts are expected, and which part of the intervals that is."""
    ends = [f"{start:g} to {end:g}" for start, end in pairwise(VOLUMES)]
    parts = zip([*ends, f"{VOLUMES[-1]:g} and more"], own.by_volume, strict=True)
    told = [
        f"{name} ({100 * part:.0f} % of them) {100 * near:.1f} and {100 * far:.1f}"
        for name, (part, near, far) in parts
        if part > 0
    ]
    return f"intervals by contacts expected: {', '.join(told)}"


def _what(data_set: DataSet, trial: Trial) -> str:
    if not len(trial.rows):
        return "no known days ahead of any origin"
    hours = "hours to be learnt" if data_set.hours is None else "hours given"
    mean = trial.rows["actual"].sum() / max(trial.rows["open"].sum(), 1)
    queues, origins = trial.rows["queue"].nunique(), trial.rows["origin"].nunique()
    place = data_set.country or "no country"
    return (
        f"{queues} queue(s), {mean:.1f} contacts in an open interval ({data_set.minutes} minutes), {hours}, {place}; "
        f"{origins} origin(s) from {data_set.first_origin}, {HORIZON_DAYS} days"
    )


def _figures(own: Score) -> str:
    percents = [*own.wape, *own.day_wape, own.bias]
    text = "".join(_number(100 * value, 2) for value in percents)
    text += "".join(_number(100 * value, 1) for value in (*own.coverage.inside, *own.coverage.day_inside))
    return text + _number(100 * own.pinball, 2) + _number(100 * own.median_pinball, 2) + _number(own.seconds, 2)


def _number(value: float, digits: int) -> str:
    return f"{value:8.{digits}f}" if np.isfinite(value) else f"{'-':>8}"


def _print_queues(result: Result) -> None:
    """WAPE of each contender, queue by queue, and staffplan's bias and coverage."""
    print(f"{'  queue':{WIDTH}}{'mean':>8}{'floor':>8}" + "".join(f"{title:>17}" for title in result.scores))
    for own in sorted(result.queues, key=lambda queue: -queue.mean):
        line = f"{'  ' + own.queue[: WIDTH - 3]:{WIDTH}}{own.mean:8.2f}{100 * own.floor:8.2f}"
        line += "".join(f"{100 * own.wape[title]:17.2f}" for title in result.scores)
        if own.own is not None:
            figures = (own.own.bias, *own.own.coverage.inside, *own.own.coverage.day_inside)
            line += "   bias, in 80, 95, day 80, 95:" + "".join(_number(100 * value, 1) for value in figures)
        print(line)


def print_summary(results: Sequence[Result]) -> None:
    """Group by group: ratios of WAPE, geometric means over sets; and the worst busy queue."""
    for group in dict.fromkeys(result.group for result in results):
        chosen = [result for result in results if result.group == group and STAFFPLAN in result.scores]
        chosen = [result for result in chosen if _peers(result)]
        if chosen:
            _print_group(group, chosen)


def _print_group(group: str, results: Sequence[Result]) -> None:
    print(f"summary of {len(results)} {group} set(s): staffplan's WAPE over that of ...")
    print(f"{'':{WIDTH}}{'best peer':>10}  {'':20}{'average':>10}{'Holt-Winters':>14}")
    rows = []
    for result in results:
        peers = {title: own.wape[0] for title, own in result.scores.items() if title in _peers(result)}
        best = min(peers, key=lambda title: peers[title])
        own = result.scores[STAFFPLAN].wape[0]
        rows.append([own / peers.get(title, float("nan")) for title in (best, AVERAGE, HOLT_WINTERS)])
        figures = [_number(value, 3) for value in rows[-1]]
        print(f"{'  ' + result.name[: WIDTH - 3]:{WIDTH}}{figures[0]:>10}  {best:20}{figures[1]:>10}{figures[2]:>14}")
    means = [_number(value, 3) for value in np.exp(np.mean(np.log(rows), axis=0))]
    print(f"{'  geometric mean':{WIDTH}}{means[0]:>10}  {'':20}{means[1]:>10}{means[2]:>14}")
    print(f"  {_worst(results)}")
    print(f"  {_mean_coverage(results)}\n", flush=True)


def _mean_coverage(results: Sequence[Result]) -> str:
    own = [result.scores[STAFFPLAN].coverage for result in results]
    shares = np.array([(*each.inside, *each.day_inside) for each in own]).mean(axis=0)
    near, far, day, far_day = (f"{100 * share:.1f}" for share in shares)
    return f"in the 80 and 95 % bands, mean over sets: intervals {near} and {far} %, days {day} and {far_day} %"


def _peers(result: Result) -> list[str]:
    return [title for title in result.scores if title != STAFFPLAN and not title.startswith("  ")]


def _worst(results: Sequence[Result]) -> str:
    """The queue on which staffplan does worst beside the better of six-week average and Holt-Winters."""
    found = []
    for result in results:
        for queue in result.queues:
            simple = [queue.wape[title] for title in (AVERAGE, HOLT_WINTERS) if title in queue.wape]
            if queue.mean >= BUSY and simple and STAFFPLAN in queue.wape:
                found.append((queue.wape[STAFFPLAN] / min(simple), f"{result.name}, {queue.queue}"))
    if not found:
        return f"no queue with {BUSY:g} or more contacts an interval to compare"
    ratio, where = max(found)
    lost = sum(value > 1.03 for value, _ in found)
    return (
        f"of {len(found)} queues with {BUSY:g} or more contacts an interval, the worst beside the better of six-week "
        f"average and Holt-Winters: {ratio:.3f} ({where}); above 1.03: {lost}"
    )
