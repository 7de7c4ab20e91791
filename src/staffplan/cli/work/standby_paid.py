"""Standby and call-outs beside a roster, and what each of their rows pays: for `export` and `handoff`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from staffplan.cli.work.common import site_of
from staffplan.cost.exchange import HOME
from staffplan.cost.standby import StandbyBook, StandbyPay, left_out_notes
from staffplan.cost.standby_rows import PaidRow, paid_rows
from staffplan.errors import Note
from staffplan.files.read import read_table
from staffplan.plan.workspace import Workspace
from staffplan.report.handoff import PaidCall
from staffplan.settings.config import Config
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster
from staffplan.tables.standby import CallOuts, Standby


@dataclass(frozen=True)
class StandbyPaid:
    """The two tables, and their rows that are paid."""

    book: StandbyBook
    rows: tuple[PaidRow, ...] = ()
    notes: tuple[Note, ...] = ()


def standby_beside(folder: Path, workspace: Workspace | None, zone: str) -> StandbyBook:
    """The standby.csv of a folder and the call-outs that the settings name, with what the settings pay."""
    path = folder / Standby.file_name
    duties = read_table(path, Standby, timezone=zone) if path.is_file() else Standby.empty()
    if workspace is None:
        return StandbyBook(duties)
    kinds = workspace.config.standby
    return StandbyBook(duties, workspace.call_outs if kinds else CallOuts.empty(), kinds)


def standby_paid(
    book: StandbyBook,
    roster: Roster,
    people: Workforce,
    days: Sequence[date],
    config: Config,
    workspace: Workspace,
    step: str,
) -> StandbyPaid:
    """What is paid on the days; rows that nobody can be paid for are notes of the step."""
    if not (len(book.duties) or len(book.call_outs)):
        return StandbyPaid(book)
    site = site_of(config, roster.activities.frame.rename(columns={"start": "interval_start"}), workspace)
    found = paid_rows(book, roster, people, days, work_plans=config.work_plans, settings=config.cost, site=site)
    notes = tuple(replace(note, step=step) for note in left_out_notes(StandbyPay((), found.left_out or {})))
    return StandbyPaid(book, found.rows, (*notes, *_abroad(found.rows, step)))


def _abroad(rows: Sequence[PaidRow], step: str) -> Iterator[Note]:
    """Amounts in other currencies than the plan's stand among the others."""
    for currency in sorted({row.currency for row in rows} - {HOME}):
        number = sum(row.currency == currency for row in rows)
        said = f"{number} amount{'s' * (number > 1)} of standby and call-outs are in {currency}, as they are paid"
        yield Note(step, "warning", Standby.file_name, said)


def with_amounts(paid: StandbyPaid) -> Standby:
    """The duties with the hours and amounts that are paid; a row that is not paid keeps its own."""
    frame = paid.book.duties.frame.copy()
    for row in (row for row in paid.rows if row.is_duty):
        label = frame.index[row.row]
        frame.loc[label, "hours"], frame.loc[label, "amount"] = row.minutes / 60, row.cents / 100
    return Standby.of(frame, paid.book.duties.source)


def paid_calls(paid: StandbyPaid) -> tuple[PaidCall, ...]:
    """The call-outs that are paid."""
    frame = paid.book.call_outs.frame
    found = []
    for row in (row for row in paid.rows if not row.is_duty):
        call = frame.iloc[row.row]
        span = (call["start"], call["end"])
        found.append(PaidCall(call["standby"], row.agent_id, *span, row.minutes / 60, row.cents / 100))
    return tuple(found)
