"""The history that the settings ask for, from a file of staffplan or of another system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from staffplan.clock import midnight
from staffplan.errors import DataError, Note, Problem
from staffplan.files.doubts import about_names, about_sums
from staffplan.files.joined import plain_texts
from staffplan.files.read import strangers, table_from, tables_in
from staffplan.files.records import Records
from staffplan.ingest.asked import Asked
from staffplan.ingest.columns import Header
from staffplan.ingest.intervals import Part, tell_zone
from staffplan.ingest.moved_hours import zone_asked
from staffplan.ingest.preset import all_presets
from staffplan.ingest.recognise import is_recognised, preset_named
from staffplan.ingest.starts import is_time_alone
from staffplan.ingest.step import ingest_tables, moved_hours
from staffplan.ingest.totals import refuse_totals
from staffplan.settings.config import Config
from staffplan.tables.history import ContactHistory
from staffplan.tables.names import HISTORY_NAMES, plain

OURS = ("interval_start", "offered")
"""Columns by which a file is one of staffplan."""


def read_history(path: Path, config: Config, *, is_whole: bool = True) -> ContactHistory:
    """The history as the settings ask for it: columns mapped, later days and ignored queues left out.

    Files of other systems are recognised, and read as `staffplan ingest` does, with a note. is_whole: whether each
    queue of the settings must have rows; a part of a day may have none of a queue. Raises DataError for a queue that
    the settings do not know (when they name any), for totals by day or longer, and when nothing is left.
    """
    tables = tables_in(path)
    history = _own(tables[0], config) if _is_ours(tables, config) else _foreign(tables, config)
    if config.input.totals:
        refuse_totals(history, config.plan.timezone)
    return _asked_for(history, config, is_whole=is_whole)


def _is_ours(tables: Sequence[Records], config: Config) -> bool:
    """Whether the file has staffplan's columns, or some of them and fits no preset, or the settings name them."""
    there = set(map(str, tables[0].frame.columns)).intersection(OURS)
    if len(tables) > 1 or config.input.preset is not None:
        return False
    if config.input.columns or len(there) == len(OURS):
        return True
    return bool(there) and not is_recognised(tables[0], all_presets())


def _own(records: Records, config: Config) -> ContactHistory:
    chosen = config.input
    _refuse_without_times(records, chosen.columns.get("interval_start", "interval_start"))
    history = table_from(
        records,
        ContactHistory,
        timezone=chosen.timezone or config.plan.timezone,
        columns=chosen.columns,
        constants={"queue": chosen.queue} if chosen.queue else None,
        known={"queue": _names(config)} if _names(config) else None,
        units={"aht_seconds": chosen.aht_unit} if chosen.aht_unit else None,
        date_order=chosen.date_order,
    )
    given = "timezone" in config.plan.model_fields_set
    if given and (chosen.timezone or _tells_zone(records, config)):
        return history
    return replace(history, notes=(*history.notes, *zone_asked(history, config.plan.timezone, given=given)))


def _tells_zone(records: Records, config: Config) -> bool:
    """Whether the times have an offset; a date and a time in two columns have none."""
    start = config.input.columns.get("interval_start", "interval_start")
    known = isinstance(start, str) and start in records.frame.columns
    return known and tell_zone(plain_texts(records.frame[start]))


def _refuse_without_times(records: Records, start: str | tuple[str, ...]) -> None:
    """Raise DataError where the start's column has the day alone, several times, and another one has the time."""
    header = Header(records.frame.columns)
    time = header.source([name for name in HISTORY_NAMES["time"] if name != plain(str(start))])
    if not isinstance(start, str) or start not in records.frame.columns or time is None:
        return
    days = plain_texts(records.frame[start])
    if not (days.str.contains(":").any() or days.is_unique) and is_time_alone(
        plain_texts(records.frame[time.columns[0]])
    ):
        hint = f'write under [input.columns]: interval_start = ["{start}", "{time.columns[0]}"]'
        place = f"{records.place}:{max(records.header_row, 1)}:{start}"
        raise DataError(Problem(place, f"the column has days alone; the times stand in {time.columns[0]!r}", hint))


def _names(config: Config) -> list[str]:
    listed = config.queues_listed()
    return [*listed, *config.input.ignore_queues] if listed else []


def _foreign(tables: Sequence[Records], config: Config) -> ContactHistory:
    """A file of another system, recognised by its columns or by input.preset."""
    chosen, presets = config.input, all_presets()
    asked = Asked(
        timezone=config.plan.timezone,
        zone_given="timezone" in config.plan.model_fields_set,
        times=chosen.timezone,
        interval_minutes=config.plan.interval_minutes,
        aht_unit=chosen.aht_unit,
        date_order=chosen.date_order,
        queue=chosen.queue,
        preset=None if chosen.preset is None else preset_named(chosen.preset, presets),
    )
    made = ingest_tables([tables], asked, presets)
    frame = made.history.frame.assign(_row=made.history.rows)
    names = _names(config)
    problems = strangers(frame, "queue", names, made.history.source) if names else []
    if problems:
        raise DataError(problems)
    told = (*made.notes, *moved_hours(made, asked))
    notes = (*map(_read_as, made.parts), *(replace(note, step="forecast") for note in told))
    return replace(made.history, notes=tuple(dict.fromkeys(notes)))


def _read_as(part: Part) -> Note:
    """How a table was read, in one line."""
    facts = part.facts
    said = f"read as {part.preset.title} ({part.preset.name}); zone: {facts['zone']}; handling time: "
    said += f"{facts['handling time']}; offered: {facts['offered']}"
    if len(part.rejects):
        said += f"; {len(part.rejects):,} rows not used ({', '.join(part.rejects['reason'].unique()[:3])})"
    return Note("forecast", "assumption", part.place, said)


def _asked_for(history: ContactHistory, config: Config, *, is_whole: bool) -> ContactHistory:
    """The rows up to input.until of the queues that are not ignored. Raises DataError where a queue has none."""
    chosen = config.input
    kept = ~history.frame["queue"].isin(chosen.ignore_queues)
    if chosen.until is not None:
        end = midnight(chosen.until + timedelta(days=1), config.plan.timezone)
        kept &= history.frame["interval_start"] < end
    left = history if kept.all() else history.only(kept.to_numpy())
    there = set(left.frame["queue"].unique())
    absent = [
        name
        for name, queue in config.queues.items()
        if name not in there and queue.like is None and not there.intersection(queue.was)
    ]
    absent = absent if is_whole else []
    if not len(left) or absent:
        raise DataError(_nothing_left(history.source, absent))
    return replace(left, notes=(*left.notes, *about_names(left), *about_sums(left)))


def _nothing_left(place: str, absent: Sequence[str]) -> list[Problem]:
    if not absent:
        return [Problem(place, "no rows are left", "look at input.until and input.ignore_queues in the settings")]
    hint = 'correct the queue\'s name in the settings, remove its section, or let it borrow: like = "..."'
    return [Problem(place, f"there are no rows for queue {name!r}", hint) for name in absent]
