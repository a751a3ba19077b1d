"""Who maps grey and white matter best under an uneven brightness? Five runs each, for lesson 62.

    python benchmarks/studies/brain_slices.py

About six minutes of one core. Models and shading are the cells tagged `recipe` of the lesson, so
that the two cannot differ. Each run has weights, training pixels and shading of its own. The same
is done with level slices. A part that is done is kept in `build/studies` and not done again.
"""

from datetime import date
from typing import Any

import torch
from parts import Parts, recipe
from threadpoolctl import threadpool_limits

from dlcourse import data
from dlcourse.evaluation import Study
from dlcourse.training import predict

NAME, LESSON = "brain_slices", recipe("62")
SETS, RUNS = ("brain-slices", "brain-axial"), 5
GRID = ((100, 15), (150, 31), (300, 31))  # rounds and leaves of boosting
parts = Parts(NAME, LESSON)


def tuned(rounds: int, leaves: int) -> float:
    """Return the mean Dice of boosting on shaded validation slices."""
    brain = data.load(SETS[0])
    (x, y), (seen, truth) = brain.train, brain.validation
    model = LESSON.boosting(LESSON.shaded(x, "train", 0), y, rounds, leaves)
    rows = LESSON.features(LESSON.shaded(seen, "validation", 0))
    return float(LESSON.both(model.predict(rows).reshape(truth.shape), truth).mean())


def boosted(name: str, run: int, rounds: int, leaves: int) -> list[float]:
    """Return Dice of grey and white matter on shaded test slices."""
    brain = data.load(name)
    (x, y), (seen, truth) = brain.train, brain.test
    model = LESSON.boosting(LESSON.shaded(x, "train", run), y, rounds, leaves, run)
    rows = LESSON.features(LESSON.shaded(seen, "test", run))
    return _listed(LESSON.both(model.predict(rows).reshape(truth.shape), truth))


def learned(name: str, run: int) -> list[float]:
    """Return Dice of the U-Net on the same slices, then on clean ones."""
    brain = data.load(name)
    net = LESSON.train_unet(*brain.train, run)
    seen, truth = brain.test
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


def main() -> None:
    grid = [[*setting, parts.kept(tuned, *setting)] for setting in GRID]
    best = max(grid, key=lambda each: each[-1])[:2]
    found: dict[str, list[list[float]]] = {}
    for name in SETS:
        for run in range(RUNS):
            found.setdefault(f"U-Net, {name}", []).append(parts.kept(learned, name, run))
            found.setdefault(f"boosting, {name}", []).append(parts.kept(boosted, name, run, *best))
            found.setdefault(f"k-means, {name}", []).append(parts.kept(flattened, name, run))
    Study(
        question="Who maps grey and white matter best under an uneven brightness?",
        metric="mean Dice of grey and white matter on shaded test slices",
        runs={name: [sum(each[:2]) / 2 for each in of] for name, of in found.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={"grey, white": found, "settings of boosting": grid},
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
