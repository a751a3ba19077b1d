"""The budget of differential privacy: against Opacus' accountants, one known case, bad input."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from dlcourse.privacy import Release, epsilon, losses

DELTA = 1e-5
OPACUS = {
    Release(1.0, 0.02, 500): (2.77344, 2.78365, 3.14426),
    Release(0.7, 0.01, 1000): (4.61828, 4.62865, 5.42140),
    Release(2.0, 0.1, 300): (4.18330, 4.19355, 4.56428),
    Release(4.0, 0.1, 1000): (3.44433, 3.45454, 3.73624),
    Release(1.1, 256 / 60000, 14000): (2.37583, 2.38598, 2.59038),
    Release(8.0, 0.064, 1500): (1.18431, 1.19440, 1.29359),
    Release(1.0, 1.0, 1): (4.37717, 4.38741, 4.72851),
    Release(3.0, 1.0, 20): (6.99922, 7.00957, 7.53231),
    Release(0.6, 0.05, 200): (15.46184, 15.47283, 17.52954),
}
"""What Opacus 1.6.0 says at δ = 1e-5 (A. Yousefpour and others, 2021, arXiv:2109.12298).

The estimate of its accountant PRV, cut off after five digits; the upper end that it answers with,
as 0.01 is added to be safe; and the answer of its accountant RDP, an older bound:

    accountant = PRVAccountant()  # or RDPAccountant()
    accountant.history = [(noise, share, times)]
    accountant._get_dprv(1e-3, 1e-8).compute_epsilon(1e-5, 1e-8, 1e-3)[1]
    accountant.get_epsilon(1e-5)
"""


def gaussian(noise, times):
    """Return the exact ε of sums over everybody, after B. Balle and Y.-X. Wang (2018)."""
    mu = np.sqrt(times) / noise

    def excess(e):
        return norm.cdf(mu / 2 - e / mu) - np.exp(e) * norm.cdf(-mu / 2 - e / mu) - DELTA

    return brentq(excess, 0, 40)


@pytest.mark.parametrize("release", OPACUS, ids=str)
def test_the_budget_is_never_below_the_estimate_of_opacus_and_within_two_percent(release):
    estimate, answer, older = OPACUS[release]
    budget = epsilon([release], DELTA)
    assert estimate <= budget < 1.02 * estimate
    assert abs(budget / answer - 1) < 0.02
    assert budget < older


@pytest.mark.parametrize(("noise", "times"), [(1.0, 1), (3.0, 20), (20.0, 100), (0.7, 1)])
def test_without_drawing_lots_the_budget_is_the_exact_one(noise, times):
    exact = gaussian(noise, times)
    assert exact <= epsilon([Release(noise, times=times)], DELTA) < 1.01 * exact


def test_releases_add_up_to_less_than_the_sum_of_their_budgets():
    one, other = Release(1.0, 0.02, 300), Release(7.0)
    both = epsilon([one, other], DELTA)
    assert epsilon([one], DELTA) < both < epsilon([one], DELTA) + epsilon([other], DELTA)
    assert epsilon([other, one], DELTA) == pytest.approx(both)
    twice = epsilon([Release(1.0, 0.02, 150), Release(1.0, 0.02, 150)], DELTA)
    assert twice == pytest.approx(epsilon([one], DELTA))


def test_more_noise_fewer_steps_and_smaller_shares_cost_less():
    cost = epsilon([Release(1.0, 0.02, 300)], DELTA)
    for cheaper in (Release(1.2, 0.02, 300), Release(1.0, 0.02, 200), Release(1.0, 0.015, 300)):
        assert epsilon([cheaper], DELTA) < cost
    assert epsilon([Release(1.0, 0.02, 300)], 1e-4) < cost


def test_the_losses_are_a_distribution_whose_mean_is_that_of_a_gaussian():
    loss, chance = losses([Release(2.0)], 10)
    assert chance.sum() == pytest.approx(1)
    assert loss @ chance == pytest.approx(1 / 8, abs=1e-3)


@pytest.mark.parametrize("release", [(0, 0.1, 1), (1, 0, 1), (1, 1.1, 1), (1, 0.1, 0)])
def test_a_release_that_cannot_be_is_refused(release):
    with pytest.raises(ValueError, match="give noise above 0, a share above 0"):
        epsilon([Release(*release)], DELTA)


def test_a_budget_that_promises_nothing_is_refused():
    with pytest.raises(ValueError, match="promises nothing"):
        epsilon([Release(0.2, times=100)], DELTA)
    with pytest.raises(ValueError, match="chance between 0 and 1"):
        epsilon([Release(1.0)], 0.0)
