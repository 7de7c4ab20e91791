"""Amazon Connect: the CSV file that overrides the forecast of a forecast group.

Source: Amazon Connect Administrator Guide, "Override a published forecast" (seven columns, both metrics filled, UTC;
one file holds the short-term and the long-term override and replaces the last one).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import pandas as pd

from staffplan.errors import DataError, Note, Problem
from staffplan.export.source import Exported, Source, note
from staffplan.export.text import csv_bytes, decimal_places, utc_text, whole_contacts
from staffplan.export.volumes import split

FILE_NAME = "forecast_override.csv"
HEADER = (
    "QueueName",
    "QueueId",
    "ChannelType",
    "TimeStamp",
    "IntervalDuration",
    "IncomingContactVolume",
    "AverageHandleTime",
)
CHANNELS = {"voice": "VOICE", "chat": "CHAT"}
LONGEST_MINUTES = 30
"""An instance forecasts in intervals of 15 or 30 minutes."""
Rows = dict[tuple[str, str, str, str], tuple[str, ...]]
"""Rows by queue, channel, time and length."""


def make(source: Source) -> Exported:
    """The override of calls and chats, merged with the rows of the file that is there."""
    wanted, other = _queues(source)
    source.ids.require({"queue": wanted}, "amazon-forecast")
    ours = _rows(source, wanted)
    before = {} if source.there is None else _read(source.there)
    kept = {key: row for key, row in before.items() if key not in ours}
    merged = sorted({**kept, **ours}.values(), key=lambda row: (row[4] == "daily", row[0], row[2], row[3]))
    return Exported({FILE_NAME: csv_bytes([HEADER, *merged])}, tuple(_notes(other, len(before), len(kept))))


def _queues(source: Source) -> tuple[list[str], list[str]]:
    """Queues of calls and chats, and the others."""
    channels = dict(zip(source.forecast.frame["queue"], source.forecast.frame["channel"], strict=True))
    wanted = sorted(queue for queue, channel in channels.items() if channel in CHANNELS)
    return wanted, sorted(set(channels) - set(wanted))


def _rows(source: Source, queues: list[str]) -> Rows:
    frame, length = source.forecast.frame, source.interval_minutes
    if length > LONGEST_MINUTES:
        frame, length = split(frame, length, LONGEST_MINUTES), LONGEST_MINUTES
    found: Rows = {}
    for queue in queues:
        own = frame[frame["queue"] == queue].sort_values("interval_start")
        contacts = whole_contacts(own["offered"].to_numpy(dtype=float))
        columns = (own["channel"], own["interval_start"], contacts.tolist(), own["aht_seconds"])
        for channel, start, offered, aht in zip(*columns, strict=True):
            row = _row(source, queue, channel, start, length)
            found[row[1], row[2], row[3], row[4]] = (*row, str(offered), decimal_places(aht, 1))
    return found


def _row(source: Source, queue: str, channel: str, start: pd.Timestamp, length: int) -> tuple[str, ...]:
    return queue, source.ids.get("queue", queue), CHANNELS[channel], utc_text(start), f"{length}mins"


def _read(data: bytes) -> Rows:
    """The rows of an override that is there. Raises DataError where it is another file."""
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        return {_key(row): tuple(row[name] for name in HEADER) for row in rows}
    except (KeyError, TypeError, UnicodeDecodeError, csv.Error) as error:
        said = "the file that is there is not a forecast override, so nothing can be merged with it"
        hint = f"its header must be {','.join(HEADER)}; choose another name, or remove the file"
        raise DataError(Problem("--output", said, hint)) from error


def _key(row: Mapping[str, str]) -> tuple[str, str, str, str]:
    return row["QueueId"], row["ChannelType"], row["TimeStamp"], row["IntervalDuration"]


def _notes(other: list[str], before: int, kept: int) -> list[Note]:
    notes = []
    if other:
        said = f"only calls and chats are forecast in Amazon Connect: {', '.join(other)} not written"
        notes.append(note("amazon-forecast", said, "left out"))
    if before:
        said = f"merged with the file that was there: {kept} of its {before} rows are kept, {before - kept} replaced"
        notes.append(note("amazon-forecast", said))
    return notes
