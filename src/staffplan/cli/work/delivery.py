"""How the commands on files begin and end: what is refused before any work, what is written, what is said."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from staffplan.cli.output.say import say, say_long, show, show_json
from staffplan.errors import ENDED, KIND_WORDS, QUESTION, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from staffplan.errors import Note, Problem
    from staffplan.tables.schema import Table

    Hashes = Mapping[Path, str | None]
    """SHA-256 of files; None for one that is not there."""

NOTHING: Mapping[Path, Table] = MappingProxyType({})


def given_only(values: Mapping[str, object]) -> dict[str, object]:
    """What was given on the command line."""
    return {name: value for name, value in values.items() if value is not None}


def refuse(paths: Iterable[Path | None], *, force: bool) -> Hashes:
    """Before any work: nothing that is there is overwritten without --force, and the place can be written to.

    A plan directory that is written into is held until the command ends; BusyError while another process holds it.
    Gives the hash of each file as it is now, to look again before it is written.
    """
    from staffplan.files.lock import keep
    from staffplan.files.together import refuse_obstacles
    from staffplan.files.write import refuse_existing
    from staffplan.plan.manifest import is_plan

    given = [path for path in paths if path is not None]
    before = refuse_existing(given, force=force)
    for folder in {path.parent for path in given}:
        if is_plan(folder):
            keep(folder)
    for folder, names in _by_folder(given).items():
        refuse_obstacles(folder, names)
    return before


def _by_folder(paths: Iterable[Path]) -> dict[Path, list[str]]:
    folders: dict[Path, list[str]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path.name)
    return folders


def put(files: Mapping[Path, bytes], before: Hashes) -> None:
    """Write files, those of a folder together or not at all. before: what they were when the command began.

    Raises EditedMeanwhileError where one is something else by now.
    """
    from staffplan.files.together import write_together

    for folder, names in _by_folder(files).items():
        expected = {name: before[folder / name] for name in names if folder / name in before}
        write_together(folder, {name: files[folder / name] for name in names}, expected=expected)


def say_notes(notes: Iterable[Note]) -> None:
    """Each remark of a step on stderr, but for those that `say_last` is for."""
    for note in notes:
        if note.kind not in (ENDED, QUESTION):
            _say_note(note)


def say_last(notes: Iterable[Note]) -> None:
    """After everything else: queues that are no longer planned, and questions to the planner."""
    for kind in (ENDED, QUESTION):
        for note in notes:
            if note.kind == kind:
                _say_note(note)


def _say_note(note: Note) -> None:
    kind = KIND_WORDS.get(note.kind, note.kind)
    say_long(f"{kind}: {Problem(note.place, note.message)}")


def deliver(
    tables: Mapping[Path | None, Table],
    timezone: str,
    before: Hashes,
    *,
    along: Mapping[Path, Table] = NOTHING,
    facts: Mapping[str, object] | None = None,
    notes: Sequence[Note] = (),
    as_json: bool = False,
) -> None:
    """Write the tables; without a path the first goes to stdout. `as_json` prints facts and notes instead.

    before: what `refuse` gave. along: tables that are written too, and that JSON does not list.
    """
    written = {path: table for path, table in tables.items() if path is not None}
    put_tables({**written, **along}, timezone, before)
    if not as_json:
        for table in (table for path, table in tables.items() if path is None):
            show_table(table, timezone)
        return
    from staffplan.cli.output.json_rows import records

    rows = {} if written else {"rows": records(next(iter(tables.values())).frame, timezone)}
    paths = [str(path) for path in written]
    show_json({"written": paths, "facts": dict(facts or {}), "notes": [vars(note) for note in notes], **rows})


def show_table(table: Table, timezone: str) -> None:
    """A result on stdout: a table for a person on a terminal, elsewhere CSV."""
    from staffplan.cli.output.shown import on_terminal, show_frame
    from staffplan.files.write import table_bytes

    if on_terminal():
        show_frame(table.frame, timezone)
    else:
        show(table_bytes(table.frame, timezone).decode())


def put_tables(tables: Mapping[Path, Table], timezone: str, before: Hashes) -> None:
    """Write tables as `put` does, and say so."""
    from staffplan.files.write import table_bytes

    put({path: table_bytes(table.frame, timezone) for path, table in tables.items()}, before)
    for path, table in tables.items():
        say(f"wrote {path} ({len(table)} rows)")


def beside(output: Path, what: str) -> Path:
    """The file beside a forecast that tells more of it: forecast_backtest.csv."""
    return output.parent / f"{output.stem}_{what}.csv"


def plan_flags(given: Mapping[str, object]) -> dict[str, str]:
    """The flags behind settings of [plan]; a country concerns the section as a whole, with its subdivision."""
    flags = {name: f"--{name.split('.')[1].removesuffix('_minutes')}" for name in given}
    return flags | ({"plan": "--country"} if "plan.country" in given else {})
