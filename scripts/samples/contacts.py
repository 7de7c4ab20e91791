"""Two years of half-hours: what each queue was offered, how long it took, what callers met."""

from __future__ import annotations

import zlib
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samples import center
from samples.center import Stream
from samples.waits import outcome
from staffplan.clock import SiteCalendar, horizon_intervals, local_dates, minute_of_day

Numbers = NDArray[np.float64]
COLUMNS = ["interval_start", "queue", "offered", "aht_seconds", "handled", "abandoned", "answered_within_threshold"]


def history(seed: int) -> pd.DataFrame:
    """history.csv: one row for each open half-hour and queue, by time."""
    calendar = center.calendar()
    rows = pd.concat([_rows(stream, calendar, _generator(seed, stream.name)) for stream in center.STREAMS])
    rows = rows.sort_values(["instant", "queue"], kind="stable", ignore_index=True)
    kept = _with_gaps(rows, _generator(seed, "gaps"))
    kept.insert(0, "interval_start", _iso(pd.DatetimeIndex(kept["instant"])))
    return kept[COLUMNS]


def _generator(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _iso(instants: pd.DatetimeIndex) -> list[str]:
    """Local time with its offset, to the minute: 2026-10-25T02:30+01:00."""
    return [moment.isoformat(timespec="minutes") for moment in instants.tz_convert(center.TIMEZONE)]


def _with_gaps(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Without the lost day and a few lost rows."""
    days = local_dates(pd.DatetimeIndex(rows["instant"]), center.TIMEZONE)
    lost = days == center.LOST_DAY
    lost[rng.choice(len(rows), center.LOST_ROWS, replace=False)] = True
    return rows[~lost]


def _days() -> list[date]:
    count = (center.HISTORY_END - center.HISTORY_START).days + 1
    return [center.HISTORY_START + timedelta(days=step) for step in range(count)]


def _rows(stream: Stream, calendar: SiteCalendar, rng: np.random.Generator) -> pd.DataFrame:
    """All half-hours of one queue, nothing missing."""
    days = _days()
    usual = {day: day_volume(stream, day, calendar) for day in days}
    luck = dict(zip(days, _day_factors(stream, len(days), rng), strict=True))
    frame = open_half_hours(stream, days, calendar)
    of_day = frame.pop("day")
    expected = frame.pop("share").to_numpy() * of_day.map(usual).to_numpy()
    shape = 1 / stream.half_hour_cv**2
    drawn = expected * of_day.map(luck).to_numpy() * rng.gamma(shape, 1 / shape, len(frame))
    frame["queue"] = stream.name
    frame["offered"] = rng.poisson(np.round(drawn * _outage(stream, frame, calendar), 9))
    answered = _answered(stream, frame, expected, rng)
    return frame.assign(**answered, aht_seconds=_handling(stream, frame, of_day, answered["handled"], rng))


def open_half_hours(stream: Stream, days: list[date], calendar: SiteCalendar) -> pd.DataFrame:
    """Open half-hours of consecutive days, and the share of its day's contacts that each brings."""
    instants = horizon_intervals(days[0], len(days), center.TIMEZONE, center.INTERVAL_MINUTES)
    instants = instants[stream.hours.open_mask(instants, calendar)]
    minutes = minute_of_day(instants, center.TIMEZONE)
    places = (minutes - stream.profile_start) // center.INTERVAL_MINUTES
    weight = pd.Series(np.array(stream.profile, dtype=float)[places])
    day = pd.Series(local_dates(instants, center.TIMEZONE))
    share = weight / weight.groupby(day).transform("sum")
    return pd.DataFrame({"instant": instants, "minute": minutes, "day": day, "share": share})


def day_volume(stream: Stream, day: date, calendar: SiteCalendar) -> float:
    """Contacts that an average such day brings: weekday, season, growth, step, special days."""
    years = (day - center.HISTORY_START).days / 365.25
    volume = stream.weekday_volume * stream.weekdays[day.weekday()] * (1 + stream.yearly_growth) ** years
    volume *= _season(stream, day) * _special(stream, day, calendar)
    return volume * (stream.shift if stream.shift_from and day >= stream.shift_from else 1.0)


def _season(stream: Stream, day: date) -> float:
    """The month's factor, interpolated between the middles of the months."""
    middles = np.arange(-1, 13) * 365.25 / 12 + 15.2
    factors = (stream.months[-1], *stream.months, stream.months[0])
    return float(np.interp(day.timetuple().tm_yday, middles, factors))


def _special(stream: Stream, day: date, calendar: SiteCalendar) -> float:
    special = calendar.special_days.get(day)
    if special is not None and special.kind == "event":
        return stream.event
    if _is_off(day, calendar):
        return stream.holiday
    if _is_bridge(day, calendar):
        return stream.bridge
    return stream.after_holiday if _follows_holiday(day, calendar) else 1.0


def _is_off(day: date, calendar: SiteCalendar) -> bool:
    special = calendar.special_days.get(day)
    return special is not None and special.kind != "event"


def _is_bridge(day: date, calendar: SiteCalendar) -> bool:
    """A Monday before, or a Friday after, a holiday."""
    before, after = _is_off(day - timedelta(days=1), calendar), _is_off(day + timedelta(days=1), calendar)
    return (day.weekday() == 4 and before) or (day.weekday() == 0 and after)


def _follows_holiday(day: date, calendar: SiteCalendar) -> bool:
    """The first working day after a holiday on a working day, weekends in between left out."""
    if day.weekday() >= 5:
        return False
    before = day - timedelta(days=1)
    while before.weekday() >= 5 and not _is_off(before, calendar):
        before -= timedelta(days=1)
    return before.weekday() < 5 and _is_off(before, calendar)


def _day_factors(stream: Stream, days: int, rng: np.random.Generator) -> Numbers:
    """Each day's luck: lognormal with mean 1 and the stream's cv; a day remembers the one before."""
    spread = np.sqrt(np.log1p(stream.day_cv**2))
    fresh = rng.standard_normal(days)
    state = np.empty(days)
    state[0] = fresh[0]
    for day in range(1, days):
        state[day] = stream.day_memory * state[day - 1] + np.sqrt(1 - stream.day_memory**2) * fresh[day]
    return np.exp(spread * state - spread**2 / 2)


def _outage(stream: Stream, frame: pd.DataFrame, calendar: SiteCalendar) -> Numbers:
    """1, but on the morning on which the telephones were down, and the rush after it."""
    factor = np.ones(len(frame))
    if stream.channel != "voice":
        return factor
    there = local_dates(pd.DatetimeIndex(frame["instant"]), calendar.timezone) == center.OUTAGE_DAY
    minutes = frame["minute"].to_numpy()
    down, up = center.OUTAGE_MINUTES
    factor[there & (minutes >= down) & (minutes < up)] = center.OUTAGE_LEFT
    factor[there & (minutes >= up) & (minutes < center.OUTAGE_REBOUND_UNTIL)] = center.OUTAGE_REBOUND
    return factor


def _answered(
    stream: Stream, frame: pd.DataFrame, expected: Numbers, rng: np.random.Generator
) -> dict[str, NDArray[np.int64]]:
    """handled, abandoned and answered within the threshold, from the people who were there that half-hour."""
    offered = frame["offered"].to_numpy()
    if stream.channel == "email":
        late = frame["minute"].to_numpy() >= 15 * 60
        in_time = rng.binomial(offered, np.where(late, 0.90, 0.96))
        return {"handled": offered, "abandoned": np.zeros_like(offered), "answered_within_threshold": in_time}
    per_person = center.INTERVAL_MINUTES * 60 / stream.aht_seconds * stream.at_once
    usual = expected / per_person
    planned = np.ceil(usual + stream.spare * np.sqrt(usual))
    there = np.maximum(planned - rng.poisson(0.05 * planned), 1)
    servers = np.round(there * stream.at_once).astype(np.int64)
    met = outcome(
        offered / per_person * stream.at_once,
        servers,
        aht=stream.aht_seconds,
        patience=stream.patience_seconds,
        threshold=stream.threshold_seconds,
    )
    abandoned = rng.binomial(offered, met.abandoned)
    handled = offered - abandoned
    in_time = rng.binomial(handled, np.minimum(np.round(met.answered_in_time / (1 - met.abandoned), 6), 1.0))
    return {"handled": handled, "abandoned": abandoned, "answered_within_threshold": in_time}


def _handling(
    stream: Stream, frame: pd.DataFrame, of_day: pd.Series, handled: NDArray[np.int64], rng: np.random.Generator
) -> pd.Series:
    """Mean handling time of the contacts of each half-hour, whole seconds; blank where nothing was handled."""
    days = _days()
    by_day = dict(zip(days, rng.normal(1, center.HANDLING_DAY_CV, len(days)), strict=True))
    by_hour = (frame["minute"] // 60).map(center.HANDLING_BY_HOUR).fillna(0.98).to_numpy()
    mean = stream.aht_seconds * by_hour * of_day.map(by_day).to_numpy()
    shape = np.maximum(handled, 1) / center.HANDLING_CV**2
    seconds = np.maximum(np.round(rng.gamma(shape, mean / shape)), 20)
    return pd.Series(seconds, index=frame.index).where(handled > 0).astype("Int64")
