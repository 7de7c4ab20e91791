"""`staffplan variance`: two tables, or two plans, to causes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from staffplan.cli.main import run

HEADER = "period,queue,contacts,aht_seconds,occupancy,shrinkage,rate\n"


@pytest.fixture
def tables(tmp_path: Path) -> tuple[str, ...]:
    """The flags for a budget and an actual of one queue."""
    budget, actual = tmp_path / "budget.csv", tmp_path / "actual.csv"
    budget.write_text(f"{HEADER}2026,calls,100000,300,0.85,30 %,20\n", encoding="utf-8")
    actual.write_text(f"{HEADER}2026,calls,108000,312,0.82,0.33,21\n", encoding="utf-8")
    return ("variance", "--budget", str(budget), "--actual", str(actual))


def test_the_causes_are_shown_with_sign_and_base_and_written(tables, tmp_path: Path, capsys):
    assert run([*tables, "-o", str(tmp_path / "variance.csv")]) == 0
    told = capsys.readouterr().err
    assert (
        "77,660.08 over the budget (27.7 % of it); actual minus budget: an amount above 0 is over the budget" in told
    )
    assert "volume      24,412.62          8.7 %            22,408.97" in told
    rows = list(csv.DictReader((tmp_path / "variance.csv").read_text(encoding="utf-8").splitlines()))
    whole = [row for row in rows if row["period"] == "total" and row["queue"] == ""]
    assert [row["direction"] for row in whole] == ["", *["over budget"] * 5, ""]
    assert sum(float(row["amount"]) for row in whole[1:-1]) == pytest.approx(77_660.08)


def test_sign_base_and_method_are_in_the_json_too(tables, capsys):
    assert run([*tables, "--json", "--method", "sequential:rate"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["sign"], told["base"]) == ("actual minus budget: an amount above 0 is over the budget", "budget")
    assert told["method"] == "in the order rate, volume, aht, occupancy, shrinkage"
    assert {row["cause"] for row in told["rows"]} >= {"budget", "rate", "actual"}


def test_percent_without_a_sign_is_a_problem_with_its_remedy(tables, tmp_path: Path, capsys):
    (tmp_path / "budget.csv").write_text(
        f"{HEADER}2026-01,a,-5,240,85,30,20\ntotal,a,5,4,1,.3,20\n", encoding="utf-8"
    )
    assert run([*tables]) == 4
    told = capsys.readouterr().err
    assert "budget.csv:2:contacts: -5 is below 0" in told
    assert "budget.csv:2:shrinkage: 30 is above 0.99\n    a share is at most 1: 30 % is 0.3" in told
    assert "'total' stands for all periods" in told


def test_hours_by_grade_are_recognised(tmp_path: Path, capsys):
    for name, hours in (("standard", 6440), ("paid", 6900)):
        (tmp_path / f"{name}.csv").write_text(f"period,grade,units,hours,rate\n2026,all,2300,{hours},11.5\n")
    flags = ("--budget", str(tmp_path / "standard.csv"), "--actual", str(tmp_path / "paid.csv"))
    assert run(["variance", *flags]) == 0
    assert "yield    5,290.00" in capsys.readouterr().err


def test_a_plan_and_a_table_are_not_compared(tables, tmp_path: Path, capsys):
    assert run([*tables[:-1], str(tmp_path)]) == 2
    assert "give two plans or ledgers, or two tables" in capsys.readouterr().err
    assert run(["variance", "--budget", str(tmp_path), "--actual", str(tmp_path)]) == 4
    assert "cost.csv: no such file" in capsys.readouterr().err


@pytest.fixture
def ledger(planned: Path, run_in) -> Path:
    """The small center's plan published twice for one week, dearer the second time, and as budget once more."""
    assert run_in(planned, "publish", "plan", "--to", "told").code == 0
    settings = planned / "plan.toml"
    settings.write_text(settings.read_text().replace("hourly_rate = 15", "hourly_rate = 16.5"))
    assert run_in(planned, "cost", "plan").code == 0
    assert run_in(planned, "publish", "plan", "--to", "told").code == 0
    return planned


def test_a_ledger_is_its_own_budget_and_actual(ledger: Path, run_in):
    """What was published first against what was published last: more pay for full-timers."""
    found = run_in(ledger, "variance", "--budget", "told", "--actual", "told", "--json")
    assert found.code == 0, found.err
    told = json.loads(found.out)
    whole = {row["cause"]: row["amount"] for row in told["rows"] if (row["period"], row["queue"]) == ("total", "")}
    causes = {name: amount for name, amount in whole.items() if name not in ("budget", "actual")}
    assert sum(causes.values()) == pytest.approx(whole["actual"] - whole["budget"], abs=1e-9)
    assert causes["rate"] > 0
    assert all(amount == 0 for name, amount in causes.items() if name not in ("rate", "on-cost: contributions"))
    assert {row["period"] for row in told["rows"]} == {"2026-03-02 to 2026-03-08", "total"}
    assert {row["queue"] for row in told["rows"]} >= {"phone", "mail"}
    assert [note["message"].partition(":")[0] for note in told["notes"]] == [
        "the first entry published for each span of days",
        "the last entry published for each span of days",
    ]


def test_a_ledger_or_one_entry_of_it_is_compared_with_a_plan(ledger: Path, run_in):
    """Only the last entry and the plan are equal; months are the periods then."""
    for actual, same in (("told", True), ("told/0002", True), ("told/0001", False)):
        found = run_in(ledger, "variance", "--budget", "plan", "--actual", actual, "--json")
        rows = json.loads(found.out)["rows"]
        whole = {row["cause"]: row["amount"] for row in rows if (row["period"], row["queue"]) == ("total", "")}
        assert (whole["budget"] == whole["actual"]) is same
        assert {row["period"] for row in rows} == {"2026-03", "total"}
    none = run_in(ledger, "variance", "--budget", "plan", "--actual", "told/0007")
    assert (none.code, "has no entry with a cost" in none.err) == (2, True)


def test_a_plan_of_other_days_than_the_ledgers_is_warned_of(ledger: Path, run_in):
    """Both are of March: the months do not tell that the plan has two weeks and the ledger one."""
    asked = ("variance", "--budget", "plan", "--actual", "told", "--json")
    assert not [n for n in json.loads(run_in(ledger, *asked).out)["notes"] if n["kind"] == "warning"]
    settings = ledger / "plan" / "plan.toml"
    settings.write_text(settings.read_text().replace("weeks = 1", "weeks = 2"))
    [told] = [n["message"] for n in json.loads(run_in(ledger, *asked).out)["notes"] if n["kind"] == "warning"]
    assert "budget 14 days from 2026-03-02 to 2026-03-15; actual 7 days from 2026-03-02 to 2026-03-08" in told
