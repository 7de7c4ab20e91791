"""The changes of a workbook that came back, laid against the plan as it is now: what is wanted of which day.

Three states count: the day when the workbook was made, as the workbook has it now, and as the plan has it now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from staffplan.errors import Problem
from staffplan.roster.edits.book_people import OwnedRow
from staffplan.roster.edits.changes import OFF, Wanted, Work
from staffplan.roster.edits.typed import NotUnderstoodError, day_typed
from staffplan.roster.edits.vocabulary import Vocabulary
from staffplan.tables.roster_book import BookCell, BookDay, BookMark, DayOf


@dataclass(frozen=True)
class Edit:
    """A day that the workbook has otherwise than when it was made."""

    key: DayOf
    place: str
    text: str
    meant: BookDay


@dataclass(frozen=True)
class Conflict:
    """A day that was changed in the workbook and in the plan, to different shifts."""

    edit: Edit
    base: BookDay
    now: BookDay


@dataclass(frozen=True)
class Merged:
    """What is to be made of the edits. `already`: those that the plan has by now."""

    edits: tuple[Edit, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    already: tuple[Edit, ...] = ()
    wanted: Wanted = field(default_factory=dict)


def edits_of(
    rows: Sequence[OwnedRow], contracts: Mapping[str, str], words: Vocabulary
) -> tuple[list[Edit], list[Problem]]:
    """The days that were edited, each once, and every cell that is not understood. contracts: work plan by id."""
    found: dict[DayOf, list[Edit]] = {}
    problems: list[Problem] = []
    for row in rows:
        for cell in row.cells:
            key = (row.agent_id, cell.day)
            base = words.mark.day(key)
            try:
                meant = day_typed(cell.text, base, cell.day, contracts.get(row.agent_id, ""), words)
            except NotUnderstoodError as error:
                problems.append(Problem(cell.place, _of(cell, row, error.message), error.hint))
                continue
            if meant.meant != base.meant:
                found.setdefault(key, []).append(Edit(key, cell.place, cell.text, meant))
    problems += [problem for edits in found.values() for problem in _disagreeing(edits)]
    problems += [_stranger(edits[0]) for (agent_id, _), edits in found.items() if agent_id not in contracts]
    return [edits[0] for _, edits in sorted(found.items())], problems


def _of(cell: BookCell, row: OwnedRow, message: str) -> str:
    return f"{row.agent_id} on {cell.day:%a %d %b}: {message}"


def _disagreeing(edits: Sequence[Edit]) -> Iterator[Problem]:
    """A day that two sheets, or two rows, have otherwise, each in its own way."""
    first = edits[0]
    for other in edits[1:]:
        if other.meant.meant != first.meant.meant:
            said = f"is {other.meant.words}, and {first.place} says {first.meant.words} for the same day"
            yield Problem(other.place, said, "put one of the two back, or write the same in both")


def _stranger(edit: Edit) -> Problem:
    return Problem(edit.place, f"{edit.key[0]} is not in the plan any more", "put the cell back")


def merged(edits: Sequence[Edit], base: BookMark, now: BookMark, words: Vocabulary) -> tuple[Merged, list[Problem]]:
    """What the edits want of the plan as it is now, and the shifts that nobody can be given."""
    taken, conflicts, already = [], [], []
    for edit in edits:
        was, present = base.day(edit.key), now.day(edit.key)
        if edit.meant.meant == present.meant or (not edit.meant.shift and not present.shift):
            already.append(edit)
        elif present.meant != was.meant:
            conflicts.append(Conflict(edit, was, present))
        else:
            taken.append(edit)
    wanted, problems = _wanted(taken, now, words)
    return Merged(tuple(taken), tuple(conflicts), tuple(already), wanted), problems


def _wanted(edits: Sequence[Edit], now: BookMark, words: Vocabulary) -> tuple[Wanted, list[Problem]]:
    """A shift that a colleague gives up on the same day is taken over with its breaks, as in a swap; so is one that
    only a colleague has, as no setting names its times."""
    free = {edit.key: now.day(edit.key) for edit in edits}
    wanted: Wanted = {}
    problems: list[Problem] = []
    for edit in edits:
        giver = _giver(edit, free)
        if not edit.meant.shift:
            wanted[edit.key] = OFF
        elif giver is not None:
            del free[giver]
            wanted[edit.key] = Work(like=giver[0])
        elif words.is_standard(edit.meant):
            wanted[edit.key] = Work(edit.meant.shift)
        elif same := [k for k, day in now.days.items() if k[1] == edit.key[1] and day.meant == edit.meant.meant]:
            wanted[edit.key] = Work(like=same[0][0])
        else:
            said = f"{edit.key[0]} on {edit.key[1]:%a %d %b}: no setting has the shift {edit.meant.words}"
            problems.append(Problem(edit.place, said, "write a shift of the settings, or off"))
    return wanted, problems


def _giver(edit: Edit, free: Mapping[DayOf, BookDay]) -> DayOf | None:
    """A colleague whose shift of the day this is, and who gives it up."""
    return next((k for k, d in free.items() if k[1] == edit.key[1] and d.meant == edit.meant.meant and d.shift), None)
