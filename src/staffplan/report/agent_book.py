"""A sheet for each agent in the hand-off workbook: days with shift, times, breaks, hours and time off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

import pandas as pd
from openpyxl import Workbook

from staffplan.report.handoff import Handoff, pauses_in_words
from staffplan.report.sheets import BOLD, DAY, TWO, Sheet, print_setup, put, table
from staffplan.words import mark, tr

COLUMNS: tuple[Sheet, ...] = (
    ("day", mark("day"), DAY),
    ("shift", mark("shift"), ""),
    ("times", mark("times"), ""),
    ("breaks", mark("breaks"), ""),
    ("paid_hours", mark("paid hours"), TWO),
    ("off", mark("time off"), ""),
)
LONGEST_TITLE = 31
"""Characters of a sheet name; none of : \\ / ? * [ ] may be in it. Source: the message of Excel 2007 for others."""
RESERVED = "history"
"""A name that Excel keeps for itself."""
NOT_READ = mark("staffplan import reads the sheets Roster and Week; it does not read this one")


def agent_sheets(book: Workbook, handoff: Handoff) -> None:
    """Everybody's own sheet, whole teams together."""
    pauses = pauses_in_words(handoff)
    titles = sheet_titles([str(agent) for agent in handoff.people.index], book.sheetnames)
    for agent, name in handoff.people["name"].items():
        frame = _days(handoff, str(agent), pauses)
        sheet = table(book, titles[str(agent)], frame, COLUMNS)
        last = len(frame) + 2
        for column, value in ((1, tr("all days")), (COLUMNS.index(("paid_hours", "paid hours", TWO)) + 1, None)):
            put(sheet.cell(last, column), value if value else float(frame["paid_hours"].sum()))
            sheet.cell(last, column).font = BOLD
        sheet.cell(last, 5).number_format = TWO
        put(sheet.cell(last + 2, 1), tr(NOT_READ))
        who = f"{name} ({agent})" if name else str(agent)
        print_setup(sheet, title=who, subject=handoff.title, paper="A4", head_rows=1)


def _days(handoff: Handoff, agent: str, pauses: pd.Series) -> pd.DataFrame:
    own = handoff.worked[handoff.worked["agent_id"] == agent].set_index("day")
    return pd.DataFrame(
        [_row(handoff, agent, day, own, pauses) for day in handoff.days], columns=[name for name, _, _ in COLUMNS]
    )


def _row(handoff: Handoff, agent: str, day: date, own: pd.DataFrame, pauses: pd.Series) -> tuple[object, ...]:
    kind = handoff.days_off.get((agent, day))
    whole = "" if kind is None else tr(kind or "time off")
    off = ", ".join(filter(None, [whole, handoff.parts_off.get((agent, day), "")]))
    if day not in own.index:
        return day, "", "", "", None, off
    shift = own.loc[day]
    breaks = pauses.get((agent, pd.Timestamp(day)), "")
    return day, shift["shift"], str(shift["times"]).replace("\n", ", "), breaks, shift["paid_hours"], off


def sheet_titles(agents: Sequence[str], taken: Sequence[str]) -> dict[str, str]:
    """A name for the sheet of each agent: what a spreadsheet allows, told apart from the others, capitals aside."""
    used = {RESERVED, *(title.casefold() for title in taken)}
    titles: dict[str, str] = {}
    for agent in agents:
        base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", agent).strip("'")[:LONGEST_TITLE] or "_"
        titles[agent] = next(title for title in _tries(base) if title.casefold() not in used)
        used.add(titles[agent].casefold())
    return titles


def _tries(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        tail = f" {number}"
        yield base[: LONGEST_TITLE - len(tail)] + tail
        number += 1
