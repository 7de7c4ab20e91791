"""A history from Genesys Cloud: a small one on this machine answers."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from genesys_server import CLIENT_ID, QUEUES, SECRET, TOKEN, Told, serving

from commands import Finished, Run
from staffplan.pull.genesys import Addresses, Genesys

SUPPORT, SALES, _ = QUEUES
GENESYS = ("pull", "genesys", "--region", "mypurecloud.de", "--timezone", "Europe/Berlin")
Pull = Callable[..., Finished]


@pytest.fixture
def told() -> Told:
    """Ten days around the end of summer time, and a callback queue of the same name."""
    told = Told()
    told.half_hours(SUPPORT, "2026-10-19", 10)
    told.half_hours(SUPPORT, "2026-10-27", 1, media="callback")
    told.half_hours(SALES, "2026-10-20", 2)
    return told


@pytest.fixture
def waits() -> list[float]:
    """Seconds that the pull would have waited."""
    return []


@pytest.fixture
def pull(run: Run, told: Told, waits: list[float], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pull]:
    """`staffplan pull genesys` on 28 October 2026, 12:10 in Berlin, with nothing secret in what it leaves."""
    monkeypatch.setenv("GENESYS_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("GENESYS_CLIENT_SECRET", SECRET)
    monkeypatch.setattr("staffplan.cli.work.pull._now", lambda: pd.Timestamp("2026-10-28T11:10Z"))
    no_waiting = {"wait": lambda seconds: bool(waits.append(seconds))}
    monkeypatch.setattr("staffplan.cli.work.pull.Genesys", lambda *given, **how: Genesys(*given, **how | no_waiting))
    with serving(told) as address:
        monkeypatch.setattr("staffplan.cli.work.pull.addresses", lambda _: Addresses(address, address))

        def call(*more: str) -> Finished:
            done = run(*GENESYS, *more)
            left = done.out + done.err + "".join(path.read_text() for path in Path().rglob("*") if path.is_file())
            assert not [secret for secret in (CLIENT_ID, SECRET, TOKEN) if secret in left]
            return done

        yield call


def rows(path: Path) -> pd.DataFrame:
    return pd.read_csv(path / "history.csv")


def test_weeks_across_a_clock_change_become_one_history(tmp_path: Path, told: Told, pull: Pull) -> None:
    code, _, err = pull("-o", "history.csv", "--from", "2026-10-19")
    assert code == 0
    assert told.pages == [1, 2, 3]
    assert [query["interval"] for query in told.queries] == [
        "2026-10-18T22:00:00.000Z/2026-10-25T22:00:00.000Z",
        "2026-10-25T22:00:00.000Z/2026-10-28T11:00:00.000Z",
    ]
    assert {query["granularity"] for query in told.queries} == {"PT30M"}
    history = rows(tmp_path)
    assert history.groupby("queue")["offered"].sum().to_dict() == {
        "Support EN": 460,
        "Support EN (callback)": 46,
        "Sales": 92,
    }
    first = history.set_index(["queue", "interval_start"]).loc["Support EN"]
    assert first.loc["2026-10-24T09:00:00+02:00"].to_dict() == first.loc["2026-10-25T09:00:00+01:00"].to_dict()
    assert first.loc["2026-10-25T09:30:00+01:00"].to_dict() == {
        "offered": 11,
        "aht_seconds": 200,
        "handled": 10,
        "abandoned": 1,
        "answered_within_threshold": 9,
    }
    for said in (
        "Genesys Cloud, 2026-10-19 to 2026-10-28: Genesys Cloud, conversation aggregates (JSON)",
        "in milliseconds",
        "offered: answered, abandoned and flow-out",
        "no contacts came for Never called",
    ):
        assert said in err


def test_an_interval_in_which_calls_only_end_has_no_contacts(tmp_path: Path, told: Told, pull: Pull) -> None:
    told.contacts = {(SALES, "voice", "2026-10-27T09:00:00.000Z"): 0, (SALES, "voice", "2026-10-27T09:30:00.000Z"): 5}
    assert pull("-o", "history.csv", "--from", "2026-10-26").code == 0
    assert rows(tmp_path)["offered"].tolist() == [0, 5]


def test_queues_may_be_named(tmp_path: Path, told: Told, pull: Pull) -> None:
    assert pull("-o", "history.csv", "--queue", "Sales", "--from", "2026-10-19").code == 0
    assert set(rows(tmp_path)["queue"]) == {"Sales"}
    code, _, err = pull("-o", "other.csv", "--queue", "Sale")
    assert code == 2
    assert "did you mean Sales?" in err


def test_a_growing_history_has_no_row_twice(tmp_path: Path, told: Told, pull: Pull) -> None:
    assert pull("-o", "history.csv", "--to", "2026-10-26", "--from", "2026-10-19").code == 0
    told.contacts[SUPPORT, "voice", "2026-10-26T08:00:00.000Z"] = 99
    before = len(told.queries)
    code, _, err = pull("-o", "history.csv", "--append")
    assert code == 0
    assert told.queries[before]["interval"].startswith("2026-10-23T22:00:00.000Z/")
    assert "12 rows added, 1 replaced, 11 as they were" in err
    history = rows(tmp_path)
    assert not history.duplicated(["queue", "interval_start"]).any()
    assert history["offered"].sum() == 460 + 46 + 92 + 99 - 10


def test_a_busy_system_is_given_the_time_it_asks_for(told: Told, waits: list[float], pull: Pull) -> None:
    told.troubles = {1: (429, {"Retry-After": "7"}, {}), 2: (503, {}, {}), 3: (429, {"Retry-After": "99999"}, {})}
    assert pull("-o", "history.csv", "--from", "2026-10-26").code == 0
    assert waits[-3:] == [7, 2, 120]


def test_a_token_that_expires_is_renewed(told: Told, pull: Pull) -> None:
    told.troubles = {2: (401, {}, {"message": TOKEN})}
    assert pull("-o", "history.csv", "--from", "2026-10-19").code == 0
    assert told.tokens == 2


def test_a_failure_keeps_whole_windows_and_append_goes_on(tmp_path: Path, told: Told, pull: Pull) -> None:
    told.troubles = {number: (500, {}, {"message": SECRET}) for number in range(2, 7)}
    code, _, err = pull("-o", "history.csv", "--from", "2026-10-19")
    assert code == 4
    assert "the system has an error (500), also after 5 tries" in err
    assert "2026-10-19 to 2026-10-25 is in history.csv; run the command again with --append" in err
    assert rows(tmp_path)["interval_start"].max() < "2026-10-26"
    told.troubles = {}
    assert pull("-o", "history.csv", "--append").code == 0
    assert rows(tmp_path)["offered"].sum() == 460 + 46 + 92


def test_ctrl_c_keeps_whole_windows(tmp_path: Path, told: Told, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wished = told.aggregates, []

    def interrupted(query: dict[str, Any]) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGINT)
        return right(query)

    monkeypatch.setattr("staffplan.process.interrupts.wish", lambda: wished.append(True))
    monkeypatch.setattr(told, "aggregates", interrupted)
    _, _, err = pull("-o", "history.csv", "--from", "2026-10-19")
    assert wished
    assert "interrupted\n    2026-10-19 to 2026-10-25 is in history.csv" in err
    assert len(told.queries) == 1
    assert rows(tmp_path)["interval_start"].max() < "2026-10-26"


def test_a_failure_of_the_first_window_leaves_nothing(tmp_path: Path, told: Told, pull: Pull) -> None:
    told.troubles = {1: (400, {}, {"message": SECRET})}
    assert pull("-o", "history.csv").code == 4
    told.troubles = {2: (403, {}, {})}
    code, _, err = pull("-o", "history.csv")
    assert code == 4
    assert "analytics:conversationAggregate:view" in err
    assert not list(tmp_path.iterdir())


def test_a_wrong_secret_is_told_in_plain_words(told: Told, pull: Pull) -> None:
    told.accepted = (CLIENT_ID, "another")
    code, _, err = pull("-o", "history.csv")
    assert code == 4
    assert "the client id or its secret is not accepted (401)" in err
    assert "GENESYS_CLIENT_SECRET" in err


def test_no_contacts_at_all_is_told(tmp_path: Path, told: Told, pull: Pull) -> None:
    told.contacts = {}
    code, _, err = pull("-o", "history.csv")
    assert code == 4
    assert "no contacts came in these days" in err
    assert not list(tmp_path.iterdir())


def test_the_report_is_there_for_programs(pull: Pull) -> None:
    code, out, _ = pull("-o", "history.csv", "--from", "2026-10-19", "--json")
    assert code == 0
    shown = json.loads(out)
    assert shown["written"] == ["history.csv"]
    assert shown["tables"][0]["preset"] == "genesys-aggregates"


def test_credentials_go_to_genesys_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENESYS_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("GENESYS_CLIENT_SECRET", SECRET)
    code, _, err = run("pull", "genesys", "--region", "mypurecloud.de.example.org", "-o", "history.csv")
    assert code == 2
    assert "no domain of Genesys Cloud" in err


def test_missing_credentials_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENESYS_CLIENT_ID", raising=False)
    monkeypatch.delenv("GENESYS_CLIENT_SECRET", raising=False)
    code, _, err = run(*GENESYS)
    assert code == 2
    assert "GENESYS_CLIENT_ID" in err


def test_without_the_extra_the_command_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    code, _, err = run(*GENESYS)
    assert code == 2
    assert "pip install 'staffplan[genesys]'" in err
