"""The page of `ingest`: how each file was read, and a calendar of contacts and missing days for each queue."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from staffplan.report.blocks import Alert, Bullets, Cell, Figure, Section, Table, Text
from staffplan.report.formats import count
from staffplan.report.page import sections_page
from staffplan.report.style import VERMILION

WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_QUEUES = 12
"""Queues with a picture of their own, the busiest."""
LABEL = {"why": "recognised", "certainty": "what is known", "rows_used": "rows used"}
LEFT_OUT = ("rows_not_used", "file", "system", "preset")
CAPTION = (
    "A column is a week, from Monday to Sunday. Blank: no rows. Cross: no rows, although that weekday has some in at "
    "least half of its weeks."
)
WIDTH_INCHES, HEIGHT_INCHES, WEEKS_AT_LEAST = 11.0, 2.2, 26


def ingest_page(told: Mapping[str, Any], title: str) -> str:
    """One HTML file from the report of `ingest` (its JSON)."""
    return sections_page(title, (_calendar_section(told), *_file_sections(told["tables"]), _notes_section(told)))


def _calendar_section(told: Mapping[str, Any]) -> Section:
    history = told["history"]
    said = f"{count(history['rows'])} rows, {count(history['offered'])} contacts, {history['first_day']} to "
    said += f"{history['last_day']}, intervals of {history['interval_minutes']} minutes. Days without rows: "
    said += f"{history['days_without_rows']}. They are not written: the forecast decides whether they were closed or "
    said += "are missing (setting forecast.missing_rows)."
    words = "no rows on {days}, although that weekday usually has some."
    missing = [(found["queue"], _listed(found["days"])) for found in told["missing_days"]]
    alerts = [Alert(f"{queue}: {words.format(days=days)}") for queue, days in missing]
    busiest = sorted(told["calendar"], key=lambda queue: -sum(day["offered"] or 0.0 for day in queue["days"]))
    figures = [calendar_figure(queue, number) for number, queue in enumerate(busiest[:MOST_QUEUES], start=1)]
    return Section("calendar", "Contacts by day", (Text(said), *alerts, *figures))


def _listed(days: Sequence[str], most: int = 10) -> str:
    more = f" and {len(days) - most} more days" if len(days) > most else ""
    return ", ".join(days[:most]) + more


def calendar_figure(queue: Mapping[str, Any], number: int) -> Figure:
    """The calendar of one queue, and its days as a table."""
    days, title = queue["days"], f"{queue['queue']}: contacts by day"
    most = max(days, key=lambda day: day["offered"] or 0.0)
    missing = sum(day["missing"] for day in days)
    alt = f"Calendar of {title}; most on {most['day']} with {count(most['offered'])}, missing on {missing} days."
    rows = tuple((Cell(day["day"]), Cell(_shown(day), is_number=True)) for day in days)
    return Figure(
        name="contacts_by_day",
        number=number,
        title=title,
        alt=alt,
        draw=functools.partial(plot_calendar, days),
        height_inches=HEIGHT_INCHES,
        width_inches=WIDTH_INCHES,
        table=Table(title, (Cell("day"), Cell("contacts", is_number=True)), rows),
        caption=CAPTION,
    )


def _shown(day: Mapping[str, Any]) -> str:
    return count(day["offered"]) if day["offered"] is not None else "missing" if day["missing"] else "no rows"


def plot_calendar(days: Sequence[Mapping[str, Any]], ax: Axes) -> Axes:
    """Weeks side by side, Monday to Sunday below each other; darker for more contacts, a cross for missing rows."""
    first = date.fromisoformat(days[0]["day"])
    monday = first - timedelta(days=first.weekday())
    places = np.arange(len(days)) + first.weekday()
    weeks = int(places[-1]) // 7 + 1
    values = np.full((7, max(weeks, WEEKS_AT_LEAST)), np.nan)
    values[places % 7, places // 7] = [np.nan if day["offered"] is None else day["offered"] for day in days]
    shape = np.arange(values.shape[1] + 1), np.arange(8)
    mesh = ax.pcolormesh(*shape, np.ma.masked_invalid(values), cmap="YlGnBu", vmin=0, edgecolors="white", linewidth=1)
    ax.figure.colorbar(mesh, ax=ax, pad=0.01, aspect=12).set_label("contacts a day")
    missing = places[[bool(day["missing"]) for day in days]]
    ax.plot(missing // 7 + 0.5, missing % 7 + 0.5, "x", color=VERMILION, markersize=6, markeredgewidth=1.8)
    ax.set_ylim(7, 0)
    ax.set_yticks(np.arange(7) + 0.5, WEEKDAY_NAMES)
    begins = [week for week in range(weeks) if week == 0 or _month(monday, week) != _month(monday, week - 1)]
    names = [f"{monday + timedelta(weeks=week):%d %b %Y}" for week in begins]
    ax.set_xticks(np.array(begins) + 0.5, names, fontsize=7.5)
    ax.tick_params(length=0)
    ax.grid(visible=False)
    return ax


def _month(monday: date, week: int) -> int:
    return (monday + timedelta(weeks=week)).month


def _file_sections(tables: Sequence[Mapping[str, Any]]) -> Iterator[Section]:
    for number, table in enumerate(tables, start=1):
        said = f"Read as {table['system']} ({table['preset']}). If a line is wrong, an option of staffplan ingest "
        said += "corrects it: see staffplan ingest --help."
        facts = [(name, value) for name, value in table.items() if name not in LEFT_OUT]
        rows = tuple((Cell(LABEL.get(name, name.replace("_", " "))), Cell(_value(value))) for name, value in facts)
        read = Table("How the file was read", (Cell("what"), Cell("as")), rows)
        yield Section(f"file-{number}", str(table["file"]), (Text(said), read, *_dropped(table["rows_not_used"])))


def _value(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _dropped(reasons: Sequence[Mapping[str, Any]]) -> Iterator[Table]:
    """The rows that are not used, by reason."""
    headers = (Cell("reason"), Cell("rows", is_number=True), Cell("first rows"))
    rows = tuple(
        (Cell(reason["reason"]), Cell(count(reason["rows"]), is_number=True), Cell(_first_rows(reason)))
        for reason in reasons
    )
    if rows:
        yield Table("Rows that are not used", headers, rows)


def _first_rows(reason: Mapping[str, Any]) -> str:
    return ", ".join(map(str, reason["first_rows"]))


def _notes_section(told: Mapping[str, Any]) -> Section:
    items = tuple(f"{note['kind']}: {note['place']}: {note['message']}" for note in told["notes"])
    block = Bullets(items) if items else Text("Nothing was assumed or left out.")
    return Section("notes", "What to look at", (block,))
