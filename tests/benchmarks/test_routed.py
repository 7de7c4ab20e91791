"""Contacts that the benchmark of many skills routes are counted as `staffplan simulate` counts them."""

from __future__ import annotations

import numpy as np
import pytest

from rostering.routed import WITHIN_SECONDS, Contacts, answered_in_time
from rostering.skill_sets import GROUPS


def test_who_hangs_up_within_the_time_limit_does_not_count() -> None:
    """Of each group: answered at once, answered late, hung up early, hung up late."""
    limit = np.repeat([float(WITHIN_SECONDS[group]) for group in GROUPS], 4)
    waited = np.tile([0.0, 2.0, np.inf, np.inf], len(GROUPS)) * limit
    patience = np.tile([9.0, 9.0, 0.5, 1.5], len(GROUPS)) * limit
    group = np.repeat(np.arange(len(GROUPS)), 4)
    found = answered_in_time(Contacts(group, 0.0 * limit, 0.0 * limit, patience), waited)
    assert found == pytest.approx(dict.fromkeys(GROUPS, 1 / 3))
