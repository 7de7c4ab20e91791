"""What `ingest` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from staffplan.cli.work.common import config_and_workspace, interval_of
from staffplan.errors import Note, Problem, UsageError
from staffplan.files.read import read_table
from staffplan.ingest import Asked, Rejects, all_presets, ingest, read_preset
from staffplan.ingest.profile import Profile, even_profile
from staffplan.ingest.recognise import preset_named, preset_of_columns
from staffplan.ingest.report import report, report_text
from staffplan.ingest.step import read_profile
from staffplan.plan.text import text_table
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


def refuse_without_files(files: Sequence[Path] | None) -> list[Path]:
    """The files; raises UsageError where none is given."""
    if not files:
        raise UsageError(Problem("FILE", "no file is given", "staffplan ingest export.csv -o history.csv"))
    return list(files)


def ingest_files(
    paths: Sequence[Path],
    config_path: Path | None,
    given: Mapping[str, object],
    *,
    from_preset: str | None,
    mapping: Path | None,
    within_seconds: float,
    profile: str | None,
    append_to: Path | None,
) -> Done:
    """Read the exports. Raises UsageError for an unknown preset, DataError with the problems of all files."""
    if from_preset is not None and mapping is not None:
        raise UsageError(Problem("--map", "cannot be given together with --from", "keep one of the two"))
    config = config_and_workspace(config_path, given)[0]
    plan, chosen = config.plan, config.input
    named = from_preset or chosen.preset
    preset = preset_of_columns(chosen.columns) if named is None else preset_named(named, all_presets())
    asked = Asked(
        timezone=plan.timezone,
        zone_given="timezone" in plan.model_fields_set,
        interval_minutes=plan.interval_minutes,
        within_seconds=within_seconds,
        aht_unit=chosen.aht_unit,
        date_order=chosen.date_order,
        queue=chosen.queue,
        totals=chosen.totals,
        preset=preset if mapping is None else read_preset(mapping),
    )
    made = ingest(paths, asked, profile=None if profile is None else _profile(profile, asked))
    minutes = interval_of(made.history.frame, "queue")
    notes = list(made.notes)
    history = made.history
    if append_to is not None and append_to.exists():
        history, note = appended(read_table(append_to, ContactHistory, timezone=plan.timezone), history)
        notes.append(note)
    return Done(history, made.rejects, report(made, plan.timezone, minutes), tuple(notes), plan.timezone)


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


def presets_in_words() -> str:
    """A table of the presets: name, system, what is known of it, and the columns it is recognised by."""
    rows = [
        (preset.name, preset.title, preset.kind, preset.zone, ", ".join(preset.fingerprint) or "usual names")
        for preset in all_presets()
    ]
    return text_table(rows, ("preset", "file", "rows", "times", "recognised by"))
