"""Make the files of the small center in docs/center, on which the tutorials run.

    python scripts/make_docs_center.py [--out DIR]

The center is made up. It plans in seconds: two queues, fourteen people, one week. The same seed gives the same bytes.
The settings beside the files, docs/center/plan.toml, are written by hand.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20260302
FIRST_DAY, LAST_DAY = "2025-11-03", "2026-03-02"
"""Seventeen weeks; the last day is exclusive, and the first one planned."""
HOLIDAYS = ("2025-12-08", "2025-12-25", "2026-01-01", "2026-01-06")
"""Public holidays of Spain in these weeks, on which the center is closed."""
WEEKDAY_FACTORS = (1.18, 1.04, 0.98, 0.95, 0.85)
"""Monday to Friday; made up, with the busy Monday that most centers have."""
PEOPLE = (
    ("Ana Ruiz", "phone;email", "full_time"),
    ("Ben Otero", "phone", "full_time"),
    ("Carla Vidal", "phone;email", "full_time"),
    ("David Soler", "phone", "full_time"),
    ("Elena Prat", "phone;email", "full_time"),
    ("Felix Mora", "phone", "full_time"),
    ("Greta Lang", "phone;email", "full_time"),
    ("Hugo Cano", "phone", "full_time"),
    ("Irene Sanz", "phone;email", "full_time"),
    ("Jan Bosch", "phone", "part_time"),
    ("Karla Gil", "phone;email", "part_time"),
    ("Leo Marin", "phone", "part_time"),
    ("Marta Roca", "phone;email", "part_time"),
    ("Nico Vera", "phone", "part_time"),
)


def export(seed: int) -> pd.DataFrame:
    """An export as a telephone system writes it: its own column names, one row a half-hour and queue."""
    rng = np.random.default_rng(seed)
    starts = pd.date_range(FIRST_DAY, LAST_DAY, freq="30min", inclusive="left")
    hour = starts.hour + starts.minute / 60
    is_open = (starts.day_of_week < 5) & (hour >= 9) & (hour < 17)
    is_open &= ~starts.normalize().isin(pd.to_datetime(list(HOLIDAYS)))
    starts, hour = starts[is_open], hour[is_open]
    days, day_of_row = np.unique(starts.normalize(), return_inverse=True)
    level = rng.normal(1.0, 0.05, len(days))[day_of_row] * np.array(WEEKDAY_FACTORS)[starts.day_of_week]
    shape = {"phone": 14 + 9 * np.exp(-((hour - 11) ** 2) / 4), "email": 4 + 0.0 * hour}
    aht = {"phone": 280, "email": 420}
    parts = [
        pd.DataFrame(
            {
                "Interval Start": starts.strftime("%d.%m.%Y %H:%M"),
                "Queue": queue,
                "Offered": rng.poisson(shape[queue] * level),
                "AHT": rng.normal(aht[queue], aht[queue] * 0.08, len(starts)).round().astype(int),
            }
        )
        for queue in shape
    ]
    return pd.concat(parts)


def agents() -> pd.DataFrame:
    """agents.csv: who is there, what they can do, and which contract they have."""
    rows = [(f"A{n:03}", *person) for n, person in enumerate(PEOPLE, start=1)]
    return pd.DataFrame(rows, columns=["agent_id", "name", "skills", "work_plan"])


def time_off() -> pd.DataFrame:
    """time_off.csv: one vacation in the week planned."""
    rows = [("A005", "2026-03-04", "2026-03-06", "vacation", "yes")]
    return pd.DataFrame(rows, columns=["agent_id", "first_day", "last_day", "kind", "paid"])


def center_files(seed: int) -> dict[str, bytes]:
    """Every made file by its name."""
    made = {"export.csv": (export(seed), ";"), "agents.csv": (agents(), ","), "time_off.csv": (time_off(), ",")}
    return {
        name: frame.to_csv(index=False, sep=separator, lineterminator="\n").encode()
        for name, (frame, separator) in made.items()
    }


def main() -> int:
    """Write the files to --out (default: docs/center)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "docs" / "center")
    out = parser.parse_args().out
    for name, data in center_files(SEED).items():
        (out / name).write_bytes(data)
        print(f"wrote {out / name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
