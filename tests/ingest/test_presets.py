"""A preset is one file of data and one example, no code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from example_exports import EXAMPLES
from staffplan.errors import ConfigError
from staffplan.files.read import tables_in
from staffplan.ingest import Asked, all_presets, ingest, read_preset
from staffplan.ingest.headerless import with_names
from staffplan.ingest.preset import presets_in
from staffplan.ingest.recognise import recognise
from staffplan.ingest.wide import unfolded

NEW = """
title = "Phone system nobody knows"
certainty = "seen"
fingerprint = ["Slot", "Line", "Ring count"]
zone = "utc"
unit = "minutes"
aht_parts = "talk"

[columns]
interval_start = "Slot"
queue = "Line"
offered = "Ring count + Missed"
aht = "Mean talk"
"""


def test_a_new_preset_needs_a_file_and_no_code(tmp_path: Path) -> None:
    (tmp_path / "nobody.toml").write_text(NEW)
    example = tmp_path / "example.csv"
    example.write_text("Slot,Line,Ring count,Missed,Mean talk\n2026-11-02 08:00,A,17,1,3.5\n")
    made = ingest([example], Asked(), (*all_presets(), *presets_in(tmp_path)))
    assert made.parts[0].preset.name == "nobody"
    assert made.history.frame[["queue", "offered", "aht_seconds"]].to_numpy().tolist() == [["A", 18, 210]]


def test_a_mapping_of_ones_own_is_a_preset_too(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('aht_parts = "talk"\n[columns]\ninterval_start = "When"\noffered = "Number"\n')
    example = tmp_path / "example.csv"
    example.write_text("When,Number\n2026-11-02 08:00,17\n")
    made = ingest([example], Asked(preset=read_preset(path)))
    assert made.history.frame["offered"].tolist() == [17]


def test_a_mapping_with_mistakes_is_told_at_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('zone = "mars"\nunits = 3\n')
    with pytest.raises(ConfigError) as raised:
        read_preset(path)
    assert [re.sub(".*mapping.toml:", "", problem.place) for problem in raised.value.problems] == ["zone", "units"]


def test_every_example_is_recognised_by_one_preset_alone() -> None:
    unknown = ("3cx/cdr", "weekday_by_halfhour")
    files = [
        path for path in sorted(EXAMPLES.rglob("*")) if path.is_file() and not any(u in str(path) for u in unknown)
    ]
    known = all_presets()
    tables = [unfolded(with_names(tables_in(path)[0], known)) for path in files]
    names = {recognise(table, known).preset.name for table in tables}
    assert names == {preset.name for preset in all_presets()} - {"canonical", "calls"}


def test_every_preset_says_what_a_planner_would_ask() -> None:
    for preset in all_presets():
        assert preset.title
        if preset.name not in ("sheet", "calls", "wide", "queue-log"):
            assert preset.offered_includes != "not known", preset.name
            assert preset.aht_parts != "not known", preset.name
        assert preset.fingerprint or preset.name in ("sheet", "calls")
