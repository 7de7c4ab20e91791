"""How good the forecasts are on three real queues, by a protocol that anyone can repeat.

Weekly origins on Mondays, 28 days ahead, everything learnt anew at each origin, only open 30-minute intervals that
the history knows, errors pooled over all origins. Each line is one forecast: the chosen one, each method when it
is the only one allowed, and the plain six-week average. The floor is what a perfect forecast of the rate would
score, were arrivals Poisson (the rate is taken from the chosen forecast).

    python benchmarks/forecast_accuracy.py --data DIR

DIR holds bank_calls/, technion_bank/, it_helpdesk/; a set that is not there is skipped and said so.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import poisson

from staffplan.clock import OpeningHours, SiteCalendar, local_dates, localize, parse_spans, public_holidays
from staffplan.forecast import forecast
from staffplan.forecast.accuracy import bias, coverage, wape
from staffplan.settings import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables import ContactHistory

HORIZON_DAYS = 28
METHODS = ("chosen", "recent_average", "seasonal_naive", "holt_winters")


@dataclass(frozen=True)
class DataSet:
    """A history file and how it is read and tested."""

    name: str
    file: str
    zone: str
    country: str | None
    first_origin: date
    origins: int
    hours: OpeningHours
    until: date | None = None


BANK_HOURS = OpeningHours((parse_spans("07:00-21:00"),) * 5 + ((), ()))
DATA_SETS = (
    DataSet(
        "bank",
        "bank_calls/calls_30min.csv",
        "America/New_York",
        "US",
        date(2003, 8, 11),
        8,
        BANK_HOURS,
    ),
    DataSet(
        "technion",
        "technion_bank/calls_30min_year.csv",
        "Asia/Jerusalem",
        "IL",
        date(1999, 10, 4),
        8,
        OpeningHours.always(),
    ),
    DataSet(
        "helpdesk",
        "it_helpdesk/incidents_30min.csv",
        "Europe/Lisbon",
        None,
        date(2016, 3, 28),
        6,
        OpeningHours.always(),
        until=date(2016, 5, 29),
    ),
)


def read(folder: Path, data_set: DataSet) -> ContactHistory:
    """The history; the few local times that the clock change skips or doubles are left out."""
    frame = pd.read_csv(folder / data_set.file, parse_dates=["timestamp"])
    if data_set.until is not None:
        frame = frame[frame["timestamp"] < pd.Timestamp(data_set.until + timedelta(days=1))].reset_index(drop=True)
    frame["interval_start"], trouble = localize(frame["timestamp"], data_set.zone)
    kept = frame[trouble == ""][["interval_start", "queue", "offered"]].reset_index(drop=True)
    return ContactHistory.of(kept, data_set.file)


def site_of(data_set: DataSet, queue: str) -> Site:
    years = range(data_set.first_origin.year - 1, data_set.first_origin.year + 2)
    days = public_holidays(data_set.country, years) if data_set.country else []
    calendar = SiteCalendar(data_set.zone, 30, {special.day: special for special in days})
    return Site(calendar, {queue: Queue(queue, planning_group=queue, arrival_hours=data_set.hours)})


def forecasts(history: ContactHistory, data_set: DataSet, methods: tuple[str, ...]) -> tuple[pd.DataFrame, float]:
    """Forecast rows of all origins beside what came, and the seconds that one origin took."""
    queue = str(history.frame["queue"].iloc[0])
    site = site_of(data_set, queue)
    local = local_dates(pd.DatetimeIndex(history.frame["interval_start"]), data_set.zone)
    settings = ForecastSettings(methods=methods)
    parts: list[pd.DataFrame] = []
    began = time.perf_counter()
    for number in range(data_set.origins):
        first_day = data_set.first_origin + timedelta(days=7 * number)
        past = ContactHistory.of(history.frame[local < first_day].reset_index(drop=True), history.source)
        result = forecast(past, settings, site=site, first_day=first_day, days=HORIZON_DAYS)
        parts.append(result.forecast.frame.assign(origin=number))
    seconds = (time.perf_counter() - began) / data_set.origins
    return _beside_actual(pd.concat(parts, ignore_index=True), history, data_set), seconds


def _beside_actual(rows: pd.DataFrame, history: ContactHistory, data_set: DataSet) -> pd.DataFrame:
    """Rows with `actual`: an absent row of a day that has rows is zero, a day without rows is not tested."""
    actual = history.frame[["interval_start", "offered"]].rename(columns={"offered": "actual"})
    joined = rows.merge(actual, on="interval_start", how="left")
    joined["day"] = local_dates(pd.DatetimeIndex(joined["interval_start"]), data_set.zone)
    known = set(local_dates(pd.DatetimeIndex(actual["interval_start"]), data_set.zone))
    joined = joined[joined["day"].isin(known)]
    return joined.assign(actual=joined["actual"].fillna(0.0))


def plain_average(rows: pd.DataFrame, history: ContactHistory, data_set: DataSet) -> np.ndarray:
    """Mean of the same weekday and time over the six weeks before each origin, straight from the history."""
    actual = history.frame.set_index("interval_start")["offered"]
    local = pd.DatetimeIndex(rows["interval_start"]).tz_convert(data_set.zone).tz_localize(None)
    origins = np.array([np.datetime64(data_set.first_origin, "D")]) + 7 * rows["origin"].to_numpy()
    days_back = (local.normalize().to_numpy().astype("datetime64[D]") - origins).astype(int) // 7 + 1
    known_days = set(local_dates(pd.DatetimeIndex(actual.index), data_set.zone))
    total, count = np.zeros(len(rows)), np.zeros(len(rows))
    for week in range(6):
        then = local - pd.to_timedelta(7 * (days_back + week), unit="D")
        instants = then.tz_localize(data_set.zone, ambiguous=np.ones(len(then), dtype=bool), nonexistent="NaT")
        values = actual.reindex(instants.tz_convert("UTC").as_unit("ns")).to_numpy()
        known = np.array([day.date() in known_days for day in then]) & ~instants.isna()
        total += np.where(known, np.nan_to_num(values), 0.0)
        count += known
    return np.divide(total, count, out=np.zeros(len(rows)), where=count > 0)


def _line(name: str, rows: pd.DataFrame, predicted: np.ndarray, seconds: float | None) -> str:
    actual = rows["actual"].to_numpy()
    days = rows.assign(predicted=predicted).groupby(["origin", "day"])[["actual", "predicted"]].sum()
    day_wape = wape(days["actual"].to_numpy(), days["predicted"].to_numpy())
    figures = f"{100 * wape(actual, predicted):8.2f} {100 * day_wape:8.2f} {100 * bias(actual, predicted):+8.2f}"
    if seconds is None:
        return f"{name:18}{figures}"
    inside = [coverage(actual, *(rows[f"offered_{side}"].to_numpy() for side in sides)) for sides in BOUNDS]
    return f"{name:18}{figures} {100 * inside[0]:8.1f} {100 * inside[1]:8.1f} {seconds:8.2f}"


BOUNDS = (("p10", "p90"), ("p025", "p975"))


def _by_week(rows: pd.DataFrame) -> str:
    origin = pd.to_datetime(rows["day"]) - pd.to_timedelta(7 * rows["origin"], unit="D")
    week = (origin - origin.min()).dt.days // 7
    errors = [wape(part["actual"].to_numpy(), part["offered"].to_numpy()) for _, part in rows.groupby(week)]
    return "chosen, by week ahead: " + "  ".join(f"{100 * error:.2f}" for error in errors)


def report(folder: Path, data_set: DataSet) -> None:
    if not (folder / data_set.file).is_file():
        print(f"{data_set.name}: skipped, {data_set.file} is not in the folder\n")
        return
    history = read(folder, data_set)
    print(f"{data_set.name}: {data_set.origins} origins from {data_set.first_origin}, {HORIZON_DAYS} days ahead")
    print(f"{'':18}{'WAPE %':>8} {'day %':>8} {'bias %':>8} {'in 80 %':>8} {'in 95 %':>8} {'seconds':>8}")
    for name in METHODS:
        rows, seconds = forecasts(history, data_set, METHODS[1:] if name == "chosen" else (name,))
        print(_line(name, rows, rows["offered"].to_numpy(), seconds))
        if name == "chosen":
            chosen = rows
    print(_line("plain six weeks", chosen, plain_average(chosen, history, data_set), None))
    rate = chosen["offered"].to_numpy()
    floor = float((2 * rate * poisson.pmf(np.floor(rate), np.maximum(rate, 1e-12))).sum() / rate.sum())
    print(f"{'Poisson floor':18}{100 * floor:8.2f}")
    print(_by_week(chosen))
    methods = ", ".join(f"{k} {v}" for k, v in chosen.groupby("origin")["method"].first().value_counts().items())
    print(f"chosen methods: {methods}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the real data sets")
    folder = parser.parse_args().data
    for data_set in DATA_SETS:
        report(folder, data_set)


if __name__ == "__main__":
    main()
