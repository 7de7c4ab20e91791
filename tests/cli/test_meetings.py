"""Meetings on the command line, with a roster written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Run

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
rules = [{ rule = "seats", most = 1 }]
"""
NEED = "2026-03-02 08:00,phone,voice,10,300,1,1,1,1,,,,,made up"
FILES = {
    "plan.toml": PLAN,
    "agents.csv": "agent_id,skills\nann,phone\nbob,phone\n",
    "requirement.csv": "interval_start,planning_group,channel,offered,aht_seconds,load_erlangs,agents_required,"
    "agents_on_queue,agents_scheduled,service_level,asa_seconds,occupancy,abandon_rate,model\n" + NEED,
    "roster_shifts.csv": "agent_id,schedule_date,shift,start,end,paid_hours\n"
    "ann,2026-03-02,day 08:00,2026-03-02 08:00,2026-03-02 12:00,4\n",
    "roster_activities.csv": "agent_id,schedule_date,activity_date,start,end,activity,planning_group,paid\n"
    "ann,2026-03-02,2026-03-02,2026-03-02 08:00,2026-03-02 11:00,queue,phone,yes\n"
    "ann,2026-03-02,2026-03-02,2026-03-02 11:00,2026-03-02 12:00,meeting,,yes\n",
    "meetings.csv": "meeting,activity,minutes,first_day,last_day,hours,agents,together\n"
    "talk,meeting,60,2026-03-02,2026-03-02,,ann,yes\n",
}


@pytest.fixture
def run(tmp_path: Path, run_in: Run) -> Run:
    """Check the roster with the meetings given; gives the exit code and all that is said."""

    def call(*arguments: str, **files: str) -> tuple[int, str]:
        for name, text in {**FILES, **{f"{name}.csv": text for name, text in files.items()}}.items():
            (tmp_path / name).write_text(text)
        base = ("check", ".", "--agents", "agents.csv", "-c", "plan.toml", "--meetings", "meetings.csv")
        code, out, err = run_in(tmp_path, *base, *arguments)
        return code, out + err

    return call


def test_a_roster_that_holds_its_meetings_and_keeps_its_seats_breaks_no_rule(run: Run) -> None:
    code, said = run()
    assert (code, said.splitlines()[0]) == (0, "every rule is kept")


def test_a_meeting_that_is_missing_is_a_broken_rule_of_the_agent_and_day(run: Run) -> None:
    code, said = run(meetings=FILES["meetings.csv"].replace("60", "45"))
    assert code == 5
    assert "ann    Mon 2026-03-02  meetings  talk at 11:00: 60 minutes, 45 required" in said


def test_people_beyond_the_seats_are_a_broken_rule_of_nobody_in_particular(run: Run) -> None:
    second = {}
    for name in ("roster_shifts", "roster_activities"):
        head, *rows = FILES[f"{name}.csv"].splitlines(keepends=True)
        second[name] = "".join([head, *rows, *(row.replace("ann", "bob") for row in rows)])
    code, said = run(**second)
    assert code == 5
    assert "seats  2 people on site from 08:00 to 12:00, 1 seats: ann, bob" in said


def test_a_meeting_for_somebody_unknown_is_refused_with_its_place(run: Run) -> None:
    code, said = run(meetings=FILES["meetings.csv"].replace("ann", "an"))
    assert code == 4
    assert "meetings.csv:2:agents: 'an' is not in the agents table" in said
