"""What rosters are worth when the real calls of a month come: staffplan, the usual stack, and the floor.

    python benchmarks/closed_loop.py --data DIR [--asked 0.72 0.8] [--agents 60] [--seconds 180]

DIR holds technion_bank. February is planned from January's calls alone and then played: each call at its very second,
with its real handling time and as much patience as it showed (real_calls/calls.py tells what is drawn), in one line,
with agents who finish their call when their stretch ends. All plans use the same shifts of 4, 6 and 8.5 hours
(real_calls/shifts.py), people without weekly minimum, as many as are wanted.

- staffplan: forecast, staff, roster with `objective = "service"`, each as its function is called by a plan. Types of
  calls are queues with their own patience and handling time (fit), served by one group.
- stack: four-week average, pyworkforce ErlangC within 20 s, pyworkforce's choice of shifts, at several levels: a
  frontier. Hours at equal service level are read off between two of its points.
- floor: volumes known, no shifts (real_calls/floor.py), at several levels too.

Service level: answered within 20 s / (offered less abandoned within 20 s), of all calls of the month. `if forecast
right`: what the same roster would give with Poisson calls around the forecast, patience and handling times as in
January: days below 75 % are there by chance alone.
All figures are means over --draws replays, each with other numbers for what nobody saw.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from real_calls.calls import Calls, Log, as_planned, month_drawn
from real_calls.floor import floor_heads
from real_calls.product import DAYS, Planner
from real_calls.replay import Duty, Service, duty_of_heads, mean_of, play, service_of
from real_calls.stack import MODELS, Usual, shifts_by
from staffplan.plan.text import text_table

FIRST = pd.Timestamp("1999-02-01", tz="UTC")
STACK_LEVELS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
FLOOR_LEVELS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
BEFORE = pd.Timestamp("1998-12-01", tz="UTC")
HEADS = ("plan", "asked", "paid hours", "service", "ASA s", "abandoned", "half-hours below")
HEADS += ("days kept", "days < 75 %", "lowest day", "if forecast right", "days < 75 %")


@dataclass(frozen=True)
class Line:
    """One plan as it went."""

    name: str
    asked: float
    hours: float
    service: Service
    as_forecast: Service | None = None

    def cells(self) -> list[str]:
        own = self.service
        return [
            self.name,
            f"{self.asked:.0%}",
            f"{self.hours:,.0f}",
            f"{own.level:.1%}",
            f"{own.asa_seconds:.1f}",
            f"{own.abandoned:.1%}",
            f"{own.intervals_below:.0%}",
            f"{own.days_kept:.1f}",
            f"{own.days_below_75:.1f}",
            f"{own.lowest_day:.0%}",
            *self._if_right(),
        ]

    def _if_right(self) -> tuple[str, str]:
        own = self.as_forecast
        return ("", "") if own is None else (f"{own.level:.1%}", f"{own.days_below_75:.1f}")


@dataclass(frozen=True)
class Loop:
    """The month, what was known before it, and how it is played."""

    planner: Planner
    month: Log
    draws: int

    @cached_property
    def calls(self) -> tuple[Calls, ...]:
        learnt = self.month.learnt()
        seeds = (np.random.default_rng(seed) for seed in range(self.draws))
        return tuple(month_drawn(self.month, learnt, FIRST, rng) for rng in seeds)

    @cached_property
    def offered(self) -> pd.DataFrame:
        return self.month.history()[["interval_start", "queue", "offered"]]

    def met(self, duty: Duty, goal: float) -> Service:
        return mean_of(service_of(calls, play(calls, duty), goal) for calls in self.calls)

    def product(self, goal: float) -> Line:
        plan = self.planner.plan(goal)
        return Line("staffplan", goal, plan.paid_hours, self.met(plan.duty, goal), self._if_right(plan.duty, goal))

    def _if_right(self, duty: Duty, goal: float) -> Service:
        rows = self.planner.forecast.frame.groupby("interval_start")["offered"].sum()
        starts = (pd.DatetimeIndex(rows.index) - FIRST).total_seconds().to_numpy()
        seeds = (np.random.default_rng([seed, 1]) for seed in range(self.draws))
        drawn = [as_planned(rows.to_numpy(), self.planner.learnt, starts, rng) for rng in seeds]
        return mean_of(service_of(calls, play(calls, duty), goal) for calls in drawn)

    def stack(self, model: str) -> list[Line]:
        usual, lines = Usual.of(self.planner.past.history(), FIRST), []
        for level in STACK_LEVELS:
            hours, duty = shifts_by(model, usual.required(level))
            lines.append(Line(model, level, hours, self.met(duty, level)))
        return lines

    def floor(self) -> list[Line]:
        lines = []
        for level in FLOOR_LEVELS:
            heads = floor_heads(self.planner, self.offered, level)
            starts = (pd.DatetimeIndex(heads.index) - FIRST).total_seconds().to_numpy()
            duty = duty_of_heads(heads.to_numpy(), starts)
            lines.append(Line("floor", level, heads.sum() / 2, self.met(duty, level)))
        return lines

    def volumes(self) -> str:
        """How far the forecast and the average of four weeks are off."""
        expected, came = self.planner.forecast.frame, self.offered["offered"].sum()
        usual = 4 * Usual.of(self.planner.past.history(), FIRST).offered.sum()
        both = expected.merge(self.offered, on=["interval_start", "queue"], suffixes=("", "_real"))
        totals = both.groupby("interval_start")[["offered", "offered_real"]].sum()
        off = (totals["offered"] - totals["offered_real"]).abs().sum() / came
        work = (expected["offered"] * expected["aht_seconds"]).sum() / expected["offered"].sum()
        handling = self.calls[0].handling.mean()
        return (
            f"{came:,.0f} calls came; forecast {expected['offered'].sum() / came - 1:+.1%} (half-hours off by "
            f"{off:.1%}), average of four weeks {usual / came - 1:+.1%}; handling time {handling:.1f} s, "
            f"forecast {work:.1f} s"
        )


def hours_at(level: float, frontier: Iterable[Line]) -> float:
    """Hours for a service level, between two plans of the frontier; not a number beyond its ends."""
    points = sorted((line.service.level, line.hours) for line in frontier)
    levels, hours = np.array(points).T
    return float(np.interp(level, levels, hours, left=np.nan, right=np.nan))


def compared(line: Line, frontiers: Mapping[str, Sequence[Line]]) -> str:
    said = []
    for name, frontier in frontiers.items():
        hours = hours_at(line.service.level, frontier)
        apart = "not reached by its levels" if np.isnan(hours) else f"{hours:,.0f} h, {line.hours / hours - 1:+.1%}"
        said.append(f"{name} {apart}")
    asked, off = f"asked {line.asked:.0%}", line.service.level - line.asked
    return f"{asked}: delivered {line.service.level:.1%} ({100 * off:+.1f}) with {line.hours:,.0f} h; " + "; ".join(
        said
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds technion_bank")
    parser.add_argument(
        "--asked", type=float, nargs="+", default=[0.72, 0.8], help="service levels asked of staffplan"
    )
    parser.add_argument("--agents", type=int, default=60, help="people that staffplan may use")
    parser.add_argument("--seconds", type=float, default=180.0, help="time limit of the roster")
    parser.add_argument("--effort", type=float, default=1.0, help="search effort of the roster")
    parser.add_argument("--draws", type=int, default=10, help="replays")
    options = parser.parse_args()
    log = Log.read(options.data)
    planner = Planner(log.between(BEFORE, FIRST), FIRST, options.agents, options.effort, options.seconds)
    loop = Loop(planner, log.between(FIRST, FIRST + pd.Timedelta(days=DAYS)), options.draws)
    print(loop.volumes(), flush=True)
    frontiers = {model: loop.stack(model) for model in MODELS} | {"floor": loop.floor()}
    own = [loop.product(goal) for goal in options.asked]
    lines = [*own, *(line for lines in frontiers.values() for line in lines)]
    print(text_table([line.cells() for line in lines], HEADS, right=range(1, len(HEADS))))
    for line in own:
        print(compared(line, frontiers))


if __name__ == "__main__":
    main()
