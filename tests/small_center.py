"""A made-up contact center that plans in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SMALL_PLAN = """
[plan]
name = "Small center"
start = 2026-03-02
weeks = 1
timezone = "Europe/Madrid"
country = "ES"

[input]
history = "history.csv"
agents = "agents.csv"
time_off = "time_off.csv"

[hours.office]
mon-fri = "09:00-17:00"
holidays = "closed"

[queues.phone]
hours = "office"
goal = "80/20"
patience_seconds = 300

[queues.mail]
channel = "email"
hours = "office"
goal = "90/8h"
minimum_agents = 0

[staffing.shrinkage]
sickness = { share = 0.05, planned = false, in_office = false }
breaks = { share = 0.06, in_roster = true }

[shifts.day]
hours = 8
first_start = "09:00"
last_start = "09:00"
weekdays = "mon-fri"
breaks = [{ activity = "meal", minutes = 30, paid = false, earliest_minutes = 180, latest_minutes = 300 }]

[shifts.half]
hours = 4
first_start = "09:00"
last_start = "13:00"
weekdays = "mon-fri"

[work_plans.full]
shifts = ["day"]
weekly_hours_min = 30
weekly_hours_max = 37.5
hourly_rate = 15

[work_plans.part]
shifts = ["half"]
weekly_hours_max = 20
hourly_rate = 14

[roster]
time_limit_seconds = 20
effort = 0.003

[simulate]
replications = 5

[[cost.on_costs]]
name = "contributions"
share = 0.3
"""


def _small_history() -> pd.DataFrame:
    """Ten weeks of two queues: a phone with a morning peak, mail that comes at any hour."""
    rng = np.random.default_rng(7)
    starts = pd.date_range("2025-12-22", "2026-03-02", freq="30min", inclusive="left")
    hour = starts.hour + starts.minute / 60
    open_ = (starts.day_of_week < 5) & (hour >= 9) & (hour < 17)
    shape = 18 + 10 * np.exp(-((hour - 11) ** 2) / 4)
    phone = pd.DataFrame({"interval_start": starts[open_], "queue": "phone"})
    phone["offered"] = rng.poisson(shape[open_])
    phone["aht_seconds"] = 280
    mail = pd.DataFrame({"interval_start": starts, "queue": "mail"})
    mail["offered"] = rng.poisson(np.where(open_, 4.0, 0.5))
    mail["aht_seconds"] = 420
    return pd.concat([phone, mail])


def write_small_center(folder: Path) -> None:
    """A workspace that plans in seconds: two queues, twelve people, one week."""
    _small_history().to_csv(folder / "history.csv", index=False)
    rows = ["agent_id,name,skills,work_plan"]
    rows += [f"F{n},Full {n},phone{';mail' if n % 2 else ''},full" for n in range(1, 9)]
    rows += [f"P{n},Part {n},phone;mail,part" for n in range(1, 5)]
    (folder / "agents.csv").write_text("\n".join(rows) + "\n")
    time_off = "agent_id,first_day,last_day,kind,paid\nF1,2026-03-04,2026-03-04,vacation,yes\n"
    (folder / "time_off.csv").write_text(time_off)
    (folder / "plan.toml").write_text(SMALL_PLAN)
