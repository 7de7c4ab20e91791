"""What `access` does between reading the command line and writing."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, say_long, show_json, show_text
from staffplan.cli.work.delivery import put, say_notes
from staffplan.control.access import Access, access
from staffplan.control.access.change import cheapest_change, people_missing
from staffplan.errors import Problem, UsageError, place_of
from staffplan.files.write import table_bytes
from staffplan.plan.directory import OpenPlan, open_existing
from staffplan.plan.heads import pay_of
from staffplan.plan.run import status
from staffplan.plan.text import text_table
from staffplan.plan.workspace import Workspace
from staffplan.progress import OnProgress
from staffplan.report.access import access_hours, honest_hours
from staffplan.report.access_plots import height_inches, plot_access
from staffplan.report.access_section import queue_table
from staffplan.report.formats import WEEKDAY_NAMES, promise
from staffplan.report.style import png
from staffplan.roster.shifts.step import MixOfShifts
from staffplan.tables.access import VERDICTS, AccessHours, AccessVerdicts, HonestHours
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import RosterActivities, RosterShifts

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

PICTURE = "access.png"
FILES = (AccessVerdicts.file_name, AccessHours.file_name, HonestHours.file_name, PICTURE)
CHANGE_FILES = ("access_shifts.csv", "access_contracts.csv")
NEEDED = ("forecast.csv", StaffingRequirement.file_name, RosterShifts.file_name, RosterActivities.file_name)


@dataclass(frozen=True)
class AccessWork:
    """The verdicts, what is counted of them, and the cheapest change, None where none was sought or found."""

    workspace: Workspace
    found: Access
    hours: AccessHours
    promised: HonestHours
    is_honest: bool
    change: MixOfShifts | None
    sought: bool


def access_of(folder: Path, *, with_change: bool, on_progress: OnProgress) -> AccessWork:
    """The verdicts on a plan directory as it is now. Raises UsageError where it has no roster yet."""
    opened = open_existing(folder)
    _tell_state(folder, opened)
    workspace, config = opened.workspace, opened.workspace.config
    found = access(
        workspace.forecast(),
        workspace.table(StaffingRequirement),
        workspace.roster(),
        workspace.workforce.agents,
        config.access,
        site=workspace.site,
        simulation=config.simulate,
        staffing=config.staffing,
        seed=config.plan.seed,
        helpers=workspace.helpers,
        on_progress=on_progress,
    )
    zone, minutes = config.plan.timezone, config.plan.interval_minutes
    missing = people_missing(found.verdicts, workspace.site)
    change = None if missing is None or not with_change else _change(missing, workspace, on_progress)
    hours, promised = access_hours(found.verdicts, zone), honest_hours(found.verdicts, zone, minutes)
    return AccessWork(workspace, found, hours, promised, missing is None, change, with_change)


def _tell_state(folder: Path, opened: OpenPlan) -> None:
    """Remarks on a plan that is out of date; UsageError where a file of it is not there."""
    absent = [name for name in NEEDED if not (folder / name).is_file()]
    if absent:
        place = place_of(folder)
        hint = f"run the plan first: staffplan plan {opened.workspace.config_place} -o {place}"
        raise UsageError(Problem(f"{place}/{name}", "access needs this file", hint) for name in absent)
    for line in opened.remarks:
        say_long(line)
    for state in status(opened.workspace, opened.manifest):
        if state.name in ("forecast", "staff", "roster") and state.state != "up to date":
            say_long(f"note: {state.name} is {state.state} ({'; '.join(state.reasons)}); its existing files are used")


def _change(missing: StaffingRequirement, workspace: Workspace, on_progress: OnProgress) -> MixOfShifts | None:
    config, site = workspace.config, workspace.site
    return cheapest_change(
        missing,
        config.access,
        config.roster,
        pay_of(config, site.calendar),
        shifts=config.shifts,
        work_plans=config.work_plans,
        site=site,
        on_progress=on_progress,
    )


def tell(work: AccessWork, paths: Mapping[str, Path], before: Hashes, *, as_json: bool) -> None:
    """Tables for a person, or everything as JSON; then the files."""
    say_notes(work.found.notes)
    if as_json:
        show_json(_as_json(work, paths))
    else:
        show_text("\n\n".join(_texts(work)))
    if paths:
        files = {path: data for name, path in paths.items() if (data := _file(work, name)) is not None}
        put(files, before)
        for path in files:
            say(f"wrote {path}")


def _as_json(work: AccessWork, paths: Mapping[str, Path]) -> dict[str, object]:
    zone, change = work.workspace.config.plan.timezone, work.change
    tables = {"verdicts": work.found.verdicts, "hours": work.hours, "promise": work.promised}
    rows: dict[str, object] = {name: records(table.frame, zone) for name, table in tables.items()}
    shifts = None if change is None else records(change.shifts.frame, zone)
    facts = None if change is None else dict(change.facts)
    notes = [vars(note) for note in work.found.notes]
    return {
        "written": [str(path) for path in paths.values()],
        **rows,
        "change": facts,
        "shifts": shifts,
        "notes": notes,
    }


def _file(work: AccessWork, name: str) -> bytes | None:
    """The bytes of a file; None for the change where there is none."""
    zone = work.workspace.config.plan.timezone
    if name == PICTURE:
        frame = work.hours.frame
        return png(functools.partial(plot_access, frame), 11.0, height_inches(frame))
    tables = {table.file_name: table for table in (work.found.verdicts, work.hours, work.promised)}
    if name in tables:
        return table_bytes(tables[name].frame, zone)
    if work.change is None:
        return None
    return table_bytes((work.change.shifts if name == CHANGE_FILES[0] else work.change.contracts).frame, zone)


def _texts(work: AccessWork) -> Iterator[str]:
    verdicts = work.found.verdicts
    queues = queue_table(verdicts)
    site = work.workspace.site.queues
    rows = [
        [
            row["queue"],
            promise(site[row["queue"]].goal, site[row["queue"]].channel) if row["queue"] in site else "",
            f"{row['promised']:,} {row['counted']}",
            *(f"{row[verdict]:,}" for verdict in VERDICTS),
            row["reason"],
        ]
        for row in queues.to_dict("records")
    ]
    yield text_table(rows, ("queue", "promise", "promised", *VERDICTS, "usual reason"), right=range(3, 6))
    if len(work.promised):
        yield f"Hours that can be promised with this roster\n\n{_promise_text(work.promised.frame)}"
    yield _change_text(work)


def _promise_text(frame: pd.DataFrame) -> str:
    """Weekdays with the same hours share a line."""
    columns = ["queue", "promised", "honest", "answered"]
    rows = []
    for queue, own in frame.groupby("queue"):
        run = (own[columns].ne(own[columns].shift()).any(axis=1) | own["weekday"].diff().ne(1)).cumsum()
        for _, days in own.groupby(run):
            names = [WEEKDAY_NAMES[int(day)][:3] for day in (days["weekday"].iloc[0], days["weekday"].iloc[-1])]
            first = days.iloc[0]
            spans = [first[name] or "none" for name in columns[1:]]
            rows.append([queue, "-".join(dict.fromkeys(names)), *spans])
    return text_table(rows, ("queue", "days", "promised", "honest", "honest or thin"))


def _change_text(work: AccessWork) -> str:
    """What would make every interval honest."""
    if work.is_honest:
        return "Every promised interval is honest."
    if work.change is None:
        return "No change was found in time: raise access.change_seconds." if work.sought else "No change was sought."
    facts, currency = work.change.facts, work.workspace.config.plan.currency
    frame = work.change.contracts.frame
    worked = frame[frame["heads"] > 0]
    numbers = [worked[name].map(form.format) for name, form in (("heads", "{:.0f}"), ("paid_hours", "{:,.1f}"))]
    columns = (worked["planning_group"], worked["work_plan"], *numbers, worked["cost"].map("{:,.2f}".format))
    rows = list(zip(*columns, strict=True))
    header = ("planning group", "contract", "people", "paid hours", f"cost, {currency}")
    unreached = facts["missing_hours"]
    left = (
        f"\n{unreached:,.1f} hours stay as they are: no shift that the contracts and rules allow reaches them"
        if unreached
        else ""
    )
    total = f"{facts['heads']} people, {facts['paid_hours']:,.1f} paid hours, {currency} {facts['cost']:,.2f}"
    title = "Cheapest extra shifts that make the intervals honest, whole plan (an estimate: not simulated again)"
    return f"{title}\n\n{text_table(rows, header, right=range(2, 5))}\n\n{total}{left}"
