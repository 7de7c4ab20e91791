"""Campaigns and outages of the last eight weeks: noticed or not, and what the answer to the question is worth.

    python benchmarks/passing_days.py [--queues 12] [--seed 1]

Made-up queues of 22 weeks, on some days in a row of which contacts were drawn at another rate. Each is forecast for
four weeks as it is; with those days listed as an event, which is what the question asks for; and as if they had never
been. The error is that of the rate, which is known here: all of it could be avoided. It is given as a share of the
error of the six-week average by weekday and interval, median over the queues.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

import synthetic_queues as made
from staffplan.clock import OpeningHours, SiteCalendar, SpecialDay
from staffplan.forecast import ForecastResult, forecast
from staffplan.process.workers import Workers
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.history import ContactHistory

WEEKS, HORIZON_DAYS, SIX_WEEKS = 22, 28, 42
KINDS = {"campaign": ((4, 7), (1.3, 2.2)), "outage": ((2, 6), (0.25, 0.7))}
"""Days in a row, and times the usual rate: from, below."""


@dataclass(frozen=True)
class Case:
    """One queue: `usual` are its rows without what passed, `rows` those with it, on `days`."""

    place: made.Place
    hours: OpeningHours
    usual: pd.DataFrame
    rows: pd.DataFrame
    days: list[date]

    @property
    def first_day(self) -> date:
        first: date = self.place.first + timedelta(days=7 * WEEKS)
        return first

    @property
    def dates(self) -> np.ndarray:
        return made.dates_of(self.rows, self.place)

    def ahead(self) -> pd.Series:
        """The true rate of each interval of the days forecast."""
        dates = self.dates
        kept = (dates >= self.first_day) & (dates < self.first_day + timedelta(days=HORIZON_DAYS))
        return self.rows[kept].set_index("interval_start")["rate"]


def draw(kind: str, seed: int, number: int) -> Case:
    rng = np.random.default_rng([seed, number, len(kind)])
    place, hours = made.Place(WEEKS + 4), made.office(int(rng.integers(5, 8)), "08:00-20:00")
    shape = made.some_shape(rng, 25, 0.01)
    log = made.wander(rng, 7 * place.weeks, memory=0.8, sigma=0.05)
    usual = made.counts(rng, made.rates(place, hours, shape, log), shape.dispersion)
    dates = made.dates_of(usual, place)
    past = sorted({day for day in dates if day < place.first + timedelta(days=7 * WEEKS)})
    (fewest, most), (lowest, highest) = KINDS[kind]
    length, since = int(rng.integers(fewest, most)), int(rng.integers(3, 30))
    days = past[-since - length : -since]
    hit = np.isin(dates, np.array(days))
    factor = rng.uniform(lowest, highest)
    drawn = rng.poisson(usual["rate"].to_numpy() * factor).astype(float)
    rows = usual.assign(offered=np.where(hit, drawn, usual["offered"]))
    return Case(place, hours, usual, rows, days)


def forecast_case(case: Case, rows: pd.DataFrame, events: list[date]) -> ForecastResult:
    special = {day: SpecialDay(day, "passed", "event") for day in events}
    queue = Queue("queue", planning_group="queue", arrival_hours=case.hours, aht_seconds=300.0)
    site = Site(SiteCalendar(case.place.zone, 30, special), {"queue": queue})
    past = ContactHistory.of(rows[case.dates < case.first_day].drop(columns="rate").reset_index(drop=True))
    return forecast(
        past, ForecastSettings(), site=site, first_day=case.first_day, days=HORIZON_DAYS, workers=Workers(jobs=1)
    )


def six_weeks(case: Case) -> pd.Series:
    """The average of the same weekday and interval, for each interval ahead."""
    recent = case.rows[(case.dates < case.first_day) & (case.dates >= case.first_day - timedelta(days=SIX_WEEKS))]
    ahead = case.ahead().index
    means = recent.groupby(_of_week(pd.DatetimeIndex(recent["interval_start"]), case))["offered"].mean()
    return pd.Series(means.reindex(_of_week(ahead, case)).fillna(0.0).to_numpy(), index=ahead)


def _of_week(instants: pd.DatetimeIndex, case: Case) -> np.ndarray:
    local = instants.tz_convert(case.place.zone)
    return np.asarray(local.day_of_week * 1440 + local.hour * 60 + local.minute)


def error(case: Case, said: pd.Series) -> float:
    rate = case.ahead()
    return float((said.reindex(rate.index).fillna(0.0) - rate).abs().sum() / rate.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queues", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{'':10} {'as it is':>9} {'told':>6} {'never':>6}   asked   asked without reason")
    for kind in KINDS:
        shares, asked = [], []
        for number in range(arguments.queues):
            case = draw(kind, arguments.seed, number)
            made_of = [(case.rows, []), (case.rows, case.days), (case.usual, [])]
            results = [forecast_case(case, rows, events) for rows, events in made_of]
            simple = error(case, six_weeks(case))
            said = [result.forecast.frame.set_index("interval_start")["offered"] for result in results]
            shares.append([error(case, own) / simple for own in said])
            asked.append([any(note.kind == "question" for note in result.notes) for result in results])
        middle, told = np.median(shares, axis=0), np.sum(asked, axis=0)
        print(
            f"{kind:10} {middle[0]:9.2f} {middle[1]:6.2f} {middle[2]:6.2f} "
            f"{told[0]:4} of {len(asked)} {told[2]:11} of {len(asked)}"
        )


if __name__ == "__main__":
    main()
