"""`staffplan track` compares a ledger with what came."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from commands import Run
from staffplan.control.tracking import DEAD_ZONE

FILES = {"track.csv", "value_added.csv", "tracked_days.csv", "tracked_waits.csv", "tracked_edits.csv", "index.html"}


@pytest.fixture
def go(planned: Path, run_in: Run) -> Run:
    """Run a command in the folder of the small center, which has published its plan."""
    call = partial(run_in, planned)
    assert call("publish", "plan", "--to", "ledger", "--at", "2026-03-02T00:00").code == 0
    return call


def what_came(planned: Path, factor: float = 1.0, *, in_time: float | None = None) -> Path:
    """The week before once more, as the week planned, with this many times the contacts."""
    history = pd.read_csv(planned / "history.csv", parse_dates=["interval_start"])
    last = history[history["interval_start"] >= "2026-02-23"]
    later, more = last["interval_start"] + pd.Timedelta(days=7), (last["offered"] * factor).round()
    both = pd.concat([history, last.assign(interval_start=later, offered=more)])
    if in_time is not None:
        both["answered_within_threshold"] = both["offered"] * in_time
    both.to_csv(planned / "actuals.csv", index=False)
    return planned / "actuals.csv"


def test_errors_stand_beside_their_floor_and_everything_is_written(planned: Path, go: Run) -> None:
    what_came(planned, in_time=0.9)
    done = go("track", "ledger", "--actuals", "actuals.csv", "-o", "tracked")
    assert done.code == 0
    assert {path.name for path in (planned / "tracked").iterdir()} == FILES
    assert "by chance" in done.out
    assert "once in 465 open days, one of 2 queues once in 233, if each day errs by itself" in done.out
    table = pd.read_csv(planned / "tracked" / "value_added.csv")
    assert table[table["queue"] == "phone"]["step"].tolist() == [
        "naive",
        "six-week average",
        "statistical",
        "override",
        "final",
    ]
    naive = table[(table["queue"] == "phone") & (table["step"] == "naive")]["wape"].iloc[0]
    assert naive == 0
    waits = pd.read_csv(planned / "tracked" / "tracked_waits.csv")
    assert set(waits["service_level"]) == {0.9}
    page = (planned / "tracked" / "index.html").read_text()
    assert "Published plans against what came" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_an_alarm_that_nobody_has_answered_fails_only_where_asked(planned: Path, go: Run) -> None:
    what_came(planned, 1.6)
    asked = ("track", "ledger", "--actuals", "actuals.csv")
    done = go(*asked)
    assert done.code == 0
    assert "more than forecast; nothing was published since" in done.out
    assert go(*asked, "--fail-on-alarm").code == 5
    found = json.loads(go(*asked, "--json").out)
    assert found["alarms"]["open"] >= 1
    assert found["alarms"]["days_between_false_alarms"] == pytest.approx(465.4, abs=0.1)
    what_came(planned)
    assert go(*asked, "--fail-on-alarm").code == 0


def test_the_chain_is_verified_first(planned: Path, go: Run) -> None:
    what_came(planned)
    path = planned / "ledger" / "0001" / "published_forecast.csv"
    path.write_text(path.read_text().replace("2026-03-03", "2026-03-04", 1))
    done = go("track", "ledger", "--actuals", "actuals.csv")
    assert done.code == 4
    assert "published_forecast.csv of entry 1 was changed" in done.err


def test_actuals_without_the_past_and_without_waits_are_told(planned: Path, go: Run) -> None:
    path = what_came(planned)
    rows = pd.read_csv(path)
    rows[rows["interval_start"] >= "2026-03-02"].to_csv(path, index=False)
    done = go("track", "ledger", "--actuals", "actuals.csv", "--actuals", "actuals.csv")
    assert done.code == 0
    assert "give the history of the months before too" in done.err
    assert "no answered_within_threshold" in done.err


def test_what_has_not_come_days_without_rows_and_another_definition_are_told(planned: Path, go: Run) -> None:
    path = what_came(planned, in_time=0.9)
    rows = pd.read_csv(path)
    tuesday = rows["interval_start"].str.startswith("2026-03-03") & (rows["queue"] == "phone")
    rows[~tuesday & (rows["interval_start"] < "2026-03-06 12:00")].to_csv(path, index=False)
    plan = (planned / "plan.toml").read_text()
    goal = '{ service_level = 0.8, within_seconds = 20, definition = "answered" }'
    (planned / "plan.toml").write_text(plan.replace('goal = "80/20"', f"goal = {goal}"))
    done = go("track", "ledger", "--actuals", "actuals.csv", "--config", "plan.toml")
    assert "phone: no rows for 2026-03-03: treated as missing, not as zero" in done.err
    assert "intervals after 2026-03-06 11:30, the history's last row, have no actual contacts yet" in done.err
    assert 'phone: predicted by the goal\'s definition "answered"' in done.err


def test_a_dead_zone_is_a_share(go: Run) -> None:
    assert go("track", "ledger", "--actuals", "history.csv", "--dead-zone", "5").code == 2
    told = " ".join(go("track", "--help").out.replace("│", " ").split())
    assert f"a share: {DEAD_ZONE}, if not given, is {100 * DEAD_ZONE:g} points" in told


def test_what_cannot_be_tracked_is_refused(planned: Path, go: Run) -> None:
    assert go("track", "nowhere", "--actuals", "history.csv").code == 2
    done = go("track", "ledger", "--actuals", "history.csv")
    assert done.code == 4
    assert "no published interval has actual contacts" in done.err
