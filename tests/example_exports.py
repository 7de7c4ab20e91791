"""What the tests of the doors share: the examples, and a reader of one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from staffplan.errors import DataError, Problem
from staffplan.ingest import Asked, Ingested, ingest

EXAMPLES = Path(__file__).parent / "ingest" / "examples"


def read(name: str, timezone: str = "UTC", *, asked: Asked | None = None) -> Ingested:
    """One of the examples, by its path there, or another file."""
    return ingest([EXAMPLES / name], asked or Asked(timezone=timezone, zone_given=True))


def problems_of(path: Path, asked: Asked | None = None) -> tuple[Problem, ...]:
    """Why a file cannot be read."""
    with pytest.raises(DataError) as raised:
        ingest([path], asked or Asked())
    return raised.value.problems
