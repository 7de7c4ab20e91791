"""The reference of files and their columns, made from the tables' own schemas."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable

import staffplan
from reference.markdown import doc, one_line, table
from staffplan.tables.schema import Column, Table

HEAD = """# Files

Tables are CSV files: UTF-8, a header, one row a line. Excel, JSON, XML and Parquet are read too, also inside `.gz`
and `.zip`. An instant is written in ISO 8601, with an
offset (`2026-03-02T09:00:00+01:00`) or as a local time of the site (`2026-03-02 09:00`). Ends are exclusive. Shares
are 0 to 1. Columns that staffplan does not know are ignored.

Each table below says which columns it has. "required" means that an input must have the column. "may be blank" means
that a cell may be empty. Every problem of a file is reported with its row and column.

"""
TAIL = "\nThis page is made from the code: `python scripts/make_reference.py`.\n"
ROOMS = {
    "staffplan.tables.history": "History and calendar",
    "staffplan.tables.forecast": "Forecast",
    "staffplan.tables.requirement": "Requirement",
    "staffplan.tables.people": "People",
    "staffplan.tables.wishes": "Preferences and fair shares",
    "staffplan.tables.meetings": "Meetings",
    "staffplan.tables.roster": "Roster",
    "staffplan.tables.shifts": "Shifts before there are agents",
    "staffplan.tables.rules": "Rules in words",
    "staffplan.tables.waits": "Waits",
    "staffplan.tables.cost": "Cost",
    "staffplan.tables.skills": "Skills with levels and dates",
    "staffplan.tables.open_shifts": "Open shifts and bids",
    "staffplan.tables.standby": "Standby",
    "staffplan.tables.states": "What people did",
    "staffplan.tables.capacity": "Capacity plan",
    "staffplan.tables.scenario": "Scenarios and prices",
    "staffplan.tables.savings": "Where to save",
    "staffplan.tables.variance": "Budget and actual",
    "staffplan.tables.control": "Days, after they were",
    "staffplan.tables.ledger": "Ledger",
    "staffplan.tables.track": "Published plans against what came",
    "staffplan.tables.access": "Honest access",
    "staffplan.tables.scorecard": "Scorecard",
    "staffplan.tables.backtest": "The plan on its own past",
    "staffplan.tables.exchange": "Other systems",
    "staffplan.ingest.tables": "What exports hold (ingest)",
    "staffplan.fit.tables": "What single calls teach (fit)",
    "staffplan.staffing.cases": "Cases to size",
    "staffplan.staffing.cheapest": "The cheapest number of agents",
    "staffplan.staffing.skills.tables": "Skill mix",
}
"""The title of each module's tables, in the order of the plan; a module that is not named comes last, as its name."""
OUR_OWN = ("row", "_row")
"""Columns that number the rows of a file and do not stand in it."""
KINDS = {"instant": "instant", "date": "day", "text": "text", "number": "number", "count": "whole number"}
UNITS = (
    ("_seconds", "seconds"),
    ("_minutes", "minutes"),
    ("_hours", "hours"),
    ("_erlangs", "erlangs"),
    ("_share", "share, 0-1"),
    ("_cents", "cents"),
    ("minutes", "minutes"),
    ("hours", "hours"),
    ("occupancy", "share, 0-1"),
    ("service_level", "share, 0-1"),
    ("abandon_rate", "share, 0-1"),
    ("bias", "share"),
)
"""The unit that the end of a column's name gives; numbers only."""


def files_page() -> str:
    """The whole page as Markdown."""
    by_room: dict[str, list[type[Table]]] = {room: [] for room in ROOMS}
    for kind in tables():
        by_room.setdefault(kind.__module__, []).append(kind)
    parts = [f"## {ROOMS.get(room, room)}\n\n{''.join(map(_table, kinds))}" for room, kinds in by_room.items()]
    return HEAD + "\n".join(parts).rstrip() + "\n" + TAIL


def tables() -> list[type[Table]]:
    """Every kind of table that is a file, in the order of its module's text."""
    for module in pkgutil.walk_packages(staffplan.__path__, "staffplan."):
        importlib.import_module(module.name)
    kinds = {kind for kind in _below(Table) if kind.file_name and kind.__module__.startswith("staffplan.")}
    return sorted(kinds, key=_place)


def _place(kind: type[Table]) -> tuple[str, int]:
    return kind.__module__, list(vars(sys.modules[kind.__module__])).index(kind.__name__)


def _below(kind: type[Table]) -> Iterable[type[Table]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)


def _table(kind: type[Table]) -> str:
    rows = [(f"`{c.name}`", _kind(c), _required(c, kind), _limits(c)) for c in kind.columns if c.name not in OUR_OWN]
    text = "\n\n".join(one_line(paragraph) for paragraph in doc(kind).split("\n\n"))
    names = [f"`{name}`" for name in kind.key if name not in OUR_OWN]
    key = f"One row for each {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}." if names else ""
    columns = table(("column", "kind", "", "limits"), rows)
    return f"### {_title(kind)}\n\n{text}\n\n{key}\n\n{columns}\n\n"


def _title(kind: type[Table]) -> str:
    """The file's name; where another step writes a file of the same name, with the part that it belongs to."""
    if _shares_its_name(kind):
        return f"{kind.file_name}, made by hand"
    same = [other for other in tables() if other.file_name == kind.file_name and not _shares_its_name(other)]
    return (
        kind.file_name
        if _room(kind) == min(map(_room, same))
        else f"{kind.file_name}, {ROOMS[kind.__module__].lower()}"
    )


def _room(kind: type[Table]) -> int:
    """The place of the table's part on the page."""
    rooms = list(ROOMS)
    return rooms.index(kind.__module__) if kind.__module__ in rooms else len(rooms)


def _shares_its_name(kind: type[Table]) -> bool:
    """Whether the table is a smaller form of another one in the same file."""
    return any(issubclass(base, Table) and base.file_name == kind.file_name for base in kind.__mro__[1:])


def _kind(column: Column) -> str:
    if column.kind != "number":
        return KINDS[column.kind]
    unit = next((unit for end, unit in UNITS if column.name.endswith(end)), "")
    return f"number, {unit}" if unit else "number"


def _required(column: Column, kind: type[Table]) -> str:
    if column.name == kind.numbered:
        return "numbered by staffplan where absent"
    words = ["required" if column.required else "optional"] + ["may be blank"] * column.blank
    return ", ".join(words)


def _limits(column: Column) -> str:
    words = []
    if column.choices:
        words.append(" or ".join(f"`{choice}`" for choice in column.choices))
    if column.minimum is not None:
        words.append(f"from {column.minimum:,.12g}")
    if column.maximum is not None:
        words.append(f"to {column.maximum:,.12g}")
    if column.several:
        words.append('several names, ";" between them')
    return " ".join(words)
