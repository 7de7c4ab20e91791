"""What is installed from the wheel works without the repository: the commands, the starter's files, a plan."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

import staffplan

ROOT = Path(__file__).parents[1]
EVERYTHING = bool(os.environ.get("STAFFPLAN_ALL"))
"""The requirements are installed from the lock too (600 MB), kernels compiled and a whole plan made; minutes."""
UNCOMPILED = {} if EVERYTHING else {"NUMBA_DISABLE_JIT": "1"}
ONE_WEEK = ("--weeks", "1", "--set", "roster.time_limit_seconds=20")


def run(*command: object, folder: Path = ROOT) -> str:
    """Standard output of a command that succeeds. It sees no package but those of its own interpreter."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | UNCOMPILED
    done = subprocess.run([*map(str, command)], cwd=folder, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of an environment with the wheel in it, and with the requirements of this one or of the lock."""
    folder = tmp_path_factory.mktemp("bare")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("staffplan-*.whl")
    venv.create(folder / "venv")
    programs = folder / "venv" / "bin"
    python = programs / "python"
    if EVERYTHING:
        run(*pip, "--python", python, "install", "--require-hashes", "-r", ROOT / "requirements" / "dev.txt")
    else:
        theirs = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        # A path in a .pth file brings the packages of a folder, not its .pth files: not the editable staffplan.
        (Path(theirs) / "requirements.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel)
    where = run(python, "-c", "import staffplan; print(staffplan.__file__)", folder=folder).strip()
    assert Path(where).is_relative_to(folder)
    return programs


def test_the_installed_command_helps_and_knows_its_version(installed: Path, tmp_path: Path) -> None:
    assert "Usage: staffplan" in run(installed / "staffplan", "--help", folder=tmp_path)
    for command in ((installed / "staffplan",), (installed / "python", "-m", "staffplan")):
        assert run(*command, "--version", folder=tmp_path) == f"staffplan {staffplan.__version__}\n"


def test_the_wheel_carries_the_files_that_init_writes(installed: Path, tmp_path: Path) -> None:
    run(installed / "staffplan", "init", "center", folder=tmp_path)
    samples = {path.name: path.read_bytes() for path in (tmp_path / "center").iterdir() if path.name != "plan.toml"}
    assert len(samples) == 6
    assert samples == {name: (ROOT / "data" / "samples" / name).read_bytes() for name in samples}


def test_an_installed_staffplan_plans(installed: Path, tmp_path: Path) -> None:
    run(installed / "staffplan", "init", "center", folder=tmp_path)
    if EVERYTHING:
        run(installed / "staffplan", "plan", "center/plan.toml", "-o", "plan", *ONE_WEEK, folder=tmp_path)
        assert "<html" in (tmp_path / "plan" / "report" / "index.html").read_text(encoding="utf-8")
    else:
        size = ("size", "--per-hour", "200", "--aht", "180", "--goal", "80/20", "--json")
        assert '"rows"' in run(installed / "staffplan", *size, folder=tmp_path)


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited is not None
    assert {project["version"], cited[1]} == {staffplan.__version__}
    assert f"## {staffplan.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
