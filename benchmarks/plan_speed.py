"""Time and peak memory of a whole plan, and of each step as a process of its own.

    python benchmarks/plan_speed.py                        the demo
    python benchmarks/plan_speed.py configs/bank.toml --data DIR

Each step is made stale by removing it from the manifest, then run by `staffplan plan`; its time contains the start of
Python. Memory is the operating system's high-water mark of that process (ru_maxrss), its children not included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
STEPS = ("forecast", "staff", "roster", "check", "simulate", "cost", "report")


def run_measured(command: list[str]) -> tuple[float, float, int]:
    """Seconds, peak MiB and exit code of a command; its output goes nowhere."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1024 if sys.platform != "darwin" else 1024**2
    return time.perf_counter() - start, usage.ru_maxrss / unit, process.returncode


def forget(folder: Path, step: str) -> None:
    """Make one step stale; those after it see the same bytes and stay as they are."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["steps"][step]
    path.write_text(json.dumps(manifest))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", nargs="?", type=Path, default=ROOT / "configs" / "demo.toml")
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    staffplan = str(Path(sys.executable).parent / "staffplan")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "plan"
        command = [staffplan, "plan", str(arguments.config), "-o", str(folder)]
        if arguments.data:
            command += ["--data", str(arguments.data)]
        print(f"{'':<22}{'seconds':>9}{'peak MiB':>10}")
        report("whole plan", *run_measured(command))
        report("nothing changed", *run_measured(command))
        for step in STEPS:
            forget(folder, step)
            report(step, *run_measured(command))


def report(name: str, seconds: float, mebibytes: float, code: int) -> None:
    failed = f"   exit code {code}" if code else ""
    print(f"{name:<22}{seconds:>9.1f}{mebibytes:>10.0f}{failed}", flush=True)


if __name__ == "__main__":
    main()
