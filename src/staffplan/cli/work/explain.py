"""What `explain` does between reading the command line and writing."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say_long, show, show_json, show_text
from staffplan.cli.work.delivery import put_tables, say_notes
from staffplan.cost.steps import make_books
from staffplan.errors import Note, Problem, StaffplanError, UsageError, place_of
from staffplan.files.read import read_table
from staffplan.files.write import table_bytes
from staffplan.forecast import Explanation
from staffplan.forecast import explain as explain_day
from staffplan.plan.directory import open_existing, read_config_text
from staffplan.plan.standby import standby_book
from staffplan.plan.text import text_table
from staffplan.plan.workspace import Workspace, history_before
from staffplan.settings.toml_places import lines_of
from staffplan.tables.cost import CostReport
from staffplan.tables.forecast import OverrideLog
from staffplan.tables.people import Absences, TimeOff
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.trace import ASKED, PART, Trace
from staffplan.tables.waits import Coverage
from staffplan.trace import Sources, known_of, question_of, trace
from staffplan.trace.amount import trace_table

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

MOST_PARTS = 40
"""Parts of one amount that the table for a terminal shows."""


def explained(folder: Path, asked: Sequence[str], depth: int) -> tuple[Trace, list[Note]]:
    """The amount that words ask for, and so many levels below it. Raises UsageError with what may be asked."""
    opened = open_existing(folder)
    for line in opened.remarks:
        say_long(line)
    sources = sources_of(opened.workspace)
    amount, notes = trace(sources, question_of(asked, known_of(sources)))
    return trace_table(amount, depth), list(notes)


def sources_of(workspace: Workspace) -> Sources:
    """All tables that an amount may come from. Raises UsageError where the plan is not finished."""
    missing = [
        name
        for name in (CostReport.file_name, "roster_activities.csv", StaffingRequirement.file_name)
        if not (workspace.folder / name).is_file()
    ]
    if missing:
        hint = f"finish the plan: staffplan plan {workspace.config_place} -o {place_of(workspace.folder)}"
        raise UsageError(Problem(place_of(workspace.folder), f"has no {missing[0]}", hint))
    config, requirement = workspace.config, workspace.table(StaffingRequirement)
    books = make_books(
        workspace.forecast(),
        requirement,
        workspace.roster(),
        workspace.table(Coverage),
        workspace.workforce,
        config.cost,
        work_plans=config.work_plans,
        staffing=config.staffing,
        site=workspace.site,
        week_starts=config.roster.week_starts,
        standby=standby_book(workspace),
    )
    return Sources(
        forecast=workspace.forecast(),
        requirement=requirement,
        roster=workspace.roster(),
        workforce=workspace.workforce,
        time_off=_time_off(workspace),
        report=workspace.table(CostReport),
        history=history_before(workspace.full_history, workspace.first_day, config.plan.timezone),
        overrides=workspace.table_if_there(OverrideLog),
        books=books,
        config=config,
        site=workspace.site,
        settings_file=workspace.config_place,
        setting_lines=lines_of(_settings_text(workspace)),
        explained=lambda queue, day: _day(workspace, queue, day),
    )


def _settings_text(workspace: Workspace) -> str:
    return read_config_text(workspace.base / Path(workspace.config_place).name)


def _time_off(workspace: Workspace) -> list[TimeOff]:
    """The tables of time off, each as its file is: a repair's own absences, then what was known before."""
    found: list[TimeOff] = []
    absences = workspace.folder / Absences.file_name
    if absences.is_file():
        found.append(read_table(absences, Absences, timezone=workspace.config.plan.timezone))
    path = workspace.input_path("time_off")
    if path is not None:
        found.append(read_table(path, TimeOff, timezone=workspace.config.plan.timezone))
    return found


def _day(workspace: Workspace, queue: str, day: date) -> Explanation | str:
    """The forecast of a day taken apart, or why nobody can."""
    try:
        return explain_day(
            workspace.history,
            workspace.config.forecast,
            site=workspace.site,
            first_day=workspace.first_day,
            days=workspace.planned.number,
            queue=queue,
            day=day,
            drivers=workspace.drivers,
            overrides=workspace.overrides,
            workers=workspace.workers,
        )
    except StaffplanError as error:
        return "; ".join(problem.message for problem in error.problems)


def tell(table: Trace, notes: Sequence[Note], output: Path | None, before: Hashes, *, as_json: bool) -> None:
    """A table on a terminal, CSV elsewhere, or JSON; and the file."""
    say_notes(notes)
    put_tables({} if output is None else {output: table}, "UTC", before)
    if as_json:
        written, said = [str(output)] if output else [], [vars(note) for note in notes]
        show_json({"written": written, "rows": records(table.frame, "UTC"), "notes": said})
    elif sys.stdout.isatty() or output is not None:
        show_text(trace_text(table))
    else:
        show(table_bytes(table.frame).decode())


def trace_text(table: Trace) -> str:
    """The levels as indented lines: amount, formula, where it stands, and how to go on."""
    rows = list(_lines(table.frame.to_dict("records")))
    return text_table(rows, ("amount", "value", "unit", "how", "where", "go on with"), right=(1,))


def _lines(rows: Sequence[dict[Any, Any]]) -> Iterator[tuple[str, ...]]:
    parts = Counter(row["above"] for row in rows if row["role"] == PART)
    shown: Counter[float] = Counter()
    hidden: set[float] = set()
    for row in rows:
        shown[row["above"]] += row["role"] == PART
        if row["above"] in hidden or (row["role"] == PART and shown[row["above"]] > MOST_PARTS):
            hidden.add(row["number"])
            if shown[row["above"]] == MOST_PARTS + 1 and row["role"] == PART:
                more = f"... and {parts[row['above']] - MOST_PARTS:,} more: --json or -o has all"
                yield f"{'   ' * int(row['level'])}{more}", "", "", "", "", ""
            continue
        sign = {ASKED: "", PART: "+ "}.get(row["role"], "from ")
        yield (
            f"{'   ' * int(row['level'])}{sign}{row['what']}",
            _value(row["value"], row["unit"]),
            row["unit"],
            row["how"],
            f"{row['file']}:{row['rows']}" if row["rows"] else row["file"],
            row["ask"],
        )


def _value(value: float, unit: str) -> str:
    if value != value:
        return ""
    if unit in ("minutes", "people", "shifts") and value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if unit != "share" else f"{100 * value:.1f} %"
