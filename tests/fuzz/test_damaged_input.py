"""Whatever the files hold, a command ends with a code of the list, in words, and leaves nothing half-written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from damage import INPUTS, damage, renewed

from commands import Run
from staffplan.errors import DataError, Problem
from thorough import repetitions

CODES = {0, 2, 3, 4, 5, 6}
LONGEST_MESSAGE = 40_000
PEOPLE = ("agents.csv", "time_off.csv", *(f"{name}.csv" for name in INPUTS if name not in ("drivers", "overrides")))
PLAN = ("plan/manifest.json", "plan/plan.toml", "plan.toml")
ROSTER = ("plan/roster_shifts.csv", "plan/roster_activities.csv", "plan/coverage.csv")
NEED = "plan/requirement.csv"
FORECAST = ("history.csv", "drivers.csv", "overrides.csv", "special_days.csv", "plan.toml")
GIVEN = ("-c", "plan.toml")
PEOPLE_OF = (NEED, "agents.csv", *GIVEN)
COMMANDS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("forecast", "history.csv", *GIVEN, "--jobs", "1", "-o", "out/f.csv"): FORECAST,
    ("reforecast", "plan/forecast.csv", "history.csv", *GIVEN, "-o", "out/f.csv"): ("plan/forecast.csv", *FORECAST),
    ("score", "plan/forecast.csv", "history.csv", *GIVEN): ("plan/forecast.csv", "history.csv", "plan.toml"),
    ("staff", "plan/forecast.csv", *GIVEN, "-o", "out/r.csv"): ("plan/forecast.csv", "plan.toml"),
    ("roster", *PEOPLE_OF, "-o", "out/r"): (*PEOPLE, NEED, "plan.toml"),
    ("shifts", NEED, *GIVEN, "-o", "out/s.csv"): (NEED, "plan.toml"),
    ("check", "plan", "--requirement", NEED, "--agents", "agents.csv", *GIVEN): (*PEOPLE, *ROSTER[:2], NEED),
    ("check", "plan"): (*PLAN, *ROSTER, NEED),
    ("repair", "plan", "--absent", "F1:2026-03-02", "-o", "out/p"): (*PLAN, *PEOPLE, *ROSTER[:2], NEED),
    ("simulate", "plan/forecast.csv", NEED, *GIVEN, "-o", "out/w"): ("plan/forecast.csv", NEED, "plan.toml"),
    ("cost", "plan"): (*PLAN, *ROSTER, "agents.csv"),
    ("status", "plan"): (*PLAN, *ROSTER, *PEOPLE),
    ("plan", "plan.toml", "-o", "plan"): (*PLAN, *PEOPLE, *FORECAST),
    ("handoff", "plan", "--only", "ics", "--only", "json", "-o", "h", "--force"): (
        *("h/calendars/all.ics", "h/calendars/all.ics", "h/calendars/all.ics"),
        *(*PLAN, *ROSTER, "agents.csv", "time_off.csv"),
    ),
    ("size", "cases.csv", "-o", "out/a.csv"): ("cases.csv",),
    ("fit", "calls.csv", "-o", "out/p.csv"): ("calls.csv",),
}
"""Each command, with the files that are damaged for it."""
WORK = (
    *("forecast.forecast", "forecast.reforecast", "forecast.score", "staffing.step.staff_by_method", "staffing.size"),
    *("roster.step.roster", "cli.work.shifts.mix_of_shifts", "roster.repair.repair.repair", "simulate.simulate"),
)
"""What takes long once all is read: inputs that get there are good, and what is made of them is tested elsewhere."""


def _enough(*_: object, **__: object) -> None:
    raise DataError(Problem("", "read to the end"))


@pytest.fixture
def reading_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands stop where their work begins."""
    for name in WORK:
        monkeypatch.setattr(f"staffplan.{name}", _enough)


def test_undamaged_files_are_read_to_the_end(tmp_path: Path, run_in: Run, reading_alone: None) -> None:
    """Else what follows would damage what is not read."""
    for command in COMMANDS:
        code, out, err = run_in(renewed(tmp_path / "center"), *command)
        assert code in (0, 4, 5), (command, code, err)
        assert code != 4 or "read to the end" in err, (command, out, err)


@pytest.mark.parametrize("part", range(10))
def test_a_damaged_file_never_ends_as_a_bug(part: int, tmp_path: Path, run_in: Run, reading_alone: None) -> None:
    commands, seeds = list(COMMANDS), repetitions(70, 10_000)
    for seed in range(part, seeds, 10):
        rng, folder = np.random.default_rng(seed), renewed(tmp_path / "center")
        command = commands[seed % len(commands)]
        done = [damage(rng, folder, COMMANDS[command])]
        before = {path: path.read_bytes() for path in folder.glob("*.csv") if path.is_file()}
        code, _, err = run_in(folder, *command)
        told = f"seed {seed}: {' '.join(command)} after {done}: {code}\n{err[:3000]}"
        assert code in CODES, told
        assert "Traceback" not in err, told
        assert len(err) < LONGEST_MESSAGE, told
        left = [path.name for path in folder.rglob("*") if path.suffix in (".tmp", ".new") or "staging" in path.name]
        assert not left, told
        if code in (2, 3, 4):
            assert not (folder / "out").exists() or not any((folder / "out").iterdir()), told
            assert all(path.read_bytes() == data for path, data in before.items()), told
