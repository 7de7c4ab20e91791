"""Whatever the files hold, a command ends with a code of the list, in words, and leaves nothing half-written."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damage import INPUTS, damage, renewed, reworded

from commands import Run
from staffplan.cli import work
from staffplan.errors import DataError, Problem
from staffplan.files import read
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
    ("forecast", "history.parquet", *GIVEN, "-o", "out/f.csv"): ("history.parquet",),
    ("reforecast", "plan/forecast.csv", "history.csv", *GIVEN, "-o", "out/f.csv"): ("plan/forecast.csv", *FORECAST),
    ("score", "plan/forecast.csv", "history.csv", *GIVEN): ("plan/forecast.csv", "history.csv", "plan.toml"),
    ("staff", "plan/forecast.csv", *GIVEN, "-o", "out/r.csv"): ("plan/forecast.csv", "plan.toml"),
    ("roster", *PEOPLE_OF, "-o", "out/r"): (*PEOPLE, NEED, "plan.toml"),
    ("shifts", NEED, *GIVEN, "-o", "out/s.csv"): (NEED, "plan.toml"),
    ("mix", "groups.csv", "--profiles", "profiles.csv", "-o", "out/m.csv"): ("groups.csv", "profiles.csv"),
    ("check", "plan", "--requirement", NEED, "--agents", "agents.csv", *GIVEN): (*PEOPLE, *ROSTER[:2], NEED),
    ("check", "plan"): (*PLAN, *ROSTER, NEED),
    ("repair", "plan", "--absent", "F1:2026-03-02", "-o", "out/p"): (*PLAN, *PEOPLE, *ROSTER[:2], NEED),
    ("simulate", "plan/forecast.csv", NEED, *GIVEN, "-o", "out/w"): ("plan/forecast.csv", NEED, "plan.toml"),
    ("cost", "plan"): (*PLAN, *ROSTER, "agents.csv"),
    ("report", "plan"): (
        *PLAN,
        *ROSTER,
        *(f"plan/{name}.csv" for name in ("forecast_backtest", "check", "waits", "cost")),
    ),
    ("status", "plan"): (*PLAN, *ROSTER, *PEOPLE),
    ("plan", "plan.toml", "-o", "plan"): (*PLAN, *PEOPLE, *FORECAST),
    ("init", "begun", "--force"): ("begun/plan.toml", "begun/history.csv"),
    ("handoff", "plan", "--only", "xlsx", "-o", "h"): ("plan/manifest.json", *ROSTER, "agents.csv", "time_off.csv"),
    ("handoff", "plan", "--only", "ics", "--only", "json", "-o", "h", "--force"): (
        *("h/calendars/all.ics", "h/calendars/all.ics", "h/calendars/all.ics"),
        *(*PLAN, *ROSTER, "agents.csv", "time_off.csv"),
    ),
    ("size", "cases.csv", "-o", "out/a.csv"): ("cases.csv",),
    ("fit", "calls.csv", "-o", "out/p.csv"): ("calls.csv",),
}
"""Each command, with the files that are damaged for it."""
WORDED: tuple[tuple[str, ...], ...] = (
    ("size", "--per-hour", "200", "--aht", "280", "--goal", "80/20", "--patience", "120", "--interval", "30"),
    ("staff", "plan/forecast.csv", "--goal", "80/20", "--shrinkage", "0.3", "--timezone", "UTC", "-o", "out/r.csv"),
    ("forecast", "history.csv", "--start", "2026-03-02", "--weeks", "1", "--country", "ES", "-o", "out/f.csv"),
    ("forecast", "history.csv", "--interval", "30", "--timezone", "UTC", "--jobs", "1", "-o", "out/f.csv"),
    ("forecast", "history.csv", "--cluster", "tcp://host:8786", "-o", "out/f.csv"),
    ("repair", "plan", "--absent", "F1:2026-03-02", "--from", "2026-03-02T10:00", "-o", "out/p"),
    ("handoff", "plan", "--timezone", "UTC", "--only", "json", "-o", "h"),
    ("mix", "groups.csv", "--seed", "1", "-o", "out/m.csv"),
)
"""Commands with options whose values are damaged."""
WORK = (
    *("forecast.forecast", "forecast.reforecast", "forecast.score", "staffing.step.staff_by_method", "staffing.size"),
    *("roster.step.roster", "cli.work.shifts.mix_of_shifts", "roster.repair.repair.repair", "simulate.simulate"),
    *("staffing.skills.step.mix_skills", "plan.starter.write_starter", "plan.reporting.report_pages"),
)
"""What takes long once all is read: inputs that get there are good, and what is made of them is tested elsewhere."""


def _enough(*_: object, **__: object) -> None:
    raise DataError(Problem("", "read to the end"))


def _remembering(function: Callable[..., Any], known: dict[object, Any]) -> Callable[..., Any]:
    """read_table, but for a file that it has read before: most files of a damaged center are as they were."""

    def remembered(path: Path, table: type, **how: Any) -> Any:
        if not path.is_file():
            return function(path, table, **how)
        key = (str(path), path.read_bytes(), table, repr(how))
        if key not in known:
            known[key] = function(path, table, **how)
        return known[key]

    return remembered


@pytest.fixture(scope="module")
def known() -> dict[object, Any]:
    """Tables read before."""
    return {}


@pytest.fixture
def reading_alone(monkeypatch: pytest.MonkeyPatch, known: dict[object, Any]) -> None:
    """Commands stop where their work begins."""
    for name in WORK:
        monkeypatch.setattr(f"staffplan.{name}", _enough)
    for own in pkgutil.iter_modules(work.__path__, f"{work.__name__}."):
        import_module(own.name)
    original = read.read_table
    for module in [module for name, module in sys.modules.items() if name.startswith("staffplan")]:
        if getattr(module, "read_table", None) is original:
            monkeypatch.setattr(module, "read_table", _remembering(original, known))


def test_undamaged_files_are_read_to_the_end(tmp_path: Path, run_in: Run, reading_alone: None) -> None:
    """Else what follows would damage what is not read."""
    for command in (*COMMANDS, *WORDED):
        code, out, err = run_in(renewed(tmp_path / "center"), *command)
        assert code in (0, 5) or "read to the end" in err, (command, code, out, err)


@pytest.mark.parametrize("part", range(10))
def test_a_damaged_input_never_ends_as_a_bug(part: int, tmp_path: Path, run_in: Run, reading_alone: None) -> None:
    commands = [*COMMANDS, *WORDED]
    for seed in range(part, repetitions(300, 10_000), 10):
        rng, folder = np.random.default_rng(seed), renewed(tmp_path / "center")
        command = commands[int(rng.integers(len(commands)))]
        words = reworded(rng, command) if command in WORDED else list(command)
        done = "" if command in WORDED else damage(rng, folder, COMMANDS[command])
        before = {path: path.read_bytes() for path in folder.glob("*.csv") if path.is_file()}
        code, _, err = run_in(folder, *words)
        told = f"seed {seed}: {words} after {done}: {code}\n{err[:3000]}"
        assert code in CODES, told
        assert "Traceback" not in err, told
        assert len(err) < LONGEST_MESSAGE, told
        left = [path.name for path in folder.rglob("*") if path.suffix in (".tmp", ".new") or "staging" in path.name]
        assert not left, told
        if code in (2, 3, 4):
            assert not (folder / "out").exists() or not any((folder / "out").iterdir()), told
            assert all(path.read_bytes() == data for path, data in before.items()), told
