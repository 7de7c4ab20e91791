"""Local times around the clock, read across both changes of the clock."""

from __future__ import annotations

import pandas as pd
import pytest

from staffplan.errors import DataError
from staffplan.files.read import table_from
from staffplan.files.records import Records
from staffplan.files.wall_clock import settled_in_order
from staffplan.tables.history import ContactHistory

NEW_YORK = "America/New_York"
DOUBLED, SKIPPED = "2025-11-02 01:00", "2026-03-08 02:00"


def history(rows: list[tuple[str, str, str]], timezone: str = NEW_YORK) -> ContactHistory:
    frame = pd.DataFrame(rows, columns=["interval_start", "queue", "offered"], dtype=object)
    return table_from(Records("f.csv", frame.assign(_row=range(2, len(rows) + 2))), ContactHistory, timezone=timezone)


def starts(made: ContactHistory) -> list[str]:
    return [at.isoformat() for at in made.frame["interval_start"].dt.tz_convert(NEW_YORK)]


def test_two_rows_of_the_hour_shown_twice_are_its_first_and_its_second_time() -> None:
    rows = [("2025-11-02 00:00", "a", "1"), (DOUBLED, "a", "2"), (DOUBLED, "a", "3"), ("2025-11-02 02:00", "a", "4")]
    for order in (rows, rows[::-1]):
        made = history(order)
        assert starts(made)[1:3] == ["2025-11-02T01:00:00-04:00", "2025-11-02T01:00:00-05:00"]
        assert made.frame["offered"].tolist() == [1, 2, 3, 4]
        assert any("its first and its second time" in note.message for note in made.notes)


def test_each_queue_has_its_own_second_hour() -> None:
    made = history([(DOUBLED, "a", "2"), (DOUBLED, "b", "3"), (DOUBLED, "a", "4"), (DOUBLED, "b", "5")])
    assert made.frame[["queue", "offered"]].to_numpy().tolist() == [["a", 2], ["a", 4], ["b", 3], ["b", 5]]


def test_one_row_of_the_hour_shown_twice_is_taken_as_it_is() -> None:
    made = history([("2025-11-02 00:00", "a", "1"), (DOUBLED, "a", "2"), ("2025-11-02 02:00", "a", "4")])
    assert starts(made)[1] == "2025-11-02T01:00:00-04:00"
    assert any("has one row" in note.message for note in made.notes)


@pytest.mark.parametrize("nothing", ["0", "", "-"])
def test_a_row_without_contacts_of_an_hour_that_is_skipped_is_nothing(nothing: str) -> None:
    made = history([("2026-03-08 01:00", "a", "1"), (SKIPPED, "a", nothing), ("2026-03-08 03:00", "a", "4")])
    assert made.frame["offered"].tolist() == [1, 4]
    assert any("the clock skips this hour; 1 row without contacts left out" in note.message for note in made.notes)


def test_contacts_in_an_hour_that_never_was_are_told() -> None:
    with pytest.raises(DataError) as raised:
        history([(SKIPPED, "a", "3")])
    assert "does not exist: the clock goes forward over it" in raised.value.problems[0].message


def test_an_hour_doubled_in_another_zone_asks_for_the_zone() -> None:
    rows = [("2025-11-02 00:00", "a", "1"), (DOUBLED, "a", "2"), (DOUBLED, "a", "3"), ("2025-11-02 02:00", "a", "4")]
    with pytest.raises(DataError) as raised:
        history(rows, "UTC")
    (problem,) = raised.value.problems
    assert problem.place == "f.csv:4:interval_start"
    assert "America/New_York" in problem.message
    assert "--timezone" in problem.hint


def test_rows_doubled_on_another_day_are_doubles() -> None:
    with pytest.raises(DataError) as raised:
        history([("2025-11-03 01:00", "a", "2"), ("2025-11-03 01:00", "a", "3")], "UTC")
    assert raised.value.problems[0].message == "the same queue and interval_start as row 2"


def test_calls_in_order_begin_the_second_hour_where_the_times_go_back() -> None:
    texts = pd.Series(
        ["2025-11-02 00:50", "2025-11-02 01:10", "2025-11-02 01:55", "2025-11-02 01:05", "2025-11-02 02:10"]
    )
    new, told = settled_in_order(texts, NEW_YORK)
    assert new.str[-6:].tolist() == [" 00:50", "-04:00", "-04:00", "-05:00", " 02:10"]
    assert told == ("2025-11-02: the hour that the clock shows twice is split where the times go back",)
    backward, _ = settled_in_order(texts[::-1].reset_index(drop=True), NEW_YORK)
    assert backward.tolist() == new.tolist()[::-1]


def test_calls_that_never_go_back_are_of_the_first_hour() -> None:
    new, told = settled_in_order(pd.Series(["2025-11-02 01:10", "2025-11-02 01:55", "2025-11-02 02:10"]), NEW_YORK)
    assert new.str[-6:].tolist() == ["-04:00", "-04:00", " 02:10"]
    assert told[0].endswith("is taken for its first time throughout")
