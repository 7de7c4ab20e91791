"""What `capacity` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from staffplan.capacity import Capacity, required_people
from staffplan.capacity import capacity as plan_capacity
from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show, show_json
from staffplan.cli.work.common import config_and_workspace
from staffplan.cli.work.delivery import put, say_notes
from staffplan.errors import Note, Problem, UsageError
from staffplan.files.read import read_table
from staffplan.files.write import table_bytes
from staffplan.plan.directory import read_config_text
from staffplan.plan.text import percent, text_table
from staffplan.plan.workspace import Workspace
from staffplan.progress import OnProgress
from staffplan.report.capacity_book import capacity_book, capacity_picture
from staffplan.settings.capacity import CapacitySettings
from staffplan.settings.config import Config, load_capacity
from staffplan.settings.plan import PlanSettings
from staffplan.tables.capacity import RequiredPeople

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

FILES = ("required.csv", "capacity.csv", "hiring.csv", "capacity.xlsx", "capacity.png")
MONTHS = 12
"""Months that are forecast where none are given."""


@dataclass(frozen=True)
class Work:
    """What was asked, and what came."""

    required: RequiredPeople
    settings: CapacitySettings
    result: Capacity
    notes: tuple[Note, ...]


def capacity_of(
    config_path: Path | None,
    months: int | None,
    required: Path | None,
    workforce: Path | None,
    *,
    seed: int,
    on_progress: OnProgress,
) -> Work:
    """The capacity plan for a file of required people, or for a forecast of a plan's history.

    Raises UsageError where neither, or both, are given.
    """
    if (config_path is None) == (required is None):
        hint = "name plan.toml, or give --required and --workforce"
        raise UsageError(Problem("--required", "give required people, or a plan to forecast them", hint))
    if required is not None and (workforce is None or months is not None):
        missing = workforce is None
        place = "--workforce" if missing else "--months"
        raise UsageError(Problem(place, "is missing" if missing else "the file has its own periods", "see --help"))
    notes: tuple[Note, ...] = ()
    own = None if workforce is None else load_capacity(read_config_text(workforce), str(workforce))
    if required is not None and own is not None:
        settings, people = own, read_table(required, RequiredPeople)
    elif config_path is not None:
        config, workspace = config_and_workspace(config_path, {})
        settings = own or config.capacity
        people, notes = _forecast_people(config, workspace, settings, months or MONTHS, on_progress)
    result = plan_capacity(people, settings, seed=seed, on_progress=on_progress)
    return Work(people, settings, result, (*notes, *result.notes))


def _forecast_people(
    config: Config, workspace: Workspace, settings: CapacitySettings, months: int, on_progress: OnProgress
) -> tuple[RequiredPeople, tuple[Note, ...]]:
    """People required by month: the history forecast months ahead, staffed interval by interval."""
    from staffplan.forecast import forecast
    from staffplan.staffing import staff

    lasting = config.plan.model_dump(exclude_unset=True, exclude={"weeks", "end", "months"}) | {"months": months}
    longer = config.model_copy(update={"plan": PlanSettings.model_validate(lasting)})
    ahead = Workspace(workspace.base, longer, workspace.base, workspace.config_place)
    volumes = forecast(
        ahead.full_history,
        longer.forecast,
        site=ahead.site,
        first_day=ahead.first_day,
        days=ahead.planned.number,
        seed=longer.plan.seed,
        drivers=ahead.drivers,
        overrides=ahead.overrides,
        on_progress=on_progress,
    )
    staffed = staff(volumes.forecast, longer.staffing, site=ahead.site, on_progress=on_progress)
    people = required_people(
        staffed.requirement,
        settings,
        timezone=longer.plan.timezone,
        interval_minutes=longer.plan.interval_minutes,
        planned=ahead.planned,
        months=months,
    )
    return people, (*volumes.notes, *staffed.notes)


def tell(work: Work, paths: Mapping[str, Path], before: Hashes, *, as_json: bool) -> None:
    """Notes and tables for a person, then the files, or the plan on stdout."""
    result = work.result
    say_notes(work.notes)
    if paths:
        contents = (
            table_bytes(work.required.frame),
            table_bytes(result.plan.frame),
            table_bytes(result.hiring.frame),
            capacity_book(result.plan, result.hiring, work.settings.model_dump(), work.notes),
            capacity_picture(result.plan),
        )
        put(dict(zip(paths.values(), contents, strict=True)), before)
        for path in paths.values():
            say(f"wrote {path}")
    if as_json:
        rows = {"plan": records(result.plan.frame, "UTC"), "hiring": records(result.hiring.frame, "UTC")}
        notes = [vars(note) for note in work.notes]
        show_json({"written": [str(p) for p in paths.values()], "facts": result.facts, **rows, "notes": notes})
        return
    say(f"\n{_periods(result)}\n\n{_hiring(result)}")
    if not paths:
        show(table_bytes(result.plan.frame).decode())


def _periods(result: Capacity) -> str:
    """Each site and period in a line."""
    frame = result.plan.frame
    numbers = ("required", "new_hires", "heads", "in_training", "net", "over_under")
    rows = [
        (
            row["site"],
            row["period"],
            *(f"{row[name]:,.1f}" for name in numbers),
            percent(row["chance_short"], 0),
            f"{row['cost']:,.2f}",
        )
        for row in frame.to_dict("records")
    ]
    words = ("required", "new hires", "heads", "in training", "net", "over/under")
    header = ("site", "period", *words, "chance short", "cost")
    alone = not any(row[0] for row in rows)
    kept = [row[1:] if alone else row for row in (header, *rows)]
    return text_table(kept[1:], kept[0], right=range(1 if alone else 2, len(kept[0])))


def _hiring(result: Capacity) -> str:
    """The best hiring plan of each site, the next ones, and that of hiring nobody."""
    rows = [
        (
            row["site"],
            "no new class" if row["rank"] == 0 else "best" if row["rank"] == 1 else f"rank {row['rank']:.0f}",
            row["classes"],
            f"{row['short']:,.2f}",
            f"{row['cost']:,.2f}",
            f"{row['more_than_best']:+,.2f}",
            _proof(row["gap_share"], row["rank"]),
        )
        for row in result.hiring.frame.to_dict("records")
    ]
    header = ("site", "plan", "people starting, by period", "missing", "cost", "than the best", "proof")
    alone = not any(row[0] for row in rows)
    kept = [row[1:] if alone else row for row in (header, *rows)]
    return text_table(kept[1:], kept[0], right=range(2 if alone else 3, len(kept[0]) - 1))


def _proof(gap: float, rank: float) -> str:
    if rank == 0:
        return ""
    return f"within {percent(gap, 2)}" if gap else "proven"
