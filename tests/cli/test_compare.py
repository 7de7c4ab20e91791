"""`compare` on plan directories: what it prints, writes and refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from commands import Run


@pytest.fixture
def changed(planned: Path) -> Path:
    """A copy of the small center's plan in which the first shift ends two hours earlier."""
    plan, other = planned / "plan", planned / "other"
    shutil.copytree(plan, other)
    table = other / "roster_activities.csv"
    rows = pd.read_csv(table, dtype=str)
    day = (rows["agent_id"] == rows["agent_id"][0]) & (rows["schedule_date"] == rows["schedule_date"][0])
    gone = rows[~day]
    gone.to_csv(table, index=False)
    shifts = pd.read_csv(other / "roster_shifts.csv", dtype=str)
    off = (shifts["agent_id"] == rows["agent_id"][0]) & (shifts["schedule_date"] == rows["schedule_date"][0])
    shifts[~off].to_csv(other / "roster_shifts.csv", index=False)
    return planned


def test_a_shift_less_is_told_by_person_and_day(changed: Path, run_in: Run) -> None:
    told = run_in(changed, "compare", "plan", "other", "-o", "compared")
    assert told.code == 0
    assert "1 person on 1 day of theirs work otherwise" in told.out
    assert "-> 0.00" not in told.out
    assert "other: understaffed hours and service and money as of its last run, out of date since" in told.err
    days = pd.read_csv(changed / "compared" / "days_compared.csv")
    assert days["people_otherwise"].sum() == 1
    lost = (days["paid_hours_before"] - days["paid_hours_after"]).sum()
    assert lost == pd.read_csv(changed / "plan" / "roster_shifts.csv")["paid_hours"].iloc[0]
    assert len(pd.read_csv(changed / "compared" / "roster_told.csv")) == 1
    again = run_in(changed, "compare", "plan", "other", "-o", "compared")
    assert again.code == 2


def test_everybody_works_the_same_in_a_copy(planned: Path, run_in: Run) -> None:
    shutil.copytree(planned / "plan", planned / "copy")
    told = run_in(planned, "compare", "plan", "copy", "--json")
    assert told.code == 0
    found = json.loads(told.out)
    assert found["told"] == []
    assert all(one["before"] == one["after"] for one in found["cost"].values())


def test_folders_without_a_plan_are_refused(tmp_path: Path, run_in: Run) -> None:
    told = run_in(tmp_path, "compare", ".", ".")
    assert told.code == 2
    assert "neither is a plan directory" in told.err
