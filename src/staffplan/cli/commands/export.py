"""The command that takes a plan to another system: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from staffplan.cli.commands.options import STEPS, ConfigFile, Force, Json, Timezone
from staffplan.cli.output.say import say, show_json, show_text
from staffplan.cli.work.delivery import refuse, say_notes
from staffplan.errors import Problem, UsageError


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("export", rich_help_panel=STEPS)(export)


def export(
    plan: Annotated[
        Path | None,
        typer.Argument(help="Plan directory, folder with a roster, or forecast.csv.", show_default=False),
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Preset: the shape to write. --list shows all.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File or folder to write to.")] = None,
    template: Annotated[
        Path | None, typer.Option("--template", help="Your system's template to fill, .xlsx or .csv.")
    ] = None,
    ids: Annotated[
        Path | None,
        typer.Option("--map", help="File with the other system's ids: kind, name, id (default: export.maps)."),
    ] = None,
    agents: Annotated[
        Path | None, typer.Option("--agents", help="File of agents: names, contracts (default: input.agents).")
    ] = None,
    time_off: Annotated[
        Path | None, typer.Option("--time-off", help="File of time off (default: input.time_off).")
    ] = None,
    timezone: Timezone = None,
    config: ConfigFile = None,
    show_list: Annotated[
        bool, typer.Option("--list", help="List the presets: what each writes, needs and asks for.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write the forecast, the schedule or the pay hours in the shape that another system loads.

    Examples:

    staffplan export --list

    staffplan export plans/demo --to shifts -o shifts.csv

    staffplan export plans/demo --to amazon-forecast --map ids.csv -o override.csv

    staffplan export plans/demo --to template --template import.xlsx -o filled.xlsx

    staffplan export plans/demo --to gusto -o payroll/
    """
    from staffplan.cli.work.export import preset_named, preset_rows, preset_text

    if show_list:
        if as_json:
            show_json(preset_rows())
        else:
            show_text(preset_text())
        return
    to = to or (None if template is None else "template")
    if plan is None or to is None or output is None:
        missing = [name for name, value in (("PLAN", plan), ("--to", to), ("-o", output)) if value is None]
        hint = "for example staffplan export plans/demo --to shifts -o shifts.csv; --list shows the presets"
        raise UsageError(Problem("export", f"missing: {', '.join(missing)}", hint))
    preset = preset_named(to, fills=template is not None)
    from staffplan.cli.work.export import ExportInput, export_files, files_to_write, is_folder
    from staffplan.files.together import write_together

    single = output / preset.merges if preset.merges and is_folder(output) else output
    before = {} if is_folder(single) else refuse([single], force=force)
    there = single if preset.merges else None
    given = ExportInput(plan, config, timezone, agents, time_off, ids, template, there)
    exported, zone = export_files(given, preset)
    folder, files = files_to_write(exported, output, zone)
    paths = [folder / name for name in files]
    before = {**before, **refuse([path for path in paths if path not in before], force=force)}
    expected = {path.relative_to(folder).as_posix(): sha for path, sha in before.items()}
    write_together(folder, files, expected=expected)
    for path in paths:
        say(f"wrote {path}")
    say_notes(exported.notes)
    if as_json:
        show_json({"written": [str(path) for path in paths], "notes": [vars(note) for note in exported.notes]})
