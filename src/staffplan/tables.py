"""The typed tables that flow between steps. Each is checked once, when it is made, and trusted afterwards.

`Table.of(frame, source)` is the only way in: it checks columns, kinds, ranges and the key, collects every
problem, and raises one DataError. Rows are counted as a spreadsheet counts them (the header is row 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import numpy as np
import pandas as pd

from staffplan.clock import parse_spans, parse_weekdays
from staffplan.errors import DataError, Problem

Kind = Literal["instant", "date", "text", "number", "count"]
CHANNELS = ("voice", "chat", "email", "social", "callback", "counter")
WORK_TYPE = {
    "voice": "immediate",
    "counter": "immediate",
    "chat": "concurrent",
    "email": "deferred",
    "social": "deferred",
    "callback": "deferred",
}
"""How a channel's contacts wait: seconds (immediate), several at once (concurrent), or hours (deferred)."""
MAX_PROBLEMS = 100
"""Problems listed in full for one table; the rest are counted."""


@dataclass(frozen=True)
class Column:
    """What one column of a table may hold. `blank` tells whether a cell may be empty (NaN, NaT, "")."""

    name: str
    kind: Kind
    required: bool = True
    blank: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    reader: Callable[[str], object] | None = None
    """Reads a cell's text; its ValueError says, in words, what is wrong with it."""


def instant(name: str = "interval_start", *, required: bool = True, blank: bool = False) -> Column:
    return Column(name, "instant", required, blank)


def text(name: str, *, required: bool = True, blank: bool = False, choices: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", required, blank, choices=choices)


def number(
    name: str,
    minimum: float | None = 0.0,
    maximum: float | None = None,
    *,
    required: bool = True,
    blank: bool = False,
) -> Column:
    return Column(name, "number", required, blank, minimum, maximum)


@dataclass(frozen=True)
class Table:
    """One DataFrame that keeps its schema: the declared columns first, sorted by key, a plain 0..n index."""

    frame: pd.DataFrame
    source: str

    columns: ClassVar[tuple[Column, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ()
    file_name: ClassVar[str] = ""
    needs_rows: ClassVar[bool] = False
    """Whether a file with nothing but the header says nothing, and is refused."""
    ordered: ClassVar[tuple[str, str] | None] = None
    """Two columns, the second of which must not lie before the first."""

    @classmethod
    def of(cls, frame: pd.DataFrame, source: str = "") -> Self:
        """Check `frame` and make the table. `source` (a file name) begins every problem's place.

        Instants must be tz-aware, dates `datetime64` without a zone. A column "_row", where present,
        gives each row's number in its file; missing optional columns are added blank. Raises DataError.
        """
        source = source or cls.file_name
        missing = [c.name for c in cls.columns if c.required and c.name not in frame.columns]
        if missing:
            raise DataError(_missing_column(source, name, frame) for name in missing)
        rows = _row_numbers(frame)
        data = pd.DataFrame({c.name: _column(frame, c) for c in cls.columns}, index=range(len(frame)))
        problems = cls._problems(data, rows, source)
        if problems:
            raise DataError(capped(sorted(problems, key=by_row), source))
        return cls(data.sort_values(list(cls.key), kind="stable", ignore_index=True), source)

    @classmethod
    def problems_of(cls, frame: pd.DataFrame, source: str) -> list[Problem]:
        """Every problem of the rows, for a caller that has found others already; the columns are there."""
        data = pd.DataFrame({c.name: _column(frame, c) for c in cls.columns}, index=range(len(frame)))
        return cls._problems(data, _row_numbers(frame), source)

    @classmethod
    def _problems(cls, data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
        problems = [p for c in cls.columns for p in _column_problems(data[c.name], c, rows, source)]
        if cls.ordered is not None:
            problems += _order_problems(data, *cls.ordered, rows, source)
        return problems + _key_problems(data, cls.key, rows, source)

    @classmethod
    def empty(cls) -> Self:
        """The table without rows."""
        return cls.of(pd.DataFrame({c.name: _no_values(c) for c in cls.columns}))

    def __len__(self) -> int:
        return len(self.frame)


def capped(problems: list[Problem], source: str) -> list[Problem]:
    """At most MAX_PROBLEMS problems, and one more line that counts the rest."""
    if len(problems) <= MAX_PROBLEMS:
        return problems
    rest = len(problems) - MAX_PROBLEMS
    return [*problems[:MAX_PROBLEMS], Problem(source, f"and {rest} more problems like these")]


def by_row(problem: Problem) -> tuple[int, str]:
    parts = problem.place.rsplit(":", 2)
    return (int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else 0), problem.place


def _missing_column(source: str, name: str, frame: pd.DataFrame) -> Problem:
    there = ", ".join(str(c) for c in frame.columns if c != "_row")
    return Problem(
        f"{source}:1:{name}",
        "the column is missing",
        f"columns there: {there}; rename one, or map it in the config under [input.columns]",
    )


def _row_numbers(frame: pd.DataFrame) -> np.ndarray:
    if "_row" in frame.columns:
        return frame["_row"].to_numpy(dtype=np.int64)
    return np.arange(len(frame), dtype=np.int64) + 2


def _no_values(column: Column) -> pd.Series:
    match column.kind:
        case "instant":
            return pd.Series([], dtype="datetime64[ns, UTC]")
        case "date":
            return pd.Series([], dtype="datetime64[ns]")
        case "text":
            return pd.Series([], dtype=object)
        case _:
            return pd.Series([], dtype=float)


def _column(frame: pd.DataFrame, column: Column) -> pd.Series:
    """The column in its canonical dtype; a missing optional one is blank throughout."""
    if column.name not in frame.columns:
        blank: object = {"instant": pd.NaT, "date": pd.NaT, "text": ""}.get(column.kind, np.nan)
        values = pd.Series([blank] * len(frame), dtype=object)
    else:
        values = frame[column.name].reset_index(drop=True)
    match column.kind:
        case "instant":
            return pd.to_datetime(values, utc=True).dt.as_unit("ns")
        case "date":
            return pd.to_datetime(values).dt.as_unit("ns")
        case "text":
            return values.astype(object).where(values.notna(), "").astype(str).astype(object)
        case _:
            return pd.to_numeric(values).astype(float)


def _column_problems(values: pd.Series, column: Column, rows: np.ndarray, source: str) -> list[Problem]:
    blank = (values == "") if column.kind == "text" else values.isna()
    found: list[tuple[int, str, str]] = []
    if not column.blank and column.required:
        found += [(i, "the cell is empty", "fill it in") for i in np.flatnonzero(blank).tolist()]
    filled = ~blank.to_numpy(dtype=bool)
    if column.choices:
        wrong = filled & ~values.isin(column.choices).to_numpy()
        known = f"known: {', '.join(column.choices)}"
        found += [(i, f"{values[i]!r} is not known here", known) for i in np.flatnonzero(wrong).tolist()]
    if column.reader is not None:
        found += _reader_problems(values[filled], column.reader)
    if column.kind in ("number", "count"):
        found += _range_problems(values.to_numpy(dtype=float), filled, column)
    return [Problem(f"{source}:{rows[i]}:{column.name}", message, hint) for i, message, hint in found]


def _reader_problems(values: pd.Series, reader: Callable[[str], object]) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    for position, value in values.items():
        try:
            reader(value)
        except ValueError as error:
            found.append((int(str(position)), str(error), ""))
    return found


def _range_problems(values: np.ndarray, filled: np.ndarray, column: Column) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    infinite = filled & ~np.isfinite(values)
    found += [(i, f"{values[i]} is not a finite number", "") for i in np.flatnonzero(infinite).tolist()]
    if column.minimum is not None:
        low = filled & (values < column.minimum)
        found += [(i, f"{values[i]:g} is below {column.minimum:g}", "") for i in np.flatnonzero(low).tolist()]
    if column.maximum is not None:
        high = filled & (values > column.maximum) & ~infinite
        found += [(i, f"{values[i]:g} is above {column.maximum:g}", "") for i in np.flatnonzero(high).tolist()]
    if column.kind == "count":
        broken = filled & ~infinite & (values != np.floor(values))
        found += [(i, f"{values[i]:g} is not a whole number", "") for i in np.flatnonzero(broken).tolist()]
    return found


def _order_problems(data: pd.DataFrame, first: str, last: str, rows: np.ndarray, source: str) -> list[Problem]:
    backward = (data[last] < data[first]).to_numpy()
    return [
        Problem(
            f"{source}:{rows[i]}:{last}",
            f"{data[last][i].isoformat(sep=' ')} is before {first}, {data[first][i].isoformat(sep=' ')}",
            "swap or correct the two",
        )
        for i in np.flatnonzero(backward).tolist()
    ]


def _key_problems(data: pd.DataFrame, key: tuple[str, ...], rows: np.ndarray, source: str) -> list[Problem]:
    if not key:
        return []
    doubled = data.duplicated(list(key), keep="first").to_numpy()
    if not doubled.any():
        return []
    first = data.groupby(list(key), sort=False, dropna=False).ngroup().to_numpy()
    row_of_first = pd.Series(rows).groupby(first).first()
    place_column = key[-1]
    return [
        Problem(
            f"{source}:{rows[i]}:{place_column}",
            f"the same {' and '.join(key)} as row {row_of_first[first[i]]}",
            "keep one of the two rows, or add them up",
        )
        for i in np.flatnonzero(doubled)
    ]


@dataclass(frozen=True)
class ContactHistory(Table):
    """What arrived, by arrival time. A row that is not there is not a zero; the forecast decides what it is."""

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        number("offered"),
        number("aht_seconds", required=False, blank=True),
        number("handled", required=False, blank=True),
        number("abandoned", required=False, blank=True),
        number("answered_within_threshold", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start")
    file_name: ClassVar[str] = "history.csv"
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class SpecialDays(Table):
    """Days the calendar should know beside public holidays; see clock.SpecialDay for the kinds."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("name"),
        text("kind", choices=("holiday", "closed", "event")),
    )
    key: ClassVar[tuple[str, ...]] = ("day",)
    file_name: ClassVar[str] = "special_days.csv"


@dataclass(frozen=True)
class VolumeForecast(Table):
    """Contacts and handling time expected in every interval in which a queue takes contacts.

    A closed interval has no row. Deferred queues (mail) take contacts around the clock unless told otherwise.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("queue"),
        text("channel", choices=CHANNELS),
        number("offered"),
        number("aht_seconds"),
        number("offered_p10"),
        number("offered_p90"),
        number("offered_p025"),
        number("offered_p975"),
        text("method"),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "interval_start")
    file_name: ClassVar[str] = "forecast.csv"


@dataclass(frozen=True)
class Backtest(Table):
    """How each method would have done on this queue: rolling origins, errors pooled over the horizon."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("queue"),
        text("method"),
        text("chosen", choices=("yes", "no")),
        number("origins"),
        number("wape", blank=True),
        number("wape_day", blank=True),
        number("bias", None, blank=True),
        number("coverage_80", 0, 1, required=False, blank=True),
        number("coverage_95", 0, 1, required=False, blank=True),
        number("workload_wape", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("queue", "method")
    file_name: ClassVar[str] = "forecast_backtest.csv"


@dataclass(frozen=True)
class StaffingRequirement(Table):
    """People needed in every staffed interval of every planning group.

    `agents_required`: on the line. `agents_on_queue`: people the roster must show on queue, grossed up by
    the shrinkage a roster does not place itself (sickness, lateness). `agents_scheduled`: on duty, grossed
    up by all shrinkage. `service_level` to `abandon_rate` are what `model` predicts for agents_required.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        text("channel", choices=CHANNELS),
        number("offered"),
        number("aht_seconds"),
        number("load_erlangs"),
        number("agents_required"),
        number("agents_on_queue"),
        number("agents_scheduled"),
        number("service_level", 0, 1, blank=True),
        number("asa_seconds", blank=True),
        number("occupancy", 0, 1, blank=True),
        number("abandon_rate", 0, 1, blank=True),
        text("model"),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "interval_start")
    file_name: ClassVar[str] = "requirement.csv"


@dataclass(frozen=True)
class Agents(Table):
    """Who can be rostered. `skills` and `work_plan` name planning groups (";" between) and a config section."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", required=False, blank=True),
        text("staffing_group", required=False, blank=True),
        text("skills", blank=True),
        text("work_plan", required=False, blank=True),
        number("hourly_rate", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id",)
    file_name: ClassVar[str] = "agents.csv"
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class TimeOff(Table):
    """Whole days on which an agent does not work, first and last day included."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("first_day", "date"),
        Column("last_day", "date"),
        text("kind", required=False, blank=True),
        text("paid", required=False, blank=True, choices=("yes", "no")),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "first_day")
    file_name: ClassVar[str] = "time_off.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("first_day", "last_day")


@dataclass(frozen=True)
class Availability(Table):
    """When an agent can work, by weekday ("mon-fri", "daily") and hours ("08:00-16:00", "closed").

    An agent without a row is always available; an agent with rows only as they say.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("weekdays", "text", reader=parse_weekdays),
        Column("hours", "text", reader=parse_spans),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "weekdays")
    file_name: ClassVar[str] = "availability.csv"


@dataclass(frozen=True)
class Workforce:
    """The people: agents, their time off, their availability."""

    agents: Agents
    time_off: TimeOff
    availability: Availability


@dataclass(frozen=True)
class RosterShifts(Table):
    """One row for each agent and day worked. `paid_hours` excludes unpaid meals.

    `premium_hours` tells the hours by kind, "night:2.5;sunday:8"; a shift over midnight keeps its first day.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        text("name", blank=True, required=False),
        Column("schedule_date", "date"),
        text("shift"),
        instant("start"),
        instant("end"),
        number("paid_hours"),
        text("premium_hours", blank=True, required=False),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "schedule_date")
    file_name: ClassVar[str] = "roster_shifts.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")


ACTIVITIES = ("queue", "break", "meal", "meeting", "training")


@dataclass(frozen=True)
class RosterActivities(Table):
    """What happens inside each shift, without gaps. On queue, `planning_group` says for whom."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id"),
        Column("schedule_date", "date"),
        Column("activity_date", "date"),
        instant("start"),
        instant("end"),
        text("activity", choices=ACTIVITIES),
        text("planning_group", blank=True),
        text("paid", choices=("yes", "no")),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "start")
    file_name: ClassVar[str] = "roster_activities.csv"
    ordered: ClassVar[tuple[str, str] | None] = ("start", "end")


@dataclass(frozen=True)
class Roster:
    """A named roster: shifts and what happens inside them. The solver's bound travels on its result."""

    shifts: RosterShifts
    activities: RosterActivities


@dataclass(frozen=True)
class RosterBreaches(Table):
    """Every broken rule of a roster: who, when, which rule, and what is so."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("agent_id", blank=True),
        Column("schedule_date", "date", blank=True),
        text("rule"),
        text("message"),
    )
    key: ClassVar[tuple[str, ...]] = ("agent_id", "schedule_date", "rule", "message")
    file_name: ClassVar[str] = "check.csv"


@dataclass(frozen=True)
class Coverage(Table):
    """Required against scheduled on queue; `service_level` and the rest are simulated, blank until then.

    `required` is the requirement's agents_on_queue, `scheduled` the people on queue on average over the interval (who
    is there for half of it is a half); a group has rows wherever either number is not zero.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        instant(),
        text("planning_group"),
        number("required"),
        number("scheduled"),
        number("net", None),
        number("offered", required=False, blank=True),
        number("service_level", 0, 1, required=False, blank=True),
        number("asa_seconds", required=False, blank=True),
        number("occupancy", 0, 1, required=False, blank=True),
        number("abandon_rate", 0, 1, required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "interval_start")
    file_name: ClassVar[str] = "coverage.csv"


@dataclass(frozen=True)
class DayService(Table):
    """What customers wait on each local day, weighted by contacts, from the simulated roster.

    `low` and `high` bound the day's service level in nine of ten replications; `kept` compares it with its goal.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", "date"),
        text("planning_group"),
        number("offered"),
        number("service_level", 0, 1, blank=True),
        number("service_level_low", 0, 1, blank=True),
        number("service_level_high", 0, 1, blank=True),
        number("goal", 0, 1, blank=True),
        text("kept", choices=("yes", "no", "no contacts")),
        number("asa_seconds", blank=True),
        number("abandon_rate", 0, 1, blank=True),
        number("occupancy", 0, 1, blank=True),
        number("understaffed_hours"),
        number("overstaffed_hours"),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "day")
    file_name: ClassVar[str] = "waits.csv"


@dataclass(frozen=True)
class CostReport(Table):
    """Hours and money, line by line. `period` is a month ("2026-12") or "total"; a blank group is the whole site.

    `ledger` names the section: "bridge", "hours", "cost" or "unit"; `position` orders its lines. Within "hours" and
    "cost" the lines of a period and group add up exactly to its line "paid hours" / "loaded cost"; lines that
    begin with "memo:" stand beside the sum. In the bridge the hours before "base staff", "on queue" and "paid hours"
    lead up to them, the amounts to "loaded cost". `amount` is in currency units with two decimals; `source` is the
    table and column the figure comes from.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("period"),
        text("ledger", choices=("bridge", "hours", "cost", "unit")),
        number("position", required=False, blank=True),
        text("line"),
        text("planning_group", blank=True),
        number("hours", None, blank=True),
        number("amount", None, blank=True),
        number("quantity", None, blank=True),
        text("unit", blank=True),
        text("currency", blank=True),
        text("source"),
    )
    key: ClassVar[tuple[str, ...]] = ("period", "ledger", "planning_group", "position", "line")
    file_name: ClassVar[str] = "cost.csv"
