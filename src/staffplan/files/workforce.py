"""The people's tables from their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from staffplan.errors import DataError, Problem
from staffplan.files.read import T, read_table
from staffplan.tables.meetings import Meetings, unknown_people
from staffplan.tables.people import Agents, Availability, Locks, TimeOff, Workforce, overlapping_parts
from staffplan.tables.roster import RosterShifts
from staffplan.tables.schema import Table
from staffplan.tables.skills import AgentSkills, skills_apart, wrong_levels
from staffplan.tables.wishes import Fairness, Wishes

WORKFORCE_TABLES: Mapping[str, type[Table]] = {
    "time_off": TimeOff,
    "availability": Availability,
    "skills": AgentSkills,
    "meetings": Meetings,
    "wishes": Wishes,
    "past_fairness": Fairness,
    "published": RosterShifts,
    "locks": Locks,
    "past_roster": RosterShifts,
}
"""Tables of the people beside agents.csv, by their key under [input]."""
_OF_THE_PAST = ("past_fairness", "published", "past_roster")
"""They may name people who have left."""


def file_in(path: Path, name: str) -> Path:
    """The file itself; in a folder where a roster is meant (input.past_roster), the table of its shifts."""
    return path / RosterShifts.file_name if WORKFORCE_TABLES.get(name) is RosterShifts and path.is_dir() else path


def read_workforce(
    agents: Path,
    others: Mapping[str, Path | None],
    timezone: str = "UTC",
    known: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
) -> Workforce:
    """The people; every problem of their files is raised together. others: files of WORKFORCE_TABLES.

    known: by table ("agents", or a key of WORKFORCE_TABLES) and column the names that the settings have.
    """
    problems: list[Problem] = []
    names = {**(known or {}).get("agents", {})}
    groups = names.pop("skills", ())
    if groups:
        names["skills"] = [*dict.fromkeys([*groups, *(known or {}).get("skills", {}).get("skill", ())])]
    people = _or_problems(agents, Agents, problems, names)
    ids = {} if people is None else {"agent_id": people.frame["agent_id"].tolist()}
    found: dict[str, Any] = {"time_off": TimeOff.empty(), "availability": Availability.empty()}
    for name, table in WORKFORCE_TABLES.items():
        path = others.get(name)
        if path is not None:
            mine = {**ids, **(known or {}).get(name, {})} if name not in _OF_THE_PAST else None
            found[name] = _or_problems(path, table, problems, mine, timezone)
    if people is not None and found.get("meetings") is not None:
        problems += unknown_people(found["meetings"], people.frame)
    if (off := found["time_off"]) is not None:
        problems += overlapping_parts(off, off.rows)
    levels = found.get("skills") or AgentSkills.empty()
    if people is not None:
        problems += wrong_levels(people.frame, people.rows, people.source, levels, groups)
    if people is None or problems:
        raise DataError(problems)
    frame, found["skills"] = skills_apart(people.frame, levels, groups)
    return Workforce(replace(people, frame=frame), **found)


def _or_problems(
    path: Path,
    table: type[T],
    problems: list[Problem],
    known: Mapping[str, Sequence[str]] | None = None,
    timezone: str = "UTC",
) -> T | None:
    try:
        return read_table(path, table, known=known, known_from={"agent_id": "the agents file"}, timezone=timezone)
    except DataError as error:
        problems += error.problems
        return None
