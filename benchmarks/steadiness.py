"""What a small change of the need does to a roster that people have: days that change, hours missing, objective.

    python benchmarks/steadiness.py                       200x1
    python benchmarks/steadiness.py 60x4 --changed 0.02 --effort 1

Centers are those of roster_quality.py. In a share of the intervals one person more or fewer is needed. The roster is
made anew with the roster before as published, whose days then have a price, and without; both with another seed.
Last, two more seeds of the first roster: "apart" is the largest less the smallest of what the search minimises, in
hours missing, as a share of the required hours.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

from roster_repair import breaches, case_of, days_that_differ, made_for
from rostering.centers import make_center
from staffplan.roster.case.case import Case
from staffplan.roster.check.cover import coverage
from staffplan.settings.priced_rules import StabilitySetting
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster

HEADINGS = (
    f"{'center':<10}{'roster':<26}{'days':>7}{'share':>8}{'missing':>9}{'over':>9}{'breaches':>10}{'seconds':>9}"
)
Made = tuple[Roster, float]


def changed_need(case: Case, share: float, seed: int) -> Case:
    """The case with one person more or fewer in a share of the intervals."""
    rng, frame = np.random.default_rng(seed), case.requirement.frame
    touched = rng.random(len(frame)) < share
    moved = frame["agents_on_queue"] + np.where(touched, rng.choice([-1, 1], len(frame)), 0)
    return replace(case, requirement=StaffingRequirement.of(frame.assign(agents_on_queue=moved.clip(lower=0))))


def keeping(case: Case, before: Roster) -> Case:
    """The case with a published roster, each of whose days has the default price."""
    rules = (*case.settings.rules, StabilitySetting())
    return replace(case, workforce=replace(case.workforce, published=before.shifts)).with_settings(rules=rules)


def made(case: Case, seed: int) -> Made:
    begun = time.monotonic()
    return made_for(case, seed), time.monotonic() - begun


def hours_of(case: Case, given: Roster) -> tuple[float, float]:
    """Hours missing and hours too many on queue."""
    net = coverage(given, case.requirement, case.site).frame["net"].to_numpy()
    hours = case.site.calendar.interval_minutes / 60
    return float(np.maximum(-net, 0).sum()) * hours, float(np.maximum(net, 0).sum()) * hours


def line(name: str, what: str, case: Case, one: Made, before: Roster | None) -> str:
    made_roster, seconds = one
    days = 0 if before is None else days_that_differ(before, made_roster)
    share = days / max(len(made_roster.shifts.frame), 1)
    missing, over = hours_of(case, made_roster)
    found = breaches(case, made_roster)
    return f"{name:<10}{what:<26}{days:>7}{share:>8.1%}{missing:>9.1f}{over:>9.1f}{found:>10}{seconds:>9.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("centers", nargs="*", default=["200x1"])
    parser.add_argument("--changed", type=float, default=0.02)
    parser.add_argument("--effort", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=600.0)
    given = parser.parse_args()
    print(HEADINGS)
    for name in given.centers:
        case = case_of(make_center(name, effort=given.effort, time_limit_seconds=given.seconds))
        first = made(case, 1)
        print(line(name, "first", case, first, None), flush=True)
        later = changed_need(case, given.changed, 7)
        print(line(name, "the same, need changed", later, first, first[0]), flush=True)
        print(line(name, "anew, published kept", later, made(keeping(later, first[0]), 2), first[0]), flush=True)
        print(line(name, "anew, nothing kept", later, made(later, 2), first[0]), flush=True)
        seeds = [first, made(case, 2), made(case, 3)]
        costs = [10 * missing + over for missing, over in (hours_of(case, one[0]) for one in seeds)]
        hours = case.requirement.frame["agents_on_queue"].sum() * case.site.calendar.interval_minutes / 60
        print(f"{name:<10}three seeds: apart by {(max(costs) - min(costs)) / 10 / hours:.3%} of the required hours")


if __name__ == "__main__":
    main()
