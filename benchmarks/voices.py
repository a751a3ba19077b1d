"""Ten digits by 350 synthesised voices, as cepstra, for lesson 55.

    pip install espeakng-loader==0.2.4
    python benchmarks/voices.py

About ten seconds. Writes `benchmarks/studies/voices.npz`, which the lesson and its study read, so
that neither needs the synthesiser: eSpeak NG 1.52, a program under the GPL-3, called through its C
interface (whose licence does not reach what it says). A voice is one of its English accents with
one of its variants of throat, at a tempo, pitch and melody of its own, in a room of its own: some
noise, some loudness. Nobody's voice is copied.
"""

import ctypes
from pathlib import Path

import espeakng_loader
import numpy as np
from scipy.signal import resample_poly

from dlcourse import seeds, speech
from dlcourse.paths import STUDIES

COUNT = 350
ACCENTS = (
    *("en-029", "en-gb", "en-gb-scotland", "en-gb-x-gbclan"),
    *("en-gb-x-gbcwmd", "en-gb-x-rp", "en-us"),
)
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
RATE, PITCH, RANGE = 1, 3, 4  # numbers of the synthesiser's parameters
RETRIEVAL = 2  # samples are handed over, not played, and a call waits for them
UTF8 = 1
"""The settings of eSpeak NG's `speak_lib.h`; it makes 22,050 samples per second."""


class Synthesiser:
    """eSpeak NG, which hands over what it says."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL(espeakng_loader.get_library_path())
        self.folder = espeakng_loader.get_data_path()
        self.library.espeak_Initialize(RETRIEVAL, 0, self.folder.encode(), 0)
        self.said: list[np.ndarray] = []
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        self.hear = kind(self.keep)  # held here, for the library keeps no reference to it
        self.library.espeak_SetSynthCallback(self.hear)

    def keep(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: object) -> int:
        """Take over samples; 0 asks for more."""
        if samples and count > 0:
            self.said.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def voices(self) -> list[str]:
        """Return the names of all voices: an accent with a variant."""
        variants = sorted(path.name for path in Path(self.folder, "voices", "!v").iterdir())
        names = [f"{accent}+{variant}" for variant in variants for accent in ACCENTS]
        return [name for name in names if self.library.espeak_SetVoiceByName(name.encode()) == 0]

    def say(self, word: str, voice: str, manner: list[int]) -> np.ndarray:
        """Return a word's samples at 8,000 per second.

        `manner` is words per minute, pitch, and the range of the melody.
        """
        self.library.espeak_SetVoiceByName(voice.encode())
        for number, value in zip((RATE, PITCH, RANGE), manner, strict=True):
            self.library.espeak_SetParameter(number, value, 0)
        self.said.clear()
        text = word.encode() + b"\0"
        self.library.espeak_Synth(text, len(text), 0, 1, 0, UTF8, None, None)
        return resample_poly(np.concatenate(self.said) / 32768, 160, 441)


def clip(samples: np.ndarray, noise: float, tilt: float, rng: np.random.Generator) -> np.ndarray:
    """Return a word's cepstra (t, 13), cut to where it is heard, `noise` decibels over a noise.

    `tilt` from 0 to 1 makes the noise shriller.
    """
    loudness = np.sqrt(np.convolve(samples**2, np.ones(160) / 160, "same"))
    heard = np.flatnonzero(loudness > loudness.max() * rng.uniform(0.01, 0.05))
    x = samples[max(0, heard[0] - 160) : heard[-1] + 160]
    hiss = rng.normal(size=len(x) + 1)
    hiss = hiss[1:] - 0.9 * tilt * hiss[:-1]
    x = x / x.std() + hiss / hiss.std() * 10 ** (-noise / 20)
    return speech.cepstra(x / np.abs(x).max() * 10 ** rng.uniform(-1.5, -0.1))


def main() -> None:
    """Make the clips and store them, each number rounded to a whole one."""
    rng, synthesiser = seeds.rng("voices"), Synthesiser()
    names = synthesiser.voices()
    chosen = [names[k] for k in rng.permutation(len(names))[:COUNT]]
    clips = []
    for name in chosen:
        manner = rng.integers((120, 15, 10), (230, 75, 80)).tolist()
        noise, tilt = rng.uniform(15, 50), rng.uniform()
        clips += [clip(synthesiser.say(word, name, manner), noise, tilt, rng) for word in WORDS]
    accents = np.array([ACCENTS.index(name.partition("+")[0]) for name in chosen])
    np.savez_compressed(
        STUDIES / "voices.npz",
        frames=np.concatenate(clips).round().astype(np.int16),
        lengths=np.array([len(each) for each in clips]),
        digits=np.tile(np.arange(10), COUNT),
        voices=np.repeat(np.arange(COUNT), 10),
        accents=np.repeat(accents, 10),
    )


if __name__ == "__main__":
    main()
