"""`staffplan adherence` on a plan directory."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from commands import Run

DAY = "2026-03-03"
COMMAND = ("adherence", "plan", "--states", "states.csv")


def as_rostered(folder: Path) -> pd.DataFrame:
    """The log of a day on which everybody does what the roster has."""
    rows = pd.read_csv(folder / "plan" / "roster_activities.csv", dtype=str)
    rows = rows[rows["schedule_date"] == DAY].rename(columns={"activity": "state"})
    return rows[["agent_id", "start", "end", "state"]]


def test_who_does_what_the_roster_has_adheres_and_who_has_no_row_is_absent(planned: Path, run_in: Run) -> None:
    log = as_rostered(planned)
    gone = log["agent_id"].iloc[0]
    log[log["agent_id"] != gone].to_csv(planned / "states.csv", index=False)
    done = run_in(planned, *COMMAND, "--json", "-o", "out")
    assert done.code == 0, done.err
    assert f"no state is known of {gone}, who had a shift" in done.err
    for row in json.loads(done.out)["people"]:
        assert row["adherence"] == row["conformance"] == (0 if row["agent_id"] == gone else 1)
    assert set(pd.read_csv(planned / "out" / "adherence.csv")["agent_id"]) == set(log["agent_id"])
    assert run_in(planned, *COMMAND, "-o", "out").code == 2


def test_days_without_a_log_are_not_judged_and_wrong_cells_are_told_at_once(planned: Path, run_in: Run) -> None:
    log = as_rostered(planned)
    later = log.assign(**{side: log[side].str.replace(DAY, "2026-03-05") for side in ("start", "end")})
    pd.concat([log, later]).to_csv(planned / "states.csv", index=False)
    done = run_in(planned, *COMMAND)
    assert "no row of Wed 04 Mar: the shifts of these days are not judged" in done.err
    assert "Wed 04 Mar" not in done.out
    pd.concat([log.iloc[:1].assign(state="dancing"), log.iloc[1:2].assign(agent_id="X9")]).to_csv(
        planned / "states.csv", index=False
    )
    done = run_in(planned, *COMMAND)
    assert done.code == 4
    assert "'dancing'" in done.err
    assert "'X9'" in done.err
    log.assign(
        start=log["start"].str.replace("2026-03", "2026-05"), end=log["end"].str.replace("2026-03", "2026-05")
    ).to_csv(planned / "states.csv", index=False)
    done = run_in(planned, *COMMAND)
    assert done.code == 2
    assert "nobody has a shift at the times of these rows" in done.err
