"""The roster before and what is locked, on the command line, with a roster written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Run

PLAN = """
[plan]
timezone = "Europe/Madrid"
interval_minutes = 60
{more}
[shifts.early]
hours = 4
first_start = "08:00"
last_start = "08:00"

[shifts.late]
hours = 4
first_start = "18:00"
last_start = "18:00"

[work_plans.any]
shifts = ["early", "late"]

[roster]
rules = [
    {{ rule = "daily_rest", hours = 11 }},
    {{ rule = "succession", after = "late", never = ["early"] }},
]
"""
NEED = "2026-03-02 08:00,phone,voice,10,300,1,1,1,1,,,,,made up"
SHIFTS = "agent_id,schedule_date,shift,start,end,paid_hours\n"
FILES = {
    "agents.csv": "agent_id,skills\nann,phone\n",
    "requirement.csv": "interval_start,planning_group,channel,offered,aht_seconds,load_erlangs,agents_required,"
    "agents_on_queue,agents_scheduled,service_level,asa_seconds,occupancy,abandon_rate,model\n" + NEED,
    "roster_shifts.csv": SHIFTS + "ann,2026-03-02,early 08:00,2026-03-02 08:00,2026-03-02 12:00,4\n",
    "roster_activities.csv": "agent_id,schedule_date,activity_date,start,end,activity,planning_group,paid\n"
    "ann,2026-03-02,2026-03-02,2026-03-02 08:00,2026-03-02 12:00,queue,phone,yes\n",
    "before/roster_shifts.csv": SHIFTS + "ann,2026-03-01,early 08:00,2026-03-01 18:00,2026-03-01 22:00,4\n"
    "gone,2026-03-01,late 18:00,2026-03-01 18:00,2026-03-01 22:00,4\n",
    "locks.csv": "agent_id,day,shift\nann,2026-03-02,late\n",
}
TOO_SOON = ("daily rest", "10 h between two shifts, 11 h are due")
AFTER_LATE = ("no early after late", "early on the day after late")


@pytest.fixture
def check(tmp_path: Path, run: Run) -> Run:
    """Check the roster; gives the exit code and all that is said."""
    (tmp_path / "before").mkdir()

    def call(*arguments: str, more: str = "", **files: str) -> tuple[int, str]:
        written = (
            FILES | {"plan.toml": PLAN.format(more=more)} | {f"{name}.csv": text for name, text in files.items()}
        )
        for name, text in written.items():
            (tmp_path / name).write_text(text)
        code, out, err = run("check", ".", "--agents", "agents.csv", "-c", "plan.toml", *arguments)
        return code, out + err

    return call


def test_without_the_roster_before_rest_begins_with_the_first_day(check: Run) -> None:
    assert check()[0] == 0


@pytest.mark.parametrize("past", ["before", "before/roster_shifts.csv"])
def test_the_roster_before_is_a_folder_or_a_file_and_its_shifts_are_known_by_their_times(
    check: Run, past: str
) -> None:
    for given in (check("--past", past), check(more=f'[input]\npast_roster = "{past}"')):
        code, said = given
        assert code == 5
        assert all(" ".join(words) in " ".join(said.split()) for words in (TOO_SOON, AFTER_LATE))


def test_a_lock_that_the_roster_does_not_keep_is_a_broken_rule(check: Run) -> None:
    for code, said in (check("--locks", "locks.csv"), check(more='[input]\nlocks = "locks.csv"')):
        assert code == 5
        assert "ann    Mon 2026-03-02  locked  late is locked, early 08:00 is written" in said


def test_a_lock_of_a_stranger_is_a_problem_of_the_file(check: Run) -> None:
    code, said = check("--locks", "locks.csv", locks=FILES["locks.csv"].replace("ann", "ben"))
    assert code == 4
    assert "locks.csv:2:agent_id" in said


def test_a_roster_before_that_is_not_there_is_said_so(check: Run) -> None:
    code, said = check("--past", "nowhere")
    assert code != 0
    assert "nowhere" in said
