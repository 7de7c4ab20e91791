"""One center, one method, in a process of its own: roster it, score it, check it."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from rostering.centers import Center, make_center, size_of
from rostering.score import worth
from rostering.table import Line
from staffplan.errors import StaffplanError
from staffplan.tables.roster import Roster

PRODUCT = "staffplan"


@dataclass(frozen=True)
class Run:
    """What is asked of a process; `bound` is the one that a peer is measured against."""

    center: str
    seed: int
    effort: float
    time_limit_seconds: float
    method: str = PRODUCT
    bound: float | None = None


def in_a_process(run: Run) -> Line:
    """The line of a run, from a fresh process, so that its memory is its own; one that dies is told of."""
    began = time.perf_counter()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(measure, run).result()
        except BrokenProcessPool:
            seconds = time.perf_counter() - began
            return Line(run.center, run.method, size_of(run.center).agents, "the process died", seconds)


def measure(run: Run) -> Line:
    center = make_center(run.center, run.seed, effort=run.effort, time_limit_seconds=run.time_limit_seconds)
    began = time.perf_counter()
    try:
        line, roster = _product(center, run) if run.method == PRODUCT else _peer(center, run)
    except StaffplanError as error:
        line, roster = Line(run.center, run.method, center.size.agents, f"no roster: {error}"), None
    seconds = time.perf_counter() - began
    line = replace(line, seconds=seconds, peak_mb=peak_mb())
    return line if roster is None else _scored(center, line, roster)


def _product(center: Center, run: Run) -> tuple[Line, Roster]:
    from staffplan.roster.step import roster

    result = roster(
        center.requirement,
        center.workforce,
        center.settings,
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
        seed=run.seed,
    )
    classes = result.facts.get("tour_classes")
    line = Line(
        run.center,
        run.method,
        center.size.agents,
        result.status,
        bound=result.bound,
        objective=result.objective,
        classes=None if classes is None else int(classes),
    )
    return line, result.roster


def _peer(center: Center, run: Run) -> tuple[Line, Roster | None]:
    from rostering.peers import PEERS

    answer = PEERS[run.method](center, run.time_limit_seconds, run.seed)
    line = Line(
        run.center,
        run.method,
        center.size.agents,
        answer.status,
        bound=run.bound,
        understaffed_share=answer.understaffed_share,
        overstaffed_share=answer.overstaffed_share,
    )
    return line, answer.roster


def _scored(center: Center, line: Line, roster: Roster) -> Line:
    """The line with what the roster is worth and breaks; a method that counted otherwise is told of it."""
    from staffplan.roster.check.check import check

    found = worth(center, roster)
    report = check(
        roster,
        center.workforce,
        center.settings,
        requirement=center.requirement,
        shifts=center.shifts,
        work_plans=center.work_plans,
        site=center.site,
    )
    counted = line.objective
    differs = counted is not None and abs(counted - found.cost) > 0.05
    return replace(
        line,
        objective=found.cost,
        required_hours=found.required_hours,
        understaffing_weight=center.settings.understaffing_weight,
        understaffed_share=found.understaffed_hours / found.required_hours,
        overstaffed_share=found.overstaffed_hours / found.required_hours,
        breaches=len(report.breaches),
        status=f"{line.status}; it says {counted:,.1f}" if differs else line.status,
    )


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
