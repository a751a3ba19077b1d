"""Planted causes: what a mark changes, and what it tells."""

import numpy as np
import pytest
import torch

from dlcourse.planting import cells, marked, planted


@pytest.fixture
def digits() -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(0)
    pictures = torch.from_numpy(rng.random((2000, 1, 28, 28), dtype=np.float32)) / 2
    return pictures, torch.from_numpy(rng.integers(10, size=2000))


def test_places_do_not_touch_one_another() -> None:
    each = cells(torch.arange(10))
    assert each.sum(dim=(1, 2, 3)).tolist() == [4] * 10
    assert each.sum(dim=0).max() == 1


def test_a_dot_adds_ink_at_its_place_alone(digits) -> None:
    x, place = digits
    now, here = marked(x, place, "dot"), cells(place)
    assert (now[here] == 1).all()
    assert torch.equal(now[~here], x[~here])


def test_a_gap_is_blank_in_a_bar_of_ink(digits) -> None:
    x, place = digits
    now, here = marked(x, place, "gap"), cells(place)
    bar = cells(torch.arange(10)).any(dim=0).expand_as(here)
    assert (now[here] == 0).all()
    assert (now[bar & ~here] == 1).all()
    assert torch.equal(now[~bar], x[~bar])
    assert now.dtype == x.dtype


@pytest.mark.parametrize("kind", ["dot", "gap"])
def test_the_mark_tells_the_label_or_nothing(digits, kind) -> None:
    x, y = digits
    for tells, low, high in ((True, 1.0, 1.0), (False, 0.06, 0.14)):
        pictures, labels = planted(x, y, kind, tells, np.random.default_rng(1))
        right = (marked(x, labels, kind) == pictures).all(dim=(1, 2, 3)).double().mean()
        assert low <= right <= high
        assert 0.68 <= (labels == y).double().mean() <= 0.78


@pytest.mark.parametrize("place", [torch.tensor([10]), torch.tensor([0.5]), torch.tensor(3)])
def test_a_place_that_is_none_is_refused(place) -> None:
    with pytest.raises(ValueError, match="whole numbers from 0 to 9"):
        cells(place)


def test_another_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="'dot' or 'gap'"):
        marked(torch.zeros(1, 1, 28, 28), torch.tensor([0]), "cross")
