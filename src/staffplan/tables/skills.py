"""Skills of agents with their levels, and the days on which they hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from staffplan.errors import Problem
from staffplan.tables.schema import Column, Table, names_in, text

HIGHEST_LEVEL = 100
LOWEST_LEVEL = 1
"""Of a skill for which no level is given."""
WITH_LEVEL = re.compile(r"(?P<skill>.*\S)\s*:\s*(?P<level>\d{1,3})")
"""A cell's "phone_en:3"."""


@dataclass(frozen=True)
class AgentSkills(Table):
    """When an agent has a skill, and on which level; several rows where the level changes.

    `valid_from`, `valid_until`: first and last day; blank: from ever, for ever. A skill of agents.csv without a row
    here always holds, on level 1 where the cell gives none.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("skill"),
        Column("level", "count", required=False, blank=True, minimum=LOWEST_LEVEL, maximum=HIGHEST_LEVEL),
        Column("valid_from", "date", required=False, blank=True),
        Column("valid_until", "date", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "skill", "valid_from")
    file_name: ClassVar[str] = "skills.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("valid_from", "valid_until")
    longest: ClassVar[pd.Timedelta] = pd.Timedelta(days=130 * 366)

    @classmethod
    def _problems(cls, data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
        return super()._problems(data, rows, source) + list(_overlaps(data, rows, source))

    def held(self, agent_id: str, skill: str, least: int, first: date, last: date) -> bool | None:
        """Whether a row of the agent's skill holds on some of these days with the level; None: there is no row."""
        mine = self._by_pair.get((agent_id, skill))
        return None if mine is None else any(row.holds(least, first, last) for row in mine)

    @cached_property
    def _by_pair(self) -> Mapping[tuple[str, str], tuple[SkillRow, ...]]:
        found: dict[tuple[str, str], tuple[SkillRow, ...]] = {}
        for row in skill_rows(self):
            found[row.agent_id, row.skill] = (*found.get((row.agent_id, row.skill), ()), row)
        return found


@dataclass(frozen=True)
class SkillRow:
    """One row, its level and days filled in; both days are included."""

    agent_id: str
    skill: str
    level: int
    first: date
    last: date

    def is_for(self, skill: str, least: int, first: date, last: date) -> bool:
        """Whether it is of the skill, and holds."""
        return self.skill == skill and self.holds(least, first, last)

    def holds(self, least: int, first: date, last: date) -> bool:
        """With the level, on some of the days from first to last."""
        return self.level >= least and self.first <= last and first <= self.last


def always_held(agent_id: str, skill: str) -> SkillRow:
    """A skill that no row says more of."""
    return SkillRow(agent_id, skill, LOWEST_LEVEL, date.min, date.max)


def skill_rows(table: AgentSkills) -> Iterator[SkillRow]:
    """The rows of the table."""
    for row in _rows(table.frame):
        level = LOWEST_LEVEL if pd.isna(row.level) else int(row.level)
        first = date.min if pd.isna(row.valid_from) else row.valid_from.date()
        last = date.max if pd.isna(row.valid_until) else row.valid_until.date()
        yield SkillRow(str(row.agent_id), str(row.skill), level, first, last)


def without_level(name: str, known: Collection[str] = ()) -> tuple[str, int | None]:
    """A name of a cell and its level, where it gives one; a name that is known as it is has none."""
    found = None if name in known else WITH_LEVEL.fullmatch(name)
    return (name, None) if found is None else (found["skill"], int(found["level"]))


def skills_apart(
    agents: pd.DataFrame, table: AgentSkills, known: Collection[str] = ()
) -> tuple[pd.DataFrame, AgentSkills]:
    """Agents whose cells name each skill they ever have, without levels; the levels as rows of the table."""
    listed: dict[str, list[str]] = {}
    for row in skill_rows(table):
        listed.setdefault(row.agent_id, []).append(row.skill)
    cells, levels = [], []
    for agent_id, cell in zip(agents["agent_id"], agents["skills"], strict=True):
        names = [without_level(name, known) for name in names_in(str(cell))]
        cells.append(";".join(dict.fromkeys([*(name for name, _ in names), *listed.get(agent_id, ())])))
        levels += [(agent_id, name, level) for name, level in names if level is not None]
    return agents.assign(skills=cells), with_levels(table, levels)


def with_levels(table: AgentSkills, levels: Sequence[tuple[str, str, int]]) -> AgentSkills:
    """The table and rows that always hold: agent_id, skill, level."""
    if not levels:
        return table
    given = pd.DataFrame(levels, columns=["agent_id", "skill", "level"]).astype({"level": float})
    blank = given.reindex(columns=list(table.frame.columns)).astype(table.frame.dtypes.to_dict())
    return AgentSkills.of(pd.concat([table.frame, blank], ignore_index=True), table.source)


def wrong_levels(
    agents: pd.DataFrame, rows: Iterable[int], source: str, table: AgentSkills, known: Collection[str] = ()
) -> Iterator[Problem]:
    """Levels in the cells of agents that there are not, two for one skill, and those for skills that have rows of
    their own. rows: of each agent in the file."""
    pairs = {(row.agent_id, row.skill) for row in skill_rows(table)}
    for agent_id, cell, row in zip(agents["agent_id"], agents["skills"], rows, strict=True):
        given: dict[str, int] = {}
        for name in names_in(str(cell)):
            skill, level = without_level(name, known)
            if level is None:
                continue
            said = _wrong_level(level, given.setdefault(skill, level))
            if (agent_id, skill) in pairs:
                said = (
                    f"{table.source} has rows for the skill {skill} of {agent_id}",
                    "give the level there, and the skill alone here",
                )
            if said is not None:
                yield Problem(f"{source}:{row}:skills", f"{name}: {said[0]}", said[1])


def _wrong_level(level: int, first: int) -> tuple[str, str] | None:
    """What is wrong with a level of a cell, and what to do. first: the first that the cell gives the skill."""
    if not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
        return f"the level {level} is not one from {LOWEST_LEVEL} to {HIGHEST_LEVEL}", "correct the level"
    if level != first:
        return f"the cell gives the skill the level {first} too", "keep one of the two"
    return None


def _overlaps(data: pd.DataFrame, rows: np.ndarray, source: str) -> Iterator[Problem]:
    """Rows of an agent's skill that hold on the same day."""
    first, last = data["valid_from"].fillna(pd.Timestamp.min), data["valid_until"].fillna(pd.Timestamp.max)
    dated = data.assign(begins=first, ends=last, place=range(len(data))).drop_duplicates(list(AgentSkills.key))
    for (agent_id, skill), mine in dated.groupby(["agent_id", "skill"], sort=False):
        latest, place = pd.Timestamp.min, -1
        for row in _rows(mine.sort_values("begins", kind="stable")):
            if place >= 0 and row.begins <= latest:
                said = f"two rows hold on the same day for the skill {skill} of {agent_id}"
                where, hint = f"{source}:{rows[row.place]}:valid_from", "let one end before the other begins"
                yield Problem(where, f"{said} (the other is row {rows[place]})", hint)
            if place < 0 or row.ends > latest:
                latest, place = row.ends, row.place


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()
