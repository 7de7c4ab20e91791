"""`staffplan capacity`: required people and a workforce to a plan, files and words."""

from __future__ import annotations

import csv
import io
import json
import pickle
from pathlib import Path

import pytest
from openpyxl import load_workbook

from staffplan.cli.main import run
from staffplan.cli.work import capacity_required
from staffplan.process.workers import do_all

WORKFORCE = """heads = 21
attrition = 0.04
productivity = [0, 0, 0.5, 0.8, 1]
wage = 1
shortfall_cost = 3

[hiring]
largest = 6
last_start_period = 5
cost_per_hire = 1.5
"""


@pytest.fixture
def command(tmp_path: Path) -> tuple[str, ...]:
    """The command for eight months of one site."""
    rows = "".join(f"2027-{n:02d},{need}\n" for n, need in enumerate((20, 20, 22, 24, 26, 26, 25, 24), start=1))
    (tmp_path / "required.csv").write_text(f"period,required\n{rows}")
    (tmp_path / "workforce.toml").write_text(WORKFORCE)
    flags = ("--required", str(tmp_path / "required.csv"), "--workforce", str(tmp_path / "workforce.toml"))
    return ("capacity", *flags)


def test_the_plan_is_shown_and_written(command, tmp_path: Path, capsys):
    assert run([*command, "-o", str(tmp_path / "out")]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "best          6 4 0 0 0 0 0 0                2.01  233.94          +0.00  proven" in told.err
    assert "2027-05      26.0        0.0   26.5          0.0  25.8        -0.2" in told.err
    assert "38.7 % of those there today are gone after 12 periods" in told.err
    rows = list(csv.DictReader((tmp_path / "out" / "hiring.csv").read_text().splitlines()))
    assert [row["cost"] for row in rows[:2]] == ["271.939058", "233.94121"]
    assert (tmp_path / "out" / "capacity.png").read_bytes().startswith(b"\x89PNG")


def test_the_workbook_has_the_four_sheets(command, tmp_path: Path):
    assert run([*command, "-o", str(tmp_path / "out")]) == 0
    book = load_workbook(io.BytesIO((tmp_path / "out" / "capacity.xlsx").read_bytes()))
    assert book.sheetnames == ["Metrics", "Plan", "Scenario", "Generation details"]
    heads, *rows = book["Plan"].iter_rows(values_only=True)
    assert [row[heads.index("new hires")] for row in rows[:2]] == [6, 4]
    assert ("capacity.heads", "21.0") in [(row[0].value, row[1].value) for row in book["Generation details"].rows]


def test_the_plan_goes_to_stdout_or_into_json(command, capsys):
    assert run([*command]) == 0
    (first, *rest) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (first["new_hires"], first["hire_up_to"], len(rest)) == ("6", "27", 7)
    assert run([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["hiring"][1]["classes"] == "6 4 0 0 0 0 0 0"
    assert told["facts"]["new_hires"] == 10


def test_mistakes_in_both_files_are_told_with_their_place(command, tmp_path: Path, capsys):
    (tmp_path / "workforce.toml").write_text(WORKFORCE.replace("attrition = 0.04", "atrition = 4"))
    assert run([*command]) == 3
    assert "workforce.toml:atrition: unknown setting\n    did you mean attrition?" in capsys.readouterr().err
    (tmp_path / "workforce.toml").write_text(WORKFORCE)
    (tmp_path / "required.csv").write_text("period,required,shrinkage\n2027-01,-3,30\n2027-02,,0.3\n")
    assert run([*command]) == 4
    told = capsys.readouterr().err
    assert "required.csv:2:required: -3 is below 0" in told
    assert "required.csv:2:shrinkage: 30 is above 0.99\n    a share is at most 1: 30 % is 0.3" in told
    assert "required.csv:3:required: the cell is empty" in told
    (tmp_path / "required.csv").write_text("period,required\n2027-01,3\n2027-03,3\n")
    assert run([*command]) == 4
    assert "required.csv:3:period: 2027-03 does not follow 2027-01" in capsys.readouterr().err


def test_mistakes_of_all_files_are_told_at_once(command, tmp_path: Path, capsys):
    (tmp_path / "workforce.toml").write_text(WORKFORCE + "aht_factors = [1.5]\n")
    (tmp_path / "required.csv").write_text("period,required\n2027-01,x\n")
    (tmp_path / "people.csv").write_text("start,leave\n2027-13-01,\n")
    (tmp_path / "by_aht.csv").write_text("period,aht_factor,required\n2027-01,0.5,3\n")
    (tmp_path / "old").mkdir()
    flags = ["--workforce-history", "people.csv", "--by-aht", "by_aht.csv", "--previous", "old"]
    assert run([*command, *(str(tmp_path / flag) if flag[0] != "-" else flag for flag in flags)]) == 3
    told = capsys.readouterr().err
    for place in ("workforce.toml", "required.csv:2:required", "people.csv:2:start", "by_aht.csv:2:aht_factor"):
        assert place in told
    assert "old/capacity.csv" in told


def test_the_help_names_the_sections_of_the_settings(capsys):
    """Words in square brackets would be taken for markup, and vanish."""
    run(["capacity", "--help"])
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "wage, shortfall_cost and a section hiring: the settings of the plan's section capacity." in told
    assert "(default: )" not in told


def test_required_people_or_a_plan_are_needed(command, tmp_path: Path, capsys):
    assert run(["capacity"]) == 2
    assert "--required: give required people, or a plan to forecast them" in capsys.readouterr().err
    assert run([*command[:3]]) == 2
    assert "--workforce: is missing" in capsys.readouterr().err
    assert run([*command, "--months", "3", "--weeks", "2", "--agreed", "a.csv"]) == 2
    told = capsys.readouterr().err
    assert "--months: the file has its own periods" in told
    assert "--weeks: the file has its own periods" in told
    assert "--agreed: the file of required people has these columns itself" in told
    assert run(["capacity", "plan.toml", "--months", "3", "--weeks", "2", "--by-aht", "a.csv"]) == 2
    told = capsys.readouterr().err
    assert "--by-aht: goes with --required" in told
    assert "--weeks: goes without --months" in told


def test_a_history_of_the_workforce_takes_the_place_of_rates(command, tmp_path: Path, capsys):
    stays = [f"P{n},2026-{1 + n % 12:02d}-01,{'2026-12-20' if n % 3 == 0 else ''}\n" for n in range(60)]
    (tmp_path / "people.csv").write_text("agent_id,start,leave\n" + "".join(stays))
    flags = ("--workforce-history", str(tmp_path / "people.csv"), "-o", str(tmp_path / "out"))
    assert run([*command, *flags]) == 0
    told = capsys.readouterr().err
    assert "60 stays known from 2026-01-01 to 2026-12-20: 20 left, 40 are still there" in told
    assert "share that leaves in a period, with its 95 % interval: month 1" in told
    assert "too few leavers to check" in told
    assert "attrition: the history of the workforce takes its place" in told
    rates = list(csv.DictReader((tmp_path / "out" / "attrition.csv").read_text().splitlines()))
    assert sum(float(row["left"]) for row in rates if row["kind"] == "tenure") == 20
    assert "Attrition" in load_workbook(tmp_path / "out" / "capacity.xlsx").sheetnames


def test_a_plan_is_compared_with_the_one_before(command, tmp_path: Path, capsys):
    folder = str(tmp_path / "out")
    assert run([*command, "-o", folder]) == 0
    rows = (tmp_path / "required.csv").read_text().replace(",26", ",28")
    (tmp_path / "required.csv").write_text(rows)
    (tmp_path / "workforce.toml").write_text(WORKFORCE.replace("0.04", "0.05"))
    capsys.readouterr()
    assert run([*command, "-o", folder, "--previous", folder, "--force"]) == 0
    told = capsys.readouterr().err
    assert "setting capacity.attrition: 0.04 -> 0.05" in told
    assert "required people changed in 2 periods, by +2.0 on average, most in 2027-05: 26.0 -> 28.0" in told
    assert "people who start in 2027-02: 4 -> 6" in told
    changes = list(csv.DictReader((tmp_path / "out" / "capacity_changes.csv").read_text().splitlines()))
    assert sum(float(row["cost"]) for row in changes) == pytest.approx(18.91, abs=0.005)
    assert run([*command, "-o", folder, "--force"]) == 0
    assert "capacity_changes.csv: of an earlier run" in capsys.readouterr().err
    (tmp_path / "out" / "settings.json").write_text("{")
    assert run([*command, "--previous", folder]) == 4
    assert "settings.json: the JSON cannot be read" in capsys.readouterr().err


PLAN = """[plan]
start = 2026-03-01
weeks = 1
interval_minutes = 60
[input]
history = "history.csv"
[hours.day]
daily = "09:00-17:00"
[queues.phone]
hours = "day"
goal = "80/20"
ended = 2026-04-01
[queues.orders]
hours = "day"
like = "phone"
expected_per_week = 2400
opens = 2026-04-01
[capacity]
heads = 5
"""


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Two months of one queue, and a plan in which another takes its place."""
    hours = [f"2026-0{m}-{d:02d} {h:02d}:00" for m in (1, 2) for d in range(1, 29) for h in range(9, 17)]
    rows = "".join(f"{hour},phone,{20 + n % 5},300\n" for n, hour in enumerate(hours))
    (tmp_path / "history.csv").write_text(f"interval_start,queue,offered,aht_seconds\n{rows}")
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path


@pytest.fixture
def travelling(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every staffing run goes as it would to another process, and comes back; how many each time."""
    counts: list[int] = []

    def there_and_back(function, pieces, workers, **how):
        pieces = [pickle.loads(pickle.dumps((function, *piece))) for piece in pieces]
        counts.append(len(pieces))
        return pickle.loads(pickle.dumps(do_all(lambda run, *piece: run(*piece), pieces, workers, **how)))

    monkeypatch.setattr(capacity_required, "do_all", there_and_back)
    return counts


def test_a_history_is_forecast_months_ahead_and_staffed(history: Path, travelling: list[int], capsys):
    """One queue ends where another opens with twice its contacts; beginners are slower; a class is agreed."""
    (history / "plan.toml").write_text(PLAN + "aht_factors = [1.5, 1]\n")
    (history / "agreed.csv").write_text("site,period,hires\norders,2026-03,4\n")
    flags = ("--months", "2", "--agreed", str(history / "agreed.csv"), "-o", str(history / "out"))
    assert run(["capacity", str(history / "plan.toml"), *flags]) == 0
    assert travelling == [3 + 4]
    told = capsys.readouterr().err
    assert "2026-04  phone: phone ends on 2026-04-01" in told
    assert "2026-04  orders: orders opens on 2026-04-01" in told
    assert "assumptions of the forecast and the staffing: see capacity.xlsx" in told
    required, planned, by_aht = (
        list(csv.DictReader((history / "out" / f"{name}.csv").read_text().splitlines()))
        for name in ("required", "capacity", "required_by_aht")
    )
    need = {(row["site"], row["period"]): float(row["required"]) for row in required}
    assert need["orders", "2026-03"] == need["phone", "2026-04"] == 0
    assert 4 <= need["phone", "2026-03"] <= 9
    assert need["phone", "2026-03"] * 1.4 < need["orders", "2026-04"] < need["phone", "2026-03"] * 2
    for row in required:
        assert float(row["required_p10"]) <= float(row["required"]) <= float(row["required_p90"])
    assert [row["new_hires"] for row in planned] == ["4", "0", "0", "0"]
    orders = next(row for row in planned if row["site"] == "orders" and row["period"] == "2026-04")
    assert float(orders["aht_factor"]) == 1
    longest = {row["site"]: float(row["required"]) for row in by_aht if row["aht_factor"] == "1.5"}
    assert longest["phone"] == 0
    assert need["orders", "2026-04"] < longest["orders"] < 1.5 * need["orders", "2026-04"]
    settings = json.loads((history / "out" / "settings.json").read_text())
    assert settings["history_until"] == "2026-02-28"


def test_weeks_need_settings_of_weeks(history: Path, capsys):
    assert run(["capacity", str(history / "plan.toml"), "--weeks", "2"]) == 2
    assert "capacity.periods_per_year: is 12, and the periods are weeks" in capsys.readouterr().err
