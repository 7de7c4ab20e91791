"""Planning groups that share agents and the profiles of skills that agents may have, checked together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Problem, nearest
from staffplan.staffing.models.arrays import LONGEST_PATIENCE_SECONDS, Array
from staffplan.tables.schema import Column, Table, capped, number, text

FLEXIBLE_COST = 1.1
"""Cost of an agent with several skills where no profiles are given; a dedicated one costs 1."""
ALL_ROUNDER = "all-rounder"


def _with_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with their numbers in the file, the first below the header being 2."""
    rows = frame["_row"] if "_row" in frame.columns else np.arange(len(frame)) + 2
    return frame if "row" in frame.columns else frame.assign(row=np.asarray(rows, dtype=float))


@dataclass(frozen=True)
class PlanningGroups(Table):
    """What each group must handle in a steady interval, and its goal: this share answered within so many seconds."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("row", "count", minimum=1),
        text("group"),
        number("offered"),
        number("interval_minutes"),
        number("aht_seconds"),
        number("patience_seconds", required=False, blank=True),
        number("service_level", 0, 1),
        number("answer_within_seconds"),
    )
    key: ClassVar[tuple[str, ...]] = ("row",)
    file_name: ClassVar[str] = "groups.csv"
    needs_rows: ClassVar[bool] = True
    numbered: ClassVar[str | None] = "row"

    @classmethod
    def with_numbers(cls, frame: pd.DataFrame) -> pd.DataFrame:
        """The groups with their rows in the file."""
        return _with_rows(frame)


@dataclass(frozen=True)
class SkillProfiles(Table):
    """Kinds of agents: the groups each serves "sales+service", what one costs, how much slower he is, how many
    there may be."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("row", "count", minimum=1),
        text("profile"),
        text("groups"),
        number("cost"),
        number("aht_factor", required=False, blank=True),
        Column("maximum", "count", required=False, blank=True, minimum=0),
    )
    key: ClassVar[tuple[str, ...]] = ("row",)
    file_name: ClassVar[str] = "profiles.csv"
    needs_rows: ClassVar[bool] = True
    numbered: ClassVar[str | None] = "row"

    @classmethod
    def with_numbers(cls, frame: pd.DataFrame) -> pd.DataFrame:
        """The profiles with their rows in the file."""
        return _with_rows(frame)


@dataclass(frozen=True)
class SkillCase:
    """Groups (G of them) and profiles (P) as arrays, checked."""

    groups: tuple[str, ...]
    rate: Array
    """(G,): contacts a second."""
    aht_seconds: Array
    patience_seconds: Array
    """(G,): infinite for customers who never hang up."""
    goal: Array
    answer_within_seconds: Array
    profiles: tuple[str, ...]
    serves: np.ndarray
    """(P, G) of bool."""
    cost: Array
    aht_factor: Array
    maximum: Array
    """(P,): infinite for as many as it takes."""

    @property
    def load_erlangs(self) -> Array:
        """(G,): with dedicated agents."""
        return np.asarray(self.rate * self.aht_seconds)

    def skills_of(self, profile: int) -> str:
        """The groups of a profile as its file writes them."""
        return "+".join(name for name, can in zip(self.groups, self.serves[profile], strict=True) if can)


def default_profiles(groups: PlanningGroups) -> SkillProfiles:
    """A dedicated profile for each group, one for every pair, and one all-rounder, those with more skills dearer."""
    names = groups.frame["group"].drop_duplicates().tolist()
    sets: list[tuple[str, tuple[str, ...]]] = [(name, (name,)) for name in names]
    if len(names) > 2:
        sets += [("+".join(pair), pair) for pair in combinations(names, 2)]
    if len(names) > 1:
        sets.append((ALL_ROUNDER, tuple(names)))
    rows = [
        {"profile": name, "groups": "+".join(members), "cost": FLEXIBLE_COST if len(members) > 1 else 1.0}
        for name, members in sets
    ]
    return SkillProfiles.of(pd.DataFrame(rows), "profiles")


def skill_case(groups: PlanningGroups, profiles: SkillProfiles | None = None) -> SkillCase:
    """Both tables as one case; without profiles, `default_profiles`.

    Raises DataError with every problem of both, at file:row:column.
    """
    names = groups.frame["group"].tolist()
    problems = list(_group_problems(groups))
    if profiles is None and not problems:
        profiles = default_profiles(groups)
    if profiles is not None:
        problems += _profile_problems(profiles, names)
        problems += _unserved(groups, profiles)
    if problems or profiles is None:
        raise DataError(capped(problems, groups.source))
    g, p = groups.frame, profiles.frame
    return SkillCase(
        groups=tuple(names),
        rate=(g["offered"] / (60.0 * g["interval_minutes"])).to_numpy(),
        aht_seconds=g["aht_seconds"].to_numpy(),
        patience_seconds=g["patience_seconds"].fillna(np.inf).to_numpy(),
        goal=g["service_level"].to_numpy(),
        answer_within_seconds=g["answer_within_seconds"].to_numpy(),
        profiles=tuple(p["profile"]),
        serves=np.array([[name in _members(cell) for name in names] for cell in p["groups"]]),
        cost=p["cost"].to_numpy(),
        aht_factor=p["aht_factor"].fillna(1.0).to_numpy(),
        maximum=p["maximum"].fillna(np.inf).to_numpy(),
    )


def _members(cell: str) -> list[str]:
    """The groups that a cell names, with pluses between."""
    return [name.strip() for name in cell.split("+")]


def _above_zero(table: Table, columns: tuple[str, ...]) -> Iterator[Problem]:
    for row in table.frame.to_dict("records"):
        for column in columns:
            if row[column] == 0:
                yield Problem(f"{table.source}:{row['row']:.0f}:{column}", "0 is not above 0", "correct it")


def _doubled(table: Table, column: str) -> Iterator[Problem]:
    again = table.frame[table.frame.duplicated(column)]
    for row, name in zip(again["row"], again[column], strict=True):
        yield Problem(f"{table.source}:{row:.0f}:{column}", f"{name!r} appears twice", "keep one of the two rows")


def _group_problems(groups: PlanningGroups) -> Iterator[Problem]:
    yield from _doubled(groups, "group")
    if (groups.frame["offered"] == 0).all():
        yield Problem(
            f"{groups.source}:2:offered", "no group has any contacts", "fill in the contacts of an interval"
        )
    yield from _above_zero(groups, ("interval_minutes", "aht_seconds", "patience_seconds", "service_level"))
    for row in groups.frame.to_dict("records"):
        place = f"{groups.source}:{row['row']:.0f}"
        if "+" in row["group"]:
            yield Problem(
                f"{place}:group", f"{row['group']!r} contains a plus sign", "the plus sign joins groups; rename it"
            )
        if row["service_level"] == 1:
            yield Problem(
                f"{place}:service_level", "no number of agents reaches a service level of 1", "write 0.99 or less"
            )
        if row["patience_seconds"] > LONGEST_PATIENCE_SECONDS:
            yield Problem(f"{place}:patience_seconds", f"{row['patience_seconds']:g} is above 1e7", "leave it empty")


def _profile_problems(profiles: SkillProfiles, names: list[str]) -> Iterator[Problem]:
    yield from _doubled(profiles, "profile")
    yield from _above_zero(profiles, ("cost", "aht_factor"))
    for row, cell in zip(profiles.frame["row"], profiles.frame["groups"], strict=True):
        for name in _members(cell):
            if name not in names:
                place = f"{profiles.source}:{row:.0f}:groups"
                yield Problem(place, f"{name!r} is not a planning group", nearest(name, names))


def _unserved(groups: PlanningGroups, profiles: SkillProfiles) -> Iterator[Problem]:
    able = profiles.frame[~(profiles.frame["maximum"] == 0)]["groups"]
    served = {name for cell in able for name in _members(cell)}
    for row, name in zip(groups.frame["row"], groups.frame["group"], strict=True):
        if name not in served:
            place = f"{groups.source}:{row:.0f}:group"
            yield Problem(place, f"no profile serves {name!r}", f"add it to the groups of one in {profiles.source}")
