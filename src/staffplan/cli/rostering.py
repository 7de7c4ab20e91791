"""The commands on a roster's files: roster, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.delivery import deliver, refuse, say_notes
from staffplan.cli.flags import flags_named
from staffplan.cli.options import STEPS, ConfigFile, Force, Json
from staffplan.cli.output import INTERRUPTED, progress_shown, say, show, show_json

RULES_BROKEN = 5
PRICES = "rule_prices.csv"
Locked = Annotated[Path | None, typer.Option("--locks", help="What is settled beforehand; else input.locks.")]
Past = Annotated[
    Path | None, typer.Option("--past", help="Roster of the days before, folder or file; else input.past_roster.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("roster", rich_help_panel=STEPS)(roster)
    app.command("check", rich_help_panel=STEPS)(check)


def roster(
    requirement: Annotated[Path, typer.Argument(help="A requirement.csv.", show_default=False)],
    agents: Annotated[Path, typer.Argument(help="An agents.csv.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write the roster to.")],
    config: Annotated[Path, typer.Option("-c", "--config", help="Settings with shifts, contracts and rules.")],
    time_off: Annotated[Path | None, typer.Option("--time-off", help="Days off; else input.time_off.")] = None,
    availability: Annotated[
        Path | None, typer.Option("--availability", help="When people can work; else input.availability.")
    ] = None,
    meetings: Annotated[
        Path | None, typer.Option("--meetings", help="Meetings and training; else input.meetings.")
    ] = None,
    wishes: Annotated[Path | None, typer.Option("--wishes", help="What people wish for; else input.wishes.")] = None,
    locks: Locked = None,
    past: Past = None,
    worth: Annotated[
        Path | None, typer.Option("--worth", help="What staff --worth wrote, for the objective service.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the search.")] = None,
    prices: Annotated[
        bool, typer.Option("--prices", help="Write rule_prices.csv too: hours missing for each rule. Takes minutes.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Give every agent shifts, breaks and queues so that the requirement is covered; every rule is kept.

    Example: staffplan roster requirement.csv agents.csv -o roster/ -c plan.toml

    With --prices also what each rule, contract, absence and skill costs: the hours missing with it, with it a step
    looser, and without it, if nothing but missing hours counted. Each gain has two numbers between which it is proven
    to lie.
    """
    from staffplan.cli.work import roster_case, roster_of

    names = ("roster_shifts.csv", "roster_activities.csv", "coverage.csv", "fairness.csv")
    paths = [output / name for name in names]
    refuse([*paths, *([output / PRICES] if prices else [])], force=force)
    given = {
        "time_off": time_off,
        "availability": availability,
        "meetings": meetings,
        "wishes": wishes,
        "locks": locks,
        "past_roster": past,
    }
    with progress_shown() as on_progress, flags_named({"plan.seed": "--seed"} if seed is not None else {}):
        case, plan = roster_case(requirement, agents, config, given=given, worth=worth, seed=seed)
        result = roster_of(case, plan, on_progress)
    say_notes(result.notes)
    tables = (result.roster.shifts, result.roster.activities, result.coverage, result.fairness)
    facts = {"status": result.status, "gap": result.gap, **result.facts}
    deliver(dict(zip(paths, tables, strict=True)), plan.timezone, facts=facts, notes=result.notes, as_json=as_json)
    if result.status == "interrupted":
        say("the search was ended early: the roster written is the best one by then")
        raise typer.Exit(INTERRUPTED)
    if prices:
        from staffplan.cli.pricing import write_prices

        with progress_shown() as on_progress:
            write_prices(case, plan, output / PRICES, on_progress)


def check(
    roster: Annotated[Path, typer.Argument(help="A plan directory, or a folder with a roster.", show_default=False)],
    requirement: Annotated[Path | None, typer.Option("--requirement", help="A requirement.csv.")] = None,
    agents: Annotated[Path | None, typer.Option("--agents", help="An agents.csv.")] = None,
    meetings: Annotated[
        Path | None, typer.Option("--meetings", help="Meetings and training; else input.meetings.")
    ] = None,
    wishes: Annotated[Path | None, typer.Option("--wishes", help="What people wish for; else input.wishes.")] = None,
    locks: Locked = None,
    past: Past = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """List every broken rule and every uncovered interval of any roster, edited by hand or made elsewhere.

    Examples:

    staffplan check plans/demo

    staffplan check roster/ --requirement requirement.csv --agents agents.csv -c plan.toml

    Leaves with 5 when a rule is broken, 0 when none is (uncovered intervals are reported, not an error).
    """
    from staffplan.cli.checking import check_files, check_text
    from staffplan.cli.records import records

    given = {"meetings": meetings, "wishes": wishes, "locks": locks, "past_roster": past}
    report, calendar = check_files(roster, requirement, agents, config, given)
    if as_json:
        broken = [vars(breach) for breach in report.breaches]
        show_json({"broken_rules": broken, "uncovered": records(report.uncovered, calendar.timezone)})
    else:
        show(check_text(report, calendar))
    if report.breaches:
        raise typer.Exit(RULES_BROKEN)
