"""Everybody forecasts the same intervals; what they give is joined origin by origin, and summed up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from accuracy.data_sets import DataSet, made_up
from accuracy.protocol import STAFFPLAN, Contender, choose_peers, together, try_origin
from accuracy.tables import QueueResult, Result, print_set, print_summary, result_of
from staffplan.settings.forecast import ForecastSettings

CONTENDERS = (
    Contender(STAFFPLAN, settings=ForecastSettings()),
    Contender("six-week average", peer="average"),
    Contender("seasonal naive", peer="naive"),
)


@pytest.fixture(scope="module")
def short() -> DataSet:
    return made_up("ten_weeks", 1)


def test_all_are_asked_for_the_same_intervals(short: DataSet, capsys: pytest.CaptureFixture[str]):
    trial = together(try_origin(short, number, CONTENDERS) for number in (0, 1))
    assert trial.failed == {}
    assert list(trial.given) == [contender.title for contender in CONTENDERS]
    for given in trial.given.values():
        assert len(given.offered) == len(trial.rows)
        assert (given.offered[~trial.rows["open"].to_numpy()] == 0).all()
    assert trial.rows.groupby("origin")["day"].nunique().tolist() == [28 - 4, 28 - 4]  # closed on Sundays: no rows
    result = result_of(short, trial)
    assert 0 < result.scores[STAFFPLAN].wape[0] < 1
    print_set(short, trial, result, by_queue=True)
    assert "Poisson floor" in capsys.readouterr().out


def test_a_contender_that_fails_is_told_and_the_others_go_on(short: DataSet, capsys: pytest.CaptureFixture[str]):
    trial = together([try_origin(short, 0, (Contender("broken", peer="no such peer"), CONTENDERS[1]))])
    assert list(trial.given) == ["six-week average"]
    print_set(short, trial, result_of(short, trial), by_queue=False)
    assert "FAILED, KeyError" in capsys.readouterr().out


def test_peers_are_chosen_by_key():
    assert choose_peers("none") == ({}, [])
    chosen, missing = choose_peers("average,naive")
    assert (list(chosen), missing) == (["average", "naive"], [])


def test_the_summary_takes_the_best_peer_of_each_set_in_hindsight(short: DataSet, capsys: pytest.CaptureFixture[str]):
    scores = result_of(short, together([try_origin(short, 0, CONTENDERS)])).scores
    any_score = scores[STAFFPLAN]

    def result(name: str, own: float, average: float, naive: float) -> Result:
        wapes = {STAFFPLAN: own, "six-week average": average, "seasonal naive": naive}
        queue = QueueResult("q", 6.0, 0.1, wapes, None)
        return Result(
            name, "real", {title: replace(any_score, wape=(own,) * 5) for title, own in wapes.items()}, (queue,)
        )

    print_summary([result("one", 0.10, 0.20, 0.40), result("two", 0.20, 0.20, 0.10)])
    lines = capsys.readouterr().out.splitlines()
    assert "0.500" in lines[2]
    assert "seasonal naive" in lines[3]
    assert "2.000" in lines[3]
    assert f"{np.sqrt(0.5 * 2.0):.3f}" in lines[4]
    assert f"{np.sqrt(0.5 * 1.0):.3f}" in lines[4]
    assert "1.000 (two, q); above 1.03: 0" in lines[5]


def test_without_peers_there_is_nothing_to_sum_up(short: DataSet, capsys: pytest.CaptureFixture[str]) -> None:
    alone = Contender("  day_model alone", settings=ForecastSettings(methods=("day_model",)))
    print_summary([result_of(short, together([try_origin(short, 0, [CONTENDERS[0], alone])]))])
    assert capsys.readouterr().out == ""
