"""What an export is made of, and what it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from staffplan.errors import DataError, Note, Problem, UsageError
from staffplan.planned import PlannedDays
from staffplan.settings.export import ExportSettings, PayrollSettings
from staffplan.tables.exchange import ExternalIds, PayHours
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents, TimeOff
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.schema import Table

WORDS = {
    "queue": ("queue", "queues"),
    "planning_group": ("planning group", "planning groups"),
    "agent": ("agent", "agents"),
    "activity": ("activity", "activities"),
    "work_plan": ("contract", "contracts"),
}
"""Kinds of ids, one and several of them."""


@dataclass(frozen=True)
class Ids:
    """How the other system calls things: by kind and name. Without a file there are none."""

    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    place: str = ""
    """The file that they are from; "" where there is none."""

    @classmethod
    def of(cls, table: ExternalIds) -> Ids:
        """The ids of a table."""
        found: dict[str, dict[str, str]] = {}
        for row in table.frame.to_dict("records"):
            found.setdefault(str(row["kind"]), {})[str(row["name"])] = str(row["id"])
        return cls(found, table.source)

    def get(self, kind: str, name: str, default: str = "") -> str:
        """The id; the default where there is none."""
        return self.known.get(kind, {}).get(name, default)

    def require(self, wanted: Mapping[str, Iterable[str]], preset: str) -> None:
        """Raise, with all names of all kinds that have no id: UsageError without a file, else DataError."""
        problems = []
        for kind, names in wanted.items():
            missing = sorted(set(names) - set(self.known.get(kind, {})))
            if missing:
                some = f"1 {WORDS[kind][0]} has" if len(missing) == 1 else f"{len(missing)} {WORDS[kind][1]} have"
                said = f"{some} no id for {preset}: {', '.join(missing)}"
                hint = (
                    f"give --map ids.csv with the columns kind, name, id and a row for each: {kind},{missing[0]},ID"
                )
                problems.append(Problem(self.place or "--map", said, hint))
        if problems:
            raise (DataError if self.place else UsageError)(problems)


@dataclass(frozen=True)
class Source:
    """The tables of a plan and the settings of its export; a table that the preset does not need is empty."""

    title: str = "plan"
    timezone: str = "UTC"
    interval_minutes: int = 30
    settings: ExportSettings = field(default_factory=ExportSettings)
    payroll: PayrollSettings = field(default_factory=PayrollSettings)
    planning_groups: Mapping[str, str] = field(default_factory=dict)
    """The planning group of each queue; a queue that is not named has its own."""
    forecast: VolumeForecast = field(default_factory=VolumeForecast.empty)
    requirement: StaffingRequirement = field(default_factory=StaffingRequirement.empty)
    roster: Roster = field(default_factory=lambda: Roster(RosterShifts.empty(), RosterActivities.empty()))
    agents: Agents = field(default_factory=Agents.empty)
    time_off: TimeOff = field(default_factory=TimeOff.empty)
    time_off_minutes: Mapping[tuple[str, date], int] = field(default_factory=dict)
    """Paid minutes of days off, by agent and day."""
    day_minutes: Mapping[str, int] = field(default_factory=dict)
    """Minutes of a day by each agent's contract: a fifth of its weekly minimum."""
    pay: PayHours = field(default_factory=PayHours.empty)
    planned: PlannedDays | None = None
    """The days of the plan; None where only a forecast is known."""
    ids: Ids = Ids()
    there: bytes | None = None
    """What the file holds that is written anew."""
    template: bytes | None = None
    template_place: str = ""

    @property
    def local_timezone(self) -> str:
        """The zone of files that have local times without an offset."""
        return self.settings.timezone or self.timezone

    @property
    def interval(self) -> pd.Timedelta:
        return pd.Timedelta(minutes=self.interval_minutes)

    def group_of(self, queue: str) -> str:
        """The planning group of a queue."""
        return self.planning_groups.get(queue, queue)


@dataclass(frozen=True)
class Exported:
    """The files by their names, as bytes or as tables of our own, and what to know of them.

    `about`: what is written in a text file beside them, as their format has no room for it.
    """

    files: Mapping[str, bytes | Table]
    notes: tuple[Note, ...] = ()
    about: str = ""


def note(place: str, message: str, kind: str = "assumption") -> Note:
    """A note of the export."""
    return Note("export", kind, place, message)
