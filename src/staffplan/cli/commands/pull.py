"""The command that fetches contacts from the contact center's own system: pull."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, ConfigFile, Force, Interval, Json, Timezone
from staffplan.cli.output.say import progress_shown, say, show_json
from staffplan.cli.work.delivery import deliver, given_only, put_tables, refuse, say_last, say_notes
from staffplan.cli.work.flags import flags_named


class System(Enum):
    """Systems that can be asked."""

    connect = "connect"
    genesys = "genesys"


SystemName = Annotated[System, typer.Argument(help="System to ask.", show_default=False)]
HistoryFile = Annotated[
    Path | None, typer.Option("-o", "--output", help="History to write, history.csv (default: stdout).")
]
Append = Annotated[
    bool, typer.Option("--append", help="Add to the history that is there; its last two days are read again.")
]
Instance = Annotated[str | None, typer.Option("--instance", help="Amazon Connect: ARN or id of the instance.")]
Region = Annotated[
    str | None,
    typer.Option(
        "--region",
        help="Amazon: region such as eu-west-2 (default: of the ARN). Genesys: domain such as mypurecloud.de.",
    ),
]
QueueNames = Annotated[
    list[str] | None, typer.Option("--queue", help="Queue by name or id; may be repeated (default: all).")
]
First = Annotated[
    str | None,
    typer.Option("--from", metavar="DATE", help="First local day (default: 90 days back, or where --append ends)."),
]
Last = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last local day (default: today).")]
Within = Annotated[
    int | None,
    typer.Option(
        "--within",
        min=1,
        max=604_800,
        help="Amazon Connect: time limit of the service level, s (default: 20). Genesys has its own for each queue.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("pull", rich_help_panel=STEPS)(pull)


def pull(
    system: SystemName,
    output: HistoryFile = None,
    append: Append = False,
    instance: Instance = None,
    region: Region = None,
    queue: QueueNames = None,
    first: First = None,
    last: Last = None,
    timezone: Timezone = None,
    interval: Interval = None,
    within: Within = None,
    config: ConfigFile = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Fetch a contact history from Amazon Connect or Genesys Cloud.

    Examples:

    staffplan pull connect --instance arn:aws:connect:eu-west-2:1234:instance/ab-cd -o history.csv --append

    staffplan pull genesys --region mypurecloud.de -o history.csv --append --timezone Europe/Berlin

    Amazon Connect needs staffplan[connect] and finds credentials as the AWS
    command line does. Genesys Cloud needs staffplan[genesys] and takes them from
    GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET in the environment.

    The interval that is running is left out. Where a pull fails or is
    interrupted, whole windows fetched before are kept; run it again with
    --append.
    """
    from staffplan.cli.work.ingest import tables_to_write
    from staffplan.cli.work.pull import PullAsked, pull_history

    flags = {"plan.timezone": "--timezone", "plan.interval_minutes": "--interval"}
    given = given_only(dict(zip(flags, (timezone, interval), strict=True)))
    beside = None if output is None else output.parent / "rejects.csv"
    before = refuse([output, beside], force=force or append)
    asked = PullAsked(system.value, instance, region, tuple(queue or ()), first, last, within)
    with flags_named(flags), progress_shown() as on_progress:
        done, failure = pull_history(asked, config, given, output, append=append, on_progress=on_progress)
    say(done.text)
    say_notes(done.notes)
    if output is None and not as_json:
        deliver({None: done.history}, done.timezone, before)
    else:
        put_tables(tables_to_write(done, output), done.timezone, before)
    if as_json:
        show_json({"written": [str(path) for path in tables_to_write(done, output)], **done.report})
    say_last(done.notes)
    if failure is not None:
        raise failure
