"""The averaged brain: its slabs, and each flaw of its card that can be seen."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from dlcourse.data import Dataset


@pytest.mark.parametrize(
    ("name", "size", "counts"),
    [("brain-slices", (152, 96), [45, 6, 18]), ("brain-axial", (192, 96), [30, 4, 7])],
)
def test_slabs_lie_apart(
    name: str, size: tuple[int, int], counts: list[int], loaded: Callable[[str], Dataset]
) -> None:
    brain = loaded(name)
    parts = list(brain.parts.values())
    assert [len(part.inputs) for part in parts] == counts
    for part in parts:
        assert part.inputs.shape == part.targets.shape == (len(part.places), *size)
        assert set(np.unique(part.targets)) == {0, 1, 2}
        assert (np.diff(part.places) == 2).all()
    for before, after in pairwise(parts):
        assert after.places[0] - before.places[-1] >= 8


def test_both_sets_cut_one_brain(loaded: Callable[[str], Dataset]) -> None:
    """Where an upright and a level slice cross, they hold the same line."""
    upright, level = loaded("brain-slices").train, loaded("brain-axial").train
    y, z = 100, 80
    lines = [
        (split.inputs[split.places == place][0], split.targets[split.places == place][0])
        for split, place in ((upright, y), (level, z))
    ]
    for one, other in zip(*lines, strict=True):
        np.testing.assert_array_equal(one[151 - z], other[211 - y])


def test_white_matter_is_brighter_than_grey(loaded: Callable[[str], Dataset]) -> None:
    pictures, labels, *_ = loaded("brain-slices").train
    brightness = [np.median(pictures[labels == label]) for label in (0, 1, 2)]
    assert brightness[0] < brightness[1] - 30
    assert brightness[1] < brightness[2] - 30
