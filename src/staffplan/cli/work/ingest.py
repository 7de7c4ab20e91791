"""What `ingest` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from staffplan.cli.work.common import config_and_workspace, interval_of
from staffplan.errors import Note, Problem, UsageError
from staffplan.files.database import EXAMPLE, database_at, query_records
from staffplan.files.read import read_table, tables_in
from staffplan.files.records import Records
from staffplan.ingest import Asked, Rejects, all_presets, read_preset
from staffplan.ingest.profile import Profile, even_profile
from staffplan.ingest.recognise import preset_named, preset_of_columns
from staffplan.ingest.report import alike, report, report_text
from staffplan.ingest.step import ingest_read, read_profile
from staffplan.plan.text import text_table
from staffplan.settings.config import Config
from staffplan.tables.history import ContactHistory
from staffplan.tables.schema import Table


@dataclass(frozen=True)
class Done:
    """The history to write, the rows that are not in it, and the report."""

    history: ContactHistory
    rejects: Rejects
    report: dict[str, Any]
    notes: tuple[Note, ...]
    timezone: str

    @property
    def text(self) -> str:
        """The report for people."""
        return report_text(self.report)


def tables_asked(files: Sequence[Path] | None, sql: str | None, query: Path | None) -> list[Sequence[Records]]:
    """The tables of the files, or of a database. Raises UsageError where neither is given, or both are."""
    if sql is None and query is None:
        return [tables_in(path) for path in _some(files)]
    if files:
        raise UsageError(Problem("FILE", "cannot be given together with --sql", "read the files in a second run"))
    if sql is None or query is None:
        missing, hint = ("--query", "query.sql") if query is None else ("--sql", EXAMPLE.split(",")[0])
        raise UsageError(Problem(missing, "is missing: --sql and --query belong together", f"{missing} {hint}"))
    return [(query_records(database_at(sql), query),)]


def _some(files: Sequence[Path] | None) -> Sequence[Path]:
    if not files:
        raise UsageError(Problem("FILE", "no file is given", "staffplan ingest export.csv -o history.csv"))
    return files


def ingest_asked(
    files: Sequence[Path] | None,
    config_path: Path | None,
    given: Mapping[str, object],
    *,
    sql: str | None = None,
    query: Path | None = None,
    from_preset: str | None,
    mapping: Path | None,
    within_seconds: float,
    profile: str | None,
    append_to: Path | None,
) -> Done:
    """Read the exports, or the rows of a query.

    Raises UsageError for an unknown preset, DataError with the problems of all files.
    """
    if from_preset is not None and mapping is not None:
        raise UsageError(Problem("--map", "cannot be given together with --from", "keep one of the two"))
    config, workspace = config_and_workspace(config_path, given)
    plan, chosen = config.plan, config.input.model_copy(update=decided(config, given))
    named = from_preset or chosen.preset
    if profile is None and config.ingest.profile is not None:
        beside = workspace.base / config.ingest.profile
        profile = str(beside) if beside.is_file() else config.ingest.profile
    preset = preset_of_columns(chosen.columns) if named is None else preset_named(named, all_presets())
    asked = Asked(
        timezone=plan.timezone,
        zone_given="timezone" in plan.model_fields_set,
        times=chosen.timezone,
        interval_minutes=plan.interval_minutes,
        within_seconds=within_seconds,
        aht_unit=chosen.aht_unit,
        date_order=chosen.date_order,
        queue=chosen.queue,
        totals=chosen.totals,
        preset=preset if mapping is None else read_preset(mapping),
    )
    read = tables_asked(files, sql, query)
    made = ingest_read(read, asked, profile=None if profile is None else _profile(profile, asked))
    minutes = interval_of(made.history.frame, "queue")
    notes = list(made.notes)
    history = made.history
    if append_to is not None and append_to.exists():
        history, note = appended(read_table(append_to, ContactHistory, timezone=plan.timezone), history)
        notes.append(note)
    return Done(history, made.rejects, report(made, plan.timezone, minutes), tuple(notes), plan.timezone)


def decided(config: Config, given: Mapping[str, object]) -> dict[str, object]:
    """What [ingest] says of exports, in place of what [input] says of the history; flags count before both."""
    said = config.ingest.model_dump(exclude={"profile"}, exclude_none=True)
    return {key: value for key, value in said.items() if f"input.{key}" not in given}


def _profile(given: str, asked: Asked) -> Profile:
    """The profile of a file, or an even one over hours. Raises UsageError where it is neither."""
    if Path(given).exists():
        return read_profile(Path(given), asked)
    try:
        return even_profile(given, asked.interval_minutes)
    except ValueError as error:
        hint = "give a file, or hours such as 08:00-18:00"
        raise UsageError(Problem("--profile", f"{given!r} is no file, and no hours", hint)) from error


def appended(old: ContactHistory, new: ContactHistory) -> tuple[ContactHistory, Note]:
    """The old rows and the new ones, which count where both have an interval; and how many there were."""
    both = pd.concat([old.frame, new.frame], ignore_index=True)
    key = list(ContactHistory.key)
    again, same = both.duplicated(key, keep="last"), both.duplicated(keep="first")
    replaced, unchanged = int(again.sum()) - int(same.sum()), int(same.sum())
    message = f"{len(new) - int(again.sum()):,} rows added, {replaced:,} replaced"
    message += f", {unchanged:,} as they were" if unchanged else ""
    history = ContactHistory.of(both[~again].reset_index(drop=True), old.source)
    return history, Note("ingest", "assumption", old.source, message)


def tables_to_write(done: Done, output: Path | None) -> dict[Path, Table]:
    """The history, and the rejects where there are any, or a file of an earlier run would stay."""
    if output is None:
        return {}
    beside = output.parent / Rejects.file_name
    tables: dict[Path, Table] = {output: done.history}
    return tables | ({beside: done.rejects} if len(done.rejects) or beside.exists() else {})


def page_of(done: Done, paths: Sequence[Path]) -> bytes:
    """The report as one HTML file."""
    from staffplan.report.ingest_page import ingest_page

    told = {**done.report, "tables": alike(done.report["tables"])}
    return ingest_page(told, ", ".join(path.name for path in paths)).encode()


def presets_in_words() -> str:
    """A table of the presets: name, system, what is known of it, and the columns it is recognised by."""
    rows = [
        (preset.name, preset.title, preset.kind, preset.zone, ", ".join(preset.fingerprint) or "usual names")
        for preset in all_presets()
    ]
    return text_table(rows, ("preset", "file", "rows", "times", "recognised by"))
