"""What `backtest` does between reading the command line and writing."""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from staffplan import __version__
from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, say_long, show_json, show_text
from staffplan.cli.work.common import config_and_workspace
from staffplan.cli.work.delivery import say_notes
from staffplan.clock import local_dates, midnight
from staffplan.control.backtest import (
    Known,
    Outcome,
    Period,
    difference_table,
    play_period,
    sentence,
    under_names_now,
    unforeseen,
)
from staffplan.errors import DataError, Note, Problem, UsageError, place_of
from staffplan.files.read import read_file, read_table, table_from
from staffplan.files.together import write_together
from staffplan.files.write import table_bytes
from staffplan.forecast import joined_history
from staffplan.plan.directory import parse_overrides
from staffplan.plan.heads import pay_of
from staffplan.plan.text import percent, text_table
from staffplan.plan.workspace import Workspace
from staffplan.planned import DAYS_OF_A_WEEK, PlannedDays
from staffplan.process.workers import ROWS_FOR_A_PROCESS, Workers, do_all
from staffplan.progress import OnProgress, Progress
from staffplan.report.backtest_plots import HEIGHT_INCHES, plot_backtest
from staffplan.report.formats import plural
from staffplan.report.style import png
from staffplan.settings.config import Config
from staffplan.tables.backtest import PlanBacktest, StackDifference, StaffedAgents
from staffplan.tables.history import ContactHistory
from staffplan.tables.people import TimeOff, Workforce

LEAST_WEEKS_BEFORE = 6
"""Of history before the first period: what the usual way averages."""
KEY, PICTURE = "key.txt", "backtest.png"
WORDS = {"staffplan": "staffplan", "usual": "usual way", "staffed": "really staffed"}


@dataclass(frozen=True)
class BacktestWork:
    """All periods, and the differences between the stacks."""

    config: Config
    found: PlanBacktest
    differences: StackDifference
    kept: int
    """Periods that were finished before."""
    notes: tuple[Note, ...] = ()


def backtest_of(
    config_path: Path,
    folder: Path,
    number: int,
    weeks: int | None,
    data: Path | None,
    settings: list[str],
    *,
    without_people: bool = False,
    workers: Workers,
    force: bool,
    on_progress: OnProgress,
) -> BacktestWork:
    """Run the periods that are not finished yet. Raises UsageError for a folder of something else, DataError for a
    history that is too short."""
    given = parse_overrides(settings) | ({} if data is None else {"input.data": str(data.resolve())})
    config, workspace = config_and_workspace(config_path, given)
    _refuse_foreign(folder, force=force)
    known = _known(workspace, without_people=without_people)
    history = joined_history(workspace.full_history, workspace.site)
    periods = list(_periods(history, _staffed(workspace), config, number, weeks or config.plan.weeks))
    keys = [_key(known, period) for period in periods]
    places = [folder / f"period_{period.days.first}" for period in periods]
    to_run = [n for n, (place, key) in enumerate(zip(places, keys, strict=True)) if not _is_done(place, key)]
    done = itertools.count(len(periods) - len(to_run) + 1)

    def keep(position: int, outcome: Outcome) -> None:
        place = to_run[position]
        _write_period(places[place], keys[place], periods[place].days.first, outcome, config.plan.timezone)

    on_progress(Progress("backtest", len(periods) - len(to_run), len(periods), "periods"))
    do_all(
        play_period,
        [(known, periods[n]) for n in to_run],
        workers,
        processes=workers.processes(len(to_run), ROWS_FOR_A_PROCESS * len(to_run)),
        on_done=lambda n: on_progress(
            Progress("backtest", next(done), len(periods), str(periods[to_run[n]].days.first))
        ),
        keep=keep,
    )
    rows = [read_table(place / PlanBacktest.file_name, PlanBacktest).frame for place in places]
    found = PlanBacktest.of(pd.concat(rows, ignore_index=True), PlanBacktest.file_name)
    notes = tuple(_strangers(known, periods))
    return BacktestWork(config, found, difference_table(found), len(periods) - len(to_run), notes)


def _strangers(known: Known, periods: Iterable[Period]) -> Iterator[Note]:
    """Contacts of queues that were new in a period: of them there was no past to plan from."""
    for period in periods:
        for queue, offered in unforeseen(known, period).items():
            said = f"{offered:,.0f} contacts of the period from {period.days.first}: the queue had none before"
            yield Note("backtest", "left out", queue, f"{said}; left out, for all plans")


def _refuse_foreign(folder: Path, *, force: bool) -> None:
    """A folder with other things in it than a backtest is left alone."""
    if not folder.is_dir() or force:
        return
    others = [path for path in folder.iterdir() if not path.name.startswith(("period_", "backtest", "."))]
    if others:
        hint = "give a new folder, or that of a backtest to go on with; or use --force"
        raise UsageError(Problem(place_of(folder), "contains files, and is not a backtest's folder", hint))


def _known(workspace: Workspace, *, without_people: bool) -> Known:
    """The settings and the people, without what is dated: it belongs to the days ahead."""
    config = _without_older(workspace.config)
    if without_people:
        return Known(config, None, pay_of(config, workspace.site.calendar), workspace.special_days, workspace.drivers)
    people = workspace.people()
    undated = Workforce(people.agents, TimeOff.empty(), people.availability)
    return Known(config, undated, None, workspace.special_days, workspace.drivers)


def _without_older(config: Config) -> Config:
    """The settings for a history that is joined already."""
    queues = {name: queue.model_copy(update={"was": ()}) for name, queue in config.queues.items()}
    return config.model_copy(update={"queues": queues})


def _staffed(workspace: Workspace) -> StaffedAgents | None:
    """Who was on queue, where the history's file has a column of them; read as its contacts are."""
    file, chosen = read_file(workspace.required_path("history")), workspace.config.input
    if str(chosen.columns.get("agents", "agents")) not in file.frame.columns:
        return None
    staffed = table_from(
        file,
        StaffedAgents,
        timezone=chosen.timezone or workspace.config.plan.timezone,
        columns={name: own for name, own in chosen.columns.items() if name in ("interval_start", "queue", "agents")},
        constants={} if chosen.queue is None else {"queue": chosen.queue},
        date_order=chosen.date_order,
    )
    return under_names_now(staffed, workspace.site)


def _periods(
    history: ContactHistory, staffed: StaffedAgents | None, config: Config, number: int, weeks: int
) -> Iterator[Period]:
    """The last so many periods of whole weeks, up to the last day of the history that ends one."""
    zone, length = config.plan.timezone, timedelta(days=DAYS_OF_A_WEEK * weeks)
    days = local_dates(pd.DatetimeIndex(history.frame["interval_start"]), zone)
    end, begin = max(days) + timedelta(days=1), min(days)
    first = end - number * length
    if first - timedelta(weeks=LEAST_WEEKS_BEFORE) < begin:
        fit = max(0, (end - begin - timedelta(weeks=LEAST_WEEKS_BEFORE)) // length)
        asked = f"{plural(number, 'period')} of {plural(weeks, 'week')} and {LEAST_WEEKS_BEFORE} weeks before them"
        message = f"{asked} are more than it has"
        hint = f"use --periods {fit}" if fit else "use fewer --weeks, or give a longer history"
        raise DataError(Problem(history.source, message, hint))
    for step in range(number):
        start = first + step * length
        past, happened = (_between(history, *span, zone) for span in ((begin, start), (start, start + length)))
        there = None if staffed is None else _between(staffed, start, start + length, zone)
        yield Period(PlannedDays(start, length.days), past, happened, there)


def _between(table: Any, first: date, end: date, zone: str) -> Any:
    """The rows of a table from the first local day up to the day `end`, which is not among them."""
    starts = table.frame["interval_start"]
    return table.only(((starts >= midnight(first, zone)) & (starts < midnight(end, zone))).to_numpy())


def _key(known: Known, period: Period) -> str:
    """A hash of all that a period's outcome rests on."""
    people = [] if known.workforce is None else [known.workforce.agents, known.workforce.availability]
    tables = [period.past, period.happened, known.drivers, *people]
    parts = [__version__, known.config.model_dump_json(), str(period.days), str(known.special_days)]
    parts.append("people" if known.workforce else "mix")
    texts = [part.encode() for part in parts]
    texts += [table_bytes(table.frame, "UTC") for table in (*tables, period.staffed) if table is not None]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def _is_done(place: Path, key: str) -> bool:
    """Whether the folder holds the outcome of the very same inputs."""
    path = place / KEY
    return path.is_file() and path.read_text(encoding="utf-8").strip() == key


def _write_period(place: Path, key: str, first: date, outcome: Outcome, zone: str) -> None:
    """All files of a period together, the key among them."""
    rows = pd.DataFrame([{"period_start": pd.Timestamp(first), **row} for row in outcome.rows])
    files = {name: table_bytes(table.frame, zone) for name, table in outcome.plans.items()}
    result = PlanBacktest.of(rows[[column.name for column in PlanBacktest.columns]], PlanBacktest.file_name)
    files |= {PlanBacktest.file_name: table_bytes(result.frame, zone), KEY: f"{key}\n".encode()}
    write_together(place, files)


def tell(work: BacktestWork, folder: Path, *, as_json: bool) -> None:
    """Write the tables and the picture, then show them."""
    zone, currency = work.config.plan.timezone, work.config.plan.currency
    drawn = png(functools.partial(plot_backtest, work.found.frame), 9.0, HEIGHT_INCHES)
    tables = (work.found, work.differences)
    write_together(folder, {**{t.file_name: table_bytes(t.frame, zone) for t in tables}, PICTURE: drawn})
    said = sentence(work.found, work.differences, currency)
    say_notes(work.notes)
    if as_json:
        rows = {"periods": records(work.found.frame, zone), "differences": records(work.differences.frame, zone)}
        notes = [vars(note) for note in work.notes]
        show_json({"written": str(folder), "kept": work.kept, **rows, "sentence": said, "notes": notes})
        return
    if work.kept:
        say(f"finished before, not run again: {plural(work.kept, 'period')}")
    text = f"{_period_table(work.found.frame, currency)}\n\n{_difference_text(work.differences.frame, currency)}"
    show_text(f"{text}\n\n{said}")
    say_long("Time off, meetings and wishes are left out, for both: people are there more often than they were.")
    say(f"wrote {folder}")


def _period_table(frame: pd.DataFrame, currency: str) -> str:
    rows = [
        [
            f"{row['period_start']:%d %b %Y}",
            WORDS[row["stack"]],
            *_numbers(row["offered"], row["forecast_offered"]),
            f"{row['days_kept']:.0f} of {row['days_promised']:.0f}",
            _percent(row["service_level"]),
            f"{row['asa_seconds']:,.0f} s",
            _percent(row["abandon_rate"]),
            *_numbers(row["on_queue_hours"], row["paid_hours"], row["cost"]),
        ]
        for row in frame.to_dict("records")
    ]
    header = ("period from", "plan", "contacts", "forecast", "days kept", "service level", "mean wait", "hung up")
    return text_table(rows, (*header, "hours on queue", "paid hours", f"cost, {currency}"), right=range(2, 11))


def _numbers(*values: float) -> list[str]:
    return ["-" if np.isnan(value) else f"{value:,.0f}" for value in values]


def _percent(share: float) -> str:
    return "-" if np.isnan(share) else percent(share)


MEASURE_WORDS = {
    "days_kept": ("days kept", 1.0, "+z.1f"),
    "service_level": ("service level, points", 100.0, "+z.1f"),
    "asa_seconds": ("mean wait, s", 1.0, "+z,.1f"),
    "abandon_rate": ("hung up, points", 100.0, "+z.1f"),
    "on_queue_hours": ("hours on queue", 1.0, "+z,.0f"),
    "paid_hours": ("paid hours", 1.0, "+z,.0f"),
    "cost": ("cost", 1.0, "+z,.0f"),
}


def _difference_text(frame: pd.DataFrame, currency: str) -> str:
    rows = []
    ordered = frame.sort_values("measure", key=lambda names: names.map(list(MEASURE_WORDS).index), kind="stable")
    for row in ordered.sort_values("stack", kind="stable").to_dict("records"):
        words, factor, form = MEASURE_WORDS[row["measure"]]
        error = row["standard_error"]
        shown = "-" if np.isnan(error) else f"{factor * error:{form.lstrip('+')}}"
        named = f"{words}, {currency}" if row["measure"] == "cost" else words
        rows.append([WORDS[row["stack"]], named, f"{factor * row['difference']:{form}}", shown])
    table = text_table(rows, ("staffplan less", "a period", "difference", "standard error"), right=(2, 3))
    return f"Mean difference of the periods\n\n{table}"
