"""Fixtures of the benchmarks' tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shift_instances() -> Path:
    """The folder with Instance1.txt and its like (STAFFPLAN_INSTANCES); the test skips, visibly, without it."""
    folder = os.environ.get("STAFFPLAN_INSTANCES", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs instances: set STAFFPLAN_INSTANCES to the folder with Instance1.txt of Curtois and Qu")
    return Path(folder)
