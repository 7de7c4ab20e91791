"""What a person at a terminal gets in place of CSV, what --quiet leaves out, what --dry-run and --set do."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pytest

from staffplan.cli.main import run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results are read by a person."""
    monkeypatch.setattr("staffplan.cli.output.shown.on_terminal", lambda: True)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_cost_is_a_table_on_a_terminal_and_csv_elsewhere(planned: Path, run_in, terminal: None) -> None:
    table = run_in(planned, "cost", "plan").out
    assert "cost, EUR" in table
    rows = rows_of((planned / "plan" / "cost.csv").read_text())
    whole = {row["line"]: row for row in rows if row["period"] == "total" and row["planning_group"] == ""}
    loaded = float(whole["loaded cost"]["amount"])
    lines = {line.rsplit("  ", 1)[0].split("  ")[0]: line.split()[-1] for line in table.splitlines() if line}
    assert lines["loaded cost"] == f"{loaded:,.2f}"
    assert lines["paid hours"] == f"{float(whole['paid hours']['hours']):,.1f}"
    groups = [float(lines[name].replace(",", "")) for name in ("phone", "mail")]
    assert sum(groups) == pytest.approx(loaded, abs=0.011)


def test_the_days_are_a_table_on_a_terminal(
    planned: Path, run_in, terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of((planned / "plan" / "waits.csv").read_text())
    monkeypatch.setenv("NO_COLOR", "1")
    told = run_in(planned, "simulate", "plan").out
    assert "\x1b" not in told
    assert len(told.splitlines()) == len(rows) + 1
    assert told.count("  missed  ") == sum(row["kept"] == "no" for row in rows)


def test_missed_days_are_red_beside_their_word(
    planned: Path, run_in, terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    waits = planned / "plan" / "waits.csv"
    waits.write_text(waits.read_text().replace(",yes,", ",no,", 1))
    red = [line for line in run_in(planned, "simulate", "plan").out.splitlines() if "\x1b[1;31m" in line]
    assert red
    assert all("  missed  " in line for line in red)


def test_a_table_of_a_single_step_is_aligned_on_a_terminal(planned: Path, run_in, terminal: None) -> None:
    table = run_in(planned, "staff", "plan/forecast.csv", "-c", "plan.toml").out.splitlines()
    assert "," not in table[0]
    assert table[0].split()[:2] == ["interval_start", "planning_group"]
    assert table[1].startswith("2026-03-02 09:00")


@pytest.mark.parametrize("flag", ["-q", "--quiet"])
def test_quiet_leaves_the_result_and_errors_alone(flag: str, planned: Path, run_in) -> None:
    loud, still = run_in(planned, "cost", "plan"), run_in(planned, "cost", "plan", flag)
    assert loud.err
    assert (still.out, still.err) == (loud.out, "")
    wrong = run_in(planned, "cost", "nowhere", flag)
    assert (wrong.code, "is not a plan directory" in wrong.err) == (2, True)
    assert run_in(planned, "cost", "plan").err == loud.err


def test_a_dry_run_tells_what_a_plan_would_do_and_writes_nothing(planned: Path, run_in) -> None:
    before = files(planned)
    told = run_in(planned, "plan", "plan.toml", "-o", "plan", "--dry-run", "--set", "roster.effort=2")
    assert told.code == 0
    assert [line.split()[:2] for line in told.out.splitlines()[1:5]] == [
        *(["forecast", "up"], ["staff", "up"]),
        *(["roster", "stale"], ["check", "stale"]),
    ]
    assert "setting roster.effort changed" in told.out
    assert run_in(planned, "plan", "plan.toml", "-o", "other", "--dry-run").out.count("not run yet") == 7
    assert files(planned) == before


def test_a_dry_run_refuses_what_a_run_refuses(planned: Path, run_in) -> None:
    wrong = run_in(planned, "plan", "plan.toml", "-o", "plan", "--dry-run", "--set", "roster.efort=2")
    assert (wrong.code, "did you mean effort?" in wrong.err) == (2, True)
    (planned / "other").mkdir()
    (planned / "other" / "letter.txt").write_text("x")
    assert run_in(planned, "plan", "plan.toml", "-o", "other", "--dry-run").code == 2


def test_single_steps_take_settings(planned: Path, run_in) -> None:
    def needed(*more: str) -> float:
        out = run_in(planned, "staff", "plan/forecast.csv", "-c", "plan.toml", *more).out
        return sum(float(row["agents_required"]) for row in rows_of(out) if row["planning_group"] == "phone")

    assert needed("--set", 'queues.phone.goal="95/10"') > needed()
    wrong = run_in(planned, "staff", "plan/forecast.csv", "-c", "plan.toml", "--set", "staffing.risc=1")
    assert (wrong.code, wrong.err.count("--set staffing.risc")) == (2, 1)


def test_too_few_agents_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["size", "--load", "3", "--aht", "180", "--agents", "3"]) == 0
    told = capsys.readouterr().out
    assert "inf" not in told
    assert "agents with whom it does not grow           4" in told
    assert "without limit" in told


def test_results_are_for_programs_where_nobody_reads_them() -> None:
    from staffplan.cli.output.shown import on_terminal

    assert on_terminal() == sys.stdout.isatty()
