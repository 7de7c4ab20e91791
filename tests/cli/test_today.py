"""`staffplan today` on a plan directory."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from commands import Finished, Run

MORNING = ("2026-03-03T00:00", "2026-03-03T11:00")
ROSTER = ("roster_shifts.csv", "roster_activities.csv")
COMMAND = ("today", "plan", "--actuals", "today.csv", "--jobs", "1")


def morning(folder: Path, factor: float) -> pd.DataFrame:
    """The morning of a Tuesday of the plan as it was expected, times a factor, as today.csv."""
    rows = pd.read_csv(folder / "plan" / "forecast.csv")
    rows = rows[(rows["interval_start"] >= MORNING[0]) & (rows["interval_start"] < MORNING[1])]
    rows = rows.assign(offered=(rows["offered"] * factor).round())
    rows[["interval_start", "queue", "offered", "aht_seconds"]].to_csv(folder / "today.csv", index=False)
    return rows


@pytest.fixture
def busy(planned: Path, run_in: Run) -> tuple[Finished, pd.DataFrame, Path]:
    """A morning twice as busy as expected."""
    seen = morning(planned, 2.0)
    return run_in(planned, *COMMAND, "-o", "out"), seen, planned


def test_the_morning_the_rest_of_the_day_and_what_helps(busy: tuple[Finished, pd.DataFrame, Path]) -> None:
    done, seen, folder = busy
    assert done.code == 0, done.err
    so_far = pd.read_csv(folder / "out" / "day_so_far.csv")
    assert so_far["came"].sum() == seen["offered"].sum()
    assert (so_far["rest"] > so_far["rest_planned"]).any()
    coming = pd.read_csv(folder / "out" / "coming.csv")
    assert coming["interval_start"].min() == "2026-03-03T11:00:00+01:00"
    assert coming["service_level"].dropna().between(0, 1).all()
    levers = pd.read_csv(folder / "out" / "levers.csv")
    assert (levers["gain_points"] > 2 * levers["error_points"] - 0.02).all()
    assert levers["gain_points"].is_monotonic_decreasing
    assert (levers["deadline"] >= "2026-03-03T11:00").all()
    assert 1 <= len(levers) <= 5


def test_the_roster_stays_as_it_is_and_no_file_is_overwritten(planned: Path, run_in: Run) -> None:
    morning(planned, 1.0)
    before = (planned / "plan" / "roster_activities.csv").read_bytes()
    (planned / "out").mkdir()
    (planned / "out" / "levers.csv").write_text("mine")
    assert run_in(planned, *COMMAND, "-o", "out").code == 2
    done = run_in(planned, *COMMAND, "--json", "--most", "1")
    told = json.loads(done.out)
    assert told["at"] == "2026-03-03T11:00:00+01:00"
    assert len(told["levers"]) <= 1
    assert (planned / "plan" / "roster_activities.csv").read_bytes() == before


def test_a_day_that_the_plan_does_not_have_is_told(planned: Path, run_in: Run) -> None:
    morning(planned, 1.0)
    done = run_in(planned, *COMMAND, "--at", "2026-04-01T11:00")
    assert done.code == 2
    assert "is not in the plan, which runs from 2026-03-02 to 2026-03-08" in done.err
    assert "is not a date and time" in run_in(planned, *COMMAND, "--at", "noon").err


def test_changes_are_made_listed_for_those_to_be_told_and_taken_back(planned: Path, run_in: Run) -> None:
    morning(planned, 2.0)
    plan = planned / "plan"
    before = [(plan / name).read_bytes() for name in ROSTER]
    shown = run_in(planned, *COMMAND, "--apply", "best", "--dry-run")
    assert "nothing was written" in shown.err
    assert [(plan / name).read_bytes() for name in ROSTER] == before
    done = run_in(planned, *COMMAND, "--apply", "all", "--most", "2", "--yes", "--json", "--by", "Ana", "-o", "out")
    told = json.loads(done.out)
    assert (told["written"], told["change"], told["verb"]) == (True, 1, "today")
    assert told["effect"]["newly_broken"] == []
    listed = pd.read_csv(planned / "out" / "to_tell.csv")
    assert 1 <= len(listed) <= 2
    assert (listed["tell_by"] <= listed["begins"]).all()
    assert {one["agent_id"] for one in told["effect"]["changes"]} == set(listed["agent_id"])
    assert [(plan / name).read_bytes() for name in ROSTER] != before
    [line] = json.loads(run_in(planned, "log", "plan", "--json").out)
    assert (line["verb"], line["who"]) == ("today", "Ana")
    assert run_in(planned, "undo", "plan", "--yes").code == 0
    assert [(plan / name).read_bytes() for name in ROSTER] == before


def test_what_the_command_line_cannot_mean_is_told_before_any_work(planned: Path, run_in: Run) -> None:
    morning(planned, 1.0)
    for flags, said in (
        (("--apply", "some"), "write best, all, or numbers of the list: 1,3"),
        (("--kind", "holiday"), "the kinds are move break"),
        (("--force-share", "lots"), "'lots' is no share between -1 and 9"),
        (("--force-share", "0.1", "--force-share", "seen"), "two shares are given for all queues"),
        (("--state", "dancing=fun"), "names no activity for a state"),
    ):
        done = run_in(planned, *COMMAND, *flags)
        assert (done.code, said in done.err) == (2, True), done.err


def test_a_queue_without_a_row_keeps_its_forecast_and_a_gap_is_told(planned: Path, run_in: Run) -> None:
    rows = morning(planned, 2.0)
    rows = rows[rows["queue"] == "phone"]
    gap = rows[~rows["interval_start"].between("2026-03-03T09:30", "2026-03-03T10:29")]
    gap.to_csv(planned / "today.csv", index=False)
    done = run_in(planned, *COMMAND, "-o", "out")
    assert done.code == 0, done.err
    assert "today.csv: mail: no row of today: its forecast is left unchanged" in done.err
    assert "no queue has a row from 09:30 to 10:30" in done.err
    so_far = pd.read_csv(planned / "out" / "day_so_far.csv").set_index("queue")
    assert pd.isna(so_far.loc["mail", "came"])
    assert so_far.loc["mail", "rest"] == pytest.approx(so_far.loc["mail", "rest_planned"])


def test_after_closing_there_is_nothing_to_change(planned: Path, run_in: Run) -> None:
    morning(planned, 1.0)
    done = run_in(planned, *COMMAND, "--at", "2026-03-03T22:00", "-o", "out")
    assert done.code == 0, done.err
    assert len(pd.read_csv(planned / "out" / "levers.csv")) == 0
    assert "nobody is needed or on queue any more" in done.out


def test_states_of_another_day_say_nothing_of_today(planned: Path, run_in: Run) -> None:
    morning(planned, 1.0)
    rows = pd.read_csv(planned / "plan" / "roster_activities.csv").rename(columns={"activity": "state"})
    rows = rows[rows["schedule_date"] == "2026-03-02"]
    rows[["agent_id", "start", "end", "state"]].to_csv(planned / "states.csv", index=False)
    done = run_in(planned, *COMMAND, "--states", "states.csv", "--json")
    assert f"{len(rows)} rows of other days are not used" in done.err
    assert "no row of today is left: it is not known who is there" in done.err
    assert json.loads(done.out)["away"] == {}


def test_what_past_days_teach_is_learnt_once_and_the_answer_is_the_same(planned: Path, run_in: Run) -> None:
    morning(planned, 2.0)
    first = run_in(planned, *COMMAND, "--json")
    kept = planned / "plan" / "learnt_updating.json"
    before = kept.stat().st_mtime_ns
    again = run_in(planned, *COMMAND, "--json")
    assert (first.out, first.err) == (again.out, again.err)
    assert kept.stat().st_mtime_ns == before


def test_longer_handling_times_are_told_where_the_contacts_are_as_expected(planned: Path, run_in: Run) -> None:
    rows = morning(planned, 1.0)
    rows.assign(aht_seconds=1.3 * rows["aht_seconds"]).to_csv(planned / "today.csv", index=False)
    done = run_in(planned, *COMMAND, "--json")
    assert re.search(
        r"phone: handling time so far today [0-9,]+ s, expected [0-9,]+ s \(\+30\.0 %\); that of the", done.err
    )
