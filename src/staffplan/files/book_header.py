"""The header of a roster grid that came back from a spreadsheet: which column is whose, and which day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from staffplan.errors import Problem
from staffplan.files.sheet_cells import cell_text
from staffplan.planned import between
from staffplan.tables.roster_book import AGENT, NAME, OTHER_HEADERS, BookMark

SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of a spreadsheet's dates. Source: ECMA-376 part 1, 18.17.4.1, the 1900 date system, from March 1900 on."""
DATE_FORMS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%a %d %b %Y", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y")
DAY_FORMS = ("%d %b %Y", "%d %B %Y", "%d-%b %Y", "%d.%m. %Y", "%d/%m %Y", "%m/%d %Y", "%a %d %b %Y")
"""Forms without a year; one of the period is written behind."""
MOST_HEAD_ROWS = 20
FEWEST_DAYS = 3
"""Days in one row from which on a sheet is taken for a grid whose column agent is gone."""
WRITE_DAY = "write the day as 2026-12-01"


def header_row(rows: Sequence[Sequence[object]], mark: BookMark) -> int | None:
    """The number, from 0, of the first row with the word agent and a day of the plan beside it."""
    for number, row in enumerate(rows[:MOST_HEAD_ROWS]):
        words = {cell_text(value).casefold() for value in row}
        if words & mark.words(AGENT) and any(days_meant(value, mark) for value in row):
            return number
    return None


def refused_header(sheet: str, rows: Sequence[Sequence[object]], mark: BookMark) -> list[Problem]:
    """Why a sheet that looks like a grid is none."""
    for number, row in reversed(list(enumerate(rows[:MOST_HEAD_ROWS], start=1))):
        if sum(bool(days_meant(value, mark)) for value in row) >= FEWEST_DAYS:
            word = mark.word(AGENT)
            said, hint = f"no column of this row is called {word}", f"write {word} above the identifiers again"
            return [Problem(f"{sheet}!A{number}", said, hint)]
        if {cell_text(value).casefold() for value in row} & mark.words(AGENT) and len(row) > FEWEST_DAYS:
            return [Problem(f"{sheet}!A{number}", "no column of this row is a day of the plan", WRITE_DAY)]
    return []


def lost_columns(sheet: str, rows: Sequence[Sequence[Any]], days: Collection[date], mark: BookMark) -> list[Problem]:
    """Columns with something in them whose header is no day, where days are missing between those that are there.

    rows: the header and those under it.
    """
    missing = [day for day in between(min(days), max(days)).days if day not in days] if days else []
    if not missing:
        return []
    known = mark.words(AGENT, NAME, *OTHER_HEADERS)
    return [
        Problem(
            f"{sheet}!{cell.coordinate}",
            f"{cell_text(cell.value) or 'an empty header'!r} is no day, and {missing[0]} has no column",
            WRITE_DAY,
        )
        for column, cell in enumerate(rows[0])
        if cell_text(cell.value).casefold() not in known
        and not days_meant(cell.value, mark)
        and any(cell_text(row[column].value) for row in rows[1:])
    ]


def days_in(sheet: str, row: Sequence[Any], mark: BookMark) -> tuple[dict[date, int], list[Problem]]:
    """The column, from 0, of each day that a header names; days named twice, or that may be two, are problems."""
    found: dict[date, int] = {}
    problems = []
    for column, cell in enumerate(row):
        days, place = days_meant(cell.value, mark), f"{sheet}!{cell.coordinate}"
        if len(days) > 1:
            said = f"{cell_text(cell.value)} may be {' or '.join(str(day) for day in days)}"
            problems.append(Problem(place, said, WRITE_DAY))
        elif len(days) == 1 and days[0] in found:
            problems.append(Problem(place, f"a second column says {days[0]}", "keep one column for each day"))
        elif days:
            found[days[0]] = column
        elif isinstance(cell.value, datetime):
            said = f"{cell.value.date()} is no day of the workbook's plan"
            problems.append(Problem(place, said, f"it runs from {mark.first} to {mark.last}"))
    return found, problems


def days_meant(value: object, mark: BookMark) -> list[date]:
    """The days of the plan that a header may mean: a date, the number that a spreadsheet keeps for it, or text."""
    match value:
        case datetime():
            days = {value.date()}
        case date():
            days = {value}
        case bool():
            days = set()
        case int() | float() if 0 < value < 1e6:
            days = {SERIAL_ZERO + timedelta(days=int(value))}
        case str():
            days = _written(value.strip(), mark)
        case _:
            days = set()
    return sorted(day for day in days if mark.first <= day <= mark.last)


def _written(text: str, mark: BookMark) -> set[date]:
    years = {mark.first.year, mark.last.year}
    tries = [(text, form) for form in DATE_FORMS] + [(f"{text} {year}", form) for year in years for form in DAY_FORMS]
    found = set()
    for written, form in tries:
        with suppress(ValueError):
            found.add(datetime.strptime(written, form).date())
    return found
