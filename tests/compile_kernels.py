"""Compile what runs compiled, once, before the tests: `make kernels`.

Two test processes would otherwise compile the same functions at the same time. The machine code is kept in the folder
that `compiled.py` names, so a second run of the tests has nothing to compile.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from compiled import keep_beside_python
from small_center import write_small_center

keep_beside_python()

CHAT = """
[queues.chat]
channel = "chat"
hours = "office"
goal = "80/60"
concurrency = 2
"""
CALLS = ("size", "--per-hour", "100", "--aht", "180", "--goal", "80/20")
COMMANDS = (
    ("plan", "plan.toml", "-o", "plan"),
    ("staff", "plan/forecast.csv", "-c", "plan.toml", "--method", "verified", "-o", "requirement.csv"),
    (*CALLS,),
    (*CALLS, "--patience", "120"),
    ("mix", "groups.csv"),
)


def main() -> None:
    from staffplan.cli.main import run

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_small_center(folder)
        os.chdir(folder)
        for command in COMMANDS:
            run(list(command))


if __name__ == "__main__":
    main()
