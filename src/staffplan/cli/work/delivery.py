"""How the commands on files begin and end: what is refused before any work, what is written, what is said."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from staffplan.cli.output.say import say, say_long, show, show_json
from staffplan.errors import ENDED, QUESTION, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from staffplan.errors import Note
    from staffplan.tables.schema import Table


def given_only(values: Mapping[str, object]) -> dict[str, object]:
    """What was given on the command line."""
    return {name: value for name, value in values.items() if value is not None}


def refuse(paths: Iterable[Path | None], *, force: bool) -> None:
    """Before any work: nothing that is there is overwritten without --force, and the place can be written to."""
    from staffplan.files.write import refuse_existing

    given = [path for path in paths if path is not None]
    refuse_existing(given, force=force)
    problems = [problem for path in given for problem in _unwritable(path)]
    if problems:
        raise UsageError(problems)


def _unwritable(path: Path) -> Iterator[Problem]:
    if path.is_dir():
        yield Problem(str(path), "is a folder", "name a file")
        return
    nearest = next(parent for parent in path.absolute().parents if parent.exists())
    if not nearest.is_dir():
        yield Problem(str(path), f"cannot be written: {nearest.name} is a file, not a folder", "choose another place")
    elif not os.access(nearest, os.W_OK | os.X_OK):
        yield Problem(str(path), f"cannot be written: no permission in {nearest}", "choose another place")


def say_notes(notes: Iterable[Note]) -> None:
    """Each remark of a step on stderr, but for those that `say_last` is for."""
    for note in notes:
        if note.kind not in (ENDED, QUESTION):
            _say_note(note)


def say_last(notes: Iterable[Note]) -> None:
    """After everything else: what is not planned any more, and what only the planner can answer."""
    for kind in (ENDED, QUESTION):
        for note in notes:
            if note.kind == kind:
                _say_note(note)


def _say_note(note: Note) -> None:
    say_long(f"{note.kind}: {note.place}: {note.message}" if note.place else f"{note.kind}: {note.message}")


def deliver(
    tables: Mapping[Path | None, Table],
    timezone: str,
    *,
    facts: Mapping[str, object] | None = None,
    notes: Sequence[Note] = (),
    as_json: bool = False,
) -> None:
    """Write the tables; without a path the first goes to stdout. `as_json` prints facts and notes instead."""
    from staffplan.files.write import table_bytes, write_table

    for path, table in tables.items():
        if path is not None:
            write_table(table, path, timezone)
            say(f"wrote {path} ({len(table)} rows)")
        elif not as_json:
            show(table_bytes(table.frame, timezone).decode())
    if as_json:
        from staffplan.cli.output.json_rows import records

        written = [str(path) for path in tables if path is not None]
        rows = {} if written else {"rows": records(next(iter(tables.values())).frame, timezone)}
        show_json({"written": written, "facts": dict(facts or {}), "notes": [vars(note) for note in notes], **rows})


def beside(output: Path, what: str) -> Path:
    """The file beside a forecast that tells more of it: forecast_backtest.csv."""
    return output.parent / f"{output.stem}_{what}.csv"


def plan_flags(given: Mapping[str, object]) -> dict[str, str]:
    """The flags behind settings of [plan]; a country concerns the section as a whole, with its subdivision."""
    flags = {name: f"--{name.split('.')[1].removesuffix('_minutes')}" for name in given}
    return flags | ({"plan": "--country"} if "plan.country" in given else {})
