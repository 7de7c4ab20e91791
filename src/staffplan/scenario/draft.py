"""A plan on its way to a scenario: settings, forecast and people as the changes made so far leave them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from staffplan.errors import Note, Problem, nearest
from staffplan.files.workforce import WORKFORCE_TABLES
from staffplan.plan.workspace import Workspace
from staffplan.settings.toml_words import quoted_name
from staffplan.site import Queue
from staffplan.tables.forecast import Overrides, VolumeForecast
from staffplan.tables.schema import Table, names_in

STEP = "scenario"
Keys = tuple[str, ...]


@dataclass
class Draft:
    """What a scenario has of its base, and what its changes have made of it; problems and notes are collected."""

    base: Workspace
    forecast: VolumeForecast
    people: dict[str, pd.DataFrame]
    """Tables of the people by their key under [input]: agents, and those that name agents."""
    folder: Path
    """Of the file of scenarios: paths in it are relative to it."""
    place: str = ""
    """Of the change that is being made."""
    owner: str = ""
    reason: str = ""
    settings: dict[Keys, object] = field(default_factory=dict)
    edits: list[dict[str, object]] = field(default_factory=list)
    """Rows of overrides.csv."""
    logs: list[pd.DataFrame] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    """Tables of the people that are not those of the base."""
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def tell(self, kind: str, message: str, place: str = "") -> None:
        self.notes.append(Note(STEP, kind, place, message))

    def refuse(self, key: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(f"{self.place}.{key}" if key else self.place, message, hint))

    def known(self, key: str, names: Iterable[str], all_names: Iterable[str]) -> bool:
        """Whether all names exist; one that does not is a problem at this key of the change."""
        there = list(all_names)
        unknown = [name for name in names if name not in there]
        for name in unknown:
            self.refuse(key, f"{name!r} is not known in the plan", nearest(name, there))
        return not unknown

    def value(self, *keys: str) -> Any:
        """A setting as the changes made so far leave it; None where nothing is set."""
        found: Any = self.base.config.model_dump(mode="json")
        for given, value in self.settings.items():
            inner = found
            for key in given[:-1]:
                inner[key] = inner.get(key) or {}
                inner = inner[key]
            inner[given[-1]] = value
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def put(self, value: object, *keys: str) -> None:
        """Change a setting. Where no queue is listed under [queues], all are from now on: one alone would be the
        only one that tables may name."""
        listed = self.base.config.queues_listed() or ("queues", self.queues[0]) in self.settings
        if keys[0] == "queues" and not listed:
            for name in self.queues:
                self.settings["queues", name] = given_only(self.value("queues", name) or {})
        self.settings[keys] = given_only(value)

    def put_people(self, name: str, frame: pd.DataFrame) -> None:
        self.people[name] = frame.reset_index(drop=True)
        self.changed.add(name)
        if name == "agents" and "skills" in self.people:
            self.changed.add("skills")  # levels and dates were read apart from the agents' names of skills

    @property
    def overrides(self) -> dict[str, object]:
        """The changed settings by dotted name, as create_or_update takes them."""
        return {".".join(quoted_name(key) for key in keys): value for keys, value in self.settings.items()}

    @property
    def queues(self) -> list[str]:
        return [str(name) for name in self.forecast.frame["queue"].unique()]

    def queue(self, name: str) -> Queue:
        return self.base.site.queues.get(name) or Queue(name=name, planning_group=name)

    @property
    def groups(self) -> list[str]:
        """Planning groups of the queues, new ones included."""
        own = {name: self.value("queues", name, "planning_group") or name for name in self.queues}
        return sorted(set(own.values()))

    def chosen(self, queues: Sequence[str], channels: Sequence[str]) -> list[str]:
        """Queues that a change is about, [] where one of its names is wrong or nothing is left."""
        channel = self.forecast.frame.groupby("queue")["channel"].first()
        if not self.known("queues", queues, self.queues):
            return []
        found = [n for n in self.queues if (not queues or n in queues) and (not channels or channel[n] in channels)]
        if not found:
            self.refuse("channels", "no queue of the plan has one of these channels", f"known: {set(channel)}")
        return found


def make_draft(base: Workspace, place: str, folder: Path, owner: str, reason: str) -> Draft:
    """The draft of a scenario without any change. place: of the scenario in its file."""
    workforce = base.workforce
    people = {"agents": workforce.agents.frame}
    for name in PEOPLE_TABLES:
        table: Table = getattr(workforce, name)
        if base.input_path(name) is not None or len(table):
            people[name] = table.frame
    return Draft(base, base.forecast(), people, folder, place, owner, reason)


def given_only(value: object) -> object:
    """A value as a settings file can hold it: groups without what is not given."""
    if not isinstance(value, dict):
        return value
    return {key: given_only(inner) for key, inner in value.items() if inner is not None}


PEOPLE_TABLES = tuple(name for name in WORKFORCE_TABLES if name not in ("past_fairness", "published", "past_roster"))
"""Tables in which every agent must be known; those of the past may name people who have left."""


def skills_of(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The skills of each agent, (agents,)."""
    return [names_in(cell) for cell in frame["skills"]]


def override_rows(draft: Draft) -> Overrides:
    """The planner's edits of the base and those of the scenario, numbered on."""
    before = draft.base.overrides
    rows = pd.DataFrame(draft.edits)
    if before is not None:
        rows = pd.concat([before.frame, rows], ignore_index=True)
    return Overrides.of(rows, Overrides.file_name)
