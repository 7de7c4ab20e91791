"""Exports to one history: each table recognised and read, then put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from staffplan.errors import DataError, Note, Problem
from staffplan.files.read import tables_in
from staffplan.files.records import Records
from staffplan.ingest.asked import Asked
from staffplan.ingest.contacts import read_contacts
from staffplan.ingest.intervals import HISTORY, Part, read_intervals
from staffplan.ingest.preset import Preset, all_presets
from staffplan.ingest.queue_log import read_events
from staffplan.ingest.recognise import Recognised, recognise
from staffplan.ingest.tables import Rejects
from staffplan.tables.history import ContactHistory

ZONE_ASKED = (
    "the times have no zone, and none is given: they are read as {zone}; give the zone of the center "
    "(--timezone Europe/Madrid, or plan.timezone)"
)


@dataclass(frozen=True)
class Ingested:
    """A history, and how it came about."""

    history: ContactHistory
    rejects: Rejects
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]


def ingest(paths: Sequence[Path], asked: Asked, presets: Sequence[Preset] | None = None) -> Ingested:
    """The history in one or more exports; of rows that several files have, those of the last file count.

    Raises DataError with the problems of every file.
    """
    known = all_presets() if presets is None else presets
    return _together(read_parts([records for path in paths for records in tables_in(path)], asked, known), asked)


def read_parts(tables: Sequence[Records], asked: Asked, presets: Sequence[Preset]) -> list[Part]:
    """Every table, recognised and read; queue logs together, as a call may begin in one file and end in the next.

    Raises DataError with the problems of all tables.
    """
    parts: list[Part] = []
    logs: list[tuple[Records, Recognised]] = []
    problems: list[Problem] = []
    for records in tables:
        try:
            found = recognise(records, presets, asked.preset)
            if found.preset.kind == "events":
                logs.append((records, found))
            else:
                read = read_contacts if found.preset.kind == "contacts" else read_intervals
                parts.append(read(records, found.preset, found.why, asked))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    if logs:
        parts.append(read_events([records for records, _ in logs], logs[0][1].preset, logs[0][1].why, asked))
    return parts


def _together(parts: Sequence[Part], asked: Asked) -> Ingested:
    frames = [part.frame.assign(_part=place) for place, part in enumerate(parts)]
    everything = pd.concat(frames, ignore_index=True)
    places = " and ".join(dict.fromkeys(part.place for part in parts)) if len(parts) < 3 else f"{len(parts)} tables"
    if not len(everything):
        raise DataError(Problem(places, "no row is left", "look at the reasons with --from and --map"))
    again = everything.duplicated(["queue", "interval_start"], keep="last")
    lost = everything[again]
    notes = [note for part in parts for note in part.notes]
    if len(lost):
        message = f"{len(lost):,} intervals are in several files; those of the last file count"
        notes.append(Note("ingest", "assumption", places, message))
    notes += _zone_notes(parts, asked)
    source = parts[0].place if len(parts) == 1 else places
    history = ContactHistory.of(everything.loc[~again, [*HISTORY, "_row"]].reset_index(drop=True), source)
    rejects = pd.concat([part.rejects for part in parts], ignore_index=True)
    return Ingested(history, Rejects.of(rejects), tuple(parts), tuple(notes))


def _zone_notes(parts: Sequence[Part], asked: Asked) -> list[Note]:
    asking = [part.place for part in parts if part.facts["zone"].startswith("not told")]
    if not asking:
        return []
    return [Note("ingest", "question", asking[0], ZONE_ASKED.format(zone=asked.timezone))]
