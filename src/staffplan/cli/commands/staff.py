"""The commands on a requirement's files: staff, and simulate without a roster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from staffplan.cli.commands.options import STEPS, ConfigFile, Force, Interval, Json, Output, SetSetting, Timezone
from staffplan.cli.output.say import progress_shown, say, show_json, show_text
from staffplan.cli.work.delivery import deliver, given_only, refuse, say_last, say_notes
from staffplan.cli.work.flags import flags_named, settings_given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from staffplan.tables.schema import Table

STAFF_FLAGS = {
    "patience_seconds": "--patience",
    "concurrency": "--concurrency",
    "minimum_agents": "--minimum",
    "asa_seconds": "--asa",
    "max_occupancy": "--occupancy",
    "max_abandon_rate": "--abandon",
    "interval_minutes": "--interval",
    "timezone": "--timezone",
    "staffing.shrinkage.all": "--shrinkage",
    "staffing.shrinkage.absence": "--absence",
    "staffing.method": "--method",
    "staffing.goal_scope": "--scope",
    "staffing.risk": "--risk",
}


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("staff", rich_help_panel=STEPS)(staff)


def staff(
    forecast: Annotated[Path, typer.Argument(help="Forecast, forecast.csv.", show_default=False)],
    output: Output = None,
    config: ConfigFile = None,
    goal: Annotated[
        list[str] | None,
        typer.Option(
            "--goal", help="Service goal: 80/20, 90/4h, or for one queue or channel email=90/4h; may be repeated."
        ),
    ] = None,
    asa: Annotated[float | None, typer.Option("--asa", help="Highest average wait, seconds.")] = None,
    occupancy: Annotated[
        float | None, typer.Option("--occupancy", help="Highest occupancy, share, for example 0.85.")
    ] = None,
    abandon: Annotated[
        float | None,
        typer.Option("--abandon", help="Highest share that hangs up, for example 0.03; needs --patience."),
    ] = None,
    shrinkage: Annotated[
        float | None, typer.Option("--shrinkage", help="Share of paid time not available, for example 0.3.")
    ] = None,
    absence: Annotated[
        float | None,
        typer.Option("--absence", help="Chance that an agent on the roster is absent (sickness), for example 0.05."),
    ] = None,
    patience: Annotated[
        float | None, typer.Option("--patience", help="Average patience until customers hang up, seconds (Erlang A).")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", help="Number of chats that one agent handles at once.")
    ] = None,
    minimum: Annotated[
        int | None, typer.Option("--minimum", help="Minimum number of agents on queue in every open interval.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option("--method", help="Sizing method: erlang-c, erlang-a, offered-load or verified (by simulation)."),
    ] = None,
    scope: Annotated[
        str | None, typer.Option("--scope", help="For verified: meet the goal in every interval, day or week.")
    ] = None,
    risk: Annotated[
        str | None,
        typer.Option("--risk", help="Volume and absence to staff for: mean, p80 (of days), 8/10 (weeks)."),
    ] = None,
    interval: Interval = None,
    timezone: Timezone = None,
    cross_check: Annotated[
        bool, typer.Option("--cross-check", help="Recalculate every Erlang C requirement with pyworkforce.")
    ] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", help='Explain one interval, from load to heads: "2026-12-01 10:30".')
    ] = None,
    worth: Annotated[
        Path | None,
        typer.Option(
            "--worth", help="Also write the service of each possible number of agents on queue, service_worth.csv."
        ),
    ] = None,
    setting: SetSetting = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Calculate the required agents of every interval from a forecast, service goals and shrinkage.

    Examples:

    staffplan staff forecast.csv --goal 80/20 --shrinkage 0.3 -o requirement.csv

    staffplan staff forecast.csv --goal voice=80/20 --goal email=90/8h -o requirement.csv

    staffplan staff forecast.csv --goal 80/20 --shrinkage 0.2 --absence 0.05 --risk p80 -o requirement.csv

    staffplan staff forecast.csv --goal 80/20 --patience 120 --method verified -o requirement.csv

    staffplan staff forecast.csv -c plan.toml --explain "2026-12-01 10:30"
    """
    from staffplan.cli.work.staff import staff_files

    behaviour = {"patience_seconds": patience, "concurrency": concurrency, "minimum_agents": minimum}
    limits = {"asa_seconds": asa, "max_occupancy": occupancy, "max_abandon_rate": abandon}
    plan = {"interval_minutes": interval, "timezone": timezone}
    before = refuse([output, worth], force=force)
    how = {"method": method, "goal_scope": scope, "risk": risk}
    settings = behaviour | limits | plan | {f"staffing.{key}": value for key, value in how.items()}
    settings |= {"staffing.shrinkage.all": shrinkage, "staffing.shrinkage.absence": absence}
    changes, set_flags = settings_given(setting)
    flags = set_flags | {name: STAFF_FLAGS[name] for name in given_only(settings)}
    with progress_shown() as on_progress, flags_named(flags | ({"goal": "--goal"} if goal else {})):
        work = staff_files(
            forecast,
            config,
            changes,
            goals=goal or [],
            limits=given_only(limits),
            behaviour=given_only(behaviour),
            plan=given_only(plan),
            shares=given_only({"shrinkage": shrinkage, "absence": absence}),
            how=given_only(how),
            cross_check=cross_check,
            explain=explain,
            worth=worth is not None,
            on_progress=on_progress,
        )
    say_notes(work.result.notes)
    for line in work.cross_check:
        say(line)
    if work.walk:
        from staffplan.cli.work.explain_staffing import walk_text

        if as_json:
            show_json({"explained": [vars(step) for step in work.walk]})
        else:
            show_text(walk_text(work.walk))
        if output is None and worth is None:
            return
    tables: dict[Path | None, Table] = {output: work.result.requirement}
    if worth is not None and work.worth is not None:
        tables = {key: table for key, table in tables.items() if key is not None or not work.walk}
        tables[worth] = work.worth
    deliver(
        tables,
        work.timezone,
        before,
        facts=work.result.facts,
        notes=work.result.notes,
        as_json=as_json and not work.walk,
    )
    say_last(work.result.notes)


def simulate_requirement(
    files: tuple[Path, Path],
    output: Path | None,
    config: Path | None,
    goals: Sequence[str],
    patience: float | None,
    seed: int | None,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """`staffplan simulate` of a forecast and a requirement: the days to stdout, or all tables to a folder."""
    from staffplan.cli.work.simulate import simulate_files

    names = ("waits.csv", "waits_detail.csv", "coverage.csv")
    paths = [None if output is None else output / name for name in names]
    before = refuse(paths, force=force)
    behaviour = given_only({"patience_seconds": patience})
    flags = {"patience_seconds": "--patience", "plan.seed": "--seed", "goal": "--goal"}
    with progress_shown() as on_progress, flags_named(flags if behaviour or goals or seed is not None else {}):
        result, zone = simulate_files(
            *files, config, goals=goals, behaviour=behaviour, seed=seed, on_progress=on_progress
        )
    say_notes(result.notes)
    tables = (result.waits, result.details, result.coverage)
    chosen: dict[Path | None, Table] = {None: result.waits}
    if output is not None:
        chosen = dict(zip(paths, tables, strict=True))
    deliver(chosen, zone, before, facts=result.facts, notes=result.notes, as_json=as_json)
    say_last(result.notes)
