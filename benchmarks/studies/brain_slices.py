"""Who maps grey and white matter best under an uneven brightness? Five runs each, for lesson 62.

    python benchmarks/studies/brain_slices.py

About seven minutes of one core. Models and shading are the cells tagged `recipe` of the lesson, so
that the two cannot differ. Each run has weights, training pixels and shading of its own. The same
is done with level slices. A part that is done is kept in `build/studies` and not done again.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from threadpoolctl import threadpool_limits

from dlcourse import data
from dlcourse.evaluation import Study
from dlcourse.training import predict

NAME, LESSON = "brain_slices", recipe("62")
SETS, RUNS = ("brain-slices", "brain-axial"), 5
FLAT = (8, 12, 16, 20, 30)  # mm, how wide the mean around a pixel is
EVEN = ((8, 3), (8, 8), (12, 3), (12, 8), (16, 8), (20, 8))  # mm wide, rounds
TREES = ((100, 15), (150, 31), (300, 31))  # rounds and leaves of boosting
parts = Parts(NAME, LESSON)


def shaded(name: str, part: str, run: int) -> tuple[Any, Any]:
    """Return a part's slices under the shading of a run, and their labels."""
    pictures, labels, *_ = data.load(name).parts[part]
    return LESSON.shaded(pictures, part, run), labels


def flat(name: str, width: int, part: str, run: int = 0) -> list[float]:
    """Return Dice of two numbers on flattened slices; the numbers are of training slices."""
    (x, y), (seen, truth) = shaded(name, "train", run), shaded(name, part, run)
    levels = LESSON.two_numbers(LESSON.flatten(x, width), y)
    return _listed(LESSON.both(np.digitize(LESSON.flatten(seen, width), levels), truth))


@cache
def clean(name: str) -> tuple[Any, Any]:
    """Return the two numbers of clean training slices, and the usual brightness of each kind."""
    x, y = data.load(name).train
    return LESSON.two_numbers(x, y), LESSON.usual(x, y)


def evened(name: str, width: int, rounds: int, part: str, run: int = 0) -> list[float]:
    """Return Dice of the two numbers of clean training slices, once the field is taken out."""
    levels, means = clean(name)
    seen, truth = shaded(name, part, run)
    even = LESSON.even_out(seen, levels, means, width, rounds)
    return _listed(LESSON.both(np.digitize(even, levels), truth))


def tuned(rounds: int, leaves: int) -> float:
    """Return the mean Dice of boosting on shaded validation slices."""
    model = LESSON.boosting(*shaded(SETS[0], "train", 0), rounds, leaves)
    seen, truth = shaded(SETS[0], "validation", 0)
    return float(
        LESSON.both(model.predict(LESSON.features(seen)).reshape(truth.shape), truth).mean()
    )


def boosted(name: str, run: int, rounds: int, leaves: int) -> list[float]:
    """Return Dice of grey and white matter on shaded test slices."""
    brain = data.load(name)
    (x, y), (seen, truth) = brain.train, brain.test
    model = LESSON.boosting(LESSON.shaded(x, "train", run), y, rounds, leaves, run)
    rows = LESSON.features(LESSON.shaded(seen, "test", run))
    return _listed(LESSON.both(model.predict(rows).reshape(truth.shape), truth))


def learned(name: str, run: int) -> list[float]:
    """Return Dice of the U-Net on the same slices, then on clean ones."""
    net = LESSON.train_unet(*data.load(name).train, run)
    seen, truth = data.load(name).test
    return [
        figure
        for pictures in (LESSON.shaded(seen, "test", run), seen)
        for figure in _listed(LESSON.both(predict(net, pictures, 8).argmax(1).numpy(), truth))
    ]


def flattened(name: str, run: int) -> list[float]:
    """Return Dice of k-means on flattened test slices."""
    seen, truth = data.load(name).test
    flat = LESSON.flatten(LESSON.shaded(seen, "test", run))
    return _listed(LESSON.both(LESSON.by_means(flat), truth))


def _listed(figures: Any) -> list[float]:
    return [round(float(each), 4) for each in figures]


def best(grid: list[list[Any]]) -> list[Any]:
    """Return the setting of the largest mean Dice, with which a row ends."""
    return max(grid, key=lambda row: row[-1])[:-1]


def validated(part: Callable[..., list[float]], name: str, *setting: int) -> list[Any]:
    """Return a row of a grid: a setting, and its mean Dice on shaded validation slices."""
    return [*setting, sum(parts.kept(part, name, *setting, "validation")) / 2]


def main() -> None:
    grids = {"boosting: rounds, leaves": [[*each, parts.kept(tuned, *each)] for each in TREES]}
    trees = best(grids["boosting: rounds, leaves"])
    found: dict[str, list[list[float]]] = {}
    for name in SETS:
        flats = [validated(flat, name, width) for width in FLAT]
        evens = [validated(evened, name, *each) for each in EVEN]
        grids |= {f"flat: mm, {name}": flats, f"evened: mm, rounds, {name}": evens}
        for run in range(RUNS):
            for who, figures in {
                "U-Net": parts.kept(learned, name, run),
                "boosting": parts.kept(boosted, name, run, *trees),
                "evened": parts.kept(evened, name, *best(evens), "test", run),
                "flat": parts.kept(flat, name, *best(flats), "test", run),
                "k-means": parts.kept(flattened, name, run),
            }.items():
                found.setdefault(f"{who}, {name}", []).append(figures)
    Study(
        question="Who maps grey and white matter best under an uneven brightness?",
        metric="mean Dice of grey and white matter on shaded test slices",
        runs={name: [sum(each[:2]) / 2 for each in of] for name, of in found.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={"grey, white": found, "settings, Dice on validation": grids},
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
