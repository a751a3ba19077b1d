"""Canvases hold what they say they hold."""

import numpy as np
import pytest

from dlcourse.boxes import overlap
from dlcourse.canvases import MOST, SIDE, draw, room


@pytest.fixture
def made() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dark photographs, and two digits that are full boxes of ink, high and wide."""
    digits = np.zeros((2, 28, 28), np.uint8)
    digits[0, 4:24, 10:16] = 255
    digits[1, 10:18, 2:26] = 255
    return np.full((2, 128, 128), 40, np.uint8), digits, np.array([3, 8])


def test_a_box_holds_the_ink_and_the_ink_fills_it(made) -> None:
    canvases = draw(np.random.default_rng(0), *made, 40)
    assert canvases.pictures.shape == (40, SIDE, SIDE)
    for picture, rows in zip(canvases.pictures, canvases.objects, strict=True):
        inside = np.zeros((SIDE, SIDE), bool)
        for _, *box in rows[rows[:, 0] >= 0].astype(int):
            inside[box[1] : box[3], box[0] : box[2]] = True
        assert (picture[inside] > 100).all()
        assert (picture[~inside] <= 40).all()


def test_numbers_and_heights_are_those_asked_for(made) -> None:
    canvases = draw(np.random.default_rng(1), *made, 60, numbers=(2, 4), heights=(10, 14))
    rows = canvases.objects
    there = rows[..., 0] >= 0
    assert set(there.sum(axis=1)) == {2, 3, 4}
    assert set(rows[there][:, 0]) == {3, 8}
    high = (rows[..., 4] - rows[..., 2])[there]
    assert (high.min(), high.max()) == (10, 14)
    assert (rows[~there] == -1).all()
    for each, known in zip(rows, there, strict=True):
        boxes = each[known, 1:]
        assert (overlap(boxes, boxes) == np.eye(len(boxes))).all()


def test_an_empty_canvas_is_a_piece_of_a_photograph(made) -> None:
    canvases = draw(np.random.default_rng(2), *made, 3, numbers=(0, 0))
    assert (canvases.objects == -1).all()
    assert (np.ptp(canvases.pictures, axis=(1, 2)) == 0).all()


def test_the_same_generator_draws_the_same(made) -> None:
    one, other = (draw(np.random.default_rng(3), *made, 5) for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_where_there_is_no_room_a_digit_is_left_out() -> None:
    assert room(np.random.default_rng(0), [(0, 0, SIDE, SIDE)], 5, 5) is None


@pytest.mark.parametrize(
    "settings",
    [{"numbers": (0, MOST + 1)}, {"numbers": (3, 2)}, {"heights": (0, 5)}, {"heights": (9, 97)}],
)
def test_what_has_no_room_is_refused(made, settings) -> None:
    with pytest.raises(ValueError, match="whole numbers in order"):
        draw(np.random.default_rng(0), *made, 1, **settings)
