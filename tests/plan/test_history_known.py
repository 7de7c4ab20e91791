"""What a plan keeps of its history, so that later commands need not read it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from staffplan.errors import DataError
from staffplan.plan.directory import open_existing
from staffplan.plan.run import status
from staffplan.plan.workspace import HistorySpan, span_of


def test_a_plan_knows_the_span_of_its_history(planned: Path) -> None:
    workspace = open_existing(planned / "plan").workspace
    assert workspace.span_known == span_of(workspace.full_history, workspace.config.plan.timezone)
    assert set(workspace.span.queues) == {"phone", "mail"}


def test_a_site_is_the_same_read_or_known(planned: Path) -> None:
    known = open_existing(planned / "plan").workspace
    (planned / "history.csv").write_text((planned / "history.csv").read_text() + "\n")
    read = open_existing(planned / "plan").workspace
    assert (known.span_known is None, read.span_known is None) == (False, True)
    assert (known.site, known.planned) == (read.site, read.planned)


def test_another_history_is_read_and_checked(planned: Path) -> None:
    lines = (planned / "history.csv").read_text().splitlines(keepends=True)
    (planned / "history.csv").write_text("".join(line for line in lines if ",mail," not in line))
    workspace = open_existing(planned / "plan").workspace
    assert workspace.span_known is None
    with pytest.raises(DataError, match="there are no rows for queue 'mail'"):
        _ = workspace.site


@pytest.mark.parametrize("line", ['timezone = "UTC"', 'date_order = "day/month/year"', 'aht_unit = "minutes"'])
def test_a_history_read_otherwise_makes_the_forecast_stale(planned: Path, line: str) -> None:
    settings = planned / "plan.toml"
    settings.write_text(settings.read_text().replace("[input]\n", f"[input]\n{line}\n"))
    plan = open_existing(planned / "plan")
    assert plan.workspace.span_known is None
    first = status(plan.workspace, plan.manifest)[0]
    assert (first.name, first.state) == ("forecast", "stale")
    assert line.split(" ")[0] in str(first.reasons)


@pytest.mark.parametrize("text", ["", "[]", '["2026-01-01"]', '["x", "y"]', "7"])
def test_a_damaged_span_is_not_taken(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        HistorySpan.of_text(text)
