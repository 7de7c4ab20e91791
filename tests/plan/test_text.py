"""Tables and shares as a terminal shows them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from staffplan.plan.text import percent, text_table


def test_columns_are_two_spaces_apart_and_numbers_stand_right() -> None:
    rows = [("voice", 1200, "80/20"), ("chat", 7, "")]
    assert text_table(rows, ("queue", "contacts", "goal"), right=(1,)) == (
        "queue  contacts  goal\nvoice      1200  80/20\nchat          7"
    )


def test_a_table_without_rows_is_its_header() -> None:
    assert text_table([], ("agent", "day")) == "agent  day"


@given(st.lists(st.tuples(st.text("ab c", max_size=9), st.integers(0, 10**6)), max_size=6))
def test_no_line_ends_in_blanks_and_every_number_ends_in_one_column(rows: list[tuple[str, int]]) -> None:
    lines = text_table(rows, ("name", "n"), right=(1,)).split("\n")
    assert len(lines) == len(rows) + 1
    assert all(line == line.rstrip() for line in lines)
    assert len({len(line) for line in lines}) == 1


def test_a_share_is_printed_as_percent_with_the_digits_wanted() -> None:
    assert percent(0.815) == "81.5 %"
    assert percent(0.8, 0) == "80 %"
    assert percent(1) == "100.0 %"
