"""How much a test repeats: a part in `make test`, all of it in `make test-all`."""

from __future__ import annotations

import os

THOROUGH = bool(os.environ.get("STAFFPLAN_ALL"))


def repetitions(few: int, many: int) -> int:
    """Number of examples, days or runs: `few` in `make test`, `many` where STAFFPLAN_ALL is set."""
    return many if THOROUGH else few
