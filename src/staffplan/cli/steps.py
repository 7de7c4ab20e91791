"""Commands that are one step each, on files: forecast, staff, roster, check."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from staffplan.cli.flags import flags_named
from staffplan.cli.output import INTERRUPTED, progress_shown, say, say_long, show, show_json
from staffplan.cli.parallel import Cluster, Jobs, workers_of
from staffplan.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from staffplan.errors import Note
    from staffplan.schema import Table

STEPS = "One step, on files"
RULES_BROKEN = 5
STAFF_FLAGS = {
    "patience_seconds": "--patience",
    "concurrency": "--concurrency",
    "minimum_agents": "--minimum",
    "asa_seconds": "--asa",
    "max_occupancy": "--occupancy",
    "max_abandon_rate": "--abandon",
    "interval_minutes": "--interval",
    "timezone": "--timezone",
    "staffing.shrinkage": "--shrinkage",
    "staffing.method": "--method",
    "staffing.goal_scope": "--scope",
    "staffing.risk": "--risk",
}
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
ConfigFile = Annotated[Path | None, typer.Option("-c", "--config", help="Settings, a plan.toml.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write; left out: stdout.")]
Interval = Annotated[int | None, typer.Option("--interval", help="Minutes of an interval: 15, 30 or 60.")]
Timezone = Annotated[str | None, typer.Option("--timezone", help="Zone of the site's clock, Europe/Madrid.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    app.command("forecast", rich_help_panel=STEPS)(forecast)
    app.command("staff", rich_help_panel=STEPS)(staff)
    app.command("roster", rich_help_panel=STEPS)(roster)
    app.command("check", rich_help_panel=STEPS)(check)


def forecast(
    history: Annotated[Path, typer.Argument(help="interval_start, queue, offered, ...", show_default=False)],
    output: Output = None,
    config: ConfigFile = None,
    start: Annotated[str | None, typer.Option("--start", help="First day, 2026-12-01; else the next.")] = None,
    weeks: Annotated[int | None, typer.Option("--weeks", help="Weeks ahead.")] = None,
    interval: Interval = None,
    timezone: Timezone = None,
    country: Annotated[str | None, typer.Option("--country", help="Public holidays of this country, ES.")] = None,
    overrides: Annotated[
        Path | None, typer.Option("--overrides", help="Planner's edits, applied last; else input.overrides.")
    ] = None,
    drivers: Annotated[
        Path | None, typer.Option("--drivers", help="Numbers of days that drive contacts; else input.drivers.")
    ] = None,
    explain: Annotated[
        tuple[str, str] | None,
        typer.Option("--explain", metavar="QUEUE DATE", help="Show where one day's number comes from, instead."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of everything random.")] = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Predict the contacts and the handling time of every queue and interval.

    Examples:

    staffplan forecast history.csv -o forecast.csv

    staffplan forecast history.csv -o forecast.csv --start 2026-12-01 --weeks 4 --country ES

    staffplan forecast history.csv -o forecast.csv --overrides overrides.csv

    staffplan forecast history.csv --explain voice 2026-12-01

    Beside the forecast stand the totals of days, weeks and the horizon with their bands, forecast_totals.csv, how
    each method did on this history, forecast_backtest.csv, what was found in the history and done with it,
    forecast_quality.csv, how handling times would have done, forecast_aht_backtest.csv, and what planner's edits
    changed, forecast_overrides.csv.
    """
    from staffplan.cli.work import forecast_files

    given = {
        "plan.start": start,
        "plan.weeks": weeks,
        "plan.interval_minutes": interval,
        "plan.timezone": timezone,
        "plan.country": country,
        "plan.seed": seed,
    }
    flags = {name: f"--{name.split('.')[1].removesuffix('_minutes')}" for name in _given(given)}
    flags |= {"plan": "--country"} if country else {}
    if explain is not None:
        _explain(history, config, _given(given), flags, drivers, explain, as_json=as_json)
        return
    workers = workers_of(jobs, cluster)
    _refuse([output], force=force)
    beside = ("totals", "backtest", "quality", "aht_backtest", "overrides")
    _refuse([] if output is None else [_beside(output, name) for name in beside], force=force)
    with progress_shown() as on_progress, flags_named(flags):
        result, zone = forecast_files(
            history, config, _given(given), on_progress, drivers=drivers, edits=overrides, workers=workers
        )
    _say_notes(result.notes)
    _deliver({output: result.forecast}, zone, facts=result.facts, notes=result.notes, as_json=as_json)
    if output is not None:
        _deliver({_beside(output, "totals"): result.totals}, zone)
        _deliver({_beside(output, "backtest"): result.backtest}, zone)
        _deliver({_beside(output, "quality"): result.quality}, zone)
        _deliver({_beside(output, "aht_backtest"): result.aht_backtest}, zone)
        log = _beside(output, "overrides")
        if len(result.override_log) or log.exists():
            _deliver({log: result.override_log}, zone)


def _explain(
    history: Path,
    config: Path | None,
    given: Mapping[str, object],
    flags: Mapping[str, str],
    drivers: Path | None,
    wanted: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    """One day of one queue, taken apart, on stdout."""
    from staffplan.cli.explaining import day_of, explanation_record, explanation_text
    from staffplan.cli.work import explain_files

    queue, day = wanted[0], day_of(wanted[1])
    with flags_named(flags):
        explained = explain_files(history, config, given, drivers, queue, day)
    if as_json:
        show_json(explanation_record(explained))
    else:
        show(explanation_text(explained))


def _beside(output: Path, what: str) -> Path:
    """The file beside a forecast that tells more of it: forecast_backtest.csv."""
    return output.with_name(f"{output.stem}_{what}.csv")


def staff(
    forecast: Annotated[Path, typer.Argument(help="A forecast.csv.", show_default=False)],
    output: Output = None,
    config: ConfigFile = None,
    goal: Annotated[
        list[str] | None,
        typer.Option(
            "--goal", help="80/20 where waits are seconds, 90/4h where hours; email=90/4h. May be repeated."
        ),
    ] = None,
    asa: Annotated[float | None, typer.Option("--asa", help="Highest average wait, seconds.")] = None,
    occupancy: Annotated[float | None, typer.Option("--occupancy", help="Highest occupancy, 0.85.")] = None,
    abandon: Annotated[
        float | None, typer.Option("--abandon", help="Highest share that hangs up, 0.03; with --patience.")
    ] = None,
    shrinkage: Annotated[
        float | None, typer.Option("--shrinkage", help="Share of paid time not available, 0.3.")
    ] = None,
    patience: Annotated[
        float | None, typer.Option("--patience", help="Average patience, seconds: customers hang up (Erlang A).")
    ] = None,
    concurrency: Annotated[int | None, typer.Option("--concurrency", help="Chats one agent serves at once.")] = None,
    minimum: Annotated[int | None, typer.Option("--minimum", help="People on the line whenever open.")] = None,
    method: Annotated[
        str | None, typer.Option("--method", help="erlang-c, erlang-a, offered-load or verified (by simulation).")
    ] = None,
    scope: Annotated[
        str | None, typer.Option("--scope", help="verified: goal kept in every interval, day or week.")
    ] = None,
    risk: Annotated[
        str | None, typer.Option("--risk", help="Volume staffed for: mean, p80 (of days), 8/10 (weeks).")
    ] = None,
    interval: Interval = None,
    timezone: Timezone = None,
    cross_check: Annotated[
        bool, typer.Option("--cross-check", help="Recompute every Erlang C requirement with pyworkforce.")
    ] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", help='From load to heads, line by line: "2026-12-01 10:30".')
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Turn a forecast into people: queueing models against the promised waits, shrinkage applied once.

    Examples:

    staffplan staff forecast.csv --goal 80/20 --shrinkage 0.3 -o requirement.csv

    staffplan staff forecast.csv --goal voice=80/20 --goal email=90/8h -o requirement.csv

    staffplan staff forecast.csv --goal 80/20 --patience 120 --method verified -o requirement.csv

    staffplan staff forecast.csv -c plan.toml --explain "2026-12-01 10:30"
    """
    from staffplan.cli.work import staff_files

    behaviour = {"patience_seconds": patience, "concurrency": concurrency, "minimum_agents": minimum}
    limits = {"asa_seconds": asa, "max_occupancy": occupancy, "max_abandon_rate": abandon}
    plan = {"interval_minutes": interval, "timezone": timezone}
    _refuse([output], force=force)
    how = {"method": method, "goal_scope": scope, "risk": risk}
    settings = behaviour | limits | plan | {f"staffing.{key}": value for key, value in how.items()}
    settings |= {"staffing.shrinkage": shrinkage}
    flags = {name: STAFF_FLAGS[name] for name in _given(settings)}
    with progress_shown() as on_progress, flags_named(flags | ({"goal": "--goal"} if goal else {})):
        work = staff_files(
            forecast,
            config,
            goals=goal or [],
            limits=_given(limits),
            behaviour=_given(behaviour),
            plan=_given(plan),
            shrinkage=shrinkage,
            how=_given(how),
            cross_check=cross_check,
            explain=explain,
            on_progress=on_progress,
        )
    _say_notes(work.result.notes)
    for line in work.cross_check:
        say(line)
    if work.walk:
        from staffplan.cli.walking import walk_text

        if as_json:
            show_json({"explained": [vars(step) for step in work.walk]})
        else:
            show(walk_text(work.walk))
        if output is None:
            return
    _deliver(
        {output: work.result.requirement},
        work.timezone,
        facts=work.result.facts,
        notes=work.result.notes,
        as_json=as_json and not work.walk,
    )


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
    from staffplan.cli.simulating import simulate_files

    names = ("waits.csv", "waits_detail.csv", "coverage.csv")
    paths = [None if output is None else output / name for name in names]
    _refuse(paths, force=force)
    behaviour = _given({"patience_seconds": patience})
    flags = {"patience_seconds": "--patience", "plan.seed": "--seed", "goal": "--goal"}
    with progress_shown() as on_progress, flags_named(flags if behaviour or goals or seed is not None else {}):
        result, zone = simulate_files(
            *files, config, goals=goals, behaviour=behaviour, seed=seed, on_progress=on_progress
        )
    _say_notes(result.notes)
    tables = (result.waits, result.details, result.coverage)
    chosen: dict[Path | None, Table] = {None: result.waits}
    if output is not None:
        chosen = dict(zip(paths, tables, strict=True))
    _deliver(chosen, zone, facts=result.facts, notes=result.notes, as_json=as_json)


def roster(
    requirement: Annotated[Path, typer.Argument(help="A requirement.csv.", show_default=False)],
    agents: Annotated[Path, typer.Argument(help="An agents.csv.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write the roster to.")],
    config: Annotated[Path, typer.Option("-c", "--config", help="Settings with shifts, contracts and rules.")],
    time_off: Annotated[Path | None, typer.Option("--time-off", help="Days off; else input.time_off.")] = None,
    availability: Annotated[
        Path | None, typer.Option("--availability", help="When people can work; else input.availability.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the search.")] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Give every agent shifts, breaks and queues so that the requirement is covered; every rule is kept.

    Example: staffplan roster requirement.csv agents.csv -o roster/ -c plan.toml
    """
    from staffplan.cli.work import roster_files

    names = ("roster_shifts.csv", "roster_activities.csv", "coverage.csv")
    paths = [output / name for name in names]
    _refuse(paths, force=force)
    with progress_shown() as on_progress, flags_named({"plan.seed": "--seed"} if seed is not None else {}):
        result, zone = roster_files(
            requirement,
            agents,
            config,
            time_off=time_off,
            availability=availability,
            seed=seed,
            on_progress=on_progress,
        )
    _say_notes(result.notes)
    tables = (result.roster.shifts, result.roster.activities, result.coverage)
    facts = {"status": result.status, "gap": result.gap, **result.facts}
    _deliver(dict(zip(paths, tables, strict=True)), zone, facts=facts, notes=result.notes, as_json=as_json)
    if result.status == "interrupted":
        say("the search was ended early: the roster written is the best one by then")
        raise typer.Exit(INTERRUPTED)


def check(
    roster: Annotated[Path, typer.Argument(help="A plan directory, or a folder with a roster.", show_default=False)],
    requirement: Annotated[Path | None, typer.Option("--requirement", help="A requirement.csv.")] = None,
    agents: Annotated[Path | None, typer.Option("--agents", help="An agents.csv.")] = None,
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

    report, calendar = check_files(roster, requirement, agents, config)
    if as_json:
        broken = [vars(breach) for breach in report.breaches]
        show_json({"broken_rules": broken, "uncovered": records(report.uncovered, calendar.timezone)})
    else:
        show(check_text(report, calendar))
    if report.breaches:
        raise typer.Exit(RULES_BROKEN)


def _given(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _refuse(paths: Iterable[Path | None], *, force: bool) -> None:
    """Before any work: nothing that is there is overwritten without --force, and the place can be written to."""
    from staffplan.files import refuse_existing

    given = [path for path in paths if path is not None]
    refuse_existing(given, force=force)
    problems = [problem for path in given for problem in _unwritable(path)]
    if problems:
        raise UsageError(problems)


def _unwritable(path: Path) -> Iterator[Problem]:
    if path.is_dir():
        yield Problem(str(path), "is a folder", "name a file")
        return
    nearest = next(parent for parent in path.absolute().parents if parent.exists())
    if not nearest.is_dir():
        yield Problem(str(path), f"cannot be written: {nearest.name} is a file, not a folder", "choose another place")
    elif not os.access(nearest, os.W_OK | os.X_OK):
        yield Problem(str(path), f"cannot be written: no permission in {nearest}", "choose another place")


def _say_notes(notes: Sequence[Note]) -> None:
    for note in notes:
        say_long(f"{note.kind}: {note.place}: {note.message}" if note.place else f"{note.kind}: {note.message}")


def _deliver(
    tables: Mapping[Path | None, Table],
    timezone: str,
    *,
    facts: Mapping[str, object] | None = None,
    notes: Sequence[Note] = (),
    as_json: bool = False,
) -> None:
    """Write the tables; without a path the first goes to stdout. `as_json` prints facts and notes instead."""
    from staffplan.files import table_bytes, write_table

    for path, table in tables.items():
        if path is not None:
            write_table(table, path, timezone)
            say(f"wrote {path} ({len(table)} rows)")
        elif not as_json:
            show(table_bytes(table.frame, timezone).decode())
    if as_json:
        from staffplan.cli.records import records

        written = [str(path) for path in tables if path is not None]
        rows = {} if written else {"rows": records(next(iter(tables.values())).frame, timezone)}
        show_json({"written": written, "facts": dict(facts or {}), "notes": [vars(note) for note in notes], **rows})
