"""The rows that a query gives, from PostgreSQL, MariaDB, MySQL, SQLite or another database of SQLAlchemy.

Nothing is written there: the transaction is read only where the database can be told so, and is never committed. The
password of a URL is in no message.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from staffplan.errors import DataError, Problem, UsageError, listed, place_of
from staffplan.files.arrow_table import filled_rows
from staffplan.files.csv import decode
from staffplan.files.database_words import in_words, refused_connection, refused_query
from staffplan.files.query import one_select
from staffplan.files.read import bytes_of
from staffplan.files.records import Records

if TYPE_CHECKING:
    from pyarrow import Array
    from sqlalchemy import URL, Connection, CursorResult, Engine

FLAG = "--sql"
FROM_ENVIRONMENT = "env:"
EXAMPLE = "postgresql://planner@server/calls, mariadb://planner@server/calls or sqlite:///calls.db"
DRIVERS = {
    **dict.fromkeys(("postgresql", "postgres"), "postgresql+psycopg"),
    **dict.fromkeys(("mysql", "mysql+pymysql"), "mysql+pymysql"),
    **dict.fromkeys(("mariadb", "mariadb+pymysql"), "mariadb+pymysql"),
}
"""The driver of staffplan[sql] for the usual names of a database."""
READ_ONLY = ("postgresql", "mysql", "mariadb", "sqlite")
"""Databases that are told to refuse writes."""
NOT_REFUSED = "{name} was not told to refuse writes; use a user who may only read"
ROWS_AT_ONCE = 20_000
CONNECT_SECONDS = 15


@dataclass(frozen=True)
class Database:
    """Where to ask: a database's URL. Its text shows no password."""

    url: URL

    def __str__(self) -> str:
        return self.url.set(drivername=self.kind).render_as_string(hide_password=True)

    @property
    def kind(self) -> str:
        return self.url.get_backend_name()


def database_at(given: str) -> Database:
    """The database that a URL names, or the environment variable of `env:NAME`. Raises UsageError for others.

    What was given is not repeated in a message, as it may hold a password.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    text = given.strip()
    if text.startswith(FROM_ENVIRONMENT):
        name = text.removeprefix(FROM_ENVIRONMENT)
        text = os.environ.get(name, "").strip()
        if not text:
            hint = f'set it to the URL of the database: export {name}="{EXAMPLE.split(",")[0]}"'
            raise UsageError(Problem(FLAG, f"the environment variable {name} is not set, or empty", hint))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        hint = f"write {EXAMPLE}; or {FROM_ENVIRONMENT}NAME, where the variable NAME holds it"
        raise UsageError(Problem(FLAG, "this is not the URL of a database", hint)) from error
    return Database(url.set(drivername=DRIVERS.get(url.drivername, url.drivername)))


def query_records(database: Database, query: Path) -> Records:
    """The rows that the query in a file gives, cells as text; instants are those of UTC.

    They are read in pieces, so that the answer is never in memory as the driver has it. Raises UsageError for a
    query that does not only read or a driver that is not there, DataError for what the database refuses.
    """
    from sqlalchemy.exc import SQLAlchemyError

    place = place_of(query)
    is_mysql = database.kind in ("mysql", "mariadb")
    statement = one_select(decode(bytes_of(query, place), place), place, backslashes=is_mysql)
    with _connected(database) as connection:
        try:
            with closing(connection.exec_driver_sql(statement)) as result:
                return _records(result, f"rows of {place}", database)
        except SQLAlchemyError as error:
            raise DataError(refused_query(error, place, database.url.password)) from error
        finally:
            connection.rollback()


@contextmanager
def _connected(database: Database) -> Iterator[Connection]:
    """A connection that reads, and gives rows as they come."""
    from sqlalchemy.exc import SQLAlchemyError

    engine = _engine(database)
    try:
        try:
            connection = engine.connect()
            options: dict[str, Any] = {"stream_results": True, "no_parameters": True}
            if database.kind == "postgresql":
                options["postgresql_readonly"] = True
            connection = connection.execution_options(**options)
            if database.kind in ("mysql", "mariadb"):
                connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
                connection.rollback()
        except SQLAlchemyError as error:
            raise DataError(refused_connection(error, str(database), database.url.password)) from error
        with connection:
            yield connection
    finally:
        engine.dispose()


def _engine(database: Database) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    url = database.url
    known = url.drivername in DRIVERS.values()
    try:
        if database.kind == "sqlite":
            return create_engine("sqlite://", creator=lambda: _opened(url.database or ""))
        return create_engine(url, connect_args={"connect_timeout": CONNECT_SECONDS} if known else {})
    except ImportError as error:
        hint = "pip install 'staffplan[sql]'" if known else f"pip install {error.name}"
        message = f"the driver for {in_words(database.kind)} is not installed ({error.name})"
        raise UsageError(Problem(FLAG, message, hint)) from error
    except (NoSuchModuleError, ArgumentError) as error:
        message = f"databases of the kind {url.drivername!r} are not known"
        raise UsageError(Problem(FLAG, message, f"write {EXAMPLE}")) from error


def _opened(name: str) -> sqlite3.Connection:
    """A SQLite file, open for reading alone; nothing is made where there is none. Raises DataError."""
    path = Path(name)
    if not path.is_file():
        raise DataError(Problem(name or "sqlite://", "no such file", "check the path: sqlite:///folder/calls.db"))
    with path.open("rb") as file:
        is_sqlite = file.read(6) == b"SQLite"
    if not is_sqlite:
        raise DataError(Problem(place_of(path), "this is not a SQLite database", "check the path"))
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)


def _records(result: CursorResult[Any], place: str, database: Database) -> Records:
    names = [str(name).strip() for name in list(result.keys())]
    _refuse_doubled(names, place)
    pieces: list[list[Array]] = [[] for _ in names]
    for rows in result.partitions(ROWS_AT_ONCE):
        for column, values in zip(pieces, zip(*rows, strict=True), strict=True):
            column.append(_texts(values))
    if not pieces or not pieces[0]:
        raise DataError(Problem(place, "the query gives no rows", "look at its conditions, and at the user's rights"))
    told = () if database.kind in READ_ONLY else (NOT_REFUSED.format(name=in_words(database.kind)),)
    frame = filled_rows(dict(zip(names, pieces, strict=True)), first_row=1)
    return Records(place, frame, header_row=0, told=told)


def _refuse_doubled(names: Sequence[str], place: str) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        message = f"the query gives several columns of one name: {listed(doubled)}"
        raise DataError(Problem(place, message, f'name each: SELECT a.{doubled[0]} AS "..."'))


def _texts(values: Sequence[object]) -> Array:
    """Some cells of a column as text, each distinct one held once."""
    from pyarrow import array, string

    return array([v if type(v) is str else _text(v) for v in values], string()).dictionary_encode()


def _text(value: object) -> str:
    """A value of a database as a file would have it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            moment = value if value.tzinfo is None else value.astimezone(UTC)
            return moment.isoformat(" ")
        case timedelta():
            return _duration(value)
        case float() if value != value:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case Decimal():
            return f"{value:f}"
        case bytes() | bytearray() | memoryview():
            return bytes(value).decode("utf-8", "replace")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _duration(value: timedelta) -> str:
    """h:mm:ss, with parts of a second where there are any."""
    microseconds = value // timedelta(microseconds=1)
    minutes, rest = divmod(abs(microseconds), 60_000_000)
    sign = "-" if microseconds < 0 else ""
    parts = f".{rest % 1_000_000:06d}".rstrip("0") if rest % 1_000_000 else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02d}:{rest // 1_000_000:02d}{parts}"
