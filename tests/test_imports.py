"""Imports point one way, and what is heavy waits until it is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
HEAVY = ("matplotlib", "numba", "ortools", "pyworkforce", "scipy", "statsmodels")
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh Python, away from the repository."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, cwd=REPOSITORY.parent
    )


def loaded_by(modules: str) -> set[str]:
    """Top-level packages that importing these modules brings along."""
    done = run(
        f"import {modules}, sys, json; print(json.dumps(sorted({{n.partition('.')[0] for n in sys.modules}})))"
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.thorough
def test_imports_keep_their_contracts() -> None:
    """As `make lint` says before every `make test`."""
    done = run(LINT, "--no-cache", "--no-logo", "--config", str(REPOSITORY / "pyproject.toml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_help_answers_at_once_because_the_commands_load_nothing_heavy() -> None:
    waits = {"numpy", "pandas", "pydantic", "tomlkit", "rich", "openpyxl", "jinja2", "pyarrow", "holidays", *HEAVY}
    assert loaded_by("staffplan.cli") & waits == set()


def test_tables_and_settings_are_read_without_solver_pictures_or_compiler() -> None:
    assert loaded_by("staffplan.files.read, staffplan.plan.run, staffplan.plan.starter") & set(HEAVY) == set()


def test_errors_and_progress_need_nothing_but_python() -> None:
    installed = {"numpy", "pandas", "pydantic", "typer", "rich", *HEAVY}
    assert loaded_by("staffplan.errors, staffplan.progress, staffplan.plan.text") & installed == set()
