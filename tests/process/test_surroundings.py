"""Whatever lies in the folder one works in: it is not run, and it does not change what comes out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import matplotlib as mpl
import pytest
from joblib.externals.loky import get_reusable_executor

from staffplan.errors import UsageError
from staffplan.files.together import STAGING, write_together
from staffplan.process.surroundings import library_prints_on_stderr
from staffplan.process.workers import Workers, do_all
from staffplan.report.style import png

SOURCES = str(Path(__file__).parents[2] / "src")
PLANTED = "raise ImportError('a file of the working folder was run')"


def test_the_module_runs_no_file_of_the_working_folder(tmp_path: Path) -> None:
    for name in ("typer", "rich", "random", "json"):
        (tmp_path / f"{name}.py").write_text(PLANTED)
    done = subprocess.run(
        [sys.executable, "-m", "staffplan", "--version"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_worker_processes_run_no_file_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    get_reusable_executor().shutdown(wait=True)  # those of an earlier test have begun elsewhere
    for name in ("joblib", "numpy", "threadpoolctl", "staffplan"):
        (tmp_path / f"{name}.py").write_text(PLANTED)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    assert do_all(pow, [(2, 3), (3, 2)], Workers(2), processes=2, on_done=lambda _: None) == [8, 9]


def test_settings_of_libraries_in_the_working_folder_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_bytes(b"lines.linewidth: 9\n\xff")
    (tmp_path / ".numba_config.yaml").write_text("disable_jit: 1\n")
    code = (
        "import staffplan.report, staffplan.process.compiler, matplotlib, numba, os\n"
        "numba.config.reload_config()\n"
        "print(matplotlib.rcParams['lines.linewidth'], numba.config.DISABLE_JIT, os.environ['MPLBACKEND'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={
            "MPLBACKEND": "nonsense",
            "HOME": str(tmp_path),
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        },
    )
    assert (done.stdout, done.stderr) == ("1.5 0 nonsense\n", "")


def test_a_working_folder_that_was_removed_is_no_error(tmp_path: Path) -> None:
    code = (
        "import os; os.rmdir(os.getcwd())\n"
        "from staffplan.cli import run; import sys\n"
        "sys.exit(run(['size', '--load', '10', '--aht', '180', '--goal', '80/20']))"
    )
    folder = tmp_path / "gone"
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "agents needed for the targets" in done.stdout


def test_a_picture_does_not_depend_on_the_settings_of_whoever_draws_it() -> None:
    def draw(ax):
        ax.plot([1, 2, 3])
        return ax

    plain = png(draw, 2, 1)
    with mpl.rc_context({"lines.linewidth": 9, "axes.facecolor": "red", "timezone": "Asia/Tokyo"}):
        assert png(draw, 2, 1) == plain


def test_a_socket_is_not_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        with pytest.raises(UsageError, match="a device, a pipe or a socket"):
            write_together(tmp_path, {"s": b"new"})


def test_a_link_in_place_of_the_folder_of_new_files_does_not_empty_another(tmp_path: Path) -> None:
    theirs, plan = tmp_path / "theirs", tmp_path / "plan"
    theirs.mkdir()
    plan.mkdir()
    (theirs / "precious").write_text("kept")
    (plan / STAGING).symlink_to(theirs)
    write_together(plan, {"a.csv": b"new"})
    assert (theirs / "precious").read_text() == "kept"
    assert [path.name for path in plan.iterdir()] == ["a.csv"]


def test_results_go_to_stdout_again_after_two_libraries_have_printed_at_the_same_time(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The first one ends while the second one is still at work."""
    first_in, second_in, first_out = Event(), Event(), Event()

    def first() -> None:
        with library_prints_on_stderr():
            first_in.set()
            second_in.wait(10)
        first_out.set()

    def second() -> None:
        first_in.wait(10)
        with library_prints_on_stderr():
            second_in.set()
            first_out.wait(10)
            os.write(1, b"library\n")

    threads = [Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(1, b"result\n")
    assert capfd.readouterr() == ("result\n", "library\n")
