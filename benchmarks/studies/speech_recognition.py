"""How often does a network mistake a stranger's digits, and a hidden Markov model? For lesson 55.

    python benchmarks/studies/speech_recognition.py

About four minutes of one core. The network, its training and its rival are the cells tagged
`recipe` of the lesson, so that the two cannot differ. Each of the six voices is left out in turn.
The settings of its rival are chosen without it: on its partner (A and B, C and D, E and F), by
what learned from the four others. The network has one setting. A part that is done is kept in
`build/studies`.
"""

from datetime import date

import numpy as np
import torch
from parts import Parts, recipe
from threadpoolctl import threadpool_limits
from torch import nn

from dlcourse import seeds, speech
from dlcourse.evaluation import Study
from dlcourse.paths import STUDIES
from dlcourse.training import load, save

NAME = "speech_recognition"
LESSON = recipe("55")
VOICES = 6
STRETCHES = ((1.0,), (0.88, 1.0, 1.12))
PENALTIES = (0.0, -20.0)
y, voice, clips = LESSON.y, LESSON.voice, LESSON.clips
parts = Parts(NAME, LESSON, speech)


def others(without: tuple[int, ...]) -> np.ndarray:
    """Return the rows of all voices but some."""
    return np.flatnonzero(~np.isin(voice, without))


def strings(left_out: int) -> list[np.ndarray]:
    """Return the strings of one voice."""
    return list(LESSON.strings(np.flatnonzero(voice == left_out)))


def stranger(left_out: int) -> float:
    """Train on five voices, keep the network, and return its errors per word of the sixth."""
    network, _ = LESSON.learn(others((left_out,)), left_out)
    network.half().float()  # as it will be kept: in half the room
    save(network, parts.folder / f"{left_out}.pt")
    return float(LESSON.error_rate(network, strings(left_out)))


def mixed() -> float:
    """Train on five sixths of all clips, whoever speaks, and return the errors on the others."""
    order = seeds.rng("mixed").permutation(len(y))
    network, _ = LESSON.learn(order[500:], "mixed")
    network.half().float()
    save(network, parts.folder / "mixed.pt")
    return float(LESSON.error_rate(network, LESSON.strings(order[:500])))


def models(without: tuple[int, ...], stretches: tuple[float, ...]) -> list[list[float]]:
    """Return the errors of hidden Markov models per word, for each voice and each penalty."""
    learned = LESSON.word_models(others(without), *without, stretches=stretches)
    return [
        [LESSON.models_rate(learned, strings(each), penalty) for penalty in PENALTIES]
        for each in without
    ]


def models_mixed() -> float:
    """Return the errors per word of hidden Markov models that know all voices."""
    order = seeds.rng("mixed").permutation(len(y))
    learned = LESSON.word_models(order[500:], "mixed")
    return float(LESSON.models_rate(learned, LESSON.strings(order[:500])))


def chosen(left_out: int) -> tuple[tuple[float, ...], int]:
    """Return the stretches, and the place of the penalty, with the fewest errors on the partner."""
    first = left_out - left_out % 2
    rates = [parts.kept(models, (first, first + 1), each)[1 - left_out % 2] for each in STRETCHES]
    best, place = np.unravel_index(np.argmin(rates), np.shape(rates))
    return STRETCHES[int(best)], int(place)


def main() -> None:
    network = [parts.kept(stranger, left_out) for left_out in range(VOICES)]
    settings = [chosen(left_out) for left_out in range(VOICES)]
    old = [
        parts.kept(models, (left_out,), stretches)[0][place]
        for left_out, (stretches, place) in enumerate(settings)
    ]
    names = [*map(str, range(VOICES)), "mixed"]
    known = [parts.kept(mixed)]
    kept = [load(LESSON.reader(), parts.folder / f"{name}.pt") for name in names]
    save(nn.ModuleList(kept).half(), STUDIES / f"{NAME}.pt")
    Study(
        question="How often are a stranger's digits mistaken, in strings of three to seven?",
        metric="errors per word, one stranger after the other",
        runs={
            "network": network,
            "hidden Markov models": old,
            "network, voices mixed": known,
            "hidden Markov models, voices mixed": [parts.kept(models_mixed)],
        },
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={"models": [[list(warps), PENALTIES[place]] for warps, place in settings]},
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
