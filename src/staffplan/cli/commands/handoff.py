"""The command that hands a roster off: handoff."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, ConfigFile, Force, Json, Timezone
from staffplan.cli.output.say import say, show_json
from staffplan.cli.work.delivery import refuse


class Form(StrEnum):
    """What a roster can be handed off as."""

    xlsx = "xlsx"
    ics = "ics"
    json = "json"


MAIN = {Form.xlsx: "roster.xlsx", Form.json: "roster.json", Form.ics: "calendars/all.ics"}
"""What is written however many agents there are."""


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("handoff", rich_help_panel=STEPS)(handoff)


def handoff(
    roster: Annotated[Path, typer.Argument(help="Plan directory, or folder with a roster.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write to.")],
    only: Annotated[
        list[Form] | None, typer.Option("--only", help="xlsx, ics or json; may be repeated (default: all).")
    ] = None,
    agents: Annotated[
        Path | None, typer.Option("--agents", help="File of agents: names, teams, contracts (default: input.agents).")
    ] = None,
    time_off: Annotated[
        Path | None, typer.Option("--time-off", help="File of time off (default: input.time_off).")
    ] = None,
    with_agents: Annotated[
        bool, typer.Option("--agent-sheets", help="In the workbook a sheet for each agent too.")
    ] = False,
    timezone: Timezone = None,
    config: ConfigFile = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Export a roster: a workbook to print, calendars for each agent and for all, JSON for programs.

    Examples:

    staffplan handoff plans/demo -o handoff/

    staffplan handoff roster/ --agents agents.csv --timezone Europe/Madrid --only ics -o handoff/

    The workbook can be edited in a spreadsheet: staffplan import takes the changes
    into the plan.

    Export into the same folder again (--force) to update calendars that agents
    already use: changed shifts are moved, removed shifts are cancelled.
    """
    from staffplan.cli.work.handoff import handoff_files, read_handoff
    from staffplan.files.together import write_together

    forms = only or list(Form)
    main = [output / MAIN[form] for form in Form if form in forms]
    before = refuse(main, force=force)
    given = read_handoff(roster, agents=agents, time_off=time_off, timezone=timezone, config_path=config)
    files = handoff_files(given, {form.value for form in forms}, output, with_agents=with_agents)
    before = {**before, **refuse([path for path in files if path not in main], force=force)}
    expected = {path.relative_to(output).as_posix(): sha for path, sha in before.items()}
    made = {path.relative_to(output).as_posix(): content() for path, content in files.items()}
    write_together(output, made, expected=expected)
    if as_json:
        show_json({"written": [str(path) for path in files]})
        return
    for path in main:
        say(f"wrote {path}")
    if len(files) > len(main):
        say(f"wrote {len(files) - len(main)} calendars of agents to {output / 'calendars'}")
