"""`staffplan shifts`: a requirement and settings in, head counts of shifts and contracts out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from staffplan.cli.main import run

PLAN = """
[plan]
timezone = "Europe/Madrid"
interval_minutes = 60

[staffing.shrinkage]
vacation = { share = 0.1, in_office = false, in_roster = true }

[shifts.four]
hours = 4
first_start = "08:00"
last_start = "12:00"
every_minutes = 240

[work_plans.half]
shifts = ["four"]
weekly_hours_max = 20
hourly_rate = 10

[cost]
premiums = [{ name = "sunday", share = 0.5, weekdays = "sun" }]
on_costs = [{ name = "contributions", share = 0.3 }]
"""
HEADER = (
    "interval_start,planning_group,channel,offered,aht_seconds,load_erlangs,agents_required,agents_on_queue,"
    "agents_scheduled,service_level,asa_seconds,occupancy,abandon_rate,model\n"
)


def need(days: range, hours: range, people: int) -> str:
    rows = [f"2026-03-{d:02d} {h:02d}:00,phone,voice,1,1,1,1,{people},1,,,,,made up\n" for d in days for h in hours]
    return HEADER + "".join(rows)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings and the need of a week, 8 to 16, to work in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.toml").write_text(PLAN)
    (tmp_path / "requirement.csv").write_text(need(range(2, 9), range(8, 16), 2))
    return tmp_path


def test_shifts_are_data_on_stdout_and_contracts_a_table_beside_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["shifts", "requirement.csv", "-c", "plan.toml"]) == 0
    out, err = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 14
    assert {(row["shift"], row["work_plan"], row["heads"]) for row in rows} == {
        ("four 08:00", "half", "2"),
        ("four 12:00", "half", "2"),
    }
    assert rows[0]["start"] == "2026-03-02T08:00:00+01:00"
    # 28 shifts of four hours at five a week are six people; a tenth more of them are away
    assert "phone           half          6              7       112.0            18.7  1,560.00" in err
    assert "6 heads, 112.0 paid hours for 112.0 required, EUR 1,560.00\ncost: the best possible" in err


def test_the_money_is_that_of_wages_premiums_and_on_costs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["shifts", "requirement.csv", "-c", "plan.toml", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)["facts"]
    assert facts["cost"] == 10 * 1.3 * (6 * 16 + 1.5 * 16)
    assert facts["gap"] < 0.001


def test_all_that_belongs_to_the_mix_is_written_and_never_overwritten(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["shifts", "requirement.csv", "-c", "plan.toml", "-o", "shifts.csv", "--minimise", "heads"]
    assert run(command) == 0
    assert capsys.readouterr().out == ""
    written = {name: (folder / f"shifts{name}.csv").read_text().splitlines() for name in PARTS}
    assert len(written[""]) == 15
    assert written["_pauses"] == ["day,planning_group,shift,pause,activity,start,end,heads"]
    assert len(written["_positions"]) == 29
    assert len(written["_coverage"]) == 57
    assert written["_contracts"][1].startswith("phone,half,,,6,7,112,")
    assert run(command) == 2
    assert "shifts.csv" in capsys.readouterr().err
    assert run([*command, "--force"]) == 0


PARTS = ("", "_contracts", "_pauses", "_positions", "_coverage")


def test_a_typical_week_stands_for_several(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = need(range(9, 16), range(8, 16), 4).removeprefix(HEADER)
    (folder / "requirement.csv").write_text(need(range(2, 9), range(8, 16), 2) + second)
    found = {}
    for weeks in ("each", "mean", "maximum"):
        assert run(["shifts", "requirement.csv", "-c", "plan.toml", "--json", "--week", weeks]) == 0
        found[weeks] = json.loads(capsys.readouterr().out)["facts"]
    assert [found[weeks]["required_hours"] for weeks in ("each", "mean", "maximum")] == [336, 168, 224]
    assert [found[weeks]["heads"] for weeks in ("each", "mean", "maximum")] == [12, 9, 12]


def test_what_no_shift_covers_leaves_with_five_and_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "requirement.csv").write_text(need(range(2, 4), range(7, 10), 1))
    assert run(["shifts", "requirement.csv", "-c", "plan.toml"]) == 5
    err = capsys.readouterr().err
    assert "phone: no shift of any contract covers Mon 2 Mar 2026 07:00-08:00, 1 person is needed" in err
    assert "phone: no shift of any contract covers Tue 3 Mar 2026 07:00-08:00, 1 person is needed" in err
    assert run(["shifts", "requirement.csv", "-c", "plan.toml", "--allow-short"]) == 0
    err = capsys.readouterr().err
    assert "missed service goal: phone Mon 2 Mar 2026 07:00-08:00: 1 understaffed hours" in err
    assert "2.0 of them understaffed" in err


def test_unusable_settings_and_data_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plan.toml").write_text(PLAN.replace('["four"]', '["fuor"]'))
    assert run(["shifts", "requirement.csv", "-c", "plan.toml"]) == 3
    assert "did you mean four?" in capsys.readouterr().err
    (folder / "plan.toml").write_text(PLAN.replace("hourly_rate = 10", ""))
    assert run(["shifts", "requirement.csv", "-c", "plan.toml"]) == 3
    assert "work_plans.half.hourly_rate: is not known, so the cost is not known" in capsys.readouterr().err
    (folder / "plan.toml").write_text(PLAN)
    (folder / "requirement.csv").write_text(need(range(2, 4), range(8, 10), -1))
    assert run(["shifts", "requirement.csv", "-c", "plan.toml"]) == 4
    assert "requirement.csv:2:agents_on_queue: -1 is below 0" in capsys.readouterr().err
    (folder / "requirement.csv").write_text(need(range(2, 4), range(8, 10), 1))
    assert run(["shifts", "requirement.csv", "-c", "plan.toml", "--week", "mean"]) == 4
    assert "less than a week" in capsys.readouterr().err


@pytest.mark.parametrize("weeks", ["each", "mean", "maximum"])
def test_a_requirement_by_hand_may_leave_out_what_no_shift_needs(
    weeks: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"2026-03-{d:02d} {h:02d}:00,phone,2\n" for d in range(2, 9) for h in range(8, 16)]
    whole = run_and_read(capsys, weeks)
    (folder / "requirement.csv").write_text("interval_start,planning_group,agents_on_queue\n" + "".join(rows))
    assert run_and_read(capsys, weeks) == whole


def run_and_read(capsys: pytest.CaptureFixture[str], weeks: str) -> str:
    assert run(["shifts", "requirement.csv", "-c", "plan.toml", "--week", weeks]) == 0
    return capsys.readouterr().out
