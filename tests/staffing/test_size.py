"""Given so many agents, what would customers wait?"""

from __future__ import annotations

import numpy as np
import pytest

from staffplan.staffing import waits_by_agents

CALLS = {"interval_minutes": 30, "answer_within_seconds": 20}


def test_fourteen_agents_answer_a_hundred_calls_as_published():
    """R package ErlangC 0.1.0, its example; ten agents for ten erlangs never catch up."""
    table = waits_by_agents(100, 180, agents=range(10, 16), **CALLS).set_index("agents")
    assert table.loc[14, "service_level"] == pytest.approx(0.88835, abs=5e-6)
    assert table.loc[14, "asa_seconds"] == pytest.approx(7.83593701177724)
    assert table.loc[10, "service_level"] == 0
    assert table.loc[10, "asa_seconds"] == np.inf


def test_customers_who_hang_up_are_answered_even_by_too_few_agents():
    table = waits_by_agents(100, 180, agents=[8, 10, 14], patience_seconds=60, **CALLS)
    assert table["abandon_rate"].is_monotonic_decreasing
    assert table["service_level"].is_monotonic_increasing
    assert table["abandon_rate"].iloc[0] > 0.2
    assert np.isfinite(table["asa_seconds"]).all()
