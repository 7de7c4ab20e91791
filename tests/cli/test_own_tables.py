"""A forecast and a requirement that another tool made: the columns that matter are enough."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from commands import Run

FORECAST = "interval_start,queue,offered,aht_seconds\n2026-03-02 09:00,A,100,180\n2026-03-02 09:30,A,100,180\n"
HEADS = "interval_start,planning_group,{}\n2026-03-02 09:00,A,14\n2026-03-02 09:30,A,14\n"


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "forecast.csv").write_text(FORECAST)
    return tmp_path


def test_four_columns_of_a_forecast_are_staffed(own: Path, run: Run) -> None:
    code, out, err = run("staff", "forecast.csv", "--goal", "80/20", "--shrinkage", "0.3")
    assert code == 0
    assert [(row["agents_required"], row["channel"]) for row in table(out)] == [("14", "voice")] * 2
    assert "A: no channel is given: taken for voice" in err


def test_the_channel_of_the_settings_goes_before_voice(own: Path, run: Run) -> None:
    (own / "plan.toml").write_text('[queues.A]\nchannel = "email"\ngoal = "90/4h"\n')
    code, out, err = run("staff", "forecast.csv", "-c", "plan.toml")
    assert code == 0
    assert {row["channel"] for row in table(out)} == {"email"}
    assert "no channel is given" not in err


def test_a_queue_named_after_another_channel_is_asked_about(own: Path, run: Run) -> None:
    (own / "forecast.csv").write_text(FORECAST.replace(",A,", ",E-Mail Tickets,"))
    code, _, err = run("staff", "forecast.csv", "--goal", "80/20")
    assert code == 0
    assert "question: E-Mail Tickets: no channel is given: taken for voice; is it email, as its name says?" in err


def test_bands_are_needed_for_a_risk_and_each_queue_without_them_is_named_once(own: Path, run: Run) -> None:
    (own / "forecast.csv").write_text(FORECAST + "2026-03-02 09:00,B,100,180\n")
    code, out, err = run("staff", "forecast.csv", "--goal", "80/20", "--risk", "p80")
    assert (code, out) == (4, "")
    assert "forecast.csv:2:offered_p10: offered_p10 and offered_p90 are needed for a risk" in err
    assert "rows of queue 'A' without them: 2" in err
    assert "rows of queue 'B' without them: 1" in err


@pytest.mark.parametrize(
    ("given", "taken"), [("agents_required", "agents_on_queue"), ("agents_on_queue", "agents_required")]
)
def test_three_columns_of_a_requirement_are_simulated(own: Path, run: Run, given: str, taken: str) -> None:
    (own / "requirement.csv").write_text(HEADS.format(given))
    code, out, err = run("simulate", "forecast.csv", "requirement.csv", "--goal", "80/20")
    assert code == 0
    assert 0.8 < float(table(out)[0]["service_level"]) < 1
    assert f"{taken} is not given: taken from {given}" in err
    assert "no bands (offered_p10, offered_p90) for A: the volume is simulated as certain" in err


def test_a_requirement_without_people_says_which_column_is_missing(own: Path, run: Run) -> None:
    (own / "requirement.csv").write_text("interval_start,planning_group,heads\n2026-03-02 09:00,A,14\n")
    code, _, err = run("simulate", "forecast.csv", "requirement.csv")
    assert code == 4
    assert "requirement.csv:1:agents_on_queue: the column is missing" in err


def test_three_columns_of_a_requirement_are_rostered_and_checked(small_center: Path, run_in: Run) -> None:
    rows = [
        f"2026-03-0{day} {hour:02}:{half}0,phone,3" for day in range(2, 7) for hour in range(9, 17) for half in "03"
    ]
    (small_center / "r.csv").write_text("\n".join(["interval_start,planning_group,agents_required", *rows, ""]))
    code, _, err = run_in(small_center, "roster", "r.csv", "agents.csv", "-c", "plan.toml", "-o", "out")
    assert code == 0
    assert "agents_on_queue is not given: taken from agents_required" in err
    code, out, _ = run_in(small_center, "check", "out", "--requirement", "r.csv", "-c", "plan.toml")
    assert code == 0
    assert "every rule is kept" in out
