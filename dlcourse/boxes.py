"""Boxes: how far they overlap, which of them say the same, and how good a list of them is.

A box is (left, top, right, bottom) in pixels, the right and bottom edges outside it. What is in a
picture are rows (label, box), what was found in it are rows (label, score, box). Average precision
is that of COCO: T.-Y. Lin and others (2014), Microsoft COCO: common objects in context,
arXiv:1405.0312; the tests hold it equal to pycocotools.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

COCO = tuple(np.round(np.arange(0.5, 1, 0.05), 2))
"""The ten overlaps that COCO asks for, 0.5 to 0.95."""


def overlap(one: npt.ArrayLike, other: npt.ArrayLike) -> np.ndarray:
    """Return the overlaps (n, m) of boxes (n, 4) with boxes (m, 4): common area over joint area.

    Raises ValueError for another shape, or a box whose right or bottom edge comes first.
    """
    a, b = _boxes(one)[:, None], _boxes(other)[None]
    edges = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    common = edges.clip(min=0).prod(axis=2)
    joint = _area(a) + _area(b) - common
    return np.asarray(np.divide(common, joint, out=np.zeros_like(common), where=joint > 0))


def suppress(boxes: npt.ArrayLike, scores: npt.ArrayLike, limit: float = 0.5) -> np.ndarray:
    """Return the rows of the boxes that are kept, the highest score first.

    A box goes where it overlaps a kept one of a higher score by more than `limit`. Raises
    ValueError where there is not one score per box.
    """
    among, order = overlap(boxes, boxes), np.argsort(-np.asarray(scores), kind="stable")
    if len(order) != len(among):
        raise ValueError(
            f"suppress() was given {len(among)} boxes and {len(order)} scores: "
            "give one score per box."
        )
    kept: list[int] = []
    for row in order:
        if not (among[row, kept] > limit).any():
            kept.append(row)
    return np.array(kept, dtype=int)


def hits(overlaps: npt.ArrayLike, least: float = 0.5) -> np.ndarray:
    """Tell for each of n boxes, best first, whether it hits one of m objects.

    `overlaps` (n, m) are those of boxes with objects. A box takes the object that it overlaps most,
    by `least` or more, among those that no better box has taken: what is found twice counts once.
    """
    free = np.array(overlaps, dtype=float)
    hit = np.zeros(len(free), dtype=bool)
    for row in np.flatnonzero((free >= least).any(axis=1)):
        best = free[row].argmax()
        hit[row] = free[row, best] >= least
        if hit[row]:
            free[:, best] = -1
    return hit


def average_precision(hit: npt.ArrayLike, total: int) -> float:
    """Return the average precision of a list, best first, that hits some of `total` objects.

    The mean, over the recalls 0, 0.01, …, 1, of the highest precision with that recall or more; 0
    for recalls that are never reached. Raises ValueError for hits without an object.
    """
    found = np.cumsum(hit)
    if total < 1 or (len(found) and found[-1] > total):
        raise ValueError(
            f"average_precision() was given {found[-1] if len(found) else 0} hits of {total} "
            "objects: give one object at least, and no more hits than objects."
        )
    precision = found / np.arange(1, len(found) + 1)
    highest = np.maximum.accumulate(precision[::-1])[::-1]
    place = np.searchsorted(found / total, np.linspace(0, 1, 101), side="left")
    return float(np.append(highest, 0)[place].mean())


def mean_average_precision(
    found: Sequence[np.ndarray], truth: Sequence[np.ndarray], least: float | Sequence[float] = 0.5
) -> float:
    """Return the mean over the labels, and over the overlaps asked for, of average precision.

    `found[i]` (n, 6) and `truth[i]` (m, 5) belong to picture i; rows of `truth` with a negative
    label are padding. Labels that occur nowhere in `truth` do not count. Raises ValueError where
    the pictures are not as many, or hold nothing.
    """
    if len(found) != len(truth):
        raise ValueError(
            f"mean_average_precision() was given findings for {len(found)} pictures and the truth "
            f"of {len(truth)}: give one of each per picture."
        )
    present = np.unique([label for rows in truth for label in rows[:, 0]])
    if not (labels := present[present >= 0]).size:
        raise ValueError(
            "mean_average_precision() was given pictures without any object: give one at least."
        )
    each = [one for label in labels for one in _of_label(found, truth, label, np.atleast_1d(least))]
    return float(np.mean(each))


def _of_label(
    found: Sequence[np.ndarray], truth: Sequence[np.ndarray], label: float, least: np.ndarray
) -> list[float]:
    """Return the average precision of one label over all pictures, at each of the overlaps."""
    scores, among, total = [], [], 0
    for rows, objects in zip(found, truth, strict=True):
        mine = rows[rows[:, 0] == label]
        mine = mine[np.argsort(-mine[:, 1], kind="stable")]
        there = objects[objects[:, 0] == label]
        total += len(there)
        if len(mine):
            scores.append(mine[:, 1])
            among.append(overlap(mine[:, 2:], there[:, 1:]))
    if not among:
        return [0.0] * len(least)
    order = np.argsort(-np.concatenate(scores), kind="stable")
    return [
        average_precision(np.concatenate([hits(each, one) for each in among])[order], total)
        for one in least
    ]


def _boxes(given: npt.ArrayLike) -> np.ndarray:
    """Return boxes (n, 4) as floating-point numbers, or say what is wrong with them."""
    boxes = np.asarray(given, dtype=float)
    if boxes.size == 0:
        return boxes.reshape(0, 4)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or (boxes[:, 2:] < boxes[:, :2]).any():
        raise ValueError(
            f"Boxes were given as an array of shape {boxes.shape}, but each is a row (left, top, "
            "right, bottom) whose right and bottom are not below its left and top."
        )
    return boxes


def _area(boxes: np.ndarray) -> np.ndarray:
    return np.asarray((boxes[..., 2:] - boxes[..., :2]).prod(axis=-1))
