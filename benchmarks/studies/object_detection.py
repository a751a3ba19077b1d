"""How well are digits found on photographs? A detector and its two rivals, for lesson 42.

    python benchmarks/studies/object_detection.py

About 24 minutes of one core, of which the longest training takes ten. The detector and its training
are the cells tagged `recipe` of the lesson, so that the two cannot differ; the rivals are here.
Whatever has to be chosen is chosen on validation canvases, with photographs and writers of their
own; so is the rival that goes to the test. Each run then draws training and test canvases of its
own, and in a run both are judged on the same test. A part that is done is kept in `build/studies`
and not done again.
"""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from parts import Parts, recipe
from PIL import Image
from scipy import ndimage
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits
from torch import nn

from dlcourse import seeds
from dlcourse.boxes import COCO, mean_average_precision, overlap, suppress
from dlcourse.canvases import SIDE, Canvases
from dlcourse.evaluation import Study
from dlcourse.paths import STUDIES
from dlcourse.training import fit_one_cycle, predict, save

NAME, LESSON = "object_detection", recipe("42")
RUNS, COUNT = 5, 400  # runs, test canvases of each
RATES = (5e-3, 1e-2, 2e-2)
LEVELS = (  # of full light
    (0.7,),
    (0.5, 0.6, 0.7, 0.8),
    (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9),
    tuple(round(0.36 + 0.04 * step, 2) for step in range(15)),
)
MACHINES = ((10, 0.015), (10, 0.03))  # strength and gamma of the machine
WINDOW, INK = 28, 20  # pixels of a window, and of the height of a digit that it holds
ROOM = 8  # pixels around a canvas that windows may use, after it was scaled
READERS = (3e-3, 1e-2)  # peak rates of the reader of windows
FINENESS = (6, 11)  # sizes in which it looks at a canvas
LONGEST = {"widths": (32, 48, 64, 96), "count": 45_000, "heights": (10, 38), "rate": 1e-2}
ALL_SIZES = (6, 60)  # of a training that leaves none of HEIGHTS out
SMALL, LARGE = (6, 8, 10, 12), (44, 52, 60)  # pixels, looked at larger and smaller than they are
HALF = SIDE // 2
HEIGHTS = (6, 8, 10, 12, 16, 20, 28, 36, 44, 52, 60)
parts = Parts(NAME, LESSON)


def truth(drawn: Canvases) -> list[np.ndarray]:
    """Return what is on each canvas, without padding."""
    return [rows[rows[:, 0] >= 0] for rows in drawn.objects]


def judged(found: list[np.ndarray], drawn: Canvases) -> list[float]:
    """Return AP50 and AP."""
    there = truth(drawn)
    return [mean_average_precision(found, there, least) for least in (0.5, COCO)]


# --- components -----------------------------------------------------------------------------------


def pieces(picture: np.ndarray, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes (k, 4) of all that hangs together above each level, and their looks (k, 400)."""
    found, looks = [], []
    for level in levels:
        names, _ = ndimage.label(picture > 255 * level, np.ones((3, 3)))
        for name, place in enumerate(ndimage.find_objects(names), start=1):
            rows, columns = place
            if 8 <= rows.stop - rows.start <= 40 and 2 <= columns.stop - columns.start <= 50:
                found.append((columns.start, rows.start, columns.stop, rows.stop))
                looks.append(framed(picture[place] * (names[place] == name)))
    return np.array(found).reshape(-1, 4), np.array(looks).reshape(-1, 400)


def framed(piece: np.ndarray) -> np.ndarray:
    """Return a piece, its longer side brought to 20 pixels, in the middle of a frame of 20 × 20."""
    shrink = 20 / max(piece.shape)
    height, width = (max(1, round(length * shrink)) for length in piece.shape)
    frame, top, left = np.zeros((20, 20)), (20 - height) // 2, (20 - width) // 2
    small = Image.fromarray(piece.astype(np.uint8)).resize((width, height))
    frame[top : top + height, left : left + width] = small
    flat: np.ndarray = frame.ravel() / max(1, frame.max())
    return flat


def named(there: np.ndarray, objects: np.ndarray) -> np.ndarray:
    """Return what each box shows: the digit it overlaps by .6, 10 for none, -1 where unclear."""
    among = overlap(there, objects[:, 1:])
    best = among.max(axis=1, initial=0)
    return np.select([best >= 0.6, best < 0.4], [objects[among.argmax(axis=1), 0], 10], -1)


def machine(levels: Sequence[float], strength: float, gamma: float, *stream: str | int) -> Any:
    """Return a support-vector machine that names pieces 0 to 9, or 10 for none of these."""
    looks, labels = [], []
    drawn = LESSON.draw("train", 1500, "pieces", *stream, numbers=(3, 9))
    for picture, objects in zip(drawn.pictures, truth(drawn), strict=True):
        there, each = pieces(picture, levels)
        looks.append(each)
        labels.append(named(there, objects))
    x, y = np.concatenate(looks), np.concatenate(labels)
    rows = seeds.rng("pieces", *stream).permutation(np.flatnonzero(y >= 0))[:15_000]
    model = make_pipeline(PCA(40, random_state=0), SVC(C=strength, gamma=gamma))
    return model.fit(x[rows], y[rows].astype(int))


def find_pieces(
    model: Any, levels: Sequence[float], pictures: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Return what the machine finds, ranked by how far a digit leads over "none of these"."""
    found = []
    for picture in pictures:
        there, looks = pieces(picture, levels)
        scores = model.decision_function(looks) if len(looks) else np.zeros((0, 11))
        lead = scores[:, :10].max(axis=1, initial=-9) - scores[:, 10]
        rows = np.column_stack([scores[:, :10].argmax(axis=1), lead, there])
        found.append(rows[suppress(there, lead)])
    return found


def tuned_pieces(levels: Sequence[float], strength: float, gamma: float) -> float:
    """Return the AP50 of the components on the validation canvases, at a setting."""
    drawn = LESSON.draw("validation", 150)
    model = machine(levels, strength, gamma, "validation")
    return judged(find_pieces(model, levels, drawn.pictures), drawn)[0]


def tested_pieces(run: int, levels: Sequence[float], strength: float, gamma: float) -> list[float]:
    """Return AP50 and AP of the components in a run."""
    drawn = LESSON.draw("test", COUNT, run)
    model = machine(levels, strength, gamma, run)
    return judged(find_pieces(model, levels, drawn.pictures), drawn)


# --- sliding windows ------------------------------------------------------------------------------


class Windows(NamedTuple):
    """Square windows on pictures: the number of the picture, the middle, and the digit's height."""

    picture: np.ndarray
    x: np.ndarray
    y: np.ndarray
    height: np.ndarray

    def seen(self, pictures: np.ndarray) -> np.ndarray:
        """Return what the windows show (k, 28, 28): a digit of that height is 20 pixels high."""
        steps = (np.arange(WINDOW) - (WINDOW - 1) / 2) / INK
        u, v = (
            2 * (middle[:, None] + steps * self.height[:, None]) / SIDE - 1
            for middle in (self.x, self.y)
        )
        grid = np.stack(np.broadcast_arrays(u[:, None, :], v[:, :, None]), axis=-1)
        looks = []
        for rows in np.array_split(np.arange(len(grid)), len(grid) // 2000 + 1):
            chosen = torch.from_numpy(pictures[self.picture[rows], None]).float()
            where = torch.from_numpy(grid[rows]).float()
            seen = F.grid_sample(chosen, where, padding_mode="border", align_corners=False)
            looks.append(seen[:, 0].round().byte().numpy())
        return np.concatenate(looks)

    def shown(self, objects: np.ndarray) -> np.ndarray:
        """Return what each window shows: a digit in its middle, 10 for none, -1 where unclear."""
        label, left, top, right, bottom = np.moveaxis(objects[self.picture], 2, 0)  # (k, 10) each
        aside = np.hypot((left + right) / 2 - self.x[:, None], (top + bottom) / 2 - self.y[:, None])
        high = np.maximum(bottom - top, 1)
        ratio = abs(np.log(high / self.height[:, None]))
        right_there = (label >= 0) & (aside <= 0.15 * high) & (ratio <= 0.2)
        near = (label >= 0) & (aside <= 0.35 * high) & (ratio <= 0.4)
        digit = label[np.arange(len(label)), right_there.argmax(axis=1)]
        names = np.where(right_there.any(axis=1), digit, np.where(near.any(axis=1), -1, 10))
        return names.astype(np.int64)


def windows(drawn: Canvases, rng: np.random.Generator, each: int = 24) -> Windows:
    """Return windows on canvases: half around a digit, a quarter beside one, a quarter anywhere."""
    picture = np.repeat(np.arange(len(drawn.pictures)), each)
    count = (drawn.objects[..., 0] >= 0).sum(axis=1)
    chosen = drawn.objects[picture, rng.integers(count[picture])]
    _, left, top, right, bottom = chosen.T
    middle, height = np.stack([left + right, top + bottom]) / 2, bottom - top
    kind = rng.permutation(len(picture)) % 4
    push, stretch = np.where(kind < 2, 0.12, 1.0), np.where(kind < 2, 0.18, 0.7)
    moved = middle + rng.uniform(-push, push, (2, len(kind))) * height
    x, y = np.where(kind == 3, rng.uniform(0, SIDE, (2, len(kind))), moved)
    size = height * np.exp(rng.uniform(-stretch, stretch))
    return Windows(picture, x, y, np.where(kind == 3, rng.uniform(12, 36, len(kind)), size))


def readers(rate: float, *stream: str | int) -> list[nn.Sequential]:
    """Return two networks that name windows 0 to 9, or 10 for none: LeNets without square layers.

    They have no layer that knows of places, so that a whole canvas can be given to them, and each
    number that comes out is the answer to one window: the next window lies 4 pixels further. The
    second was trained on what the first took for a digit too.
    """
    drawn = LESSON.draw("train", 1500, "windows", *stream, numbers=(3, 9))
    tried = windows(drawn, seeds.rng("windows", *stream))
    names = tried.shown(drawn.objects)
    looks, labels = tried.seen(drawn.pictures)[names >= 0], names[names >= 0]
    first = taught(looks, labels, rate, *stream)
    wrong = mistakes(first, LESSON.draw("train", 400, "mistakes", *stream, numbers=(3, 9)))
    looks = np.concatenate([looks, wrong])
    labels = np.append(labels, np.full(len(wrong), 10))
    return [first, taught(looks, labels, rate, *stream)]


def taught(looks: np.ndarray, labels: np.ndarray, rate: float, *stream: str | int) -> nn.Sequential:
    """Return a reader that was trained on windows (k, 28, 28) and what they show."""
    seeds.manual_seed("reader", *stream)
    maps = 1, 16, 32, 96
    blocks: list[nn.Module] = []
    for before, after, size in zip(maps, maps[1:], (5, 5, 4), strict=False):
        blocks += [nn.Conv2d(before, after, size, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        blocks += [nn.MaxPool2d(2)] if size == 5 else [nn.Conv2d(after, 11, 1)]
    model = nn.Sequential(*blocks)
    settings = {"loss": lambda maps, y: F.cross_entropy(maps.flatten(1), y), "stream": stream}
    settings |= {"augment": lambda x: x / 255, "rate": rate, "epochs": 3}
    fit_one_cycle(model, (looks[:, None], labels), **settings)
    return model


def slid(model: nn.Module, pictures: np.ndarray, fineness: int) -> list[np.ndarray]:
    """Return what the reader finds in windows everywhere and of `fineness` sizes, each thing once.

    The box that a window proposes is as wide as its digit is on the mean.
    """
    wide = shapes()
    rows: list[list[np.ndarray]] = [[] for _ in pictures]
    for height in np.geomspace(12, 36, fineness):
        side = round(SIDE * INK / height)
        size = torch.from_numpy(pictures)[:, None].float() / 255
        scaled = F.interpolate(size, (side, side), mode="bilinear", align_corners=False)
        answers = predict(model, F.pad(scaled, [ROOM] * 4, mode="replicate"), batch_size=50)
        chance, label = answers.softmax(dim=1)[:, :10].max(dim=1)
        for picture, i, j in torch.nonzero(chance > 0.05).tolist():
            y, x = ((4 * step - ROOM + WINDOW / 2) * SIDE / side for step in (i, j))
            name, half = int(label[picture, i, j]), SIDE / side * INK / 2
            box = [x - half * wide[name], y - half, x + half * wide[name], y + half]
            rows[picture].append(np.array([name, float(chance[picture, i, j]), *box]))
    each = [np.array(found).reshape(-1, 6) for found in rows]
    return [found[suppress(found[:, 2:], found[:, 1])] for found in each]


def mistakes(model: nn.Module, drawn: Canvases) -> np.ndarray:
    """Return windows in which the reader sees a digit where there is none (k, 28, 28)."""
    found = slid(model, drawn.pictures, FINENESS[0])
    owner = np.repeat(np.arange(len(found)), [len(rows) for rows in found])
    rows = np.concatenate(found)
    left, top, right, bottom = rows[:, 2:].T
    tried = Windows(owner, (left + right) / 2, (top + bottom) / 2, bottom - top)
    wrong = (tried.shown(drawn.objects) == 10) & (rows[:, 1] > 0.2)
    return tried.seen(drawn.pictures)[wrong]


def shapes() -> np.ndarray:
    """Return how wide each digit is for its height, on the mean (10,)."""
    rows = LESSON.draw("train", 1000, "shapes").objects.reshape(-1, 5)
    label, left, top, right, bottom = rows[rows[:, 0] >= 0].T
    wide = (right - left) / (bottom - top)
    return np.array([wide[label == name].mean() for name in range(10)])


def tuned_windows() -> list[list[Any]]:
    """Return each setting of the windows, with its AP50 on the validation canvases."""
    drawn, found = LESSON.draw("validation", 150), []
    for rate in READERS:
        models = readers(rate, "validation")
        for second, fineness in product((0, 1), FINENESS):
            rows = slid(models[second], drawn.pictures, fineness)
            found.append([rate, second, fineness, judged(rows, drawn)[0]])
    return found


# --- the detector ---------------------------------------------------------------------------------


def tuned(rate: float) -> float:
    """Return the detector's AP50 on the validation canvases, at a rate."""
    drawn = LESSON.draw("validation", COUNT)
    model = LESSON.train("validation", rate=rate)
    return judged(LESSON.find(model, drawn.pictures), drawn)[0]


def tested(run: int, rate: float) -> dict[str, Any]:
    """Return AP50 and AP of the detector in a run, and how both are without suppression."""
    drawn = LESSON.draw("test", COUNT, run)
    model = LESSON.train("study", run, rate=rate)
    model.half().float()  # as it will be kept: in half the room
    save(model, parts.folder / f"detector-{run}.pt")
    raw = LESSON.find(model, drawn.pictures, limit=1)
    return {
        "found": judged(LESSON.find(model, drawn.pictures), drawn),
        "raw": judged(raw, drawn),
        "heights": by_height(model, run),
    }


def longest() -> dict[str, Any]:
    """Return what a wider detector reaches that is trained for ten minutes, and at which heights.

    It sees 90,000 canvases, and digits a little smaller and larger than those of the test.
    """
    drawn = LESSON.draw("test", COUNT, 0)
    model = LESSON.train("longest", 0, epochs=2, **LONGEST)
    model.half().float()
    return {
        "found": judged(LESSON.find(model, drawn.pictures), drawn),
        "heights": by_height(model, 0),
    }


def by_height(
    model: nn.Module,
    run: int,
    heights: Sequence[int] = HEIGHTS,
    find: Callable[[nn.Module, np.ndarray], list[np.ndarray]] = LESSON.find,
) -> list[float]:
    """Return AP50 for digits of one height each."""
    scores = []
    for height in heights:
        drawn = LESSON.draw("test", 100, "height", run, heights=(height, height), numbers=(1, 3))
        scores.append(judged(find(model, drawn.pictures), drawn)[0])
    return scores


# --- the cause of the cliff -----------------------------------------------------------------------


def of_all_sizes(run: int, rate: float) -> dict[str, Any]:
    """Return what a detector finds whose training left no height out, all else the same."""
    drawn = LESSON.draw("test", COUNT, run)
    model = LESSON.train("all sizes", run, rate=rate, heights=ALL_SIZES)
    return {
        "found": judged(LESSON.find(model, drawn.pictures), drawn),
        "heights": by_height(model, run),
    }


def brought_to_size(run: int) -> dict[str, list[float]]:
    """Return AP50 of a run's detector, by height, on canvases shown larger, and smaller."""
    model = LESSON.load(LESSON.Detector(), parts.folder / f"detector-{run}.pt")
    return {
        "larger": by_height(model, run, SMALL, larger),
        "smaller": by_height(model, run, LARGE, smaller),
    }


def resized(pictures: np.ndarray, side: int) -> torch.Tensor:
    """Return pictures (n, h, w) brought to `side` in each direction (n, 1, side, side)."""
    light = torch.from_numpy(np.ascontiguousarray(pictures))[:, None].float()
    return F.interpolate(light, (side, side), mode="bilinear", antialias=True)


def smaller(model: nn.Module, pictures: np.ndarray) -> list[np.ndarray]:
    """Return what is found on canvases of half the size; around them their edge goes on."""
    around = (SIDE - HALF) // 2
    shown = F.pad(resized(pictures, HALF), [around] * 4, mode="replicate")[:, 0].numpy()
    found = LESSON.find(model, shown)
    return [np.column_stack([rows[:, :2], 2 * (rows[:, 2:] - around)]) for rows in found]


def larger(model: nn.Module, pictures: np.ndarray) -> list[np.ndarray]:
    """Return what is found in nine quarters of each canvas, of twice the size, that overlap.

    Each quarter answers for the boxes whose middle lies nearest to its own.
    """
    found: list[list[np.ndarray]] = [[] for _ in pictures]
    step = HALF // 2
    for i, j in product(range(3), repeat=2):
        quarters = pictures[:, step * i : step * i + HALF, step * j : step * j + HALF]
        shown = resized(quarters, SIDE)[:, 0].numpy()
        for rows, each in zip(LESSON.find(model, shown), found, strict=True):
            box = rows[:, 2:] / 2 + step * np.array([j, i, j, i])
            middle = (box[:, :2] + box[:, 2:]) / 2
            its = (np.clip((middle - step / 2) // step, 0, 2) == (j, i)).all(axis=1)
            each.append(np.column_stack([rows[:, :2], box])[its])
    whole = [np.concatenate(each) for each in found]
    return [rows[suppress(rows[:, 2:], rows[:, 1])] for rows in whole]


def main() -> None:
    settings = [
        [levels, *each, parts.kept(tuned_pieces, levels, *each)]
        for levels, each in product(LEVELS, MACHINES)
    ]
    levels, strength, gamma, _ = max(settings, key=lambda setting: setting[-1])
    sizes = parts.kept(tuned_windows)
    rates = {rate: parts.kept(tuned, rate) for rate in RATES}
    rate = max(rates, key=lambda each: rates[each])
    detector = [parts.kept(tested, run, rate) for run in range(RUNS)]
    lesser = [parts.kept(tested_pieces, run, levels, strength, gamma) for run in range(RUNS)]
    found = {
        "components": lesser,
        "detector": [each["found"] for each in detector],
    }
    long = parts.kept(longest)
    everything = parts.kept(of_all_sizes, 0, rate)
    brought = parts.kept(brought_to_size, 0)
    keep_weights()
    Study(
        question="How well are digits found on photographs, by a detector and by its rivals?",
        metric="AP50 on 400 test canvases",
        runs={name: [each[0] for each in of] for name, of in found.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "AP": {name: [each[1] for each in of] for name, of in found.items()},
            "settings of the windows": sizes,
            "settings of the components": settings,
            "rates": {str(rate): score for rate, score in rates.items()},
            "rate": rate,
            "longest": long,
            "without suppression": [each["raw"][0] for each in detector],
            "heights": list(HEIGHTS),
            "by height": [each["heights"] for each in detector],
            "all sizes": everything,
            "brought to size": {"small": list(SMALL), "large": list(LARGE), **brought},
        },
    ).save(NAME)


def keep_weights() -> None:
    """Write the weights of the first run, which the lesson reads, with half the usual digits."""
    model = LESSON.load(LESSON.Detector(), parts.folder / "detector-0.pt")
    save(model.half(), STUDIES / f"{NAME}.pt")


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
