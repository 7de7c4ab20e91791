"""Edits and drivers on the command line, and a forecast scored against what came."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from commands import Run
from staffplan.plan.directory import open_existing
from staffplan.plan.run import run as run_plan

PAST = ("forecast", "history.csv", "-c", "plan.toml", "-o", "f.csv", "--start", "2026-02-23")
"""A week that the small center's history holds already."""
EDITS = "first_day,last_day,hours,queue,change_share,offered,offered_total,who,why\n"
MORE_ON_TUESDAY = f"{EDITS}2026-02-24,,,phone,+50 %,,,Ana,mailing\n2026-02-25,,,mail,,,500,Ben,hunch\n"
BY_SPREADSHEET = (
    "first_day;last_day;hours;queue;change_share;offered;offered_total;who;why\r\n"
    "24.02.2026;;;phone;0,5;;;Ana;mailing\r\n"
    "25.02.2026;;;mail;;;500,00;Ben;hunch\r\n"
    ";;;;;;;;\r\n"
)


@pytest.fixture(autouse=True)
def _center(small_center: Path) -> None:
    """The small center's folder, to run in."""


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def offered_on(path: Path, day: str, queue: str) -> float:
    rows = table(path.read_text())
    return sum(float(r["offered"]) for r in rows if r["interval_start"].startswith(day) and r["queue"] == queue)


def test_edits_are_applied_and_written_beside_the_forecast(small_center: Path, run: Run) -> None:
    (small_center / "edits.csv").write_text(MORE_ON_TUESDAY)
    assert run(*PAST)[0] == 0
    assert not (small_center / "f_overrides.csv").exists()
    before = offered_on(small_center / "f.csv", "2026-02-24", "phone")
    code, _, err = run(*PAST, "--overrides", "edits.csv", "--force")
    assert code == 0
    assert "changed by hand: phone: override 1 (Ana: mailing): 2026-02-24:" in err
    assert offered_on(small_center / "f.csv", "2026-02-24", "phone") == pytest.approx(1.5 * before, abs=1e-3)
    assert offered_on(small_center / "f.csv", "2026-02-25", "mail") == pytest.approx(500, abs=1e-3)
    log = table((small_center / "f_overrides.csv").read_text())
    assert sum(float(row["offered_before"]) for row in log if row["who"] == "Ana") == pytest.approx(before, abs=1e-3)
    assert run(*PAST, "--force")[0] == 0
    assert table((small_center / "f_overrides.csv").read_text()) == [], (
        "no edits of an earlier forecast stay beside it"
    )


def test_edits_saved_by_a_spreadsheet_mean_the_same(small_center: Path, run: Run) -> None:
    (small_center / "edits.csv").write_text(MORE_ON_TUESDAY)
    assert run(*PAST, "--overrides", "edits.csv")[0] == 0
    made = {name: (small_center / name).read_bytes() for name in ("f.csv", "f_overrides.csv")}
    (small_center / "edits.csv").write_bytes(b"\xef\xbb\xbf" + BY_SPREADSHEET.encode())
    assert run(*PAST, "--overrides", "edits.csv", "--force")[0] == 0
    assert {name: (small_center / name).read_bytes() for name in made} == made


def test_every_problem_of_the_edits_is_told_at_its_row(small_center: Path, run: Run) -> None:
    rows = (
        "2026-02-24,,,fone,0.1,,,Ana,mailing\n2026-02-24,2026-02-20,25:00,phone,0.1,,,Ana,\n2026-02-24,,,,,,,Ana,x\n"
    )
    (small_center / "edits.csv").write_text(EDITS + rows)
    code, _, err = run(*PAST, "--overrides", "edits.csv")
    assert code == 4
    assert "edits.csv:2:queue: queue 'fone' is not in the forecast\n    did you mean phone?" in err
    for place in ("edits.csv:3:last_day", "edits.csv:3:hours", "edits.csv:3:why", "edits.csv:4:change_share"):
        assert place in err
    assert not (small_center / "f.csv").exists()


def test_a_driver_is_read_checked_and_told(small_center: Path, run: Run) -> None:
    days = "".join(f"2026-0{month}-{day:02d},letters,{100 * day}\n" for month in (1, 2) for day in (5, 12, 19))
    (small_center / "drivers.csv").write_text(f"day,driver,value\n{days}")
    assert run(*PAST, "--drivers", "drivers.csv")[0] == 0
    (small_center / "drivers.csv").write_text(
        "day,driver,value,queue\n2026-01-05,letters,many,phone\n2026-01-06,x,1,fax\n"
    )
    code, _, err = run(*PAST, "--drivers", "drivers.csv", "--force")
    assert code == 4
    assert "drivers.csv:2:value: 'many' is not a number" in err
    assert "drivers.csv:3:queue: queue 'fax' is not in the forecast" in err


def test_a_section_for_a_driver_that_no_file_has_is_refused(small_center: Path, run: Run) -> None:
    plan = small_center / "plan.toml"
    plan.write_text(plan.read_text() + "\n[forecast.drivers.letters]\nlags = [0, 1]\n")
    code, _, err = run(*PAST)
    assert code == 4
    assert "forecast.drivers.letters: no drivers file has driver 'letters'" in err


def test_a_forecast_is_scored_with_the_edits_in_it(small_center: Path, run: Run) -> None:
    (small_center / "edits.csv").write_text(MORE_ON_TUESDAY)
    assert run(*PAST, "--overrides", "edits.csv")[0] == 0
    score = ("score", "f.csv", "history.csv", "-c", "plan.toml", "--overrides", "f_overrides.csv")
    code, out, err = run(*score, "-o", "s.csv", "--by", "weekday")
    assert (code, out) == (0, "")
    scores = table((small_center / "s.csv").read_text())
    assert {row["queue"] for row in scores} == {"*", "mail", "phone"}
    assert [row["period"] for row in scores if row["queue"] == "phone"] == ["all", "mon", "tue", "wed", "thu", "fri"]
    verdicts = {row["who"]: row["verdict"] for row in table((small_center / "s_overrides.csv").read_text())}
    assert verdicts == {"Ana": "hurt", "Ben": "hurt"}, "nothing of the sort happened"
    assert "all queues" in err
    assert "mailing" in err
    again = json.loads(run(*score, "--json")[1])
    assert [row["verdict"] for row in again["overrides"]] == ["hurt", "hurt"]
    assert again["written"] == []
    assert len(again["scores"]) == 3


def test_the_edits_themselves_are_no_log_of_what_they_changed(small_center: Path, run: Run) -> None:
    (small_center / "edits.csv").write_text(MORE_ON_TUESDAY)
    assert run(*PAST)[0] == 0
    code, _, err = run("score", "f.csv", "history.csv", "--overrides", "edits.csv")
    assert code == 4
    assert "edits.csv: this file lists the overrides (overrides.csv), not their effect" in err
    assert "forecast_overrides.csv" in err
    assert "column is missing" not in err


def test_without_a_file_to_write_stdout_is_the_scores_and_nothing_else(run: Run) -> None:
    assert run(*PAST)[0] == 0
    code, out, err = run("score", "f.csv", "history.csv", "--timezone", "Europe/Madrid")
    assert code == 0
    rows = table(out)
    assert [row["queue"] for row in rows] == ["*", "mail", "phone"]
    assert all(0 < float(row["wape"]) < 1.5 for row in rows)
    assert "contacts in" in err or "intervals" in err or "all queues" in err


def test_a_forecast_of_days_that_have_not_come_is_told(small_center: Path, run: Run) -> None:
    assert run("forecast", "history.csv", "-c", "plan.toml", "-o", "f.csv")[0] == 0
    code, _, err = run("score", "f.csv", "history.csv", "-c", "plan.toml", "-o", "s.csv")
    assert code == 4
    assert (
        "f.csv: no interval of the forecast has actual contacts: the history holds "
        "2025-12-22 to 2026-03-01 (mail, phone)"
    ) in err
    assert not (small_center / "s.csv").exists()


def test_nothing_is_overwritten_without_force(small_center: Path, run: Run) -> None:
    assert run(*PAST)[0] == 0
    (small_center / "s_overrides.csv").write_text("mine")
    code, _, err = run("score", "f.csv", "history.csv", "-o", "s.csv")
    assert code == 2
    assert "s_overrides.csv: already exists" in err
    assert (small_center / "s_overrides.csv").read_text() == "mine"


def test_a_plan_directory_is_scored_with_its_own_settings_and_edits(planned: Path, run: Run) -> None:
    """What came is made up: the plan's forecast as it was before the edit."""
    folder = planned / "plan"
    (planned / "edits.csv").write_text(f"{EDITS}2026-03-03,,,phone,0.5,,,Ana,mailing\n")
    text = (folder / "plan.toml").read_text()
    own = 'overrides = "../edits.csv"\nuntil = 2026-03-01\n\n[hours.office]'
    (folder / "plan.toml").write_text(text.replace("[hours.office]", own))
    forecast = table((folder / "forecast.csv").read_text())
    lines = [f"{row['interval_start']},{row['queue']},{row['offered']}" for row in forecast]
    (planned / "came.csv").write_text("interval_start,queue,offered\n" + "\n".join(lines) + "\n")
    opened = open_existing(folder)
    run_plan(opened.workspace, opened.manifest, only=("forecast",))
    code, out, _ = run("score", str(folder), str(planned / "came.csv"), "--json")
    assert code == 0
    found = json.loads(out)
    assert [(row["who"], row["verdict"], row["wape_before"]) for row in found["overrides"]] == [("Ana", "hurt", 0)]
    assert {row["queue"]: row["bias"] == 0 for row in found["scores"]} == {"*": False, "mail": True, "phone": False}
