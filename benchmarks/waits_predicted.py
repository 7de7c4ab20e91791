"""How well each model, given the agents seen on duty, predicts the waits that really happened.

    python benchmarks/waits_predicted.py --data DIR

DIR holds technion_bank. Patience and handling times are learnt from January (`staffplan fit`), then waits are
predicted for January and, without a second look, for February. Every model is told how many calls came; none is told
how long they took or who hung up. Calls that hung up when the lines were closed or out of order are left out, as
`fit` finds them. All queues and agents are one pool, first come first served: the bank's priorities and skills are
not modelled. To handling times is added what agents need between two calls while someone waits.

The log does not say who was on duty. Three readings of it:
- seen: everyone who took a call in a half-hour counts for all of it. Too many agents: breaks, late starts.
- share: seen, times one number: the share with which Erlang A gives January's pooled answers within 20 s. It makes
  January right by construction; February is the test of it.
- present: from an agent's first call to the end of the last, pauses longer than --pause minutes cut out. Too few
  where an agent waited for work that long, too many where a break was shorter; and it has looked at when calls were
  answered, which no planner can.

`replay` is the discrete-event simulation with the arrivals at their very seconds, handling times drawn from
January's, patience from January's Kaplan-Meier curve and balking, agents who finish their call, and waits carried
over from one half-hour to the next; the mean of 20. `chance` compares one more replay with that mean: what a perfect
model would still miss, because single half-hours have few calls.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from staffplan.fit import CallLog, FitChoices, FitResult, OutcomeWords, fit
from staffplan.fit.opening import closed_calls
from staffplan.simulate.engine import Closings, Contacts, Groups, Stretches, run
from staffplan.simulate.records import ABANDONED, ANSWERED
from staffplan.staffing.erlang import waiting_line

INTERVAL_SECONDS = 1800.0
WITHIN_SECONDS = (20.0, 60.0)
REPLAYS = 20
LOADS = (0.0, 0.6, 0.75, 0.9, 1.0, np.inf)
MEASURES = ("within_20", "within_60", "abandoned", "wait")
WORDS = OutcomeWords.of(["AGENT"], ["HANG"])


@dataclass(frozen=True)
class Month:
    """One month of calls (second of arrival counted from its start), and agents on duty by reading."""

    calls: pd.DataFrame
    intervals: np.ndarray
    """Numbers of the half-hours with calls and agents."""
    agents: dict[str, np.ndarray]
    """(all half-hours of the month,): agents, not whole, by reading."""
    stretches: dict[str, Stretches]


@dataclass(frozen=True)
class Learnt:
    """January's lessons by queue."""

    result: FitResult
    seconds: dict[str, np.ndarray]

    def value(self, queue: str, parameter: str) -> float:
        """That of the queue, or of all together where its own cannot be told."""
        frame = self.result.parameters.frame
        found = frame[frame["queue"].isin([queue, "*"]) & (frame["parameter"] == parameter) & frame["value"].notna()]
        return float(found.sort_values("queue")["value"].iloc[-1])

    def draw_patience(self, queue: str, size: int, rng: np.random.Generator) -> np.ndarray:
        """Balking as a patience of 0, then the curve; beyond its end the exponential goes on."""
        curves = self.result.curves.frame
        curve = curves[curves["queue"] == (queue if (curves["queue"] == queue).any() else "*")]
        place = np.searchsorted(1 - curve["waiting_share"].to_numpy(), rng.random(size))
        times = np.append(curve["wait_seconds"].to_numpy(), np.nan)
        beyond = times[-2] + rng.exponential(self.value(queue, "patience_seconds"), size)
        patience = np.where(np.isnan(times[place]), beyond, times[place])
        return np.where(rng.random(size) < self.value(queue, "balking_share"), 0.0, patience)


def read_calls(folder: Path) -> pd.DataFrame:
    frame = pd.read_csv(folder / "call_by_call_jan_feb.csv", parse_dates=["arrival"])
    frame = frame[frame["outcome"].isin(["AGENT", "HANG"])].sort_values("arrival", ignore_index=True)
    frame = frame.assign(answered=frame["outcome"] == "AGENT", fault=False)
    for _, own in frame.groupby("queue"):
        frame.loc[own.index, "fault"] = closed_calls(own.assign(arrival=own["arrival"].dt.tz_localize("UTC")), "UTC")
    return frame.assign(server=frame["server"].where(frame["server"] != "NO_SERVER", ""))


def learn(calls: pd.DataFrame) -> Learnt:
    columns = {"arrival": calls["arrival"].dt.tz_localize("UTC"), "handling_seconds": calls["service_seconds"]}
    columns["agent"] = calls["server"]
    log = CallLog.of(calls[["queue", "wait_seconds", "outcome"]].assign(**columns), "January")
    answered = calls[calls["outcome"] == "AGENT"]
    seconds = {str(name): own["service_seconds"].to_numpy(float) for name, own in answered.groupby("queue")}
    return Learnt(fit(log, FitChoices(WORDS)), seconds)


def make_month(calls: pd.DataFrame, seen: pd.DataFrame, month: int, pause_seconds: float) -> Month:
    start = pd.Timestamp(1999, month, 1)
    own = calls[calls["arrival"].dt.month == month].reset_index(drop=True)
    own = own.assign(second=(own["arrival"] - start).dt.total_seconds())
    count = start.days_in_month * 48
    heads = np.zeros(count)
    rows = seen[seen["timestamp"].dt.month == month]
    heads[((rows["timestamp"] - start).dt.total_seconds() // INTERVAL_SECONDS).astype(int)] = rows["distinct_agents"]
    stretches = {"seen": seen_stretches(heads), "present": present_stretches(own, pause_seconds)}
    agents = {"seen": heads, "present": seconds_by_interval(stretches["present"], count) / INTERVAL_SECONDS}
    number, fault = (own["second"] // INTERVAL_SECONDS).astype(int), own["fault"].to_numpy()
    lost, came = (np.bincount(number[kind], minlength=count) for kind in (fault, ~fault))
    intervals = np.flatnonzero((came > lost) & (heads > 0) & (agents["present"] > 0))
    return Month(own[~fault].reset_index(drop=True), intervals, agents, stretches)


def seen_stretches(heads: np.ndarray) -> Stretches:
    """Agent k is on the line in every half-hour with more than k heads."""
    rows = []
    for agent in range(int(heads.max())):
        on = np.flatnonzero(np.diff(np.concatenate([[0], heads > agent, [0]])))
        rows += [(start, end, agent) for start, end in on.reshape(-1, 2).tolist()]
    start, end, agent = np.array(sorted(rows), dtype=float).T
    return Stretches(start * INTERVAL_SECONDS, end * INTERVAL_SECONDS, agent.astype(int), np.zeros(len(start), int))


def present_stretches(calls: pd.DataFrame, pause_seconds: float) -> Stretches:
    """Per agent, from call to call as long as the pause between them is short."""
    served = calls[(calls["outcome"] == "AGENT") & (calls["server"] != "")]
    begin = served["second"] + served["wait_seconds"]
    work = pd.DataFrame({"agent": served["server"], "start": begin, "end": begin + served["service_seconds"]})
    work = work.sort_values(["agent", "start"], ignore_index=True)
    last = work.groupby("agent")["end"].cummax().groupby(work["agent"]).shift(1)
    stint = (work["start"] - last > pause_seconds).fillna(True) | last.isna()
    joined = work.groupby(stint.cumsum().to_numpy()).agg({"agent": "first", "start": "min", "end": "max"})
    joined = joined[joined["end"] > joined["start"]].sort_values("start")
    agent = pd.factorize(joined["agent"])[0]
    return Stretches(joined["start"].to_numpy(), joined["end"].to_numpy(), agent, np.zeros(len(joined), int))


def seconds_by_interval(stretches: Stretches, count: int) -> np.ndarray:
    edges = np.arange(count + 1) * INTERVAL_SECONDS
    ends = np.clip(edges[:, None], stretches.start, stretches.end).sum(axis=1)
    return np.diff(ends)


def happened(second: np.ndarray, answered: np.ndarray, wait: np.ndarray, intervals: np.ndarray) -> pd.DataFrame:
    """By interval of arrival: shares of all offered calls, and their mean wait until the answer or the hang-up."""
    number = (second // INTERVAL_SECONDS).astype(int)
    table = pd.DataFrame({f"within_{limit:g}": answered & (wait <= limit) for limit in WITHIN_SECONDS})
    table = table.assign(abandoned=~answered, wait=wait, offered=1.0)
    sums = table.astype(float).groupby(number).sum().reindex(intervals)
    return sums[list(MEASURES)].div(sums["offered"], axis=0).assign(offered=sums["offered"])


def actual(month: Month) -> pd.DataFrame:
    calls = month.calls
    answered = (calls["outcome"] == "AGENT").to_numpy()
    return happened(calls["second"].to_numpy(), answered, calls["wait_seconds"].to_numpy(float), month.intervals)


def mixed(month: Month, learnt: Learnt, parameter: str, *, rate: bool = False) -> np.ndarray:
    """(intervals,): a parameter averaged over the calls of each interval; rate: its reciprocal is averaged."""
    by_queue = {name: learnt.value(name, parameter) for name in month.calls["queue"].unique()}
    values = month.calls["queue"].map(by_queue).astype(float)
    values = 1 / values if rate else values
    found = values.groupby((month.calls["second"] // INTERVAL_SECONDS).astype(int)).mean().reindex(month.intervals)
    return (1 / found if rate else found).to_numpy()


def by_formula(month: Month, learnt: Learnt, reading: str, patience: str | None) -> pd.DataFrame:
    aht = mixed(month, learnt, "aht_seconds") + learnt.value("*", "between_calls_seconds")
    offered = actual(month)["offered"].to_numpy()
    case = {} if patience is None else {"patience_seconds": mixed(month, learnt, patience, rate=True)}
    answers: dict[str, np.ndarray] = {"offered": offered}
    for limit in WITHIN_SECONDS:
        line = waiting_line(
            offered * aht / INTERVAL_SECONDS,
            month.agents[reading][month.intervals],
            aht_seconds=aht,
            answer_within_seconds=limit,
            **case,
        )
        answers[f"within_{limit:g}"] = line.service_level("offered")
    answers |= {"abandoned": line.abandon_rate, "wait": line.mean_wait_seconds}
    return pd.DataFrame(answers, index=month.intervals)


def with_share(month: Month, share: float) -> Month:
    return replace(month, agents={**month.agents, "share": share * month.agents["seen"]})


def share_on_the_line(month: Month, learnt: Learnt) -> float:
    """The share of the agents seen with which Erlang A's pooled answers within 20 s are those that happened."""
    wanted = pooled(actual(month), "within_20")

    def too_many(share: float) -> float:
        table = by_formula(with_share(month, share), learnt, "share", "patience_seconds")
        return pooled(table, "within_20") - wanted

    return float(brentq(too_many, 0.2, 1.5, xtol=1e-4))


def by_replay(month: Month, learnt: Learnt, reading: str, seed: int) -> pd.DataFrame:
    rng, calls = np.random.default_rng([seed, month.calls["arrival"].dt.month.iloc[0]]), month.calls
    work, patience = np.empty(len(calls)), np.empty(len(calls))
    for queue in sorted(calls["queue"].unique()):
        own = (calls["queue"] == queue).to_numpy()
        pool = learnt.seconds.get(queue, np.concatenate(list(learnt.seconds.values())))
        work[own] = rng.choice(pool, own.sum()) + learnt.value("*", "between_calls_seconds")
        patience[own] = learnt.draw_patience(queue, int(own.sum()), rng)
    second = calls["second"].to_numpy()
    stretches = month.stretches[reading]
    played = run(
        Contacts(second, np.zeros(len(second), int), work, patience),
        stretches,
        Groups(np.ones(1, int), np.zeros(1), np.zeros(1, bool)),
        Closings(np.zeros(0), np.zeros(0, int)),
        agents=int(stretches.agent.max()) + 1,
        intervals=len(month.agents[reading]),
        interval_seconds=INTERVAL_SECONDS,
    )
    assert np.isin(played.fate.outcome[:-50], [ANSWERED, ABANDONED]).all()
    return happened(second, played.fate.outcome == ANSWERED, played.fate.wait, month.intervals)


def predictions(month: Month, learnt: Learnt) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Every model's table by interval; and a single replay of each reading, to tell what chance does."""
    found, single = {}, {}
    for reading in ("seen", "share", "present"):
        found[f"Erlang C, {reading}"] = by_formula(month, learnt, reading, None)
        found[f"Erlang A, {reading}"] = by_formula(month, learnt, reading, "patience_seconds")
        found[f"Erlang A with balking, {reading}"] = by_formula(
            month, learnt, reading, "patience_with_balking_seconds"
        )
        if reading not in month.stretches:
            continue
        replays = [by_replay(month, learnt, reading, seed) for seed in range(REPLAYS + 1)]
        found[f"replay, {reading}"] = sum(replays[1:]) / REPLAYS
        single[f"replay, {reading}"] = replays[0]
    return found, single


def pooled(table: pd.DataFrame, measure: str) -> float:
    return float(np.average(table[measure], weights=table["offered"]))


def miss(table: pd.DataFrame, truth: pd.DataFrame, measure: str) -> float:
    """Mean absolute error of an interval, weighted by its calls."""
    return float(np.average((table[measure] - truth[measure]).abs(), weights=truth["offered"]))


def shown(measure: str, value: float, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{value:{sign}.1f} s" if measure == "wait" else f"{100 * value:{sign}.1f} %"


def report(name: str, month: Month, learnt: Learnt) -> None:
    truth = actual(month)
    tables, single = predictions(month, learnt)
    print(
        f"\n{name}: {len(truth)} half-hours, {truth['offered'].sum():,.0f} calls, agents per half-hour: "
        + ", ".join(f"{reading} {own[month.intervals].mean():.2f}" for reading, own in month.agents.items())
    )
    print(f"{'':32}{'pooled':^44}{'mean absolute error of a half-hour':^44}")
    print(f"{'':32}" + "".join(f"{measure:>11}" for measure in (*MEASURES, *MEASURES)))
    print(f"{'what happened':32}" + "".join(f"{shown(m, pooled(truth, m)):>11}" for m in MEASURES))
    for model, table in tables.items():
        cells = [shown(m, pooled(table, m)) for m in MEASURES] + [shown(m, miss(table, truth, m)) for m in MEASURES]
        print(f"{model:32}" + "".join(f"{cell:>11}" for cell in cells))
    for model, table in single.items():
        cells = [""] * len(MEASURES) + [shown(m, miss(tables[model], table, m)) for m in MEASURES]
        print(f"{'chance: ' + model:32}" + "".join(f"{cell:>11}" for cell in cells))
    for measure in ("within_20", "abandoned", "wait"):
        by_load(month, learnt, truth, tables, measure)


def by_load(month: Month, learnt: Learnt, truth: pd.DataFrame, tables: dict, measure: str) -> None:
    """Predicted minus actual, pooled, by load over the agents seen."""
    load = truth["offered"].to_numpy() * mixed(month, learnt, "aht_seconds") / INTERVAL_SECONDS
    ratio = load / month.agents["seen"][month.intervals]
    bins = [(ratio >= low) & (ratio < high) for low, high in pairwise(LOADS)]
    heads = [f"{low:g}-{high:g}" for low, high in pairwise(LOADS)]
    print(f"\n  {measure}: predicted minus actual, by load per agent seen")
    print(f"  {'':30}" + "".join(f"{head:>12}" for head in heads))
    print(f"  {'half-hours':30}" + "".join(f"{own.sum():>12}" for own in bins))
    print(f"  {'what happened':30}" + "".join(f"{shown(measure, pooled(truth[own], measure)):>12}" for own in bins))
    for model, table in tables.items():
        off = [pooled(table[own], measure) - pooled(truth[own], measure) for own in bins]
        print(f"  {model:30}" + "".join(f"{shown(measure, value, signed=True):>12}" for value in off))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds technion_bank")
    parser.add_argument("--pause", type=float, default=10.0, help="minutes without a call after which one was away")
    options = parser.parse_args()
    folder = options.data / "technion_bank"
    calls = read_calls(folder)
    seen = pd.read_csv(folder / "agents_seen_30min_jan_feb.csv", parse_dates=["timestamp"])
    learnt = learn(calls[calls["arrival"].dt.month == 1])
    names = ("patience_seconds", "patience_with_balking_seconds", "balking_share", "aht_seconds")
    names += ("between_calls_seconds",)
    print("learnt from January, all queues: " + ", ".join(f"{name} {learnt.value('*', name):.4g}" for name in names))
    months = [make_month(calls, seen, number, 60 * options.pause) for number in (1, 2)]
    share = share_on_the_line(months[0], learnt)
    print(f"share of the agents seen that Erlang A needs to give January's answers within 20 s: {share:.3f}")
    for name, month in zip(("January (fitted)", "February (predicted)"), months, strict=True):
        report(name, with_share(month, share), learnt)


if __name__ == "__main__":
    main()
