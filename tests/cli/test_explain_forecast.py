"""`forecast --explain QUEUE DATE` on a small center."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from commands import Run


@pytest.fixture
def run(small_center: Path, run_in: Run) -> Run:
    """Forecast the small center."""
    return functools.partial(run_in, small_center, "forecast", "history.csv", "-c", "plan.toml")


@pytest.fixture
def day(run) -> str:
    """A day on which the phone is open."""
    _, out, _ = run()
    return next(line for line in out.splitlines() if ",phone," in line)[:10]


def test_tables_for_people(run, day) -> None:
    code, out, _ = run("--explain", "phone", day)
    assert code == 0
    assert day in out.splitlines()[0]
    assert "level" in out
    assert "weight, day total" in out
    assert "#" in out


def test_records_for_programs(run, day) -> None:
    code, out, _ = run("--explain", "phone", day, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["queue"] == "phone"
    assert found["contacts"] == pytest.approx(sum(hour["contacts"] for hour in found["hours"]))
    assert {"part", "factor", "contacts", "detail"} <= set(found["parts"][0])


@pytest.mark.parametrize(
    ("queue", "day", "says"),
    [
        ("phon", "2026-12-01", "did you mean phone"),
        ("phone", "soon", "'soon' is not a date"),
        ("phone", "1999-01-01", ""),
    ],
)
def test_what_cannot_be_explained_is_said(run, queue, day, says) -> None:
    code, out, err = run("--explain", queue, day)
    assert code == 2
    assert out == ""
    assert says in err


def test_edits_of_a_flag_or_of_the_settings_are_part_of_it(run, day, small_center: Path) -> None:
    (small_center / "edits.csv").write_text(f"first_day,queue,offered_total,who,why\n{day},phone,77,Ana,strike\n")
    _, out, _ = run("--explain", "phone", day, "--overrides", "edits.csv")
    assert out.startswith("phone on ")
    assert ": 77.0 contacts" in out.splitlines()[0]
    assert "override 1 (Ana: strike)" in out
    settings = (small_center / "plan.toml").read_text()
    (small_center / "plan.toml").write_text(settings.replace("[input]", '[input]\noverrides = "edits.csv"'))
    _, out, _ = run("--explain", "phone", day, "--json")
    found = json.loads(out)
    assert found["contacts"] == pytest.approx(77)
    assert found["parts"][-1]["part"] == "override 1 (Ana: strike)"
