"""Changes of a plan's roster by hand: what the plan is now; the files of a change and its log, written together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from staffplan.cost import norms_of, premium_hours
from staffplan.errors import Problem, UsageError, place_of
from staffplan.files.change_log import CHANGES, UNDO, ChangeLog, read_changes, taken_back, with_change
from staffplan.files.disk import sha256
from staffplan.files.lock import locked
from staffplan.files.together import EditedMeanwhileError, write_together
from staffplan.files.write import table_bytes
from staffplan.plan.directory import OpenPlan, open_existing
from staffplan.plan.run import status
from staffplan.plan.workspace import Workspace
from staffplan.roster.case.case import Case
from staffplan.tables.people import Absences
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

ROSTER_FILES = (RosterShifts.file_name, RosterActivities.file_name)
SHOWN_FILES = (*ROSTER_FILES, CHANGES, StaffingRequirement.file_name, Absences.file_name)
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


def standing(folder: Path) -> Standing:
    """A plan directory as its files are now. Raises UsageError where it has no roster yet."""
    plan = open_existing(folder)
    workspace, config = plan.workspace, plan.workspace.config
    hashes = _hashes(folder)
    missing = [name for name in ROSTER_FILES if hashes[name] is None]
    if missing:
        hint = f"run the plan first: staffplan plan {workspace.config_place} -o {place_of(folder)}"
        raise UsageError(Problem(place_of(folder / name), "is not there", hint) for name in missing)
    case = Case(
        workspace.table(StaffingRequirement),
        workspace.workforce,
        config.roster,
        config.shifts,
        config.work_plans,
        workspace.site,
    )
    return Standing(plan, case, workspace.roster(), read_changes(folder), hashes)


def _hashes(folder: Path) -> dict[str, str | None]:
    return {name: sha256(folder / name) for name in SHOWN_FILES}


def roster_bytes(stands: Standing, roster: Roster) -> dict[str, bytes]:
    """The files of a roster. Shifts have their premium hours where those of the plan have."""
    shifts, config = roster.shifts, stands.workspace.config
    if (stands.roster.shifts.frame["premium_hours"] != "").any():
        days, people = stands.workspace.planned.days, stands.case.workforce
        norms = norms_of(people, days, config.work_plans, config.roster.week_starts, timezone=stands.timezone)
        hours = premium_hours(roster, config.cost, stands.case.site, norms)
        shifts = RosterShifts.of(shifts.frame.assign(premium_hours=hours), shifts.source)
    tables = (shifts, roster.activities)
    return {table.file_name: table_bytes(table.frame, stands.timezone) for table in tables}


def write_change(stands: Standing, roster: Roster, facts: Mapping[str, Any]) -> None:
    """Put a change into the plan: both files of the roster and a line of the log, together or not at all.

    Raises BusyError while another staffplan works in the plan, and EditedMeanwhileError where it is not as it was
    shown; nothing is written then.
    """
    _write(stands, roster_bytes(stands, roster), facts, ())


def _write(stands: Standing, files: Mapping[str, bytes], facts: Mapping[str, Any], back: tuple[int, ...]) -> None:
    folder = stands.workspace.folder
    with locked(folder):
        now = _hashes(folder)
        changed = [name for name in SHOWN_FILES if now[name] != stands.hashes[name]]
        if changed:
            said = "was changed since this was shown, by somebody else or by hand; nothing was written"
            hint = "run the command again: it then shows what is so now"
            raise EditedMeanwhileError((Problem(place_of(folder / name), said, hint) for name in changed), changed)
        log = with_change(folder, stands.log, facts, files, back)
        write_together(folder, {**files, CHANGES: log}, expected=stands.hashes)


def undone(stands: Standing, to: int | None) -> tuple[tuple[int, ...], dict[str, bytes]]:
    """The numbers of the changes to be taken back, the latest first, and the files as they were before them.

    to: the last change that stays, 0 for none; left out: the latest alone is taken back. Raises UsageError where
    there is nothing to take back, or a file was edited after the last change: that edit would be lost.
    """
    folder, known = stands.workspace.folder, stands.log.in_force
    back = [one for one in reversed(known) if one.number > to] if to is not None else list(reversed(known[-1:]))
    if not back:
        raise UsageError(Problem("undo", _nothing(stands.log, to), "staffplan log lists the changes"))
    files: dict[str, bytes] = {}
    for change in back:
        for name, written in change.files.items():
            data = files.get(name) or (folder / name).read_bytes()
            try:
                files[name] = taken_back(data, written)
            except ValueError as error:
                raise UsageError(_edited_since(folder / name, change.number)) from error
    return tuple(one.number for one in back), files


def _nothing(log: ChangeLog, to: int | None) -> str:
    if not log.changes:
        return "nothing was changed in this plan"
    return "every change was taken back already" if to is None else f"no change after number {to} is in force"


def _edited_since(path: Path, number: int) -> Problem:
    said = f"is not as change {number} wrote it: edited by hand or made anew since; taking it back would lose that"
    return Problem(place_of(path), said, "undo what was edited first, or make the opposite change")


def write_undo(stands: Standing, to: int | None, facts: Mapping[str, Any]) -> tuple[int, ...]:
    """Take changes back, to the same bytes, and log that; gives their numbers.

    Raises what `undone` and `write_change` raise.
    """
    numbers, files = undone(stands, to)
    _write(stands, files, {**facts, "verb": UNDO}, numbers)
    return numbers


def out_of_date(folder: Path) -> list[str]:
    """The steps of a plan whose files no longer belong to its roster."""
    plan = open_existing(folder)
    return [state.name for state in status(plan.workspace, plan.manifest) if state.state in ("stale", "not run")]
