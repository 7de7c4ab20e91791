"""Compile what runs compiled, once, before the tests: `make kernels`.

Two test processes would otherwise compile the same functions at the same time. The machine code is kept in the folder
that compiled.py names: a second run has nothing to compile, and takes seconds.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

from compiled import keep_beside_python
from small_center import SMALL_PLAN, write_small_center

keep_beside_python()

CHATS = SMALL_PLAN.replace('channel = "email"', 'channel = "chat"\nconcurrency = 2').replace("90/8h", "80/60")
SEARCHED = SMALL_PLAN.replace("effort = 0.003", "effort = 0.05")
"""Long enough for every part of the search."""
GROUPS = """group,offered,interval_minutes,aht_seconds,patience_seconds,service_level,answer_within_seconds
sales,10,30,240,,0.8,20
service,10,30,240,120,0.8,20
"""
HOURS = [
    f"2026-03-0{day} {hour:02d}:{half}0,phone,2" for day in range(2, 7) for hour in range(9, 17) for half in "03"
]
REQUIREMENT = "\n".join(["interval_start,planning_group,agents_on_queue", *HOURS, ""])
CALLS = ("size", "--per-hour", "100", "--aht", "180", "--goal", "80/20")
FAMILIES = {
    "roster": [("roster", "by_hand.csv", "agents.csv", "-c", "searched.toml", "-o", "roster")],
    "others": [
        ("forecast", "history.csv", "-c", "plan.toml", "-o", "forecast.csv"),
        ("staff", "forecast.csv", "-c", "plan.toml", "-o", "requirement.csv", "--worth", "worth.csv"),
        ("staff", "forecast.csv", "-c", "plan.toml", "--method", "verified", "-o", "verified.csv"),
        ("forecast", "history.csv", "-c", "chats.toml", "-o", "chats.csv"),
        ("staff", "chats.csv", "-c", "chats.toml", "--method", "verified", "-o", "staffed.csv"),
        ("simulate", "chats.csv", "staffed.csv", "-c", "chats.toml", "-o", "waits"),
        CALLS,
        (*CALLS, "--patience", "120"),
        ("mix", "groups.csv"),
    ],
}
"""Commands by the functions that they have compiled: two families can be compiled at the same time."""


def main(family: str) -> None:
    """Run the family's commands on the small center."""
    from staffplan.cli.main import run

    with tempfile.TemporaryDirectory() as folder:
        write_small_center(Path(folder))
        os.chdir(folder)
        files = {"chats.toml": CHATS, "searched.toml": SEARCHED, "groups.csv": GROUPS, "by_hand.csv": REQUIREMENT}
        for name, text in files.items():
            Path(name).write_text(text)
        for command in FAMILIES[family]:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
                code = run(list(command))
            if code:
                raise SystemExit(f"{' '.join(command)} ended with {code}:\n{said.getvalue()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
