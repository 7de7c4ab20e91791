"""Single calls for what learns from them: logs of known systems, and what other logs tell in their own ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Note
from staffplan.files.cells import read_instants
from staffplan.files.durations import read_durations
from staffplan.files.joined import joined_texts, plain_texts
from staffplan.files.records import Records
from staffplan.files.stamps import iso_texts
from staffplan.files.wall_clock import settled_in_order
from staffplan.ingest.asked import Asked
from staffplan.ingest.columns import Header
from staffplan.ingest.contacts import seconds_after
from staffplan.ingest.preset import all_presets
from staffplan.ingest.recognise import CALLS, recognise
from staffplan.ingest.starts import is_time_alone
from staffplan.ingest.step import read_parts
from staffplan.tables.names import CALL_NAMES, HISTORY_NAMES, outcome_word

SOON_SECONDS, MOST = 2 * 3600, 0.95
"""A column of clock times is one of answers where so many lie so soon after the arrival."""
OUTCOME = "outcome (yes and no as the column means them)"
ARRIVAL, WAIT, HANDLING = "arrival (date and time)", "wait (answer - arrival)", "handling (end - answer)"


def contacts_of(tables: Sequence[Records], asked: Asked) -> tuple[pd.DataFrame, tuple[Note, ...]] | None:
    """The contacts in a log of a known system, with the columns of a call log, and how it was read; None for others.

    Raises DataError where a log of a known system cannot be read.
    """
    presets = all_presets()
    try:
        found = [recognise(records, presets, asked.preset).preset for records in tables]
    except DataError:
        return None
    if any(preset.kind == "intervals" or preset.name == CALLS for preset in found):
        return None
    parts = read_parts([tables], asked, presets)
    frames = [part.contacts for part in parts if part.contacts is not None]
    contacts = pd.concat(frames, ignore_index=True)
    rows = contacts["_row"] if len(frames) == 1 else pd.Series(np.arange(len(contacts)) + 1)
    read_as = [Note("fit", "assumption", p.place, f"read as {p.preset.title} ({p.preset.name})") for p in parts]
    notes = [replace(note, step="fit") for part in parts for note in part.notes]
    return contacts.drop(columns="_row").assign(row=rows.astype(float)), (*read_as, *notes)


def with_call_times(records: Records, names: Mapping[str, str], timezone: str) -> tuple[Records, dict[str, str]]:
    """A log with the date put to an arrival that is a time alone, with waits and handling times from clock times.

    names: our columns = the file's. Gives the names anew.
    """
    frame, found = records.frame, dict(names)
    header = Header(frame.columns)
    arrival = plain_texts(frame[found["arrival"]])
    day = header.source(HISTORY_NAMES["date"])
    if is_time_alone(arrival) and day is not None and day.columns[0] != found["arrival"]:
        arrival = joined_texts([plain_texts(frame[day.columns[0]]), arrival])
        frame, found["arrival"] = frame.assign(**{ARRIVAL: arrival}), ARRIVAL
    arrival, clock = settled_in_order(iso_texts(arrival), timezone)
    if clock:
        frame, found["arrival"] = frame.assign(**{ARRIVAL: arrival}), ARRIVAL
    at, wrong = read_instants(arrival, timezone)
    column = found.get("outcome", "")
    if column in frame.columns:
        meant = plain_texts(frame[column]).map(partial(outcome_word, column))
        frame, found["outcome"] = frame.assign(**{OUTCOME: meant}), OUTCOME
    if not wrong:
        frame, found = _with_wait(frame, found, at, timezone)
        frame, found = _with_handling(frame, found, header, at, timezone)
    return replace(records, frame=frame), found


def _with_wait(
    frame: pd.DataFrame, found: dict[str, str], at: pd.Series, timezone: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The wait in seconds, where its column is the time of the answer."""
    texts = plain_texts(frame[found["wait_seconds"]])
    seconds = seconds_after(at, texts, timezone)
    told = texts.str.contains(r"\d:\d")
    soon = seconds.between(0, SOON_SECONDS)
    if not told.any() or soon[told].mean() < MOST or _is_duration(texts, at, timezone):
        return frame, found
    return frame.assign(**{WAIT: seconds.map("{:g}".format).where(soon, "")}), {**found, "wait_seconds": WAIT}


def _is_duration(texts: pd.Series, at: pd.Series, timezone: str) -> bool:
    """Whether the cells are shorter than the times of day of the arrivals, as waits are, and answers are not."""
    minutes = at.dt.tz_convert(timezone).dt.hour * 3600 + at.dt.tz_convert(timezone).dt.minute * 60
    durations, _ = read_durations(texts)
    return bool((durations < minutes).mean() > 0.5)


def _with_handling(
    frame: pd.DataFrame, found: dict[str, str], header: Header, at: pd.Series, timezone: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The handling time from the answer to the end, where the log has no other."""
    end = header.source(CALL_NAMES["ended_at"])
    if "handling_seconds" in found or end is None:
        return frame, found
    wait, wrong = read_durations(plain_texts(frame[found["wait_seconds"]]))
    handling = seconds_after(at, plain_texts(frame[end.columns[0]]), timezone) - wait
    if wrong or not handling.ge(0).any():
        return frame, found
    texts = handling.map("{:g}".format).where(handling >= 0, "")
    return frame.assign(**{HANDLING: texts}), {**found, "handling_seconds": HANDLING}
