"""The commands as scripts use them: data on stdout, JSON that any program reads, exit codes."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import Run
from staffplan.roster.search import anneal

HAND_EDITS = ["forecast.csv", "requirement.csv", "roster_shifts.csv", "roster_activities.csv"]


def strict_json(text: str):
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_without_a_file_to_write_stdout_is_the_table_and_nothing_else(small_center: Path, run_in: Run) -> None:
    code, out, err = run_in(small_center, "forecast", "history.csv", "-c", "plan.toml")
    assert code == 0
    assert {row["queue"] for row in table(out)} == {"phone", "mail"}
    assert all(None not in row and None not in row.values() for row in table(out))
    assert "assumption" in err
    (small_center / "f.csv").write_text(out)
    code, out, _ = run_in(small_center, "staff", "f.csv", "-c", "plan.toml")
    assert code == 0
    assert {row["planning_group"] for row in table(out)} == {"phone", "mail"}


def test_a_reader_that_leaves_early_gets_no_traceback(planned: Path) -> None:
    staffplan = Path(sys.executable).parent / "staffplan"
    script = f"'{staffplan}' cost plan | head -1"
    done = subprocess.run(["bash", "-c", script], cwd=planned, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("period,ledger,")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "plan.toml", "-o", "plan"),
        ("status", "plan"),
        ("check", "plan"),
        ("simulate", "plan"),
        ("cost", "plan"),
        ("report", "plan"),
        ("forecast", "history.csv", "-c", "plan.toml"),
        ("staff", "plan/forecast.csv", "-c", "plan.toml"),
        ("staff", "plan/forecast.csv", "-c", "plan.toml", "-o", "r.csv", "--cross-check"),
        ("roster", "plan/requirement.csv", "agents.csv", "-c", "plan.toml", "-o", "roster"),
    ],
    ids=lambda command: " ".join(command[:1] + command[4:5]),
)
def test_json_is_json(command: tuple[str, ...], planned: Path, run_in: Run) -> None:
    code, out, _ = run_in(planned, *command, "--json")
    assert code == 0
    assert strict_json(out)


def test_json_has_numbers_as_numbers_and_times_as_in_the_files(planned: Path, run_in: Run) -> None:
    days = strict_json(run_in(planned, "simulate", "plan", "--json")[1])["waits.csv"]
    assert {day["day"] for day in days} == {f"2026-03-0{n}" for n in range(2, 9)}
    assert all(isinstance(day["offered"], float) for day in days)
    uncovered = strict_json(run_in(planned, "check", "plan", "--json")[1])["uncovered"]
    assert all(row["interval_start"].endswith("+01:00") for row in uncovered)


def as_spreadsheet(path: Path) -> None:
    """Save a table as a Spanish or German spreadsheet does: semicolons, BOM, local times, decimal commas, CRLF."""

    def cell(text: str) -> str:
        day, _, clock = text.partition("T")
        parts = day.split("-")
        if len(parts) == 3 and len(parts[0]) == 4:
            return f"{parts[2]}.{parts[1]}.{parts[0]} {clock[:5]}".strip()
        return text.replace(".", ",") if text.replace(".", "").isdigit() else text

    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    lines = [";".join(cell(text) for text in row) for row in rows] + [";" * (len(rows[0]) - 1)] * 3
    path.write_bytes(b"\xef\xbb\xbf" + ("\r\n".join(lines) + "\r\n").encode())


def test_tables_saved_by_a_european_spreadsheet_mean_the_same(planned: Path, run_in: Run) -> None:
    """They count as changed by hand, are checked and used, and nothing after them comes out otherwise."""
    before = {name: (planned / "plan" / name).read_bytes() for name in ("waits.csv", "cost.csv", "check.csv")}
    for name in HAND_EDITS:
        as_spreadsheet(planned / "plan" / name)
    code, out, err = run_in(planned, "plan", "plan.toml", "-o", "plan", "--json")
    assert code == 0, err
    summary = strict_json(out)
    assert summary["changed_by_hand"] == HAND_EDITS
    assert summary["made"] == ["check", "simulate", "cost", "report"]
    assert {name: (planned / "plan" / name).read_bytes() for name in before} == before
    assert run_in(planned, "check", "plan")[0] == 0


def edit(planned: Path, name: str, change: Callable[[list[dict[str, str]]], None]) -> None:
    path = planned / "plan" / name
    rows = table(path.read_text())
    header = list(rows[0])
    change(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)


def swap_people(rows: list[dict[str, str]]) -> None:
    other = {"F2": "P1", "P1": "F2"}
    for row in rows:
        if row["schedule_date"] == "2026-03-03":
            row["agent_id"] = other.get(row["agent_id"], row["agent_id"])


def drop_meal(rows: list[dict[str, str]]) -> None:
    rows.remove(next(row for row in rows if row["activity"] == "meal"))


def strange_agent(rows: list[dict[str, str]]) -> None:
    for row in rows:
        row["agent_id"] = row["agent_id"].replace("F4", "X9")


def overlap(rows: list[dict[str, str]]) -> None:
    second = [row for row in rows if row["agent_id"] == "F3"][1]
    second["start"], second["end"] = "2026-03-02T12:00:00+01:00", "2026-03-02T20:00:00+01:00"


SHIFTS, ACTIVITIES = "roster_shifts.csv", "roster_activities.csv"
EDITS = {
    "people swapped": ((SHIFTS, ACTIVITIES), swap_people, "P1     Tue 2026-03-03  shift allowed"),
    "meal deleted": ((ACTIVITIES,), drop_meal, "a meal of 30 minutes is missing"),
    "unknown agent": ((SHIFTS, ACTIVITIES), strange_agent, "is not in the agents table"),
    "shifts overlap": ((SHIFTS,), overlap, "the shift begins before the one before it has ended"),
}


@pytest.mark.parametrize("name", EDITS)
def test_check_names_agent_day_and_rule_of_what_a_hand_broke(name: str, planned: Path, run_in: Run) -> None:
    files, change, said = EDITS[name]
    for file in files:
        edit(planned, file, change)
    code, out, _ = run_in(planned, "check", "plan")
    assert code == 5
    assert said in out


def test_a_word_nobody_knows_is_told_by_file_row_and_column(planned: Path, run_in: Run) -> None:
    def misname(rows: list[dict[str, str]]) -> None:
        rows[3]["activity"] = "lunch"

    edit(planned, ACTIVITIES, misname)
    edit(planned, SHIFTS, lambda rows: rows[1].update(end="17 Uhr"))
    for command in (("check", "plan"), ("plan", "plan.toml", "-o", "plan")):
        code, _, err = run_in(planned, *command)
        assert code == 4
        assert "plan/roster_shifts.csv:3:end: '17 Uhr' is not a date and time" in err
    assert "plan/roster_activities.csv:5:activity: 'lunch' is not known here" in run_in(planned, "check", "plan")[2]


def test_check_tells_uncovered_time_in_the_sites_hours_neighbours_joined(planned: Path, run_in: Run) -> None:
    def nobody_on_tuesday(rows: list[dict[str, str]]) -> None:
        rows[:] = [row for row in rows if row["schedule_date"] != "2026-03-03"]

    edit(planned, SHIFTS, nobody_on_tuesday)
    edit(planned, ACTIVITIES, nobody_on_tuesday)
    out = run_in(planned, "check", "plan")[1]
    assert "Tue 2026-03-03  09:00  17:00  phone" in out
    assert "Tue 2026-03-03  09:00  17:00  mail" in out


@pytest.fixture
def interrupting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the fifth round of the search."""
    rounds = 0
    run_round = anneal.run_round

    def run_or_stop(*arguments):
        nonlocal rounds
        rounds += 1
        if rounds == 5:
            signal.raise_signal(signal.SIGINT)
        return run_round(*arguments)

    monkeypatch.setattr(anneal, "run_round", run_or_stop)


@pytest.mark.usefixtures("interrupting")
def test_ctrl_c_in_the_search_keeps_the_best_roster_and_finishes_the_plan_with_it(planned: Path, run_in: Run) -> None:
    again = ("plan", "plan.toml", "-o", "plan", "--set", "roster.effort=0.004")
    code, out, err = run_in(planned, *again)
    assert code == 130
    assert "the best roster found so far is used" in err
    assert "(search interrupted)" in out
    assert run_in(planned, "check", "plan")[0] == 0
    states = {state["name"]: state for state in strict_json(run_in(planned, "status", "plan", "--json")[1])}
    assert states["roster"] == {
        "name": "roster",
        "state": "stale",
        "reasons": ["the search was interrupted"],
        "by_hand": [],
    }
    code, out, _ = run_in(planned, *again, "--json")
    assert code == 0
    assert "roster" in strict_json(out)["made"], "the next run searches to the end"


@pytest.mark.usefixtures("interrupting")
def test_ctrl_c_in_the_roster_command_writes_the_best_roster_and_says_so(planned: Path, run_in: Run) -> None:
    command = ("roster", "plan/requirement.csv", "agents.csv", "-c", "plan.toml", "-o", "roster", "--json")
    code, out, err = run_in(planned, *command)
    assert code == 130
    assert strict_json(out)["facts"]["status"] == "interrupted"
    assert "the best roster found so far" in err
    assert (planned / "roster" / SHIFTS).exists()


def test_ctrl_c_elsewhere_keeps_the_steps_that_were_finished(
    small_center: Path, run_in: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("staffplan.staffing.step.staff_by_method", interrupt)
    code, _, err = run_in(small_center, "plan", "plan.toml", "-o", "plan")
    assert code == 130
    assert "finished results are kept" in err
    monkeypatch.undo()
    states = {
        state["name"]: state["state"] for state in strict_json(run_in(small_center, "status", "plan", "--json")[1])
    }
    assert (states["forecast"], states["staff"]) == ("up to date", "not run")


def test_whoever_does_the_work_the_file_is_the_same(small_center: Path, run_in: Run) -> None:
    made = {jobs: run_in(small_center, "forecast", "history.csv", "--jobs", jobs) for jobs in ("1", "2")}
    assert [code for code, _, _ in made.values()] == [0, 0]
    assert made["1"] == made["2"]


@pytest.mark.parametrize("command", [("forecast", "history.csv"), ("plan", "plan.toml", "-o", "plan")])
def test_jobs_and_a_cluster_are_not_given_together(small_center: Path, run_in: Run, command: tuple[str, ...]) -> None:
    code, _, err = run_in(small_center, *command, "--jobs", "2", "--cluster", "tcp://127.0.0.1:1")
    assert code == 2
    assert "--jobs: cannot be given together with --cluster" in err
    assert not (small_center / "plan").exists()


def test_a_cluster_that_is_not_there_is_told_before_anything_is_made(small_center: Path, run_in: Run) -> None:
    code, out, err = run_in(small_center, "forecast", "history.csv", "--cluster", "tcp://127.0.0.1:1")
    assert (code, out) == (2, "")
    assert "--cluster: no Dask scheduler answers at tcp://127.0.0.1:1" in err


def test_who_does_the_work_does_not_make_a_plan_stale(planned: Path, run_in: Run) -> None:
    code, _, err = run_in(planned, "plan", "plan.toml", "-o", "plan", "--jobs", "2")
    assert code == 0
    assert "nothing to do: every step is up to date" in err
