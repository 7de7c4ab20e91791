"""A process that read a file can end at any moment: no thread of a reader needs Python any more."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from bad_files import exit_codes
from staffplan.files.csv import arrow_file

ROWS = 20_000
LISTENER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>
int PyGILState_Ensure(void)
{
    int (*ensure)(void) = (int (*)(void))dlsym(RTLD_NEXT, "PyGILState_Ensure");
    if (syscall(SYS_gettid) != getpid() && write(1, "a thread asks\n", 14) < 0) return -1;
    return ensure();
}
"""
"""Stands before Python's own function and tells when another thread than the first asks for Python's lock."""
READ_OFTEN = """
import sys
from pathlib import Path
from staffplan.files.read import column_names
for _ in range(30):
    print(column_names(Path(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LISTENER as a library; the test skips, visibly, where it cannot be built."""
    if sys.platform != "linux" or shutil.which("cc") is None:
        pytest.skip("needs Linux and a C compiler")
    folder = tmp_path_factory.mktemp("listener")
    (folder / "listener.c").write_text(LISTENER)
    command = ["cc", "-shared", "-fPIC", "-o", "listener.so", "listener.c", "-ldl"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "listener.so"


@pytest.mark.parametrize("name", ["history.csv", "history.parquet"])
def test_no_thread_of_a_reader_asks_for_pythons_lock(name: str, listener: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    starts = [f"{i // 48}, {i % 48}" for i in range(ROWS)]
    table = pd.DataFrame({"interval_start": starts, "queue": "voice"})
    path.write_text(table.to_csv(index=False, sep=";")) if path.suffix == ".csv" else table.to_parquet(path)
    command = [sys.executable, "-c", READ_OFTEN, str(path)]
    environment = {**os.environ, "LD_PRELOAD": str(listener)}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert set(told.splitlines()) == {"['interval_start', 'queue']"}


def test_arrow_reads_from_memory_of_its_own() -> None:
    data = b"queue,offered\nvoice,1\n" * 10
    holders = sys.getrefcount(data)
    file = arrow_file(data)
    assert sys.getrefcount(data) == holders
    assert file.read() == data


@pytest.mark.skipif("STAFFPLAN_ALL" not in os.environ, reason="half a minute: set STAFFPLAN_ALL")
def test_a_command_on_a_bad_file_always_ends_with_4(tmp_path: Path) -> None:
    codes = exit_codes(tmp_path, runs=42, at_once=1)
    assert sum(codes.values(), Counter()) == {"4": 42}
