"""What `export` does between reading the command line and writing."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from staffplan.cli.work.check import read_roster, refuse_strangers
from staffplan.cli.work.common import COMMAND_LINE, interval_of, site_of
from staffplan.cli.work.handoff import workspace_if_any, zone_of
from staffplan.cli.work.own_tables import read_forecast, read_requirement
from staffplan.cli.work.standby_paid import standby_beside, standby_paid
from staffplan.clock import local_dates
from staffplan.cost.pay import pay_minutes
from staffplan.cost.people import DAYS_PAID_PER_WEEK, paid_time_off
from staffplan.cost.standby import StandbyBook
from staffplan.cost.standby_rows import PaidRow
from staffplan.errors import ConfigError, DataError, Note, Problem, UsageError, nearest, place_of
from staffplan.export import PRESETS, Exported, Ids, Preset, Source
from staffplan.export.pay import pay_hours
from staffplan.files.read import bytes_of, read_table
from staffplan.files.workforce import read_workforce
from staffplan.files.write import table_bytes
from staffplan.plan.directory import PLAN_TOML, open_existing
from staffplan.plan.manifest import is_plan
from staffplan.plan.run import status
from staffplan.plan.text import text_table
from staffplan.plan.workspace import Workspace
from staffplan.planned import PlannedDays, days_planned
from staffplan.settings.config import Config
from staffplan.settings.toml_words import quoted_name
from staffplan.tables.exchange import ExternalIds, PayHours
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce
from staffplan.tables.requirement import PeopleNeeded
from staffplan.tables.roster import Roster, RosterShifts
from staffplan.tables.schema import Table

T = TypeVar("T")
STEPS_OF = {
    "forecast": ("forecast",),
    "requirement": ("staff",),
    "roster": ("roster",),
    "pay": ("roster", "standby"),
}
"""By what a preset needs: the steps of a plan that make it."""
ABOUT = "planned_hours.txt"
"""The text beside payroll files."""


@dataclass(frozen=True)
class ExportInput:
    """What the command line gives."""

    plan: Path
    config: Path | None = None
    timezone: str | None = None
    agents: Path | None = None
    time_off: Path | None = None
    ids: Path | None = None
    template: Path | None = None
    there: Path | None = None
    """The file that is merged with what is exported, where it is there."""


def preset_named(name: str, *, fills: bool) -> Preset:
    """The preset; UsageError where there is none of that name, or where it cannot fill the template that is given."""
    if name not in PRESETS:
        hint = f"{nearest(name, list(PRESETS))}; staffplan export --list shows all"
        raise UsageError(Problem("--to", f"{name!r} is not a preset", hint))
    if fills and not PRESETS[name].fills:
        raise UsageError(Problem("--template", f"{name} has its own shape", "use --to template, or leave it out"))
    return PRESETS[name]


def preset_rows() -> list[dict[str, str]]:
    """Every preset: name, what it writes, what it needs of the plan and what must be given."""
    return [
        {"preset": one.name, "writes": one.writes, "needs": ", ".join(one.needs), "asks for": one.asks}
        for one in PRESETS.values()
    ]


def preset_text() -> str:
    """The presets as a table."""
    rows = preset_rows()
    return text_table([tuple(row.values()) for row in rows], list(rows[0]))


def export_files(given: ExportInput, preset: Preset) -> tuple[Exported, str]:
    """Everything that the preset writes, and the zone of its tables."""
    reader = _Reader(given)
    source = reader.source(preset)
    made = preset.make(source)
    return replace(made, notes=(*_out_of_date(given, preset), *reader.notes, *made.notes)), source.timezone


def _out_of_date(given: ExportInput, preset: Preset) -> list[Note]:
    """A warning where a file of the plan that is exported is not what the plan's inputs and settings now ask for."""
    folder = given.plan if given.plan.is_dir() else given.plan.parent
    if not is_plan(folder) or not (folder / PLAN_TOML).exists():
        return []
    opened = open_existing(folder)
    wanted = {step for need in preset.needs for step in STEPS_OF[need]}
    late = [
        f"{state.name} ({'; '.join(reasons)})"
        for state in status(opened.workspace, opened.manifest)
        if state.name in wanted and (reasons := state.reasons[len(state.by_hand) :])
    ]
    if not late:
        return []
    config = place_of(Path(os.path.normpath(folder / opened.manifest.config)))
    message = f"the plan is out of date: {', '.join(late)}; its files as they are were exported; to bring it up to "
    message += f"date: staffplan plan {config} -o {place_of(folder)}"
    return [Note("export", "warning", place_of(given.plan), message)]


@dataclass
class _Reader:
    """Reads what a preset needs, and keeps the problems of all files."""

    given: ExportInput
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def source(self, preset: Preset) -> Source:
        """Raises DataError with the problems of all files, UsageError where a table is not there."""
        plan = self.given.plan
        if not plan.exists():
            raise UsageError(Problem(place_of(plan), "there is no such folder or file", "give a plan directory"))
        folder = plan if plan.is_dir() else plan.parent
        workspace = workspace_if_any(folder, self.given.config)
        zone = zone_of(folder, self.given.timezone, workspace)
        config = (Config() if workspace is None else workspace.config).model_copy()
        config = config.model_copy(update={"plan": config.plan.model_copy(update={"timezone": zone})})
        _refuse_unknown_maps(config, workspace)
        tables = self._tables(preset, folder, workspace, config)
        template = self.given.template
        planned = tables.get("planned") or _days(tables.get("forecast"), workspace, zone)
        source = Source(
            title=config.plan.name,
            timezone=zone,
            interval_minutes=_interval(config, folder, tables.get("forecast")),
            settings=config.export,
            payroll=config.payroll,
            planning_groups={name: queue.planning_group or name for name, queue in config.queues.items()},
            there=_bytes_if_there(self.given.there),
            template=None if template is None else self._try(lambda: bytes_of(template, place_of(template))),
            template_place="" if template is None else place_of(template),
            **{**tables, "planned": planned},
        )
        if self.problems:
            raise DataError(self.problems)
        return source

    def _tables(self, preset: Preset, folder: Path, workspace: Workspace | None, config: Config) -> dict[str, Any]:
        """The fields of a source that are tables or made of them; what could not be read is left out."""
        found: dict[str, Any] = {"ids": self._ids(preset, workspace) or Ids()}
        optional = preset.name == "template"
        if "forecast" in preset.needs:
            path = self.given.plan if self.given.plan.is_file() else folder / VolumeForecast.file_name
            if self._is_there(path, preset, optional=optional):
                found["forecast"] = self._try(lambda: read_forecast(path, config))
        if "requirement" in preset.needs and (folder / PeopleNeeded.file_name).is_file():
            need = folder / PeopleNeeded.file_name
            found["requirement"] = self._try(lambda: read_requirement(need, config.plan.timezone))
        if {"roster", "pay"} & set(preset.needs):
            path = folder / RosterShifts.file_name
            if self._is_there(path, preset, optional=optional):
                found |= self._people(folder, workspace, config, found["ids"], pay="pay" in preset.needs)
        return {name: value for name, value in found.items() if value is not None}

    def _is_there(self, path: Path, preset: Preset, *, optional: bool) -> bool:
        if self.given.plan.is_file() and path != self.given.plan and not optional:
            hint = "give the plan directory, or the folder of the roster"
            raise UsageError(Problem(place_of(self.given.plan), f"is a file, and {preset.name} needs a roster", hint))
        if not path.is_file() and not optional:
            said = f"has no {path.name}, which {preset.name} needs"
            raise UsageError(Problem(place_of(self.given.plan), said, "run the plan first: staffplan plan"))
        return path.is_file()

    def _ids(self, preset: Preset, workspace: Workspace | None) -> Ids | None:
        path = self.given.ids
        if path is None and workspace is not None and preset.name in workspace.config.export.maps:
            path = workspace.base / workspace.config.export.maps[preset.name]
        if path is None:
            return None
        table = self._try(lambda: read_table(path, ExternalIds))
        return None if table is None else Ids.of(table)

    def _people(
        self, folder: Path, workspace: Workspace | None, config: Config, ids: Ids, *, pay: bool
    ) -> dict[str, Any]:
        """Roster, agents and days off; and the pay hours where they are wanted."""
        roster = self._try(lambda: read_roster(folder, config.plan.timezone))
        people = self._try(lambda: self._workforce(folder, workspace, config.plan.timezone))
        if roster is None or people is None:
            return {}
        if not len(roster.shifts):
            self.problems.append(Problem(roster.shifts.source, "the roster has no shifts", "run the plan first"))
            return {}
        if len(people.agents):
            refuse_strangers(roster, people.agents)
        planned = _planned(set(roster.shifts.frame["schedule_date"].dt.date), workspace)
        plans, zone = config.work_plans, config.plan.timezone
        off: Counter[tuple[str, date]] = Counter()
        for agent, day, minutes, _ in () if planned is None else paid_time_off(people, planned.days, plans, zone):
            off[agent, day] += minutes
        contracts = zip(people.agents.frame["agent_id"], people.agents.frame["work_plan"], strict=True)
        lengths = {a: round(plans[p].weekly_hours_min * 60 / DAYS_PAID_PER_WEEK) for a, p in contracts if p in plans}
        found: dict[str, Any] = {"roster": roster, "agents": people.agents, "time_off": people.time_off}
        found |= {"time_off_minutes": off, "day_minutes": lengths, "planned": planned}
        if pay and planned is not None:
            book = self._try(lambda: standby_beside(folder, workspace, zone)) or StandbyBook()
            there = workspace or Workspace(Path(), config, Path(), COMMAND_LINE)
            paid = standby_paid(book, roster, people, planned.days, config, there, "export")
            self.notes += paid.notes
            found["pay"] = _pay(roster, people, planned, config, there, ids, paid.rows)
        return found

    def _workforce(self, folder: Path, workspace: Workspace | None, zone: str) -> Workforce:
        agents = self.given.agents
        if workspace is None:
            if agents is None:
                return Workforce(Agents.empty(), TimeOff.empty(), Availability.empty())
            return read_workforce(agents, {"time_off": self.given.time_off}, zone)
        return workspace.people_of(folder, agents, None, time_off=self.given.time_off)

    def _try(self, read: Callable[[], T]) -> T | None:
        """What is read; None where it has problems, which are kept."""
        try:
            return read()
        except DataError as error:
            self.problems += error.problems
            return None


def _refuse_unknown_maps(config: Config, workspace: Workspace | None) -> None:
    unknown = [name for name in config.export.maps if name not in PRESETS]
    if unknown and workspace is not None:
        places = {name: f"{workspace.config_place}:export.maps.{quoted_name(name)}" for name in unknown}
        raise ConfigError(Problem(places[name], "is not a preset", nearest(name, list(PRESETS))) for name in unknown)


def _interval(config: Config, folder: Path, forecast: VolumeForecast | None) -> int:
    """Minutes of an interval: as set, or as a plan was made; else by the forecast's rows."""
    known = "interval_minutes" in config.plan.model_fields_set or is_plan(folder)
    if not known and forecast is not None and len(forecast):
        return interval_of(forecast.frame, "queue")
    return config.plan.interval_minutes


def _bytes_if_there(path: Path | None) -> bytes | None:
    return bytes_of(path, place_of(path)) if path is not None and path.is_file() else None


def _days(forecast: VolumeForecast | None, workspace: Workspace | None, zone: str) -> PlannedDays | None:
    """The days of a forecast; None where there is none."""
    if forecast is None:
        return None
    return _planned(set(local_dates(pd.DatetimeIndex(forecast.frame["interval_start"]), zone)), workspace)


def _planned(days: set[date], workspace: Workspace | None) -> PlannedDays | None:
    """The plan's days, else whole weeks of those that have rows; None where none have."""
    if not days:
        return None
    return days_planned(days, None if workspace is None else workspace.days_given(days))


def _pay(
    roster: Roster,
    people: Workforce,
    planned: PlannedDays,
    config: Config,
    workspace: Workspace,
    ids: Ids,
    on_call: Iterable[PaidRow],
) -> PayHours:
    """The pay hours of roster and time off, then those of standby and call-outs with their amounts."""
    frame = roster.activities.frame.rename(columns={"start": "interval_start"})
    site = site_of(config, frame, workspace)
    minutes = pay_minutes(
        roster,
        people,
        planned.days,
        work_plans=config.work_plans,
        settings=config.cost,
        site=site,
        week_starts=config.roster.week_starts,
    )
    cents: Counter[tuple[str, date, str]] = Counter()
    for row in on_call:
        minutes.update({(row.agent_id, row.day, row.line): row.minutes})
        cents[row.agent_id, row.day, row.line] += row.cents
    names = dict(zip(roster.shifts.frame["agent_id"], roster.shifts.frame["name"], strict=True))
    agents = people.agents.frame
    names |= {agent: name for agent, name in zip(agents["agent_id"], agents["name"], strict=True) if name}
    return pay_hours(minutes, names, ids, config.payroll, planned, cents)


def files_to_write(exported: Exported, output: Path, timezone: str) -> tuple[Path, dict[str, bytes]]:
    """The folder, and the contents by their names in it. `output`: the file, or a folder for all files.

    A name that ends in .gz gets compressed content. Raises UsageError for several files and the name of one.
    """
    made = {name: _content(file, timezone) for name, file in exported.files.items()}
    if is_folder(output):
        return output, made | ({ABOUT: exported.about.encode()} if exported.about else {})
    if len(made) != 1:
        said = f"{len(made)} files are written, one for each pay period"
        raise UsageError(Problem("--output", said, f"give a folder: {output.with_suffix('')}/"))
    [data] = made.values()
    if output.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    about = {f"{output.stem}_{ABOUT}": exported.about.encode()} if exported.about else {}
    return output.parent, {output.name: data, **about}


def is_folder(output: Path) -> bool:
    """Whether a folder is meant: one that is there, or a name without an extension."""
    return output.is_dir() or not output.suffix


def _content(file: bytes | Table, timezone: str) -> bytes:
    return file if isinstance(file, bytes) else table_bytes(file.frame, timezone)
