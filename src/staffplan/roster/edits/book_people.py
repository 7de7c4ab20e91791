"""Whose the rows of a workbook are that came back: people by id or by name, and who is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from staffplan.errors import Problem, did_you_mean, listed
from staffplan.planned import between
from staffplan.tables.roster_book import FOOT, BookCell, BookRow, RosterBook


@dataclass(frozen=True)
class OwnedRow:
    """A row of a grid, and the id of the person whose it is."""

    agent_id: str
    sheet: str
    cells: tuple[BookCell, ...]


def owned_rows(book: RosterBook, names: Mapping[str, str]) -> tuple[list[OwnedRow], list[Problem]]:
    """The rows of people, and those that are nobody's though something stands in them. names: by id, of the plan."""
    known, foot = {**book.mark.people, **names}, book.mark.words(*FOOT)
    rows: list[OwnedRow] = []
    problems: list[Problem] = []
    places: dict[tuple[str, str], list[BookRow]] = {}
    for grid in book.grids:
        for row in grid.rows:
            if not row.agent and (row.name.casefold() in foot or not any(cell.text for cell in row.cells)):
                continue
            owner = _owner(row, known, (book.mark.people, names))
            if isinstance(owner, Problem):
                problems.append(owner)
            else:
                rows.append(OwnedRow(owner, grid.sheet, row.cells))
                places.setdefault((owner, grid.sheet), []).append(row)
    return rows, problems + [problem for twice in places.values() for problem in _doubled(twice)]


def _doubled(rows: Sequence[BookRow]) -> Iterator[Problem]:
    """The rows of a person on one sheet beside the first that say something else."""
    first = rows[0]
    for row in rows[1:]:
        if [cell.text for cell in row.cells] != [cell.text for cell in first.cells]:
            who = " ".join(filter(None, (row.agent, row.name)))
            yield Problem(row.place, f"a second row of {who}, other than {first.place}", "take one of the two out")


def _owner(row: BookRow, known: Mapping[str, str], names: Sequence[Mapping[str, str]]) -> str | Problem:
    """The id of the person whose row this is, or why nobody can be told. names: by id, when the workbook was made and
    in the plan now."""
    if row.agent in known:
        called = [one[row.agent] for one in names if row.agent in one]
        if row.name and row.name.casefold() not in [" ".join(name.split()).casefold() for name in called]:
            said = f"the row says {row.agent} and {row.name}, and {row.agent} is {called[-1]}"
            return Problem(row.place, said, "write the id and the name of one person")
        return row.agent
    text = row.agent or row.name
    called = [agent for agent, name in known.items() if name and name.casefold() == text.casefold()]
    if len(called) == 1:
        return called[0]
    if called:
        return Problem(row.place, f"{len(called)} people are called {text}", f"write the id: {', '.join(called)}")
    hint = did_you_mean(text, [*known, *filter(None, known.values())])
    return Problem(row.place, f"nobody in the plan is called {text}", f"correct it, or take the row out{hint}")


def missing(book: RosterBook, rows: list[OwnedRow], names: Mapping[str, str]) -> Iterator[str]:
    """In words, people and days that stand on no sheet, or not on each, any more. They are no change."""
    people = {agent: name for agent, name in book.mark.people.items() if agent in names}
    there = {row.agent_id for row in rows}
    gone = [f"{name} ({agent})" if name else agent for agent, name in people.items() if agent not in there]
    if gone:
        yield f"no sheet has a row of {listed(gone)}: their days stay as they are"
    for grid in book.grids:
        mine = {row.agent_id for row in rows if row.sheet == grid.sheet}
        lacks = [agent for agent in people if agent in there - mine]
        if lacks:
            yield f"{grid.sheet} has no row of {listed(lacks)}: the other sheets count for them"
    shown = {day for grid in book.grids for day in grid.days}
    days = [day for day in between(book.mark.first, book.mark.last).days if day not in shown]
    if days:
        yield f"no sheet has a column of {listed(f'{day:%a %d %b}' for day in days)}: these days stay as they are"
