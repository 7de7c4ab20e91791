"""What the commands that compare a ledger with what came read of both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from staffplan.control.gathered import PublishedEntry
from staffplan.errors import DataError, Problem, place_of
from staffplan.files.ledger import Entry, Ledger
from staffplan.files.read import read_table
from staffplan.ingest import read_history
from staffplan.settings.config import Config
from staffplan.tables.forecast import ForecastTotals
from staffplan.tables.history import ContactHistory
from staffplan.tables.ledger import PublishedForecast
from staffplan.tables.schema import Table
from staffplan.tables.waits import DayService

ONE_LEDGER = "publish each center, and each length of interval, into a ledger of its own"


def refuse_other_clocks(ledger: Ledger, zone: str, minutes: int) -> None:
    """Raise DataError for entries in another zone or interval than the last one has."""
    place = place_of(ledger.folder)
    problems = [
        Problem(place, f"entry {entry.number} is in {entry.facts['timezone']}, the last one in {zone}", ONE_LEDGER)
        for entry in ledger.entries
        if entry.facts["timezone"] != zone
    ]
    problems += [
        Problem(place, f"entry {entry.number} has intervals of {entry.facts['interval_minutes']} minutes", ONE_LEDGER)
        for entry in ledger.entries
        if int(entry.facts["interval_minutes"]) != minutes
    ]
    if problems:
        raise DataError(problems)


def actual_history(actuals: Sequence[Path], config: Config) -> ContactHistory:
    """What came, of all files: where two have an interval the later file counts."""
    later = {"queues": {}, "input": config.input.model_copy(update={"until": None})}
    parts = [read_history(path, config.model_copy(update=later)) for path in actuals]
    if len(parts) == 1:
        return parts[0]
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    frame = frame.drop_duplicates(list(ContactHistory.key), keep="last", ignore_index=True)
    made = ContactHistory.of(frame, ", ".join(part.source for part in parts))
    notes = tuple(note for part in parts for note in part.notes)
    return ContactHistory(made.frame, made.source, made.rows, notes)


def published_entry(entry: Entry, folder: Path) -> PublishedEntry:
    zone = str(entry.facts["timezone"])

    def rows(table: type[Table]) -> pd.DataFrame:
        if table.file_name not in entry.files:
            return table.empty().frame
        return read_table(entry.path(folder, table.file_name), table, timezone=zone).frame

    made, known = (pd.Timestamp(entry.facts[name]).tz_convert("UTC") for name in ("made_at", "known_until"))
    tables = (rows(PublishedForecast), rows(ForecastTotals), rows(DayService))
    return PublishedEntry(entry.number, made, known, *tables)
