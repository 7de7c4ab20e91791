"""The small center of the tutorials is made again byte for byte."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def test_the_small_center_is_the_one_that_its_script_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(REPOSITORY / "scripts")
    maker = importlib.import_module("make_docs_center")
    files = maker.center_files(maker.SEED)
    assert set(files) == {"export.csv", "agents.csv", "time_off.csv"}
    for name, data in files.items():
        assert (REPOSITORY / "docs" / "center" / name).read_bytes() == data, "run: python scripts/make_docs_center.py"
