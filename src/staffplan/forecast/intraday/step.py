"""The reforecast step: a forecast whose first days have partly come, and what that says of the rest.

What is over is replaced by what came; the rest of today and the coming days are updated as far as the backtest of
each queue supports it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from staffplan.clock import local_dates
from staffplan.errors import DataError, Note, Problem
from staffplan.forecast.history.joined import joined_history
from staffplan.forecast.history.series import DayGrid, interval_problems
from staffplan.forecast.intraday.learnt import NOTHING_LEARNT, Learnt
from staffplan.forecast.intraday.notes import STEP
from staffplan.forecast.intraday.queue import QueueUpdate, update_queue
from staffplan.forecast.intraday.rows import is_updated
from staffplan.forecast.intraday.seen import Moment
from staffplan.process.workers import AS_MANY_AS_PAY, Workers, do_all
from staffplan.progress import OnProgress, Progress, silent
from staffplan.settings.forecast import ForecastSettings
from staffplan.site import Queue, Site
from staffplan.tables.forecast import IntradayGain, VolumeForecast
from staffplan.tables.history import ContactHistory


@dataclass(frozen=True)
class ReforecastResult:
    """The updated forecast, what updating gained on past days, what to know about it, and a few figures by queue."""

    forecast: VolumeForecast
    gain: IntradayGain
    notes: tuple[Note, ...]
    facts: dict[str, float | str]
    """Keyed "queue.figure": came_today, expected_today, rest_factor, next_day_factor...; and "known_until"."""
    learnt: Mapping[str, Learnt]
    """What past days taught of each queue, by the name of what it was learnt from."""


def reforecast(
    forecast: VolumeForecast,
    history: ContactHistory,
    settings: ForecastSettings,
    *,
    site: Site,
    now: pd.Timestamp | None = None,
    learnt: Mapping[str, Learnt] = NOTHING_LEARNT,
    workers: Workers = AS_MANY_AS_PAY,
    on_progress: OnProgress = silent,
) -> ReforecastResult:
    """The forecast with what has come until `now` in its place, and the rest updated.

    `history` is everything up to now, past weeks included: they teach how much the first part of a day tells. `now`
    (default: the end of the last interval that any queue has) leaves out later rows. Rows from a queue that has
    none while others have are zeros. What was `learnt` by an earlier call is not learnt again. `workers` do the
    queues; who does them changes nothing in the result. Raises DataError where the two tables cannot be laid side by
    side.
    """
    history = joined_history(history, site)
    known_until, notes = _known_until(forecast, history, site, now)
    _refuse_what_does_not_fit(forecast, history, site, known_until)
    past = history.frame[history.frame["interval_start"] < known_until]
    moment = Moment(settings, _grid(forecast, site), known_until)
    queues = sorted(forecast.frame["queue"].unique())
    done = itertools.count(1)
    on_progress(Progress(STEP, 0, len(queues)))
    updates: list[QueueUpdate] = do_all(
        update_queue,
        ((_own(forecast.frame, name), _own(past, name), _queue(site, name), moment, learnt) for name in queues),
        workers,
        processes=workers.processes(len(queues), len(past)),
        on_done=lambda number: on_progress(Progress(STEP, next(done), len(queues), queues[number])),
    )
    notes += [
        *(replace(note, step=STEP) for note in (*forecast.notes, *history.notes)),
        *_strangers(forecast, history, site),
    ]
    gain = pd.DataFrame(
        [row for update in updates for row in update.gain], columns=[column.name for column in IntradayGain.columns]
    )
    local = known_until.tz_convert(site.calendar.timezone).isoformat(timespec="minutes")
    return ReforecastResult(
        VolumeForecast.of(pd.concat([update.forecast for update in updates], ignore_index=True)),
        IntradayGain.of(gain),
        tuple(notes + [note for update in updates for note in update.notes]),
        {"known_until": local, **{key: value for update in updates for key, value in update.facts.items()}},
        {name: one for update in updates for name, one in update.learnt.items()},
    )


def _grid(forecast: VolumeForecast, site: Site) -> DayGrid:
    """The days of the forecast, the same for all queues."""
    ends = pd.DatetimeIndex([forecast.frame["interval_start"].min(), forecast.frame["interval_start"].max()])
    first, last = local_dates(ends, site.calendar.timezone)
    return DayGrid(first, (last - first).days + 1, site.calendar)


def _own(frame: pd.DataFrame, queue: str) -> pd.DataFrame:
    return frame[frame["queue"] == queue].reset_index(drop=True)


def _queue(site: Site, name: str) -> Queue:
    return site.queues.get(name, Queue(name, planning_group=name))


def _known_until(
    forecast: VolumeForecast, history: ContactHistory, site: Site, now: pd.Timestamp | None
) -> tuple[pd.Timestamp, list[Note]]:
    """The instant until which contacts are known, the end of one of the plan's intervals; and what is left out."""
    place = history.source or "history"
    starts = history.frame["interval_start"]
    if now is not None:
        starts = starts[starts < now]
    if starts.empty:
        what = "the history has no rows" if now is None else f"the history has no row before {_local(now, site)}"
        raise DataError(Problem(place, what, "give the contacts up to now, including past weeks"))
    step = pd.Timedelta(minutes=site.calendar.interval_minutes)
    ended = starts.max() + _length(history, site)
    until = ended if now is None else min(ended, now)
    first = forecast.frame["interval_start"].min() if len(forecast) else until
    whole = first + ((until - first) // step) * step
    notes: list[Note] = []
    if now is not None and whole + step <= now:
        message = (
            f"the history ends at {_local(whole, site)}; until {_local(now, site)} the forecast is left unchanged"
        )
        notes.append(Note(STEP, "assumption", place, message))
    later = int((history.frame["interval_start"] >= whole).sum())
    if later:
        notes.append(Note(STEP, "left out", place, f"{later} rows from {_local(whole, site)} on are not used"))
    return whole, notes


def _length(history: ContactHistory, site: Site) -> pd.Timedelta:
    """Length of the history's own intervals: the shortest distance between rows of a queue, at most the plan's."""
    plan = pd.Timedelta(minutes=site.calendar.interval_minutes)
    steps = history.frame.groupby("queue")["interval_start"].diff()
    steps = steps[steps > pd.Timedelta(0)]
    return plan if steps.empty else min(plan, steps.min())


def _refuse_what_does_not_fit(
    forecast: VolumeForecast, history: ContactHistory, site: Site, known_until: pd.Timestamp
) -> None:
    """Raise DataError with everything that keeps the two from being laid side by side."""
    place = forecast.source or "forecast"
    if not len(forecast):
        raise DataError(Problem(place, "the forecast has no rows", "give the forecast that is to be updated"))
    problems = interval_problems(history, site.calendar.interval_minutes)
    planned, seen = sorted(forecast.frame["queue"].unique()), sorted(history.frame["queue"].unique())
    if not set(planned) & set(seen):
        message = f"no queue of the forecast is in the history: {', '.join(planned)} against {', '.join(seen)}"
        problems.append(Problem(place, message, "use the same queue names in both files"))
    if is_updated(forecast.frame["method"]).any():
        message = "it was already updated within a day: some rows hold actual, not forecast contacts"
        problems.append(Problem(f"{place}:method", message, "give the original forecast"))
    starts = pd.DatetimeIndex(forecast.frame["interval_start"])
    if not starts.isin(_grid(forecast, site).instants).all():
        message = (
            f"its intervals are not the {site.calendar.interval_minutes}-minute ones of {site.calendar.timezone}"
        )
        hint = "set plan.interval_minutes and plan.timezone (or --timezone) to the values the forecast was made with"
        problems.append(Problem(f"{place}:interval_start", message, hint))
    first, end = starts.min(), starts.max() + pd.Timedelta(minutes=site.calendar.interval_minutes)
    if known_until <= first:
        message = (
            f"contacts are known until {_local(known_until, site)}, the forecast begins at {_local(first, site)}"
        )
        problems.append(Problem(place, f"no interval of it has begun: {message}", "use the forecast unchanged"))
    if known_until > end:
        message = f"contacts are known until {_local(known_until, site)}, it ends at {_local(end, site)}"
        hint = "make a new forecast, or give --now with a time inside this one"
        problems.append(Problem(place, f"all its intervals have passed: {message}", hint))
    if problems:
        raise DataError(problems)


def _local(instant: pd.Timestamp, site: Site) -> str:
    return f"{instant.tz_convert(site.calendar.timezone):%Y-%m-%d %H:%M}"


def _strangers(forecast: VolumeForecast, history: ContactHistory, site: Site) -> list[Note]:
    """Queues that only one of the two has."""
    planned, seen = set(forecast.frame["queue"]), set(history.frame["queue"])
    last = history.frame[history.frame["offered"] > 0].groupby("queue")["interval_start"].max()
    first = forecast.frame["interval_start"].min()
    return [
        Note(STEP, "warning", name, "the history has no row of this queue: its forecast is left unchanged")
        for name in sorted(planned - seen)
    ] + [Note(STEP, "left out", name, _not_planned(last.get(name), first, site)) for name in sorted(seen - planned)]


def _not_planned(last: pd.Timestamp | None, first: pd.Timestamp, site: Site) -> str:
    """Of a queue that only the history has."""
    if last is not None and last >= first:
        return "the forecast does not have this queue: its contacts are not used"
    ended = "no contact" if last is None else f"no contact since {_local(last, site)[:10]}"
    return f"{ended}, and the forecast does not have this queue: it seems to have ended"
