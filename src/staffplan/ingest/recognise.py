"""Which preset a file fits, by the names of its columns; or which comes nearest, and what it lacks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from staffplan.errors import DataError, Problem, UsageError, nearest
from staffplan.files.records import Records
from staffplan.ingest.columns import ADDED, Header
from staffplan.ingest.preset import Preset
from staffplan.tables.names import CALL_NAMES, CALL_PARTS, HISTORY_NAMES

CANONICAL, SHEET, CALLS = "canonical", "sheet", "calls"
"""Presets of files with usual names of columns, for systems that no other preset knows."""
NEEDED = (
    (SHEET, ("interval_start", "offered")),
    (SHEET, ("interval_end", "offered")),
    (CALLS, ("arrival", "wait_seconds", "outcome")),
    (CALLS, ("arrival", "answered_at")),
)
"""Columns by which they are recognised, in this order."""
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}")
CALL_TIMES = ("call time", "time", "start time", "call start", "call started")
NAMES_SHOWN = 12


@dataclass(frozen=True)
class Recognised:
    """A preset, and why it was taken."""

    preset: Preset
    why: str


def recognise(records: Records, presets: Sequence[Preset], wanted: Preset | None = None) -> Recognised:
    """The preset that fits; of several the one that asks for most. `wanted` is taken as it is.

    Raises DataError, with the nearest preset and what is missing, where none fits.
    """
    header = Header(records.frame.columns)
    if wanted is not None:
        return Recognised(_with_usual_names(wanted), "as asked")
    fits = [preset for preset in presets if _fits(preset, header)]
    if fits:
        best = max(fits, key=lambda preset: len(preset.fingerprint))
        return Recognised(_with_usual_names(best), f"it has the columns {', '.join(best.fingerprint)}")
    by_name = {preset.name: preset for preset in presets}
    for name, needed in NEEDED:
        own = _with_usual_names(by_name[name]) if name in by_name else None
        if own and all(header.source(own.columns[column]) for column in needed):
            return Recognised(own, "its columns have usual names")
    raise DataError(_unknown(records, header, presets))


def _fits(preset: Preset, header: Header) -> bool:
    """Whether the file has the preset's columns; staffplan's own history has them letter by letter."""
    if preset.name == CANONICAL:
        return set(preset.fingerprint) <= set(header.names)
    return bool(preset.fingerprint) and all(map(header.has, preset.fingerprint))


def is_recognised(records: Records, presets: Sequence[Preset]) -> bool:
    """Whether some preset fits."""
    try:
        recognise(records, presets)
    except DataError:
        return False
    return True


def preset_named(name: str, presets: Sequence[Preset]) -> Preset:
    """The preset of this name. Raises UsageError where there is none."""
    by_name = {preset.name: preset for preset in presets}
    if name not in by_name:
        raise UsageError(Problem("--from", f"{name!r} is not a preset", nearest(name, list(by_name))))
    return by_name[name]


def preset_of_columns(columns: Mapping[str, str | Sequence[str]]) -> Preset | None:
    """The preset that the settings make with [input.columns]; None where they name no column."""
    if not columns:
        return None
    theirs = {ours: names if isinstance(names, str) else ADDED.join(names) for ours, names in columns.items()}
    names = {"aht" if ours == "aht_seconds" else ours: (name,) for ours, name in theirs.items()}
    return Preset(name="settings", title="columns as input.columns names them", certainty="own", columns=names)


def _with_usual_names(preset: Preset) -> Preset:
    """The preset; those of usual names with the table of these names, staffplan's own with it after its own names."""
    if preset.name == CANONICAL:
        known = {ours: (*preset.columns[ours], *HISTORY_NAMES[ours]) for ours in preset.columns}
        return preset.model_copy(update={"columns": {**preset.columns, **known}})
    if preset.name == SHEET:
        pairs = [f"{day} + {time}" for day in HISTORY_NAMES["date"] for time in HISTORY_NAMES["time"] if day != time]
        names = {ours: theirs for ours, theirs in HISTORY_NAMES.items() if ours not in ("date", "time")}
        start = (*pairs, *names["interval_start"])
        return preset.model_copy(update={"columns": {**names, "interval_start": start, **preset.columns}})
    if preset.name == CALLS:
        pairs = [f"{day} + {time}" for day in HISTORY_NAMES["date"] for time in CALL_TIMES]
        arrival = (*pairs, *CALL_NAMES["arrival"])
        whole = tuple(name for name in CALL_NAMES["handling_seconds"] if name not in CALL_PARTS["talk"])
        names = {**CALL_NAMES, **CALL_PARTS, "arrival": arrival, "handling_seconds": whole}
        return preset.model_copy(update={"columns": {**names, **preset.columns}})
    return preset


def _unknown(records: Records, header: Header, presets: Sequence[Preset]) -> Problem:
    shown = ", ".join(header.names[:NAMES_SHOWN])
    more = f" and {len(header.names) - NAMES_SHOWN} more" if len(header.names) > NAMES_SHOWN else ""
    missing = {
        preset.title: [entry for entry in preset.fingerprint if not header.has(entry)]
        for preset in presets
        if preset.fingerprint
    }
    there = {preset.title: len(preset.fingerprint) for preset in presets if preset.fingerprint}
    best = max(missing, key=lambda title: (there[title] - len(missing[title])) / there[title])
    if sum(1 for name in header.names if _MOMENT.search(name)) > 1:
        place = f"{records.place}:{max(records.header_row, 1)}"
        return Problem(
            place, f"the file has no header: the first row is data, {shown}{more}", "add a row of names above"
        )
    near = there[best] - len(missing[best])
    hint = "name its columns in a mapping (--map mapping.toml), or rename them: interval_start, queue, offered"
    if near:
        hint = f"nearest is {best}, which also has: {', '.join(missing[best])}; {hint}"
    return Problem(
        f"{records.place}:{max(records.header_row, 1)}",
        f"the file fits no preset; columns there: {shown}{more}",
        hint,
    )
