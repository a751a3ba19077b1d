"""Breast cancer: published sizes, counts, moments and baselines."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import datasets
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlcourse import data
from dlcourse.data import Dataset


def test_breast_cancer_is_that_of_scikit_learn(loaded: Callable[[str], Dataset]) -> None:
    cancer, bunch = loaded("breast-cancer"), datasets.load_breast_cancer()
    assert cancer.features == tuple(bunch.feature_names)
    assert cancer.classes == tuple(bunch.target_names) == ("malignant", "benign")
    assert [np.bincount(split.targets).tolist() for split in (cancer.train, cancer.test)] == [
        [148, 250],
        [64, 107],
    ]
    ours = np.concatenate([np.c_[split.inputs, split.targets] for split in cancer.parts.values()])
    theirs = np.c_[bunch.data, bunch.target].astype(np.float32)
    np.testing.assert_array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)])


def test_breast_cancer_does_not_move_with_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCOURSE_SEED", "7")
    data.verify("breast-cancer")


def test_logistic_regression_judges_95_of_100_lumps_rightly(
    loaded: Callable[[str], Dataset],
) -> None:
    cancer = loaded("breast-cancer")
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(*cancer.train)
    assert model.score(*cancer.test) >= 0.95
