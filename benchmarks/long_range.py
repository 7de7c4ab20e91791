"""How good forecasts are months ahead: real sets of a folder, and made-up queues of years, beside simple methods.

    python benchmarks/long_range.py --data DIR [--set NAME] [--shift WEEKS] [--months]
    python benchmarks/long_range.py [--queues 40] [--seed 1] [--full]

With `--data` the whole forecast step forecasts each set of the folder (benchmarks/accuracy/data_sets.py finds them)
from origins in every season, up to a year ahead; benchmarks/accuracy/months.py tells how. `--shift` moves the
origins, so that a change can be tried on some and judged by others; `--months` tests bands of four-week totals too.

Without it, each kind of made-up queue is drawn `--queues` times, by a history of 7, 13, 18, 24, 36 and 60 months and
the year that follows. A line gives the WAPE of four-week totals, months 2 to 13 ahead, pooled over the queues: of
the level of the last six weeks moved by what is learnt of months ahead; of that level alone; of the mean of the last
year; of the same four weeks a year before; of damped Holt-Winters on four-week totals (seasonal from two years on).
Then what is learnt against the best of the three simple ones, queue by queue (geometric mean and 90th percentile),
and how many of the totals lay in the 80 and 95 % bands of the level. `--full` adds the whole forecast step, run on
half as many queues by the hour: its error, how many weeks lay in the bands that it gives out for weeks, by quarter
ahead, and how wide the 80 % bands of the last quarter are, over what is expected. No made-up queue is from a real
center: constants may be tuned on them.
"""

from __future__ import annotations

import argparse
import time
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from accuracy.data_sets import real_sets
from accuracy.months import Ahead, look_ahead, print_looks, print_summary
from staffplan.clock import OpeningHours, SiteCalendar, horizon_intervals
from staffplan.forecast import forecast
from staffplan.forecast.accuracy import wape
from staffplan.forecast.days.season import learn_season
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.history import ContactHistory

Floats = NDArray[np.float64]
FIRST = date(2022, 1, 3)
STEP, STEPS = 28, 13
AHEAD = STEP * STEPS
MONTHS_OF_HISTORY = (7, 13, 18, 24, 36, 60)
WEEK = np.array([1.25, 1.1, 1.0, 1.0, 0.95, 0.5, 0.3])
SIMPLE = ("level", "year's mean", "year before")
SHOWN = ("learnt", *SIMPLE, "Holt-Winters", "whole step")
NORMAL = {80: 1.2816, 95: 1.9600}
OPEN = OpeningHours((((480, 1080),),) * 7)
"""Ten hours a day, seven days a week."""


def wandering(rng: np.random.Generator, days: int) -> Floats:
    """A level that moves by 1.5 % a week for good, and by 4 % in passing."""
    weeks = days // 7 + 1
    passing = np.empty(weeks)
    state = 0.0
    for week in range(weeks):
        state = 0.8 * state + rng.normal(0, 0.024)
        passing[week] = state
    return np.asarray(np.repeat(np.cumsum(rng.normal(0, 0.015, weeks)) + passing, 7)[:days])


def yearly(rng: np.random.Generator, days: int) -> Floats:
    """A season of 5 to 30 %, with waves of a half and a third of a year."""
    time_of_year = 2 * np.pi * np.arange(days) / 365.25
    size, phases = rng.uniform(0.05, 0.3), rng.uniform(0, 2 * np.pi, 3)
    return np.asarray(
        sum(size * part * np.cos((wave + 1) * time_of_year + phases[wave]) for wave, part in enumerate((1, 0.4, 0.3)))
    )


def december(rng: np.random.Generator, days: int) -> Floats:
    """A busy time of five weeks before Christmas: sharper than the waves that are learnt."""
    day = (np.arange(days) - 340 + 182.6) % 365.25 - 182.6
    return np.asarray(rng.uniform(0.2, 0.5) * np.exp(-((day / 18) ** 2) / 2))


def growth(rng: np.random.Generator, days: int) -> Floats:
    return rng.uniform(-0.2, 0.4) * np.arange(days) / 365


def levelling(rng: np.random.Generator, days: int) -> Floats:
    """Growth by up to four times that ends: the trap of every trend."""
    middle = rng.uniform(0.3, 0.95) * (days - AHEAD)
    return np.asarray(rng.uniform(0.5, 1.4) / (1 + np.exp(-(np.arange(days) - middle) / rng.uniform(15, 60))))


def steps(rng: np.random.Generator, days: int) -> Floats:
    """Two jumps, anywhere in the history or the year after."""
    jumps = [rng.choice([-1.0, 1.0]) * rng.uniform(0.2, 0.5) * (np.arange(days) >= rng.integers(days)) for _ in "ab"]
    return np.asarray(sum(jumps))


def swings(rng: np.random.Generator, days: int) -> Floats:
    """Ups and downs of months that come back in no year: the trap of every season."""
    knots = np.arange(0, days + 120, 60)
    heights = rng.normal(0, rng.uniform(0.05, 0.2), len(knots))
    return np.interp(np.arange(days), knots, heights)


def returning(rng: np.random.Generator, days: int) -> Floats:
    """A level that is back at its mean after some months: the trap of whoever carries today's level on."""
    weeks, memory, size = days // 7 + 1, 0.97, rng.uniform(0.05, 0.12)
    level = np.empty(weeks)
    level[0] = rng.normal(0, size)
    for week in range(1, weeks):
        level[week] = memory * level[week - 1] + rng.normal(0, size * np.sqrt(1 - memory**2))
    return np.repeat(level, 7)[:days]


def step_back(rng: np.random.Generator, days: int) -> Floats:
    """A step of two to eight months that goes back."""
    begin, length = rng.integers(60, days - 60), rng.integers(60, 250)
    on = (np.arange(days) >= begin) & (np.arange(days) < begin + length)
    return np.asarray(rng.choice([-1.0, 1.0]) * rng.uniform(0.15, 0.3) * on)


Maker = Callable[[np.random.Generator, int], Floats]
KINDS: dict[str, tuple[Maker, ...]] = {
    "wandering": (),
    "season": (yearly,),
    "december": (december,),
    "growth": (growth,),
    "season, growth": (yearly, growth),
    "season, steps": (yearly, steps),
    "levelling": (levelling,),
    "swings": (swings,),
    "steps": (steps,),
    "returning": (returning,),
    "returning, season": (returning, yearly),
    "step back": (step_back,),
}
CALM = ("returning", "returning, season", "step back")
"""Kinds without a level that wanders."""


@dataclass
class Tally:
    """Totals that came and what was said of them, over queues."""

    came: list[Floats] = field(default_factory=list)
    said: dict[str, list[Floats]] = field(default_factory=dict)
    inside: dict[int, list[NDArray[np.bool_]]] = field(default_factory=dict)
    weeks: list[Floats] = field(default_factory=list)
    """By queue, (3, weeks): inside 80 % and 95 % bands of the whole step, width of the first over the mean."""
    seconds: float = 0.0

    @property
    def ratios(self) -> Floats:
        """(queues,): error of what is learnt over that of the best simple method in hindsight."""
        own, *simple = (
            [np.abs(came - said).sum() for came, said in zip(self.came, self.said[name], strict=True)]
            for name in ("learnt", *SIMPLE)
            if name in self.said
        )
        return np.asarray(own) / np.min(simple, axis=0)

    def error(self, name: str) -> float:
        return wape(np.concatenate(self.came[: len(self.said[name])]), np.concatenate(self.said[name]))


def totals(days: Floats) -> Floats:
    """Four-week totals of months 2 to 13."""
    return np.asarray(days[:AHEAD].reshape(STEPS, STEP).sum(axis=1)[1:])


def counts(rng: np.random.Generator, log: Floats) -> Floats:
    """Contacts of each day: 200 on average, a little over-dispersed."""
    rate = 200 * WEEK[np.arange(len(log)) % 7] * np.exp(log)
    return rng.poisson(rate * rng.gamma(400, 1 / 400, len(log))).astype(float)


def day_levels(contacts: Floats) -> tuple[Floats, Floats]:
    """Log levels of the days, and the factors of the days of a week (the first of the history is day 0)."""
    logs = np.log(np.maximum(contacts, 0.5))
    weeks = len(logs) // 7
    table = logs[-7 * weeks :].reshape(weeks, 7)
    of_day = (table - table.mean(axis=1, keepdims=True)).mean(axis=0)
    place = (np.arange(len(logs)) - len(logs)) % 7
    return logs - of_day[place], np.exp(of_day)


def learnt(past: Floats, tally: Tally, later: Floats) -> None:
    """Six weeks' level times growth and season, with bands; and that level alone."""
    levels, of_day = day_levels(past)
    began = time.perf_counter()
    season = learn_season(levels, np.ones(len(levels), bool), FIRST, ForecastSettings(), STEP)
    tally.seconds += time.perf_counter() - began
    recent = levels[-42:].mean()
    plain = np.exp(recent) * of_day[np.arange(AHEAD) % 7]
    days = plain * season.factor(np.arange(1, AHEAD + 1), np.full(AHEAD, recent))
    tally.said.setdefault("learnt", []).append(totals(days))
    tally.said.setdefault("level", []).append(totals(plain))
    deviation = np.sqrt(season.log_variance(STEP * (np.arange(1, STEPS) + 0.5)) + season.variance[0])
    missed = np.abs(np.log(totals(later) / totals(days)))
    for level, normal in NORMAL.items():
        tally.inside.setdefault(level, []).append(missed <= normal * deviation)


def peers(past: Floats, tally: Tally) -> None:
    week = past[-AHEAD:][len(past[-AHEAD:]) % 7 :].reshape(-1, 7).mean(axis=0)
    tally.said.setdefault("year's mean", []).append(totals(np.tile(week, AHEAD // 7)))
    if len(past) >= AHEAD:
        tally.said.setdefault("year before", []).append(totals(past[-AHEAD:]))
    blocks = past[len(past) % STEP :].reshape(-1, STEP).sum(axis=1)
    seasonal = len(blocks) >= 2 * STEPS
    season = {"seasonal": "mul", "seasonal_periods": STEPS} if seasonal else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = ExponentialSmoothing(blocks, trend="add", damped_trend=True, **season).fit()
    tally.said.setdefault("Holt-Winters", []).append(np.maximum(fitted.forecast(STEPS)[1:], 0.0))


def whole_step(past: Floats, later: Floats, tally: Tally) -> None:
    """The forecast step on hourly rows, every hour a tenth of the day."""
    site = Site(SiteCalendar("UTC", 60), {"q": Queue("q", planning_group="q", arrival_hours=OPEN, aht_seconds=300.0)})
    instants = horizon_intervals(FIRST, len(past), "UTC", 60)
    instants = instants[OPEN.open_mask(instants, site.calendar)]
    rng = np.random.default_rng(zlib.crc32(past.tobytes()))
    hours = np.array([rng.multinomial(int(day), np.full(10, 0.1)) for day in past]).ravel()
    rows = pd.DataFrame({"interval_start": instants, "queue": "q", "offered": hours.astype(float)})
    first_day = FIRST + timedelta(days=len(past))
    made = forecast(ContactHistory.of(rows), ForecastSettings(), site=site, first_day=first_day, days=AHEAD)
    days = made.forecast.frame["offered"].to_numpy().reshape(AHEAD, 10).sum(axis=1)
    tally.said.setdefault("whole step", []).append(totals(days))
    frame = made.totals.frame
    weeks = frame[(frame["period"] == "week") & (frame["queue"] == "q")].sort_values("period_start")
    came = later[:AHEAD].reshape(-1, 7).sum(axis=1)
    near, far = (
        (came >= weeks[low].to_numpy()) & (came <= weeks[high].to_numpy())
        for low, high in (("offered_p10", "offered_p90"), ("offered_p025", "offered_p975"))
    )
    width = ((weeks["offered_p90"] - weeks["offered_p10"]) / weeks["offered"]).to_numpy()
    tally.weeks.append(np.array([near, far, width]))


def run(kind: str, months: int, queues: int, seed: int, *, full: bool) -> Tally:
    tally = Tally()
    days = 7 * round(months * 30.4375 / 7)
    for number in range(queues):
        rng = np.random.default_rng([seed, number, months, zlib.crc32(kind.encode())])
        log = (kind not in CALM) * wandering(rng, days + AHEAD) + sum(make(rng, days + AHEAD) for make in KINDS[kind])
        contacts = counts(rng, log)
        past, later = contacts[:days], contacts[days:]
        tally.came.append(totals(later))
        learnt(past, tally, later)
        peers(past, tally)
        if full and number < queues // 2:
            whole_step(past, later, tally)
    return tally


def line(kind: str, months: int, tally: Tally) -> str:
    errors = " ".join(f"{100 * tally.error(name):12.1f}" if name in tally.said else f"{'-':>12}" for name in SHOWN)
    inside = " ".join(f"{100 * np.mean(inside):7.0f}" for inside in tally.inside.values())
    milliseconds = 1000 * tally.seconds / len(tally.came)
    ratio = f"{np.exp(np.log(tally.ratios).mean()):6.2f} {np.quantile(tally.ratios, 0.9):6.2f}"
    return f"{kind:17}{months:3}  {errors}  {ratio} {inside} {milliseconds:5.0f}{weeks(tally)}"


def weeks(tally: Tally) -> str:
    """What the whole step's bands of weeks held, by quarter ahead; empty without it."""
    if not tally.weeks:
        return ""
    quarters = np.array(tally.weeks).reshape(len(tally.weeks), 3, 4, -1).mean(axis=(0, 3))
    held = "  ".join(" ".join(f"{100 * share:3.0f}" for share in level) for level in quarters[:2])
    return f"   {held}  {100 * quarters[2, -1]:6.0f}"


def made_up(arguments: argparse.Namespace) -> None:
    names = " ".join(f"{name:>12}" for name in SHOWN)
    scores = f"{'ratio':>6} {'90 %':>6} {'in 80 %':>7} {'in 95 %':>7} {'ms':>5}"
    print(f"{'WAPE %, months':20}  {names}  {scores}{'   weeks in 80, in 95 %, width %' * arguments.full}")
    ratios: list[Floats] = []
    for months in MONTHS_OF_HISTORY:
        for kind in KINDS:
            tally = run(kind, months, arguments.queues, arguments.seed, full=arguments.full)
            ratios.append(tally.ratios)
            print(line(kind, months, tally), flush=True)
    together = np.concatenate(ratios)
    print(f"{np.exp(np.log(together).mean()):.3f} x the best simple method in hindsight, {len(together)} queues")


def real(arguments: argparse.Namespace) -> None:
    everything: list[Ahead] = []
    for found in real_sets(arguments.data):
        if isinstance(found, str):
            print(f"{found}\n")
        elif not arguments.set or found.name in arguments.set:
            looks = list(look_ahead(found, arguments.shift, months=arguments.months))
            if looks:
                print_looks(found.name, looks)
                everything += looks
    if everything:
        print("all sets")
        print_summary(everything)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of real data sets")
    parser.add_argument("--set", action="append", metavar="NAME", help="only this set; may be given several times")
    parser.add_argument("--shift", type=int, default=0, metavar="WEEKS", help="origins so much later")
    parser.add_argument("--months", action="store_true", help="bands of four-week totals too")
    parser.add_argument("--queues", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--full", action="store_true", help="run the whole forecast step too, on made-up queues")
    arguments = parser.parse_args()
    real(arguments) if arguments.data else made_up(arguments)


if __name__ == "__main__":
    main()
