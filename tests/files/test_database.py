"""Rows of a database are read as those of a file, and nothing is written there."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

import database_servers
from staffplan.errors import DataError, StaffplanError, UsageError
from staffplan.files.database import database_at, query_records
from staffplan.files.database_words import NO_DATABASE, NOT_OPEN, UNREACHABLE, WRONG_USER
from staffplan.files.query import one_select

CALLS = "SELECT started AS arrival, line AS queue, waited AS wait_seconds, result AS outcome FROM calls ORDER BY 1"


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """URL of a SQLite file with two calls."""
    with closing(sqlite3.connect(tmp_path / "calls.db")) as database:
        database.execute("CREATE TABLE calls (started TEXT, line TEXT, waited REAL, result TEXT)")
        rows = [("2026-11-02 08:00:05", "Sales", 12.0, "answered"), ("2026-11-02 08:01:05", "Sales", 30.5, None)]
        database.executemany("INSERT INTO calls VALUES (?, ?, ?, ?)", rows)
        database.commit()
    return f"sqlite:///{tmp_path / 'calls.db'}"


def asked(url: str, text: str, folder: Path) -> list[list[str]]:
    """The cells that a query gives."""
    (folder / "query.sql").write_text(text)
    frame = query_records(database_at(url), folder / "query.sql").frame
    return frame.drop(columns="_row").astype(object).to_numpy().tolist()


def refused(url: str, text: str, folder: Path) -> StaffplanError:
    with pytest.raises(StaffplanError) as raised:
        asked(url, text, folder)
    assert database_servers.PASSWORD not in str(raised.value)
    return raised.value


def test_the_rows_of_a_query_are_cells_as_a_file_has_them(sqlite: str, tmp_path: Path) -> None:
    assert asked(sqlite, CALLS, tmp_path) == [
        ["2026-11-02 08:00:05", "Sales", "12", "answered"],
        ["2026-11-02 08:01:05", "Sales", "30.5", ""],
    ]


def test_many_rows_come_in_pieces_and_in_order(sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staffplan.files.database.ROWS_AT_ONCE", 7)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT i, i % 3 FROM n"
    assert asked(sqlite, numbers, tmp_path) == [[str(i), str(i % 3)] for i in range(1, 51)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1; SELECT 2", "several statements"),
        ("DROP TABLE calls", "the query begins with DROP"),
        ("-- nothing\n ;", "holds no query"),
        ("SELECT * INTO copies FROM calls", "writes its rows somewhere"),
        ("SELECT 1 AS a, 2 AS a", "several columns of one name: a"),
        ("SELECT * FROM calls WHERE 1 = 0", "the query gives no rows"),
        ("SELECT started FORM calls", "the database refuses the query: near"),
        ("WITH x AS (SELECT 1) DELETE FROM calls", "the query writes"),
    ],
)
def test_what_is_no_reading_query_is_told_in_words(sqlite: str, tmp_path: Path, text: str, said: str) -> None:
    error = refused(sqlite, text, tmp_path)
    assert said in error.problems[0].message
    assert "query.sql" in error.problems[0].place
    assert len(asked(sqlite, CALLS, tmp_path)) == 2


def test_signs_in_strings_names_and_comments_are_no_statements() -> None:
    kept = "SELECT ';' AS \"a;b\", ':x', '50%' /* ; */ -- into; \nFROM t"
    assert one_select(f"{kept} ;\n-- done; really\n", "q") == f"{kept} "
    assert one_select("SELECT 'it\\'s; into' # ;\n", "q", backslashes=True)
    assert one_select("SELECT $a$; into$a$", "q")
    with pytest.raises(UsageError):
        one_select("SELECT 1 /*! INTO OUTFILE 'x' */", "q", backslashes=True)


def test_no_database_is_made_where_there_is_none(tmp_path: Path) -> None:
    error = refused(f"sqlite:///{tmp_path / 'none.db'}", CALLS, tmp_path)
    assert error.problems[0].message == "no such file"
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("a,b\n")
    assert "not a SQLite" in refused(f"sqlite:///{tmp_path / 'calls.csv'}", CALLS, tmp_path).problems[0].message


def test_the_url_can_stand_in_the_environment(sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLS_DB", sqlite)
    assert len(asked("env:CALLS_DB", CALLS, tmp_path)) == 2
    monkeypatch.delenv("CALLS_DB")
    assert "CALLS_DB is not set" in refused("env:CALLS_DB", CALLS, tmp_path).problems[0].message


@pytest.mark.parametrize("url", ["calls", "no such://kind", "planner:s3cret#pass@host/db", "oracle+none://u:p@h/d"])
def test_what_is_no_url_is_not_repeated(url: str, tmp_path: Path) -> None:
    error = refused(url, CALLS, tmp_path)
    assert error.exit_code == 2
    assert "s3cret" not in str(error)


def test_a_missing_driver_is_told_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for driver, url in (("psycopg", "postgres://u@h/d"), ("pymysql", "mysql://u@h/d")):
        monkeypatch.setitem(sys.modules, driver, None)
        problem = refused(url, CALLS, tmp_path).problems[0]
        assert "is not installed" in problem.message
        assert problem.hint == "pip install 'staffplan[sql]'"


@pytest.fixture(scope="module", params=[database_servers.postgresql, database_servers.mariadb])
def server(request: pytest.FixtureRequest) -> Generator[str]:
    """URL of a real server, with the calls of two days; skips, visibly, where it cannot start."""
    start: Callable[[], Generator[str]] = request.param
    try:
        with start() as url:
            _fill(url)
            yield url
    except database_servers.NotStartedError as error:
        pytest.skip(f"no server: {error}")


def _fill(url: str) -> None:
    is_postgresql = url.startswith("postgresql")
    instant, span = ("timestamptz", "interval") if is_postgresql else ("datetime(3)", "time(1)")
    minutes = "interval '65 min 10.5 s'" if is_postgresql else "'01:05:10.5'"
    zone = "+01" if is_postgresql else ""
    engine = create_engine(database_at(url).url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE calls (day date, at {instant}, wall timestamp NULL, line varchar(40), "
            f"waited decimal(9, 2), talk {span}, done boolean)"
        )
        connection.exec_driver_sql(
            f"INSERT INTO calls VALUES ('2026-11-02', '2026-11-02 08:00:05.25{zone}', '2026-11-02 08:00:05', "
            f"'Zürich', 12.50, {minutes}, true), ('2026-11-03', '2026-11-03 09:00:00{zone}', NULL, '50%%', NULL, "
            "NULL, false)"
        )
    engine.dispose()


def test_values_of_a_real_server_are_read_in_their_kinds(server: str, tmp_path: Path) -> None:
    hour, zone, yes = ("07", "+00:00", "true") if server.startswith("postgresql") else ("08", "", "1")
    rows = asked(server, "SELECT day, at, wall, line, waited, talk, done FROM calls ORDER BY day", tmp_path)
    assert rows[0] == [
        *("2026-11-02", f"2026-11-02 {hour}:00:05.250000{zone}", "2026-11-02 08:00:05", "Zürich", "12.50"),
        *("1:05:10.5", yes),
    ]
    assert rows[1][2:6] == ["", "50%", "", ""]
    like = asked(server, "SELECT line FROM calls WHERE line LIKE '50%' AND ':x' = ':x'", tmp_path)
    assert like == [["50%"]]


def test_a_real_server_refuses_in_words_with_their_place(server: str, tmp_path: Path) -> None:
    base, _, name = server.rpartition("/")
    cases = {
        server.replace(database_servers.QUOTED, "wrong"): (WRONG_USER,),
        f"{base}/none": (NO_DATABASE, NOT_OPEN),
        server.replace("127.0.0.1", "no.such.host.invalid"): (UNREACHABLE,),
        f"{base.rpartition(':')[0]}:1/{name}": (UNREACHABLE,),
    }
    for url, told in cases.items():
        error = refused(url, CALLS, tmp_path)
        assert error.problems[0].message.startswith(told), error
        assert error.exit_code == 4
    wrong = refused(server, "SELECT 1\nFROM calls WHERE WHERE", tmp_path).problems[0]
    assert wrong.place.endswith("query.sql:2")
    assert "syntax" in wrong.message
    assert isinstance(refused(server, "SELECT 1 AS a, 2 AS a", tmp_path), DataError)


def test_a_real_server_is_told_to_refuse_writes(server: str, tmp_path: Path) -> None:
    engine = create_engine(database_at(server).url)
    if server.startswith("postgresql"):
        body = "CREATE FUNCTION wipe() RETURNS int LANGUAGE sql AS 'DELETE FROM calls; SELECT 1'"
    else:
        body = "CREATE FUNCTION wipe() RETURNS int BEGIN DELETE FROM calls; RETURN 1; END"
    with engine.begin() as connection:
        connection.exec_driver_sql(body)
    engine.dispose()
    assert refused(server, "SELECT wipe() AS a", tmp_path).problems[0].message.startswith("the query writes")
    assert asked(server, "SELECT count(*) AS n FROM calls", tmp_path) == [["2"]]
