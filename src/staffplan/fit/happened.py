"""How well each model, given the people who were on duty, predicts the waits that really happened in a log of calls.

Every model is told when calls came; none how long they took or who hung up. All queues and agents are one pool,
first come, first served: priorities and skills are not modelled. To handling times is added what agents need between
two calls while someone waits. The simulation plays the arrivals at their very seconds, with handling times drawn from
the log's, patience from its Kaplan-Meier curve and balking, agents who finish their call, and waits carried over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from staffplan.fit import FitResult
from staffplan.simulate.engine import Closings, Contacts, Groups, Stretches, run
from staffplan.simulate.records import ANSWERED, Floats, Ints
from staffplan.staffing.models.erlang import waiting_line

MEASURES = ("in_time", "abandoned", "wait_seconds")
HAPPENED, CHANCE = "what happened", "chance alone"
MODELS: Mapping[str, str | None] = {
    "erlang-c": None,
    "erlang-a": "patience_seconds",
    "erlang-a, balking in the patience": "patience_with_balking_seconds",
}
"""Queueing models, by the parameter that is their patience."""
SIMULATION = "simulation"


class Duty(NamedTuple):
    """Who was on the line: agents, not whole, in each interval, and each one's stretches, in seconds."""

    agents: Floats
    stretches: Stretches


@dataclass(frozen=True)
class Period:
    """Calls (`second` of arrival counted from the start of the first interval) and who was there for them."""

    calls: pd.DataFrame
    duty: Duty
    intervals: Ints
    """Numbers of those that are compared."""
    interval_seconds: float

    @property
    def number(self) -> Ints:
        """(calls,): the interval of each."""
        return (self.calls["second"].to_numpy() // self.interval_seconds).astype(np.int64)


@dataclass(frozen=True)
class Learnt:
    """What a log has taught by queue, and the handling times it has."""

    result: FitResult
    seconds: Mapping[str, Floats]

    def value(self, queue: str, parameter: str, blank: float = np.nan) -> float:
        """That of the queue, or of all together where its own cannot be told, or else `blank`."""
        frame = self.result.parameters.frame
        found = frame[frame["queue"].isin([queue, "*"]) & (frame["parameter"] == parameter) & frame["value"].notna()]
        return float(found.sort_values("queue")["value"].iloc[-1]) if len(found) else blank

    def draw_patience(self, queue: str, size: int, rng: np.random.Generator) -> Floats:
        """Random patience in seconds, (size,): 0 for those who balk, the others from the curve, beyond its end
        exponential."""
        curves, mean = self.result.curves.frame, self.value(queue, "patience_seconds", np.inf)
        curve = curves[curves["queue"] == (queue if (curves["queue"] == queue).any() else "*")]
        place = np.searchsorted(1 - curve["waiting_share"].to_numpy(), rng.random(size))
        times = np.append(curve["wait_seconds"].to_numpy(), np.nan)
        last = times[-2] if len(curve) else 0.0
        beyond = last + (rng.exponential(mean, size) if np.isfinite(mean) else np.full(size, np.inf))
        patience = np.where(np.isnan(times[place]), beyond, times[place])
        balks = rng.random(size) < self.value(queue, "balking_share", 0.0)
        return np.asarray(np.where(balks, 0.0, patience))

    def draw_handling(self, queue: str, size: int, rng: np.random.Generator) -> Floats:
        """Random handling times in seconds, (size,), drawn from the observed ones, plus the time between two
        calls."""
        pool = self.seconds.get(queue, np.concatenate(list(self.seconds.values())))
        return np.asarray(rng.choice(pool, size) + self.value("*", "between_calls_seconds", 0.0))


def duty_from_heads(heads: Floats, interval_seconds: float) -> Duty:
    """Duty in which agent k is on the line in every interval with more than k heads. `heads`: (intervals,)."""
    rows = []
    for agent in range(int(np.ceil(heads.max(initial=0.0)))):
        on = np.flatnonzero(np.diff(np.concatenate([[0], heads > agent, [0]])))
        rows += [(start, end, agent) for start, end in on.reshape(-1, 2).tolist()]
    start, end, agents = np.array(sorted(rows), dtype=float).reshape(-1, 3).T
    none = np.zeros(len(start), dtype=np.int64)
    return Duty(heads, Stretches(start * interval_seconds, end * interval_seconds, agents.astype(np.int64), none))


def duty_from_calls(calls: pd.DataFrame, count: int, interval_seconds: float, pause_seconds: float) -> Duty:
    """Each agent from call to call, as long as the pause between them is short.

    Too few where an agent waited for work that long, too many where a break was shorter; and it looks at when calls
    were answered, which no planner can.
    """
    served = calls[calls["answered"] & (calls["agent"] != "") & calls["handling_seconds"].notna()]
    begin = served["second"] + served["wait_seconds"]
    work = pd.DataFrame({"agent": served["agent"], "start": begin, "end": begin + served["handling_seconds"]})
    work = work.sort_values(["agent", "start"], ignore_index=True)
    last = work.groupby("agent")["end"].cummax().groupby(work["agent"]).shift(1)
    fresh = (work["start"] - last > pause_seconds) | last.isna()
    joined = work.groupby(fresh.cumsum().to_numpy()).agg({"agent": "first", "start": "min", "end": "max"})
    joined = joined[joined["end"] > joined["start"]].sort_values("start")
    start, end = joined["start"].to_numpy(dtype=float), joined["end"].to_numpy(dtype=float)
    edges = np.arange(count + 1) * interval_seconds
    agents = np.diff(np.clip(edges[:, None], start, end).sum(axis=1)) / interval_seconds
    who = pd.factorize(joined["agent"])[0].astype(np.int64)
    return Duty(agents, Stretches(start, end, who, np.zeros(len(start), dtype=np.int64)))


def measured(
    second: Floats, answered: np.ndarray, wait: Floats, period: Period, within_seconds: float
) -> pd.DataFrame:
    """Shares of all calls by interval of arrival, and their mean wait in seconds until the answer or the hang-up.
    `second` of arrival, `answered` and `wait` in seconds: (calls,)."""
    number = (second // period.interval_seconds).astype(np.int64)
    table = pd.DataFrame({"in_time": answered & (wait <= within_seconds), "abandoned": ~answered})
    table = table.assign(wait_seconds=wait, contacts=1.0).astype(float)
    sums = table.groupby(number).sum().reindex(period.intervals, fill_value=0.0)
    return sums[list(MEASURES)].div(sums["contacts"], axis=0).assign(contacts=sums["contacts"])


def what_happened(period: Period, within_seconds: float) -> pd.DataFrame:
    calls = period.calls
    answered, wait = calls["answered"].to_numpy(dtype=bool), calls["wait_seconds"].to_numpy(dtype=float)
    return measured(calls["second"].to_numpy(), answered, wait, period, within_seconds)


def mixed(period: Period, learnt: Learnt, parameter: str, *, rate: bool = False) -> Floats:
    """(intervals,): a parameter averaged over the calls of each; rate: its reciprocal is averaged."""
    by_queue = {name: learnt.value(name, parameter, np.inf) for name in period.calls["queue"].unique()}
    values = period.calls["queue"].map(by_queue).astype(float)
    values = 1 / values if rate else values
    found = values.groupby(period.number).mean().reindex(period.intervals)
    with np.errstate(divide="ignore"):
        return np.asarray(1 / found if rate else found, dtype=np.float64)


def by_formula(period: Period, learnt: Learnt, patience: str | None, within_seconds: float) -> pd.DataFrame:
    """A model's steady state in every interval; nobody hangs up where no parameter is named as patience."""
    contacts = what_happened(period, within_seconds)["contacts"].to_numpy()
    aht = mixed(period, learnt, "aht_seconds") + learnt.value("*", "between_calls_seconds", 0.0)
    line = waiting_line(
        contacts * aht / period.interval_seconds,
        period.duty.agents[period.intervals],
        aht_seconds=aht,
        answer_within_seconds=within_seconds,
        patience_seconds=np.inf if patience is None else mixed(period, learnt, patience, rate=True),
    )
    answers = {"in_time": line.service_level("offered"), "abandoned": line.abandon_rate}
    return pd.DataFrame({**answers, "wait_seconds": line.mean_wait_seconds, "contacts": contacts}, period.intervals)


def by_replay(period: Period, learnt: Learnt, within_seconds: float, seed: int) -> pd.DataFrame:
    """The calls once more, with other handling times and patience."""
    rng, calls = np.random.default_rng(seed), period.calls
    work, patience = np.empty(len(calls)), np.empty(len(calls))
    for queue in sorted(calls["queue"].unique()):
        own = (calls["queue"] == queue).to_numpy()
        work[own] = learnt.draw_handling(queue, int(own.sum()), rng)
        patience[own] = learnt.draw_patience(queue, int(own.sum()), rng)
    second, stretches = calls["second"].to_numpy(), period.duty.stretches
    played = run(
        Contacts(second, np.zeros(len(second), dtype=np.int64), work, patience),
        stretches,
        Groups(np.ones(1, dtype=np.int64), np.zeros(1), np.zeros(1, dtype=bool)),
        Closings(np.zeros(0), np.zeros(0, dtype=np.int64)),
        agents=int(stretches.agent.max(initial=-1)) + 1,
        intervals=len(period.duty.agents),
        interval_seconds=period.interval_seconds,
    )
    answered = played.fate.outcome == ANSWERED
    wait = np.where(answered, played.fate.wait, np.where(np.isfinite(patience), patience, 0.0))
    return measured(second, answered, wait, period, within_seconds)


def predictions(
    period: Period, learnt: Learnt, *, within_seconds: float, replays: int, seed: int
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Every model's table by interval, and a single replay beside the mean of the others: what chance does."""
    found = {name: by_formula(period, learnt, own, within_seconds) for name, own in MODELS.items()}
    played = [by_replay(period, learnt, within_seconds, seed + number) for number in range(replays + 1)]
    mean = pd.concat(played[1:]).groupby(level=0).mean()
    return found | {SIMULATION: mean}, played[0]


def pooled(table: pd.DataFrame, measure: str) -> float:
    return float(np.average(table[measure], weights=table["contacts"]))


def miss(table: pd.DataFrame, truth: pd.DataFrame, measure: str) -> float:
    """Mean absolute error of an interval, weighted by its calls."""
    return float(np.average((table[measure] - truth[measure]).abs(), weights=truth["contacts"]))
