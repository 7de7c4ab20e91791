"""What a table is: one DataFrame around which columns, kinds, ranges and key are checked once, when it is made.

`Table.of(frame, source)` is the only way in: it collects every problem and raises one DataError. Rows are counted as
a spreadsheet counts them (the header is row 1).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Note, Problem, listed
from staffplan.tables.spread import LONGEST_RANGE, REACH_OF_A_PLAN, long_problems, stray_problems

Kind = Literal["instant", "date", "text", "number", "count"]
MAX_PROBLEMS = 100
"""Problems listed in full for one table; the rest are counted."""
MOST_CONTACTS = 1e6
"""Contacts of one interval; more are a slip of the keyboard, no center of this world has them."""
LONGEST_AHT_SECONDS = 1e6
"""Eleven days and nights of work on one contact."""
CLOSED = "where every interval is closed: choose other weeks, or look at the opening hours and the special days"
"""What to do about a table of intervals without any."""
MOST_WORK_SECONDS = 3.6e9
"""Contacts x handling time of one interval: an hour of a million people."""
MOST_AGENTS, LARGEST_RATE = 1e7, 1e7
"""People of an interval; money for an hour, in the currency with the smallest unit."""
LARGEST_NUMBER = 1e15
"""Of a column without a limit of its own; up to here whole numbers, and cents, are exact."""
SHORTEST_USUAL_SECONDS, LONGEST_USUAL_SECONDS = 15.0, 4 * 3600.0
"""The mean of a queue that lies beyond these is asked about: it may be in another unit."""


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
    several: bool = False
    """Whether a cell may hold several names, ";" between them."""


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


def contacts(name: str, *, optional: bool = False) -> Column:
    """How many came in one interval."""
    return number(name, 0, MOST_CONTACTS, required=not optional, blank=optional)


def handling_time(*, optional: bool = False) -> Column:
    return number("aht_seconds", 0, LONGEST_AHT_SECONDS, required=not optional, blank=optional)


def doubt_of_unit(aht_seconds: float) -> str:
    """A sentence where a queue's usual handling time is one that no center has; "" where all is well."""
    if SHORTEST_USUAL_SECONDS <= aht_seconds <= LONGEST_USUAL_SECONDS:
        return ""
    short = aht_seconds < SHORTEST_USUAL_SECONDS
    usual = f"{aht_seconds:,.1f} s" if short else f"{aht_seconds:,.0f} s ({aht_seconds / 3600:,.1f} hours)"
    asked = f"does the export give {'minutes' if short else 'milliseconds'}? aht_seconds are seconds, or h:mm:ss"
    return f"the handling time is {usual}: {asked}; every staffing figure depends on it"


def names_in(cell: str) -> tuple[str, ...]:
    """The names in a cell that may hold several: "voice; chat"."""
    return tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


@dataclass(frozen=True)
class Table:
    """One DataFrame that keeps its schema: the declared columns first, sorted by key, a plain 0..n index."""

    frame: pd.DataFrame
    source: str
    rows: np.ndarray = field(repr=False, compare=False)
    """(rows,): the number of each row in its file."""
    notes: tuple[Note, ...] = ()
    """What to know of how it was read."""

    columns: ClassVar[tuple[Column, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ()
    twice: ClassVar[str] = "keep one of the two rows"
    """What to do about two rows with the same key."""
    file_name: ClassVar[str] = ""
    needs_rows: ClassVar[bool] = False
    """Whether a file with nothing but the header says nothing, and is refused."""
    without_rows: ClassVar[str] = "export it again, with its rows"
    """What to do about such a file."""
    ordered: ClassVar[tuple[str, str] | None] = None
    """Two columns, the second of which must not lie before the first."""
    mapped: ClassVar[bool] = False
    """Whether [input.columns] maps its columns."""
    numbered: ClassVar[str | None] = None
    """A column that numbers the rows 1, 2, ... in their order where a file does not have it."""
    decisive: ClassVar[str | None] = None
    """A column without which a row of a file says nothing; a blank cell there is no mistake."""
    one_of: ClassVar[tuple[str, ...]] = ()
    """Columns of which every row fills exactly one."""
    calendar: ClassVar[tuple[str, ...]] = ()
    """Days and times of which none may lie far from the others, as the days between are worked on too."""
    reach: ClassVar[pd.Timedelta] = REACH_OF_A_PLAN
    """How far that is."""
    longest: ClassVar[pd.Timedelta] = LONGEST_RANGE
    """From the first column of `ordered` to the second."""
    work: ClassVar[bool] = False
    """Whether `offered` x `aht_seconds` is the work of an interval, and limited."""

    @classmethod
    def of(cls, frame: pd.DataFrame, source: str = "") -> Self:
        """Check `frame` and make the table. `source` (a file name) begins every problem's place.

        Instants must be tz-aware, dates `datetime64` without a zone. A column "_row", where present,
        gives each row's number in its file; missing optional columns are added blank. Raises DataError.
        """
        source = source or cls.file_name
        missing = [c.name for c in cls.columns if c.required and c.name not in (*frame.columns, cls.numbered)]
        if missing:
            raise DataError(_missing_column(source, name, frame, mapped=cls.mapped) for name in missing)
        frame = cls.with_numbers(frame)
        rows = _row_numbers(frame)
        data = pd.DataFrame({c.name: _column(frame, c) for c in cls.columns}, index=range(len(frame)))
        problems = cls._problems(data, rows, source)
        if problems:
            raise DataError(capped(sorted(problems, key=by_row), source))
        if not _rises(data, cls.key):
            data = data.sort_values(list(cls.key), kind="stable")
            rows, data = rows[data.index], data.reset_index(drop=True)
        return cls(data, source, rows)

    def only(self, rows: np.ndarray) -> Self:
        """The rows (by a flag for each) alone; what was checked stays checked."""
        return replace(self, frame=self.frame[rows].reset_index(drop=True), rows=self.rows[rows])

    def place(self, position: int, column: str) -> str:
        """Where the cell of a row of `frame` is in its file, for a Problem."""
        return f"{self.source}:{self.rows[position]}:{column}"

    @classmethod
    def problems_of(cls, frame: pd.DataFrame, source: str) -> list[Problem]:
        """Every problem of the rows, for a caller that has found others already; the columns are there."""
        data = pd.DataFrame({c.name: _column(frame, c) for c in cls.columns}, index=range(len(frame)))
        return cls._problems(data, _row_numbers(frame), source)

    @classmethod
    def named(cls, cell: str, known: Sequence[str]) -> list[str]:
        """The names in a cell of a column with several, as they stand among the known ones."""
        return list(names_in(cell))

    @classmethod
    def with_numbers(cls, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with their numbers, where the table has them and the rows do not."""
        if cls.numbered is None or cls.numbered in frame.columns:
            return frame
        return frame.assign(**{cls.numbered: np.arange(1.0, len(frame) + 1)})

    @classmethod
    def _problems(cls, data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
        problems = [p for c in cls.columns for p in _column_problems(data[c.name], c, rows, source)]
        if cls.ordered is not None:
            problems += _order_problems(data, *cls.ordered, rows, source)
            problems += long_problems(data, cls.ordered, cls.longest, rows, source)
        if cls.one_of:
            problems += _one_of_problems(data, cls.one_of, rows, source)
        problems += stray_problems(data, cls.calendar, cls.reach, rows, source)
        if cls.work:
            problems += _work_problems(data, rows, source)
        return problems + _key_problems(data, cls.key, rows, source, cls.twice)

    @classmethod
    def empty(cls) -> Self:
        """The table without rows."""
        return cls(_no_rows(cls.columns).copy(), cls.file_name, np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.frame)


def capped(problems: list[Problem], source: str) -> list[Problem]:
    """At most MAX_PROBLEMS problems, and one more line that counts the rest; one for many that say the same."""
    if len(problems) > MAX_PROBLEMS:
        problems = _once(problems)
    if len(problems) <= MAX_PROBLEMS:
        return problems
    rest = len(problems) - MAX_PROBLEMS
    return [*problems[:MAX_PROBLEMS], Problem(source, f"and {rest} more problems like these")]


def _once(problems: list[Problem]) -> list[Problem]:
    """Of more than MAX_PROBLEMS problems of a column that differ in values and rows alone the first, with a count."""
    kinds = [(p.place.rpartition(":")[2], re.sub(r"'.*'|[-\d.]+", "", p.message)) for p in problems]
    counts = Counter(kinds)
    told: list[Problem] = []
    for problem, kind in zip(problems, kinds, strict=True):
        if counts[kind] > MAX_PROBLEMS:
            more = f"{problem.message} (and {counts[kind] - 1:,} more rows like it)"
            told.append(Problem(problem.place, more, problem.hint))
            counts[kind] = 0
        elif counts[kind]:
            told.append(problem)
    return told


def by_row(problem: Problem) -> tuple[int, str]:
    parts = problem.place.rsplit(":", 2)
    return (int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else 0), problem.place


def _missing_column(source: str, name: str, frame: pd.DataFrame, *, mapped: bool) -> Problem:
    there = listed(c for c in frame.columns if c != "_row")
    mend = "rename one, or map it in the config under [input.columns]" if mapped else "rename or add one"
    return Problem(f"{source}:1:{name}", "the column is missing", f"columns there: {there}; {mend}")


def _row_numbers(frame: pd.DataFrame) -> np.ndarray:
    if "_row" in frame.columns:
        return frame["_row"].to_numpy(dtype=np.int64)
    return np.arange(len(frame), dtype=np.int64) + 2


@cache
def _no_rows(columns: tuple[Column, ...]) -> pd.DataFrame:
    kinds: Mapping[str, Any] = {"instant": "datetime64[ns, UTC]", "date": "datetime64[ns]", "text": object}
    return pd.DataFrame({c.name: pd.Series([], dtype=kinds.get(c.kind, float)) for c in columns}, index=range(0))


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
    least = -LARGEST_NUMBER if column.minimum is None else column.minimum
    most = LARGEST_NUMBER if column.maximum is None else column.maximum
    low, high = filled & (values < least) & ~infinite, filled & (values > most) & ~infinite
    found += [(i, f"{values[i]:g} is below {least:g}", "") for i in np.flatnonzero(low).tolist()]
    for i in np.flatnonzero(high).tolist():
        hint = f"a share is at most 1: {values[i]:g} % is {values[i] / 100:g}" if least >= 0 and most <= 1 else ""
        found.append((i, f"{values[i]:g} is above {most:g}", hint if values[i] <= 100 else ""))
    if column.kind == "count":
        broken = filled & ~infinite & (values != np.floor(values))
        found += [(i, f"{values[i]:g} is not a whole number", "") for i in np.flatnonzero(broken).tolist()]
    return found


def _order_problems(data: pd.DataFrame, first: str, last: str, rows: np.ndarray, source: str) -> list[Problem]:
    backward = (data[last] < data[first]).to_numpy()
    return [
        Problem(
            f"{source}:{rows[i]}:{last}",
            f"{_moment(data[last][i])} is before {first}, {_moment(data[first][i])}",
            "swap or correct the two",
        )
        for i in np.flatnonzero(backward).tolist()
    ]


def _one_of_problems(data: pd.DataFrame, names: tuple[str, ...], rows: np.ndarray, source: str) -> list[Problem]:
    filled = data[list(names)].notna().to_numpy()
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    hint = f"fill in exactly one of {listed}"
    problems = []
    for i in np.flatnonzero(filled.sum(axis=1) != 1).tolist():
        there = [name for name, is_filled in zip(names, filled[i], strict=True) if is_filled]
        said = f"{' and '.join(there)} are given together" if there else f"none of {listed} is given"
        problems.append(Problem(f"{source}:{rows[i]}:{there[1] if there else names[0]}", said, hint))
    return problems


def _work_problems(data: pd.DataFrame, rows: np.ndarray, source: str) -> list[Problem]:
    """Intervals with more work than all the people of a large city could do."""
    work = (data["offered"] * data["aht_seconds"]).to_numpy()
    fits = (data["offered"] <= MOST_CONTACTS) & (data["aht_seconds"] <= LONGEST_AHT_SECONDS)
    hint = f"correct one of the two; at most {MOST_WORK_SECONDS:g} seconds of work come in an interval"
    return [
        Problem(
            f"{source}:{rows[i]}:offered", f"{data['offered'][i]:g} contacts of {data['aht_seconds'][i]:g} s", hint
        )
        for i in np.flatnonzero((work > MOST_WORK_SECONDS) & fits.to_numpy()).tolist()
    ]


def _moment(at: pd.Timestamp) -> str:
    """A day as such, an instant with its time."""
    return f"{at:%Y-%m-%d}" if at.tz is None else at.isoformat(sep=" ")


def _rises(data: pd.DataFrame, key: tuple[str, ...]) -> bool:
    """Whether every row's key is above the one before: then it is in order, and no key occurs twice."""
    below, alike = np.zeros(max(len(data) - 1, 0), dtype=bool), np.ones(max(len(data) - 1, 0), dtype=bool)
    for name in key:
        column = data[name]
        values = (column.dt.tz_localize(None) if isinstance(column.dtype, pd.DatetimeTZDtype) else column).to_numpy()
        below |= alike & (values[:-1] < values[1:])
        alike &= values[:-1] == values[1:]
    return bool(below.all())


def _key_problems(
    data: pd.DataFrame, key: tuple[str, ...], rows: np.ndarray, source: str, hint: str
) -> list[Problem]:
    if not key or _rises(data, key):
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
            hint,
        )
        for i in np.flatnonzero(doubled)
    ]
