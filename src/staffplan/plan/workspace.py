"""What the steps of a plan read: its settings, the input files they name, and the tables made so far."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar, cast

import pandas as pd

from staffplan.clock import SpecialDay, local_dates, midnight
from staffplan.errors import ConfigError, DataError, Problem, place_of
from staffplan.files.disk import sha256
from staffplan.files.read import read_drivers, read_file, read_overrides, read_special_days, read_table
from staffplan.files.workforce import WORKFORCE_TABLES, file_in, read_workforce
from staffplan.plan.manifest import FILE_NAME as MANIFEST
from staffplan.planned import DAYS_OF_A_WEEK, PlannedDays
from staffplan.process.workers import AS_MANY_AS_PAY, Workers
from staffplan.settings.config import Config, data_path
from staffplan.settings.team_rules import other_skills
from staffplan.site import Site, make_site
from staffplan.tables.forecast import Drivers, ForecastTotals, Overrides, VolumeForecast
from staffplan.tables.history import ContactHistory
from staffplan.tables.people import Absences, LockedDays, Locks, TimeOff, Workforce
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.schema import Table
from staffplan.tables.spread import DAYS_PER_YEAR
from staffplan.tables.standby import CallOuts, Standby

if TYPE_CHECKING:
    from staffplan.simulate.overflow import Helpers

T = TypeVar("T", bound=Table)
OF_STANDBY = ("past_standby", "published_standby", "call_outs")
INPUTS = ("history", "special_days", "drivers", "overrides", "agents", *WORKFORCE_TABLES, *OF_STANDBY)
NEEDED = ("history", "agents")
WRITTEN = (Absences.file_name, LockedDays.file_name)
"""Files about people that repairs and changes by hand write into a plan directory."""
LONGEST_LEAD = timedelta(days=3 * 366)
"""From the last day of a history to the first day planned."""
Known = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class HistorySpan:
    """What the calendar and the queues of a site need to know of a history."""

    queues: tuple[str, ...]
    first: date
    """The day of its first row, by UTC."""
    following: date
    """The local day after its last row."""

    @property
    def text(self) -> str:
        """As it stands in a manifest."""
        return json.dumps([self.first.isoformat(), self.following.isoformat(), *self.queues], ensure_ascii=False)

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read it back. Raises ValueError where it is something else."""
        first, following, *queues = json.loads(text)
        return cls(tuple(map(str, queues)), date.fromisoformat(first), date.fromisoformat(following))


@dataclass(frozen=True)
class Workspace:
    """A plan directory (`folder`) and the settings it is made with; input paths are relative to `base`."""

    folder: Path
    config: Config
    base: Path
    config_place: str
    workers: Workers = AS_MANY_AS_PAY
    """Who does the work; it changes nothing in what is made."""
    span_known: HistorySpan | None = None
    """Known of the history from when it was last read."""

    def input_path(self, name: str) -> Path | None:
        """The file that `input.<name>` stands for; None where the settings name none."""
        setting = getattr(self.config.input, name)
        if setting is None:
            return None
        return file_in(data_path(setting, self.config, self.base, f"{self.config_place}:input.{name}"), name)

    def required_path(self, name: str) -> Path:
        """Like `input_path`; raises ConfigError where the settings name none or the file is not there."""
        path = self.input_path(name)
        place = f"{self.config_place}:input.{name}"
        if path is None:
            hint = f'write {name} = "{name}.csv" under [input]; a plan needs a history and agents'
            raise ConfigError(Problem(place, "the setting is missing", hint))
        if not path.is_file():
            source = f"; the data: {self.config.input.source}" if self.config.input.source else ""
            raise ConfigError(Problem(place, f"there is no file {place_of(path)}", f"check the path{source}"))
        return path

    def check_inputs(self) -> None:
        """Raise ConfigError with every input file that is needed or named and is not there."""
        problems: list[Problem] = []
        for name in INPUTS:
            if name in NEEDED or getattr(self.config.input, name) is not None:
                try:
                    self.required_path(name)
                except ConfigError as error:
                    problems += error.problems
        if problems:
            raise ConfigError(problems)

    @cached_property
    def has_people(self) -> bool:
        """Whether the file of agents has a row; False for a header alone. A file that cannot be read counts as one
        with people: reading it tells what is wrong."""
        path = self.input_path("agents")
        if path is None or not path.is_file():
            return True
        try:
            return not read_file(path).frame.empty
        except DataError:
            return True

    @cached_property
    def input_hashes(self) -> Mapping[str, str]:
        """Hash of each input file that is there, by its key under [input], and of WRITTEN, by their file names.

        Taken once, before the first of these files is read: an input edited while a plan runs counts in the next run.
        """
        paths = {name: self.input_path(name) for name in INPUTS} | {name: self.folder / name for name in WRITTEN}
        found = {name: sha256(path) for name, path in paths.items() if path is not None and path.is_file()}
        return {name: sha for name, sha in found.items() if sha is not None}

    @cached_property
    def special_days(self) -> tuple[SpecialDay, ...]:
        path = self.input_path("special_days")
        return () if path is None else read_special_days(path)

    @cached_property
    def full_history(self) -> ContactHistory:
        from staffplan.ingest.history import read_history

        return read_history(self.required_path("history"), self.config)

    @cached_property
    def span(self) -> HistorySpan:
        """What a site is made of; the history is read where it is not known."""
        return self.span_known or span_of(self.full_history, self.config.plan.timezone)

    @cached_property
    def drivers(self) -> Drivers | None:
        path = self.input_path("drivers")
        return None if path is None else read_drivers(path, self.site.queues)

    @cached_property
    def overrides(self) -> Overrides | None:
        path = self.input_path("overrides")
        return None if path is None else read_overrides(path, self.site.queues)

    @cached_property
    def first_day(self) -> date:
        """First day planned: as set, or the day after the history's last."""
        return first_day_of(self.span.following, self.config, self.config_place)

    @cached_property
    def history(self) -> ContactHistory:
        """The history before the first day planned, under the names that queues have now."""
        from staffplan.forecast import joined_history

        earlier = history_before(self.full_history, self.first_day, self.config.plan.timezone)
        return joined_history(earlier, self.site)

    @cached_property
    def past_standby(self) -> Standby:
        return self._of_standby("past_standby", Standby)

    @cached_property
    def published_standby(self) -> Standby | None:
        given = self.input_path("published_standby")
        return None if given is None else self._of_standby("published_standby", Standby)

    @cached_property
    def call_outs(self) -> CallOuts:
        return self._of_standby("call_outs", CallOuts)

    def _of_standby(self, name: str, table: type[T]) -> T:
        path = self.input_path(name)
        return table.empty() if path is None else read_table(path, table, timezone=self.config.plan.timezone)

    @cached_property
    def workforce(self) -> Workforce:
        """The people of a plan, with the absences that a repair has written into its directory."""
        groups = () if self.config.queues_listed() else self.site.groups()
        return self.people_of(self.folder, None, names_known(self.config, groups))

    @cached_property
    def helpers(self) -> Helpers | None:
        """Who helps out other groups, with the skills held on some day of the plan; None without rules."""
        rules = self.config.simulate.overflow
        if not rules:
            return None
        from staffplan.simulate.overflow import helpers_of

        days = self.planned
        return helpers_of(rules, self.workforce.knowing({}, days.first, days.last))

    def people(self, agents: Path | None = None, known: Known | None = None, /, **given: Path | None) -> Workforce:
        """The people, from files given instead of those that the settings name (keys of WORKFORCE_TABLES).

        known: names that the files may use, as `names_known` gives them; left out: any.
        """
        mine = {name: file_in(path, name) for name, path in given.items() if path is not None}
        others = {name: mine.get(name) or self.input_path(name) for name in WORKFORCE_TABLES}
        people = read_workforce(agents or self.required_path("agents"), others, self.config.plan.timezone, known)
        return people.serving((known or {}).get("agents", {}).get("skills", ()))

    def people_of(
        self, folder: Path, agents: Path | None = None, known: Known | None = None, /, **given: Path | None
    ) -> Workforce:
        """The people as `people` has them, with the absences and locks that were written into a folder."""
        people = self.people(agents, known, **given)
        off, locks = self._written(folder, Absences, people), self._written(folder, LockedDays, people)
        if len(off):
            people = replace(people, time_off=TimeOff.of(_joined(people.time_off, off), people.time_off.source))
        if len(locks):
            people = replace(people, locks=Locks.of(_joined(people.locks, locks), people.locks.source))
        return people

    def _written(self, folder: Path, table: type[T], people: Workforce) -> T:
        """What was written about people into a folder, nothing where it has no such file."""
        path = folder / table.file_name
        if not path.is_file():
            return table.empty()
        ids, there = {"agent_id": people.agents.frame["agent_id"].tolist()}, {"agent_id": "the agents file"}
        return read_table(path, table, timezone=self.config.plan.timezone, known=ids, known_from=there)

    def days_given(self, rows: Iterable[date]) -> PlannedDays | None:
        """The days that the settings give, for a file with rows on some days; None where they give no first day.

        The length that counts where none is set is a default: of a file alone it holds no more weeks than have rows.
        """
        plan, first = self.config.plan, self._first_day_given
        if first is None:
            return None
        given = planned_days(self.config, first, self.config_place)
        if self._is_plan or plan.has_length:
            return given
        weeks = (max(rows) - first).days // DAYS_OF_A_WEEK + 1
        return PlannedDays(first, min(given.number, DAYS_OF_A_WEEK * max(weeks, 1)))

    @property
    def _is_plan(self) -> bool:
        return (self.folder / MANIFEST).is_file()

    @property
    def _first_day_given(self) -> date | None:
        """As set; of a plan made without, the first day of its forecast, as the history may have gone on."""
        totals = self.folder / ForecastTotals.file_name
        if self.config.plan.start is not None or not (self._is_plan and totals.is_file()):
            return self.config.plan.start
        frame = self.table(ForecastTotals).frame
        begins = frame.loc[frame["period"] == "horizon", "period_start"]
        return None if begins.empty else begins.iloc[0].date()

    @cached_property
    def site(self) -> Site:
        """Calendar and queues, over the history and the period planned."""
        return make_site(
            self.config,
            queues=self.span.queues,
            first_day=min(self.span.first, self.first_day),
            last_day=self.planned.last,
            special_days=self.special_days,
            planned=self.planned,
        )

    @cached_property
    def planned(self) -> PlannedDays:
        """The days of the plan."""
        return planned_days(self.config, self.first_day, self.config_place)

    def table(self, table: type[T]) -> T:
        """One of the plan's own tables, as its file now is: edits by hand count. An unchanged file is read once."""
        path = self.folder / table.file_name
        sha = sha256(path)
        if table not in self._read or sha is None or self._read[table][0] != sha:
            self._read[table] = sha, read_table(path, table, timezone=self.config.plan.timezone)
        return cast(T, self._read[table][1])

    @cached_property
    def _read(self) -> dict[type[Table], tuple[str | None, Table]]:
        """Tables read so far, each with its file's hash from before it was read."""
        return {}

    def table_if_there(self, table: type[T]) -> T | None:
        return self.table(table) if (self.folder / table.file_name).is_file() else None

    def roster(self) -> Roster:
        return Roster(self.table(RosterShifts), self.table(RosterActivities))

    def forecast(self) -> VolumeForecast:
        return self.table(VolumeForecast)


def _joined(given: Table, written: Table) -> pd.DataFrame:
    """Both; what is given first holds where they have a key in common."""
    both = pd.concat([part for part in (given.frame, written.frame) if len(part)], ignore_index=True)
    return both.drop_duplicates(list(given.key), ignore_index=True)


def names_known(config: Config, groups: Iterable[str] = ()) -> Known:
    """By table and column the names that the files of the people may use. groups: planning groups beside those of the
    settings; where there are none at all, any may be."""
    starts = [name for family, shift in config.shifts.items() for name in shift.names(family)]
    listed = config.queues if config.queues_listed() else {}
    all_groups = {*groups, *(queue.planning_group or name for name, queue in listed.items())}
    names = {
        "agents": {"work_plan": list(config.work_plans), "skills": sorted(all_groups)},
        "skills": {"skill": sorted({*all_groups, *other_skills(config.roster.rules)} if all_groups else ())},
        "locks": {"shift": ["off", *starts] if starts else []},
        "wishes": {"shift": starts},
    }
    return {table: {column: known for column, known in columns.items() if known} for table, columns in names.items()}


def first_day_after(history: ContactHistory, timezone: str) -> date:
    """The local day after the last one in a history."""
    last: date = local_dates(pd.DatetimeIndex([history.frame["interval_start"].max()]), timezone)[0]
    return last + timedelta(days=1)


def span_of(history: ContactHistory, timezone: str) -> HistorySpan:
    """What the calendar and the queues of a site need to know of a history."""
    frame = history.frame
    queues = tuple(str(name) for name in frame["queue"].unique())
    return HistorySpan(queues, frame["interval_start"].min().date(), first_day_after(history, timezone))


def first_day_of(following: date, config: Config, config_place: str) -> date:
    """First day planned: as set, or the local day that follows the history's last.

    Raises ConfigError where it is set to years after the history: nothing there says what comes then.
    """
    start = config.plan.start
    if start is not None and start - following > LONGEST_LEAD:
        message = f"{start} is {(start - following).days / DAYS_PER_YEAR:.1f} years after the last day of the history"
        hint = f"correct the year; at most {LONGEST_LEAD.days:,} days after it can be planned"
        raise ConfigError(Problem(f"{config_place}:plan.start", message, hint))
    return following if start is None else start


def planned_days(config: Config, first: date, config_place: str) -> PlannedDays:
    """The days planned from the first one on; raises ConfigError where plan.end does not fit it."""
    try:
        return config.plan.days_from(first)
    except ValueError as error:
        hint = "the first day is plan.start, or the day after the history's last"
        raise ConfigError(Problem(f"{config_place}:plan.end", str(error), hint)) from error


def history_before(history: ContactHistory, day: date, timezone: str) -> ContactHistory:
    """The rows before a local day, so that a plan of the past sees only what was known then."""
    earlier = (history.frame["interval_start"] < midnight(day, timezone)).to_numpy()
    if not earlier.any():
        hint = "set a later plan.start, or give a history that starts earlier"
        raise DataError(
            Problem(history.source, f"the history has no rows before the first day of the plan, {day}", hint)
        )
    return history if earlier.all() else history.only(earlier)
