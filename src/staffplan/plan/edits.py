"""Changes of a plan's roster by hand: what the plan is now; the files of a change and its log, written together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from staffplan.errors import Problem, UsageError, place_of
from staffplan.files.change_log import CHANGES, UNDO, ChangeLog, read_changes, taken_back, with_change
from staffplan.files.disk import sha256
from staffplan.files.lock import locked
from staffplan.files.read import read_table
from staffplan.files.together import EditedMeanwhileError, write_together
from staffplan.files.write import table_bytes
from staffplan.plan.directory import OpenPlan, open_existing
from staffplan.plan.manifest import FILE_NAME as MANIFEST
from staffplan.plan.manifest import manifest_bytes, read_manifest
from staffplan.plan.workspace import WRITTEN, Workspace
from staffplan.roster.case.case import Case
from staffplan.tables.people import Absences, LockedDays, Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.schema import Table

ROSTER = "roster"
"""The step that makes it."""
T = TypeVar("T", bound=Table)
ROSTER_FILES = (RosterShifts.file_name, RosterActivities.file_name)
SHOWN_FILES = (*ROSTER_FILES, CHANGES, StaffingRequirement.file_name, *WRITTEN)
"""Files of a plan directory on which it depends what a change means."""


@dataclass(frozen=True)
class Standing:
    """A plan as it stands when a change is shown. `hashes`: of SHOWN_FILES, None for one that is not there."""

    plan: OpenPlan
    case: Case
    roster: Roster
    log: ChangeLog
    hashes: Mapping[str, str | None]

    @property
    def workspace(self) -> Workspace:
        return self.plan.workspace

    @property
    def timezone(self) -> str:
        return self.workspace.config.plan.timezone

    @cached_property
    def absences(self) -> Absences:
        """Those that were written into the plan."""
        return written(self.workspace.folder, Absences, self.timezone)

    @cached_property
    def locks(self) -> LockedDays:
        """Those that were written into the plan."""
        return written(self.workspace.folder, LockedDays, self.timezone)


@dataclass(frozen=True)
class Edited:
    """A plan as a change leaves it; None: a table that the change does not touch."""

    roster: Roster
    workforce: Workforce
    """The people with what the change says of them."""
    absences: Absences | None = None
    locks: LockedDays | None = None


def standing(folder: Path) -> Standing:
    """A plan directory as its files are now. Raises UsageError where it has no roster yet."""
    plan = open_existing(folder)
    workspace, config = plan.workspace, plan.workspace.config
    hashes = _hashes(folder)
    _refuse_without_roster(workspace, hashes)
    case = Case(
        workspace.table(StaffingRequirement),
        workspace.workforce,
        config.roster,
        config.shifts,
        config.work_plans,
        workspace.site,
    )
    return Standing(plan, case, workspace.roster(), read_changes(folder), hashes)


def _refuse_without_roster(workspace: Workspace, hashes: Mapping[str, str | None]) -> None:
    missing = [name for name in ROSTER_FILES if hashes[name] is None]
    if missing:
        hint = f"run the plan first: staffplan plan {workspace.config_place} -o {place_of(workspace.folder)}"
        raise UsageError(Problem(place_of(workspace.folder / name), "is not there", hint) for name in missing)


@dataclass(frozen=True)
class Logged:
    """A plan and its log of changes, without the tables that a change is weighed by."""

    plan: OpenPlan
    log: ChangeLog
    hashes: Mapping[str, str | None]

    @property
    def workspace(self) -> Workspace:
        return self.plan.workspace


def logged(folder: Path) -> Logged:
    """A plan directory and its log, quickly. Raises UsageError where it has no roster yet."""
    plan, hashes = open_existing(folder), _hashes(folder)
    _refuse_without_roster(plan.workspace, hashes)
    return Logged(plan, read_changes(folder), hashes)


def written(folder: Path, table: type[T], timezone: str) -> T:
    """What a plan directory holds of WRITTEN in one table, nothing where it has no such file."""
    path = folder / table.file_name
    return read_table(path, table, timezone=timezone) if path.is_file() else table.empty()


def _hashes(folder: Path) -> dict[str, str | None]:
    return {name: sha256(folder / name) for name in SHOWN_FILES}


def roster_bytes(stands: Standing, roster: Roster, people: Workforce) -> dict[str, bytes]:
    """The files of a roster of these people. Shifts have their premium hours where those of the plan have."""
    from staffplan.cost import norms_of, premium_hours

    shifts, config = roster.shifts, stands.workspace.config
    if (stands.roster.shifts.frame["premium_hours"] != "").any():
        days = stands.workspace.planned.days
        norms = norms_of(people, days, config.work_plans, config.roster.week_starts, timezone=stands.timezone)
        hours = premium_hours(roster, config.cost, stands.case.site, norms)
        shifts = RosterShifts.of(shifts.frame.assign(premium_hours=hours), shifts.source)
    tables = (shifts, roster.activities)
    return {table.file_name: table_bytes(table.frame, stands.timezone) for table in tables}


def change_bytes(stands: Standing, edited: Edited) -> dict[str, bytes | None]:
    """The files that a change writes: both of the roster, and those of what else it touches; None for one without
    rows, which goes where it is not needed."""
    files: dict[str, bytes | None] = {}
    if edited.roster is not stands.roster:
        files |= roster_bytes(stands, edited.roster, edited.workforce)
    tables: Sequence[Table | None] = (edited.absences, edited.locks)
    for table in tables:
        if table is not None:
            files[table.file_name] = table_bytes(table.frame, stands.timezone) if len(table) else None
    return files


def write_change(stands: Standing, edited: Edited, facts: Mapping[str, Any]) -> None:
    """Put a change into the plan: the files that it touches and a line of the log, together or not at all.

    Raises BusyError while another staffplan works in the plan, and EditedMeanwhileError where it is not as it was
    shown; nothing is written then.
    """
    _write(stands, change_bytes(stands, edited), facts, ())


def _write(
    stands: Standing | Logged, files: Mapping[str, bytes | None], facts: Mapping[str, Any], back: tuple[int, ...]
) -> None:
    folder = stands.workspace.folder
    with locked(folder):
        now = _hashes(folder)
        changed = [name for name in SHOWN_FILES if now[name] != stands.hashes[name]]
        if changed:
            said = "was changed since this was shown, by somebody else or by hand; nothing was written"
            hint = "run the command again: it then shows what is so now"
            raise EditedMeanwhileError((Problem(place_of(folder / name), said, hint) for name in changed), changed)
        log = with_change(folder, stands.log, facts, files, back)
        kept = _roster_kept(folder, files)
        write_together(folder, {**files, CHANGES: log, **kept}, expected=stands.hashes)


def _roster_kept(folder: Path, files: Mapping[str, bytes | None]) -> dict[str, bytes]:
    """The manifest of a plan in which the roster counts as made with what a change says of people: the change has put
    that into the roster, which is not to be sought anew for it."""
    manifest = read_manifest(folder)
    record = manifest.steps.get(ROSTER) if manifest is not None else None
    touched = [name for name in WRITTEN if name in files]
    if manifest is None or record is None or not touched:
        return {}
    inputs = dict(record.inputs)
    for name in touched:
        if inputs.pop(name, None) != sha256(folder / name):
            return {}  # it was out of date before
        data = files[name]
        inputs |= {} if data is None else {name: hashlib.sha256(data).hexdigest()}
    return {MANIFEST: manifest_bytes(manifest.with_step(ROSTER, replace(record, inputs=inputs)))}


def undone(stands: Standing | Logged, to: int | None) -> tuple[tuple[int, ...], dict[str, bytes | None]]:
    """The numbers of the changes to be taken back, the latest first, and the files as they were before them.

    to: the last change that stays, 0 for none; left out: the latest alone is taken back. Raises UsageError where
    there is nothing to take back, or a file was edited after the last change: that edit would be lost.
    """
    folder, known = stands.workspace.folder, stands.log.in_force
    back = [one for one in reversed(known) if one.number > to] if to is not None else list(reversed(known[-1:]))
    if not back:
        raise UsageError(Problem("undo", _nothing(stands.log, to), "staffplan log lists the changes"))
    files: dict[str, bytes | None] = {}
    for change in back:
        for name, file in change.files.items():
            data = files[name] if name in files else _bytes(folder / name)
            try:
                files[name] = taken_back(data, file)
            except ValueError as error:
                raise UsageError(_edited_since(folder / name, change.number)) from error
    return tuple(one.number for one in back), files


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _nothing(log: ChangeLog, to: int | None) -> str:
    if not log.changes:
        return "nothing was changed in this plan"
    return "every change was taken back already" if to is None else f"no change after number {to} is in force"


def _edited_since(path: Path, number: int) -> Problem:
    said = f"is not as change {number} wrote it: edited by hand or made anew since; taking it back would lose that"
    return Problem(place_of(path), said, "undo what was edited first, or make the opposite change")


def write_undo(stands: Standing | Logged, to: int | None, facts: Mapping[str, Any]) -> tuple[int, ...]:
    """Take changes back, to the same bytes, and log that; gives their numbers.

    Raises what `undone` and `write_change` raise.
    """
    numbers, files = undone(stands, to)
    _write(stands, files, {**facts, "verb": UNDO}, numbers)
    return numbers
