"""The command that finds the cheapest mix of skill profiles for planning groups that share agents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from staffplan.cli.commands.options import STEPS, Force, Json, Output
from staffplan.cli.output.say import say, show, show_json
from staffplan.cli.work.delivery import beside, put, refuse, say_notes

if TYPE_CHECKING:
    import pandas as pd

    from staffplan.cli.work.delivery import Hashes
    from staffplan.staffing.skills.step import MixResult

Groups = Annotated[
    Path, typer.Argument(help="Planning groups, one row each: contacts, times, service goal.", show_default=False)
]
Profiles = Annotated[
    Path | None, typer.Option("--profiles", help="Skill profiles, one row each: groups served, cost.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")]


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("mix", rich_help_panel=STEPS)(mix)


def mix(
    groups: Groups,
    profiles: Profiles = None,
    output: Output = None,
    seed: Seed = 1,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Find the cheapest mix of single-skill and multi-skill agents for planning groups in a busy interval.

    Example: staffplan mix groups.csv --profiles profiles.csv -o mix.csv

    groups.csv has the columns group, offered (contacts per interval),
    interval_minutes, aht_seconds, patience_seconds (empty: nobody hangs up),
    service_level (0.8) and answer_within_seconds.

    profiles.csv has the columns profile, groups (sales+service), cost and,
    optionally, aht_factor (1.05: 5 % slower) and maximum. Default: profiles
    with one skill, with two skills, and with all skills, where multi-skill
    agents cost 10 % more.

    The service goals are verified by a simulation with routing. More files are
    written next to the mix: mix_groups.csv (service of each group),
    mix_compared.csv (other mixes) and mix_savings.csv (savings through
    multi-skill agents).
    """
    from staffplan.files.read import read_table
    from staffplan.staffing.skills.step import mix_skills
    from staffplan.staffing.skills.tables import PlanningGroups, SkillProfiles

    paths = [] if output is None else [output, *(beside(output, name) for name in ("groups", "compared", "savings"))]
    before = refuse(paths, force=force)
    wanted = read_table(groups, PlanningGroups)
    kinds = None if profiles is None else read_table(profiles, SkillProfiles)
    _tell(mix_skills(wanted, kinds, seed=seed), paths, before, as_json=as_json)


def _tell(result: MixResult, paths: list[Path], before: Hashes, *, as_json: bool) -> None:
    """Notes and tables for a person, then the files, or the mix on stdout."""
    from staffplan.files.write import table_bytes

    tables = {
        "mix": result.mix,
        "groups": result.groups,
        "compared": result.compared,
        "savings": result.ladder,
    }
    say_notes(result.notes)
    if as_json:
        rows = {name: frame.to_dict("records") for name, frame in tables.items()}
        notes = [vars(note) for note in result.notes]
        show_json({"written": [str(path) for path in paths], **rows, "notes": notes})
    else:
        for frame in tables.values():
            say(f"\n{_in_words(frame)}")
    files = dict(zip(paths, tables.values() if paths else (), strict=True))
    put({path: table_bytes(frame) for path, frame in files.items()}, before)
    for path, frame in files.items():
        say(f"wrote {path} ({len(frame)} rows)")
    if not paths and not as_json:
        show(table_bytes(result.mix).decode())


def _in_words(frame: pd.DataFrame) -> str:
    """A table for the terminal: shares as percent, blanks as dashes."""
    from staffplan.plan.text import text_table

    rows = [[_cell(str(name), value) for name, value in row.items()] for row in frame.to_dict("records")]
    header = [str(name).replace("_", " ") for name in frame.columns]
    return text_table(rows, header, right=[i for i in range(len(header)) if frame.dtypes.iloc[i].kind in "if"])


def _cell(name: str, value: object) -> str:
    from staffplan.plan.text import percent

    if isinstance(value, bool):
        return "cheapest found" if value else ""
    if not isinstance(value, float):
        return str(value)
    if value != value:
        return "-"
    if name in ("goal", "occupancy") or name.endswith("_share") or name.startswith("service_level"):
        return percent(value)
    return f"{value:,.2f}".removesuffix(".00")
