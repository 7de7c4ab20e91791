"""`check` on the command line with wishes: what is told, what is written, and that a missed wish breaks no rule."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pandas as pd
import pytest

from commands import Run

HEAD = "interval_start,planning_group,channel,offered,aht_seconds,load_erlangs,agents_required,agents_on_queue,"
FILES = {
    "plan.toml": """
[plan]
timezone = "Europe/Madrid"
interval_minutes = 60

[shifts.early]
hours = 4
first_start = "08:00"
last_start = "08:00"

[work_plans.any]
shifts = ["early"]
""",
    "agents.csv": "agent_id,name,skills\nann,Ann,phone\nben,Ben,phone\n",
    "requirement.csv": HEAD + "agents_scheduled,service_level,asa_seconds,occupancy,abandon_rate,model\n"
    "2026-03-07 08:00,phone,voice,10,300,1,1,1,1,,,,,made up\n",
    "roster_shifts.csv": "agent_id,schedule_date,shift,start,end,paid_hours\n"
    "ann,2026-03-07,early 08:00,2026-03-07 08:00,2026-03-07 12:00,4\n",
    "roster_activities.csv": "agent_id,schedule_date,activity_date,start,end,activity,planning_group,paid\n"
    "ann,2026-03-07,2026-03-07,2026-03-07 08:00,2026-03-07 12:00,queue,phone,yes\n",
    "wishes.csv": "agent_id,first_day,last_day,wish\nann,2026-03-07,2026-03-07,off\nben,2026-03-07,2026-03-07,off\n",
}


@pytest.fixture
def check(tmp_path: Path, run: Run) -> Run:
    """Check the roster."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return functools.partial(run, "check", ".", "--agents", "agents.csv", "-c", "plan.toml")


def test_wishes_not_granted_are_listed_and_the_exit_code_stays(check: Run) -> None:
    code, out, _ = check("--wishes", "wishes.csv")
    assert code == 0
    assert "2 wished days: 1 wish not granted" in out
    assert "ann    Sat 2026-03-07  wished for a day off, not granted: works early 08:00-12:00" in out
    assert "wish" not in check()[1]


def test_a_program_reads_them_too(check: Run) -> None:
    code, out, _ = check("--wishes", "wishes.csv", "--json")
    assert code == 0
    assert json.loads(out)["wishes_not_granted"] == [
        {
            "agent_id": "ann",
            "day": "2026-03-07",
            "message": "wished for a day off, not granted: works early 08:00-12:00",
        }
    ]


def test_the_broken_rules_and_the_fairness_of_this_very_roster_are_written(check: Run, tmp_path: Path) -> None:
    roster = tmp_path / "roster_activities.csv"
    roster.write_text(roster.read_text().replace("queue,phone", "queue,mail"))
    code, _, err = check("--wishes", "wishes.csv", "-o", "checked")
    assert code == 5
    assert pd.read_csv(tmp_path / "checked" / "check.csv")["rule"].tolist() == ["skills"]
    fell = pd.read_csv(tmp_path / "checked" / "fairness.csv").set_index(["what", "agent_id"])
    assert fell["count"].to_dict() == {
        ("weekends", "ann"): 1,
        ("weekends", "ben"): 0,
        ("wishes", "ann"): 0,
        ("wishes", "ben"): 1,
    }
    assert f"wrote {Path('checked', 'fairness.csv')} (4 rows)" in err


def test_what_is_there_is_not_overwritten_and_a_plan_keeps_its_own(check: Run, tmp_path: Path) -> None:
    assert check("-o", "checked")[0] == 0
    code, _, err = check("-o", "checked")
    assert code == 2
    assert "check.csv: already exists" in err
    assert check("-o", "checked", "--force")[0] == 0
    (tmp_path / "checked" / "manifest.json").write_text("{}")
    code, _, err = check("-o", "checked", "--force")
    assert code == 2
    assert "checked: is a plan directory" in err
