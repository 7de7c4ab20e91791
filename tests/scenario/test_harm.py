"""What customers and people lose, by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from staffplan.scenario.harm import losses
from staffplan.scenario.measures import COUNTS, Measures
from staffplan.settings.scenarios import HarmSettings


def waits(**levels: tuple[float, ...]) -> pd.DataFrame:
    """Repetitions of groups with a hundred contacts each, ten of which hang up."""
    rows = [
        {**dict.fromkeys(COUNTS, 100.0), "abandoned": 10.0, "planning_group": g, "repetition": n, "service_level": x}
        for g, own in levels.items()
        for n, x in enumerate(own)
    ]
    return pd.DataFrame(rows)


BASE = Measures(
    days=7,
    currency="EUR",
    agents=12,
    contacts=200,
    required_hours=90,
    paid_hours=100,
    cost=2_000,
    once=0,
    understaffed_hours=5,
    overstaffed_hours=0,
    broken_rules=1,
    open_understaffed=0,
    open_paid=0,
    roster=("a",),
    waits=waits(phone=(0.8, 0.9), mail=(0.5, 0.5)),
)
YEAR = 365.25 / 7


def test_losses_are_counted_and_gains_make_up_for_nothing():
    """Phone falls from 85 to 75 of 100 in time; mail rises to 90 and sets nothing off."""
    test = replace(BASE, waits=waits(phone=(0.7, 0.8), mail=(0.9, 0.9)), agents=10, broken_rules=3, refused_wishes=2)
    found = losses(BASE, test, not_served=4, judged=7)
    assert found.late_contacts == pytest.approx(10 * YEAR)
    assert (found.people, found.hung_up) == (2, 0)
    assert (found.broken_rules, found.refused_wishes, found.not_served) == (2 * YEAR, 2 * YEAR, 4 * YEAR)
    harm = HarmSettings(late_contact=1, lost_contact=5, person=100, broken_rule=10, refused_wish=3)
    assert found.points(harm) == pytest.approx(YEAR * (10 + 5 * 4 + 10 * 2 + 3 * 2) + 200 + 7)
    assert found.late_error == pytest.approx(0, abs=1e-9)  # both repetitions fall alike


def test_a_queue_that_ended_waits_no_more():
    test = replace(BASE, waits=waits(phone=(0.8, 0.9)))
    found = losses(BASE, test, not_served=100, judged=0)
    assert (found.late_contacts, found.hung_up, found.not_served) == (0, 0, 100 * YEAR)
