"""What `track` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show_json, show_text
from staffplan.cli.work.delivery import put, say_notes
from staffplan.cli.work.published import actual_history, published_entry, refuse_other_clocks
from staffplan.clock import SiteCalendar
from staffplan.control.cusum import average_run_length
from staffplan.control.gathered import KEY, Gathered, gathered
from staffplan.control.tracked_days import tracked_days, tracked_waits
from staffplan.control.tracking import DEAD_ZONE, track_scores, tracked_edits, value_added
from staffplan.errors import Note
from staffplan.files.ledger import read_ledger
from staffplan.files.write import table_bytes
from staffplan.forecast.scoring import CAME_BEFORE, about_left_out
from staffplan.plan.directory import PLAN_TOML, load_config_file
from staffplan.plan.text import percent, text_table
from staffplan.settings.config import Config
from staffplan.simulate.scene import group_promise
from staffplan.site import resolve_queue
from staffplan.tables.forecast import ALL_QUEUES
from staffplan.tables.history import ContactHistory
from staffplan.tables.schema import Table
from staffplan.tables.track import TrackedDays, TrackedEdits, TrackedWaits, TrackScores, ValueAdded

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

STEP = "track"
PAGE = "index.html"
TABLES: tuple[type[Table], ...] = (TrackScores, ValueAdded, TrackedDays, TrackedWaits, TrackedEdits)


@dataclass(frozen=True)
class Tracked:
    """Everything that is told of a ledger."""

    scores: TrackScores
    added: ValueAdded
    days: TrackedDays
    waits: TrackedWaits
    edits: TrackedEdits
    entries: int
    dead_zone: float
    timezone: str
    notes: tuple[Note, ...]

    @property
    def tables(self) -> dict[str, Table]:
        """Each table by its file name."""
        every = (self.scores, self.added, self.days, self.waits, self.edits)
        return {table.file_name: table for table in every}


def paths_in(folder: Path) -> dict[str, Path]:
    """Where each table and the page go."""
    return {name: folder / name for name in (*(table.file_name for table in TABLES), PAGE)}


def tracked(
    folder: Path, actuals: Sequence[Path], config_path: Path | None, dead_zone: float | None = None
) -> Tracked:
    """Compare a ledger with what came. Raises DataError where the ledger was changed, or nothing can be compared."""
    dead_zone = DEAD_ZONE if dead_zone is None else dead_zone
    ledger = read_ledger(folder)
    last = ledger.entries[-1]
    config = load_config_file(config_path or last.path(folder, PLAN_TOML))
    zone, minutes = str(last.facts["timezone"]), int(last.facts["interval_minutes"])
    refuse_other_clocks(ledger, zone, minutes)
    history = actual_history(actuals, config)
    entries = [published_entry(entry, folder) for entry in ledger.entries]
    known = gathered(entries, history, SiteCalendar(zone, minutes))
    groups = {name: queue.planning_group or name for name, queue in config.queues.items()}
    found = (track_scores(known), value_added(known, dead_zone=dead_zone), tracked_days(known))
    waits, edits = tracked_waits(known, history, groups), tracked_edits(known)
    told = (*_notes(known, history, found[1], waits), *_definitions(waits, config))
    notes = (*history.notes, *about_left_out(_asked(known), history, known.grid.calendar, STEP), *told)
    return Tracked(*found, waits, edits, len(ledger.entries), dead_zone, zone, notes)


def _notes(known: Gathered, history: ContactHistory, added: ValueAdded, waits: TrackedWaits) -> Iterator[Note]:
    """What could not be compared."""
    strangers = sorted({*map(str, history.frame["queue"].unique())} - {*known.queues})
    if strangers:
        yield Note(STEP, "left out", "", f"never published, left out of all figures: {', '.join(strangers)}")
    if not len(added):
        said = "no naive forecast and no average: the actuals have no week before the first entry"
        yield Note(STEP, "left out", "value added", f"{said}; give the history of the months before too")
    if not len(waits):
        said = (
            "not compared: the actuals have no answered_within_threshold, or no roster was published before its days"
        )
        yield Note(STEP, "left out", "waits", said)


def _asked(known: Gathered) -> pd.DataFrame:
    """queue, interval_start of everything published ahead, with what came: offered, NaN where not known."""
    rows = [entry.forecast.loc[entry.forecast["method"] != CAME_BEFORE, KEY] for entry in known.entries]
    return pd.concat(rows).drop_duplicates().merge(known.came[[*KEY, "offered"]], on=KEY, how="left")


def _definitions(waits: TrackedWaits, config: Config) -> Iterator[Note]:
    """Groups whose service level is predicted by another definition than the one that the history gives."""
    queues = [resolve_queue(name, config) for name in config.queues]
    for group in sorted(waits.frame["planning_group"].unique()):
        definition = group_promise([queue for queue in queues if queue.planning_group == group]).definition
        if definition != "offered":
            said = f'predicted by the goal\'s definition "{definition}", actual is answered in time / offered'
            yield Note(STEP, "warning", str(group), f"{said}: they may differ by the definition alone")


def open_alarms(found: Tracked) -> pd.DataFrame:
    """Alarms since which nothing was published."""
    frame = found.days.frame
    return frame[frame["open"] == "yes"]


def tell(found: Tracked, paths: Mapping[str, Path], *, as_json: bool) -> None:
    """The figures for people, or everything as JSON."""
    say_notes(found.notes)
    queues = found.days.frame["queue"].nunique()
    if as_json:
        rows = {
            name.removesuffix(".csv"): records(table.frame, found.timezone) for name, table in found.tables.items()
        }
        alarm = {"days_between_false_alarms": average_run_length(), "queues": queues, "open": len(open_alarms(found))}
        written, notes = [str(path) for path in paths.values()], [vars(note) for note in found.notes]
        show_json({"written": written, "alarms": alarm, **rows, "notes": notes})
        return
    show_text("\n\n".join(_texts(found, queues)))


def _texts(found: Tracked, queues: int) -> Iterator[str]:
    yield _score_text(found.scores.frame)
    if len(found.added):
        yield _added_text(found.added.frame, found.dead_zone)
    if len(found.edits):
        yield _edit_text(found.edits.frame)
    if len(found.waits):
        yield _wait_text(found.waits.frame)
    yield _alarm_text(found.days.frame, queues)


SCORE_HEADER = (
    "queue",
    "before",
    "actual",
    "error",
    "by chance",
    "avoidable",
    "day error",
    "bias",
    "in 80 %",
    "in 95 %",
)


def _score_text(frame: pd.DataFrame) -> str:
    whole = frame[frame["by"] == "queue"].sort_values(["queue", "weeks_before"])
    shares = ("wape", "floor", "avoidable", "wape_day", "bias", "coverage_80", "coverage_95")
    rows = [
        (
            _queue(row["queue"]),
            _before(row["weeks_before"]),
            f"{row['offered']:,.0f}",
            *(_share(row[n]) for n in shares),
        )
        for row in whole.to_dict("records")
    ]
    return text_table(rows, SCORE_HEADER, right=range(2, len(SCORE_HEADER)))


def _queue(name: str) -> str:
    return "all queues" if name == ALL_QUEUES else name


def _before(weeks: float) -> str:
    return "last" if not weeks else f"{weeks:.0f} week{'s' if weeks > 1 else ''}"


def _share(value: float) -> str:
    return percent(value) if value == value else "-"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}" if value == value else ""


def _added_text(frame: pd.DataFrame, dead_zone: float) -> str:
    rows = [
        (_queue(r["queue"]), r["step"], _share(r["wape"]), _share(r["wape_day"]), _share(r["bias"]),
         _points(r["gain_naive"]), _points(r["gain_previous"]), r["verdict"])
        for r in frame.to_dict("records")
    ]  # fmt: skip
    header = ("queue", "step", "error", "day error", "bias", "gain v naive", "gain v step before", "verdict")
    said = f"gains in points of error; up to {100 * dead_zone:g} points is no difference"
    return f"{text_table(rows, header, right=range(2, 7))}\n{said}"


def _edit_text(frame: pd.DataFrame) -> str:
    known = frame[frame["intervals"] > 0]
    rows = [
        (f"{r['entry']:.0f}", f"{r['override']:.0f}", r["who"], r["why"],
         *(f"{r[n]:,.0f}" for n in ("offered_before", "offered_after", "offered")),
         f"{r['gained']:+,.0f}", r["verdict"])
        for r in known.to_dict("records")
    ]  # fmt: skip
    header = ("entry", "no.", "who", "why", "forecast", "override", "actual", "improvement", "verdict")
    return text_table(rows, header, right=(0, 1, 4, 5, 6, 7))


def _wait_text(frame: pd.DataFrame) -> str:
    rows = [_wait_row(str(group), own) for group, own in frame.groupby("planning_group", sort=True)]
    header = ("group", "days", "predicted", "actual", "mean miss", "inside bounds", "kept as predicted", "kept")
    return text_table(rows, header, right=range(1, len(header)))


def _wait_row(group: str, own: pd.DataFrame) -> tuple[Any, ...]:
    weight = own["offered"]
    level, said = (
        float((own[n] * weight).sum() / weight.sum()) for n in ("service_level", "service_level_predicted")
    )
    miss = (own["service_level"] - own["service_level_predicted"]).abs().mean()
    inside = f"{(own['inside'] == 'yes').sum()} of {(own['inside'] != '').sum()}"
    kept = [f"{(own[name] == 'yes').sum()} of {(own[name] != '').sum()}" for name in ("kept_predicted", "kept")]
    return group, len(own), percent(said), percent(level), f"{100 * miss:.1f} points", inside, *kept


def _alarm_text(frame: pd.DataFrame, queues: int) -> str:
    return "\n".join([*alarm_lines(frame), false_alarms(queues)])


def alarm_lines(frame: pd.DataFrame) -> Iterator[str]:
    """A sentence for each alarm, or that there is none."""
    found = frame[frame["alarm"] != ""]
    if found.empty:
        yield "no alarm"
    for row in found.to_dict("records"):
        run = frame[(frame["queue"] == row["queue"]) & frame["day"].between(row["since"], row["day"])]
        off = run["offered"].sum() / run["offered_forecast"].sum() - 1 if run["offered_forecast"].sum() > 0 else 1.0
        state = "; nothing was published since" if row["open"] == "yes" else ""
        since = (
            f"since {row['since']:%a %d %b %Y} {percent(abs(off))} {row['alarm'].replace(' came', '')} than forecast"
        )
        yield f"alarm on {row['day']:%a %d %b %Y}, {row['queue']}: {since}{state}"


def false_alarms(queues: int) -> str:
    """How often an alarm comes without a reason, in words."""
    days = average_run_length()
    each = f"a queue whose bands are right alarms by chance once in {days:,.0f} open days"
    several = "" if queues < 2 else f", one of {queues} queues once in {days / queues:,.0f}"
    return f"{each}{several}, if each day errs by itself; days of one forecast often err together: then more often"


def write(found: Tracked, paths: Mapping[str, Path], before: Hashes) -> None:
    """The tables and the page, together."""
    if not paths:
        return
    from staffplan.report.track_page import track_page

    files = {paths[name]: table_bytes(table.frame, found.timezone) for name, table in found.tables.items()}
    said = (*alarm_lines(found.days.frame), false_alarms(found.days.frame["queue"].nunique()))
    tables = {
        "scores": found.scores.frame,
        "added": found.added.frame,
        "days": found.days.frame,
        "waits": found.waits.frame,
    }
    files[paths[PAGE]] = track_page(tables, said, found.dead_zone).encode()
    put(files, before)
    for path in paths.values():
        say(f"wrote {path}")
