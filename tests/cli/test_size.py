"""`staffplan size`: one case by flags, many by a file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from staffplan.cli.main import run

REFERENCE = Path(__file__).parent.parent / "reference" / "erlang_reference.csv"
CALLS = ("size", "--per-hour", "200", "--aht", "180")


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_one_case_is_told_line_by_line(capsys: pytest.CaptureFixture[str]):
    assert run([*CALLS, "--goal", "80/20"]) == 0
    out = capsys.readouterr().out
    assert "agents needed for the targets" in out
    assert " 14\n" in out
    assert "88.8 %" in out


def test_given_agents_are_answered_with_the_wait(capsys: pytest.CaptureFixture[str]):
    assert run([*CALLS, "--agents", "9", "--within", "20", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert row["out_state"].startswith("unstable")
    assert row["out_asa"] == "inf"
    assert "out_min_agents" not in row
    assert run([*CALLS, "--agents", "9", "--within", "20", "--patience", "60", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert 0.2 < row["out_pab"] < 0.4


def test_a_file_of_cases_keeps_every_digit(tmp_path: Path):
    answers = tmp_path / "answers.csv"
    assert run(["size", str(REFERENCE), "-o", str(answers)]) == 0
    wanted = {row["case_id"]: row for row in rows_of(REFERENCE)}
    rows = rows_of(answers)
    assert len(rows) == 188
    for row in rows:
        if wanted[row["case_id"]]["out_min_agents"]:
            assert row["out_min_agents"] == wanted[row["case_id"]]["out_min_agents"]
    row = next(row for row in rows if row["model"] == "erlang_c")
    assert float(row["out_pwait"]) == pytest.approx(float(wanted[row["case_id"]]["out_pwait"]), rel=1e-12)
    assert run(["size", str(REFERENCE), "-o", str(answers)]) == 2


def test_problems_of_a_file_come_together_with_file_and_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cases = tmp_path / "cases.csv"
    cases.write_text("load_erl,aht_s,agents\n5,60,x\n5,,7\n5,60,\n")
    assert run(["size", str(cases)]) == 4
    err = capsys.readouterr().err
    assert "cases.csv:2:in_agents: 'x' is not a number" in err


def test_what_is_wrong_with_one_case_is_told_by_its_flags(capsys: pytest.CaptureFixture[str]):
    assert run(["size", "--load", "10", "--goal", "80/20", "--occupancy", "85"]) == 2
    err = capsys.readouterr().err
    assert "--occupancy: 85 is not a share" in err
    assert "--aht: the handling time is not given" in err
    assert "in_" not in err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ((), "no case is given"),
        ((str(REFERENCE), "--load", "3"), "--load: cannot be combined with a file of cases"),
        (("--load", "3", "--aht", "60", "--goal", "80"), "--goal: '80' is not a goal"),
        (("--load", "3", "--aht", "60", "--goal", "80/20", "--within", "5"), "--within: is already part of --goal"),
    ],
)
def test_a_command_line_that_makes_no_case_is_refused(
    flags: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
):
    assert run(["size", *flags]) == 2
    assert said in capsys.readouterr().err


MAIL_ORDER = ("size", "--per-hour", "20", "--aht", "150", "--agent-cost", "20", "--wait-cost", "120")


def test_with_prices_the_cheapest_number_and_the_steps_around_it_are_shown(capsys: pytest.CaptureFixture[str]):
    assert run([*MAIL_ORDER]) == 0
    out = capsys.readouterr().out
    assert "cheapest number of agents                   2\n" in out
    assert "     2   31.51     41.7 %          61.01  20.00   -458.99  cheapest\n" in out
    assert "     3    4.00     27.8 %          62.66  20.00      1.66  preview\n" in out


def test_the_steps_are_written_beside_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run([*MAIL_ORDER, "-o", str(tmp_path / "mail.csv")]) == 0
    (answer,), steps = rows_of(tmp_path / "mail.csv"), rows_of(tmp_path / "mail_agents.csv")
    assert answer["out_cheapest_agents"] == "2"
    assert [row["cost_per_hour"] for row in steps[:2]] == ["520", "61.008403"]
    assert run([*MAIL_ORDER, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["agents"] for row in told["agents"]] == [float(row["agents"]) for row in steps]


def test_prices_of_many_cases_are_columns_of_their_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cases = tmp_path / "cases.csv"
    cases.write_text("load_erl,aht_s,agent_cost,wait_cost,target_asa_s\n5,300,1,50,\n10,300,,,10\n")
    assert run(["size", str(cases)]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["out_cheapest_agents"] for row in rows] == ["11", ""]
    assert [row["out_min_agents"] for row in rows] == ["", "15"]


def test_prices_that_leave_everybody_unanswered_are_told(capsys: pytest.CaptureFixture[str]):
    flags = ("--load", "10", "--aht", "300", "--patience", "120", "--agent-cost", "20", "--wait-cost", "12")
    assert run(["size", *flags]) == 0
    assert "it is cheapest to answer nobody" in capsys.readouterr().err
    assert run([*MAIL_ORDER, "--agents", "3"]) == 2
    assert "--agents: agents are sought where prices are given" in capsys.readouterr().err
