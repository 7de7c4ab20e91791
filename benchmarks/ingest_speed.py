"""Time and memory of `ingest`: a call log of five million rows to intervals.

    python benchmarks/ingest_speed.py [--rows 5000000] [--sql]

The log is made up, from a seed: a year of calls of four queues with waits, outcomes, talk and wrap-up times, agents
and callers. It is read in a fresh process from a CSV file; --sql reads it from a SQLite file, too. CPU seconds do not
grow on a machine that others use, the clock's do. The goal: five million rows in under 60 s and 2 GB.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import resource
import sqlite3
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

from staffplan.cli.work.ingest import tables_asked
from staffplan.ingest import Asked
from staffplan.ingest.step import ingest_read

NAMES = ("arrival", "queue", "wait_seconds", "outcome", "talk_time", "wrap_up_time", "agent", "caller")
QUEUES = ("Sales", "Support", "Billing", "Retention")
DAYS, SECONDS_OF_A_DAY, ROWS_AT_ONCE = 365, 86400, 200_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--sql", action="store_true", help="read from a database, too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_log(folder, chosen.rows, to_database=chosen.sql)
        sources = [("CSV", [folder / "calls.csv"], None, None)]
        if chosen.sql:
            (folder / "query.sql").write_text("SELECT * FROM calls")
            sources.append(("SQLite", None, f"sqlite:///{folder / 'calls.db'}", folder / "query.sql"))
        for source, files, sql, query in sources:
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
                seconds, cpu, megabytes, offered = fresh.submit(timed, files, sql, query).result()
            print(f"{source}: {offered:,.0f} rows, {seconds:.1f} s, {cpu:.1f} CPU s, peak {megabytes:,.0f} MB")


def timed(files: list[Path] | None, sql: str | None, query: Path | None) -> tuple[float, float, float, float]:
    """Seconds, CPU seconds, peak megabytes, and the contacts of the history."""
    clock, cpu = time.perf_counter(), time.process_time()
    made = ingest_read(tables_asked(files, sql, query), Asked(timezone="UTC", zone_given=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.perf_counter() - clock, time.process_time() - cpu, peak, float(made.history.frame["offered"].sum())


def write_log(folder: Path, rows: int, *, to_database: bool) -> None:
    """calls.csv, and the table of calls.db."""
    rng = np.random.default_rng(20260302)
    seconds = np.sort(rng.integers(0, DAYS * SECONDS_OF_A_DAY, rows))
    with (
        (folder / "calls.csv").open("w", newline="") as file,
        closing(sqlite3.connect(folder / "calls.db")) as database,
    ):
        writer = csv.writer(file)
        writer.writerow(NAMES)
        database.execute(f"CREATE TABLE calls ({', '.join(NAMES)})")
        for first in range(0, rows, ROWS_AT_ONCE):
            piece = calls(seconds[first : first + ROWS_AT_ONCE], rng)
            writer.writerows(piece)
            if to_database:
                database.executemany(f"INSERT INTO calls VALUES ({', '.join('?' * len(NAMES))})", piece)
        database.commit()


def calls(seconds: np.ndarray, rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Rows of the log. seconds: (calls,) since the year began."""
    number = len(seconds)
    arrival = (np.datetime64("2025-01-01T00:00:00") + seconds.astype("timedelta64[s]")).astype(str)
    abandoned = rng.random(number) < 0.06
    frame = pd.DataFrame(
        {
            "arrival": np.char.replace(arrival, "T", " "),
            "queue": rng.choice(QUEUES, number),
            "wait_seconds": rng.exponential(25, number).astype(int),
            "outcome": np.where(abandoned, "abandoned", "answered"),
            "talk_time": np.where(abandoned, "", (10 + rng.exponential(240, number)).astype(int).astype(str)),
            "wrap_up_time": np.where(abandoned, "", rng.integers(10, 60, number).astype(str)),
            "agent": rng.integers(0, 200, number),
            "caller": rng.integers(600_000_000, 699_999_999, number),
        }
    )
    return list(frame.itertuples(index=False, name=None))


if __name__ == "__main__":
    main()
