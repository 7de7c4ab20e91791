"""`staff` by simulation and `simulate` of a requirement, as a person types them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

HOURS = [6, 12, 20, 14, 9, 16, 18, 8]


@pytest.fixture(autouse=True)
def _forecast(tmp_path: Path) -> None:
    """The folder to run in has a forecast of four hours."""
    lines = [
        "interval_start,queue,channel,offered,aht_seconds,offered_p10,offered_p90,offered_p025,offered_p975,method"
    ]
    for number, offered in enumerate(HOURS):
        start = f"2026-03-02T{9 + number // 2:02d}:{30 * (number % 2):02d}:00+00:00"
        band = f"{offered - 4},{offered + 7},{max(0, offered - 6)},{offered + 10}"
        lines.append(f"{start},calls,voice,{offered},420,{band},made up")
    (tmp_path / "forecast.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_verified_requirement_says_what_erlang_c_would_have_cost_and_given(run):
    goal = ("--goal", "80/20", "--patience", "180")
    code, out, err = run("staff", "forecast.csv", *goal, "--method", "verified")
    assert code == 0
    assert {row["model"] for row in table(out)} == {"verified"}
    assert "plain Erlang C:" in err
    assert err.count("in the worst interval") == 2


def test_risk_and_scope_are_understood_and_wrong_words_are_told_by_their_flag(run):
    goal = ("--goal", "80/20", "--patience", "180")
    hours = []
    for risk in ("mean", "p90"):
        code, out, _ = run("staff", "forecast.csv", *goal, "--risk", risk, "--json")
        assert code == 0
        hours.append(json.loads(out)["facts"]["agent_hours_required"])
    assert hours[0] <= hours[1]
    code, out, _ = run("staff", "forecast.csv", *goal, "--method", "verified", "--scope", "day")
    assert code == 0
    for flag, word in (("--risk", "p101"), ("--method", "guess"), ("--scope", "month")):
        code, _, err = run("staff", "forecast.csv", flag, word)
        assert code == 2
        assert flag in err


def test_a_requirement_is_simulated_from_two_files(run, tmp_path):
    goal = ("--goal", "80/20", "--patience", "180")
    run("staff", "forecast.csv", *goal, "-o", "requirement.csv")
    code, out, _ = run("simulate", "forecast.csv", "requirement.csv", *goal)
    assert code == 0
    assert [row["planning_group"] for row in table(out)] == ["calls"]
    code, _, _ = run("simulate", "forecast.csv", "requirement.csv", *goal, "-o", "waits")
    assert code == 0
    assert {path.name for path in (tmp_path / "waits").iterdir()} == {"waits.csv", "waits_detail.csv", "coverage.csv"}


def test_options_for_files_do_not_go_with_a_plan(run):
    code, _, err = run("simulate", "plan", "--goal", "80/20")
    assert code == 2
    assert "forecast and a requirement" in err


def test_what_each_person_is_worth_is_written_beside_the_requirement(run, tmp_path):
    asked = ("staff", "forecast.csv", "--goal", "80/20", "--patience", "180", "--worth", "service_worth.csv")
    code, out, err = run(*asked)
    assert code == 0
    assert len(table(out)) == len(HOURS)
    assert "wrote service_worth.csv" in err
    rows = table((tmp_path / "service_worth.csv").read_text(encoding="utf-8"))
    assert list(rows[0]) == [
        "interval_start",
        "planning_group",
        "agents",
        "offered",
        "in_time",
        "goal_share",
        "floor",
    ]
    required = {row["interval_start"]: row for row in table(out)}
    same = [row for row in rows if row["agents"] == required[row["interval_start"]]["agents_on_queue"]]
    assert [row["in_time"] for row in same] == [required[row["interval_start"]]["service_level"] for row in same]
    assert len(same) == len(HOURS)
    code, _, err = run(*asked)
    assert code == 2
    assert "service_worth.csv" in err
    code, out, _ = run(*asked, "--force", "--explain", "2026-03-02 10:00")
    assert code == 0
    assert "on queue" in out
