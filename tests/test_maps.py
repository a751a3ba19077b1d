"""The maps of lesson 91 are those of captum."""

import sys
from pathlib import Path

import pytest
import torch
from captum.attr import InputXGradient, IntegratedGradients, Saliency

sys.path.append(str(Path(__file__).parent / "exercises"))

from computed import Names


@pytest.fixture
def lesson() -> Names:
    return Names("91")


@pytest.fixture
def asked(lesson: Names) -> tuple[torch.nn.Module, torch.Tensor, torch.Tensor]:
    """Return a reader in double precision, pictures, and the classes whose scores are asked for."""
    torch.manual_seed(0)
    return lesson["reader"]("captum").double(), torch.rand(5, 1, 28, 28).double(), torch.arange(5)


@pytest.mark.parametrize("baseline", [0.0, 0.3])
def test_integrated_gradients_are_those_of_captum(lesson, asked, baseline):
    model, x, k = asked
    ours = lesson["integrated"](model, x, k, baseline, steps=20)
    theirs = IntegratedGradients(model).attribute(
        x, baseline, k, n_steps=20, method="riemann_middle"
    )
    assert (ours - theirs).abs().max() < 1e-6 < ours.abs().max()


def test_integrated_gradients_from_a_picture_are_those_of_captum_by_another_sum(lesson, asked):
    model, x, k = asked
    mean = x.mean(dim=0)
    ours = lesson["integrated"](model, x, k, mean, steps=500)
    theirs = IntegratedGradients(model).attribute(
        x, mean.expand_as(x), k, n_steps=200, method="gausslegendre"
    )
    assert (ours - theirs).abs().max() < 1e-2 * ours.abs().max()


def test_slopes_are_those_of_captum(lesson, asked):
    model, x, k = asked
    slopes = lesson["slopes"]
    theirs = Saliency(model).attribute(x, k, abs=False)
    assert (slopes(model, x, k) - theirs).abs().max() < 1e-12
    assert (x * slopes(model, x, k) - InputXGradient(model).attribute(x, k)).abs().max() < 1e-12
