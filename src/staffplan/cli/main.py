"""The command line's one door: it catches what goes wrong and turns it into words and an exit code."""

from __future__ import annotations

import sys
import traceback
from typing import cast

import typer

from staffplan import __version__
from staffplan.cli.commands import (
    absent,
    access,
    adherence,
    backtest,
    budget,
    capacity,
    compare,
    explain,
    explain_day,
    export,
    fit,
    forecast,
    handoff,
    import_roster,
    ingest,
    init,
    lock,
    mix,
    move,
    move_break,
    now,
    open_shifts,
    plan,
    publish,
    pull,
    reforecast,
    repair,
    roster,
    rules,
    savings,
    scenario,
    score,
    scorecard,
    shifts,
    size,
    staff,
    standby,
    swap,
    today,
    track,
    undo,
    variance,
)
from staffplan.cli.group import Commands
from staffplan.cli.output.say import say_problems, show, warn
from staffplan.errors import DataError, Problem, StaffplanError
from staffplan.files.lock import let_go
from staffplan.process.ctrl_c import INTERRUPTED, KEPT, asked, ending_in_130

ISSUES = "This is a bug in staffplan. Please report it with the lines above, the command and, if allowed, the file."
TOO_LARGE = Problem("", "the memory of this computer is too small for this input", "plan fewer weeks or fewer queues")

app = typer.Typer()
"""All commands in the order of the help."""
root = typer.Typer(
    name="staffplan",
    cls=Commands,
    help=(
        "Plan a contact center: forecast the workload, roster agents, control waiting times.\n\n"
        "Start: [bold]staffplan init mycenter --from export.xlsx[/bold], then [bold]staffplan plan "
        "mycenter/plan.toml -o mycenter/plan[/bold]. Every step can also run alone, on files:\n\n"
        "staffplan forecast history.csv -o forecast.csv\n\n"
        "staffplan staff forecast.csv --goal 80/20 -o requirement.csv"
    ),
    rich_markup_mode="rich",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        show(f"staffplan {__version__}")
        raise typer.Exit


@root.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """General options of staffplan."""


plan.register(app)
init.register(app)
ingest.register(app)
pull.register(app)
forecast.register(app)
staff.register(app)
scenario.register(app)
savings.register(app)
roster.register(app)
repair.register(app)
open_shifts.register(app)
standby.register(app)
handoff.register(app)
export.register(app)
reforecast.register(app)
score.register(app)
publish.register(app)
track.register(app)
scorecard.register(app)
explain_day.register(app)
access.register(app)
now.register(app)
adherence.register(app)
compare.register(app)
today.register(app)
swap.register(app)
move.register(app)
move_break.register(app)
absent.register(app)
import_roster.register(app)
lock.register(app)
undo.register(app)
backtest.register(app)
fit.register(app)
size.register(app)
mix.register(app)
shifts.register(app)
variance.register(app)
capacity.register(app)
budget.register(app)
explain.register(app)
rules.register(app)
COMMAND = cast("Commands", typer.main.get_command(root)).know(app)
"""The whole command line, laid out once for however many commands a process runs."""


def main() -> None:
    """Run the command line and exit with the code of the result: for a program that has imported this already."""
    sys.exit(ending_in_130(run))


def run(arguments: list[str] | None = None) -> int:
    """Run a command (default: the process's own) and give its exit code; every failure is put into words."""
    try:
        COMMAND(arguments, prog_name="staffplan")
    except SystemExit as done:
        return _left(done.code)
    except Exception as error:
        return _failed(error)
    finally:
        let_go()
    return 0


def _failed(error: Exception) -> int:
    """Tell an error; one that came after Ctrl-C is what a library made of it."""
    if asked():
        return _left(INTERRUPTED)
    if isinstance(error, MemoryError):
        error = DataError(TOO_LARGE)
    if isinstance(error, StaffplanError):
        say_problems(error)
        return error.exit_code
    traceback.print_exception(error)
    warn(ISSUES)
    return 1


def _left(code: object) -> int:
    if code == INTERRUPTED:
        warn(KEPT)
    return code if isinstance(code, int) else 0
