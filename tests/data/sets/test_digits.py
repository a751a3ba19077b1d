"""Digits, 8 × 8: published sizes, counts, moments and baselines."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import datasets
from sklearn.linear_model import LogisticRegression

from dlcourse.data import Dataset


def test_digits_are_those_of_scikit_learn_in_their_order(loaded: Callable[[str], Dataset]) -> None:
    digits, bunch = loaded("digits"), datasets.load_digits()
    assert digits.train.inputs.shape == (1287, 8, 8)
    assert digits.validation is None
    np.testing.assert_array_equal(np.concatenate([digits.train[0], digits.test[0]]), bunch.images)
    np.testing.assert_array_equal(np.concatenate([digits.train[1], digits.test[1]]), bunch.target)
    assert digits.test.inputs.dtype == np.float32
    assert digits.test.targets.dtype == np.int64


def test_digits_in_order_are_harder_than_shuffled_as_the_card_says(
    loaded: Callable[[str], Dataset],
) -> None:
    inputs, targets = map(np.concatenate, zip(*loaded("digits").parts.values(), strict=True))
    inputs = inputs.reshape(-1, 64) / 16

    def accuracy(order: np.ndarray) -> float:
        train, test = order[:1287], order[1287:]
        model = LogisticRegression(max_iter=1000).fit(inputs[train], targets[train])
        return model.score(inputs[test], targets[test])

    shuffled = [accuracy(np.random.default_rng(i).permutation(1797)) for i in range(3)]
    assert accuracy(np.arange(1797)) == pytest.approx(0.914, abs=0.01)
    assert np.mean(shuffled) == pytest.approx(0.966, abs=0.01)


def test_the_labels_of_digits_repeat_form_after_form_as_the_card_says(
    loaded: Callable[[str], Dataset],
) -> None:
    labels = np.concatenate([split.targets for split in loaded("digits").parts.values()])
    start = np.tile(np.arange(10), 2)[:16]
    begins = [i for i in range(len(labels) - 16) if (labels[i : i + 16] == start).all()]
    forms = [i for i in begins if i - 10 not in begins]
    assert len(forms) == 14
    assert forms[10] == 1287
