"""`open-shifts` on files: what is offered, who gets it, what is written and refused."""

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
[open_shifts]
premium = 12.5
order = "seniority"
"""
HEAD = (
    "interval_start,planning_group,channel,offered,aht_seconds,load_erlangs,agents_required,"
    "agents_on_queue,agents_scheduled,service_level,asa_seconds,occupancy,abandon_rate,model\n"
)
DAYS = ("2026-03-02", "2026-03-03")
NEED = "".join(f"{d} {h:02d}:00,phone,voice,10,300,1,1,1,1,,,,,made up\n" for d in DAYS for h in range(8, 12))
FILES = {
    "plan.toml": PLAN,
    "agents.csv": "agent_id,name,skills,hired_on\nann,Ann,phone,2020-01-01\nbob,Bob,phone,2021-01-01\n"
    "cid,Cid,phone,2019-01-01\n",
    "requirement.csv": HEAD + NEED,
    "roster_shifts.csv": "agent_id,schedule_date,shift,start,end,paid_hours\n"
    "ann,2026-03-02,early 08:00,2026-03-02 08:00,2026-03-02 12:00,4\n",
    "roster_activities.csv": "agent_id,schedule_date,activity_date,start,end,activity,planning_group,paid\n"
    "ann,2026-03-02,2026-03-02,2026-03-02 08:00,2026-03-02 12:00,queue,phone,yes\n",
    "time_off.csv": "agent_id,first_day,last_day,start,end\ncid,2026-03-03,2026-03-03,,09:00\n",
    "bids.csv": "shift_id,agent_id,rank,time\nS001,bob,1,2026-02-01 09:00\nS001,cid,1,2026-02-01 08:00\n"
    "S001,ann,1,2026-02-01 10:00\n",
}
GIVEN = (
    *("--requirement", "requirement.csv", "--agents", "agents.csv", "-c", "plan.toml"),
    *("--time-off", "time_off.csv"),
)


@pytest.fixture
def command(tmp_path: Path, run: Run) -> Run:
    """Run a command in a folder with the files."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return run


def test_what_is_lacking_is_offered_and_given_to_who_may_have_it(command: Run) -> None:
    code, out, err = command("open-shifts", ".", *GIVEN, "-o", "open")
    assert (code, out) == (0, "")
    assert "1 open shift would bring the understaffed hours from 4.0 to 0.0" in err
    offered = pd.read_csv("open/open_shifts.csv")
    row = offered[["shift_id", "shift", "planning_group", "hours_saved", "premium"]].iloc[0]
    assert row.tolist() == ["S001", "early 08:00", "phone", 4, 12.5]
    code, out, err = command(
        "open-shifts", ".", *GIVEN, "--open-shifts", "open/open_shifts.csv", "--bids", "bids.csv", "-o", "given"
    )
    assert code == 0
    assert "1 open shift is given, 0 are still open" in err
    lines = [line.split(maxsplit=3) for line in out.strip().splitlines()]
    assert [line[1:3] for line in lines[1:]] == [["cid", "no"], ["ann", "yes"], ["bob", "no"]]
    assert lines[1][3] == "time off: 00:00-09:00 on Tue 03 Mar is time off (Tue 03 Mar)"
    assert lines[3][3] == "given to ann"
    assert {path.name for path in Path("given").iterdir()} == {
        "roster_shifts.csv",
        "roster_activities.csv",
        "coverage.csv",
        "open_shifts.csv",
        "bid_results.csv",
    }
    code, out, _ = command("check", "given", *GIVEN)
    assert (code, out.splitlines()[0]) == (0, "every rule is kept")


def test_without_a_folder_the_open_shifts_are_printed(command: Run) -> None:
    code, out, _ = command("open-shifts", ".", *GIVEN)
    assert code == 0
    assert out.startswith("shift_id,schedule_date,shift,start,end")
    code, out, _ = command("open-shifts", ".", *GIVEN, "--json")
    assert json.loads(out)["facts"]["hours_before"] == 4


def test_bids_need_open_shifts_and_a_folder(command: Run) -> None:
    code, _, err = command("open-shifts", ".", *GIVEN, "--bids", "bids.csv")
    assert code == 2
    assert "-o" in err
    code, _, err = command("open-shifts", ".", *GIVEN, "--bids", "bids.csv", "-o", "given")
    assert code == 2
    assert "open_shifts.csv" in err


def test_with_bids_most_is_refused_and_no_shift_is_given_that_begins_before_from(command: Run) -> None:
    assert command("open-shifts", ".", *GIVEN, "-o", "open")[0] == 0
    bids = ("--open-shifts", "open/open_shifts.csv", "--bids", "bids.csv", "-o", "given")
    code, _, err = command("open-shifts", ".", *GIVEN, *bids, "--most", "1")
    assert code == 2
    assert "--most" in err
    code, out, err = command("open-shifts", ".", *GIVEN, *bids, "--from", "2026-03-03T08:30")
    assert (code, out.count("begins before 08:30 on Tue 03 Mar")) == (0, 3)
    assert "0 open shifts are given, 1 is still open" in err


def test_meetings_on_the_command_line_are_read(command: Run) -> None:
    Path("talk.csv").write_text(
        "meeting,activity,minutes,first_day,last_day,hours,agents,together\n"
        "talk,meeting,60,2026-03-02,2026-03-02,,zed,yes\n"
    )
    code, _, err = command("open-shifts", ".", *GIVEN, "--meetings", "talk.csv")
    assert code == 4
    assert "talk.csv:2:agents: 'zed' is not in" in err
