"""How much counts scatter, and how unlikely a total is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, poisson

from staffplan.forecast.history.dispersion import Dispersion, fit_dispersion

ONE = np.ones(1)


def test_poisson_counts_have_factor_one_and_no_alpha() -> None:
    promised = np.tile(np.linspace(2, 60, 48), (200, 1))
    found = fit_dispersion(np.random.default_rng(1).poisson(promised).astype(float), promised)
    assert found.factor == pytest.approx(1, abs=0.1)
    assert found.alpha == pytest.approx(0, abs=0.01)
    assert found.inertia == pytest.approx(0, abs=0.05)


def test_the_alpha_of_negative_binomial_counts_is_found_in_spite_of_outages() -> None:
    promised = np.tile(np.linspace(5, 80, 48), (300, 1))
    rng = np.random.default_rng(2)
    counts = rng.poisson(promised * rng.gamma(1 / 0.2, 0.2, promised.shape)).astype(float)
    counts[100:110] = 0.0
    assert fit_dispersion(counts, promised).alpha == pytest.approx(0.2, rel=0.35)


def test_neighbours_that_err_alike_have_inertia() -> None:
    rng = np.random.default_rng(3)
    errors = rng.normal(size=(400, 48))
    for slot in range(1, 48):
        errors[:, slot] = 0.7 * errors[:, slot - 1] + np.sqrt(1 - 0.49) * errors[:, slot]
    assert fit_dispersion(100 + 10 * errors, np.full((400, 48), 100.0)).inertia == pytest.approx(0.7, abs=0.05)


@pytest.mark.parametrize("count", [0, 20, 35, 80, 120])
def test_sigmas_agree_with_the_normal_quantile_of_the_poisson_tail(count) -> None:
    sigmas = Dispersion().sigmas(np.array([float(count)]), np.array([50.0]), ONE)[0]
    tail = poisson.cdf(count, 50) if count < 50 else poisson.sf(count - 1, 50)
    assert sigmas == pytest.approx(-norm.ppf(tail), abs=0.35)


def test_a_total_of_many_cells_is_surer_than_one_cell_unless_they_move_together() -> None:
    total, promised = np.array([100.0]), np.array([400.0])
    one = Dispersion(1.0, 0.3).sigmas(total, promised, ONE)
    many = Dispersion(1.0, 0.3).sigmas(total, promised, np.array([0.1]))
    together = Dispersion(1.0, 0.3, 0.9).sigmas(total, promised, np.array([0.1]))
    assert one == pytest.approx(together)
    assert many > one


def test_too_few_cells_are_taken_for_poisson() -> None:
    assert fit_dispersion(np.full((3, 4), 9.0), np.full((3, 4), 5.0)) == Dispersion()
