"""How well are digits found on photographs? A detector and its rival, for lesson 42.

    python benchmarks/studies/object_detection.py

About six minutes of one core. The detector and its training are the cells tagged `recipe` of the
lesson, so that the two cannot differ; the rival is here. Whatever has to be chosen is chosen on
validation canvases, with photographs and writers of their own. Each run then draws training and
test canvases of its own, and in a run both are judged on the same test. A part that is done is
kept in `build/studies` and not done again.
"""

from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import torch
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
from dlcourse.canvases import Canvases
from dlcourse.evaluation import Study
from dlcourse.paths import STUDIES
from dlcourse.training import save

NAME, LESSON = "object_detection", recipe("42")
RUNS, COUNT = 3, 400  # runs, test canvases of each
RATES = (5e-3, 1e-2, 2e-2)
LEVELS = ((0.7,), (0.5, 0.6, 0.7, 0.8), (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9))  # of full light
MACHINES = ((10, 0.015), (10, 0.03))  # strength and gamma of the machine
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


def tuned_pieces() -> list[list[Any]]:
    """Return each setting of the components, with its AP50 on the validation canvases."""
    drawn, found = LESSON.draw("validation", 150), []
    for levels, (strength, gamma) in product(LEVELS, MACHINES):
        model = machine(levels, strength, gamma, "validation")
        score = judged(find_pieces(model, levels, drawn.pictures), drawn)[0]
        found.append([levels, strength, gamma, score])
    return found


def tested_pieces(run: int, levels: Sequence[float], strength: float, gamma: float) -> list[float]:
    """Return AP50 and AP of the components in a run."""
    drawn = LESSON.draw("test", COUNT, run)
    model = machine(levels, strength, gamma, run)
    return judged(find_pieces(model, levels, drawn.pictures), drawn)


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


def by_height(model: nn.Module, run: int) -> list[float]:
    """Return AP50 for digits of one height each."""
    scores = []
    for height in HEIGHTS:
        drawn = LESSON.draw("test", 100, "height", run, heights=(height, height), numbers=(1, 3))
        scores.append(judged(LESSON.find(model, drawn.pictures), drawn)[0])
    return scores


def main() -> None:
    settings = parts.kept(tuned_pieces)
    levels, strength, gamma, _ = max(settings, key=lambda setting: setting[-1])
    rates = {rate: parts.kept(tuned, rate) for rate in RATES}
    rate = max(rates, key=lambda each: rates[each])
    detector = [parts.kept(tested, run, rate) for run in range(RUNS)]
    lesser = [parts.kept(tested_pieces, run, levels, strength, gamma) for run in range(RUNS)]
    runs = {"components": lesser, "detector": [each["found"] for each in detector]}
    keep_weights()
    Study(
        question="How well are digits found on photographs, by a detector and by its rival?",
        metric="AP50 on 400 test canvases",
        runs={name: [each[0] for each in found] for name, found in runs.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "AP": {name: [each[1] for each in found] for name, found in runs.items()},
            "settings of the components": settings,
            "rates": {str(rate): score for rate, score in rates.items()},
            "rate": rate,
            "without suppression": [each["raw"][0] for each in detector],
            "heights": list(HEIGHTS),
            "by height": [each["heights"] for each in detector],
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
