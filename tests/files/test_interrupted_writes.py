"""Kill -9 and a refusing disk at every write of every command that writes: the next run is as if nothing happened."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from staffplan.cli.main import run as run_command
from staffplan.cli.work import forecast, handoff, repair, roster
from staffplan.errors import DataError, UsageError
from staffplan.files import disk, together
from staffplan.files.disk import sha256
from staffplan.files.ledger import append, held, read_ledger
from staffplan.files.lock import locked
from staffplan.files.together import JOURNAL, STAGING, EditedMeanwhileError, made, recover, settle, write_together
from staffplan.plan import run as plan_run
from staffplan.plan import starter
from staffplan.plan.directory import create_or_update, open_existing
from staffplan.plan.run import RunResult, status
from staffplan.plan.step import Step, StepOutput, StepWork

WAYS = ("make_folder", "write", "set_mode", "sync", "move", "remove", "remove_folder")
ALL = bool(os.environ.get("STAFFPLAN_ALL"))
EVERY = 11
"""Of the points of a slow command one in so many is tried, each time in another way."""
REFUSALS = (errno.ENOSPC, errno.EACCES, errno.EIO)


class Killed(BaseException):
    """The process is gone: nothing after it runs, no clearing up either."""


@dataclass
class Fault:
    """What happens at the `at`-th change of the disk, counted from 0. refusal: its errno; None: kill -9."""

    at: int
    refusal: int | None = None
    lasts: bool = False
    """Whether the disk refuses everything after it too, as a full one does; a killed process always does nothing."""
    count: int = 0

    def strikes(self) -> bool:
        number, self.count = self.count, self.count + 1
        return number == self.at or (number > self.at and (self.lasts or self.refusal is None))

    def strike(self, way: str, arguments: tuple[object, ...]) -> None:
        if way == "write" and self.count == self.at + 1:
            path, data = arguments
            assert isinstance(path, Path)
            assert isinstance(data, bytes)
            path.write_bytes(data[: len(data) // 2])
        raise Killed if self.refusal is None else OSError(self.refusal, os.strerror(self.refusal))


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Fault | None], None]]:
    """Arm a fault, or none. Every change that staffplan makes on the disk goes through it, and never waits."""
    armed: list[Fault | None] = [None]

    def through(way: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            if armed[0] is not None and armed[0].strikes():
                armed[0].strike(way, arguments)
            real(*arguments)

        return call

    for way in WAYS:
        real = getattr(disk, way) if way != "sync" else lambda _: None
        monkeypatch.setattr(disk, way, through(way, real))

    def arm(fault: Fault | None) -> None:
        armed[0] = fault

    yield arm
    armed[0] = None


def contents(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder, hidden things and empty folders too."""
    return {
        path.relative_to(folder).as_posix(): None if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


def faults_to_try(points: int, every: int) -> Iterator[Fault]:
    """Kill and one refusal at some points; with STAFFPLAN_ALL kill and every refusal, once and for good, at each."""
    kinds = [(None, False), *((refusal, lasts) for refusal in REFUSALS for lasts in (False, True))]
    for turn, point in enumerate(range(0, points, 1 if ALL else every)):
        for refusal, lasts in kinds if ALL else (kinds[0], kinds[1 + turn % 6]):
            yield Fault(point, refusal, lasts)


def without_rest(found: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """But for old files on their way out: the write is done, and the next one in the folder clears them away."""
    return {name: data for name, data in found.items() if STAGING not in name}


def tidy(folder: Path) -> None:
    for rest in [path.parent for path in folder.rglob(STAGING)]:
        recover(rest)


def strike_everywhere(
    begin: Callable[[Path], None],
    command: Callable[[Path], int],
    folder: Path,
    faults: Callable[[Fault | None], None],
    *,
    every: int = 1,
) -> int:
    """Interrupt a command, run it again, and compare with an undisturbed run; gives the points where it writes.

    begin: makes the folder's state before the command. command: gives the exit code. every: of so many points one is
    tried, but all with STAFFPLAN_ALL.
    """
    begin(folder / "begun")
    shutil.copytree(folder / "begun", folder / "undisturbed")
    counted = Fault(10**9)
    faults(counted)
    assert command(folder / "undisturbed") == 0
    wanted = contents(folder / "undisturbed")
    for number, fault in enumerate(faults_to_try(counted.count, every)):
        place = folder / str(number)
        shutil.copytree(folder / "begun", place)
        faults(fault)
        code = None
        try:
            code = command(place)
        except Killed:
            assert fault.refusal is None
        faults(None)
        if without_rest(contents(place)) == wanted:
            tidy(place)
        else:
            assert code in (None, 2), fault
            assert command(place) == 0, fault
        assert contents(place) == wanted, fault
        shutil.rmtree(place)
    return counted.count


# --- the files of one write ---

OLD = {"a.csv": b"old a", "sub/b.csv": b"old b"}
NEW = {"a.csv": b"new a", "sub/b.csv": b"new b", "c.csv": b"new c", "deep/er/d.csv": b"new d"}


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def files_of(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(folder).items() if data is not None and not name.startswith(".")}


@pytest.mark.parametrize("old", [{}, OLD])
@pytest.mark.parametrize("refusal", [None, errno.EIO])
def test_a_reader_finds_all_old_files_or_all_new_ones_whenever_the_writing_was_interrupted(
    old: Mapping[str, bytes], refusal: int | None, tmp_path: Path, faults: Callable[[Fault | None], None]
) -> None:
    found = []
    point, struck = 0, True
    while struck:
        folder, fault = tmp_path / str(point), Fault(point, refusal, lasts=True)
        put(folder, {"other.txt": b"mine", **old})
        faults(fault)
        try:
            write_together(folder, NEW)
            struck = False
        except (Killed, UsageError):
            point += 1
        faults(None)
        settle(folder)
        found.append(files_of(folder) == {"other.txt": b"mine", **old, **NEW})
        assert found[-1] or files_of(folder) == {"other.txt": b"mine", **old}
        recover(folder)
        assert not {STAGING, JOURNAL} & set(contents(folder))
    assert found == sorted(found)
    assert {True, False} == set(found)


def test_a_file_edited_after_the_interruption_is_kept(tmp_path: Path, faults: Callable[[Fault | None], None]) -> None:
    point = 0
    while True:
        folder = tmp_path / str(point)
        put(folder, OLD)
        faults(Fault(point))
        try:
            write_together(folder, NEW)
            break
        except Killed:
            point += 1
        faults(None)
        (folder / "a.csv").write_bytes(b"edited")
        settle(folder)
        recover(folder)
        assert files_of(folder)["a.csv"] == b"edited"
    assert point > 20


def test_what_was_edited_since_the_work_began_is_kept_and_named(tmp_path: Path) -> None:
    put(tmp_path, OLD)
    expected = {name: sha256(tmp_path / name) for name in NEW}
    (tmp_path / "sub" / "b.csv").write_bytes(b"edited")
    (tmp_path / "c.csv").write_bytes(b"mine")
    with pytest.raises(EditedMeanwhileError) as caught:
        write_together(tmp_path, NEW, expected=expected)
    assert caught.value.names == ("sub/b.csv", "c.csv")
    assert files_of(tmp_path) == {"a.csv": b"old a", "sub/b.csv": b"edited", "c.csv": b"mine"}
    assert not (tmp_path / STAGING).exists()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.symlink_to("elsewhere"), "is a link to elsewhere"),
        (lambda path: os.mkfifo(path), "is a device, a pipe or a socket"),
    ],
)
def test_what_is_no_file_is_neither_replaced_nor_written_through(
    spoil: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    put(tmp_path, OLD)
    spoil(tmp_path / "c.csv")
    with pytest.raises(UsageError, match=said):
        write_together(tmp_path, NEW)
    assert (tmp_path / "a.csv").read_bytes() == b"old a"


def test_files_have_the_permissions_they_had_and_new_ones_those_of_the_umask(tmp_path: Path) -> None:
    put(tmp_path, OLD)
    (tmp_path / "a.csv").chmod(0o640)
    before = os.umask(0o077)
    try:
        write_together(tmp_path, NEW)
    finally:
        os.umask(before)
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("a.csv", "c.csv")}
    assert modes == {"a.csv": 0o640, "c.csv": 0o600}


@pytest.mark.parametrize("name", ["../outside.csv", "/outside.csv"])
def test_a_list_of_new_files_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    listed = f'[{{"staged": "0", "name": "{name}", "before": null, "after": ""}}]'
    put(tmp_path / "plan", {JOURNAL: listed.encode(), f"{STAGING}/0": b"bad"})
    with pytest.raises(DataError, match="the list of new files is damaged"):
        settle(tmp_path / "plan")
    assert list(tmp_path.iterdir()) == [tmp_path / "plan"]


# --- a plan of tiny steps ---


def tiny(name: str, reads: tuple[str, ...], makes: tuple[str, ...]) -> Step:
    """A step whose files tell which files it read."""

    def make(work: StepWork) -> StepOutput:
        read = b"".join((work.workspace.folder / source).read_bytes() for source in reads)
        given = work.workspace.required_path("meetings").read_bytes()
        return StepOutput({file: b"%s from %s %s" % (file.encode(), given, read) for file in makes})

    return Step(name, ("meetings",), reads, makes, lambda config: {"plan.seed": config.plan.seed}, make)


STEPS = (
    tiny("forecast", (), ("forecast.csv", "forecast_totals.csv")),
    tiny("roster", ("forecast.csv",), ("roster_shifts.csv", "roster_activities.csv")),
    tiny("report", ("roster_shifts.csv",), ("report/index.html",)),
)


def made_by(monkeypatch: pytest.MonkeyPatch, steps: tuple[Step, ...]) -> None:
    """Plans are made by these steps from here on."""
    monkeypatch.setattr(plan_run, "ALL_STEPS", steps)
    monkeypatch.setattr(plan_run, "steps_due", lambda _workspace: steps)


@pytest.fixture
def tiny_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    made_by(monkeypatch, STEPS)


def begin_center(folder: Path) -> None:
    put(
        folder,
        {
            "plan.toml": b'[input]\nhistory = "history.csv"\nagents = "agents.csv"\nmeetings = "meetings.csv"\n',
            "history.csv": b"all",
            "meetings.csv": b"first",
            "agents.csv": b"ann",
        },
    )


def begin_planned(folder: Path) -> None:
    """A plan that is old: its meetings have changed since."""
    begin_center(folder)
    run_plan(folder)
    (folder / "meetings.csv").write_bytes(b"second")


def run_plan(folder: Path, *, force: bool = False) -> RunResult:
    with made(folder / "plan"), locked(folder / "plan"):
        opened = create_or_update(folder / "plan.toml", folder / "plan", {}, force=force)
        return plan_run.run(opened.workspace, opened.manifest, force=force)


def plan_exit_code(folder: Path) -> int:
    try:
        return 4 if run_plan(folder).kept else 0
    except UsageError as error:
        return error.exit_code


@pytest.mark.usefixtures("tiny_steps")
@pytest.mark.parametrize(("begin", "least"), [(begin_center, 60), (begin_planned, 70)])
def test_a_plan_interrupted_anywhere_is_made_by_the_next_run(
    begin: Callable[[Path], None], least: int, tmp_path: Path, faults: Callable[[Fault | None], None]
) -> None:
    assert strike_everywhere(begin, plan_exit_code, tmp_path, faults) >= least


def with_edit(monkeypatch: pytest.MonkeyPatch, path: Path, text: bytes) -> None:
    """Somebody edits a file while the roster is made."""

    def make(work: StepWork) -> StepOutput:
        output = STEPS[1].run(work)
        path.write_bytes(text)
        return output

    made_by(monkeypatch, (STEPS[0], replace(STEPS[1], run=make), STEPS[2]))


@pytest.mark.usefixtures("tiny_steps")
@pytest.mark.parametrize("begin", [begin_center, begin_planned])
def test_a_file_edited_while_its_step_ran_is_kept_then_and_later(
    begin: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path)
    edited = tmp_path / "plan" / "roster_shifts.csv"
    with_edit(monkeypatch, edited, b"mine")
    result = run_plan(tmp_path)
    assert result.ran == ("forecast", "report")
    assert [(state.name, state.by_hand) for state in result.kept] == [("roster", ("roster_shifts.csv",))]
    assert result.kept[0].reasons[0] == "roster_shifts.csv was changed by hand"
    made_by(monkeypatch, STEPS)
    assert [state.name for state in run_plan(tmp_path).kept] == ["roster"]
    assert edited.read_bytes() == b"mine"
    assert run_plan(tmp_path, force=True).ran == ("roster", "report")
    assert edited.read_bytes().startswith(b"roster_shifts.csv from")


@pytest.mark.usefixtures("tiny_steps")
def test_force_replaces_what_was_edited_while_its_step_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin_planned(tmp_path)
    with_edit(monkeypatch, tmp_path / "plan" / "roster_shifts.csv", b"mine")
    assert run_plan(tmp_path, force=True).kept == ()
    assert (tmp_path / "plan" / "roster_shifts.csv").read_bytes().startswith(b"roster_shifts.csv from")


@pytest.mark.usefixtures("tiny_steps")
def test_an_input_edited_while_a_plan_runs_counts_in_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps after the edit may have read it or not; they are made again."""
    begin_center(tmp_path)
    with_edit(monkeypatch, tmp_path / "meetings.csv", b"second")
    run_plan(tmp_path)
    opened = open_existing(tmp_path / "plan")
    found = {state.name: state.reasons for state in status(opened.workspace, opened.manifest)}
    assert set(found.values()) == {("input meetings (meetings.csv) changed",)}


@pytest.mark.usefixtures("tiny_steps")
def test_a_folder_in_a_files_place_is_named_before_the_step_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_planned(tmp_path)
    (tmp_path / "plan" / "roster_shifts.csv").unlink()
    (tmp_path / "plan" / "roster_shifts.csv").mkdir()
    made_by(monkeypatch, (STEPS[0], replace(STEPS[1], run=pytest.fail), STEPS[2]))
    with pytest.raises(UsageError, match=r"roster_shifts\.csv: is a folder"):
        run_plan(tmp_path)
    (tmp_path / "plan" / "roster_shifts.csv").rmdir()
    made_by(monkeypatch, STEPS)
    assert run_plan(tmp_path).ran == ("roster", "report")


# --- the commands that write several files ---


def cli(*arguments: str) -> Callable[[Path], int]:
    """A command in a folder, as a function that gives the exit code."""

    def call(folder: Path) -> int:
        before = Path.cwd()
        os.chdir(folder)
        try:
            return run_command(list(arguments))
        finally:
            os.chdir(before)

    return call


def remembered(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
    """Let a function compute once: what is interrupted is the writing of what it found."""
    remembered_by(monkeypatch, module, name, lambda *_, **__: None)


def remembered_by(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, key: Callable[..., Hashable]
) -> dict[Hashable, object]:
    """Let a function compute once for each key that its arguments have; gives what it found."""
    found: dict[Hashable, object] = {}
    real = getattr(module, name)

    def once(*arguments: object, **more: object) -> object:
        given = key(*arguments, **more)
        if given not in found:
            found[given] = real(*arguments, **more)
        return found[given]

    monkeypatch.setattr(module, name, once)
    return found


def test_init_interrupted_anywhere_is_done_by_the_next_one(
    tmp_path: Path, faults: Callable[[Fault | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {name: data[:100] for name, data in starter.starter_files().items()}
    monkeypatch.setattr(starter, "starter_files", lambda: short)
    assert strike_everywhere(begin_empty, cli("init", "center"), tmp_path, faults, every=EVERY) >= 30


def test_a_forecast_interrupted_anywhere_is_done_by_the_next_one(
    tmp_path: Path,
    small_center: Path,
    faults: Callable[[Fault | None], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    history = str(small_center / "history.csv")
    remembered(monkeypatch, forecast, "forecast_files")
    command = cli("forecast", history, "-o", "out/forecast.csv", "--jobs", "1")
    assert strike_everywhere(begin_empty, command, tmp_path / "points", faults, every=EVERY) >= 25


def begin_empty(folder: Path) -> None:
    folder.mkdir(parents=True)


def begin_copy(source: Path, *names: str) -> Callable[[Path], None]:
    def begin(folder: Path) -> None:
        folder.mkdir(parents=True)
        for name in names:
            copy = shutil.copytree if (source / name).is_dir() else shutil.copy
            copy(source / name, folder / name)

    return begin


CENTER = ("plan.toml", "history.csv", "agents.csv", "time_off.csv")


def test_a_roster_interrupted_anywhere_is_done_by_the_next_one(
    planned: Path, tmp_path: Path, faults: Callable[[Fault | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered(monkeypatch, roster, "roster_of")
    command = cli("roster", str(planned / "plan/requirement.csv"), "agents.csv", "-c", "plan.toml", "-o", "out")
    assert strike_everywhere(begin_copy(planned, *CENTER), command, tmp_path / "points", faults, every=EVERY) >= 20


@pytest.mark.parametrize("into", ["plan", pytest.param("out", marks=pytest.mark.thorough)])
def test_a_repair_interrupted_anywhere_is_done_by_the_next_one(
    into: str, planned: Path, tmp_path: Path, faults: Callable[[Fault | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the plan itself too: the next repair begins from the roster that the interrupted one began from."""
    found = remembered_by(monkeypatch, repair, "repair_of", lambda task, *_: task.roster.shifts.frame.to_csv())
    force = ["--force"] if into == "plan" else []
    command = cli("roster", "--repair", "plan", "--absent", "F2:2026-03-03", "-o", into, *force)
    assert (
        strike_everywhere(begin_copy(planned, *CENTER, "plan"), command, tmp_path / "points", faults, every=EVERY)
        >= 20
    )
    assert len(found) == 1


@pytest.mark.parametrize("again", [False, True])
def test_a_handoff_interrupted_anywhere_is_done_by_the_next_one(
    again: bool,
    planned: Path,
    tmp_path: Path,
    faults: Callable[[Fault | None], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Handed off again after a change, too: calendars count how often a shift was moved."""
    command = cli("handoff", "plan", "-o", "out", "--only", "ics", "--only", "json", *(["--force"] if again else []))
    if again:
        cli("handoff", "plan", "-o", "out", "--only", "ics", "--only", "json")(planned)
        activities = planned / "plan" / "roster_activities.csv"
        activities.write_text(activities.read_text().replace("meal", "break", 1))
    remembered(monkeypatch, handoff, "read_handoff")
    remembered_by(monkeypatch, handoff, "calendars", lambda _, before: before)
    remembered(monkeypatch, handoff, "build_roster_json")
    names = (*CENTER, "plan", *(["out"] if again else []))
    assert strike_everywhere(begin_copy(planned, *names), command, tmp_path / "points", faults, every=EVERY) >= 50


# --- who writes where ---


def test_a_repair_is_refused_while_another_process_works_in_the_plan(
    planned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hold = (
        "import sys, pathlib; from staffplan.files.lock import locked\n"
        "with locked(pathlib.Path('plan')): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold], cwd=planned, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdout.readline()
    before = contents(planned / "plan")
    repair = cli("roster", "--repair", "plan", "--absent", "F2:2026-03-03", "-o", "plan", "--force")
    assert repair(planned) == 2
    message = capsys.readouterr().err
    assert "plan: another staffplan is working in this folder" in message
    assert "wait until it has finished" in message
    if Path("/proc/locks").exists():
        assert f"process {holder.pid}" in message
    assert contents(planned / "plan") == before
    holder.stdin.close()
    holder.stdout.close()
    assert holder.wait() == 0
    assert repair(planned) == 0


def test_a_roster_edited_while_it_is_repaired_is_kept(
    planned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = planned / "plan" / "roster_activities.csv"
    real = repair.repair_of

    def repair_and_edit(*arguments: object) -> object:
        result = real(*arguments)  # type: ignore[arg-type]
        edited.write_text(edited.read_text().replace("meal", "break", 1))
        return result

    monkeypatch.setattr(repair, "repair_of", repair_and_edit)
    before = contents(planned / "plan")
    code = cli("roster", "--repair", "plan", "--absent", "F2:2026-03-03", "-o", "plan", "--force")(planned)
    assert code == 2
    assert "roster_activities.csv: was changed while staffplan was running; it is kept" in capsys.readouterr().err
    now = contents(planned / "plan")
    assert {name for name in now if now[name] != before.get(name)} == {"roster_activities.csv"}


KILLER = """
import os, signal, sys
from staffplan.files import disk
count = [0]
def through(real):
    def call(*arguments):
        if count[0] == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
        count[0] += 1
        real(*arguments)
    return call
for way in sys.argv[2].split(","):
    setattr(disk, way, through(getattr(disk, way)))
from staffplan.cli.main import run
sys.exit(run(sys.argv[3:]))
"""


def killed(point: int, folder: Path, *arguments: str) -> int:
    """The exit code of a real process that SIGKILL hits before its point-th change of the disk."""
    command = [sys.executable, "-c", KILLER, str(point), ",".join(WAYS), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    "point", [pytest.param(2, marks=pytest.mark.thorough), 20, pytest.param(28, marks=pytest.mark.thorough)]
)
def test_a_process_that_was_really_killed_leaves_nothing_in_the_way(point: int, tmp_path: Path) -> None:
    assert killed(point, tmp_path, "init", "center") == -signal.SIGKILL
    assert cli("init", "center")(tmp_path) == 0
    assert cli("init", "undisturbed")(tmp_path) == 0
    assert contents(tmp_path / "center") == contents(tmp_path / "undisturbed")


@pytest.mark.skipif(not ALL, reason="takes minutes; runs with STAFFPLAN_ALL")
def test_a_real_plan_killed_before_any_of_its_writes_is_made_by_the_next_run(planned: Path, tmp_path: Path) -> None:
    wanted = contents(planned / "plan")
    point, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        folder = tmp_path / str(point)
        begin_copy(planned, *CENTER)(folder)
        code = killed(point, folder, "plan", "plan.toml", "-o", "plan")
        assert cli("plan", "plan.toml", "-o", "plan")(folder) == 0
        assert contents(folder / "plan") == wanted, point
        point += 1
    assert point > 100
    assert together.STAGING not in wanted


# --- an entry of a ledger ---


def publish(folder: Path, number: int) -> bool:
    """Append an entry; whether one before had been interrupted."""
    with held(folder / "ledger") as (book, half):
        append(book, {"forecast.csv": b"the same", "roster.csv": b"roster %d" % number}, {"plan": f"week {number}"})
    return half


@pytest.mark.parametrize("refusal", [None, errno.ENOSPC])
def test_a_ledger_has_the_whole_entry_or_none_of_it_whenever_its_writing_was_interrupted(
    refusal: int | None, tmp_path: Path, faults: Callable[[Fault | None], None]
) -> None:
    found, told = [], []
    point, struck = 0, True
    while struck:
        folder = tmp_path / str(point)
        folder.mkdir()
        publish(folder, 1)
        faults(Fault(point, refusal, lasts=True))
        try:
            publish(folder, 2)
            struck = False
        except (Killed, UsageError):
            point += 1
        faults(None)
        found.append(len(read_ledger(folder / "ledger").entries))
        told.append(publish(folder, 3))
        assert [entry.facts["plan"] for entry in read_ledger(folder / "ledger").entries][-1] == "week 3"
        assert len(read_ledger(folder / "ledger").entries) == found[-1] + 1
    assert set(found) == {1, 2}
    assert found == sorted(found)
    assert point > 15
    assert refusal is not None or any(told)
