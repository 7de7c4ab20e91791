"""The made-up queues of campaigns and outages hold what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

from passing_days import draw, error, six_weeks


@pytest.mark.parametrize(("kind", "more"), [("campaign", True), ("outage", False)])
def test_only_the_days_that_passed_were_drawn_anew_and_they_lie_in_the_last_weeks(kind: str, more: bool) -> None:
    case = draw(kind, 1, 0)
    hit = np.isin(case.dates, np.array(case.days))
    assert (case.rows["offered"] == case.usual["offered"])[~hit].all()
    assert bool(case.rows["offered"][hit].sum() > case.usual["offered"][hit].sum()) is more
    assert 3 <= (case.first_day - case.days[-1]).days <= 56


def test_the_error_is_that_of_the_rate() -> None:
    case = draw("campaign", 1, 0)
    assert error(case, case.ahead()) == 0
    assert error(case, 1.1 * case.ahead()) == pytest.approx(0.1)
    assert 0 < error(case, six_weeks(case)) < 0.6
