"""The only place that reads or writes tables: CSV (any usual separator and encoding) and Parquet in, CSV out.

Every cell that cannot be read becomes a problem at `file:row:column`; all of them are raised together.
Writes are atomic: a file is either the old one or the whole new one.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from staffplan.cells import read_dates, read_instants, read_numbers
from staffplan.clock import SpecialDay, midnight
from staffplan.config import Config
from staffplan.errors import DataError, Problem, UsageError, nearest
from staffplan.tables import (
    Agents,
    Availability,
    Column,
    ContactHistory,
    SpecialDays,
    Table,
    TimeOff,
    Workforce,
    capped,
)

T = TypeVar("T", bound=Table)
SEPARATORS = (",", ";", "\t", "|")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_OTHER_KINDS = {
    b"PK\x03\x04": "a workbook or a zip archive",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x89PNG": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"SQLite format 3": "a database",
}


def place_of(path: Path) -> str:
    """How a file is called in messages: relative to the working folder where that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_table(
    path: Path,
    table: type[T],
    *,
    timezone: str = "UTC",
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    known: Mapping[str, Sequence[str]] | None = None,
) -> T:
    """One checked table from a CSV or Parquet file.

    `columns` maps our names to the file's; `constants` fills columns that the file does not have;
    `known` names the values that a column may hold (each stranger is a problem at its first row).
    Local times without an offset are read in `timezone`. Raises DataError with every problem of the file.
    """
    place = place_of(path)
    raw, decimal_comma = _read_raw(path, place)
    raw = _renamed(raw, columns or {}, place)
    for name, value in (constants or {}).items():
        if name not in raw.columns:
            raw[name] = value
    missing = [c.name for c in table.columns if c.required and c.name not in raw.columns]
    if missing:
        table.of(raw, place)  # raises, naming the missing columns and those that are there
    raw = raw[~_blank_rows(raw)]
    frame, problems = _typed(raw, table.columns, place, timezone, decimal_comma=decimal_comma)
    for name, values in (known or {}).items():
        problems += _strangers(frame, name, values, place)
    return _made(table, frame, problems, place)


def _made(table: type[T], frame: pd.DataFrame, problems: list[Problem], place: str) -> T:
    """The table; or all problems together, those of single cells and those the table itself finds."""
    if not problems:
        return table.of(frame, place)
    broken = {int(problem.place.rsplit(":", 2)[1]) for problem in problems}
    try:
        table.of(frame[~frame["_row"].isin(broken)], place)
    except DataError as error:
        problems += error.problems
    problems.sort(key=lambda p: int(p.place.rsplit(":", 2)[1]) if p.place.count(":") > 1 else 0)
    raise DataError(capped(problems, place))


def _strangers(frame: pd.DataFrame, column: str, known: Sequence[str], place: str) -> list[Problem]:
    strange = frame[~frame[column].isin([*known, ""])]
    problems = []
    for value, rows in strange.groupby(column, sort=False)["_row"]:
        more = f" (and in {len(rows) - 1} more rows)" if len(rows) > 1 else ""
        message = f"{value!r} is not a {column} of the settings{more}"
        problems.append(Problem(f"{place}:{rows.iloc[0]}:{column}", message, nearest(str(value), known)))
    return problems


def _read_raw(path: Path, place: str) -> tuple[pd.DataFrame, bool]:
    """All cells as text (Parquet: as they are) with the column "_row"; and whether "1,5" is a decimal comma."""
    data = _bytes_of(path, place)
    if data.startswith(b"PAR1"):
        frame = pd.read_parquet(io.BytesIO(data))
        frame["_row"] = np.arange(len(frame)) + 2
        return frame, False
    if not data.strip():
        raise DataError(Problem(place, "the file is empty", "export it again, with a header row"))
    for start, kind in _OTHER_KINDS.items():
        if data.startswith(start):
            raise DataError(Problem(place, f"this is {kind}, not a CSV file", "save it as CSV (UTF-8) and try again"))
    text = decode(data, place)
    separator = _separator(text)
    return _read_text(text, separator, place), separator != ","


def _bytes_of(path: Path, place: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(Problem(place, "no such file", "check the path")) from error
    except IsADirectoryError as error:
        raise DataError(Problem(place, "this is a folder, not a file", "name the CSV file in it")) from error
    except PermissionError as error:
        raise DataError(Problem(place, "the file may not be read", "check its permissions")) from error


def decode(data: bytes, place: str) -> str:
    """Text of a file: UTF-8 (with or without BOM), UTF-16 with BOM, or the likeliest single-byte code page."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if b"\x00" in data:
        raise DataError(Problem(place, "this is a binary file, not a CSV file", "export it as CSV (UTF-8)"))
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000], cp_isolation=["cp1251", "cp1252", "cp1250"]).best()
    return data.decode(best.encoding if best is not None else "cp1252", errors="replace")


def _separator(text: str) -> str:
    """The separator that splits the header into most columns."""
    header = text.lstrip().split("\n", 1)[0]
    return max(SEPARATORS, key=header.count)


def _read_text(text: str, separator: str, place: str) -> pd.DataFrame:
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    first = next(number for number, row in enumerate(rows) if any(cell.strip() for cell in row))
    names = [name.strip() for name in rows[first]]
    problems = _header_problems(names, first + 1, place)
    body = rows[first + 1 :]
    problems += [
        Problem(
            f"{place}:{number}",
            f"the row has {len(row)} cells, the header {len(names)}",
            "look for a stray separator",
        )
        for number, row in enumerate(body, start=first + 2)
        if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :])
    ]
    if problems:
        raise DataError(capped(problems, place))
    width = len(names)
    cells = [(row + [""] * width)[:width] if len(row) != width else row for row in body]
    frame = pd.DataFrame(cells, columns=names, dtype=object)
    frame["_row"] = np.arange(len(frame)) + first + 2
    if frame.empty:
        raise DataError(Problem(place, "the file has a header but no rows", "export it again, with its rows"))
    return frame


def _header_problems(names: Sequence[str], row: int, place: str) -> list[Problem]:
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    return [Problem(f"{place}:{row}:{name}", "the column is there twice", "rename or remove one") for name in doubled]


def _renamed(raw: pd.DataFrame, columns: Mapping[str, str], place: str) -> pd.DataFrame:
    there = ", ".join(str(c) for c in raw.columns if c != "_row")
    absent = [theirs for theirs in columns.values() if theirs not in raw.columns]
    if absent:
        raise DataError(
            Problem(
                f"{place}:1:{theirs}", "the column is missing", f"columns there: {there}; correct [input.columns]"
            )
            for theirs in absent
        )
    ours = {theirs: our for our, theirs in columns.items()}
    shadowed = [name for name in ours.values() if name in raw.columns and name not in ours]
    return raw.drop(columns=shadowed).rename(columns=ours)


def _blank_rows(raw: pd.DataFrame) -> np.ndarray:
    """Rows without any content: spreadsheets leave them at the end."""
    cells = raw.drop(columns="_row")
    blank = np.ones(len(raw), dtype=bool)
    for name in cells.columns:
        values = cells[name]
        blank &= (values.isna() | (values.astype(str).str.strip() == "")).to_numpy(dtype=bool)
    return blank


def _typed(
    raw: pd.DataFrame, columns: Iterable[Column], place: str, timezone: str, *, decimal_comma: bool
) -> tuple[pd.DataFrame, list[Problem]]:
    """Cells in their kinds, and a problem for each that cannot be read."""
    raw = raw.reset_index(drop=True)
    frame = pd.DataFrame({"_row": raw["_row"]})
    problems: list[Problem] = []
    for column in columns:
        if column.name not in raw.columns:
            continue
        values = raw[column.name]
        match column.kind:
            case "instant":
                frame[column.name], wrong = read_instants(values, timezone)
            case "date":
                frame[column.name], wrong = read_dates(values)
            case "text":
                frame[column.name], wrong = _texts(values), {}
            case _:
                frame[column.name], wrong = read_numbers(values, decimal_comma=decimal_comma)
        problems += [
            Problem(f"{place}:{raw['_row'][i]}:{column.name}", message, hint) for i, (message, hint) in wrong.items()
        ]
    return frame, problems


def _texts(values: pd.Series) -> pd.Series:
    """Trimmed text; the apostrophe that guards a formula is taken off again."""
    texts = values.where(values.notna(), "").astype(str).str.strip()
    guarded = texts.str.startswith(tuple(f"'{start}" for start in FORMULA_STARTS))
    return texts.where(~guarded, texts.str.slice(1)).astype(object)


def read_history(path: Path, config: Config) -> ContactHistory:
    """The history as the settings ask for it: columns mapped, later days and ignored queues left out.

    Raises DataError for a queue that the settings do not know (when they name any), and when nothing is left.
    """
    chosen = config.input
    names = [*config.queues, *chosen.ignore_queues] if config.queues else []
    history = read_table(
        path,
        ContactHistory,
        timezone=config.plan.timezone,
        columns=chosen.columns,
        constants={"queue": chosen.queue} if chosen.queue else None,
        known={"queue": names} if names else None,
    )
    frame = history.frame[~history.frame["queue"].isin(chosen.ignore_queues)]
    if chosen.until is not None:
        frame = frame[frame["interval_start"] < midnight(chosen.until + timedelta(days=1), config.plan.timezone)]
    absent = [name for name in config.queues if name not in set(frame["queue"])]
    if frame.empty or absent:
        raise DataError(_nothing_left(history.source, absent))
    return ContactHistory.of(frame, history.source)


def _nothing_left(place: str, absent: Sequence[str]) -> list[Problem]:
    if not absent:
        return [Problem(place, "no rows are left", "look at input.until and input.ignore_queues in the settings")]
    hint = "correct the queue's name in the settings, or remove its section"
    return [Problem(place, f"there are no rows for queue {name!r}", hint) for name in absent]


def read_workforce(agents: Path, time_off: Path | None, availability: Path | None) -> Workforce:
    """The people; every problem of the three files is raised together."""
    problems: list[Problem] = []
    people = _or_problems(agents, Agents, problems)
    absences = TimeOff.empty() if time_off is None else _or_problems(time_off, TimeOff, problems)
    hours = Availability.empty() if availability is None else _or_problems(availability, Availability, problems)
    if people is not None:
        known = set(people.frame["agent_id"])
        for table in (absences, hours):
            problems += _unknown_agents(table, known) if table is not None else []
    if absences is not None:
        problems += _backward_absences(absences)
    if problems or people is None or absences is None or hours is None:
        raise DataError(problems)
    return Workforce(people, absences, hours)


def _or_problems(path: Path, table: type[T], problems: list[Problem]) -> T | None:
    try:
        return read_table(path, table)
    except DataError as error:
        problems += error.problems
        return None


def _unknown_agents(table: Table, known: set[str]) -> list[Problem]:
    strangers = sorted(set(table.frame["agent_id"]) - known)
    return [
        Problem(f"{table.source}:agent_id", f"{agent!r} is not in the agents file", "add the agent or remove the row")
        for agent in strangers
    ]


def _backward_absences(time_off: TimeOff) -> list[Problem]:
    frame = time_off.frame
    backward = frame[frame["last_day"] < frame["first_day"]]
    return [
        Problem(
            f"{time_off.source}:last_day",
            f"{row.agent_id}: the last day {row.last_day:%Y-%m-%d} is before the first, {row.first_day:%Y-%m-%d}",
            "swap the two days",
        )
        for row in backward.itertuples()
    ]


def read_special_days(path: Path) -> tuple[SpecialDay, ...]:
    """Special days of a file with the columns day, name, kind (holiday, closed or event)."""
    frame = read_table(path, SpecialDays).frame
    days = zip(frame["day"].dt.date, frame["name"], frame["kind"], strict=True)
    return tuple(SpecialDay(day, name, kind) for day, name, kind in days)


def table_bytes(frame: pd.DataFrame, timezone: str = "UTC") -> bytes:
    """CSV text (UTF-8) of a table: instants with the zone's offset, at most six decimals, formulas guarded."""
    shown = pd.DataFrame({name: _shown(frame[name], timezone) for name in frame.columns})
    return shown.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode()


def _shown(values: pd.Series, timezone: str) -> pd.Series:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        codes, distinct = pd.factorize(values)
        local = pd.DatetimeIndex(distinct).tz_convert(timezone)
        texts = [instant.isoformat(timespec="seconds") for instant in local] + [""]
        return pd.Series(np.array(texts, dtype=object)[codes], index=values.index)
    if np.issubdtype(values.to_numpy().dtype, np.datetime64):
        days: pd.Series = values.dt.strftime("%Y-%m-%d")
        return days.fillna("")
    if np.issubdtype(values.to_numpy().dtype, np.floating):
        return values.round(6) + 0.0
    risky = values.astype(str).str.startswith(FORMULA_STARTS)
    return values.where(~risky, "'" + values.astype(str))


def refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    """Raise UsageError, naming every file that is already there, unless `force`."""
    there = [path for path in paths if path.exists()]
    if there and not force:
        raise UsageError(
            Problem(place_of(path), "is already there", "choose another name, or give --force") for path in there
        )


def write_atomic(path: Path, data: bytes) -> None:
    """Write a whole file or nothing: a temporary file beside it takes its place at the end."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UsageError(
            Problem(place_of(path), f"cannot be written: {error.strerror}", "choose another place")
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise


def write_table(table: Table, path: Path, timezone: str = "UTC") -> None:
    """Write one table as CSV."""
    write_atomic(path, table_bytes(table.frame, timezone))
