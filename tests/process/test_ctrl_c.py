"""Ctrl-C always ends in 130: wherever it comes, whatever a library makes of it, and however often."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from thorough import repetitions

BEGIN = "import os, signal, sys, time\nfrom staffplan.process import ctrl_c\nctrl_c.GRACE_SECONDS = 0.1\n"
END = "\nsys.exit(ctrl_c.ending_in_130(work))"
PRESS = "signal.raise_signal(signal.SIGINT)"


def _ended(code: str) -> tuple[int, str]:
    """Exit code and stderr of a process whose Ctrl-C is not ignored, as it is for one in the background."""
    done = subprocess.run(
        [sys.executable, "-c", f"{BEGIN}{code}{END}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(f"def work():\n {PRESS}", id="anywhere"),
        pytest.param(
            f"def work():\n try: {PRESS}\n except KeyboardInterrupt: raise ImportError('initialization failed')",
            id="turned into another error",
        ),
        pytest.param(
            f"def work():\n try: {PRESS}\n except KeyboardInterrupt: pass\n time.sleep(60)", id="lost, and it goes on"
        ),
        pytest.param(f"def work():\n try: {PRESS}\n except KeyboardInterrupt: return 0", id="lost, and it is done"),
        pytest.param(
            f"def work():\n try: {PRESS}\n finally:\n  {PRESS}\n  time.sleep(60)", id="twice, while it clears away"
        ),
        pytest.param(f"import atexit\natexit.register(lambda: {PRESS})\ndef work(): return 0", id="at exit"),
        pytest.param("def work():\n ctrl_c.wish()\n return 5", id="a part of the work was ended by it"),
    ],
)
def test_ctrl_c_ends_in_130_and_says_so_once(work: str) -> None:
    code, said = _ended(work)
    assert code == 130
    assert said.count("interrupted; finished results are kept") == 1
    assert "Traceback" not in said


def test_without_ctrl_c_the_code_is_that_of_the_work() -> None:
    assert _ended("def work(): return 5") == (5, "")


def test_where_ctrl_c_is_ignored_it_stays_so() -> None:
    code = f"signal.signal(signal.SIGINT, signal.SIG_IGN)\ndef work():\n {PRESS}\n return 0"
    assert _ended(code) == (0, "")


MOMENTS = repetitions(3, 30)


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_the_command_ends_in_130_from_its_first_import_on(moment: int, samples: Path, tmp_path: Path) -> None:
    """A moment is a number of modules loaded, as seconds differ from machine to machine."""
    loaded = 40 + moment * 1500 // MOMENTS
    code = (
        "import os, signal, sys\n"
        "class Presses:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if len(sys.modules) > {loaded} and 'staffplan.process.ctrl_c' in sys.modules:\n"
        "            sys.meta_path.remove(self)\n"
        f"            {PRESS}\n"
        "from staffplan.__main__ import main\n"
        "sys.meta_path.insert(0, Presses())\n"
        f"sys.argv = ['staffplan', 'forecast', {str(samples / 'history.csv')!r}, '-o', 'f.csv']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert done.returncode == 130, done.stderr
    assert "bug in staffplan" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
@pytest.mark.parametrize("seconds", [0.5 + 0.3 * number for number in range(20)])
def test_the_command_ends_in_130_at_any_second_of_a_plan(seconds: float, small_center: Path) -> None:
    plan = subprocess.Popen(
        [sys.executable, "-m", "staffplan", "plan", "plan.toml", "-o", "plan"],
        cwd=small_center,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    time.sleep(seconds)
    finished = plan.poll() is not None
    plan.send_signal(signal.SIGINT)
    said = plan.communicate()[1]
    assert finished or plan.returncode == 130, said
