"""What the tests of the exports share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # exports.py


@pytest.fixture(scope="session")
def examples() -> Path:
    """Files in the shapes that the other systems document; names and ids are made up."""
    return Path(__file__).parent / "examples"
