"""Spoken digits: published counts, and voices that can be inferred again."""

from collections.abc import Callable

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import cross_val_predict

from dlcourse.data import Dataset


def everything(digits: Dataset, name: str) -> np.ndarray:
    """Return a column of all parts."""
    parts = digits.parts.values()
    columns = [getattr(part, name) for part in parts]
    return np.concatenate(columns)


def test_there_are_fifty_clips_per_voice_and_digit(loaded: Callable[[str], Dataset]) -> None:
    digits = loaded("spoken-digits")
    counts = np.zeros((6, 10), int)
    np.add.at(counts, (everything(digits, "voices"), everything(digits, "targets")), 1)
    assert (counts == 50).all()
    lengths = everything(digits, "lengths")
    assert (lengths.sum(), lengths.min(), lengths.max()) == (53_999, 6, 92)
    assert set(digits.test.voices) == {5}


def test_what_lies_beyond_a_clip_is_zero(loaded: Callable[[str], Dataset]) -> None:
    for part in loaded("spoken-digits").parts.values():
        beyond = np.arange(92) >= part.lengths[:, None]
        assert (part.inputs[beyond] == 0).all()
        assert (part.inputs[~beyond] != 0).any(axis=1).all()


def test_the_voices_agree_with_what_a_discriminant_hears(
    loaded: Callable[[str], Dataset],
) -> None:
    """The card says 99.7 of 100; a voice that was drawn at random would agree for 17."""
    digits = loaded("spoken-digits")
    targets, voices = everything(digits, "targets"), everything(digits, "voices")
    clips = zip(everything(digits, "inputs"), everything(digits, "lengths"), strict=True)
    heard = np.array([statistics(clip[:n].astype(float)) for clip, n in clips])
    for digit in range(10):
        own = targets == digit
        heard[own] = (heard[own] - heard[own].mean(axis=0)) / heard[own].std(axis=0)
    guessed = cross_val_predict(LinearDiscriminantAnalysis(), heard, voices, cv=5)
    assert np.mean(guessed == voices) > 0.99


def statistics(clip: np.ndarray) -> np.ndarray:
    """Return means, spreads and tenths of a clip (t, 13), and the means of its thirds."""
    thirds = [part.mean(axis=0) for part in np.array_split(clip, 3)]
    tenths = np.percentile(clip, [10, 90], axis=0)
    return np.concatenate([clip.mean(axis=0), clip.std(axis=0), *tenths, *thirds, [len(clip)]])
