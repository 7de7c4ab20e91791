"""The command that sizes single cases: so much load and such goals, or so many agents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from staffplan.cli.commands.options import STEPS, Force, Json, Output
from staffplan.cli.work.delivery import beside, refuse
from staffplan.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    import pandas as pd

FLAGS = {
    "model": "--model",
    "in_load_erl": "--load",
    "in_contacts_per_hour": "--per-hour",
    "in_aht_s": "--aht",
    "in_aht_by_concurrency_s": "--aht-by-chats",
    "in_agents": "--agents",
    "in_trunks": "--lines",
    "in_T_s": "--within",
    "in_patience_s": "--patience",
    "in_redial_prob": "--redial",
    "in_volume_cv": "--volume-cv",
    "in_absence": "--absence",
    "in_target_sl": "--goal",
    "in_sl_definition": "--definition",
    "in_target_asa_s": "--asa",
    "in_max_occ": "--occupancy",
    "in_max_abandon": "--abandon",
    "in_arrivals": "--arrivals",
    "in_interval_s": "--interval",
    "in_due_intervals": "--due",
    "in_initial_backlog": "--backlog",
    "in_open_mask": "--open",
    "in_clock": "--clock",
    "in_agent_cost": "--agent-cost",
    "in_wait_cost": "--wait-cost",
    "in_abandon_cost": "--abandon-cost",
}
"""Columns of a file of cases, by the flags that give one case."""


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("size", rich_help_panel=STEPS)(size)


def size(
    cases: Annotated[
        Path | None, typer.Argument(help="File of cases (default: one case from the options).", show_default=False)
    ] = None,
    output: Output = None,
    load: Annotated[float | None, typer.Option("--load", help="Load, erlangs.")] = None,
    per_hour: Annotated[
        float | None, typer.Option("--per-hour", help="Contacts per hour, instead of --load.")
    ] = None,
    aht: Annotated[float | None, typer.Option("--aht", help="Average handling time, seconds.")] = None,
    goal: Annotated[str | None, typer.Option("--goal", help="Service goal, 80/20: 80 % within 20 seconds.")] = None,
    within: Annotated[
        float | None, typer.Option("--within", help="Time limit of the service level without --goal, seconds.")
    ] = None,
    definition: Annotated[
        str | None,
        typer.Option(
            "--definition",
            help="Definition of the service level: offered, answered, excluding_short_abandons, short_abandons_good "
            "or virtual.",
        ),
    ] = None,
    asa: Annotated[float | None, typer.Option("--asa", help="Highest average wait, seconds.")] = None,
    occupancy: Annotated[
        float | None, typer.Option("--occupancy", help="Highest occupancy, share, for example 0.85.")
    ] = None,
    abandon: Annotated[
        float | None, typer.Option("--abandon", help="Highest share that hangs up, for example 0.03.")
    ] = None,
    agents: Annotated[float | None, typer.Option("--agents", help="Number of agents, to calculate the wait.")] = None,
    patience: Annotated[float | None, typer.Option("--patience", help="Average patience, seconds.")] = None,
    lines: Annotated[
        int | None,
        typer.Option("--lines", help="Number of lines: most contacts at the same time, with waiting ones."),
    ] = None,
    redial: Annotated[
        float | None, typer.Option("--redial", help="Share of abandoned callers who call again.")
    ] = None,
    volume_cv: Annotated[
        float | None, typer.Option("--volume-cv", help="Standard deviation of the load, as a share of the load.")
    ] = None,
    absence: Annotated[
        float | None,
        typer.Option(
            "--absence", help="Chance that an agent is absent, for example 0.05; agents are then those on the roster."
        ),
    ] = None,
    aht_by_chats: Annotated[
        str | None,
        typer.Option(
            "--aht-by-chats", help='Handling time of a chat with 1, 2, 3 chats at once, seconds: "300 360 450".'
        ),
    ] = None,
    arrivals: Annotated[
        str | None, typer.Option("--arrivals", help='Deferred work: contacts in each interval, "12 0 7".')
    ] = None,
    interval: Annotated[
        float | None, typer.Option("--interval", help="Deferred work: length of an interval, seconds.")
    ] = None,
    due: Annotated[
        int | None, typer.Option("--due", help="Deferred work: number of intervals until it must be finished.")
    ] = None,
    backlog: Annotated[
        float | None, typer.Option("--backlog", help="Deferred work: backlog at the start, contacts.")
    ] = None,
    opened: Annotated[
        str | None, typer.Option("--open", help="Deferred work: open (1) and closed (0) intervals, repeated: 1100.")
    ] = None,
    clock: Annotated[
        str | None, typer.Option("--clock", help="Deferred work: intervals that --due counts: elapsed or opening.")
    ] = None,
    agent_cost: Annotated[
        float | None, typer.Option("--agent-cost", help="Cost of an agent per hour: find the cheapest number.")
    ] = None,
    wait_cost: Annotated[
        float | None, typer.Option("--wait-cost", help="Cost of one hour that a contact waits.")
    ] = None,
    abandon_cost: Annotated[
        float | None, typer.Option("--abandon-cost", help="Cost of a contact that hangs up; needs --patience.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Queueing model (default: the one that fits the options).")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Calculate the agents needed for service targets, or the wait with a given number of agents.

    Examples:

    staffplan size --per-hour 200 --aht 180 --goal 80/20

    staffplan size --load 10 --aht 180 --agents 14 --within 20 --patience 120

    staffplan size --load 100 --aht 300 --goal 80/20 --absence 0.1

    staffplan size --per-hour 60 --aht-by-chats "300 360 450" --goal 80/60 --occupancy 0.85

    staffplan size --per-hour 20 --aht 150 --agent-cost 20 --wait-cost 120

    staffplan size cases.csv -o answers.csv

    A file has one row per case, with the columns in_load_erl or
    in_contacts_per_hour, in_aht_s, and in_agents or targets (in_target_sl with
    in_T_s, in_target_asa_s, in_max_occ, in_max_abandon). The other options have
    columns too. The answers are added as columns out_...

    Several targets must be met at the same time. The default model is the one
    that uses all given values.

    With --agent-cost, the cheapest number of agents is found: the cost is that
    of the agents, of the hours that contacts wait, and of contacts that hang
    up. A table shows what each further agent changes; with -o it is written
    next to the answers (answers_agents.csv).
    """
    from staffplan.cli.work.size import tell

    level, threshold = _goal_of(goal, within)
    given = {
        **{"model": model, "in_load_erl": load, "in_contacts_per_hour": per_hour, "in_aht_s": aht},
        **{"in_aht_by_concurrency_s": aht_by_chats, "in_agents": agents, "in_trunks": lines, "in_T_s": threshold},
        **{"in_patience_s": patience, "in_redial_prob": redial, "in_volume_cv": volume_cv, "in_target_sl": level},
        **{"in_absence": absence},
        **{"in_sl_definition": definition, "in_target_asa_s": asa, "in_max_occ": occupancy},
        **{"in_max_abandon": abandon, "in_arrivals": arrivals, "in_interval_s": interval, "in_due_intervals": due},
        **{"in_initial_backlog": backlog, "in_open_mask": opened, "in_clock": clock},
        **{"in_agent_cost": agent_cost, "in_wait_cost": wait_cost, "in_abandon_cost": abandon_cost},
    }
    has_steps = cases is None and agent_cost is not None
    paths = [] if output is None else [output, *([beside(output, "agents")] if has_steps else [])]
    before = refuse(paths, force=force)
    answers = _answers(cases, {name: value for name, value in given.items() if value is not None})
    tell(answers, paths, before, as_json=as_json, as_list=cases is None)


def _goal_of(goal: str | None, within: float | None) -> tuple[float | None, float | None]:
    """Share and seconds of a goal; the seconds alone are a threshold."""
    from staffplan.settings.queues import parse_goal

    if goal is None:
        return None, within
    if within is not None:
        raise UsageError(Problem("--within", "is already part of --goal", "give one of the two"))
    try:
        parsed = parse_goal(goal)
    except ValueError as error:
        raise UsageError(Problem("--goal", str(error))) from error
    return parsed.service_level, parsed.threshold_seconds


def _answers(cases: Path | None, given: dict[str, Any]) -> pd.DataFrame:
    """Answers to a file of cases, or to the one case that the flags give."""
    import pandas as pd

    from staffplan.files.read import read_table
    from staffplan.staffing import SizingCases, size

    if cases is not None:
        if given:
            flags = ", ".join(FLAGS[name] for name in given)
            raise UsageError(
                Problem(flags, "cannot be combined with a file of cases", "write the value into a column of the file")
            )
        return size(read_table(cases, SizingCases))
    if not given:
        raise UsageError(Problem("size", "no case is given", "name a file, or --load and --aht with --goal 80/20"))
    try:
        return size(SizingCases.of(pd.DataFrame([{"_row": 1, **given}]), "flags"))
    except DataError as error:
        raise UsageError(_with_flags(problem) for problem in error.problems) from error


def _with_flags(problem: Problem) -> Problem:
    """The problem of a single case, in words of flags."""

    def worded(text: str) -> str:
        return re.sub(r"\bin_\w+", lambda name: FLAGS.get(name[0], name[0]), text)

    column = problem.place.rpartition(":")[2]
    said = worded(problem.message).replace(", and the cell is empty", "")
    return Problem(FLAGS.get(column, column), said, worded(problem.hint).replace("fill it in", "give it"))
