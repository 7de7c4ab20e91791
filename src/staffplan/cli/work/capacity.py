"""What `capacity` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from staffplan.capacity import Capacity
from staffplan.capacity import capacity as plan_capacity
from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show, show_json
from staffplan.cli.work.delivery import put, say_notes
from staffplan.files.read import read_table
from staffplan.files.write import table_bytes
from staffplan.plan.directory import read_config_text
from staffplan.plan.text import percent, text_table
from staffplan.progress import OnProgress
from staffplan.report.capacity_book import capacity_book, capacity_picture
from staffplan.settings.capacity import CapacitySettings
from staffplan.settings.config import load_capacity
from staffplan.tables.capacity import RequiredPeople

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

FILES = ("capacity.csv", "hiring.csv", "capacity.xlsx", "capacity.png")


def capacity_files(
    required: Path, workforce: Path, *, seed: int, on_progress: OnProgress
) -> tuple[Capacity, CapacitySettings]:
    """The capacity plan for a file of required people, and the settings."""
    settings = load_capacity(read_config_text(workforce), str(workforce))
    people = read_table(required, RequiredPeople)
    return plan_capacity(people, settings, seed=seed, on_progress=on_progress), settings


def tell(
    result: Capacity, settings: CapacitySettings, paths: Mapping[str, Path], before: Hashes, *, as_json: bool
) -> None:
    """Notes and tables for a person, then the files, or the plan on stdout."""
    say_notes(result.notes)
    if paths:
        given = settings.model_dump()
        contents = (
            table_bytes(result.plan.frame),
            table_bytes(result.hiring.frame),
            capacity_book(result.plan, result.hiring, given, result.notes),
            capacity_picture(result.plan),
        )
        put(dict(zip(paths.values(), contents, strict=True)), before)
        for path in paths.values():
            say(f"wrote {path}")
    if as_json:
        rows = {"plan": records(result.plan.frame, "UTC"), "hiring": records(result.hiring.frame, "UTC")}
        notes = [vars(note) for note in result.notes]
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
            "nobody hired" if row["rank"] == 0 else "best" if row["rank"] == 1 else f"rank {row['rank']:.0f}",
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
