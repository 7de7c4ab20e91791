"""A plain file is read in a faster way; that must not be seen in what is read."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.errors import DataError
from staffplan.files.csv import read_records
from thorough import repetitions

CELL = st.sampled_from(
    ["", " ", "1", "2026-01-01 08:00", "voice", "é", "  x ", "1.5", "'=1", "NULL", "nan", "\ufeff"]
)
ROWS = st.lists(st.lists(CELL, min_size=0, max_size=4), max_size=6)


def _text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: object for name in frame.columns if name != "_row"})


def _read(text: str) -> tuple[pd.DataFrame, bool] | list[str]:
    """What is read, or the problems."""
    try:
        records = read_records(text.encode(), "file.csv")
    except DataError as error:
        return [str(problem) for problem in error.problems]
    return _text(records.frame), records.decimal_comma


def _same(first: object, second: object) -> bool:
    if isinstance(first, list) or isinstance(second, list):
        return first == second
    assert isinstance(first, tuple)
    assert isinstance(second, tuple)
    pd.testing.assert_frame_equal(first[0], second[0])
    return bool(first[1] == second[1])


@given(
    rows=ROWS,
    names=st.lists(st.sampled_from(["a", "b", " c", "", "a"]), min_size=1, max_size=3),
    separator=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.sampled_from(["", "\n", "\r\n\r\n"]),
)
@settings(max_examples=repetitions(100, 300), deadline=None)
def test_a_file_is_read_as_it_would_be_with_quotation_marks(rows, names, separator, end, last) -> None:
    lines = [separator.join(cells) for cells in [names, *rows]]
    plain, quoted = (end.join([*lines, separator.join([cell, *["z"] * (len(names) - 1)])]) for cell in ("z", '"z"'))
    assert _same(_read(plain + last), _read(quoted + last))


def test_a_plain_file_holds_each_distinct_cell_once() -> None:
    frame = read_records(b"queue,offered\nvoice,1\nvoice,1\nmail,1\n", "file.csv").frame
    assert frame["queue"].cat.categories.tolist() == ["voice", "mail"]
    assert frame["offered"].cat.categories.tolist() == ["1"]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    frame = read_records(b"queue,offered\nvoice,1\n,\n , \nmail,1\n", "file.csv").frame
    assert frame["_row"].tolist() == [2, 5]


@pytest.mark.parametrize("text", ["queue,offered\nvoice\n", 'queue,offered\n"voice",1\n', "queue\nvoice\n"])
def test_a_file_that_is_not_plain_is_read_cell_by_cell(text) -> None:
    frame = read_records(text.encode(), "file.csv").frame
    assert frame["queue"].tolist() == ["voice"]
    assert frame["queue"].dtype == object
