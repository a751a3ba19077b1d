"""Nuclei of cells: how many there are in each half, and that they are where the light is."""

from collections.abc import Callable

import numpy as np

from dlcourse.data import Dataset


def test_each_half_has_its_nuclei_numbered_from_one(loaded: Callable[[str], Dataset]) -> None:
    nuclei = loaded("nuclei")
    for split, count in ((nuclei.train, 70), (nuclei.test, 51)):
        assert split.inputs.shape == split.targets.shape == (1, 512, 240)
        assert split.inputs.dtype == np.uint8
        assert np.unique(split.targets).tolist() == list(range(count + 1))


def test_nuclei_shine_and_are_of_one_kind(loaded: Callable[[str], Dataset]) -> None:
    for light, numbers in loaded("nuclei").parts.values():
        assert np.median(light[numbers > 0]) > 2 * np.median(light[numbers == 0])
        assert 350 < np.median(np.bincount(numbers.ravel())[1:]) < 500  # pixels


def test_some_nuclei_are_cut_as_the_card_says(loaded: Callable[[str], Dataset]) -> None:
    areas = [np.bincount(numbers.ravel()) for _, numbers in loaded("nuclei").parts.values()]
    assert [int((area < 20).sum()) for area in areas] == [3, 1]
