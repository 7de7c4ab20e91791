"""What `adherence` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import show_json, show_text
from staffplan.cli.work.delivery import put_tables, say_notes
from staffplan.cli.work.states import read_states, words_of
from staffplan.control.adherence import AdherenceResult, adherence
from staffplan.errors import Problem, UsageError
from staffplan.files.cells import read_instants
from staffplan.plan.edits import standing
from staffplan.plan.text import percent, text_table
from staffplan.roster.repair.absences import each
from staffplan.tables.states import Adherence, TeamAdherence

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

FILES = (Adherence.file_name, TeamAdherence.file_name)


def run_adherence(
    folder: Path,
    states: Path,
    until: str | None,
    given: Sequence[str],
    paths: Mapping[str, Path],
    before: Hashes,
    *,
    as_json: bool,
) -> None:
    """Measure, tell and write."""
    words = words_of(given)
    stands = standing(folder)
    end = None if until is None else _instant(until, stands.timezone)
    log, agents = read_states(states, stands, words), stands.case.workforce.agents
    found = adherence(stands.roster, log, agents, stands.timezone, until=end, words=words)
    if not len(found.people):
        planned = stands.workspace.planned
        said = "nobody has a shift at the times of these rows"
        raise UsageError(Problem(log.source, said, f"the plan runs from {planned.first} to {planned.last}"))
    say_notes((*log.notes, *found.notes))
    tables = {Adherence.file_name: found.people, TeamAdherence.file_name: found.teams}
    if as_json:
        rows = {
            "people": records(found.people.frame, stands.timezone),
            "teams": records(found.teams.frame, stands.timezone),
        }
        show_json({**rows, "written": [str(path) for path in paths.values()]})
    else:
        show_text(_words(found))
    if paths:
        put_tables({path: tables[name] for name, path in paths.items()}, stands.timezone, before)


def _instant(text: str, zone: str) -> pd.Timestamp:
    read, wrong = read_instants(pd.Series([text], dtype=object), zone)
    if wrong or read.isna().any():
        message, hint = wrong.get(0, (f"{text!r} is not a time", "write it as 2026-12-01T10:30"))
        raise UsageError(Problem("--until", message, hint))
    return pd.Timestamp(read.iloc[0])


def _words(found: AdherenceResult) -> str:
    """Teams first, then people, who kept least to the roster first."""
    measures = ("scheduled", "adherence", "to work", "worked", "conformance")
    teams = [
        (f"{row.schedule_date:%a %d %b}", _team(row), f"{row.people:.0f}", *_cells(row))
        for row in each(found.teams.frame)
    ]
    ordered = found.people.frame.sort_values(["schedule_date", "adherence", "agent_id"])
    people = [
        (f"{row.schedule_date:%a %d %b}", row.agent_id, row.name, _team(row), *_cells(row), _late(row))
        for row in each(ordered)
    ]
    return "\n\n".join(
        [
            text_table(teams, ("day", "team", "people", *measures), right=range(2, 8)),
            text_table(people, ("day", "agent", "name", "team", *measures, "late, min"), right=range(4, 10)),
        ]
    )


def _day(row: Any) -> str:
    return f"{row.schedule_date:%a %d %b}"


def _team(row: Any) -> str:
    return row.staffing_group or "-"


def _cells(row: Any) -> tuple[str, ...]:
    """Hours and shares."""
    shares = ["" if pd.isna(share) else percent(share, 0) for share in (row.adherence, row.conformance)]
    hours = [
        f"{minutes / 60:.2f} h" for minutes in (row.scheduled_minutes, row.work_scheduled_minutes, row.worked_minutes)
    ]
    return hours[0], shares[0], hours[1], hours[2], shares[1]


def _late(row: Any) -> str:
    return "absent" if pd.isna(row.late_minutes) else f"{row.late_minutes:.0f}"
