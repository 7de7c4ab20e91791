"""The command that repairs an existing roster; `roster --repair` does the same."""

from __future__ import annotations

from pathlib import Path
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
    RequirementFile,
    SearchSeed,
    Since,
    Skills,
    TimeOff,
    Wishes,
    Worth,
)
from staffplan.cli.output.say import progress_shown, say
from staffplan.cli.work.delivery import deliver, refuse, say_notes
from staffplan.process.ctrl_c import INTERRUPTED

if TYPE_CHECKING:
    from staffplan.cli.work.repair import RepairFlags, RepairInput
    from staffplan.tables.schema import Table


def register(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command("repair", rich_help_panel=STEPS)(repair)


def repair(
    roster: Annotated[Path, typer.Argument(help="Plan directory, or folder with a roster.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the repaired roster.")],
    absent: Absent = None,
    since: Since = None,
    per_change: PerChange = 1.0,
    requirement: RequirementFile = None,
    agents: AgentsFile = None,
    time_off: TimeOff = None,
    availability: Availability = None,
    skills: Skills = None,
    meetings: Meetings = None,
    wishes: Wishes = None,
    locks: Locks = None,
    past: Past = None,
    worth: Worth = None,
    config: ConfigFile = None,
    seed: SearchSeed = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Repair an existing roster after absences or for a new requirement.

    Examples:

    staffplan repair plans/demo --absent A003:2026-12-01 --from 2026-12-01T07:30 -o repaired/

    staffplan repair plans/demo --absent A003:2026-12-01..2026-12-03 -o plans/demo --force

    staffplan repair roster/ --requirement new.csv --agents agents.csv -c plan.toml -o repaired/

    A repair keeps every shift that has begun, and changes few days of few
    agents. roster_changes.csv lists the changes: first those that a rule
    requires, then those that help most. absences.csv lists the absences; check
    and the next repair read it.

    The second example writes into the plan itself. The plan then keeps the
    repaired roster as changed by hand, and staffplan plan updates the later steps.
    """
    from staffplan.cli.work.repair import RepairFlags, RepairInput

    given = {
        "time_off": time_off,
        "availability": availability,
        "skills": skills,
        "meetings": meetings,
        "wishes": wishes,
        "locks": locks,
        "past_roster": past,
    }
    source = RepairInput(roster, requirement, agents, config, given, worth, seed)
    run_repair(source, RepairFlags(absent or (), since, per_change), output, force=force, as_json=as_json)


def run_repair(source: RepairInput, flags: RepairFlags, output: Path, *, force: bool, as_json: bool) -> None:
    """Repair a roster and write it; leaves with 130 where the search was ended early."""
    from staffplan.cli.work.repair import (
        output_paths,
        repair_of,
        repair_tables,
        repair_text,
        repair_work,
        standby_words,
    )

    paths = output_paths(output)
    before = refuse(paths.values(), force=force)
    with progress_shown() as on_progress:
        work = repair_work(source)
        result = repair_of(work, flags, on_progress)
    say_notes(result.notes)
    say(repair_text(result))
    for line in standby_words(work, result):
        say(line)
    made = repair_tables(result, work.cost, work.noted)
    facts = {"status": result.status, "gap": result.gap, **result.facts}
    tables: dict[Path | None, Table] = {path: made[table] for table, path in paths.items()}
    deliver(tables, work.timezone, before, facts=facts, notes=result.notes, as_json=as_json)
    if result.status == "interrupted":
        say("the search was stopped early: the best roster found so far is written")
        raise typer.Exit(INTERRUPTED)
