"""Measure, on the real data sets, the facts that the made-up center of data/samples is calibrated on.

    python scripts/measure_facts.py --data DIR

DIR holds technion_bank, bank_calls and it_helpdesk (configs/bank.toml and configs/helpdesk.toml say where anyone
can get two of them, docs/calibration.md all three). Prints Markdown tables; docs/calibration.md quotes them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import holidays
import numpy as np
import pandas as pd

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HELPDESK_TAIL = pd.Timestamp("2016-05-30")
"""From here on the record of it_helpdesk holds only a few leftovers a month."""
LEVEL_WEEKS = 7
"""The level that a day is compared with is the median of the same weekday in this many weeks around it."""


@dataclass(frozen=True)
class Counts:
    """Arrivals of one real set: half-hours of its usual open time, holidays and breaks in the record left out.

    `half_hours`, (days, intervals): indexed by date, columns are minutes after midnight.
    """

    name: str
    half_hours: pd.DataFrame

    @property
    def days(self) -> pd.Series:
        return self.half_hours.sum(axis=1)


def read_counts(path: Path, weekdays: tuple[int, ...], hours: tuple[int, int]) -> pd.DataFrame:
    """(days, intervals): arrivals by date and minute of the day, on these weekdays, between these clock hours."""
    frame = pd.read_csv(path, parse_dates=["timestamp"])
    frame["minute"] = frame.timestamp.dt.hour * 60 + frame.timestamp.dt.minute
    frame["day"] = frame.timestamp.dt.normalize()
    table = frame.pivot_table(index="day", columns="minute", values="offered", aggfunc="sum").fillna(0.0)
    inside = [minute for minute in table.columns if hours[0] * 60 <= minute < hours[1] * 60]
    return table.loc[[day for day in table.index if day.weekday() in weekdays], inside]


def local_level(days: pd.Series) -> pd.Series:
    """What each day would usually bring: the median of the same weekday in the weeks around it, itself left out."""
    level = pd.Series(np.nan, index=days.index)
    reach = LEVEL_WEEKS // 2
    for day in days.index:
        around = [day + timedelta(weeks=week) for week in range(-reach, reach + 1) if week]
        known = days.reindex(around).dropna()
        level[day] = known.median() if len(known) >= 3 else np.nan
    return level


def without_odd_days(table: pd.DataFrame) -> pd.DataFrame:
    """Days within 0.6 to 1.6 of their level: holidays, outages and strikes are measured apart or not at all."""
    ratio = table.sum(axis=1) / local_level(table.sum(axis=1))
    return table[(ratio > 0.6) & (ratio < 1.6)]


def weekday_shares(days: pd.Series) -> dict[str, float]:
    """Mean day of each weekday as a share of the mean week."""
    means = days.groupby(days.index.day_of_week).mean()
    return {WEEKDAYS[day]: float(mean / means.sum()) for day, mean in means.items()}


def profile(table: pd.DataFrame) -> pd.Series:
    """Share of the day's contacts in each half-hour, all days together; sums to 1."""
    return table.sum() / table.to_numpy().sum()


def day_spread(days: pd.Series) -> tuple[float, float, float]:
    """Around the local level: variance / mean, coefficient of variation beyond Poisson, lag-1 autocorrelation.

    The level is itself estimated: the median of six has about pi/2/6 of a day's variance, which is taken off.
    """
    level = local_level(days)
    known = level.notna()
    relative = (days / level - 1)[known]
    variance = float(relative.var()) / (1 + np.pi / 2 / (LEVEL_WEEKS - 1))
    poisson = float((1 / level[known]).mean())
    return variance / poisson, float(np.sqrt(max(variance - poisson, 0))), float(relative.autocorr(1))


def interval_spread(table: pd.DataFrame) -> tuple[float, float]:
    """Given the day's total and its weekday's profile: variance / mean, and cv beyond Poisson, of half-hours."""
    squares, degrees, cells = 0.0, 0.0, []
    for _, days in table.groupby(table.index.day_of_week):
        shares = days.sum() / days.to_numpy().sum()
        expected = np.outer(days.sum(axis=1), shares)
        usable = expected > 1
        squares += float((((days.to_numpy() - expected) ** 2)[usable] / expected[usable]).sum())
        degrees += usable.sum() - len(days) - len(shares) + 1
        cells.append(expected[usable])
    ratio = squares / degrees
    return ratio, float(np.sqrt(max(ratio - 1, 0) / np.concatenate(cells).mean()))


def patience(calls: pd.DataFrame) -> dict[str, float]:
    """How long callers wait before they hang up, those who were answered counted as far as they waited.

    mean: total wait / hang-ups, the maximum-likelihood mean of an exponential patience seen only up to the answer.
    by_60: share hung up within 60 s by Kaplan and Meier. Calls with a wait above zero.
    """
    waited = calls[calls.wait_seconds > 0]
    hang_ups = int((waited.outcome == "HANG").sum())
    return {
        "calls": len(waited),
        "hang_ups": hang_ups,
        "mean_seconds": float(waited.wait_seconds.sum() / hang_ups),
        "by_60": 1 - survival(waited.wait_seconds.to_numpy(), (waited.outcome == "HANG").to_numpy(), 60.0),
        "by_300": 1 - survival(waited.wait_seconds.to_numpy(), (waited.outcome == "HANG").to_numpy(), 300.0),
    }


def survival(waits: np.ndarray, ended: np.ndarray, at: float) -> float:
    """Kaplan-Meier: share that would still wait at time `at`; `ended` False is censored (answered)."""
    alive = 1.0
    for moment in np.unique(waits[ended & (waits <= at)]):
        alive *= 1 - (ended & (waits == moment)).sum() / (waits >= moment).sum()
    return alive


def handling(calls: pd.DataFrame) -> dict[str, float]:
    """Handling time of answered calls of ten seconds and more (shorter ones are cut lines in this record)."""
    seconds = calls.loc[(calls.outcome == "AGENT") & (calls.service_seconds >= 10), "service_seconds"]
    logs = np.log(seconds)
    return {
        "calls": len(seconds),
        "mean_seconds": float(seconds.mean()),
        "cv": float(seconds.std() / seconds.mean()),
        "sd_of_log": float(logs.std()),
    }


def handling_by_hour(calls: pd.DataFrame) -> pd.Series:
    """Mean handling time of each clock hour as a multiple of the day's mean, hours with 200 calls or more."""
    answered = calls[(calls.outcome == "AGENT") & (calls.service_seconds >= 10)]
    by_hour = answered.groupby(answered.arrival.dt.hour).service_seconds.agg(["mean", "size"])
    return by_hour.loc[by_hour["size"] >= 200, "mean"] / answered.service_seconds.mean()


def handling_by_day(calls: pd.DataFrame) -> float:
    """Coefficient of variation of a day's mean handling time beyond what its number of calls explains."""
    answered = calls[(calls.outcome == "AGENT") & (calls.service_seconds >= 10)]
    by_day = answered.groupby(answered.arrival.dt.date).service_seconds.agg(["mean", "var", "size"])
    by_day = by_day[by_day["size"] >= 100]
    beyond = by_day["mean"].var() - (by_day["var"] / by_day["size"]).mean()
    return float(np.sqrt(max(beyond, 0)) / by_day["mean"].mean())


def after_holidays(days: pd.Series, off: set[date]) -> pd.Series:
    """The first open day after each holiday as a multiple of its local level."""
    after: dict[pd.Timestamp, float] = {}
    level = local_level(days)
    for holiday in sorted(off):
        later = [day for day in days.index if pd.Timestamp(holiday) < day <= pd.Timestamp(holiday) + timedelta(4)]
        if later and not np.isnan(level[later[0]]):
            after[later[0]] = float(days[later[0]] / level[later[0]])
    return pd.Series(after, dtype=float)


def on_holidays(days: pd.Series, off: set[date]) -> pd.Series:
    """Each holiday that is in the record as a multiple of its local level."""
    level = local_level(days)
    return pd.Series({day: days[day] / level[day] for day in days.index if day.date() in off}, dtype=float).dropna()


def print_table(title: str, rows: dict[str, dict[str, object]]) -> None:
    """A Markdown table; numbers with three significant digits."""
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    print(f"\n### {title}\n\n| | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}")
    for name, row in rows.items():
        print(f"| {name} | {' | '.join(_cell(row.get(column, '')) for column in columns)} |")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)


def real_counts(data: Path) -> tuple[Counts, ...]:
    """The three sets, each in the hours in which it is usually busy."""
    bank = read_counts(data / "bank_calls" / "calls_30min.csv", (0, 1, 2, 3, 4), (7, 21))
    technion = read_counts(data / "technion_bank" / "calls_30min_year.csv", (6, 0, 1, 2, 3), (7, 24))
    helpdesk = read_counts(data / "it_helpdesk" / "incidents_30min.csv", (0, 1, 2, 3, 4), (8, 18))
    helpdesk = helpdesk[helpdesk.index < HELPDESK_TAIL]
    tables = {"bank_calls": bank, "technion_bank": technion, "it_helpdesk": helpdesk}
    return tuple(Counts(name, without_odd_days(table)) for name, table in tables.items())


def week_table(data: Path) -> dict[str, dict[str, object]]:
    """Weekday shares on all seven days where the set has them."""
    every = tuple(range(7))
    helpdesk = read_counts(data / "it_helpdesk" / "incidents_30min.csv", every, (0, 24)).sum(axis=1)
    technion = read_counts(data / "technion_bank" / "calls_30min_year.csv", every, (0, 24)).sum(axis=1)
    bank = read_counts(data / "bank_calls" / "calls_30min.csv", every, (7, 21)).sum(axis=1)
    sets = {"bank_calls": bank, "technion_bank": technion}
    sets["it_helpdesk"] = helpdesk[helpdesk.index < HELPDESK_TAIL]
    return {name: dict(weekday_shares(days)) for name, days in sets.items()}


def spread_table(sets: tuple[Counts, ...]) -> dict[str, dict[str, object]]:
    """Over-dispersion of days and of half-hours, and how far a day's error leads into the next."""
    rows: dict[str, dict[str, object]] = {}
    for counts in sets:
        ratio, spread, memory = day_spread(counts.days)
        inner_ratio, inner = interval_spread(counts.half_hours)
        rows[counts.name] = {
            "days": len(counts.half_hours),
            "mean day": float(counts.days.mean()),
            "day var/mean": ratio,
            "day cv": spread,
            "day lag-1": memory,
            "half-hour var/mean": inner_ratio,
            "half-hour cv": inner,
        }
    return rows


def holiday_table(data: Path) -> dict[str, dict[str, object]]:
    """Holidays that are open, and the first day after a holiday, as multiples of the usual day."""
    bank = read_counts(data / "bank_calls" / "calls_30min.csv", (0, 1, 2, 3, 4), (7, 21)).sum(axis=1)
    helpdesk = read_counts(data / "it_helpdesk" / "incidents_30min.csv", tuple(range(7)), (0, 24)).sum(axis=1)
    helpdesk = helpdesk[(helpdesk.index < HELPDESK_TAIL) & (helpdesk.index.day_of_week < 5)]
    american = set(holidays.country_holidays("US", years=2003))
    quiet = {date(2016, 3, 25), date(2016, 4, 21), date(2016, 5, 26)}
    sets = {"bank_calls": (bank, american), "it_helpdesk": (helpdesk, quiet)}
    rows: dict[str, dict[str, object]] = {}
    for name, (days, off) in sets.items():
        after, on = after_holidays(days, off), on_holidays(days, off)
        rows[name] = {
            "on the holiday": " ".join(f"{value:.2f}" for value in on) or "closed",
            "first day after": " ".join(f"{value:.2f}" for value in after),
            "mean after": float(after.mean()),
        }
    return rows


def main() -> int:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with technion_bank, bank_calls, it_helpdesk")
    data = parser.parse_args().data
    sets = real_counts(data)
    print_table("Weekday shares (mean day of a weekday / mean week)", week_table(data))
    print_table("Spread around the local level and the weekday's profile", spread_table(sets))
    around_the_clock = read_counts(data / "it_helpdesk" / "incidents_30min.csv", (0, 1, 2, 3, 4), (0, 24))
    all_day = Counts("it_helpdesk, around the clock", around_the_clock[around_the_clock.index < HELPDESK_TAIL])
    for counts in (*sets, all_day):
        shares = profile(counts.half_hours)
        row = {f"{minute // 60:02d}:{minute % 60:02d}": f"{share * 100:.2f}" for minute, share in shares.items()}
        print_table(f"Intraday profile, {counts.name} (% of the day)", {"%": row})
    calls = pd.read_csv(data / "technion_bank" / "call_by_call_jan_feb.csv", parse_dates=["arrival"])
    calls = calls[(calls.outcome != "PHANTOM") & calls.arrival.dt.hour.between(7, 23)]
    of_queue = {"all": calls, **dict(list(calls.groupby("queue")))}
    print_table("Patience, technion_bank", {n: dict(patience(c)) for n, c in of_queue.items() if len(c) > 200})
    print_table("Handling time, technion_bank", {n: dict(handling(c)) for n, c in of_queue.items() if len(c) > 200})
    hours = {f"{hour:02d}": f"{ratio:.2f}" for hour, ratio in handling_by_hour(calls[calls.queue == "PS"]).items()}
    print_table("Handling time by hour, technion_bank PS (1 = the day's mean)", {"PS": hours})
    ps = {"cv of day means beyond chance": handling_by_day(calls[calls.queue == "PS"])}
    print_table("Handling time from day to day, technion_bank PS", {"PS": ps})
    print_table("Holidays (1 = the usual day)", holiday_table(data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
