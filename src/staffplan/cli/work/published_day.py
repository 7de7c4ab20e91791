"""A day of a ledger and what came on it, as explain-day plays it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from staffplan.cli.work.published import actual_history
from staffplan.clock import midnight
from staffplan.errors import DataError, Note, Problem, UsageError, listed, place_of
from staffplan.files.ledger import Entry, Ledger, read_ledger
from staffplan.files.read import read_table
from staffplan.plan.directory import PLAN_TOML, load_config_file
from staffplan.settings.config import Config
from staffplan.site import Queue, resolve_queue
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

    @property
    def start(self) -> pd.Timestamp:
        """The instant at which the day begins."""
        return midnight(self.day, self.zone)

    @property
    def end(self) -> pd.Timestamp:
        """The instant at which it ends."""
        return midnight(self.day + timedelta(days=1), self.zone)

    def touching(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows with a start and an end, of which a part lies in the day."""
        return rows[(rows["end"] > self.start) & (rows["start"] < self.end)]


def published_day(folder: Path, text: str) -> Published:
    """Raises UsageError for a day that the ledger does not have, DataError for a ledger that was changed."""
    ledger = read_ledger(folder)
    day = _date(text)
    covering = [entry for entry in ledger.entries if _covers(entry, day)]
    if not covering:
        spans = listed(dict.fromkeys(f"{e.facts['first_day']} to {e.facts['last_day']}" for e in ledger.entries))
        raise UsageError(Problem("DAY", f"{day} was never published", f"published are {spans}"))
    zone = str(covering[-1].facts["timezone"])
    before, during = (
        [entry for entry in ledger.entries if pd.Timestamp(entry.facts["made_at"]) < midnight(until, zone)]
        for until in (day, day + timedelta(days=1))
    )
    if _rostered(before, day) is None:
        said = f"no entry with a roster was made before {day} began"
        made = listed(entry.facts["made_at"] for entry in covering)
        raise UsageError(
            Problem("DAY", said, f"entries with the day were made at {made}; publish --at sets the time")
        )
    return _read(ledger, before, during, day)


def _covers(entry: Entry, day: date) -> bool:
    return bool(entry.facts["first_day"] <= day.isoformat() <= entry.facts["last_day"])


def _rostered(entries: Sequence[Entry], day: date) -> Entry | None:
    """The last entry with a roster of a day."""
    own = [entry for entry in entries if _covers(entry, day) and RosterActivities.file_name in entry.files]
    return own[-1] if own else None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(Problem("DAY", f"{text!r} is not a day", "write it as 2026-12-01")) from error


def _read(ledger: Ledger, before: Sequence[Entry], during: Sequence[Entry], day: date) -> Published:
    planned = _rostered(before, day)
    assert planned is not None
    zone, minutes = str(planned.facts["timezone"]), int(planned.facts["interval_minutes"])
    forecast = read_table(planned.path(ledger.folder, PublishedForecast.file_name), PublishedForecast, timezone=zone)
    need = read_table(planned.path(ledger.folder, StaffingRequirement.file_name), StaffingRequirement, timezone=zone)
    final = forecast.frame[~forecast.frame.duplicated(["queue", "interval_start"], keep="last")]
    config = load_config_file(planned.path(ledger.folder, PLAN_TOML))
    rosters = [_roster(ledger, entries, day, zone) for entries in (before, during)]
    forecasts, needs = (_of_day(frame, day, zone) for frame in (final, need.frame))
    return Published(config, zone, minutes, day, forecasts, needs, rosters[0], rosters[1])


def _roster(ledger: Ledger, entries: Sequence[Entry], day: date, zone: str) -> Roster:
    """That of the last entry with the day. On the entry's first day those who work from the evening before into it
    are in another entry: theirs is added."""
    entry, eve = _rostered(entries, day), day - timedelta(days=1)
    assert entry is not None
    night = None if _covers(entry, eve) else _rostered(entries, eve)
    shifts, activities = _roster_rows(ledger, entry, zone)
    if night is not None:
        of_eve = [rows[rows["schedule_date"] == pd.Timestamp(eve)] for rows in _roster_rows(ledger, night, zone)]
        shifts, activities = (
            pd.concat(both, ignore_index=True) for both in zip(of_eve, (shifts, activities), strict=True)
        )
    return Roster(RosterShifts.of(shifts), RosterActivities.of(activities))


def _roster_rows(ledger: Ledger, entry: Entry, zone: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of RosterShifts and RosterActivities."""
    shifts = read_table(entry.path(ledger.folder, RosterShifts.file_name), RosterShifts, timezone=zone)
    activities = read_table(entry.path(ledger.folder, RosterActivities.file_name), RosterActivities, timezone=zone)
    return shifts.frame, activities.frame


def _of_day(frame: pd.DataFrame, day: date, zone: str) -> pd.DataFrame:
    at = frame["interval_start"]
    inside = (at >= midnight(day, zone)) & (at < midnight(day + timedelta(days=1), zone))
    return frame[inside].reset_index(drop=True)


def day_contacts(published: Published, paths: Sequence[Path]) -> ContactHistory:
    """What came on the day. Raises DataError where nothing did."""
    history = actual_history(paths, published.config)
    frame = _of_day(history.frame, published.day, published.zone)
    if frame.empty:
        first, last = (
            f"{at:%Y-%m-%d}" for at in (history.frame["interval_start"].min(), history.frame["interval_start"].max())
        )
        said = f"no row is of {published.day}: the file holds {first} to {last}"
        raise DataError(Problem(history.source, said, "give the contacts of the day"))
    return ContactHistory.of(frame, history.source)


def not_published(published: Published, came: ContactHistory) -> list[Note]:
    """Contacts of queues that the entry does not forecast for the day, such as one that was to be closed."""
    strange = came.frame[~came.frame["queue"].isin(published.forecast["queue"])]
    sums = strange.groupby("queue")["offered"].sum()
    said = f"nothing was published for {published.day}: their contacts are in no cause"
    counted = listed([f"{queue} ({offered:,.0f})" for queue, offered in sums[sums > 0].items()])
    return [Note(STEP, "left out", counted, said)] if counted else []


def day_states(published: Published, path: Path) -> AgentStates:
    """The log of states of the day. Raises DataError for words that are not known, and where nobody is of the
    roster."""
    table = read_table(path, AgentStates, timezone=published.zone)
    words = table.frame["state"].str.strip().str.lower()
    strange = [row for row, word in enumerate(words) if word not in WORDS]
    known = f"known: {', '.join(WORDS)}"
    problems = [Problem(table.place(row, "state"), f"{words[row]!r} is not known here", known) for row in strange]
    people = set(published.changed.shifts.frame["agent_id"])
    if not problems and not set(published.touching(table.frame)["agent_id"]) & people:
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


def busy_groups(
    groups: Mapping[str, tuple[Queue, ...]], came: ContactHistory
) -> tuple[dict[str, tuple[Queue, ...]], list[Note]]:
    """Groups of which contacts came, and a note of the others; all of them where none had any."""
    seen = set(came.frame.loc[came.frame["offered"] > 0, "queue"])
    busy = {name: own for name, own in groups.items() if seen & {queue.name for queue in own}}
    quiet = sorted(set(groups) - set(busy))
    if not busy or not quiet:
        return dict(groups), []
    return busy, [Note(STEP, "left out", ", ".join(quiet), "no contacts came: nothing is to be explained")]
