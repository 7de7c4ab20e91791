"""Exports to one history: each table recognised and read, then put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Note, Problem
from staffplan.files.read import tables_in
from staffplan.files.records import Records
from staffplan.ingest.asked import Asked
from staffplan.ingest.contacts import read_contacts
from staffplan.ingest.headerless import with_names
from staffplan.ingest.intervals import HISTORY, Part, read_intervals
from staffplan.ingest.moved_hours import zone_asked
from staffplan.ingest.preset import Preset, all_presets
from staffplan.ingest.profile import Profile, profile_of_history, profile_of_week, spread
from staffplan.ingest.queue_log import read_events
from staffplan.ingest.recognise import Recognised, recognise
from staffplan.ingest.tables import Rejects
from staffplan.ingest.totals import Period, period_of, refuse_totals
from staffplan.ingest.wide import typical_week, unfolded, with_handling_times
from staffplan.tables.history import ContactHistory
from staffplan.tables.schema import doubt_of_unit

TOLD = ("as the times tell", "UTC, as the system writes it")
"""What is said of the zone where the times themselves or their system have one."""
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


def ingest(
    paths: Sequence[Path],
    asked: Asked,
    presets: Sequence[Preset] | None = None,
    profile: Profile | None = None,
) -> Ingested:
    """The history in one or more exports; of rows that several files have, those of the last file count.

    Raises DataError with the problems of every file, and for totals without a profile.
    """
    return ingest_read([tables_in(path) for path in paths], asked, presets, profile)


def ingest_read(
    files: Sequence[Sequence[Records]],
    asked: Asked,
    presets: Sequence[Preset] | None = None,
    profile: Profile | None = None,
) -> Ingested:
    """The history in the tables of one or more sources, as `ingest` makes it of files.

    Totals by day, week or month are spread by the profile. Raises DataError as `ingest` does.
    """
    made = ingest_tables(files, asked, all_presets() if presets is None else presets)
    if profile is not None and (period := period_of(made.history.frame, asked.timezone)) is not None:
        return _spread(made, period, profile, asked.timezone)
    if asked.totals:
        refuse_totals(made.history, asked.timezone)
    return replace(made, notes=(*made.notes, *moved_hours(made, asked)))


def moved_hours(made: Ingested, asked: Asked) -> tuple[Note, ...]:
    """The question of hours that move with some clock, unless the files or the reader tell what clock they are of."""
    told = asked.times is not None or all(part.facts["zone"] in TOLD for part in made.parts)
    return () if told and asked.zone_given else zone_asked(made.history, asked.timezone, given=asked.zone_given)


def _spread(made: Ingested, period: Period, profile: Profile, timezone: str) -> Ingested:
    """The totals as intervals, with a note that says so."""
    totals = made.history.frame.assign(_row=made.history.rows)
    frame = spread(totals, period, profile, timezone, made.history.source)
    history = ContactHistory.of(frame, made.history.source)
    message = f"{len(totals):,} totals by {period} are spread over intervals {profile.in_words}: the contacts of a "
    message += f"{period} are from the file, those of an interval are not"
    note = Note("ingest", "assumption", made.history.source, message)
    return replace(made, history=history, notes=(*made.notes, note))


def read_profile(path: Path, asked: Asked) -> Profile:
    """The profile in a file: a typical week, or any history of intervals. Raises DataError for other files."""
    tables = tables_in(path)
    week = profile_of_week(tables)
    if week is not None:
        return week
    history = ingest_tables([tables], asked, all_presets()).history
    refuse_totals(history, asked.timezone)
    return profile_of_history(history.frame, asked.timezone, history.source)


def ingest_tables(files: Sequence[Sequence[Records]], asked: Asked, presets: Sequence[Preset]) -> Ingested:
    """The history in the tables of one or more files. Raises DataError with the problems of every table."""
    return _together(read_parts(files, asked, presets), asked)


def read_parts(files: Sequence[Sequence[Records]], asked: Asked, presets: Sequence[Preset]) -> list[Part]:
    """Every table of every file, recognised and read; queue logs together, as a call may begin in one file and end in
    the next. A sheet that fits nothing, beside others that do, is left out with a note.

    Raises DataError with the problems of all tables.
    """
    parts: list[Part] = []
    logs: list[tuple[Records, Recognised]] = []
    problems: list[Problem] = []
    for tables in files:
        known, strange = _recognised(tables, asked, presets)
        problems += [] if known else [problem for error in strange for problem in error.problems]
        logs += [(records, found) for records, found in known if found.preset.kind == "events"]
        for records, found in known:
            if found.preset.kind != "events":
                read = read_contacts if found.preset.kind == "contacts" else read_intervals
                try:
                    part = read(records, found.preset, found.why, asked)
                except DataError as error:
                    problems += error.problems
                    continue
                told = [Note("ingest", "warning", records.place, said) for said in records.told]
                parts.append(replace(part, notes=(*part.notes, *told, *_left_out(strange))))
                strange = []
    if problems:
        raise DataError(problems)
    if logs:
        parts.append(read_events([records for records, _ in logs], logs[0][1].preset, logs[0][1].why, asked))
    return parts


def _left_out(strange: Sequence[DataError]) -> list[Note]:
    return [Note("ingest", "left out", p.place, p.message) for error in strange for p in error.problems]


def _recognised(
    tables: Sequence[Records], asked: Asked, presets: Sequence[Preset]
) -> tuple[list[tuple[Records, Recognised]], list[DataError]]:
    """The tables of a file with their presets, and why others fit none."""
    known: list[tuple[Records, Recognised]] = []
    strange: list[DataError] = []
    named = [with_names(table, presets, asked.preset) for table in tables]
    for records in with_handling_times([unfolded(table) for table in named]):
        try:
            refuse_typical_week(records)
            known.append((records, recognise(records, presets, asked.preset)))
        except DataError as error:
            strange.append(error)
    return known, strange


def refuse_typical_week(records: Records) -> None:
    """Raise DataError for a sheet of weekdays by times: it is an average, and no day of it ever was."""
    if typical_week(records) is not None:
        message = "this is a typical week (weekdays by times of the day), not a history: its rows have no dates"
        hint = f"export days with their dates; or use it to spread daily totals: --profile {records.place}"
        raise DataError(Problem(records.place, message, hint))


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
    notes += [*_unit_notes(parts), *_zone_notes(parts, asked)]
    source = parts[0].place if len(parts) == 1 else places
    history = ContactHistory.of(everything.loc[~again, [*HISTORY, "_row"]].reset_index(drop=True), source)
    rejects = pd.concat([part.rejects for part in parts], ignore_index=True)
    return Ingested(history, Rejects.of(rejects), tuple(parts), tuple(notes))


def _zone_notes(parts: Sequence[Part], asked: Asked) -> list[Note]:
    asking = [part.place for part in parts if part.facts["zone"].startswith("not told")]
    if not asking:
        return []
    return [Note("ingest", "question", asking[0], ZONE_ASKED.format(zone=asked.timezone))]


def _unit_notes(parts: Sequence[Part]) -> list[Note]:
    """Questions where the handling times of a table are no seconds that a center has."""
    notes: list[Note] = []
    for part in parts:
        known = part.frame.loc[part.frame["aht_seconds"].notna() & (part.frame["offered"] > 0)]
        mean = np.average(known["aht_seconds"], weights=known["offered"]) if len(known) else 0.0
        doubt = doubt_of_unit(float(mean)) if len(known) else ""
        notes += [Note("ingest", "question", part.place, f"{doubt} (--aht-unit, input.aht_unit)")] if doubt else []
    return notes
