"""Events of a queue log (Asterisk, FreePBX) to contacts: from ENTERQUEUE to the first event that ends it.

Source: Asterisk documentation, "Queue Logs", https://docs.asterisk.org/Operation/Logging/Queue-Logs/
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Note
from staffplan.files.cells import read_instants
from staffplan.files.records import Records
from staffplan.files.stamps import iso_texts
from staffplan.files.wall_clock import settled_in_order
from staffplan.ingest.asked import Asked
from staffplan.ingest.columns import Header, sources, texts_of
from staffplan.ingest.contacts import ABANDONED, ANSWERED, CONTACTS, OTHER, counted
from staffplan.ingest.intervals import Part, zone_in_words
from staffplan.ingest.preset import Preset
from staffplan.ingest.rows import grouped

ENTER, CONNECT, LEFT = "ENTERQUEUE", "CONNECT", "ABANDON"
EXITS = {"EXITWITHTIMEOUT": 3, "EXITEMPTY": 3, "EXITWITHKEY": 4}
"""Events by which a call leaves the queue without an answer, with the place of the wait among their parameters."""
COMPLETED = {"COMPLETEAGENT": 2, "COMPLETECALLER": 2, "BLINDTRANSFER": 4, "TRANSFER": 4}
"""Events that end an answered call, with the place of the talk time among their parameters."""
ATTENDED = "ATTENDEDTRANSFER"
"""Its last three parameters are wait, talk time and position."""
RULE = (
    "each entry of a call into a queue is a contact, in the interval of the entry; calls that leave by time-out, by "
    "key or as no agent is there are offered, but neither handled nor abandoned"
)


def read_events(tables: Sequence[Records], preset: Preset, why: str, asked: Asked) -> Part:
    """The contacts in one or more queue logs, which may be pieces of one. Raises DataError for times unread."""
    place = tables[0].place if len(tables) == 1 else f"{tables[0].place} and {len(tables) - 1} more"
    events = pd.concat([_events(records, preset, asked) for records in tables], ignore_index=True)
    events = events.sort_values("at", kind="stable", ignore_index=True)
    entry = (events["event"] == ENTER).groupby(events["callid"]).cumsum()
    events = events.assign(entry=entry)
    known = events["event"].isin([ENTER, CONNECT, LEFT, ATTENDED, *EXITS, *COMPLETED])
    lost = known & (entry == 0)
    contacts, open_ = _contacts(events[known & (entry > 0)])
    rejects = [_rejects(events[lost], "its call entered the queue before the log begins")]
    rejects.append(_rejects(open_, "its call is still waiting at the end of the log"))
    facts = {"zone": zone_in_words(events["text"], preset, asked), "unit of durations": "seconds"}
    facts |= {"handling time": preset.aht_parts, "offered": preset.offered_includes, "booked by": preset.booked_by}
    facts |= {"counted": RULE}
    notes = tuple(Note("ingest", "assumption", place, note) for note in preset.notes)
    history = counted(contacts, asked)
    return Part(place, preset, why, history, pd.concat(rejects, ignore_index=True), facts, notes, contacts)


def _events(records: Records, preset: Preset, asked: Asked) -> pd.DataFrame:
    """Events of one table: at, callid, queue, agent, event, data1 ... data5, calltime of attended transfers."""
    found = sources(Header(records.frame.columns), preset.columns, asked.within_seconds)
    texts = {name: texts_of(records.frame, found[name]) for name in ("time", "callid", "queue", "agent", "event")}
    stamps, _ = settled_in_order(iso_texts(texts["time"]), asked.clock(preset))
    at, wrong = read_instants(stamps, asked.clock(preset))
    if wrong:
        raise DataError(grouped(wrong, records.frame["_row"], "time", records.place))
    data = _parameters(records.frame)
    filled = data.to_numpy(dtype=object) != ""
    last = np.where(filled.any(axis=1), filled.shape[1] - 1 - filled[:, ::-1].argmax(axis=1), 0)
    before_last = data.to_numpy(dtype=object)[np.arange(len(data)), np.maximum(last - 1, 0)] if len(data) else []
    events = pd.DataFrame({**texts, "at": at, "text": stamps, "before_last": before_last, "file": records.place})
    events["_row"] = records.frame["_row"].to_numpy()
    return pd.concat([events, data], axis=1)


def _parameters(frame: pd.DataFrame) -> pd.DataFrame:
    """data1 ... dataN; older tables have one column with "|" between."""
    header = Header(frame.columns)
    whole = header.find("data")
    if whole is not None:
        parts = frame[whole].astype(str).str.split("|", expand=True).fillna("")
        return parts.set_axis([f"data{place + 1}" for place in range(parts.shape[1])], axis=1).reindex(
            columns=_names(parts.shape[1]), fill_value=""
        )
    there = [name for name in _names(len(frame.columns)) if name in frame.columns]
    return frame[there].astype(object).fillna("").reindex(columns=_names(len(there)), fill_value="")


def _names(number: int) -> list[str]:
    return [f"data{place}" for place in range(1, max(number, 5) + 1)]


def _contacts(events: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contacts by call and entry, and the entries of calls that nothing has ended."""
    key = ["callid", "entry"]
    kind = events["event"]
    entered = events[kind == ENTER].set_index(key)
    connected = events[kind == CONNECT].drop_duplicates(key).set_index(key)
    completed = events[kind.isin([ATTENDED, *COMPLETED])].drop_duplicates(key).set_index(key)
    left = events[kind.isin([LEFT, *EXITS])].drop_duplicates(key).set_index(key)
    index = entered.index
    answered = index.isin(connected.index) | index.isin(completed.index)
    gone = ~answered & index.isin(left.index)
    outcome = np.where(answered, ANSWERED, np.where(left["event"].reindex(index) == LEFT, ABANDONED, OTHER))
    until = connected["at"].reindex(index).fillna(left["at"].reindex(index))
    waited = (until - entered["at"]).dt.total_seconds()
    told = _seconds(connected, {CONNECT: 1}).reindex(index).fillna(_seconds(left, {LEFT: 3, **EXITS}).reindex(index))
    contacts = pd.DataFrame(
        {
            "arrival": entered["at"],
            "queue": entered["queue"],
            "outcome": outcome,
            "wait_seconds": told.fillna(waited),
            "handling_seconds": _seconds(completed, COMPLETED).reindex(index),
            "agent": connected["agent"].reindex(index).fillna(""),
            "customer": entered["data2"],
            "_row": entered["_row"],
        }
    )
    done = answered | gone
    return contacts.loc[done, list(CONTACTS)].reset_index(drop=True), entered[~done].reset_index()


def _seconds(events: pd.DataFrame, places: dict[str, int]) -> pd.Series:
    """A duration of each event, by the place among its parameters; of attended transfers the last but one."""
    texts = events["before_last"].where(events["event"] == ATTENDED, "")
    for event, place in places.items():
        texts = texts.mask(events["event"] == event, events[f"data{place}"])
    return pd.to_numeric(texts, errors="coerce").astype(float)


def _rejects(events: pd.DataFrame, reason: str) -> pd.DataFrame:
    content = events["callid"] + " | " + events["queue"] + " | " + events["event"]
    return pd.DataFrame(
        {"file": events["file"], "row": events["_row"].astype(float), "reason": reason, "content": content}
    )
