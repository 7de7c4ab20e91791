"""Where the table begins in a sheet."""

from __future__ import annotations

import pytest

from staffplan.errors import DataError
from staffplan.files.csv import read_records
from staffplan.files.header import find_header


def test_title_lines_above_the_header_are_not_the_table() -> None:
    text = "Interval Report\nPrinted: 11/10/2025 08:03\n\nstart,queue,offered\n2026-01-05 08:00,Sales,8\n"
    records = read_records(text.encode(), "f.csv")
    assert records.frame.columns.tolist() == ["start", "queue", "offered", "_row"]
    assert records.frame["_row"].tolist() == [5]
    assert records.header_row == 4
    assert records.above == (("Interval Report",), ("Printed: 11/10/2025 08:03",))


def test_the_separator_is_that_of_the_table_not_of_the_title() -> None:
    records = read_records(b"Report, all queues\nstart;queue;aht\n08:00;Sales;1,5\n08:30;Sales;2,5\n", "f.csv")
    assert records.frame["aht"].tolist() == ["1,5", "2,5"]
    assert records.decimal_comma


def test_a_header_of_two_rows_gives_one_name_a_column() -> None:
    header = find_header(
        [["", "", "Calls", "", "AHT", ""], ["Date", "Queue", "Offered", "Answered", "Avg", "Max"], ["1", "a", "2"]]
    )
    assert header is not None
    assert header.names == ("Date", "Queue", "Offered", "Answered", "Avg", "Max")
    assert header.last == 1


def test_names_that_occur_twice_below_groups_are_told_apart_by_them() -> None:
    rows = [["Date", "Wait", "", "Talk", ""], ["", "Avg", "Max", "Avg", "Max"], ["1", "2", "3", "4", "5"]]
    header = find_header(rows)
    assert header is not None
    assert header.names == ("Date", "Wait Avg", "Wait Max", "Talk Avg", "Talk Max")
    assert header.doubled == ()


def test_names_that_occur_twice_are_numbered() -> None:
    header = find_header([["Created", "Labels", "Labels", ""], ["1", "a", "b", "c"]])
    assert header is not None
    assert header.names == ("Created", "Labels", "Labels (2)", "column 4")
    assert header.doubled == ("Labels",)


def test_rows_of_words_below_the_header_are_data() -> None:
    header = find_header([["queue", "channel"], ["Sales", "voice"], ["Help", "chat"]])
    assert header is not None
    assert (header.first, header.last) == (0, 0)


def test_rows_longer_than_the_header_are_one_problem() -> None:
    with pytest.raises(DataError) as raised:
        read_records(b"a,b\n1,2,3\n1,2,3\n1,2,3\n", "f.csv")
    assert len(raised.value.problems) == 1
    assert raised.value.problems[0].message == "the row has 3 cells, the header 2 (and 2 more rows like it)"
