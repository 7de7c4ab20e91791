"""Rows of single contacts (calls, tickets), read by a preset, and counted by queue and interval of their arrival."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from staffplan.clock import utc_offsets
from staffplan.errors import DataError, Note, Problem
from staffplan.files.cells import read_instants
from staffplan.files.durations import read_durations
from staffplan.files.records import Records
from staffplan.files.stamps import iso_texts
from staffplan.files.wall_clock import settled_in_order
from staffplan.ingest.asked import Asked
from staffplan.ingest.columns import Header, Source, is_blank, sources, texts_of
from staffplan.ingest.intervals import (
    HISTORY,
    PARTS,
    Part,
    aht_in_words,
    columns_in_words,
    duration_unit,
    queue_texts,
    zone_in_words,
)
from staffplan.ingest.preset import Preset
from staffplan.ingest.rows import grouped, reasons_by_value, reasons_of_totals
from staffplan.ingest.starts import in_order, moment_texts
from staffplan.ingest.tables import rejected
from staffplan.tables.names import ABANDONED_WORDS, ANSWERED_WORDS, outcome_word, plain_word

ANSWERED, ABANDONED, OTHER = "answered", "abandoned", "other"
CONTACTS = ("arrival", "queue", "outcome", "wait_seconds", "handling_seconds", "agent", "customer", "_row")
NO_QUEUE = "unassigned"
OUTCOMES_SHOWN = 'outcomes = { column = "...", answered = ["..."], abandoned = ["..."] }'
SECONDS_OF_A_DAY = 86400
COUNTED = "each row is a contact, in the interval of its arrival; handling times go to that interval too"


def read_contacts(records: Records, preset: Preset, why: str, asked: Asked) -> Part:
    """The contacts of a table, and the history they come to. Raises DataError with every kind of problem."""
    frame, header = records.frame, Header(records.frame.columns)
    found = sources(header, preset.columns, asked.within_seconds)
    if "arrival" not in found:
        place = f"{records.place}:{max(records.header_row, 1)}:arrival"
        there = f"columns there: {', '.join(header.names)}"
        raise DataError(Problem(place, f"{preset.title}: no column is the arrival", f"{there}; name it with --map"))
    arrival, assumed = in_order(moment_texts(frame, found["arrival"]), records.place, preset, asked)
    reasons = reasons_by_value(frame, header, preset.keep, preset.drop)
    remarks = reasons_of_totals(frame, {"interval_start": arrival}, pd.Series("", index=frame.index))
    reasons = reasons.where(reasons != "", remarks)
    reasons = reasons.mask((reasons == "") & is_blank(arrival), "it has no time of arrival")
    used = (reasons == "").to_numpy()
    settled, clock = settled_in_order(arrival[used], asked.clock(preset))
    arrival = arrival.mask(used, settled)
    contacts, units = _typed(records, found, preset, asked, used, arrival)
    facts = {"form": records.form} if records.form else {}
    facts |= {"columns": columns_in_words(found)}
    facts |= {"zone": zone_in_words(arrival[used], preset, asked), "unit of durations": units}
    parts = [name for name in PARTS if name in found] or ["ended_at"]
    facts |= {"handling time": aht_in_words(found, preset, ("handling_seconds",), parts)}
    facts |= {"offered": preset.offered_includes, "booked by": preset.booked_by, "counted": COUNTED}
    place = records.place
    notes = (*assumed, *(Note("ingest", "assumption", place, note) for note in (*preset.notes, *clock)))
    history = counted(contacts, asked, abandons=preset.outcomes.unfilled == ABANDONED)
    return Part(place, preset, why, history, rejected(frame, reasons, place), facts, notes, contacts)


def _typed(
    records: Records, found: Mapping[str, Source], preset: Preset, asked: Asked, used: np.ndarray, arrival: pd.Series
) -> tuple[pd.DataFrame, str]:
    """Contacts in their kinds, and the units in words. used: (rows,) whether each row is. Raises DataError."""
    frame, rows = records.frame[used], records.frame.loc[used, "_row"]
    zone = asked.clock(preset)
    instants, wrong = read_instants(arrival[used], zone)
    problems = grouped(wrong, rows, "arrival", records.place)
    queue = queue_texts(records, preset, found, asked)[used]
    contacts = pd.DataFrame({"arrival": instants, "queue": queue.mask(is_blank(queue), NO_QUEUE), "_row": rows})
    durations: dict[str, pd.Series] = {}
    units: dict[str, str] = {}
    for name in ("wait_seconds", *PARTS, "handling_seconds"):
        if name not in found:
            continue
        column = found[name].columns[0]
        unit = duration_unit(column, preset, asked)
        units[column] = unit or "seconds"
        values = texts_of(frame, found[name])
        durations[name], wrong = read_durations(values, decimal_comma=records.decimal_comma, unit=unit)
        problems += grouped(wrong, rows, column, records.place)
    moments = {name: _moment(frame, found, name, instants, zone, preset) for name in ("answered_at", "ended_at")}
    contacts["outcome"], unknown = _outcomes(frame, found, preset, moments["answered_at"])
    problems += [] if unknown is None else [Problem(records.place, *unknown)]
    if problems:
        raise DataError(problems)
    for name in ("agent", "customer"):
        contacts[name] = texts_of(frame, found[name]) if name in found else ""
    contacts["wait_seconds"] = _wait(durations, moments, instants)
    contacts["handling_seconds"] = _handling(durations, moments, contacts)
    in_words = ", ".join(f"{column} in {unit}" for column, unit in units.items()) or "none"
    return contacts.reindex(columns=list(CONTACTS)).reset_index(drop=True), in_words


def _moment(
    frame: pd.DataFrame, found: Mapping[str, Source], name: str, arrival: pd.Series, zone: str, preset: Preset
) -> pd.Series:
    """Seconds after the arrival at which something happened; NaN where nothing did. Times alone are of its day."""
    if name not in found:
        return pd.Series(np.nan, index=frame.index)
    return seconds_after(arrival, iso_texts(texts_of(frame, found[name]), preset.date_order), zone)


def seconds_after(arrival: pd.Series, texts: pd.Series, timezone: str) -> pd.Series:
    """Seconds from each arrival (instants) to a moment as text; a time alone is of the same day, or of the next."""
    alone = texts.str.fullmatch(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?").astype(bool)
    day = arrival.dt.tz_convert(timezone).dt.strftime("%Y-%m-%d ").fillna("")
    at, _ = read_instants(texts.mask(alone, day + texts), timezone)
    seconds = (at - arrival).dt.total_seconds()
    return seconds.mask(alone & (seconds < 0), seconds + SECONDS_OF_A_DAY)


def _outcomes(
    frame: pd.DataFrame, found: Mapping[str, Source], preset: Preset, answered_after: pd.Series
) -> tuple[pd.Series, tuple[str, str] | None]:
    """What became of each contact; and what is wrong where no word of the file is known."""
    rules = preset.outcomes
    header = Header(frame.columns)
    filled = header.source(rules.filled)
    if filled is not None:
        is_answered = ~is_blank(texts_of(frame, filled))
        return is_answered.map({True: ANSWERED, False: rules.unfilled}), None
    column = header.source(rules.column) or found.get("outcome")
    if column is None:
        if answered_after.notna().any():
            return answered_after.notna().map({True: ANSWERED, False: rules.unfilled}), None
        return pd.Series(OTHER, index=frame.index, dtype=object), None
    codes, distinct = pd.factorize(texts_of(frame, column))
    means = plain_word if rules.answered or rules.abandoned else partial(outcome_word, column.columns[0])
    words = pd.Series([means(word) for word in distinct], dtype=object)
    answered = frozenset(map(plain_word, rules.answered)) or ANSWERED_WORDS
    abandoned = frozenset(map(plain_word, rules.abandoned)) or ABANDONED_WORDS
    kinds = words.map(lambda word: ANSWERED if word in answered else ABANDONED if word in abandoned else OTHER)
    kinds = kinds.take(codes).set_axis(frame.index)
    if len(words) and not (kinds != OTHER).any():
        there = ", ".join(map(repr, words[:5]))
        hint = f"say in a mapping which mean what (--map): {OUTCOMES_SHOWN}"
        return kinds, (f"no word of {column.in_words()} is known as answered or abandoned: {there}", hint)
    return kinds, None


def _wait(durations: Mapping[str, pd.Series], moments: Mapping[str, pd.Series], arrival: pd.Series) -> pd.Series:
    wait = durations.get("wait_seconds", pd.Series(np.nan, index=arrival.index))
    after = moments["answered_at"]
    return wait.where(wait.notna(), after.where(after >= 0))


def _handling(
    durations: Mapping[str, pd.Series], moments: Mapping[str, pd.Series], contacts: pd.DataFrame
) -> pd.Series:
    """Talk, hold and after-contact work of answered contacts, or the time from the answer to the end."""
    handling = durations.get("handling_seconds", pd.Series(np.nan, index=contacts.index))
    parts = [durations[name] for name in PARTS if name in durations]
    if parts:
        total = pd.concat(parts, axis=1).sum(axis=1).where(parts[0].notna())
        handling = handling.where(handling.notna(), total)
    from_answer = moments["ended_at"] - contacts["wait_seconds"]
    handling = handling.where(handling.notna(), from_answer.where(from_answer >= 0))
    return handling.where(contacts["outcome"] == ANSWERED)


def counted(contacts: pd.DataFrame, asked: Asked, *, abandons: bool = True) -> pd.DataFrame:
    """The history of contacts: by queue and interval of arrival, with the columns of HISTORY and "_row".

    `abandons`: whether a contact that was not answered can be an abandoned one; of tickets it is open.
    """
    starts = interval_starts(pd.DatetimeIndex(contacts["arrival"]), asked.timezone, asked.interval_minutes)
    answered = contacts["outcome"] == ANSWERED
    in_time = answered & (contacts["wait_seconds"] <= asked.within_seconds)
    waits_known = bool(contacts.loc[answered, "wait_seconds"].notna().any())
    told = bool((contacts["outcome"] != OTHER).any())
    rows = pd.DataFrame(
        {
            "interval_start": starts,
            "queue": contacts["queue"].to_numpy(),
            "offered": 1.0,
            "handled": answered.to_numpy(dtype=float),
            "abandoned": (contacts["outcome"] == ABANDONED).to_numpy(dtype=float),
            "answered_within_threshold": in_time.to_numpy(dtype=float),
            "_row": contacts["_row"].to_numpy(),
        }
    )
    rows["aht_seconds"] = contacts["handling_seconds"].where(answered).to_numpy()
    how = dict.fromkeys(("offered", "handled", "abandoned", "answered_within_threshold"), "sum")
    history = rows.groupby(["queue", "interval_start"], sort=True).agg({**how, "aht_seconds": "mean", "_row": "min"})
    unknown = {"handled": told, "abandoned": told and abandons, "answered_within_threshold": waits_known}
    history[[name for name, known in unknown.items() if not known]] = np.nan
    return history.reset_index().reindex(columns=[*HISTORY, "_row"])


def interval_starts(instants: pd.DatetimeIndex, timezone: str, minutes: int) -> pd.DatetimeIndex:
    """(contacts,): the start of the interval that each instant lies in, by the clock on the wall."""
    shift = pd.to_timedelta(utc_offsets(instants, timezone), unit="min")
    return (instants + shift).floor(f"{minutes}min") - shift
