"""Planner's edits and drivers as inputs of a plan directory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from staffplan.errors import DataError
from staffplan.plan.directory import open_existing
from staffplan.plan.run import run, status
from staffplan.plan.steps import STANDBY, STEPS

NAMES = [step.name for step in STEPS if step is not STANDBY]


def stale(planned: Path) -> dict[str, str]:
    """Steps that are not up to date, and the reasons."""
    opened = open_existing(planned / "plan")
    states = status(opened.workspace, opened.manifest)
    return {state.name: "; ".join(state.reasons) for state in states if state.state != "up to date"}


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_edit_of_the_overrides_makes_the_forecast_stale_and_all_that_follows(planned: Path) -> None:
    rewrite(planned / "plan.toml", "[hours.office]", 'overrides = "edits.csv"\n\n[hours.office]')
    header = "first_day,queue,change_share,who,why\n"
    (planned / "edits.csv").write_text(f"{header}2026-03-03,phone,0.2,Ana,mailing\n")
    assert stale(planned)["forecast"] == "input overrides (edits.csv) changed"
    before = pd.read_csv(planned / "plan" / "forecast.csv")
    opened = open_existing(planned / "plan")
    opened = replace(opened, manifest=run(opened.workspace, opened.manifest, only=("forecast",)).manifest)
    after = pd.read_csv(planned / "plan" / "forecast.csv")
    changed = (before["queue"] == "phone") & before["interval_start"].str.startswith("2026-03-03")
    assert (after["offered"][changed] / before["offered"][changed]).to_numpy() == pytest.approx(1.2, abs=1e-4)
    pd.testing.assert_frame_equal(after[~changed], before[~changed], check_dtype=False)
    assert len(pd.read_csv(planned / "plan" / "forecast_overrides.csv")) == changed.sum()
    assert "forecast" not in stale(planned)
    assert next(iter(stale(planned))) == "staff"
    rewrite(planned / "edits.csv", "0.2", "0.3")
    assert list(stale(planned)) == NAMES
    (planned / "edits.csv").unlink()
    assert stale(planned)["forecast"] == "input overrides (edits.csv) was removed"


def test_problems_of_edits_and_of_drivers_are_told_together_before_anything_is_run(planned: Path) -> None:
    files = 'overrides = "edits.csv"\ndrivers = "drivers.csv"\n\n[hours.office]'
    rewrite(planned / "plan.toml", "[hours.office]", files)
    (planned / "edits.csv").write_text("first_day,queue,change_share,who,why\n2026-03-03,fone,0.2,Ana,mailing\n")
    (planned / "drivers.csv").write_text("day,driver,value\nsoon,letters,1\n")
    opened = open_existing(planned / "plan")
    with pytest.raises(DataError) as caught:
        run(opened.workspace, opened.manifest)
    assert [problem.place.rpartition("/")[2] for problem in caught.value.problems] == [
        "drivers.csv:2:day",
        "edits.csv:2:queue",
    ]
