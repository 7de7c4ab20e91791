"""Processor seconds of track, explain-day, today and access, each in a process of its own.

PYTHONPATH=src python benchmarks/control_speed.py [--plan plans/demo] [--ahead 4]

track: 50 queues, 26 plans published week by week, each for --ahead weeks; goal 20 s. explain-day: a day of about
1,000 calls, with a log of states and so six causes; goal 15 s. today: 200 people on four queues at 11:00, a busy day,
twice, as what past days teach is learnt by the first call of a day; goal 2 s. access: of --plan, without it left out;
goal 10 s.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from staffplan.files.ledger import Ledger, append
from staffplan.files.write import table_bytes
from staffplan.tables.forecast import ForecastTotals
from staffplan.tables.ledger import PublishedForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import RosterActivities, RosterShifts

QUEUES, WEEKS, SLOTS = 50, 26, 24
MONDAY = pd.Timestamp("2026-01-05T09:00Z")
SETTINGS = b'[plan]\nname = "speed"\ntimezone = "UTC"\n[staffing.shrinkage]\n' \
    b"sickness = { share = 0.05, in_office = false }\n" \
    b'[queues.phone]\ngoal = "80/20"\npatience_seconds = 240\n'  # fmt: skip
LARGE = """
[plan]
name = "Large center"
start = 2026-01-05
weeks = 1
timezone = "UTC"
[input]
history = "history.csv"
agents = "agents.csv"
[hours.day]
mon-fri = "09:00-21:00"
[staffing.shrinkage]
sickness = { share = 0.05, planned = false, in_office = false }
[shifts.day]
hours = 8
first_start = "09:00"
last_start = "13:00"
every_minutes = 60
weekdays = "mon-fri"
breaks = [{ activity = "meal", minutes = 30, paid = false, earliest_minutes = 180, latest_minutes = 300 }]
[work_plans.full]
shifts = ["day"]
weekly_hours_max = 40
hourly_rate = 15
[roster]
time_limit_seconds = 20
effort = 0.003
[simulate]
replications = 2
"""
LARGE_QUEUE = """
[queues."{}"]
hours = "day"
goal = "80/20"
patience_seconds = 240
"""
CALLS, AGENTS, HANDLING_SECONDS = 1000, 12, 240.0


def starts(first: pd.Timestamp, weeks: int) -> pd.DatetimeIndex:
    """Half-hours of twelve hours on the weekdays of so many weeks."""
    days = [first + pd.Timedelta(days=7 * week + day) for week in range(weeks) for day in range(5)]
    return pd.DatetimeIndex([day + pd.Timedelta(minutes=30 * slot) for day in days for slot in range(SLOTS)])


def forecast(queues: list[str], at: pd.DatetimeIndex, mean: float) -> pd.DataFrame:
    """The same mean in every interval, with bands as chance makes them."""
    width = {"p10": -1.28, "p90": 1.28, "p025": -1.96, "p975": 1.96}
    bands = {f"offered_{name}": max(mean + z * mean**0.5, 0.0) for name, z in width.items()}
    parts = [pd.DataFrame({"interval_start": at, "queue": queue}) for queue in queues]
    facts = {"channel": "voice", "offered": mean, "aht_seconds": HANDLING_SECONDS, **bands, "method": "combination"}
    return pd.concat(parts, ignore_index=True).assign(**facts)


def totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each queue and day."""
    days = rows.assign(period_start=rows["interval_start"].dt.tz_localize(None).dt.normalize())
    sums = days.groupby(["queue", "period_start"], as_index=False)["offered"].sum()
    spread = 1.96 * sums["offered"] ** 0.5
    low, high = (sums["offered"] - spread).clip(lower=0), sums["offered"] + spread
    bands = {"offered_p10": low, "offered_p90": high, "offered_p025": low, "offered_p975": high}
    return sums.assign(period="day", aht_seconds=HANDLING_SECONDS, **bands)


def facts(made_at: pd.Timestamp, first: pd.Timestamp, days: int) -> dict[str, object]:
    """Of an entry."""
    last = first + pd.Timedelta(days=days - 1)
    return {
        "made_at": made_at.isoformat(), "recorded_at": made_at.isoformat(), "who": "", "why": "", "plan": "speed",
        "first_day": f"{first:%Y-%m-%d}", "last_day": f"{last:%Y-%m-%d}", "timezone": "UTC", "interval_minutes": 30,
        "known_until": made_at.isoformat(),
    }  # fmt: skip


def tracked(folder: Path, ahead: int) -> list[str]:
    """Write a ledger and what came; gives the arguments of track."""
    queues = [f"queue {number:02d}" for number in range(QUEUES)]
    ledger = Ledger(folder / "ledger", ())
    ledger.folder.mkdir()
    for week in range(WEEKS):
        first = MONDAY + pd.Timedelta(weeks=week)
        rows = forecast(queues, starts(first, ahead), 10.0 + week % 3)
        own = PublishedForecast.of(rows.assign(source="statistical", override=0.0, who="", why=""))
        files = {
            own.file_name: table_bytes(own.frame, "UTC"),
            ForecastTotals.file_name: table_bytes(ForecastTotals.of(totals(rows)).frame, "UTC"),
            "plan.toml": SETTINGS,
        }
        made = first - pd.Timedelta(hours=12)
        ledger = append(ledger, files, facts(made, first, 7 * ahead))
    came = forecast(queues, starts(MONDAY - pd.Timedelta(weeks=8), WEEKS + 8), 10.0)[["interval_start", "queue"]]
    came["offered"] = np.random.default_rng(1).poisson(10.0, len(came))
    came.assign(aht_seconds=HANDLING_SECONDS).to_csv(folder / "came.csv", index=False)
    return ["track", str(ledger.folder), "--actuals", str(folder / "came.csv")]


def explained(folder: Path) -> list[str]:
    """Write the ledger of a day, what came and what people did; gives the arguments of explain-day."""
    at = starts(MONDAY, 1)[:SLOTS]
    rows = forecast(["phone"], at, CALLS / SLOTS)
    need = pd.DataFrame({
        "interval_start": at, "planning_group": "phone", "channel": "voice", "offered": CALLS / SLOTS,
        "aht_seconds": HANDLING_SECONDS, "load_erlangs": 5.6, "agents_required": 8.0, "agents_on_queue": 8.0,
        "agents_scheduled": 9.0, "service_level": 0.8, "asa_seconds": 20.0, "occupancy": 0.7, "abandon_rate": 0.02,
        "model": "erlang_a",
    })  # fmt: skip
    day = pd.Timestamp(MONDAY.date())
    people = [f"A{number:02d}" for number in range(AGENTS)]
    begin = [MONDAY + pd.Timedelta(hours=4 * (number % 2)) for number in range(AGENTS)]
    shifts = pd.DataFrame({"agent_id": people, "name": "", "schedule_date": day, "shift": "day", "start": begin})
    shifts = shifts.assign(end=shifts["start"] + pd.Timedelta(hours=8), paid_hours=8.0, premium_hours="")
    work = shifts[["agent_id", "schedule_date", "start", "end"]].assign(
        activity_date=day, activity="queue", planning_group="phone", paid="yes"
    )
    tables = [
        PublishedForecast.of(rows.assign(source="statistical", override=0.0, who="", why="")),
        StaffingRequirement.of(need), RosterShifts.of(shifts), RosterActivities.of(work),
    ]  # fmt: skip
    ledger = Ledger(folder / "day", ())
    ledger.folder.mkdir()
    files = {table.file_name: table_bytes(table.frame, "UTC") for table in tables}
    append(ledger, {**files, "plan.toml": SETTINGS}, facts(MONDAY - pd.Timedelta(hours=12), MONDAY, 1))
    offered = np.random.default_rng(2).poisson(1.08 * CALLS / SLOTS, SLOTS)
    came = pd.DataFrame({"interval_start": at, "queue": "phone", "offered": offered, "aht_seconds": 252.0})
    came.assign(answered_within_threshold=(0.7 * offered).round()).to_csv(folder / "today.csv", index=False)
    log = work.iloc[1:][["agent_id", "start", "end"]].assign(state="ready")
    log.assign(start=log["start"] + pd.Timedelta(minutes=7)).to_csv(folder / "states.csv", index=False)
    files_given = ["--actuals", str(folder / "today.csv"), "--states", str(folder / "states.csv")]
    return ["explain-day", str(ledger.folder), f"{MONDAY:%Y-%m-%d}", "phone", *files_given]


def busy_day(folder: Path) -> list[str]:
    """Make the plan of a center of 200 people and a busy morning of it; gives the arguments of today."""
    center, rng = folder / "center", np.random.default_rng(3)
    center.mkdir()
    queues = [f"queue {number}" for number in range(4)]
    at = starts(MONDAY - pd.Timedelta(weeks=10), 10)
    past = pd.concat([pd.DataFrame({"interval_start": at, "queue": queue}) for queue in queues], ignore_index=True)
    day = rng.gamma(400, 1 / 400, past.groupby("queue")["interval_start"].transform("size").iloc[0] // SLOTS)
    past["offered"] = rng.poisson(150.0 * np.tile(np.repeat(day, SLOTS), len(queues)))
    past.assign(aht_seconds=HANDLING_SECONDS).to_csv(center / "history.csv", index=False)
    people = [{"agent_id": f"A{n:03d}", "skills": queues[n % 4] + (f";{queues[(n + 1) % 4]}" if n % 3 == 0 else "")}
              for n in range(200)]  # fmt: skip
    pd.DataFrame(people).assign(work_plan="full").to_csv(center / "agents.csv", index=False)
    (center / "plan.toml").write_text(LARGE + "".join(LARGE_QUEUE.format(queue) for queue in queues))
    subprocess.run([sys.executable, "-m", "staffplan", "plan", str(center / "plan.toml"), "-o", str(center / "plan")],
                   check=True, capture_output=True)  # fmt: skip
    expected = pd.read_csv(center / "plan" / "forecast.csv")
    morning = expected[expected["interval_start"].between("2026-01-06T00", "2026-01-06T10:59")]
    morning = morning.assign(offered=(1.2 * morning["offered"]).round())
    morning[["interval_start", "queue", "offered", "aht_seconds"]].to_csv(center / "today.csv", index=False)
    return ["today", str(center / "plan"), "--actuals", str(center / "today.csv"), "--jobs", "1"]


def measured(arguments: list[str]) -> tuple[float, float]:
    """Processor and wall seconds of a command."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "staffplan", *arguments, "--json"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, time.perf_counter() - begun


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", type=Path, help="plan directory for access; left out: access is not measured")
    parser.add_argument("--ahead", type=int, default=4, help="weeks of each published plan")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = [("track", 20.0, tracked(folder, asked.ahead)), ("explain-day", 15.0, explained(folder))]
        if asked.plan is not None:
            cases.append(("access", 10.0, ["access", str(asked.plan)]))
            cases.append(("access --no-change", 10.0, ["access", str(asked.plan), "--no-change"]))
        now = busy_day(folder)
        cases += [("today, first", 2.0, now), ("today, again", 2.0, now)]
        print(f"{'command':20}{'processor s':>12}{'wall s':>8}{'goal s':>8}")
        for command, goal, arguments in cases:
            used, wall = measured(arguments)
            print(f"{command:20}{used:12.1f}{wall:8.1f}{goal:8.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
