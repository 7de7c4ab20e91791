"""What a repair makes of absences, beside a roster made anew: hours missing, days that change, time, gap, breaches.

    python benchmarks/roster_repair.py                          200x1 and 60x4, 2 and 10 % absent on the third day
    python benchmarks/roster_repair.py 1000x1 --absent 0.05

Centers are those of roster_quality.py. Some people are absent on the third day and the fourth; everything that begins
before the third day's six in the morning stays. Hours missing are those from then on: as given, with the absences,
repaired. A roster made anew, with the same absences, says what could be had if nobody minded: its days that differ
from the given roster's are counted too.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from rostering.centers import Center, make_center
from staffplan.clock import wall_instant
from staffplan.roster.case.case import Case
from staffplan.roster.check.check import check
from staffplan.roster.check.cover import coverage
from staffplan.roster.repair.absences import Absence, left_of, with_absences
from staffplan.roster.repair.repair import repair
from staffplan.roster.step import roster
from staffplan.tables.roster import Roster

HEADINGS = (
    f"{'center':<14}{'absent':>7}{'method':>11}{'given':>9}{'absent':>9}{'missing':>9}{'days':>7}{'inside':>8}"
    f"{'gap':>8}{'seconds':>9}{'breaches':>10}"
)
WHEN = 2
"""Number of the first day of absence."""


def case_of(center: Center) -> Case:
    return Case(center.requirement, center.workforce, center.settings, center.shifts, center.work_plans, center.site)


def made_for(case: Case, seed: int) -> Roster:
    """A roster made anew."""
    return roster(
        case.requirement,
        case.workforce,
        case.settings,
        shifts=case.shifts,
        work_plans=case.work_plans,
        site=case.site,
        seed=seed,
    ).roster


def missing_hours(case: Case, made: Roster, since: pd.Timestamp) -> float:
    """Hours missing on queue from an instant on."""
    frame = coverage(made, case.requirement, case.site).frame
    net = frame.loc[frame["interval_start"] >= since, "net"].to_numpy()
    return float(np.maximum(-net, 0).sum()) * case.site.calendar.interval_minutes / 60


def breaches(case: Case, made: Roster) -> int:
    found = check(
        made,
        case.workforce,
        case.settings,
        requirement=case.requirement,
        shifts=case.shifts,
        work_plans=case.work_plans,
        site=case.site,
    )
    return len(found.breaches)


def days_that_differ(one: Roster, other: Roster) -> int:
    """Agents' days on which they begin or end at another time, or work in one roster only."""
    columns = ["agent_id", "schedule_date", "start", "end"]
    shifts = [set(made.shifts.frame[columns].itertuples(index=False, name=None)) for made in (one, other)]
    return len({(row[0], row[1]) for row in shifts[0] ^ shifts[1]})


def measure(name: str, share: float, seed: int, effort: float) -> None:
    center = make_center(name, seed, effort=effort)
    case, zone = case_of(center), center.site.calendar.timezone
    given = made_for(case, seed)
    first = center.requirement.frame["interval_start"].min().tz_convert(zone).date() + timedelta(days=WHEN)
    since = wall_instant(first, 6 * 60, zone)
    there = given.shifts.frame
    there = sorted(there.loc[there["schedule_date"] == pd.Timestamp(first), "agent_id"])
    chosen = np.random.default_rng(seed).choice(there, size=max(round(share * len(there)), 1), replace=False)
    absences = [Absence(str(agent_id), first, first + timedelta(days=1)) for agent_id in sorted(chosen)]
    left = left_of(given, absences, since, zone)
    before = (missing_hours(case, given, since), missing_hours(case, left.roster, since))
    began = time.perf_counter()
    result = repair(case, given, absences, since, seed=seed)
    seconds = time.perf_counter() - began
    days, inside = (int(result.facts[key]) for key in ("changed_days", "changed_inside"))
    missing, broken = missing_hours(case, result.roster, since), breaches(result.case, result.roster)
    print(line(name, share, "repair", *before, missing, days, inside, result.gap, seconds, broken), flush=True)
    began = time.perf_counter()
    anew = replace(case, workforce=with_absences(case.workforce, absences, given, left, zone))
    made = made_for(anew, seed)
    seconds, missing = time.perf_counter() - began, missing_hours(case, made, since)
    days = days_that_differ(left.roster, made)
    print(
        line(name, share, "made anew", *before, missing, days, None, None, seconds, breaches(anew, made)), flush=True
    )


def line(
    name: str,
    share: float,
    method: str,
    given: float,
    absent: float,
    missing: float,
    days: int,
    inside: int | None,
    gap: float | None,
    seconds: float,
    broken: int,
) -> str:
    hours = f"{given:>9,.1f}{absent:>9,.1f}{missing:>9,.1f}"
    rest = f"{days:>7}{'' if inside is None else inside:>8}{'' if gap is None else f'{gap:.2%}':>8}"
    return f"{name:<14}{share:>7.0%}{method:>11}{hours}{rest}{seconds:>9.1f}{broken:>10}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("centers", nargs="*", default=["200x1", "60x4"])
    parser.add_argument("--absent", type=float, nargs="*", default=[0.02, 0.1], help="share of those on duty")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", type=float, default=1.0, help="[roster] effort")
    wanted = parser.parse_args()
    print(HEADINGS, flush=True)
    for name in wanted.centers:
        for share in wanted.absent:
            measure(name, share, wanted.seed, wanted.effort)


if __name__ == "__main__":
    main()
