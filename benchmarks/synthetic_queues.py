"""Made-up queues whose truth is known, one difficulty each: for tuning, so that the real sets stay for testing.

    python benchmarks/synthetic_queues.py [--seed 1] [--folder FOLDER]

prints what they are like, and writes them as CSV files with a sets.toml that forecast_accuracy.py reads. Sizes,
shapes and strengths are drawn from the seed, so that another seed is another center with the same difficulty.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import OpeningHours, SiteCalendar, horizon_intervals, local_dates, parse_spans, public_holidays

Floats = NDArray[np.float64]
MONDAY = date(2024, 1, 1)
TEST_WEEKS = 4


@dataclass(frozen=True)
class SyntheticSet:
    """Queues with what a forecaster is told about them: zone, country and hours (None: to be learnt)."""

    rows: pd.DataFrame
    """interval_start (UTC), queue, offered, and rate: the mean that each count was drawn from."""
    zone: str
    country: str | None
    hours: OpeningHours | None
    first_origin: date
    origins: int


@dataclass(frozen=True)
class Place:
    """Whole weeks from `first` on, at a place with its holidays."""

    weeks: int
    zone: str = "Europe/Madrid"
    country: str | None = "ES"
    first: date = MONDAY

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(7 * self.weeks)]

    @property
    def weekday(self) -> NDArray[np.int64]:
        return np.array([day.weekday() for day in self.days])

    @property
    def week(self) -> Floats:
        """(days,): weeks since the beginning, with fractions."""
        return np.arange(7 * self.weeks) / 7.0

    def origin_before_end(self, origins: int) -> date:
        """The first of so many weekly origins, the last of which still sees its four weeks."""
        return self.first + timedelta(weeks=self.weeks - TEST_WEEKS - origins + 1)

    def holidays(self) -> Floats:
        """(days,): 1 on public holidays."""
        if self.country is None:
            return np.zeros(7 * self.weeks)
        years = range(self.first.year, self.days[-1].year + 1)
        found = {special.day for special in public_holidays(self.country, years)}
        return np.array([float(day in found) for day in self.days])


@dataclass(frozen=True)
class Shape:
    """A queue's ordinary week: `level` contacts in its average open interval, and factors."""

    level: float
    weekday: Floats
    """(7,): Monday first."""
    profile: Floats
    """(7, 48): by half-hour of each weekday."""
    dispersion: float
    """Variance of a count = mean + dispersion x mean squared (negative binomial)."""


def office(days: int, spans: str, *, first: int = 0) -> OpeningHours:
    """The same spans on `days` weekdays from weekday `first` on; the others closed."""
    weekdays = {(first + number) % 7 for number in range(days)}
    return OpeningHours(tuple(parse_spans(spans) if day in weekdays else () for day in range(7)))


AROUND_THE_CLOCK = OpeningHours.always()


def day_shape(rng: np.random.Generator, *, floor: float = 0.1) -> Floats:
    """(7, 48): humps in the morning and the afternoon, of random place and size; each weekday a bit otherwise."""
    hour = np.arange(48) / 2 + 0.25
    shape = np.full(48, floor)
    for centre, height in ((rng.uniform(9.5, 11.5), 1.0), (rng.uniform(14.5, 18.5), rng.uniform(0.4, 0.9))):
        shape += height * np.exp(-(((hour - centre) / rng.uniform(1.5, 3.0)) ** 2) / 2)
    return shape * np.exp([wander(rng, 48, memory=0.9, sigma=rng.uniform(0.03, 0.12)) for _ in range(7)])


def week_shape(rng: np.random.Generator) -> Floats:
    """(7,): a busy Monday, a quiet weekend."""
    return np.array([1.2, 1.05, 1.0, 0.97, 1.0, 0.6, 0.45]) * rng.lognormal(0, 0.05, 7)


def some_shape(rng: np.random.Generator, level: float, dispersion: float) -> Shape:
    return Shape(level * rng.lognormal(0, 0.2), week_shape(rng), day_shape(rng), dispersion)


def wander(rng: np.random.Generator, steps: int, *, memory: float, sigma: float) -> Floats:
    """(steps,): autoregressive log level with stationary standard deviation `sigma`."""
    state, path = rng.normal(0, sigma), np.empty(steps)
    for step in range(steps):
        path[step] = state
        state = memory * state + rng.normal(0, sigma * np.sqrt(1 - memory**2))
    return path


def day_after(flags: Floats, is_open: NDArray[np.bool_]) -> Floats:
    """(days,): 1 on the first open day after a flagged day."""
    result, waiting = np.zeros(len(flags)), False
    for day in range(len(flags)):
        if waiting and is_open[day] and not flags[day]:
            result[day], waiting = 1.0, False
        waiting = waiting or bool(flags[day])
    return result


def rates(place: Place, hours: OpeningHours, shape: Shape, log_days: Floats) -> pd.DataFrame:
    """interval_start and rate of every open interval; `log_days`, (days,), moves whole days up and down."""
    calendar = SiteCalendar(place.zone)
    instants = horizon_intervals(place.first, 7 * place.weeks, place.zone, 30)
    instants = instants[hours.open_mask(instants, calendar)]
    local = instants.tz_convert(place.zone)
    day = (local.tz_localize(None).normalize() - pd.Timestamp(place.first)).days.to_numpy()
    ordinary = (
        shape.weekday[local.day_of_week] * shape.profile[local.day_of_week, local.hour * 2 + local.minute // 30]
    )
    rate = shape.level * ordinary / ordinary.mean() * np.exp(log_days[day])
    return pd.DataFrame({"interval_start": instants, "rate": rate})


def counts(rng: np.random.Generator, frame: pd.DataFrame, dispersion: float, queue: str = "queue") -> pd.DataFrame:
    """The rows with `offered` drawn around their rate: Poisson with a gamma factor of its own for each interval."""
    rate = frame["rate"].to_numpy()
    if dispersion > 0:
        rate = rate * rng.gamma(1 / dispersion, dispersion, len(rate))
    return frame.assign(offered=rng.poisson(rate).astype(float), queue=queue)[
        ["interval_start", "queue", "offered", "rate"]
    ]


def dates_of(frame: pd.DataFrame, place: Place) -> NDArray[np.object_]:
    return local_dates(pd.DatetimeIndex(frame["interval_start"]), place.zone)


def without(frame: pd.DataFrame, place: Place, days: Floats) -> pd.DataFrame:
    """Without the rows of flagged days: closed, or never recorded."""
    gone = {day for day, flag in zip(place.days, days, strict=True) if flag}
    return frame[[day not in gone for day in dates_of(frame, place)]].reset_index(drop=True)


def given(place: Place, rows: pd.DataFrame, hours: OpeningHours | None, origins: int) -> SyntheticSet:
    return SyntheticSet(rows, place.zone, place.country, hours, place.origin_before_end(origins), origins)


def daytime(rng: np.random.Generator) -> SyntheticSet:
    """Big, weekdays only: a slow trend, paydays, closed holidays and a rush on the day after."""
    place, hours = Place(40, "America/New_York", "US"), office(5, "07:00-21:00")
    shape = some_shape(rng, 250, 0.002)
    holidays, weekday = place.holidays(), place.weekday
    payday = np.array([float(day.day in (1, 15)) for day in place.days])
    log = rng.uniform(-0.006, 0.006) * place.week + wander(rng, len(weekday), memory=0.7, sigma=0.03)
    log += rng.uniform(0.08, 0.2) * day_after(payday, weekday < 5)
    log += rng.uniform(0.1, 0.25) * day_after(holidays, weekday < 5)
    rows = without(rates(place, hours, shape, log), place, holidays)
    return given(place, counts(rng, rows, shape.dispersion), hours, 8)


def nights(rng: np.random.Generator) -> SyntheticSet:
    """Around the clock, with a quiet night, holidays that are open but calm, and two changes of the clock."""
    place = Place(52)
    shape = Shape(40 * rng.lognormal(0, 0.2), week_shape(rng) ** 0.5, day_shape(rng, floor=0.04), 0.01)
    log = wander(rng, 7 * place.weeks, memory=0.8, sigma=0.05) - rng.uniform(0.2, 0.5) * place.holidays()
    return given(
        place, counts(rng, rates(place, AROUND_THE_CLOCK, shape, log), shape.dispersion), AROUND_THE_CLOCK, 8
    )


def overdispersed(rng: np.random.Generator) -> SyntheticSet:
    """Days that nobody can foresee: a gamma factor for each day on a level that wanders."""
    place, hours = Place(30), office(6, "08:00-20:00")
    shape = some_shape(rng, 30, 0.05)
    surprise = 1 / rng.uniform(0.15, 0.25) ** 2
    log = np.log(rng.gamma(surprise, 1 / surprise, 7 * place.weeks))
    log += wander(rng, 7 * place.weeks, memory=0.95, sigma=0.12)
    return given(place, counts(rng, rates(place, hours, shape, log), shape.dispersion), hours, 8)


def triples(rng: np.random.Generator) -> SyntheticSet:
    """Three times as many contacts within a month, in the middle of the origins; then it stays."""
    place, hours = Place(28), office(7, "08:00-22:00")
    shape = some_shape(rng, 15, 0.01)
    log = np.log(3.0) * np.clip((place.week - rng.uniform(15, 17)) / 4, 0, 1)
    log += wander(rng, 7 * place.weeks, memory=0.7, sigma=0.05)
    return given(place, counts(rng, rates(place, hours, shape, log), shape.dispersion), hours, 8)


def thin(rng: np.random.Generator) -> SyntheticSet:
    """0.9 contacts in an average interval."""
    place, hours = Place(26), office(5, "09:00-18:00")
    shape = Shape(0.9, week_shape(rng), day_shape(rng), 0.1)
    log = wander(rng, 7 * place.weeks, memory=0.9, sigma=0.1)
    rows = without(rates(place, hours, shape, log), place, place.holidays())
    return given(place, counts(rng, rows, shape.dispersion), hours, 8)


COMPANY_QUEUES = 30


def company(rng: np.random.Generator) -> SyntheticSet:
    """Thirty queues from 2 to 300 contacts an interval that go up and down together, and each a little alone."""
    place, hours = Place(24, "Europe/Berlin", "DE"), office(5, "08:00-20:00")
    weekday, holidays = place.weekday, place.holidays()
    shared = np.repeat(wander(rng, place.weeks, memory=0.85, sigma=0.1), 7)
    shared += rng.uniform(0.1, 0.25) * day_after(holidays, weekday < 5)
    common_shape, parts = day_shape(rng), []
    for number, level in enumerate(np.geomspace(2, 300, COMPANY_QUEUES)):
        profile = common_shape**0.5 * day_shape(rng) ** 0.5
        shape = Shape(level, week_shape(rng), profile, rng.uniform(0.0, 0.03))
        log = shared + wander(rng, 7 * place.weeks, memory=0.9, sigma=0.06)
        rows = without(rates(place, hours, shape, log), place, holidays)
        parts.append(counts(rng, rows, shape.dispersion, f"queue {number + 1:02d}"))
    return given(place, pd.concat(parts, ignore_index=True), hours, 4)


def outages(rng: np.random.Generator) -> SyntheticSet:
    """Hours without a single contact, days that were never recorded, and hours with three times as many."""
    place, hours = Place(24), office(7, "08:00-22:00")
    shape = some_shape(rng, 40, 0.01)
    rows = counts(rng, rates(place, hours, shape, wander(rng, 7 * place.weeks, memory=0.7, sigma=0.04)), 0.01)
    offered = rows["offered"].to_numpy().copy()
    for factor, events in ((0.0, 8), (3.0, 8)):
        for start in rng.integers(0, len(rows) - 20, events):
            offered[start : start + rng.integers(4, 16)] *= factor
    lost = np.zeros(7 * place.weeks)
    lost[rng.choice(7 * (place.weeks - TEST_WEEKS), 3, replace=False)] = 1.0
    return given(place, without(rows.assign(offered=offered), place, lost), hours, 8)


def changing_hours(rng: np.random.Generator) -> SyntheticSet:
    """Half-way the queue opens earlier, closes later, and Saturdays too; the hours are to be learnt."""
    place, then = Place(30), MONDAY + timedelta(weeks=15)
    shape = some_shape(rng, 20, 0.01)
    log = wander(rng, 7 * place.weeks, memory=0.8, sigma=0.05)
    before, after = (
        rates(place, hours, shape, log) for hours in (office(5, "09:00-18:00"), office(6, "08:00-20:00"))
    )
    parts = [before[dates_of(before, place) < then], after[dates_of(after, place) >= then]]
    return given(place, counts(rng, pd.concat(parts, ignore_index=True), shape.dispersion), None, 12)


def seasonal(rng: np.random.Generator) -> SyntheticSet:
    """Two years and more with a season, a quiet Christmas and closed holidays."""
    place, hours = Place(122, "Europe/London", "GB"), office(5, "08:00-18:00")
    shape = some_shape(rng, 60, 0.01)
    day_of_year = np.array([day.timetuple().tm_yday for day in place.days])
    angle = 2 * np.pi * (day_of_year / 365.25 - rng.uniform(0, 1))
    log = rng.uniform(0.15, 0.3) * np.cos(angle) + 0.05 * np.cos(2 * angle + 1)
    log += rng.uniform(-0.1, 0.2) * place.week / 52 + wander(rng, 7 * place.weeks, memory=0.8, sigma=0.04)
    log -= 0.5 * ((day_of_year >= 358) | (day_of_year <= 1))
    rows = without(rates(place, hours, shape, log), place, place.holidays())
    return given(place, counts(rng, rows, shape.dispersion), hours, 8)


def sunday_week(rng: np.random.Generator) -> SyntheticSet:
    """Open from Sunday to Thursday; the week and its rush begin on Sunday, and so do the origins."""
    place, hours = Place(30, "Asia/Riyadh", "SA", date(2024, 1, 7)), office(5, "08:00-20:00", first=6)
    weekday = np.array([1.05, 1.0, 0.97, 1.0, 0.2, 0.2, 1.2]) * rng.lognormal(0, 0.05, 7)
    shape = Shape(35 * rng.lognormal(0, 0.2), weekday, day_shape(rng), 0.01)
    log = wander(rng, 7 * place.weeks, memory=0.8, sigma=0.05)
    rows = without(rates(place, hours, shape, log), place, place.holidays())
    return given(place, counts(rng, rows, shape.dispersion), hours, 8)


def ten_weeks(rng: np.random.Generator) -> SyntheticSet:
    """Ten weeks of history in all, four to six of them to learn from."""
    place, hours = Place(10, first=date(2024, 9, 2)), office(6, "09:00-21:00")
    shape = some_shape(rng, 25, 0.01)
    log = wander(rng, 7 * place.weeks, memory=0.8, sigma=0.06)
    return given(place, counts(rng, rates(place, hours, shape, log), shape.dispersion), hours, 3)


def steps(rng: np.random.Generator) -> SyntheticSet:
    """The level jumps overnight, among the origins, by a third or more; up or down."""
    place, hours = Place(28), office(7, "08:00-20:00")
    shape = some_shape(rng, 30, 0.01)
    size = rng.choice([-1.0, 1.0]) * rng.uniform(0.3, 0.6)
    log = size * (place.week >= rng.integers(16, 20)) + wander(rng, 7 * place.weeks, memory=0.7, sigma=0.04)
    return given(place, counts(rng, rates(place, hours, shape, log), shape.dispersion), hours, 10)


NEWCOMERS = 12


def newcomers(rng: np.random.Generator) -> SyntheticSet:
    """A dozen queues of one company, four to eight weeks old at the first origin; some grow, some fade."""
    place, hours = Place(16, "Europe/Berlin", "DE", date(2024, 9, 2)), office(6, "08:00-20:00")
    shared = np.repeat(wander(rng, place.weeks, memory=0.85, sigma=0.06), 7)
    parts = []
    for number, level in enumerate(np.geomspace(5, 80, NEWCOMERS)):
        shape = some_shape(rng, level, rng.uniform(0.0, 0.05))
        log = shared + wander(rng, 7 * place.weeks, memory=0.9, sigma=0.07)
        log += np.log(rng.uniform(0.8, 1.6)) * (1 - np.exp(-place.week / 6))
        begins = rng.integers(0, 5)
        rows = without(rates(place, hours, shape, log), place, np.maximum(place.holidays(), place.week < begins))
        parts.append(counts(rng, rows, shape.dispersion, f"queue {number + 1:02d}"))
    return given(place, pd.concat(parts, ignore_index=True), hours, 5)


WILD_QUEUES = 6


def wild_nights(rng: np.random.Generator) -> SyntheticSet:
    """Around the clock, from 0.9 to 40 contacts, days and intervals over-dispersed; every other queue climbs
    to two to four times its level within weeks."""
    place, parts = Place(28), []
    for number, level in enumerate(np.geomspace(0.9, 40, WILD_QUEUES)):
        shape = Shape(level, week_shape(rng) ** 0.5, day_shape(rng, floor=0.15), rng.uniform(0.05, 0.2))
        surprise = 1 / rng.uniform(0.08, 0.2) ** 2
        log = np.log(rng.gamma(surprise, 1 / surprise, 7 * place.weeks))
        log += wander(rng, 7 * place.weeks, memory=0.95, sigma=0.08)
        climb = np.clip((place.week - rng.uniform(14, 20)) / rng.uniform(3, 6), 0, 1)
        log += np.log(rng.uniform(2, 4)) * climb * (number % 2)
        rows = rates(place, AROUND_THE_CLOCK, shape, log)
        parts.append(counts(rng, rows, shape.dispersion, f"queue {number + 1}"))
    return given(place, pd.concat(parts, ignore_index=True), AROUND_THE_CLOCK, 8)


MAKERS: dict[str, Callable[[np.random.Generator], SyntheticSet]] = {
    maker.__name__: maker
    for maker in (
        daytime,
        nights,
        overdispersed,
        triples,
        thin,
        company,
        outages,
        changing_hours,
        seasonal,
        sunday_week,
        ten_weeks,
        steps,
        newcomers,
        wild_nights,
    )
}


def synthetic_set(name: str, seed: int = 1) -> SyntheticSet:
    """One set; each has a stream of chance of its own, so that adding one leaves the others alone."""
    return MAKERS[name](np.random.default_rng([seed, zlib.crc32(name.encode())]))


def synthetic_sets(seed: int = 1) -> dict[str, SyntheticSet]:
    """All sets by name."""
    return {name: synthetic_set(name, seed) for name in MAKERS}


def write(folder: Path, sets: dict[str, SyntheticSet]) -> None:
    """One CSV file a set, and sets.toml with what a forecaster is told."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for name, made in sets.items():
        made.rows.drop(columns="rate").to_csv(folder / f"{name}.csv", index=False)
        lines += [f'["{name}.csv"]', f'zone = "{made.zone}"', f'country = "{made.country}"']
        lines += [f"first_origin = {made.first_origin}", f"origins = {made.origins}"]
        lines += [f"hours = {_spans_in_toml(made.hours)}"] if made.hours else []
        lines.append("")
    (folder / "sets.toml").write_text("\n".join(lines))


def _spans_in_toml(hours: OpeningHours) -> str:
    """{ mon = "08:00-20:00", ... }, without the closed days."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    words = {
        name: ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in spans)
        for name, spans in zip(names, hours.weekdays, strict=True)
        if spans
    }
    every_day = all(spans == ((0, 1440),) for spans in hours.weekdays)
    return '"always"' if every_day else "{ " + ", ".join(f'{name} = "{text}"' for name, text in words.items()) + " }"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="write the sets here too")
    arguments = parser.parse_args()
    sets = synthetic_sets(arguments.seed)
    print(f"{'':16}{'queues':>7} {'rows':>7} {'mean':>7} {'floor %':>8}  from        origins")
    for name, made in sets.items():
        rows = made.rows
        noise = (rows["offered"] - rows["rate"]).abs().sum() / rows["offered"].sum()
        first = local_dates(pd.DatetimeIndex(rows["interval_start"]), made.zone).min()
        print(
            f"{name:16}{rows['queue'].nunique():7} {len(rows):7} {rows['offered'].mean():7.1f} {100 * noise:8.1f}"
            f"  {first}  {made.origins} from {made.first_origin}"
        )
    if arguments.folder:
        write(arguments.folder, sets)


if __name__ == "__main__":
    main()
