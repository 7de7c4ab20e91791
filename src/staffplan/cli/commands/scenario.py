"""The commands that run scenarios, compare them, and price a promise."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import Force, Json
from staffplan.cli.commands.plan import PLANS
from staffplan.cli.commands.workers import Jobs
from staffplan.cli.output.say import progress_shown
from staffplan.cli.work.delivery import refuse


class Action(StrEnum):
    """What to do with scenarios."""

    RUN = "run"
    COMPARE = "compare"


class Promise(StrEnum):
    """What is priced."""

    SERVICE = "service"
    HOURS = "hours"
    SHRINKAGE = "shrinkage"
    RULES = "rules"


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("scenario", rich_help_panel=PLANS)(scenario)
    app.command("price", rich_help_panel=PLANS)(price)


def scenario(
    action: Annotated[Action, typer.Argument(help="run or compare.", show_default=False)],
    source: Annotated[
        Path,
        typer.Argument(help="run: file of scenarios; compare: folder of scenarios.", show_default=False),
    ],
    plan: Annotated[
        Path | None, typer.Argument(help="run: finished plan directory to start from.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder: run: for the scenarios; compare: for the tables.")
    ] = None,
    jobs: Jobs = None,
    reports: Annotated[bool, typer.Option("--reports", help="run: also make the report of each scenario.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Run named changes of a plan through every step, and compare them with it: people, hours, money, waits.

    Examples:

    staffplan scenario run scenarios.toml plans/demo -o scenarios/

    staffplan scenario compare scenarios/ -o compared/

    scenarios.toml has an entry [[scenario]] for each: name, owner, date,
    reason, and changes: volume, aht, deflection, goal, opening_hours,
    queue_added, queue_lost, shrinkage, wages, cross_training, part_time,
    headcount, attrition, setting.

    run copies the plan as it is and makes each scenario a plan directory of its
    own from that copy. Finished scenarios are not run again. If the plan was
    changed since, nothing is mixed: give another folder, or --force.

    compare shows each difference with its error: the standard error of
    simulated waits, and what the roster searches left open in hours and money.
    With -o it writes compare.csv, scenarios.csv, tornado.csv, scenarios.xlsx,
    tornado.png and cases.png.
    """
    from staffplan.cli.work.scenario import COMPARED, compare_and_tell, run_and_tell
    from staffplan.errors import Problem, UsageError

    if action == Action.RUN:
        missing = [("PLAN", plan), ("-o", output)]
        problems = [Problem(name, "is missing", RUN_HINT) for name, value in missing if value is None]
        if problems or plan is None or output is None:
            raise UsageError(problems)
        with progress_shown() as on_progress:
            code = run_and_tell(
                source, plan, output, jobs, on_progress, reports=reports, force=force, as_json=as_json
            )
        if code:
            raise typer.Exit(code)
        return
    if plan is not None:
        raise UsageError(Problem("PLAN", "is for run only", "staffplan scenario compare scenarios/"))
    paths = {} if output is None else {name: output / name for name in COMPARED}
    before = refuse(paths.values(), force=force)
    compare_and_tell(source, paths, before, as_json=as_json)


RUN_HINT = "staffplan scenario run scenarios.toml PLAN -o scenarios/"


def price(
    plan: Annotated[Path, typer.Argument(help="Finished plan directory.", show_default=False)],
    of: Annotated[Promise, typer.Option("--of", help="What is priced.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for the table and the plans behind it.")
    ] = None,
    goals: Annotated[
        str, typer.Option("--goals", help="service: percentages of contacts in time, with commas between.")
    ] = "60,65,70,75,80,85,90,95",
    jobs: Jobs = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Price a promise in money a year: service, opening hours, shrinkage or rules, each step through a roster.

    Examples:

    staffplan price plans/demo --of service -o prices/

    staffplan price plans/demo --of hours -o hours/

    service: the plan is staffed for each goal with as many people as the goal
    needs, rostered, simulated and costed. hours: each first and last opening
    hour, and each day open alone, is left out. shrinkage: each category is one
    point lower. rules: the understaffed hours due to each rule, as
    staffplan roster --prices, in money.

    Every amount has the band that the roster searches leave. The plans behind
    the table are in the folder, and a second run goes on where it stopped.
    """
    from staffplan.cli.work.price import FILES, price_and_tell

    paths = {} if output is None else {name: output / name for name in FILES[of.value]}
    before = refuse(paths.values(), force=force)
    with progress_shown() as on_progress:
        how = {"force": force, "as_json": as_json}
        price_and_tell(plan, of.value, goals, output, paths, before, jobs, on_progress, **how)
