"""What `open-shifts` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show, show_json
from staffplan.cli.work.delivery import put_tables, say_notes
from staffplan.cli.work.repair import MADE_BY_THE_PLAN, RepairFlags, RepairInput, RepairWork, repair_work, understood
from staffplan.errors import Note, Problem, UsageError
from staffplan.files.read import read_table
from staffplan.files.write import table_bytes
from staffplan.plan.manifest import FILE_NAME as MANIFEST
from staffplan.plan.text import text_table
from staffplan.report.formats import plural
from staffplan.roster.open_shifts.bids import Given, give_open_shifts
from staffplan.roster.open_shifts.need import Opened, open_shifts
from staffplan.settings.open_shifts import OpenShiftsSettings
from staffplan.tables.open_shifts import BidResults, Bids, OpenShifts
from staffplan.tables.roster import RosterActivities, RosterShifts
from staffplan.tables.schema import Table
from staffplan.tables.waits import Coverage

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

Paths = Mapping[type[Table], Path]
"""Where each table goes."""


@dataclass(frozen=True)
class OpenShiftsInput:
    """What was asked. bids: None where open shifts are sought; opened: the file of those that agents bid for."""

    source: RepairInput
    since: str | None
    most: int | None
    bids: Path | None
    opened: Path | None


def refuse_most_with_bids(most: int | None) -> None:
    if most is not None:
        message = "limits the open shifts that are sought; with --bids they are those of the file"
        raise UsageError(Problem("--most", message, "leave out --most, or take rows out of open_shifts.csv"))


def output_paths(output: Path | None, *, with_bids: bool) -> dict[type[Table], Path]:
    """Where each table goes; without a folder open shifts go to stdout."""
    if output is None and with_bids:
        message = "is missing: the roster with the shifts that are given goes there"
        raise UsageError(Problem("-o", message, "add -o given/"))
    if output is None:
        return {}
    given = (RosterShifts, RosterActivities, Coverage, OpenShifts, BidResults)
    planned = (output / MANIFEST).exists()
    tables = [table for table in given if not planned or table not in MADE_BY_THE_PLAN] if with_bids else [OpenShifts]
    return {table: output / table.file_name for table in tables}


def run_open_shifts(asked: OpenShiftsInput, paths: Paths, before: Hashes, *, as_json: bool) -> None:
    """Seek open shifts, or give them to those who bid; write and tell the result."""
    work = repair_work(asked.source)
    settings = work.open_shifts
    if asked.most is not None:
        settings = settings.model_copy(update={"most": asked.most})
    _, since = understood(RepairFlags((), asked.since, 0.0), work)
    if asked.bids is None:
        _tell_opened(open_shifts(work.case, work.roster, settings, since), work, paths, before, as_json=as_json)
        return
    given = _given(asked, work, settings, None if asked.since is None else since)
    _tell_given(given, work, paths, before, as_json=as_json)


def _given(
    asked: OpenShiftsInput, work: RepairWork, settings: OpenShiftsSettings, since: pd.Timestamp | None
) -> Given:
    path = asked.opened or asked.source.folder / OpenShifts.file_name
    if not path.is_file():
        hint = f"make it first: staffplan open-shifts {asked.source.folder} -o open/, then give --open-shifts"
        raise UsageError(Problem(str(path), "there is no file of open shifts", hint))
    opened = read_table(path, OpenShifts, timezone=work.timezone)
    bids = read_table(asked.bids or path, Bids, timezone=work.timezone)
    return give_open_shifts(work.case, work.roster, opened, bids, settings, since)


def _tell_opened(found: Opened, work: RepairWork, paths: Paths, before: Hashes, *, as_json: bool) -> None:
    say_notes(found.notes)
    say(
        f"{plural(len(found.shifts), 'open shift')} would bring the understaffed hours from "
        f"{found.hours_before:,.1f} to {found.hours_after:,.1f}"
    )
    put_tables(dict.fromkeys(paths.values(), found.shifts), work.timezone, before)
    facts = {"hours_before": found.hours_before, "hours_after": found.hours_after, "gap": found.gap}
    if as_json:
        _show_json(facts, found.shifts, "open_shifts", found.notes, work.timezone)
    elif not paths:
        show(table_bytes(found.shifts.frame, work.timezone).decode())


def _tell_given(given: Given, work: RepairWork, paths: Paths, before: Hashes, *, as_json: bool) -> None:
    tables: tuple[Table, ...] = (
        given.roster.shifts,
        given.roster.activities,
        given.coverage,
        given.still_open,
        given.results,
    )
    put_tables({paths[type(table)]: table for table in tables if type(table) in paths}, work.timezone, before)
    frame = given.results.frame
    count = int((frame["given"] == "yes").sum())
    left = len(given.still_open)
    said = plural(count, "open shift is", "open shifts are")
    say(f"{said} given, {left} {'is' if left == 1 else 'are'} still open")
    if as_json:
        _show_json({"given": count, "still_open": len(given.still_open)}, given.results, "bids", (), work.timezone)
    elif len(frame):
        names = ["shift_id", "agent_id", "given", "reason"]
        show(text_table(frame[names].to_numpy().tolist(), ("shift", "agent", "given", "reason")) + "\n")


def _show_json(facts: Mapping[str, object], table: Table, name: str, notes: tuple[Note, ...], zone: str) -> None:
    shown = {"facts": dict(facts), name: records(table.frame, zone), "notes": [vars(note) for note in notes]}
    show_json(shown)
