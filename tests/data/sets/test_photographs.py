"""Photographs: their sizes, their parts, and that they are those that scikit-image shows."""

from collections.abc import Callable

import numpy as np
from skimage import data as pictures

from dlcourse.data import Dataset


def test_no_photograph_is_in_two_parts(loaded: Callable[[str], Dataset]) -> None:
    photographs = loaded("photographs")
    counts = {name: len(part.inputs) for name, part in photographs.parts.items()}
    assert counts == {"train": 5, "validation": 3, "test": 3}
    numbers = np.concatenate([part.targets for part in photographs.parts.values()])
    assert numbers.tolist() == list(range(11))
    assert photographs.train.inputs.shape[1:] == (256, 256)
    assert photographs.train.inputs.dtype == np.uint8


def test_a_photograph_is_the_middle_of_what_scikit_image_shows(
    loaded: Callable[[str], Dataset],
) -> None:
    photographs = loaded("photographs")
    camera = pictures.camera().reshape(256, 2, 256, 2).mean(axis=(1, 3))
    assert np.abs(photographs.test.inputs[0] - camera).max() <= 0.5
    middle = pictures.coins()[23:279, 64:320]
    assert (photographs.test.inputs[1] == middle).all()
