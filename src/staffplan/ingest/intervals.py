"""Rows of queues and intervals, read by a preset: counts are added up, handling times weighted by contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Note, Problem
from staffplan.files.cells import Wrong, read_distinct, read_instants, read_numbers
from staffplan.files.durations import read_durations, unit_in_name
from staffplan.files.records import Records
from staffplan.files.wall_clock import settled
from staffplan.ingest.asked import Asked
from staffplan.ingest.columns import Header, Source, is_blank, sources, texts_of
from staffplan.ingest.preset import Preset
from staffplan.ingest.rows import grouped, reasons_by_value, reasons_of_totals
from staffplan.ingest.starts import start_texts, value_above
from staffplan.ingest.tables import rejected
from staffplan.tables.units import DurationUnit

COUNTS = ("offered", "handled", "abandoned", "answered_within_threshold", "handled_total")
WHOLE, PARTS = ("aht", "handling_total"), ("talk", "hold", "after_work")
DURATIONS = ("aht", *PARTS, "handling_total")
HISTORY = ("interval_start", "queue", "offered", "aht_seconds", "handled", "abandoned", "answered_within_threshold")
SAME_ROW = "the same as an earlier row"
CHANNEL_WORDS = {"call": "voice", "phone": "voice", "voice": "voice", "": "voice"}


@dataclass(frozen=True)
class Part:
    """What one table of a file gives: canonical rows, rejects, and how it was read."""

    place: str
    preset: Preset
    why: str
    frame: pd.DataFrame
    """Columns of HISTORY, and "_row"."""
    rejects: pd.DataFrame
    facts: Mapping[str, str]
    """What was understood, a word each: zone, unit, ..."""
    notes: tuple[Note, ...] = ()
    contacts: pd.DataFrame | None = field(default=None, repr=False)


def read_intervals(records: Records, preset: Preset, why: str, asked: Asked) -> Part:
    """The history in a table of intervals. Raises DataError with every kind of problem."""
    header = Header(records.frame.columns)
    found = sources(header, preset.columns, asked.within_seconds)
    _refuse_incomplete(records, preset, found, header)
    starts, assumed = start_texts(records, found, preset, asked)
    offered = texts_of(records.frame, found["offered"])
    queue = queue_texts(records, preset, found, asked)
    reasons = reasons_by_value(records.frame, header, preset.keep, preset.drop)
    key = {"interval_start": starts, **({"queue": queue} if "queue" in found else {})}
    totals = reasons_of_totals(records.frame, key, offered)
    reasons = reasons.where(reasons != "", totals)
    reasons = reasons.mask((reasons == "") & is_blank(offered), "the number of contacts is not known")
    zone = asked.clock(preset)
    used = reasons == ""
    clock = settled(starts[used], queue[used], offered[used], records.frame.loc[used, "_row"], zone, records.place)
    starts = starts.mask(used, clock.texts)
    reasons[used] = reasons[used].mask(~clock.kept, "the clock skips this hour, and it has no contacts")
    used = reasons == ""
    typed, units = _typed(records, found, preset, asked, used, starts)
    typed = typed.assign(queue=queue[used].to_numpy(), _row=records.frame.loc[used, "_row"].to_numpy())
    reasons[used] = _same_rows(records.frame[used], typed)
    frame = _together(typed[(reasons[used] == "").to_numpy()])
    facts = {"form": records.form} if records.form else {}
    facts |= {"columns": columns_in_words(found)}
    facts |= {"zone": zone_in_words(starts[used], preset, asked), "unit of durations": units}
    facts |= {"handling time": aht_in_words(found, preset, WHOLE, PARTS), "offered": preset.offered_includes}
    facts |= {"booked by": preset.booked_by}
    place = records.place
    notes = (*assumed, *(Note("ingest", "assumption", place, note) for note in (*preset.notes, *clock.told)))
    return Part(place, preset, why, frame, rejected(records.frame, reasons, place), facts, notes)


def _refuse_incomplete(records: Records, preset: Preset, found: Mapping[str, Source], header: Header) -> None:
    ended = ("interval_start",) if "interval_end" in found else ()
    missing = [name for name in ("interval_start", "offered") if name not in (*found, *ended)]
    if missing:
        there = f"columns there: {', '.join(header.names)}"
        place = f"{records.place}:{max(records.header_row, 1)}"
        raise DataError(
            Problem(
                f"{place}:{name}", f"{preset.title}: no column is {name}", f"{there}; name it with --map mapping.toml"
            )
            for name in missing
        )


def queue_texts(records: Records, preset: Preset, found: Mapping[str, Source], asked: Asked) -> pd.Series:
    """The queue of each row: its own, that above the header, or the one name for all; with the channel where one
    queue has several, as callbacks are no calls."""
    frame = records.frame
    if "queue" not in found:
        name = value_above(records, preset.above.get("queue", "")) or _queue_above(records)
        name = asked.queue or name or preset.queue or "all"
        return pd.Series(name, index=frame.index, dtype=object)
    queue = texts_of(frame, found["queue"])
    if "channel" not in found:
        return queue
    channel = texts_of(frame, found["channel"]).str.casefold().map(lambda word: CHANNEL_WORDS.get(word, word))
    channels = pd.DataFrame({"queue": queue, "channel": channel}).drop_duplicates()
    several = channels.groupby("queue")["channel"].transform("size") > 1
    first = channels.groupby("queue")["channel"].transform(_main_channel)
    named = channels[several & (channels["channel"] != first)]
    for name, other in named.itertuples(index=False):
        queue = queue.mask((queue == name) & (channel == other), f"{name} ({other})")
    return queue


def _main_channel(channels: pd.Series) -> str:
    return "voice" if (channels == "voice").any() else str(channels.iloc[0])


def _queue_above(records: Records) -> str:
    """A name alone above the header, beside a date at most: a sheet's title."""
    if not records.sheet or len(records.above) != 1:
        return ""
    cells = [cell.strip() for cell in records.above[0] if cell.strip()]
    words = [cell for cell in cells if not any(character.isdigit() for character in cell)]
    return words[0].partition(":")[0] if len(words) == 1 else ""


def _typed(
    records: Records, found: Mapping[str, Source], preset: Preset, asked: Asked, used: pd.Series, starts: pd.Series
) -> tuple[pd.DataFrame, str]:
    """The rows used with their cells in their kinds, and the units in words. Raises DataError for other cells."""
    frame, rows = records.frame[used], records.frame.loc[used, "_row"]
    zone = asked.clock(preset)
    instants, wrong = read_instants(starts[used], zone)
    problems = grouped(wrong, rows, "interval_start", records.place)
    typed = pd.DataFrame({"interval_start": instants})
    units: dict[str, str] = {}
    for name in (*COUNTS, *DURATIONS):
        if name not in found:
            continue
        total = pd.Series(0.0, index=frame.index)
        for column in found[name].columns:
            if name in DURATIONS:
                unit = duration_unit(column, preset, asked)
                units[column] = unit or "seconds"
            values, wrong = _numbers(
                frame[column], name in DURATIONS, records.decimal_comma, unit if name in DURATIONS else None
            )
            problems += grouped(wrong, rows, column, records.place)
            problems += _negative(values, rows, column, records.place)
            total = total + values
        typed[name] = total
    if problems:
        raise DataError(problems)
    return _with_aht(typed), ", ".join(f"{column} in {unit}" for column, unit in units.items()) or "none"


def duration_unit(column: str, preset: Preset, asked: Asked) -> DurationUnit | None:
    """The unit of a column: as asked, as its name tells, or as the preset knows."""
    return asked.aht_unit or unit_in_name(column) or preset.unit or preset.pairs


def _numbers(
    values: pd.Series, is_duration: bool, decimal_comma: bool, unit: DurationUnit | None
) -> tuple[pd.Series, Wrong]:
    if is_duration:
        return read_distinct(values, partial(read_durations, decimal_comma=decimal_comma, unit=unit))
    return read_distinct(values, partial(read_numbers, decimal_comma=decimal_comma))


def _negative(values: pd.Series, rows: pd.Series, column: str, place: str) -> list[Problem]:
    below = np.flatnonzero((values < 0).to_numpy()).tolist()
    hint = "correct it, or delete the row"
    return grouped({p: (f"'{values.iloc[p]:g}' is below 0", hint) for p in below}, rows, column, place)


def _with_aht(typed: pd.DataFrame) -> pd.DataFrame:
    """The columns of a history: the handling time from its average, its total, or its parts."""
    handled = typed.get("handled_total", typed.get("handled", pd.Series(np.nan, index=typed.index)))
    aht = typed.get("aht", pd.Series(np.nan, index=typed.index))
    if "handling_total" in typed:
        aht = aht.where(aht.notna(), typed["handling_total"] / handled.where(handled > 0))
    if "talk" in typed:
        parts = typed[[name for name in ("talk", "hold", "after_work") if name in typed]]
        aht = aht.where(aht.notna(), parts.sum(axis=1).where(typed["talk"].notna()))
    typed = typed.assign(aht_seconds=aht)
    return typed.reindex(columns=[name for name in HISTORY if name != "queue"])


def _same_rows(frame: pd.DataFrame, typed: pd.DataFrame) -> pd.Series:
    """For each row "", or that another one has the same cells throughout."""
    twice = typed.duplicated(["queue", "interval_start"], keep=False).to_numpy()
    reasons = pd.Series("", index=frame.index, dtype=object)
    if twice.any():
        cells = frame[twice].drop(columns="_row").astype(object)
        reasons[cells.index[cells.duplicated().to_numpy()]] = SAME_ROW
    return reasons


def _together(typed: pd.DataFrame) -> pd.DataFrame:
    """One row for each queue and interval: several, as of skills or media, are added up."""
    if not typed.duplicated(["queue", "interval_start"]).any():
        return typed
    weight = typed["handled"].fillna(typed["offered"]).where(typed["aht_seconds"].notna())
    work = typed.assign(_weight=weight, _work=weight * typed["aht_seconds"])
    by = work.groupby(["queue", "interval_start"], sort=False)
    numbers = ["offered", "handled", "abandoned", "answered_within_threshold", "_weight", "_work"]
    summed = by[numbers].sum(min_count=1).assign(_row=by["_row"].min())
    summed["aht_seconds"] = summed["_work"] / summed["_weight"].where(summed["_weight"] > 0)
    return summed.reset_index().reindex(columns=typed.columns)


def columns_in_words(found: Mapping[str, Source]) -> str:
    """Which column of the file each of ours is."""
    return ", ".join(f"{ours} = {source.in_words()}" for ours, source in found.items())


def aht_in_words(found: Mapping[str, Source], preset: Preset, whole: Sequence[str], parts: Sequence[str]) -> str:
    """What the handling time holds, and the columns it is from: one that has all of it, else its parts."""
    there = [found[name].in_words() for name in whole if name in found][:1]
    there = there or [found[name].in_words() for name in parts if name in found]
    return f"{preset.aht_parts} (from {', '.join(there)})" if there else "none in this file"


def tell_zone(starts: pd.Series) -> bool:
    """Whether most of the times have an offset."""
    return bool(starts.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$").mean() > 0.5)


def zone_in_words(starts: pd.Series, preset: Preset, asked: Asked) -> str:
    """Which clock the times are read by."""
    if tell_zone(starts):
        return "as the times tell"
    if asked.times is not None:
        return f"{asked.times}, as given"
    if preset.zone == "utc":
        return "UTC, as the system writes it"
    return asked.timezone if asked.zone_given else f"not told; read as {asked.timezone}"
