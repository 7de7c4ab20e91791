"""What updating within the day gains on real queues, by hour of day, by a protocol that anyone can repeat.

A forecast is made on Mondays, a week ahead, by the product as it is; what updating is learnt from ends there too.
Then every day of the week is lived through hour by hour: the rest of the day and the next day with contacts are
compared with what came, before and after updating, only intervals whose day the history knows. Queues that are not
updated (their own backtest speaks against it) count as they are. WAPE and the share inside the bounds are pooled over
queues, origins and days.

    python benchmarks/intraday_gain.py --data DIR [--set NAME] [--origins N] [--queues N]

DIR holds bank_calls/, technion_bank/, it_helpdesk/ or other sets of contact counts, see accuracy/data_sets.py.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from accuracy.data_sets import DataSet, real_sets
from staffplan.clock import local_dates, midnight, wall_instant
from staffplan.forecast import forecast
from staffplan.forecast.history.series import DayGrid
from staffplan.forecast.intraday.learnt import Learnt, Source
from staffplan.forecast.intraday.queue import apply_learnt, learn_queue
from staffplan.forecast.intraday.seen import Moment
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.history import ContactHistory

WEEK = 7
SETTINGS = ForecastSettings()
BOUNDS = (("p10", "p90"), ("p025", "p975"))


@dataclass(frozen=True)
class Week:
    """One queue's forecast of a week, with `actual` and the local `day` of each row, and what its past taught."""

    queue: str
    planned: pd.DataFrame
    rows: pd.DataFrame
    learnt: Learnt
    grid: DayGrid


def weeks_of(data_set: DataSet, queue: str, origins: int) -> list[Week]:
    own = data_set.rows[data_set.rows["queue"] == queue].reset_index(drop=True)
    site = Site(data_set.calendar, {queue: Queue(queue, planning_group=queue, arrival_hours=data_set.hours)})
    days = local_dates(pd.DatetimeIndex(own["interval_start"]), data_set.zone)
    found: list[Week] = []
    for number in range(min(origins, data_set.origins)):
        first = data_set.origin(number).date()
        if (days < first).sum() == 0 or (days >= first).sum() == 0:
            continue
        past = ContactHistory.of(own[days < first].reset_index(drop=True), data_set.name)
        planned = forecast(past, SETTINGS, site=site, first_day=first, days=WEEK).forecast.frame
        if not len(planned):
            continue
        grid = DayGrid(first, WEEK, data_set.calendar)
        before = Moment(SETTINGS, grid, midnight(first + timedelta(days=1), data_set.zone))
        method, parts = str(planned["method"].iloc[0]), (before.settings, before.calendar)
        learnt = learn_queue(Source(past.frame, site.queues[queue], *parts, day=before.today, method=method))
        history = ContactHistory.of(own, data_set.name).frame
        found.append(Week(queue, _beside_actual(planned, own, days, data_set.zone), history, learnt, grid))
    return found


def _beside_actual(planned: pd.DataFrame, own: pd.DataFrame, days: np.ndarray, zone: str) -> pd.DataFrame:
    """With `day` and `actual`: an absent row of a day that has rows is zero, NaN on a day without rows."""
    actual = planned["interval_start"].map(own.set_index("interval_start")["offered"])
    day = local_dates(pd.DatetimeIndex(planned["interval_start"]), zone)
    known = np.isin(day, np.unique(days))
    return planned.assign(day=day, actual=np.where(known, actual.fillna(0.0), np.nan))


def lived(week: Week) -> list[dict[str, object]]:
    """Errors of the rest of the day and of the next, by day and hour."""
    found: list[dict[str, object]] = []
    columns = [name for name in week.planned.columns if name not in ("day", "actual")]
    for day in sorted(set(week.planned["day"])):
        for hour in range(1, 24):
            until = wall_instant(day, 60 * hour, week.grid.calendar.timezone)
            seen = (week.planned["day"] == day) & (week.planned["interval_start"] < until)
            rest = (week.planned["day"] == day) & ~seen & week.planned["actual"].notna()
            if not seen.any() or not rest.any():
                continue
            moment = Moment(SETTINGS, week.grid, until)
            rows = week.rows[week.rows["interval_start"] < until].reset_index(drop=True)
            updated = apply_learnt(week.learnt, week.planned[columns], rows, moment).forecast
            found.append({"hour": hour, "day": day} | _errors("rest", week.planned, updated, rest))
            found[-1] |= _errors("next", week.planned, updated, _next_day(week.planned, day))
    return found


def _next_day(planned: pd.DataFrame, day: date) -> pd.Series:
    later = planned[(planned["day"] > day) & planned["actual"].notna()]["day"]
    return (planned["day"] == (later.min() if len(later) else None)) & planned["actual"].notna()


def _errors(what: str, planned: pd.DataFrame, updated: pd.DataFrame, rows: pd.Series) -> dict[str, object]:
    actual = planned["actual"][rows].to_numpy()
    found: dict[str, object] = {f"{what} came": actual.sum(), f"{what} cells": len(actual)}
    for name, frame in (("before", planned[rows]), ("after", updated[rows])):
        found[f"{what} {name}"] = np.abs(actual - frame["offered"].to_numpy()).sum()
        found[f"{what} day {name}"] = abs(actual.sum() - frame["offered"].sum())
        for low, high in BOUNDS:
            inside = (actual >= frame[f"offered_{low}"].to_numpy()) & (actual <= frame[f"offered_{high}"].to_numpy())
            found[f"{what} {low} {name}"] = inside.sum()
    return found


def report(data_set: DataSet, origins: int, queues: int) -> None:
    began = time.perf_counter()
    names = data_set.rows.groupby("queue")["offered"].sum().sort_values(ascending=False).index[:queues]
    weeks = [week for name in names for week in weeks_of(data_set, str(name), origins)]
    rows = pd.DataFrame([row for week in weeks for row in lived(week)])
    if rows.empty:
        print(f"{data_set.name}: no hour to test\n")
        return
    used = [week.learnt.contacts for week in weeks if week.learnt.contacts is not None]
    rest = sum(teaching.gain.rest.helps for teaching in used)
    following = sum(teaching.gain.next_day.helps for teaching in used)
    print(f"{data_set.name}: {len(names)} queues, {len(weeks)} weeks forecast, {len(rows)} hours lived through")
    print(f"updated: the rest of the day in {rest} weeks, the next day in {following}")
    print(
        f"{'':6}{'rest of the day, WAPE %':>26}{'its total %':>17}{'in 80 %':>15}{'in 95 %':>15}"
        f"{'next day, WAPE %':>25}"
    )
    print(
        f"{'hour':6}{'before':>9}{'after':>8}{'change':>9}"
        + f"{'before':>9}{'after':>8}" * 3
        + f"{'before':>9}{'after':>8}"
    )
    for hour, part in [*rows.groupby("hour"), ("all", rows)]:
        print(_line(str(hour), part.drop(columns=["hour", "day"]).sum()))
    print(f"{time.perf_counter() - began:.0f} seconds\n")


def _line(name: str, total: pd.Series) -> str:
    def share(column: str, of: str) -> float:
        return 100 * total[column] / total[of] if total[of] > 0 else float("nan")

    before, after = share("rest before", "rest came"), share("rest after", "rest came")
    pairs = [(share(f"rest day {n}", "rest came"), 2) for n in ("before", "after")]
    pairs += [(share(f"rest {low} {n}", "rest cells"), 1) for low, _ in BOUNDS for n in ("before", "after")]
    pairs += [(share(f"next {n}", "next came"), 2) for n in ("before", "after")]
    figures = "".join(f"{value:{9 if i % 2 == 0 else 8}.{d}f}" for i, (value, d) in enumerate(pairs))
    return f"{name:6}{before:9.2f}{after:8.2f}{100 * (after / before - 1):+8.1f} %"[:32].ljust(32) + figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the real data sets")
    parser.add_argument("--set", help="only the sets whose name has this in it")
    parser.add_argument("--origins", type=int, default=8, help="at most so many Mondays of each queue")
    parser.add_argument("--queues", type=int, default=8, help="only so many queues of each set, the largest")
    arguments = parser.parse_args()
    for found in real_sets(arguments.data):
        if isinstance(found, str):
            print(f"{found}\n")
        elif arguments.set is None or arguments.set in found.name:
            report(found, arguments.origins, arguments.queues)


if __name__ == "__main__":
    main()
