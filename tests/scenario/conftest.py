"""Drafts of scenarios on the small center's finished plan, without a roster search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from staffplan.plan.directory import OpenPlan, open_existing
from staffplan.scenario.changes import drafted
from staffplan.scenario.draft import Draft
from staffplan.settings.scenarios import load_scenarios

HEAD = '[[scenario]]\nname = "one"\nowner = "me"\ndate = 2026-02-01\nreason = "a test"\n'
Drafted = Callable[[str], Draft]


@pytest.fixture(scope="session")
def plan(_planned_once: Path) -> OpenPlan:
    """The small center's plan, to be read only."""
    return open_existing(_planned_once / "plan")


@pytest.fixture
def draft_of(plan: OpenPlan, tmp_path: Path) -> Drafted:
    """The draft of a scenario with these changes, as TOML."""
    text = (plan.workspace.folder / "plan.toml").read_text()

    def call(changes: str) -> Draft:
        (one,) = load_scenarios(f"{HEAD}changes = [{changes}]", "s.toml").scenario
        return drafted(plan.workspace, text, one, "s.toml:scenario.0", tmp_path)

    return call
