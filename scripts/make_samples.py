"""Make the sample files: the made-up center in data/samples, and staff for the two real data sets in configs.

    python scripts/make_samples.py [--out DIR]

The same seed gives the same bytes, with the libraries of requirements/. Nothing real is copied; the numbers that
shape it are measured facts, listed in docs/calibration.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from samples import center, contacts, people

SEED = 20261130


def special_days() -> pd.DataFrame:
    """special_days.csv: events, city holidays and closures that the calendar of Spain does not know."""
    rows = [(special.day, special.name, special.kind) for special in center.listed_days()]
    return pd.DataFrame(rows, columns=["day", "name", "kind"])


def sample_files(seed: int) -> dict[str, pd.DataFrame]:
    """Every file by its path in the repository."""
    staff = people.agents(people.DEMO_CREWS, "A", np.random.default_rng([seed, 1]))
    away = people.time_off(staff, people.DEMO_CREWS, np.random.default_rng([seed, 2]))
    return {
        "data/samples/history.csv": contacts.history(seed),
        "data/samples/agents.csv": staff,
        "data/samples/time_off.csv": away,
        "data/samples/availability.csv": people.availability(staff),
        "data/samples/wishes.csv": people.wishes(staff, away, np.random.default_rng([seed, 5])),
        "data/samples/special_days.csv": special_days(),
        "configs/bank/agents.csv": people.agents(people.BANK_CREWS, "B", np.random.default_rng([seed, 3])),
        "configs/helpdesk/agents.csv": people.agents(people.HELPDESK_CREWS, "H", np.random.default_rng([seed, 4])),
    }


def main() -> int:
    """Write every file below --out (the repository, left out) and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent)
    out = parser.parse_args().out
    for name, frame in sample_files(SEED).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(frame.to_csv(index=False, lineterminator="\n").encode())
        print(f"{name}: {len(frame)} rows, {path.stat().st_size / 1e6:.2f} MB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
