"""What each method of staffing costs and gives: agent hours, and the worst interval by simulation.

    python benchmarks/verified_staffing.py [--repetitions 2000]

Twenty-four half-hours with two peaks, the higher of 60 erlangs, 80 % within 20 seconds wanted in every interval, for
handling times of five minutes to three quarters of an hour, with customers who hang up and who do not. Every plan is
played with contacts that no search has seen, agents who leave once they are free, contacts that wait carried over.
Then a queue-day of 48 intervals at 60 erlangs, timed in seconds of one processor (process time), compile time apart.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from staffplan.clock import SiteCalendar
from staffplan.settings.queues import Goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing.pool import pools
from staffplan.staffing.simulated.judge import judge
from staffplan.staffing.simulated.line import make_line
from staffplan.staffing.step import staff_by_method
from staffplan.tables.forecast import VolumeForecast

PEAK_ERLANGS, INTERVAL_SECONDS = 60.0, 1800.0
GOAL = Goal(service_level=0.8, within_seconds=20)
METHODS = ("erlang-c", "erlang-a", "offered-load", "verified")
CASES = ((300.0, 180.0), (900.0, 180.0), (2700.0, 300.0), (900.0, None))
SEED_OF_THE_JUDGE = 20_261_122
SIMULATION = SimulateSettings(service_time="exponential", volume_uncertainty=False)


def two_peaks(intervals: int) -> np.ndarray:
    """(intervals,): a day's shape, 1 at its highest."""
    when = np.arange(intervals) / intervals
    shape = 0.25 + 0.75 * (np.exp(-(((when - 0.3) / 0.1) ** 2)) + 0.8 * np.exp(-(((when - 0.7) / 0.12) ** 2)))
    return shape / shape.max()


def forecast_of(load_erlangs: np.ndarray, aht: float) -> VolumeForecast:
    offered = load_erlangs * INTERVAL_SECONDS / aht
    starts = pd.date_range("2026-03-02", periods=len(offered), freq="30min", tz="UTC", unit="ns")
    bands = {f"offered_p{band}": offered for band in ("10", "90", "025", "975")}
    frame = pd.DataFrame(
        {"interval_start": starts, "queue": "calls", "channel": "voice", "offered": offered, **bands}
    )
    return VolumeForecast.of(frame.assign(aht_seconds=aht, method="made up"))


def site_of(patience: float | None) -> Site:
    queue = Queue("calls", planning_group="calls", goal=GOAL, goal_is_default=False, patience_seconds=patience)
    return Site(SiteCalendar("UTC", 30), {"calls": queue})


def agents_by(method: str, forecast: VolumeForecast, site: Site) -> tuple[np.ndarray, float]:
    """(intervals,) agents on the line, and seconds of the processor."""
    start = time.process_time()
    result = staff_by_method(forecast, StaffingSettings(method=method), SIMULATION, site=site)
    took = time.process_time() - start
    return result.requirement.frame["agents_required"].to_numpy(dtype=np.int64), took


def levels(agents: np.ndarray, forecast: VolumeForecast, site: Site, repetitions: int) -> tuple[float, float]:
    """Service level of the worst interval and of the day."""
    (pool,) = pools(forecast, site)
    line = make_line(pool, forecast, SIMULATION, site)
    played = judge(line, agents, seed=SEED_OF_THE_JUDGE, repetitions=repetitions)
    return played.worst_level, played.overall_level


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=2000)
    repetitions = parser.parse_args().repetitions
    print(f"{'AHT s':>6} {'patience s':>10}  {'method':<13}{'agent hours':>11}{'worst':>8}{'day':>8}{'seconds':>9}")
    for aht, patience in CASES:
        forecast, site = forecast_of(PEAK_ERLANGS * two_peaks(24), aht), site_of(patience)
        keeping = []
        for method in METHODS:
            agents, took = agents_by(method, forecast, site)
            worst, whole = levels(agents, forecast, site, repetitions)
            hours = agents.sum() * INTERVAL_SECONDS / 3600
            keeping += [hours] if worst >= GOAL.service_level - 0.01 else []
            name = "never" if patience is None else f"{patience:g}"
            print(f"{aht:>6g} {name:>10}  {method:<13}{hours:>11.1f}{worst:>8.3f}{whole:>8.3f}{took:>9.2f}")
        print(f"{'':<19}verified / cheapest plan within 1 point of the goal everywhere: {hours / min(keeping):.3f}")
    forecast, site = forecast_of(np.full(48, PEAK_ERLANGS), 300.0), site_of(180.0)
    took = min(agents_by("verified", forecast, site)[1] for _ in range(3))
    print(f"a queue-day, 48 intervals at 60 erlangs, AHT 300 s: {took:.2f} s, the comparison with Erlang C included")


if __name__ == "__main__":
    main()
