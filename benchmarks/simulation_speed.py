"""How many events the simulation plays in a second on one core, beside simpy and ciw.

    python benchmarks/simulation_speed.py [--agents 120] [--days 28] [--repeat 5]

An event is an arrival, an answer or an end of handling, a start or end of a stretch on queue, or a closing. "event
loop" is the kernel by itself, "step" with the records made before and after. The judge is what verified staffing
plays; it needs no event loop, and its events are arrivals and answers. Peers play the same kind of queue for a while
(Poisson calls, exponential handling, people who never leave and nobody who hangs up); their events are arrivals and
ends of handling. All in seconds of the processor (process time), the best of the repetitions.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
from collections.abc import Callable
from time import process_time

import numpy as np

from staffplan.settings.simulate import SimulateSettings
from staffplan.simulate import engine, kernels, records
from staffplan.simulate.engine import Closings, Contacts, Groups, Stretches
from staffplan.simulate.scene import GroupPromise
from staffplan.staffing.simulated.judge import judge
from staffplan.staffing.simulated.line import Line, handling_times

AHT_SECONDS, PATIENCE_SECONDS, DAY_SECONDS = 300.0, 180.0, 86_400.0
PEER_DAYS = 0.5
BUSY_SHARE = 0.95


def made_up(agents: int, days: int) -> tuple[Contacts, Stretches]:
    """Calls at 95 % of the agents' time around the clock; everyone pauses for half an hour every four hours."""
    rng = np.random.default_rng(1)
    end = days * DAY_SECONDS
    count = int(rng.poisson(BUSY_SHARE * agents * end / AHT_SECONDS))
    arrival = np.sort(rng.random(count) * end)
    work, patience = rng.exponential(AHT_SECONDS, count), rng.exponential(PATIENCE_SECONDS, count)
    shift = 4 * 3600.0
    start = np.sort((np.arange(0, end, shift)[:, None] + np.arange(agents) * (shift / agents)).ravel())
    agent = np.tile(np.arange(agents), int(end / shift))
    stretches = Stretches(start, start + shift - 1800, agent, np.zeros(len(start), dtype=np.int64))
    return Contacts(arrival, np.zeros(count, dtype=np.int64), work, patience), stretches


def kernel_and_step(agents: int, days: int) -> tuple[int, float, float]:
    """Events, and seconds of the event loop alone and with the records made before and after."""
    contacts, stretches = made_up(agents, days)
    groups = Groups(np.array([1]), np.array([0.0]), np.array([False]))
    closings = Closings(np.zeros(0), np.zeros(0, dtype=np.int64))
    intervals = days * 48
    start = process_time()
    engine.run(contacts, stretches, groups, closings, agents=agents, intervals=intervals, interval_seconds=1800.0)
    whole = process_time() - start
    state = engine.new_state(contacts, groups, agents, intervals, engine.no_overflow(agents, 1))
    shifts = np.zeros(len(stretches.start), dtype=records.STRETCH)
    for name, values in stretches._asdict().items():
        shifts[name] = values
    by_end = np.argsort(stretches.end, kind="stable").astype(np.int64)
    start = process_time()
    events = kernels.run(
        state, shifts, by_end, np.zeros(0, dtype=records.CLOSING), np.zeros(0, dtype=records.RIPE), 1800.0
    )
    return int(events), process_time() - start, whole


def judged(agents: int) -> tuple[int, float]:
    """Events and seconds of a day of 48 half-hours, drawing the contacts included."""
    size = 48
    offered = np.full((1, size), BUSY_SHARE * agents * 1800 / AHT_SECONDS)
    line = Line(
        name="calls",
        promise=GroupPromise(0.8, 20.0, "offered", "opening", None, None),
        max_abandon_rate=None,
        minimum_agents=np.zeros(size, dtype=np.int64),
        interval_seconds=1800.0,
        numbers=np.arange(size),
        closes=np.arange(size) == size - 1,
        offered=offered,
        aht_seconds=np.full((1, size), AHT_SECONDS),
        patience_seconds=np.array([PATIENCE_SECONDS]),
        allowed_seconds=np.array([20.0]),
        day=np.zeros(size, dtype=np.int64),
        week=np.zeros(size, dtype=np.int64),
        day_variation=np.zeros((1, 1)),
        handling=handling_times(SimulateSettings(service_time="exponential")),
    )
    start = process_time()
    counts = judge(line, np.full(size, agents), seed=1, repetitions=100).by_interval
    return int(counts[0].sum() + counts[2].sum()), process_time() - start


def simpy_rate(agents: int) -> tuple[int, float]:
    """Events and seconds of simpy, one process for each call."""
    import simpy

    rng, calls = np.random.default_rng(1), int(BUSY_SHARE * agents * PEER_DAYS * DAY_SECONDS / AHT_SECONDS)
    gaps = rng.exponential(AHT_SECONDS / (BUSY_SHARE * agents), calls)
    work = rng.exponential(AHT_SECONDS, calls)
    room = simpy.Environment()
    people = simpy.Resource(room, capacity=agents)

    def call(seconds: float):
        with people.request() as turn:
            yield turn
            yield room.timeout(seconds)

    def arrivals():
        for gap, seconds in zip(gaps.tolist(), work.tolist(), strict=True):
            yield room.timeout(gap)
            room.process(call(seconds))

    room.process(arrivals())
    start = process_time()
    room.run()
    return 2 * calls, process_time() - start


def ciw_rate(agents: int) -> tuple[int, float]:
    """Events and seconds of ciw."""
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=BUSY_SHARE * agents / AHT_SECONDS)],
        service_distributions=[ciw.dists.Exponential(rate=1 / AHT_SECONDS)],
        number_of_servers=[agents],
    )
    ciw.seed(1)
    start = process_time()
    played = ciw.Simulation(network)
    played.simulate_until_max_time(PEER_DAYS * DAY_SECONDS)
    return 2 * len(played.get_all_records()), process_time() - start


def show(name: str, events: int, seconds: float, ours: float | None = None) -> float:
    rate = events / seconds
    beside = "" if ours is None else f"{ours / rate:>10,.0f} x"
    print(f"  {name:<34}{events:>12,}{seconds:>9.3f}{rate / 1e6:>10.3f}{beside}")
    return rate


def show_peer(name: str, play: Callable[[int], tuple[int, float]], agents: int, ours: float) -> None:
    if importlib.util.find_spec(name) is None:
        print(f"  {name:<34}skipped: not installed (pip install {name})")
    else:
        show(name, *play(agents), ours)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=120)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    runs = [kernel_and_step(options.agents, options.days) for _ in range(options.repeat + 1)]
    days = [judged(options.agents) for _ in range(options.repeat + 1)]
    print(f"first call, compiled code loaded or made: {runs[0][2]:.2f} s; judge {days[0][1]:.2f} s")
    print(
        f"{f'{options.agents} agents, {options.days} days':<36}{'events':>12}{'seconds':>9}{'M/s':>10}{'ours is':>12}"
    )
    ours = show("event loop", runs[0][0], min(run[1] for run in runs[1:]))
    show("step, records made included", runs[0][0], min(run[2] for run in runs[1:]))
    show("judge of verified staffing", days[0][0], min(day[1] for day in days[1:]))
    show_peer("simpy", simpy_rate, options.agents, ours)
    show_peer("ciw", ciw_rate, options.agents, ours)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
