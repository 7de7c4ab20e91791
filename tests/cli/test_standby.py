"""`standby` on files: who has which turn, what is written and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from commands import Run

PLAN = """
[plan]
timezone = "Europe/Madrid"
interval_minutes = 60
[shifts.early]
hours = 4
first_start = "08:00"
last_start = "08:00"
[work_plans.any]
shifts = ["early"]
"""
NEED = "".join(f"2026-03-0{day} {hour:02d}:00,phone,1\n" for day in (2, 3) for hour in range(8, 12))
FILES = {
    "agents.csv": "agent_id,name,skills\nann,Ann,phone\nbob,Bob,phone\ncid,Cid,phone\n",
    "requirement.csv": f"interval_start,planning_group,agents_on_queue\n{NEED}",
    "roster_shifts.csv": "agent_id,schedule_date,shift,start,end,paid_hours\n"
    "ann,2026-03-02,early 08:00,2026-03-02 08:00,2026-03-02 12:00,4\n",
    "roster_activities.csv": "agent_id,schedule_date,activity_date,start,end,activity,planning_group,paid\n"
    "ann,2026-03-02,2026-03-02,2026-03-02 08:00,2026-03-02 12:00,queue,phone,yes\n",
}

EVENING = """
[[standby]]
name = "evening"
hours = "18:00-22:00"
per_hour = 4.5
per_duty = 10
agents = ["ann", "bob"]
"""


@pytest.fixture
def center(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "plan.toml").write_text(PLAN + EVENING)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def flags(*more: str) -> list[str]:
    return ["standby", ".", "--agents", "agents.csv", "-c", "plan.toml", *more]


def test_turns_are_written_told_and_right(center: Path, run: Run) -> None:
    assert run(*flags("-o", "standby.csv")).code == 0
    told = run(*flags("--json", "--force", "-o", "standby.csv"))
    assert json.loads(told.out)["turns"] == {"evening": {"ann": 1, "bob": 1}}
    assert "evening: 2 days, 8.0 h, 1 turn each for 2 people, EUR 56.00" in told.err
    rows = pd.read_csv(center / "standby.csv")
    assert rows["amount"].tolist() == [28.0, 28.0]
    assert sorted(rows["start"]) == ["2026-03-02T18:00:00+01:00", "2026-03-03T18:00:00+01:00"]
    checked = run(*flags("--check", "standby.csv"))
    assert checked.code == 0
    assert checked.err.strip().endswith("nothing is wrong")


def test_what_a_hand_has_done_is_told_with_exit_code_5(center: Path, run: Run) -> None:
    run(*flags("-o", "standby.csv"))
    table = center / "standby.csv"
    table.write_text(table.read_text().replace("bob", "cid"))
    checked = run(*flags("--check", "standby.csv"))
    assert checked.code == 5
    assert "evening: not among the agents named" in checked.out
    assert checked.err.strip().endswith("1 fault")


def test_a_turn_that_nobody_can_take_is_told_with_exit_code_5(center: Path, run: Run) -> None:
    (center / "time_off.csv").write_text(
        "agent_id,first_day,last_day\nann,2026-03-02,2026-03-03\nbob,2026-03-02,2026-03-02\n"
    )
    told = run(*flags("--time-off", "time_off.csv"))
    assert told.code == 5
    assert "1 person is missing; the others: 2 time off, 1 not among those named" in told.err
    assert told.out.splitlines()[1].startswith("evening,bob,Bob,2026-03-03")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", "no standby is set"),
        (EVENING.replace('"bob"', '"bbo"'), "'bbo' is not in the agents table"),
        (EVENING + 'staffing_group = "north"', "nobody is of the team 'north'"),
        (EVENING + 'skill = "fon"', "nobody has the skill 'fon'"),
        (EVENING + EVENING, "'evening' is used twice"),
        (EVENING + 'contracts = ["full"]', "no [work_plans.full] is defined"),
        (EVENING.replace("18:00-22:00", "08:00-12:00, 18:00-22:00"), "are not one span"),
        (EVENING + "level = 2", "level says nothing without a skill"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(center: Path, run: Run, settings: str, said: str) -> None:
    (center / "plan.toml").write_text(PLAN + settings)
    told = run(*flags())
    assert told.code == 3
    assert said in told.err


def test_check_and_a_file_to_write_exclude_each_other(center: Path, run: Run) -> None:
    told = run(*flags("--check", "standby.csv", "-o", "new.csv", "--published", "standby.csv"))
    assert told.code == 2
    assert told.err.count("is not possible together with --check") == 2


def test_a_roster_of_other_days_is_refused(center: Path, run: Run) -> None:
    later = FILES["requirement.csv"].replace("2026-03", "2026-04")
    (center / "requirement.csv").write_text(later)
    told = run(*flags())
    assert told.code == 4
    assert "give the requirement for the days of the roster" in told.err
