"""`staffplan staff --explain`: from load to heads, as a person and a program read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from staffplan.cli.main import run

HEADER = "interval_start,queue,channel,offered,aht_seconds,offered_p10,offered_p90,offered_p025,offered_p975,method\n"


@pytest.fixture
def forecast(tmp_path: Path) -> str:
    """A hundred calls of 180 s in each of two half-hours."""
    rows = [f"2026-06-01T09:{minute}:00+02:00,calls,voice,100,180,90,110,85,115,given\n" for minute in ("00", "30")]
    path = tmp_path / "forecast.csv"
    path.write_text(HEADER + "".join(rows))
    return str(path)


def test_the_walk_is_a_table_that_ends_on_people(forecast: str, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--goal", "80/20", "--shrinkage", "0.3", "--timezone", "Europe/Madrid")
    assert run(["staff", forecast, *flags, "--explain", "2026-06-01 09:40"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["calls"]
    assert ["load", "10.00", "erlangs"] in [line[:3] for line in lines]
    assert lines[-1][:4] == ["on", "duty", "19", "people"]


def test_json_has_every_line_and_the_file_is_written_all_the_same(
    forecast: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "requirement.csv"
    flags = ("--goal", "80/20", "--explain", "2026-06-01 07:00", "--json")
    assert run(["staff", forecast, *flags, "-o", str(output)]) == 0
    steps = json.loads(capsys.readouterr().out)["explained"]
    assert {
        "planning_group": "calls",
        "line": "on the line",
        "value": 14.0,
        "unit": "people",
        "how": "rounded up",
    } in (steps)
    assert output.exists()


@pytest.mark.parametrize(
    ("moment", "said"),
    [("2026-06-01 20:00", "no agents are required at 2026-06-01 20:00"), ("soon", "'soon' is not a date and time")],
)
def test_a_moment_without_anyone_or_that_is_none_is_told(
    forecast: str, moment: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["staff", forecast, "--goal", "80/20", "--explain", moment]) == 2
    assert f"--explain: {said}" in capsys.readouterr().err


def test_absence_on_the_command_line_is_a_chance_and_shrinkage_a_share(
    forecast: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fifteen keep 80/20 in the mean over who is present; the training of the settings stays, their sickness not."""
    plan = tmp_path / "plan.toml"
    plan.write_text(
        "[staffing.shrinkage]\nsick = { share = 0.3, planned = false }\ntraining = { share = 0.04 }\n"
        '[plan]\ninterval_minutes = 30\n[queues.calls]\nchannel = "voice"\n'
    )
    at = ("--goal", "80/20", "--explain", "2026-06-01 07:00", "--json")
    walks = {}
    for flags in (
        ("--absence", "0.1"),
        ("--absence", "0.1", "--shrinkage", "0.2"),
        ("-c", str(plan), "--absence", "0.1"),
    ):
        assert run(["staff", forecast, *flags, *at]) == 0
        walks[flags] = {step["line"]: step["value"] for step in json.loads(capsys.readouterr().out)["explained"]}
    alone, beside, kept = walks.values()
    assert (alone["on queue: present"], alone["on queue"]) == (0.9, 15)
    assert beside["on queue: available"] == pytest.approx(0.7 / 0.9)
    assert [line for line in kept if line.startswith("shrinkage")] == ["shrinkage: absence", "shrinkage: training"]


def test_an_absence_that_is_no_share_names_the_flag(forecast: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staff", forecast, "--goal", "80/20", "--shrinkage", "1.2", "--absence", "1.5"]) == 2
    told = capsys.readouterr().err
    assert "--absence: 1.5 is not below 1" in told
    assert "--shrinkage: 1.2 is not below 1" in told
