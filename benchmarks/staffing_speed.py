"""Time and memory of the staffing step: 876,000 cells, 50 queues x a year of half-hours, loads of 0.5 to 50 erlangs.

    python benchmarks/staffing_speed.py

Arithmetic is timed in seconds of one processor (process time), so that a busy machine does not slow it; first calls
are timed apart, with an empty compile cache and with a filled one. The whole step is one process, with wall time and
the operating system's high-water mark of its memory, beside that of a process that only makes the forecast table.
pyworkforce, call-center-tools and pyqueueing are timed on a sample of the cells and extrapolated; one that is not
installed is skipped, and said to be (requirements/bench.txt has them all).
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
ERLANG_C, ERLANG_A = "fewest agents, Erlang C", "fewest agents, Erlang A"
Answer = TypeVar("Answer")
GOAL = {"service_level": 0.8, "answer_within_seconds": 20}
AHT_SECONDS, PATIENCE_SECONDS = 240.0, 120.0


def make_loads() -> np.ndarray:
    """(cells,): loads spread evenly over 0.5 to 50 erlangs, without order."""
    return np.random.default_rng(20).uniform(0.5, 50.0, QUEUES * INTERVALS)


def make_forecast():
    from staffplan.tables.forecast import VolumeForecast

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
    from staffplan.settings.queues import parse_goal
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
    from staffplan.settings.staffing import StaffingSettings
    from staffplan.staffing import staff

    start = time.perf_counter()
    result = staff(forecast, StaffingSettings(model=model), site=site)
    assert len(result.requirement) == QUEUES * INTERVALS
    return time.perf_counter() - start, peak_mib()


def arithmetic() -> list[tuple[str, float, float]]:
    """(name, seconds of the first call on two cells, seconds of all cells) for each model."""
    from staffplan.staffing.models.chat import chat_pace
    from staffplan.staffing.models.erlang import agents_for_line, agents_needed, erlang_a, erlang_c

    load = make_loads()
    agents = np.ceil(load + np.sqrt(load))
    within = {"aht_seconds": AHT_SECONDS, "answer_within_seconds": 20}
    wanted = {"aht_seconds": AHT_SECONDS, **GOAL}
    hang_up = {"patience_seconds": PATIENCE_SECONDS}
    tasks: list[tuple[str, Callable[[np.ndarray, np.ndarray], object]]] = [
        (ERLANG_C, lambda a, _: agents_for_line(a, **wanted)),
        ("agents that just meet it, Erlang C", lambda a, _: agents_needed(a, **wanted).exact()),
        ("waits, Erlang C", lambda a, n: erlang_c(a, n, **within)),
        (ERLANG_A, lambda a, _: agents_for_line(a, **wanted, **hang_up)),
        ("agents that just meet it, Erlang A", lambda a, _: agents_needed(a, **wanted, **hang_up).exact()),
        ("waits, Erlang A", lambda a, n: erlang_a(a, n, **within, **hang_up)),
        ("fewest agents, chat 3 at once", lambda a, _: agents_for_line(a, pace=chat_pace(3, 0.2), **wanted)),
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


def compiled(folder: str) -> list[tuple[str, float, float]]:
    """`arithmetic` with the compile cache in `folder`: empty, a first call compiles what no call before it has."""
    os.environ["NUMBA_CACHE_DIR"] = folder
    return arithmetic()


def by_pyworkforce(load: float) -> int:
    from pyworkforce.queuing import ErlangC

    line = ErlangC(transactions=load * 1800 / AHT_SECONDS, aht=AHT_SECONDS / 60, asa=20 / 60, interval=30)
    return int(line.required_positions(service_level=0.8)["raw_positions"])


def by_call_center_tools(load: float) -> int:
    from call_center_tools import calc_staffing

    return int(calc_staffing(load * 3600 / AHT_SECONDS, AHT_SECONDS, max_occupancy=1.0).agents)


def by_pyqueueing(load: float) -> int:
    from pyqueueing.models.erlang_c import ErlangC

    line = ErlangC(arrival_rate=load / AHT_SECONDS, service_rate=1 / AHT_SECONDS)
    return int(line.required_servers(target_service_level=(20.0, 0.8)))


PEERS = {"pyworkforce": by_pyworkforce, "call-center-tools": by_call_center_tools, "pyqueueing": by_pyqueueing}


def peers_beside_ours(ours_seconds: float) -> None:
    """Each peer's Erlang C on a sample of the cells, its time for all of them, and how many answers differ."""
    from staffplan.staffing.models.erlang import agents_for_line

    load = np.random.default_rng(1).choice(make_loads(), SAMPLE, replace=False)
    ours = agents_for_line(load, aht_seconds=AHT_SECONDS, **GOAL)
    print(f"{ERLANG_C}, {SAMPLE:,} cells, for all{'':<18}{'seconds':>9}{'x ours':>9}{'differ':>8}")
    for name, answer in PEERS.items():
        start = time.process_time()
        try:
            theirs = [answer(offered) for offered in load.tolist()]
        except ImportError:
            print(f"  {name:<48} skipped: it is not installed")
            continue
        whole = (time.process_time() - start) * len(make_loads()) / SAMPLE
        different = int((np.array(theirs) != ours).sum())
        print(f"  {name:<48}{whole:>9.1f}{whole / ours_seconds:>9,.0f}{different:>8,}")


def main() -> None:
    cells = QUEUES * INTERVALS
    with tempfile.TemporaryDirectory() as folder:
        fresh = in_a_process(compiled, folder)
        cached = in_a_process(compiled, folder)
    print(f"{cells:,} cells, one core{'':<18}{'first call s':>13}{'cached s':>10}{'seconds':>9}")
    for (name, first, again), (_, loaded, later) in zip(fresh, cached, strict=True):
        print(f"  {name:<38}{first:>13.2f}{loaded:>10.2f}{min(again, later):>9.3f}")
    peers_beside_ours(min(fresh[0][2], cached[0][2]))
    _, table = in_a_process(whole_step, "none")
    print(f"the step staff, {QUEUES} queues x {INTERVALS:,} intervals{'':<2}{'wall s':>9}{'peak MiB':>9}")
    print(f"  the forecast table alone{'':<24}{table:>9.0f}")
    for model in ("erlang-c", "erlang-a"):
        wall, peak = in_a_process(whole_step, model)
        print(f"  {model:<38}{wall:>10.2f}{peak:>9.0f}")


if __name__ == "__main__":
    main()
