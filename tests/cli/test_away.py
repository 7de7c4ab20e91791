"""Absence, leave, locks and breaks: written into the plan, seen by every later step, taken back to the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from commands import Run

OURS = ("roster_shifts.csv", "roster_activities.csv", "absences.csv", "locked_days.csv", "manifest.json")


def files(plan: Path) -> dict[str, bytes]:
    return {name: (plan / name).read_bytes() for name in OURS if (plan / name).is_file()}


def worked(plan: Path) -> tuple[str, str]:
    """Id and day of the first shift of the day."""
    frame = pd.read_csv(plan / "roster_shifts.csv", dtype=str)
    row = frame[frame["shift"] == "day 09:00"].iloc[0]
    return row["agent_id"], row["schedule_date"]


def test_absence_leave_lock_and_break_are_taken_back_to_the_same_bytes(planned: Path, run: Run) -> None:
    plan = planned / "plan"
    before = files(plan)
    agent_id, day = worked(plan)
    assert run("lock", plan, agent_id, day, "--yes", "--later").code == 0
    assert run("remove", plan, agent_id, day, "--yes").code == 2
    told = json.loads(run("absent", plan, agent_id, day, "--no-cover", "--yes", "--later", "--json").out)
    assert (told["verb"], told["arguments"]["kind"], told["effect"]["paid_hours"]) == ("absent", "sick", 0.0)
    off = pd.read_csv(plan / "absences.csv", dtype=str)
    assert off[["agent_id", "first_day", "kind", "paid", "hours"]].to_numpy().tolist() == [
        [agent_id, day, "sick", "yes", "7.5"]
    ]
    assert not (plan / "locked_days.csv").exists()
    assert "roster" not in json.loads(run("status", plan, "--json").out)[2]["state"]
    assert "is off already" in run("leave", plan, agent_id, day, "--no-cover", "--yes").err
    assert run("undo", plan, "--to", "0", "--yes").code == 0
    assert {name: data for name, data in files(plan).items() if name != "manifest.json"} == {
        name: data for name, data in before.items() if name != "manifest.json"
    }
    assert {one["state"] for one in json.loads(run("status", plan, "--json").out)[:6]} == {"up to date"}


def test_who_goes_home_unpaid_is_paid_up_to_then_and_a_lock_alone_does_not_make_the_roster_stale(
    planned: Path, run: Run
) -> None:
    plan = planned / "plan"
    agent_id, day = worked(plan)
    told = json.loads(
        run("absent", plan, agent_id, day, "--from", "10:00", "--kind", "unpaid", "--no-cover", "--yes", "--json").out
    )
    assert told["effect"]["paid_hours"] == -6.5
    shifts = pd.read_csv(plan / "roster_shifts.csv")
    mine = (shifts["agent_id"] == agent_id) & (shifts["schedule_date"] == day)
    assert shifts.loc[mine, "paid_hours"].tolist() == [1.0]
    assert run("undo", plan, "--yes").code == 0
    assert run("lock", plan, agent_id, day, "--yes").code == 0
    roster, check = json.loads(run("status", plan, "--json").out)[2:4]
    assert (roster["state"], check["state"]) == ("up to date", "up to date")


def test_what_cannot_be_meant_is_told(planned: Path, run: Run) -> None:
    plan = planned / "plan"
    agent_id, day = worked(plan)
    for arguments, said in (
        (("absent", plan, agent_id, day, "--kind", "late"), "late needs the time at which the person comes"),
        (("absent", plan, agent_id, day, "--from", "07:00"), "is not within the shift"),
        (("absent", plan, agent_id, day, "--from", "noon"), "write it as 09:30"),
        (("unlock", plan, agent_id, day), "has no lock of this plan"),
        (("break", plan, agent_id, day, "--at", "09:05", "--to", "12:00"), "no break begins at 09:05"),
        (("leave", plan, agent_id, f"{day}..2026-02-01"), "2026-02-01 is not in the plan"),
    ):
        done = run(*arguments, "--dry-run")
        assert done.code == 2
        assert said in done.err


def test_a_repair_keeps_absences_of_every_kind(planned: Path, run: Run) -> None:
    plan = planned / "plan"
    agent_id, day = worked(plan)
    other = pd.read_csv(plan / "roster_shifts.csv", dtype=str).query(
        "agent_id != @agent_id and schedule_date == @day"
    )
    assert run("absent", plan, agent_id, day, "--no-cover", "--yes", "--later").code == 0
    ill = f"{other['agent_id'].iloc[0]}:{day}"
    assert run("repair", plan, "--absent", ill, "-o", plan, "--force").code == 0
    kinds = pd.read_csv(plan / "absences.csv", dtype=str)["kind"].tolist()
    assert sorted(kinds) == ["absence", "sick"]


def test_leave_is_granted_up_to_the_limit_of_the_day(planned: Path, run: Run) -> None:
    plan = planned / "plan"
    agent_id, day = worked(plan)
    settings = planned / "plan.toml"
    settings.write_text(f"{settings.read_text()}\n[leave]\npeople_off_max = 0\n")
    refused = run("leave", plan, agent_id, day, "--no-cover", "--yes")
    assert refused.code == 5
    assert "1 people would be off, 0 may be (leave.people_off_max)" in refused.out
    assert not (plan / "absences.csv").exists()
    granted = run("leave", plan, agent_id, day, "--no-cover", "--yes", "--anyway", "--later")
    assert granted.code == 0
    assert pd.read_csv(plan / "absences.csv")["kind"].tolist() == ["vacation"]
