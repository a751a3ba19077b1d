"""Breast cancer in two studies: published sizes, counts, moments and baselines."""

from collections.abc import Callable

import pytest
from statsmodels.duration.hazard_regression import PHReg

from dlcourse.data import Dataset
from dlcourse.survival import concordance


def test_the_survival_of_rotterdam_and_of_the_german_study_is_the_published_one(
    loaded: Callable[[str], Dataset],
) -> None:
    patients = loaded("rotterdam-gbsg")
    assert patients.train.inputs.shape == (1546, 7)
    assert patients.test.inputs.shape == (686, 7)
    nodes = patients.features.index("positive nodes")
    assert min(split.inputs[:, nodes].min() for split in patients.parts.values()) == 1
    assert patients.test.targets[:, 1].sum() == 299
    for targets in (patients.train.targets, patients.train.overall, patients.test.targets):
        assert targets.shape[1] == 2
        assert (targets[:, 0] > 0).all()
        assert set(targets[:, 1]) == {0, 1}
    recurrence, death = patients.train.targets, patients.train.overall
    assert (recurrence[:, 0] <= death[:, 0]).all()
    # Who died is known to have had an event, unless the last examination was earlier.
    unknown = (recurrence[:, 1] == 0) & (death[:, 1] == 1)
    assert unknown.sum() == 21
    assert (recurrence[unknown, 0] < death[unknown, 0]).all()


def test_a_cox_model_carries_over_from_rotterdam_as_published(
    loaded: Callable[[str], Dataset],
) -> None:
    """Katzman and others (2018) report a concordance of .658."""
    patients = loaded("rotterdam-gbsg")
    rows, (days, event) = patients.train.inputs.astype(float), patients.train.targets.T
    center, scale = rows.mean(axis=0), rows.std(axis=0)
    model = PHReg(days, (rows - center) / scale, event, ties="efron").fit()
    risk = (patients.test.inputs - center) / scale @ model.params
    assert concordance(patients.test.targets, risk) == pytest.approx(0.658, abs=0.005)
