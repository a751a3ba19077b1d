"""Spoken characters: sizes, and what the card says of them."""

from collections.abc import Callable

import numpy as np

from dlcourse.data import Dataset


def test_there_is_one_clip_per_character(loaded: Callable[[str], Dataset]) -> None:
    spoken = loaded("spoken-characters")
    assert spoken.test.targets.tolist() == list(range(10))
    assert [spoken.classes[k] for k in spoken.train.targets] == [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    assert spoken.test.lengths.tolist()[:4] == [2747, 1974, 1947, 2280]


def test_samples_have_eight_bits(loaded: Callable[[str], Dataset]) -> None:
    for part in loaded("spoken-characters").parts.values():
        levels = part.inputs * 128
        assert (levels == levels.round()).all()
        assert -128 <= levels.min() < 0 < levels.max() <= 127
        assert (part.inputs[np.arange(part.inputs.shape[1]) >= part.lengths[:, None]] == 0).all()
