"""How often does a network mistake a stranger's digits, and a hidden Markov model? For lesson 55.

    python benchmarks/studies/speech_recognition.py

About four minutes of one core. The network, its training and its rival are the cells tagged
`recipe` of the lesson, so that the two cannot differ. Each of the six voices is left out in turn.
The network has one setting; the rivals have several, of which the best on the strangers themselves
is kept, which favours them. A part that is done is kept in `build/studies`.
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
STATES, STRETCHES = (8,), ((1.0,), (0.88, 1.0, 1.12), (0.82, 0.91, 1.0, 1.1, 1.2))
TEMPLATES = (1, 3)  # clips per voice and digit
y, voice, clips = LESSON.y, LESSON.voice, LESSON.clips
parts = Parts(NAME, LESSON, speech)


def split(left_out: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the rows of all other voices, and the strings of the one that is left out."""
    return np.flatnonzero(voice != left_out), LESSON.strings(np.flatnonzero(voice == left_out))


def stranger(left_out: int) -> float:
    """Train on five voices, keep the network, and return its errors per word of the sixth."""
    known, strings = split(left_out)
    network, _ = LESSON.learn(known, left_out)
    network.half().float()  # as it will be kept: in half the room
    save(network, parts.folder / f"{left_out}.pt")
    return LESSON.error_rate(network, strings)


def mixed() -> float:
    """Train on five sixths of all clips, whoever speaks, and return the errors on the others."""
    order = seeds.rng("mixed").permutation(len(y))
    network, _ = LESSON.learn(order[500:], "mixed")
    network.half().float()
    save(network, parts.folder / "mixed.pt")
    return LESSON.error_rate(network, LESSON.strings(order[:500]))


def models(states: int, stretches: tuple[float, ...]) -> list[float]:
    """Return the errors per word of hidden Markov models, a stranger after the other."""
    found = []
    for left_out in range(VOICES):
        known, strings = split(left_out)
        learned = LESSON.word_models(known, left_out, stretches=stretches, states=states)
        found.append(LESSON.models_rate(learned, strings))
    return found


def models_mixed(states: int, stretches: tuple[float, ...]) -> float:
    """Return the errors per word of hidden Markov models that know all voices."""
    order = seeds.rng("mixed").permutation(len(y))
    learned = LESSON.word_models(order[500:], "mixed", stretches=stretches, states=states)
    return LESSON.models_rate(learned, LESSON.strings(order[:500]))


def templates(count: int) -> list[float]:
    """Return the errors per word by dynamic time warping to whole clips, at two tempos."""
    found = []
    for left_out in range(VOICES):
        known, strings = split(left_out)
        rng, bank, words = seeds.rng("templates", left_out), [], []
        for digit in range(10):
            for each in np.unique(voice[known]):
                own = known[(voice[known] == each) & (y[known] == digit)]
                for row in rng.choice(own, count, replace=False):
                    for tempo in (0.6, 1.0):
                        bank.append(LESSON.slower(clips[row], tempo))
                        words.append(digit)
        found.append(warped(bank, words, strings))
    return found


def warped(bank: list[np.ndarray], words: list[int], strings: list[np.ndarray]) -> float:
    """Return the errors per word of the loop through templates, by distance alone."""
    sizes = [len(each) for each in bank]
    states, begins = speech.with_slopes(np.concatenate(bank)), np.cumsum([0, *sizes[:-1]])
    equal, read = np.zeros(len(states)), []
    for row in strings:
        frames = speech.with_slopes(np.concatenate([clips[i] for i in row]))
        squares = (frames**2).sum(axis=1)[:, None] + (states**2).sum(axis=1)
        far = -np.sqrt((squares - 2 * frames @ states.T).clip(min=0))
        read.append([words[k] for k in speech.loop(far, begins, equal, equal, 0.0)])
    return speech.word_error_rate([y[row].tolist() for row in strings], read)


def main() -> None:
    network = [parts.kept(stranger, left_out) for left_out in range(VOICES)]
    known_to_it = parts.kept(mixed)
    tried = {
        f"{states} {stretches}": parts.kept(models, states, stretches)
        for states in STATES
        for stretches in STRETCHES
    }
    best = min(tried, key=lambda each: float(np.mean(tried[each])))
    settings = [(states, stretches) for states in STATES for stretches in STRETCHES]
    states, stretches = settings[list(tried).index(best)]
    warping = {str(count): parts.kept(templates, count) for count in TEMPLATES}
    names = [*map(str, range(VOICES)), "mixed"]
    kept = [load(LESSON.reader(), parts.folder / f"{name}.pt") for name in names]
    save(nn.ModuleList(kept).half(), STUDIES / f"{NAME}.pt")
    Study(
        question="How often are a stranger's digits mistaken, in strings of three to seven?",
        metric="errors per word, one stranger after the other",
        runs={
            "network": network,
            "hidden Markov models": tried[best],
            "time warping": min(warping.values(), key=np.mean),
            "network, voices mixed": [known_to_it],
            "hidden Markov models, voices mixed": [parts.kept(models_mixed, states, stretches)],
        },
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "models": {"tried": tried, "states": states, "stretches": list(stretches)},
            "templates": warping,
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
