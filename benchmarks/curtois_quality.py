"""Shift scheduling instances of Curtois and Qu, rostered with staffplan's own rules: value beside best known.

    python benchmarks/curtois_quality.py --instances DIR [--seconds 300] [--only 1 3 5] [--effort 50] [--seed 1]

DIR holds Instance1.txt and its like (schedulingbenchmarks.org; they are not kept here). `value` is counted from the
instance and the roster alone (curtois/score.py), `bound` is proven by the search; gaps are shares of the best known.
Ten minutes of others, as published: curtois/published.py.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from curtois.adapter import solve
from curtois.instance import find_instances, read_instance
from curtois.published import BEST_KNOWN, TEN_MINUTES_EJECTION_CHAIN, TEN_MINUTES_GUROBI
from curtois.score import score

HEADINGS = (
    f"{'instance':>8}{'days':>5}{'people':>7}{'value':>8}{'best':>7}{'gap':>8}{'bound':>9}{'bound gap':>10}"
    f"{'breaches':>9}{'seconds':>8}{'Gurobi':>8}{'ejection':>9}  status"
)


def line(path: Path, seconds: float, effort: float, seed: int) -> str:
    instance, number = read_instance(path), int(path.stem.removeprefix("Instance"))
    began = time.perf_counter()
    answer = solve(instance, seconds, effort, seed)
    took = time.perf_counter() - began
    found, best = score(instance, answer.roster), BEST_KNOWN.get(number)
    notes = "".join(f"\n{'':>8}left out: {said}" for said in answer.left_out)
    differs = abs(answer.objective - found.penalty) > 0.5
    said = f"{answer.status}; it says {answer.objective:,.1f}" if differs else answer.status
    return (
        f"{number:>8}{instance.days:>5}{len(instance.employees):>7}{found.penalty:>8}{_whole(best):>7}"
        f"{_above(found.penalty, best):>8}{answer.bound:>9.1f}{_above(found.penalty, answer.bound):>10}"
        f"{len(found.breaches):>9}{took:>8.0f}{_whole(TEN_MINUTES_GUROBI.get(number)):>8}"
        f"{_whole(TEN_MINUTES_EJECTION_CHAIN.get(number)):>9}  {said}{notes}"
    )


def _whole(value: int | None) -> str:
    return "-" if value is None else str(value)


def _above(value: float, reference: float | None) -> str:
    return f"{value / reference - 1:.1%}" if reference else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=Path, required=True, help="folder with Instance1.txt and its like")
    parser.add_argument("--seconds", type=float, default=300.0, help="[roster] time_limit_seconds")
    parser.add_argument(
        "--effort", type=float, default=50.0, help="[roster] effort; so much that time ends the search"
    )
    parser.add_argument("--only", type=int, nargs="+", help="numbers of instances; left out: all")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    found = find_instances(wanted.instances)
    chosen = [path for path in found if not wanted.only or int(path.stem.removeprefix("Instance")) in wanted.only]
    if not chosen:
        parser.error(f"{wanted.instances} holds none of the instances asked for")
    print(HEADINGS, flush=True)
    for path in chosen:
        print(line(path, wanted.seconds, wanted.effort, wanted.seed), flush=True)


if __name__ == "__main__":
    main()
