"""How well each model, given the agents seen on duty, predicts the waits that really happened.

    python benchmarks/waits_predicted.py --data DIR

DIR holds technion_bank. Patience and handling times are learnt from January, then waits are predicted for January
and, without a second look, for February, as `staffplan fit calls.csv --learn-until 1999-02-01` does with one reading
of who was on duty. The log does not say; here are three:
- seen: everyone who took a call in a half-hour counts for all of it. Too many agents: breaks, late starts.
- share: seen, times one number: the share with which Erlang A gives January's pooled answers within 20 s. It makes
  January right by construction; February is the test of it. Not simulated: parts of agents.
- present: from an agent's first call to the end of the last, pauses longer than --pause minutes cut out. Too few
  where an agent waited for work that long, too many where a break was shorter; and it has looked at when calls were
  answered, which no planner can.

`chance` compares one more repetition of the simulation with the mean of the others: what a perfect model would still
miss, because single half-hours have few calls. Last: predicted minus actual, by load per agent seen.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from staffplan.files.read import read_table
from staffplan.fit import CallLog, FitChoices, OutcomeWords, calls_and_closed, fit
from staffplan.fit.happened import (
    MEASURES,
    MODELS,
    SIMULATION,
    Duty,
    Learnt,
    Period,
    by_formula,
    by_replay,
    duty_from_calls,
    duty_from_heads,
    miss,
    mixed,
    pooled,
    what_happened,
)

INTERVAL_SECONDS = 1800.0
WITHIN_SECONDS = 20.0
REPLAYS = 20
LOADS = (0.0, 0.6, 0.75, 0.9, 1.0, np.inf)
COLUMNS = {"handling_seconds": "service_seconds", "agent": "server"}
CHOICES = FitChoices(OutcomeWords.of(["AGENT"], ["HANG"]))


def learn(log: CallLog) -> Learnt:
    """What January teaches."""
    january = log.frame[(log.frame["arrival"] < pd.Timestamp("1999-02-01", tz="UTC")).to_numpy()]
    calls, _ = calls_and_closed(CallLog.of(january, "January"), CHOICES)
    timed = calls[calls["answered"] & calls["handling_seconds"].notna()]
    seconds = {str(name): own["handling_seconds"].to_numpy(float) for name, own in timed.groupby("queue")}
    return Learnt(fit(CallLog.of(january, "January"), CHOICES), seconds)


def make_month(log: CallLog, heads_seen: pd.DataFrame, month: int, pause_seconds: float) -> dict[str, Period]:
    """One month of calls with the agents on duty by each reading."""
    calls, closed = calls_and_closed(log, CHOICES)
    start = pd.Timestamp(1999, month, 1, tz="UTC")
    own = (calls["arrival"].dt.month == month).to_numpy()
    calls, closed = calls[own], closed[own]
    calls = calls.assign(second=(calls["arrival"] - start).dt.total_seconds())
    order = np.argsort(calls["second"].to_numpy(), kind="stable")
    calls, closed = calls.iloc[order].reset_index(drop=True), closed[order]
    count = start.days_in_month * 48
    rows = heads_seen[heads_seen["timestamp"].dt.month == month]
    heads = np.zeros(count)
    place = (rows["timestamp"] - start.tz_localize(None)).dt.total_seconds() // INTERVAL_SECONDS
    heads[place.astype(int)] = rows["distinct_agents"]
    duties = {
        "seen": duty_from_heads(heads, INTERVAL_SECONDS),
        "present": duty_from_calls(calls, count, INTERVAL_SECONDS, pause_seconds),
    }
    number = (calls["second"] // INTERVAL_SECONDS).astype(int)
    came, lost = (np.bincount(number[kind], minlength=count) for kind in (~closed, closed))
    there = np.flatnonzero((came > lost) & (heads > 0) & (duties["present"].agents > 0))
    calls = calls[~closed].reset_index(drop=True)
    return {reading: Period(calls, duty, there, INTERVAL_SECONDS) for reading, duty in duties.items()}


def with_share(seen: Period, share: float) -> Period:
    return replace(seen, duty=Duty(share * seen.duty.agents, seen.duty.stretches))


def share_on_the_line(seen: Period, learnt: Learnt) -> float:
    """The share of the agents seen with which Erlang A's pooled answers in time are those that happened."""
    wanted = pooled(what_happened(seen, WITHIN_SECONDS), "in_time")

    def too_many(share: float) -> float:
        table = by_formula(with_share(seen, share), learnt, "patience_seconds", WITHIN_SECONDS)
        return pooled(table, "in_time") - wanted

    return float(brentq(too_many, 0.2, 1.5, xtol=1e-4))


def predictions(month: dict[str, Period], learnt: Learnt) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Every model's table by interval; and a single replay of each reading, to tell what chance does."""
    found, single = {}, {}
    for reading, period in month.items():
        for model, patience in MODELS.items():
            found[f"{model}, {reading}"] = by_formula(period, learnt, patience, WITHIN_SECONDS)
        if reading != "share":
            replays = [by_replay(period, learnt, WITHIN_SECONDS, seed) for seed in range(REPLAYS + 1)]
            found[f"{SIMULATION}, {reading}"] = sum(replays[1:]) / REPLAYS
            single[f"{SIMULATION}, {reading}"] = replays[0]
    return found, single


def shown(measure: str, value: float, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{value:{sign}.1f} s" if measure == "wait_seconds" else f"{100 * value:{sign}.1f} %"


def report(name: str, month: dict[str, Period], learnt: Learnt) -> None:
    seen = month["seen"]
    truth = what_happened(seen, WITHIN_SECONDS)
    tables, single = predictions(month, learnt)
    print(
        f"\n{name}: {len(truth)} half-hours, {truth['contacts'].sum():,.0f} calls, agents per half-hour: "
        + ", ".join(f"{reading} {own.duty.agents[own.intervals].mean():.2f}" for reading, own in month.items())
    )
    print(f"{'':44}{'pooled':^39}{'mean absolute error of a half-hour':^39}")
    print(f"{'':44}" + "".join(f"{measure:>13}" for measure in (*MEASURES, *MEASURES)))
    print(f"{'what happened':44}" + "".join(f"{shown(m, pooled(truth, m)):>13}" for m in MEASURES))
    for model, table in tables.items():
        cells = [shown(m, pooled(table, m)) for m in MEASURES] + [shown(m, miss(table, truth, m)) for m in MEASURES]
        print(f"{model:44}" + "".join(f"{cell:>13}" for cell in cells))
    for model, table in single.items():
        cells = [""] * len(MEASURES) + [shown(m, miss(tables[model], table, m)) for m in MEASURES]
        print(f"{'chance: ' + model:44}" + "".join(f"{cell:>13}" for cell in cells))
    for measure in MEASURES:
        by_load(seen, learnt, truth, tables, measure)


def by_load(seen: Period, learnt: Learnt, truth: pd.DataFrame, tables: dict[str, pd.DataFrame], measure: str) -> None:
    """Predicted minus actual, pooled, by load over the agents seen."""
    load = truth["contacts"].to_numpy() * mixed(seen, learnt, "aht_seconds") / INTERVAL_SECONDS
    ratio = load / seen.duty.agents[seen.intervals]
    bins = [(ratio >= low) & (ratio < high) for low, high in pairwise(LOADS)]
    heads = [f"{low:g}-{high:g}" for low, high in pairwise(LOADS)]
    print(f"\n  {measure}: predicted minus actual, by load per agent seen")
    print(f"  {'':42}" + "".join(f"{head:>12}" for head in heads))
    print(f"  {'half-hours':42}" + "".join(f"{own.sum():>12}" for own in bins))
    print(f"  {'what happened':42}" + "".join(f"{shown(measure, pooled(truth[own], measure)):>12}" for own in bins))
    for model, table in tables.items():
        off = [pooled(table[own], measure) - pooled(truth[own], measure) for own in bins]
        print(f"  {model:42}" + "".join(f"{shown(measure, value, signed=True):>12}" for value in off))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds technion_bank")
    parser.add_argument("--pause", type=float, default=10.0, help="minutes without a call after which one was away")
    options = parser.parse_args()
    folder = options.data / "technion_bank"
    log = read_table(folder / "call_by_call_jan_feb.csv", CallLog, columns=COLUMNS)
    seen = pd.read_csv(folder / "agents_seen_30min_jan_feb.csv", parse_dates=["timestamp"])
    learnt = learn(log)
    names = ("patience_seconds", "patience_with_balking_seconds", "balking_share", "aht_seconds")
    names += ("between_calls_seconds",)
    print("learnt from January, all queues: " + ", ".join(f"{name} {learnt.value('*', name):.4g}" for name in names))
    months = [make_month(log, seen, number, 60 * options.pause) for number in (1, 2)]
    share = share_on_the_line(months[0]["seen"], learnt)
    print(f"share of the agents seen that Erlang A needs to give January's answers within 20 s: {share:.3f}")
    for name, month in zip(("January (fitted)", "February (predicted)"), months, strict=True):
        report(name, {**month, "share": with_share(month["seen"], share)}, learnt)


if __name__ == "__main__":
    main()
