"""What a person is told when something is wrong."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.errors import (
    ConfigError,
    DataError,
    InfeasibleError,
    NoSolutionError,
    Note,
    Problem,
    StaffplanError,
    UsageError,
    nearest,
    visible,
)

KINDS = (UsageError, ConfigError, DataError, InfeasibleError, NoSolutionError)


def test_a_problem_is_read_as_place_then_what_is_so_then_the_remedy() -> None:
    problem = Problem("history.csv:1043:offered", "-3 is below 0", "correct the cell")
    assert str(problem) == "history.csv:1043:offered: -3 is below 0\n    correct the cell"


def test_a_problem_without_place_or_remedy_leaves_no_stray_marks() -> None:
    assert str(Problem("", "no roster covers Sunday")) == "no roster covers Sunday"


def test_an_error_carries_all_its_problems_and_says_them_in_order() -> None:
    error = DataError(Problem("a.csv", f"problem {number}") for number in range(3))
    assert [problem.message for problem in error.problems] == ["problem 0", "problem 1", "problem 2"]
    assert str(error).splitlines() == ["a.csv: problem 0", "a.csv: problem 1", "a.csv: problem 2"]


def test_one_problem_alone_is_enough_for_an_error() -> None:
    assert UsageError(Problem("x", "y")).problems == (Problem("x", "y"),)


CODES = list(zip(KINDS, (2, 3, 4, 5, 6), strict=True))


@pytest.mark.parametrize(("kind", "code"), CODES)
def test_every_kind_of_failure_has_its_exit_code(kind: type[StaffplanError], code: int) -> None:
    assert kind.exit_code == code


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_of_another_process_arrives_whole(kind: type[StaffplanError]) -> None:
    error = kind([Problem("a", "b", "c"), Problem("d", "e")])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert again.problems == error.problems


def test_problems_and_notes_are_sorted_by_their_place() -> None:
    assert sorted([Problem("b", "x"), Problem("a", "y")])[0].place == "a"
    assert sorted([Note("staff", "warning", "b", ""), Note("forecast", "warning", "z", "")])[0].step == "forecast"


def test_a_slip_of_the_finger_gets_the_word_that_was_meant() -> None:
    assert nearest("targe", ["target", "weeks", "seed"]) == "did you mean target?"


def test_a_word_like_no_other_gets_the_list_of_words() -> None:
    assert nearest("qqq", ["weeks", "seed"]) == "known: seed, weeks"


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("1", ["001", "010"], "did a spreadsheet drop the zeros: 1 -> 001?"),
        ("1", ["01", "001"], "did you mean 01?"),
        ("1", ["A01"], "known: A01"),
    ],
)
def test_a_number_that_may_have_lost_its_zeros_is_named_where_only_one_can_be_meant(
    word: str, known: list[str], said: str
) -> None:
    assert nearest(word, known) == said


def test_where_no_word_is_known_nothing_is_suggested() -> None:
    assert nearest("anything", []) == ""


@given(st.lists(st.text("abcdefgh_", min_size=3, max_size=12), min_size=1, max_size=8, unique=True), st.data())
def test_a_word_that_is_known_is_its_own_nearest(words: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(words))
    assert nearest(word, words) == f"did you mean {word}?"


def test_characters_that_turn_the_text_around_or_move_the_cursor_are_shown_as_their_numbers() -> None:
    turning = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    moving = "\x00\x07\x08\r\x1b\x7f\x9b"
    assert visible(turning + moving) == "".join(f"\\u{ord(char):04x}" for char in turning + moving)
    assert visible("Ann\tאבג  naïve 北京\n") == "Ann\tאבג  naïve 北京\n"
    assert json.loads(visible(json.dumps(turning, ensure_ascii=False))) == turning
