"""Months ahead on real sets: weekly totals up to a year away, from origins in every season.

Each queue is forecast from origins `STEP_WEEKS` apart (less in a short set), as far ahead as the set goes, at most a
year. Beside it three simple methods that need no tool: last year's week, the mean of the last year by weekday, and
of the last six weeks by weekday. Only days that the set knows are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from accuracy.data_sets import DataSet
from accuracy.lessons import Floats, known_days
from accuracy.product import BOUNDS
from staffplan.clock import local_dates
from staffplan.forecast import forecast
from staffplan.process.workers import Workers
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.history import ContactHistory

BEFORE_WEEKS, LEAST_WEEKS, MOST_WEEKS, STEP_WEEKS = 13, 13, 52, 13
"""History at the first origin; the fewest and the most weeks ahead; weeks between origins."""
ORIGINS_OF_A_SHORT_SET = 8
YEAR, SIX_WEEKS = 364, 42
FAR = 26
"""Weeks from which on the far half is summed up; from the middle on where less lies ahead."""
MONTH, MONTHS = 28, (3, 6, 9, 12)
"""Four-week totals whose bands are tested."""


@dataclass(frozen=True)
class Ahead:
    """One queue from one origin: weekly totals (weeks,), of what came and of what was said."""

    queue: str
    origin: date
    came: Floats
    said: dict[str, Floats]
    """The first is staffplan; simple methods follow."""
    inside: Floats
    """(weeks, 2): in the 80 and in the 95 % band of the week; NaN where not all of its days are known."""
    months_inside: Floats
    """(months, 2): the same of four-week totals."""

    def error(self, name: str, *, far: bool = False) -> float:
        """WAPE of the weekly totals."""
        weeks = slice(min(FAR, len(self.came) // 2) if far else 0, None)
        return float(np.abs(self.came - self.said[name])[weeks].sum() / self.came[weeks].sum())

    def ratio(self, *, far: bool = False) -> float:
        """Of staffplan's error to that of the simple method that turned out best."""
        own, *simple = (self.error(name, far=far) for name in self.said)
        return own / min(simple)


def origins(data_set: DataSet, rows: pd.DataFrame, shift_weeks: int) -> Iterator[tuple[date, int]]:
    """Mondays, and the days ahead from each; `shift_weeks` moves them all, for origins not looked at before."""
    days = local_dates(pd.DatetimeIndex([rows["interval_start"].min(), rows["interval_start"].max()]), data_set.zone)
    first = days[0] + timedelta(days=-days[0].weekday() % 7 + 7 * (BEFORE_WEEKS + shift_weeks))
    weeks = ((days[1] - first).days + 1) // 7
    step = int(np.clip((weeks - LEAST_WEEKS) // ORIGINS_OF_A_SHORT_SET, 2, STEP_WEEKS))
    for before in range(0, weeks - LEAST_WEEKS + 1, step):
        yield first + timedelta(days=7 * before), 7 * min(weeks - before, MOST_WEEKS)


def look_ahead(data_set: DataSet, shift_weeks: int, *, months: bool) -> Iterator[Ahead]:
    """Every queue from every origin; bands of months are forecasts of their own, so they take their time."""
    for queue, rows in data_set.rows.groupby("queue", sort=True):
        for origin, days in origins(data_set, rows, shift_weeks):
            yield _look(data_set, str(queue), rows, origin, days, months=months)


def _look(data_set: DataSet, queue: str, rows: pd.DataFrame, origin: date, days: int, *, months: bool) -> Ahead:
    daily = _by_day(data_set, rows)
    ahead = pd.date_range(origin, periods=days)
    came = daily.reindex(ahead).to_numpy()
    known = np.isfinite(came)
    totals = _totals(data_set, queue, rows, origin, origin, days)
    product = totals["day"]["offered"].reindex(ahead).fillna(0.0).to_numpy()
    said = {"staffplan": product} | simple(daily[: pd.Timestamp(origin) - pd.Timedelta(days=1)], ahead)
    by_week = {name: _weekly(np.where(known, values, 0.0)) for name, values in said.items()}
    whole = (known | (product == 0)).reshape(-1, 7).all(axis=1)
    weeks = np.where(whole[:, None], _inside(totals["week"], _weekly(np.nan_to_num(came))), np.nan)
    held = [
        _month(data_set, queue, rows, origin, daily, number) for number in MONTHS if months and MONTH * number <= days
    ]
    return Ahead(queue, origin, _weekly(np.nan_to_num(came)), by_week, weeks, np.array(held).reshape(-1, 2))


def _month(data_set: DataSet, queue: str, rows: pd.DataFrame, origin: date, daily: pd.Series, number: int) -> Floats:
    """(2,): whether the four weeks that end the month lie in the bands of their total."""
    first = origin + timedelta(days=MONTH * (number - 1))
    came = daily.reindex(pd.date_range(first, periods=MONTH))
    totals = _totals(data_set, queue, rows, origin, first, MONTH)
    said = totals["day"]["offered"].reindex(came.index).fillna(0.0)
    if (came.isna() & (said > 0)).any():
        return np.full(2, np.nan)
    return _inside(totals["horizon"], np.array([came.sum()]))[0]


def _totals(
    data_set: DataSet, queue: str, rows: pd.DataFrame, origin: date, first_day: date, days: int
) -> dict[str, pd.DataFrame]:
    """By period ("day", "week", "horizon"), indexed by its first day: what is forecast from what came before."""
    local = local_dates(pd.DatetimeIndex(rows["interval_start"]), data_set.zone)
    past = ContactHistory.of(rows[local < origin].reset_index(drop=True), data_set.name)
    site = Site(data_set.calendar, {queue: Queue(queue, planning_group=queue, arrival_hours=data_set.hours)})
    made = forecast(past, ForecastSettings(), site=site, first_day=first_day, days=days, workers=Workers(jobs=1))
    frame = made.totals.frame[made.totals.frame["queue"] == queue]
    return {str(period): own.set_index("period_start") for period, own in frame.groupby("period")}


def _by_day(data_set: DataSet, rows: pd.DataFrame) -> pd.Series:
    """Contacts of each day that is known."""
    local = local_dates(pd.DatetimeIndex(rows["interval_start"]), data_set.zone)
    sums = rows["offered"].groupby(pd.DatetimeIndex(local)).sum()
    return sums.reindex(pd.DatetimeIndex(sorted(known_days(rows, data_set))), fill_value=0.0).astype(float)


def simple(past: pd.Series, ahead: pd.DatetimeIndex) -> dict[str, Floats]:
    """(days,) each: what a planner can do without a tool. `past`: contacts by known day."""
    found = {
        "year's mean": _by_weekday(past[ahead[0] - pd.Timedelta(days=YEAR) :], ahead),
        "six weeks": _by_weekday(past[ahead[0] - pd.Timedelta(days=SIX_WEEKS) :], ahead),
    }
    before = past.reindex(ahead - pd.Timedelta(days=YEAR)).to_numpy()
    if len(past) and past.index[0] <= ahead[0] - pd.Timedelta(days=YEAR):
        found["last year"] = np.where(np.isfinite(before), before, found["year's mean"])
    return found


def _by_weekday(past: pd.Series, ahead: pd.DatetimeIndex) -> Floats:
    means = past.groupby(past.index.day_of_week).mean().reindex(range(7)).fillna(0.0).to_numpy()
    return np.asarray(means[ahead.day_of_week], dtype=float)


def _weekly(days: Floats) -> Floats:
    return np.asarray(days.reshape(-1, 7).sum(axis=1))


def _inside(bands: pd.DataFrame, came: Floats) -> Floats:
    """(periods, 2): in the 80 and in the 95 % band."""
    low, near_low, near_high, high = (bands[name].to_numpy() for name in BOUNDS)
    return np.array([(near_low <= came) & (came <= near_high), (low <= came) & (came <= high)], dtype=float).T


def print_looks(name: str, looks: list[Ahead]) -> None:
    """A line for each origin, and what they come to."""
    methods = ("staffplan", "last year", "year's mean", "six weeks")
    print(f"{name}: WAPE % of weekly totals, all weeks ahead / the far half")
    print(
        f"{'queue':14} {'origin':10} {'weeks':>5} "
        + " ".join(f"{method:>13}" for method in methods)
        + "        ratio"
    )
    for look in looks:
        cells = " ".join(f"{_pair(look, method):>13}" for method in methods)
        ratios = f"{look.ratio():5.2f} /{look.ratio(far=True):5.2f}"
        print(f"{look.queue[:14]:14} {look.origin} {len(look.came):5} {cells} {ratios}")
    print_summary(looks)


def _pair(look: Ahead, method: str) -> str:
    if method not in look.said:
        return "-"
    return f"{100 * look.error(method):.1f} /{100 * look.error(method, far=True):5.1f}"


def print_summary(looks: list[Ahead]) -> None:
    for far, words in ((False, "all weeks"), (True, "far half")):
        ratios = np.array([look.ratio(far=far) for look in looks])
        mean = np.exp(np.log(ratios).mean())
        print(
            f"  {words}: {mean:.3f} x the best simple method in hindsight (geometric mean of {len(ratios)}), "
            f"at most {ratios.max():.2f}, above 1.1 on {(ratios > 1.1).sum()}"
        )
    for what, inside in (
        ("weeks", [look.inside for look in looks]),
        ("months", [look.months_inside for look in looks]),
    ):
        joined = np.concatenate(inside)
        joined = joined[np.isfinite(joined).all(axis=1)]
        if len(joined):
            near, wide = 100 * joined.mean(axis=0)
            print(f"  in the 80 and 95 % bands of {what}: {near:.0f} and {wide:.0f} % of {len(joined)}")
    print()
