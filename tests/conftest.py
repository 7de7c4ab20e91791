"""Rules of the tests, and fixtures that any test may use.

*Two sets.* `make test` proves every law in four minutes on two cores. `make test-all` proves the same laws with
more examples, more days and more sizes: it sets STAFFPLAN_ALL. A test or a case of a parameter marked `thorough`
runs there alone, and the summary counts those left out. A test that repeats takes its number from
`repetitions(few, many)` of thorough.py. Laws that name no number of examples have 25 and 200 (profiles below).

*A law stays.* What is made smaller in `make test` is held in full in `make test-all`. A test is marked `thorough`
only where a smaller case of the same law runs in both.

*Seconds.* `--slowest N` lists the tests that took most CPU time, which is the same on a busy machine. A test of more
than three CPU seconds needs a reason. The usual remedies: a smaller center, a roster search of little effort, a
finished plan (`planned`, copied from one that all workers share; `filled_once` shares any folder) in place of a new
one, and a command in this process (`run`) in place of a process.

*Places.* A test lies under the name of the room and the module it is about. Helpers that several folders need are
modules beside this one. Machine code is kept beside the Python that runs (compiled.py), and `make kernels` makes it.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import itertools
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from commands import FilledOnce, Finished, Run
from compiled import keep_beside_python
from small_center import write_small_center
from staffplan.cli.main import run as run_command
from thorough import THOROUGH

keep_beside_python()
settings.register_profile("staffplan", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("thorough", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("thorough" if THOROUGH else "staffplan")

LEFT_OUT = pytest.StashKey[int]()
BLANK = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
"""A PNG of one pixel."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write the golden files anew; read the diff.")
    parser.addoption("--slowest", type=int, default=0, metavar="N", help="List the N tests that took most CPU time.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is thorough, unless all tests are to run."""
    left_out = [] if THOROUGH else [item for item in items if item.get_closest_marker("thorough")]
    if left_out:
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=left_out)
    config.stash[LEFT_OUT] = len(left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker reports to the main process how many tests it left out; all workers leave out the same."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def _cpu_seconds() -> float:
    """CPU seconds of this process and of those children that have ended."""
    return sum(os.times()[:4])


_counted_seconds = [_cpu_seconds()]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give a report its CPU seconds: unlike the clock's, they are the same on a busy machine."""
    report = yield
    before, _counted_seconds[0] = _counted_seconds[0], _cpu_seconds()
    report.cpu_seconds = _counted_seconds[0] - before
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    seconds: Counter[str] = Counter()
    for report in itertools.chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            seconds[report.nodeid] += report.cpu_seconds
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.line(f"{left_out} thorough tests are left out: make test-all runs them")
    if config.option.slowest:
        terminalreporter.section(f"CPU seconds: {seconds.total():.0f} in {len(seconds)} tests")
        for name, taken in seconds.most_common(config.option.slowest):
            terminalreporter.line(f"{taken:8.2f}  {name}")


@pytest.fixture(autouse=True)
def ctrl_c_as_in_a_terminal() -> Generator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where the tests were started in the background and would ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets (STAFFPLAN_DATA); the test skips, visibly, without it."""
    folder = os.environ.get("STAFFPLAN_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip(
            "needs real data: set STAFFPLAN_DATA to the folder that holds bank_calls, it_helpdesk, technion_bank"
        )
    return Path(folder)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The made-up center's files."""
    return Path(__file__).parent.parent / "data" / "samples"


@pytest.fixture
def blank_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report drawn by the test has blank pictures: drawing is half of a plan's time, and tests/report tests it."""
    monkeypatch.setattr("staffplan.report.blocks.Figure.png", lambda _: BLANK)


@pytest.fixture
def small_center(tmp_path: Path, blank_pictures: None) -> Path:
    """A workspace that plans in seconds: two queues, twelve people, one week."""
    write_small_center(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> FilledOnce:
    """Give a folder of that name, filled from within by whichever worker asks first; the others wait."""
    common = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent

    def call(name: str, fill: Callable[[], None]) -> Path:
        folder, begun = common / name, common / f"{name} begun"
        with _alone(common):
            if not folder.exists():
                shutil.rmtree(begun, ignore_errors=True)
                begun.mkdir()
                with contextlib.chdir(begun):
                    fill()
                begun.rename(folder)
        return folder

    return call


@pytest.fixture(scope="session")
def _planned_once(filled_once: FilledOnce) -> Path:
    """The small center with its first plan."""

    def fill() -> None:
        write_small_center(Path())
        assert run_command(["plan", "plan.toml", "-o", "plan"]) == 0

    return filled_once("center", fill)


@contextlib.contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Hold a folder; other processes wait for it (where there are no such locks, workers are one)."""
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@pytest.fixture
def planned(tmp_path: Path, _planned_once: Path, blank_pictures: None) -> Path:
    """The small center after its first plan (with its pictures), to be changed at will."""
    return Path(shutil.copytree(_planned_once, tmp_path / "center"))


@pytest.fixture
def run_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a folder, in this process."""

    def call(folder: Path, *arguments: object) -> Finished:
        monkeypatch.chdir(folder)
        capsys.readouterr()
        code = run_command([str(argument) for argument in arguments])
        return Finished(code, *capsys.readouterr())

    return call


@pytest.fixture
def run(tmp_path: Path, run_in: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in the test's own folder, in this process."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(run_in, tmp_path)
