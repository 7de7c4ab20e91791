"""What `now` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say_long, show_json, show_text
from staffplan.cli.work.delivery import put_tables
from staffplan.clock import local_dates
from staffplan.control.now import begin_later, people_now, rest_of_day, standing_by
from staffplan.errors import Problem, UsageError
from staffplan.files.cells import read_instants
from staffplan.plan.directory import open_existing
from staffplan.plan.text import text_table
from staffplan.roster.check.cover import coverage
from staffplan.tables.control import NetStaffing, PeopleNow
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import RosterShifts
from staffplan.tables.standby import Standby

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

FILES = (PeopleNow.file_name, NetStaffing.file_name)


@dataclass(frozen=True)
class Moment:
    """A moment of a roster: an instant, on the clock of a zone."""

    at: pd.Timestamp
    zone: str
    people: PeopleNow
    later: RosterShifts
    net: NetStaffing
    on_call: Standby
    """Who stands by now, and later on this day."""


def now_of(folder: Path, text: str | None) -> Moment:
    """The moment of a plan directory as its files are. Raises UsageError for a time outside the plan's days."""
    opened = open_existing(folder)
    for line in opened.remarks:
        say_long(line)
    workspace = opened.workspace
    plan, days, roster = workspace.config.plan, workspace.planned, workspace.roster()
    at = _instant(text, plan.timezone)
    [day] = local_dates(pd.DatetimeIndex([at]), plan.timezone)
    if not days.contains(day):
        message = f"{day:%a %d %b %Y} is not in the plan, which runs from {days.first} to {days.last}"
        hint = "leave it out while the plan runs, or give a time of it: --at 2026-12-01T10:15"
        raise UsageError(Problem("--at", message, hint))
    cover = coverage(roster, workspace.table(StaffingRequirement), workspace.site)
    return Moment(
        at,
        plan.timezone,
        people_now(roster, at),
        begin_later(roster, at, plan.timezone),
        rest_of_day(cover, at, plan.interval_minutes, plan.timezone),
        standing_by(workspace.table_if_there(Standby) if workspace.config.standby else None, at, plan.timezone),
    )


def _instant(text: str | None, zone: str) -> pd.Timestamp:
    if text is None:
        return pd.Timestamp(datetime.now(UTC)).floor("min").as_unit("ns")
    read, wrong = read_instants(pd.Series([text], dtype=object), zone)
    if wrong or read.isna().any():
        message, hint = wrong.get(0, (f"{text!r} is not a time", "write it as 2026-12-01T10:15"))
        raise UsageError(Problem("--at", message, hint))
    return pd.Timestamp(read.iloc[0])


def tell(moment: Moment, paths: Mapping[str, Path], before: Hashes, *, as_json: bool) -> None:
    """Tables for a person, or everything as JSON; then the files."""
    if as_json:
        tables = {"people": moment.people, "begin_later": moment.later, "net": moment.net, "on_call": moment.on_call}
        rows = {name: records(table.frame, moment.zone) for name, table in tables.items()}
        written = [str(path) for path in paths.values()]
        show_json({"at": moment.at.tz_convert(moment.zone).isoformat(), **rows, "written": written})
    else:
        show_text("\n\n".join(_texts(moment)))
    if paths:
        by_name = {PeopleNow.file_name: moment.people, NetStaffing.file_name: moment.net}
        put_tables({path: by_name[name] for name, path in paths.items()}, moment.zone, before)


def _texts(moment: Moment) -> Iterator[str]:
    yield _headline(moment)
    if len(moment.people):
        yield _people_table(moment)
    if len(moment.later):
        rows = _rows(moment.later.frame.sort_values(["start", "name"]))
        later = ", ".join(f"{_clock(row.start, moment.zone)} {row.name or row.agent_id}" for row in rows)
        yield f"begin later today: {later}"
    if len(moment.on_call):
        zone = moment.zone
        who = (
            f"{row.name or row.agent_id} {_clock(row.start, zone)}-{_clock(row.end, zone)} ({row.standby})"
            for row in _rows(moment.on_call.frame)
        )
        yield f"on call today: {', '.join(who)}"
    yield _net_table(moment) if len(moment.net) else "nobody is required or on queue for the rest of the day"


def _headline(moment: Moment) -> str:
    counted = moment.people.frame["activity"].value_counts()
    words = ", ".join(f"{number} {_doing(str(what))}" for what, number in counted.items()) or "nobody is on"
    return f"{moment.at.tz_convert(moment.zone):%a %d %b %Y %H:%M} ({moment.zone}): {words}"


def _doing(activity: str) -> str:
    known = {
        "queue": "on queue",
        "split": "between two parts of a shift",
        "absence": "absent",
        "meeting": "in a meeting",
        "training": "in training",
    }
    return known.get(activity, f"on a {activity}")


def _people_table(moment: Moment) -> str:
    rows = [
        (
            row.agent_id,
            row.name,
            row.planning_group or row.activity,
            _clock(row.until, moment.zone),
            row.then or "end",
            _clock(row.shift_end, moment.zone),
        )
        for row in _rows(moment.people.frame)
    ]
    return text_table(rows, ("agent", "name", "on", "until", "then", "shift ends"))


def _net_table(moment: Moment) -> str:
    frame = moment.net.frame
    groups = sorted(frame["planning_group"].unique())
    cells = {(row.interval_start, row.planning_group): row for row in _rows(frame)}
    rows = []
    for start in frame["interval_start"].drop_duplicates():
        mine = [cells.get((start, group)) for group in groups]
        shown = ["" if r is None else _net_words(r) for r in mine]
        rows.append((_clock(start, moment.zone), *shown))
    header = ("from", *(f"{group}: rostered of needed, net" for group in groups))
    return text_table(rows, header, right=tuple(range(1, len(groups) + 1)))


def _net_words(row: Any) -> str:
    """ "2.7 of 3  -0.3": parts of a person to one digit."""
    scheduled, required, net = (round(number, 1) + 0.0 for number in (row.scheduled, row.required, row.net))
    return f"{scheduled:g} of {required:g}  {net:+g}"


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples(index=False)


def _clock(at: pd.Timestamp, zone: str) -> str:
    return f"{at.tz_convert(zone):%H:%M}"
