"""The hidden sheet of the hand-off workbook, read back."""

from __future__ import annotations

from datetime import date
from typing import Any

from staffplan.errors import DataError, Problem
from staffplan.files.sheet_cells import cell_text
from staffplan.tables.roster_book import FORM, BookDay, BookMark, DayOf, RosterState
from staffplan.words import SOURCE, known_language

RESTORE = "hand the roster off again, and make the changes in that workbook"
ROW_WIDTH = 9


def mark_in(sheet: Any, place: str) -> BookMark:
    """Of which roster the workbook was made. Raises DataError where the sheet cannot be read."""
    facts: dict[str, list[str]] = {}
    people: dict[str, str] = {}
    kinds: dict[str, str] = {}
    days: dict[DayOf, BookDay] = {}
    try:
        for cells in sheet.iter_rows(values_only=True):
            what, *rest = [cell_text(value) for value in cells] + [""] * (ROW_WIDTH - len(cells))
            if what == "agent":
                people[rest[0]] = rest[1]
            elif what == "kind":
                kinds[rest[0]] = rest[1]
            elif what == "day":
                days[rest[0], date.fromisoformat(rest[1])] = _day(rest[2:])
            else:
                facts[what] = rest
        if facts["form"][0] != FORM:
            raise DataError(
                Problem(place, f"was written in form {facts['form'][0]}, this version reads {FORM}", RESTORE)
            )
        first, last = (date.fromisoformat(text) for text in facts["period"][:2])
        change, change_hash, sha = facts["state"][:3]
        state = RosterState(int(change), change_hash, sha)
        language = known_language(facts.get("language", [SOURCE])[0])
        return BookMark(facts["plan"][0], first, last, state, people, days, kinds, language)
    except (ValueError, KeyError, IndexError) as error:
        raise DataError(Problem(place, "was edited, and cannot be read", RESTORE)) from error


def _day(cells: list[str]) -> BookDay:
    code, shift, minutes, times, kind, parts = cells[:6]
    return BookDay(code, shift, int(minutes), times, kind, parts)
