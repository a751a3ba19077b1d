"""Who was first? The concordance, by its definition and by what others have computed."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.survival import concordance


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
