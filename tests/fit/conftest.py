"""The tests of fit share logs of single calls (fit_logs.py)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def parameter() -> Callable[..., float]:
    """The value of a parameter in a result."""

    def read(result, name: str, queue: str = "sales", column: str = "value") -> float:
        frame = result.parameters.frame
        found = frame.loc[(frame["parameter"] == name) & (frame["queue"] == queue), column].tolist()
        assert len(found) == 1, f"{name} of {queue}"
        return found[0]

    return read
