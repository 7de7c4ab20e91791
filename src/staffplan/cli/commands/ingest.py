"""The command that reads what other systems export: ingest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import (
    STEPS,
    AhtUnit,
    ConfigFile,
    DateOrder,
    Force,
    Interval,
    Json,
    Times,
    Timezone,
)
from staffplan.cli.output.say import say, show_json, show_text
from staffplan.cli.work.delivery import deliver, given_only, put, put_tables, refuse, say_last, say_notes
from staffplan.cli.work.flags import flags_named

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Exports: CSV, workbooks, JSON, XML or Parquet, also in .gz or .zip.", show_default=False),
]
HistoryFile = Annotated[
    Path | None, typer.Option("-o", "--output", help="History to write, history.csv (default: stdout).")
]
Sql = Annotated[
    str | None,
    typer.Option(
        "--sql",
        metavar="URL",
        help="Database to read instead of files, such as postgresql://user@server/calls or sqlite:///calls.db; "
        "env:NAME takes the URL from the environment variable NAME, so that its password is not on the command line.",
    ),
]
Query = Annotated[
    Path | None, typer.Option("--query", help="File with one SELECT, query.sql; its columns are read as a file's.")
]
From = Annotated[
    str | None, typer.Option("--from", metavar="PRESET", help="Preset of the files (default: recognised).")
]
Map = Annotated[
    Path | None, typer.Option("--map", help="Mapping of the files' columns, mapping.toml: a preset of your own.")
]
Within = Annotated[
    float, typer.Option("--within", min=0.0, help="Time limit of the service level for answered_within_threshold, s.")
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="For totals by day, week or month: typical week or history to spread them by, or hours: 08:00-18:00.",
    ),
]
QueueName = Annotated[str | None, typer.Option("--queue", help="Name of the queue for a file that has none.")]
Append = Annotated[
    bool, typer.Option("--append", help="Add to the history that is there; new rows replace old ones.")
]
Page = Annotated[
    Path | None, typer.Option("--page", help="Page to write, report.html: how the files were read, contacts by day.")
]
List = Annotated[bool, typer.Option("--list", help="List the presets.")]


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("ingest", rich_help_panel=STEPS)(ingest)


def ingest(
    files: Files = None,
    output: HistoryFile = None,
    sql: Sql = None,
    query: Query = None,
    from_preset: From = None,
    mapping: Map = None,
    timezone: Timezone = None,
    times: Times = None,
    interval: Interval = None,
    within: Within = 20.0,
    aht_unit: AhtUnit = None,
    date_order: DateOrder = None,
    queue: QueueName = None,
    profile: ProfileOption = None,
    append: Append = False,
    page: Page = None,
    list_presets: List = False,
    config: ConfigFile = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Turn exports of other systems into a contact history.

    Examples:

    staffplan ingest export.csv -o history.csv --timezone Europe/Madrid

    staffplan ingest october.xlsx november.xlsx -o history.csv

    staffplan ingest today.csv -o history.csv --append

    staffplan ingest daily.csv -o history.csv --profile typical_week.xlsx

    staffplan ingest --sql env:CALLS_DB --query query.sql -o history.csv

    staffplan ingest --list

    The system is recognised by the names of the columns. The report tells how
    the files were read. Rows that are not used are written to rejects.csv, next
    to the history, with the reason.
    """
    from staffplan.cli.work.ingest import ingest_asked, page_of, presets_in_words, tables_to_write

    if list_presets:
        show_text(presets_in_words())
        return
    flags = {"plan.timezone": "--timezone", "plan.interval_minutes": "--interval", "input.aht_unit": "--aht-unit"}
    flags |= {"input.date_order": "--date-order", "input.queue": "--queue", "input.timezone": "--times"}
    given = given_only(dict(zip(flags, (timezone, interval, aht_unit, date_order, queue, times), strict=True)))
    beside = None if output is None else output.parent / "rejects.csv"
    before = {**refuse([output, beside], force=force or append), **refuse([page], force=force)}
    with flags_named(flags):
        done = ingest_asked(
            files,
            config,
            given,
            sql=sql,
            query=query,
            from_preset=from_preset,
            mapping=mapping,
            within_seconds=within,
            profile=profile,
            append_to=output if append else None,
        )
    say(done.text)
    say_notes(done.notes)
    if output is None and not as_json:
        deliver({None: done.history}, done.timezone, before)
    else:
        put_tables(tables_to_write(done, output), done.timezone, before)
    if page is not None:
        put({page: page_of(done, files or ([] if query is None else [query]))}, before)
        say(f"wrote {page}")
    if as_json:
        show_json({"written": [str(path) for path in tables_to_write(done, output)], **done.report})
    say_last(done.notes)
