"""MNIST: published sizes, counts, moments and baselines."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier

from dlcourse.data import Dataset


@pytest.fixture(scope="module")
def mnist(loaded: Callable[[str], Dataset]) -> Dataset:
    """Return the images."""
    return loaded("mnist")


def test_mnist_is_the_published_one(mnist: Dataset) -> None:
    assert mnist.train.inputs.shape == (60_000, 28, 28)
    assert mnist.test.inputs.shape == (10_000, 28, 28)
    assert mnist.train.inputs.dtype == np.uint8
    assert mnist.train.targets.dtype == np.int64
    assert mnist.validation is None
    assert mnist.train.targets[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test.targets[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(mnist.train.targets).tolist() == [
        *(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
    ]
    assert np.bincount(mnist.test.targets).tolist() == [
        *(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
    ]
    # The moments by which the field normalises MNIST.
    pixels = mnist.train.inputs.astype(np.float32) / 255
    assert pixels.mean() == pytest.approx(0.1307, abs=5e-5)
    assert pixels.std() == pytest.approx(0.3081, abs=5e-5)


def test_the_first_half_of_the_mnist_test_is_harder_as_the_card_says(mnist: Dataset) -> None:
    """Measured with least squares on the classes, here on a sixth of the training images."""
    flat = {
        part: split.inputs.reshape(len(split.inputs), -1) for part, split in mnist.parts.items()
    }
    images = (flat["train"][:10_000] / 255).astype(np.float32)
    model = RidgeClassifier(alpha=10).fit(images, mnist.train.targets[:10_000])
    wrong = model.predict((flat["test"] / 255).astype(np.float32)) != mnist.test.targets
    assert wrong[:5000].mean() == pytest.approx(0.18, abs=0.02)
    assert wrong[5000:].mean() == pytest.approx(0.10, abs=0.02)
