"""`staffplan roster --prices`: what each rule costs, in a file and as a table."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from staffplan.cli.main import run

PLAN = """
[plan]
timezone = "Europe/Madrid"
interval_minutes = 60

[shifts.early]
hours = 4
first_start = "08:00"
last_start = "08:00"

[work_plans.any]
shifts = ["early"]
days_per_week_max = 7

[roster]
rules = [{ rule = "consecutive_days", days = 2 }]
"""
NEED = "agents_required,agents_on_queue,agents_scheduled,service_level,asa_seconds,occupancy,abandon_rate,model\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three mornings that need one, and one person who may not work all three in a row."""
    monkeypatch.chdir(tmp_path)
    rows = [f"2026-03-0{d} {h:02d}:00,phone,voice,1,1,1,1,1,1,,,,,x\n" for d in (2, 3, 4) for h in range(8, 12)]
    header = "interval_start,planning_group,channel,offered,aht_seconds,load_erlangs," + NEED
    (tmp_path / "plan.toml").write_text(PLAN)
    (tmp_path / "requirement.csv").write_text(header + "".join(rows))
    (tmp_path / "agents.csv").write_text("agent_id,skills\nann,phone\n")
    return tmp_path


def test_the_hours_missing_for_a_rule_are_written_and_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["roster", "requirement.csv", "agents.csv", "-o", "roster", "-c", "plan.toml"]
    assert run([*command, "--prices"]) == 0
    frame = pd.read_csv(folder / "roster" / "rule_prices.csv").set_index("change")
    assert frame.loc["as it is", "hours_missing"] == 4
    looser = frame.loc["at most 3 days in a row instead of 2 (consecutive_days)"]
    assert (looser["hours_missing"], looser["gained_least"], looser["gained_most"]) == (0, 4, 4)
    said = capsys.readouterr().err
    assert "4.0 understaffed hours, 33.3% of those required: staffplan roster --prices shows" in said
    assert re.search(
        r"at most 3 days in a row instead of 2 \(consecutive_days\) +0.0 +0.0 +4.0 +4.0 +4.0 to 4.0", said
    )
    assert run([*command, "--prices"]) == 2
