"""What a database refuses, in plain words with the server's own; a password is never among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from staffplan.errors import Problem

if TYPE_CHECKING:
    from sqlalchemy.exc import SQLAlchemyError

NAMES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
NOT_OPEN, WRONG_USER, NO_DATABASE, UNREACHABLE = (
    "the user may not open this database, or there is none of this name",
    "the user or the password is wrong",
    "there is no such database on the server",
    "the server cannot be reached",
)
_CONNECTING = (
    (r"to database .*\(1044|permission denied for database", NOT_OPEN),
    (
        r"password authentication failed|no password supplied|access denied|\(1045|1698|role .* does not exist",
        WRONG_USER,
    ),
    (r"pg_hba|is not allowed to connect|\(1130", "the server does not let this user in"),
    (r"database .* does not exist|unknown database|\(1049", NO_DATABASE),
    (
        r"resolve|translate host|name or service|nodename|refused|time ?d? ?out|timeout|unreachable|can't connect"
        r"|no such file|connection is bad|could not connect|\(2003|\(2002",
        UNREACHABLE,
    ),
)
"""Words of servers and drivers, in small letters, and what they mean."""
HINTS = {
    NOT_OPEN: "check the name behind the last / of the URL, and ask for the right to read there",
    WRONG_USER: "check both in the URL, or in the environment variable that holds it",
    NO_DATABASE: "check the name behind the last / of the URL",
    UNREACHABLE: "check host and port in the URL, the network (VPN), and that the server runs",
}
_LINE = re.compile(r"\bLINE (\d+):|\bat line (\d+)")


def in_words(kind: str) -> str:
    """A database's name as people write it."""
    return NAMES.get(kind, kind)


def refused_connection(error: SQLAlchemyError, url: str, password: object) -> Problem:
    """Why no connection comes about."""
    said = server_words(error, password)
    what = next((words for signs, words in _CONNECTING if re.search(signs, said.lower())), "no connection is made")
    return Problem(url, f"{what} (it says: {said})", HINTS.get(what, "check the URL"))


def refused_query(error: SQLAlchemyError, place: str, password: object) -> Problem:
    """Why a query gives no rows: the server's words, at their line of the query where it names one."""
    said = server_words(error, password)
    line = _LINE.search(str(getattr(error, "orig", "")))
    where = f"{place}:{line[1] or line[2]}" if line else place
    if re.search(r"read.?only|data-modifying", said.lower()):
        return Problem(where, f"the query writes: {said}", "staffplan only reads: write one SELECT")
    if re.search(r"denied|not authori[sz]ed", said.lower()):
        return Problem(where, f"the user may not read this: {said}", "ask for the right to read it")
    return Problem(where, f"the database refuses the query: {said}", "try the query in the tool of the database")


def server_words(error: SQLAlchemyError, password: object) -> str:
    """The first lines of what the driver tells, as one line."""
    cause = getattr(error, "orig", None) or error
    args = cause.args
    text = f"{args[1]} ({args[0]})" if len(args) == 2 and isinstance(args[0], int) else str(cause)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = " ".join([line for line in lines if not line.startswith(("LINE ", "^"))][:2]) or type(cause).__name__
    return told.replace(str(password), "***") if password else told
