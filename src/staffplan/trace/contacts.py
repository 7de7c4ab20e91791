"""Contacts: forecast rows, the day taken apart, and the history they were learnt from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.cost.exact import exact
from staffplan.errors import Problem, UsageError, listed
from staffplan.forecast import Explanation
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.history import ContactHistory
from staffplan.trace.amount import CONTACTS, NOWHERE, Amount, rows_of
from staffplan.trace.ask import FORECAST, HISTORY, Question, words
from staffplan.trace.sources import Sources

EVENTS = "rows of the same weekday and time"


def contacts_of(sources: Sources, question: Question) -> Amount:
    """Contacts of the forecast or of the history, of a queue or of a planning group: by month, day and interval."""
    table: VolumeForecast | ContactHistory = sources.history if question.kind == HISTORY else sources.forecast
    rows = _rows(sources, table, question)
    if rows.empty:
        raise UsageError(_none(sources, table, question))
    amount = _amount(sources, table, rows, question, _title(question))
    if question.kind == FORECAST and question.queue and question.time:
        return replace(_interval(sources, rows.iloc[0]), what=amount.what)
    return amount


def _title(question: Question) -> str:
    when = " ".join(str(part) for part in (question.month, question.day, question.time) if part)
    kind = "contacts forecast" if question.kind == FORECAST else "contacts of the history"
    return f"{kind}, {question.queue or question.group}{', ' if when else ''}{when}"


def _none(sources: Sources, table: VolumeForecast | ContactHistory, question: Question) -> Problem:
    days = local_dates(pd.DatetimeIndex(table.frame["interval_start"]), sources.zone)
    hint = f"it has the days {min(days)} to {max(days)}; queues: {listed(sorted(table.frame['queue'].unique()))}"
    return Problem("explain", f"there are no rows: {_title(question)}", hint)


def _rows(sources: Sources, table: VolumeForecast | ContactHistory, question: Question) -> pd.DataFrame:
    """The rows asked about, with their position, local month, day and time."""
    queues = [question.queue] if question.queue else queues_of(sources, question.group)
    if question.kind == HISTORY:
        queues = [*queues, *(older for name in queues for older in _older(sources, name))]
    frame = table.frame.assign(position=np.arange(len(table)))
    frame = frame[frame["queue"].isin(queues)]
    local = frame["interval_start"].dt.tz_convert(sources.zone)
    frame = frame.assign(month=local.dt.strftime("%Y-%m"), day=local.dt.date, time=local.dt.strftime("%H:%M"))
    for column in ("month", "day", "time"):
        value = getattr(question, column)
        if value:
            frame = frame[frame[column] == (value.zfill(5) if column == "time" else value)]
    return frame


def _older(sources: Sources, name: str) -> Sequence[str]:
    queue = sources.site.queues.get(name)
    return () if queue is None else queue.was


def queues_of(sources: Sources, group: str) -> list[str]:
    """The queues of a planning group."""
    there = sources.forecast.frame["queue"].unique()
    owners = {name: queue.planning_group for name, queue in sources.site.queues.items()}
    return [name for name in there if owners.get(name, name) == group]


def _amount(
    sources: Sources, table: VolumeForecast | ContactHistory, rows: pd.DataFrame, question: Question, what: str
) -> Amount:
    """Rows as an amount, by queue, month and day as far as they differ; then each row."""
    value = sum((exact(float(offered)) for offered in rows["offered"]), start=Fraction(0))
    place = rows_of(table, rows["position"])
    if question.day is not None and question.queue and question.kind == FORECAST:
        return replace(
            Amount(what, value, CONTACTS, "the sum of its intervals", place, _ask(question)),
            parts=lambda: [_interval(sources, row) for _, row in rows.iterrows()],
            sources=lambda: _day_sources(sources, question),
        )
    return Amount(what, value, CONTACTS, "", place, _ask(question), lambda: _below(sources, table, rows, question))


def _ask(question: Question) -> str:
    lead = f"{question.kind}.{question.queue}" if question.queue else question.kind
    when = question.day or question.month
    return words(lead, "" if question.queue else question.group, f"{when}T{question.time}" if question.time else when)


def _below(
    sources: Sources, table: VolumeForecast | ContactHistory, rows: pd.DataFrame, question: Question
) -> Sequence[Amount]:
    for level in ("queue", "month", "day"):
        if not getattr(question, level) and (level == "day" or rows[level].nunique() > 1):
            return [
                _amount(sources, table, own, _narrower(question, level, name), _called(level, name))
                for name, own in rows.groupby(level, sort=True)
            ]
    return [_history_row(table, row) for row in rows.to_dict("records")]


def _narrower(question: Question, level: str, name: Any) -> Question:
    return replace(question, group="" if level == "queue" else question.group, **{level: name})


def _called(level: str, name: Any) -> str:
    return f"{name:%a} {name}" if level == "day" else str(name)


def _history_row(table: VolumeForecast | ContactHistory, row: dict[Any, Any]) -> Amount:
    what = f"{row['queue']} {row['day']:%a} {row['day']} {row['time']}"
    return Amount(what, exact(float(row["offered"])), CONTACTS, place=rows_of(table, [row["position"]]))


def _interval(sources: Sources, row: pd.Series) -> Amount:
    """A row of the forecast: how it came about, by which edits, and what the history has of such intervals."""
    question = Question(FORECAST, day=row["day"], time=row["time"], queue=row["queue"])
    return Amount(
        f"{row['queue']} {row['time']}",
        exact(float(row["offered"])),
        CONTACTS,
        f"by {row['method']}, {row['aht_seconds']:,.1f} s of handling each",
        rows_of(sources.forecast, [row["position"]]),
        _ask(question),
        sources=lambda: [*_edits(sources, row), *_day_and_past(sources, row)],
    )


def _edits(sources: Sources, row: pd.Series) -> Iterator[Amount]:
    """The planner's edits of an interval."""
    log = sources.overrides
    if log is None:
        return
    own = (log.frame["queue"] == row["queue"]) & (log.frame["interval_start"] == row["interval_start"])
    for position, edit in log.frame[own].to_dict("index").items():
        how = f"{edit['offered_before']:,.4g} became {edit['offered_after']:,.4g}"
        change = exact(float(edit["offered_after"])) - exact(float(edit["offered_before"]))
        place = rows_of(log, [int(str(position))])
        yield Amount(f"edit {edit['override']:g} of the forecast", change, CONTACTS, how, place)


def _day_and_past(sources: Sources, row: pd.Series) -> Iterator[Amount]:
    whole = Question(FORECAST, day=row["day"], queue=row["queue"])
    yield contacts_of(sources, whole)
    past = _rows(sources, sources.history, Question(HISTORY, queue=row["queue"], time=row["time"]))
    past = past[[day.weekday() == row["day"].weekday() for day in past["day"]]]
    if len(past):
        alike = [_history_row(sources.history, own) for own in past.to_dict("records")]
        value = sum((one.value or Fraction(0) for one in alike), start=Fraction(0))
        how = f"{len(alike)} {EVENTS}: on average {float(value) / len(alike):,.2f}"
        place = rows_of(sources.history, past["position"])
        yield Amount("in the history", value, CONTACTS, how, place, parts=lambda: alike)


def _day_sources(sources: Sources, question: Question) -> Sequence[Amount]:
    """The forecast of a day taken apart, and the whole history that its methods learnt from."""
    assert question.day is not None
    found = [*_explained(sources, question.queue, question.day)]
    rows = _rows(sources, sources.history, Question(HISTORY, queue=question.queue))
    if len(rows):
        whole = contacts_of(sources, Question(HISTORY, queue=question.queue))
        found.append(replace(whole, what="all rows of the history that the methods learnt from"))
    return found


def _explained(sources: Sources, queue: str, day: date) -> Iterator[Amount]:
    explained = sources.explained(queue, day)
    if not isinstance(explained, Explanation):
        yield Amount("how it came about", None, "", explained, NOWHERE)
        return
    for line in explained.lines:
        factor = "" if line.factor is None else f"x {line.factor:.3f}"
        yield Amount(line.part, exact(line.contacts), CONTACTS, "; ".join(filter(None, (factor, line.detail))))
    for method in explained.methods:
        if method.weight_total or method.weight_shape:
            how = f"weighs {method.weight_total:.0%} in the day's total, {method.weight_shape:.0%} in its shape"
            yield Amount(f"method: {method.method}", exact(method.contacts), CONTACTS, how)
