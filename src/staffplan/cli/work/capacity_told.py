"""A capacity plan for the terminal: notes, periods, hiring plans, what changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from staffplan.capacity.changes_words import changes_in_words
from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, say_long, show, show_json
from staffplan.cli.work.capacity import Work, changed_settings, contents
from staffplan.cli.work.delivery import put, say_last, say_notes
from staffplan.errors import Note, listed
from staffplan.files.write import table_bytes
from staffplan.plan.text import percent, text_table

if TYPE_CHECKING:
    from staffplan.capacity import Capacity
    from staffplan.cli.work.delivery import Hashes

FOR_THE_WORKBOOK = ("assumption", "left out")
"""Kinds of notes of the forecast and the staffing that are counted on the terminal."""


def tell(work: Work, paths: Mapping[str, Path], before: Hashes, *, as_json: bool) -> None:
    """Notes and tables for a person, then the files, or the plan on stdout."""
    result = work.result
    _notes(work)
    written: list[Path] = []
    if paths:
        made = {paths[name]: content for name, content in contents(work).items()}
        put(made, before)
        written = list(made)
        for path in written:
            say(f"wrote {path}")
        for path in paths.values():
            if path not in made and path.is_file():
                say(f"warning: {path}: of an earlier run; this one did not make it")
    if as_json:
        rows = {"plan": records(result.plan.frame, "UTC"), "hiring": records(result.hiring.frame, "UTC")}
        if work.rates is not None:
            rows["attrition"] = records(work.rates.frame, "UTC")
        if work.compared is not None:
            rows["changes"] = records(work.compared.changes.frame, "UTC")
        notes = [vars(note) for note in work.notes]
        show_json({"written": [str(p) for p in written], "facts": result.facts, **rows, "notes": notes})
        return
    say(f"\n{_periods(result)}\n\n{_hiring(result)}")
    _events(result)
    _changes(work)
    say_last(work.notes)
    if not paths:
        show(table_bytes(result.plan.frame).decode())


def _notes(work: Work) -> None:
    """What to know of people and hiring; of the forecast what needs a look, the rest is counted."""
    far = [note.step != "capacity" and note.kind in FOR_THE_WORKBOOK for note in work.notes]
    say_notes(_once(note for note, kept_for_later in zip(work.notes, far, strict=True) if not kept_for_later))
    if any(far):
        say(f"{sum(far)} assumptions of the forecast and the staffing: see capacity.xlsx, Generation details")


def _once(notes: Iterable[Note]) -> Iterator[Note]:
    """One note for all places of which the same is said."""
    places: dict[Note, list[str]] = {}
    for note in notes:
        places.setdefault(replace(note, place=""), []).append(note.place)
    for note, names in places.items():
        yield replace(note, place=listed(names))


def _periods(result: Capacity) -> str:
    """Each site and period in a line."""
    frame = result.plan.frame
    banded = bool(frame["chance_short_volume"].notna().any())
    numbers = ("required", "new_hires", "heads", "in_training", "net", "over_under")
    rows = [
        (
            row["site"],
            row["period"],
            *(f"{row[name]:,.1f}" for name in numbers),
            percent(row["chance_short"], 0),
            *([_chance(row["chance_short_volume"])] if banded else []),
            f"{row['cost']:,.2f}",
        )
        for row in frame.to_dict("records")
    ]
    words = ("required", "new hires", "heads", "in training", "net", "over/under")
    chances = ("chance short", *(["and volume"] if banded else []))
    header = ("site", "period", *words, *chances, "cost")
    alone = not any(row[0] for row in rows)
    kept = [row[1:] if alone else row for row in (header, *rows)]
    return text_table(kept[1:], kept[0], right=range(1 if alone else 2, len(kept[0])))


def _chance(share: float) -> str:
    return "" if math.isnan(share) else percent(share, 0)


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


def _events(result: Capacity) -> None:
    """What begins or ends, and when."""
    frame = result.plan.frame
    rows = frame[frame["events"] != ""]
    if len(rows):
        say("\nlaunches and closures")
        for row in rows.to_dict("records"):
            place = f"{row['site']}: " if row["site"] else ""
            say(f"  {row['period']}  {place}{row['events']}")


def _changes(work: Work) -> None:
    if work.compared is None:
        return
    say("\nwhat changed since the plan before")
    for line in changes_in_words(work.compared, changed_settings(work.before, work.given)):
        say_long(f"  {line}")
