"""A roster that cannot keep the rules between people: what is written, what is said, how the command leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import Finished, Run

PLAN = """
[plan]
timezone = "Europe/Madrid"
interval_minutes = 60

[shifts.day]
hours = 4
first_start = "08:00"
last_start = "08:00"

[work_plans.any]
shifts = ["day"]

[roster]
effort = 0.1
rules = [{ rule = "minimum_staff", planning_group = "phone", hours = "08:00-12:00", people = PEOPLE }]
"""
NEED = "2026-03-02 08:00,phone,voice,10,300,1,2,2,2,,,,,made up"
FILES = {
    "agents.csv": "agent_id,skills\nann,phone\nbob,phone\n",
    "requirement.csv": "interval_start,planning_group,channel,offered,aht_seconds,load_erlangs,agents_required,"
    "agents_on_queue,agents_scheduled,service_level,asa_seconds,occupancy,abandon_rate,model\n" + NEED,
    "meetings.csv": "meeting,activity,minutes,first_day,last_day,hours,agents,together\n"
    "talk,meeting,60,2026-03-02,2026-03-02,14:00-16:00,ann,yes\n",
}
ROSTER = ("requirement.csv", "agents.csv", "-c", "plan.toml")


@pytest.fixture
def run(tmp_path: Path, run_in: Run) -> Run:
    """Make a roster with so many people at least."""

    def call(people: int, *arguments: str) -> Finished:
        for name, text in {**FILES, "plan.toml": PLAN.replace("PEOPLE", str(people))}.items():
            (tmp_path / name).write_text(text)
        return run_in(tmp_path, *arguments)

    return call


def test_the_best_roster_is_written_and_the_command_leaves_with_five_as_check_does(run: Run, tmp_path: Path) -> None:
    code, out, err = run(3, "roster", *ROSTER, "-o", "made", "--json")
    assert code == 5
    assert (tmp_path / "made" / "roster_shifts.csv").read_text().count("day 08:00") == 2
    last = err.splitlines()[-1]
    assert last.startswith("no roster was found that keeps every rule; broken rules: minimum staff 1 time.")
    assert "The best roster found was written" in last
    facts = json.loads(out)["facts"]
    assert facts["broken_rules"] == 1
    assert {"objective", "bound", "gap", "status", "understaffed_hours", "overstaffed_hours"} <= set(facts)
    files = ("--requirement", "requirement.csv", "--agents", "agents.csv", "-c", "plan.toml")
    assert run(3, "check", "made", *files)[0] == 5


def test_a_meeting_that_somebody_must_miss_is_a_broken_rule_too(run: Run) -> None:
    code, _, err = run(1, "roster", *ROSTER, "-o", "made", "--meetings", "meetings.csv")
    assert code == 5
    assert "broken rules: meetings 1 time." in err


def test_where_every_rule_is_kept_the_last_line_tells_hours_cost_bound_and_gap(run: Run) -> None:
    code, _, err = run(2, "roster", *ROSTER, "-o", "made")
    assert code == 0
    assert err.splitlines()[-1] == (
        "roster: 0.0 understaffed hours, 6.0 overstaffed; score 6.0 (lower is better), best possible at least 6.0; "
        "at most 0.00 % from the best possible roster (proven best)"
    )
