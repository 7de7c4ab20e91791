"""How good the forecasts are, beside those of other tools, by a protocol that anyone can repeat.

    python benchmarks/forecast_accuracy.py --data DIR [--set bank] [--peers all] [--origins 8] [--by-queue]

Weekly origins, 28 days ahead, everything learnt anew at each origin; errors are pooled over queues and origins. Days
that the history does not know are not tested. WAPE = sum |error| / sum of contacts; the floor is the WAPE of a
perfect rate if arrivals were Poisson. Bounds: staffplan's and MSTL's own; the other peers have none and get
Poisson's, which is what an Erlang calculator assumes. Seconds are of one core's work for one queue at one origin.

DIR holds any number of CSV files: the three sets of the published table are known by name (bank_calls,
technion_bank, it_helpdesk), others are found as benchmarks/accuracy/data_sets.py tells; --sub-queues adds parts of
the known ones, --synthetic made-up ones. A peer that is not installed is skipped and said so; `make bench` installs
them all.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from joblib import Parallel, delayed

from accuracy import tables
from accuracy.data_sets import DataSet, real_sets, sub_queues, synthetic
from accuracy.peers import PEERS
from accuracy.protocol import STAFFPLAN, Contender, Trial, choose_peers, together, try_origin
from staffplan.settings.forecast import ForecastSettings


def main() -> None:
    arguments = _parser().parse_args()
    contenders, missing = _contenders(arguments.peers, arguments.alone)
    for key in missing:
        print(f"{PEERS[key].title}: SKIPPED, {PEERS[key].needs} is not installed (make bench installs the peers)")
    results: list[tables.Result] = []
    for found in _sets(arguments):
        if isinstance(found, str):
            print(f"{found}\n")
            continue
        if arguments.set and found.name not in arguments.set:
            continue
        trial = run(found, contenders, arguments.origins, arguments.jobs)
        result = tables.result_of(found, trial)
        tables.print_set(found, trial, result, by_queue=arguments.by_queue)
        results.append(result)
    tables.print_summary(results)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the real data sets")
    parser.add_argument("--set", action="append", metavar="NAME", help="only this set; may be given several times")
    parser.add_argument("--peers", default="all", help=f"all, none, or some of {','.join(PEERS)}")
    parser.add_argument(
        "--alone", action="store_true", help="also each of staffplan's methods as the only one allowed"
    )
    parser.add_argument("--origins", type=int, help="only so many origins of each set, the first ones")
    parser.add_argument("--by-queue", action="store_true", help="each queue too")
    parser.add_argument("--sub-queues", action="store_true", help="parts of the known sets as queues of their own")
    parser.add_argument("--synthetic", nargs="?", type=int, const=1, metavar="SEED", help="made-up sets too")
    parser.add_argument("--jobs", type=int, default=1, help="origins worked on at once")
    return parser


def _contenders(peers: str, alone: bool) -> tuple[list[Contender], list[str]]:
    settings = ForecastSettings()
    contenders = [Contender(STAFFPLAN, settings=settings)]
    if alone:
        contenders += [
            Contender(f"  {method} alone", settings=settings.model_copy(update={"methods": (method,)}))
            for method in settings.methods
        ]
    installed, missing = choose_peers(peers)
    return contenders + [Contender(peer.title, peer=key) for key, peer in installed.items()], missing


def _sets(arguments: argparse.Namespace) -> Iterator[DataSet | str]:
    if arguments.data:
        yield from real_sets(arguments.data)
        if arguments.sub_queues:
            yield from sub_queues(arguments.data)
    elif arguments.synthetic is None:
        yield "no set: give --data FOLDER, or --synthetic"
    if arguments.synthetic is not None:
        yield from synthetic(arguments.synthetic)


def run(data_set: DataSet, contenders: list[Contender], origins: int | None, jobs: int) -> Trial:
    count = min(data_set.origins, origins or data_set.origins)
    trials = Parallel(n_jobs=jobs)(delayed(try_origin)(data_set, number, contenders) for number in range(count))
    return together(trials)


if __name__ == "__main__":
    main()
