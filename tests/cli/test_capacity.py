"""`staffplan capacity`: required people and a workforce to a plan, files and words."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from staffplan.cli.main import run

WORKFORCE = """heads = 21
attrition = 0.04
productivity = [0, 0, 0.5, 0.8, 1]
wage = 1
shortfall_cost = 3

[hiring]
largest = 6
last_start_period = 5
cost_per_hire = 1.5
"""


@pytest.fixture
def command(tmp_path: Path) -> tuple[str, ...]:
    """The command for eight months of one site."""
    rows = "".join(f"2027-{n:02d},{need}\n" for n, need in enumerate((20, 20, 22, 24, 26, 26, 25, 24), start=1))
    (tmp_path / "required.csv").write_text(f"period,required\n{rows}")
    (tmp_path / "workforce.toml").write_text(WORKFORCE)
    flags = ("--required", str(tmp_path / "required.csv"), "--workforce", str(tmp_path / "workforce.toml"))
    return ("capacity", *flags)


def test_the_plan_is_shown_and_written(command, tmp_path: Path, capsys):
    assert run([*command, "-o", str(tmp_path / "out")]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "best          6 4 0 0 0 0 0 0                2.01  233.94          +0.00  proven" in told.err
    assert "2027-05      26.0        0.0   26.5          0.0  25.8        -0.2" in told.err
    assert "38.7 % of those there today are gone after 12 periods" in told.err
    rows = list(csv.DictReader((tmp_path / "out" / "hiring.csv").read_text().splitlines()))
    assert [row["cost"] for row in rows[:2]] == ["271.939058", "233.94121"]
    assert (tmp_path / "out" / "capacity.png").read_bytes().startswith(b"\x89PNG")


def test_the_workbook_has_the_four_sheets(command, tmp_path: Path):
    assert run([*command, "-o", str(tmp_path / "out")]) == 0
    book = load_workbook(io.BytesIO((tmp_path / "out" / "capacity.xlsx").read_bytes()))
    assert book.sheetnames == ["Metrics", "Plan", "Scenario", "Generation details"]
    assert [cell.value for cell in book["Plan"]["G"][1:3]] == [6, 4]
    assert ("heads", "21.0") in [(row[0].value, row[1].value) for row in book["Generation details"].rows]


def test_the_plan_goes_to_stdout_or_into_json(command, capsys):
    assert run([*command]) == 0
    (first, *rest) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (first["new_hires"], first["hire_up_to"], len(rest)) == ("6", "27", 7)
    assert run([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["hiring"][1]["classes"] == "6 4 0 0 0 0 0 0"
    assert told["facts"]["new_hires"] == 10


def test_mistakes_in_both_files_are_told_with_their_place(command, tmp_path: Path, capsys):
    (tmp_path / "workforce.toml").write_text(WORKFORCE.replace("attrition = 0.04", "atrition = 4"))
    assert run([*command]) == 3
    assert "workforce.toml:atrition: unknown setting\n    did you mean attrition?" in capsys.readouterr().err
    (tmp_path / "workforce.toml").write_text(WORKFORCE)
    (tmp_path / "required.csv").write_text("period,required,shrinkage\n2027-01,-3,30\n2027-02,,0.3\n")
    assert run([*command]) == 4
    told = capsys.readouterr().err
    assert "required.csv:2:required: -3 is below 0" in told
    assert "required.csv:2:shrinkage: 30 is above 0.99\n    a share is at most 1: 30 % is 0.3" in told
    assert "required.csv:3:required: the cell is empty" in told
    (tmp_path / "required.csv").write_text("period,required\n2027-01,3\n2027-03,3\n")
    assert run([*command]) == 4
    assert "required.csv:3:period: 2027-03 does not follow 2027-01" in capsys.readouterr().err


def test_required_people_or_a_plan_are_needed(command, tmp_path: Path, capsys):
    assert run(["capacity"]) == 2
    assert "--required: give required people, or a plan to forecast them" in capsys.readouterr().err
    assert run([*command[:3]]) == 2
    assert "--workforce: is missing" in capsys.readouterr().err
    assert run([*command, "--months", "3"]) == 2
    assert "--months: the file has its own periods" in capsys.readouterr().err


def test_a_history_is_forecast_months_ahead_and_staffed(tmp_path: Path, capsys):
    hours = [f"2026-0{m}-{d:02d} {h:02d}:00" for m in (1, 2) for d in range(1, 29) for h in range(9, 17)]
    rows = "".join(f"{hour},phone,{20 + n % 5},300\n" for n, hour in enumerate(hours))
    (tmp_path / "history.csv").write_text(f"interval_start,queue,offered,aht_seconds\n{rows}")
    (tmp_path / "plan.toml").write_text(
        '[plan]\nstart = 2026-03-01\nweeks = 1\ninterval_minutes = 60\n[input]\nhistory = "history.csv"\n'
        '[hours.day]\ndaily = "09:00-17:00"\n[queues.phone]\nhours = "day"\ngoal = "80/20"\n'
        "[capacity]\nheads = 5\n"
    )
    assert run(["capacity", str(tmp_path / "plan.toml"), "--months", "2", "-o", str(tmp_path / "out")]) == 0
    required, planned = (
        list(csv.DictReader((tmp_path / "out" / f"{name}.csv").read_text().splitlines()))
        for name in ("required", "capacity")
    )
    assert [row["period"] for row in required] == ["2026-03", "2026-04"]
    assert all(4 <= float(row["required"]) <= 9 for row in required)
    assert [row["site"] for row in planned] == ["phone", "phone"]
