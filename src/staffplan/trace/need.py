"""People required at a time: the staffing formula with its inputs, and who is rostered then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd

from staffplan.cost.exact import exact
from staffplan.errors import Problem, UsageError, listed
from staffplan.staffing import Step, explain
from staffplan.trace.amount import CONTACTS, MINUTES, PEOPLE, Amount, rows_of, summed
from staffplan.trace.ask import FORECAST, Question, words
from staffplan.trace.contacts import contacts_of, queues_of
from staffplan.trace.sources import Sources


def need_of(sources: Sources, question: Question, at: pd.Timestamp) -> Amount:
    """People required on queue in the interval of an instant: of a planning group, or of all."""
    length = pd.Timedelta(minutes=sources.site.calendar.interval_minutes)
    frame = sources.requirement.frame
    here = frame[(frame["interval_start"] <= at) & (at < frame["interval_start"] + length)]
    own = here[here["planning_group"] == question.group] if question.group else here
    if own.empty:
        raise UsageError(_nobody(sources, question, here))
    groups = [_group(sources, row, int(str(place))) for place, row in own.to_dict("index").items()]
    if len(groups) == 1:
        return groups[0]
    return summed(f"people required on queue, {sources.moment(at)}", groups, PEOPLE)


def _nobody(sources: Sources, question: Question, here: pd.DataFrame) -> Problem:
    said = f"nobody is required for {question.group or 'any group'} on {question.day} at {question.time}"
    if len(here):
        return Problem("explain", said, f"groups with people required then: {listed(here['planning_group'])}")
    frame = sources.requirement.frame
    frame = frame[frame["planning_group"] == question.group] if question.group else frame
    starts = frame["interval_start"].dt.tz_convert(sources.zone)
    own = starts[starts.dt.date == question.day]
    if own.empty:
        return Problem(
            "explain", said, f"people are required from {starts.min():%Y-%m-%d} to {starts.max():%Y-%m-%d}"
        )
    return Problem("explain", said, f"on that day people are required from {own.min():%H:%M} to {own.max():%H:%M}")


def _group(sources: Sources, row: dict[Any, Any], position: int) -> Amount:
    start, group = row["interval_start"], row["planning_group"]
    return Amount(
        f"people required on queue, {group}, {sources.moment(start)}",
        exact(float(row["agents_on_queue"])),
        PEOPLE,
        f"{row['agents_required']:g} on the line ({row['model']}), more for shrinkage",
        rows_of(sources.requirement, [position]),
        words(sources.moment(start), group),
        sources=lambda: [*_walk(sources, row), *_rostered(sources, row)],
    )


def _walk(sources: Sources, row: dict[Any, Any]) -> Iterator[Amount]:
    """The contacts with their forecast rows, then the lines of the staffing's own explanation."""
    start, group = row["interval_start"], row["planning_group"]
    yield _contacts(sources, start, group)
    steps = explain(sources.requirement, sources.forecast, sources.config.staffing, site=sources.site, at=start)
    for step in steps:
        if step.planning_group == group and step.line != "contacts":
            yield _step(step)


def _step(step: Step) -> Amount:
    return Amount(step.line, None if step.value != step.value else exact(step.value), step.unit, step.how)


def _contacts(sources: Sources, start: pd.Timestamp, group: str) -> Amount:
    local = start.tz_convert(sources.zone)
    rows = sources.forecast.frame
    there = set(rows.loc[rows["interval_start"] == start, "queue"])
    found: Sequence[Amount] = [
        contacts_of(sources, Question(FORECAST, day=local.date(), time=f"{local:%H:%M}", queue=queue))
        for queue in queues_of(sources, group)
        if queue in there
    ]
    ask = found[0].ask if len(found) == 1 else ""
    return summed("contacts", found, CONTACTS, how="of the interval, from the forecast", ask=ask)


def _rostered(sources: Sources, row: dict[Any, Any]) -> Iterator[Amount]:
    """Paid minutes on queue in the interval."""
    start = row["interval_start"]
    end = start + pd.Timedelta(minutes=sources.site.calendar.interval_minutes)
    paid = sources.paid
    own = paid[(paid["group"] == row["planning_group"]) & (paid["start"] < end) & (paid["end"] > start)]
    found = []
    for one in own.to_dict("records"):
        inside = (min(one["end"], end) - max(one["start"], start)) // pd.Timedelta(minutes=1)
        place = rows_of(sources.roster.activities, [one["row"]])
        ask = words(one["agent"], one["day"])
        found.append(Amount(one["agent"], Fraction(int(inside)), MINUTES, place=place, ask=ask))
    minutes = summed("rostered on queue in the interval", found, MINUTES)
    yield replace(minutes, how=f"{len({one.what for one in found})} people")
