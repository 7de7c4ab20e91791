"""What `explain-day` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import show_json, show_text
from staffplan.cli.work.common import interval_of
from staffplan.cli.work.delivery import put_tables, say_notes
from staffplan.control.day_worlds import Line
from staffplan.control.step import explained_days
from staffplan.errors import Note, Problem, UsageError
from staffplan.files.read import read_table
from staffplan.plan.text import text_table
from staffplan.settings.queues import parse_goal
from staffplan.tables.control import DayCauses, DayOfQueue

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

UTC = "UTC"
EXPLAINED = {
    "volume": "contacts in all",
    "shape": "when they came",
    "handling time": "handling time",
    "people": "people there",
    "chance": "chance, and what the model leaves out",
}


def refuse_of_tables(given: Mapping[str, object]) -> None:
    """Raise UsageError for options of two tables beside a ledger, which has its own goals and clocks."""
    hint = "leave it out, or leave the ledger out"
    problems = [Problem(flag, "belongs to two tables", hint) for flag, value in given.items() if value is not None]
    if problems:
        raise UsageError(problems)


def tables_given(planned: Path | None, actual: Path | None, of_ledger: Mapping[str, object]) -> tuple[Path, Path]:
    """The two tables. Raises UsageError where one is missing, or an option of a ledger is there."""
    problems = [
        Problem(flag, "belongs to a ledger", "name the ledger and the day first")
        for flag, value in of_ledger.items()
        if value
    ]
    if planned is None or actual is None:
        lacking = "--planned" if planned is None else "--actual"
        hint = "name a ledger and a day, or give both --planned and --actual"
        problems.append(Problem(lacking, "is missing", hint))
    if problems or planned is None or actual is None:
        raise UsageError(problems)
    return planned, actual


def causes_of(
    planned: Path,
    actual: Path,
    goal: str,
    model: str,
    patience: float | None,
    minutes: int | None,
    timezone: str | None,
) -> tuple[DayCauses, list[Note]]:
    """The causes of every day in two files, and what was assumed of them. Raises UsageError and DataError."""
    seconds, zone = _within(goal, model, patience), timezone or UTC
    plan, happened = (read_table(path, DayOfQueue, timezone=zone) for path in (planned, actual))
    rows = pd.concat([plan.frame, happened.frame]).drop_duplicates(["queue", "interval_start"])
    length = minutes or interval_of(rows, "queue")
    line = Line(seconds, 60.0 * length, np.inf if patience is None else patience)
    causes = explained_days(plan, happened, line, zone)
    return causes, [*plan.notes, *happened.notes, *_assumed(rows, causes, minutes, length, timezone)]


def _assumed(
    rows: pd.DataFrame, causes: DayCauses, given: int | None, length: int, timezone: str | None
) -> Iterator[Note]:
    """What the files do not show and nobody has said."""
    if given is None and not rows["queue"].duplicated().any():
        said = f"one interval a queue does not show its length: taken for {length} minutes; --interval sets it"
        yield Note("explain-day", "assumption", "interval", said)
    if timezone is None and causes.frame["day"].nunique() > 1:
        said = "days begin at midnight UTC; --timezone sets the time zone of the center"
        yield Note("explain-day", "assumption", "days", said)


def _within(goal: str, model: str, patience: float | None) -> float:
    """Seconds within which an answer is in time."""
    problems = []
    if (model == "erlang-a") != (patience is not None):
        hint = "give both --model erlang-a and --patience, or neither"
        problems.append(Problem("--patience", "patience belongs to the model erlang-a", hint))
    elif patience is not None and not 0 < patience < np.inf:
        problems.append(Problem("--patience", f"{patience:g} is not above 0", "give the average patience in seconds"))
    try:
        within = parse_goal(goal).within_seconds
    except ValueError as error:
        problems.append(Problem("--goal", str(error), "write 80/20"))
        within = None
    if within is None and not problems:
        problems.append(Problem("--goal", "a goal in hours has no waiting line", "write 80/20"))
    if problems or within is None:
        raise UsageError(problems)
    return float(within)


def tell(causes: DayCauses, notes: Sequence[Note], output: Path | None, before: Hashes, *, as_json: bool) -> None:
    """A table a day for a person, or the rows as JSON; then the file."""
    say_notes(notes)
    if as_json:
        written, said = [str(output)] if output else [], [vars(note) for note in notes]
        show_json({"written": written, "causes": records(causes.frame, UTC), "notes": said})
    else:
        show_text("\n\n".join(_texts(causes.frame)))
    put_tables({output: causes} if output else {}, UTC, before)


def _texts(frame: pd.DataFrame) -> Iterator[str]:
    for (day, queue), own in frame.groupby(["day", "queue"]):
        first = own.iloc[0]
        change = 100 * (first["service_actual"] - first["service_planned"])
        planned, was = (f"{100 * first[name]:.1f} %" for name in ("service_planned", "service_actual"))
        measured = "measured" if "chance" in set(own["cause"]) else "as the model finds it"
        title = f"{day:%a %d %b %Y}, {queue}: {planned} planned, {was} {measured}: {change:+.1f} points"
        ordered = own.reindex(own["contribution"].abs().sort_values(ascending=False, kind="stable").index)
        rows = [_cells(row) for row in ordered.to_dict("records")]
        header = ["cause", "points", "better if as planned", "by itself"]
        yield f"{title}\n\n{text_table(rows, header, right=range(1, 4))}"


def _cells(row: dict[Any, Any]) -> list[str]:
    points = [f"{100 * row[name]:+.1f}" for name in ("contribution", "repaired", "alone") if not pd.isna(row[name])]
    return [EXPLAINED[row["cause"]], *points, *[""] * (3 - len(points))]
