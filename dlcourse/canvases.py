"""Canvases: photographs on which handwritten digits of several sizes stand, and where they stand.

What is to be found is known, because it was put there; the digits and the photographs are real.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image

from dlcourse.boxes import overlap

SIDE = 96
"""Pixels of a canvas, in each direction."""

MOST = 10
"""Digits that a canvas may hold."""

_LIGHT, _INK = (0.3, 0.8), (0.65, 1.0)  # of the photograph, and of each digit
_TRIES = 30  # after which a digit that finds no room is left out


class Canvases(NamedTuple):
    """Pictures and what is in them, row by row."""

    pictures: np.ndarray  # (n, 96, 96) uint8
    objects: np.ndarray  # (n, 10, 5) float32: label, left, top, right, bottom; -1 where no more are


def draw(
    rng: np.random.Generator,
    photographs: np.ndarray,
    digits: np.ndarray,
    labels: np.ndarray,
    count: int,
    numbers: tuple[int, int] = (1, 6),
    heights: tuple[int, int] = (12, 36),
) -> Canvases:
    """Return `count` canvases with `numbers` of digits on each, `heights` pixels high (both ends).

    Each is a piece of one of the photographs (k, h, w), darkened, turned and mirrored at random,
    and brighter where digits (n, 28, 28) were written on it; their boxes hold all ink and do not
    touch. Raises ValueError for heights or numbers that no canvas has room for.
    """
    if not 1 <= heights[0] <= heights[1] <= SIDE or not 0 <= numbers[0] <= numbers[1] <= MOST:
        raise ValueError(
            f"draw() was given heights={heights} and numbers={numbers}: give whole numbers in "
            f"order, heights from 1 to {SIDE} and numbers from 0 to {MOST}."
        )
    pictures = np.zeros((count, SIDE, SIDE), np.uint8)
    objects = np.full((count, MOST, 5), -1, np.float32)
    for picture, rows in zip(pictures, objects, strict=True):
        canvas = background(rng, photographs)
        boxes: list[tuple[int, int, int, int]] = []
        for _ in range(rng.integers(numbers[0], numbers[1] + 1)):
            chosen = rng.integers(len(digits))
            ink = written(digits[chosen], int(rng.integers(heights[0], heights[1] + 1)))
            box = room(rng, boxes, *ink.shape)
            if box is None:
                continue
            rows[len(boxes)] = labels[chosen], *box
            boxes.append(box)
            place = canvas[box[1] : box[3], box[0] : box[2]]
            np.maximum(place, ink * rng.uniform(*_INK), out=place)
        picture[:] = canvas
    return Canvases(pictures, objects)


def background(rng: np.random.Generator, photographs: np.ndarray) -> np.ndarray:
    """Return a piece of a photograph (96, 96), darkened, turned and mirrored at random."""
    photograph = photographs[rng.integers(len(photographs))]
    top, left = (rng.integers(length - SIDE + 1) for length in photograph.shape)
    piece = np.rot90(photograph[top : top + SIDE, left : left + SIDE], int(rng.integers(4)))
    mirrored = piece[:, ::-1] if rng.random() < 0.5 else piece
    return np.asarray(mirrored * rng.uniform(*_LIGHT))


def written(digit: np.ndarray, height: int) -> np.ndarray:
    """Return a digit (28, 28) uint8, cut out, `height` pixels high and 3 pixels wide or more."""
    ink = digit > 60
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    width = min(max(3, round(height * cut.shape[1] / cut.shape[0])), SIDE)
    resized = Image.fromarray(cut).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(resized)


def room(
    rng: np.random.Generator, boxes: list[tuple[int, int, int, int]], height: int, width: int
) -> tuple[int, int, int, int] | None:
    """Return a place for a box, a pixel away from the others, or None if none is found."""
    for _ in range(_TRIES):
        left, top = (int(rng.integers(SIDE - length + 1)) for length in (width, height))
        around = [(left - 1, top - 1, left + width + 1, top + height + 1)]
        if not overlap(around, boxes).any():
            return left, top, left + width, top + height
    return None
