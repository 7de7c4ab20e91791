"""`ingest` on the command line, and exports given to the other commands as they are."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from commands import Run
from example_exports import EXAMPLES

REPORT = EXAMPLES / "avaya_cms" / "split_skill_summary_interval_report.csv"
AMAZON = EXAMPLES / "amazon_connect" / "historical_metrics_report.csv"


def test_an_export_becomes_a_history_with_its_rejects(tmp_path: Path, run: Run) -> None:
    code, _, err = run("ingest", str(REPORT), "-o", "history.csv", "--timezone", "America/New_York")
    assert code == 0
    history = pd.read_csv(tmp_path / "history.csv")
    assert history["interval_start"].iloc[0] == "2026-11-02T08:00:00-05:00"
    assert history["offered"].sum() == 141
    rejects = pd.read_csv(tmp_path / "rejects.csv")
    assert rejects[["row", "reason"]].to_numpy().tolist() == [[6, "a total"]]
    for said in (
        "Avaya CMS, split/skill interval report (cms-report)",
        "zone: America/New_York",
        "Avg ACD Time in m:ss",
        "hold is not in this report",
        "booked by: completion of the call",
        "not used: 1 rows, a total (row 6)",
        "6 rows of queue Support EN, 141 contacts, 2026-11-02 to 2026-11-02, intervals of 30 minutes",
    ):
        assert said in err


def test_the_report_is_there_for_programs(run: Run) -> None:
    code, out, _ = run("ingest", str(AMAZON), "-o", "history.csv", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["written"] == ["history.csv"]
    assert told["tables"][0]["preset"] == "amazon-report"
    assert told["history"]["offered"] == 141


def test_a_history_grows_and_new_rows_replace_old_ones(tmp_path: Path, run: Run) -> None:
    assert run("ingest", str(AMAZON), "-o", "history.csv").code == 0
    (tmp_path / "next.csv").write_text(
        "interval_start,queue,offered\n"
        "2026-11-02T08:00:00+01:00,Support EN,20\n2026-11-03T08:00:00+01:00,Support EN,7\n"
    )
    assert run("ingest", "next.csv", "-o", "history.csv").code == 2
    code, _, err = run("ingest", "next.csv", "-o", "history.csv", "--append")
    assert code == 0
    assert "1 rows added, 1 replaced" in err
    history = pd.read_csv(tmp_path / "history.csv")
    assert len(history) == 7
    assert history["offered"].iloc[0] == 20


def test_without_an_output_the_history_goes_to_stdout(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("ingest", str(AMAZON))
    assert code == 0
    assert len(out.splitlines()) == 7
    assert not list(tmp_path.iterdir())


def test_the_presets_are_listed_with_what_they_are_recognised_by(run: Run) -> None:
    code, out, _ = run("ingest", "--list")
    assert code == 0
    assert "uccx-csq" in out
    assert "CSQ Name, Interval Start Time, Calls Presented" in out


def test_a_preset_may_be_asked_for(run: Run) -> None:
    assert run("ingest", str(AMAZON), "--from", "amazon-report").code == 0
    code, _, err = run("ingest", str(AMAZON), "--from", "amazon-reprot")
    assert code == 2
    assert "did you mean amazon-report?" in err
    assert run("ingest").code == 2


def test_a_file_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path, run: Run) -> None:
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    code, _, err = run("ingest", "odd.csv", "-o", "history.csv")
    assert code == 4
    assert "odd.csv:1: the file fits no preset; columns there: a, b" in err
    assert [path.name for path in tmp_path.iterdir()] == ["odd.csv"]


def test_daily_totals_become_intervals_by_a_profile(tmp_path: Path, run: Run) -> None:
    days = pd.date_range("2026-01-05", periods=14).strftime("%Y-%m-%d")
    (tmp_path / "daily.csv").write_text("date,calls\n" + "".join(f"{day},90\n" for day in days))
    assert run("ingest", "daily.csv", "-o", "history.csv").code == 4
    code, _, err = run("ingest", "daily.csv", "-o", "history.csv", "--profile", "09:00-18:00", "--interval", "60")
    assert code == 0
    assert "14 totals by day are spread over intervals evenly over 09:00-18:00" in err
    assert pd.read_csv(tmp_path / "history.csv")["offered"].unique().tolist() == [10]
    assert run("ingest", "daily.csv", "--profile", "nowhere.csv").code == 2


def test_a_forecast_takes_an_export_as_it_is(tmp_path: Path, run: Run) -> None:
    lines = ["Date;Time;Calls;AHT", ";;;"]
    for day in pd.date_range("2026-01-05", periods=42):
        lines += [f"{day:%d.%m.%y};{hour}:00;{10 + day.day_of_week};3:30" for hour in range(9, 17)]
    (tmp_path / "export.csv").write_text("Calls of the center\n\n" + "\n".join([*lines, "Total;;99;"]))
    code, _, err = run("forecast", "export.csv", "-o", "forecast.csv", "--timezone", "Europe/Madrid", "--weeks", "1")
    assert code == 0
    assert "read as spreadsheet or report with usual names of columns (sheet)" in err
    assert "1 rows not used (a total)" in err
    assert pd.read_csv(tmp_path / "forecast.csv")["aht_seconds"].round().unique().tolist() == [210]


def test_the_rows_of_a_query_become_a_history_without_a_word_of_the_password(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(tmp_path / "calls.db")) as database:
        database.execute("CREATE TABLE calls (at TEXT, line TEXT, n INT)")
        database.execute("INSERT INTO calls VALUES ('2026-11-02 08:00', 'Sales', 17)")
        database.commit()
    (tmp_path / "query.sql").write_text("SELECT at AS interval_start, line AS queue, n AS offered FROM calls;")
    code, _, err = run("ingest", "--sql", "sqlite:///calls.db", "--query", "query.sql", "-o", "history.csv")
    assert code == 0, err
    assert "rows of query.sql" in err
    assert pd.read_csv(tmp_path / "history.csv")["offered"].tolist() == [17]
    monkeypatch.setenv("CALLS_DB", "postgresql://planner:s3cret@127.0.0.1:1/calls")
    code, out, err = run("ingest", "--sql", "env:CALLS_DB", "--query", "query.sql", "--json")
    assert code == 4
    assert "the server cannot be reached" in err
    assert "s3cret" not in out + err


def test_a_database_and_its_query_belong_together(run: Run) -> None:
    for given, place in ((["--sql", "sqlite:///a"], "--query"), (["--query", "q.sql"], "--sql")):
        code, _, err = run("ingest", *given)
        assert code == 2
        assert f"{place}: is missing" in err
    assert run("ingest", "a.csv", "--sql", "sqlite:///a", "--query", "q.sql").code == 2
