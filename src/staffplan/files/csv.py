"""What the bytes of a CSV file hold: cells as text, each row with its number as a spreadsheet counts it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from staffplan.errors import DataError, Problem
from staffplan.files.arrow_table import filled_rows
from staffplan.files.header import LOOKED_AT, find_header
from staffplan.files.records import Records, records_of

if TYPE_CHECKING:
    from pyarrow import BufferReader

SEPARATORS = (",", ";", "\t", "|")
SAVE_AS_CSV = "save it as CSV (UTF-8) and try again"
_OTHER_KINDS = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"SQLite format 3": "a database",
}
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_WORD_BEYOND_ASCII = re.compile(rb"(?<![a-z\x80-\xff])[\x80-\xff]{2,}(?![a-z])", re.IGNORECASE)
_CENTRAL_EUROPEAN = re.compile(
    rb"[a-z\xc0-\xff]{2}[\x8a\x8d-\x8f\x9a\x9d-\x9f\xa3\xa5\xaf\xb3\xb9\xbc\xbe\xbf]"
    rb"|[\x8a\x8d-\x8f\x9a\x9d-\x9f\xa3\xa5\xaa\xaf\xb3\xb9\xba\xbc\xbe][a-z\xc0-\xff]",
    re.IGNORECASE,
)
"""Letters of cp1250 (l with stroke, z with dot, s with caron) where cp1252 would show a sign inside a word."""
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
_LINE_END = re.compile(r"\r\n?|\n")
_LONE_RETURN = re.compile(r"\r(?!\n)")
MOST_COLUMNS = 1000
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_FIELD_LIMIT = 10_000_000
_PIECE = 1 << 24
_BEGINNING = 200_000
"""Characters of a file in which its separator is sought."""


_SEPARATOR_WORDS = {"\t": "tab"}


def read_records(data: bytes, place: str) -> Records:
    """The table of a CSV file, below title lines if there are any. Raises DataError for files of another kind."""
    text, encoding = _decoded(data, place)
    if not text.strip():
        raise DataError(Problem(place, "the file is empty", "export it again, with a header row"))
    named = _SEPARATOR_LINE.match(text)
    if named is not None:  # the line Excel reads, and does not show
        text = text[named.end() :]
    separator = named[1] if named is not None else _separator(text)
    header = _LINE_END.split(text.lstrip("\r\n "), maxsplit=1)[0]
    if header.count(separator) >= MOST_COLUMNS:
        message = f"the header has {header.count(separator) + 1:,} columns, and a table at most {MOST_COLUMNS:,}"
        raise DataError(Problem(place, message, SAVE_AS_CSV))
    form = f"separator {_SEPARATOR_WORDS.get(separator, separator)}, encoding {encoding}"
    frame = _plain_frame(text, separator)
    if frame is not None:
        names = [str(name) for name in frame.columns if name != "_row"]
        return Records(place, frame, separator != ",", header=tuple(zip(names, names, strict=True)), form=form)
    rows = _rows(text, separator, place)
    return replace(records_of(rows, place, decimal_comma=separator != ","), form=form)


def arrow_file(data: bytes) -> BufferReader:
    """A file for Arrow's readers: a copy of the bytes in memory that belongs to Arrow, not to Python.

    Arrow's threads let go of what they read a moment after the reader is done. For memory of Python they then ask
    Python for its lock; a thread that asks while Python ends aborts the process (exit code 134).

    Source: https://github.com/apache/arrow/issues/49942
    """
    return _in_memory_of_arrow([data])


def _in_memory_of_arrow(pieces: Iterable[bytes]) -> BufferReader:
    from pyarrow import BufferOutputStream, BufferReader

    memory = BufferOutputStream()
    for piece in pieces:
        memory.write(piece)
    return BufferReader(memory.getvalue())


def _encoded(text: str) -> Iterator[bytes]:
    """The text in UTF-8, a piece at a time: a second copy of a large file would fill the memory."""
    for first in range(0, len(text), _PIECE):
        yield text[first : first + _PIECE].encode()


def decode(data: bytes, place: str) -> str:
    """Text of a file: UTF-8 (with or without BOM), UTF-16 with BOM, or the likeliest Windows code page."""
    return _decoded(data, place)[0]


def _decoded(data: bytes, place: str) -> tuple[str, str]:
    """The text, and the name of its encoding."""
    for start, kind in _OTHER_KINDS.items():
        if data.startswith(start):
            raise DataError(Problem(place, f"this is {kind}, not a CSV file", SAVE_AS_CSV))
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and b"\x00" in data:
        raise DataError(Problem(place, "this is a binary file, not a CSV file", SAVE_AS_CSV))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig"), "UTF-16" if wide else "UTF-8"
    except UnicodeDecodeError as error:
        _refuse_damaged(data, error, place)
    page = _code_page(data)
    return data.decode(page, errors="replace"), page


def _refuse_damaged(data: bytes, error: UnicodeDecodeError, place: str) -> None:
    """Raise DataError where a file is UTF-16, or UTF-8 but for a few bytes: no code page would read it."""
    beyond_ascii = [character for character in data.decode("utf-8", "replace") if character > "\x7f"]
    damaged = beyond_ascii.count("\ufffd")
    if error.encoding.startswith("utf-16") or len(beyond_ascii) > 2 * damaged:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"a character in line {line} is damaged: it is not {error.encoding.upper()} like the rest"
        raise DataError(Problem(place, message, SAVE_AS_CSV))


def _code_page(data: bytes) -> str:
    """cp1251 where whole words are beyond ASCII, as Cyrillic ones are, else cp1250 or cp1252.

    In Latin words such letters stand among ASCII ones.
    """
    in_words = sum(len(word) for word in _WORD_BEYOND_ASCII.findall(data))
    if 2 * in_words > len(_BEYOND_ASCII.findall(data)):
        return "cp1251"
    return "cp1250" if _CENTRAL_EUROPEAN.search(data) else "cp1252"


def _separator(text: str) -> str:
    """The separator that splits the header into most columns: of the first lines the one with most that others have.

    A comma between digits can be a decimal one, and says nothing.
    """
    lines = [line for line in _LINE_END.split(text[:_BEGINNING]) if line.strip()][:LOOKED_AT]
    found: dict[str, int] = {}
    for place, line in enumerate(lines):
        plain = _DECIMAL_COMMA.sub("", line)
        likely = max(SEPARATORS, key=plain.count)
        if any(plain.count(likely) <= next_.count(likely) for next_ in lines[place + 1 :][:3]):
            found[likely] = max(found.get(likely, 0), plain.count(likely))
    if not any(found.values()):
        return max(SEPARATORS, key=lines[0].count)
    return max(found, key=lambda separator: found[separator])


def _plain_frame(text: str, separator: str) -> pd.DataFrame | None:
    """All cells of a file as plain as most, read in a twentieth of the time; None where it needs a closer look.

    Plain is: no quotation marks, no line ends but the usual, every column with a name of its own, as many cells in
    every row as in the header.
    """
    from pyarrow import ArrowInvalid, csv, dictionary, int32, string

    header, _, body = text.partition("\n")
    names = [name.strip() for name in header.rstrip("\r").split(separator)]
    body = body.rstrip("\r\n")
    if '"' in text or _LONE_RETURN.search(text) or not all(names) or len(set(names)) < max(len(names), 2) or not body:
        return None
    beginning = [line.split(separator) for line in body.split("\n", LOOKED_AT)[:LOOKED_AT]]
    header_found = find_header([names, *beginning])
    if header_found is None or header_found.last > 0:
        return None
    try:
        table = csv.read_csv(
            _in_memory_of_arrow(_encoded(body)),
            read_options=csv.ReadOptions(column_names=names, use_threads=False),
            parse_options=csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, dictionary(int32(), string())), strings_can_be_null=False
            ),
        )
    except ArrowInvalid:
        return None
    return filled_rows({name: table.column(name).chunks for name in names}, first_row=2)


def _rows(text: str, separator: str, place: str) -> list[list[str]]:
    """Every record, blank ones too: a cell may hold line breaks, and is still one row of a spreadsheet."""
    csv.field_size_limit(_FIELD_LIMIT)
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        hint = "close the quotation mark; a quotation mark inside a cell is written twice"
        raise DataError(Problem(f"{place}:{len(rows) + 1}", f"the row cannot be read: {error}", hint)) from error
    return rows
