"""Who was first? The concordance, by its definition and by what others have computed."""

import numpy as np
import pytest
from statsmodels.duration.hazard_regression import PHReg

from dlcourse import data
from dlcourse.survival import concordance, cox


@pytest.fixture(scope="module")
def germany():
    patients = data.load("rotterdam-gbsg").test
    x = patients.inputs.astype(float)
    return (x - x.mean(axis=0)) / x.std(axis=0), patients.targets.astype(float)


def test_cox_finds_the_weights_of_statsmodels(germany):
    x, targets = germany
    reference = PHReg(targets[:, 0], x, targets[:, 1], ties="efron").fit().params
    assert cox(x, targets) == pytest.approx(reference, abs=1e-6)


def test_a_ridge_balances_the_slope_of_the_likelihood(germany):
    x, targets = germany
    w = cox(x, targets, ridge=0.1)
    slope = PHReg(targets[:, 0], x, targets[:, 1], ties="efron").score(w)
    assert slope == pytest.approx(0.1 * len(x) * w, abs=1e-8)
    assert np.linalg.norm(w) < np.linalg.norm(cox(x, targets))


def test_cox_does_not_run_away_where_a_column_tells_nearly_all(germany):
    x, targets = germany
    known = np.c_[x, 30 * ((targets[:, 0] < 90) & (targets[:, 1] == 1))]
    w = cox(known, targets, ridge=0.01)
    slope = PHReg(targets[:, 0], known, targets[:, 1], ties="efron").score(w)
    assert slope == pytest.approx(0.01 * len(x) * w, abs=1e-6)


def test_cox_refuses_what_it_cannot_use():
    with pytest.raises(ValueError, match=r"\(3, 2\) and the targets \(2, 2\)"):
        cox(np.ones((3, 2)), np.ones((2, 2)))
    with pytest.raises(ValueError, match="missing or infinite"):
        cox([[1.0], [np.nan], [2.0]], [[1, 1], [2, 1], [3, 0]])


def by_definition(targets, risk):
    """Ask every pair."""
    scores = []
    for (day, event), one in zip(targets, risk, strict=True):
        for (other_day, other_event), other in zip(targets, risk, strict=True):
            if event and (day < other_day or (day == other_day and not other_event)):
                scores.append(0.5 if one == other else float(one > other))
    return np.mean(scores)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_its_definition_with_ties_of_days_and_of_risks(seed):
    rng = np.random.default_rng(seed)
    targets = np.c_[rng.integers(1, 12, 60), rng.integers(0, 2, 60)]
    risk = rng.integers(0, 8, 60) / 8
    assert concordance(targets, risk) == pytest.approx(by_definition(targets, risk), abs=1e-12)


def test_it_is_what_lifelines_computes():
    """The figures are those of lifelines 0.30.0, which counts ties as is done here."""
    days, event = np.tile([5, 3, 3, 9, 1, 7, 7], 2), np.tile([1, 1, 0, 0, 1, 1, 0], 2)
    risk = np.array([4, 2, 2, 1, 9, 3, 3, 4, 1, 5, 1, 2, 8, 3])
    assert concordance(np.c_[days, event], risk) == pytest.approx(0.5703125, abs=1e-12)
    patients = data.load("rotterdam-gbsg").test
    nodes = patients.inputs[:, 4]
    assert concordance(patients.targets, nodes) == pytest.approx(0.6452446795719611, abs=1e-12)


def test_a_perfect_order_is_one_and_none_is_one_half():
    targets = np.array([[1, 1], [2, 0], [3, 1], [4, 0]])
    assert concordance(targets, [4, 3, 2, 1]) == 1
    assert concordance(targets, [[1], [2], [3], [4]]) == 0
    assert concordance(targets, np.zeros(4)) == 0.5


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match=r"\(3, 2\) and there are 4 risks"):
        concordance(np.ones((3, 2)), np.ones(4))
    with pytest.raises(ValueError, match="No pair is comparable"):
        concordance([[1, 0], [2, 0]], [1, 2])
