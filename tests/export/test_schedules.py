"""Schedules in other systems' shapes, read back by readers that share nothing with the writers."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from exports import WEEK, agents, half_hours, one_shift

from staffplan.errors import DataError, UsageError
from staffplan.export import PRESETS, Ids, Source
from staffplan.files.rosters import read_foreign_roster
from staffplan.files.write import write_table
from staffplan.settings.export import ExportSettings
from staffplan.tables.exchange import PlainShifts
from staffplan.tables.people import TimeOff

GROUP = "Support EN"
MADRID = "Europe/Madrid"
PARTS = [
    ("2026-11-02T07:00Z", "2026-11-02T09:00Z", "queue", GROUP, "yes"),
    ("2026-11-02T09:00Z", "2026-11-02T11:00Z", "queue", "Support FR", "yes"),
    ("2026-11-02T11:00Z", "2026-11-02T11:30Z", "meal", "", "no"),
    ("2026-11-02T11:30Z", "2026-11-02T15:00Z", "queue", GROUP, "yes"),
]
NIGHTS = {
    "2026-03-28": ("2026-03-28T21:00Z", "2026-03-29T04:00Z", "22:00", "06:00"),
    "2026-10-24": ("2026-10-24T20:00Z", "2026-10-25T05:00Z", "22:00", "06:00"),
}
"""By day a shift from ten in the evening to six in the morning in Madrid, while the clocks change."""


def source(**given: Any) -> Source:
    """One shift of Ines Gallego, and what a test adds."""
    people = agents(("A001", "Ines Gallego", "full"))
    roster = one_shift("A001", "2026-11-02", "day 08:00", PARTS, "Ines Gallego")
    return Source(**{"timezone": MADRID, "roster": roster, "agents": people, "planned": WEEK, **given})


def night(day: str, **given: Any) -> Source:
    start, end, *_ = NIGHTS[day]
    return source(roster=one_shift("A001", day, "night 22:00", [(start, end, "queue", GROUP, "yes")]), **given)


def only_file(preset: str, given: Source) -> Any:
    [content] = PRESETS[preset].make(given).files.values()
    return content


def ids(**kinds: dict[str, str]) -> Ids:
    return Ids(kinds, "ids.csv")


def test_a_schedule_for_genesys_is_the_documented_document(examples: Path) -> None:
    wanted = json.loads((examples / "write_schedule_import.json").read_text())
    off = pd.DataFrame(
        {"agent_id": ["A001"], "first_day": [pd.Timestamp("2026-11-03")], "kind": "vacation", "paid": "yes"}
    )
    known = ids(
        agent={"A001": "aa11aa11-0000-4000-8000-000000000001"},
        activity={"queue": "0", "meal": "2", "vacation": "5"},
        work_plan={"full": "wp-1"},
    )
    given = source(
        ids=known,
        time_off=TimeOff.of(off.assign(last_day=off["first_day"])),
        time_off_minutes={("A001", date(2026, 11, 3)): 480},
    )
    assert json.loads(only_file("genesys-schedule", given)) == wanted


@pytest.mark.parametrize("day", NIGHTS)
def test_genesys_gets_the_minutes_that_pass_in_a_night_in_which_the_clocks_change(day: str) -> None:
    known = ids(agent={"A001": "u1"}, activity={"queue": "0"})
    document = json.loads(only_file("genesys-schedule", night(day, ids=known)))
    [shift] = document["agentSchedules"][0]["shifts"]
    start, end, *_ = NIGHTS[day]
    assert shift["startDate"] == start.replace("Z", ":00.000Z")
    assert pd.Timestamp(shift["startDate"]) + pd.Timedelta(minutes=shift["lengthMinutes"]) == pd.Timestamp(end)


def test_ids_of_people_and_activities_are_asked_for_together() -> None:
    with pytest.raises(UsageError) as raised:
        only_file("genesys-schedule", source())
    assert [problem.message for problem in raised.value.problems] == [
        "1 agent has no id for genesys-schedule: A001",
        "2 activities have no id for genesys-schedule: meal, queue",
    ]


def test_activities_for_assembled_have_the_described_shape(examples: Path) -> None:
    wanted = json.loads((examples / "write_activities_bulk.json").read_text())
    parts = [
        ("2026-11-02T08:00Z", "2026-11-02T12:00Z", "queue", GROUP, "yes"),
        ("2026-11-02T12:00Z", "2026-11-02T12:30Z", "meal", "", "no"),
        ("2026-11-02T12:30Z", "2026-11-02T16:00Z", "queue", GROUP, "yes"),
    ]
    known = ids(
        agent={"A001": "agent-1"},
        activity={"queue": "type-phone", "meal": "type-meal"},
        planning_group={GROUP: "queue-support-en"},
    )
    given = source(roster=one_shift("A001", "2026-11-02", "day 08:00", parts), ids=known)
    assert json.loads(only_file("assembled", given)) == wanted


def test_a_shift_for_deputy_is_the_documented_body_and_not_published(examples: Path) -> None:
    wanted = json.loads((examples / "write_roster_shift.json").read_text())
    parts = [
        ("2026-11-02T08:00Z", "2026-11-02T12:00Z", "queue", GROUP, "yes"),
        ("2026-11-02T12:00Z", "2026-11-02T12:30Z", "meal", "", "no"),
        ("2026-11-02T12:30Z", "2026-11-02T16:00Z", "queue", GROUP, "yes"),
    ]
    known = ids(agent={"A001": "1"}, planning_group={GROUP: "1"})
    given = source(roster=one_shift("A001", "2026-11-02", "early 08:00", parts), ids=known)
    assert json.loads(only_file("deputy", given)) == [wanted]


def test_an_id_that_deputy_cannot_count_is_refused() -> None:
    with pytest.raises(DataError, match="agent 'A001': the id 'x' is not a whole number"):
        only_file("deputy", source(ids=ids(agent={"A001": "x"}, planning_group={GROUP: "1"})))


def test_shifts_csv_has_a_row_a_shift_with_its_breaks() -> None:
    table = only_file("shifts", source())
    assert isinstance(table, PlainShifts)
    [row] = table.frame.to_dict("records")
    assert (row["agent_id"], row["name"], f"{row['date']:%Y-%m-%d}") == ("A001", "Ines Gallego", "2026-11-02")
    assert (row["break_minutes"], row["unpaid_break_minutes"], row["paid_hours"]) == (30, 30, 7.5)
    assert row["breaks"] == "12:00-12:30 meal (unpaid)"


def filled(header: str, given: Source) -> list[dict[str, str]]:
    """Rows of a CSV template with this header, filled."""
    with_template = source(**{**vars(given), "template": header.encode(), "template_place": "in/template.csv"})
    text = only_file("template", with_template).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_template_is_filled_by_the_names_of_its_columns() -> None:
    header = "Employee,Email,Date,Start Time,End Time,Break (minutes),Position,Location,Notes\n"
    exported = PRESETS["template"].make(source(template=header.encode(), template_place="in/template.csv"))
    assert list(exported.files) == ["template.csv"]
    [row] = filled(header, source())
    assert row["Employee"] == "Ines Gallego"
    assert (row["Date"], row["Start Time"], row["End Time"]) == ("2026-11-02", "08:00", "16:00")
    assert (row["Break (minutes)"], row["Position"]) == ("30", "Support EN; Support FR")
    assert (row["Email"], row["Location"], row["Notes"]) == ("", "", "")
    assert any("left empty" in note.message and "Location, Notes" in note.message for note in exported.notes)


def test_a_template_of_activities_gets_a_row_for_each_and_a_known_address() -> None:
    known = ids(agent={"A001": "ines@example.com"}, activity={"meal": "LUNCH"})
    rows = filled("Email;Activity;Start Date;From;To\n".replace(";", ","), source(ids=known))
    assert [row["Activity"] for row in rows] == ["queue", "queue", "LUNCH", "queue"]
    assert {(row["Email"], row["Start Date"]) for row in rows} == {("ines@example.com", "2026-11-02")}


def test_a_template_of_volumes_gets_the_forecast() -> None:
    given = source(forecast=half_hours("2026-11-02T07:00", 2))
    rows = filled("Queue,Date,Start,Calls offered,AHT (s)\n", given)
    assert [list(row.values()) for row in rows] == [
        ["Support EN", "2026-11-02", "08:00", "10", "240"],
        ["Support EN", "2026-11-02", "08:30", "10", "240"],
    ]


def test_a_csv_template_keeps_its_separator_its_lines_above_the_header_and_its_own_way_with_dates() -> None:
    template = "Shift import v2;;\r\nVorname;Nachname;Datum;Beginn\r\nAnna;Muster;01/31/2026;07:00 AM\r\n"
    formats = ExportSettings(date_format="%m/%d/%Y", time_format="%I:%M %p")
    given = source(template=template.encode(), template_place="t.csv", settings=formats)
    exported = PRESETS["template"].make(given)
    assert exported.files["t.csv"] == template.splitlines(keepends=True)[0].encode() + (
        b"Vorname;Nachname;Datum;Beginn\r\nInes;Gallego;11/02/2026;08:00 AM\r\n"
    )
    assert any("rows below the header that were replaced: 1" in note.message for note in exported.notes)


def test_a_name_that_a_spreadsheet_would_run_is_guarded() -> None:
    roster = one_shift("A001", "2026-11-02", "d", PARTS, "=cmd()")
    [row] = filled("Employee,Date,Start\n", source(roster=roster))
    assert row["Employee"] == "'=cmd()"


@pytest.mark.parametrize("day", NIGHTS)
def test_a_template_gets_local_times_on_days_on_which_the_clocks_change(day: str) -> None:
    [row] = filled("Employee ID,Start Date,Start,End Date,End,Hours\n", night(day))
    begins, ends = NIGHTS[day][2:]
    assert (row["Start Date"], row["Start"], row["End"]) == (day, begins, ends)
    assert float(row["Hours"]) == {"2026-03-28": 7, "2026-10-24": 9}[day]


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    sheet = book.create_sheet("Shifts")
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_filled_on_its_own_sheet_with_dates_that_are_dates() -> None:
    template = workbook(
        ("Import",), ("Employee", "Shift date", "Start", "End", "Cost code"), ("X", 1, 2, 3, 4), ("Y",)
    )
    given = source(
        template=template, template_place="in/t.xlsx", roster=one_shift("A001", "2026-11-02", "d", PARTS, "=1+1")
    )
    exported = PRESETS["template"].make(given)
    sheet = openpyxl.load_workbook(io.BytesIO(exported.files["t.xlsx"]))["Shifts"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[:2] == [("Import", None, None, None, None), ("Employee", "Shift date", "Start", "End", "Cost code")]
    assert rows[2] == ("=1+1", datetime(2026, 11, 2), time(8), time(16), None)
    assert sheet["A3"].data_type == "s"
    assert sheet["B3"].is_date
    assert not any(any(row) for row in rows[3:])


def test_a_template_that_nobody_understands_is_refused_with_the_names_seen() -> None:
    with pytest.raises(DataError, match="names seen: Foo, Bar"):
        filled("Foo,Bar\n", source())


def test_a_damaged_workbook_is_refused() -> None:
    with pytest.raises(DataError, match="is not a workbook that can be read"):
        only_file("template", source(template=b"PK\x03\x04damaged", template_place="t.xlsx"))


SPLIT = [
    ("2026-11-02T08:00Z", "2026-11-02T12:00Z", "queue", GROUP, "yes"),
    ("2026-11-02T12:00Z", "2026-11-02T15:00Z", "split", "", "no"),
    ("2026-11-02T15:00Z", "2026-11-02T16:00Z", "meal", "", "no"),
    ("2026-11-02T16:00Z", "2026-11-02T19:00Z", "queue", GROUP, "yes"),
]


def test_a_split_shift_is_two_shifts_elsewhere_and_one_again_when_it_is_read_back(tmp_path: Path) -> None:
    roster = one_shift("A001", "2026-11-02", "split 09:00/16:00", SPLIT)
    table = PRESETS["shifts"].make(source(roster=roster)).files["shifts.csv"]
    assert isinstance(table, PlainShifts)
    frame = table.frame
    assert frame["paid_hours"].tolist() == [4.0, 3.0]
    assert frame["breaks"].tolist() == ["", "16:00-17:00 meal (unpaid)"]
    given = {"agent": {"A001": "7"}, "planning_group": {GROUP: "3"}, "activity": {"queue": "on", "meal": "eat"}}
    bodies = json.loads(only_file("deputy", source(roster=roster, ids=ids(**given))))
    assert [(b["intEndTimestamp"] - b["intStartTimestamp"]) / 3600 for b in bodies] == [4, 4]
    sent = json.loads(only_file("assembled", source(roster=roster, ids=ids(**given))))["activities"]
    assert len({one["external_id"] for one in sent}) == len(sent) == 3
    write_table(table, tmp_path / "shifts.csv")
    again = read_foreign_roster(tmp_path / "shifts.csv", MADRID)
    columns = ["agent_id", "schedule_date", "shift", "start", "end", "paid_hours"]
    pd.testing.assert_frame_equal(again.shifts.frame[columns], roster.shifts.frame[columns])
    free = again.activities.frame
    assert list(zip(free["activity"], free["start"], free["end"], strict=True)) == [
        ("split", pd.Timestamp(SPLIT[1][0]), pd.Timestamp(SPLIT[1][1]))
    ]
