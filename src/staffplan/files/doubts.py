"""What can be read but looks odd, for the reader to judge: columns left unused, how stamps are written, queues named
alike, a queue that is the sum of the others."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype

from staffplan.errors import Note, listed
from staffplan.files.cells import read_instants
from staffplan.files.records import Records
from staffplan.files.stamps import foreign_offsets, how_written
from staffplan.tables.history import ContactHistory
from staffplan.tables.schema import Table

HALF_A_CONTACT = 0.5


def about_columns(raw: pd.DataFrame, table: type[Table], place: str) -> tuple[Note, ...]:
    """Columns of a history that are not used, where some that would be are not there: they may be the same."""
    names = [column.name for column in table.columns]
    absent = [name for name in names if name not in raw.columns]
    unused = [str(name) for name in raw.columns if name not in (*names, "_row")]
    if not (table.mapped and absent and unused):
        return ()
    message = f"columns not used: {listed(unused)}; not there: {', '.join(absent)} ([input.columns] maps names)"
    return (Note("forecast", "left out", place, message),)


def about_title(records: Records) -> tuple[Note, ...]:
    """Lines above the header, which are not read, and what else is to be known of the file."""
    told = tuple(Note("forecast", "warning", records.place, said) for said in records.told)
    if not records.above:
        return told
    first = " ".join(cell.strip() for cell in records.above[0] if cell.strip())
    message = f"the header is row {records.header_row}; lines above it are not read, the first is {first!r}"
    return (Note("forecast", "assumption", records.place, message), *told)


def about_stamps(raw: pd.DataFrame, place: str, timezone: str) -> tuple[Note, ...]:
    """What a reader should know of how the times of intervals are written."""
    if "interval_start" not in raw.columns or is_datetime64_any_dtype(raw["interval_start"]):
        return ()
    distinct = pd.Series(raw["interval_start"].unique(), dtype=object)
    told, doubtful = how_written(distinct)
    foreign = foreign_offsets(distinct, read_instants(distinct, timezone)[0], timezone)
    kinds = (("assumption", told), ("warning", doubtful), ("warning", foreign))
    return tuple(Note("forecast", kind, place, f"interval_start: {message}") for kind, message in kinds if message)


def about_names(history: ContactHistory) -> tuple[Note, ...]:
    """Queues whose names differ in nothing that a person would see."""
    alike: dict[str, list[str]] = {}
    for name in sorted(history.frame["queue"].unique()):
        alike.setdefault(re.sub(r"[\s_-]+", " ", name).casefold(), []).append(name)
    message = (
        "differ only in capitals, blanks or dashes and are read as separate queues; use one name if they are the same"
    )
    return tuple(
        Note("forecast", "warning", history.source, f"queue: {' and '.join(map(repr, names))} {message}")
        for names in alike.values()
        if len(names) > 1
    )


def about_sums(history: ContactHistory) -> tuple[Note, ...]:
    """Queues that are the sum of all others, as exports add them below."""
    frame = history.frame
    totals = frame.groupby("queue")["offered"].sum()
    if len(totals) < 3:
        return ()
    likely = totals.index[np.isclose(2 * totals, totals.sum()) & (totals > 0)]
    message = (
        "holds the sum of all others in every interval: everything is counted twice; name it in input.ignore_queues"
    )
    return tuple(
        Note("forecast", "warning", history.source, f"queue: {name!r} {message}")
        for name in likely
        if _is_sum_of_the_others(frame, name)
    )


def _is_sum_of_the_others(frame: pd.DataFrame, queue: str) -> bool:
    own = frame["queue"] == queue
    by_interval = [part.groupby("interval_start")["offered"].sum() for part in (frame[own], frame[~own])]
    return bool((by_interval[0].sub(by_interval[1], fill_value=0).abs() < HALF_A_CONTACT).all())
