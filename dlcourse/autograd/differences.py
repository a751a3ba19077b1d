"""Check derivatives against finite differences."""

from collections.abc import Callable, Sequence

import numpy as np

from dlcourse.autograd.operations import Tensor


def gradcheck(
    func: Callable[..., Tensor],
    inputs: Sequence[Tensor],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
) -> bool:
    """Compare every derivative of `func(*inputs)` with (L(x + eps) − L(x − eps)) / 2 eps.

    L weighs the outputs by fixed random numbers, so that one backward pass checks them all. The
    inputs are float64. Return True, or raise AssertionError with the worst element.
    """
    checked = [x for x in inputs if x.requires_grad]
    if not checked or any(x.dtype != np.float64 for x in checked):
        raise ValueError("gradcheck needs inputs in float64, some with requires_grad=True.")
    weights = np.random.default_rng(0).normal(size=func(*inputs).shape)
    fresh = [Tensor(x.data.copy(), x.requires_grad) for x in inputs]
    func(*fresh).backward(weights)
    for number, x in enumerate(fresh):
        if not x.requires_grad:
            continue
        found = np.zeros_like(x.data) if x.grad is None else x.grad
        for at in np.ndindex(x.shape):
            slope = 0.0
            for sign in (1, -1):
                moved = [Tensor(t.data.copy()) for t in fresh]
                moved[number].data[at] += sign * eps
                slope += sign * float((func(*moved).data * weights).sum()) / (2 * eps)
            if abs(found[at] - slope) > atol + rtol * abs(slope):
                raise AssertionError(
                    f"The derivative by element {at} of input {number} is {found[at]:.6g}, "
                    f"but finite differences give {slope:.6g}."
                )
    return True
