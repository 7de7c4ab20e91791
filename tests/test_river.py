"""The whole river on a small center: what `staffplan plan` makes, keeps, renews and says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd

STEPS = ["forecast", "staff", "roster", "check", "simulate", "cost", "report"]


def staffplan(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, in a process of its own."""
    command = [str(Path(sys.executable).parent / "staffplan"), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)


def made(done: subprocess.CompletedProcess[str], code: int = 0) -> list[str]:
    """Steps that a run made, from its JSON."""
    assert done.returncode == code, done.stderr
    return list(json.loads(done.stdout)["made"])


def again(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return staffplan("plan", "plan.toml", "-o", "plan", "--json", *arguments, cwd=folder)


def test_a_plan_is_a_directory_that_is_made_once_and_renewed_where_it_is_stale(planned: Path) -> None:
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

    assert made(again(planned)) == []
    assert "nothing to do" in again(planned).stderr
    assert {name: (plan / name).read_bytes() for name in files} == before

    renewed = made(again(planned, "--set", "simulate.replications=6"))
    assert renewed[0] == "simulate"
    assert set(renewed) <= {"simulate", "cost", "report"}
    shown = json.loads(staffplan("status", "plan", "--json", cwd=planned).stdout)
    assert [state["state"] for state in shown] == ["up to date"] * len(STEPS)


def test_status_names_the_setting_and_the_steps_it_makes_stale(planned: Path) -> None:
    settings = planned / "plan.toml"
    settings.write_text(settings.read_text().replace("hourly_rate = 15", "hourly_rate = 16"))
    shown = {s["name"]: s for s in json.loads(staffplan("status", "plan", "--json", cwd=planned).stdout)}
    assert shown["cost"]["state"] == "stale"
    assert any("work_plans.full" in reason for reason in shown["cost"]["reasons"])
    assert shown["report"]["reasons"] == ["waits for cost"]
    assert shown["forecast"]["state"] == shown["staff"]["state"] == "up to date"
    assert set(made(again(planned))) <= {"roster", "check", "simulate", "cost", "report"}


def test_an_edited_history_makes_everything_after_it_stale(planned: Path) -> None:
    history = pd.read_csv(planned / "history.csv")
    history["offered"] *= 1.2
    history.to_csv(planned / "history.csv", index=False)
    assert made(again(planned)) == STEPS


def test_a_roster_edited_by_hand_is_used_checked_and_shown_as_such(planned: Path) -> None:
    activities = pd.read_csv(planned / "plan" / "roster_activities.csv")
    agent = activities["agent_id"].iloc[0]
    kept = activities[activities["agent_id"] != agent]
    kept.to_csv(planned / "plan" / "roster_activities.csv", index=False)
    edited = (planned / "plan" / "roster_activities.csv").read_bytes()

    status = {s["name"]: s for s in json.loads(staffplan("status", "plan", "--json", cwd=planned).stdout)}
    assert status["roster"]["state"] == "changed by hand"
    done = again(planned)
    assert made(done, 5) == ["check", "simulate", "cost", "report"], "the later steps run; the code is that of check"
    summary = json.loads(done.stdout)
    assert summary["changed_by_hand"] == ["roster_activities.csv"]
    assert summary["broken_rules"] > 0
    assert (planned / "plan" / "roster_activities.csv").read_bytes() == edited
    assert "changed by hand" in (planned / "plan" / "report" / "index.html").read_text(encoding="utf-8")

    check = staffplan("check", "plan", cwd=planned)
    assert check.returncode == 5
    assert agent in check.stdout

    assert "roster" in made(again(planned, "--force"))
    assert (planned / "plan" / "roster_activities.csv").read_bytes() != edited
    assert staffplan("check", "plan", cwd=planned).returncode == 0


def test_the_same_inputs_and_seed_give_the_same_bytes(planned: Path) -> None:
    done = staffplan("plan", "plan.toml", "-o", "other", cwd=planned)
    assert done.returncode == 0, done.stderr
    for path in sorted((planned / "plan").rglob("*")):
        if path.is_file():
            other = planned / "other" / path.relative_to(planned / "plan")
            assert other.read_bytes() == path.read_bytes(), path.name


def test_each_step_also_runs_alone_on_files(small_center: Path) -> None:
    run = staffplan("forecast", "history.csv", "-o", "forecast.csv", cwd=small_center)
    assert run.returncode == 0, run.stderr
    run = staffplan("staff", "forecast.csv", "--goal", "80/20", "--shrinkage", "0.3", "-o", "r.csv", cwd=small_center)
    assert run.returncode == 0, run.stderr
    requirement = pd.read_csv(small_center / "r.csv")
    assert (requirement["agents_scheduled"] >= requirement["agents_required"]).all()
    run = staffplan("forecast", "history.csv", "-c", "plan.toml", "-o", "f2.csv", cwd=small_center)
    assert run.returncode == 0, run.stderr
    run = staffplan("staff", "f2.csv", "-c", "plan.toml", "-o", "r2.csv", "--cross-check", cwd=small_center)
    assert run.returncode == 0, run.stderr
    assert "cross-check" in run.stderr
    run = staffplan("roster", "r2.csv", "agents.csv", "-o", "roster", "-c", "plan.toml", cwd=small_center)
    assert run.returncode == 0, run.stderr
    flags = ["--requirement", "r2.csv", "--agents", "agents.csv", "-c", "plan.toml"]
    run = staffplan("check", "roster", *flags, cwd=small_center)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "every rule is kept" in run.stdout
