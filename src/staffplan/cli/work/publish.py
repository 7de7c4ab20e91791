"""What `publish` does between reading the command line and writing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show, show_json, show_text
from staffplan.cli.work.delivery import beside, put, put_tables, refuse, say_notes
from staffplan.errors import Problem, UsageError
from staffplan.files.cells import read_instants
from staffplan.files.ledger import Entry, Ledger, append, content_of, held, read_ledger
from staffplan.plan.directory import open_existing
from staffplan.plan.publication import Publication, publication_of
from staffplan.plan.text import text_table
from staffplan.report.formats import plural
from staffplan.tables.ledger import RosterTold

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes
    from staffplan.plan.directory import OpenPlan

LONGEST_WORDS = 500
"""Characters of who and why."""
SHORT_HASH = 12


def published(
    folder: Path,
    to: Path,
    *,
    who: str,
    why: str,
    at: str | None,
    outputs: tuple[Path | None, Path | None],
    force: bool,
    as_json: bool,
) -> None:
    """Append a plan to a ledger, and say so. outputs: as `differences` has them."""
    output, messages = outputs
    if output is not None:
        raise UsageError(Problem("--output", "belongs to --diff", "leave it out, or add --diff"))
    plan = open_existing(folder)
    now = pd.Timestamp(datetime.now(UTC)).floor("s")
    made_at = _made_at(at, plan.workspace.config.plan.timezone, now)
    with held(to) as (ledger, half):
        if half:
            say(f"{to}: the entry that an interrupted publish had begun was put right: {len(ledger.entries)} entries")
        made = publication_of(plan, ledger, made_at)
        say_notes(made.notes)
        facts = {
            "made_at": (made_at or now).tz_convert(made.timezone).isoformat(),
            "recorded_at": now.tz_convert(made.timezone).isoformat(),
            "who": _words(who),
            "why": _words(why),
            **made.facts,
        }
        same = _same(ledger, made)
        if same is None:
            _refuse_unexplained(made, facts)
            put(*_messages(plan, made, ledger, messages, force=force))
            ledger = append(ledger, made.files, facts)
    _tell(same or ledger.entries[-1], made, ledger, is_new=same is None, as_json=as_json)
    if not as_json and same is None:
        _say_messages(made, messages)


def _messages(
    plan: OpenPlan, made: Publication, ledger: Ledger, folder: Path | None, *, force: bool
) -> tuple[dict[Path, bytes], Hashes]:
    """The messages to write, and the files that they replace; none without a folder."""
    from staffplan.cli.work.publish_messages import message_files

    files = {} if folder is None else message_files(plan, made, ledger, folder)
    return files, refuse(files, force=force)


def _say_messages(made: Publication, folder: Path | None) -> None:
    people = made.told.frame["agent_id"].nunique()
    if folder is not None:
        what = f"text, mail and calendar of {plural(people, 'person', 'people')}"
        say(f"wrote {what} to {folder}" if people else f"nobody needs to be told anything; nothing is in {folder}")


def _made_at(text: str | None, zone: str, now: pd.Timestamp) -> pd.Timestamp | None:
    """The instant of --at. Raises UsageError for what is no time, none of this zone, or still to come."""
    if text is None:
        return None
    read, wrong = read_instants(pd.Series([text], dtype=object), zone)
    if wrong or read.isna().any():
        message, hint = wrong.get(0, (f"{text!r} is not a time", "write it as 2026-12-01T11:30"))
        raise UsageError(Problem("--at", message, hint))
    if read.iloc[0] > now:
        raise UsageError(Problem("--at", f"{text} is still to come", "give the time at which the plan was made"))
    return pd.Timestamp(read.iloc[0])


def _words(text: str) -> str:
    """A text in one line, of characters that can be written."""
    text = text.encode("utf-8", errors="replace").decode("utf-8")
    return re.sub(r"\s+", " ", text).strip()[:LONGEST_WORDS]


def _same(ledger: Ledger, made: Publication) -> Entry | None:
    """The last entry of the same days, where it has the same content and nobody must be told anything; what was told
    since is no content."""
    period = ("plan", "first_day", "last_day")
    alike = [e for e in ledger.entries if all(e.facts[name] == made.facts[name] for name in period)]
    if not alike:
        return None
    was, now = (
        {name: sha for name, sha in content.items() if name != RosterTold.file_name}
        for content in (alike[-1].content, content_of(made.files))
    )
    return alike[-1] if was == now and not len(made.told) else None


def _refuse_unexplained(made: Publication, facts: Mapping[str, Any]) -> None:
    """Raise UsageError where people were told otherwise, and nobody says who changes it and why."""
    if not (made.was_told and len(made.told)):
        return
    message = f"people were told of these days before, and {_days_of_people(made)} differ"
    problems = [
        Problem(f"--{name}", message, f'say {name}: --who Ana --why "two people ill"; --diff lists the days')
        for name in ("who", "why")
        if not facts[name]
    ]
    if problems:
        raise UsageError(problems)


def _tell(entry: Entry, made: Publication, ledger: Ledger, *, is_new: bool, as_json: bool) -> None:
    people = made.told.frame["agent_id"].nunique()
    if as_json:
        facts = {"entry": entry.number, "new": is_new, "hash": entry.hash, **entry.facts}
        files = {name: path for name, (path, _) in entry.files.items()}
        notes = [vars(note) for note in made.notes]
        show_json({**facts, "files": files, "people_to_tell": people if is_new else 0, "notes": notes})
        return
    if not is_new:
        show_text(f"entry {entry.number} has this content already; nothing was published")
        return
    since = f", {_days_of_people(made)} to tell" if people else ""
    show_text(f"entry {entry.number}: {entry.facts['first_day']} to {entry.facts['last_day']}{since}")
    show_text(f"hash {entry.hash[:SHORT_HASH]}: stands for all entries up to this one")
    say(_written(entry, ledger))


def _days_of_people(made: Publication) -> str:
    people, days = (
        made.told.frame["agent_id"].nunique(),
        made.told.frame.groupby(["agent_id", "schedule_date"]).ngroups,
    )
    return f"{plural(days, 'day')} of {plural(people, 'person', 'people')}"


def _written(entry: Entry, ledger: Ledger) -> str:
    """How many files of an entry are new, and how many an entry before it has already."""
    new = sum(path.startswith(f"{entry.number:04d}/") for path, _ in entry.files.values())
    same = len(entry.files) - new
    kept = f"; {plural(same, 'file is', 'files are')} the same as in an entry before" if same else ""
    return f"wrote {plural(new, 'file')} of entry {entry.number} to {ledger.folder}{kept}"


def differences(
    folder: Path, to: Path, outputs: tuple[Path | None, Path | None], before: Hashes, *, force: bool, as_json: bool
) -> None:
    """Who must be told of which changes, as a table, CSV or JSON. outputs: the file for the changes, and the folder
    for messages."""
    output, messages = outputs
    plan, ledger = open_existing(folder), read_ledger(to)
    made = publication_of(plan, ledger, None)
    say_notes(made.notes)
    files, replaced = _messages(plan, made, ledger, messages, force=force)
    put(files, replaced)
    if output is not None:
        put_tables({output: made.told, beside(output, "messages"): made.messages}, made.timezone, before)
    if as_json:
        tables = {"changes": made.told, "messages": made.messages}
        rows = {name: records(table.frame, made.timezone) for name, table in tables.items()}
        written = [] if output is None else [str(output), str(beside(output, "messages"))]
        written += map(str, files)
        show_json({"written": written, **rows, "notes": [vars(note) for note in made.notes]})
    elif output is None:
        show(_table(made.told.frame) if len(made.told) else "nobody needs to be told anything")
    if not as_json:
        _say_messages(made, messages)


def _table(frame: pd.DataFrame) -> str:
    """The days; with who changed them and why where the log tells it."""
    rows = [
        (row.agent_id, row.name, f"{row.schedule_date:%a %d %b %Y}", row.change, row.before, row.after)
        for row in frame.itertuples(index=False)
    ]
    header = ("agent", "name", "day", "change", "before", "after")
    if not (frame["who"] != "").any():
        return text_table(rows, header)
    reasons = zip(frame["who"], frame["why"], strict=True)
    return text_table([(*row, *reason) for row, reason in zip(rows, reasons, strict=True)], (*header, "by", "why"))
