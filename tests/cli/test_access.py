"""`staffplan access` on a plan directory."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from commands import Run


def test_a_plan_is_judged_written_and_shown_in_its_report(planned: Path, run_in: Run) -> None:
    done = run_in(planned, "access", "plan", "-o", "plan", "--no-change")
    assert done.code == 0
    assert done.out.splitlines()[0].split() == [
        "queue",
        "promise",
        "promised",
        "honest",
        "thin",
        "broken",
        "usual",
        "reason",
    ]
    frame = pd.read_csv(planned / "plan" / "access.csv")
    assert len(frame[frame["queue"] == "phone"]) == 5 * 16
    assert set(frame.loc[frame["queue"] == "mail", "period"]) == {"day"}
    hours = pd.read_csv(planned / "plan" / "access_hours.csv")
    assert hours["promised"].sum() == len(frame)
    assert (hours[["honest", "thin", "broken"]].sum(axis=1) == hours["promised"]).all()
    assert run_in(planned, "report", "plan").code == 0
    assert "Honest access" in (planned / "plan" / "report" / "index.html").read_text(encoding="utf-8")
    assert run_in(planned, "access", "plan", "-o", "plan").code == 2  # nothing is overwritten without --force


def test_an_empty_hour_is_broken_and_costs_a_whole_shift(planned: Path, run_in: Run) -> None:
    """Everybody's Friday is taken away; the change is in the contract's own shifts."""
    for name in ("roster_activities.csv", "roster_shifts.csv"):
        path = planned / "plan" / name
        frame = pd.read_csv(path, dtype=str)
        frame[frame["schedule_date"] != "2026-03-06"].to_csv(path, index=False)
    told = json.loads(run_in(planned, "access", "plan", "--json").out)
    friday = [row for row in told["verdicts"] if row["queue"] == "phone" and row["period_start"][:10] == "2026-03-06"]
    assert {(row["verdict"], row["reason"], row["people"]) for row in friday} == {("broken", "nobody there", 0)}
    shifts = [row for row in told["shifts"] if row["day"] == "2026-03-06"]
    assert {row["shift"].split()[0] for row in shifts} <= {"day", "half"}
    needed = max(row["people_needed"] for row in friday)
    assert sum(row["heads"] for row in shifts) >= needed
    assert told["change"]["cost"] > 0
    promised = {row["weekday"]: row for row in told["promise"] if row["queue"] == "phone"}
    assert (promised[4]["promised"], promised[4]["answered"]) == ("09:00-17:00", "")


@pytest.mark.parametrize(
    ("setting", "said"),
    [("answered_share = 90", "access.answered_share"), ("wait_second = 20", "did you mean wait_seconds?")],
)
def test_a_wrong_threshold_is_told_at_its_key(planned: Path, run_in: Run, setting: str, said: str) -> None:
    path = planned / "plan.toml"
    path.write_text(f"{path.read_text()}\n[access]\n{setting}\n")
    done = run_in(planned, "access", "plan")
    assert done.code == 3
    assert said in done.err


def test_a_plan_without_a_roster_is_told_what_to_run(planned: Path, run_in: Run) -> None:
    (planned / "plan" / "roster_shifts.csv").unlink()
    done = run_in(planned, "access", "plan")
    assert done.code == 2
    assert "plan/roster_shifts.csv: access needs this file" in done.err
