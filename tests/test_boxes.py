"""Boxes: overlap, suppression, and average precision equal to pycocotools'."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO as Annotations
from pycocotools.cocoeval import COCOeval

from dlcourse.boxes import (
    COCO,
    average_precision,
    hits,
    mean_average_precision,
    overlap,
    suppress,
)


def some_boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return boxes (count, 4) on a canvas of 60 pixels, some of them alike."""
    corner, size = rng.integers(0, 40, size=(count, 2)), rng.integers(1, 20, size=(count, 2))
    return np.concatenate([corner, corner + size], axis=1).astype(float)


def test_overlap_counts_pixels() -> None:
    """The overlap is what counting pixels says."""
    rng = np.random.default_rng(0)
    one, other = some_boxes(rng, 12), some_boxes(rng, 9)
    masks = np.zeros((2, 12, 60, 60), bool)
    for mask, boxes in zip(masks, (one, other), strict=True):
        for each, (left, top, right, bottom) in zip(mask, boxes.astype(int), strict=False):
            each[top:bottom, left:right] = True
    a, b = masks[0][:, None], masks[1][None, :9]
    expected = (a & b).sum(axis=(2, 3)) / (a | b).sum(axis=(2, 3))
    np.testing.assert_allclose(overlap(one, other), expected)
    assert (overlap(one, other) == overlap(other, one).T).all()


def test_overlap_of_nothing_and_of_boxes_without_area() -> None:
    assert overlap([], [[0, 0, 1, 1]]).shape == (0, 1)
    assert overlap([[2, 2, 2, 5]], [[2, 2, 2, 5]]) == 0
    assert overlap([[0, 0, 2, 2]], [[2, 0, 4, 2]]) == 0, "boxes that touch have nothing in common"


@pytest.mark.parametrize("boxes", [[1, 2, 3, 4], [[1, 2, 3]], [[5, 0, 3, 4]]])
def test_what_is_no_box_is_refused(boxes: list[object]) -> None:
    with pytest.raises(ValueError, match=r"\(left, top, right, bottom\)"):
        overlap(boxes, [[0, 0, 1, 1]])


def test_suppression_keeps_the_best_of_those_that_overlap() -> None:
    boxes = [[0, 0, 10, 10], [0, 1, 10, 11], [0, 3, 10, 13], [30, 30, 40, 40]]
    assert suppress(boxes, [0.6, 0.9, 0.5, 0.1]).tolist() == [1, 3]
    assert suppress(boxes, [0.9, 0.6, 0.5, 0.1], limit=0.6).tolist() == [0, 2, 3], (
        "a box that is gone suppresses none"
    )
    assert suppress(boxes[:2], [0.5, 0.5], limit=1).tolist() == [0, 1]
    assert suppress([], []).tolist() == []
    with pytest.raises(ValueError, match="one score per box"):
        suppress(boxes, [1, 2])


def test_what_is_found_twice_counts_once() -> None:
    overlaps = [[0.9, 0], [1, 0], [0, 0.5], [0, 0]]
    assert hits(overlaps).tolist() == [True, False, True, False]
    assert hits(overlaps, 0.6).tolist() == [True, False, False, False]
    assert hits([[0.9, 0.6], [0.8, 0.7]]).tolist() == [True, True], "the second takes what is free"
    assert hits(np.zeros((4, 0))).tolist() == [False] * 4
    assert hits(np.zeros((0, 2))).tolist() == []


def test_average_precision_by_hand() -> None:
    assert average_precision([True, True], 2) == 1
    assert average_precision([], 3) == 0
    assert average_precision([False, True], 1) == 0.5
    # Recall 1/2 at precision 1, recall 1 at precision 2/3: 51 and 50 of the 101 recalls.
    assert average_precision([True, False, True], 2) == pytest.approx((51 + 50 * 2 / 3) / 101)


@pytest.mark.parametrize(("hit", "total"), [([True, True], 1), ([], 0)])
def test_more_hits_than_objects_are_refused(hit: list[bool], total: int) -> None:
    with pytest.raises(ValueError, match="no more hits than objects"):
        average_precision(hit, total)


def test_pictures_without_match_or_objects_are_refused() -> None:
    with pytest.raises(ValueError, match="per picture"):
        mean_average_precision([np.zeros((0, 6))], [])
    with pytest.raises(ValueError, match="without any object"):
        mean_average_precision([np.zeros((0, 6))], [np.full((3, 5), -1.0)])


def by_pycocotools(found: list[np.ndarray], truth: list[np.ndarray]) -> np.ndarray:
    """Return what pycocotools says: average precision over all overlaps, and at 0.5."""

    def box(row: np.ndarray) -> dict[str, object]:
        left, top, right, bottom = map(float, row)
        sides = [left, top, right - left, bottom - top]
        return {"bbox": sides, "area": sides[2] * sides[3]}

    objects = [(i, row) for i, rows in enumerate(truth) for row in rows if row[0] >= 0]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = Annotations()
        coco.dataset = {
            "images": [{"id": i} for i in range(len(truth))],
            "categories": [{"id": k} for k in range(10)],
            "annotations": [
                {"id": n, "image_id": i, "category_id": int(row[0]), "iscrowd": 0, **box(row[1:])}
                for n, (i, row) in enumerate(objects, start=1)
            ],
        }
        coco.createIndex()
        listed = [
            {"image_id": i, "category_id": int(r[0]), "score": float(r[1]), **box(r[2:])}
            for i, rows in enumerate(found)
            for r in rows
        ]
        judged = COCOeval(coco, coco.loadRes(listed), "bbox")
        judged.evaluate()
        judged.accumulate()
        judged.summarize()
    return np.asarray(judged.stats[:2])


@pytest.mark.parametrize("seed", range(8))
def test_average_precision_is_that_of_pycocotools(seed: int) -> None:
    """On pictures with and without objects, near misses, doubles, and labels that never occur."""
    rng = np.random.default_rng(seed)
    found, truth = [], []
    for _ in range(15):
        rows = np.full((7, 5), -1.0)
        there = some_boxes(rng, rng.integers(0, 7))
        rows[: len(there)] = np.column_stack([rng.integers(0, 6, size=len(there)), there])
        near = np.repeat(there, 2, axis=0) + rng.normal(scale=0.8, size=(2 * len(there), 4))
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 0.5)
        boxes = np.concatenate([near, some_boxes(rng, rng.integers(0, 5))])
        labels = np.concatenate(
            [np.repeat(rows[: len(there), 0], 2), rng.integers(0, 8, len(boxes))]
        )
        labels = labels[: len(boxes)]
        found.append(np.column_stack([labels, rng.random(len(boxes)), boxes]))
        truth.append(rows)
    ours = mean_average_precision(found, truth, COCO), mean_average_precision(found, truth)
    np.testing.assert_allclose(ours, by_pycocotools(found, truth), atol=1e-9)
    assert 0.1 < ours[0] < ours[1] < 1
