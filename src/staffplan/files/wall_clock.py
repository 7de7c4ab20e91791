"""Local times of an export around the clock: the hour that the clock shows twice, and the one that it skips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd

from staffplan.clock import localize
from staffplan.errors import DataError, Problem
from staffplan.files.cells import BLANKS, local_times
from staffplan.files.joined import plain_texts
from staffplan.files.stamps import ZONES_NAMED

LARGE_ZONES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Toronto"),
    *("Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Warsaw", "Europe/Kyiv"),
    *("Australia/Sydney", "America/Santiago", "America/Sao_Paulo", "Africa/Cairo", "Asia/Jerusalem"),
)
"""Zones of many people, named first where several fit."""
NO_PLACES = ("Etc/", "SystemV/", "US/")
LEAST_STEP_BACK = pd.Timedelta(minutes=30)
"""Times that go back by more begin the second hour; by less they are a log that is not quite in order."""
FEW_DOUBLES = 24
"""More rows than these that occur twice are no clock change."""


@dataclass(frozen=True)
class Settled:
    """The times with an offset where the clock shows them twice; which rows are left; and what to tell."""

    texts: pd.Series
    kept: pd.Series
    told: tuple[str, ...]


def settled(
    texts: pd.Series, queue: pd.Series, counts: pd.Series, numbers: pd.Series, timezone: str, place: str
) -> Settled:
    """Local times that occur twice or never, understood by their rows.

    Two rows of a queue are the first and the second time, in their order; one row is the first. A row without
    contacts of a time that the clock skips is nothing. Others stay as they are, for read_instants to tell.
    numbers: (rows,) of the rows in the file.
    Raises DataError where rows occur twice as the clock went back, but not in this zone.
    """
    plain = plain_texts(texts)
    codes, distinct = pd.factorize(plain)
    local = local_times(pd.Series(distinct, dtype=object))
    trouble = localize(local, timezone)[1].str
    everything = pd.Series(True, index=texts.index)
    rows = pd.DataFrame({"queue": pd.factorize(queue)[0], "code": codes}, index=texts.index)
    twice = trouble.startswith("exists twice").to_numpy(dtype=bool)[codes]
    skipped = trouble.startswith("does not exist").to_numpy(dtype=bool)[codes]
    if not (twice.any() or skipped.any()):
        _ask_for_zone(rows, local, numbers, place)
        return Settled(texts, everything, ())
    new = plain
    told: list[str] = []
    if twice.any():
        new, told = _first_and_second(new, rows, twice, local, timezone)
    nothing = skipped & plain_texts(counts).str.lower().isin(("0", "0.0", *BLANKS)).to_numpy()
    if nothing.any():
        at = local[codes[np.flatnonzero(nothing)[0]]]
        rows_out = f"{nothing.sum()} row{'s' if nothing.sum() > 1 else ''} without contacts"
        told.append(f"{at:%Y-%m-%d %H:%M}: the clock skips this hour; {rows_out} left out")
    return Settled(new, everything & ~nothing, tuple(told))


def _first_and_second(
    texts: pd.Series, rows: pd.DataFrame, twice: np.ndarray, local: pd.Series, timezone: str
) -> tuple[pd.Series, list[str]]:
    """The texts with offsets for the hour shown twice, and what to tell. twice: (rows,) whether each is of it."""
    ours = rows[twice]
    order = ours.groupby(["queue", "code"]).cumcount()
    size = ours.groupby(["queue", "code"])["code"].transform("size")
    usual = bool(rows[~twice].duplicated().any())  # several rows an interval are of skills or media, not of the clock
    times = local.dropna()
    backward = len(times) > 1 and times.iloc[-1] < times.iloc[0]
    second = (order == (0 if backward else 1)) & (size == 2) & (not usual)
    moments = pd.DatetimeIndex(local.iloc[ours["code"]])
    known = moments.tz_localize(timezone, ambiguous=(~second).to_numpy(dtype=bool))
    texts = texts.copy()
    texts[ours.index] = [moment.isoformat() for moment in known]
    days = ", ".join(sorted({f"{moment:%Y-%m-%d}" for moment in moments}))
    both = bool(((size == 2) & (not usual)).any())
    one = "has one row, which is taken as its first time; if it holds both hours, it counts for one"
    two = "has two rows: they are its first and its second time, in their order"
    return texts, [f"{days}: the hour that the clock shows twice {two if both else one}"]


def settled_in_order(texts: pd.Series, timezone: str) -> tuple[pd.Series, tuple[str, ...]]:
    """Local times of single contacts with an offset where the clock shows them twice, by their order in the file.

    In a log in order of time the second hour begins where the times go back. Where they do not go back just once, all
    are taken as the first hour. Gives the texts, and what to tell.
    """
    codes, distinct = pd.factorize(texts)
    local = local_times(pd.Series(distinct, dtype=object))
    twice = localize(local, timezone)[1].str.startswith("exists twice").to_numpy(dtype=bool)[codes]
    if not twice.any():
        return texts, ()
    moments = pd.Series(pd.DatetimeIndex(local)[codes], index=texts.index)
    known = moments.dropna()
    backward = known.iloc[-1] < known.iloc[0]
    new, told = texts.copy(), []
    ours = moments[twice]
    for day, times in (ours[::-1] if backward else ours).groupby(ours.dt.date):
        breaks = np.flatnonzero((times.diff() < -LEAST_STEP_BACK).to_numpy())
        second = np.arange(len(times)) >= breaks[0] if len(breaks) == 1 else np.zeros(len(times), dtype=bool)
        new[times.index] = [m.isoformat() for m in pd.DatetimeIndex(times).tz_localize(timezone, ambiguous=~second)]
        how = "is split where the times go back" if len(breaks) == 1 else "is taken for its first time throughout"
        told.append(f"{day}: the hour that the clock shows twice {how}")
    return new, tuple(told)


def _ask_for_zone(rows: pd.DataFrame, local: pd.Series, numbers: pd.Series, place: str) -> None:
    """Raise DataError where the rows that occur twice are an hour that a clock showed twice, elsewhere."""
    again = rows.duplicated()
    if not 0 < again.sum() <= FEW_DOUBLES:
        return
    times = [time.to_pydatetime() for time in local.iloc[rows.loc[again, "code"].unique()] if not pd.isna(time)]
    zones = zones_that_show_twice(times)
    if zones:
        first = int(numbers[again].iloc[0])
        message = f"{times[0]:%Y-%m-%d %H:%M} has two rows, and the clock went back then in {named(zones)}"
        hint = "give the zone of the center: --timezone, or plan.timezone"
        raise DataError(Problem(f"{place}:{first}:interval_start", message, hint))


def zones_that_show_twice(times: Iterable[datetime]) -> list[str]:
    """Zones whose clock showed each of these local times twice."""
    wanted = list(times)
    return [zone for zone in _places() if wanted and all(_is_double(time, ZoneInfo(zone)) for time in wanted)]


def zones_that_change(days: Iterable[tuple[datetime, timedelta]]) -> list[str]:
    """Zones whose clock changed by just so much between noon of the day before and noon of each day."""
    wanted = list(days)
    return [zone for zone in _places() if all(_change(day, ZoneInfo(zone)) == change for day, change in wanted)]


def named(zones: list[str]) -> str:
    """The first few of the zones, and how many more there are."""
    rest = len(zones) - ZONES_NAMED
    return ", ".join(zones[:ZONES_NAMED]) + (f" and {rest} more zones" if rest > 0 else "")


def _places() -> list[str]:
    known = (name for name in sorted(available_timezones()) if "/" in name)
    return [*LARGE_ZONES, *(name for name in known if name not in LARGE_ZONES and not name.startswith(NO_PLACES))]


def _is_double(time: datetime, zone: ZoneInfo) -> bool:
    first, second = (time.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def _change(day: datetime, zone: ZoneInfo) -> timedelta:
    noon = day.replace(hour=12, tzinfo=zone)
    after, before = noon.utcoffset(), (noon - timedelta(days=1)).utcoffset()
    return (after or timedelta()) - (before or timedelta())
