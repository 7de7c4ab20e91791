"""One queue's share of a reforecast: what its past teaches, its rows updated, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from staffplan.errors import Note
from staffplan.forecast.history.series import Flags, Floats
from staffplan.forecast.intraday import notes as say
from staffplan.forecast.intraday.gain import Score
from staffplan.forecast.intraday.learnt import Learnt, Source
from staffplan.forecast.intraday.past import past_days
from staffplan.forecast.intraday.rows import UPDATED, with_actuals, with_updates
from staffplan.forecast.intraday.seen import Moment, Seen, lay_beside, live_days
from staffplan.forecast.intraday.update import Change, Teaching, change_of, learn_updating
from staffplan.site import Queue


@dataclass(frozen=True)
class QueueUpdate:
    """One queue's rows of the updated forecast and of the table of gains, its notes and figures."""

    forecast: pd.DataFrame
    gain: list[dict[str, object]]
    notes: list[Note]
    facts: dict[str, float | str]
    learnt: Mapping[str, Learnt] = field(default_factory=dict)
    """What its past taught, by the name of what it was learnt from."""


def learn_queue(source: Source) -> Learnt:
    """What a queue's days before today teach; the method is the one that made the forecast."""
    rows, calendar = source.rows, source.calendar
    parts = (source.queue, source.settings, calendar, source.day, source.method)
    past = past_days(rows, *parts) if len(rows) else None
    if past is None:
        return Learnt(None, None, 0)
    hours = calendar.interval_minutes / 60
    contacts = learn_updating(past[0], hours, counts=True)
    return Learnt(contacts, learn_updating(past[1], hours, counts=False), len(np.unique(past[0].day)))


def update_queue(
    planned: pd.DataFrame, rows: pd.DataFrame, queue: Queue, moment: Moment, known: Mapping[str, Learnt]
) -> QueueUpdate:
    """Everything about one queue; pure, so that queues can be updated anywhere, in any order.

    `planned` are its rows of the forecast, `rows` its contacts before the moment. known: what was learnt before.
    """
    method = str(planned["method"].iloc[0])
    source = Source(rows, queue, moment.settings, moment.calendar, day=moment.today, method=method)
    name = source.name()
    learnt = known[name] if name in known else learn_queue(source)
    return replace(apply_learnt(learnt, planned, rows, moment), learnt={name: learnt})


def apply_learnt(learnt: Learnt, planned: pd.DataFrame, rows: pd.DataFrame, moment: Moment) -> QueueUpdate:
    """The update of one queue by what its past has taught."""
    if rows.empty:
        return QueueUpdate(planned, [], [], {})
    queue = str(planned["queue"].iloc[0])
    seen = lay_beside(planned, rows, moment)
    today = (moment.today - moment.grid.first).days
    contacts, seconds = live_days(planned, seen)
    volume = change_of(learnt.contacts, contacts, today, moment.hour)
    aht = change_of(learnt.handling, seconds, today, moment.hour)
    frame = _updated(planned, seen, volume, aht)
    told = _Told(queue, planned, frame, seen, volume, learnt, today)
    return QueueUpdate(frame, _gain_rows(queue, learnt.contacts), _notes(told, moment), _facts(told))


def _updated(planned: pd.DataFrame, seen: Seen, volume: Change, aht: Change) -> pd.DataFrame:
    to_come = ~seen.over
    frame = with_updates(planned, to_come, volume.factor[seen.cell], volume.variance_left[seen.cell])
    factor = np.where(to_come, aht.factor[seen.cell], 1.0)
    changed = (frame["offered"] != planned["offered"]) | (factor != 1)
    frame["aht_seconds"] = frame["aht_seconds"] * factor
    frame["method"] = np.where(changed, frame["method"] + UPDATED, frame["method"])
    return with_actuals(frame, seen.known, seen.came, seen.aht_seconds)


@dataclass(frozen=True)
class _Told:
    """What notes and figures are made from."""

    queue: str
    planned: pd.DataFrame
    frame: pd.DataFrame
    seen: Seen
    volume: Change
    learnt: Learnt
    today: int

    @property
    def of_today(self) -> Flags:
        return np.asarray(self.seen.cell[0] == self.today)

    def factor(self, rows: Flags, column: str = "offered") -> float | None:
        """How the sum over rows still to come changed; None where nothing was expected of them."""
        chosen = rows & ~self.seen.over
        total = float(self.planned[column][chosen].sum())
        return float(self.frame[column][chosen].sum()) / total if total > 0 else None

    @property
    def next_day(self) -> Flags:
        """Rows of the first later day with contacts expected."""
        later = self.seen.cell[0][(self.seen.cell[0] > self.today) & (self.planned["offered"].to_numpy() > 0)]
        return np.asarray(self.seen.cell[0] == (later.min() if len(later) else -1))


def _gain_rows(queue: str, teaching: Teaching | None) -> list[dict[str, object]]:
    """Rows of the table of gains, one for each full hour."""
    if teaching is None:
        return []
    gain = teaching.gain
    shares = {
        "wape_before": _shares(gain.rest.before, gain.rest.came),
        "wape_after": _shares(gain.rest.after, gain.rest.came),
        "next_day_wape_before": _shares(gain.next_day.before, gain.next_day.came),
        "next_day_wape_after": _shares(gain.next_day.after, gain.next_day.came),
    }
    used = {"updated": gain.updates_rest, "next_day_updated": gain.updates_next_day}
    return [
        {"queue": queue, "seen_until": say.clock_time(60 * hour), "days": days}
        | {name: _yes(bool(flags[place])) for name, flags in used.items()}
        | {name: values[place] for name, values in shares.items()}
        for place, (hour, days) in enumerate(zip(gain.hours.tolist(), gain.days.tolist(), strict=True))
    ]


def _shares(errors: Floats, came: Floats) -> Floats:
    return np.asarray(np.divide(errors, came, out=np.full(len(came), np.nan), where=came > 0))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _notes(told: _Told, moment: Moment) -> list[Note]:
    seen, planned = told.seen, told.planned
    known_today = seen.known & told.of_today
    came, expected = float(seen.came[known_today].sum()), float(planned["offered"][known_today].sum())
    until = moment.known_until.tz_convert(moment.calendar.timezone)
    changes = [("the rest of today", told.factor(told.of_today)), ("the next day", told.factor(told.next_day))]
    notes = [say.about_today(told.queue, until.to_pydatetime(), came, expected, changes)]
    notes += say.about_handling(told.queue, *_handling(told), told.factor(told.of_today, "aht_seconds"))
    notes += say.about_kind(told.queue, told.volume.other_kind)
    notes.append(say.about_gain(told.queue, "contacts", told.learnt.contacts, told.learnt.days))
    if told.learnt.handling is not None:
        notes.append(say.about_gain(told.queue, "handling time", told.learnt.handling, told.learnt.days))
    kept = np.nan_to_num(seen.matrix(known_today.astype(float)))[told.today] > 0
    notes += say.about_odd(
        told.queue,
        told.volume.odd,
        np.nan_to_num(seen.matrix(seen.came))[told.today],
        np.nan_to_num(seen.matrix(planned["offered"].to_numpy()))[told.today],
        moment.minutes,
        nothing_else=not (kept & ~told.volume.odd).any(),
    )
    silent = known_today.any() and bool(seen.zeros[known_today].all())
    gaps = np.unique(seen.cell[0][seen.over & ~seen.known]).tolist()
    return notes + say.about_rows(
        told.queue, expected if silent else 0.0, [seen.grid.date_of(day) for day in gaps], seen.outside
    )


def _handling(told: _Told) -> tuple[float, float]:
    """Mean seconds of today's contacts so far, and those expected of them; NaN where they are not known."""
    seen = told.seen
    timed = seen.known & told.of_today & np.isfinite(seen.aht_seconds) & (seen.came > 0)
    contacts = seen.came[timed]
    if not contacts.sum():
        return float("nan"), float("nan")
    planned = told.planned["aht_seconds"].to_numpy()[timed]
    return float(np.average(seen.aht_seconds[timed], weights=contacts)), float(np.average(planned, weights=contacts))


def _facts(told: _Told) -> dict[str, float | str]:
    known_today = told.seen.known & told.of_today
    found: dict[str, float | str | None] = {
        "came_today": float(told.seen.came[known_today].sum()),
        "expected_today": float(told.planned["offered"][known_today].sum()),
        "rest_factor": told.factor(told.of_today),
        "next_day_factor": told.factor(told.next_day),
        "rest_aht_factor": told.factor(told.of_today, "aht_seconds"),
        "updated": _yes(bool((told.frame["method"] != told.planned["method"])[~told.seen.over].any())),
    }
    if told.learnt.contacts is not None:
        gain = told.learnt.contacts.gain
        found |= {f"rest_{name}": value for name, value in _totals(gain.rest).items()}
        found |= {f"next_day_{name}": value for name, value in _totals(gain.next_day).items()}
    return {f"{told.queue}.{name}": value for name, value in found.items() if value is not None}


def _totals(score: Score) -> dict[str, float]:
    came = float(score.came.sum())
    return (
        {"wape_before": float(score.before.sum()) / came, "wape_after": float(score.after.sum()) / came}
        if came
        else {}
    )
