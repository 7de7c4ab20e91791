"""A plan whose roster is repaired in its own directory: kept, and everything after it knows of the absence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from staffplan.cli.main import run as run_command
from staffplan.plan.directory import open_existing
from staffplan.plan.run import run, status


def test_a_repair_in_place_is_kept_and_what_follows_is_made_anew(
    planned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = planned / "plan"
    shifts = pd.read_csv(plan / "roster_shifts.csv")
    who, day = shifts.loc[0, "agent_id"], shifts.loc[0, "schedule_date"]
    code = run_command(["roster", "--repair", str(plan), "--absent", f"{who}:{day}", "-o", str(plan), "--force"])
    assert code == 0, capsys.readouterr().err
    opened = open_existing(plan)
    states = {state.name: state.state for state in status(opened.workspace, opened.manifest)}
    assert states == {
        "forecast": "up to date",
        "staff": "up to date",
        "roster": "changed by hand",
        "check": "stale",
        "simulate": "stale",
        "cost": "stale",
        "report": "stale",
    }
    result = run(opened.workspace, opened.manifest)
    assert result.ran == ("check", "simulate", "cost", "report")
    now = pd.read_csv(plan / "roster_shifts.csv")
    assert not ((now["agent_id"] == who) & (now["schedule_date"] == day)).any()
    assert len(pd.read_csv(plan / "check.csv")) == 0


def test_the_day_of_absence_is_paid_as_time_off(planned: Path) -> None:
    plan = planned / "plan"
    shifts = pd.read_csv(plan / "roster_shifts.csv")
    who, day, hours = shifts.loc[0, ["agent_id", "schedule_date", "paid_hours"]]
    before = paid_time_off(plan)
    arguments = ["--repair", str(plan), "--absent", f"{who}:{day}", "-o", str(plan), "--force"]
    assert run_command(["roster", *arguments]) == 0
    opened = open_existing(plan)
    run(opened.workspace, opened.manifest)
    assert paid_time_off(plan) - before == pytest.approx(hours)


def paid_time_off(plan: Path) -> float:
    cost = pd.read_csv(plan / "cost.csv")
    return float(cost.loc[cost["line"].str.contains("paid time off"), "hours"].max())
