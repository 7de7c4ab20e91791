"""The whole river on a small center: what `staffplan plan` makes, keeps, renews and says."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from commands import Finished, Run

STEPS = ["forecast", "staff", "roster", "check", "simulate", "cost", "report"]


def in_a_process(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, in a process of its own."""
    command = [str(Path(sys.executable).parent / "staffplan"), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)


def made(done: Finished, code: int = 0) -> list[str]:
    """Steps that a run made, from its JSON."""
    assert done.code == code, done.err
    return list(json.loads(done.out)["made"])


@pytest.fixture
def again(planned: Path, run_in: Run) -> Run:
    """Plan the small center again."""
    return functools.partial(run_in, planned, "plan", "plan.toml", "-o", "plan", "--json")


def test_a_plan_is_a_directory_that_is_made_once_and_renewed_where_it_is_stale(
    planned: Path, run_in: Run, again: Run
) -> None:
    plan = planned / "plan"
    files = {path.relative_to(plan).as_posix() for path in plan.rglob("*") if path.is_file()}
    assert files >= {
        "plan.toml",
        "forecast.csv",
        "forecast_backtest.csv",
        "data_quality.csv",
        "requirement.csv",
        "service_worth.csv",
        "roster_shifts.csv",
        "roster_activities.csv",
        "check.csv",
        "coverage.csv",
        "waits.csv",
        "cost.csv",
        "report/index.html",
        "report/workbook.xlsx",
        "manifest.json",
    }
    assert not [name for name in files if name.startswith(".")], "temporary files are gone"
    before = {name: (plan / name).read_bytes() for name in files}

    assert made(again()) == []
    assert "nothing to do" in again().err
    assert {name: (plan / name).read_bytes() for name in files} == before

    renewed = made(again("--set", "simulate.replications=6"))
    assert renewed[0] == "simulate"
    assert set(renewed) <= {"simulate", "cost", "report"}
    shown = json.loads(run_in(planned, "status", "plan", "--json").out)
    assert [state["state"] for state in shown] == ["up to date"] * len(STEPS)


def test_status_names_the_setting_and_the_steps_it_makes_stale(planned: Path, run_in: Run, again: Run) -> None:
    settings = planned / "plan.toml"
    settings.write_text(settings.read_text().replace("hourly_rate = 15", "hourly_rate = 16"))
    shown = {s["name"]: s for s in json.loads(run_in(planned, "status", "plan", "--json").out)}
    assert shown["cost"]["state"] == "stale"
    assert any("work_plans.full" in reason for reason in shown["cost"]["reasons"])
    assert shown["report"]["reasons"] == ["waits for cost"]
    assert shown["forecast"]["state"] == shown["staff"]["state"] == "up to date"
    assert set(made(again())) <= {"roster", "check", "simulate", "cost", "report"}


def test_an_edited_history_makes_everything_after_it_stale(planned: Path, again: Run) -> None:
    history = pd.read_csv(planned / "history.csv")
    history["offered"] *= 1.2
    history.to_csv(planned / "history.csv", index=False)
    assert made(again()) == STEPS


def test_a_roster_edited_by_hand_is_used_checked_and_shown_as_such(planned: Path, run_in: Run, again: Run) -> None:
    activities = pd.read_csv(planned / "plan" / "roster_activities.csv")
    agent = activities["agent_id"].iloc[0]
    kept = activities[activities["agent_id"] != agent]
    kept.to_csv(planned / "plan" / "roster_activities.csv", index=False)
    edited = (planned / "plan" / "roster_activities.csv").read_bytes()

    status = {s["name"]: s for s in json.loads(run_in(planned, "status", "plan", "--json").out)}
    assert status["roster"]["state"] == "changed by hand"
    done = again()
    assert made(done, 5) == ["check", "simulate", "cost", "report"], "the later steps run; the code is that of check"
    summary = json.loads(done.out)
    assert summary["changed_by_hand"] == ["roster_activities.csv"]
    assert summary["broken_rules"] > 0
    assert (planned / "plan" / "roster_activities.csv").read_bytes() == edited
    assert "changed by hand" in (planned / "plan" / "report" / "index.html").read_text(encoding="utf-8")

    check = run_in(planned, "check", "plan")
    assert check.code == 5
    assert agent in check.out

    assert "roster" in made(again("--force"))
    assert (planned / "plan" / "roster_activities.csv").read_bytes() != edited
    assert run_in(planned, "check", "plan").code == 0


def test_the_same_inputs_and_seed_give_the_same_bytes(planned: Path) -> None:
    done = in_a_process("plan", "plan.toml", "-o", "other", cwd=planned)
    assert done.returncode == 0, done.stderr
    for path in sorted((planned / "plan").rglob("*")):
        if path.is_file():
            other = planned / "other" / path.relative_to(planned / "plan")
            assert other.read_bytes() == path.read_bytes(), path.name


def test_each_step_also_runs_alone_on_files(small_center: Path, run_in: Run) -> None:
    done = run_in(small_center, "forecast", "history.csv", "-o", "forecast.csv")
    assert done.code == 0, done.err
    done = run_in(small_center, "staff", "forecast.csv", "--goal", "80/20", "--shrinkage", "0.3", "-o", "r.csv")
    assert done.code == 0, done.err
    requirement = pd.read_csv(small_center / "r.csv")
    assert (requirement["agents_scheduled"] >= requirement["agents_required"]).all()
    done = run_in(small_center, "forecast", "history.csv", "-c", "plan.toml", "-o", "f2.csv")
    assert done.code == 0, done.err
    done = run_in(small_center, "staff", "f2.csv", "-c", "plan.toml", "-o", "r2.csv", "--cross-check")
    assert done.code == 0, done.err
    assert "cross-check" in done.err
    done = run_in(small_center, "roster", "r2.csv", "agents.csv", "-o", "roster", "-c", "plan.toml")
    assert done.code == 0, done.err
    flags = ["--requirement", "r2.csv", "--agents", "agents.csv", "-c", "plan.toml"]
    done = run_in(small_center, "check", "roster", *flags)
    assert done.code == 0, done.out + done.err
    assert "every rule is kept" in done.out
