"""A day of a ledger and what came on it, as explain-day plays it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from staffplan.cli.work.published import actual_history
from staffplan.clock import SiteCalendar, midnight
from staffplan.control.day.contacts import Floats, QueueDay
from staffplan.control.day.people import People, curve, expected_of, missing, required_curve
from staffplan.control.day.worlds import GroupDay
from staffplan.errors import DataError, Note, Problem, UsageError, listed, place_of
from staffplan.files.ledger import Entry, Ledger, read_ledger
from staffplan.files.read import read_table
from staffplan.plan.directory import PLAN_TOML, load_config_file
from staffplan.planned import between
from staffplan.settings.config import Config
from staffplan.simulate.engine import Closings, Groups
from staffplan.simulate.scene import Scene, make_scene
from staffplan.site import Queue, Site, resolve_queue
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.history import ContactHistory
from staffplan.tables.ledger import PublishedForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.states import WORDS, AgentStates

STEP = "explain-day"


@dataclass(frozen=True)
class Published:
    """What was published of a day: by the last entry before it began, and by the last one before it ended."""

    config: Config
    zone: str
    minutes: int
    day: date
    forecast: pd.DataFrame
    requirement: pd.DataFrame
    roster: Roster
    changed: Roster
    entries: tuple[Entry, ...]

    @property
    def start(self) -> pd.Timestamp:
        """The instant at which the day begins."""
        return midnight(self.day, self.zone)


def published_day(folder: Path, text: str) -> Published:
    """Raises UsageError for a day that the ledger does not have, DataError for a ledger that was changed."""
    ledger = read_ledger(folder)
    day = _date(text)
    covering = [
        entry for entry in ledger.entries if entry.facts["first_day"] <= day.isoformat() <= entry.facts["last_day"]
    ]
    if not covering:
        spans = listed(dict.fromkeys(f"{e.facts['first_day']} to {e.facts['last_day']}" for e in ledger.entries))
        raise UsageError(Problem("DAY", f"{day} was never published", f"published are {spans}"))
    zone = str(covering[-1].facts["timezone"])
    before, during = (
        [entry for entry in covering if pd.Timestamp(entry.facts["made_at"]) < midnight(until, zone)]
        for until in (day, day + timedelta(days=1))
    )
    planned = [entry for entry in before if RosterActivities.file_name in entry.files]
    if not planned:
        said = f"no entry with a roster was made before {day} began"
        made = listed(entry.facts["made_at"] for entry in covering)
        raise UsageError(
            Problem("DAY", said, f"entries with the day were made at {made}; publish --at sets the time")
        )
    last = [entry for entry in during if RosterActivities.file_name in entry.files][-1]
    return _read(ledger, planned[-1], last, day)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(Problem("DAY", f"{text!r} is not a day", "write it as 2026-12-01")) from error


def _read(ledger: Ledger, planned: Entry, last: Entry, day: date) -> Published:
    zone, minutes = str(planned.facts["timezone"]), int(planned.facts["interval_minutes"])
    forecast = read_table(planned.path(ledger.folder, PublishedForecast.file_name), PublishedForecast, timezone=zone)
    need = read_table(planned.path(ledger.folder, StaffingRequirement.file_name), StaffingRequirement, timezone=zone)
    final = forecast.frame[~forecast.frame.duplicated(["queue", "interval_start"], keep="last")]
    config = load_config_file(planned.path(ledger.folder, PLAN_TOML))
    rosters = [_roster(ledger, entry, zone) for entry in (planned, last)]
    rows = (_of_day(frame, "interval_start", day, zone) for frame in (final, need.frame))
    return Published(config, zone, minutes, day, *rows, rosters[0], rosters[1], (planned, last))


def _roster(ledger: Ledger, entry: Entry, zone: str) -> Roster:
    shifts, activities = (
        read_table(entry.path(ledger.folder, table.file_name), table, timezone=zone)
        for table in (RosterShifts, RosterActivities)
    )
    return Roster(shifts, activities)


def _of_day(frame: pd.DataFrame, column: str, day: date, zone: str) -> pd.DataFrame:
    inside = (frame[column] >= midnight(day, zone)) & (frame[column] < midnight(day + timedelta(days=1), zone))
    return frame[inside].reset_index(drop=True)


def day_contacts(published: Published, paths: Sequence[Path]) -> ContactHistory:
    """What came on the day. Raises DataError where nothing did."""
    history = actual_history(paths, published.config)
    frame = _of_day(history.frame, "interval_start", published.day, published.zone)
    if frame.empty:
        first, last = (
            f"{at:%Y-%m-%d}" for at in (history.frame["interval_start"].min(), history.frame["interval_start"].max())
        )
        said = f"no row is of {published.day}: the file holds {first} to {last}"
        raise DataError(Problem(history.source, said, "give the contacts of the day"))
    return ContactHistory.of(frame, history.source)


def day_states(published: Published, path: Path) -> AgentStates:
    """The log of states of the day. Raises DataError for words that are not known, and where nobody is of the
    roster."""
    table = read_table(path, AgentStates, timezone=published.zone)
    words = table.frame["state"].str.strip().str.lower()
    strange = [row for row, word in enumerate(words) if word not in WORDS]
    known = f"known: {', '.join(WORDS)}"
    problems = [Problem(table.place(row, "state"), f"{words[row]!r} is not known here", known) for row in strange]
    people = set(published.changed.shifts.frame["agent_id"])
    end = midnight(published.day + timedelta(days=1), published.zone)
    mine = table.frame[(table.frame["end"] > published.start) & (table.frame["start"] < end)]
    if not problems and not set(mine["agent_id"]) & people:
        said = f"nobody of the roster has a state on {published.day}"
        problems.append(
            Problem(place_of(path), said, "give the log of this day; agent_id must be that of the roster")
        )
    if problems:
        raise DataError(problems)
    return table


def groups_of(published: Published, name: str | None) -> tuple[dict[str, tuple[Queue, ...]], list[Note]]:
    """Planning groups that wait in a line, of a queue or all, by name; and those left out."""
    queues = [resolve_queue(str(queue), published.config) for queue in sorted(published.forecast["queue"].unique())]
    members: dict[str, list[Queue]] = {}
    for queue in queues:
        members.setdefault(queue.planning_group, []).append(queue)
    names = {*members, *(queue.name for queue in queues)}
    if name is not None and name not in names:
        raise UsageError(
            Problem("QUEUE", f"{name!r} was not published for {published.day}", f"known: {listed(sorted(names))}")
        )
    wanted = {g: own for g, own in members.items() if name is None or name == g or name in {q.name for q in own}}
    live = {g: tuple(own) for g, own in wanted.items() if own[0].work_type != "deferred"}
    if name is not None and not live:
        said = f"the work of {name!r} waits hours, not in a line"
        raise UsageError(Problem("QUEUE", said, "its days depend on one another; the plan's report has its waits"))
    late = sorted(set(wanted) - set(live))
    notes = [Note(STEP, "left out", ", ".join(late), "waits hours, not in a line")] if late else []
    return dict(sorted(live.items())), notes


def group_day(
    published: Published, queues: tuple[Queue, ...], came: ContactHistory, states: AgentStates | None
) -> tuple[GroupDay, list[Note]]:
    """A planning group's day, and what was assumed. Raises DataError where no contacts of it came."""
    group = queues[0].planning_group
    scene = _scene(published, queues, published.roster)
    days = tuple(_queue_day(published, queue, came, scene) for queue in queues)
    if not sum(one.came.sum() for one in days):
        raise DataError(
            Problem(came.source, f"no contacts of {group} came on {published.day}", "give their rows too")
        )
    config = published.config
    minutes = len(scene.grid) * published.minutes
    changed = curve(_scene(published, queues, published.changed).stretches, minutes)
    absent, late = (None, None)
    if states is not None:
        activities = published.changed.activities.frame
        end = midnight(published.day + timedelta(days=1), published.zone)
        here = activities[(activities["end"] > published.start) & (activities["start"] < end)]
        logged = states.frame[(states.frame["end"] > published.start) & (states.frame["start"] < end)]
        absent, late = missing(here, logged, group, published.start, minutes)
    need = published.requirement[published.requirement["planning_group"] == group]
    required = np.zeros(len(scene.grid))
    required[scene.grid.index(need["interval_start"])] = need["agents_on_queue"].to_numpy(dtype=float)
    people = People(
        required_curve(required, published.minutes),
        curve(scene.stretches, minutes),
        changed,
        absent,
        late,
        expected_of(scene, config.simulate, config.staffing, config.plan.seed),
    )
    number = scene.group_names.index(group)
    groups = Groups(
        *(np.atleast_1d(column)[number : number + 1] for column in scene.groups[:3]), np.full(1, fill_value=True)
    )
    own = scene.closings.group == number
    closings = Closings(scene.closings.time[own], np.zeros(int(own.sum()), dtype=np.int64))
    seconds = scene.grid.interval_seconds
    day = GroupDay(days, people, groups, closings, seconds, config.simulate, config.plan.seed)
    return day, list(_gaps(published, queues, came))


def _scene(published: Published, queues: tuple[Queue, ...], roster: Roster) -> Scene:
    """The day with the queues of one planning group."""
    names = {queue.name for queue in queues}
    forecast = published.forecast[published.forecast["queue"].isin(names)]
    need = published.requirement[published.requirement["planning_group"] == queues[0].planning_group]
    site = Site(
        SiteCalendar(published.zone, published.minutes),
        {queue.name: queue for queue in queues},
        between(published.day, published.day),
    )
    columns = [column.name for column in VolumeForecast.columns]
    activities, end = roster.activities, midnight(published.day + timedelta(days=1), published.zone)
    here = ((activities.frame["end"] > published.start) & (activities.frame["start"] < end)).to_numpy()
    own = Roster(roster.shifts, activities.only(here))
    rows = VolumeForecast.of(forecast[columns].reset_index(drop=True))
    return make_scene(rows, StaffingRequirement.of(need.reset_index(drop=True)), own, site)


def _queue_day(published: Published, queue: Queue, came: ContactHistory, scene: Scene) -> QueueDay:
    said, seen = (frame[frame["queue"] == queue.name] for frame in (published.forecast, came.frame))
    said_at, seen_at = (scene.grid.index(frame["interval_start"]) for frame in (said, seen))

    def filled(rows: pd.DataFrame, at: np.ndarray, column: str, empty: float) -> Floats:
        values = np.full(len(scene.grid), empty)
        values[at] = rows[column].to_numpy(dtype=float)
        return values

    planned_aht = filled(said, said_at, "aht_seconds", np.nan)
    offered = filled(seen, seen_at, "offered", 0.0)
    aht = filled(seen, seen_at, "aht_seconds", np.nan)
    weight = np.where(np.isnan(planned_aht), 0.0, 1.0)
    usual = float(np.nansum(planned_aht * weight) / max(weight.sum(), 1.0))
    planned_aht = np.where(np.isnan(planned_aht), usual, planned_aht)
    is_known = ~np.isnan(aht) & (aht > 0)
    return QueueDay(
        queue,
        filled(said, said_at, "offered", 0.0),
        offered,
        planned_aht,
        np.where(is_known, aht, planned_aht),
        filled(seen, seen_at, "answered_within_threshold", np.nan),
    )


def _gaps(published: Published, queues: tuple[Queue, ...], came: ContactHistory) -> Iterator[Note]:
    for queue in queues:
        said = set(published.forecast.loc[published.forecast["queue"] == queue.name, "interval_start"])
        lacking = len(said - set(came.frame.loc[came.frame["queue"] == queue.name, "interval_start"]))
        if lacking:
            told = f"{lacking} of {len(said)} intervals have no row: taken as without contacts"
            yield Note(STEP, "assumption", queue.name, told)
