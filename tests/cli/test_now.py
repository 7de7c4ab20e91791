"""`staffplan now` on a plan directory."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd

from commands import Run


def test_who_is_on_is_read_from_the_files_as_they_are(planned: Path, run_in: Run) -> None:
    """The people of the roster file at that moment; somebody whose row is taken out by hand is not on."""
    rows = pd.read_csv(planned / "plan" / "roster_activities.csv", dtype=str)
    moment = "2026-03-03T11:05:00+01:00"
    here = rows[(rows["start"] <= moment) & (rows["end"] > moment)]
    done = json.loads(run_in(planned, "now", "plan", "--at", "2026-03-03T11:05", "--json").out)
    assert sorted(row["agent_id"] for row in done["people"]) == sorted(here["agent_id"])
    first = here["agent_id"].iloc[0]
    gone = (rows["agent_id"] == first) & (rows["schedule_date"] == "2026-03-03")
    rows[~gone].to_csv(planned / "plan" / "roster_activities.csv", index=False)
    told = run_in(planned, "now", "plan", "--at", "2026-03-03T11:05", "-o", "now")
    assert told.code == 0
    assert told.out.startswith(f"Tue 03 Mar 2026 11:05 (Europe/Madrid): {len(here) - 1}"[:40])
    assert first not in pd.read_csv(planned / "now" / "people_now.csv", dtype=str)["agent_id"].tolist()
    net = pd.read_csv(planned / "now" / "net_staffing.csv")
    assert net["interval_start"].min() == "2026-03-03T11:00:00+01:00"
    assert run_in(planned, "now", "plan", "--at", "2026-03-03T11:05", "-o", "now").code == 2


def test_parts_of_people_have_one_digit_and_a_meeting_has_its_article(planned: Path, run_in: Run) -> None:
    path = planned / "plan" / "roster_activities.csv"
    rows = pd.read_csv(path, dtype=str)
    moment = "2026-03-03T11:05:00+01:00"
    here = rows.index[(rows["start"] <= moment) & (rows["end"] > moment) & (rows["planning_group"] == "phone")]
    rows.loc[here[0], ["activity", "planning_group"]] = "meeting", ""
    rows.loc[here[1], "end"] = "2026-03-03T11:10:00+01:00"
    rows.to_csv(path, index=False)
    said = run_in(planned, "now", "plan", "--at", "2026-03-03T11:05").out
    assert "1 in a meeting" in said
    assert re.search(r"11:00 .* \d+\.3 of \d+  [+-]\d+\.[37]\b", said)


def test_a_time_that_the_plan_does_not_have_is_told(planned: Path, run_in: Run) -> None:
    done = run_in(planned, "now", "plan", "--at", "2026-04-01T11:00")
    assert done.code == 2
    assert "Wed 01 Apr 2026 is not in the plan, which runs from 2026-03-02 to 2026-03-08" in done.err
    assert "is not a date and time" in run_in(planned, "now", "plan", "--at", "noon").err
