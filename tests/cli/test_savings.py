"""`staffplan savings` from a file of options to the set of the least harm, on changes that need no roster search."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from commands import FilledOnce, Run
from staffplan.cli.main import run as run_command

HEAD = 'owner = "HR"\ndate = 2026-02-01\nreason = "to save"\n'
SHARE = '{ name = "contributions", share = 0.29 }'
OPTIONS = f"""
[[scenario]]
name = "wages of full-timers"
harm = 100
one_off_cost = 300
lasts_years = 3
{HEAD}changes = [{{ change = "wages", factor = 0.9, work_plans = ["full"] }}]

[[scenario]]
name = "contributions"
harm = 5
{HEAD}changes = [{{ change = "setting", key = "cost.on_costs", value = [{SHARE}] }}]
"""


@pytest.fixture(scope="module")
def saved(filled_once: FilledOnce, _planned_once: Path) -> Path:
    """The small center with its plan, and a search for 3 % in all combinations of two options."""

    def fill() -> None:
        shutil.copytree(_planned_once, "center")
        Path("options.toml").write_text(OPTIONS)
        flags = ["--target", "3%", "-o", "savings", "--jobs", "1"]
        assert run_command(["savings", "options.toml", "center/plan", *flags]) == 0

    return filled_once("savings", fill)


@pytest.fixture
def here(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(saved, tmp_path / "all")
    monkeypatch.chdir(tmp_path / "all")
    return tmp_path / "all"


def sets(folder: Path) -> dict[str, dict[str, str]]:
    rows = csv.DictReader((folder / "savings" / "savings.csv").read_text().splitlines())
    return {row["what"]: row for row in rows}


def cost(folder: Path) -> float:
    rows = csv.DictReader((folder / "cost.csv").read_text().splitlines())
    kept = ("total", "cost", "loaded cost", "")
    return sum(float(r["amount"]) for r in rows if (r["period"], r["ledger"], r["line"], r["planning_group"]) == kept)


def test_what_a_set_saves_is_what_its_own_plan_costs_less(here: Path):
    """Both wages and contributions are paid on each other: together they save less than one by one."""
    base, year = cost(here / "savings" / "base"), 365.25 / 7
    found = sets(here)
    assert len(found) == 3
    for row in found.values():
        once = 100 if "full-timers" in row["what"] else 0
        saved = (base - cost(here / "savings" / row["folder"])) * year - once
        assert float(row["saving_per_year"]) == pytest.approx(saved, abs=0.01)
        assert float(row["saving_low"]) == float(row["saving_high"]) == float(row["saving_per_year"])
        assert row["reaches"] == ("yes" if saved >= 0.03 * base * year else "no")
    both = found["wages of full-timers + contributions"]
    assert float(both["saving_per_year"]) < float(both["sum_of_options"]) - 1


def test_the_chosen_set_is_that_of_the_least_harm_among_those_that_reach_it(here: Path):
    found = sets(here)
    reach = {what: float(row["harm"]) for what, row in found.items() if row["reaches"] == "yes"}
    assert len(reach) == 2
    (chosen,) = [what for what, row in found.items() if "exact" in row["chosen_by"]]
    assert float(found[chosen]["harm"]) == min(reach.values())
    assert float(found[chosen]["harm"]) == float(found[chosen]["judged_harm"])
    assert next(iter(found)) == chosen


def test_a_second_search_runs_nothing_again_and_another_target_is_told(here: Path, run_in: Run):
    flags = ("-o", "savings", "--jobs", "1", "--force")
    stamp = (here / "savings" / "contributions" / "manifest.json").stat().st_mtime_ns
    more = run_in(here, "savings", "options.toml", "center/plan", "--target", "50%", *flags)
    assert more.code == 5
    assert "no set of these options that was run saves as much; the most is" in more.err
    some = run_in(here, "savings", "options.toml", "center/plan", "--target", "1000", *flags, "--json")
    told = json.loads(some.out)
    assert told["sets"][0]["chosen_by"]
    assert told["to save"] == "1,000"
    assert (here / "savings" / "contributions" / "manifest.json").stat().st_mtime_ns == stamp
    book = load_workbook(io.BytesIO((here / "savings" / "savings.xlsx").read_bytes()))
    assert book.sheetnames == ["Savings", "Generation details"]
    assert (here / "savings" / "savings.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("target", ["5 percent", "0%", "100%", "0.05", "-3", "nan", ""])
def test_a_target_that_is_none_is_refused(here: Path, run_in: Run, target: str):
    refused = run_in(here, "savings", "options.toml", "center/plan", f"--target={target}", "-o", "more")
    assert (refused.code, (here / "more").exists()) == (2, False)
    assert "--target" in refused.err


def test_an_option_that_cannot_be_is_told_before_any_is_run(here: Path, run_in: Run):
    (here / "options.toml").write_text(OPTIONS.replace('["full"]', '["fulls"]'))
    refused = run_in(here, "savings", "options.toml", "center/plan", "-o", "more")
    assert refused.code == 3
    assert "options.toml:scenario.0.changes.0.work_plans: 'fulls' is not known" in refused.err
    assert not (here / "more").exists()
