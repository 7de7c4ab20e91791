"""The history that the settings ask for, from files that are not quite staffplan's own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from example_exports import EXAMPLES
from staffplan.errors import DataError
from staffplan.ingest import read_history
from staffplan.settings.config import load_config

APART = (
    "Date,Time,queue,offered,aht_seconds\n2026-01-05,08:00,a,3,5\n2026-01-05,08:30,a,4,6\n2026-01-06,08:00,a,4,6\n"
)


def read(tmp_path: Path, text: str, settings: str = "", **overrides: object):
    (tmp_path / "h.csv").write_text(text)
    return read_history(tmp_path / "h.csv", load_config(settings, "plan.toml", overrides))


def test_a_date_and_a_time_apart_are_named_as_a_list_or_found(tmp_path: Path) -> None:
    named = read(tmp_path, APART, '[input]\ncolumns = { interval_start = ["Date", "Time"] }')
    found = read(tmp_path, APART)
    assert named.frame.equals(found.frame)
    assert named.frame["interval_start"].iloc[1].isoformat() == "2026-01-05T08:30:00+00:00"


def test_a_start_that_is_a_day_alone_says_where_the_time_stands(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path, APART, '[input]\ncolumns = { interval_start = "Date" }')
    (problem,) = raised.value.problems
    assert problem.hint == 'write under [input.columns]: interval_start = ["Date", "Time"]'


def test_a_unit_of_handling_times_can_be_told(tmp_path: Path) -> None:
    text = "interval_start,queue,offered,aht_seconds\n2026-01-05 08:00,a,3,5.5\n"
    assert read(tmp_path, text, '[input]\naht_unit = "minutes"').frame["aht_seconds"].tolist() == [330]


def test_an_order_of_day_and_month_can_be_told(tmp_path: Path) -> None:
    text = "interval_start,queue,offered\n3/4/2026 08:00,a,3\n"
    made = read(tmp_path, text, '[input]\ndate_order = "day/month/year"')
    assert made.frame["interval_start"].iloc[0].isoformat() == "2026-04-03T08:00:00+00:00"


def test_an_empty_number_of_contacts_is_not_known_and_not_zero(tmp_path: Path) -> None:
    text = "interval_start,queue,offered,aht_seconds\n2026-01-05 08:00,a,3,-\n2026-01-05 08:30,a,#N/A,#DIV/0!\n"
    made = read(tmp_path, text)
    assert made.frame["offered"].tolist() == [3]
    assert any("offered is empty in 1 rows (first in row 3): not known, and not 0" in n.message for n in made.notes)


def test_an_export_is_read_in_one_line_with_what_a_planner_may_contradict() -> None:
    path = EXAMPLES / "avaya_cms" / "split_skill_summary_interval_report.csv"
    made = read_history(path, load_config('[plan]\ntimezone = "America/New_York"', "plan.toml"))
    said = made.notes[0].message
    assert said.startswith("read as Avaya CMS, split/skill interval report (cms-report); zone: America/New_York")
    assert "hold is not in this report" in said
    assert "1 rows not used (a total)" in said


@pytest.mark.parametrize(
    "text",
    [
        "interval_start,queue,offered\n2026-07-06 12:00,a,3\n",
        "Interval Start;Queue;Offered;AHT\n2026-07-06 12:00;a;3;200\n",
        "Arrival,Queue,Outcome,Wait (s)\n" + "2026-07-06 12:00:05,a,answered,4\n" * 3,
    ],
    ids=["staffplan's own", "a sheet", "calls"],
)
def test_times_of_another_clock_than_the_center_s_are_read_by_theirs(tmp_path: Path, text: str) -> None:
    settings = '[plan]\ntimezone = "America/New_York"\n[input]\ntimezone = "UTC"'
    made = read(tmp_path, text, settings).frame
    assert made["interval_start"].iloc[0].isoformat() == "2026-07-06T12:00:00+00:00"
    assert made["offered"].tolist() == [3]


@pytest.mark.parametrize("header", ["interval_start,queue,offered,aht_seconds", "Interval Start,Queue,Offered,AHT"])
def test_utc_read_as_the_center_s_clock_is_asked_about_whatever_wrote_the_file(tmp_path: Path, header: str) -> None:
    hours = pd.date_range("2025-10-05", periods=24 * 60, freq="h", tz="UTC")
    local = hours.tz_convert("America/New_York")
    opened = hours[(local.hour >= 8) & (local.hour < 18) & (local.day_of_week < 5)]
    text = "\n".join([header, *(f"{stamp:%Y-%m-%d %H:%M},a,5,200" for stamp in opened)]) + "\n"
    plan = '[plan]\ninterval_minutes = 60\ntimezone = "America/New_York"\n'
    asked = [note.message for note in read(tmp_path, text, plan).notes if note.kind == "question"]
    assert [message for message in asked if "look like those of UTC" in message]
    told = read(tmp_path, text, plan + '[input]\ntimezone = "UTC"').notes
    assert not [note for note in told if "look like those of" in note.message]


def test_queues_of_an_export_must_be_those_of_the_settings() -> None:
    path = EXAMPLES / "genesys_cloud" / "wfm_historical_data_import.csv"
    assert len(read_history(path, load_config('[queues."Support EN"]', "plan.toml"))) == 6
    with pytest.raises(DataError) as raised:
        read_history(path, load_config("[queues.Support]", "plan.toml"))
    assert "queue 'Support EN' is not in the settings" in raised.value.problems[0].message


def test_a_preset_may_be_set_and_contacts_are_counted_in_the_plan_s_intervals() -> None:
    settings = '[plan]\ninterval_minutes = 60\n[input]\npreset = "five9"'
    made = read_history(EXAMPLES / "five9" / "call_log.csv", load_config(settings, "plan.toml"))
    assert made.frame["offered"].tolist() == [4]
