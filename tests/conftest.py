"""Fixtures that any test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets (STAFFPLAN_DATA); the test skips, visibly, without it."""
    folder = os.environ.get("STAFFPLAN_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs real data: set STAFFPLAN_DATA to the folder that holds bank_calls, it_helpdesk, technion_bank")
    return Path(folder)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The made-up center's files."""
    return Path(__file__).parent.parent / "data" / "samples"
