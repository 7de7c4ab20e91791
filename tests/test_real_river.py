"""The whole river on the real data sets that configs/ names: it runs, keeps its rules and balances."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

CONFIGS = Path(__file__).parent.parent / "configs"
QUICK = ("--set", "roster.effort=0.1", "--set", "simulate.replications=3")


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["bank", "helpdesk"])
def test_a_real_center_is_planned_from_history_to_money(name: str, real_data: Path, tmp_path: Path) -> None:
    staffplan = str(Path(sys.executable).parent / "staffplan")
    config, folder = str(CONFIGS / f"{name}.toml"), str(tmp_path / name)
    command = [staffplan, "plan", config, "--data", str(real_data), "-o", folder, "--json", *QUICK]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["broken_rules"] == 0
    assert summary["contacts"] > 5_000
    assert summary["cost"] > 0
    cost = pd.read_csv(tmp_path / name / "cost.csv", keep_default_na=False)
    hours = cost[(cost["period"] == "total") & (cost["ledger"] == "hours") & (cost["planning_group"] == "")]
    lines = hours[(hours["line"] != "paid hours") & ~hours["line"].str.startswith("memo:")]
    total = hours.loc[hours["line"] == "paid hours", "hours"].astype(float).sum()
    assert lines["hours"].astype(float).sum() == pytest.approx(total, abs=1e-3)


def test_without_the_data_a_real_config_says_where_to_get_it(tmp_path: Path) -> None:
    staffplan = str(Path(sys.executable).parent / "staffplan")
    command = [staffplan, "plan", str(CONFIGS / "bank.toml"), "-o", str(tmp_path / "bank")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "give --data DIR" in done.stderr
    assert "Technion" in done.stderr
    assert not (tmp_path / "bank").exists()
