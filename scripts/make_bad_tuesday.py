"""Make data/samples/bad_tuesday: what came on Tuesday 3 March 2026 in the small center of docs/center.

    staffplan plan docs/center/plan.toml -o plan
    staffplan publish plan --to ledger --at 2026-03-01T18:00
    python scripts/make_bad_tuesday.py ledger [--out DIR]

The same ledger gives the same bytes. The causes are CAUSES below; a test asks explain-day for them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from samples.bad_day import Causes, bad_day
from staffplan.cli.work.published_day import published_day

SEED, DAY = 20261130, "2026-03-03"
CAUSES = Causes("phone", contacts=1.3, handling=1.12, away=2, late=(75, 60))
EXPORT = {"interval_start": "Interval Start", "queue": "Queue", "offered": "Offered", "aht_seconds": "AHT"}
"""Our columns as the export of the small center calls them."""


def main() -> int:
    """Write both files and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    home = Path(__file__).resolve().parent.parent / "data" / "samples" / "bad_tuesday"
    parser.add_argument("--out", type=Path, default=home)
    arguments = parser.parse_args()
    published = published_day(arguments.ledger, DAY)
    came, states = bad_day(published, CAUSES, SEED)
    came["interval_start"] = came["interval_start"].dt.tz_convert(published.zone).dt.strftime("%d.%m.%Y %H:%M")
    for name in ("start", "end"):
        states[name] = states[name].dt.tz_convert(published.zone).dt.strftime("%Y-%m-%d %H:%M")
    whole = came.astype({"offered": int, "aht_seconds": int}).rename(columns=EXPORT)
    whole["answered_within_threshold"] = whole["answered_within_threshold"].astype("Int64")
    arguments.out.mkdir(parents=True, exist_ok=True)
    _write(whole, arguments.out / "contacts.csv", ";")
    _write(states, arguments.out / "states.csv", ",")
    return 0


def _write(frame: pd.DataFrame, path: Path, separator: str) -> None:
    path.write_bytes(frame.to_csv(index=False, sep=separator, lineterminator="\n").encode())
    print(f"{path}: {len(frame)} rows", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
