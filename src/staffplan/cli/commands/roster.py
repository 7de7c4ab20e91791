"""The commands on a roster's files: roster, check."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from staffplan.cli.commands.options import (
    STEPS,
    Absent,
    AgentsFile,
    Availability,
    ConfigFile,
    Force,
    Json,
    Locks,
    Meetings,
    Past,
    PerChange,
    PlayedForecast,
    RequirementFile,
    SearchSeed,
    SetSetting,
    Since,
    Skills,
    TimeOff,
    Wishes,
    Worth,
)
from staffplan.cli.output.say import RULES_BROKEN, progress_shown, say, say_long, show_json, show_text
from staffplan.cli.work.delivery import deliver, put_tables, refuse, say_notes
from staffplan.cli.work.flags import flags_named, settings_given
from staffplan.process.ctrl_c import INTERRUPTED

if TYPE_CHECKING:
    from staffplan.tables.schema import Table

PRICES = "rule_prices.csv"
COMMAND = "requirement.csv agents.csv -o roster/ -c plan.toml"


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("roster", rich_help_panel=STEPS)(roster)
    app.command("check", rich_help_panel=STEPS)(check)


def roster(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the roster.")],
    requirement: Annotated[
        Path | None,
        typer.Argument(help="Requirement, requirement.csv; optional when repairing a plan.", show_default=False),
    ] = None,
    agents: Annotated[
        Path | None, typer.Argument(help="Agents, agents.csv; optional when repairing a plan.", show_default=False)
    ] = None,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", help="Settings file with shifts, contracts and rules.")
    ] = None,
    time_off: TimeOff = None,
    availability: Availability = None,
    skills: Skills = None,
    meetings: Meetings = None,
    wishes: Wishes = None,
    locks: Locks = None,
    past: Past = None,
    worth: Worth = None,
    forecast: PlayedForecast = None,
    seed: SearchSeed = None,
    prices: Annotated[
        bool,
        typer.Option(
            "--prices", help="Also write rule_prices.csv: understaffed hours due to each rule. Takes minutes."
        ),
    ] = False,
    repair: Annotated[
        Path | None,
        typer.Option("--repair", help="Same as staffplan repair: the existing roster or plan directory to repair."),
    ] = None,
    absent: Absent = None,
    since: Since = None,
    per_change: PerChange = 1.0,
    setting: SetSetting = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Assign shifts, breaks and queues to every agent to cover the requirement and keep every rule.

    Examples:

    staffplan roster requirement.csv agents.csv -o roster/ -c plan.toml

    Exits with code 5 if no roster that keeps every rule was found. If the rules
    of one agent contradict each other, nothing is written. Otherwise the best
    roster found is written; it breaks a rule that concerns several agents, or a
    meeting.

    To change an existing roster, use staffplan repair. The options --repair,
    --absent, --from and --per-change do the same here.

    With --prices, rule_prices.csv lists the understaffed hours due to each
    rule, contract, absence and skill: with it, with a relaxed version, and
    without it. Only understaffed hours count in this comparison. Each saving is
    given as a proven range.
    """
    begun = monotonic()
    given = {
        "time_off": time_off,
        "availability": availability,
        "skills": skills,
        "meetings": meetings,
        "wishes": wishes,
        "locks": locks,
        "past_roster": past,
    }
    if repair is not None and prices:
        from staffplan.errors import Problem, UsageError

        raise UsageError(Problem("--prices", "is not possible together with --repair", "remove one of the two"))
    if repair is not None and setting:
        from staffplan.errors import Problem, UsageError

        raise UsageError(Problem("--set", "is not possible together with --repair", "remove one of the two"))
    if repair is not None:
        from staffplan.cli.commands.repair import run_repair
        from staffplan.cli.work.repair import RepairFlags, RepairInput

        source = RepairInput(repair, requirement, agents, config, given, worth, seed)
        run_repair(source, RepairFlags(absent or (), since, per_change), output, force=force, as_json=as_json)
        return
    from staffplan.cli.work.roster import judge_from, roster_case, roster_of
    from staffplan.cli.work.roster_status import broken_text, standing_text
    from staffplan.roster.case.fairness_table import fairness_of

    requirement, agents, config = _needed(requirement, agents, config, absent, since)
    names = ("roster_shifts.csv", "roster_activities.csv", "coverage.csv", "fairness.csv")
    paths = [output / name for name in names]
    before = refuse([*paths, *([output / PRICES] if prices else [])], force=force)
    changes, flags = settings_given(setting)
    if seed is not None:
        changes, flags = changes | {"plan.seed": seed}, flags | {"plan.seed": "--seed"}
    with progress_shown() as on_progress, flags_named(flags):
        case, plan = roster_case(requirement, agents, config, changes, given=given, worth=worth)
        judge = None if forecast is None else judge_from(forecast, case, config, changes)
        result = roster_of(case, plan, on_progress, begun, judge)
    say_notes(result.notes)
    fairness = fairness_of(result.roster, case)
    tables = (result.roster.shifts, result.roster.activities, result.coverage, fairness)
    facts = {**result.proof, "broken_rules": len(result.broken), **result.facts}
    made: dict[Path | None, Table] = dict(zip(paths, tables, strict=True))
    deliver(made, plan.timezone, before, facts=facts, notes=result.notes, as_json=as_json)
    say(standing_text(result))
    if result.broken:
        say_long(broken_text(result.broken))
    if result.status == "interrupted":
        say("the search was stopped early: the best roster found so far is written")
        raise typer.Exit(INTERRUPTED)
    if prices:
        from staffplan.cli.work.rule_prices import write_prices

        with progress_shown() as on_progress:
            write_prices(case, plan, output / PRICES, before, on_progress)
    if result.broken:
        raise typer.Exit(RULES_BROKEN)


def _needed(
    requirement: Path | None, agents: Path | None, config: Path | None, absent: list[str] | None, since: str | None
) -> tuple[Path, Path, Path]:
    """What a new roster cannot do without."""
    from staffplan.errors import Problem, UsageError

    problems = [
        Problem(name, "is missing", f"staffplan roster {COMMAND}")
        for name, value in (("requirement", requirement), ("agents", agents), ("-c", config))
        if value is None
    ]
    for name, text in (("--absent", absent), ("--from", since)):
        if text:
            problems.append(Problem(name, "needs an existing roster", f"staffplan repair roster/ {name} ..."))
    if problems or requirement is None or agents is None or config is None:
        raise UsageError(problems)
    return requirement, agents, config


def check(
    roster: Annotated[
        Path, typer.Argument(help="Plan directory, folder with a roster, or a file of shifts.", show_default=False)
    ],
    requirement: RequirementFile = None,
    agents: AgentsFile = None,
    time_off: TimeOff = None,
    availability: Availability = None,
    skills: Skills = None,
    meetings: Meetings = None,
    wishes: Wishes = None,
    locks: Locks = None,
    past: Past = None,
    config: ConfigFile = None,
    ids: Annotated[
        Path | None, typer.Option("--map", help="For another system's file: its ids, with columns kind, name, id.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for check.csv and fairness.csv.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """List every broken rule and understaffed interval of a roster, also of one edited by hand or made elsewhere.

    Examples:

    staffplan check plans/demo

    staffplan check roster/ --requirement requirement.csv --agents agents.csv -c plan.toml

    staffplan check edited/ --requirement requirement.csv --agents agents.csv -c plan.toml -o checked/

    With -o, two files are written: check.csv (broken rules) and fairness.csv
    (nights, weekends, early starts, late ends and granted wishes of each
    agent). In a plan directory, staffplan plan updates both files after an
    edit.

    Without roster_activities.csv, only the shifts are checked: hours, days,
    rest and nights. The other rules are listed as not checked. So it is for
    the files of staffplan export: shifts.csv, filled templates, and the JSON
    for Genesys Cloud, Assembled and Deputy; --map gives the ids of agents.

    Wishes that are not granted are listed too. Exits with code 5 if a rule is
    broken, and with code 0 otherwise. Understaffed intervals and wishes that
    are not granted are reported, but they are not errors.
    """
    from staffplan.cli.work.check import check_files, check_json, check_text, output_paths

    paths = () if output is None else output_paths(output)
    before = refuse(paths, force=force)
    given = {
        "time_off": time_off,
        "availability": availability,
        "skills": skills,
        "meetings": meetings,
        "wishes": wishes,
        "locks": locks,
        "past_roster": past,
    }
    checked = check_files(roster, requirement, agents, config, given, ids)
    report, calendar = checked.report, checked.calendar
    put_tables(dict(zip(paths, checked.tables() if paths else (), strict=True)), calendar.timezone, before)
    if as_json:
        show_json(check_json(checked))
    else:
        show_text(check_text(checked))
    if report.breaches:
        raise typer.Exit(RULES_BROKEN)
