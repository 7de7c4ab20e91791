"""How long scenarios of the demo take, and its price curve: wall clock, processor seconds, load of the machine.

PYTHONPATH=src python benchmarks/scenario_speed.py [--plan plans/demo] [--jobs 2] [--only scenarios|price]

Goals on two free cores: ten scenarios in 6 minutes, the price of eight service levels in 5.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from staffplan.cli.main import run

KINDS = (
    '{ change = "volume", factor = 1.1 }',
    '{ change = "volume", factor = 0.9 }',
    '{ change = "aht", added_seconds = 30 }',
    '{ change = "goal", goal = "90/20", channels = ["voice"] }',
    '{ change = "shrinkage", category = "sickness", points = 0.03 }',
    '{ change = "wages", factor = 1.03 }',
    '{ change = "cross_training", skill = "chat", people = 5 }',
    '{ change = "headcount", people = -3 }',
    '{ change = "deflection", share = 0.1, residual_aht_factor = 1.05, queues = ["service"] }',
    '{ change = "opening_hours", name = "sales", times = { mon-fri = "08:00-19:00", holidays = "closed" } }',
)


def scenarios_text() -> str:
    """A file of ten scenarios, one of each kind that planners ask for."""
    fixed = 'owner = "benchmark"\ndate = 2026-11-01\nreason = "speed"\n'
    return "\n".join(f'[[scenario]]\nname = "case {n}"\n{fixed}changes = [{kind}]\n' for n, kind in enumerate(KINDS))


def timed(what: str, work: Callable[[], int]) -> None:
    """Do the work and print a row of the table."""
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    own, load = time.process_time(), os.getloadavg()[0]
    code = work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = time.process_time() - own
    processor += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall, loads = time.monotonic() - begun, f"{load:.1f} to {os.getloadavg()[0]:.1f}"
    print(f"{what:<34} {wall:8.0f} {processor:10.0f}   {loads:<12} {code}", flush=True)


def main() -> int:
    """Run both, and print how long they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", type=Path, help="a finished plan of configs/demo.toml (default: made first)")
    parser.add_argument("--jobs", default="2")
    parser.add_argument("--only", choices=("scenarios", "price"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = Path(spare)
        plan = given.plan or folder / "plan"
        print(f"{'what':<34} {'wall, s':>8} {'processor':>10}   {'load':<12} exit code")
        if given.plan is None:
            timed("the plan itself", lambda: run(["plan", "configs/demo.toml", "-o", str(plan)]))
        (folder / "scenarios.toml").write_text(scenarios_text(), encoding="utf-8")
        where = ["-o", str(folder / "cases"), "--jobs", given.jobs]
        if given.only != "price":
            timed(
                "ten scenarios", lambda: run(["scenario", "run", str(folder / "scenarios.toml"), str(plan), *where])
            )
        if given.only != "scenarios":
            where = ["-o", str(folder / "prices"), "--jobs", given.jobs]
            timed("price of eight service levels", lambda: run(["price", str(plan), "--of", "service", *where]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
