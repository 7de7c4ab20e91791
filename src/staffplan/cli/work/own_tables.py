"""A forecast or a requirement that another tool or a person made: read, and what it leaves open filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from staffplan.errors import QUESTION, Note
from staffplan.files.read import column_names, read_table
from staffplan.forecast.channels import channel_named
from staffplan.settings.config import Config
from staffplan.settings.queues import QueueSettings
from staffplan.settings.toml_words import quoted_name
from staffplan.tables.forecast import GivenForecast, VolumeForecast
from staffplan.tables.requirement import LineNeeded, PeopleNeeded, StaffingRequirement

GIVEN = "given"
"""The method of a forecast that does not name its own."""
HEADS = ("agents_on_queue", "agents_required")


def read_forecast(path: Path, config: Config, known: Mapping[str, Sequence[str]] | None = None) -> VolumeForecast:
    """A forecast file with at least interval_start, queue, offered and aht_seconds.

    A channel that is not there is that of the settings, else voice; bands that are not there stay blank.
    Raises DataError as `read_table` does.
    """
    given = read_table(path, GivenForecast, timezone=config.plan.timezone, known=known)
    frame = given.frame
    channels = frame["queue"].map(lambda name: config.queues.get(name, QueueSettings()).channel).astype(object)
    open_ones = frame["channel"] == ""
    filled = frame.assign(
        channel=frame["channel"].where(~open_ones, channels),
        method=frame["method"].where(frame["method"] != "", GIVEN),
    )
    notes = [_about_channel(str(name), config) for name in sorted(frame.loc[open_ones, "queue"].unique())]
    return replace(given, frame=filled, notes=(*given.notes, *(note for note in notes if note is not None)))


def _about_channel(queue: str, config: Config) -> Note | None:
    """What a queue without a channel in the file is taken for, where the settings name none either."""
    settings = config.queues.get(queue, QueueSettings())
    if "channel" in settings.model_fields_set:
        return None
    named, setting = channel_named(queue), f"queues.{quoted_name(queue)}.channel"
    said = f"no channel is given: taken for {settings.channel}"
    if named is None:
        return Note("staff", "assumption", queue, said)
    asked = f'{said}; is it {named}, as its name says? add a column channel, or write {setting} = "{named}"'
    return Note("staff", QUESTION, queue, asked)


def about_bands(forecast: VolumeForecast, step: str) -> tuple[Note, ...]:
    """Queues without bands, for a step that simulates uncertain volumes."""
    frame = forecast.frame
    without = frame["offered_p10"].isna() | frame["offered_p90"].isna()
    queues = [str(name) for name in sorted(frame.loc[without, "queue"].unique())]
    if not queues:
        return ()
    said = f"no bands (offered_p10, offered_p90) for {', '.join(queues)}: the volume is simulated as certain"
    return (Note(step, "assumption", forecast.source, said),)


def read_requirement(path: Path, timezone: str) -> StaffingRequirement:
    """A requirement file with at least interval_start, planning_group and the people: on queue, or on the line.

    Whichever of agents_on_queue and agents_required is not there is taken from the other; on the line are whole
    people. Raises DataError as
    `read_table` does.
    """
    there = column_names(path)
    kind = LineNeeded if HEADS[1] in there and HEADS[0] not in there else PeopleNeeded
    read: StaffingRequirement = read_table(path, kind, timezone=timezone)
    known, missing = (HEADS[1], HEADS[0]) if kind is LineNeeded else HEADS
    if not read.frame[missing].isna().any():
        return read
    taken = np.ceil(read.frame[known]) if missing == HEADS[1] else read.frame[known]
    filled = read.frame.assign(**{missing: read.frame[missing].fillna(taken)})
    said = f"{missing} is not given: taken from {known}, so nothing is added for shrinkage between the two"
    return replace(read, frame=filled, notes=(*read.notes, Note("requirement", "assumption", read.source, said)))
