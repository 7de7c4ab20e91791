"""Forecasts in other systems' shapes, read back by readers that share nothing with the writers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from exports import forecast, half_hours

from staffplan.errors import DataError, StaffplanError, UsageError
from staffplan.export import PRESETS, Ids, Source
from staffplan.settings.export import ExportSettings
from staffplan.tables.requirement import LineNeeded

QUEUE = "Support EN"
QUEUE_ID = "0f1e2d3c-0000-4000-8000-000000000001"
IDS = Ids({"queue": {QUEUE: QUEUE_ID}, "planning_group": {QUEUE: "3f9a0000-aaaa-4bbb-8ccc-000000000001"}}, "ids.csv")
MORNING = [("08:00", 20, 220), ("08:30", 27, 232), ("09:00", 33, 240), ("09:30", 31, 232), ("10:00", 24, 220)]


def only_file(preset: str, source: Source) -> bytes:
    [content] = PRESETS[preset].make(source).files.values()
    assert isinstance(content, bytes)
    return content


def rows_in(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"))))


def test_an_override_for_amazon_has_the_documented_bytes_and_keeps_the_daily_rows_that_are_there(
    examples: Path,
) -> None:
    wanted = (examples / "write_forecast_override.csv").read_bytes()
    rows = [(QUEUE, f"2026-11-30T{time}Z", n, aht) for time, n, aht in [*MORNING, ("10:30", 18, 215)]]
    before = b"\n".join(
        [*wanted.splitlines()[:1], wanted.splitlines()[1].replace(b",20,", b",99,"), wanted.splitlines()[-1]]
    )
    made = only_file("amazon-forecast", Source(forecast=forecast(rows), ids=IDS, there=before))
    assert made.splitlines() == wanted.splitlines()


def test_amazon_gets_utc_and_every_instant_of_both_days_on_which_the_clocks_change() -> None:
    for first, halves in (("2026-03-28T23:00", 46), ("2026-10-24T22:00", 50)):
        source = Source(timezone="Europe/Madrid", forecast=half_hours(first, halves), ids=IDS)
        stamps = [row[3] for row in rows_in(only_file("amazon-forecast", source))[1:]]
        wanted = pd.date_range(first, periods=halves, freq="30min").strftime("%Y-%m-%dT%H:%M:%SZ")
        assert stamps == wanted.tolist()


def test_whole_contacts_for_amazon_add_up_to_the_forecast_however_few_come_in_an_interval() -> None:
    starts = pd.date_range("2026-11-30", periods=48, freq="30min", tz="UTC")
    source = Source(forecast=forecast([(QUEUE, start.isoformat(), 0.4, 200.0) for start in starts]), ids=IDS)
    assert sum(int(row[5]) for row in rows_in(only_file("amazon-forecast", source))[1:]) == 19


def test_hours_become_two_half_hours_for_amazon() -> None:
    source = Source(interval_minutes=60, forecast=forecast([(QUEUE, "2026-11-30T08:00Z", 20, 220)]), ids=IDS)
    rows = rows_in(only_file("amazon-forecast", source))[1:]
    assert [(row[3], row[4], row[5]) for row in rows] == [
        ("2026-11-30T08:00:00Z", "30mins", "10"),
        ("2026-11-30T08:30:00Z", "30mins", "10"),
    ]


def test_only_calls_and_chats_go_to_amazon_and_what_is_left_out_is_said() -> None:
    mail = forecast([("mail", "2026-11-30T08:00Z", 20, 220)], channel="email")
    exported = PRESETS["amazon-forecast"].make(Source(forecast=mail, ids=IDS))
    assert [note.kind for note in exported.notes] == ["left out"]
    assert "mail" in exported.notes[0].message


def test_another_file_is_not_merged_with_an_override() -> None:
    with pytest.raises(DataError, match="not a forecast override"):
        only_file("amazon-forecast", Source(forecast=half_hours("2026-11-30", 2), ids=IDS, there=b"a,b\n1,2\n"))


@pytest.mark.parametrize(("place", "error"), [("", UsageError), ("ids.csv", DataError)])
def test_all_ids_that_are_missing_are_named_at_once(place: str, error: type[StaffplanError]) -> None:
    both = forecast([("b", "2026-11-30T08:00Z", 1, 220), ("a", "2026-11-30T08:00Z", 1, 220)])
    with pytest.raises(error, match="2 queues have no id for amazon-forecast: a, b"):
        only_file("amazon-forecast", Source(forecast=both, ids=Ids({}, place)))


def test_calabrio_gets_its_seven_columns_without_a_header_sorted_by_skill(examples: Path) -> None:
    shape = rows_in((examples / "write_forecast_import.csv").read_bytes())
    rows = [("b", "2026-11-02T08:00Z", 18, 220), (QUEUE, "2026-11-02T08:00Z", 18, 220)]
    heads = pd.DataFrame({"planning_group": ["b", QUEUE], "agents_required": 6.5})
    heads = heads.assign(interval_start=pd.Timestamp("2026-11-02T08:00Z"))
    source = Source(
        forecast=forecast(rows),
        requirement=LineNeeded.of(heads),
        settings=ExportSettings(after_work_share=30 / 220),
    )
    made = rows_in(only_file("calabrio-forecast", source))
    assert made[0] == shape[0]
    assert [row[0] for row in made] == [QUEUE, "b"]
    assert {len(row) for row in made} == {len(row) for row in shape}


def test_calabrio_gets_local_labels_and_the_hour_that_comes_twice_once_with_all_contacts() -> None:
    autumn = Source(timezone="Europe/Madrid", forecast=half_hours("2026-10-24T22:00", 50))
    rows = rows_in(only_file("calabrio-forecast", autumn))
    assert (len(rows), sum(float(row[3]) for row in rows)) == (48, 500)
    assert [row[1:4] for row in rows[4:6]] == [
        ["20261025 02:00", "20261025 02:30", "20"],
        ["20261025 02:30", "20261025 03:00", "20"],
    ]
    spring = Source(timezone="Europe/Madrid", forecast=half_hours("2026-03-28T23:00", 46))
    labels = [row[1] for row in rows_in(only_file("calabrio-forecast", spring))]
    assert len(labels) == 46
    assert labels[3:5] == ["20260329 01:30", "20260329 03:00"]


def test_a_skill_too_long_for_calabrio_is_refused() -> None:
    source = Source(forecast=half_hours("2026-11-02", 1, "x" * 51))
    with pytest.raises(DataError, match="51 characters; a skill of Calabrio has 50"):
        only_file("calabrio-forecast", source)


def test_verint_gets_daily_totals_as_its_planner_imports_them(examples: Path) -> None:
    wanted = (examples / "write_strategic_planner_import.csv").read_bytes()
    totals = [(640, 212), (612, 210), (605, 214), (590, 211), (570, 209), (240, 205), (160, 203)]
    rows = [
        (QUEUE, f"2026-11-{2 + n:02}T{hour}:00Z", v / 2, aht)
        for n, (v, aht) in enumerate(totals)
        for hour in (10, 11)
    ]
    assert only_file("verint-planner", Source(forecast=forecast(rows))).splitlines() == wanted.splitlines()


def test_days_for_verint_are_local_days_of_23_and_25_hours() -> None:
    for first, halves, day in (("2026-03-28T23:00", 46, "03-29-2026"), ("2026-10-24T22:00", 50, "10-25-2026")):
        source = Source(timezone="Europe/Madrid", forecast=half_hours(first, halves))
        assert rows_in(only_file("verint-planner", source)) == [[QUEUE, day, str(halves * 10), "240"]]


def test_genesys_gets_quarters_of_an_hour_from_the_first_day_of_its_week_on(examples: Path) -> None:
    shape = json.loads((examples / "write_short_term_forecast_import.json").read_text())
    source = Source(forecast=forecast([(QUEUE, "2026-11-02T07:00Z", 10.75, 215.5)]), ids=IDS)
    made = json.loads(only_file("genesys-forecast", source))
    assert {k: v for k, v in made.items() if k != "planningGroups"} == {
        k: v for k, v in shape.items() if k != "planningGroups"
    }
    [group], [other] = made["planningGroups"], shape["planningGroups"]
    assert (group.keys(), group["planningGroupId"]) == (other.keys(), other["planningGroupId"])
    assert len(group["offeredPerInterval"]) == len(other["offeredPerInterval"])
    assert {n: v for n, v in enumerate(group["offeredPerInterval"]) if v} == {28: 5.375, 29: 5.375}
    assert {n: v for n, v in enumerate(group["averageHandleTimeSecondsPerInterval"]) if v} == {28: 215.5, 29: 215.5}


@pytest.mark.parametrize(
    ("first", "halves", "quarters"), [("2026-03-22T23:00", 334, 668), ("2026-10-18T22:00", 338, 676)]
)
def test_a_week_for_genesys_has_the_quarters_that_pass_when_the_clocks_change(
    first: str, halves: int, quarters: int
) -> None:
    exported = PRESETS["genesys-forecast"].make(
        Source(timezone="Europe/Madrid", forecast=half_hours(first, halves), ids=IDS)
    )
    [content] = exported.files.values()
    document = json.loads(content)
    assert document["weekCount"] == 1
    offered = document["planningGroups"][0]["offeredPerInterval"]
    assert (len(offered), set(offered)) == (quarters, {5.0})
    assert any("the clocks change" in note.message for note in exported.notes)


def test_a_week_of_genesys_may_begin_on_sunday_and_days_without_a_forecast_are_said() -> None:
    source = Source(forecast=half_hours("2026-11-04", 48), ids=IDS, settings=ExportSettings(week_starts="sun"))
    exported = PRESETS["genesys-forecast"].make(source)
    [content] = exported.files.values()
    offered = json.loads(content)["planningGroups"][0]["offeredPerInterval"]
    assert [n for n, v in enumerate(offered) if v][::95] == [3 * 96, 4 * 96 - 1]
    assert "2026-11-01 to 2026-11-07" in exported.notes[0].message
