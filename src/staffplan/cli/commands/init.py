"""The command that makes a folder to start from: of sample files, or of exports of one's own."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from staffplan.cli.commands.options import AhtUnit, Country, DateOrder, Force, Interval, Json, Times, Timezone
from staffplan.cli.output.say import say, say_long, show_json
from staffplan.cli.work.delivery import say_last, say_notes
from staffplan.cli.work.flags import flags_named
from staffplan.errors import Problem, UnansweredError, UsageError
from staffplan.process.ctrl_c import INTERRUPTED

if TYPE_CHECKING:
    from staffplan.cli.work.first_plan import Ask, Given, Question
    from staffplan.cli.work.ingest import Done

Exports = Annotated[
    list[Path] | None,
    typer.Option("--from", metavar="FILE", help="Export of your system; may be repeated. The plan starts from it."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="With --from: take every answer that is suggested.")]
Preset = Annotated[
    str | None, typer.Option("--preset", help="With --from: preset of the exports (default: recognised).")
]
Map = Annotated[
    Path | None, typer.Option("--map", help="With --from: mapping of the exports' columns, mapping.toml.")
]
ProfileOption = Annotated[
    str | None, typer.Option("--profile", help="For totals by day or longer: hours, 08:00-18:00, or a typical week.")
]
Channels = Annotated[
    list[str] | None, typer.Option("--channel", metavar="QUEUE=CHANNEL", help="Channel of a queue; may be repeated.")
]


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("init", rich_help_panel="Getting started")(init)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to create.", show_default=False)],
    exports: Exports = None,
    yes: Yes = False,
    timezone: Timezone = None,
    times: Times = None,
    country: Country = None,
    channels: Channels = None,
    preset: Preset = None,
    mapping: Map = None,
    interval: Interval = None,
    aht_unit: AhtUnit = None,
    date_order: DateOrder = None,
    profile: ProfileOption = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Create a folder to start from: settings with comments, from your own export or with sample files.

    Examples:

    staffplan init mycenter --from export.xlsx

    staffplan init mycenter --from october.csv --from november.csv --timezone Europe/Madrid --yes

    staffplan init sample

    With --from, the file is recognised and shown as it was read, and at most
    five questions are asked, each with an answer suggested. The folder gets
    plan.toml with your queues and their opening hours, history.csv, and
    agents.csv without people.
    """
    said = {"date_order": date_order, "aht_unit": aht_unit, "profile": profile, "timezone": times}
    answers = {key: value for key, value in said.items() if value is not None}
    about: dict[str, object] = {
        "--timezone": timezone,
        "--country": country,
        "--channel": channels,
        "--preset": preset,
        "--map": mapping,
    }
    about |= {"--interval": interval, "--yes": yes or None}
    if exports:
        from staffplan.cli.work.first_plan import Given

        _from_exports(
            Given(exports, folder, preset, mapping, timezone, country, interval, answers, _channels(channels or [])),
            yes=yes,
            force=force,
            as_json=as_json,
        )
        return
    alone = [flag for flag, value in {**about, "--times": times}.items() if value]
    alone += [f"--{name.replace('_', '-')}" for name in answers if name != "timezone"]
    if alone:
        raise UsageError(Problem(", ".join(alone), "is about an export, and none is given", "add --from export.xlsx"))
    from staffplan.plan.starter import write_starter

    written = write_starter(folder, force=force)
    for path in written:
        say(f"wrote {path}")
    if as_json:
        show_json({"written": [str(path) for path in written]})
    say(f"next: {_plan_command(folder)}; then replace the sample files with your own")


def _channels(given: list[str]) -> dict[str, str]:
    from staffplan.cli.work.first_plan import parse_channel

    try:
        return dict(map(parse_channel, given))
    except ValueError as error:
        raise UsageError(Problem("--channel", str(error))) from error


def _from_exports(given: Given, *, yes: bool, force: bool, as_json: bool) -> None:
    from staffplan.cli.work.first_plan import look_at
    from staffplan.files.together import write_together
    from staffplan.files.write import refuse_existing

    names = ("plan.toml", "history.csv", "agents.csv", "rejects.csv")
    before = refuse_existing([given.folder / name for name in names], force=force)
    asked: list[Question] = []
    ask = _suggested(asked) if yes or not sys.stdin.isatty() else _prompt
    flags = {"plan.timezone": "--timezone", "plan.country": "--country", "plan.interval_minutes": "--interval"}
    flags |= {"input.aht_unit": "--aht-unit", "input.date_order": "--date-order", "input.timezone": "--times"}
    with flags_named(flags):
        made = look_at(given, ask, _tell)
    if asked and not yes:
        raise UnansweredError(
            [
                Problem(question.flag, question.text, f"suggested: {question.default}; --yes takes all suggestions")
                for question in asked
            ]
        )
    write_together(given.folder, made.files, expected={path.name: sha for path, sha in before.items()})
    for name in made.files:
        say(f"wrote {given.folder / name}")
    for line in made.assumed:
        say_long(f"in plan.toml: {line}")
    if as_json:
        written = [str(given.folder / name) for name in made.files]
        show_json({"written": written, "assumed": made.assumed})
    settings, people = given.folder / "plan.toml", given.folder / "agents.csv"
    say(f"next: look at {settings}, then: {_plan_command(given.folder)}")
    say(f"      your people belong in {people}; without them contacts, staff and head counts are planned")


def _plan_command(folder: Path) -> str:
    """As it can be copied into a shell, whatever the folder is called."""
    return shlex.join(["staffplan", "plan", f"{folder}/plan.toml", "-o", f"{folder}/plan"])


def _tell(done: Done) -> None:
    say(done.text)
    say_notes(done.notes)
    say_last(note for note in done.notes if "--timezone" not in note.message and "--aht-unit" not in note.message)


def _suggested(asked: list[Question]) -> Ask:
    """Answers every question as suggested, and keeps it."""

    def ask(question: Question) -> str:
        asked.append(question)
        return question.check(question.default)

    return ask


def _prompt(question: Question) -> str:
    """Asks on the terminal until the answer can be used; the answer suggested is taken with Enter."""
    while True:
        try:
            answer = typer.prompt(question.text, default=question.default, err=True)
        except typer.Abort as abort:
            raise typer.Exit(INTERRUPTED) from abort
        try:
            return question.check(str(answer).strip())
        except ValueError as error:
            say(str(error))
