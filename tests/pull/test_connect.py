"""A history from Amazon Connect: botocore's stub checks what is asked, and answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from botocore.stub import ANY, Stubber

from commands import Finished, Run
from staffplan.pull.connect import connect_client
from staffplan.pull.period import Reach, Window, period

ARN = "arn:aws:connect:eu-west-2:123456789012:instance/abcd-1234"
KEY, SECRET = "AKIAEXAMPLEKEY", "wJalrXUtnFEMI-secret"
CONNECT = ("pull", "connect", "--instance", ARN, "--timezone", "Europe/London", "-o", "history.csv")
QUEUES = [{"Id": "q-1", "Name": "Support"}, {"Id": "q-2", "Name": "Chats"}]
Pull = Callable[..., Finished]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Amazon Connect on 26 October 2026, 12:10 in London."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    client = connect_client(ARN, None)
    assert client.meta.region_name == "eu-west-2"
    assert client.meta.config.retries["mode"] == "standard"
    monkeypatch.setattr("staffplan.cli.work.pull.connect_client", lambda *_: client)
    monkeypatch.setattr("staffplan.cli.work.pull._now", lambda: pd.Timestamp("2026-10-26T12:10Z"))
    with Stubber(client) as stubber:
        yield stubber


@pytest.fixture
def pull(run: Run, stub: Stubber) -> Pull:
    """`staffplan pull connect`, with nothing secret in what it leaves."""

    def call(*more: str) -> Finished:
        done = run(*CONNECT, *more)
        left = done.out + done.err + "".join(path.read_text() for path in Path().rglob("*") if path.is_file())
        assert not [secret for secret in (KEY, SECRET) if secret in left]
        return done

    return call


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def asked(start: str, end: str, queues: list[str], **more: Any) -> dict[str, Any]:
    """One page of one window, as it must be asked for."""
    names = ("CONTACTS_QUEUED_BY_ENQUEUE", "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT", "CONTACTS_ABANDONED")
    limit = [{"Comparison": "LTE", "ThresholdValue": 20}]
    return {
        "ResourceArn": ARN,
        "StartTime": at(start),
        "EndTime": at(end),
        "Interval": {"IntervalPeriod": "THIRTY_MIN", "TimeZone": "Europe/London"},
        "Filters": [{"FilterKey": "QUEUE", "FilterValues": queues}],
        "Groupings": ["QUEUE", "CHANNEL"],
        "Metrics": [
            *({"Name": name} for name in (*names, "AVG_HANDLE_TIME")),
            {"Name": "SUM_CONTACTS_ANSWERED_IN_X", "Threshold": limit},
        ],
        "MaxResults": 100,
        **more,
    }


def result(start: str, offered: float, queue: str = "q-1", channel: str = "VOICE") -> dict[str, Any]:
    """One row of an answer; without contacts there is no mean handling time."""
    values = {
        "CONTACTS_QUEUED_BY_ENQUEUE": offered,
        "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT": max(offered - 1, 0),
        "CONTACTS_ABANDONED": min(offered, 1),
        "AVG_HANDLE_TIME": 215.5 if offered else None,
        "SUM_CONTACTS_ANSWERED_IN_X": max(offered - 3, 0),
    }
    known = {name: {} if value is None else {"Value": float(value)} for name, value in values.items()}
    return {
        "Dimensions": {"QUEUE": queue, "CHANNEL": channel},
        "MetricInterval": {
            "Interval": "THIRTY_MIN",
            "StartTime": at(start),
            "EndTime": at(start) + timedelta(minutes=30),
        },
        "Collections": [{"Metric": {"Name": name}, **value} for name, value in known.items()],
    }


def lists(stub: Stubber, queues: list[dict[str, str]] = QUEUES) -> None:
    """The names of the queues, on two pages."""
    given = {"InstanceId": "abcd-1234", "QueueTypes": ["STANDARD"]}
    stub.add_response("list_queues", {"QueueSummaryList": queues[:1], "NextToken": "more"}, given)
    stub.add_response("list_queues", {"QueueSummaryList": queues[1:]}, {**given, "NextToken": "more"})


def answers(stub: Stubber, results: list[dict[str, Any]], wanted: dict[str, Any], more: str | None = None) -> None:
    token = {"NextToken": more} if more else {}
    stub.add_response("get_metric_data_v2", {"MetricResults": results, **token}, wanted)


def test_windows_of_two_days_and_pages_become_one_history(tmp_path: Path, stub: Stubber, pull: Pull) -> None:
    lists(stub)
    both = ["q-1", "q-2"]
    first = asked("2026-10-23T23:00", "2026-10-25T23:00", both)
    answers(stub, [result("2026-10-24T08:00", 18), result("2026-10-24T08:30", 0)], first, more="page 2")
    answers(stub, [result("2026-10-24T09:00", 4, "q-2", "CHAT")], {**first, "NextToken": "page 2"})
    late = [result("2026-10-26T09:00", 20), result("2026-10-26T12:00", 3)]
    answers(stub, late, asked("2026-10-25T23:00", "2026-10-26T12:00", both))
    code, _, err = pull("--from", "2026-10-24")
    assert code == 0
    history = pd.read_csv(tmp_path / "history.csv").set_index(["queue", "interval_start"])
    assert history["offered"].to_dict() == {
        ("Chats (chat)", "2026-10-24T10:00:00+01:00"): 4,
        ("Support", "2026-10-24T09:00:00+01:00"): 18,
        ("Support", "2026-10-24T09:30:00+01:00"): 0,
        ("Support", "2026-10-26T09:00:00+00:00"): 20,
    }
    row = history.loc[("Support", "2026-10-24T09:00:00+01:00")]
    assert row[["aht_seconds", "handled", "abandoned", "answered_within_threshold"]].tolist() == [215.5, 17, 1, 15]
    assert history["aht_seconds"].isna().sum() == 1
    for said in (
        "metrics by GetMetricDataV2 (JSON) (amazon-metrics)",
        "talk, hold and after-contact work",
        "offered: contacts put into the queue",
        "booked by: arrival in the queue",
    ):
        assert said in err


def test_more_queues_than_a_request_may_name_are_asked_for_in_parts(stub: Stubber, pull: Pull) -> None:
    many = [{"Id": f"q-{number:03d}", "Name": f"Queue {number}"} for number in range(130)]
    lists(stub, many)
    names = [queue["Id"] for queue in many]
    span = ("2026-10-26T00:00", "2026-10-26T12:00")
    answers(stub, [result("2026-10-26T09:00", 5, "q-001")], asked(*span, names[:100]))
    answers(stub, [result("2026-10-26T09:00", 6, "q-129")], asked(*span, names[100:]))
    code, _, err = pull("--from", "2026-10-26")
    assert code == 0
    assert "no contacts came for Queue 0, Queue 10, Queue 100, Queue 101, Queue 102 and 123 more" in err


def test_a_system_that_stays_busy_is_told(stub: Stubber, pull: Pull) -> None:
    lists(stub)
    stub.add_client_error("get_metric_data_v2", "ThrottlingException", http_status_code=429)
    code, _, err = pull("--from", "2026-10-20")
    assert code == 4
    assert "too many requests, also after 8 tries" in err


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "ask for the permission connect:ListQueues"),
        ("ExpiredTokenException", "the credentials have expired"),
        ("UnrecognizedClientException", "the credentials are not accepted"),
        ("ResourceNotFoundException", "there is no instance"),
    ],
)
def test_a_refusal_is_told_in_plain_words(code: str, words: str, tmp_path: Path, stub: Stubber, pull: Pull) -> None:
    stub.add_client_error("list_queues", code, service_message=f"{KEY} may not")
    done = pull()
    assert done.code == 4
    assert words in done.err
    assert not list(tmp_path.iterdir())


def test_a_history_that_grows_is_read_again_two_days_back(tmp_path: Path, stub: Stubber, pull: Pull) -> None:
    (tmp_path / "history.csv").write_text(
        "interval_start,queue,offered\n2026-10-26T09:00:00+00:00,Support,19\n2026-10-26T09:30:00+00:00,Support,3\n"
    )
    lists(stub)
    answers(stub, [], asked("2026-10-23T23:00", "2026-10-25T23:00", ["q-1"]))
    answers(stub, [result("2026-10-26T09:00", 20)], asked("2026-10-25T23:00", "2026-10-26T12:00", ["q-1"]))
    code, _, err = pull("--append", "--queue", "Support")
    assert code == 0
    assert "0 rows added, 1 replaced" in err
    assert pd.read_csv(tmp_path / "history.csv")["offered"].tolist() == [20, 3]


def test_a_history_in_other_intervals_does_not_grow(tmp_path: Path, pull: Pull) -> None:
    rows = [
        f"2026-10-26T{hour:02d}:{minute}:00+00:00,Support,19\n" for hour in range(9, 12) for minute in (15, 30, 45)
    ]
    (tmp_path / "history.csv").write_text("interval_start,queue,offered\n" + "".join(rows))
    code, _, err = pull("--append")
    assert code == 2
    assert "history.csv has intervals of 15 minutes, and 30 are asked for" in err


def test_an_id_in_place_of_an_arn_is_looked_up(run: Run, stub: Stubber) -> None:
    lists(stub)
    stub.add_response("describe_instance", {"Instance": {"Arn": ARN}}, {"InstanceId": "abcd-1234"})
    wanted = asked("2026-10-26T00:00", "2026-10-26T12:00", ANY)
    answers(stub, [result("2026-10-26T09:00", 5)], wanted | {"Interval": ANY})
    assert run("pull", "connect", "--instance", "abcd-1234", "--from", "2026-10-26").code == 0


def test_what_connect_and_options_lack_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--instance: is missing" in run("pull", "connect").err
    assert "--append: there is no file" in run("pull", "connect", "--instance", ARN, "--append").err
    assert "write it as 2026-11-02" in run(*CONNECT, "--from", "2/11/2026").err
    monkeypatch.setitem(sys.modules, "boto3", None)
    code, _, err = run(*CONNECT)
    assert code == 2
    assert "pip install 'staffplan[connect]'" in err


def test_a_period_ends_with_the_last_interval_that_is_over() -> None:
    now, reach = pd.Timestamp("2026-10-26T12:10Z"), Reach("a system", 90, kept=True)
    given: dict[str, Any] = {"timezone": "Asia/Kolkata", "minutes": 60}
    window, notes = period(now, reach, **given)
    assert window.end == pd.Timestamp("2026-10-26T11:30Z")  # 17:00 in India
    assert window.start == pd.Timestamp("2026-07-28T18:30Z")
    assert not notes
    _, notes = period(now, reach, **given, known_until=pd.Timestamp("2026-05-01T00:00Z"))
    assert "nothing before 2026-07-29 can be fetched" in notes[0].message


def test_windows_touch_and_are_under_three_days() -> None:
    whole = Window(pd.Timestamp("2026-10-20T22:00Z"), pd.Timestamp("2026-10-27T11:00Z"))
    parts = whole.parts(timedelta(days=2))
    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]
    assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
    assert max(part.end - part.start for part in parts) < pd.Timedelta(days=3)
