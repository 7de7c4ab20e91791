"""How good rosters are on seeded made-up centers: objective, proven bound, gap, cover, time, memory, beside peers.

    python benchmarks/roster_quality.py                          50x1, 200x1 and 60x4-4skills
    python benchmarks/roster_quality.py 200x1-24h 1000x4 --effort 2 --time-limit 900
    python benchmarks/roster_quality.py 50x1 200x1 --peers --peer-seconds 120

A center is agents x weeks, then what differs: -15min (half-hours otherwise), -24h (open 8 to 22 otherwise), -1skill
to -4skills (two otherwise), -ties (rules between people). Gap = (objective - bound) / price of an understaffed hour,
as a share of the required hours; no roster that keeps the rules costs less than the bound. Every roster, a peer's
too, is scored again from its rows (rostering/score.py) and checked by code that shares nothing with the search, each
in a process of its own.
"""

from __future__ import annotations

import argparse

from rostering.centers import size_of
from rostering.measure import Run, in_a_process
from rostering.peers import PEERS
from rostering.table import HEADINGS, row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("centers", nargs="*", default=["50x1", "200x1", "60x4-4skills"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", type=float, default=1.0, help="[roster] effort")
    parser.add_argument("--time-limit", type=float, default=600.0, help="[roster] time_limit_seconds")
    parser.add_argument("--peers", action="store_true", help=", ".join(PEERS))
    parser.add_argument("--peer-seconds", type=float, default=120.0, help="what a peer may search")
    wanted = parser.parse_args()
    for name in wanted.centers:
        try:
            size_of(name)
        except ValueError as error:
            parser.error(str(error))
    print(HEADINGS, flush=True)
    for name in wanted.centers:
        ours = in_a_process(Run(name, wanted.seed, wanted.effort, wanted.time_limit))
        print(row(ours), flush=True)
        for method in PEERS if wanted.peers else ():
            run = Run(name, wanted.seed, wanted.effort, wanted.peer_seconds, method, ours.bound)
            print(row(in_a_process(run)), flush=True)


if __name__ == "__main__":
    main()
