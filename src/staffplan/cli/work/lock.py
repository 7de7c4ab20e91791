"""What `lock` and `unlock` do between reading the command line and writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from staffplan.cli.output.say import show_text
from staffplan.cli.work.away import unlocked
from staffplan.cli.work.edit import EditFlags, days_of, decide, facts_of, person_of
from staffplan.cli.work.edit_words import name_of, span_of
from staffplan.errors import Problem, UsageError
from staffplan.plan.edits import Edited
from staffplan.roster.edits.changes import shifts_by_day
from staffplan.tables.people import LockedDays

if TYPE_CHECKING:
    from datetime import date

    from staffplan.plan.edits import Standing

OFF = "off"


def lock(stands: Standing, who: str, span: tuple[str, str | None], flags: EditFlags) -> None:
    """Lock somebody's days as they are rostered. Raises UsageError where one cannot be."""
    agent_id, days = person_of(stands, who), days_of(stands, *span)
    known = shifts_by_day(stands.roster)
    shifts = {day: known.get((agent_id, day), OFF) for day in days}
    _refuse(stands, agent_id, shifts)
    rows = [{"agent_id": agent_id, "day": pd.Timestamp(day), "shift": shift} for day, shift in shifts.items()]
    frames = [part for part in (stands.locks.frame, pd.DataFrame(rows)) if len(part)]
    locks = LockedDays.of(pd.concat(frames, ignore_index=True).sort_values(["agent_id", "day"], ignore_index=True))
    words = ", ".join(dict.fromkeys(shifts.values()))
    said = f"{name_of(stands, agent_id)} stays as rostered {span_of(days)}: {words}"
    _make(stands, Edited(stands.roster, stands.case.workforce, locks=locks), flags, ("lock", said, days, agent_id))


def unlock(stands: Standing, who: str, span: tuple[str, str | None], flags: EditFlags) -> None:
    """Free somebody's days again. Raises UsageError where none of them is locked in the plan."""
    agent_id, days = person_of(stands, who), days_of(stands, *span)
    locks = unlocked(stands, {(agent_id, day) for day in days})
    if locks is None:
        given = _locked(stands, agent_id) & set(days)
        hint = "the lock stands in the file of input.locks" if given else "staffplan lock locks a day"
        raise UsageError(Problem("unlock", f"{agent_id} has no lock of this plan {span_of(days)}", hint))
    said = f"{name_of(stands, agent_id)} may be changed again {span_of(days)}"
    _make(stands, Edited(stands.roster, stands.case.workforce, locks=locks), flags, ("unlock", said, days, agent_id))


def _make(stands: Standing, edited: Edited, flags: EditFlags, what: tuple[str, str, tuple[date, ...], str]) -> None:
    verb, said, days, agent_id = what
    if not flags.as_json:
        show_text(said)
    decide(stands, edited, flags, facts_of(flags, verb, said, days, {"agent": agent_id}), {})


def _locked(stands: Standing, agent_id: str) -> set[date]:
    """The days on which somebody is locked, in the plan or before."""
    frame = stands.case.workforce.locks.frame
    return set(frame.loc[frame["agent_id"] == agent_id, "day"].dt.date)


def _refuse(stands: Standing, agent_id: str, shifts: dict[date, str]) -> None:
    """Raise UsageError with every day that is locked already, and every shift that no setting names: no later run
    could find it."""
    locked, settings = _locked(stands, agent_id), stands.workspace.config.shifts
    names = {OFF, *(name for family, shift in settings.items() for name in shift.names(family))}
    problems = [
        Problem(agent_id, f"{day:%a %d %b %Y} is locked already", "leave it out")
        if day in locked
        else Problem(
            agent_id, f"{day:%a %d %b %Y}: the settings have no shift {shift}", "move the person to one first"
        )
        for day, shift in shifts.items()
        if day in locked or shift not in names
    ]
    if problems:
        raise UsageError(problems)
