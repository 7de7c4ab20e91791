"""What cross-training saves, and how long the search takes: groups of like and unlike size that share agents.

    python benchmarks/skill_mix.py [GROUPS ...]

Cases have 2, 3 and 5 groups (or those asked for) with the default profiles: specialists at 1, pairs and an
all-rounder at 1.1. Beside the mix found stand groups apart, everyone flexible, and the bound of one Erlang line.
Events are arrivals and ends of calls, in seconds of one processor; compiling is timed apart.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from staffplan.staffing.skills.judge import CONFIRM, Judge, simulate
from staffplan.staffing.skills.search import dedicated_mix
from staffplan.staffing.skills.step import mix_skills
from staffplan.staffing.skills.tables import PlanningGroups, skill_case

OFFERED = (60, 100, 20, 200, 40)
AHT_SECONDS = (300, 240, 480, 180, 360)
PATIENCE_SECONDS = (120, 180, np.nan, 90, 150)


def make_groups(number: int) -> PlanningGroups:
    """So many groups, 80 % within 20 seconds wanted in each."""
    frame = pd.DataFrame(
        {
            "group": [f"group {i + 1}" for i in range(number)],
            "offered": OFFERED[:number],
            "interval_minutes": 30,
            "aht_seconds": AHT_SECONDS[:number],
            "patience_seconds": PATIENCE_SECONDS[:number],
            "service_level": 0.8,
            "answer_within_seconds": 20,
        }
    )
    return PlanningGroups.of(frame)


def events_per_second(groups: PlanningGroups) -> float:
    """Arrivals and ends of calls in a processor second, of a large sample that is drawn before."""
    case = skill_case(groups)
    sample, mix = Judge(case, CONFIRM, (1, 2)).sample, dedicated_mix(case)
    simulate(case, mix, sample, 1)
    began = time.process_time()
    simulate(case, mix, sample)
    return 2 * len(sample.crowd.arrival) / (time.process_time() - began)


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:]] or [2, 3, 5]
    began = time.process_time()
    events_per_second(make_groups(2))
    print(f"first run, compiled or from the cache: {time.process_time() - began:.1f} s")
    for number in numbers:
        groups = make_groups(number)
        speed, began = events_per_second(groups), time.process_time()
        result = mix_skills(groups)
        print(f"\n{number} groups: {time.process_time() - began:.1f} s; {speed / 1e6:.1f} million events a second")
        for frame in (result.compared, result.ladder, result.groups):
            print(frame.round(3).to_string(index=False))
        print("".join(f"{note.kind}: {note.message}\n" for note in result.notes if note.kind != "assumption"), end="")


if __name__ == "__main__":
    main()
