"""Time and memory of the staffing step: 876,000 cells, 50 queues x a year of half-hours, loads of 0.5 to 50 erlangs.

    python benchmarks/staffing_speed.py

Arithmetic is timed in seconds of one processor (process time), so that a busy machine does not slow it; compiling is
timed apart, with the disk cache left out. The whole step is one process, with wall time and the operating system's
high-water mark of its memory, beside that of a process that only makes the forecast table. pyworkforce is timed on a
sample of the cells and extrapolated.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd

QUEUES, INTERVALS = 50, 17_520
SAMPLE = 4_000
Answer = TypeVar("Answer")
GOAL = {"service_level": 0.8, "answer_within_seconds": 20}
AHT_SECONDS, PATIENCE_SECONDS = 240.0, 120.0


def make_loads() -> np.ndarray:
    """(cells,): loads spread evenly over 0.5 to 50 erlangs, without order."""
    return np.random.default_rng(20).uniform(0.5, 50.0, QUEUES * INTERVALS)


def make_forecast():
    from staffplan.tables import VolumeForecast

    offered = make_loads() * 1800 / AHT_SECONDS
    starts = pd.date_range("2026-01-01", periods=INTERVALS, freq="30min", tz="UTC", unit="ns")
    names = np.repeat([f"queue {number:02d}" for number in range(QUEUES)], INTERVALS)
    bands = {f"offered_p{band}": offered for band in ("10", "90", "025", "975")}
    frame = pd.DataFrame({"interval_start": starts[np.arange(len(offered)) % INTERVALS], "queue": names, **bands})
    return VolumeForecast.of(
        frame.assign(offered=offered, channel="voice", method="made up", aht_seconds=AHT_SECONDS)
    )


def make_site():
    from staffplan.clock import SiteCalendar
    from staffplan.settings import parse_goal
    from staffplan.site import Queue, Site

    names = [f"queue {number:02d}" for number in range(QUEUES)]
    return Site(
        SiteCalendar("UTC", 30),
        {
            name: Queue(name, planning_group=name, goal=parse_goal("80/20"), patience_seconds=PATIENCE_SECONDS)
            for name in names
        },
    )


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def in_a_process(task: Callable[..., Answer], *arguments: object) -> Answer:
    """The task's answer from a fresh process, so that its memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, arguments)


def whole_step(model: str) -> tuple[float, float]:
    """Seconds and peak MiB of `staff` on the 50-queue forecast; "none" only makes the forecast."""
    forecast, site = make_forecast(), make_site()
    if model == "none":
        return 0.0, peak_mib()
    from staffplan.settings import StaffingSettings
    from staffplan.staffing import staff

    start = time.perf_counter()
    result = staff(forecast, StaffingSettings(model=model), site=site)
    assert len(result.requirement) == QUEUES * INTERVALS
    return time.perf_counter() - start, peak_mib()


def arithmetic() -> list[tuple[str, float, float]]:
    """(name, seconds of the first call on two cells, seconds of all cells) for each model."""
    from staffplan.staffing.chat import chat_pace
    from staffplan.staffing.erlang import agents_for_erlang_c, agents_for_line, erlang_a, erlang_c

    load = make_loads()
    agents = np.ceil(load + np.sqrt(load))
    within = {"aht_seconds": AHT_SECONDS, "answer_within_seconds": 20}
    hang_up = {"patience_seconds": PATIENCE_SECONDS}
    tasks: list[tuple[str, Callable[[np.ndarray, np.ndarray], object]]] = [
        ("fewest agents, Erlang C", lambda a, _: agents_for_erlang_c(a, aht_seconds=AHT_SECONDS, **GOAL)),
        ("waits, Erlang C", lambda a, n: erlang_c(a, n, **within)),
        ("fewest agents, Erlang A", lambda a, _: agents_for_line(a, aht_seconds=AHT_SECONDS, **hang_up, **GOAL)),
        ("waits, Erlang A", lambda a, n: erlang_a(a, n, **within, **hang_up)),
        (
            "fewest agents, chat 3 at once",
            lambda a, _: agents_for_line(a, pace=chat_pace(3, 0.2), aht_seconds=AHT_SECONDS, **GOAL),
        ),
    ]
    rows = []
    for name, task in tasks:
        first = seconds(task, load[:2], agents[:2])
        rows.append((name, first, min(seconds(task, load, agents) for _ in range(3))))
    return rows


def seconds(task: Callable[..., object], *arguments: object) -> float:
    start = time.process_time()
    task(*arguments)
    return time.process_time() - start


def compiled_afresh() -> list[tuple[str, float, float]]:
    """`arithmetic` with an empty compile cache, so that a first call compiles what no call before it has."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        return arithmetic()


def pyworkforce_seconds(load: np.ndarray) -> tuple[float, int]:
    """Seconds for these cells, and in how many its answer differs from ours."""
    from pyworkforce.queuing import ErlangC

    from staffplan.staffing.erlang import agents_for_erlang_c

    ours = agents_for_erlang_c(load, aht_seconds=AHT_SECONDS, **GOAL)
    start, theirs = time.process_time(), []
    for offered in (load * 1800 / AHT_SECONDS).tolist():
        line = ErlangC(transactions=offered, aht=AHT_SECONDS / 60, asa=20 / 60, interval=30)
        theirs.append(line.required_positions(service_level=0.8)["raw_positions"])
    return time.process_time() - start, int((np.array(theirs) != ours).sum())


def main() -> None:
    cells = QUEUES * INTERVALS
    rows = in_a_process(compiled_afresh)
    print(f"{cells:,} cells, one core{'':<18}{'compile s':>10}{'seconds':>9}")
    for name, first, again in rows:
        print(f"  {name:<38}{first:>10.2f}{again:>9.3f}")
    sample = np.random.default_rng(1).choice(make_loads(), SAMPLE, replace=False)
    took, different = pyworkforce_seconds(sample)
    whole = took * cells / SAMPLE
    print(f"  pyworkforce, {SAMPLE:,} cells extrapolated{'':<15}{whole:>9.1f}   {whole / rows[0][2]:,.0f} x ours")
    print(f"  answers that differ: {different} of {SAMPLE:,}")
    _, table = in_a_process(whole_step, "none")
    print(f"the step staff, {QUEUES} queues x {INTERVALS:,} intervals{'':<2}{'wall s':>9}{'peak MiB':>9}")
    print(f"  the forecast table alone{'':<24}{table:>9.0f}")
    for model in ("erlang-c", "erlang-a"):
        wall, peak = in_a_process(whole_step, model)
        print(f"  {model:<38}{wall:>10.2f}{peak:>9.0f}")


if __name__ == "__main__":
    main()
