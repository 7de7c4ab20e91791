"""How commands end on files that cannot be used, many runs beside a busy processor: the exit code must be 4, always.

    python benchmarks/bad_files.py                    500 runs, two at once, one busy loop
    python benchmarks/bad_files.py --runs 60 --busy 0

Each run is a process of its own. A thread that is late while Python ends would show as exit code -6 or -11 (134 or
139 in a shell).
Leaves with 1 when a run ended otherwise than with 4, or without our message at the end.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, cycle, islice
from pathlib import Path

import pandas as pd

BAD_DATA = 4
HEADER = "interval_start,queue,offered,aht_seconds"
FORKS = """
import os, sys, tempfile
import pyarrow.csv, pyarrow.parquet
import staffplan.cli.work.forecast
from staffplan.__main__ import main

for name in sys.argv[1:]:
    with tempfile.TemporaryFile() as stderr:
        child = os.fork()
        if not child:
            os.dup2(stderr.fileno(), 2)
            sys.argv = ["staffplan", "forecast", name, "-o", "forecast.csv"]
            main()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        stderr.seek(0)
        print(code, stderr.read().decode(), sep="\\0", end="\\0", flush=True)
"""
"""Runs the command on each file in a process of its own, forked when all is imported: a run then takes half a
second. The child ends as any Python process does."""


def bad_files() -> dict[str, tuple[bytes, str]]:
    """The bytes of each file, by its name, and what the last lines on stderr hold when it is refused."""
    good = [
        f"2025-{1 + i // 1344:02d}-{1 + i // 48 % 28:02d} {i // 2 % 24:02d}:{30 * (i % 2):02d}" for i in range(16128)
    ]
    rows = [f"{stamp},voice,{i % 40},{200 + i % 90}" for i, stamp in enumerate(good)]
    parquet = io.BytesIO()
    pd.DataFrame({"interval_start": good, "queue": "voice"}).to_parquet(parquet)
    whole = parquet.getvalue()
    return {
        "cells.csv": (_csv([*rows[:200], f"{good[200]},voice,many,200"]), "write a number such as 12 or 12.5"),
        "negative.csv": (_csv([*rows, "2026-01-05 09:00,voice,-3,200"]), "-3 is below 0"),
        "column_missing.csv": (_csv([row.rsplit(",", 2)[0] for row in rows], HEADER[:20]), "the column is missing"),
        "ragged_early.csv": (_csv([rows[0] + ",7,8", *rows]), "look for a stray separator"),
        "ragged_late.csv": (_csv([*rows, rows[0] + ",7,8"]), "look for a stray separator"),
        "twice.csv": (_csv([*rows, rows[0]]), "the same queue and interval_start as row 2"),
        "damaged.csv": (_csv(rows).replace(b"voice", "centralità é".encode()) + b"\xff", "save it as CSV (UTF-8)"),
        "empty.csv": (b"", "export it again, with a header row"),
        "header.csv": (_csv([]), "export it again, with its rows"),
        "binary.csv": (bytes(range(256)) * 200, "save it as CSV (UTF-8)"),
        "quotes.csv": (_csv([*rows, '"x,voice,1,2']), "close the quotation mark"),
        "half.parquet": (whole[: len(whole) // 2], "write it again"),
        "holes.parquet": (whole[:40] + bytes(1000) + whole[1040:], "write it again"),
        "column_missing.parquet": (whole, "the column is missing"),
    }


def _csv(rows: list[str], header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def exit_codes(folder: Path, *, runs: int, at_once: int) -> dict[str, Counter[str]]:
    """How often `staffplan forecast` ended with each exit code, by file; the files take turns."""
    files = bad_files()
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    turns = list(islice(cycle(files), runs))
    with ThreadPoolExecutor(at_once) as threads:
        ends = threads.map(lambda share: _ends(folder, share, files), [turns[i::at_once] for i in range(at_once)])
        codes: dict[str, Counter[str]] = {name: Counter() for name in files}
        for name, code in chain.from_iterable(ends):
            codes[name][code] += 1
    return codes


def _ends(folder: Path, names: list[str], files: Mapping[str, tuple[bytes, str]]) -> list[tuple[str, str]]:
    """Name and exit code of each run, one after the other; with a remark where our message is not at the end."""
    command = [sys.executable, "-c", FORKS, *names]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.split("\0")
    ends = []
    for name, code, stderr in zip(names, told[0::2], told[1::2], strict=False):
        said = files[name][1] in "".join(stderr.splitlines()[-2:])
        ends.append((name, code if said else f"{code} without our message"))
    return ends


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """So many processes that only keep the processor busy."""
    loops = [multiprocessing.Process(target=_busy, daemon=True) for _ in range(count)]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.terminate()
            loop.join()


def _busy() -> None:
    while True:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--busy", type=int, default=1, help="processes that keep the processor busy meanwhile")
    arguments = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch, busy_loops(arguments.busy):
        codes = exit_codes(Path(scratch), runs=arguments.runs, at_once=arguments.at_once)
    for name, counts in codes.items():
        print(f"{name:<24}{', '.join(f'exit code {code}: {count}' for code, count in sorted(counts.items()))}")
    every = sum(codes.values(), Counter[str]())
    print(f"{'all':<24}{dict(every)} in {time.perf_counter() - start:.0f} s")
    sys.exit(set(every) != {str(BAD_DATA)})


if __name__ == "__main__":
    main()
