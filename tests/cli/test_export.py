"""A plan goes to another system: one file, or a folder, that is there whole; nothing overwritten unasked."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import openpyxl
import pytest

from commands import Run
from small_center import SMALL_PLAN
from staffplan.export import PRESETS

SHIFTS = """agent_id,name,schedule_date,shift,start,end,paid_hours
F1,Full One,2026-03-02,day 09:00,2026-03-02T09:00+01:00,2026-03-02T17:00+01:00,7.5
P1,Part One,2026-03-02,half 09:00,2026-03-02T09:00+01:00,2026-03-02T13:00+01:00,4
"""
ACTIVITIES = """agent_id,schedule_date,activity_date,start,end,activity,planning_group,paid
F1,2026-03-02,2026-03-02,2026-03-02T09:00+01:00,2026-03-02T13:00+01:00,queue,phone,yes
F1,2026-03-02,2026-03-02,2026-03-02T13:00+01:00,2026-03-02T13:30+01:00,meal,,no
F1,2026-03-02,2026-03-02,2026-03-02T13:30+01:00,2026-03-02T17:00+01:00,queue,phone,yes
P1,2026-03-02,2026-03-02,2026-03-02T09:00+01:00,2026-03-02T13:00+01:00,queue,phone,yes
"""
AGENTS = "agent_id,name,skills,work_plan\nF1,Full One,phone,full\nP1,Part One,phone,part\n"
TIME_OFF = "agent_id,first_day,last_day,kind,paid\nF1,2026-03-04,2026-03-04,vacation,yes\n"
FORECAST = "interval_start,queue,offered,aht_seconds\n2026-03-02 09:00,phone,20,220\n2026-03-02 09:30,phone,27,232\n"
REQUIREMENT = "interval_start,planning_group,agents_on_queue\n2026-03-02 09:00,phone,1\n"
IDS = """kind,name,id
queue,phone,q-1
planning_group,phone,7
agent,F1,101
agent,P1,201
activity,queue,0
activity,meal,2
activity,vacation,5
"""
PAYROLL = '[payroll]\ncompany_code = "ABC"\nperiod = "week"\ncodes = { regular = "REG", vacation = "VAC" }\n'


@pytest.fixture
def center(tmp_path: Path) -> Path:
    """Two people's roster of one day in `roster`, with its settings, forecast, requirement and ids."""
    files = {
        "plan.toml": SMALL_PLAN.replace('history = "history.csv"\n', "") + PAYROLL,
        "agents.csv": AGENTS,
        "time_off.csv": TIME_OFF,
        "ids.csv": IDS,
        "roster/roster_shifts.csv": SHIFTS,
        "roster/roster_activities.csv": ACTIVITIES,
        "roster/forecast.csv": FORECAST,
        "roster/requirement.csv": REQUIREMENT,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


EXPORT = ("export", "roster", "-c", "plan.toml", "--to")


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_preset_is_listed_with_what_it_asks_for(run: Run) -> None:
    code, out, _ = run("export", "--list", "--json")
    assert code == 0
    assert {row["preset"] for row in json.loads(out)} == set(PRESETS)
    code, out, _ = run("export", "--list")
    assert code == 0
    assert "amazon-forecast" in out
    assert "ids of queues" in out


@pytest.mark.parametrize(
    "preset", [name for name in PRESETS if name not in ("template", "datev-lodas", "xero-uk-nz")]
)
def test_every_preset_writes_into_a_folder(center: Path, run: Run, preset: str) -> None:
    codes = PAYROLL.replace('vacation = "VAC"', f'vacation = "{"bonus" if preset == "gusto" else "VAC"}"')
    (center / "plan.toml").write_text((center / "plan.toml").read_text().replace(PAYROLL, codes))
    code, out, err = run(*EXPORT, preset, "--map", "ids.csv", "-o", "out")
    assert (code, out) == (0, ""), err
    written = [path for path in (center / "out").rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert f"wrote {path.relative_to(center)}" in err
        assert path.stat().st_size > 0


def test_a_file_gets_the_name_given_and_what_must_be_known_stands_beside_it(center: Path, run: Run) -> None:
    code, _, err = run(*EXPORT, "adp-run", "-o", "march.csv")
    assert code == 0
    assert "wrote march.csv" in err
    assert "not hours worked" in err
    text = (center / "march_planned_hours.txt").read_text()
    assert "These are planned hours, from the roster: not hours worked." in text
    assert "vacation: 6.00 hours" in text
    assert (center / "march.csv").read_text().splitlines()[2] == "ABC,W,03/02/2026,03/08/2026,F1,REG,7.50,,0,,BASE"


def test_nothing_is_replaced_without_force_and_amazon_is_merged_with_what_was_there(center: Path, run: Run) -> None:
    override = (*EXPORT, "amazon-forecast", "--map", "ids.csv", "-o", "override.csv")
    assert run(*override)[0] == 0
    more = "other,q-2,VOICE,2026-03-02T08:00:00Z,30mins,5,100.0\n"
    (center / "override.csv").write_text((center / "override.csv").read_text().replace(",20,", ",99,") + more)
    before = (center / "override.csv").read_bytes()
    code, _, err = run(*override)
    assert code == 2
    assert "override.csv: already exists" in err
    assert (center / "override.csv").read_bytes() == before
    code, _, err = run(*override, "--force")
    assert code == 0
    assert "1 of its 3 rows are kept, 2 replaced" in err
    rows = [
        (row["QueueId"], row["TimeStamp"], row["IncomingContactVolume"]) for row in rows_in(center / "override.csv")
    ]
    assert rows == [
        ("q-2", "2026-03-02T08:00:00Z", "5"),
        ("q-1", "2026-03-02T08:00:00Z", "20"),
        ("q-1", "2026-03-02T08:30:00Z", "27"),
    ]


def test_a_forecast_alone_is_enough_where_no_roster_is_needed(center: Path, run: Run) -> None:
    alone = ("export", "roster/forecast.csv", "--timezone", "Europe/Madrid")
    code, _, _ = run(*alone, "--to", "verint-planner", "-o", "days.csv")
    assert code == 0
    assert (center / "days.csv").read_text() == "phone,03-02-2026,47,227\n"
    code, _, err = run(*alone, "--to", "shifts", "-o", "s.csv")
    assert code == 2
    assert "is a file, and shifts needs a roster" in err


def test_the_settings_may_name_the_file_of_ids(center: Path, run: Run) -> None:
    maps = '\n[export.maps]\namazon-forecast = "ids.csv"\n'
    (center / "plan.toml").write_text((center / "plan.toml").read_text() + maps)
    assert run(*EXPORT, "amazon-forecast", "-o", "override.csv")[0] == 0
    (center / "plan.toml").write_text((center / "plan.toml").read_text().replace("amazon-forecast", "amazon"))
    code, _, err = run(*EXPORT, "shifts", "-o", "s.csv")
    assert (code, "export.maps.amazon: is not a preset" in err) == (3, True), err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("shift",), 2, "did you mean shifts?"),
        (("genesys-schedule",), 2, "3 activities have no id for genesys-schedule: meal, queue, vacation"),
        (("gusto",), 3, "'VAC' is not a column of the Gusto file"),
        (("datev-lodas",), 3, "payroll.consultant_number: the setting is missing"),
        (("template",), 2, "give --template FILE"),
        (("template", "--template", "none.xlsx"), 4, "none.xlsx: no such file"),
        (("amazon-forecast", "--map", "none.csv"), 4, "none.csv: no such file"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(
    center: Path, run: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    left, _, err = run(*EXPORT, *arguments, "-o", "out")
    assert (left, said in err) == (code, True), err
    assert not (center / "out").exists()


def test_without_a_plan_a_preset_or_a_place_the_command_says_what_is_missing(run: Run) -> None:
    code, _, err = run("export")
    assert code == 2
    assert "missing: PLAN, --to, -o" in err


def test_two_pay_periods_need_a_folder(center: Path, run: Run) -> None:
    text = SHIFTS + SHIFTS.splitlines()[1].replace("2026-03-02", "2026-03-09") + "\n"
    more = [line.replace("2026-03-02", "2026-03-09") for line in ACTIVITIES.splitlines()[1:4]]
    (center / "roster" / "roster_shifts.csv").write_text(text)
    (center / "roster" / "roster_activities.csv").write_text(ACTIVITIES + "\n".join(more) + "\n")
    code, _, err = run(*EXPORT, "adp-run", "-o", "march.csv")
    assert code == 2
    assert "2 files are written, one for each pay period" in err
    assert not (center / "march.csv").exists()


def test_a_name_in_gz_gets_what_genesys_wants_uploaded(center: Path, run: Run) -> None:
    assert run(*EXPORT, "genesys-schedule", "--map", "ids.csv", "-o", "schedule.json.gz")[0] == 0
    document = json.loads(gzip.decompress((center / "schedule.json.gz").read_bytes()))
    assert {schedule["userId"] for schedule in document["agentSchedules"]} == {"101", "201"}


@pytest.mark.parametrize(
    ("preset", "file"),
    [("shifts", "s.csv"), ("genesys-schedule", "s.json.gz"), ("assembled", "s.json"), ("deputy", "s.json")],
)
def test_a_roster_is_checked_in_any_shape_that_was_written(center: Path, run: Run, preset: str, file: str) -> None:
    check = ("-c", "plan.toml", "--requirement", "roster/requirement.csv", "--json")
    found = json.loads(run("check", "roster", *check)[1])["broken_rules"]
    assert found  # two people of twelve, and one day: their hours are too few
    assert run(*EXPORT, preset, "--map", "ids.csv", "-o", file)[0] == 0
    code, out, err = run("check", file, "--map", "ids.csv", *check)
    assert code == 5, err
    assert json.loads(out)["broken_rules"] == found


@pytest.mark.parametrize(
    "header",
    [
        "Employee,Date,Start Time,End Time,Unpaid break,Notes",
        "Agent ID;Start date;Start;End date;End;Paid hours",
        "First name,Last name,Start datetime,End datetime,Hours",
    ],
)
def test_a_filled_template_is_checked(center: Path, run: Run, header: str) -> None:
    check = ("-c", "plan.toml", "--requirement", "roster/requirement.csv", "--json")
    found = json.loads(run("check", "roster", *check)[1])["broken_rules"]
    (center / "t.csv").write_text(f"{header}\n")
    assert run(*EXPORT, "template", "--template", "t.csv", "-o", "filled.csv")[0] == 0
    code, out, err = run("check", "filled.csv", *check)
    assert code == 5, err
    assert json.loads(out)["broken_rules"] == found


def test_a_filled_workbook_is_checked_and_its_rows_that_cannot_be_read_are_named(center: Path, run: Run) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Employee", "Date", "Start", "End", "Hours"])
    book.save(center / "t.xlsx")
    assert run(*EXPORT, "template", "--template", "t.xlsx", "-o", "filled.xlsx")[0] == 0
    check = ("check", "filled.xlsx", "-c", "plan.toml", "--requirement", "roster/requirement.csv")
    assert run(*check)[0] == 5
    book = openpyxl.load_workbook(center / "filled.xlsx")
    book.active["A2"], book.active["C3"] = "Nobody", "early"
    book.save(center / "filled.xlsx")
    code, _, err = run(*check)
    assert code == 4
    assert "filled.xlsx:2: nobody of this name or id is among the agents" in err
    assert "filled.xlsx:3: 'early' is not written as %H:%M" in err


def test_the_table_of_shifts_alone_is_checked(center: Path, run: Run) -> None:
    (center / "roster" / "roster_activities.csv").unlink()
    check = ("-c", "plan.toml", "--requirement", "roster/requirement.csv")
    assert run("check", "roster/roster_shifts.csv", *check)[:2] == run("check", "roster", *check)[:2]


@pytest.mark.parametrize(
    ("preset", "file", "said"),
    [
        ("genesys-schedule", "roster_shifts.csv", "the roster has no shifts"),
        ("pay-hours", "roster_shifts.csv", "the roster has no shifts"),
        ("genesys-forecast", "forecast.csv", "the file has a header but no rows"),
    ],
)
def test_an_empty_plan_is_no_export(center: Path, run: Run, preset: str, file: str, said: str) -> None:
    path = center / "roster" / file
    path.write_text(path.read_text().splitlines()[0] + "\n")
    code, _, err = run(*EXPORT, preset, "--map", "ids.csv", "-o", "out")
    assert (code, said in err) == (4, True), err


def test_a_template_alone_says_what_is_wanted_and_other_presets_take_none(center: Path, run: Run) -> None:
    (center / "t.csv").write_text("Employee,Date,Start,End\n")
    assert run(*EXPORT[:-1], "--template", "t.csv", "-o", "filled.csv")[0] == 0
    code, _, err = run(*EXPORT, "shifts", "--template", "t.csv", "-o", "s.csv")
    assert (code, "shifts has its own shape" in err) == (2, True)


def test_quarters_of_an_hour_are_told_from_the_rows_where_no_setting_says_so(center: Path, run: Run) -> None:
    (center / "roster" / "forecast.csv").write_text(FORECAST.replace("09:30", "09:15"))
    assert run(*EXPORT, "amazon-forecast", "--map", "ids.csv", "-o", "o.csv")[0] == 0
    assert {row["IntervalDuration"] for row in rows_in(center / "o.csv")} == {"15mins"}


def test_a_folder_with_shifts_csv_is_checked(center: Path, run: Run) -> None:
    assert run(*EXPORT, "shifts", "-o", "out")[0] == 0
    code, out, _ = run("check", "out", "-c", "plan.toml", "--requirement", "roster/requirement.csv")
    assert code == 5
    assert "not checked" in out


@pytest.mark.parametrize("text", ["{}", "[1]", '{"activities": [{}]}', "{"])
def test_json_that_is_no_roster_is_refused(center: Path, run: Run, text: str) -> None:
    (center / "s.json").write_text(text)
    code, _, err = run("check", "s.json", "-c", "plan.toml", "--requirement", "roster/requirement.csv")
    assert code == 4
    assert "s.json: is not" in err


def test_a_plan_directory_brings_everything(planned: Path, run_in: Run) -> None:
    code, _, err = run_in(planned, "export", "plan", "--to", "pay-hours", "-o", "pay.csv")
    assert code == 0
    assert "not hours worked" in err
    costs = [
        row for row in rows_in(planned / "plan" / "cost.csv") if (row["period"], row["ledger"]) == ("total", "hours")
    ]
    paid = [float(row["hours"]) for row in costs if row["line"] == "paid hours" and not row["planning_group"]]
    assert [sum(float(row["hours"]) for row in rows_in(planned / "pay.csv"))] == pytest.approx(paid)
    assert {row["basis"] for row in rows_in(planned / "pay.csv")} == {"planned"}


def test_a_plan_that_is_out_of_date_is_exported_with_a_warning_that_says_why(
    planned: Path, tmp_path: Path, run: Run
) -> None:
    fresh = run("export", planned / "plan", "--to", "shifts", "-o", tmp_path / "fresh.csv")
    assert (fresh.code, "out of date" in fresh.err) == (0, False)
    settings = planned / "plan.toml"
    settings.write_text(
        settings.read_text() + '\n[shifts.late]\nhours = 4\nfirst_start = "12:00"\nlast_start = "12:00"\n'
    )
    late = run("export", planned / "plan", "--to", "shifts", "-o", tmp_path / "late.csv")
    assert late.code == 0, late.err
    assert "the plan is out of date: roster (" in late.err
    assert "to bring it up to date: staffplan plan" in late.err
    assert (tmp_path / "late.csv").read_bytes() == (tmp_path / "fresh.csv").read_bytes()
    forecast = run("export", planned / "plan", "--to", "verint-planner", "-o", tmp_path / "volume.csv")
    assert (forecast.code, "out of date" in forecast.err) == (0, False)
