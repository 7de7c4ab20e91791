"""The data sets of a folder: the three known ones, and whatever else looks like contact counts.

A set is a CSV file with a time column (`timestamp` or `interval_start`), `queue` and `offered`, in intervals of 15,
30 or 60 minutes; other columns but `aht_seconds` are not looked at. Call-by-call files, agents seen and counts in
finer intervals therefore are no sets. Of files with the same queues and the same contacts the one in 30-minute
intervals wins. A `sets.toml` beside the files may say more, file by file; all keys are optional:

    ["calls.csv"]
    zone = "Europe/Madrid"          # of local times without an offset; else UTC
    country = "ES"                  # whose public holidays are known
    hours = { mon-fri = "08:00-20:00", holidays = "closed" }    # or "always"; else they are learnt
    first_origin = 2025-03-03
    origins = 8
    until = 2025-06-30              # later rows are left out
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from staffplan.clock import OpeningHours, SiteCalendar, local_dates, localize, parse_spans, public_holidays
from staffplan.settings.queues import HoursSettings
from synthetic_queues import MAKERS, synthetic_set

TIME_COLUMNS = ("timestamp", "interval_start")
MINUTES = (30, 15, 60)
"""Lengths of interval that are read; the first wins."""
EDGES = ((max, "min"), (min, "max"))
"""The days that two sets share: from the later beginning to the earlier end."""
SAME_VOLUME = 0.02
"""Two files whose contacts on these days differ by no more than this share count the same."""
TRAINING_DAYS, HORIZON_DAYS, ORIGINS = 28, 28, 8


@dataclass(frozen=True)
class Said:
    """What is known about a file beside its rows."""

    zone: str = "UTC"
    country: str | None = None
    hours: OpeningHours | None = None
    first_origin: date | None = None
    origins: int = ORIGINS
    until: date | None = None
    name: str = ""


@dataclass(frozen=True)
class DataSet:
    """Queues of one site, and from when they are forecast."""

    name: str
    group: str
    """ "real", "sub-queues" or "synthetic": summed up apart."""
    rows: pd.DataFrame
    """interval_start (UTC), queue, offered, perhaps aht_seconds; a row that is not there may be a zero."""
    zone: str
    country: str | None
    hours: OpeningHours | None
    """None: to be learnt."""
    first_origin: date
    origins: int
    minutes: int = 30

    @cached_property
    def last_day(self) -> date:
        last: date = local_dates(pd.DatetimeIndex([self.rows["interval_start"].max()]), self.zone)[0]
        return last

    @cached_property
    def calendar(self) -> SiteCalendar:
        first = self.rows["interval_start"].min().year
        days = public_holidays(self.country, range(first - 1, self.last_day.year + 2)) if self.country else []
        return SiteCalendar(self.zone, self.minutes, {special.day: special for special in days})

    def origin(self, number: int) -> pd.Timestamp:
        return pd.Timestamp(self.first_origin + timedelta(days=7 * number))


ALWAYS = OpeningHours.always()
KNOWN = {
    "bank_calls/calls_30min.csv": Said(
        zone="America/New_York",
        country="US",
        hours=OpeningHours((parse_spans("07:00-21:00"),) * 5 + ((), ())),
        first_origin=date(2003, 8, 11),
        name="bank",
    ),
    "technion_bank/calls_30min_year.csv": Said(
        zone="Asia/Jerusalem", country="IL", hours=ALWAYS, first_origin=date(1999, 10, 4), name="technion"
    ),
    "it_helpdesk/incidents_30min.csv": Said(
        zone="Europe/Lisbon",
        hours=ALWAYS,
        first_origin=date(2016, 3, 28),
        origins=6,
        until=date(2016, 5, 29),
        name="helpdesk",
    ),
    "seattle_fire_911/calls_60min.csv": Said(zone="America/Los_Angeles", country="US", hours=ALWAYS, name="seattle"),
}
"""The protocol's sets: origins of FORECASTING's tables; the helpdesk's later rows are an extraction tail. Seattle has
years, for months ahead."""
TECHNION_QUEUES = "technion_bank/queues_30min_jan_feb.csv"
INCIDENTS = "it_helpdesk/incidents.csv"
GROUPS = 8
"""How many of the helpdesk's groups are queues of their own."""
SMALLEST_QUEUE = 200
"""Contacts that a sub-queue must have."""


def real_sets(folder: Path) -> Iterator[DataSet | str]:
    """Every set below the folder, and a sentence about each file that looks like one but cannot be read."""
    candidates = [
        path for path in sorted(folder.rglob("*.csv")) if path.relative_to(folder).as_posix() != TECHNION_QUEUES
    ]
    found: list[DataSet] = []
    for path in (path for path in candidates if _has_counts(path)):
        place = path.relative_to(folder).as_posix()
        try:
            found.append(read(path, KNOWN.get(place) or _said(path, folder)))
        except ValueError as error:
            yield f"{place}: no set, {error}"
    for one in found:
        better = [other for other in found if _counts_better(other, one)]
        best = min(better, key=lambda other: MINUTES.index(other.minutes), default=None)
        yield f"{one.name}: no set, {best.name} counts the same" if best else one
    for place in KNOWN:
        if not (folder / place).is_file():
            yield f"{KNOWN[place].name}: skipped, {place} is not in the folder"


def _has_counts(path: Path) -> bool:
    columns = pd.read_csv(path, nrows=0).columns
    return {"queue", "offered"} <= set(columns) and any(name in columns for name in TIME_COLUMNS)


def _counts_better(one: DataSet, other: DataSet) -> bool:
    """Whether `one` counts the same contacts of the same queues as `other`, in intervals that are preferred."""
    if MINUTES.index(one.minutes) >= MINUTES.index(other.minutes):
        return False
    if set(one.rows["queue"]) != set(other.rows["queue"]):
        return False
    first, last = (edge(each.rows["interval_start"].agg(side) for each in (one, other)) for edge, side in EDGES)
    inside = [each.rows[each.rows["interval_start"].between(first, last)]["offered"].sum() for each in (one, other)]
    return first < last and abs(inside[0] - inside[1]) <= SAME_VOLUME * max(inside)


def _said(path: Path, folder: Path) -> Said:
    """What sets.toml in the file's folder says; the name is its place below `folder`."""
    notes = path.parent / "sets.toml"
    own = tomllib.loads(notes.read_text()).get(path.name, {}) if notes.is_file() else {}
    unknown = set(own) - {field.name for field in fields(Said)}
    if unknown:
        raise ValueError(f"sets.toml says {', '.join(sorted(unknown))}, which is not known")
    if "hours" in own:
        hours = own["hours"]
        own["hours"] = ALWAYS if hours == "always" else HoursSettings(**hours).opening_hours()
    name = path.relative_to(folder).with_suffix("").as_posix()
    return replace(Said(name=name), **own)


def read(path: Path, said: Said) -> DataSet:
    """The set in a file; local times that the clock change skips or doubles are left out. ValueError: no set."""
    head = pd.read_csv(path, nrows=0).columns
    time = next(name for name in TIME_COLUMNS if name in head)
    columns = [time, "queue", "offered"] + (["aht_seconds"] if "aht_seconds" in head else [])
    frame = pd.read_csv(path, usecols=columns, dtype={"queue": str}).rename(columns={time: "interval_start"})
    frame["interval_start"] = instants(frame["interval_start"], said.zone)
    frame = frame[frame["interval_start"].notna() & frame["offered"].notna()]
    if frame.duplicated(["queue", "interval_start"]).any():  # a row for each channel, say
        frame = frame.groupby(["queue", "interval_start"])["offered"].sum().reset_index()
    return made(said.name, "real", frame, said)


def instants(texts: pd.Series, zone: str) -> pd.Series:
    """UTC from text with an offset, or from local wall times (NaT where they do not exist or exist twice)."""
    sample = str(texts.iloc[0]) if len(texts) else ""
    if sample.endswith("Z") or "+" in sample or (sample[-6:-5] == "-" and sample.count(":") > 1):
        return pd.to_datetime(texts, utc=True, format="ISO8601").dt.as_unit("ns")
    found, _ = localize(pd.to_datetime(texts), zone)
    return found


def made(name: str, group: str, frame: pd.DataFrame, said: Said) -> DataSet:
    """The set of these rows, with origins so that training and horizon fit. Raises ValueError where none does."""
    if said.until is not None:
        frame = frame[local_dates(pd.DatetimeIndex(frame["interval_start"]), said.zone) <= said.until]
    if not len(frame):
        raise ValueError("it has no rows")
    frame = frame.sort_values(["queue", "interval_start"], ignore_index=True)
    minutes = _interval_minutes(frame["interval_start"])
    days = local_dates(pd.DatetimeIndex(frame["interval_start"]), said.zone)
    first, count = (said.first_origin, said.origins) if said.first_origin else _origins(min(days), max(days))
    count = min(count, said.origins)
    return DataSet(name, group, frame, said.zone, said.country, said.hours, first, count, minutes)


def _interval_minutes(starts: pd.Series) -> int:
    instants = np.sort(starts.unique())
    gap = int(np.diff(instants).min() / np.timedelta64(1, "m")) if len(instants) > 1 else 0
    if gap not in MINUTES:
        raise ValueError(f"its intervals are {gap} minutes long; {', '.join(map(str, sorted(MINUTES)))} are read")
    return gap


def _origins(first: date, last: date) -> tuple[date, int]:
    """The first and the number of the last Mondays that have training before and the whole horizon after them."""
    latest = last - timedelta(days=HORIZON_DAYS - 1)
    latest -= timedelta(days=latest.weekday())
    room = (latest - first).days - TRAINING_DAYS
    if room < 0:
        raise ValueError(f"{(last - first).days + 1} days are too few for 4 weeks of training and 4 of testing")
    count = min(ORIGINS, room // 7 + 1)
    return latest - timedelta(days=7 * (count - 1)), count


def sub_queues(folder: Path) -> Iterator[DataSet | str]:
    """Parts of the known sets as queues of their own: harder, and not in any table of peers."""
    if (folder / TECHNION_QUEUES).is_file():
        said = replace(KNOWN["technion_bank/calls_30min_year.csv"], first_origin=None)
        whole = read(folder / TECHNION_QUEUES, said)
        yield made("technion queues", "sub-queues", _large(whole.rows), said)
    else:
        yield f"technion queues: skipped, {TECHNION_QUEUES} is not in the folder"
    if (folder / INCIDENTS).is_file():
        said = KNOWN["it_helpdesk/incidents_30min.csv"]
        yield made("helpdesk groups", "sub-queues", _largest_groups(folder / INCIDENTS, said), said)
    else:
        yield f"helpdesk groups: skipped, {INCIDENTS} is not in the folder"


def _large(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows.groupby("queue")["offered"].transform("sum") >= SMALLEST_QUEUE]


def _largest_groups(path: Path, said: Said) -> pd.DataFrame:
    """Counts of the groups with most incidents; "?" is no group."""
    incidents = pd.read_csv(path, usecols=["opened_at", "assignment_group"], parse_dates=["opened_at"])
    in_time = incidents["opened_at"].dt.date <= said.until
    incidents = incidents[in_time & (incidents["assignment_group"] != "?")]
    largest = incidents["assignment_group"].value_counts().head(GROUPS).index
    incidents = incidents[incidents["assignment_group"].isin(largest)]
    start, _ = localize(incidents["opened_at"].dt.floor("30min"), said.zone)
    grouped = incidents.assign(interval_start=start, queue="group " + incidents["assignment_group"].astype(str))
    counts: pd.DataFrame = grouped.groupby(["queue", "interval_start"]).size().rename("offered").reset_index()
    return counts.astype({"offered": float})


def synthetic(seed: int) -> Iterator[DataSet]:
    for name in MAKERS:
        yield made_up(name, seed)


def made_up(name: str, seed: int) -> DataSet:
    one = synthetic_set(name, seed)
    rows = one.rows.drop(columns="rate")
    return DataSet(name, "synthetic", rows, one.zone, one.country, one.hours, one.first_origin, one.origins)
