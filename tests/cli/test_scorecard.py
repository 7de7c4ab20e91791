"""`staffplan scorecard` of a ledger and of a plan."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from commands import Run

WEEK = "2026-03-02"


@pytest.fixture
def go(planned: Path, run_in: Run) -> Run:
    """Run a command in the folder of the small center, which has published its plan."""
    call = partial(run_in, planned)
    assert call("publish", "plan", "--to", "ledger", "--at", "2026-03-02T00:00").code == 0
    history = pd.read_csv(planned / "history.csv", parse_dates=["interval_start"])
    last = history[history["interval_start"] >= "2026-02-23"]
    came = last.assign(interval_start=last["interval_start"] + pd.Timedelta(days=7))
    came.assign(answered_within_threshold=came["offered"] * 0.5).to_csv(planned / "actuals.csv", index=False)
    return call


def kpi(planned: Path, text: str) -> None:
    (planned / "kpi.csv").write_text(text)


def test_actuals_and_kpis_stand_beside_their_targets(planned: Path, go: Run) -> None:
    kpi(planned, f"week,queue,csat,csat_target,attrition\n{WEEK},phone,0.8,0.9,\n{WEEK},,,,0.02\n")
    done = go("scorecard", "ledger", "--actuals", "actuals.csv", "--kpi", "kpi.csv", "-o", "card")
    assert done.code == 0
    assert {path.name for path in (planned / "card").iterdir()} == {
        "scorecard.csv",
        "scorecard_weeks.csv",
        "index.html",
    }
    card = pd.read_csv(planned / "card" / "scorecard.csv").set_index(["measure", "queue"])
    phone = card.loc["service_level", "phone"]
    assert (phone["actual"], phone["target"], phone["state"]) == (0.5, 0.8, "missed")
    assert card.loc[("csat", "phone"), "state"] == "missed"
    assert card.loc[("attrition", "*"), "actual"] == 0.02
    assert "chance alone gives" in card.loc[("forecast_error", "*"), "source"]
    assert card["state"].iloc[0] == "not measured"
    page = (planned / "card" / "index.html").read_text()
    assert "Nothing is measured of: quality" in page
    assert go("scorecard", "ledger", "-o", "card").code == 2


def test_a_plan_says_what_its_own_tables_know(go: Run) -> None:
    text = go("scorecard", "plan").out
    assert text.startswith("position,principle,measure")
    rows = json.loads(go("scorecard", "plan", "--json").out)["scorecard"]
    known = {row["measure"] for row in rows if row["state"] != "not measured"}
    assert known == {"forecast_error", "forecast_bias", "required_covered", "on_queue", "occupancy", "service_level",
                     "days_kept", "asa_seconds", "goals_kept", "staffed"}  # fmt: skip
    assert any("simulated" in row["source"] for row in rows)


def test_a_week_that_the_history_and_the_plan_have_counts_once(planned: Path, go: Run) -> None:
    """Ten contacts of the phone, thirty of mail on the plan's Monday: its forecast does not count."""
    rows = [f"{WEEK} 09:00:00,phone,10,200", f"{WEEK} 09:00:00,mail,30,200"]
    columns = "interval_start,queue,offered,aht_seconds"
    (planned / "history.csv").write_text("\n".join([columns, *rows]) + "\n")
    forecast = planned / "plan" / "forecast.csv"
    lines = forecast.read_text().splitlines()
    forecast.write_text("\n".join([lines[0], *(one for one in lines[1:] if f"{WEEK}T09:00" in one)]) + "\n")
    kpi(planned, f"week,queue,csat\n{WEEK},phone,0.8\n{WEEK},mail,0.4\n")
    found = json.loads(go("scorecard", "plan", "--kpi", "kpi.csv", "--json").out)["scorecard"]
    [csat] = [row["actual"] for row in found if (row["measure"], row["queue"]) == ("csat", "*")]
    assert csat == pytest.approx((10 * 0.8 + 30 * 0.4) / 40)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"week,queue,csat\n{WEEK},sales,1\n{WEEK},mail,80\n", ("kpi.csv:2:queue", "kpi.csv:3:csat: 80 is above")),
        (f"week,csat\n{WEEK},0.8\n2026-03-04,0.9\n", ("kpi.csv:3:week: the week of 2026-03-02 is there already",)),
        (f"week,smiles\n{WEEK},0.8\n", ("kpi.csv: no row has a measure",)),
        ("week,csat\n", ("the file has a header but no rows",)),
    ],
)
def test_a_kpi_file_that_cannot_be_used_is_told_whole(
    planned: Path, go: Run, text: str, said: tuple[str, ...]
) -> None:
    kpi(planned, text)
    done = go("scorecard", "ledger", "--kpi", "kpi.csv")
    assert done.code == 4
    assert [part for part in said if part not in done.err] == [], done.err


def test_other_folders_and_actuals_of_a_plan_are_refused(planned: Path, go: Run) -> None:
    (planned / "empty").mkdir()
    assert "is neither a ledger nor a plan directory" in go("scorecard", "empty").err
    done = go("scorecard", "plan", "--actuals", "actuals.csv")
    assert done.code == 2
    assert "--actuals: belongs to a ledger" in done.err
