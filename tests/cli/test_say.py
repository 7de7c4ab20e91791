"""What the commands show: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.cli.output import say as output
from staffplan.cli.output.say import progress_shown, say, say_long, say_problems, show, show_json
from staffplan.errors import DataError, Problem
from staffplan.progress import Progress

Captured = pytest.CaptureFixture[str]


def test_results_go_to_stdout_and_messages_to_stderr(capsys: Captured) -> None:
    show("a,b")
    say("wrote it")
    assert capsys.readouterr() == ("a,b\n", "wrote it\n")


def test_a_result_ends_with_one_line_break(capsys: Captured) -> None:
    show("a,b\n1,2\n")
    assert capsys.readouterr().out == "a,b\n1,2\n"


def test_problems_stand_one_below_the_other_under_what_they_stop(capsys: Captured) -> None:
    say_problems(DataError([Problem("h.csv:2:offered", "-3 is below 0"), Problem("h.csv:9", "too long", "look")]))
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "the data cannot be used:\nh.csv:2:offered: -3 is below 0\nh.csv:9: too long\n    look\n"


def test_json_has_null_where_there_is_no_number_and_letters_as_they_are(capsys: Captured) -> None:
    show_json({"a": float("nan"), "b": [np.float64("inf"), 1.5], 3: {"ñ": float("-inf")}, "t": ("x", None)})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.5], "3": {"ñ": None}, "t": ["x", None]}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    )
)
def test_whatever_a_result_holds_can_be_read_as_strict_json(value: object) -> None:
    json.loads(json.dumps(output._finite(value), allow_nan=False))


def test_away_from_a_terminal_progress_is_at_most_a_line_a_minute(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(output.time, "monotonic", lambda: now)
    with progress_shown() as on_progress:
        for done, now in enumerate((1000.0, 1059.0, 1060.0, 1061.0, 1120.0)):  # noqa: B007 the clock reads it
            on_progress(Progress("roster", done, 5, "week 1" if done < 4 else ""))
    assert capsys.readouterr() == ("", "roster: 2 of 5 week 1\nroster: 4 of 5\n")


def test_on_a_terminal_every_step_has_a_bar_of_its_own(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_shown() as on_progress:
        on_progress(Progress("forecast", 1, 4, "sales [b]"))
        on_progress(Progress("roster", 0, 3, "week 1"))
        on_progress(Progress("forecast", 4, 4, "done"))
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert [line.split()[0] for line in lines if line.strip()][-2:] == ["forecast", "roster"]
    assert "4/4" in err
    assert "0/3" in err


def test_a_step_that_ended_before_its_last_move_is_shown_as_done_when_the_next_begins(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_shown() as on_progress:
        on_progress(Progress("plan", 2, 7, "roster"))
        on_progress(Progress("roster", 700, 720, "cost 3"))
        on_progress(Progress("plan", 3, 7, "check"))
    last = [line for line in capsys.readouterr().err.splitlines() if line.strip()][-2:]
    assert "3/7" in last[0]
    assert "720/720" in last[1]


def test_a_long_message_is_broken_at_words_on_a_terminal_and_nowhere_else(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = "a word " * 40
    say_long(message)
    assert capsys.readouterr().err == f"{message}\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    say_long(message)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(lines).split()) == message.strip()
