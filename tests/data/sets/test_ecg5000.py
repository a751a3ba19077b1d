"""Heartbeats: published sizes, counts, moments and baselines."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from dlcourse.data import Dataset


def test_ecg5000_is_the_published_one(loaded: Callable[[str], Dataset]) -> None:
    beats = loaded("ecg5000")
    assert beats.train.inputs.shape == (500, 140)
    assert beats.test.inputs.shape == (4500, 140)
    assert np.bincount(beats.train.targets).tolist() == [292, 177, 10, 19, 2]
    assert np.bincount(beats.test.targets).tolist() == [2627, 1590, 86, 175, 22]
    assert (np.diff(beats.train.targets) >= 0).all()  # as the card warns
    assert len({beat.tobytes() for split in beats.parts.values() for beat in split.inputs}) == 5000


def test_each_heartbeat_is_scaled_as_the_card_says(loaded: Callable[[str], Dataset]) -> None:
    for beats in loaded("ecg5000").parts.values():
        np.testing.assert_allclose(beats.inputs.mean(axis=1), 0, atol=1e-6)
        np.testing.assert_allclose(beats.inputs.std(axis=1, ddof=1), 1, atol=1e-5)


def test_the_nearest_heartbeat_is_right_as_often_as_published(
    loaded: Callable[[str], Dataset],
) -> None:
    """The archive's own table gives 1-nearest neighbour an error of .0749."""
    beats = loaded("ecg5000")
    model = KNeighborsClassifier(1).fit(*beats.train)
    assert model.score(*beats.test) == pytest.approx(1 - 0.0749, abs=0.0005)
