"""What people build today: the average of four weeks, pyworkforce's Erlang C, pyworkforce's choice of shifts.

pyworkforce gets every shift with every place of its pause as a shift of its own, one day at a time; the four weeks
that are planned are alike. Understaffing has no price there: MinRequiredResources has somebody for every need, at the
least paid time; MinAbsDifference is as close to the need as it can, from both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from real_calls.calls import DAY_SECONDS, MINUTES
from real_calls.replay import WITHIN_SECONDS, Duty
from real_calls.shifts import SLOTS, Worked, every_way

WEEKS = 4
SEARCH_SECONDS = 10.0
MODELS = ("MinRequiredResources", "MinAbsDifference")


@dataclass(frozen=True)
class Usual:
    """What the last four weeks tell: contacts by weekday and half-hour, (7, slots), and their mean handling time."""

    offered: np.ndarray
    aht_seconds: float

    @classmethod
    def of(cls, history: pd.DataFrame, first: pd.Timestamp) -> Usual:
        """`history`: interval_start, offered, handled, aht_seconds of half-hours by queue; the queues are added up.
        Weekdays count from `first`'s."""
        recent = history[history["interval_start"] >= first - pd.Timedelta(weeks=WEEKS)]
        counts = recent.groupby("interval_start")["offered"].sum()
        start = pd.DatetimeIndex(counts.index)
        weekday = (start.day_of_week - first.day_of_week) % 7
        slot = (start.hour * 60 + start.minute) // MINUTES
        offered = np.zeros((7, SLOTS))
        means = counts.groupby([weekday, slot]).mean()
        offered[means.index.get_level_values(0), means.index.get_level_values(1)] = means
        seconds = (recent["aht_seconds"] * recent["handled"]).sum()
        return cls(offered, float(seconds / recent["handled"].sum()))

    def required(self, service_level: float) -> np.ndarray:
        """(7, slots): positions by Erlang C."""
        return np.vectorize(lambda offered: self._positions(offered, service_level), otypes=[int])(self.offered)

    def _positions(self, offered: float, service_level: float) -> int:
        from pyworkforce.queuing import ErlangC

        if offered <= 0:
            return 0
        line = ErlangC(offered, aht=self.aht_seconds / 60, asa=WITHIN_SECONDS / 60, interval=MINUTES)
        return int(line.required_positions(service_level)["raw_positions"])


def shifts_by(model: str, required: np.ndarray) -> tuple[float, Duty]:
    """Paid hours and duty of four weeks alike; `required`, (days, slots): positions of each day of one week.

    Raises RuntimeError where the model finds nothing in time.
    """
    ways = list(every_way())
    paid_minutes, duty = 0, []
    for day in np.flatnonzero(required.any(axis=1)).tolist():
        for place, count in _chosen(model, ways, required[day]).items():
            paid_minutes += count * ways[place].paid_minutes
            duty += [_stretches(ways[place], day)] * count
    shifted = [
        [(s + n * 7 * DAY_SECONDS, e + n * 7 * DAY_SECONDS) for s, e in own] for n in range(WEEKS) for own in duty
    ]
    return WEEKS * paid_minutes / 60, shifted


def _stretches(way: Worked, day: int) -> list[tuple[float, float]]:
    return [(day * DAY_SECONDS + 60.0 * start, day * DAY_SECONDS + 60.0 * end) for start, end in way.stretches]


def _chosen(model: str, ways: list[Worked], need: np.ndarray) -> Mapping[int, int]:
    """How many work each way on one day. `need`, (slots,)."""
    from pyworkforce.scheduling import MinAbsDifference, MinRequiredResources

    most = 2 * int(need.max())
    common = {
        "num_days": 1,
        "periods": len(need),
        "shifts_coverage": {str(place): way.covers().tolist() for place, way in enumerate(ways)},
        "required_resources": [need.tolist()],
        "max_period_concurrency": most,
        "max_shift_concurrency": most,
        "max_search_time": SEARCH_SECONDS,
    }
    paid = {str(place): way.paid_minutes for place, way in enumerate(ways)}
    solvers: dict[str, Callable[[], object]] = {
        "MinRequiredResources": lambda: MinRequiredResources(cost_dict=paid, **common).solve(),
        "MinAbsDifference": lambda: MinAbsDifference(**common).solve(),
    }
    found = solvers[model]()
    if found["status"] not in ("OPTIMAL", "FEASIBLE"):
        raise RuntimeError(f"{model} found no shifts in {SEARCH_SECONDS:g} s")
    return {int(row["shift"]): int(row["resources"]) for row in found["resources_shifts"] if row["resources"]}
