"""What tuning gives lesson 62's U-Net, and what slices drawn at random give each method.

    python benchmarks/studies/brain_splits.py

About six minutes of one core. All methods learn from 45 upright slices, either of the slabs
beyond the gap or drawn at random from all that are not tested, and are asked the same test slices.
Models and shading are the cells tagged `recipe` of the lesson. A part that is done is kept in
`build/studies` and not done again.
"""

from datetime import date
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from scipy.ndimage import affine_transform
from threadpoolctl import threadpool_limits

from dlcourse import data, seeds
from dlcourse.evaluation import Study
from dlcourse.training import fit_one_cycle, predict

NAME, LESSON = "brain_splits", recipe("62")
START = {"rate": 0.01, "least": 1, "turn": 0}
"""The U-Net's setting in the lesson. The training fields have between `least` and all of the
strength of the tested ones; slices are turned by up to `turn` degrees and resized by as many %."""
TRIED = (("rate", 0.003), ("rate", 0.03), ("turn", 10), ("least", 0))
"""What is tried in its place, one after the other; kept where validation slices gain."""
TRIAL, PASSES = 8, 16  # how often a U-Net sees each slice: to choose a setting, and to be compared
parts = Parts(NAME, LESSON)


def network(x: Any, y: Any, run: int, passes: int, rate: float, least: float, turn: float) -> Any:
    """Return a U-Net that has seen all slices `passes` times, turned and shaded anew each time."""
    rng = seeds.rng("turns", run)

    def weaker(pictures: torch.Tensor) -> torch.Tensor:
        share = least + (1 - least) * torch.rand(len(pictures), 1, 1)
        return pictures + share * (LESSON.shade(pictures) - pictures)

    seen = [turned(x, y, turn, rng) for _ in range(passes)]
    slices, labels = map(np.concatenate, zip(*seen, strict=True))
    torch.manual_seed(seeds.seed("unet", run))
    net = LESSON.UNet().to(memory_format=torch.channels_last)  # the same sums, but faster
    fit_one_cycle(
        net,
        (slices, labels.astype(np.int64)),
        rate=rate,
        epochs=1,
        batch_size=4,
        augment=weaker,
        stream=("unet", run),
    )
    return net


def turned(pictures: Any, labels: Any, most: float, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return slices and labels turned by up to `most` degrees, resized by up to `most` percent."""
    if not most:
        return pictures, labels
    pairs = []
    for picture, label in zip(pictures, labels, strict=True):
        angle, size = np.radians(rng.uniform(-most, most)), 1 + rng.uniform(-most, most) / 100
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / size
        middle = np.array(picture.shape) / 2
        moved = turn, middle - turn @ middle
        pairs.append([affine_transform(each, *moved, order=0) for each in (picture, label)])
    slices, kinds = map(np.stack, zip(*pairs, strict=True))
    return slices, kinds


def by_net(net: Any, pictures: Any) -> Any:
    """Return a U-Net's map of slices."""
    return predict(net, pictures, 8).argmax(1).numpy()


def validated(run: int, *setting: Any) -> list[float]:
    """Return the mean Dice of a U-Net of a setting on validation slices, shaded and clean."""
    brain = data.load("brain-slices")
    (x, y), (clean, truth) = brain.train, brain.validation
    net = network(x, y, run, TRIAL, *setting)
    asked = LESSON.shaded(clean, "validation", run), clean
    return [float(LESSON.both(by_net(net, pictures), truth).mean()) for pictures in asked]


def chosen() -> tuple[dict[str, float], list[list[Any]]]:
    """Return the U-Net's setting, and a row for each that was tried: it, Dice shaded and clean."""
    setting, rows = START, [[*START.values(), *tried(START)]]
    for name, value in TRIED:
        other = {**setting, name: value}
        rows.append([*other.values(), *tried(other)])
        if rows[-1][-2] == max(row[-2] for row in rows):
            setting = other
    return setting, rows


def tried(setting: dict[str, float]) -> list[float]:
    """Return the mean of two runs of `validated`: one alone moves by as much as settings do."""
    runs = [parts.kept(validated, run, *setting.values()) for run in (0, 1)]
    return [sum(each) / 2 for each in zip(*runs, strict=True)]


def asked(split: str, run: int, *setting: Any) -> dict[str, list[float]]:
    """Return Dice of each method on the `drawn` half of the test slices, and on all of them.

    After the random split only the half is a test: the others may have been learned.
    """
    brain = data.load("brain-slices")
    (clean, truth), half = brain.test, drawn(run)
    seen = LESSON.shaded(clean, "test", run)
    x, y, places = shuffled(run) if split == "at random" else (*brain.train, brain.train.places)
    trees = LESSON.boosting(LESSON.shaded(x, "train", run), y, run=run)
    levels = LESSON.two_numbers(x, y)
    maps = {
        "copied": y[np.abs(np.subtract.outer(brain.test.places, places)).argmin(axis=1)],
        "U-Net": by_net(network(x, y, run, PASSES, *setting), seen),
        "boosting": trees.predict(LESSON.features(seen)).reshape(truth.shape),
        "evened": np.digitize(LESSON.even_out(seen, levels, LESSON.usual(x, y)), levels),
    }
    return {
        who: [round(float(LESSON.both(found[part], truth[part]).mean()), 4) for part in (half, ...)]
        for who, found in maps.items()
    }


def drawn(run: int) -> Any:
    """Return the places of the test slices that a random split would test: one half of them."""
    slices = len(data.load("brain-slices").test.inputs)
    return np.sort(seeds.rng("random split", run).permutation(slices)[: slices // 2])


def shuffled(run: int) -> list[Any]:
    """Return as many slices, labels and places as train by slab, from all but the `drawn` ones."""
    train, validation, test = (
        (*part, part.places) for part in data.load("brain-slices").parts.values()
    )
    rest = np.setdiff1d(np.arange(len(test[0])), drawn(run))
    columns = [
        np.concatenate([a, b, c[rest]]) for a, b, c in zip(train, validation, test, strict=True)
    ]
    order = seeds.rng("random split", run).permutation(len(columns[0]))[: len(train[0])]
    return [column[order] for column in columns]


def main() -> None:
    setting, rows = chosen()
    found: dict[str, list[dict[str, list[float]]]] = {"by slab": [], "at random": []}
    for run in range(5):
        for split, runs in found.items():
            runs.append(parts.kept(asked, split, run, *setting.values()))
    Study(
        question="What do slices drawn at random give each method?",
        metric="mean Dice of grey and white matter on nine shaded upright test slices",
        runs={
            f"{who}, {split}": [run[who][0] for run in runs]
            for split, runs in found.items()
            for who in runs[0]
        },
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            f"U-Net: {', '.join(START)}; Dice on validation slices, shaded and clean": [
                [round(value, 4) for value in row] for row in rows
            ],
            "tuned U-Net by slab, all test slices": [run["U-Net"][1] for run in found["by slab"]],
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
