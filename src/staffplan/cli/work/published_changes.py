"""Changes of a plan's roster that were made on a day, by the log of the plan: they need not have been published."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd

from staffplan.cli.work.published_day import STEP, Published
from staffplan.errors import DataError, Note, Problem, UsageError, place_of
from staffplan.files.change_log import CHANGES, LoggedChange, read_changes, taken_back
from staffplan.files.read import read_bytes
from staffplan.plan.edits import ROSTER_FILES, logged
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts

TODAY = "today"


def with_changes_of(published: Published, folder: Path) -> tuple[Published, list[Note]]:
    """The day with the roster that the plan had when it ended, and what was not published before it began.

    Raises UsageError for a plan that does not have the day, and DataError where its roster is not the one of its log.
    """
    plan, zone = logged(folder), published.zone
    days = plan.workspace.planned
    if not days.contains(published.day):
        said = f"the plan runs from {days.first} to {days.last}, without {published.day}"
        raise UsageError(Problem(f"--plan {place_of(folder)}", said, "give the plan of the day"))
    files = roster_at(folder, published.end)
    name, doing = RosterShifts.file_name, RosterActivities.file_name
    roster = Roster(
        read_bytes(files[name], folder / name, RosterShifts, timezone=zone),
        read_bytes(files[doing], folder / doing, RosterActivities, timezone=zone),
    )
    early = [one for one in read_changes(folder).changes if _at(one) < published.start]
    said = f"{len(early)} changes of the plan were made before the day began: those not published count as of the day"
    notes = [Note(STEP, "assumption", place_of(folder / CHANGES), said)] if early else []
    return replace(published, changed=_with_eve(roster, published)), notes


def roster_at(folder: Path, until: pd.Timestamp) -> dict[str, bytes]:
    """The files of a plan's roster as they were at an instant: later changes, and what took them back, undone."""
    files: dict[str, bytes | None] = {name: (folder / name).read_bytes() for name in ROSTER_FILES}
    for change in reversed(read_changes(folder).changes):
        for name in ROSTER_FILES if _at(change) >= until else ():
            if name in change.files:
                try:
                    files[name] = taken_back(files[name], change.files[name])
                except ValueError as error:
                    raise DataError(_made_anew(folder / name, change.number)) from error
    return {name: data for name, data in files.items() if data is not None}


def _at(change: LoggedChange) -> pd.Timestamp:
    """When it was made; of one of `today` the moment of the day for which it was."""
    facts = change.facts
    return pd.Timestamp(facts["arguments"]["at"] if facts["verb"] == TODAY else facts["at"])


def _made_anew(path: Path, number: int) -> Problem:
    said = (
        f"is not as change {number} left it: edited by hand or made anew since, so the roster of the day is not known"
    )
    return Problem(place_of(path), said, "leave out --plan, or publish the roster as it was")


def _with_eve(roster: Roster, published: Published) -> Roster:
    """The roster with those who work from the evening before into the day, where an earlier plan has them."""
    eve = pd.Timestamp(published.day - timedelta(days=1))
    if (roster.shifts.frame["schedule_date"] <= eve).any():
        return roster
    old = published.changed
    shifts, activities = (
        pd.concat([table.frame[table.frame["schedule_date"] == eve], own.frame], ignore_index=True)
        for table, own in ((old.shifts, roster.shifts), (old.activities, roster.activities))
    )
    return Roster(RosterShifts.of(shifts), RosterActivities.of(activities))
