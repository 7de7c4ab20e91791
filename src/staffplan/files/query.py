"""The text of a database query: one statement that reads, whatever stands in its strings and comments."""

from __future__ import annotations

import re

from staffplan.errors import Problem, UsageError

_PASSED_OVER = (
    r"--[^\n]*",
    r"/\*(?!!).*?\*/",  # MySQL runs what stands in /*! ... */
    r'"(?:[^"]|"")*"',
    r"`[^`]*`",
    r"\$(\w*)\$.*?\$\1\$",
)
_STRING, _STRING_WITH_BACKSLASHES = r"'(?:[^']|'')*'", r"'(?:[^'\\]|''|\\.)*'"
READS = ("select", "with", "values", "table")
"""Words that a statement which gives rows begins with."""
ONE_SELECT = "write one SELECT into the file; staffplan only reads"


def one_select(text: str, place: str, *, backslashes: bool = False) -> str:
    """The one statement of a query file, without the semicolon at its end.

    `backslashes`: whether a backslash in a string takes the meaning of the next sign, as in MySQL, where "#" begins a
    comment too. Raises UsageError for an empty file, several statements, and one that may write.
    """
    bare = _bare(text, backslashes=backslashes)
    end = re.search(r";\s*$", bare)
    statement = text[: end.start()] if end else text
    code = bare[: len(statement)]
    words = re.findall(r"[a-z_]+", code.lower())
    if not words:
        raise UsageError(Problem(place, "the file holds no query", ONE_SELECT))
    if ";" in code:
        line = code.count("\n", 0, code.index(";")) + 1
        message = f"the file holds several statements; the first ends in line {line}"
        raise UsageError(Problem(place, message, ONE_SELECT))
    if words[0] not in READS:
        raise UsageError(Problem(place, f"the query begins with {words[0].upper()}", ONE_SELECT))
    if "into" in words:
        raise UsageError(Problem(place, "the query writes its rows somewhere (INTO)", ONE_SELECT))
    return statement


def _bare(text: str, *, backslashes: bool) -> str:
    """The text with blanks in place of strings, quoted names and comments, of the same length and lines."""
    parts = [*_PASSED_OVER, _STRING_WITH_BACKSLASHES if backslashes else _STRING]
    pattern = "|".join([*parts, r"#[^\n]*"] if backslashes else parts)
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.DOTALL)
