"""How often does a network mistake a stranger's digits, and do two older methods? For lesson 55.

    python benchmarks/studies/speech_recognition.py

About ten minutes of one core. The network, its training and its rivals are the cells tagged
`recipe` of the lesson, so that the two cannot differ. Each of the six voices is left out in turn.
The settings of the rivals are chosen without it: on its partner (A and B, C and D, E and F), by
what learned from the four others. The network has one setting, the second that
was tried whole: what the first did with all six voices was seen before it was chosen. A part that
is done is kept in `build/studies`.
"""

from datetime import date
from typing import Any

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
WARPS = (0.88, 1.0, 1.12)
SETTINGS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "models": (((1.0,), False), (WARPS, False), (WARPS, True)),
    "templates": ((),),
}
"""Of hidden Markov models: warps, and whether other rooms and made voices teach as well."""
PENALTIES = {"models": (0.0, -20.0), "templates": (-10.0, -20.0, -40.0)}
parts = Parts(NAME, LESSON, speech)


def strings(left_out: int) -> list[np.ndarray]:
    """Return the strings of one voice."""
    return list(LESSON.strings(np.flatnonzero(LESSON.voice == left_out)))


def stranger(left_out: int) -> float:
    """Train on five voices, keep the network, and return its errors per word of the sixth."""
    network, _ = LESSON.learn(LESSON.without(left_out), left_out)
    network.half().float()  # as it will be kept: in half the room
    save(network, parts.folder / f"{left_out}.pt")
    return float(LESSON.error_rate(network, strings(left_out)))


def mixed() -> float:
    """Train on five sixths of all clips, whoever speaks, and return the errors on the others."""
    order = seeds.rng("mixed").permutation(LESSON.without())
    network, _ = LESSON.learn(order[500:], "mixed")
    network.half().float()
    save(network, parts.folder / "mixed.pt")
    return float(LESSON.error_rate(network, LESSON.strings(order[:500])))


def old(method: str, without: tuple[int, ...], *setting: Any) -> list[list[float]]:
    """Return the errors of an older method, for each voice and each penalty per word."""
    learned = taught(method, LESSON.without(*without), *setting)
    return [
        [LESSON.models_rate(learned, strings(each), penalty) for penalty in PENALTIES[method]]
        for each in without
    ]


def taught(method: str, rows: np.ndarray, *setting: Any) -> Any:
    """Return what an older method learns from clips."""
    if method == "templates":
        return LESSON.templates(rows, "study")
    stretches, more = setting
    return LESSON.word_models(rows, "study", stretches=stretches, more=more)


def old_mixed() -> float:
    """Return the errors per word of hidden Markov models that know all voices."""
    order = seeds.rng("mixed").permutation(LESSON.without())
    learned = LESSON.word_models(order[500:], "mixed")
    return float(LESSON.models_rate(learned, LESSON.strings(order[:500])))


def chosen(method: str, left_out: int) -> tuple[tuple[Any, ...], int]:
    """Return the setting, and the place of the penalty, with the fewest errors on the partner."""
    first = left_out - left_out % 2
    rates = [
        parts.kept(old, method, (first, first + 1), *each)[1 - left_out % 2]
        for each in SETTINGS[method]
    ]
    best, place = np.unravel_index(np.argmin(rates), np.shape(rates))
    return SETTINGS[method][int(best)], int(place)


def main() -> None:
    network = [parts.kept(stranger, left_out) for left_out in range(VOICES)]
    settings = {
        method: [chosen(method, left_out) for left_out in range(VOICES)] for method in SETTINGS
    }
    rivals = {
        method: [
            parts.kept(old, method, (left_out,), *setting)[0][place]
            for left_out, (setting, place) in enumerate(found)
        ]
        for method, found in settings.items()
    }
    names = [*map(str, range(VOICES)), "mixed"]
    known = [parts.kept(mixed)]
    kept = [load(LESSON.reader(), parts.folder / f"{name}.pt") for name in names]
    save(nn.ModuleList(kept).half(), STUDIES / f"{NAME}.pt")
    Study(
        question="How often are a stranger's digits mistaken, in strings of three to seven?",
        metric="errors per word, one stranger after the other",
        runs={
            "network": network,
            "hidden Markov models": rivals["models"],
            "dynamic time warping": rivals["templates"],
            "network, voices mixed": known,
            "hidden Markov models, voices mixed": [parts.kept(old_mixed)],
        },
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            method: [[*setting, PENALTIES[method][place]] for setting, place in found]
            for method, found in settings.items()
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
