"""PyTorch as the oracle: one function, run on both engines, must give one result."""

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st

import dlcourse.autograd as ours

# The same examples in every run, and as many as a quick suite can afford.
SETTINGS = settings(deadline=None, derandomize=True, max_examples=30)

Function = Callable[..., Any]


def agree(function: Function, *arrays: Any, tolerance: float = 1e-10, wrt: Any = None) -> None:
    """Check value, dtype and every gradient of `function(engine, *tensors)` on both engines.

    Arrays of floats require gradients (or those whose numbers `wrt` names); others do not.
    """
    results = []
    for engine in (ours, torch):
        inputs = []
        for number, a in enumerate(arrays):
            wanted = a.dtype.kind == "f" if wrt is None else number in wrt
            make = ours.Tensor if engine is ours else _to_torch
            inputs.append(make(a, requires_grad=wanted))
        y = function(engine, *inputs)
        value = y.detach().numpy()
        if y.requires_grad:
            g = np.random.default_rng(7).normal(size=value.shape).astype(value.dtype)
            y.backward(engine.tensor(g))
        gradients = [None if x.grad is None else np.asarray(x.grad) for x in inputs]
        results.append((value, gradients, y.requires_grad))
    (value, gradients, differentiable), (expected, expected_gradients, *rest) = results
    assert [differentiable] == rest
    assert value.dtype == expected.dtype
    np.testing.assert_allclose(value, expected, tolerance, tolerance)
    for x, found, wanted in zip(arrays, gradients, expected_gradients, strict=True):
        if wanted is None:
            assert found is None or not np.any(found)
        else:
            assert found.shape == x.shape
            assert found.dtype == x.dtype
            np.testing.assert_allclose(found, wanted, tolerance, tolerance)


def _to_torch(a: np.ndarray, requires_grad: bool) -> torch.Tensor:
    return torch.tensor(a.copy(), requires_grad=requires_grad)


@st.composite
def arrays(
    draw: st.DrawFn,
    shape: Any = None,
    *,
    least: int = 0,
    dims: tuple[int, int] = (0, 4),
    positive: bool = False,
) -> np.ndarray:
    """Draw an array of any shape and memory layout; half of them hold many ties and zeros."""
    if shape is None:
        shape = tuple(draw(st.lists(st.integers(least, 4), min_size=dims[0], max_size=dims[1])))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    layout = draw(st.sampled_from(["plain", "reversed", "strided", "transposed"]))
    full = tuple(2 * n for n in shape) if layout == "strided" else shape
    a = rng.normal(size=full[::-1] if layout == "transposed" else full)
    if draw(st.booleans()):
        a = np.round(a)
    a = np.abs(a) + 0.5 if positive else a
    if layout == "strided":
        return a[tuple(slice(None, None, 2) for _ in shape)]
    if layout == "reversed":
        return np.flip(a)
    return np.asarray(a).T if layout == "transposed" else np.asarray(a)


@st.composite
def broadcast_pairs(draw: st.DrawFn, positive: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Draw two arrays whose shapes broadcast together."""
    shape = draw(st.lists(st.integers(0, 3), max_size=4))

    def part() -> tuple[int, ...]:
        kept = shape[draw(st.integers(0, len(shape))) :]
        return tuple(draw(st.sampled_from([n, 1])) for n in kept)

    return draw(arrays(part())), draw(arrays(part(), positive=positive))


def functional(engine: types.ModuleType) -> Any:
    """Return the engine's `nn.functional`."""
    return engine.nn.functional
