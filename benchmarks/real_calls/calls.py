"""Real calls of a month in the hours in which the bank is open, and what nobody saw of them.

A call that was answered shows its handling time and that its caller had the patience to wait so long; how much longer
is drawn from the month's own Kaplan-Meier curve of that type of call, given that it is longer. A call that hung up
shows its patience; its handling time is drawn from those of the same type. Calls of all types wait in one line, first
come, first served; times are those of the log, taken as UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from staffplan.clock import OpeningHours, SiteCalendar
from staffplan.files.read import read_table
from staffplan.fit import CallLog, calls_and_closed, fit
from staffplan.fit.happened import Learnt
from staffplan.settings.queues import HoursSettings
from waits_predicted import CHOICES, COLUMNS

FILE = "technion_bank/call_by_call_jan_feb.csv"
ZONE, MINUTES, DAY_SECONDS = "UTC", 30, 86_400.0
CALENDAR = SiteCalendar(ZONE, MINUTES)
HOURS: OpeningHours = HoursSettings(
    **{"mon-thu,sun": "07:00-24:00", "fri": "07:00-14:00", "sat": "19:00-24:00"}
).opening_hours()
"""As SOURCE.md tells them; "about 20" of a Saturday is 19:00, from when January's calls were answered."""
Floats = np.ndarray


class Calls(NamedTuple):
    """Calls in order of arrival, each (calls,): seconds since the month's first midnight, and seconds."""

    second: Floats
    patience: Floats
    handling: Floats


@dataclass(frozen=True)
class Log:
    """A log of calls; those made while the bank was closed are left out of `calls`."""

    whole: CallLog
    calls: pd.DataFrame
    """arrival, queue, answered, wait_seconds, handling_seconds, in order of arrival."""

    @classmethod
    def read(cls, folder: Path) -> Log:
        whole = read_table(folder / FILE, CallLog, columns=COLUMNS)
        calls, _ = calls_and_closed(whole, CHOICES)
        calls = calls[HOURS.open_mask(pd.DatetimeIndex(calls["arrival"]), CALENDAR)]
        return cls(whole, calls.sort_values("arrival", kind="stable", ignore_index=True))

    def between(self, first: pd.Timestamp, end: pd.Timestamp) -> Log:
        parts = [frame[frame["arrival"].between(first, end, "left")] for frame in (self.whole.frame, self.calls)]
        return Log(CallLog.of(parts[0], self.whole.source), parts[1].reset_index(drop=True))

    def learnt(self) -> Learnt:
        """Parameters and curves by type of call ("*": all together), and the handling times of each type."""
        timed = self.calls[self.calls["answered"] & self.calls["handling_seconds"].notna()]
        seconds = {str(name): own["handling_seconds"].to_numpy(float) for name, own in timed.groupby("queue")}
        return Learnt(fit(self.whole, CHOICES), seconds)

    def history(self) -> pd.DataFrame:
        """Half-hours of open hours on days with calls, by type of call: what the queues of a site have seen.

        Columns: interval_start, queue, offered, handled, aht_seconds (of those answered).
        """
        answered = self.calls["answered"]
        table = self.calls.assign(
            offered=1.0,
            handled=answered.astype(float),
            aht_seconds=self.calls["handling_seconds"].where(answered),
            interval_start=self.calls["arrival"].dt.floor(f"{MINUTES}min"),
        )
        keys = ["interval_start", "queue"]
        sums = table.groupby(keys).agg({"offered": "sum", "handled": "sum", "aht_seconds": "mean"})
        days = self.calls["arrival"].dt.normalize().unique()
        grid = pd.DatetimeIndex([day + pd.Timedelta(minutes=MINUTES * k) for day in days for k in range(48)])
        grid = grid[HOURS.open_mask(grid, CALENDAR)]
        every = pd.MultiIndex.from_product([grid, sorted(self.calls["queue"].unique())], names=keys)
        return sums.reindex(every).fillna({"offered": 0.0, "handled": 0.0}).reset_index()


def month_drawn(log: Log, learnt: Learnt, first: pd.Timestamp, rng: np.random.Generator) -> Calls:
    """The month's calls, with what nobody saw of them drawn from what the month itself teaches."""
    calls = log.calls
    answered, waits = calls["answered"].to_numpy(dtype=bool), calls["wait_seconds"].to_numpy(dtype=float)
    patience, handling = waits.copy(), calls["handling_seconds"].to_numpy(dtype=float).copy()
    for name in calls["queue"].unique():
        own = (calls["queue"] == name).to_numpy()
        seen, unseen = own & answered, own & (~answered | np.isnan(handling))
        patience[seen] = patience_beyond(waits[seen], str(name), learnt, rng)
        handling[unseen] = rng.choice(learnt.seconds[str(name)], int(unseen.sum()))
    second = (calls["arrival"] - first).dt.total_seconds().to_numpy()
    return Calls(second, patience, handling)


def patience_beyond(waits: Floats, queue: str, learnt: Learnt, rng: np.random.Generator) -> Floats:
    """(calls,) seconds: patience of callers who were answered after these waits. Who did not wait at all may balk."""
    curves, mean = learnt.result.curves.frame, learnt.value(queue, "patience_seconds", np.inf)
    curve = curves[curves["queue"] == (queue if (curves["queue"] == queue).any() else "*")]
    found = _from_the_curve(waits, curve["wait_seconds"].to_numpy(), curve["waiting_share"].to_numpy(), mean, rng)
    balks = (waits == 0) & (rng.random(len(waits)) < learnt.value(queue, "balking_share", 0.0))
    return np.where(balks, 0.0, found)


def _from_the_curve(waits: Floats, times: Floats, shares: Floats, mean: float, rng: np.random.Generator) -> Floats:
    """The first time at which a random part of those who waited so long is left; past the curve's end exponential.

    `times`, `shares`, (points,): the curve. `waits`, (calls,).
    """
    still = np.append(1.0, shares)[np.searchsorted(times, waits, side="right")]
    place = np.searchsorted(-shares, -still * rng.random(len(waits)))
    beyond = np.maximum(waits, times[-1] if len(times) else 0.0) + rng.exponential(mean, len(waits))
    return np.where(place < len(times), np.append(times, np.inf)[place], beyond)


def as_planned(expected: Floats, learnt: Learnt, starts: Floats, rng: np.random.Generator) -> Calls:
    """Calls as they would come were the forecast right: Poisson around it, people as the past knew them.

    `expected` contacts, `starts` seconds: (half-hours,).
    """
    counts = rng.poisson(expected)
    second = np.sort(np.repeat(starts, counts) + 60.0 * MINUTES * rng.random(counts.sum()))
    every = np.concatenate(list(learnt.seconds.values()))
    return Calls(second, learnt.draw_patience("*", len(second), rng), rng.choice(every, len(second)))
