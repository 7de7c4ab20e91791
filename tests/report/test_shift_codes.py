"""Codes are short, remind of the shift, and never mean two things."""

from __future__ import annotations

import pandas as pd
from handoffs import MADRID, MONDAY, SPRING, Work, handoff_of
from hypothesis import given
from hypothesis import strategies as st

from staffplan.report.shift_codes import day_off_codes, family_letters, family_of, shift_codes

NAMES = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=60, unique=True)


def test_a_code_is_the_family_s_letter_and_the_hour():
    handoff = handoff_of(
        Work("a", MONDAY, shift="early"),
        Work("b", MONDAY, 14 * 60, 22 * 60, "late 14:00"),
        Work("c", MONDAY, 14 * 60 + 30, 22 * 60, "late 14:30"),
        Work("d", MONDAY, 9 * 60, 17 * 60, "evening"),
    )
    assert dict(zip(handoff.worked["agent_id"], handoff.worked["code"], strict=True)) == {
        "a": "E08",
        "b": "L14",
        "c": "L1430",
        "d": "Ev09",
    }


def test_the_start_in_a_name_is_not_part_of_the_family():
    assert family_of("early 08:00") == family_of("early 9:30") == "early"
    assert family_of("8 hours") == "8 hours"


def test_a_shift_that_ends_otherwise_has_a_letter_more_and_the_frequent_one_has_none():
    nights = [Work(agent, MONDAY, 22 * 60, 30 * 60, "night") for agent in "abc"]
    handoff = handoff_of(*nights, Work("d", MONDAY, 22 * 60, 28 * 60, "night"))
    assert handoff.worked["code"].tolist() == ["N22", "N22", "N22", "N22b"]


def test_the_night_that_loses_an_hour_is_paid_less_and_has_a_code_of_its_own():
    usual = [Work("a", day, 22 * 60, 30 * 60, "night") for day in (SPRING.replace(day=26), SPRING.replace(day=27))]
    worked = handoff_of(*usual, Work("b", SPRING, 22 * 60, 30 * 60, "night")).worked
    assert worked["end_local"].dt.strftime("%H:%M").tolist() == ["06:00"] * 3
    assert worked["paid_hours"].tolist() == [7.5, 7.5, 6.5]
    assert worked["code"].tolist() == ["N22", "N22", "N22b"]


@given(NAMES)
def test_no_two_families_share_their_letters(names):
    letters = family_letters(names)
    assert len({found.lower() for found in letters.values()}) == len(names)
    assert max(map(len, letters.values())) <= 4


@given(NAMES)
def test_no_two_kinds_of_time_off_share_a_code_and_none_looks_like_a_shift(names):
    codes = day_off_codes([*names, ""])
    assert len(set(codes.values())) == len(codes)
    assert all(code == code.lower() for code in codes.values())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["early", "evening", "late", "e", "A2", "A"]),
            st.integers(0, 95),
            st.integers(4, 40),
            st.sampled_from([4.0, 7.5, 8.0]),
        ),
        min_size=1,
        max_size=80,
    )
)
def test_shifts_have_the_same_code_exactly_if_they_are_alike(rows):
    day = pd.Timestamp(MONDAY)
    frame = pd.DataFrame(
        [
            (family, day + pd.Timedelta(minutes=15 * s), day + pd.Timedelta(minutes=15 * (s + n)), paid)
            for family, s, n, paid in rows
        ],
        columns=["shift", "start_local", "end_local", "paid_hours"],
    )
    codes = shift_codes(frame)
    kinds = dict(zip(rows, codes, strict=True))
    assert [kinds[row] for row in rows] == codes.tolist()
    assert len(set(kinds.values())) == len(kinds)


def test_rows_in_another_order_have_the_same_codes():
    works = [
        Work(agent, MONDAY, 60 * hour, 60 * (hour + length), "day")
        for agent, hour, length in (("a", 8, 8), ("b", 8, 6), ("c", 8, 6), ("d", 9, 8), ("e", 8, 4))
    ]
    worked = handoff_of(*works, zone=MADRID).worked
    again = worked.iloc[::-1]
    assert shift_codes(again).sort_index().tolist() == worked["code"].tolist()
