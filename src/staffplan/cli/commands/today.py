"""The command that tells what can be done about today."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, By, DryRun, Force, Json, Later, StateWords, Why, Yes
from staffplan.cli.commands.workers import Jobs, workers_of
from staffplan.cli.work.delivery import refuse


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("today", rich_help_panel=STEPS)(today)


def today(
    plan: Annotated[Path, typer.Argument(help="Plan directory.", show_default=False)],
    actuals: Annotated[
        Path, typer.Option("--actuals", help="Contacts of today up to now, in the form of the plan's history.")
    ],
    at: Annotated[
        str | None, typer.Option("--at", help="Local time it is (default: the end of the contacts given).")
    ] = None,
    freeze: Annotated[
        int, typer.Option("--freeze", min=0, max=1440, help="Minutes from now in which nothing changes any more.")
    ] = 30,
    notice: Annotated[
        int, typer.Option("--notice", min=0, max=1440, help="Minutes from a call to the start of who is called in.")
    ] = 120,
    most: Annotated[int, typer.Option("--most", min=1, max=100, help="Changes listed and applied at most.")] = 5,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help='Kind of change listed, for example "time off" (default: all); may be repeated.'),
    ] = None,
    standby: Annotated[
        Path | None,
        typer.Option("--standby", help="Who stands by and can be called in (default: standby.csv of the plan)."),
    ] = None,
    states: Annotated[
        Path | None, typer.Option("--states", help="Who is truly there: agent_id, start, end, state.")
    ] = None,
    state: StateWords = None,
    force_share: Annotated[
        list[str] | None,
        typer.Option(
            "--force-share",
            help="Rest of today against the plan: seen, 0.15, 15% or QUEUE=0.15; may be repeated.",
        ),
    ] = None,
    apply: Annotated[
        str | None, typer.Option("--apply", help="Make changes of the list: best, all, or numbers such as 1,3.")
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    by: By = None,
    why: Why = "",
    later: Later = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write (default: nothing is written).")
    ] = None,
    jobs: Jobs = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Compare today with the plan, project the rest of the day, and rank what would help.

    Examples:

    staffplan today plans/demo --actuals today.csv

    staffplan today plans/demo --actuals today.csv --at 2026-12-01T10:30 --most 3

    staffplan today plans/demo --actuals today.csv --apply all --most 3 --dry-run

    Levers are moved breaks, meals and meetings, lent skills, longer shifts, people
    called in, and time off where more are there than today needs. A change that
    breaks a mandatory rule is not listed, nor is one whose gain may be chance.
    Longer shifts and people called in are only for intervals below their goal.

    What past days teach is kept in the plan directory: learnt_updating.json.

    --apply puts changes of the list into the roster, after a yes: staffplan log
    shows them, and staffplan undo takes them back.

    The folder gets day_so_far.csv, coming.csv and levers.csv; with --apply
    to_tell.csv too: who must be told what, and by when. Without a folder, and
    where stdout is no terminal, the levers are printed as CSV.
    """
    from staffplan.cli.work.today import Asked, numbers_of, today_of
    from staffplan.cli.work.today_told import FILES, TO_TELL, tell

    wanted = None if apply is None else numbers_of(apply)
    files = FILES if apply is None else (*FILES, TO_TELL)
    paths = {} if output is None else {name: output / name for name in files}
    before = refuse(paths.values(), force=force)
    given = (tuple(kind or ()), standby, states, tuple(state or ()), tuple(force_share or ()))
    told = today_of(Asked(plan, actuals, at, freeze, notice, most, *given), workers_of(jobs, None))
    if wanted is None:
        tell(told, paths, before, as_json=as_json)
    else:
        from staffplan.cli.work.edit import EditFlags
        from staffplan.cli.work.today_applied import apply as applied

        applied(told, wanted, EditFlags(yes, dry_run, as_json, by, why, later), paths, before)
