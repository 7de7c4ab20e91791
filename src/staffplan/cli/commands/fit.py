"""The command that learns settings from a log of single calls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from staffplan.cli.commands.options import STEPS, ConfigFile, Force, Interval, Json, Output, SetSetting, Timezone
from staffplan.cli.output.say import say, show_json
from staffplan.cli.work.delivery import beside, deliver, given_only, put_tables, refuse, say_notes
from staffplan.cli.work.flags import flags_named, settings_given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from staffplan.cli.work.delivery import Hashes
    from staffplan.cli.work.fit import Fitted

Calls = Annotated[
    Path, typer.Argument(help="Call log, one row per call: arrival, queue, wait, outcome, ...", show_default=False)
]
Arrival = Annotated[
    str | None, typer.Option("--arrival-column", help="Column of the time when the call entered the queue.")
]
Queue = Annotated[
    str | None, typer.Option("--queue-column", help="Column of the queue (default without one: a single queue).")
]
Wait = Annotated[
    str | None, typer.Option("--wait-column", help="Column of the wait in the queue: seconds, or h:mm:ss.")
]
Outcome = Annotated[
    str | None, typer.Option("--outcome-column", help="Column of the outcome: answered, abandoned or other.")
]
Handling = Annotated[
    str | None,
    typer.Option("--handling-column", help="Column of the handling time: talk, hold and after-contact work."),
]
Customer = Annotated[str | None, typer.Option("--customer-column", help="Column of the caller, to find redials.")]
Agent = Annotated[
    str | None, typer.Option("--agent-column", help="Column of the agent, to measure time between calls.")
]
Answered = Annotated[
    list[str] | None, typer.Option("--answered", help="Outcome that means answered; may be repeated.")
]
Abandoned = Annotated[
    list[str] | None, typer.Option("--abandoned", help="Outcome that means abandoned; may be repeated.")
]
Short = Annotated[
    float,
    typer.Option(
        "--short-seconds", min=0.0, help="Answered calls shorter than this are counted separately, seconds."
    ),
]
Redial = Annotated[
    float,
    typer.Option(
        "--redial-minutes", min=0.0, help="Longest time between two calls that counts as a redial, minutes."
    ),
]
OnDutyFile = Annotated[
    Path | None,
    typer.Option(
        "--on-duty", help="Agents on duty by interval: interval_start, agents (default: estimated from the calls)."
    ),
]
LearnUntil = Annotated[
    str | None,
    typer.Option("--learn-until", help="Learn from the calls before this day, and compare with all calls."),
]
Within = Annotated[
    float, typer.Option("--within", min=0.0, help="Time limit of the service level in the comparison, seconds.")
]
Pause = Annotated[
    float, typer.Option("--pause-minutes", min=0.0, help="Longest time without a call for an agent on duty, minutes.")
]


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("fit", rich_help_panel=STEPS)(fit)


def fit(
    calls: Calls,
    output: Output = None,
    config: ConfigFile = None,
    arrival: Arrival = None,
    queue: Queue = None,
    wait: Wait = None,
    outcome: Outcome = None,
    handling: Handling = None,
    customer: Customer = None,
    agent: Agent = None,
    answered: Answered = None,
    abandoned: Abandoned = None,
    short_seconds: Short = 10.0,
    redial_minutes: Redial = 60.0,
    on_duty: OnDutyFile = None,
    learn_until: LearnUntil = None,
    within: Within = 20.0,
    pause_minutes: Pause = 10.0,
    interval: Interval = None,
    timezone: Timezone = None,
    setting: SetSetting = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Learn patience, handling times, variation of arrivals and redials from a log of single calls.

    Examples:

    staffplan fit calls.csv -o parameters.csv

    staffplan fit calls.csv --wait-column secs_in_q --answered AGENT --abandoned HANG --abandoned BALK

    staffplan fit calls.csv --on-duty agents.csv --learn-until 2026-02-01

    The command also compares the queueing models with the actual waits, using
    the agents on duty at that time. It prints lines for plan.toml.

    Two more files are written next to the parameters: parameters_patience.csv
    (patience curves) and parameters_waits.csv (waits by month).
    """
    from staffplan.cli.work.fit import Asked, fit_file

    columns = {"arrival": arrival, "queue": queue, "wait_seconds": wait, "outcome": outcome}
    columns |= {"handling_seconds": handling, "customer": customer, "agent": agent}
    paths = [] if output is None else [output, beside(output, "patience"), beside(output, "waits")]
    before = refuse(paths, force=force)
    given = given_only({"plan.timezone": timezone, "plan.interval_minutes": interval})
    named = {ours: theirs for ours, theirs in columns.items() if theirs is not None}
    asked = Asked(
        named,
        tuple(answered or ()),
        tuple(abandoned or ()),
        short_seconds,
        redial_minutes,
        on_duty,
        learn_until,
        within,
        pause_minutes,
    )
    changes, set_flags = settings_given(setting)
    with flags_named(set_flags | {"plan.timezone": "--timezone", "plan.interval_minutes": "--interval"}):
        _tell(fit_file(calls, config, changes | given, asked), paths, before, as_json=as_json)


def _tell(fitted: Fitted, paths: Sequence[Path], before: Hashes, *, as_json: bool) -> None:
    """Messages, then the tables: to their paths, or to stdout where there are none."""
    tables = {"parameters": fitted.result.parameters, "patience": fitted.result.curves, "waits": fitted.waits}
    say_notes(fitted.notes)
    if as_json:
        from staffplan.cli.output.json_rows import records

        rows = {name: records(table.frame, fitted.timezone) for name, table in tables.items()}
        notes = [vars(note) for note in fitted.notes]
        show_json({"written": [str(path) for path in paths], "settings": fitted.settings, **rows, "notes": notes})
    else:
        from staffplan.cli.work.fit import result_in_words

        say(result_in_words(fitted))
    if paths:
        put_tables(dict(zip(paths, tables.values(), strict=True)), fitted.timezone, before)
    elif not as_json:
        deliver({None: tables["parameters"]}, fitted.timezone, before)
