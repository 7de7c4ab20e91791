"""How many events the simulation plays in a second: the kernel by itself, and the whole step around it.

    python benchmarks/simulation_speed.py [--agents 120] [--days 28] [--repeat 5]

An event is an arrival, an answer or an end of handling, a start or end of a stretch on queue, or a closing. The best
of the repetitions counts: the machine may be doing something else as well.
"""

from __future__ import annotations

import argparse
import resource
from time import perf_counter

import numpy as np

from staffplan.simulate import engine
from staffplan.simulate.engine import Closings, Contacts, Groups, Stretches

AHT_SECONDS, PATIENCE_SECONDS, DAY_SECONDS = 300.0, 180.0, 86_400.0


def made_up(agents: int, days: int) -> tuple[Contacts, Stretches]:
    """Calls at 95 % of the agents' time around the clock; everyone pauses for half an hour every four hours."""
    rng = np.random.default_rng(1)
    end = days * DAY_SECONDS
    count = int(rng.poisson(0.95 * agents * end / AHT_SECONDS))
    arrival = np.sort(rng.random(count) * end)
    work, patience = rng.exponential(AHT_SECONDS, count), rng.exponential(PATIENCE_SECONDS, count)
    shift = 4 * 3600.0
    start = np.sort((np.arange(0, end, shift)[:, None] + np.arange(agents) * (shift / agents)).ravel())
    agent = np.tile(np.arange(agents), int(end / shift))
    stretches = Stretches(start, start + shift - 1800, agent, np.zeros(len(start), dtype=np.int64))
    return Contacts(arrival, np.zeros(count, dtype=np.int64), work, patience), stretches


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=120)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    contacts, stretches = made_up(options.agents, options.days)
    groups = Groups(np.array([1]), np.array([0.0]), np.array([False]))
    closings = Closings(np.zeros(0), np.zeros(0, dtype=np.int64))
    intervals = options.days * 48
    rates = []
    for _ in range(options.repeat + 1):
        start = perf_counter()
        played = engine.run(
            contacts, stretches, groups, closings, agents=options.agents, intervals=intervals, interval_seconds=1800.0
        )
        rates.append(played.events / (perf_counter() - start))
    print(f"agents {options.agents}, days {options.days}, contacts {len(contacts.arrival)}, events {played.events}")
    print(f"first call, compiled code loaded or made: {played.events / rates[0]:.2f} s")
    print(f"best of {options.repeat}: {max(rates[1:]) / 1e6:.2f} million events per second")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
