"""`staffplan scenario` and `staffplan price` from the files to the tables, once for all on the small center."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from commands import FilledOnce
from staffplan.cli.main import run

CASES = """
discount_rate = 0.1

[[scenario]]
name = "wages +10 %"
owner = "HR"
date = 2026-02-01
reason = "the new agreement"
one_off_cost = 100
changes = [{ change = "wages", factor = 1.1 }]

[[scenario]]
name = "half the phone calls"
owner = "Digital"
date = 2026-02-01
decide_by = 2026-02-20
reason = "self-service"
set = "self-service"
level = "high"
changes = [{ change = "deflection", share = 0.5, queues = ["phone"] }]
"""


@pytest.fixture(scope="module")
def finished(filled_once: FilledOnce, _planned_once: Path) -> Path:
    """The small center with its plan and two finished scenarios."""

    def fill() -> None:
        shutil.copytree(_planned_once, "center")
        Path("scenarios.toml").write_text(CASES)
        assert run(["scenario", "run", "scenarios.toml", "center/plan", "-o", "cases", "--jobs", "1"]) == 0

    return filled_once("scenarios", fill)


@pytest.fixture
def here(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(finished, tmp_path / "all")
    monkeypatch.chdir(tmp_path / "all")
    return tmp_path / "all"


def total(folder: Path) -> float:
    rows = csv.DictReader((folder / "cost.csv").read_text().splitlines())
    return sum(
        float(row["amount"])
        for row in rows
        if (row["period"], row["ledger"], row["line"], row["planning_group"]) == ("total", "cost", "loaded cost", "")
    )


def test_wages_alone_keep_the_roster_and_raise_the_cost_by_their_share(here: Path):
    base, test = here / "cases" / "base", here / "cases" / "wages-plus-10-percent"
    for name in ("forecast.csv", "requirement.csv", "roster_shifts.csv", "waits.csv"):
        assert (base / name).read_bytes() == (test / name).read_bytes()
    assert total(test) == pytest.approx(1.1 * total(base), abs=0.2)


def test_a_scenario_is_a_plan_directory_up_to_date(here: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["status", "cases/half-the-phone-calls", "--json"]) == 0
    states = {state["name"]: state["state"] for state in json.loads(capsys.readouterr().out)}
    assert states.pop("report") == "not run"
    assert set(states.values()) == {"up to date"}


def test_a_second_run_makes_nothing_again(here: Path, capsys: pytest.CaptureFixture[str]):
    record = here / "cases" / "half-the-phone-calls" / "manifest.json"
    before = record.stat().st_mtime_ns
    assert run(["scenario", "run", "scenarios.toml", "center/plan", "-o", "cases", "--jobs", "1", "--json"]) == 0
    assert {row["state"] for row in json.loads(capsys.readouterr().out)} == {"kept"}
    assert record.stat().st_mtime_ns == before


def test_a_plan_that_changed_since_is_not_mixed_in(here: Path, capsys: pytest.CaptureFixture[str]):
    shifts = here / "center" / "plan" / "waits.csv"
    shifts.write_text(shifts.read_text() + "\n")
    assert run(["scenario", "run", "scenarios.toml", "center/plan", "-o", "cases"]) == 2
    assert "is not the plan that these scenarios were made from" in capsys.readouterr().err


def test_a_plan_that_is_not_up_to_date_is_refused(here: Path, capsys: pytest.CaptureFixture[str]):
    agents = here / "center" / "agents.csv"
    agents.write_text(agents.read_text().replace("Full 8", "Somebody"))
    assert run(["scenario", "run", "scenarios.toml", "center/plan", "-o", "more"]) == 2
    assert "roster (input agents (agents.csv) changed)" in capsys.readouterr().err


def test_all_scenarios_are_checked_before_any_is_run(here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "scenarios.toml").write_text(
        CASES.replace('["phone"]', '["fax"]').replace('wages", factor', 'aht", factr')
    )
    assert run(["scenario", "run", "scenarios.toml", "center/plan", "-o", "more"]) == 3
    told = capsys.readouterr().err
    assert "scenarios.toml:scenario.0.changes.0.factr: unknown setting" in told
    (here / "scenarios.toml").write_text(CASES.replace('["phone"]', '["fax"]'))
    assert run(["scenario", "run", "scenarios.toml", "center/plan", "-o", "more"]) == 3
    assert "scenarios.toml:scenario.1.changes.0.queues: 'fax' is not known" in capsys.readouterr().err
    assert not (here / "more").exists()


def test_scenarios_are_compared_with_errors_pictures_and_a_workbook(here: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["scenario", "compare", "cases", "-o", "out"]) == 0
    told = capsys.readouterr().err
    rows = list(csv.DictReader((here / "out" / "compare.csv").read_text().splitlines()))
    by = {(row["scenario"], row["measure"], row["planning_group"]): row for row in rows}
    calls = by["half the phone calls", "contacts", ""]
    assert float(calls["test"]) < float(calls["base"])
    assert by["half the phone calls", "service_level", "phone"]["error_from"] == "chance"
    assert by["wages +10 %", "loaded cost", ""]["error_from"] == "none"
    assert by["half the phone calls", "loaded cost", ""]["error_from"] == "search"
    book = load_workbook(io.BytesIO((here / "out" / "scenarios.xlsx").read_bytes()))
    assert book.sheetnames == ["Scenarios", "Differences", "Tornado", "Generation details"]
    for name in ("tornado.png", "cases.png"):
        assert (here / "out" / name).read_bytes().startswith(b"\x89PNG")
    assert told.index("2026-02-20  half the phone calls") < told.index("            wages +10 %")
    assert "a year: the 7 days of the plan x 52.18" in told


def test_a_search_that_the_clock_ended_is_told_where_its_roster_counts(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    """The roster of the wages' scenario is the base's own, so that no clock moves its difference."""
    for folder in (path.parent for path in (here / "cases").glob("*/manifest.json") if path.parent.name != "base"):
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["steps"]["roster"]["facts"]["status"] = "time limit"
        (folder / "manifest.json").write_text(json.dumps(manifest))
    assert run(["scenario", "compare", "cases", "-o", "out"]) == 0
    rows = list(csv.DictReader((here / "out" / "scenarios.csv").read_text().splitlines()))
    assert {row["scenario"]: row["cut_short"] for row in rows} == {"half the phone calls": "yes", "wages +10 %": "no"}
    told = " ".join(capsys.readouterr().err.split())
    assert "roster.time_limit_seconds: on a busy machine they find less" in told
    assert "run to run: half the phone calls" in told


def test_a_scenario_that_the_file_has_no_more_is_not_compared(here: Path, capsys: pytest.CaptureFixture[str]):
    """The file is cut to its second scenario; the discount rate is that of the file, too."""
    text = (here / "scenarios.toml").read_text()
    kept = text.split("[[scenario]]")[-1]
    (here / "scenarios.toml").write_text(f"discount_rate = 0.05\n[[scenario]]{kept}")
    assert run(["scenario", "run", "scenarios.toml", "center/plan", "-o", "cases", "--jobs", "1"]) == 0
    capsys.readouterr()
    assert run(["scenario", "compare", "cases"]) == 0
    shown = capsys.readouterr()
    assert "half the phone calls" in shown.out
    assert "wages +10 %" not in shown.out
    assert "does not have them any more: wages-plus-10-percent" in shown.err


def test_a_folder_without_scenarios_says_what_to_do(here: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["scenario", "compare", "center"]) == 2
    assert "run some first: staffplan scenario run" in capsys.readouterr().err


def test_the_price_of_service_is_a_staircase_through_rosters(here: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["price", "center/plan", "--of", "service", "--goals", "60", "-o", "prices", "--jobs", "1"]) == 0
    low, base = csv.DictReader((here / "prices" / "prices.csv").read_text().splitlines())
    assert (low["what"], base["what"]) == ("60 % in time", "the plan as it is")
    assert float(low["agents"]) < float(base["agents"])
    assert float(low["cost_low"]) <= float(low["cost_per_year"]) < float(base["cost_per_year"])
    assert float(low["service_level"]) < float(base["service_level"])
    assert base["preview_cost_per_year"] == base["cost_per_year"]
    step = float(base["cost_per_year"]) - float(low["cost_per_year"])
    assert float(base["step_cost_per_year"]) == pytest.approx(step)
    assert float(base["step_low"]) <= step <= float(base["step_high"])
    assert float(base["step_high"]) - step == pytest.approx(float(low["cost_per_year"]) - float(low["cost_low"]))
    assert step - float(base["step_low"]) == pytest.approx(float(base["cost_per_year"]) - float(base["cost_low"]))
    unsure = float(base["step_low"]) <= 0 <= float(base["step_high"])
    assert ("steps whose price is not distinguishable from 0" in capsys.readouterr().err) == unsure
    points = 100 * (float(base["service_level"]) - float(low["service_level"]))
    assert float(base["cost_per_point"]) == pytest.approx(step / points, rel=1e-3)
    assert (here / "prices" / "prices.png").read_bytes().startswith(b"\x89PNG")
    capsys.readouterr()
    assert run(["price", "center/plan", "--of", "service", "--goals", "sixty,101", "-o", "more"]) == 2
    told = capsys.readouterr().err
    assert "'sixty' is not a percentage" in told
    assert "'101' is not a percentage" in told
