"""The hidden sheet of the hand-off workbook: the roster that it was made of, for the day on which it comes back."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl import Workbook

from staffplan.report.handoff import Handoff
from staffplan.report.sheets import put
from staffplan.tables.roster_book import (
    FORM,
    MARK_SHEET,
    MARK_WARNING,
    ON_CALL,
    BookDay,
    BookMark,
    DayOf,
    RosterState,
)
from staffplan.words import SOURCE, tr


def mark_of(handoff: Handoff, state: RosterState) -> BookMark:
    """What a grid of this roster says of each day of each person."""
    names = handoff.people["name"].items()
    days = handoff.days
    return BookMark(
        plan=handoff.title,
        first=days[0],
        last=days[-1],
        state=state,
        people={str(agent): str(name) for agent, name in names},
        days=dict(_days(handoff)),
        kinds={code: kind for kind, code in handoff.day_off_codes.items()},
        language=handoff.language,
    )


def _days(handoff: Handoff) -> Iterator[tuple[DayOf, BookDay]]:
    shifts, lines = dict(_shifts(handoff)), _other_lines(handoff)
    for key in sorted({*shifts, *handoff.days_off, *lines}):
        parts = ", ".join(lines.get(key, ()))
        if key in shifts:
            code, shift, minutes, times = shifts[key]
            yield key, BookDay(code, shift, minutes, times, "", parts)
        elif key in handoff.days_off:
            kind = handoff.days_off[key]
            yield key, BookDay(handoff.day_off_codes[kind], kind=kind or "time off", parts=parts)
        else:
            yield key, BookDay(parts=parts)


def _other_lines(handoff: Handoff) -> dict[DayOf, list[str]]:
    """What a cell says beside shift and day off: parts of a day off, standby."""
    found = {key: [said] for key, said in handoff.parts_off.items()}
    for one in handoff.on_call:
        found.setdefault((one.agent_id, one.day), []).extend((tr(ON_CALL), *one.times.split("\n")))
    return found


def _shifts(handoff: Handoff) -> Iterator[tuple[DayOf, tuple[str, str, int, str]]]:
    worked = handoff.worked
    minutes = (worked["end"] - worked["start"]).dt.total_seconds() // 60
    columns = (worked["agent_id"], worked["day"], worked["code"], worked["shift"], minutes, worked["times"])
    for agent, day, code, shift, length, times in zip(*columns, strict=True):
        yield (agent, day), (code, shift, int(length), times.replace("–", "-").replace("\n", ", "))


def mark_sheet(book: Workbook, mark: BookMark) -> None:
    """The mark as rows of text: facts, people, kinds of time off, days."""
    sheet = book.create_sheet(MARK_SHEET)
    sheet.sheet_state = "hidden"
    for number, row in enumerate(mark_rows(mark), start=1):
        for column, text in enumerate(row, start=1):
            put(sheet.cell(number, column), text)


def mark_rows(mark: BookMark) -> Iterator[tuple[str, ...]]:
    yield (MARK_WARNING,)
    yield "form", FORM
    yield "plan", mark.plan
    yield "period", mark.first.isoformat(), mark.last.isoformat()
    yield "state", str(mark.state.change), mark.state.change_hash, mark.state.shifts_sha256
    if mark.language != SOURCE:
        yield "language", mark.language
    for code, kind in mark.kinds.items():
        yield "kind", code, kind
    for agent, name in mark.people.items():
        yield "agent", agent, name
    for (agent, day), one in mark.days.items():
        yield "day", agent, day.isoformat(), one.code, one.shift, str(one.minutes), one.times, one.kind, one.parts
