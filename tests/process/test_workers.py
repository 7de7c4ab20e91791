"""Whoever does the work, the answers are the same; and what is said when nobody can."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from staffplan.errors import ConfigError, UsageError
from staffplan.process import workers
from staffplan.process.workers import ROWS_FOR_A_PROCESS, Workers, do_all
from staffplan.settings.config import load_config


def _asked(who: Workers, function: Any, pieces: list[tuple[Any, ...]]) -> tuple[list[Any], list[int]]:
    """Answers, and the pieces in the order in which they were done."""
    done: list[int] = []
    processes = who.processes(len(pieces), 0)
    return do_all(function, iter(pieces), who, processes=processes, on_done=done.append), done


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_come_in_the_order_of_the_pieces_and_each_is_told_once(jobs) -> None:
    answers, done = _asked(Workers(jobs), pow, [(number, 2) for number in range(7)])
    assert answers == [0, 1, 4, 9, 16, 25, 36]
    assert sorted(done) == list(range(7))


def test_one_job_is_this_process_and_two_are_others() -> None:
    assert set(_asked(Workers(1), os.getpid, [(), ()])[0]) == {os.getpid()}
    assert os.getpid() not in _asked(Workers(2), os.getpid, [(), ()])[0]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_a_piece_is_raised_as_it_was(jobs) -> None:
    pieces = [("", "good.toml"), ("[plan]\nweeks = 0", "bad.toml"), ("", "good.toml")]
    with pytest.raises(ConfigError, match=r"bad\.toml:plan\.weeks"):
        _asked(Workers(jobs), load_config, pieces)


def test_a_large_piece_can_be_written_to_in_another_process_as_at_home() -> None:
    large = np.zeros(400_000)
    assert _asked(Workers(2), np.put, [(large, 0, 1.0), (large, 1, 1.0)])[0] == [None, None]
    assert large.sum() == 0


def test_no_pieces_give_no_answers() -> None:
    assert _asked(Workers(2), pow, []) == ([], [])


def test_there_are_never_more_processes_than_pieces_and_never_none() -> None:
    assert Workers(8).processes(3, 10**9) == 3
    assert Workers(8).processes(0, 0) == 1


def test_left_to_itself_it_starts_as_many_processes_as_the_work_is_worth(monkeypatch) -> None:
    monkeypatch.setattr("joblib.cpu_count", lambda: 4)
    worth = {rows: Workers().processes(100, rows) for rows in (0, ROWS_FOR_A_PROCESS, 3 * ROWS_FOR_A_PROCESS, 10**8)}
    assert list(worth.values()) == [1, 1, 3, 4]


def test_linear_algebra_has_one_thread_whoever_does_it() -> None:
    for who in (Workers(1), Workers(2)):
        for libraries in _asked(who, threadpool_info, [(), ()])[0]:
            assert {library["num_threads"] for library in libraries if library["user_api"] == "blas"} == {1}


def _said(cluster: str) -> str:
    with pytest.raises(UsageError) as raised:
        do_all(pow, [(1, 2)], Workers(cluster=cluster), processes=1, on_done=lambda _: None)
    return str(raised.value)


def test_a_cluster_that_does_not_answer_is_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    assert f"no Dask scheduler answers at {address}" in _said(address)
    assert "like tcp://host:8786" in _said("my machine")


def test_an_encrypted_cluster_without_certificates_is_told(monkeypatch) -> None:
    import dask

    for name in workers.CERTIFICATES:
        monkeypatch.delenv(name, raising=False)
    assert "is encrypted, and no certificates are set" in _said("tls://127.0.0.1:8786")
    absent = {"distributed.comm.tls.ca-file": "absent.pem", "distributed.comm.tls.client.cert": "absent.pem"}
    with dask.config.set(absent):
        assert "cannot be read" in _said("tls://127.0.0.1:8786")


def test_without_the_package_the_remedy_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install 'staffplan[cluster]'" in _said("tcp://127.0.0.1:8786")


def _machine(**packages: str | None) -> dict[str, Any]:
    return {
        "host": {"python": "3.11.7.final.0"},
        "packages": {**dict.fromkeys(workers.SAME_EVERYWHERE, "1"), **packages},
    }


def test_a_worker_that_computes_with_other_versions_is_told() -> None:
    there = {"tcp://b": _machine(), "tcp://a": _machine(numpy="2", staffplan=None)}
    told = workers.differences({"client": _machine(), "workers": there}, "tcp://host:8786")
    assert [problem.message for problem in told] == [
        "the worker tcp://a computes with staffplan not installed (here 1), numpy 2 (here 1)"
    ]


def test_a_cluster_without_workers_is_told() -> None:
    told = workers.differences({"client": _machine(), "workers": {}}, "tcp://host:8786")
    assert [str(problem) for problem in told] == [
        "--cluster: the cluster at tcp://host:8786 has no workers\n"
        "    start one on each machine that is to work: dask worker tcp://host:8786"
    ]
