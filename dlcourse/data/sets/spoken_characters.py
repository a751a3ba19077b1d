"""Spoken characters: one voice, as waveforms."""

import wave
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def read(*clips: Path) -> Arrays:
    """Read the clips: float32 inputs (n, samples) from −1 to 1, of which the first `lengths` count.

    Raises ValueError for a clip that is not of 8 bits and 8,000 samples per second.
    """
    sounds = [samples(clip) for clip in clips]
    lengths = np.array([len(sound) for sound in sounds], np.int64)
    inputs = np.zeros((len(sounds), lengths.max()), np.float32)
    inputs[np.arange(lengths.max()) < lengths[:, None]] = np.concatenate(sounds)
    columns = {"inputs": inputs, "targets": np.arange(len(sounds)), "lengths": lengths}
    return divided(columns, train=slice(10, None), test=slice(10))


def samples(clip: Path) -> np.ndarray:
    """Return the samples of one clip."""
    with wave.open(str(clip)) as sound:
        if (sound.getsampwidth(), sound.getframerate(), sound.getnchannels()) != (1, 8000, 1):
            raise ValueError(f"{clip.name} is not of 8 bits, 8,000 samples per second, one channel")
        raw = np.frombuffer(sound.readframes(sound.getnframes()), np.uint8)
    return (raw.astype(np.float32) - 128) / 128


CARD = Card(
    name="spoken-characters",
    title="Spoken characters",
    what="36 waveforms of one voice, the digits and the English letters, one clip of each: 8,000 "
    "samples per second, from −1 to 1, made to be read out to people who cannot see a captcha.",
    split="The letters to look at, the ten digits for testing: too few to learn from.",
    who="H. Yang, for the package captcha, which plays them to people who cannot see its pictures. "
    "Who speaks is not said.",
    licence="BSD-3-Clause",
    citation="L. von Ahn, M. Blum, N. J. Hopper and J. Langford (2003), CAPTCHA: using hard AI "
    "problems for security, say what such sounds are for. EUROCRYPT, 294–311.",
    doi="10.1007/3-540-39200-9_18",
    flaws=(
        "One clip per character: ten digits tell hardly anything about a rate of errors.",
        "8 bits per sample: a hiss lies under every clip.",
        "How the clips were made, and whether by a person, is not said.",
    ),
    classes=tuple(CHARACTERS),
    archives=(
        Archive(
            package="captcha",
            version="0.7.1",
            sha256="8b73b5aba841ad1e5bdb856205bf5f09560b728ee890eb9dae42901219c8c599",
            size=147_606,
            members=tuple(f"captcha/data/{character}/default.wav" for character in CHARACTERS),
            read=read,
        ),
    ),
    sha256="8fc2ba19a48804eae26911f9b148d63ea2923246d5937ad964ac9f9ebc2f1f76",
)
