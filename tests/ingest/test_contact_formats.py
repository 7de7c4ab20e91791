"""Files with a row for each call or ticket, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from example_exports import EXAMPLES, problems_of, read
from staffplan.ingest import Asked, ingest
from staffplan.ingest.contacts import interval_starts

COLUMNS = ["queue", "offered", "handled", "abandoned", "answered_within_threshold", "aht_seconds"]
BLANK = -1.0


def counted(name: str) -> list[list[object]]:
    """Time of day and the counts of each row; -1 for a blank."""
    frame = read(name).history.frame
    rows = frame[COLUMNS].fillna(BLANK).to_numpy().tolist()
    return [[start, *row] for start, row in zip(frame["interval_start"].dt.strftime("%H:%M"), rows, strict=True)]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("asterisk/queue_log", [["08:00", "support", 4, 2, 1, 2, 150]]),
        ("asterisk/queue_log_realtime_table.csv", [["11:00", "support", 4, 2, 1, 2, 150]]),
        ("amazon_connect/contact_records.jsonl", [["08:00", "Support EN", 5, 4, 1, 2, 251.25]]),
        ("freepbx/cdr.csv", [["08:00", "74957771122", 3, -1, -1, -1, -1]]),
        ("aircall/calls_history.csv", [["08:00", "Support EN", 3, 2, 1, 2, 150]]),
        ("dialpad/stats_calls_records.csv", [["08:00", "Support EN", 4, 2, 1, 2, 150]]),
        ("five9/call_log.csv", [["08:00", "Support EN", 4, 3, 1, 3, 205]]),
        (
            "zendesk/tickets_export.csv",
            [
                ["10:00", "Backoffice", 1, 0, -1, -1, -1],
                ["08:30", "Chat", 1, 1, -1, -1, -1],
                ["08:00", "Support EN", 2, 2, -1, -1, -1],
                ["08:30", "Support EN", 1, 0, -1, -1, -1],
                ["09:00", "Support EN", 1, 1, -1, -1, -1],
            ],
        ),
        (
            "zendesk/incremental_tickets_cursor.json",
            [["08:00", "11", 2, 2, -1, -1, -1], ["08:30", "11", 1, 1, -1, -1, -1]],
        ),
        (
            "freshdesk/tickets.csv",
            [
                ["08:00", "Support", 2, 2, -1, -1, 510],
                ["08:30", "Support", 2, 1, -1, -1, 1080],
                ["09:00", "Support", 1, 1, -1, -1, 480],
            ],
        ),
        (
            "servicenow/incident.csv",
            [
                ["08:00", "Service Desk", 2, 2, -1, -1, -1],
                ["08:30", "Service Desk", 2, 1, -1, -1, -1],
                ["09:00", "Service Desk", 1, 1, -1, -1, -1],
            ],
        ),
        (
            "jira_service_management/issues_csv_all_fields.csv",
            [
                ["08:00", "SUP", 2, 2, -1, -1, -1],
                ["08:30", "SUP", 2, 1, -1, -1, -1],
                ["09:00", "SUP", 1, 1, -1, -1, -1],
            ],
        ),
        (
            "salesforce/cases_report_en_US.csv",
            [
                ["08:00", "Support Queue", 2, 2, -1, -1, -1],
                ["08:30", "Support Queue", 2, 1, -1, -1, -1],
                ["09:00", "Support Queue", 1, 1, -1, -1, -1],
            ],
        ),
        (
            "intercom/reporting_data_export_conversation.csv",
            [
                ["08:30", "Billing", 1, 1, -1, 0, 240],
                ["08:00", "Support EN", 3, 3, -1, 0, 443.3333333333333],
                ["08:00", "unassigned", 1, 0, -1, 0, -1],
            ],
        ),
        ("intercom/conversation_statistics.json", [["08:00", "12", 1, 1, -1, 0, -1]]),
    ],
)
def test_contacts_are_counted_by_queue_and_interval_of_arrival(name: str, rows: list[list[object]]) -> None:
    assert counted(name) == rows


def test_a_call_log_of_no_known_system_is_read_by_usual_names(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "Status,Agent,Call Start Time,Call End Time,Waiting Time in Seconds,Team\n"
        "Answered,A1,2025-03-03 08:00:17,2025-03-03 08:04:02,11,Filters\n"
        "Abandoned,,2025-03-03 08:02:10,2025-03-03 08:02:55,45,Filters\n"
        "Answered,A2,2025-03-03 08:05:44,2025-03-03 08:11:00,3,Filters\n"
    )
    frame = ingest([path], Asked(interval_minutes=60)).history.frame
    assert frame[COLUMNS].to_numpy().tolist() == [["Filters", 3, 2, 1, 2, 263.5]]  # end - start - wait


@pytest.mark.parametrize(
    ("column", "yes", "no"), [("Abandoned", 1, 2), ("Answered", 2, 1), ("Abandoned (Y/N)", 1, 2)]
)
def test_yes_and_no_mean_what_the_column_asks(tmp_path: Path, column: str, yes: int, no: int) -> None:
    path = tmp_path / "calls.csv"
    words = ["Yes"] * yes + ["No"] * no
    rows = [f"2025-03-03 08:0{n}:17,11,60,{word}" for n, word in enumerate(words)]
    path.write_text("\n".join([f"Call Start Time,Wait,Handle Time,{column}", *rows, ""]))
    frame = ingest([path], Asked(interval_minutes=60)).history.frame
    assert frame[["offered", "handled", "abandoned"]].to_numpy().tolist() == [[3, 2, 1]]


def test_a_handling_time_in_parts_is_all_of_them(tmp_path: Path) -> None:
    """Talk alone would be 60 s too short a call."""
    path = tmp_path / "calls.csv"
    path.write_text(
        "Date,Start Time,Queue Time,Talk Time,Hold Time,Wrap Up Time,Abandoned\n"
        "2025-03-03,08:00:17,8,180,20,40,No\n2025-03-03,08:01:17,31,0,0,0,Yes\n"
    )
    made = ingest([path], Asked(interval_minutes=60))
    assert made.history.frame["aht_seconds"].tolist() == [240.0]
    assert made.parts[0].facts["handling time"].endswith("(from Talk Time, Hold Time, Wrap Up Time)")


def test_words_that_nobody_knows_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("start,wait,status\n2025-03-03 08:00:17,11,fine\n2025-03-03 08:00:19,12,gone\n")
    (problem,) = problems_of(path)
    assert "'fine', 'gone'" in problem.message
    assert "outcomes" in problem.hint


def test_a_call_that_enters_a_queue_twice_is_two_contacts(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(
        "1793606400|c1|sales|NONE|ENTERQUEUE||700|1\n"
        "1793606460|c1|sales|NONE|EXITWITHTIMEOUT|1|1|60\n"
        "1793606461|c1|help|NONE|ENTERQUEUE||700|1\n"
        "1793606470|c1|help|A1|CONNECT|9|x|2\n"
        "1793606570|c1|help|A1|BLINDTRANSFER|200|ctx|9|100|1\n"
        "1793606580|c2|help|A1|COMPLETEAGENT|5|50|1\n"
        "1793606590|c3|help|NONE|ENTERQUEUE||701|1\n"
    )
    made = ingest([path], Asked())
    assert made.history.frame[COLUMNS].fillna(BLANK).to_numpy().tolist() == [
        ["help", 1, 1, 0, 1, 100],
        ["sales", 1, 0, 0, 0, -1],
    ]
    assert made.rejects.frame["reason"].str.split(":").str[0].tolist() == [
        "its call entered the queue before the log begins",
        "its call is still waiting at the end of the log",
    ]


def test_a_call_may_begin_in_one_rotated_file_and_end_in_the_next(tmp_path: Path) -> None:
    first, second = tmp_path / "queue_log.1", tmp_path / "queue_log"
    first.write_text("1793606400|c1|sales|NONE|ENTERQUEUE||700|1\n")
    second.write_text("1793606431|c1|sales|NONE|ABANDON|1|1|31\n")
    frame = ingest([second, first], Asked()).history.frame
    assert frame[["offered", "abandoned"]].to_numpy().tolist() == [[1, 1]]


def test_intervals_begin_by_the_clock_on_the_wall() -> None:
    instants = pd.DatetimeIndex(["2026-01-05T03:45:00Z"])  # 09:15 in Kolkata
    assert interval_starts(instants, "Asia/Kolkata", 60)[0].isoformat() == "2026-01-05T03:30:00+00:00"


def test_a_call_log_with_date_and_time_apart_and_yes_or_no_is_read(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "Call Id,Agent,Date,Time,Answered (Y/N),Speed of answer in seconds,AvgTalkDuration\n"
        "ID1,Diane,1/1/2021,9:12:58,Y,109,0:02:23\nID2,Becky,1/13/2021,9:12:58,N,,\n"
    )
    frame = ingest([path], Asked()).history.frame
    assert frame[["handled", "abandoned"]].to_numpy().tolist() == [[1, 0], [0, 1]]
    assert frame["aht_seconds"].iloc[0] == 143


def test_a_file_without_a_header_is_told(tmp_path: Path) -> None:

    (problem,) = problems_of(EXAMPLES / "3cx" / "cdr_all_fields.csv")
    assert "the file has no header: the first row is data" in problem.message


def test_a_file_without_a_header_is_read_by_the_order_of_its_columns() -> None:
    made = read("asterisk/cdr-csv_Master.csv", "Europe/Moscow")
    assert made.parts[0].preset.name == "asterisk-cdr-file"
    assert made.history.frame[["queue", "offered"]].to_numpy().tolist() == [["600", 3]]
    assert str(made.history.frame["interval_start"].iloc[0]) == "2026-11-02 05:00:00+00:00"
    assert made.history.frame[["handled", "abandoned"]].isna().all(axis=None)
    assert made.rejects.frame["row"].tolist() == [3, 4]


def test_older_records_without_the_last_columns_are_read_too(tmp_path: Path) -> None:
    lines = (EXAMPLES / "asterisk" / "cdr-csv_Master.csv").read_text().splitlines()
    (tmp_path / "Master.csv").write_text("\n".join(line.rsplit(",", 2)[0] for line in lines))
    assert ingest([tmp_path / "Master.csv"], Asked()).history.frame["offered"].sum() == 3


def test_a_log_of_extensions_gives_its_volume_alone() -> None:
    made = read("ringcentral/call_log_api.json")
    assert made.history.frame[["queue", "offered"]].to_numpy().tolist() == [["Support EN", 2]]
    assert made.history.frame[["handled", "abandoned", "aht_seconds"]].isna().all(axis=None)
