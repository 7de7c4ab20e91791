"""How long a capacity plan takes: 50 queues x 18 months from a history, and hiring over 24 months x 6 sites.

    python benchmarks/capacity_speed.py [--queues 50] [--months 18] [--only hiring|months] [--folder DIR]

Both run the command on made-up files in a process of its own, as a user would, and print its CPU seconds (children
included) beside the wall time. The goal is 60 s for the months on two cores, which two processes of 60 CPU seconds
each would take, and 30 s for the hiring, each plan with its proof.

The queues have two years of half hours, ten hours a day from Monday to Friday, with weekly and yearly shapes; each is
a planning group of its own. The six sites need 40 to 240 people with a season and growth, classes of 5 to 14 in three
months of training with limits on rooms and trainers, and three alternatives each. Numbers of the kind that hurts:
required people that are no whole numbers, hazards by tenure, prices of classes and of people that compete.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

HISTORY_DAYS, FIRST = 730, "2024-12-02"
OPENS, CLOSES = 8, 18
PLAN = """[plan]
start = 2026-12-02
interval_minutes = 30
country = "ES"
[input]
history = "history.csv"
[hours.day]
mon-fri = "08:00-18:00"
[capacity]
training_periods = 2
aht_factors = [1.4, 1.2, 1.1, 1]
attrition = 0.03
heads = 20
wage = 2600
shortfall_cost = 8000
[capacity.hiring]
largest = 8
cost_per_hire = 1500
"""
WORKFORCE = """training_periods = 3
aht_factors = [1.5, 1.3, 1.15, 1.05, 1]
attrition = 0.025
new_hire_attrition = [0.06, 0.05, 0.05, 0.04, 0.03, 0.025]
graduation = 0.9
shrinkage = 0.28
wage = 2600
shortfall_cost = 7000
attrition_by_month = { jan = 1.4, sep = 1.2 }
[heads_by_site]
{heads}
[hiring]
smallest = 5
largest = 14
most_classes = 3
lead_periods = 1
most_in_training = 40
most_classes_in_training = 4
trainers_per_class = 1
cost_per_hire = 1800
cost_per_class = 4000
"""


def write_history(folder: Path, queues: int) -> None:
    """Contacts of made-up queues by half hours."""
    rng = np.random.default_rng(17)
    days = pd.date_range(FIRST, periods=HISTORY_DAYS, freq="D")
    days = days[days.day_of_week < 5]
    hours = np.arange(OPENS * 2, CLOSES * 2)
    shape = np.exp(-(((hours / 2 - 11.5) / 4) ** 2))
    with (folder / "history.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["interval_start", "queue", "offered", "aht_seconds"])
        for number in range(queues):
            level, phase = rng.uniform(4, 40), rng.uniform(0, 2 * np.pi)
            season = 1 + 0.15 * np.sin(2 * np.pi * days.day_of_year.to_numpy() / 365.25 + phase)
            weekly = 1 + 0.2 * np.cos(days.day_of_week.to_numpy() + phase)
            mean = level * np.outer(season * weekly * rng.gamma(200, 1 / 200, len(days)), shape)
            offered = rng.poisson(mean)
            for day, row in zip(days.strftime("%Y-%m-%d"), offered, strict=True):
                out.writerows(
                    [f"{day} {hour // 2:02d}:{hour % 2 * 30:02d}", f"q{number:02d}", n, 280 + number]
                    for hour, n in zip(hours, row, strict=True)
                )
    text = PLAN + "".join(f'[queues.q{n:02d}]\nhours = "day"\ngoal = "80/20"\n' for n in range(queues))
    (folder / "plan.toml").write_text(text)


def write_sites(folder: Path) -> None:
    """Required people of six sites in 24 months."""
    rng = np.random.default_rng(18)
    heads = {f"site {number}": 60 + 50 * number for number in range(6)}
    rows = []
    for place, (site, people) in enumerate(heads.items()):
        month = np.arange(24)
        need = people * 0.7 * (1 + 0.006 * month + 0.08 * np.sin(2 * np.pi * (month + 2 * place) / 12))
        noise = rng.normal(0, 0.01 * people, 24)
        rows += [
            (site, f"{2027 + n // 12}-{n % 12 + 1:02d}", round(float(value), 2))
            for n, value in enumerate(need + noise)
        ]
    frame = pd.DataFrame(rows, columns=["site", "period", "required"])
    frame.to_csv(folder / "required.csv", index=False)
    lines = "\n".join(f'"{site}" = {people}' for site, people in heads.items())
    (folder / "workforce.toml").write_text(WORKFORCE.replace("{heads}", lines))


def timed(arguments: list[str]) -> tuple[float, float]:
    """(CPU seconds, wall seconds) of the command in a process of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "staffplan", "capacity", *arguments, "--force"]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def run_months(folder: Path, queues: int, months: int) -> None:
    write_history(folder, queues)
    cpu, wall = timed([str(folder / "plan.toml"), "--months", str(months), "-o", str(folder / "months")])
    rows = len(pd.read_csv(folder / "months" / "capacity.csv"))
    print(f"{queues} queues x {months} months ({rows} rows): {cpu:.1f} CPU s, {wall:.1f} s")


def run_hiring(folder: Path) -> None:
    write_sites(folder)
    files = ["--required", str(folder / "required.csv"), "--workforce", str(folder / "workforce.toml")]
    cpu, wall = timed([*files, "-o", str(folder / "hiring")])
    found = pd.read_csv(folder / "hiring" / "hiring.csv")
    proven = int((found["gap_share"] == 0).sum())
    print(f"hiring, 24 months x 6 sites: {cpu:.1f} CPU s, {wall:.1f} s; {proven} of {len(found)} plans proven")
    for row in found[found["rank"] == 1].to_dict("records"):
        print(f"  {row['site']}: {row['classes']}  cost {row['cost']:,.0f}, within {100 * row['gap_share']:.4f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queues", type=int, default=50)
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--only", choices=("hiring", "months"))
    parser.add_argument("--folder", type=Path, help="keep the files there (default: a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if arguments.only != "months":
            run_hiring(folder)
        if arguments.only != "hiring":
            run_months(folder, arguments.queues, arguments.months)


if __name__ == "__main__":
    main()
