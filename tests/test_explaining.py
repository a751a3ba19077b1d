"""Maps without slopes, and planted causes: what a mark changes, and what it tells."""

import numpy as np
import pytest
import torch

from dlcourse.explaining import cells, marked, occlusion, planted, share_in


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


def test_occlusion_of_a_linear_score_adds_up_its_squares() -> None:
    weights = torch.arange(25.0).view(1, 1, 5, 5)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(25, 1, bias=False))
    model[1].weight.data = weights.flatten(1)
    x = torch.ones(2, 1, 5, 5) * torch.tensor([1.0, 2.0]).view(2, 1, 1, 1)
    fall = occlusion(model, x, torch.zeros(2, dtype=torch.long))
    sums = torch.nn.functional.conv2d(weights, torch.ones(1, 1, 3, 3), padding=1)[0]
    torch.testing.assert_close(fall, torch.stack([sums, 2 * sums]))
    torch.testing.assert_close(
        occlusion(model, x[:1], torch.zeros(1, dtype=torch.long), 1.0), 0 * x[:1]
    )


def test_occlusion_needs_a_class_a_picture() -> None:
    with pytest.raises(ValueError, match="one class a picture"):
        occlusion(torch.nn.Flatten(), torch.zeros(2, 1, 5, 5), torch.tensor([1]))


def test_the_share_counts_sizes_of_both_signs() -> None:
    worth = torch.tensor([[3.0, -1.0], [0.0, 4.0]]).view(1, 1, 2, 2)
    where = torch.tensor([[True, True], [False, False]]).view(1, 1, 2, 2)
    assert share_in(worth, where).tolist() == [0.5]
