"""The only place that reads or writes tables: CSV (any usual separator and encoding) and Parquet in, CSV out.

Every cell that cannot be read becomes a problem at `file:row:column`; all of them are raised together.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype

from staffplan.clock import SpecialDay
from staffplan.errors import DataError, Note, Problem, listed, nearest, place_of
from staffplan.files.cells import Wrong, read_dates, read_distinct, read_instants, read_numbers
from staffplan.files.csv import MOST_COLUMNS, arrow_file, decode, read_records
from staffplan.files.documents import json_records, xml_records
from staffplan.files.doubts import about_columns, about_stamps, about_title
from staffplan.files.durations import read_durations
from staffplan.files.event_log import event_records, is_event_log
from staffplan.files.joined import joined_texts, plain_texts
from staffplan.files.records import Records
from staffplan.files.stamps import Order, iso_texts
from staffplan.files.together import settle
from staffplan.files.unpack import is_workbook, unpacked
from staffplan.files.wall_clock import settled
from staffplan.files.workbook import workbook_records
from staffplan.tables.forecast import ALL_QUEUES, Drivers, Overrides
from staffplan.tables.history import SpecialDays
from staffplan.tables.schema import Column, Table, by_row, capped
from staffplan.tables.units import DurationUnit

if TYPE_CHECKING:
    from pyarrow.parquet import ColumnSchema as ParquetColumnSchema
    from pyarrow.parquet import ParquetFile

T = TypeVar("T", bound=Table)
MANY_ALIKE = 20
"""Cells with the same trouble that are told one by one, however many of a column's they are."""
CELL_START = r"(^|[;|\t\r\n])"
"""Where a cell begins, for a spreadsheet that splits at other signs than commas too, as Excel at ";" in Europe.

Between quotation marks it does so as well, where the mark does not come first after what it takes for a separator.
"""
FORMULA = r"(?=[ '\"]*[=+\-@\t])"
"""How a cell goes on that a spreadsheet would run; our guard between the two is an apostrophe.

Source: OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection
"""
ROWS_OF_A_SMALL_FILE, BYTES_OF_A_ROW, BYTES_OF_A_SMALL_FILE = 500_000, 2, 100_000_000
"""A Parquet file may have so many rows, and unpack to so many bytes, however small it is; and beside them a row for
so many of its bytes."""


def read_table(path: Path, table: type[T], **how: Any) -> T:
    """One checked table from a file with one table, as `table_from` makes it. Raises DataError with every problem."""
    return table_from(read_file(path), table, **how)


def read_bytes(data: bytes, path: Path, table: type[T], **how: Any) -> T:
    """The same of what a file held, or would hold."""
    return table_from(one_table(_tables(data, place_of(path)), path), table, **how)


def table_from(
    records: Records,
    table: type[T],
    *,
    timezone: str = "UTC",
    columns: Mapping[str, str | Sequence[str]] | None = None,
    constants: Mapping[str, str] | None = None,
    known: Mapping[str, Sequence[str]] | None = None,
    known_from: Mapping[str, str] | None = None,
    units: Mapping[str, DurationUnit] | None = None,
    date_order: Order | None = None,
) -> T:
    """One checked table from the rows of a file.

    `columns` maps our names to the file's, a date and a time in two columns to both; `constants` fills columns that
    the file does not have; `units` tells what the numbers of a duration's column are (default: seconds), `date_order`
    which number of a start's day is the day, where the file does not show it; `known`
    names the values that a column may hold, as found in `known_from` (else the settings); each stranger is a
    problem at its first row.
    Local times without an offset are read in `timezone`. Raises DataError with every problem of the file.
    """
    place = records.place
    raw = _renamed(records.frame, columns or {}, place)
    _refuse_doubled(records, [name for column in table.columns for name in _theirs(columns or {}, column.name)])
    raw = raw.assign(**{name: value for name, value in (constants or {}).items() if name not in raw.columns})
    if any(column.required and column.name not in (*raw.columns, table.numbered) for column in table.columns):
        table.of(raw, place)  # raises, naming the missing columns and those that are there
    raw = table.with_numbers(raw)
    if date_order is not None and "interval_start" in raw.columns:
        raw = raw.assign(interval_start=iso_texts(plain_texts(raw["interval_start"]), date_order))
    raw, by_clock = _by_wall_clock(raw, table, timezone, place)
    if raw.empty and table.needs_rows:
        raise DataError(Problem(place, "the file has a header but no rows", table.without_rows))
    frame, problems, broken = _typed(
        raw, table.columns, place, timezone, decimal_comma=records.decimal_comma, units=units or {}
    )
    frame, unknown = _without_unknown(frame, table, broken, place)
    several = {column.name for column in table.columns if column.several}
    strange: list[Problem] = []
    for name, values in (known or {}).items():
        if name in frame.columns:
            cells = frame[[name, "_row"]]
            if name in several:
                listed = [table.named(cell, values) for cell in cells[name]]
                cells = cells.assign(**{name: pd.Series(listed, index=cells.index, dtype=object)}).explode(name)
            strange += strangers(cells, name, values, place, (known_from or {}).get(name, "the settings"))
    made = _made(table, frame, problems, strange, broken, place)
    read_so = (*about_columns(raw, table, place), *about_title(records), *about_stamps(raw, place, timezone))
    return replace(made, notes=(*read_so, *by_clock, *unknown))


def _by_wall_clock(
    raw: pd.DataFrame, table: type[Table], timezone: str, place: str
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The rows with offsets where the clock of the zone shows a time twice, without those of an hour it skips."""
    if table.decisive is None or is_datetime64_any_dtype(raw["interval_start"]) or raw.empty:
        return raw, ()
    clock = settled(raw["interval_start"], raw["queue"], raw[table.decisive], raw["_row"], timezone, place)
    if not clock.told:
        return raw, ()
    notes = tuple(Note("forecast", "assumption", place, f"interval_start: {told}") for told in clock.told)
    return raw.assign(interval_start=clock.texts)[clock.kept].reset_index(drop=True), notes


def _without_unknown(
    frame: pd.DataFrame, table: type[Table], broken: set[int], place: str
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The rows without those whose decisive cell is blank: they say nothing, as rows that are not there."""
    if table.decisive is None or table.decisive not in frame.columns:
        return frame, ()
    blank = frame[table.decisive].isna() & ~frame["_row"].isin(broken)
    if not blank.any() or blank.all():
        return frame, ()
    first = frame.loc[blank, "_row"].iloc[0]
    message = f"{table.decisive} is empty in {int(blank.sum()):,} rows (first in row {first}): not known, and not 0"
    return frame[~blank].reset_index(drop=True), (Note("forecast", "left out", place, message),)


def column_names(path: Path) -> list[str]:
    """The columns of a CSV or Parquet file, for a caller that has to find out which is which."""
    return [str(name) for name in read_file(path).frame.columns if name != "_row"]


def _refuse_doubled(records: Records, used: Iterable[str]) -> None:
    """Raise DataError where a column that is read has a name that another column has too."""
    doubled = [name for name in records.doubled if name in used]
    if doubled:
        place = f"{records.place}:{records.header_row}"
        raise DataError(
            Problem(f"{place}:{name}", "the column appears twice", "rename or remove one") for name in doubled
        )


def _made(
    table: type[T],
    frame: pd.DataFrame,
    problems: list[Problem],
    strange: list[Problem],
    broken: set[int],
    place: str,
) -> T:
    """The table; or all problems together, those of single cells and those the table itself finds in other rows. A
    name that is not known (`strange`) hides nothing else of its row."""
    if not (problems or strange):
        return table.of(frame, place)
    broken = broken | {by_row(problem)[0] for problem in problems}
    others = table.problems_of(frame[~frame["_row"].isin(broken)], place)
    raise DataError(capped(sorted([*problems, *strange, *others], key=by_row), place))


def strangers(
    frame: pd.DataFrame, column: str, known: Sequence[str], place: str, known_from: str = "the settings"
) -> list[Problem]:
    """A problem for each value of a column that is not among the known ones, at its first row ("_row")."""
    strange = frame[~frame[column].isin([*known, ""]) & frame[column].notna()]
    problems = []
    for value, rows in strange.groupby(column, sort=False)["_row"]:
        more = f" (and in {len(rows) - 1} more rows)" if len(rows) > 1 else ""
        message = f"{column} {value!r} is not in {known_from}{more}"
        problems.append(Problem(f"{place}:{rows.iloc[0]}:{column}", message, nearest(str(value), known)))
    return problems


def read_file(path: Path) -> Records:
    """The rows of a file with one table. Raises DataError where a workbook or an archive has several."""
    return one_table(tables_in(path), path)


def one_table(found: Sequence[Records], path: Path) -> Records:
    """The one table of a file. Raises DataError where it has several."""
    if len(found) > 1:
        names = ", ".join(records.place.removeprefix(place_of(path)) for records in found[:5])
        hint = "keep one of them; a history of several is read by staffplan ingest"
        raise DataError(Problem(place_of(path), f"the file holds {len(found)} tables: {names}", hint))
    return found[0]


def tables_in(path: Path) -> tuple[Records, ...]:
    """Every table of a file: CSV, Excel (each visible sheet), JSON, XML, Parquet; also inside .gz and .zip."""
    place = place_of(path)
    parts = unpacked(bytes_of(path, place), place)
    return tuple(records for name, data in parts.items() for records in _tables(data, name))


def _tables(data: bytes, place: str) -> tuple[Records, ...]:
    if data.startswith(b"PAR1"):
        return (Records(place, _parquet(data, place)),)
    if is_workbook(data):
        return workbook_records(data, place)
    first = data.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if first == b"<":
        return (xml_records(data, place),)
    if first in (b"{", b"["):
        return (json_records(decode(data, place), place),)
    return (event_records(decode(data, place), place) if is_event_log(data) else read_records(data, place),)


def bytes_of(path: Path, place: str) -> bytes:
    """What a file holds. Raises DataError where it cannot be read."""
    settle(path.parent)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(Problem(place, "no such file", "check the path")) from error
    except IsADirectoryError as error:
        raise DataError(Problem(place, "this is a folder, not a file", "name the CSV file in it")) from error
    except OSError as error:
        raise DataError(Problem(place, f"cannot be read: {error.strerror}", "check the path")) from error


def _parquet(data: bytes, place: str) -> pd.DataFrame:
    """Rows of a Parquet file, none of which is read before the file is known to be no larger than it looks."""
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(arrow_file(data))
        _refuse_inflated(file, len(data), place)
        texts = [column.path for column in map(file.schema.column, range(len(file.schema))) if _is_text(column)]
        file = ParquetFile(arrow_file(data), read_dictionary=texts)
        frame: pd.DataFrame = file.read(use_threads=False).to_pandas(use_threads=False)
    except (ArrowException, OSError, ValueError) as error:
        raise DataError(Problem(place, "the Parquet file is damaged", "write it again")) from error
    if frame.index.names != [None]:
        frame = frame.reset_index()
    frame = frame.astype(dict.fromkeys(frame.select_dtypes("category").columns, object))
    return frame.rename(columns=str).assign(_row=np.arange(len(frame)) + 2)


def _is_text(column: ParquetColumnSchema) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY" and column.max_repetition_level == 0)


def _refuse_inflated(file: ParquetFile, size: int, place: str) -> None:
    """Raise DataError where few bytes stand for very many rows, as no table of contacts or people has them."""
    about, columns = file.metadata, len(file.schema)
    unpacked = sum(about.row_group(number).total_byte_size for number in range(about.num_row_groups))
    hint = "write the table again, without rows that repeat"
    if about.num_rows > ROWS_OF_A_SMALL_FILE + size // BYTES_OF_A_ROW:
        message = f"the file has {about.num_rows:,} rows in {size:,} bytes: they repeat each other"
        raise DataError(Problem(place, message, hint))
    if unpacked > BYTES_OF_A_SMALL_FILE + 20 * size or columns > MOST_COLUMNS:
        message = f"the file unpacks to {unpacked:,} bytes in {columns:,} columns"
        raise DataError(Problem(place, message, hint))


def _theirs(columns: Mapping[str, str | Sequence[str]], ours: str) -> tuple[str, ...]:
    """The file's columns behind one of ours."""
    theirs = columns.get(ours, ours)
    return (theirs,) if isinstance(theirs, str) else tuple(theirs)


def _renamed(raw: pd.DataFrame, columns: Mapping[str, str | Sequence[str]], place: str) -> pd.DataFrame:
    there = listed(str(c) for c in raw.columns if c != "_row")
    absent = [theirs for ours in columns for theirs in _theirs(columns, ours) if theirs not in raw.columns]
    if absent:
        raise DataError(
            Problem(
                f"{place}:1:{theirs}", "the column is missing", f"columns there: {there}; correct [input.columns]"
            )
            for theirs in absent
        )
    together = {ours: list(names) for ours in columns if len(names := _theirs(columns, ours)) > 1}
    joined = {ours: joined_texts([plain_texts(raw[name]) for name in names]) for ours, names in together.items()}
    ours = {names[0]: our for our in columns if len(names := _theirs(columns, our)) == 1}
    shadowed = [name for name in ours.values() if name in raw.columns and name not in ours]
    apart = {name for names in together.values() for name in names} - set(ours)
    return raw.drop(columns=[*shadowed, *apart]).rename(columns=ours).assign(**joined)


def _typed(
    raw: pd.DataFrame,
    columns: Iterable[Column],
    place: str,
    timezone: str,
    *,
    decimal_comma: bool,
    units: Mapping[str, DurationUnit],
) -> tuple[pd.DataFrame, list[Problem], set[int]]:
    """Cells in their kinds, a problem for each that cannot be read (for many alike: one), and their rows."""
    frame = pd.DataFrame({"_row": raw["_row"]})
    problems: list[Problem] = []
    broken: set[int] = set()
    for column in columns:
        if column.name not in raw.columns:
            continue
        values = raw[column.name]
        unit = units.get(column.name)
        frame[column.name], wrong = read_distinct(
            values, partial(_read, column=column, timezone=timezone, decimal_comma=decimal_comma, unit=unit)
        )
        rows = {int(raw["_row"][i]): why for i, why in wrong.items()}
        problems += _told(rows, len(values), column.name, place)
        broken |= set(rows)
    return frame, problems, broken


def _told(wrong: Mapping[int, tuple[str, str]], cells: int, column: str, place: str) -> list[Problem]:
    """A problem for each row; only the first of a kind that more than half of a long column's cells have."""
    kinds = Counter(_kind(message) for message, _ in wrong.values())
    everywhere = {kind for kind, count in kinds.items() if count > max(MANY_ALIKE, cells / 2)}
    problems: list[Problem] = []
    told: set[str] = set()
    for row, (message, hint) in sorted(wrong.items()):
        kind = _kind(message)
        more = f" (and {kinds[kind] - 1} more rows like it)" if kind in everywhere else ""
        if kind not in told:
            problems.append(Problem(f"{place}:{row}:{column}", message + more, hint))
        told |= everywhere & {kind}
    return problems


def _kind(message: str) -> str:
    """A problem's message but for the value seen."""
    return re.sub("'.*'", "", message)


def _read(
    values: pd.Series, *, column: Column, timezone: str, decimal_comma: bool, unit: DurationUnit | None
) -> tuple[pd.Series, Wrong]:
    match column.kind:
        case "instant":
            return read_instants(values, timezone)
        case "date":
            return read_dates(values)
        case "text":
            return _texts(values), {}
        case _ if column.name.endswith("_seconds"):
            return read_durations(values, decimal_comma=decimal_comma, unit=unit)
        case _:
            is_share = column.name.endswith("_share") or (column.maximum is not None and column.maximum <= 1)
            return read_numbers(values, decimal_comma=decimal_comma, percent=is_share)


def _texts(values: pd.Series) -> pd.Series:
    """Trimmed text, one sort of line break; the apostrophes that guard formulas are taken off again."""
    texts = one_line_break(values.where(values.notna(), "").astype(str)).str.strip()
    return texts.str.replace(f"{CELL_START}'{FORMULA}", r"\1", regex=True).astype(object)


def one_line_break(texts: pd.Series) -> pd.Series:
    return texts.str.replace("\r\n", "\n", regex=False).str.replace("\r", "\n", regex=False)


def read_special_days(path: Path) -> tuple[SpecialDay, ...]:
    """Special days of a file with the columns day, name, kind (holiday, closed, event or ordinary)."""
    frame = read_table(path, SpecialDays).frame
    days = zip(frame["day"].dt.date, frame["name"], frame["kind"], strict=True)
    return tuple(SpecialDay(day, name, kind) for day, name, kind in days)


def read_overrides(path: Path, queues: Iterable[str]) -> Overrides:
    """Planner's edits; those of a queue that is not among `queues`, the ones forecast, are problems."""
    known = {"queue": [*sorted(set(queues)), ALL_QUEUES]}
    return read_table(path, Overrides, known=known, known_from={"queue": "the forecast"})


def read_drivers(path: Path, queues: Iterable[str]) -> Drivers:
    """Numbers of days that may drive the contacts; those of a queue that is not among `queues` are problems."""
    known = {"queue": [*sorted(set(queues)), ALL_QUEUES]}
    return read_table(path, Drivers, known=known, known_from={"queue": "the forecast"})
