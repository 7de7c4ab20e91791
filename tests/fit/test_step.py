"""What fit makes of a whole log: queues, words, rows that cannot be used, redials, lines for the settings."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from fit_logs import log_of, waiting_log

from staffplan.errors import DataError
from staffplan.fit import FitChoices, OutcomeWords, fit, guess_columns, settings_lines


def test_queues_are_learnt_apart_and_together(parameter: Callable[..., float]) -> None:
    first = waiting_log(2000, patience_seconds=100, virtual_wait_seconds=50).frame.drop(columns="row")
    second = waiting_log(2000, patience_seconds=400, virtual_wait_seconds=50).frame.drop(columns="row")
    log = log_of(**pd.concat([first, second.assign(queue="a b")], ignore_index=True))
    result = fit(log)
    alone = fit(log_of(**first))
    assert parameter(result, "patience_seconds") == parameter(alone, "patience_seconds")
    middle = parameter(result, "patience_seconds", "*")
    assert parameter(result, "patience_seconds") < middle < parameter(result, "patience_seconds", "a b")
    assert set(alone.parameters.frame["queue"]) == {"sales"}


def test_lines_for_the_settings_are_toml() -> None:
    log = log_of(
        queue=["a b", "a b", "c", "c", "c"],
        wait_seconds=[10, 20, 0, 5, 5],
        outcome=["answered", "abandoned", "answered", "answered", "answered"],
        handling_seconds=[100.0, np.nan, 50.0, 61.25, 75.0],
    )
    assert tomllib.loads(settings_lines(fit(log).parameters)) == {
        "queues": {"a b": {"patience_seconds": 30}, "c": {"aht_seconds": 62.1}}
    }


def test_words_decide_and_other_outcomes_are_counted(parameter: Callable[..., float]) -> None:
    log = log_of(wait_seconds=[1, 2, 3, 4], outcome=["ok", "gone", "busy", "OK"])
    result = fit(log, FitChoices(OutcomeWords.of(["OK"], ["Gone"])))
    assert parameter(result, "abandon_share") == pytest.approx(1 / 3)
    assert any("1 calls with other outcomes: busy 1" in note.message for note in result.notes)


def test_a_log_in_which_no_word_means_an_answer_is_refused() -> None:
    with pytest.raises(
        DataError, match="no outcome is known as answered; outcomes in the file: ok \\(2\\), gone \\(1\\)"
    ):
        fit(log_of(outcome=["ok", "gone", "ok"]))


def test_a_call_without_a_wait_is_used_for_what_needs_none() -> None:
    log = log_of(wait_seconds=[np.nan, 2, np.nan, np.nan], outcome=["answered", "answered", "busy", "hang"])
    told = [note.message for note in fit(log).notes]
    assert any(said.startswith("2 calls have no wait (1 of them abandoned; first in row 2)") for said in told)
    assert any("patience cannot be estimated: 1 of 1 callers who hung up have no wait" in said for said in told)


def test_rows_that_are_twins_are_kept_and_told() -> None:
    start = pd.Timestamp("2026-03-02 09:00", tz="UTC")
    result = fit(log_of(arrival=[start, start, start], wait_seconds=[1.0, 1.0, 2.0]))
    assert any("1 rows are exact duplicates" in note.message for note in result.notes)


def test_redials_are_calls_of_the_same_customer_soon_after_hanging_up(parameter: Callable[..., float]) -> None:
    """Ann hangs up and calls again after 10 min, Bob after 3 hours; Eve was answered; the last call ends the log."""
    minutes = [0, 10, 20, 200, 30, 600]
    log = log_of(
        arrival=pd.Timestamp("2026-03-02 08:00", tz="UTC") + pd.to_timedelta(minutes, unit="min"),
        customer=["ann", "ann", "bob", "bob", "eve", "zoe"],
        outcome=["hang", "answered", "hang", "answered", "answered", "hang"],
        wait_seconds=30.0,
    )
    assert parameter(fit(log), "redial_share") == 0.5
    assert parameter(fit(log), "recall_share") == 0
    assert parameter(fit(log, FitChoices(redial_minutes=240)), "redial_share") == 1


def test_without_customers_redials_cannot_be_learnt() -> None:
    result = fit(log_of(wait_seconds=[1.0, 2.0]))
    assert any("redials cannot be estimated" in note.message for note in result.notes)
    assert not result.parameters.frame["parameter"].eq("redial_share").any()


def test_the_order_of_rows_is_no_matter() -> None:
    log = waiting_log(500, patience_seconds=100, virtual_wait_seconds=50)
    turned = log_of(**log.frame.drop(columns="row").iloc[::-1].reset_index(drop=True))
    one, other = fit(log).parameters.frame, fit(turned).parameters.frame
    assert one["parameter"].tolist() == other["parameter"].tolist()
    assert np.allclose(one["value"], other["value"], equal_nan=True)


def test_usual_column_names_are_recognised_and_named() -> None:
    found = guess_columns(["Call Time", "skill", "Queue-Time", "Disposition", "ANI", "x"], {}, "log.csv")
    assert found.names == {
        "arrival": "Call Time",
        "queue": "skill",
        "wait_seconds": "Queue-Time",
        "outcome": "Disposition",
        "customer": "ANI",
    }
    assert "wait_seconds = Queue-Time" in found.notes[0].message


def test_a_named_column_is_not_guessed_for_another() -> None:
    found = guess_columns(["arrival", "wait", "wait_time", "outcome"], {"handling_seconds": "wait"}, "log.csv")
    assert found.names["wait_seconds"] == "wait_time"


def test_columns_that_are_not_there_are_told_together() -> None:
    with pytest.raises(DataError) as caught:
        guess_columns(["arrival", "x"], {"queue": "skil"}, "log.csv")
    places = [problem.place for problem in caught.value.problems]
    assert places == ["--queue-column", "log.csv:1", "log.csv:1"]
    assert "no column looks like wait_seconds" in str(caught.value)
