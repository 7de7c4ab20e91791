"""manifest.json: what each step was made from and made."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.errors import DataError, Note
from staffplan.plan.manifest import (
    LIBRARIES,
    Manifest,
    StepRecord,
    library_versions,
    read_manifest,
    settings_hashes,
    write_manifest,
)
from staffplan.plan.run import _in_order
from staffplan.plan.steps import STANDBY, STEPS

RECORD = StepRecord(
    inputs={"input history (history.csv)": "ab" * 32},
    settings={"plan.weeks": "0123456789abcdef"},
    outputs={"forecast.csv": "cd" * 32},
    seed=7,
    notes=(Note("forecast", "warning", "queue ñ", "four weeks are few"),),
    facts={"gap": 0.01, "method": "naive"},
)
MANIFEST = Manifest("../demo.toml", {"plan.weeks": 2}, "ef" * 32, {"forecast": RECORD})


def test_a_manifest_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    write_manifest(MANIFEST, tmp_path)
    assert read_manifest(tmp_path) == MANIFEST


def test_a_folder_without_a_manifest_has_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None


def test_two_plans_can_be_compared_line_by_line(tmp_path: Path) -> None:
    """Keys sorted, letters as they are, a line break at the end, and the same bytes for the same plan."""
    write_manifest(MANIFEST, tmp_path)
    first = (tmp_path / "manifest.json").read_bytes()
    other = Manifest("../demo.toml", {"plan.weeks": 2}, "ef" * 32, {}).with_step("forecast", RECORD)
    write_manifest(other, tmp_path)
    text = first.decode()
    assert (tmp_path / "manifest.json").read_bytes() == first
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert "queue ñ" in text


def test_no_time_of_the_clock_stands_in_a_manifest(tmp_path: Path) -> None:
    write_manifest(MANIFEST, tmp_path)
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")
    assert re.search(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}", text) is None


def test_a_manifest_names_the_versions_that_can_change_a_result(tmp_path: Path) -> None:
    write_manifest(MANIFEST, tmp_path)
    raw = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert raw["libraries"] == library_versions()
    assert set(raw["libraries"]) == set(LIBRARIES)
    assert raw["staffplan"]


def test_a_day_among_the_overrides_is_kept_as_its_text(tmp_path: Path) -> None:
    write_manifest(Manifest("p.toml", {"plan.start": date(2026, 11, 30)}), tmp_path)
    read = read_manifest(tmp_path)
    assert read is not None
    assert read.overrides == {"plan.start": "2026-11-30"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: "null",
        lambda text: text.replace('"steps"', '"stepz"'),
        lambda text: text.replace('"inputs"', '"input"'),
        lambda text: text.replace('"kind"', '"sort"'),
        lambda text: re.sub(r'"inputs": [^}]*}', '"inputs": null', text),
        lambda text: re.sub(r'"seed": \d+', '"seed": "1"', text),
        lambda text: text.replace('"../demo.toml"', "[]"),
    ],
)
def test_a_damaged_manifest_is_told_with_what_to_do(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    write_manifest(MANIFEST, tmp_path)
    path = tmp_path / "manifest.json"
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(DataError, match="the manifest is damaged") as caught:
        read_manifest(tmp_path)
    assert caught.value.problems[0].hint == "restore the file, or delete it to run every step again"


def test_a_step_that_is_run_again_takes_the_place_of_its_record_and_no_other() -> None:
    other = StepRecord(seed=1)
    manifest = MANIFEST.with_step("staff", other).with_step("forecast", StepRecord(seed=2))
    assert manifest.steps == {"forecast": StepRecord(seed=2), "staff": other}
    assert manifest.overrides == MANIFEST.overrides
    assert MANIFEST.steps == {"forecast": RECORD}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), VALUES, max_size=5))
def test_the_order_in_which_settings_are_written_changes_no_hash(given_settings: dict[str, object]) -> None:
    backward = dict(reversed(given_settings.items()))
    assert settings_hashes(given_settings) == settings_hashes(backward)


@given(VALUES, VALUES)
def test_settings_have_the_same_hash_exactly_when_they_are_written_alike(first: object, second: object) -> None:
    alike = json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    assert (settings_hashes({"a": first}) == settings_hashes({"a": second})) == alike


def test_a_step_sees_the_steps_in_the_rivers_order_whether_they_were_just_run_or_read_from_the_file() -> None:
    """The report shows their figures in this order: its bytes may not depend on which steps ran."""
    river = [step.name for step in STEPS if step is not STANDBY]
    read = Manifest(steps={name: StepRecord() for name in sorted(river)})
    assert list(_in_order(read).steps) == river
